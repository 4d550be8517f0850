//! One webhook: how it stands, what was delivered, and what can be done: ping, pause, resume, another secret, replay, remove.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::id::{OrgId, Uuid};
use hiring::member::Right;
use hiring::page::Side;
use hiring::problem::Clash;
use hiring::subscription::carrying::Reason;
use hiring::subscription::log::{self, Entry};
use hiring::subscription::replay::{self, From, Replay};
use hiring::subscription::secret::{self, Given};
use hiring::subscription::{self, State as Standing, Subscription, Wanted};
use hiring::{App, Problem, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Reader;

use super::keys::Shown;
use super::{HERE, ago};
use crate::desk::form::{Confirm, Faults, Field, Pager};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::moment::Moment;
use crate::page::Page;

/// Deliveries of a page.
const ROWS: i64 = 25;

#[derive(Template)]
#[template(path = "desk/hook.html")]
pub(super) struct Hook {
    frame: Frame,
    faults: Faults,
    can_change: bool,
    to: String,
    url: String,
    host: String,
    description: String,
    state: &'static str,
    /// How it stands, in sentences.
    about: Vec<String>,
    is_held: bool,
    facts: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    pager: Pager,
    since: Field,
    undelivered: Field,
    /// How many a replay would be, once it was asked, and from when.
    preview: Option<String>,
    replays: Vec<String>,
}

struct Row {
    uid: String,
    kind: String,
    state: &'static str,
    is_good: bool,
    at: Moment,
    line: String,
    is_event: bool,
    calls: Vec<String>,
}

pub(super) fn state_words(state: Standing) -> &'static str {
    match state {
        Standing::Active => "Works",
        Standing::Failing => "Failing",
        Standing::Dead => "Down for days",
        Standing::Paused => "Paused",
        Standing::Ended => "Switched off",
    }
}

fn delivery_words(state: &str) -> &'static str {
    match state {
        "queued" => "Waits",
        "delivered" => "Delivered",
        "dead" => "Given up",
        "skipped" => "Nothing to tell",
        _ => "Taken back",
    }
}

/// Everything the page reads.
struct Seen {
    of: Subscription,
    wanted: Wanted,
    jobs: usize,
    waiting: i64,
    dead: i64,
    keys: usize,
    rows: Vec<(Entry, Vec<log::Call>)>,
    replays: Vec<Replay>,
    now: i64,
}

fn read(r: &mut Reader, org: OrgId, uid: Uuid, before: i64) -> Result<Seen> {
    let of = subscription::find(r, org, uid)?;
    let (wanted, jobs) = subscription::wanted(r, org, of.id)?;
    let (waiting, dead) = log::counts(r, org, of.id)?;
    let mut rows = Vec::new();
    for entry in log::list(r, org, of.id, None, Side::Before(before), ROWS + 1)? {
        let calls = log::calls(r, org, entry.id)?;
        rows.push((entry, calls));
    }
    Ok(Seen {
        wanted,
        jobs: jobs.len(),
        waiting,
        dead,
        keys: secret::known(r, org, of.id)?.len(),
        replays: replay::list(r, org, of.id, 5)?,
        rows,
        now: r.now(),
        of,
    })
}

/// `GET /desk/integrations/webhooks/{uid}`.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let page = page(&app, &visit, uid, &inputs, Faults::none(), None).await?;
    Ok(visit.page(&page))
}

async fn page(
    app: &App,
    visit: &Visit,
    uid: Uuid,
    inputs: &Inputs,
    faults: Faults,
    preview: Option<String>,
) -> Result<Hook> {
    let org = visit.org();
    let before = inputs.get("before").parse().unwrap_or(i64::MAX);
    let seen = app.store.read(move |r| read(r, org, uid, before)).await?;
    let frame = visit.frame(Section::Integrations);
    let may = visit.may(Right::ChangeIntegrations);
    Ok(shown(frame, may, seen, inputs, faults, preview))
}

