//! What an answer means: done, not now, perhaps done, or never. By its status, and by the vendor's own words where those say
//! more ([`Manners`]). Nothing here decides what follows; `flow.rs` does.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::step::{Answer, Refusal, Step};

/// How one system answers.
#[derive(Clone, Copy)]
pub struct Manners {
    /// Headers (lower case) besides Retry-After that say when it may be asked again: in seconds from now, or since 1970.
    pub reset: &'static [&'static str],
    /// What an answer means where its status alone does not say it.
    pub judge: fn(&Answer) -> Option<Verdict>,
    /// The vendor's words in a refusal.
    pub said: fn(&Answer) -> Said,
}

/// Words of a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What is wrong.
    pub words: String,
    /// With which field.
    pub field: Option<String>,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was done.
    Done,
    /// It was not done, and may be later.
    NotNow,
    /// It may have been done.
    Doubtful,
    /// It was not done and will not be; a reason of [`Refusal::reason`].
    Refused(&'static str),
}

impl Manners {
    /// By status, and words of errors as most systems have them.
    pub const PLAIN: Manners = Manners {
        reset: &["x-ratelimit-reset"],
        judge: |_| None,
        said,
    };

    /// What `answer` means.
    pub fn verdict(&self, answer: &Answer) -> Verdict {
        (self.judge)(answer).unwrap_or_else(|| by_status(answer.status))
    }

    /// Not now, with the time that the answer names.
    pub fn not_now(&self, answer: &Answer, now: i64) -> Step {
        Step::Retry {
            after: self.wait(answer, now),
            why: match answer.status {
                429 => "it asks us to wait (429)".to_owned(),
                status => format!("it cannot do it now ({status})"),
            },
            forget: true,
        }
    }

    /// How long the answer asks to wait; at most a day.
    pub fn wait(&self, answer: &Answer, now: i64) -> Option<Duration> {
        let named = std::iter::once("retry-after").chain(self.reset.iter().copied());
        let seconds = named
            .filter_map(|name| answer.header(name))
            .find_map(|value| seconds_until(value.trim(), now))?;
        Some(Duration::from_secs(seconds.min(86_400)))
    }

    /// A refusal for `reason` in the answer's words. The answer is taken back when it is tried again.
    pub fn refusal(&self, answer: &Answer, reason: &'static str) -> Refusal {
        let Said { words, field } = (self.said)(answer);
        let words = match words.trim() {
            "" => format!("HTTP {}", answer.status),
            words => cut(words, 500),
        };
        Refusal {
            field: field.map(|f| cut(&f, 100)),
            forget: true,
            ..Refusal::new(reason, words)
        }
    }
}

fn by_status(status: u16) -> Verdict {
    match status {
        200..300 => Verdict::Done,
        429 => Verdict::NotNow,
        // Of 408 and 425 one does not know how much of the request was read.
        408 | 425 | 500.. => Verdict::Doubtful,
        401 => Verdict::Refused("credentials"),
        402 | 403 => Verdict::Refused("permission"),
        404 | 410 => Verdict::Refused("gone"),
        409 => Verdict::Refused("duplicate"),
        // A redirect is not followed: it would carry the credentials elsewhere.
        0..=399 => Verdict::Refused("settings"),
        _ => Verdict::Refused("invalid"),
    }
}

/// Retry-After is seconds or a date (RFC 9110); the reset headers are seconds from now, or a time in seconds or milliseconds.
fn seconds_until(value: &str, now: i64) -> Option<u64> {
    let now = now / 1_000_000;
    let until = |then: i64| u64::try_from(then - now).unwrap_or(0);
    if let Ok(number) = value.parse::<f64>() {
        if !number.is_finite() || number < 0.0 {
            return None;
        }
        let number = number.ceil() as i64;
        return Some(match number {
            1_000_000_000_000.. => until(number / 1000 + 1),
            1_000_000_000.. => until(number),
            seconds => seconds.unsigned_abs(),
        });
    }
    let date = jiff::fmt::rfc2822::parse(value).map(|z| z.timestamp());
    let date = date.or_else(|_| value.parse::<Timestamp>()).ok()?;
    Some(until(date.as_second()))
}

