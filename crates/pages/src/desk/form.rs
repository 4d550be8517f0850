//! The parts of a form, so that each looks, reads and fails alike: a label, help, what is wrong with it, the input.
//!
//! ```text
//! let title = Field::text("title", "Title").value(&inputs.title).needed().with(&faults);
//! ```
//! and in the template `{{ title }}`. [`Faults`] are what was wrong, [`Faults::summary`] says it all at the top of the page with
//! a link to each input. [`Confirm`] is the page that asks once more; [`Pager`] leads through a list.

use askama::Template;
use hiring::Problem;

use super::frame::Frame;
use crate::page::Page;

/// What was wrong, by the input's name, in plain words; `""` is the whole form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    /// None so far.
    pub fn none() -> Faults {
        Faults::default()
    }

    /// Also this.
    pub fn add(&mut self, name: &str, words: &str) {
        self.0.push((name.to_owned(), words.to_owned()));
    }

    /// Also all of these.
    pub fn append(&mut self, mut others: Faults) {
        self.0.append(&mut others.0);
    }

    /// Only this.
    pub fn one(name: &str, words: &str) -> Faults {
        Faults(vec![(name.to_owned(), words.to_owned())])
    }

    /// What a verb refused, when it was for what was typed: `/email` is the input `email`, `/fields/2/label` is
    /// `fields.2.label`.
    ///
    /// # Errors
    /// The problem itself, when it is of another kind.
    pub fn of(problem: Problem) -> Result<Faults, Problem> {
        match problem {
            Problem::Invalid(flaws) => {
                let fault = |flaw: hiring::problem::Flaw| {
                    let name = flaw.pointer.trim_start_matches('/').replace('/', ".");
                    (name, sentence(&flaw.detail))
                };
                Ok(Faults(flaws.into_iter().map(fault).collect()))
            }
            other => Err(other),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with the input of this name; `""` when nothing is.
    pub fn at(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(of, _)| of == name);
        found.map_or("", |(_, words)| words.as_str())
    }

    /// All of it, for the top of the page; nothing when there is nothing.
    pub fn summary(&self) -> Summary {
        let line = |(name, words): &(String, String)| (id(name), words.clone());
        Summary {
            lines: self.0.iter().map(line).collect(),
        }
    }
}

fn sentence(detail: &str) -> String {
    let mut chars = detail.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!(
        "{}{}.",
        first.unwrap_or_default(),
        chars.as_str().trim_end_matches('.')
    )
}

/// An input's id, of its name.
fn id(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    format!("in-{}", name.replace(['.', '[', ']', ' '], "-"))
}

/// See [`Faults::summary`].
#[derive(Template)]
#[template(path = "desk/summary.html")]
pub(crate) struct Summary {
    lines: Vec<(String, String)>,
}

impl askama::filters::HtmlSafe for Summary {}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One line; the `type` of the input.
    Line(&'static str),
    /// Several lines, so many to begin with.
    Text(u8),
    /// One of the options, from a list that opens.
    Select,
    /// One of the options, all in sight.
    Radios,
    /// Any of the options.
    Boxes,
    /// Yes or no.
    Tick,
}

/// One of several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    pub value: String,
    pub words: String,
    pub help: String,
    pub chosen: bool,
}

/// An input with its label, its help and what is wrong with it.
#[derive(Debug, Clone, Template)]
#[template(path = "desk/field.html")]
pub(crate) struct Field {
    pub name: String,
    pub id: String,
    pub label: String,
    pub help: String,
    pub value: String,
    pub fault: String,
    pub kind: Kind,
    pub choices: Vec<Choice>,
    pub needed: bool,
    /// Of the `autocomplete` attribute.
    pub filled: &'static str,
    /// Characters; 0: as many as one likes.
    pub most: u32,
    pub narrow: bool,
}

impl askama::filters::HtmlSafe for Field {}

impl Field {
    fn new(kind: Kind, name: &str, label: &str) -> Field {
        Field {
            id: id(name),
            name: name.to_owned(),
            label: label.to_owned(),
            help: String::new(),
            value: String::new(),
            fault: String::new(),
            choices: Vec::new(),
            needed: false,
            filled: "off",
            most: 0,
            narrow: false,
            kind,
        }
    }

    /// A line of text.
    pub fn text(name: &str, label: &str) -> Field {
        Field::new(Kind::Line("text"), name, label)
    }

    /// An e-mail address.
    pub fn email(name: &str, label: &str) -> Field {
        Field::new(Kind::Line("email"), name, label).most(320)
    }

    /// A password; `filled` says whether it is the present one or a new one.
    pub fn password(name: &str, label: &str, filled: &'static str) -> Field {
        Field::new(Kind::Line("password"), name, label).filled(filled)
    }

    /// A whole number.
    pub fn number(name: &str, label: &str) -> Field {
        Field::new(Kind::Line("number"), name, label).narrow()
    }

    /// A day.
    pub fn date(name: &str, label: &str) -> Field {
        Field::new(Kind::Line("date"), name, label).narrow()
    }

    /// Several lines of text.
    pub fn lines(name: &str, label: &str, rows: u8) -> Field {
        Field::new(Kind::Text(rows), name, label)
    }

    /// One of several, from a list that opens.
    pub fn select(name: &str, label: &str, choices: Vec<Choice>) -> Field {
        Field::new(Kind::Select, name, label).choosing(choices)
    }

