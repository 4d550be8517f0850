//! Fetching and mailing, on both engines, with real servers on this machine's loopback.
//!
//! In this file stands how a story begins: [`story`] gives a [`House`] without a server around it. `origin.rs` is the
//! other side of fetching: a server that answers as it is told, well or badly; that of mailing is `testing::smtp`.

mod arriving;
mod bringing;
mod carrying;
mod carrying_faults;
mod failing;
mod far;
mod faults;
mod issues;
mod kiosk;
mod origin;
mod post;
mod refusing;
mod sharing;
mod stand_ins;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use courier::fetch::{self as worker, Limits, Settings};
use courier::guard::{Guard, network};
use hiring::app::Settings as AppSettings;
use hiring::attachment::{self, Attachment, Kind, NewAttachment};
use hiring::candidate::{NewCandidate, take_in};
use hiring::fetch::{self, Fetch, State};
use hiring::id::{OrgId, Uuid, new_uid};
use hiring::record::How;
use hiring::secret::InstallationKey;
use hiring::submission::{self, NewSubmission};
use hiring::{App, Caller, Problem, Result, event, organization};
use serde_json::json;
use store::files::Files;
use store::{Clock, Config, Reader, Store, Tx};
use testing::Place;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A statement of a test, which is not among those that must work on both.
macro_rules! only_here {
    ($text:expr) => {{
        static STATEMENT: store::Statement = store::Statement::new($text, file!(), line!());
        &STATEMENT
    }};
}
pub(crate) use only_here;

pub use testing::PATIENCE;

/// Waits until this holds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// µs.
pub const SECOND: i64 = 1_000_000;

/// Muster's insides on a throw-away place: no server around them.
#[derive(Clone)]
pub struct House {
    /// What the worker is given.
    pub app: App,
    /// The time, to be moved on.
    pub clock: Arc<Clock>,
    /// The organization that stories are about.
    pub org: OrgId,
    /// Another one, which is to see nothing.
    pub other: OrgId,
    people: Arc<AtomicUsize>,
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
        runtime
            .expect("a runtime")
            .block_on(async { tell(House::furnish(app).await).await });
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
    let settings = AppSettings::at("http://muster.test");
    (
        App::new(store, files, InstallationKey::draw(), settings),
        clock,
    )
}

/// Settings that permit this machine, with limits for the impatient.
pub fn local() -> Settings {
    Settings {
        guard: Guard::allowing(vec![network("127.0.0.1").expect("a network")]),
        limits: Limits {
            size: 1 << 20,
            look: Duration::from_millis(10),
            // Longer than a file takes on any machine.
            connect: Duration::from_secs(120),
            whole: Duration::from_secs(120),
            ..Limits::default()
        },
    }
}

/// A worker at work.
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Tells it to stop and waits until it has.
    pub async fn stop(self) {
        self.stop.send(true).expect("it listens");
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("it stops")
            .expect("it does not panic");
    }
}

impl House {
    async fn furnish((app, clock): (App, Arc<Clock>)) -> House {
        let made = app.store.write(|tx| {
            let org = organization::create(tx, "Analytical Engines")?.id;
            Ok::<_, Problem>((org, organization::create(tx, "Other Engines")?.id))
        });
        let (org, other) = made.await.expect("two organizations");
        House {
            app,
            clock,
            org,
            other,
            people: Arc::default(),
        }
    }

    /// A worker with these settings.
    pub fn worker(&self, settings: Settings) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(worker::run(self.app.clone(), settings, stopped));
        Worker { stop, task }
    }

    /// A new person with a file of this name at this address; the file's outside name.
    pub async fn attach(&self, name: &str, url: &str) -> Uuid {
        let n = self.people.fetch_add(1, Ordering::SeqCst);
        self.attach_to(n, name, url).await
    }

    /// The same for person number `n`.
    pub async fn attach_to(&self, n: usize, name: &str, url: &str) -> Uuid {
        let new = NewCandidate {
            said: json!({"full_name": "Ada", "emails": [{"value": format!("ada{n}@x.org")}]})
                .as_object()
                .expect("an object")
                .clone(),
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: vec![NewAttachment {
                kind: Kind::Resume,
                name: name.into(),
                file: None,
                url: Some(url.into()),
                scope: None,
            }],
        };
        let caller = Caller::system(self.org);
        let files = self.write(move |tx| {
            let kept = submission::keep(tx, &caller, &nothing())?;
            let taken = take_in(tx, &caller, kept, &new)?;
            attachment::of_candidate(tx, caller.org, taken.candidate.id)
        });
        files.await.last().expect("a file").uid
    }

    /// Runs a write that succeeds.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.app.store.write(f).await.expect("a write")
    }

    /// Runs a read that succeeds.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Reader<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.app.store.read(f).await.expect("a read")
    }

    /// The attachment of this outside name.
    pub async fn file(&self, uid: Uuid) -> Attachment {
        let org = self.org;
        self.read(move |r| attachment::find(r, org, uid)).await
    }

    /// How its fetch stands.
    pub async fn fetch(&self, uid: Uuid) -> Fetch {
        let org = self.org;
        self.read(move |r| {
            let id = attachment::find(r, org, uid)?.id;
            fetch::of_attachment(r, org, id)
        })
        .await
        .expect("a fetch")
    }

    /// Waits until its fetch stands like that.
    pub async fn until(&self, uid: Uuid, holds: impl Fn(&Fetch) -> bool) -> Fetch {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let fetch = self.fetch(uid).await;
            if holds(&fetch) {
                return fetch;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain: {:?}", self.fetch(uid).await);
    }

    /// Waits until the file is here, and answers its bytes.
    pub async fn bytes(&self, uid: Uuid) -> Vec<u8> {
        self.until(uid, |f| f.state == State::Done).await;
        let sha256 = self.file(uid).await.sha256.expect("a content");
        let bytes = self.app.files.get(self.org.0, &sha256).await;
        bytes.expect("the bytes are there").to_vec()
    }

    /// Waits until an attempt has failed, and answers why.
    pub async fn failure(&self, uid: Uuid) -> (State, String) {
        let fetch = self.until(uid, |f| f.failure.is_some()).await;
        (fetch.state, fetch.failure.expect("a failure"))
    }

    /// The kinds of the organization's events in the feed's order, once each has its place.
    pub async fn events(&self) -> Vec<String> {
        let placed = async || self.read(event::unplaced).await == 0;
        eventually("every event has its place", placed).await;
        let org = self.org;
        let feed = self.read(move |r| event::feed(r, org, 0, 100_000)).await;
        feed.into_iter().map(|event| event.kind).collect()
    }
}

fn nothing() -> NewSubmission {
    NewSubmission {
        uid: new_uid(),
        dialect: "test",
        route: "/test",
        body: "{}".into(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    }
}
