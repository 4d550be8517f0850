//! One destination: how it stands, what waits and what was given up, its rules, and what can be done. The form is
//! `place_form.rs`, its table of jobs `place_jobs.rs`, what is done with it `place_act.rs`.

use askama::Template;
use axum::extract::State;
use hiring::delivery::listed::{self, Listed, Sieve};
use hiring::destination::{self, Described, Destination};
use hiring::id::{OrgId, Uuid};
use hiring::member::Right;
use hiring::page::Side;
use hiring::{App, Result, rule};
use store::Reader;

use super::hook::many;
use super::place_fields::lost;
use super::place_row::{One, Row};
use super::place_why::{advice, reasons, tried};
use super::rules::{self, Names};
use super::{HERE, ago};
use crate::desk::form::{Faults, Field, Pager};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::page::Page;

/// Deliveries of a page.
const ROWS: i64 = 25;
/// Rules that are shown.
const RULES: i64 = 200;

#[derive(Template)]
#[template(path = "desk/place.html")]
pub(super) struct PlacePage {
    frame: Frame,
    faults: Faults,
    can_change: bool,
    to: String,
    uid: Uuid,
    name: String,
    state: &'static str,
    is_well: bool,
    is_paused: bool,
    /// How it stands, in sentences.
    about: Vec<String>,
    facts: Vec<(String, String)>,
    /// What the last try of the connection came to, and whether it was well.
    tried: Option<(String, bool)>,
    jobs: String,
    rules: Vec<rules::Line>,
    system: String,
    system_to: String,
    lost: Vec<String>,
    /// Which deliveries are shown: address, words, whether these.
    sieves: Vec<(String, String, bool)>,
    rows: Vec<Row>,
    pager: Pager,
    dead: i64,
    from: Field,
    until: Field,
    reason: Field,
    /// How many a replay would be, once it was asked.
    preview: Option<String>,
}

/// Everything the page reads.
struct Seen {
    of: Destination,
    /// How many wait, and how many were given up.
    open: (i64, i64),
    test: Option<Listed>,
    jobs: usize,
    rules: Vec<rules::Line>,
    rows: Vec<One>,
    now: i64,
}

/// `GET /desk/integrations/destinations/{uid}`.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let page = page(&app, &visit, uid, &inputs, Faults::none(), None).await?;
    Ok(visit.page(&page))
}

pub(super) async fn page(
    app: &App,
    visit: &Visit,
    uid: Uuid,
    inputs: &Inputs,
    faults: Faults,
    preview: Option<String>,
) -> Result<PlacePage> {
    let org = visit.org();
    let before = inputs.get("before").parse().unwrap_or(i64::MAX);
    let sieve = sieve_asked(inputs);
    let seen = app
        .store
        .read(move |r| read(r, org, uid, sieve, before))
        .await?;
    let of = app.connector(&seen.of.connector);
    let frame = visit.frame(Section::Integrations);
    let may = visit.may(Right::ChangeIntegrations);
    Ok(shown(frame, may, of, seen, inputs, faults, preview))
}

/// Words of the address that narrow the list.
const SIEVES: [(&str, Sieve, &str); 3] = [
    ("waiting", Sieve::Waiting, "Waiting"),
    ("given-up", Sieve::Dead, "Given up"),
    ("arrived", Sieve::Arrived, "Arrived"),
];

fn sieve_asked(inputs: &Inputs) -> Sieve {
    let asked = inputs.get("show");
    let found = SIEVES.iter().find(|(word, ..)| *word == asked);
    found.map_or(Sieve::All, |(_, sieve, _)| *sieve)
}

fn read(r: &mut Reader, org: OrgId, uid: Uuid, sieve: Sieve, before: i64) -> Result<Seen> {
    let of = destination::find(r, org, uid)?;
    let mut rows = Vec::new();
    for row in listed::of_destination(r, org, of.id, sieve, before, ROWS + 1)? {
        rows.push(One::read(r, org, row)?);
    }
    let mut names = Names::default();
    let mut rules = Vec::new();
    for rule in rule::list(r, org, Side::After(0), Some(of.id), RULES)? {
        rules.push(rules::Line::of(r, org, &rule, &of.name, &mut names)?);
    }
    Ok(Seen {
        open: listed::open(r, org, of.id)?,
        test: listed::last_test(r, org, of.id)?,
        jobs: destination::jobs(r, org, of.id)?.len(),
        now: r.now(),
        rules,
        rows,
        of,
    })
}

