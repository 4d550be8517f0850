//! Fills a store with an organization as it is after half a year: jobs of which one has thousands of applications, people of
//! whom some applied twice, stages, ends, notes, tags, files, invites. All by the verbs, many transactions a commit;
//! the store's clock is set back and moves on, so that days and stays are spread as they would be.

use std::collections::VecDeque;

use fastrand::Rng;
use hiring::application::{self, Disposition, NewApplication};
use hiring::attachment::{self, NewAttachment, Stored};
use hiring::caller::Caller;
use hiring::candidate::{NewCandidate, take_in};
use hiring::id::{ApplicationId, MemberId, new_uid};
use hiring::invite::{self, NewInvite};
use hiring::job::{Job, Stage};
use hiring::note::{self, NewNote, Visibility};
use hiring::record::How;
use hiring::submission::{self, NewSubmission};
use hiring::{App, Result as Verdict, extraction, search};
use indicatif::ProgressBar;
use store::Tx;
use tokio::task::JoinSet;

use super::words;
use crate::bench::bar;

/// People made in one transaction, and transactions at once. Few in one: what SQLite keeps to undo a statement grows with the
/// transaction, and is walked through at each statement.
const CHUNK: usize = 5;
const FILLERS: usize = 48;
/// Applications that wait for their next step: as many came in between.
const WAITING: usize = 3_000;
/// The time that all of it took, µs: half a year.
const SPAN: i64 = 180 * 86_400 * 1_000_000;
/// Different files.
const FILES: usize = 200;
/// Applications for the first job, of a hundred thousand people.
const BIG: usize = 5_000;

/// Who fills what.
#[derive(Clone)]
pub(super) struct Ground {
    pub app: App,
    /// A member: most of what happens is done by one.
    pub caller: Caller,
    pub member: MemberId,
    pub jobs: Vec<(Job, Vec<Stage>)>,
}

/// One person to be made.
struct Planned {
    new: NewCandidate,
    /// Which jobs, where from, and whether by an invite.
    applications: Vec<(usize, &'static str, bool)>,
    note: Option<String>,
}

/// An application that goes on.
struct Going {
    id: ApplicationId,
    job: usize,
    /// The stage to come to, of those of its job.
    at: usize,
    /// How many more.
    steps: usize,
    end: Option<Disposition>,
}

/// Makes the people, the first of whom has number 0.
pub(super) async fn people(ground: &Ground, candidates: usize) -> Verdict<()> {
    let mut rng = Rng::with_seed(1);
    let files = files(ground, &mut rng).await?;
    let bar = bar(candidates);
    let clock = ground.app.store.clock();
    clock.advance(-SPAN);
    let (mut made, mut going, mut writes) = (0, VecDeque::new(), JoinSet::new());
    let mut moved_on = 0;
    while made < candidates || !writes.is_empty() {
        while made < candidates && writes.len() < FILLERS {
            let count = CHUNK.min(candidates - made);
            let planned: Vec<Planned> = (made..made + count)
                .map(|n| plan(&mut rng, n, candidates, ground.jobs.len(), &files))
                .collect();
            made += count;
            let due = going.len().saturating_sub(WAITING).min(3 * CHUNK);
            let steps: Vec<Going> = going.drain(..due).collect();
            writes.spawn(some(ground.clone(), planned, steps));
        }
        if let Some(done) = writes.join_next().await {
            let (opened, again) = done.map_err(hiring::Problem::broken)??;
            going.extend(again);
            going.extend(opened.into_iter().map(|(id, job)| fate(&mut rng, id, job)));
            bar.inc(CHUNK as u64);
            let on = SPAN / candidates.div_ceil(CHUNK) as i64;
            clock.advance(on.min(SPAN - moved_on));
            moved_on += on.min(SPAN - moved_on);
        }
    }
    clock.advance(SPAN - moved_on);
    bar.finish_and_clear();
    Ok(())
}

/// Texts that are files of many, as files of résumés would be.
async fn files(ground: &Ground, rng: &mut Rng) -> Verdict<Vec<Stored>> {
    let mut files = Vec::with_capacity(FILES);
    for _ in 0..FILES {
        let text = words::prose(rng, 150).into_bytes();
        files.push(attachment::put(&ground.app, ground.caller.org, text).await?);
    }
    Ok(files)
}

fn plan(rng: &mut Rng, n: usize, candidates: usize, jobs: usize, files: &[Stored]) -> Planned {
    let first = match rng.usize(..candidates) {
        lot if lot < BIG.min(candidates / 2) => 0,
        // Some jobs are wanted more than others.
        _ => rng.usize(..jobs).min(rng.usize(..jobs)).max(1) % jobs,
    };
    let more = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2][rng.usize(..10)];
    let mut which = vec![first];
    which.extend((0..more).map(|_| rng.usize(..jobs)));
    which.sort_unstable();
    which.dedup();
    let source = |rng: &mut Rng| words::SOURCES[rng.usize(..words::SOURCES.len())];
    let applications = which
        .into_iter()
        .map(|job| (job, source(rng), rng.u8(..100) < 4))
        .collect();
    let file = (rng.u8(..10) < 6).then(|| NewAttachment {
        kind: attachment::Kind::Resume,
        name: "resume.txt".into(),
        file: Some(files[rng.usize(..files.len())].clone()),
        url: None,
        scope: None,
    });
    Planned {
        applications,
        note: (rng.u8(..10) < 2).then(|| words::prose(rng, 25)),
        new: NewCandidate {
            said: words::person(rng, n),
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: file.into_iter().collect(),
        },
    }
}

