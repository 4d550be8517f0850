//! What a board shows, as its address says it: `?source=Web&tag=Rust&q=ada&from=2026-01-01&to=2026-01-31`, and for a column of its
//! own `col=s12&after=<cursor>`.

use hiring::Result;
use hiring::application::Disposition;
use hiring::application::board::{After, Card, Column, Sieve};
use hiring::id::{OrgId, StageId};
use hiring::tag;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Reader;

use super::super::form::{Choice, Faults, Field};
use super::super::visit::Inputs;

/// See the head of this file.
#[derive(Debug, Clone)]
pub(super) struct Sift {
    source: String,
    tag: String,
    text: String,
    from: String,
    to: String,
    /// One column alone.
    pub column: Option<Column>,
    /// Where it begins.
    pub after: After,
    /// What of it could not be understood, and is left out.
    pub faults: Faults,
}

impl Default for Sift {
    fn default() -> Sift {
        Sift {
            source: String::new(),
            tag: String::new(),
            text: String::new(),
            from: String::new(),
            to: String::new(),
            column: None,
            after: After::NOTHING,
            faults: Faults::none(),
        }
    }
}

impl Sift {
    /// Of a query, or of the query that a form was posted to.
    pub fn of(inputs: &Inputs) -> Sift {
        let text = |name: &str| inputs.get(name).to_owned();
        let mut sift = Sift {
            source: text("source"),
            tag: text("tag"),
            text: text("q"),
            from: text("from"),
            to: text("to"),
            column: column(inputs.get("col")),
            after: after(inputs.get("after")),
            faults: Faults::none(),
        };
        for name in ["from", "to"] {
            let day = inputs.get(name);
            if !day.is_empty() && moment(day).is_none() {
                let words = "Please write the day as year-month-day, such as 2026-01-31.";
                sift.faults.add(name, words);
            }
        }
        sift
    }

    /// As verbs take it.
    pub fn sieve(&self, r: &mut Reader, org: OrgId) -> Result<Sieve> {
        /// No tag has this number: what nobody has been tagged with lets nobody through.
        const NO_TAG: i64 = -1;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tag = match some(&self.tag) {
            Some(name) => tag::ids(r, org, &[name])?.first().copied().or(Some(NO_TAG)),
            None => None,
        };
        // The last day is meant whole.
        const DAY: i64 = 86_400 * 1_000_000;
        Ok(Sieve {
            source: some(&self.source),
            tag,
            text: some(&self.text),
            applied: (moment(&self.from), moment(&self.to).map(|at| at + DAY)),
        })
    }

    /// As a query, without the column.
    pub fn query(&self) -> String {
        let pairs = [
            ("source", &self.source),
            ("tag", &self.tag),
            ("q", &self.text),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let said: Vec<_> = pairs.iter().filter(|(_, v)| !v.is_empty()).collect();
        serde_urlencoded::to_string(said).unwrap_or_default()
    }

    /// The filter's inputs.
    pub fn fields(&self, sources: &[String], tags: &[(i64, String)]) -> Vec<Field> {
        let choices = |all: &str, names: Vec<&str>, chosen: &str| {
            let mut choices = vec![Choice::new("", all)];
            choices.extend(names.iter().map(|name| Choice::new(name, name)));
            // What the address says stays chosen, even where nobody has it any more.
            if !chosen.is_empty() && !names.contains(&chosen) {
                choices.push(Choice::new(chosen, chosen));
            }
            choices
        };
        let sources = sources.iter().map(String::as_str).collect();
        let tags = tags.iter().map(|(_, name)| name.as_str()).collect();
        let field = |field: Field, value: &str| field.needed().value(value).with(&self.faults);
        vec![
            field(Field::text("q", "Name or e-mail").most(200), &self.text),
            field(
                Field::select(
                    "source",
                    "Source",
                    choices("Any source", sources, &self.source),
                ),
                &self.source,
            ),
            field(
                Field::select("tag", "Tag", choices("Any tag", tags, &self.tag)),
                &self.tag,
            ),
            field(Field::date("from", "Applied from"), &self.from),
            field(Field::date("to", "Applied until"), &self.to),
        ]
    }
}

/// A day's beginning, UTC, µs.
fn moment(day: &str) -> Option<i64> {
    let day: Date = day.parse().ok()?;
    let zoned = day.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_microsecond())
}

/// What forms and addresses call a column.
pub(super) fn word(column: Column) -> String {
    match column {
        Column::Stage(id) => format!("s{id}"),
        Column::Ended(how) => how.word().to_owned(),
    }
}

/// From its word.
pub(super) fn column(word: &str) -> Option<Column> {
    if let Some(how) = Disposition::parse(word) {
        return Some(Column::Ended(how));
    }
    let id = word.strip_prefix('s')?.parse().ok()?;
    Some(Column::Stage(StageId(id)))
}

/// Where what follows this card begins.
pub(super) fn cursor(card: &Card) -> String {
    let After(at, id) = card.place();
    format!("{at}.{id}")
}

fn after(text: &str) -> After {
    let both = text.split_once('.');
    let read = both.and_then(|(at, id)| Some(After(at.parse().ok()?, id.parse().ok()?)));
    read.unwrap_or(After::NOTHING)
}

/// `base` with this query and these pairs.
pub(super) fn with(base: &str, query: &str, pairs: &[(&str, &str)]) -> String {
    let more = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let parts: Vec<&str> = [query, &more]
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect();
    match parts.is_empty() {
        true => base.to_owned(),
        false => format!("{base}?{}", parts.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_comes_back_in_the_next_one() {
        let query = "source=A+%26+B&tag=C%2B%2B&q=%C3%BC&from=2026-01-01&to=2026-01-31";
        let inputs = Inputs::parse(format!("{query}&col=s12&after=7.3").as_bytes()).unwrap();
        let sift = Sift::of(&inputs);
        assert_eq!(sift.query(), query);
        assert_eq!(sift.column, Some(Column::Stage(StageId(12))));
        assert_eq!(sift.after, After(7, 3));
        assert!(sift.faults.is_empty());
        assert_eq!(with("/x", "", &[]), "/x");
        assert_eq!(with("/x", "q=a", &[("col", "hired")]), "/x?q=a&col=hired");
    }

    #[test]
    fn what_is_no_day_is_said() {
        let inputs = Inputs::parse(b"from=yesterday&col=nowhere&after=x").unwrap();
        let sift = Sift::of(&inputs);
        assert!(!sift.faults.at("from").is_empty());
        assert_eq!((sift.column, sift.after), (None, After::NOTHING));
        assert_eq!(moment("1970-01-02"), Some(86_400_000_000));
    }
}
