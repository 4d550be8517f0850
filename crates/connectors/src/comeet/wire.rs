//! Comeet's words (developers.comeet.com): what its answers say.

use serde_json::{Value, json};

use crate::flow::{id, time};
use crate::manners::{Manners, Said, Verdict};
use crate::step::Answer;

pub(super) const MANNERS: Manners = Manners {
    judge,
    said,
    ..Manners::PLAIN
};

/// Its codes say more than its statuses.
fn judge(answer: &Answer) -> Option<Verdict> {
    if answer.is_success() {
        return None;
    }
    if answer.body.contains("Bandwidth quota exceeded") {
        return Some(Verdict::NotNow);
    }
    let body = answer.json();
    match body["error"].as_str()? {
        "candidate_post_conflict" if in_the_way(&body).is_some() => Some(Verdict::Done),
        // A 401, and yet no matter of credentials.
        "duplicate_candidate" => Some(Verdict::Refused("duplicate")),
        "position_not_found" => Some(Verdict::Refused("job")),
        "file_size_limit" | "malicious_file" => Some(Verdict::Refused("invalid")),
        "request_in_progress" => Some(Verdict::NotNow),
        _ => None,
    }
}

/// `You must include this required field: "first_name"`: the field stands in quotes.
fn said(answer: &Answer) -> Said {
    let body = answer.json();
    let code = body["error"].as_str().unwrap_or("");
    let words = body["message"].as_str().unwrap_or(code);
    let quoted = words.split('"').nth(1);
    let plain = |f: &&str| {
        !f.is_empty()
            && f.chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.[]".contains(c))
    };
    Said {
        words: words.to_owned(),
        field: quoted.filter(plain).map(str::to_owned),
    }
}

/// A candidate there: one person in one position.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Process {
    pub uid: String,
    pub created_at: Option<String>,
    pub data: Value,
}

/// Of a Candidate, whole or in its reduced form; one that was deleted has only a uid.
pub(super) fn process(body: &Value) -> Option<Process> {
    if body["deleted"] == Value::Bool(true) {
        return None;
    }
    Some(Process {
        uid: id(&body["uid"])?,
        created_at: time(&body["time_created"]),
        data: body.clone(),
    })
}

/// Uid of the candidate that a conflict names; the page's example shows a number.
pub(super) fn in_the_way(body: &Value) -> Option<String> {
    let conflict = body["error"] == "candidate_post_conflict";
    conflict.then(|| id(&body["candidate_uid"])).flatten()
}

/// What can be read, by the names under which it is written.
pub(super) fn readable(data: &Value) -> Value {
    let mut all = data.clone();
    if all["national_id"].is_null() && !data["id_number"].is_null() {
        all["national_id"] = data["id_number"].clone();
    }
    // Links are read as they are written by those who show them at all.
    if let Some(links) = data["links"].as_array() {
        let url = |l: &Value| l["url"].as_str().or(l.as_str()).map(|u| json!({"url": u}));
        all["links"] = links.iter().filter_map(url).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: Value) -> Verdict {
        let answer = Answer {
            status,
            headers: Vec::new(),
            body: body.to_string(),
        };
        MANNERS.verdict(&answer)
    }

    #[test]
    fn codes_count_before_statuses() {
        let error = |code: &str| json!({"error": code, "message": "", "candidate_uid": 5555});
        assert_eq!(
            verdict(409, error("candidate_post_conflict")),
            Verdict::Done
        );
        assert_eq!(
            verdict(409, json!({"error": "candidate_post_conflict"})),
            Verdict::Refused("duplicate")
        );
        assert_eq!(
            verdict(401, error("duplicate_candidate")),
            Verdict::Refused("duplicate")
        );
        assert_eq!(
            verdict(401, error("unauthorized")),
            Verdict::Refused("credentials")
        );
        assert_eq!(
            verdict(404, error("position_not_found")),
            Verdict::Refused("job")
        );
        assert_eq!(
            verdict(403, error("no_permission")),
            Verdict::Refused("permission")
        );
        assert_eq!(
            verdict(502, json!("Bandwidth quota exceeded")),
            Verdict::NotNow
        );
    }

    #[test]
    fn a_required_field_is_named() {
        let answer = Answer {
            status: 400,
            headers: Vec::new(),
            body: json!({"error": "required_field", "message": "You must include this required field: \"last_name\""}).to_string(),
        };
        assert_eq!(said(&answer).field.as_deref(), Some("last_name"));
    }
}
