//! The body that writes a note down.

use hiring::note::{Kind, Visibility};
use hiring::problem::Result;
use utoipa::ToSchema;
use uuid::Uuid;

use super::job::{NAME, TEXT};
use super::{refuse_unknown, text, uid};
use crate::body::Body;
use crate::check::Check;

/// A note about a candidate.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"subject": "First call", "body": "Prefers mornings."}))]
pub(in crate::native) struct NewNote {
    /// Its text.
    #[schema(min_length = 1, max_length = 100_000)]
    pub body: String,
    /// Its heading.
    #[schema(max_length = 200)]
    pub subject: Option<String>,
    /// What was written down. Left out: `note`.
    #[schema(value_type = Option<super::answer::NoteKind>)]
    pub kind: Kind,
    /// Who is meant to see it on the desk. Left out: `public`.
    #[schema(value_type = Option<super::answer::NoteVisibility>)]
    pub visibility: Visibility,
    /// The member on whose behalf it is written, by id.
    pub member: Option<Uuid>,
}

impl NewNote {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewNote> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "body");
        let kinds = [Kind::Note, Kind::Email, Kind::Other].map(Kind::word);
        let kind = check.choice(&root, "kind", &kinds);
        let all = [Visibility::Public, Visibility::Private, Visibility::Admin];
        let visibility = check.choice(&root, "visibility", &all.map(Visibility::word));
        let parsed = NewNote {
            body: text(&mut check, &root, "body", TEXT).unwrap_or_default(),
            subject: text(&mut check, &root, "subject", NAME),
            kind: kind.and_then(|w| Kind::parse(&w)).unwrap_or(Kind::Note),
            visibility: visibility
                .and_then(|w| Visibility::parse(&w))
                .unwrap_or(Visibility::Public),
            member: uid(&mut check, &root, "member"),
        };
        let known = ["body", "subject", "kind", "visibility", "member"];
        refuse_unknown(&mut check, &root, &known);
        check.done()?;
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;
    use serde_json::{Value, json};

    fn parse(value: &Value) -> Result<NewNote> {
        NewNote::parse(&Body::read(Bytes::from(value.to_string()), |_| false).expect("a body"))
    }

    #[test]
    fn a_note_is_a_public_note_unless_it_says_otherwise() {
        let note = parse(&json!({"body": "x", "kind": null})).unwrap();
        assert_eq!(
            (note.kind, note.visibility),
            (Kind::Note, Visibility::Public)
        );
        for (sent, pointer, code) in [
            (json!({"subject": "x"}), "/body", C::Required),
            (json!({"body": "x", "kind": "NOTE"}), "/kind", C::NotAChoice),
            (
                json!({"body": "x", "visibility": "all"}),
                "/visibility",
                C::NotAChoice,
            ),
            (
                json!({"body": "x", "member": "anna"}),
                "/member",
                C::WrongType,
            ),
            (json!({"body": "x", "job": "y"}), "/job", C::UnknownField),
        ] {
            assert_eq!(flaws(parse(&sent)), [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
