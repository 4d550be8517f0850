//! What stands after the `?`, as tables: they judge a query, and the OpenAPI document shows them. A name that no table
//! knows is ignored; every other is judged, and every fault names its parameter.

use hiring::application::Disposition;
use hiring::application::of_job::{By, Order, Standing, Window};
use hiring::problem::{Flaw, FlawCode, Problem, Result};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::openapi;

/// One parameter.
pub(in super::super) struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    /// What it is for, for people.
    pub about: &'static str,
}

/// What it may hold.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Kind {
    /// A whole number from 1 to this.
    UpTo(i64),
    /// A whole number.
    Id,
    /// Part of a text, in any case; blank is as good as absent.
    Part,
    /// A stage's id.
    Stage,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A day, `2026-11-25`, UTC.
    Day,
}

const fn parameter(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter { name, kind, about }
}

/// How an application may stand, in the vendor's words (dialect page, §7).
pub(in super::super) const STATUSES: [&str; 5] =
    ["pending", "in_progress", "completed", "hired", "rejected"];
const FROM: Parameter = parameter("from_date", Kind::Day, "From this day on (UTC).");
const TO: Parameter = parameter("to_date", Kind::Day, "Up to this day, included (UTC).");
const FIELD: Parameter = parameter(
    "timeframe_field",
    Kind::Choice(&["date_added", "last_updated_at"]),
    "What the two days are asked of; date_added, if it is left out.",
);
const PAGE: Parameter = parameter("page", Kind::UpTo(i32::MAX as i64), "Counted from 1.");
const PER_PAGE: Parameter = parameter("per_page", Kind::UpTo(200), "25, if it is left out.");

/// `GET /tracks`.
pub(in super::super) const TRACKS: &[Parameter] = &[PAGE, PER_PAGE];

/// `GET /tracks/<track_id>/stats` and `GET /tracks/stats`.
pub(in super::super) const WINDOW: &[Parameter] = &[FROM, TO, FIELD];

/// `GET /tracks/<track_id>/applicants`.
pub(in super::super) const APPLICANTS: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    parameter("name", Kind::Part, "Part of the name, in any case."),
    parameter(
        "email",
        Kind::Part,
        "Part of an e-mail address, in any case.",
    ),
    parameter("stage_id", Kind::Stage, "In this stage of the track."),
    parameter("stage_status", Kind::Choice(&STATUSES), "Standing so."),
    parameter("candidate_id", Kind::Id, "Of this person."),
    parameter("application_id", Kind::Id, "This one."),
    parameter(
        "sort_by",
        Kind::Choice(&["date_added", "last_updated_at", "name", "email", "score"]),
        "date_added, if it is left out.",
    ),
    parameter(
        "sort_order",
        Kind::Choice(&["asc", "desc"]),
        "desc, if it is left out.",
    ),
    FROM,
    TO,
    FIELD,
];