/// How far an application will come, and how it ends.
fn fate(rng: &mut Rng, id: ApplicationId, job: usize) -> Going {
    Going {
        id,
        job,
        at: 1,
        steps: [0, 0, 0, 0, 1, 1, 1, 2, 2, 3][rng.usize(..10)],
        end: match rng.u8(..100) {
            0..45 => Some(Disposition::Rejected),
            45..52 => Some(Disposition::Withdrawn),
            52..55 => Some(Disposition::Hired),
            _ => None,
        },
    }
}

type Done = (Vec<(ApplicationId, usize)>, Vec<Going>);

async fn some(ground: Ground, planned: Vec<Planned>, steps: Vec<Going>) -> Verdict<Done> {
    let store = ground.app.store.clone();
    let write = store.write(move |tx| {
        let mut opened = Vec::new();
        for person in &planned {
            one_person(tx, &ground, person, &mut opened)?;
        }
        let mut again = Vec::new();
        for step in &steps {
            again.extend(one_step(tx, &ground, step)?);
        }
        Ok((opened, again))
    });
    write.await
}

fn one_person(
    tx: &mut Tx,
    ground: &Ground,
    planned: &Planned,
    opened: &mut Vec<(ApplicationId, usize)>,
) -> Verdict<()> {
    // Whoever calls from outside made them; a bench has no key.
    let caller = Caller::system(ground.caller.org);
    let submission = NewSubmission {
        uid: new_uid(),
        dialect: "bench",
        route: "/bench",
        body: serde_json::to_string(&planned.new.said).unwrap_or_default(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    let kept = submission::keep(tx, &caller, &submission)?;
    let taken = take_in(tx, &caller, kept, &planned.new)?;
    let mut last = None;
    for (job, source, invited) in &planned.applications {
        let new = NewApplication {
            source: (*source).into(),
            pending: *invited,
            ..NewApplication::default()
        };
        let application =
            application::open(tx, &caller, &taken.candidate, &ground.jobs[*job].0, &new)?;
        let application = application.application();
        last = Some(application.id);
        if *invited {
            let email = taken.candidate.record.email().map(str::to_owned);
            let new = NewInvite {
                email,
                ..NewInvite::default()
            };
            invite::create_with(tx, &ground.app.key, &ground.caller, application, &new)?;
        } else {
            opened.push((application.id, *job));
        }
    }
    if let Some(body) = &planned.note {
        let new = NewNote {
            candidate: taken.candidate.id,
            member: Some(ground.member),
            submission: None,
            kind: note::Kind::Note,
            subject: None,
            body: Some(body.clone()),
            visibility: Visibility::Public,
        };
        note::create(tx, &ground.caller, &new)?;
    }
    let (who, outcome) = (taken.candidate.id, taken.outcome.word());
    submission::settle(tx, caller.org, kept, Some(who), last, outcome)
}

/// One move, or the end.
fn one_step(tx: &mut Tx, ground: &Ground, going: &Going) -> Verdict<Option<Going>> {
    let stages = &ground.jobs[going.job].1;
    match (going.steps, stages.get(going.at)) {
        (1.., Some(stage)) => {
            application::advance(tx, &ground.caller, going.id, stage.id, None)?;
            Ok(Some(Going {
                at: going.at + 1,
                steps: going.steps - 1,
                ..*going
            }))
        }
        _ => {
            if let Some(how) = going.end {
                application::dispose(tx, &ground.caller, going.id, how, None)?;
            }
            Ok(None)
        }
    }
}

/// Brings the index of people up with all that happened, and reads their files: each text is there already.
pub(super) async fn index(app: &App, candidates: usize) -> Verdict<()> {
    let bar = bar(candidates);
    read_files(app).await?;
    loop {
        let seen = app.store.write(search::step).await?;
        bar.set_position((candidates as u64).min(bar.position() + seen as u64 / 3));
        if seen == 0 && !app.store.read(search::is_behind).await? {
            break;
        }
        // Files come to be known as their people are indexed, and texts are to be indexed with all of them.
        if bar.position() < candidates as u64 / 10 {
            read_files(app).await?;
        }
    }
    read_files(app).await?;
    bar.finish_and_clear();
    Ok(())
}

async fn read_files(app: &App) -> Verdict<()> {
    while let Some(claimed) = app.store.write(extraction::claim).await? {
        let content = app.files.get(claimed.org.0, &claimed.sha256).await?;
        let text = String::from_utf8_lossy(&content).into_owned();
        let settle = app
            .store
            .write(move |tx| extraction::settle(tx, &claimed, Ok(&text)));
        settle.await?;
    }
    Ok(())
}

/// A bar for who waits.
pub(super) fn waiting(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}