    /// One of several, all in sight.
    pub fn radios(name: &str, label: &str, choices: Vec<Choice>) -> Field {
        Field::new(Kind::Radios, name, label).choosing(choices)
    }

    /// Any of several.
    pub fn boxes(name: &str, label: &str, choices: Vec<Choice>) -> Field {
        Field::new(Kind::Boxes, name, label).choosing(choices)
    }

    /// Yes or no; it is sent as `1`.
    pub fn tick(name: &str, label: &str, on: bool) -> Field {
        let mut field = Field::new(Kind::Tick, name, label);
        field.value = if on { "1".into() } else { String::new() };
        field
    }

    fn choosing(mut self, choices: Vec<Choice>) -> Field {
        self.choices = choices;
        self
    }

    pub fn value(mut self, value: &str) -> Field {
        self.value = value.to_owned();
        for choice in &mut self.choices {
            choice.chosen = choice.value == value;
        }
        self
    }

    /// With a sentence between label and input.
    pub fn help(mut self, help: &str) -> Field {
        self.help = help.to_owned();
        self
    }

    /// Those that are not needed say that they are optional.
    pub fn needed(mut self) -> Field {
        self.needed = true;
        self
    }

    pub fn filled(mut self, autocomplete: &'static str) -> Field {
        self.filled = autocomplete;
        self
    }

    pub fn most(mut self, characters: u32) -> Field {
        self.most = characters;
        self
    }

    pub fn narrow(mut self) -> Field {
        self.narrow = true;
        self
    }

    /// With what is wrong with it.
    pub fn with(mut self, faults: &Faults) -> Field {
        self.fault = faults.at(&self.name).to_owned();
        self
    }

    fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Radios | Kind::Boxes)
    }

    /// Of the `aria-describedby` attribute.
    fn described(&self) -> String {
        let mut ids = Vec::new();
        if !self.help.is_empty() {
            ids.push(format!("{}-help", self.id));
        }
        if !self.fault.is_empty() {
            ids.push(format!("{}-fault", self.id));
        }
        ids.join(" ")
    }
}

impl Choice {
    pub fn new(value: &str, words: &str) -> Choice {
        Choice {
            value: value.to_owned(),
            words: words.to_owned(),
            ..Choice::default()
        }
    }

    pub fn help(mut self, help: &str) -> Choice {
        self.help = help.to_owned();
        self
    }

    pub fn chosen(mut self, chosen: bool) -> Choice {
        self.chosen = chosen;
        self
    }
}

/// Ways to the parts of a list before and after this one: whole addresses.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "desk/pager.html")]
pub(crate) struct Pager {
    pub back: Option<String>,
    pub on: Option<String>,
    /// `Newer`, `Older`.
    pub back_words: &'static str,
    pub on_words: &'static str,
}

impl askama::filters::HtmlSafe for Pager {}

/// A page that asks once more, for what one would mind; its button posts `inputs` to `to`.
#[derive(Template)]
#[template(path = "desk/confirm.html")]
pub(crate) struct Confirm {
    pub frame: Frame,
    pub title: String,
    pub text: Vec<String>,
    pub button: String,
    pub to: String,
    pub inputs: Vec<(String, String)>,
    /// Where one goes who thinks better of it.
    pub back: String,
}

impl Page for Confirm {
    #[cfg(test)]
    fn sample() -> Confirm {
        Confirm {
            frame: Frame::sample(),
            title: "Remove Anna <x>?".into(),
            text: vec!["This ends every session.".into()],
            button: "Remove".into(),
            to: "/desk/x".into(),
            inputs: vec![("yes".into(), "1".into())],
            back: "/desk".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::problem::{Flaw, FlawCode};

    #[test]
    fn a_fault_stands_at_its_input_and_in_the_summary() {
        let flaw = Flaw::new("/fields/2/label", FlawCode::Required, "a label is needed");
        let faults = Faults::of(flaw.into()).unwrap();
        let field = Field::text("fields.2.label", "Label")
            .value("<x>")
            .with(&faults);
        let text = field.to_string();
        for part in [
            "aria-invalid=\"true\"",
            "aria-describedby=\"in-fields-2-label-fault\"",
            "A label is needed.",
            "value=\"&#60;x&#62;\"",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let summary = faults.summary().to_string();
        assert!(summary.contains("href=\"#in-fields-2-label\""), "{summary}");
        assert_eq!(Faults::none().summary().to_string().trim(), "");
        assert!(Faults::of(Problem::UnsupportedMedia).is_err());
    }

    #[test]
    fn every_kind_of_field_has_its_labels() {
        let two = || vec![Choice::new("a", "A"), Choice::new("b", "B").help("Second")];
        for field in [
            Field::email("e", "E"),
            Field::lines("l", "L", 4),
            Field::select("s", "S", two()).value("b"),
            Field::radios("r", "R", two()).value("a"),
            Field::boxes("x", "X", two()),
            Field::tick("t", "T", true),
        ] {
            let text = field.to_string();
            let count = |part| text.matches(part).count();
            let inputs = count("<input") + count("<select") + count("<textarea");
            assert_eq!(inputs, count("<label"), "{text}");
            let groups = usize::from(field.is_group());
            assert_eq!((count("<fieldset"), count("<legend")), (groups, groups));
        }
    }
}
