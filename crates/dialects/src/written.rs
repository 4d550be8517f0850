//! What callers may write: the create bodies of each dialect as trees, made from the tables and lists by which the
//! dialect judges them, so that a new field cannot be left out.
//!
//! Whoever wants to know what becomes of each field (docs/dialects/matrix.md, and the properties behind it) walks
//! these. They describe and judge nothing.

use serde_json::Value;

/// One body that makes a candidate.
#[derive(Debug, Clone)]
pub struct Written {
    /// Which of the dialect's creates, `""` when there is one.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
}

/// A value of a body.
#[derive(Debug, Clone)]
pub enum Shape {
    /// An object with documented members.
    Object {
        /// In the order of the dialect's table.
        members: Vec<Member>,
        /// Whether members that are not documented are taken (and kept with the submission).
        open: bool,
    },
    /// A list.
    List(Box<Shape>),
    /// A single value, or an object with the caller's own names.
    Leaf(Leaf),
}

/// A documented member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// As the dialect spells it.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether nothing is made without it.
    pub required: bool,
}

/// What a single value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// Text of at most so many characters.
    Text(usize),
    /// Text of at most so many characters that the body is refused without.
    Name(usize),
    /// Whether or not.
    Flag,
    /// A whole number of 32 bits, most often unix seconds.
    Whole,
    /// Any number.
    Number,
    /// One e-mail address.
    Email,
    /// E-mail addresses, comma-separated in one text.
    Emails,
    /// `YYYY-MM-DD`.
    Date,
    /// ISO 8601 in any of its forms.
    Moment,
    /// A moment or whole seconds.
    MomentOrSeconds,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An http or https address.
    Url,
    /// The address of a LinkedIn profile.
    LinkedIn,
    /// ISO 3166 alpha-2.
    Country,
    /// The content of a file, base64.
    Base64,
    /// The content of a file; the flag beside it says whether it is base64.
    Content,
    /// The name of a file of one of these extensions; none: of any.
    FileName(&'static [&'static str]),
    /// An equal-opportunity answer: text, a list of texts, or a flag.
    Answer,
    /// An object with the caller's own names, at any depth.
    Free,
    /// An object whose names are the organization's custom fields.
    Custom,
    /// Answers to the job's form, by the fields' names.
    Answers,
    /// An answer to one question of the job's form.
    AnswerTo,
    /// The caller's own id of the person, of at most so many characters.
    OwnId(usize),
    /// The name space of the caller's ids, which the address names too.
    System,
    /// A job of ours, by the name the dialect has for it.
    Job,
    /// A job of ours, by its title.
    JobTitle,
    /// A job of ours, or one of another system.
    AnyJob,
    /// A stage of that job.
    Stage,
    /// A member of the organization.
    User,
    /// A reason to reject.
    Reason,
    /// A question of the job's form.
    Question,
    /// Known to the dialect, and of no use: kept with the submission only.
    Unused,
}

impl Shape {
    /// A list of this.
    pub(crate) fn list(self) -> Shape {
        Shape::List(Box::new(self))
    }

    /// The paths of all single values, `education[].school`.
    pub fn paths(&self) -> Vec<(String, Leaf)> {
        let mut paths = Vec::new();
        self.walk(String::new(), &mut paths);
        paths
    }

    fn walk(&self, at: String, paths: &mut Vec<(String, Leaf)>) {
        match self {
            Shape::Object { members, .. } => {
                for member in members {
                    let dot = if at.is_empty() { "" } else { "." };
                    member
                        .shape
                        .walk(format!("{at}{dot}{}", member.name), paths);
                }
            }
            Shape::List(items) => items.walk(format!("{at}[]"), paths),
            Shape::Leaf(leaf) => paths.push((at, *leaf)),
        }
    }
}

/// A member that may be left out.
pub(crate) fn member(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        required: false,
    }
}

/// JSON pointers of the blank texts in `value`. A dialect that takes a blank for nothing says so of what it was sent.
/// `kept`: what stands at this pointer is kept as it is, blanks too.
pub(crate) fn blanks(value: &Value, kept: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    gather(value, String::new(), kept, &mut found);
    found
}

fn gather(value: &Value, at: String, kept: &dyn Fn(&str) -> bool, found: &mut Vec<String>) {
    if kept(&at) {
        return;
    }
    match value {
        Value::String(text) if text.trim().is_empty() => found.push(at),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                gather(item, format!("{at}/{index}"), kept, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                gather(member, format!("{at}/{name}"), kept, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn blanks_are_found_where_they_are_not_kept() {
        let body = json!({"a": " ", "b": ["", "x", {"c/d": "\t"}], "custom": {"e": ""}, "f": null, "g": 0});
        let found = blanks(&body, &|at| at == "/custom");
        assert_eq!(found, ["/a", "/b/0", "/b/2/c~1d"]);
    }
}
