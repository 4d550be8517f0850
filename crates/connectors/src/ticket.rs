//! Reading the answer to a request for an access token (RFC 6749 §5.1).

use std::time::Duration;

use serde_json::Value;

use crate::manners::{Manners, Verdict};
use crate::step::{Answer, Refusal, Step, Ticket};

/// The token in an answer, and for how long it is good: `expires_in`, seconds as a number or a word.
///
/// # Errors
/// Whether to ask again later, or that the credentials are not known.
pub fn read(manners: &Manners, answer: &Answer) -> Result<Ticket, Step> {
    let body = answer.json();
    let token = body["access_token"].as_str().unwrap_or("").to_owned();
    match manners.verdict(answer) {
        Verdict::Done if !token.is_empty() && !token.contains(char::is_control) => Ok(Ticket {
            token,
            lives: lives(&body["expires_in"]),
        }),
        // A page in place of an answer may be of a proxy in between, and there is a token in a moment.
        Verdict::Done if body.is_null() => Err(not_now(
            answer,
            "what is asked for tokens answers with a page: is it the right address?",
        )),
        Verdict::Done => Err(Step::Refused(Refusal::new(
            "unclear",
            "what is asked for tokens answers with none: is it the right address?",
        ))),
        Verdict::NotNow => Err(not_now(answer, "it asks us to wait for a token")),
        Verdict::Doubtful => Err(not_now(answer, "it gives no token now")),
        // 400 invalid_client, invalid_grant (RFC 6749 §5.2).
        Verdict::Refused("invalid") => Err(refused(manners, answer, "credentials")),
        Verdict::Refused(reason) => Err(refused(manners, answer, reason)),
    }
}

fn lives(value: &Value) -> Option<Duration> {
    let seconds = value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())?;
    Some(Duration::from_secs(seconds))
}

/// Nothing is forgotten: a token is in no exchange.
fn not_now(answer: &Answer, why: &str) -> Step {
    // There is no clock here: of a date one cannot say how far away it is.
    let seconds = answer
        .header("retry-after")
        .and_then(|s| s.trim().parse().ok());
    let after = seconds.map(|s: u64| Duration::from_secs(s.min(86_400)));
    Step::Retry {
        after,
        why: why.to_owned(),
        forget: false,
    }
}

fn refused(manners: &Manners, answer: &Answer, reason: &'static str) -> Step {
    Step::Refused(Refusal {
        forget: false,
        ..manners.refusal(answer, reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Result<Ticket, Step> {
        let answer = Answer {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        };
        read(&Manners::PLAIN, &answer)
    }

    #[test]
    fn a_token_is_read_with_its_life() {
        let ticket = of(200, r#"{"access_token": "t", "expires_in": "60"}"#).unwrap();
        assert_eq!(
            (ticket.token.as_str(), ticket.lives),
            ("t", Some(Duration::from_secs(60)))
        );
        assert_eq!(of(200, r#"{"access_token": "t"}"#).unwrap().lives, None);
    }

    #[test]
    fn why_there_is_none_says_whether_to_ask_again() {
        let reason = |status, body| match of(status, body) {
            Err(Step::Refused(refusal)) => refusal.reason,
            Err(Step::Retry { forget: false, .. }) => "retry",
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(400, r#"{"error": "invalid_client"}"#), "credentials");
        assert_eq!(reason(401, ""), "credentials");
        assert_eq!(reason(403, ""), "permission");
        assert_eq!(reason(200, "<html>"), "retry");
        assert_eq!(reason(200, r#"{"ok": true}"#), "unclear");
        assert_eq!(reason(200, r#"{"access_token": "a\nb"}"#), "unclear");
        assert_eq!(reason(503, ""), "retry");
        assert_eq!(reason(429, ""), "retry");
    }
}
