//! Connecting another system, and changing how one is reached: a form made of what the system says it must be told. Secrets
//! are typed and never shown again.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::destination::described::Setting;
use hiring::destination::{
    self, Described, Destination, DestinationEdit, NewDestination, Settings,
};
use hiring::id::Uuid;
use hiring::problem::Noun;
use hiring::{App, Problem, Result};

use super::HERE;
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::page::Page;

/// Characters of a name.
const NAME: usize = 200;
/// Of an id of theirs.
const ID: usize = 200;

/// Which system.
#[derive(Template)]
#[template(path = "desk/place_choose.html")]
pub(super) struct Choose {
    frame: Frame,
    faults: Faults,
    connector: Field,
}

/// What it must be told.
#[derive(Template)]
#[template(path = "desk/place_form.html")]
pub(super) struct PlaceForm {
    frame: Frame,
    faults: Faults,
    /// Where it is posted.
    to: String,
    back: String,
    title: String,
    system: &'static str,
    connector: &'static str,
    is_new: bool,
    /// Where its guide is.
    guide: String,
    fields: Vec<Field>,
    /// What it cannot take, in plain words.
    lost: Vec<String>,
}

/// `GET /desk/integrations/destinations/new`: which system, and for `?connector=` its form.
pub(super) async fn form(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let frame = visit.frame(Section::Integrations);
    match app.connector(inputs.get("connector")) {
        Some(of) => {
            let page = PlaceForm::of(frame, of, None, &Inputs::default(), Faults::none());
            Ok(visit.page(&page))
        }
        None if inputs.has("connector") => {
            let faults = Faults::one("connector", "Choose one of the systems.");
            let page = Choose::of(frame, &app, faults);
            Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        None => Ok(visit.page(&Choose::of(frame, &app, Faults::none()))),
    }
}

/// `POST /desk/integrations/destinations/new`.
pub(super) async fn make(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let Some(of) = app.connector(inputs.get("connector")) else {
        return Ok(visit.to(&format!("{HERE}/destinations/new")));
    };
    let mut faults = judged(&inputs);
    let given: Settings = typed(of, &inputs)
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let settings = of.judge(&given);
    faults.append(flaws(of, settings.as_ref().err()));
    let (settings, secrets) = match settings {
        Ok(both) if faults.is_empty() => both,
        Err(problem) if !matches!(problem, Problem::Invalid(_)) => return Err(problem.into()),
        _ => return refused(&visit, of, None, &inputs, faults),
    };
    let new = NewDestination {
        connector: of.name.to_owned(),
        name: inputs.get("name").to_owned(),
        settings,
        secrets,
        default_job: some(inputs.get("default_job")),
    };
    let (caller, key) = (visit.caller.clone(), app.key.clone());
    let made = app
        .store
        .write(move |tx| destination::create(tx, &key, &caller, &new));
    let made = made.await?;
    let words = "Connected. Try the connection; nobody is carried there before a rule or a linked account says so.";
    Ok(visit.done(&format!("{HERE}/destinations/{}", made.uid), words))
}

/// `GET /desk/integrations/destinations/{uid}/edit`.
pub(super) async fn edit(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (of, had) = found(&app, &visit, uid).await?;
    let frame = visit.frame(Section::Integrations);
    let page = PlaceForm::of(frame, of, Some(&had), &Inputs::default(), Faults::none());
    Ok(visit.page(&page))
}

/// `POST /desk/integrations/destinations/{uid}/edit`.
pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (of, had) = found(&app, &visit, uid).await?;
    let faults = judged(&inputs);
    if !faults.is_empty() {
        return refused(&visit, of, Some(&had), &inputs, faults);
    }
    let mut sent = typed(of, &inputs);
    // A secret that was left empty stays as it is, unless somebody wants it gone.
    sent.retain(|name, value| {
        let secret = of.setting(name).is_some_and(|s| s.secret);
        !secret || value.is_some() || inputs.has(&format!("drop.{name}"))
    });
    // What is as it was is no change: what went wrong before stays told, and two who edit do not undo each other.
    sent.retain(|name, value| {
        let secret = of.setting(name).is_some_and(|s| s.secret);
        secret || had.settings.get(name) != value.as_ref()
    });
    let (caller, inner, described) = (visit.caller.clone(), app.clone(), of.clone());
    let name = Some(inputs.get("name").to_owned());
    let default_job = Some(some(inputs.get("default_job")));
    let changed = app.store.write(move |tx| {
        let now = destination::find(tx, caller.org, uid)?;
        let mut edit = DestinationEdit {
            name: name.clone(),
            default_job: default_job.clone(),
            ..DestinationEdit::default()
        };
        if !sent.is_empty() {
            let opened = destination::open(tx, &inner.key, caller.org, now.id)?;
            (edit.settings, edit.secrets) = described.change(opened, &sent)?;
        }
        destination::edit(tx, &inner.key, &caller, uid, &edit)
    });
    match changed.await {
        Ok(_) => Ok(visit.done(
            &format!("{HERE}/destinations/{uid}"),
            "Saved. What waits is tried with it.",
        )),
        Err(problem @ Problem::Invalid(_)) => {
            let faults = flaws(of, Some(&problem));
            refused(&visit, of, Some(&had), &inputs, faults)
        }
        Err(other) => Err(other.into()),
    }
}

