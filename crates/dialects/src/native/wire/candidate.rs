//! The body that creates a candidate, with or without an application.

use std::borrow::Cow;

use hiring::attachment::Kind;
use hiring::problem::{FlawCode, Result};
use hiring::record::Said;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::{LONGEST_NAME, record, refuse_unknown, text, uid};
use crate::body::{Body, Step};
use crate::check::{Check, Object};

/// Characters of an external id: an index has to hold it.
pub(super) const EXTERNAL_ID: usize = 200;
/// Files in one body.
const MOST_FILES: usize = 50;
pub(super) const FILE_KINDS: [&str; 5] =
    ["resume", "cover_letter", "offer_letter", "picture", "other"];
/// Members beside the canonical fields, with their schemas.
pub(super) const MEMBERS: [&str; 7] = [
    "name",
    "job",
    "stage",
    "answers",
    "source",
    "external_id",
    "files",
];
/// Members that speak of the application and so need a job.
const OF_APPLICATION: [&str; 2] = ["stage", "answers"];

/// Body of `POST /candidates`.
#[derive(Debug, Clone)]
pub(in crate::native) struct NewCandidate {
    /// The canonical fields.
    pub said: Said,
    /// The caller's own id of the person.
    pub external_id: Option<String>,
    /// The job applied for.
    pub job: Option<Uuid>,
    /// The stage to begin in.
    pub stage: Option<Uuid>,
    /// Where the application came from.
    pub source: Option<String>,
    /// Answers to the job's form.
    pub answers: Vec<NewAnswer>,
    /// Files, their content still in slots.
    pub files: Vec<NewFile>,
}

/// One member of `answers`.
#[derive(Debug, Clone)]
pub(in crate::native) struct NewAnswer {
    /// The field's name.
    pub name: String,
    /// The answer, or its slot.
    pub value: Value,
    /// The answer.
    pub meant: Value,
    pub pointer: String,
}

/// One item of `files`.
#[derive(Debug, Clone)]
pub(in crate::native) struct NewFile {
    pub name: String,
    pub kind: Kind,
    /// The slot its content is in.
    pub slot: Option<String>,
    /// Its address, when there is no content.
    pub url: Option<String>,
    /// The field of the job's form that it answers.
    pub field: Option<String>,
    pub pointer: String,
}

/// Whether this path holds file content: `/files/<i>/content`.
pub(in crate::native) fn is_file(path: &[Step]) -> bool {
    matches!(
        path,
        [Step::Key("files"), Step::Index(_), Step::Key("content")]
    )
}

impl NewCandidate {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewCandidate> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let mut said = record::read(&mut check, &root);
        if let Some(name) = name(&mut check, &root) {
            said.insert("full_name".into(), Value::String(name));
        }
        let parsed = NewCandidate {
            external_id: text(&mut check, &root, "external_id", EXTERNAL_ID),
            job: uid(&mut check, &root, "job"),
            stage: uid(&mut check, &root, "stage"),
            source: text(&mut check, &root, "source", 200),
            answers: answers(&mut check, &root),
            files: files(&mut check, &root),
            said,
        };
        let known: Vec<&str> = MEMBERS.into_iter().chain(record::names()).collect();
        refuse_unknown(&mut check, &root, &known);
        parsed.is_somebody(&mut check);
        parsed.has_its_job(&mut check, &root);
        check.done()?;
        Ok(parsed)
    }

    fn is_somebody(&self, check: &mut Check<'_>) {
        const ONE_OF: [&str; 5] = ["full_name", "first_name", "last_name", "emails", "phones"];
        let named = ONE_OF.iter().any(|f| self.said.contains_key(*f));
        if !named && self.external_id.is_none() && !check.faulty() {
            let detail =
                "a candidate needs a name, an e-mail address, a phone number or an external_id";
            check.flaw("", FlawCode::Required, detail);
        }
    }

    fn has_its_job(&self, check: &mut Check<'_>, root: &Object<'_>) {
        if root.get("job").is_some() {
            return;
        }
        let members = OF_APPLICATION.iter().filter(|m| root.get(m).is_some());
        let members = members.map(|m| root.pointer(m));
        let fields = self.files.iter().filter(|f| f.field.is_some());
        let fields = fields.map(|f| format!("{}/field", f.pointer));
        for pointer in members.chain(fields) {
            let detail = "this needs a job to apply for";
            check.flaw(pointer, FlawCode::Contradiction, detail);
        }
    }

    /// Pointers of what the record has no place for: a source without an application.
    pub(in crate::native) fn unmapped(&self) -> Vec<String> {
        let source = self.source.as_ref().filter(|_| self.job.is_none());
        source.map(|_| "/source".to_owned()).into_iter().collect()
    }
}

