//! The organization whose desk is measured, its server, and the names that stand in the pages' addresses.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Instant;

use dialects::{DIALECTS, NewCredentials};
use hiring::app::Settings;
use hiring::caller::{Caller, Permissions};
use hiring::id::{CandidateId, JobId, OrgId};
use hiring::invite::run::{self, NewRow, NewRun};
use hiring::job::{self, NewJob};
use hiring::member::{self, Role};
use hiring::page::Side;
use hiring::request::{self, NewRequest, Remark};
use hiring::subscription::{self, NewSubscription, Shows, Wanted};
use hiring::{
    App, Problem, Result as Verdict, api_key, application, attachment, candidate, note,
    organization,
};
use store::Tx;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::fill::{self, Ground};
use super::words;
use crate::options::{DeskBench, Place};
use crate::{demo, router, serve, wiring};

const OWNER: &str = "owner@example.com";
/// Calls that were kept, people on a list, names of each kind that addresses take.
const CALLS: usize = 2_000;
const INVITED: usize = 2_000;
const NAMES: usize = 500;

/// Names by their slot, `{person}`.
pub(super) type Names = HashMap<&'static str, Vec<String>>;

/// A running server with the organization.
pub(super) struct House {
    _folder: Option<tempfile::TempDir>,
    pub app: App,
    pub url: String,
    pub cookie: String,
    pub names: Names,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl House {
    /// Fills the store, or takes the one that was kept; serves it, and signs in.
    pub(super) async fn start(options: &DeskBench) -> Result<House, String> {
        let folder = match options.keep {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(|e| e.to_string())?),
        };
        let data = folder.as_ref().map(|f| f.path().to_owned());
        let data: PathBuf = data.or_else(|| options.keep.clone()).unwrap_or_default();
        let listener = serve::bind(([127, 0, 0, 1], 0).into()).await?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        let url = format!("http://{address}");
        let place = Place {
            data,
            database: options.database.clone(),
            files: None,
        };
        let settings = Settings::at(&url);
        let open = tokio::task::spawn_blocking(move || wiring::open(&place, settings));
        let app = open.await.map_err(|e| e.to_string())??;
        let failed = |p: Problem| format!("the organization was not made: {p:?}");
        let org = furnish(&app, options).await.map_err(failed)?;
        let names = names(&app, org, options.candidates).await.map_err(failed)?;
        let token = app.store.write(move |tx| {
            let (member, _) = member::by_email(tx, OWNER)?
                .ok_or(Problem::NotFound(hiring::problem::Noun::Member))?;
            member::sign_in(tx, &member)
        });
        let cookie = format!("muster_session={}", token.await.map_err(failed)?);
        let (stop, stopped) = watch::channel(false);
        let router = router::build(app.clone());
        let errands = serve::Errands {
            indexing: true,
            ..serve::Errands::default()
        };
        let server = tokio::spawn(serve::run(listener, app.clone(), router, errands, stopped));
        Ok(House {
            _folder: folder,
            app,
            url,
            cookie,
            names,
            stop,
            server,
        })
    }

    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.server.await;
    }
}

/// The organization is called by what it was to be: another one is not taken for it.
fn called(options: &DeskBench) -> String {
    format!("{} candidates, {} jobs", options.candidates, options.jobs)
}

async fn furnish(app: &App, options: &DeskBench) -> Verdict<OrgId> {
    let (name, filled) = (called(options), format!("{}, filled", called(options)));
    let (wanted, mark) = (name.clone(), filled.clone());
    let there = app.store.read(move |r| {
        let all = organization::all(r)?;
        let whole = all.iter().any(|o| o.name == mark);
        Ok::<_, Problem>(all.into_iter().find(|o| whole && o.name == wanted))
    });
    if let Some(there) = there.await? {
        return Ok(there.id);
    }
    let began = Instant::now();
    let (jobs, inner) = (options.jobs.max(1), app.clone());
    let made = app
        .store
        .write(move |tx| make(tx, inner.clone(), &name, jobs));
    let ground = made.await?;
    fill::people(&ground, options.candidates).await?;
    let indexing = fill::waiting("indexing");
    fill::index(app, options.candidates).await?;
    indexing.finish_and_clear();
    let inner = ground.clone();
    app.store.write(move |tx| around(tx, &inner)).await?;
    invited(&ground).await?;
    // A mark: half a store is not measured as a whole one.
    app.store
        .write(move |tx| organization::create(tx, &filled))
        .await?;
    eprintln!("filled in {:.0} s", began.elapsed().as_secs_f64());
    Ok(ground.caller.org)
}

