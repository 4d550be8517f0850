//! The body that makes a job.

use std::collections::HashSet;

use hiring::job::FieldKind;
use hiring::problem::{FlawCode, Result};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::{days, record, refuse_unknown, text, uids};
use crate::body::Body;
use crate::check::{Check, Object};

/// Longest name, label or option.
pub(super) const NAME: usize = 200;
/// Longest description.
pub(super) const TEXT: usize = 100_000;
/// Longest help for a field, and longest text of a consent.
const HELP: usize = 1_000;
const CONSENT: usize = 20_000;
const MOST_STAGES: usize = 100;
const MOST_FIELDS: usize = 200;
const MOST_OPTIONS: usize = 500;

/// A new job. It is open at once.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({
    "title": "Engine Programmer",
    "stages": ["Applied", {"name": "Interview", "kind": "interview"}, "Offer"],
    "fields": [
        {"name": "phone", "label": "Phone", "type": "phone", "required": true},
        {"label": "Notice period", "type": "choice", "options": ["Immediately", "One month"]}
    ]
}))]
pub(in crate::native) struct NewJob {
    /// As people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Your own sign for it.
    #[schema(max_length = 200)]
    pub code: Option<String>,
    /// What it is about: text or HTML.
    #[schema(max_length = 100_000)]
    pub description: Option<String>,
    /// For how many days invites to it are valid. Left out: 14.
    #[schema(minimum = 1, maximum = 365)]
    pub invite_days: Option<i64>,
    /// Departments, by id.
    #[schema(max_items = 50, required = false)]
    pub departments: Vec<Uuid>,
    /// Offices, by id.
    #[schema(max_items = 50, required = false)]
    pub offices: Vec<Uuid>,
    /// Members who recruit for it, by id.
    #[schema(max_items = 50, required = false)]
    pub recruiters: Vec<Uuid>,
    /// Members who decide, by id.
    #[schema(max_items = 50, required = false)]
    pub hiring_managers: Vec<Uuid>,
    /// The pipeline, in order. Left out or empty: Applied, Screen, Interview, Offer.
    #[schema(max_items = 100, required = false)]
    pub stages: Vec<NewStage>,
    /// The form that applications answer.
    #[schema(max_items = 200, required = false)]
    pub fields: Vec<NewField>,
    /// Whether it has a public page where anybody who knows its address can apply. Left out: yes.
    #[schema(value_type = Option<bool>)]
    pub public: bool,
}

/// A stage; a bare string is its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::native) struct NewStage {
    /// Unique in the job.
    pub name: String,
    /// What happens there: `review`, `screen`, `interview`, `offer` or a word of your own.
    pub kind: String,
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct NewField {
    /// The name answers are given under, unique in the job. Left out: the label in lower case with `_` between words.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub name: String,
    /// What people read.
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    /// What is asked for. Left out: `text`.
    #[schema(rename = "type", value_type = Option<super::answer::FieldType>)]
    pub kind: FieldKind,
    /// Whether an application must answer it.
    #[schema(value_type = Option<bool>)]
    pub required: bool,
    /// The permitted answers: required for choices, for nothing else.
    #[schema(value_type = Option<Vec<String>>, max_items = 500)]
    pub options: Vec<String>,
    /// A sentence that helps people who fill in the form.
    #[schema(max_length = 1000)]
    pub help: Option<String>,
    /// What one consents to: for a consent, for nothing else. Left out there: the label.
    pub consent: Option<NewConsent>,
}

/// What somebody is asked to consent to.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct NewConsent {
    /// The whole text.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: String,
    /// Names this wording. Left out: `1`.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub version: String,
    /// What the data are used for. Left out: `application`.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub purpose: String,
}

impl PartialSchema for NewStage {
    fn schema() -> RefOr<Schema> {
        let text = json!({"type": "string", "minLength": 1, "maxLength": NAME});
        let whole = json!({"type": "object", "required": ["name"], "properties": {"name": text, "kind": {
            "type": "string",
            "maxLength": NAME,
            "description": "What happens there: review, screen, interview, offer or a word of your own.",
        }}});
        record::from_json(json!({"oneOf": [text, whole],
            "description": "A stage, unique in the job; a bare string is its name."}))
    }
}

