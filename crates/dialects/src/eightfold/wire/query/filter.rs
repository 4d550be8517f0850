//! `filterQuery` and `query`: as much of the vendor's grammar as is known, and nothing guessed beyond it. A filter that is
//! not understood is refused, since ignoring it would answer another question than was asked.

use hiring::candidate::{MOST_WORDS, Word};
use hiring::problem::{Flaw, FlawCode, Problem, Result};

/// Which records a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) enum Filter {
    /// All of the organization.
    All,
    /// `emails:x`.
    Email(String),
    /// `candidateId:x`.
    Candidate(String),
    /// `lastModified:[a TO b]`, in unix seconds, both included; `None` is `*`.
    Modified(Option<i64>, Option<i64>),
}

impl Filter {
    /// `name:value`, the value bare or in double quotes, or a range.
    pub(super) fn parse(text: &str) -> Result<Filter> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Filter::All);
        }
        let (name, value) = text.split_once(':').ok_or_else(unknown)?;
        let (name, value) = (name.trim(), value.trim());
        if name == "lastModified" {
            return range(value);
        }
        let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let bare_is_fine =
            !value.contains(['*', '[', ']', '(', ')', '"']) && !value.contains(char::is_whitespace);
        let value = match quoted {
            Some(inner) if !inner.contains('"') => inner,
            None if bare_is_fine => value,
            _ => return Err(unknown().into()),
        };
        match name {
            _ if value.is_empty() => Err(unknown().into()),
            "emails" => Ok(Filter::Email(value.to_owned())),
            "candidateId" => Ok(Filter::Candidate(value.to_owned())),
            _ => Err(unknown().into()),
        }
    }
}

fn range(text: &str) -> Result<Filter> {
    let bad = || {
        Problem::invalid(
            "query:filterQuery",
            FlawCode::Datetime,
            "lastModified must be a range [a TO b] of unix seconds, either of which may be *",
        )
    };
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let words: Vec<&str> = inner.ok_or_else(bad)?.split_whitespace().collect();
    let [from, "TO", to] = words[..] else {
        return Err(bad());
    };
    let end = |word: &str| match word {
        "*" => Ok(None),
        digits => digits
            .parse::<u32>()
            .map(|s| Some(i64::from(s)))
            .map_err(|_| bad()),
    };
    Ok(Filter::Modified(end(from)?, end(to)?))
}

fn unknown() -> Flaw {
    Flaw::new(
        "query:filterQuery",
        FlawCode::Malformed,
        "filterQuery must be one of emails:<address>, candidateId:<id>, lastModified:[<seconds or *> TO <seconds or *>]",
    )
}

/// The words of `query`: each has to be a word of the name or an address, `*` at its beginning or end standing for
/// whatever comes before or after. A word of `*` alone says nothing.
pub(super) fn words(text: &str) -> Result<Vec<Word>> {
    let bad = |detail: String| Problem::invalid("query:query", FlawCode::Malformed, detail);
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let inner = word.trim_matches('*');
        if inner.is_empty() {
            continue;
        }
        if inner.contains('*') {
            return Err(bad(
                "a * may stand at the beginning or the end of a word".into()
            ));
        }
        words.push(Word {
            key: hiring::text::key(inner),
            open_start: word.starts_with('*'),
            open_end: word.ends_with('*'),
        });
    }
    if words.len() > MOST_WORDS {
        return Err(bad(format!("query may have at most {MOST_WORDS} words")));
    }
    Ok(words)
}
