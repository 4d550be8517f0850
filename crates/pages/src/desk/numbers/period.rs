//! Which period is looked at, and of which job, as the address says it. Days are those of UTC.

use hiring::id::Uuid;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::super::form::Faults;
use super::super::visit::Inputs;

/// Days that one looks at unless one says otherwise.
const USUAL: i64 = 90;
/// Most days of a period.
const MOST: i64 = 3_660;

/// See the head of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub from: Date,
    /// Its last day.
    pub to: Date,
    pub job: Option<Uuid>,
    today: Date,
}

impl Period {
    /// The one that is shown to whoever does not say, at this moment, µs.
    pub fn usual(now: i64) -> Period {
        let now = Timestamp::from_microsecond(now).unwrap_or_default();
        let today = now.to_zoned(TimeZone::UTC).date();
        Period {
            from: back(today, USUAL - 1),
            to: today,
            job: None,
            today,
        }
    }

    /// As the query says it.
    ///
    /// # Errors
    /// What to show all the same, and what is wrong.
    pub fn read(inputs: &Inputs, now: i64) -> Result<Period, (Period, Faults)> {
        let usual = Period::usual(now);
        let mut faults = Faults::none();
        let mut day = |name: &str, otherwise: Date| match inputs.get(name) {
            "" => otherwise,
            text => text.parse().unwrap_or_else(|_| {
                faults.add(
                    name,
                    "Please write a day: year, month and day, like 2026-03-14.",
                );
                otherwise
            }),
        };
        let to = day("to", usual.to);
        let from = day("from", back(to, USUAL - 1));
        let job = match inputs.get("job") {
            "" => None,
            text => match Uuid::parse_str(text) {
                Ok(uid) => Some(uid),
                Err(_) => {
                    faults.add("job", "Please choose one of the jobs.");
                    None
                }
            },
        };
        if faults.is_empty() && from > to {
            faults.add("from", "The first day must not be after the last one.");
        } else if faults.is_empty() && back(to, MOST) >= from {
            faults.add("from", "Please choose a period of at most ten years.");
        }
        match faults.is_empty() {
            true => Ok(Period {
                from,
                to,
                job,
                ..usual
            }),
            false => Err((usual, faults)),
        }
    }

    /// Its beginning, µs.
    pub fn begins(&self) -> i64 {
        micros(self.from)
    }

    /// Its end, µs: the beginning of the day after the last one.
    pub fn ends(&self) -> i64 {
        micros(self.to).saturating_add(86_400_000_000)
    }

    /// The same as a query.
    pub fn query(&self) -> String {
        let job = self.job.map(|job| format!("&job={job}"));
        format!(
            "from={}&to={}{}",
            self.from,
            self.to,
            job.unwrap_or_default()
        )
    }

    /// Periods that are often asked for, of the same job.
    pub fn often(&self) -> Vec<(&'static str, String)> {
        let last = |days: i64| back(self.today, days - 1);
        let year = Date::new(self.today.year(), 1, 1).unwrap_or(self.today);
        let periods = [
            ("Last 30 days", last(30)),
            ("Last 90 days", last(90)),
            ("Last 12 months", last(365)),
            ("This year", year),
        ];
        let address = |from: Date| {
            Period {
                from,
                to: self.today,
                ..*self
            }
            .query()
        };
        periods
            .into_iter()
            .map(|(words, from)| (words, format!("/desk/numbers?{}", address(from))))
            .collect()
    }

    /// What is looked at, in words.
    pub fn words(&self, title: Option<&str>) -> String {
        let day = |date: Date| date.strftime("%-d %B %Y").to_string();
        let job = title.map_or("all jobs".to_owned(), |title| format!("“{title}”"));
        format!(
            "What became of the applications for {job} that came in from {} to {}.",
            day(self.from),
            day(self.to)
        )
    }
}

fn back(from: Date, days: i64) -> Date {
    from.checked_sub(days.days()).unwrap_or(Date::MIN)
}

fn micros(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC)
        .map_or(0, |at| at.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_773_480_413_000_000;

    fn read(query: &str) -> Result<Period, (Period, Faults)> {
        Period::read(&Inputs::parse(query.as_bytes()).unwrap(), NOW)
    }

    #[test]
    fn a_period_is_whole_days_of_utc() {
        let period = read("from=2026-03-01&to=2026-03-02").unwrap();
        assert_eq!(period.begins(), 1_772_323_200_000_000);
        assert_eq!(period.ends() - period.begins(), 2 * 86_400_000_000);
        assert_eq!(period.query(), "from=2026-03-01&to=2026-03-02");
        let usual = read("").unwrap();
        assert_eq!(
            (
                usual.from.to_string().as_str(),
                usual.to.to_string().as_str()
            ),
            ("2025-12-15", "2026-03-14")
        );
    }

    #[test]
    fn what_is_no_period_is_said_at_its_input() {
        for (query, name) in [
            ("from=yesterday", "from"),
            ("to=2026-02-30", "to"),
            ("from=2026-03-02&to=2026-03-01", "from"),
            ("from=1999-01-01", "from"),
            ("from=-9999-01-01&to=9999-12-31", "from"),
            ("job=7", "job"),
        ] {
            let (period, faults) = read(query).unwrap_err();
            assert!(!faults.at(name).is_empty(), "{query}");
            assert_eq!(period, read("").unwrap(), "{query}");
        }
    }
}
