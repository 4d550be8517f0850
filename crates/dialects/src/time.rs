//! Moments as the vendors write and read them. Inside, a moment is i64 µs since 1970 UTC.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;

/// `2018-01-01T12:50:50Z`: whole seconds.
pub fn seconds(micros: i64) -> String {
    at(micros.div_euclid(1_000_000) * 1_000_000)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// `2018-01-01T12:50:50.123456Z`.
pub fn micros(micros: i64) -> String {
    at(micros).strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// An ISO 8601 / RFC 3339 moment with Z or an offset, any fraction. Without a zone it is taken as UTC; a bare date
/// is its midnight.
pub fn parse(text: &str) -> Option<i64> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let text = text.trim();
    if let Ok(moment) = PARSER.parse_timestamp(text) {
        return Some(moment.as_microsecond());
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(
        local
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_microsecond(),
    )
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_all_their_forms() {
        let moment = 1_514_811_050_000_000;
        assert_eq!(seconds(moment + 999_999), "2018-01-01T12:50:50Z");
        assert_eq!(micros(moment + 6), "2018-01-01T12:50:50.000006Z");
        for text in [
            "2018-01-01T12:50:50Z",
            "2018-01-01T12:50:50.000Z",
            "2018-01-01T18:20:50+05:30",
            "2018-01-01T12:50:50",
        ] {
            assert_eq!(parse(text), Some(moment), "{text}");
        }
        assert_eq!(parse("2018-01-01"), Some(1_514_764_800_000_000));
        assert_eq!(parse("yesterday"), None);
    }
}
