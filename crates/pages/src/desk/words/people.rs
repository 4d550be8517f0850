//! People, their files and what is known of them, in plain words.

use hiring::application::{Disposition, InNames};
use hiring::attachment;
use hiring::candidate::Source;
use hiring::counts::Actor;
use hiring::record::Record;
use serde_json::Value;

/// What somebody is called where no name is known.
pub(in crate::desk) fn name(known: &str) -> String {
    match known.trim() {
        "" => "Name not known".to_owned(),
        name => name.to_owned(),
    }
}

/// What somebody does, and where.
pub(in crate::desk) fn occupation(record: &Record) -> String {
    let parts = [record.text("title"), record.text("company")];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|p| !p.trim().is_empty())
        .collect();
    parts.join(" · ")
}

/// How an application stands.
pub(in crate::desk) fn standing(a: &InNames) -> String {
    match (a.disposition, a.pending) {
        (Some(Disposition::Hired), _) => "Hired".to_owned(),
        (Some(Disposition::Rejected), _) => "Rejected".to_owned(),
        (Some(Disposition::Withdrawn), _) => "Withdrawn".to_owned(),
        (None, true) => "Invited".to_owned(),
        (None, false) => a.stage_name.clone(),
    }
}

/// Where what was looked for stands.
pub(in crate::desk) fn place(of: &str) -> &'static str {
    match of {
        "note" => "In a note",
        "file" => "In a file",
        "title" => "Title",
        "company" => "Company",
        "skills" => "Skills",
        "tags" => "Tags",
        "locations" => "Location",
        "summary" => "Summary",
        "experience" => "Experience",
        "education" => "Education",
        _ => "Known",
    }
}

/// A field of the record.
pub(in crate::desk) fn field(of: &str) -> String {
    let words = match of {
        "emails" => "E-mail",
        "phones" => "Phone",
        "urls" => "Web addresses",
        "full_name" => "Name",
        "can_email" => "May be mailed",
        "custom" => "Other fields",
        other => {
            let words = other.replace('_', " ");
            let mut chars = words.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string());
            return format!("{}{}", first.unwrap_or_default(), chars.as_str());
        }
    };
    words.to_owned()
}

/// Who said something.
pub(in crate::desk) fn source(source: &Source) -> String {
    match &source.who {
        Actor::Member(name) => name.clone(),
        Actor::Key { name, dialect } => format!("the {dialect} key “{name}”"),
        Actor::Candidate => "the candidate".to_owned(),
        Actor::System => match source.dialect.as_deref() {
            Some(dialect) if !dialect.is_empty() => format!("{dialect} (by whom is not known)"),
            _ => "an earlier version".to_owned(),
        },
    }
}

/// Why two may be the same.
pub(in crate::desk) fn evidence((rule, evidence): &(String, Value)) -> String {
    let mut chars = rule.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    let rule = format!("{}{}", first.unwrap_or_default(), chars.as_str());
    let rests_on = evidence["value"].as_str().or(evidence["key"].as_str());
    match rests_on {
        Some(value) => format!("{rule}: {value}"),
        None => rule,
    }
}

/// What a file is for.
pub(in crate::desk) fn file_kind(kind: attachment::Kind) -> &'static str {
    match kind {
        attachment::Kind::Resume => "Résumé",
        attachment::Kind::CoverLetter => "Cover letter",
        attachment::Kind::OfferLetter => "Offer letter",
        attachment::Kind::Picture => "Picture",
        attachment::Kind::Other => "File",
    }
}

/// What a file is called.
pub(in crate::desk) fn file_name(name: &str) -> String {
    match name {
        "" => "File".to_owned(),
        name => name.to_owned(),
    }
}

/// `12 kB`.
pub(in crate::desk) fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{} kB", n.div_ceil(1_000)),
        _ => format!("{}.{} MB", n / 1_000_000, n % 1_000_000 / 100_000),
    }
}

/// How a mail stands.
pub(in crate::desk) fn mail_state(state: &str) -> &'static str {
    match state {
        "queued" => "Waiting",
        "sent" => "Sent",
        "refused" => "Refused",
        "bounced" => "Came back",
        "failed" => "Given up",
        "canceled" => "Taken back",
        _ => "Not known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_sizes_are_told_in_words() {
        assert_eq!(field("salary_expectations"), "Salary expectations");
        assert_eq!(field("emails"), "E-mail");
        assert_eq!(
            (bytes(999), bytes(1_001), bytes(2_450_000)),
            ("999 bytes".into(), "2 kB".into(), "2.4 MB".into())
        );
    }

    #[test]
    fn evidence_says_what_it_rests_on() {
        let phone = (
            "the same phone".to_owned(),
            serde_json::json!({"value": "123"}),
        );
        assert_eq!(evidence(&phone), "The same phone: 123");
        let bare = (
            "the same name and date of birth".to_owned(),
            serde_json::json!({}),
        );
        assert_eq!(evidence(&bare), "The same name and date of birth");
    }
}