/// How it stands in a word or two, and whether that is well.
pub(super) fn state(of: &Destination, now: i64) -> (&'static str, bool) {
    let open = of.gate.open_until.is_some_and(|until| until > now);
    match (of.paused_at, open, &of.trouble) {
        (Some(_), ..) => ("Paused", false),
        (None, true, _) => ("Let alone for a while", false),
        (None, false, Some(_)) => ("In trouble", false),
        (None, false, None) => ("Works", true),
    }
}

fn shown(
    frame: Frame,
    can_change: bool,
    described: Option<&Described>,
    mut seen: Seen,
    inputs: &Inputs,
    faults: Faults,
    preview: Option<String>,
) -> PlacePage {
    let of = &seen.of;
    let (state, is_well) = state(of, seen.now);
    let to = format!("{HERE}/destinations/{}", of.uid);
    let more = seen.rows.len() as i64 > ROWS;
    seen.rows.truncate(ROWS as usize);
    let last = seen.rows.last().map(|row| row.of.id.0).filter(|_| more);
    let sieve = inputs.get("show").to_owned();
    let (waiting, dead) = seen.open;
    let mut sieves = vec![(format!("{to}#log"), "All".to_owned(), sieve.is_empty())];
    sieves.extend(SIEVES.iter().map(|(word, which, words)| {
        let words = match which {
            Sieve::Waiting => format!("{words} ({})", words::thousands(waiting)),
            Sieve::Dead => format!("{words} ({})", words::thousands(dead)),
            // How many that are by now is nobody's question, and much to count.
            _ => (*words).to_owned(),
        };
        (format!("{to}?show={word}#log"), words, sieve == *word)
    }));
    let title = described.map_or(of.connector.as_str(), |d| d.title);
    PlacePage {
        about: about(of, waiting, dead, seen.now),
        facts: facts(of, described, seen.now),
        tried: seen.test.as_ref().map(|test| tried(test, seen.now)),
        jobs: match seen.jobs {
            0 => "No job of yours is named yet.".to_owned(),
            n => format!(
                "{} of yours.",
                many(
                    n as i64,
                    "job is matched with one",
                    "jobs are matched with one"
                )
            ),
        },
        rows: seen.rows.iter().map(|row| Row::of(row, seen.now)).collect(),
        pager: Pager {
            back: inputs
                .has("before")
                .then(|| format!("{to}?show={sieve}#log")),
            on: last.map(|id| format!("{to}?show={sieve}&before={id}#log")),
            back_words: "Newest",
            on_words: "Older",
        },
        dead,
        from: Field::date("from", "Queued since")
            .help("A day, such as 2026-11-24. Left empty: from the beginning.")
            .value(inputs.get("from"))
            .with(&faults),
        until: Field::date("until", "Until")
            .help("The last day, with all of it, UTC. Left empty: until now.")
            .value(inputs.get("until"))
            .with(&faults),
        reason: Field::select("reason", "Given up because", reasons())
            .value(inputs.get("reason"))
            .with(&faults),
        rules: std::mem::take(&mut seen.rules),
        system: title.to_owned(),
        system_to: format!("{HERE}/systems/{}", of.connector),
        lost: described.map(lost).unwrap_or_default(),
        uid: of.uid,
        name: of.name.clone(),
        is_paused: of.paused_at.is_some(),
        state,
        is_well,
        sieves,
        preview,
        can_change,
        frame,
        faults,
        to,
    }
}

