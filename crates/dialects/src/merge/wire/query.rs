//! Query parameters. Unknown ones are ignored: older clients send some that are no more (dialect page, §3).

use hiring::candidate::Side;
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

fn one(pairs: &Pairs, name: &str) -> Option<String> {
    values(pairs, name).last().map(str::to_owned)
}

/// Values joined by commas, in one parameter or several.
fn list(pairs: &Pairs, name: &str) -> Vec<String> {
    let parts = values(pairs, name).flat_map(|v| v.split(','));
    parts
        .map(str::trim)
        .filter(|v| !v.is_empty())
        .map(str::to_owned)
        .collect()
}

fn flag(pairs: &Pairs, name: &str) -> bool {
    one(pairs, name).is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"))
}

/// Parameters of a write. `run_async` is taken and changes nothing: the record is written when we answer, in either
/// case, and only forwarding it to other systems may come later.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct WriteQuery {
    /// Include `logs` in the answer.
    pub is_debug_mode: bool,
}

impl WriteQuery {
    pub(in super::super) fn parse(query: &str) -> WriteQuery {
        WriteQuery {
            is_debug_mode: flag(&pairs(query), "is_debug_mode"),
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

/// Which related records are shown whole rather than by their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct ExpandQuery {
    pub applications: bool,
    pub attachments: bool,
}

impl ExpandQuery {
    pub(in super::super) fn parse(pairs: &Pairs) -> ExpandQuery {
        let names = list(pairs, "expand");
        ExpandQuery {
            applications: names.iter().any(|n| n == "applications"),
            attachments: names.iter().any(|n| n == "attachments"),
        }
    }
}

/// Parameters of `GET /candidates`.
#[derive(Debug, Clone)]
pub(in super::super) struct ListQuery {
    pub page: PageQuery,
    pub expand: ExpandQuery,
    /// People with any of these addresses; `None`: all people.
    pub email_addresses: Option<Vec<String>>,
    pub filter: Filter,
}

/// Which candidates a list shows, beside their addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Filter {
    pub created_after: Option<i64>,
    pub created_before: Option<i64>,
    pub modified_after: Option<i64>,
    pub modified_before: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// With any of these tags; empty: whatever their tags.
    pub tags: Vec<String>,
    pub remote_id: Option<String>,
}

/// Addresses one call may ask for: each is a look-up.
const MOST_ADDRESSES: usize = 200;

impl ListQuery {
    pub(in super::super) fn parse(query: &str) -> Result<ListQuery> {
        let pairs = pairs(query);
        let addresses = list(&pairs, "email_addresses");
        if addresses.len() > MOST_ADDRESSES {
            let detail = format!("email_addresses must name at most {MOST_ADDRESSES} addresses.");
            return Err(Problem::invalid(
                "query:email_addresses",
                FlawCode::TooLong,
                detail,
            ));
        }
        let asked = values(&pairs, "email_addresses").next().is_some();
        Ok(ListQuery {
            page: PageQuery::parse(&pairs)?,
            expand: ExpandQuery::parse(&pairs),
            email_addresses: asked.then_some(addresses),
            filter: Filter {
                created_after: moment(&pairs, "created_after")?,
                created_before: moment(&pairs, "created_before")?,
                modified_after: moment(&pairs, "modified_after")?,
                modified_before: moment(&pairs, "modified_before")?,
                first_name: one(&pairs, "first_name"),
                last_name: one(&pairs, "last_name"),
                tags: list(&pairs, "tags"),
                remote_id: one(&pairs, "remote_id"),
            },
        })
    }
}

/// Parameters of `GET /job-interview-stages`.
#[derive(Debug)]
pub(in super::super) struct StagesQuery {
    pub page: PageQuery,
    /// Of this job only.
    pub job: Option<String>,
}

impl StagesQuery {
    pub(in super::super) fn parse(query: &str) -> Result<StagesQuery> {
        let pairs = pairs(query);
        Ok(StagesQuery {
            page: PageQuery::parse(&pairs)?,
            job: one(&pairs, "job_id"),
        })
    }
}

/// A moment in any ISO form. The plus of an offset that was not escaped arrives as a blank.
fn moment(pairs: &Pairs, name: &str) -> Result<Option<i64>> {
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
        let after = |text: &str| ListQuery::parse(&format!("created_after={text}"));
        let moment = Some(1_795_306_305_850_000);
        for text in [
            "2026-11-22T00%3A11%3A45.850Z",
            "2026-11-22T00:11:45.850000Z",
            "2026-11-22T05:41:45.85%2B05:30",
            "2026-11-22T05:41:45.85+05:30",
        ] {
            let found = after(text).expect(text).filter.created_after;
            assert_eq!(found, moment, "{text}");
        }
        assert!(after("soon").is_err());
        assert_eq!(after("").expect("blank").filter, Filter::default());
    }

    #[test]
    fn lists_are_joined_by_commas_or_repeated() {
        let query =
            ListQuery::parse("expand=applications%2Cattachments&tags=a&tags=b,c&x=1").unwrap();
        assert!(query.expand.applications && query.expand.attachments);
        assert_eq!(query.filter.tags, ["a", "b", "c"]);
        assert_eq!(query.email_addresses, None);
        let query = ListQuery::parse("email_addresses=,").unwrap();
        assert_eq!(query.email_addresses, Some(Vec::new()));
    }

    #[test]
    fn debug_mode_is_asked_for_with_true() {
        assert!(WriteQuery::parse("is_debug_mode=true&run_async=true").is_debug_mode);
        assert!(WriteQuery::parse("is_debug_mode=True").is_debug_mode);
        assert!(!WriteQuery::parse("is_debug_mode=false").is_debug_mode);
        assert!(!WriteQuery::parse("").is_debug_mode);
    }
}