/// A query that has passed.
#[derive(Debug, Default)]
pub(in super::super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads `text` by `table`.
    ///
    /// # Errors
    /// [`Problem::Invalid`] naming every parameter that is at fault.
    pub(in super::super) fn read(text: &str, table: &[Parameter]) -> Result<Query> {
        let all: Vec<(String, String)> = serde_urlencoded::from_str(text).unwrap_or_default();
        let (mut pairs, mut flaws) = (Vec::new(), Vec::new());
        for parameter in table {
            let mut given = all.iter().filter(|(name, _)| name == parameter.name);
            let Some((name, value)) = given.next() else {
                continue;
            };
            let fault = match given.next() {
                Some(_) => Some((FlawCode::DuplicateKey, "must be given once".to_owned())),
                None => parameter.fault(value),
            };
            match fault {
                Some((code, why)) => flaws.push(flaw(name, code, &why)),
                None => pairs.push((name.clone(), value.trim().to_owned())),
            }
        }
        let query = Query { pairs };
        if query.day("from_date") > query.day("to_date") && query.day("to_date").is_some() {
            let why = "must not be after to_date";
            flaws.push(flaw("from_date", FlawCode::Contradiction, why));
        }
        if flaws.is_empty() {
            Ok(query)
        } else {
            Err(Problem::Invalid(flaws))
        }
    }

    /// A parameter's text, if it is there with something in it.
    pub(in super::super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(n, _)| n == name);
        found.map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// A parameter's number.
    pub(in super::super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// `page` and `per_page`.
    pub(in super::super) fn page(&self) -> (i64, i64) {
        let number = |name, usual| self.number(name).unwrap_or(usual);
        (number("page", 1), number("per_page", 25))
    }

    /// `sort_by` and `sort_order`. There are no scores, so by score all are equal.
    pub(in super::super) fn order(&self) -> Order {
        Order {
            by: match self.text("sort_by") {
                Some("last_updated_at") => By::Updated,
                Some("name") => By::Name,
                Some("email") => By::Email,
                _ => By::Added,
            },
            descending: self.text("sort_order") != Some("asc"),
        }
    }

    /// `stage_status`. `completed` is said of a stage that somebody has left, never of the one they are in.
    pub(in super::super) fn standing(&self) -> Option<Vec<Standing>> {
        Some(match self.text("stage_status")? {
            "pending" => vec![Standing::Pending],
            "in_progress" => vec![Standing::Open],
            "hired" => vec![Standing::Ended(Disposition::Hired)],
            "rejected" => vec![
                Standing::Ended(Disposition::Rejected),
                Standing::Ended(Disposition::Withdrawn),
            ],
            _ => Vec::new(),
        })
    }

    /// `from_date` and `to_date`, of what `timeframe_field` says.
    pub(in super::super) fn window(&self) -> Window {
        let bounds = (
            self.day("from_date").map(midnight),
            self.day("to_date").map(|day| midnight(day) + DAY),
        );
        match self.text("timeframe_field") {
            Some("last_updated_at") => Window {
                updated: bounds,
                ..Window::default()
            },
            _ => Window {
                created: bounds,
                ..Window::default()
            },
        }
    }

    /// What stats say was asked for: the window's parameters that were given.
    pub(in super::super) fn shown(&self) -> Value {
        let given = WINDOW
            .iter()
            .filter_map(|p| Some((p.name, self.text(p.name)?)));
        Value::Object(given.map(|(name, v)| (name.to_owned(), json!(v))).collect())
    }

    fn day(&self, name: &str) -> Option<Date> {
        day(self.text(name)?)
    }
}

/// µs of a day.
const DAY: i64 = 86_400 * 1_000_000;

/// When a day begins, µs since 1970 UTC. Counted in days: a moment's range ends before the last day's end.
fn midnight(day: Date) -> i64 {
    let days = day.since(Date::constant(1970, 1, 1));
    days.map_or(0, |span| i64::from(span.get_days())) * DAY
}

fn day(text: &str) -> Option<Date> {
    let shaped = text.len() == 10 && text.as_bytes()[4] == b'-';
    text.parse().ok().filter(|_| shaped)
}

fn flaw(name: &str, code: FlawCode, why: &str) -> Flaw {
    Flaw::new(format!("query:{name}"), code, format!("{name} {why}"))
}

impl Parameter {
    /// What is wrong with `value`, if anything.
    fn fault(&self, value: &str) -> Option<(FlawCode, String)> {
        let text = value.trim();
        let number = text.parse::<i64>().ok();
        let (code, why) = match self.kind {
            Kind::UpTo(most) if !number.is_some_and(|n| (1..=most).contains(&n)) => (
                FlawCode::OutOfRange,
                format!("must be a number from 1 to {most}"),
            ),
            Kind::Id if number.is_none() => (FlawCode::WrongType, "must be a number".to_owned()),
            // No column can hold it.
            Kind::Part if value.contains('\0') => (
                FlawCode::NulCharacter,
                "must not contain the character U+0000".to_owned(),
            ),
            Kind::Stage if text.is_empty() => {
                (FlawCode::WrongType, "must be a stage's id".to_owned())
            }
            Kind::Choice(choices) if !choices.contains(&text) => (
                FlawCode::NotAChoice,
                format!("must be one of: {}", choices.join(", ")),
            ),
            Kind::Day if day(text).is_none() => (
                FlawCode::Datetime,
                "must be a date like 2026-11-25".to_owned(),
            ),
            _ => return None,
        };
        Some((code, why))
    }

    fn schema(&self) -> Value {
        match self.kind {
            Kind::UpTo(most) => json!({"type": "integer", "minimum": 1, "maximum": most}),
            Kind::Id => json!({"type": "integer", "format": "int64"}),
            Kind::Part => json!({"type": "string"}),
            Kind::Stage => json!({"type": "string", "minLength": 1}),
            Kind::Choice(choices) => json!({"type": "string", "enum": choices}),
            Kind::Day => json!({"type": "string", "format": "date"}),
        }
    }
}

/// The table as the OpenAPI document shows it.
pub(in super::super) fn shown(table: &[Parameter]) -> Vec<Value> {
    let one = |p: &Parameter| openapi::query(p.name, p.about, p.schema());
    table.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Query> {
        Query::read(text, APPLICANTS)
    }

    #[test]
    fn every_bad_value_is_refused_by_its_name() {
        for (text, name) in [
            ("page=0", "page"),
            ("page=x", "page"),
            ("page=", "page"),
            ("page=99999999999999999999", "page"),
            ("per_page=201", "per_page"),
            ("per_page=-1", "per_page"),
            ("per_page=1.5", "per_page"),
            ("candidate_id=ada", "candidate_id"),
            ("application_id=1e3", "application_id"),
            ("stage_id=", "stage_id"),
            ("stage_status=lost", "stage_status"),
            ("stage_status=Hired", "stage_status"),
            ("sort_by=id", "sort_by"),
            ("sort_order=down", "sort_order"),
            ("from_date=2026-02-30", "from_date"),
            ("from_date=20260201", "from_date"),
            ("to_date=2026-02-01T00:00:00", "to_date"),
            ("to_date=tomorrow", "to_date"),
            ("timeframe_field=stage_at", "timeframe_field"),
            ("from_date=2026-02-02&to_date=2026-02-01", "from_date"),
            ("name=a%00b", "name"),
            ("email=%00", "email"),
            ("page=1&page=2", "page"),
        ] {
            let Err(Problem::Invalid(flaws)) = read(text) else {
                panic!("{text} was let through");
            };
            assert_eq!(flaws[0].pointer, format!("query:{name}"), "{text}");
            assert!(
                flaws[0].detail.starts_with(name),
                "{text}: {}",
                flaws[0].detail
            );
        }
    }

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let query = read("unknown=1&name=&email=%20").expect("a query");
        assert_eq!(query.page(), (1, 25));
        assert_eq!(
            query.order(),
            Order {
                by: By::Added,
                descending: true
            }
        );
        assert_eq!(query.window(), Window::default());
        assert_eq!((query.text("name"), query.text("email")), (None, None));
        assert!(query.standing().is_none());
    }

    #[test]
    fn days_are_included_at_both_ends() {
        let query = read("from_date=1970-01-02&to_date=1970-01-02").expect("a query");
        assert_eq!(query.window().created, (Some(DAY), Some(2 * DAY)));
        let query = read("to_date=1970-01-01&timeframe_field=last_updated_at").expect("a query");
        assert_eq!(query.window().updated, (None, Some(DAY)));
        assert_eq!(query.window().created, (None, None));
        // The first and the last day there are.
        let query = read("from_date=0001-01-01&to_date=9999-12-31").expect("a query");
        let (from, before) = query.window().created;
        assert!(from < Some(0) && before > Some(253_000_000_000_000_000));
        let shown = query.shown();
        assert_eq!(
            shown,
            json!({"from_date": "0001-01-01", "to_date": "9999-12-31"})
        );
    }
}
