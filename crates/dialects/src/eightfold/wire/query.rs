//! The query strings of the reading routes.

use hiring::problem::{Flaw, FlawCode, Problem, Result};

use super::tables::BODY;

/// Records on a page: the page's "max 100".
const MOST: i64 = 100;

/// Fields that the catalogue leaves out of an answer unless asked for.
const LEFT_OUT: [&str; 3] = ["applications", "tags", "notes"];

/// What an answer shows beside the usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) struct Include {
    names: Vec<&'static str>,
    contents: bool,
}

impl Include {
    /// Whether `field` is part of the answer.
    pub(in crate::eightfold) fn shows(&self, field: &str) -> bool {
        !LEFT_OUT.contains(&field) || self.names.contains(&field)
    }

    /// Whether the content of the files in `field` is.
    pub(in crate::eightfold) fn contents_of(&self, field: &str) -> bool {
        self.contents || self.names.contains(&field)
    }

    /// From `?include=resume,applications`. `contents`: files are shown without being asked for.
    pub(in crate::eightfold) fn parse(query: &Query, contents: bool) -> Result<Include> {
        let list = query.get("include").unwrap_or("");
        let words = list.split(',').map(str::trim).filter(|w| !w.is_empty());
        let names = words.map(|word| named(word).ok_or_else(unknown_include));
        Ok(Include {
            names: names.collect::<Result<_, Flaw>>()?,
            contents,
        })
    }
}

fn named(word: &str) -> Option<&'static str> {
    let name = match word {
        "resume" => "resumeContent",
        "photo" => "photoContent",
        other => other,
    };
    BODY.iter().find(|f| f.name == name).map(|f| f.name)
}

fn unknown_include() -> Flaw {
    Flaw::new(
        "query:include",
        FlawCode::NotAChoice,
        "include is a comma list of: applications, tags, notes, resume, photo, attachments, or another field's name",
    )
}

/// Which records a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) enum Filter {
    /// All of the organization.
    All,
    /// `emails:x`, as the address is compared; `None`: it is no address, so nobody has it.
    Email(Option<String>),
    /// `candidateId:x`.
    Candidate(String),
}

/// The query of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) struct List {
    /// Records passed over.
    pub start: i64,
    /// Records shown.
    pub limit: i64,
    /// Which.
    pub filter: Filter,
    /// What of them.
    pub include: Include,
}

impl List {
    pub(in crate::eightfold) fn parse(query: &Query) -> Result<List> {
        if query.get("query").is_some_and(|q| !q.trim().is_empty()) {
            let detail = "query is not supported yet; use filterQuery=emails:… or candidateId:…";
            return Err(Problem::invalid("query:query", FlawCode::Other, detail));
        }
        Ok(List {
            start: query.number("start", 0, 0, i64::from(i32::MAX))?,
            limit: query.number("limit", MOST, 1, MOST)?,
            filter: filter(query.get("filterQuery").unwrap_or(""))?,
            include: Include::parse(query, false)?,
        })
    }
}

/// `name:value`, the value bare or in double quotes. The vendor's whole grammar is not known to us, and guessing
/// would answer another question than was asked.
fn filter(text: &str) -> Result<Filter> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Filter::All);
    }
    let (name, value) = text.split_once(':').ok_or_else(unknown_filter)?;
    let value = value.trim();
    let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let bare_is_fine =
        !value.contains(['*', '[', ']', '(', ')', '"']) && !value.contains(char::is_whitespace);
    let value = match quoted {
        Some(inner) if !inner.contains('"') => inner,
        None if bare_is_fine => value,
        _ => return Err(unknown_filter().into()),
    };
    match name.trim() {
        _ if value.is_empty() || value.contains('\0') => Err(unknown_filter().into()),
        "emails" => Ok(Filter::Email(hiring::text::email_key(value))),
        "candidateId" => Ok(Filter::Candidate(value.to_owned())),
        _ => Err(unknown_filter().into()),
    }
}

fn unknown_filter() -> Flaw {
    Flaw::new(
        "query:filterQuery",
        FlawCode::Malformed,
        "filterQuery must be emails:<address> or candidateId:<id>",
    )
}

/// A query string, its pairs decoded.
#[derive(Debug, Default)]
pub(in crate::eightfold) struct Query(Vec<(String, String)>);

impl Query {
    pub(in crate::eightfold) fn read(text: &str) -> Query {
        Query(serde_urlencoded::from_str(text).unwrap_or_default())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, usual: i64, least: i64, most: i64) -> Result<i64> {
        let Some(text) = self.get(name).filter(|t| !t.is_empty()) else {
            return Ok(usual);
        };
        let found = text.parse().ok().filter(|n| (least..=most).contains(n));
        found.ok_or_else(|| {
            let detail = format!("{name} must be a number from {least} to {most}");
            Problem::invalid(format!("query:{name}"), FlawCode::OutOfRange, detail)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<List> {
        List::parse(&Query::read(text))
    }

    #[test]
    fn filters() {
        for (text, wanted) in [
            ("", Filter::All),
            ("filterQuery=", Filter::All),
            (
                "filterQuery=emails:Ada@X.org",
                Filter::Email(Some("ada@x.org".into())),
            ),
            (
                "filterQuery=emails%3Aada%2Bb%40x.org",
                Filter::Email(Some("ada+b@x.org".into())),
            ),
            ("filterQuery=emails:nobody", Filter::Email(None)),
            ("filterQuery=candidateId:7", Filter::Candidate("7".into())),
            (
                "filterQuery=candidateId:%22a%20b%22",
                Filter::Candidate("a b".into()),
            ),
            (
                "filterQuery=candidateId:a:b",
                Filter::Candidate("a:b".into()),
            ),
        ] {
            assert_eq!(list(text).map(|l| l.filter), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "filterQuery=employees:*",
            "filterQuery=emails:*",
            "filterQuery=emails:",
            "filterQuery=emails",
            "filterQuery=lastModified:%5B1%20TO%20*%5D",
            "filterQuery=emails:a@b.c%20AND%20candidateId:7",
            "filterQuery=candidateId:%00",
            "query=ada*",
            "limit=0",
            "limit=101",
            "limit=x",
            "start=-1",
            "include=everything",
        ] {
            assert!(matches!(list(text), Err(Problem::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn what_is_included() {
        let include = |text: &str, contents| Include::parse(&Query::read(text), contents).unwrap();
        let usual = include("", true);
        assert!(usual.shows("skills") && !usual.shows("tags") && usual.contents_of("attachments"));
        let asked = include("include=resume,%20tags", false);
        assert!(asked.shows("tags") && !asked.shows("notes"));
        assert!(asked.contents_of("resumeContent") && !asked.contents_of("photoContent"));
    }
}
