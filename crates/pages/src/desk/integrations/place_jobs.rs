//! A destination's table of jobs: which job of theirs is which of ours, a line for each of ours.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::destination::{self, LineEdit, TableRow};
use hiring::id::{OrgId, Uuid};
use hiring::{App, Problem, Result, job};
use store::Reader;

use super::HERE;
use super::hook::many;
use crate::desk::form::{Faults, Pager};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::page::Page;

/// Jobs of a page.
const ROWS: i64 = 100;
/// Characters of an id of theirs.
const ID: usize = 200;

#[derive(Template)]
#[template(path = "desk/place_jobs.html")]
pub(super) struct PlaceJobs {
    frame: Frame,
    faults: Faults,
    to: String,
    /// Jobs before this page.
    from: i64,
    back: String,
    name: String,
    rest: String,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    uid: Uuid,
    title: String,
    status: &'static str,
    /// What stood there when the page was made.
    was: String,
    value: String,
    fault: String,
}

struct Seen {
    name: String,
    default_job: Option<String>,
    jobs: Vec<job::Job>,
    total: i64,
    table: Vec<TableRow>,
}

fn read(r: &mut Reader, org: OrgId, uid: Uuid, from: i64) -> Result<Seen> {
    let of = destination::find(r, org, uid)?;
    let (jobs, total) = job::page_from(r, org, (ROWS, from))?;
    Ok(Seen {
        table: destination::jobs(r, org, of.id)?,
        name: of.name,
        default_job: of.default_job,
        jobs,
        total,
    })
}

/// `GET /desk/integrations/destinations/{uid}/jobs`.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let page = page(&app, &visit, uid, &inputs, Faults::none()).await?;
    Ok(visit.page(&page))
}

async fn page(
    app: &App,
    visit: &Visit,
    uid: Uuid,
    inputs: &Inputs,
    faults: Faults,
) -> Result<PlaceJobs> {
    let (org, from) = (visit.org(), from(inputs));
    let seen = app.store.read(move |r| read(r, org, uid, from)).await?;
    let frame = visit.frame(Section::Integrations);
    Ok(PlaceJobs::of(frame, uid, &seen, inputs, faults))
}

/// Jobs before this page.
fn from(inputs: &Inputs) -> i64 {
    let from: i64 = inputs.get("from").parse().unwrap_or(0);
    from.clamp(0, 1_000_000)
}

/// `POST /desk/integrations/destinations/{uid}/jobs`: `job.<uid>` is what shall stand there, `was.<uid>` what stood there.
pub(super) async fn save(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (caller, edits) = (visit.caller.clone(), edits(&inputs));
    let mut faults = Faults::none();
    for edit in &edits {
        let long = edit
            .now
            .as_ref()
            .is_some_and(|now| now.chars().count() > ID);
        if long {
            faults.add(
                &format!("job.{}", edit.job),
                "Write at most 200 characters.",
            );
        }
    }
    if faults.is_empty() {
        let changed = app
            .store
            .write(move |tx| destination::edit_jobs(tx, &caller, uid, &edits));
        match changed.await {
            Ok(changed) => {
                let to = format!("{HERE}/destinations/{uid}/jobs?from={}", from(&inputs));
                let words = match changed {
                    0 => "Nothing was to be changed.".to_owned(),
                    n => format!("{} saved.", many(n as i64, "line is", "lines are")),
                };
                return Ok(visit.done(&to, &words));
            }
            Err(Problem::Invalid(flaws)) => {
                for flaw in flaws {
                    let name = flaw.pointer.replace("/jobs/", "job.");
                    faults.add(&name, &format!("{}.", words::capital(&flaw.detail)));
                }
            }
            Err(other) => return Err(other.into()),
        }
    }
    let page = page(&app, &visit, uid, &inputs, faults).await?;
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn edits(inputs: &Inputs) -> Vec<LineEdit> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let one = |name: &str| {
        let job = Uuid::parse_str(name.strip_prefix("job.")?).ok()?;
        Some(LineEdit {
            job,
            was: some(inputs.get(&format!("was.{job}"))),
            now: some(inputs.get(name)),
        })
    };
    let lines = inputs.names().filter_map(one);
    lines.filter(|line| line.was != line.now).collect()
}

impl PlaceJobs {
    fn of(frame: Frame, uid: Uuid, seen: &Seen, inputs: &Inputs, faults: Faults) -> PlaceJobs {
        let there = |job: Uuid| {
            let found = seen.table.iter().find(|line| line.job == job);
            found.map_or("", |line| line.remote_id.as_str())
        };
        let row = |of: &job::Job| {
            let name = format!("job.{}", of.uid);
            let typed = inputs.has(&name).then(|| inputs.get(&name));
            Row {
                uid: of.uid,
                title: of.title.clone(),
                status: words::status(of.status),
                was: there(of.uid).to_owned(),
                value: typed.unwrap_or_else(|| there(of.uid)).to_owned(),
                fault: faults.at(&name).to_owned(),
            }
        };
        let back = format!("{HERE}/destinations/{uid}");
        let to = format!("{back}/jobs");
        let from = from(inputs);
        Self {
            rows: seen.jobs.iter().map(row).collect(),
            rest: match &seen.default_job {
                Some(job) => format!("A job without an id is {job} there."),
                None => {
                    "Who applies for a job without an id is carried without the application.".into()
                }
            },
            pager: Pager {
                back: (from > 0).then(|| format!("{to}?from={}", (from - ROWS).max(0))),
                on: (seen.total > from + ROWS).then(|| format!("{to}?from={}", from + ROWS)),
                back_words: "Earlier jobs",
                on_words: "More jobs",
            },
            to,
            from,
            name: seen.name.clone(),
            back,
            frame,
            faults,
        }
    }
}

impl Page for PlaceJobs {
    #[cfg(test)]
    fn sample() -> PlaceJobs {
        let job = job::Job {
            id: hiring::id::JobId(1),
            uid: Uuid::nil(),
            title: "Engineer <x>".into(),
            status: job::Status::Open,
            code: None,
            description: None,
            created_at: 0,
            updated_at: 0,
        };
        let seen = Seen {
            name: "our <x> account".into(),
            default_job: Some("4711".into()),
            table: vec![TableRow {
                job: Uuid::nil(),
                remote_id: "<x>-17".into(),
            }],
            jobs: vec![job],
            total: 101,
        };
        let name = format!("job.{}", Uuid::nil());
        let faults = Faults::one(&name, "Somebody else changed it meanwhile.");
        PlaceJobs::of(
            Frame::sample(),
            Uuid::nil(),
            &seen,
            &Inputs::default(),
            faults,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_were_changed_are_edits() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let form = format!("job.{a}=1&was.{a}=1&job.{b}=&was.{b}=2&job.x=3&csrf=4");
        let inputs = Inputs::parse(form.as_bytes()).unwrap();
        let edit = LineEdit {
            job: b,
            was: Some("2".into()),
            now: None,
        };
        assert_eq!(edits(&inputs), [edit]);
    }
}