/// The organization, its members and its jobs.
fn make(tx: &mut Tx, app: App, name: &str, jobs: usize) -> Verdict<Ground> {
    let org = organization::create(tx, name)?.id;
    let nobody = Caller::system(org);
    let mut people = Vec::new();
    // Nobody signs in by a password here.
    let hash = "none";
    for (role, count) in [
        (Role::Owner, 1),
        (Role::Recruiter, 8),
        (Role::Interviewer, 20),
        (Role::Auditor, 1),
    ] {
        for n in 0..count {
            let email = match role {
                Role::Owner => OWNER.to_owned(),
                role => format!("{}{n}@example.com", role.word()),
            };
            let name = format!("{} {n}", role.word());
            people.push(member::create(tx, org, &email, &name, role.word(), hash)?);
        }
    }
    let mut all = Vec::with_capacity(jobs);
    for n in 0..jobs {
        let new = NewJob {
            title: format!("{} {}", words::JOBS[n % words::JOBS.len()], n + 1),
            code: Some(format!("J-{}", n + 1)),
            recruiters: vec![people[1 + n % 8]],
            ..demo::first_job()
        };
        let job = job::create(tx, &nobody, &new)?;
        let stages = job::stages(tx, org, job.id)?;
        all.push((job, stages));
    }
    let (owner, _) =
        member::by_email(tx, OWNER)?.ok_or(Problem::NotFound(hiring::problem::Noun::Member))?;
    Ok(Ground {
        app,
        caller: owner.caller(),
        member: owner.id,
        jobs: all,
    })
}

/// Keys, calls that were kept, webhooks with what waits for them.
fn around(tx: &mut Tx, ground: &Ground) -> Verdict<()> {
    let org = ground.caller.org;
    for (n, dialect) in DIALECTS.iter().cycle().take(20).enumerate() {
        let new = NewCredentials {
            base_url: ground.app.settings.public_url.clone(),
            name: format!("key {n}"),
            permissions: Permissions::USUAL,
            limit: None,
        };
        dialect.credentials(tx, &ground.app, org, &new)?;
    }
    let keys: Vec<Caller> = api_key::list(tx, org)?
        .iter()
        .map(api_key::ApiKey::caller)
        .collect();
    for n in 0..CALLS {
        let refused = n % 7 == 0;
        let remark = Remark {
            pointer: "/emails/0".into(),
            detail: "not an e-mail address".into(),
        };
        let call = NewRequest {
            uid: hiring::id::new_uid(),
            dialect: DIALECTS[n % DIALECTS.len()].name(),
            method: "POST",
            route: "/candidates",
            status: if refused { 400 } else { 201 },
            body: Some(format!("{{\"first_name\":\"Anna {n}\"}}")),
            remarks: if refused { vec![remark] } else { vec![] },
        };
        request::keep(tx, &keys[n % keys.len()], &call)?;
    }
    for n in 0..5 {
        let new = NewSubscription {
            url: format!("https://hooks{n}.example.com/muster"),
            description: Some("payroll".into()),
            shape: "standard",
            shows: Shows::Ids,
            wanted: Wanted::everything(),
            account: None,
            follows: false,
            given: subscription::Given::default(),
        };
        subscription::create(tx, &ground.app.key, &ground.caller, &new)?;
    }
    let some = candidate::list(tx, org, Side::After(0), None, 100)?;
    for person in &some {
        let new = note::NewNote {
            candidate: person.id,
            member: Some(ground.member),
            submission: None,
            kind: note::Kind::Note,
            subject: None,
            body: Some("called today".into()),
            visibility: note::Visibility::Public,
        };
        note::create(tx, &ground.caller, &new)?;
    }
    Ok(())
}

