//! The verbs: each of them on both engines, and what many of them at once come to.
//!
//! In this file stands how a story begins: [`story`] gives a [`House`] with two organizations, and the actors below
//! do the usual things in one line each. What the verbs promise is told in the other files.

mod accounts;
mod applications;
mod board;
mod direction;
mod drafts;
mod family;
mod fate;
mod feed;
mod identity;
mod index;
mod invites;
mod inviting;
mod issues;
mod mails;
mod members;
mod merged_far;
mod numbers;
mod of_job;
mod offsets;
mod organizations;
mod pasts;
mod people;
mod plans;
mod renewals;
mod repeats;
mod returned;
mod rolls;
mod schema;
mod search;
mod secrets;
mod shaping;
mod subscriptions;
mod sweeping;
mod told;
mod windows;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hiring::app::Settings;
use hiring::application::{self, NewApplication, Opened};
use hiring::caller::{Caller, Permissions, Who};
use hiring::candidate::{ForeignId, NewCandidate, Outcome, Taken, take_in};
use hiring::id::{CandidateId, KeyId, OrgId, new_uid};
use hiring::job::{self, Job, NewJob};
use hiring::record::{How, Said};
use hiring::secret::InstallationKey;
use hiring::submission::{self, Kept, NewSubmission};
use hiring::{App, Problem, Result, event, organization};
use serde_json::{Value, json};
use store::files::Files;
use store::{Clock, Config, Store, Tx};
use testing::Place;

/// A statement of one engine's own or of a test, which is not among those that must work on both.
macro_rules! only_here {
    ($text:expr) => {{
        static STATEMENT: store::Statement = store::Statement::new($text, file!(), line!());
        &STATEMENT
    }};
}
pub(crate) use only_here;

/// Muster's insides on a throw-away place: no server around them.
#[derive(Clone)]
pub struct House {
    /// What handlers are given.
    pub app: App,
    /// The time, to be moved on.
    pub clock: Arc<Clock>,
    /// The organization that stories are about.
    pub org: OrgId,
    /// Its job.
    pub job: Job,
    /// Another one, which is to see nothing.
    pub other: OrgId,
    /// The place's folder.
    pub dir: PathBuf,
}

/// Tells the story on both engines.
#[track_caller]
pub fn story<F, S>(tell: F)
where
    F: Fn(House) -> S,
    S: Future<Output = ()>,
{
    testing::on_both(|place| {
        let app = open(place);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let dir = place.dir().to_owned();
        runtime
            .expect("a runtime")
            .block_on(async { tell(House::furnish(app, dir).await).await });
    });
}

fn open(place: &Place) -> (App, Arc<Clock>) {
    let at = match place.database_url() {
        Some(url) => store::Place::Postgres(url.to_owned()),
        None => store::Place::Sqlite(place.dir().join("muster.sqlite")),
    };
    let clock: Arc<Clock> = Arc::default();
    let mut config = Config::new(at, hiring::MIGRATIONS, event::number);
    config.clock = clock.clone();
    // Stories run side by side on one server.
    (config.readers, config.writers) = (2, 8);
    let store = Store::open(config).expect("the place opens");
    let files = Files::in_folder(&place.dir().join("files")).expect("a folder for files");
    let settings = Settings::at("http://muster.test");
    let app = App::new(store, files, InstallationKey::draw(), settings);
    (app, clock)
}

impl House {
    async fn furnish((app, clock): (App, Arc<Clock>), dir: PathBuf) -> House {
        let made = app.store.write(|tx| {
            let org = organization::create(tx, "Analytical Engines")?.id;
            let other = organization::create(tx, "Other Engines")?.id;
            let job = job::create(tx, &caller(org), &job_called("Programmer"))?;
            Ok::<_, Problem>((org, other, job))
        });
        let (org, other, job) = made.await.expect("two organizations and a job");
        House {
            app,
            clock,
            org,
            job,
            other,
            dir,
        }
    }