fn shown(
    frame: Frame,
    can_change: bool,
    mut seen: Seen,
    inputs: &Inputs,
    faults: Faults,
    preview: Option<String>,
) -> Hook {
    let of = &seen.of;
    let state = of.state(seen.now);
    let to = format!("{HERE}/webhooks/{}", of.uid);
    let more = seen.rows.len() as i64 > ROWS;
    seen.rows.truncate(ROWS as usize);
    let last = seen.rows.last().map(|(entry, _)| entry.id).filter(|_| more);
    Hook {
        about: about(of, state, seen.waiting, seen.dead, seen.now),
        is_held: matches!(state, Standing::Paused | Standing::Ended),
        facts: facts(&seen),
        rows: seen.rows.iter().map(|row| Row::of(row, seen.now)).collect(),
        pager: Pager {
            back: inputs.has("before").then(|| format!("{to}#log")),
            on: last.map(|id| format!("{to}?before={id}#log")),
            back_words: "Newest",
            on_words: "Older",
        },
        since: Field::date("since", "Events since")
            .help("A day, such as 2026-11-24. From its beginning, UTC.")
            .value(inputs.get("since"))
            .needed()
            .with(&faults),
        undelivered: Field::tick(
            "undelivered",
            "Only what was never taken",
            inputs.has("undelivered") || !inputs.has("since"),
        ),
        replays: seen.replays.iter().map(|one| told(one, seen.now)).collect(),
        url: of.url.clone(),
        host: of.host(),
        description: of.description.clone().unwrap_or_default(),
        state: state_words(state),
        preview,
        can_change,
        frame,
        faults,
        to,
    }
}

/// How it stands, in plain words.
fn about(of: &Subscription, state: Standing, waiting: i64, dead: i64, now: i64) -> Vec<String> {
    let mut all = Vec::new();
    match state {
        Standing::Active => {}
        Standing::Failing => all.push(format!(
            "The last {} failed. They are made again for three days; nothing is lost.",
            many(of.streak, "call", "calls")
        )),
        Standing::Dead => all.push(
            "Nothing but failures for three days. Calls go on for two more; then this webhook is switched off.".into(),
        ),
        Standing::Paused => all.push("Nothing is sent now. What happens waits until you resume.".into()),
        Standing::Ended => all.push(match of.ended_why.as_deref() {
            Some("gone") => "The receiver answered 410: it wants no more. Events since then are not queued; replay them once it is back.".into(),
            _ => "It was switched off after five days of nothing but failures. Events since then are not queued; replay them once it is back.".into(),
        }),
    }
    if let Some(rest) = of.rest_until.filter(|at| *at > now) {
        let seconds = (rest - now) / 1_000_000 + 1;
        all.push(format!(
            "It is let alone for {} more.",
            many(seconds, "second", "seconds")
        ));
    }
    if waiting > 0 {
        all.push(format!(
            "{} waiting.",
            many(waiting, "delivery is", "deliveries are")
        ));
    }
    if dead > 0 {
        let gave = many(dead, "delivery was", "deliveries were");
        all.push(format!("{gave} given up: replay what was never taken."));
    }
    all
}

/// `3 events`, `1 event`.
pub(super) fn many(n: i64, one: &str, more: &str) -> String {
    format!(
        "{} {}",
        words::thousands(n),
        if n == 1 { one } else { more }
    )
}

fn facts(seen: &Seen) -> Vec<(&'static str, String)> {
    let of = &seen.of;
    let kinds = match seen.wanted.includes_all() {
        true => "Every event".to_owned(),
        false => seen.wanted.kinds.join(", "),
    };
    let mut facts = vec![("Events", kinds)];
    if seen.wanted.jobs.is_some() {
        facts.push(("Jobs", many(seen.jobs as i64, "job", "jobs")));
    }
    if let Some(sources) = &seen.wanted.sources {
        facts.push(("Sources", sources.join(", ")));
    }
    let shows = match of.shows {
        subscription::Shows::Ids => "Ids only",
        subscription::Shows::Record => "The record too",
    };
    facts.push(("Shows", shows.to_owned()));
    facts.push(("Shape", of.shape.clone()));
    let keys = match seen.keys {
        2 => "Two secrets sign: the old one until its time is over",
        _ => "One secret signs",
    };
    facts.push(("Signatures", keys.to_owned()));
    let last = of
        .delivered_at
        .map(|at| format!("{} ago", ago(at, seen.now)));
    facts.push(("Last taken", last.unwrap_or_else(|| "Never yet".into())));
    facts
}