impl ToSchema for NewStage {}

const MEMBERS: &[&str] = &[
    "title",
    "code",
    "description",
    "invite_days",
    "departments",
    "offices",
    "recruiters",
    "hiring_managers",
    "stages",
    "fields",
    "public",
];

impl NewJob {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewJob> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "title");
        let parsed = NewJob {
            title: text(&mut check, &root, "title", NAME).unwrap_or_default(),
            code: text(&mut check, &root, "code", NAME),
            description: text(&mut check, &root, "description", TEXT),
            invite_days: days(&mut check, &root, "invite_days"),
            departments: uids(&mut check, &root, "departments").unwrap_or_default(),
            offices: uids(&mut check, &root, "offices").unwrap_or_default(),
            recruiters: uids(&mut check, &root, "recruiters").unwrap_or_default(),
            hiring_managers: uids(&mut check, &root, "hiring_managers").unwrap_or_default(),
            stages: stages(&mut check, &root),
            fields: fields(&mut check, &root),
            public: check.boolean(&root, "public").unwrap_or(true),
        };
        refuse_unknown(&mut check, &root, MEMBERS);
        check.done()?;
        Ok(parsed)
    }
}

/// Notes a fault when list `name` has more than `most` items.
fn at_most_items(check: &mut Check<'_>, object: &Object<'_>, name: &str, most: usize) {
    let items = object
        .get(name)
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if items > most {
        let detail = format!("{name} must have at most {most} items");
        check.flaw(object.pointer(name), FlawCode::TooLong, detail);
    }
}

fn stages<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Vec<NewStage> {
    at_most_items(check, root, "stages", MOST_STAGES);
    let mut stages: Vec<NewStage> = Vec::new();
    for (at, item) in check.list(root, "stages") {
        let Some(stage) = stage(check, &at, item) else {
            continue;
        };
        let same = |s: &NewStage| hiring::text::key(&s.name) == hiring::text::key(&stage.name);
        if stages.iter().any(same) {
            let detail = "two stages of this job have one name";
            check.flaw(at, FlawCode::Contradiction, detail);
        }
        stages.push(stage);
    }
    stages
}

fn stage<'v, 'b: 'v>(check: &mut Check<'b>, at: &str, item: &'v Value) -> Option<NewStage> {
    match item {
        Value::String(name) => {
            let name = name.trim();
            if name.is_empty() {
                check.flaw(at, FlawCode::Required, "a stage needs a name");
            } else if name.chars().count() > NAME {
                let detail = format!("a stage's name must have at most {NAME} characters");
                check.flaw(at, FlawCode::TooLong, detail);
            }
            Some(NewStage {
                name: name.to_owned(),
                kind: usual_kind(name).to_owned(),
            })
        }
        Value::Object(members) => {
            let object = Object {
                at: at.to_owned(),
                members,
            };
            named_stage(check, &object)
        }
        _ => {
            check.flaw(at, FlawCode::WrongType, "a stage is a string or an object");
            None
        }
    }
}

fn named_stage<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>) -> Option<NewStage> {
    check.require(object, "name");
    let name = text(check, object, "name", NAME);
    let kind = text(check, object, "kind", NAME);
    refuse_unknown(check, object, &["name", "kind"]);
    let name = name?;
    let kind = kind.unwrap_or_else(|| usual_kind(&name).to_owned());
    Some(NewStage { name, kind })
}

/// The kind that a stage's name speaks of.
fn usual_kind(name: &str) -> &'static str {
    let name = hiring::text::key(name);
    let speaks = |words: &[&str]| words.iter().any(|w| name.contains(w));
    if speaks(&["hired"]) {
        "hire"
    } else if speaks(&["reject"]) {
        "reject"
    } else if speaks(&["offer"]) {
        "offer"
    } else if speaks(&["interview"]) {
        "interview"
    } else if speaks(&["screen", "phone"]) {
        "screen"
    } else {
        "review"
    }
}