async fn found<'a>(app: &'a App, visit: &Visit, uid: Uuid) -> Result<(&'a Described, Destination)> {
    let org = visit.org();
    let had = app
        .store
        .read(move |r| destination::find(r, org, uid))
        .await?;
    let of = app.connector(&had.connector);
    Ok((of.ok_or(Problem::NotFound(Noun::Destination))?, had))
}

fn refused(
    visit: &Visit,
    of: &Described,
    had: Option<&Destination>,
    inputs: &Inputs,
    faults: Faults,
) -> Answer {
    let page = PlaceForm::of(visit.frame(Section::Integrations), of, had, inputs, faults);
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// What was typed for each setting; `None`: nothing.
fn typed(of: &Described, inputs: &Inputs) -> BTreeMap<String, Option<String>> {
    let one = |setting: &Setting| {
        let name = format!("settings.{}", setting.name);
        let value = match setting.kind {
            "switch" => Some(inputs.has(&name).to_string()),
            _ => some(inputs.get(&name)),
        };
        (setting.name.to_owned(), value)
    };
    of.settings.iter().map(one).collect()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is wrong with what is no setting.
fn judged(inputs: &Inputs) -> Faults {
    let mut faults = Faults::none();
    let name = inputs.get("name");
    if name.is_empty() {
        faults.add("name", "Give it a name, so that people know it again.");
    } else if name.chars().count() > NAME {
        faults.add("name", "Write at most 200 characters.");
    }
    if inputs.get("default_job").chars().count() > ID {
        faults.add("default_job", "Write at most 200 characters.");
    }
    faults
}

/// What is wrong with settings, by the words that stand above them.
fn flaws(of: &Described, problem: Option<&Problem>) -> Faults {
    let mut faults = Faults::none();
    let Some(Problem::Invalid(flaws)) = problem else {
        return faults;
    };
    for flaw in flaws {
        let name = flaw.pointer.trim_start_matches("/settings/");
        let label = of.setting(name).map_or(name, |s| s.label);
        let rest = flaw.detail.strip_prefix(name).unwrap_or(&flaw.detail);
        faults.add(&format!("settings.{name}"), &format!("{label}{rest}."));
    }
    faults
}

impl Choose {
    fn of(frame: Frame, app: &App, faults: Faults) -> Choose {
        let mut all: Vec<&Described> = app.connectors.iter().collect();
        all.sort_by_key(|of| of.title);
        Choose::among(frame, &all, faults)
    }

    fn among(frame: Frame, all: &[&Described], faults: Faults) -> Choose {
        let choice = |of: &&Described| Choice::new(of.name, of.title);
        Choose {
            connector: Field::radios("connector", "System", all.iter().map(choice).collect())
                .needed()
                .with(&faults),
            frame,
            faults,
        }
    }
}

impl PlaceForm {
    fn of(
        frame: Frame,
        of: &Described,
        had: Option<&Destination>,
        inputs: &Inputs,
        faults: Faults,
    ) -> PlaceForm {
        // A form that comes back shows what was typed, another one what there is.
        let back = inputs.has("name").then_some(inputs);
        let stands = |name: &str, was: &str| match back {
            Some(inputs) => inputs.get(name).to_owned(),
            None => was.to_owned(),
        };
        let name = had.map_or(of.title, |had| had.name.as_str());
        let mut fields = vec![
            Field::text("name", "Name")
                .help("As your organization calls it.")
                .value(&stands("name", name))
                .most(NAME as u32)
                .needed()
                .with(&faults),
        ];
        for setting in &of.settings {
            let name = format!("settings.{}", setting.name);
            let was = had.and_then(|had| had.settings.get(setting.name));
            let was = stands(&name, was.map_or("", String::as_str));
            let held = had.is_some_and(|had| had.secrets.iter().any(|s| s == setting.name));
            let on = match back {
                Some(inputs) => inputs.has(&name),
                None => was == "true",
            };
            fields.push(field(setting, &name, &was, held, on).with(&faults));
            if held && !setting.required {
                let name = format!("drop.{}", setting.name);
                let label = format!("Forget it: {}", setting.label);
                fields.push(Field::tick(&name, &label, inputs.has(&name)));
            }
        }
        let default_job = had.and_then(|had| had.default_job.as_deref()).unwrap_or("");
        fields.push(
            Field::text("default_job", "Job there for all others")
                .help("Its id in that system: for jobs of yours that the table of jobs does not name. Left out: such people come without an application.")
                .value(&stands("default_job", default_job))
                .most(ID as u32)
                .with(&faults),
        );
        let at = had.map(|had| format!("{HERE}/destinations/{}", had.uid));
        PlaceForm {
            to: match &at {
                Some(at) => format!("{at}/edit"),
                None => format!("{HERE}/destinations/new"),
            },
            back: at.unwrap_or_else(|| HERE.to_owned()),
            title: match had {
                Some(had) => format!("Change {}", had.name),
                None => format!("Connect {}", of.title),
            },
            system: of.title,
            connector: of.name,
            is_new: had.is_none(),
            guide: format!("{HERE}/systems/{}", of.name),
            lost: super::place_fields::lost(of),
            fields,
            frame,
            faults,
        }
    }
}

fn field(setting: &Setting, name: &str, was: &str, held: bool, on: bool) -> Field {
    let mut help = setting.hint.to_owned();
    let mut also = |sentence: &str| {
        if !help.is_empty() {
            help.push(' ');
        }
        help.push_str(sentence);
    };
    if held {
        also("It is set, and not shown. Left empty it stays as it is.");
    } else if !setting.default.is_empty() && setting.kind == "address" {
        also(&format!("Left empty: {}", setting.default));
    }
    let made = match setting.kind {
        _ if setting.secret => Field::password(name, setting.label, "off"),
        "switch" => Field::tick(name, setting.label, on),
        "choice" => {
            let was = if was.is_empty() { setting.default } else { was };
            let choice = |word: &&str| Choice::new(word, &spelled(word));
            Field::select(
                name,
                setting.label,
                setting.choices.iter().map(choice).collect(),
            )
            .value(was)
        }
        _ => Field::text(name, setting.label).value(was).most(4096),
    };
    let made = made.help(&help);
    // What there is already need not be typed again.
    let needed = setting.required && !held || setting.kind == "choice";
    if needed { made.needed() } else { made }
}

/// `in_progress` → `In progress`.
pub(super) fn spelled(word: &str) -> String {
    words::capital(&word.replace('_', " "))
}

#[cfg(test)]
pub(super) fn example() -> Described {
    use hiring::destination::described;
    use std::sync::Arc;
    let setting = Setting {
        name: "api_key",
        label: "API <key>",
        hint: "Of the <x>.",
        required: true,
        secret: true,
        default: "",
        kind: "text",
        choices: &[],
    };
    let field = |field, place, remark| described::Field {
        field,
        place,
        remark,
    };
    Described {
        name: "example",
        title: "Example <x>",
        settings: vec![
            setting,
            Setting {
                name: "region",
                label: "Region",
                required: false,
                secret: false,
                kind: "choice",
                choices: &["eu", "us"],
                default: "eu",
                ..setting
            },
            Setting {
                name: "quiet",
                label: "Quiet",
                required: false,
                secret: false,
                kind: "switch",
                ..setting
            },
        ],
        fields: vec![
            field("emails", Some("email <x>"), ""),
            field("birth_date", None, ""),
            field("phones", Some("phone"), "only the first"),
        ],
        requests: 50,
        seconds: 30,
        at_once: 4,
        guide: "# Example\n\nA *guide*.",
        check: Arc::new(|given| match given.contains_key("api_key") {
            true => Ok(given.clone()),
            false => Err(vec![("api_key".into(), "is required".into())]),
        }),
    }
}

impl Page for Choose {
    #[cfg(test)]
    fn sample() -> Choose {
        let faults = Faults::one("connector", "Choose one of the systems.");
        Choose::among(Frame::sample(), &[&example()], faults)
    }
}

impl Page for PlaceForm {
    #[cfg(test)]
    fn sample() -> PlaceForm {
        let inputs = Inputs::parse(b"name=%3Cx%3E&settings.api_key=typed-secret").unwrap();
        let of = example();
        let faults = flaws(&of, of.judge(&Settings::new()).err().as_ref());
        PlaceForm::of(Frame::sample(), &of, None, &inputs, faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_was_typed_is_never_shown_again() {
        let page = PlaceForm::sample().render().unwrap();
        assert!(page.contains("name=\"settings.api_key\" type=\"password\""));
        assert!(page.contains("API &#60;key&#62; is required."), "{page}");
        assert!(!page.contains("typed-secret"), "{page}");
    }
}