fn told(one: &Replay, now: i64) -> String {
    let count = many(one.queued, "event", "events");
    let when = ago(one.created_at, now);
    match one.done_at {
        Some(_) => format!("{count} queued again {when} ago"),
        None => format!("{count} queued again so far, asked for {when} ago"),
    }
}

impl Row {
    fn of((entry, calls): &(Entry, Vec<log::Call>), now: i64) -> Row {
        let next = entry.due_at.max(now);
        let line = match (entry.state.as_str(), &entry.problem) {
            ("queued", Some(problem)) => format!("{problem}; again in {}", ago(now, next)),
            (_, Some(problem)) => problem.clone(),
            _ => String::new(),
        };
        Row {
            uid: entry.uid.clone(),
            kind: entry.kind.clone(),
            state: delivery_words(&entry.state),
            is_good: matches!(entry.state.as_str(), "delivered" | "queued" | "skipped"),
            at: Moment::at(entry.created_at),
            line,
            is_event: entry.event.is_some(),
            calls: calls.iter().map(call).collect(),
        }
    }
}

/// One call in a line.
fn call(call: &log::Call) -> String {
    let took = call.ended_at.map(|ended| (ended - call.began_at) / 1000);
    let took = took.map_or_else(String::new, |ms| format!(" in {} ms", words::thousands(ms)));
    let what = match (call.outcome.as_deref(), call.status) {
        (None, _) => "under way".to_owned(),
        (Some("unknown"), _) => "our process died meanwhile; it may have arrived".to_owned(),
        (Some("skipped"), _) => "nothing to tell".to_owned(),
        (Some("delivered"), Some(status)) => format!("taken with {status}"),
        (Some(_), status) => reason(call.reason.as_deref(), status),
    };
    let answer = call.answer.as_deref().filter(|text| !text.is_empty());
    let answer = answer.map_or_else(String::new, |text| format!(": “{text}”"));
    format!("{}{took}: {what}{answer}", Moment::at(call.began_at).text)
}

fn reason(word: Option<&str>, status: Option<i64>) -> String {
    let all = [
        Reason::Status,
        Reason::Redirect,
        Reason::Gone,
        Reason::NotAnAddress,
        Reason::NotPublic,
        Reason::UnknownHost,
        Reason::Unreachable,
        Reason::Tls,
        Reason::TooSlow,
        Reason::CutShort,
        Reason::Unmade,
    ];
    let found = all.into_iter().find(|reason| Some(reason.word()) == word);
    found.map_or_else(|| "it failed".to_owned(), |reason| reason.sentence(status))
}

/// `POST /desk/integrations/webhooks/{uid}`: `do` says what.
pub(super) async fn act(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let here = format!("{HERE}/webhooks/{uid}");
    let (caller, store) = (visit.caller.clone(), &app.store);
    match inputs.get("do") {
        "pause" => {
            store
                .write(move |tx| subscription::pause(tx, &caller, uid).map(drop))
                .await?;
            Ok(visit.done(&here, "Paused. What happens waits."))
        }
        "resume" => {
            store
                .write(move |tx| subscription::resume(tx, &caller, uid).map(drop))
                .await?;
            Ok(visit.done(&here, "Switched on. What waited goes out now."))
        }
        "ping" => {
            let sent = store.write(move |tx| replay::ping(tx, &caller, uid).map(drop));
            match sent.await {
                Ok(()) => {
                    Ok(visit.done(&here, "A ping is on its way: look below what came of it."))
                }
                Err(Problem::Conflict(Clash::NotAllowed(why))) => Ok(visit.undone(&here, why)),
                Err(other) => Err(other.into()),
            }
        }
        "again" => {
            let delivery = inputs.get("delivery").to_owned();
            store
                .write(move |tx| replay::one(tx, &caller, uid, &delivery).map(drop))
                .await?;
            Ok(visit.done(&here, "It is delivered again."))
        }
        "rotate" => rotate(&app, &visit, uid).await,
        "count" | "replay" => range(&app, &visit, uid, &inputs).await,
        "remove" if inputs.has("yes") => {
            store
                .write(move |tx| subscription::remove(tx, &caller, uid))
                .await?;
            Ok(visit.done(HERE, "The webhook was removed."))
        }
        "remove" => {
            let org = visit.org();
            let of = store.read(move |r| subscription::find(r, org, uid)).await?;
            let page = Confirm {
                frame: visit.frame(Section::Integrations),
                title: format!("Remove the webhook to {}?", of.host()),
                text: vec![
                    "Nothing is sent any more, and its secret is forgotten. Pausing keeps both."
                        .into(),
                ],
                button: "Remove it".into(),
                to: here.clone(),
                inputs: vec![("do".into(), "remove".into()), ("yes".into(), "1".into())],
                back: here,
            };
            Ok(visit.page(&page))
        }
        _ => {
            let org = visit.org();
            store.read(move |r| subscription::find(r, org, uid)).await?;
            Ok(visit.to(&here))
        }
    }
}

