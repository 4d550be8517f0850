//! Bodies about mails: words, settings, what came back.

use hiring::mail::Source;
use hiring::problem::{FlawCode, Result};
use utoipa::ToSchema;

use super::job::NAME;
use super::{language, refuse_unknown, text};
use crate::body::Body;
use crate::check::{Check, Object};

/// The words for one kind of mail in one language.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"subject": "Come and see us, {{ first_name }}",
    "text": "Hello {{ name }},\n\n{% if message %}{{ message }}\n\n{% endif %}{{ link }}"}))]
pub(in crate::native) struct MailSource {
    /// One line.
    #[schema(min_length = 1, max_length = 500)]
    pub subject: String,
    /// Plain text.
    #[schema(min_length = 1, max_length = 50_000)]
    pub text: String,
    /// The same as HTML; values are escaped in it. Left out: text only.
    #[schema(max_length = 50_000)]
    pub html: Option<String>,
}

impl MailSource {
    pub(in crate::native) fn parse(body: &Body) -> Result<Source> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let source = source(&mut check, &root);
        check.done()?;
        Ok(source)
    }

    /// Of a preview: `None` when nothing is there, for the words that are used.
    pub(in crate::native) fn parse_preview(body: &Body) -> Result<Option<Source>> {
        let mut check = Check::new(body);
        let root = check.root()?;
        if root.members.is_empty() {
            return Ok(None);
        }
        let source = source(&mut check, &root);
        check.done()?;
        Ok(Some(source))
    }
}

/// As it was sent: blanks and line breaks are part of it.
fn source<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Source {
    check.require(root, "subject");
    check.require(root, "text");
    let source = Source {
        subject: check.string(root, "subject").unwrap_or_default(),
        body: check.string(root, "text").unwrap_or_default(),
        html: check
            .string(root, "html")
            .filter(|html| !html.trim().is_empty()),
    };
    refuse_unknown(check, root, &["subject", "text", "html"]);
    source
}

/// What you say of your mails as a whole, in place of what you said before.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"from_name": "Analytical Engines", "reply_to": "people@example.com", "language": "en"}))]
pub(in crate::native) struct MailSettings {
    /// The sender's name. Left out: the organization's.
    #[schema(max_length = 200)]
    pub from_name: Option<String>,
    /// Where answers go. Left out: to the address that sends.
    #[schema(max_length = 320)]
    pub reply_to: Option<String>,
    /// The language of mails to people of whom none is known. Left out: `en`.
    #[schema(max_length = 35)]
    pub language: Option<String>,
}

impl MailSettings {
    pub(in crate::native) fn parse(body: &Body) -> Result<MailSettings> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.email(&root, "reply_to");
        let parsed = MailSettings {
            from_name: text(&mut check, &root, "from_name", NAME),
            reply_to: text(&mut check, &root, "reply_to", 320),
            language: language(&mut check, &root, "language"),
        };
        if parsed
            .from_name
            .as_deref()
            .is_some_and(|n| n.contains(char::is_control))
        {
            let detail = "from_name must be one line";
            check.flaw("/from_name", FlawCode::Other, detail);
        }
        refuse_unknown(&mut check, &root, &["from_name", "reply_to", "language"]);
        check.done()?;
        Ok(parsed)
    }
}

/// A mail that was sent has come back.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"reason": "550 5.1.1 no such mailbox"}))]
pub(in crate::native) struct Bounce {
    /// What the returned mail says. Left out: that it came back.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

impl Bounce {
    pub(in crate::native) fn parse(body: &Body) -> Result<Bounce> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let reason = text(&mut check, &root, "reason", 500);
        refuse_unknown(&mut check, &root, &["reason"]);
        check.done()?;
        Ok(Bounce { reason })
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;
    use serde_json::{Value, json};

    fn body(value: &Value) -> Body {
        Body::read(Bytes::from(value.to_string()), |_| false).expect("a body")
    }

    #[test]
    fn words_are_taken_as_they_are() {
        let sent = json!({"subject": "s", "text": " t\n", "html": null});
        let source = MailSource::parse(&body(&sent)).unwrap();
        assert_eq!((source.body.as_str(), source.html), (" t\n", None));
        assert_eq!(MailSource::parse_preview(&body(&json!({}))).unwrap(), None);
        for (sent, pointer, code) in [
            (json!({"text": "t"}), "/subject", C::Required),
            (json!({"subject": "s"}), "/text", C::Required),
            (json!({"subject": "s", "text": 1}), "/text", C::WrongType),
            (
                json!({"subject": "s", "text": "t", "body": "b"}),
                "/body",
                C::UnknownField,
            ),
        ] {
            let found = flaws(MailSource::parse(&body(&sent)));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
    }

    #[test]
    fn settings_are_checked() {
        let sent = json!({"reply_to": "a@x.org", "language": "DE"});
        let parsed = MailSettings::parse(&body(&sent)).unwrap();
        assert_eq!(parsed.language.as_deref(), Some("de"));
        for (sent, pointer, code) in [
            (json!({"reply_to": "a"}), "/reply_to", C::Email),
            (json!({"from_name": "a\r\nBcc: x"}), "/from_name", C::Other),
            (json!({"language": "german"}), "/language", C::Other),
        ] {
            let found = flaws(MailSettings::parse(&body(&sent)));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
