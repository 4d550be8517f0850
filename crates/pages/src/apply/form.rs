//! The form: the job's fields with what is written so far, its files, and its faults in a summary and at their fields.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use hiring::Problem;
use hiring::draft::{self, EMAIL, Fault, FaultKind, NAME, Upload};
use hiring::job::{Field, FieldKind};
use serde_json::{Map, Value, json};

use super::question::{Question, question, standard};
use super::{Visit, failed};
use crate::moment::Moment;
use crate::page::{self, Area, Page};
use crate::speech::Speech;

#[derive(Template)]
#[template(path = "apply.html")]
pub(crate) struct Form {
    pub(super) t: Speech,
    organization: String,
    job: String,
    greeting: Option<String>,
    message: Vec<String>,
    until: Option<(Moment, String)>,
    notice: Option<String>,
    faults_title: String,
    faults: Vec<FaultLine>,
    csrf: String,
    /// What this page shows, by input: what differs from it was changed here.
    seen: String,
    /// What the page's script says, in the page's language.
    words: String,
    person: Vec<Question>,
    questions: Vec<Question>,
    /// The link to come back by, where it is not the invite's.
    link: Option<String>,
    invited: bool,
    languages: Vec<Speech>,
    /// Whether it is only looked at: where to go back to.
    preview: Option<String>,
}

/// The form of a job as applicants see it, for whoever makes it.
pub(crate) fn preview(
    t: Speech,
    organization: &str,
    job: &str,
    fields: &[Field],
    back: &str,
) -> Form {
    let written = Map::new();
    let numbered = fields.iter().enumerate();
    Form {
        t,
        organization: organization.to_owned(),
        job: job.to_owned(),
        greeting: None,
        message: Vec::new(),
        until: None,
        notice: None,
        faults_title: String::new(),
        faults: Vec::new(),
        csrf: String::new(),
        seen: String::new(),
        words: String::new(),
        person: standard(t, false, &written),
        questions: numbered
            .map(|(n, field)| question(t, n, field, &written, &[]))
            .collect(),
        link: None,
        invited: false,
        languages: Speech::all().collect(),
        preview: Some(back.to_owned()),
    }
}

/// A line of the summary.
struct FaultLine {
    href: String,
    label: String,
    text: String,
}

/// The form as it stands. `faults`: what keeps it from being sent.
pub(super) async fn show(
    visit: &Visit,
    status: StatusCode,
    faults: &[Fault],
    notice: Option<String>,
) -> Response {
    let entrance = &visit.entrance;
    let (written, uploads) = match &entrance.draft {
        None => (Map::new(), Vec::new()),
        Some(draft) => {
            let (draft, key) = (draft.clone(), visit.app.key.clone());
            let found = visit.app.store.read(move |r| {
                Ok::<_, Problem>((draft::answers(r, &key, &draft)?, draft::uploads(r, &draft)?))
            });
            match found.await {
                Ok(found) => found,
                Err(problem) => return failed(visit, &problem),
            }
        }
    };
    page::html(
        Area::Link,
        status,
        &form(visit, faults, notice, written, &uploads),
    )
}

fn form(
    visit: &Visit,
    faults: &[Fault],
    notice: Option<String>,
    mut written: Map<String, Value>,
    uploads: &[Upload],
) -> Form {
    let (t, entrance) = (visit.t, &visit.entrance);
    if let Some((name, email)) = &entrance.person {
        // What is known of an invited person stands there until they write something else.
        if !written.contains_key(NAME) && !name.is_empty() {
            written.insert(NAME.into(), json!(name));
        }
        if let Some(email) = email {
            written.insert(EMAIL.into(), json!(email));
        }
    }
    let person = standard(t, entrance.fixed_email().is_some(), &written);
    let fields = entrance.fields.iter().enumerate();
    let questions = fields.map(|(n, field)| question(t, n, field, &written, uploads));
    let (mut person, mut questions) = (person, questions.collect::<Vec<_>>());
    for question in person.iter_mut().chain(&mut questions) {
        let fault = faults.iter().find(|f| f.name == question.name);
        question.fault = fault.map(|f| words(t, f.kind, question.shape));
    }
    let lines = person.iter().chain(&questions).filter_map(|q| {
        Some(FaultLine {
            href: format!("#{}", q.target()),
            label: q.label.clone(),
            text: q.fault.clone()?,
        })
    });
    let lines: Vec<FaultLine> = lines.collect();
    let invite = entrance.invite.as_ref();
    let url = &visit.app.settings.public_url;
    let named = entrance.person.as_ref().map(|(name, _)| name.as_str());
    Form {
        t,
        organization: entrance.organization.clone(),
        job: entrance.job.title.clone(),
        greeting: named
            .filter(|n| !n.is_empty())
            .map(|n| t.one("form-hello", "name", n)),
        message: invite
            .and_then(|i| i.message.as_deref())
            .map_or(Vec::new(), crate::plain::paragraphs),
        until: invite.map(|i| {
            let mut moment = Moment::at(i.expires_at);
            moment.text = t.moment(i.expires_at);
            (
                moment,
                t.one("form-left", "time", &t.roughly(i.expires_at - entrance.now)),
            )
        }),
        notice,
        faults_title: t.count("faults-title", lines.len() as i64),
        faults: lines,
        csrf: visit.csrf(),
        seen: seen(&entrance.fields, &written),
        words: super::words::of(t),
        link: invite
            .is_none()
            .then(|| format!("{url}/apply/{}", visit.token)),
        invited: invite.is_some(),
        languages: Speech::all().collect(),
        preview: None,
        person,
        questions,
    }
}

