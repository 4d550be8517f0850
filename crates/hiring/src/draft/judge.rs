//! Whether what is written can be sent: what is missing, and what is not what its field asks for. Says which fault stands at
//! which input; how to say it, in which language, is the page's business.

use serde_json::{Map, Number, Value};

use super::{EMAIL, NAME, Upload, input};
use crate::job::{Field, FieldKind};
use crate::text;

const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 1_000;
const LONGEST_LONG_TEXT: usize = 50_000;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The input's name.
    pub name: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It must be answered.
    Missing,
    /// One must consent.
    NoConsent,
    /// The text of a consent is another one now.
    OtherConsent,
    /// No e-mail address.
    Email,
    /// No telephone number.
    Phone,
    /// No web address.
    Url,
    /// No number.
    Number,
    /// No day of the calendar.
    Date,
    /// None of the options.
    Choice,
    /// Longer than this many characters.
    TooLong(usize),
    /// The file has not come whole.
    Unfinished,
    /// The file is empty.
    EmptyFile,
    /// The file is larger than one may be.
    LargeFile,
    /// The files together are larger than they may be.
    Quota,
}

/// What was written, as it is kept once it is sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judged {
    pub name: String,
    pub email: String,
    /// By the field's name: strings, lists of strings, numbers, true and false.
    pub answers: Map<String, Value>,
}

/// The faults in what is written, in the order of the form. `fixed_email`: the address that was invited, which counts
/// whatever is written.
pub fn judge(
    fields: &[Field],
    written: &Map<String, Value>,
    uploads: &[Upload],
    fixed_email: Option<&str>,
) -> Vec<Fault> {
    read(fields, written, uploads, fixed_email)
        .err()
        .unwrap_or_default()
}

pub(crate) fn read(
    fields: &[Field],
    written: &Map<String, Value>,
    uploads: &[Upload],
    fixed_email: Option<&str>,
) -> Result<Judged, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, kind| {
        faults.push(Fault {
            name: name.to_owned(),
            kind,
        });
    };
    let text_of = |name: &str| {
        written
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .trim()
    };
    // A name is one line: it stands in mails and in lists.
    let name = text_of(NAME).split_whitespace().collect::<Vec<_>>();
    let name = name.join(" ");
    match name.chars().count() {
        0 => fault(NAME, FaultKind::Missing),
        1..=LONGEST_NAME => {}
        _ => fault(NAME, FaultKind::TooLong(LONGEST_NAME)),
    }
    let email = fixed_email.unwrap_or_else(|| text_of(EMAIL));
    if fixed_email.is_none() {
        match text::email_key(email) {
            _ if email.is_empty() => fault(EMAIL, FaultKind::Missing),
            None => fault(EMAIL, FaultKind::Email),
            Some(_) => {}
        }
    }
    let mut answers = Map::new();
    for field in fields {
        let at = input(field);
        match one(field, written.get(&at), uploads) {
            Ok(Some(value)) => {
                answers.insert(field.name.clone(), value);
            }
            Ok(None) if field.required && field.kind == FieldKind::Consent => {
                fault(&at, FaultKind::NoConsent);
            }
            Ok(None) if field.required => fault(&at, FaultKind::Missing),
            Ok(None) => {}
            Err(kind) => fault(&at, kind),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Judged {
        name,
        email: email.to_owned(),
        answers,
    })
}

/// The answer to one field, if there is one.
fn one(
    field: &Field,
    written: Option<&Value>,
    uploads: &[Upload],
) -> Result<Option<Value>, FaultKind> {
    if field.kind == FieldKind::File {
        return file(field, uploads);
    }
    if field.kind == FieldKind::MultipleChoice {
        return several(field, written);
    }
    let text = match written {
        Some(Value::String(text)) => text.trim(),
        Some(Value::Array(items)) => items.first().and_then(Value::as_str).unwrap_or("").trim(),
        _ => "",
    };
    if text.is_empty() {
        return Ok(None);
    }
    let most = match field.kind {
        FieldKind::LongText => LONGEST_LONG_TEXT,
        _ => LONGEST_TEXT,
    };
    if text.chars().count() > most {
        return Err(FaultKind::TooLong(most));
    }
    single(field, text).map(Some)
}

