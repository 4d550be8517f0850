//! A store full of people, made by the verbs, without HTTP: each with one application and one file.

use hiring::application::{self, NewApplication};
use hiring::attachment::{self, NewAttachment, Stored};
use hiring::caller::Caller;
use hiring::candidate::{NewCandidate, take_in};
use hiring::id::{JobId, StageId, new_uid};
use hiring::job::{self, Job};
use hiring::record::{How, Said};
use hiring::submission::{self, NewSubmission};
use hiring::{App, Problem, Result as Verdict};
use serde_json::{Value, json};
use store::Tx;
use tokio::task::JoinSet;

use super::bar;
use super::client::next_number;
use super::local::Local;

/// Candidates made in one transaction, and transactions at once.
const CHUNK: usize = 100;
const FILLERS: usize = 8;

/// Fills the store; answers the stage in which all are.
pub(super) async fn fill(local: &Local, candidates: usize) -> Result<StageId, String> {
    let (app, org) = (&local.app, local.org);
    let failed = |p: Problem| format!("the store was not filled: {p:?}");
    let jobs = app.store.read(move |r| job::list(r, org, JobId(0), 1));
    let job = jobs.await.map_err(failed)?.pop().ok_or("there is no job")?;
    let id = job.id;
    let stages = app.store.read(move |r| job::stages(r, org, id));
    let stage = stages.await.map_err(failed)?;
    let stage = stage.first().ok_or("the job has no stage")?.id;
    let resume = b"%PDF-1.7\nThe same for everybody.\n".to_vec();
    let resume = attachment::put(app, org, resume).await.map_err(failed)?;
    let caller = Caller::system(org);
    let bar = bar(candidates);
    let (mut left, mut writes) = (candidates, JoinSet::new());
    loop {
        while left > 0 && writes.len() < FILLERS {
            let count = left.min(CHUNK);
            left -= count;
            let (caller, job, resume) = (caller.clone(), job.clone(), resume.clone());
            writes.spawn(some_people(app.clone(), caller, job, resume, count));
        }
        match writes.join_next().await {
            None => break,
            Some(done) => {
                let count = done.map_err(|e| e.to_string())?.map_err(failed)?;
                bar.inc(count as u64);
            }
        }
    }
    bar.finish_and_clear();
    Ok(stage)
}

async fn some_people(
    app: App,
    caller: Caller,
    job: Job,
    resume: Stored,
    count: usize,
) -> Verdict<usize> {
    let people: Vec<NewCandidate> = (0..count).map(|_| person(&resume)).collect();
    let write = app.store.write(move |tx| {
        for new in &people {
            one_person(tx, &caller, &job, new)?;
        }
        Ok(people.len())
    });
    write.await
}

/// As much as a dialect's example says of somebody, and a résumé.
fn person(resume: &Stored) -> NewCandidate {
    let n = next_number();
    NewCandidate {
        said: object(json!({
            "first_name": format!("Ada {n}"),
            "last_name": "Lovelace",
            "company": "Analytical Engines",
            "title": "Engine Programmer",
            "last_interaction_at": "2021-10-17T00:00:00.000000Z",
            "is_private": true,
            "can_email": true,
            "locations": ["London", "Turin"],
            "phones": [{"value": "+441234567890", "type": "MOBILE"}],
            "emails": [{"value": format!("ada{n}@example.com"), "type": "PERSONAL"}],
            "urls": [{"value": format!("https://example.com/ada{n}"), "type": "BLOG"}],
            "tags": ["High-Priority"],
        })),
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: vec![NewAttachment {
            kind: attachment::Kind::Resume,
            name: "resume.pdf".into(),
            file: Some(resume.clone()),
            // With an address it would be fetched.
            url: None,
            scope: None,
        }],
    }
}

fn one_person(tx: &mut Tx, caller: &Caller, job: &Job, new: &NewCandidate) -> Verdict<()> {
    let submission = NewSubmission {
        uid: new_uid(),
        dialect: "bench",
        route: "/bench",
        body: "{}".into(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    let kept = submission::keep(tx, caller, &submission)?;
    let taken = take_in(tx, caller, kept, new)?;
    let application = NewApplication {
        source: "bench".into(),
        answers: object(json!({"phone": "+441234567890", "notice_period": "One month"})),
        ..NewApplication::default()
    };
    let opened = application::open(tx, caller, &taken.candidate, job, &application)?;
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(taken.candidate.id),
        Some(opened.application().id),
        taken.outcome.word(),
    )
}

fn object(value: Value) -> Said {
    value.as_object().cloned().unwrap_or_default()
}