/// How it stands, in plain words.
fn about(of: &Destination, waiting: i64, dead: i64, now: i64) -> Vec<String> {
    let mut all = Vec::new();
    if of.paused_at.is_some() {
        all.push("Nothing is carried there now. What is to be carried waits.".to_owned());
    }
    if let Some(trouble) = &of.trouble {
        let reason = trouble.reason.as_deref().map_or("", advice);
        all.push(format!(
            "It went wrong {} ago: {}. {reason}",
            ago(trouble.at, now),
            trouble.words.trim_end_matches('.')
        ));
    }
    let rest = [of.gate.open_until, of.gate.quiet_until];
    if let Some(until) = rest.into_iter().flatten().max().filter(|at| *at > now) {
        all.push(format!(
            "It is let alone for {} more; nothing is lost.",
            many((until - now) / 1_000_000 + 1, "second", "seconds")
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
        all.push(format!(
            "{gave} given up: mend what is named, then carry them again."
        ));
    }
    all
}

fn facts(of: &Destination, described: Option<&Described>, now: i64) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for setting in described.map_or(&[][..], |d| &d.settings) {
        let value = match of.settings.get(setting.name) {
            _ if of.secrets.iter().any(|name| name == setting.name) => "set, not shown".to_owned(),
            Some(value) if setting.kind == "switch" => {
                if value == "true" { "Yes" } else { "No" }.to_owned()
            }
            Some(value) => value.clone(),
            None => continue,
        };
        facts.push((setting.label.to_owned(), value));
    }
    if let Some(job) = &of.default_job {
        facts.push(("Job there for all others".to_owned(), job.clone()));
    }
    if let Some(of) = described {
        let limit = format!(
            "{} requests in {}",
            of.requests,
            many(i64::from(of.seconds), "second", "seconds")
        );
        facts.push(("Its limit, as documented".to_owned(), limit));
    }
    if let Some(told) = of.gate.told_limit {
        facts.push(("Its limit, as it says".to_owned(), words::thousands(told)));
    }
    let last = of.arrived_at.map(|at| format!("{} ago", ago(at, now)));
    let last = last.unwrap_or_else(|| "Never yet".to_owned());
    facts.push(("Last arrived".to_owned(), last));
    facts
}

impl Page for PlacePage {
    #[cfg(test)]
    fn sample() -> PlacePage {
        use hiring::delivery::exchange::{Exchange, Outcome};
        use hiring::destination::{Gate, Trouble};
        use hiring::id::{DeliveryId, DestinationId};
        let now = 1_773_480_413_000_000;
        let one = |state: &str, kind: &str| Listed {
            id: DeliveryId(1),
            uid: "0198c0de-1".into(),
            channel: "destination".into(),
            kind: Some(kind.into()),
            state: state.into(),
            reason: Some("credentials".into()),
            problem: Some("the <x> key was refused".into()),
            remark: None,
            attempts: 1,
            due_at: now,
            created_at: now,
            settled_at: Some(now),
            destination: None,
            destination_id: None,
            candidate: Some(Uuid::nil()),
            application: None,
            event: None,
        };
        let call = |outcome| Exchange {
            n: 1,
            attempt: 1,
            name: "make".into(),
            method: "POST".into(),
            address: "https://far.example/<x>".into(),
            outcome,
            began_at: now,
            ended_at: Some(now + 12_000),
            aside_at: None,
        };
        let shown = |of, who: &str| One {
            of,
            who: Some(who.to_owned()),
            calls: vec![call(None), call(Some(Outcome::NotSent("<x>".into())))],
        };
        let of = Destination {
            id: DestinationId(1),
            uid: Uuid::nil(),
            connector: "example".into(),
            name: "our <x> account".into(),
            settings: [("region".to_owned(), "eu <x>".to_owned())].into(),
            secrets: vec!["api_key".into()],
            default_job: Some("4711".into()),
            paused_at: None,
            trouble: Some(Trouble {
                words: "the <x> key was refused".into(),
                reason: Some("credentials".into()),
                at: now,
            }),
            arrived_at: Some(now),
            gate: Gate::default(),
            created_at: now,
            updated_at: now,
        };
        let seen = Seen {
            of,
            open: (1204, 3),
            test: Some(one("dead", "test")),
            jobs: 2,
            rules: vec![rules::Line::sample()],
            rows: vec![
                shown(one("dead", "rule"), "Ada <x>"),
                shown(one("queued", "update"), ""),
            ],
            now,
        };
        let inputs = Inputs::parse(b"from=x&before=3").unwrap();
        let faults = Faults::one("from", "Write a day, such as 2026-11-24.");
        let of = super::place_form::example();
        let preview = Some("This will send 37 people again.".into());
        super::place::shown(
            Frame::sample(),
            true,
            Some(&of),
            seen,
            &inputs,
            faults,
            preview,
        )
    }
}
