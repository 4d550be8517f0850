//! Linked accounts whose records are carried to a destination besides being kept here (dialect page, §6).
//!
//! What is written is committed first, with its delivery; so nothing is lost when somebody stops waiting. Unless
//! `run_async` is true the answer waits for the far side, up to a limit, and tells what came of it: what it did not take as
//! it was, and that it has not taken it yet, are warnings; that it refused is an error, beside the record, which exists
//! here all the same. Decision 0019.

use std::time::Duration;

use hiring::delivery::carrying::{self, Order, Why};
use hiring::delivery::exchange::{self, Exchange, Outcome};
use hiring::delivery::listed::{self, Listed};
use hiring::id::{ApplicationId, CandidateId, DestinationId, OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::linked_account::LinkedAccount;
use hiring::problem::{Problem, Result};
use hiring::{App, destination, remote};
use serde_json::{Value, json};
use store::{Reader, Tx};
use tokio::time::Instant;

use crate::merge::auth::Guest;

/// How often to look whether the far side has answered.
const LOOK: Duration = Duration::from_millis(60);

/// Queues what was written, in the transaction that wrote it. A delivery of the person that nobody has begun carries it too.
pub(super) fn queue(
    tx: &mut Tx,
    guest: &Guest,
    (candidate, application): (Option<CandidateId>, Option<ApplicationId>),
    submission: Uuid,
) -> Result<()> {
    let (Some(to), Some(candidate)) = (guest.account.destination, candidate) else {
        return Ok(());
    };
    let org = guest.caller.org;
    match destination::by_id(tx, org, to) {
        Ok(_) => {}
        // Removed a moment ago: kept here alone.
        Err(Problem::NotFound(_)) => return Ok(()),
        Err(other) => return Err(other),
    }
    if carrying::waits(tx, org, to, candidate, application)? {
        return Ok(());
    }
    let cause = format!("account:{submission}");
    let order = Order {
        destination: to,
        why: Why::Account,
        candidate: Some(candidate),
        application,
        event: None,
        cause: &cause,
    };
    carrying::queue(tx, org, &order)?;
    Ok(())
}

/// What became of a write over there, written into its answer.
pub(super) async fn tell(
    app: &App,
    guest: &Guest,
    model: &str,
    answer: Answer,
    run_async: bool,
) -> Result<Answer> {
    let Some(to) = guest.account.destination else {
        return Ok(answer);
    };
    let mut body: Value = serde_json::from_str(&answer.body).map_err(Problem::broken)?;
    let Some(person) = person(model, &body["model"]) else {
        return Ok(answer);
    };
    let org = guest.caller.org;
    if !run_async {
        wait(app, org, to, person).await?;
    }
    let (name, account) = (model.to_owned(), guest.account.clone());
    let told = app.store.read(move |r| {
        let mut body = body.clone();
        fill(r, org, &account, &name, false, &mut body["model"])?;
        let found = listed::latest(r, org, to, person)?;
        if let Some(delivery) = found.filter(|_| !run_async) {
            let far = destination::by_id(r, org, to).map(|d| d.name);
            let said = exchange::of_delivery(r, org, delivery.id)?;
            write_outcome(&mut body, &delivery, &far.unwrap_or_default(), &said);
        }
        Ok::<_, Problem>(body)
    });
    body = told.await?;
    Ok(Answer {
        body: body.to_string(),
        ..answer
    })
}

/// Whom a record is about.
fn person(model: &str, record: &Value) -> Option<Uuid> {
    let id = match model {
        "Candidate" => &record["id"],
        _ => match &record["candidate"] {
            Value::Object(whole) => whole.get("id")?,
            id => id,
        },
    };
    id.as_str()?.parse().ok()
}

/// Until the far side has answered, or it will not within the time that there is.
async fn wait(app: &App, org: OrgId, to: DestinationId, person: Uuid) -> Result<()> {
    let limit = app.settings.wait_for_remote;
    let (end, until) = (
        Instant::now() + limit,
        app.store.clock().now() + micros(limit),
    );
    loop {
        let now = app.store.clock().now();
        let is_over = app.store.read(move |r| {
            let Some(delivery) = listed::latest(r, org, to, person)? else {
                return Ok(true);
            };
            let shut = match destination::by_id(r, org, to) {
                Ok(d) => d.paused_at.is_some() || d.gate.open_until.is_some_and(|at| at > now),
                Err(_) => true,
            };
            let later = delivery.problem.is_some() && delivery.due_at > until;
            Ok::<_, Problem>(delivery.state != "queued" || later || shut)
        });
        if is_over.await? || Instant::now() >= end {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

fn write_outcome(body: &mut Value, delivery: &Listed, far: &str, said: &[Exchange]) {
    let problem = |title: &str, detail: String, kind: String| {
        json!({
            "source": {"pointer": "/model"}, "title": title, "detail": detail, "problem_type": kind,
        })
    };
    let words = delivery.problem.clone().unwrap_or_default();
    match delivery.state.as_str() {
        "sent" => {
            for remark in delivery.remark.as_deref().unwrap_or("").lines() {
                push(
                    body,
                    "warnings",
                    problem(
                        "Not Carried Whole",
                        format!("{far}: {remark}."),
                        "REMOTE_REMARK".into(),
                    ),
                );
            }
        }
        "dead" => {
            let reason = delivery.reason.clone().unwrap_or_default();
            let detail = format!("The record is stored here. {far} refused it ({reason}): {words}");
            let kind = format!("REMOTE_{}", reason.to_uppercase());
            push(body, "errors", problem("Refused There", detail, kind));
        }
        "queued" => {
            let why = match words.as_str() {
                "" => String::new(),
                words => format!(" Last time: {words}."),
            };
            let detail = format!(
                "The record is stored here. {far} has not taken it yet; it is carried there later.{why}"
            );
            push(
                body,
                "warnings",
                problem("Not There Yet", detail, "REMOTE_PENDING".into()),
            );
        }
        _ => {}
    }
    if body.get("logs").is_some() && !said.is_empty() {
        let page = body["logs"][0]["dashboard_view"].clone();
        let logs = said.iter().map(|one| log(delivery, one, &page));
        body["logs"] = logs.collect();
    }
}

fn push(body: &mut Value, list: &str, item: Value) {
    if let Some(list) = body[list].as_array_mut() {
        list.push(item);
    }
}

/// One DebugModeLog for each request that went out. One that was never answered has the status 0.
fn log(delivery: &Listed, one: &Exchange, page: &Value) -> Value {
    let status = match &one.outcome {
        Some(Outcome::Answered { status, .. }) => *status,
        _ => 0,
    };
    json!({
        "log_id": format!("{}.{}", delivery.uid, one.n),
        "dashboard_view": page,
        "log_summary": {"url": one.address, "method": one.method, "status_code": status},
    })
}

/// How the kinds of record are called where remote ids are kept.
fn thing(model: &str) -> Option<&'static str> {
    match model {
        "Candidate" => Some("candidate"),
        "Application" => Some("application"),
        "Attachment" => Some("file"),
        "Activity" => Some("note"),
        _ => None,
    }
}

/// Writes what the far side calls these records into them: one, or a list's `results`.
pub(super) fn fill(
    r: &mut Reader,
    org: OrgId,
    account: &LinkedAccount,
    model: &str,
    with_data: bool,
    body: &mut Value,
) -> Result<()> {
    let (Some(to), Some(thing)) = (account.destination, thing(model)) else {
        return Ok(());
    };
    let records: Vec<&mut Value> = match body.get("results").is_some() {
        true => body["results"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .collect(),
        false => vec![body],
    };
    let scope = account.settings.scope(model);
    if scope.is_some_and(|s| !s.read) {
        return Ok(());
    }
    let hidden = |name: &str| scope.is_some_and(|s| s.disabled_fields.iter().any(|f| f == name));
    let id = |record: &Value| record["id"].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let mut records = records;
    for some in records.chunks_mut(hiring::page::MOST) {
        let uids: Vec<Uuid> = some.iter().filter_map(|record| id(record)).collect();
        let known = remote::of_things(r, org, to, thing, &uids)?;
        for record in some.iter_mut() {
            let there = record["id"].as_str().and_then(|id| known.get(id));
            let (Some(there), Some(members)) = (there, record.as_object_mut()) else {
                continue;
            };
            let mut put = |name: &str, value: Value| {
                if members.contains_key(name) && !hidden(name) {
                    members.insert(name.to_owned(), value);
                }
            };
            put("remote_id", json!(there.remote_id));
            if let Some(at) = &there.remote_created_at {
                put("remote_created_at", json!(at));
            }
            if let (true, Some(data)) = (with_data, &there.data) {
                let all = members
                    .get("remote_data")
                    .and_then(Value::as_array)
                    .cloned();
                let mut all = all.unwrap_or_default();
                all.push(json!({"path": format!("/{thing}s/{}", there.remote_id), "data": data}));
                if members.contains_key("remote_data") && !hidden("remote_data") {
                    members.insert("remote_data".into(), Value::Array(all));
                }
            }
        }
    }
    Ok(())
}

/// Our outside name of the record that the far side calls so.
pub(super) fn ours(
    r: &mut Reader,
    org: OrgId,
    account: &LinkedAccount,
    model: &str,
    remote_id: &str,
) -> Result<Option<Uuid>> {
    match (account.destination, thing(model)) {
        (Some(to), Some(thing)) => remote::ours(r, org, to, thing, remote_id),
        _ => Ok(None),
    }
}
