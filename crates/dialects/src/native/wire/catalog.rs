//! Bodies that put something into the catalog.

use hiring::problem::Result;
use utoipa::ToSchema;

use super::job::NAME;
use super::{refuse_unknown, text};
use crate::body::Body;
use crate::check::Check;

/// A department or a reason to reject.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"name": "Engineering"}))]
pub(in crate::native) struct NewItem {
    /// As people call it; one name, in whatever case, is one thing.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
}

/// An office.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"name": "Headquarters", "place": "Lisbon"}))]
pub(in crate::native) struct NewOffice {
    /// As people call it; one name, in whatever case, is one office.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Where it is. Said of an office that is known, it takes the place of what was known.
    #[schema(max_length = 200)]
    pub place: Option<String>,
}

impl NewItem {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewItem> {
        let (name, _) = parse(body, &["name"])?;
        Ok(NewItem { name })
    }
}

impl NewOffice {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewOffice> {
        let (name, place) = parse(body, &["name", "place"])?;
        Ok(NewOffice { name, place })
    }
}

fn parse(body: &Body, known: &[&str]) -> Result<(String, Option<String>)> {
    let mut check = Check::new(body);
    let root = check.root()?;
    check.require(&root, "name");
    let name = text(&mut check, &root, "name", NAME).unwrap_or_default();
    let place = match known.contains(&"place") {
        true => text(&mut check, &root, "place", NAME),
        false => None,
    };
    refuse_unknown(&mut check, &root, known);
    check.done()?;
    Ok((name, place))
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;
    use serde_json::{Value, json};

    #[test]
    fn only_offices_have_a_place() {
        let body =
            |value: Value| Body::read(Bytes::from(value.to_string()), |_| false).expect("a body");
        let office = NewOffice::parse(&body(json!({"name": " Here ", "place": null}))).unwrap();
        assert_eq!((office.name.as_str(), office.place), ("Here", None));
        for (sent, pointer, code) in [
            (json!({}), "/name", C::Required),
            (json!({"name": 1}), "/name", C::WrongType),
            (json!({"name": "x".repeat(201)}), "/name", C::TooLong),
            (
                json!({"name": "x", "place": "y"}),
                "/place",
                C::UnknownField,
            ),
        ] {
            let found = flaws(NewItem::parse(&body(sent.clone())));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
