//! The canonical fields (`hiring/src/record.rs`) as our own API reads and describes them: name, type, meaning.

use hiring::problem::FlawCode;
use hiring::record::Said;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};

use super::{refuse_unknown, text};
use crate::check::{Check, Object};
use crate::time;

/// What a field's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::native) enum Kind {
    /// A string of at most so many characters.
    Text(usize),
    /// `YYYY-MM-DD`.
    Date,
    /// RFC 3339.
    Moment,
    /// True or false.
    Flag,
    /// A list of strings.
    Texts,
    /// A list of `{"value", "type"?}` or bare strings.
    Contacts(Contact),
    /// A list of objects with members of their own.
    Objects,
    /// `{country, state, city, zip, street}` or `{text}`.
    Address,
    /// An object with the caller's own names.
    Custom,
    /// An equal-opportunity answer: a string, a list of strings or a boolean. It is cut out of the body before
    /// anything here sees it, kept apart, and shown to keys with `eeo:read` only.
    Answer,
    /// Other dialects' own content, shown and not taken here: files come as `files`.
    Shown,
}

/// What the value of a contact point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::native) enum Contact {
    /// Identifies the person.
    Email,
    /// Kept as it is written.
    Phone,
    /// `http` or `https`.
    Url,
}

pub(super) const NAME: usize = 1_000;
const LONG: usize = 100_000;
/// Members of an address: its parts, or one text.
pub(super) const ADDRESS: [&str; 6] = ["country", "state", "city", "zip", "street", "text"];
/// Items of a list.
const MOST: usize = 1_000;

/// Every canonical field, in the record's order.
pub(in crate::native) const FIELDS: &[(&str, Kind, &str)] = &[
    (
        "full_name",
        Kind::Text(NAME),
        "The whole name, as the person writes it.",
    ),
    ("first_name", Kind::Text(NAME), "Given name."),
    ("middle_name", Kind::Text(NAME), "Names between the others."),
    ("last_name", Kind::Text(NAME), "Family name."),
    (
        "emails",
        Kind::Contacts(Contact::Email),
        "E-mail addresses; each identifies the person within the organization, but for one with `unverified`: it was given \
         on a public page and nobody has proven it.",
    ),
    (
        "phones",
        Kind::Contacts(Contact::Phone),
        "Telephone numbers, as they were written.",
    ),
    (
        "urls",
        Kind::Contacts(Contact::Url),
        "Web addresses: profiles, portfolios.",
    ),
    ("title", Kind::Text(NAME), "What the person does now."),
    ("company", Kind::Text(NAME), "Where the person works now."),
    ("summary", Kind::Text(LONG), "A few words on the person."),
    ("locations", Kind::Texts, "Where the person is, as text."),
    (
        "location_country",
        Kind::Text(NAME),
        "The country the person is in.",
    ),
    (
        "address",
        Kind::Address,
        "Postal address, by its parts or as one text.",
    ),
    ("date_of_birth", Kind::Date, "Date of birth."),
    (
        "national_id",
        Kind::Text(NAME),
        "A number given by the state.",
    ),
    (
        "salary_expectations",
        Kind::Text(NAME),
        "In the person's own words.",
    ),
    (
        "prospect_status",
        Kind::Text(NAME),
        "Where a first contact stands.",
    ),
    (
        "contact_consent",
        Kind::Text(NAME),
        "What the person may be contacted for.",
    ),
    (
        "can_email",
        Kind::Flag,
        "Whether the person may be written to.",
    ),
    (
        "is_private",
        Kind::Flag,
        "Whether the person is hidden from most members.",
    ),
    (
        "is_internal",
        Kind::Flag,
        "Whether the person works for the organization.",
    ),
    (
        "is_anonymized",
        Kind::Flag,
        "Whether the person's data were made anonymous elsewhere.",
    ),
    (
        "last_interaction_at",
        Kind::Moment,
        "When there was last something between the person and the organization.",
    ),
    (
        "highest_education_level",
        Kind::Text(NAME),
        "The highest level of education.",
    ),
    ("visa_statuses", Kind::Texts, "Rights to work."),
    ("skills", Kind::Texts, "Skills by name."),
    ("skill_details", Kind::Objects, "Skills with how well."),
    ("education", Kind::Objects, "Schools and degrees."),
    ("experience", Kind::Objects, "Positions held."),
    ("certifications", Kind::Objects, "Certificates."),
    ("projects", Kind::Objects, "Projects."),
    ("courses", Kind::Objects, "Courses taken."),
    (
        "tags",
        Kind::Texts,
        "The organization's words for the person.",
    ),
    ("display_tags", Kind::Texts, "Tags to be shown first."),
    ("detail_tags", Kind::Objects, "Tags with who and when."),
    (
        "questions",
        Kind::Objects,
        "Questions asked and answers given.",
    ),
    (
        "notes",
        Kind::Objects,
        "What members wrote about the person.",
    ),
    (
        "interviews",
        Kind::Objects,
        "Interviews planned or held elsewhere.",
    ),
    (
        "foreign_applications",
        Kind::Objects,
        "Applications in another system.",
    ),
    (
        "foreign_attachments",
        Kind::Shown,
        "Files in another system.",
    ),
    (
        "resume_content",
        Kind::Shown,
        "A résumé as another system spoke of it.",
    ),
    (
        "photo_content",
        Kind::Shown,
        "A picture as another system spoke of it.",
    ),
    (
        "gender",
        Kind::Answer,
        "Equal-opportunity answer, for keys with `eeo:read`.",
    ),
    (
        "races",
        Kind::Answer,
        "Equal-opportunity answer, for keys with `eeo:read`.",
    ),
    (
        "veteran_status",
        Kind::Answer,
        "Equal-opportunity answer, for keys with `eeo:read`.",
    ),
    (
        "veteran_status_text",
        Kind::Answer,
        "Equal-opportunity answer, for keys with `eeo:read`.",
    ),
    (
        "disability_status",
        Kind::Answer,
        "Equal-opportunity answer, for keys with `eeo:read`.",
    ),
    (
        "disability_status_text",
        Kind::Answer,
        "Equal-opportunity answer, for keys with `eeo:read`.",
    ),
    (
        "template",
        Kind::Text(NAME),
        "The template another system is to use.",
    ),
    (
        "on_behalf_of",
        Kind::Text(NAME),
        "Your own id of the user for whom this is sent.",
    ),
    ("custom", Kind::Custom, "The organization's own fields."),
];