fn single(field: &Field, text: &str) -> Result<Value, FaultKind> {
    let digits = || text.chars().filter(char::is_ascii_digit).count();
    let said = Value::String(text.to_owned());
    match field.kind {
        FieldKind::Email if text::email_key(text).is_none() => Err(FaultKind::Email),
        // Numbers are written in too many ways to be strict: what has no digits is none.
        FieldKind::Phone if digits() < 3 || text.chars().count() > 60 => Err(FaultKind::Phone),
        FieldKind::Url => address(text).map(Value::String).ok_or(FaultKind::Url),
        FieldKind::Number => number(text).map(Value::Number).ok_or(FaultKind::Number),
        FieldKind::Date => match text.parse::<jiff::civil::Date>() {
            Ok(date) if text.len() == 10 => Ok(Value::String(date.to_string())),
            _ => Err(FaultKind::Date),
        },
        FieldKind::Choice if !field.options.iter().any(|o| o == text) => Err(FaultKind::Choice),
        FieldKind::YesNo => match text {
            "yes" => Ok(Value::Bool(true)),
            "no" => Ok(Value::Bool(false)),
            _ => Err(FaultKind::Choice),
        },
        // The box says which wording it was ticked for.
        FieldKind::Consent if text != field.consent_text().version => Err(FaultKind::OtherConsent),
        FieldKind::Consent => Ok(Value::Bool(true)),
        _ => Ok(said),
    }
}

fn several(field: &Field, written: Option<&Value>) -> Result<Option<Value>, FaultKind> {
    let picked: Vec<&str> = match written {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    };
    let picked: Vec<&str> = picked.into_iter().filter(|p| !p.is_empty()).collect();
    let known = |p: &&str| field.options.iter().any(|o| o == p);
    if !picked.iter().all(known) {
        return Err(FaultKind::Choice);
    }
    let chosen = field
        .options
        .iter()
        .filter(|o| picked.contains(&o.as_str()));
    let chosen: Vec<Value> = chosen.map(|o| Value::String(o.clone())).collect();
    Ok((!chosen.is_empty()).then_some(Value::Array(chosen)))
}

fn file(field: &Field, uploads: &[Upload]) -> Result<Option<Value>, FaultKind> {
    let of_field = || uploads.iter().filter(|u| u.field == field.name);
    if let Some(whole) = of_field().rfind(|u| u.complete) {
        return Ok(Some(Value::String(whole.name.clone())));
    }
    match of_field().next() {
        Some(_) => Err(FaultKind::Unfinished),
        None => Ok(None),
    }
}

/// People leave the scheme out.
fn address(text: &str) -> Option<String> {
    let is_web = |text: &str| {
        let url = url::Url::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https");
        (web && url
            .host_str()
            .is_some_and(|h| h.contains('.') || h == "localhost"))
        .then_some(())
    };
    if text.contains(char::is_whitespace) {
        return None;
    }
    if is_web(text).is_some() {
        return Some(text.to_owned());
    }
    let whole = format!("https://{text}");
    (!text.contains("://") && !text.contains('@') && is_web(&whole).is_some()).then_some(whole)
}

