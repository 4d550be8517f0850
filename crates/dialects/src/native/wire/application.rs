//! Bodies that move and end an application.

use hiring::application::Disposition;
use hiring::problem::Result;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{refuse_unknown, text, uid};
use crate::body::Body;
use crate::check::Check;

/// Moves an application to another stage of its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct Advance {
    /// The stage to go to.
    pub to_stage: Uuid,
    /// The stage the caller believes it to be in: 409 when it is in another one by now.
    pub from_stage: Option<Uuid>,
}

impl Advance {
    pub(in crate::native) fn parse(body: &Body) -> Result<Advance> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "to_stage");
        let parsed = Advance {
            to_stage: uid(&mut check, &root, "to_stage").unwrap_or_default(),
            from_stage: uid(&mut check, &root, "from_stage"),
        };
        refuse_unknown(&mut check, &root, &["to_stage", "from_stage"]);
        check.done()?;
        Ok(parsed)
    }
}

/// Ends an application.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct Dispose {
    /// How it ended.
    #[schema(value_type = super::answer::Disposition)]
    pub disposition: Disposition,
    /// Why. May be left out for `hired` only.
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

impl Dispose {
    pub(in crate::native) fn parse(body: &Body) -> Result<Dispose> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "disposition");
        let word = check.choice(&root, "disposition", &["hired", "rejected", "withdrawn"]);
        let disposition = word.and_then(|w| Disposition::parse(&w));
        let reason = text(&mut check, &root, "reason", 2_000);
        if disposition.is_some_and(|d| d != Disposition::Hired) {
            check.require(&root, "reason");
        }
        refuse_unknown(&mut check, &root, &["disposition", "reason"]);
        check.done()?;
        Ok(Dispose {
            disposition: disposition.unwrap_or(Disposition::Rejected),
            reason,
        })
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
    fn a_move_names_its_stage() {
        let (to, from) = (Uuid::now_v7(), Uuid::now_v7());
        let parsed = Advance::parse(&body(&json!({"to_stage": to, "from_stage": from})));
        assert_eq!(parsed.unwrap().from_stage, Some(from));
        let parsed = Advance::parse(&body(&json!({"to_stage": to, "from_stage": null})));
        assert_eq!(
            parsed.unwrap(),
            Advance {
                to_stage: to,
                from_stage: None
            }
        );
        for (sent, pointer, code) in [
            (json!({}), "/to_stage", C::Required),
            (json!({"to_stage": 3}), "/to_stage", C::WrongType),
            (json!({"to_stage": "x"}), "/to_stage", C::WrongType),
            (
                json!({"to_stage": to, "from_stage": []}),
                "/from_stage",
                C::WrongType,
            ),
            (
                json!({"to_stage": to, "stage": to}),
                "/stage",
                C::UnknownField,
            ),
            (json!([]), "", C::WrongType),
        ] {
            assert_eq!(
                flaws(Advance::parse(&body(&sent))),
                [(pointer.to_owned(), code)]
            );
        }
    }

    #[test]
    fn an_end_has_a_reason_unless_it_is_a_happy_one() {
        for word in ["hired", "rejected", "withdrawn"] {
            let sent = body(&json!({"disposition": word, "reason": " moved away "}));
            let parsed = Dispose::parse(&sent).unwrap();
            assert_eq!(parsed.disposition.word(), word);
            assert_eq!(parsed.reason.as_deref(), Some("moved away"));
        }
        assert!(Dispose::parse(&body(&json!({"disposition": "hired"}))).is_ok());
        for (sent, pointer, code) in [
            (json!({}), "/disposition", C::Required),
            (
                json!({"disposition": "fired", "reason": "x"}),
                "/disposition",
                C::NotAChoice,
            ),
            (json!({"disposition": "rejected"}), "/reason", C::Required),
            (
                json!({"disposition": "rejected", "reason": " "}),
                "/reason",
                C::Required,
            ),
            (
                json!({"disposition": "hired", "reason": 1}),
                "/reason",
                C::WrongType,
            ),
            (
                json!({"disposition": "hired", "reason": "x".repeat(2001)}),
                "/reason",
                C::TooLong,
            ),
        ] {
            assert_eq!(
                flaws(Dispose::parse(&body(&sent))),
                [(pointer.to_owned(), code)]
            );
        }
    }
}