/// `name` is short for `full_name`.
fn name<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Option<String> {
    let name = text(check, root, "name", 1_000)?;
    if root.get("full_name").is_some() {
        let detail = "name and full_name are the same; send one of them";
        check.flaw("/full_name", FlawCode::Contradiction, detail);
    }
    Some(name)
}

fn answers(check: &mut Check<'_>, root: &Object<'_>) -> Vec<NewAnswer> {
    let Some(object) = check.object(root, "answers") else {
        return Vec::new();
    };
    if object.members.keys().any(|name| name.len() > LONGEST_NAME) {
        let detail = "no field of a form has a name that long";
        check.flaw(object.at.clone(), FlawCode::UnknownField, detail);
        return Vec::new();
    }
    let answer = |(name, value): (&String, &Value)| NewAnswer {
        name: name.clone(),
        value: value.clone(),
        meant: check.body().actual(value).into_owned(),
        pointer: object.pointer(name),
    };
    object.members.iter().map(answer).collect()
}

fn files<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Vec<NewFile> {
    let objects = check.objects(root, "files");
    if objects.len() > MOST_FILES {
        let detail = format!("files must have at most {MOST_FILES} items");
        check.flaw("/files", FlawCode::TooLong, detail);
        return Vec::new();
    }
    let files = objects.into_iter().map(|object| file(check, object));
    files.collect()
}

fn file<'v, 'b: 'v>(check: &mut Check<'b>, object: Object<'v>) -> NewFile {
    check.require(&object, "name");
    let name = text(check, &object, "name", 255).unwrap_or_default();
    let kind = check.choice(&object, "kind", &FILE_KINDS);
    let slot = check.string(&object, "content");
    let url = web_address(check, &object);
    match (object.get("content"), object.get("url")) {
        (None, None) => {
            let detail = "a file needs its content or its url";
            check.flaw(object.pointer("content"), FlawCode::Required, detail);
        }
        (Some(_), Some(_)) => {
            let detail = "a file has a content or a url, not both";
            check.flaw(object.pointer("url"), FlawCode::Contradiction, detail);
        }
        _ => {}
    }
    refuse_unknown(check, &object, &["name", "kind", "content", "url", "field"]);
    NewFile {
        name,
        kind: kind.map_or(Kind::Other, |k| Kind::parse(&k)),
        slot,
        url,
        field: text(check, &object, "field", 200),
        pointer: object.at,
    }
}

fn web_address<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>) -> Option<String> {
    let url = text(check, object, "url", 2_000)?;
    let web = |u: url::Url| ["http", "https"].contains(&u.scheme()) && u.has_host();
    if !url::Url::parse(&url).is_ok_and(web) {
        let detail = "not an http or https address";
        check.flaw(object.pointer("url"), FlawCode::Url, detail);
    }
    Some(url)
}

impl PartialSchema for NewCandidate {
    fn schema() -> RefOr<Schema> {
        let part =
            |schema: Value| -> RefOr<Schema> { serde_json::from_value(schema).expect("a schema") };
        let file = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string", "maxLength": 255},
            "kind": {"type": "string", "enum": FILE_KINDS, "default": "other"},
            "content": {"type": "string", "format": "byte", "description": "Base64. Either this or url."},
            "url": {"type": "string", "format": "uri", "description": "Recorded now, fetched later."},
            "field": {"type": "string", "description": "The form's field that this file answers."}}});
        let schema = ObjectBuilder::new()
            .description(Some(
                "A person. At least a name, an e-mail address, a phone number or an external_id; with `job`, an \
                 application for it too. Null is as good as absent; members not listed here are refused.",
            ))
            .property("name", part(json!({"type": "string", "maxLength": 1000, "description": "Short for full_name."})))
            .property("external_id", part(json!({"type": "string", "maxLength": EXTERNAL_ID, "description":
                "Your own id of the person; the same one is the same person."})))
            .property("job", part(json!({"type": "string", "format": "uuid", "description": "The job to apply for."})))
            .property("stage", part(json!({"type": "string", "format": "uuid", "description":
                "The stage to begin in; left out: the first."})))
            .property("answers", part(json!({"type": "object", "description":
                "Answers to the job's form, by the field's name. Required fields are enforced."})))
            .property("source", part(json!({"type": "string", "maxLength": 200, "description":
                "Where the application came from."})))
            .property("files", part(json!({"type": "array", "maxItems": MOST_FILES, "items": file})));
        record::describe(schema, true).into()
    }
}