/// Whether blanks in this member of a body are kept as they are.
pub(in crate::native) fn keeps_blanks(name: &str) -> bool {
    let kind = FIELDS.iter().find(|f| f.0 == name).map(|f| f.1);
    let own = matches!(kind, Some(Kind::Objects | Kind::Custom | Kind::Answer));
    own || name == "answers"
}

/// Names of the fields that a caller may send.
pub(in crate::native) fn names() -> impl Iterator<Item = &'static str> {
    let taken = FIELDS.iter().filter(|(_, kind, _)| *kind != Kind::Shown);
    taken.map(|(name, ..)| *name)
}

/// The canonical fields in `root`; null and blank say nothing.
pub(in crate::native) fn read<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Said {
    let mut said = Said::new();
    for (name, kind, _) in FIELDS {
        if let Some(value) = value(check, root, name, *kind) {
            said.insert((*name).to_owned(), value);
        }
    }
    said
}

fn value<'v, 'b: 'v>(
    check: &mut Check<'b>,
    root: &Object<'v>,
    name: &str,
    kind: Kind,
) -> Option<Value> {
    match kind {
        Kind::Text(limit) => text(check, root, name, limit).map(Value::String),
        Kind::Date => date(check, root, name),
        Kind::Moment => moment(check, root, name),
        Kind::Flag => check.boolean(root, name).map(Value::Bool),
        Kind::Texts => texts(check, root, name),
        Kind::Contacts(contact) => contacts(check, root, name, contact),
        Kind::Objects => objects(check, root, name),
        Kind::Address => address(check, root, name),
        Kind::Custom => check
            .object(root, name)
            .map(|o| Value::Object(o.members.clone())),
        Kind::Answer => answer(check, root, name),
        Kind::Shown => None,
    }
}

fn date<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>, name: &str) -> Option<Value> {
    let text = text(check, root, name, 100)?;
    let well = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    if !well {
        let detail = format!("{name} must be a date, YYYY-MM-DD");
        check.flaw(root.pointer(name), FlawCode::Datetime, detail);
    }
    Some(Value::String(text))
}