/// Words of an error as most systems write them: `{"message"}`, `{"error"}`, `{"errors": [{"message", "field"}]}`, JSON:API.
pub fn said(answer: &Answer) -> Said {
    let body = answer.json();
    let first = first_error(&body);
    let words = [
        "message",
        "detail",
        "error_description",
        "description",
        "error",
        "title",
    ];
    let of = |value: &Value| {
        let text = words.iter().find_map(|w| value[*w].as_str());
        text.or(value.as_str()).map(str::to_owned)
    };
    let field = ["field", "pointer", "path"]
        .iter()
        .find_map(|w| first[*w].as_str())
        .or(first["source"]["pointer"].as_str());
    Said {
        words: of(first).or_else(|| of(&body)).unwrap_or_default(),
        field: field.map(str::to_owned),
    }
}

fn first_error(body: &Value) -> &Value {
    let errors = &body["errors"];
    match errors {
        Value::Array(items) => items.first().unwrap_or(&Value::Null),
        Value::Object(members) => members.values().next().unwrap_or(&Value::Null),
        _ => errors,
    }
}

fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer {
            status,
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn a_status_says_whether_it_may_have_been_done() {
        let by = |status| Manners::PLAIN.verdict(&answer(status, &[], ""));
        assert_eq!(by(201), Verdict::Done);
        assert_eq!(by(429), Verdict::NotNow);
        for doubtful in [408, 500, 502, 503, 504] {
            assert_eq!(by(doubtful), Verdict::Doubtful);
        }
        assert_eq!(by(302), Verdict::Refused("settings"));
        assert_eq!(by(422), Verdict::Refused("invalid"));
        assert_eq!(by(409), Verdict::Refused("duplicate"));
    }

    #[test]
    fn how_long_to_wait_is_read_in_each_form() {
        let now = 1_800_000_000_000_000;
        let wait = |name, value| {
            let answer = answer(429, &[(name, value)], "");
            Manners::PLAIN.wait(&answer, now).map(|d| d.as_secs())
        };
        assert_eq!(wait("retry-after", "17"), Some(17));
        assert_eq!(wait("retry-after", "0.4"), Some(1));
        assert_eq!(
            wait("retry-after", "Fri, 15 Jan 2027 08:00:30 GMT"),
            Some(30)
        );
        assert_eq!(
            wait("retry-after", "Fri, 15 Jan 2027 07:00:00 GMT"),
            Some(0)
        );
        assert_eq!(wait("x-ratelimit-reset", "1800000012"), Some(12));
        assert_eq!(wait("x-ratelimit-reset", "1800000012000"), Some(13));
        assert_eq!(wait("x-ratelimit-reset", "9"), Some(9));
        assert_eq!(wait("retry-after", "99999999"), Some(86_400));
        assert_eq!(wait("retry-after", "soon"), None);
        assert_eq!(wait("x-other", "9"), None);
    }

    #[test]
    fn errors_are_read_as_most_systems_write_them() {
        let read = |body| said(&answer(422, &[], body));
        let one = |words: &str, field: Option<&str>| Said {
            words: words.into(),
            field: field.map(str::to_owned),
        };
        assert_eq!(
            read(
                r#"{"message": "Validation error", "errors": [{"message": "is invalid", "field": "email"}]}"#
            ),
            one("is invalid", Some("email"))
        );
        assert_eq!(read(r#"{"error": "no"}"#), one("no", None));
        assert_eq!(read(r#"{"errors": ["no"]}"#), one("no", None));
        assert_eq!(
            read(
                r#"{"errors": [{"title": "Bad", "detail": "taken", "source": {"pointer": "/data"}}]}"#
            ),
            one("taken", Some("/data"))
        );
        assert_eq!(read("<html>"), Said::default());
    }
}
