//! A destination's deliveries in its list: who, how it stands, and which requests were made for it.

use hiring::delivery::exchange::{self, Exchange, Outcome};
use hiring::delivery::listed::Listed;
use hiring::id::{OrgId, Uuid};
use hiring::problem::Noun;
use hiring::{Problem, Result, candidate};
use store::Reader;

use super::ago;
use crate::desk::words;
use crate::moment::Moment;

/// Requests of a delivery that are shown, the last ones.
const CALLS: usize = 20;

/// A delivery.
pub(super) struct Row {
    pub uid: String,
    pub who: String,
    pub to: Option<String>,
    pub at: Moment,
    pub why: &'static str,
    pub state: &'static str,
    pub is_good: bool,
    pub is_dead: bool,
    pub line: String,
    /// The requests that were made for it.
    pub calls: Vec<String>,
}

/// A delivery as it was read.
pub(super) struct One {
    pub of: Listed,
    /// The person's name.
    pub who: Option<String>,
    pub calls: Vec<Exchange>,
}

impl One {
    pub fn read(r: &mut Reader, org: OrgId, of: Listed) -> Result<One> {
        let who = of.candidate.map(|uid| name(r, org, uid)).transpose()?;
        let mut calls = exchange::of_delivery(r, org, of.id)?;
        calls.drain(..calls.len().saturating_sub(CALLS));
        Ok(One { of, who, calls })
    }
}

fn name(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<String> {
    match candidate::find_by_uid(r, org, uid) {
        Ok(found) => Ok(found.record.name().to_owned()),
        Err(Problem::NotFound(Noun::Candidate)) => Ok(String::new()),
        Err(other) => Err(other),
    }
}

impl Row {
    pub fn of(seen: &One, now: i64) -> Row {
        let (of, who) = (&seen.of, &seen.who);
        let (state, is_good) = match of.state.as_str() {
            "queued" => ("Waits", true),
            "sent" => ("Arrived", true),
            "dead" => ("Given up", false),
            _ => ("Taken back", true),
        };
        let problem = of.problem.as_deref().unwrap_or("");
        let line = match of.state.as_str() {
            "queued" if problem.is_empty() => String::new(),
            "queued" => format!("{problem}; again in {}", ago(now, of.due_at.max(now))),
            "sent" => of.remark.clone().unwrap_or_default(),
            _ => problem.to_owned(),
        };
        let is_test = of.kind.as_deref() == Some("test");
        let nobody = match is_test {
            true => "The connection itself",
            false => "Somebody without a name",
        };
        Row {
            uid: of.uid.clone(),
            who: match who.as_deref() {
                None | Some("") => nobody.to_owned(),
                Some(name) => name.to_owned(),
            },
            to: of.candidate.map(|uid| format!("/desk/candidates/{uid}")),
            at: Moment::at(of.created_at),
            why: match of.kind.as_deref() {
                Some("rule") => "a rule",
                Some("account") => "a linked account",
                Some("push") => "asked for",
                Some("update") => "a change",
                Some("test") => "a try",
                _ => "",
            },
            is_dead: matches!(of.state.as_str(), "dead" | "canceled") && !is_test,
            state,
            is_good,
            line,
            calls: seen.calls.iter().map(call).collect(),
        }
    }
}

/// One request in a line, without what was sent and what came back.
fn call(of: &Exchange) -> String {
    let took = of.ended_at.map(|ended| (ended - of.began_at) / 1000);
    let took = took.map_or_else(String::new, |ms| format!(" in {} ms", words::thousands(ms)));
    let what = match &of.outcome {
        None => "under way, or our process died meanwhile: it is looked up before it is repeated"
            .to_owned(),
        Some(Outcome::Answered { status, .. }) => format!("answered {status}{took}"),
        Some(Outcome::Unanswered(why)) => format!("not answered{took}: {why}"),
        Some(Outcome::NotSent(why)) => format!("not sent: {why}"),
    };
    format!("{} {}: {what}", of.method, of.address)
}