/// Kept in one spelling: a moment with another offset is the same moment.
fn moment<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>, name: &str) -> Option<Value> {
    let text = text(check, root, name, 100)?;
    let Some(micros) = time::parse(&text) else {
        let detail = format!("{name} must be a time, such as 2018-01-01T12:50:50Z");
        check.flaw(root.pointer(name), FlawCode::Datetime, detail);
        return None;
    };
    Some(Value::String(match micros % 1_000_000 {
        0 => time::seconds(micros),
        _ => time::micros(micros),
    }))
}

/// The items of list `name` when there are some and not too many.
fn items<'v>(
    check: &mut Check<'_>,
    root: &Object<'v>,
    name: &str,
) -> Option<Vec<(String, &'v Value)>> {
    let items = check.list(root, name);
    if items.len() > MOST {
        let detail = format!("{name} must have at most {MOST} items");
        check.flaw(root.pointer(name), FlawCode::TooLong, detail);
        return None;
    }
    (!items.is_empty()).then_some(items)
}

fn texts(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Option<Value> {
    let items = items(check, root, name)?;
    let texts = items
        .into_iter()
        .filter_map(|(at, item)| item_text(check, at, item));
    Some(texts.collect())
}

fn item_text(check: &mut Check<'_>, at: String, item: &Value) -> Option<String> {
    let Some(text) = item.as_str() else {
        check.wrong_type(at, "a string");
        return None;
    };
    if text.chars().count() > NAME {
        let detail = format!("must have at most {NAME} characters");
        check.flaw(at, FlawCode::TooLong, detail);
    }
    Some(text.to_owned()).filter(|t| !t.trim().is_empty())
}

fn objects(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Option<Value> {
    let items = items(check, root, name)?;
    for (at, item) in &items {
        if !item.is_object() {
            check.wrong_type(at.clone(), "an object");
        }
    }
    Some(items.into_iter().map(|(_, item)| item.clone()).collect())
}

fn contacts<'v, 'b: 'v>(
    check: &mut Check<'b>,
    root: &Object<'v>,
    name: &str,
    contact: Contact,
) -> Option<Value> {
    let items = items(check, root, name)?;
    let points = items
        .into_iter()
        .filter_map(|(at, item)| point(check, at, item, contact));
    Some(points.collect())
}

fn point<'v, 'b: 'v>(
    check: &mut Check<'b>,
    at: String,
    item: &'v Value,
    contact: Contact,
) -> Option<Value> {
    match item {
        Value::String(value) => {
            judge(check, &at, value, contact);
            Some(json!({"value": value.trim()}))
        }
        Value::Object(members) => {
            let object = Object { at, members };
            check.require(&object, "value");
            refuse_unknown(check, &object, &["value", "type"]);
            let kind = text(check, &object, "type", NAME);
            let value = text(check, &object, "value", 2_000)?;
            judge(check, &object.pointer("value"), &value, contact);
            let mut point = json!({"value": value});
            if let Some(kind) = kind {
                point["type"] = json!(kind);
            }
            Some(point)
        }
        _ => {
            let detail = "must be a string or an object with value and type";
            check.flaw(at, FlawCode::WrongType, detail);
            None
        }
    }
}

fn judge(check: &mut Check<'_>, at: &str, value: &str, contact: Contact) {
    let web = |u: url::Url| ["http", "https"].contains(&u.scheme()) && u.has_host();
    match contact {
        Contact::Email if hiring::text::email_key(value).is_none() => {
            check.flaw(at, FlawCode::Email, "not an e-mail address");
        }
        Contact::Url if !url::Url::parse(value.trim()).is_ok_and(web) => {
            check.flaw(at, FlawCode::Url, "not an http or https address");
        }
        // Numbers are never refused for how they are written.
        Contact::Phone if value.trim().is_empty() => {
            check.flaw(at, FlawCode::Required, "a telephone number is blank");
        }
        _ if value.chars().count() > 2_000 => {
            check.flaw(at, FlawCode::TooLong, "must have at most 2000 characters");
        }
        _ => {}
    }
}