fn fields<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Vec<NewField> {
    at_most_items(check, root, "fields", MOST_FIELDS);
    let mut names = HashSet::new();
    let mut fields = Vec::new();
    for object in check.objects(root, "fields") {
        let Some(field) = field(check, &object) else {
            continue;
        };
        if !names.insert(field.name.clone()) {
            let member = if object.has("name") { "name" } else { "label" };
            let detail = "two fields of this job have one name";
            check.flaw(object.pointer(member), FlawCode::Contradiction, detail);
        }
        fields.push(field);
    }
    fields
}

fn field<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>) -> Option<NewField> {
    check.require(object, "label");
    let label = text(check, object, "label", NAME);
    let name = text(check, object, "name", NAME);
    let kind = kind(check, object);
    let required = check.boolean(object, "required").unwrap_or(false);
    let options = options(check, object, kind);
    let help = text(check, object, "help", HELP);
    let consent = consent(check, object, kind);
    refuse_unknown(
        check,
        object,
        &[
            "name", "label", "type", "required", "options", "help", "consent",
        ],
    );
    let label = label?;
    let name = name.unwrap_or_else(|| slug(&label));
    if name.is_empty() {
        let detail = "this label makes no name; send a name too";
        check.flaw(object.pointer("name"), FlawCode::Required, detail);
    }
    Some(NewField {
        name,
        label,
        kind,
        required,
        options,
        help,
        consent,
    })
}

fn consent<'v, 'b: 'v>(
    check: &mut Check<'b>,
    object: &Object<'v>,
    kind: FieldKind,
) -> Option<NewConsent> {
    let of = check.object(object, "consent")?;
    if kind != FieldKind::Consent {
        let detail = "only a consent has a consent text";
        check.flaw(&of.at, FlawCode::Contradiction, detail);
    }
    check.require(&of, "text");
    let text_of = text(check, &of, "text", CONSENT);
    let version = text(check, &of, "version", NAME);
    let purpose = text(check, &of, "purpose", NAME);
    refuse_unknown(check, &of, &["text", "version", "purpose"]);
    Some(NewConsent {
        text: text_of?,
        version: version.unwrap_or_else(|| "1".to_owned()),
        purpose: purpose.unwrap_or_else(|| "application".to_owned()),
    })
}

fn kind(check: &mut Check<'_>, object: &Object<'_>) -> FieldKind {
    let words = FieldKind::words();
    let words: Vec<&str> = words.split(", ").collect();
    check
        .choice(object, "type", &words)
        .and_then(|word| FieldKind::parse(&word))
        .unwrap_or(FieldKind::Text)
}

fn options(check: &mut Check<'_>, object: &Object<'_>, kind: FieldKind) -> Vec<String> {
    at_most_items(check, object, "options", MOST_OPTIONS);
    let options = check.strings(object, "options");
    let at = object.pointer("options");
    let choice = matches!(kind, FieldKind::Choice | FieldKind::MultipleChoice);
    let nothing = |v: &Value| v.as_array().is_some_and(Vec::is_empty);
    if choice && object.get("options").is_none_or(nothing) {
        check.flaw(&at, FlawCode::Required, "a choice needs options");
    }
    if !choice && !options.is_empty() {
        let detail = "only a choice or a multiple_choice has options";
        check.flaw(&at, FlawCode::Contradiction, detail);
    }
    for (i, option) in options.iter().enumerate() {
        if option.trim().is_empty() {
            check.flaw(
                format!("{at}/{i}"),
                FlawCode::Required,
                "an option is blank",
            );
        } else if option.chars().count() > NAME {
            let detail = format!("an option must have at most {NAME} characters");
            check.flaw(format!("{at}/{i}"), FlawCode::TooLong, detail);
        } else if options[..i].contains(option) {
            let detail = "two options of this field are the same";
            check.flaw(format!("{at}/{i}"), FlawCode::Contradiction, detail);
        }
    }
    options
}

