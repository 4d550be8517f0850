//! The body that changes a linked account.

use std::collections::BTreeMap;

use hiring::problem::{FlawCode, Result};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{refuse_unknown, uid};
use crate::Writable;
use crate::body::Body;
use crate::check::{Check, Object};

/// Changes a linked account.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"requires": {"Candidate": ["email_addresses"], "Application": ["job"]}}))]
pub(in crate::native) struct LinkedAccountEdit {
    /// What the account requires of those who write through it, by model: names of fields that a new record must have.
    /// It takes the place of what was required before.
    pub requires: Option<BTreeMap<String, Vec<String>>>,
    /// A destination: what is written through the account is carried there too. An empty text: it is kept here alone.
    #[schema(value_type = Option<String>)]
    pub destination: Option<Option<Uuid>>,
}

impl LinkedAccountEdit {
    /// Reads the body; models and fields must be among `writable`.
    pub(in crate::native) fn parse(
        body: &Body,
        writable: &[Writable],
    ) -> Result<LinkedAccountEdit> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let requires = check.object(&root, "requires");
        let requires = requires.map(|models| required(&mut check, &models, writable));
        let destination = match root.get("destination").and_then(|v| v.as_str()) {
            Some("") => Some(None),
            _ => uid(&mut check, &root, "destination").map(Some),
        };
        refuse_unknown(&mut check, &root, &["requires", "destination"]);
        check.done()?;
        Ok(LinkedAccountEdit {
            requires,
            destination,
        })
    }
}

fn required<'b>(
    check: &mut Check<'b>,
    models: &Object<'b>,
    writable: &[Writable],
) -> BTreeMap<String, Vec<String>> {
    let names: Vec<_> = writable.iter().map(|w| w.model).collect();
    refuse_unknown(check, models, &names);
    let mut requires = BTreeMap::new();
    for Writable { model, fields } in writable {
        let mut wanted = Vec::new();
        for (at, item) in check.list(models, model) {
            match item.as_str() {
                Some(name) if fields.contains(&name) => wanted.push(name.to_owned()),
                Some(_) => {
                    let detail = format!(
                        "{model} has no such field; there are: {}",
                        fields.join(", ")
                    );
                    check.flaw(at, FlawCode::NotAChoice, detail);
                }
                None => check.wrong_type(at, "a string"),
            }
        }
        wanted.sort();
        wanted.dedup();
        if !wanted.is_empty() {
            requires.insert((*model).to_owned(), wanted);
        }
    }
    requires
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;
    use serde_json::{Value, json};

    fn parse(value: &Value) -> Result<LinkedAccountEdit> {
        let body = Body::read(Bytes::from(value.to_string()), |_| false).expect("a body");
        let writable = [
            Writable {
                model: "Person",
                fields: vec!["name", "email"],
            },
            Writable {
                model: "Pet",
                fields: vec!["name"],
            },
        ];
        LinkedAccountEdit::parse(&body, &writable)
    }

    #[test]
    fn only_fields_that_can_be_written_are_required() {
        let read = parse(&json!({"requires": {"Person": ["name", "email", "name"], "Pet": []}}));
        let wanted = BTreeMap::from([(
            "Person".to_owned(),
            vec!["email".to_owned(), "name".to_owned()],
        )]);
        assert_eq!(read.unwrap().requires, Some(wanted));
        assert_eq!(
            parse(&json!({"requires": {}})).unwrap().requires,
            Some(BTreeMap::new())
        );
        assert_eq!(parse(&json!({"requires": null})).unwrap().requires, None);
        for (sent, pointer, code) in [
            (json!({"requires": []}), "/requires", C::WrongType),
            (
                json!({"requires": {"Plant": []}}),
                "/requires/Plant",
                C::UnknownField,
            ),
            (
                json!({"requires": {"Pet": "name"}}),
                "/requires/Pet",
                C::WrongType,
            ),
            (
                json!({"requires": {"Pet": ["email"]}}),
                "/requires/Pet/0",
                C::NotAChoice,
            ),
            (
                json!({"requires": {"Pet": [1]}}),
                "/requires/Pet/0",
                C::WrongType,
            ),
            (json!({"scopes": []}), "/scopes", C::UnknownField),
        ] {
            assert_eq!(flaws(parse(&sent)), [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