/// With a point or, as much of Europe writes it, a comma.
fn number(text: &str) -> Option<Number> {
    let text = text.replace(',', ".");
    if text.matches('.').count() > 1 || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => Number::from_f64(text.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{FieldId, JobId, OrgId, UploadId, new_uid};
    use serde_json::json;

    fn field(name: &str, kind: FieldKind, required: bool) -> Field {
        Field {
            id: FieldId(1),
            job: JobId(1),
            name: name.into(),
            label: name.into(),
            kind,
            required,
            options: vec!["red".into(), "blue".into()],
            help: None,
            consent: None,
        }
    }

    fn judged(kind: FieldKind, value: Value) -> Result<Option<Value>, FaultKind> {
        one(&field("x", kind, false), Some(&value), &[])
    }

    #[test]
    fn answers_are_read_as_their_field_asks() {
        for (kind, said, kept) in [
            (FieldKind::Text, json!(" a "), json!("a")),
            (FieldKind::Phone, json!("+44 (0)20"), json!("+44 (0)20")),
            (FieldKind::Url, json!("x.org/a"), json!("https://x.org/a")),
            (FieldKind::Number, json!("3,5"), json!(3.5)),
            (FieldKind::Number, json!("-7"), json!(-7)),
            (FieldKind::Date, json!("2026-02-28"), json!("2026-02-28")),
            (FieldKind::Choice, json!("red"), json!("red")),
            (
                FieldKind::MultipleChoice,
                json!(["blue", "red"]),
                json!(["red", "blue"]),
            ),
            (FieldKind::MultipleChoice, json!("blue"), json!(["blue"])),
            (FieldKind::YesNo, json!("no"), json!(false)),
            (FieldKind::Consent, json!("1"), json!(true)),
        ] {
            assert_eq!(judged(kind, said), Ok(Some(kept)), "{kind:?}");
        }
        for blank in [json!(""), json!("  "), json!([]), Value::Null] {
            assert_eq!(judged(FieldKind::Number, blank), Ok(None));
        }
    }

    #[test]
    fn what_is_not_asked_for_is_a_fault() {
        for (kind, said, fault) in [
            (FieldKind::Email, json!("a@"), FaultKind::Email),
            (FieldKind::Phone, json!("call me"), FaultKind::Phone),
            (FieldKind::Url, json!("not an address"), FaultKind::Url),
            (FieldKind::Url, json!("javascript:alert(1)"), FaultKind::Url),
            (FieldKind::Number, json!("1.2.3"), FaultKind::Number),
            (FieldKind::Number, json!("1e999"), FaultKind::Number),
            (FieldKind::Number, json!("NaN"), FaultKind::Number),
            (FieldKind::Date, json!("2026-02-30"), FaultKind::Date),
            (FieldKind::Date, json!("1.2.2026"), FaultKind::Date),
            (FieldKind::Choice, json!("green"), FaultKind::Choice),
            (
                FieldKind::MultipleChoice,
                json!(["red", "green"]),
                FaultKind::Choice,
            ),
            (FieldKind::YesNo, json!("maybe"), FaultKind::Choice),
            (FieldKind::Consent, json!("0"), FaultKind::OtherConsent),
            (
                FieldKind::Text,
                json!("x".repeat(1_001)),
                FaultKind::TooLong(1_000),
            ),
        ] {
            assert_eq!(judged(kind, said), Err(fault), "{kind:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named_in_the_forms_order() {
        let fields = [
            field("cv", FieldKind::File, true),
            field("why", FieldKind::LongText, true),
            field("data", FieldKind::Consent, true),
        ];
        let faults = judge(&fields, &Map::new(), &[], None);
        let seen: Vec<_> = faults.iter().map(|f| (f.name.as_str(), f.kind)).collect();
        assert_eq!(
            seen,
            [
                ("name", FaultKind::Missing),
                ("email", FaultKind::Missing),
                ("f.cv", FaultKind::Missing),
                ("a.why", FaultKind::Missing),
                ("a.data", FaultKind::NoConsent),
            ]
        );
    }

    #[test]
    fn a_file_counts_when_it_is_whole() {
        let mut upload = Upload {
            id: UploadId(1),
            org: OrgId(1),
            uid: new_uid(),
            field: "cv".into(),
            name: "cv.pdf".into(),
            size: Some(3),
            received: 1,
            complete: false,
            updated_at: 0,
        };
        let field = field("cv", FieldKind::File, true);
        assert_eq!(
            one(&field, None, &[upload.clone()]),
            Err(FaultKind::Unfinished)
        );
        upload.complete = true;
        assert_eq!(one(&field, None, &[upload]), Ok(Some(json!("cv.pdf"))));
    }
}
