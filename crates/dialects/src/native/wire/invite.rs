//! Bodies about invites.

use hiring::problem::Result;
use utoipa::ToSchema;
use uuid::Uuid;

use super::job::NAME;
use super::{days, language, refuse_unknown, text, uid};
use crate::body::Body;
use crate::check::Check;

/// Longest message to a person.
const MESSAGE: usize = 10_000;
/// Longest e-mail address.
const ADDRESS: usize = 320;

/// Invites a person to apply for a job.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"email": "ada@example.com", "name": "Ada Lovelace",
    "job": "0190b2f0-0000-7000-8000-000000000001", "message": "We liked your notes on the engine."}))]
pub(in crate::native) struct NewInvite {
    /// Whom. Somebody who is known by this address is not made twice.
    #[schema(max_length = 320)]
    pub email: String,
    /// What the person is called.
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// To which job.
    pub job: Uuid,
    /// What you say to the person. It is shown as you write it: nothing in it is read as a template or as HTML.
    #[schema(max_length = 10_000)]
    pub message: Option<String>,
    /// Of its mails and its page: `en`, `de`, `pt-br`… Left out: that of your mail settings.
    #[schema(max_length = 35)]
    pub language: Option<String>,
    /// Whether it is mailed; otherwise you pass the link on yourself. Left out: true.
    #[schema(value_type = Option<bool>)]
    pub mail: bool,
    /// For how many days it is valid. Left out: as long as the job says.
    #[schema(minimum = 1, maximum = 365)]
    pub expires_in_days: Option<i64>,
    /// Where the application comes from. Left out: `Invite`.
    #[schema(max_length = 200)]
    pub source: Option<String>,
}

impl NewInvite {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewInvite> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "email");
        check.require(&root, "job");
        check.email(&root, "email");
        let parsed = NewInvite {
            email: text(&mut check, &root, "email", ADDRESS).unwrap_or_default(),
            name: text(&mut check, &root, "name", NAME),
            job: uid(&mut check, &root, "job").unwrap_or_default(),
            message: text(&mut check, &root, "message", MESSAGE),
            language: language(&mut check, &root, "language"),
            mail: check.boolean(&root, "mail").unwrap_or(true),
            expires_in_days: days(&mut check, &root, "expires_in_days"),
            source: text(&mut check, &root, "source", NAME),
        };
        let known = [
            "email",
            "name",
            "job",
            "message",
            "language",
            "mail",
            "expires_in_days",
            "source",
        ];
        refuse_unknown(&mut check, &root, &known);
        check.done()?;
        Ok(parsed)
    }
}

/// Mails the same link again.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct Resend {
    /// What you say to the person this time. Left out: what the invite says.
    #[schema(max_length = 10_000)]
    pub message: Option<String>,
}

impl Resend {
    pub(in crate::native) fn parse(body: &Body) -> Result<Resend> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let message = text(&mut check, &root, "message", MESSAGE);
        refuse_unknown(&mut check, &root, &["message"]);
        check.done()?;
        Ok(Resend { message })
    }
}

/// Makes a new link in place of the old one.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct Renew {
    /// For how many days it is valid. Left out: as long as the job says.
    #[schema(minimum = 1, maximum = 365)]
    pub expires_in_days: Option<i64>,
    /// Whether the new link is mailed. Left out: true.
    #[schema(value_type = Option<bool>)]
    pub mail: bool,
    /// What you say to the person this time. Left out: what the invite says.
    #[schema(max_length = 10_000)]
    pub message: Option<String>,
}

impl Renew {
    pub(in crate::native) fn parse(body: &Body) -> Result<Renew> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let parsed = Renew {
            expires_in_days: days(&mut check, &root, "expires_in_days"),
            mail: check.boolean(&root, "mail").unwrap_or(true),
            message: text(&mut check, &root, "message", MESSAGE),
        };
        refuse_unknown(&mut check, &root, &["expires_in_days", "mail", "message"]);
        check.done()?;
        Ok(parsed)
    }
}

/// Takes an invite back. There is nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct Revoke {}

impl Revoke {
    pub(in crate::native) fn parse(body: &Body) -> Result<Revoke> {
        let mut check = Check::new(body);
        let root = check.root()?;
        refuse_unknown(&mut check, &root, &[]);
        check.done()?;
        Ok(Revoke {})
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
    fn an_invite_is_mailed_unless_it_says_otherwise() {
        let job = Uuid::now_v7();
        let sent = json!({"email": " ada@x.org ", "job": job, "language": "de_AT"});
        let parsed = NewInvite::parse(&body(&sent)).unwrap();
        assert_eq!((parsed.email.as_str(), parsed.mail), ("ada@x.org", true));
        assert_eq!(parsed.language.as_deref(), Some("de-at"));
        for (sent, pointer, code) in [
            (json!({"job": job}), "/email", C::Required),
            (json!({"email": "ada", "job": job}), "/email", C::Email),
            (
                json!({"email": "a@x.org\r\nBcc: b@x.org", "job": job}),
                "/email",
                C::Email,
            ),
            (json!({"email": "a@x.org"}), "/job", C::Required),
            (json!({"email": "a@x.org", "job": 3}), "/job", C::WrongType),
            (
                json!({"email": "a@x.org", "job": job, "mail": "no"}),
                "/mail",
                C::WrongType,
            ),
            (
                json!({"email": "a@x.org", "job": job, "language": "d"}),
                "/language",
                C::Other,
            ),
            (
                json!({"email": "a@x.org", "job": job, "expires_in_days": 0}),
                "/expires_in_days",
                C::OutOfRange,
            ),
            (
                json!({"email": "a@x.org", "job": job, "link": "x"}),
                "/link",
                C::UnknownField,
            ),
        ] {
            let found = flaws(NewInvite::parse(&body(&sent)));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
    }

    #[test]
    fn the_other_bodies_may_be_empty_and_know_what_they_know() {
        assert_eq!(Resend::parse(&body(&json!({}))).unwrap(), Resend::default());
        assert!(Renew::parse(&body(&json!({}))).unwrap().mail);
        assert!(Revoke::parse(&body(&json!({}))).is_ok());
        for wrong in [json!({"to": "x"}), json!([])] {
            assert!(Resend::parse(&body(&wrong)).is_err());
            assert!(Renew::parse(&body(&wrong)).is_err());
            assert!(Revoke::parse(&body(&wrong)).is_err());
        }
    }
}