fn address<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>, name: &str) -> Option<Value> {
    let object = check.object(root, name)?;
    refuse_unknown(check, &object, &ADDRESS);
    let mut address = serde_json::Map::new();
    for part in ADDRESS {
        if let Some(text) = text(check, &object, part, NAME) {
            address.insert(part.to_owned(), Value::String(text));
        }
    }
    if address.contains_key("text") && address.len() > 1 {
        let detail = "an address is one text or its parts, not both";
        check.flaw(object.pointer("text"), FlawCode::Contradiction, detail);
    }
    (!address.is_empty()).then_some(Value::Object(address))
}

/// Judged by what was sent; what goes on is the slot.
fn answer(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Option<Value> {
    let slot = root.get(name)?;
    let well = match check.body().actual(slot).as_ref() {
        Value::Null => return None,
        Value::String(_) | Value::Bool(_) => true,
        Value::Array(items) => items.iter().all(Value::is_string),
        Value::Number(_) | Value::Object(_) => false,
    };
    if !well {
        let at = root.pointer(name);
        check.wrong_type(at, "a string, a list of strings or a boolean");
    }
    Some(slot.clone())
}

/// Adds the fields to a schema: those that are read (`sent`), or all that are shown.
pub(in crate::native) fn describe(mut schema: ObjectBuilder, sent: bool) -> ObjectBuilder {
    for (name, kind, meaning) in FIELDS {
        if *kind != Kind::Shown || !sent {
            schema = schema.property(*name, property(*kind, meaning));
        }
    }
    schema
}

fn property(kind: Kind, meaning: &str) -> RefOr<Schema> {
    let text = json!({"type": "string"});
    let mut schema = match kind {
        Kind::Text(limit) => json!({"type": "string", "maxLength": limit}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Moment => json!({"type": "string", "format": "date-time"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Texts => json!({"type": "array", "items": text, "maxItems": MOST}),
        Kind::Contacts(contact) => contact_schema(contact),
        Kind::Objects => {
            json!({"type": "array", "items": {"type": "object"}, "maxItems": MOST})
        }
        Kind::Address => json!({"type": "object", "properties": {
            "country": text, "state": text, "city": text, "zip": text, "street": text, "text": text}}),
        Kind::Custom => json!({"type": "object"}),
        Kind::Answer => {
            json!({"oneOf": [text, {"type": "array", "items": text}, {"type": "boolean"}]})
        }
        // `utoipa` reads no schema without a type.
        Kind::Shown => json!({"type": ["object", "array"]}),
    };
    schema["description"] = json!(meaning);
    from_json(schema)
}

/// A schema from how it is written.
pub(in crate::native) fn from_json(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).expect("a schema")
}

fn contact_schema(contact: Contact) -> Value {
    let format = match contact {
        Contact::Email => json!({"type": "string", "format": "email"}),
        Contact::Phone => json!({"type": "string"}),
        Contact::Url => json!({"type": "string", "format": "uri"}),
    };
    let point = json!({"type": "object", "required": ["value"],
        "properties": {"value": format, "type": {"type": "string"}}});
    json!({"type": "array", "items": {"oneOf": [point, format]}, "maxItems": MOST})
}

#[cfg(test)]
pub(in crate::native) mod tests {
    use super::*;
    use crate::body::Body;
    use bytes::Bytes;
    use hiring::problem::{FlawCode as C, Problem, Result};

    /// Place and kind of every fault; empty when there is none.
    pub(in crate::native) fn flaws<T>(result: Result<T>) -> Vec<(String, FlawCode)> {
        match result {
            Ok(_) => Vec::new(),
            Err(Problem::Invalid(flaws)) => {
                flaws.into_iter().map(|f| (f.pointer, f.code)).collect()
            }
            Err(other) => panic!("another problem: {other:?}"),
        }
    }

    fn said(value: &Value) -> Result<Said> {
        let body = Body::read(Bytes::from(value.to_string()), |_| false).expect("a body");
        let mut check = Check::new(&body);
        let root = check.root()?;
        let said = read(&mut check, &root);
        check.done()?;
        Ok(said)
    }

    #[test]
    fn every_canonical_field_is_known_in_the_records_order() {
        let ours: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
        let canonical: Vec<&str> = hiring::record::FIELDS
            .iter()
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(ours, canonical);
    }

    #[test]
    fn values_are_kept_in_one_spelling() {
        let said = said(&json!({
            "full_name": " Ada ", "title": null, "company": " ",
            "emails": ["a@x.org", {"value": "b@x.org", "type": "work"}],
            "date_of_birth": "1815-12-10",
            "last_interaction_at": "2018-01-01T18:20:50+05:30",
            "address": {"city": "London", "zip": null},
            "skills": ["a", " "], "tags": [],
        }))
        .unwrap();
        assert_eq!(
            Value::Object(said),
            json!({
                "full_name": "Ada",
                "emails": [{"value": "a@x.org"}, {"value": "b@x.org", "type": "work"}],
                "address": {"city": "London"},
                "date_of_birth": "1815-12-10",
                "last_interaction_at": "2018-01-01T12:50:50Z",
                "skills": ["a"],
            })
        );
    }

    #[test]
    fn equal_opportunity_answers_go_on_as_slots() {
        let said = said(&json!({
            "gender": "FEMALE", "races": ["a", "b"], "veteran_status": false, "veteran_status_text": "no",
            "disability_status": null, "disability_status_text": "none",
            "custom": {"race": "x", "team": "y"}, "questions": [{"question": "Gender", "answer": "z"}],
        }))
        .unwrap();
        let text = Value::Object(said.clone()).to_string();
        for word in [
            "FEMALE", "\"a\"", "false", "\"no\"", "none", "\"x\"", "\"z\"",
        ] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert_eq!(said["custom"]["team"], json!("y"));
        assert_eq!(said.get("disability_status"), None);
    }

    #[test]
    fn faults_are_named() {
        let many = vec!["x"; MOST + 1];
        for (sent, pointer, code) in [
            (json!({"full_name": 1}), "/full_name", C::WrongType),
            (json!({"title": "x".repeat(NAME + 1)}), "/title", C::TooLong),
            (json!({"can_email": "yes"}), "/can_email", C::WrongType),
            (
                json!({"date_of_birth": "10.12.1815"}),
                "/date_of_birth",
                C::Datetime,
            ),
            (
                json!({"date_of_birth": "2001-02-30"}),
                "/date_of_birth",
                C::Datetime,
            ),
            (
                json!({"last_interaction_at": "yesterday"}),
                "/last_interaction_at",
                C::Datetime,
            ),
            (json!({"skills": "rust"}), "/skills", C::WrongType),
            (json!({"skills": [1]}), "/skills/0", C::WrongType),
            (json!({"skills": many}), "/skills", C::TooLong),
            (json!({"education": ["x"]}), "/education/0", C::WrongType),
            (json!({"emails": ["x"]}), "/emails/0", C::Email),
            (
                json!({"emails": [{"value": "x"}]}),
                "/emails/0/value",
                C::Email,
            ),
            (
                json!({"emails": [{"type": "work"}]}),
                "/emails/0/value",
                C::Required,
            ),
            (
                json!({"emails": [{"value": "a@x.org", "kind": "work"}]}),
                "/emails/0/kind",
                C::UnknownField,
            ),
            (json!({"emails": [null]}), "/emails/0", C::WrongType),
            (json!({"phones": [" "]}), "/phones/0", C::Required),
            (json!({"urls": ["ftp://x.org"]}), "/urls/0", C::Url),
            (json!({"urls": ["x.org/ada"]}), "/urls/0", C::Url),
            (json!({"address": "London"}), "/address", C::WrongType),
            (
                json!({"address": {"town": "London"}}),
                "/address/town",
                C::UnknownField,
            ),
            (
                json!({"address": {"city": "London", "text": "x"}}),
                "/address/text",
                C::Contradiction,
            ),
            (json!({"custom": []}), "/custom", C::WrongType),
            (json!({"gender": 1}), "/gender", C::WrongType),
            (json!({"races": [1]}), "/races", C::WrongType),
        ] {
            assert_eq!(flaws(said(&sent)), [(pointer.to_owned(), code)], "{sent}");
        }
    }

    #[test]
    fn every_field_has_a_schema() {
        for (name, kind, meaning) in FIELDS {
            let schema = serde_json::to_value(property(*kind, meaning)).expect(name);
            assert_eq!(schema["description"], json!(meaning), "{name}");
        }
    }
}
