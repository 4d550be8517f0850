//! One question of a job's form: of every kind, with its help, its options, its consent.

use askama::Template;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use hiring::id::{FieldId, Uuid};
use hiring::job::{self, ConsentText, FieldKind, NewField};
use hiring::member::Right;
use hiring::problem::Noun;
use hiring::{App, Problem};

use super::questions::form_at;
use super::{LARGEST, find, one_line, refused, version};
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::may::Route;
use crate::desk::visit::{Answer, Inputs, Named, Refusal, Visit};
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/question.html")]
pub(crate) struct Ask {
    frame: Frame,
    back: String,
    title: String,
    new: bool,
    version: i64,
    faults: Faults,
    fields: Vec<Field>,
}

const KINDS: [(FieldKind, &str, &str); 12] = [
    (FieldKind::Text, "Short text", "One line."),
    (FieldKind::LongText, "Long text", "Several lines."),
    (FieldKind::Email, "E-mail address", ""),
    (FieldKind::Phone, "Phone number", ""),
    (FieldKind::Url, "Web address", "Such as a portfolio."),
    (FieldKind::Number, "Number", ""),
    (FieldKind::Date, "Date", ""),
    (
        FieldKind::Choice,
        "One of several",
        "Write the options below.",
    ),
    (
        FieldKind::MultipleChoice,
        "Any of several",
        "Write the options below.",
    ),
    (FieldKind::File, "File", "Such as a résumé; at most 25 MB."),
    (FieldKind::YesNo, "Yes or no", ""),
    (
        FieldKind::Consent,
        "Consent",
        "Write below what one consents to.",
    ),
];

/// A kind of question in words.
pub(super) fn kind_words(kind: FieldKind) -> &'static str {
    let found = KINDS.iter().find(|(of, ..)| *of == kind);
    found.map_or("Short text", |(_, words, _)| words)
}

pub(super) fn routes() -> Vec<Route> {
    const CHANGES: Right = Right::ChangeJobs;
    vec![
        Route::get("/desk/jobs/{uid}/form/new", CHANGES, new),
        Route::post("/desk/jobs/{uid}/form/new", CHANGES, add).largest(LARGEST),
        Route::get("/desk/jobs/{uid}/form/questions/{id}", CHANGES, show),
        Route::post("/desk/jobs/{uid}/form/questions/{id}", CHANGES, save).largest(LARGEST),
    ]
}

/// The job and the question in an address.
struct OfForm(Uuid, FieldId);

impl FromRequestParts<App> for OfForm {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<OfForm, Refusal> {
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        let read = |(uid, id): (String, String)| {
            Some(OfForm(uid.parse().ok()?, FieldId(id.parse().ok()?)))
        };
        let found = path.ok().and_then(|Path(both)| read(both));
        found.ok_or_else(|| Problem::NotFound(Noun::Route).into())
    }
}

/// `GET /desk/jobs/{uid}/form/new`.
async fn new(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let page = Ask {
        frame: visit.frame(Section::Jobs),
        back: form_at(uid),
        title: job.title,
        new: true,
        version: job.updated_at,
        faults: Faults::none(),
        fields: fields(&NewField::default(), &Faults::none()),
    };
    Ok(visit.page(&page))
}

/// `POST /desk/jobs/{uid}/form/new`.
async fn add(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    put(app, visit, uid, None, inputs).await
}

/// `POST /desk/jobs/{uid}/form/questions/{id}`.
async fn save(
    State(app): State<App>,
    visit: Visit,
    OfForm(uid, id): OfForm,
    inputs: Inputs,
) -> Answer {
    put(app, visit, uid, Some(id), inputs).await
}

/// `GET /desk/jobs/{uid}/form/questions/{id}`.
async fn show(State(app): State<App>, visit: Visit, OfForm(uid, id): OfForm) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, of) = (visit.org(), job.id);
    let all = app.store.read(move |r| job::fields(r, org, of)).await?;
    let field = all.into_iter().find(|field| field.id == id);
    let field = field.ok_or(Problem::NotFound(Noun::Route))?;
    let had = NewField {
        name: field.name,
        label: field.label,
        kind: field.kind,
        required: field.required,
        options: field.options,
        help: field.help,
        consent: field.consent,
    };
    let page = Ask {
        frame: visit.frame(Section::Jobs),
        back: form_at(uid),
        title: job.title,
        new: false,
        version: job.updated_at,
        faults: Faults::none(),
        fields: fields(&had, &Faults::none()),
    };
    Ok(visit.page(&page))
}