/// The stamps of what the page shows.
fn seen(fields: &[Field], written: &Map<String, Value>) -> String {
    let asked = fields
        .iter()
        .filter(|f| f.kind != FieldKind::File)
        .map(draft::input);
    let names = [NAME.to_owned(), EMAIL.to_owned()].into_iter().chain(asked);
    let stamps: Map<String, Value> = names
        .map(|name| {
            let stamp = draft::stamp(written.get(&name).unwrap_or(&Value::Null));
            (name, Value::String(stamp))
        })
        .collect();
    Value::Object(stamps).to_string()
}

/// A fault in words.
pub(super) fn words(t: Speech, kind: FaultKind, shape: &str) -> String {
    match kind {
        FaultKind::Missing => match shape {
            "file" => t.say("fault-missing-file"),
            "radios" | "checks" | "select" => t.say("fault-missing-choice"),
            _ => t.say("fault-missing"),
        },
        FaultKind::NoConsent => t.say("fault-no-consent"),
        FaultKind::OtherConsent => t.say("fault-other-consent"),
        FaultKind::Email => t.say("fault-email"),
        FaultKind::Phone => t.say("fault-phone"),
        FaultKind::Url => t.say("fault-url"),
        FaultKind::Number => t.say("fault-number"),
        FaultKind::Date => t.say("fault-date"),
        FaultKind::Choice => t.say("fault-choice"),
        FaultKind::TooLong(most) => t.one("fault-long", "most", &most.to_string()),
        FaultKind::Unfinished => t.say("fault-unfinished"),
        FaultKind::EmptyFile => t.say("fault-empty-file"),
        FaultKind::LargeFile => t.one("fault-large-file", "most", &t.size(draft::LARGEST_FILE)),
        FaultKind::Quota => t.one("fault-quota", "most", &t.size(draft::QUOTA)),
    }
}

impl Page for Form {
    #[cfg(test)]
    fn sample() -> Form {
        use hiring::id::{FieldId, JobId};
        let t = Speech::ENGLISH;
        let field = |kind: FieldKind, label: &str| Field {
            id: FieldId(1),
            job: JobId(1),
            name: label.to_lowercase(),
            label: label.to_owned(),
            kind,
            required: true,
            options: vec!["<x>".into(), "two".into()],
            help: Some("Help <x>".into()),
            consent: None,
        };
        let kinds = [
            FieldKind::Text,
            FieldKind::LongText,
            FieldKind::Email,
            FieldKind::Phone,
            FieldKind::Url,
            FieldKind::Number,
            FieldKind::Date,
            FieldKind::Choice,
            FieldKind::MultipleChoice,
            FieldKind::File,
            FieldKind::YesNo,
            FieldKind::Consent,
        ];
        let fields: Vec<Field> = kinds.iter().map(|k| field(*k, k.word())).collect();
        let numbered = fields.iter().enumerate();
        let written = Map::new();
        let mut questions: Vec<Question> = numbered
            .map(|(n, f)| question(t, n, f, &written, &[]))
            .collect();
        questions[0].fault = Some(t.say("fault-missing"));
        questions[9].files.push(super::question::FileLine {
            uid: "u".into(),
            name: "<x>.pdf".into(),
            complete: true,
            text: t.say("form-file-here"),
        });
        Form {
            t,
            organization: "Nordwind & Söhne".into(),
            job: "Backend <Engineer>".into(),
            greeting: Some("Hello Ada".into()),
            message: vec!["Do <x> come".into()],
            until: Some((Moment::at(1_773_480_413_000_000), "13 days left".into())),
            notice: Some(t.say("form-saved")),
            faults_title: t.count("faults-title", 1),
            faults: vec![FaultLine {
                href: "#q1".into(),
                label: "text".into(),
                text: t.say("fault-missing"),
            }],
            csrf: "c".into(),
            seen: seen(&fields, &written),
            words: super::words::of(t),
            person: standard(t, true, &written),
            questions,
            link: Some("http://x/apply/t".into()),
            invited: true,
            languages: Speech::all().collect(),
            preview: None,
        }
    }
}

/// Faults of single fields, in words, for a script: by input.
pub(super) fn spoken(t: Speech, faults: &[Fault]) -> Map<String, Value> {
    let lines = faults.iter();
    lines
        .map(|f| (f.name.clone(), json!(words(t, f.kind, "text"))))
        .collect()
}
