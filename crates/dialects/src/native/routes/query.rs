//! Queries of lists. An unknown parameter is refused: a filter that is not there would show everything.

use hiring::candidate::Side;
use hiring::problem::{Flaw, FlawCode, Problem, Result};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::cursor;

/// Items of a page, unless `limit` says otherwise.
const USUAL: i64 = 50;
/// The largest `limit`.
const MOST: i64 = 200;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // describes what `Query` reads
pub(in crate::native) struct Paging {
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// A query that was read.
#[derive(Debug)]
pub(in crate::native) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `text`, which may hold paging and the parameters in `known`. An empty value is as good as none.
    pub(in crate::native) fn read(text: &str, known: &[&str]) -> Result<Query> {
        let mut pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(text).map_err(|_| malformed())?;
        let mut flaws = Vec::new();
        for (i, (name, _)) in pairs.iter().enumerate() {
            let shown: String = name.chars().take(60).collect();
            let place = || format!("query:{shown}");
            if !["after", "limit"].contains(&name.as_str()) && !known.contains(&name.as_str()) {
                let detail = "no such parameter here; see openapi.json";
                flaws.push(Flaw::new(place(), FlawCode::UnknownField, detail));
            } else if pairs[..i].iter().any(|(other, _)| other == name) {
                let detail = "this parameter stands here twice";
                flaws.push(Flaw::new(place(), FlawCode::DuplicateKey, detail));
            }
        }
        if !flaws.is_empty() {
            return Err(Problem::Invalid(flaws));
        }
        pairs.retain(|(_, value)| !value.trim().is_empty());
        Ok(Query(pairs))
    }

    /// The value of parameter `name`.
    pub(in crate::native) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(k, _)| k == name);
        found.map(|(_, value)| value.trim())
    }

    /// The number after which the page begins: what the cursor in `after` says, 0 without one.
    pub(in crate::native) fn after(&self) -> Result<i64> {
        match self.get("after").map(cursor::read) {
            None => Ok(0),
            Some(Some(Side::After(id))) => Ok(id),
            Some(_) => Err(Problem::invalid(
                "query:after",
                FlawCode::OutOfRange,
                "after must be the next of an earlier page",
            )),
        }
    }

    /// How many items are asked for.
    pub(in crate::native) fn limit(&self) -> Result<i64> {
        let Some(text) = self.get("limit") else {
            return Ok(USUAL);
        };
        let found = text.parse().ok().filter(|n| (1..=MOST).contains(n));
        found.ok_or_else(|| {
            let detail = format!("limit must be a number from 1 to {MOST}");
            Problem::invalid("query:limit", FlawCode::OutOfRange, detail)
        })
    }

    /// The word in parameter `name`, of those that are `known`.
    pub(in crate::native) fn one_of(&self, name: &str, known: &[&str]) -> Result<Option<String>> {
        match self.get(name) {
            None => Ok(None),
            Some(word) if known.contains(&word) => Ok(Some(word.to_owned())),
            Some(_) => {
                let detail = format!("{name} must be one of {}", known.join(", "));
                let place = format!("query:{name}");
                Err(Problem::invalid(place, FlawCode::NotAChoice, detail))
            }
        }
    }

    /// The UUID in parameter `name`.
    pub(in crate::native) fn uuid(&self, name: &str) -> Result<Option<Uuid>> {
        let found = self.get(name).map(Uuid::parse_str).transpose();
        found.map_err(|_| {
            let detail = format!("{name} must be a UUID");
            Problem::invalid(format!("query:{name}"), FlawCode::WrongType, detail)
        })
    }

    /// The key of the address in `email`.
    pub(in crate::native) fn email(&self) -> Result<Option<String>> {
        let Some(text) = self.get("email") else {
            return Ok(None);
        };
        let key = hiring::text::email_key(text);
        key.map(Some).ok_or_else(|| {
            let detail = "email must be an e-mail address";
            Problem::invalid("query:email", FlawCode::Email, detail)
        })
    }
}

fn malformed() -> Problem {
    Problem::invalid("query:", FlawCode::Malformed, "the query does not read")
}

/// Cuts a list of one more than `limit` down to `limit`; the cursor of the next page, if there is one.
pub(in crate::native) fn cut<T>(
    rows: &mut Vec<T>,
    limit: i64,
    number: impl Fn(&T) -> i64,
) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
        .map(|row| cursor::write(Side::After(number(row))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::wire::record::tests::flaws;

    #[test]
    fn a_query_is_read_strictly() {
        let query = Query::read("email=Ada%40x.org&limit=7&after=", &["email"]).unwrap();
        assert_eq!(query.email().unwrap().as_deref(), Some("ada@x.org"));
        assert_eq!((query.after().unwrap(), query.limit().unwrap()), (0, 7));
        assert_eq!(Query::read("", &[]).unwrap().limit().unwrap(), USUAL);
        for (text, place, code) in [
            ("name=x", "query:name", FlawCode::UnknownField),
            ("limit=1&limit=2", "query:limit", FlawCode::DuplicateKey),
        ] {
            let found = flaws(Query::read(text, &["email"]));
            assert_eq!(found, [(place.to_owned(), code)]);
        }
        for bad in ["limit=0", "limit=201", "limit=x", "limit=1.0"] {
            assert_eq!(
                flaws(Query::read(bad, &[]).unwrap().limit()).len(),
                1,
                "{bad}"
            );
        }
        for bad in ["after=x", "after=YjE"] {
            assert_eq!(
                flaws(Query::read(bad, &[]).unwrap().after()).len(),
                1,
                "{bad}"
            );
        }
        assert_eq!(
            flaws(Query::read("email=x", &["email"]).unwrap().email()).len(),
            1
        );
    }

    #[test]
    fn a_cursor_stands_only_before_more() {
        let mut rows = vec![1, 2, 3];
        assert_eq!(cut(&mut rows, 3, |n| *n), None);
        let next = cut(&mut rows, 2, |n| *n);
        assert_eq!(
            (rows, next),
            (vec![1, 2], Some(cursor::write(Side::After(2))))
        );
    }
}