async fn rotate(app: &App, visit: &Visit, uid: Uuid) -> Answer {
    let (caller, key) = (visit.caller.clone(), app.key.clone());
    let done = app.store.write(move |tx| {
        subscription::rotate(tx, &key, &caller, uid, &Given::default(), secret::OVERLAP)
    });
    let done = done.await?;
    let page = Shown {
        frame: visit.frame(Section::Integrations),
        title: format!("Another secret for {}", done.subscription.host()),
        secrets: vec![
            ("Secret, for the receiver alone".into(), done.shown.secret),
            ("Public key, for who verifies v1a".into(), done.shown.public),
        ],
        example: String::new(),
        onward: (
            format!("{HERE}/webhooks/{uid}"),
            "I have it; the one before signs for a day more".into(),
        ),
    };
    Ok(visit.page(&page))
}

/// Counts, or does it.
async fn range(app: &App, visit: &Visit, uid: Uuid, inputs: &Inputs) -> Answer {
    let since = inputs.get("since").parse::<Date>().ok();
    let since = since.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    let Some(since) = since.map(|at| at.timestamp().as_microsecond()) else {
        let faults = Faults::one("since", "Write a day, such as 2026-11-24.");
        let page = page(app, visit, uid, inputs, faults, None).await?;
        return Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let (org, undelivered) = (visit.org(), inputs.has("undelivered"));
    let counted = app.store.read(move |r| {
        let of = subscription::find(r, org, uid)?;
        let range = replay::range(r, org, From::Since(since), None, undelivered)?;
        Ok::<_, Problem>((range, replay::count(r, org, of.id, &range)?))
    });
    let (range, count) = counted.await?;
    if inputs.get("do") == "count" {
        let preview = format!("That is {}.", many(count, "event", "events"));
        let page = page(app, visit, uid, inputs, Faults::none(), Some(preview)).await?;
        return Ok(visit.page(&page));
    }
    let caller = visit.caller.clone();
    app.store
        .write(move |tx| replay::begin(tx, &caller, uid, &range).map(drop))
        .await?;
    let here = format!("{HERE}/webhooks/{uid}");
    let words = format!("{} delivered again.", many(count, "event is", "events are"));
    Ok(visit.done(&here, &words))
}

impl Page for Hook {
    #[cfg(test)]
    fn sample() -> Hook {
        let now = 1_773_480_413_000_000;
        let at = Moment::at(now);
        Hook {
            frame: Frame::sample(),
            faults: Faults::none(),
            can_change: true,
            to: "/desk/integrations/webhooks/x".into(),
            url: "https://hooks.example.com/<x>".into(),
            host: "hooks.example.com".into(),
            description: "our <x> list".into(),
            state: state_words(Standing::Failing),
            about: vec!["The last 3 calls failed.".into()],
            is_held: false,
            facts: vec![("Events", "Every event".into())],
            rows: vec![Row {
                uid: "0198c0de-1".into(),
                kind: "candidate.created".into(),
                state: delivery_words("queued"),
                is_good: true,
                at,
                line: "the receiver answered 500 rather than 2xx; again in 5 minutes".into(),
                is_event: true,
                calls: vec![call(&log::Call {
                    n: 1,
                    began_at: now,
                    ended_at: Some(now + 12_000),
                    outcome: Some("failed".into()),
                    status: Some(500),
                    reason: Some("status".into()),
                    answer: Some("<x>".into()),
                })],
            }],
            pager: Pager::default(),
            since: Field::date("since", "Events since").needed(),
            undelivered: Field::tick("undelivered", "Only what was never taken", true),
            preview: Some("That is 3 events.".into()),
            replays: vec!["3 events queued again 5 minutes ago".into()],
        }
    }
}