impl ToSchema for NewCandidate {
    fn name() -> Cow<'static, str> {
        "NewCandidate".into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;

    fn parse(value: &Value) -> Result<NewCandidate> {
        NewCandidate::parse(&Body::read(Bytes::from(value.to_string()), is_file).expect("a body"))
    }

    #[test]
    fn a_candidate_is_read_with_an_application_and_files() {
        let job = Uuid::now_v7();
        let new = parse(&json!({
            "name": "Ada", "external_id": "7", "job": job, "source": "fair",
            "answers": {"phone": "1", "gender": "x"},
            "files": [
                {"name": "cv.pdf", "kind": "resume", "content": "AAAA", "field": "resume"},
                {"name": "x", "url": "https://example.com/x"}
            ]
        }))
        .unwrap();
        assert_eq!(new.said["full_name"], json!("Ada"));
        assert_eq!(
            (new.job, new.external_id.as_deref()),
            (Some(job), Some("7"))
        );
        assert_eq!(new.answers[0].meant, json!("1"));
        assert_eq!(new.answers[1].meant, json!("x"));
        assert_ne!(new.answers[1].value, json!("x"));
        assert_ne!(new.files[0].slot.as_deref(), Some("AAAA"));
        assert_eq!(
            (new.files[0].kind, new.files[1].kind),
            (Kind::Resume, Kind::Other)
        );
        assert!(new.unmapped().is_empty());
        assert_eq!(
            parse(&json!({"name": "x", "source": "fair"}))
                .unwrap()
                .unmapped(),
            ["/source"]
        );
    }

    #[test]
    fn every_optional_member_accepts_null() {
        let mut all = json!({"name": "x"});
        for member in MEMBERS.iter().skip(1).copied().chain(record::names()) {
            all[member] = Value::Null;
        }
        assert_eq!(flaws(parse(&all)), []);
    }

    #[test]
    fn faults_are_named() {
        let job = Uuid::now_v7();
        let file = |file: Value| json!({"name": "x", "files": [file]});
        for (sent, pointer, code) in [
            (json!({}), "", C::Required),
            (json!([]), "", C::WrongType),
            (json!({"title": "Clerk"}), "", C::Required),
            (
                json!({"name": "x", "full_name": "y"}),
                "/full_name",
                C::Contradiction,
            ),
            (
                json!({"name": "x", "nickname": "y"}),
                "/nickname",
                C::UnknownField,
            ),
            (
                json!({"name": "x", "resume_content": {}}),
                "/resume_content",
                C::UnknownField,
            ),
            (json!({"name": "x", "sex": "y"}), "/sex", C::UnknownField),
            (json!({"name": "x", "job": "y"}), "/job", C::WrongType),
            (
                json!({"name": "x", "stage": job}),
                "/stage",
                C::Contradiction,
            ),
            (
                json!({"name": "x", "answers": {}}),
                "/answers",
                C::Contradiction,
            ),
            (
                json!({"name": "x", "job": job, "answers": []}),
                "/answers",
                C::WrongType,
            ),
            (
                json!({"name": "x", "external_id": 7}),
                "/external_id",
                C::WrongType,
            ),
            (json!({"name": "x", "files": {}}), "/files", C::WrongType),
            (
                json!({"name": "x", "files": ["y"]}),
                "/files/0",
                C::WrongType,
            ),
            (
                file(json!({"content": "AAAA"})),
                "/files/0/name",
                C::Required,
            ),
            (file(json!({"name": "y"})), "/files/0/content", C::Required),
            (
                file(json!({"name": "y", "content": 1})),
                "/files/0/content",
                C::WrongType,
            ),
            (
                file(json!({"name": "y", "content": "AAAA", "url": "http://x.org"})),
                "/files/0/url",
                C::Contradiction,
            ),
            (
                file(json!({"name": "y", "url": "file:///etc"})),
                "/files/0/url",
                C::Url,
            ),
            (
                file(json!({"name": "y", "content": "AAAA", "kind": "song"})),
                "/files/0/kind",
                C::NotAChoice,
            ),
            (
                file(json!({"name": "y", "content": "AAAA", "field": "cv"})),
                "/files/0/field",
                C::Contradiction,
            ),
            (
                file(json!({"name": "y", "content": "AAAA", "type": "pdf"})),
                "/files/0/type",
                C::UnknownField,
            ),
        ] {
            assert_eq!(flaws(parse(&sent)), [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