/// A list of people that was begun and stopped.
async fn invited(ground: &Ground) -> Verdict<()> {
    let rows: Vec<NewRow> = (0..INVITED)
        .map(|n| NewRow {
            email: format!("invited{n}@example.org"),
            name: format!("Somebody {n}"),
        })
        .collect();
    let new = NewRun {
        source: "Invite".into(),
        ..NewRun::default()
    };
    let (caller, job) = (ground.caller.clone(), ground.jobs[0].0.id);
    let store = &ground.app.store;
    let made = store.write(move |tx| run::create(tx, &caller, job, &new, INVITED));
    let (run, org) = (made.await?, ground.caller.org);
    for (n, some) in rows.chunks(run::SLICE).enumerate() {
        let some = some.to_vec();
        let add = store.write(move |tx| run::add_rows(tx, org, run.id, 1 + n * run::SLICE, &some));
        add.await?;
    }
    // A list that nobody started is a draft, which no page leads to.
    let (caller, uid) = (ground.caller.clone(), run.uid);
    let stopped = store.write(move |tx| {
        run::start(tx, &caller, uid)?;
        run::stop(tx, &caller, uid)
    });
    stopped.await?;
    Ok(())
}

/// Names that stand in addresses, of each kind several.
async fn names(app: &App, org: OrgId, candidates: usize) -> Verdict<Names> {
    app.store
        .read(move |r| {
            let mut names = Names::new();
            let jobs = job::list(r, org, JobId(0), NAMES as i64)?;
            let big = jobs
                .first()
                .ok_or(Problem::NotFound(hiring::problem::Noun::Job))?;
            names.insert("big", vec![big.uid.to_string()]);
            names.insert(
                "job",
                jobs.iter().skip(1).map(|j| j.uid.to_string()).collect(),
            );
            // People from all over the list.
            let (first, last) = ends(r, org)?;
            let (mut people, mut files) = (Vec::new(), Vec::new());
            for n in 0..NAMES as i64 {
                let from = first + (last - first) * n / NAMES as i64 - 1;
                for person in candidate::list(r, org, Side::After(from), None, 1)? {
                    people.push(person.uid.to_string());
                    let of = attachment::of_candidate(r, org, person.id)?;
                    files.extend(of.first().map(|file| file.uid.to_string()));
                }
            }
            // With few people the next place holds the same one.
            people.dedup();
            // Taken one further on than `person` (`Asked::next`): somebody else.
            names.insert("other", people.clone());
            names.insert("person", people);
            names.insert("file", files);
            let filter = application::Filter {
                job: Some(big.id),
                ..application::Filter::default()
            };
            let cards = application::list(r, org, &filter, 100, 0)?;
            names.insert(
                "card",
                cards.iter().map(|(a, _)| a.uid.to_string()).collect(),
            );
            let numbers = (0..NAMES).map(|n| n * candidates / NAMES);
            names.insert("rare", numbers.clone().map(words::rare).collect());
            names.insert(
                "phone",
                numbers
                    .map(|n| words::phone(n).replace('+', "%2B"))
                    .collect(),
            );
            names.insert(
                "tag",
                words::TAGS.iter().map(|t| t.replace(' ', "+")).collect(),
            );
            let systems = connectors::CONNECTORS.iter();
            names.insert("system", systems.map(|c| c.name().to_owned()).collect());
            let apis = DIALECTS.iter();
            names.insert("api", apis.map(|d| d.name().to_owned()).collect());
            let keys = api_key::list(r, org)?;
            names.insert("key", keys.iter().map(|k| k.uid.to_string()).collect());
            let hooks = subscription::list(r, org, Side::After(0), 10)?;
            names.insert("hook", hooks.iter().map(|h| h.uid.to_string()).collect());
            let calls = request::list(r, org, Side::Before(i64::MAX), 100)?;
            names.insert("call", calls.iter().map(|c| c.uid.to_string()).collect());
            let runs = run::runs(r, org, 10)?;
            names.insert("run", runs.iter().map(|run| run.uid.to_string()).collect());
            let members = member::page(r, org, Side::After(0), &member::Filter::default(), 100)?;
            let others = members.iter().filter(|m| m.email != OWNER);
            names.insert("member", others.map(|m| m.uid.to_string()).collect());
            Ok(names)
        })
        .await
}

/// The first and the last number of a person.
fn ends(r: &mut store::Reader, org: OrgId) -> Verdict<(i64, i64)> {
    let one = |r: &mut store::Reader, side| -> Verdict<Option<CandidateId>> {
        Ok(candidate::list(r, org, side, None, 1)?
            .first()
            .map(|c| c.id))
    };
    let first = one(r, Side::After(0))?.map_or(0, |id| id.0);
    let last = one(r, Side::Before(i64::MAX))?.map_or(0, |id| id.0);
    Ok((first, last))
}