    /// Runs a write.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.store.write(f).await
    }

    /// Runs a read that succeeds.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut store::Reader<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.app.store.read(f).await.expect("a read")
    }

    /// Takes somebody in, in a write of its own.
    pub async fn take_in(&self, new: NewCandidate) -> Result<Taken> {
        let caller = caller(self.org);
        self.write(move |tx| take(tx, &caller, &new)).await
    }

    /// A new person of this address.
    pub async fn person(&self, email: &str) -> Taken {
        self.take_in(person(&[email], &[])).await.expect("taken in")
    }

    /// Opens an application for the house's job.
    pub async fn apply(&self, who: CandidateId, new: NewApplication) -> Result<Opened> {
        let (caller, job) = (caller(self.org), self.job.clone());
        self.write(move |tx| {
            let candidate = hiring::candidate::find(tx, caller.org, who)?;
            application::open(tx, &caller, &candidate, &job, &new)
        })
        .await
    }

    /// How many rows the statement counts.
    pub async fn count(&self, statement: &'static store::Statement) -> i64 {
        self.read(move |r| Ok(r.number(statement, &[])?)).await
    }

    /// The kinds of the organization's events in the feed's order, once each has its place.
    pub async fn events(&self) -> Vec<String> {
        let began = std::time::Instant::now();
        while self.read(event::unplaced).await > 0 {
            assert!(
                began.elapsed() < testing::PATIENCE,
                "events without a place"
            );
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let org = self.org;
        let feed = self.read(move |r| event::feed(r, org, 0, 100_000)).await;
        feed.into_iter().map(|event| event.kind).collect()
    }
}

/// A key of the organization with every permission.
pub fn caller(org: OrgId) -> Caller {
    Caller {
        who: Who::Key(KeyId(7)),
        ..Caller::system(org)
    }
}

/// The same without the permission to read equal-opportunity answers.
pub fn usual_caller(org: OrgId) -> Caller {
    Caller {
        permissions: Permissions::USUAL,
        ..caller(org)
    }
}

/// A job with the usual stages.
pub fn job_called(title: &str) -> NewJob {
    NewJob {
        title: title.into(),
        ..NewJob::default()
    }
}

/// Words about a person.
pub fn said(value: Value) -> Said {
    value.as_object().expect("an object").clone()
}

/// Somebody with these addresses and foreign ids.
pub fn person(emails: &[&str], foreign: &[(&str, &str)]) -> NewCandidate {
    let emails: Vec<_> = emails.iter().map(|e| json!({"value": e})).collect();
    NewCandidate {
        said: said(json!({"full_name": "Ada Lovelace", "emails": emails})),
        foreign_ids: foreign
            .iter()
            .map(|(kind, key)| ForeignId {
                kind: (*kind).into(),
                key: (*key).into(),
            })
            .collect(),
        how: How::Add,
        attachments: Vec::new(),
    }
}

/// Keeps an empty submission.
pub fn kept(tx: &mut Tx<'_>, caller: &Caller) -> Result<Kept> {
    let new = NewSubmission {
        uid: new_uid(),
        dialect: "test",
        route: "/test",
        body: "{}".into(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    submission::keep(tx, caller, &new)
}

/// What a dialect does with a create: keeps the submission, takes the person in, settles.
pub fn take(tx: &mut Tx<'_>, caller: &Caller, new: &NewCandidate) -> Result<Taken> {
    let kept = kept(tx, caller)?;
    let taken = take_in(tx, caller, kept, new)?;
    let (id, outcome) = (taken.candidate.id, taken.outcome.word());
    submission::settle(tx, caller.org, kept, Some(id), None, outcome)?;
    Ok(taken)
}

/// Runs all of them at once; their outcomes in order.
pub async fn at_once<T: Send + 'static>(
    calls: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let calls: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.expect("no panic"));
    }
    outcomes
}

/// Counts how often functions ran: more often than there were calls means that some had to run again.
#[derive(Clone, Default)]
pub struct Runs(Arc<AtomicUsize>);

impl Runs {
    /// One more.
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
    /// So far.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// How many of the outcomes were this one.
pub fn how_many(taken: &[Taken], outcome: Outcome) -> usize {
    taken.iter().filter(|t| t.outcome == outcome).count()
}
