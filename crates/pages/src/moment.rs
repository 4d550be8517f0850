//! Times as people read them, in UTC, with the form that programs read beside it.

use jiff::Timestamp;

/// A moment, for `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// `2026-03-14T09:26:53Z`.
    pub iso: String,
    /// `14 March 2026, 09:26 UTC`.
    pub text: String,
}

impl Moment {
    /// From µs since 1970 UTC.
    pub fn at(micros: i64) -> Moment {
        let time = Timestamp::from_microsecond(micros).unwrap_or_default();
        Moment {
            iso: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: time.strftime("%-d %B %Y, %H:%M UTC").to_string(),
        }
    }
}

const SECOND: i64 = 1_000_000;
const UNITS: [(i64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];

/// A length of time in its largest unit, rounded down: `13 days`, `1 hour`, `less than a minute`.
pub(crate) fn roughly(micros: i64) -> String {
    for (seconds, unit) in UNITS {
        match micros / (seconds * SECOND) {
            ..1 => {}
            1 => return format!("1 {unit}"),
            n => return format!("{n} {unit}s"),
        }
    }
    "less than a minute".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_for_people_and_programs() {
        let moment = Moment::at(1_773_480_413_123_456);
        assert_eq!(moment.iso, "2026-03-14T09:26:53Z");
        assert_eq!(moment.text, "14 March 2026, 09:26 UTC");
    }

    #[test]
    fn lengths_are_told_in_their_largest_unit() {
        for (seconds, words) in [
            (14 * 86_400, "14 days"),
            (86_400 + 3, "1 day"),
            (7_199, "1 hour"),
            (120, "2 minutes"),
            (59, "less than a minute"),
            (-5, "less than a minute"),
        ] {
            assert_eq!(roughly(seconds * SECOND), words);
        }
    }
}