async fn put(app: App, visit: Visit, uid: Uuid, field: Option<FieldId>, inputs: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (typed, seen) = (typed(&inputs), version(&inputs));
    let (caller, of, question) = (visit.caller.clone(), job.id, typed.clone());
    let done = app.store.write(move |tx| {
        job::unchanged(tx, caller.org, of, seen)?;
        match field {
            None => job::ask(tx, &caller, of, &question),
            Some(id) => job::rephrase(tx, &caller, of, id, &question),
        }
    });
    let (faults, seen) = match done.await {
        Ok(()) => {
            let words = match field {
                None => "The question is added at the end.",
                Some(_) => "The question is saved.",
            };
            return Ok(visit.done(&form_at(uid), words));
        }
        Err(problem) => refused(problem, seen)?,
    };
    let page = Ask {
        frame: visit.frame(Section::Jobs),
        back: form_at(uid),
        title: job.title,
        new: field.is_none(),
        version: seen,
        fields: fields(&typed, &faults),
        faults,
    };
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// The question as it was typed. What its kind has no use for is left out.
fn typed(inputs: &Inputs) -> NewField {
    let kind = FieldKind::parse(inputs.get("kind")).unwrap_or_default();
    let lines = inputs.get("options").lines().map(one_line);
    let text = |name: &str| Some(inputs.get(name).to_owned()).filter(|text| !text.is_empty());
    let choice = matches!(kind, FieldKind::Choice | FieldKind::MultipleChoice);
    NewField {
        name: String::new(),
        label: one_line(inputs.get("label")),
        kind,
        required: inputs.has("required"),
        options: match choice {
            true => lines.filter(|line| !line.is_empty()).collect(),
            false => Vec::new(),
        },
        help: text("help"),
        consent: (kind == FieldKind::Consent).then(|| ConsentText {
            text: inputs.get("consent").to_owned(),
            version: text("version_of_consent").unwrap_or_else(|| "1".to_owned()),
            purpose: text("purpose").unwrap_or_else(|| "application".to_owned()),
        }),
    }
}

fn fields(of: &NewField, faults: &Faults) -> Vec<Field> {
    let kinds = KINDS
        .iter()
        .map(|(kind, words, help)| Choice::new(kind.word(), words).help(help));
    let consent = of.consent.clone().unwrap_or(ConsentText {
        text: String::new(),
        version: "1".to_owned(),
        purpose: "application".to_owned(),
    });
    vec![
        Field::text("label", "Question")
            .value(&of.label)
            .most(500)
            .needed()
            .with(faults),
        Field::text("help", "Help")
            .help("A sentence that stands below the question.")
            .value(of.help.as_deref().unwrap_or(""))
            .most(500)
            .with(faults),
        Field::tick("required", "Whoever applies must answer it", of.required),
        Field::radios("kind", "Kind of answer", kinds.collect())
            .value(of.kind.word())
            .needed()
            .with(faults),
        Field::lines("options", "Options", 5)
            .help("For one or any of several: one option a line.")
            .value(&of.options.join("\n"))
            .with(faults),
        Field::lines("consent", "What one consents to", 5)
            .help("For a consent: its whole text.")
            .value(&consent.text)
            .with(faults),
        Field::text("version_of_consent", "Version of that text")
            .help("Another wording is another version.")
            .value(&consent.version)
            .most(50)
            .narrow()
            .with(faults),
        Field::text("purpose", "What the data are used for")
            .value(&consent.purpose)
            .most(200)
            .with(faults),
    ]
}

impl Page for Ask {
    #[cfg(test)]
    fn sample() -> Ask {
        let faults = Faults::one("label", "No <x>.");
        let of = NewField {
            label: "Why <x>?".into(),
            options: vec!["<x>".into()],
            ..NewField::default()
        };
        Ask {
            frame: Frame::sample(),
            back: "/desk/jobs/u/form".into(),
            title: "Backend <Engineer>".into(),
            new: true,
            version: 1,
            fields: fields(&of, &faults),
            faults,
        }
    }
}
