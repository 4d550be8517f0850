//! Query parameters. Unknown ones are ignored: older clients send some that are no more (dialect page, §3).

use hiring::candidate::{MOST_ADDRESSES, MOST_TAGS, Side, Which};
use hiring::id::Uuid;
use hiring::page::Span;
use hiring::problem::{FlawCode, Problem, Result};

use crate::{cursor, time};

/// A query's names and values, in order.
pub(in super::super) type Pairs = Vec<(String, String)>;

/// Reads a query string.
pub(in super::super) fn pairs(query: &str) -> Pairs {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

fn values<'p>(pairs: &'p Pairs, name: &str) -> impl Iterator<Item = &'p str> {
    let of_name = pairs.iter().filter(move |(key, _)| key == name);
    of_name
        .map(|(_, value)| value.trim())
        .filter(|v| !v.is_empty())
}

/// The last value of a parameter that is not blank.
pub(in super::super) fn one(pairs: &Pairs, name: &str) -> Option<String> {
    values(pairs, name).last().map(str::to_owned)
}

/// Values joined by commas, in one parameter or several.
pub(in super::super) fn list(pairs: &Pairs, name: &str) -> Vec<String> {
    let parts = values(pairs, name).flat_map(|v| v.split(','));
    parts
        .map(str::trim)
        .filter(|v| !v.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(in super::super) fn flag(pairs: &Pairs, name: &str) -> bool {
    one(pairs, name).is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"))
}

/// Parameters of a write.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct WriteQuery {
    /// Include `logs` in the answer.
    pub is_debug_mode: bool,
    /// Do not wait for the far side. The record is written when we answer, in either case.
    pub run_async: bool,
}

impl WriteQuery {
    pub(in super::super) fn parse(query: &str) -> WriteQuery {
        WriteQuery {
            is_debug_mode: flag(&pairs(query), "is_debug_mode"),
            run_async: flag(&pairs(query), "run_async"),
        }
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct PageQuery {
    /// `None`: from its beginning.
    pub from: Option<Side>,
    pub size: usize,
}

/// Records on a page, unless asked otherwise, and at most.
const USUAL_SIZE: usize = 30;
const MOST: usize = 100;

impl Default for PageQuery {
    fn default() -> PageQuery {
        PageQuery {
            from: None,
            size: USUAL_SIZE,
        }
    }
}

impl PageQuery {
    pub(in super::super) fn parse(pairs: &Pairs) -> Result<PageQuery> {
        let from = one(pairs, "cursor").map(|text| {
            let bad = || Problem::invalid("query:cursor", FlawCode::OutOfRange, "Invalid cursor");
            cursor::read(&text).ok_or_else(bad)
        });
        // What is no size is no fault in Django REST, which this API is made with.
        let size = one(pairs, "page_size").and_then(|text| text.parse::<u64>().ok());
        let size = size
            .filter(|n| *n > 0)
            .map_or(USUAL_SIZE, |n| n.min(MOST as u64) as usize);
        Ok(PageQuery {
            from: from.transpose()?,
            size,
        })
    }
}

/// Which related records are shown whole rather than by their ids: names of fields, `screening_question_answers.question`
/// among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Expand(Vec<String>);

impl Expand {
    pub(in super::super) fn parse(pairs: &Pairs) -> Expand {
        Expand(list(pairs, "expand"))
    }

    /// Whether `field` is to be shown whole.
    pub(in super::super) fn has(&self, field: &str) -> bool {
        self.0.iter().any(|name| name == field)
    }
}

/// What every list takes (dialect page, §4), and what of it a single record takes.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct CommonQuery {
    pub page: PageQuery,
    pub span: Span,
    /// Records of this id in the far system.
    pub remote_id: Option<String>,
    /// Fill `remote_data`.
    pub remote_data: bool,
    /// Also what was deleted.
    pub deleted: bool,
    /// Also what is to be ignored.
    pub shells: bool,
    pub expand: Expand,
}

impl CommonQuery {
    pub(in super::super) fn parse(pairs: &Pairs) -> Result<CommonQuery> {
        Ok(CommonQuery {
            page: PageQuery::parse(pairs)?,
            span: Span {
                created_after: moment(pairs, "created_after")?,
                created_before: moment(pairs, "created_before")?,
                modified_after: moment(pairs, "modified_after")?,
                modified_before: moment(pairs, "modified_before")?,
            },
            remote_id: one(pairs, "remote_id"),
            remote_data: flag(pairs, "include_remote_data"),
            deleted: flag(pairs, "include_deleted_data"),
            shells: flag(pairs, "include_shell_data"),
            expand: Expand::parse(pairs),
        })
    }
}

/// A filter by the id of another record. One that is no UUID is the id of nothing: the list is empty, it is no fault.
pub(in super::super) fn id_filter(pairs: &Pairs, name: &str) -> Option<Uuid> {
    one(pairs, name).map(|text| text.parse().unwrap_or(Uuid::nil()))
}

/// A filter by the ids of other records: any of them. `None`: it is not asked for.
///
/// # Errors
/// [`Problem::Invalid`] for more than can be looked for at once.
pub(in super::super) fn ids_filter(pairs: &Pairs, name: &str) -> Result<Option<Vec<Uuid>>> {
    if values(pairs, name).next().is_none() {
        return Ok(None);
    }
    let ids = at_most(pairs, name, MOST)?.into_iter();
    Ok(Some(
        ids.map(|text| text.parse().unwrap_or(Uuid::nil()))
            .collect(),
    ))
}

/// Parameters of `GET /candidates`.
#[derive(Debug, Clone)]
pub(in super::super) struct CandidatesQuery {
    pub common: CommonQuery,
    pub which: Which,
}

impl CandidatesQuery {
    pub(in super::super) fn parse(query: &str) -> Result<CandidatesQuery> {
        let pairs = pairs(query);
        let common = CommonQuery::parse(&pairs)?;
        let addresses = at_most(&pairs, "email_addresses", MOST_ADDRESSES)?;
        let asked = values(&pairs, "email_addresses").next().is_some();
        let which = Which {
            span: common.span,
            first_name: one(&pairs, "first_name"),
            last_name: one(&pairs, "last_name"),
            tags: at_most(&pairs, "tags", MOST_TAGS)?,
            addresses: asked.then_some(addresses),
            ignored: common.shells,
        };
        Ok(CandidatesQuery { common, which })
    }
}

fn at_most(pairs: &Pairs, name: &str, most: usize) -> Result<Vec<String>> {
    let values = list(pairs, name);
    if values.len() > most {
        let detail = format!("{name} must name at most {most} values.");
        return Err(Problem::invalid(
            format!("query:{name}"),
            FlawCode::TooLong,
            detail,
        ));
    }
    Ok(values)
}

/// A moment in any ISO form. The plus of an offset that was not escaped arrives as a blank.
pub(in super::super) fn moment(pairs: &Pairs, name: &str) -> Result<Option<i64>> {
    let Some(text) = one(pairs, name) else {
        return Ok(None);
    };
    let moment = time::parse(&text).or_else(|| {
        let (head, offset) = text.rsplit_once(' ')?;
        time::parse(&format!("{head}+{offset}"))
    });
    let bad = || {
        let detail = format!("{name} must be a datetime in ISO 8601 format.");
        Problem::invalid(format!("query:{name}"), FlawCode::Datetime, detail)
    };
    moment.map(Some).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_30_records_and_never_more_than_100() {
        let size = |query: &str| PageQuery::parse(&pairs(query)).map(|p| p.size);
        assert_eq!(size(""), Ok(30));
        assert_eq!(size("page_size=1"), Ok(1));
        assert_eq!(size("page_size=5000"), Ok(100));
        for odd in ["0", "-1", "ten", ""] {
            assert_eq!(size(&format!("page_size={odd}")), Ok(30), "{odd}");
        }
        assert!(PageQuery::parse(&pairs("cursor=!")).is_err());
    }

    #[test]
    fn datetimes_come_in_all_the_sdks_spellings() {
        let after = |text: &str| CandidatesQuery::parse(&format!("created_after={text}"));
        let moment = Some(1_795_306_305_850_000);
        for text in [
            "2026-11-22T00%3A11%3A45.850Z",
            "2026-11-22T00:11:45.850000Z",
            "2026-11-22T05:41:45.85%2B05:30",
            "2026-11-22T05:41:45.85+05:30",
        ] {
            let found = after(text).expect(text).common.span.created_after;
            assert_eq!(found, moment, "{text}");
        }
        assert!(after("soon").is_err());
        assert_eq!(after("").expect("blank").which, Which::default());
    }

    #[test]
    fn lists_are_joined_by_commas_or_repeated() {
        let read = |query: &str| CandidatesQuery::parse(query).unwrap();
        let query = read("expand=applications%2Cattachments&tags=a&tags=b,c&x=1");
        let expand = &query.common.expand;
        assert!(expand.has("applications") && expand.has("attachments") && !expand.has("job"));
        assert_eq!(query.which.tags, ["a", "b", "c"]);
        assert_eq!(query.which.addresses, None);
        let query = read("email_addresses=,");
        assert_eq!(query.which.addresses, Some(Vec::new()));
        let many = vec!["a@x.org"; MOST_ADDRESSES + 1].join(",");
        assert!(CandidatesQuery::parse(&format!("email_addresses={many}")).is_err());
    }

    #[test]
    fn what_is_no_id_is_the_id_of_nothing() {
        let of = |query: &str| id_filter(&pairs(query), "job_id");
        assert_eq!(of(""), None);
        assert_eq!(of("job_id=7"), Some(Uuid::nil()));
    }

    #[test]
    fn debug_mode_is_asked_for_with_true() {
        assert!(WriteQuery::parse("is_debug_mode=true&run_async=true").is_debug_mode);
        assert!(WriteQuery::parse("is_debug_mode=True").is_debug_mode);
        assert!(!WriteQuery::parse("is_debug_mode=false").is_debug_mode);
        assert!(!WriteQuery::parse("").is_debug_mode);
    }
}