/// Letters and digits in lower case, `_` for all else.
fn slug(label: &str) -> String {
    let words = label.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
    hiring::text::key(&words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;

    fn parse(value: &Value) -> Result<NewJob> {
        NewJob::parse(&Body::read(Bytes::from(value.to_string()), |_| false).expect("a body"))
    }

    #[test]
    fn a_job_is_read_in_both_spellings_of_its_stages() {
        let job = parse(&json!({
            "title": " Clerk ",
            "stages": ["Applied", {"name": "Phone call"}, {"name": "Trial", "kind": "work"}],
            "fields": [
                {"label": "Notice period!", "type": "choice", "options": ["now", "later"], "required": true},
                {"name": "cv", "label": "CV", "type": "file", "required": null}
            ]
        }))
        .unwrap();
        assert_eq!(job.title, "Clerk");
        let stages: Vec<_> = job
            .stages
            .iter()
            .map(|s| (s.name.as_str(), s.kind.as_str()))
            .collect();
        assert_eq!(
            stages,
            [
                ("Applied", "review"),
                ("Phone call", "screen"),
                ("Trial", "work")
            ]
        );
        let names: Vec<_> = job
            .fields
            .iter()
            .map(|f| (f.name.as_str(), f.required))
            .collect();
        assert_eq!(names, [("notice_period", true), ("cv", false)]);
        assert!(parse(&json!({"title": "x", "stages": null, "fields": []})).is_ok());
    }

    #[test]
    fn faults_are_named() {
        let field = |field: Value| json!({"title": "x", "fields": [field]});
        for (sent, pointer, code) in [
            (json!({}), "/title", C::Required),
            (json!({"title": " "}), "/title", C::Required),
            (json!({"title": 1}), "/title", C::WrongType),
            (json!({"title": "x".repeat(201)}), "/title", C::TooLong),
            (
                json!({"title": "x", "status": "open"}),
                "/status",
                C::UnknownField,
            ),
            (
                json!({"title": "x", "offices": ["here"]}),
                "/offices/0",
                C::WrongType,
            ),
            (
                json!({"title": "x", "recruiters": [Uuid::nil(), Uuid::nil()]}),
                "/recruiters/1",
                C::Contradiction,
            ),
            (
                json!({"title": "x", "stages": "a"}),
                "/stages",
                C::WrongType,
            ),
            (
                json!({"title": "x", "stages": [1]}),
                "/stages/0",
                C::WrongType,
            ),
            (
                json!({"title": "x", "stages": [""]}),
                "/stages/0",
                C::Required,
            ),
            (
                json!({"title": "x", "stages": ["a", "A "]}),
                "/stages/1",
                C::Contradiction,
            ),
            (
                json!({"title": "x", "stages": [{"kind": "a"}]}),
                "/stages/0/name",
                C::Required,
            ),
            (
                json!({"title": "x", "stages": (0..101).map(|n| n.to_string()).collect::<Vec<_>>()}),
                "/stages",
                C::TooLong,
            ),
            (field(json!({})), "/fields/0/label", C::Required),
            (field(json!({"label": "?"})), "/fields/0/name", C::Required),
            (
                field(json!({"label": "a", "type": "essay"})),
                "/fields/0/type",
                C::NotAChoice,
            ),
            (
                field(json!({"label": "a", "required": "yes"})),
                "/fields/0/required",
                C::WrongType,
            ),
            (
                field(json!({"label": "a", "type": "choice"})),
                "/fields/0/options",
                C::Required,
            ),
            (
                field(json!({"label": "a", "options": ["b"]})),
                "/fields/0/options",
                C::Contradiction,
            ),
            (
                field(json!({"label": "a", "type": "choice", "options": ["b", "b"]})),
                "/fields/0/options/1",
                C::Contradiction,
            ),
            (
                field(json!({"label": "a", "hint": "b"})),
                "/fields/0/hint",
                C::UnknownField,
            ),
            (
                json!({"title": "x", "fields": [{"label": "a"}, {"label": "A!"}]}),
                "/fields/1/label",
                C::Contradiction,
            ),
        ] {
            assert_eq!(flaws(parse(&sent)), [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
