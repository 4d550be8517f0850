//! Carries candidates to other systems, so that each arrives exactly once, whatever happens on the way.
//!
//! # How
//! A *delivery* is one person (perhaps with one application) on the way to one destination. Whoever carries *claims* it for a
//! lease (`hiring/src/delivery/carrying.rs`), makes a *parcel* of what is known (`parcel.rs`), and asks the destination's
//! connector for the next step. A request is written down as an *exchange* before it goes out, and its outcome before the
//! connector is asked again (`errand.rs`). So at any moment the database says what may have happened over there:
//!
//! | the process ends… | the next one finds | and does |
//! |---|---|---|
//! | before the exchange is written | nothing | asks for the same step |
//! | between writing and sending, or before the answer is written | an exchange without outcome | calls it unanswered; the connector looks up before it makes anything |
//! | after the answer is written | the answer | goes on from it |
//!
//! # When
//! A destination's *gate* says whether one may call: its circuit (`circuit.rs`), its rate, and until when it wants to be left
//! alone. The gate is a row, held while a claim or a request is written down, so that several processes together keep to
//! the limit of one account.
//!
//! # What is never written or logged
//! What was sent, access tokens, secrets, the contents of files. Tokens live in memory alone (`tickets.rs`).

mod errand;
mod gate;
mod pack;
mod parcel;
mod tickets;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connectors::{Connector, Limit};
use hiring::delivery::carrying::{self, Claimed, Ready};
use hiring::id::DestinationId;
use hiring::{App, Result};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use crate::call::{self, Client};
use crate::circuit::Rules;
use crate::guard::Guard;

pub use parcel::described;

use errand::Errand;
use gate::{Admitted, micros};
use tickets::Tickets;

/// What the operator chose, and the limits.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which addresses may be called.
    pub guard: Guard,
    /// See [`Limits`].
    pub limits: Limits,
}

/// How long, how many, how often.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Of one request.
    pub call: call::Limits,
    /// Deliveries at once in this process.
    pub at_once: usize,
    /// Of these, to one destination, whatever its vendor allows.
    pub per_destination: usize,
    /// How often to look whether something has become due.
    pub look: Duration,
    /// When a destination that keeps failing is left alone.
    pub circuit: Rules,
    /// How long to wait after each time that a delivery was put off. Published in docs/operate/connectors.md.
    pub waits: Vec<Duration>,
    /// How long a request that is under way when we are told to stop may still take.
    pub last: Duration,
    /// How long a claim holds of which nobody hears any more: longer than asking for a token and one request together.
    pub lease: Duration,
    /// So many times what vendors document: stand-ins may take more than the systems that they stand in for.
    pub times: u32,
}

const MINUTE: Duration = Duration::from_secs(60);

/// How long it is believed that a destination's rate is used up: its limit may have been raised meanwhile.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            call: call::Limits::default(),
            at_once: 16,
            per_destination: 8,
            look: Duration::from_millis(250),
            circuit: Rules::default(),
            waits: vec![
                Duration::from_secs(30),
                2 * MINUTE,
                10 * MINUTE,
                30 * MINUTE,
                60 * MINUTE,
                120 * MINUTE,
                240 * MINUTE,
                480 * MINUTE,
            ],
            last: Duration::from_secs(10),
            lease: 3 * MINUTE,
            times: 1,
        }
    }
}

/// The systems there are: [`connectors::CONNECTORS`], but for tests.
pub type Connectors = &'static [&'static dyn Connector];

/// Carries whatever is due until `stop` says so.
pub async fn run(
    app: App,
    settings: Settings,
    connectors: Connectors,
    mut stop: watch::Receiver<bool>,
) {
    let bag = Bag {
        client: Client::new(settings.guard.clone(), settings.limits.call),
        limits: settings.limits,
        tickets: Tickets::default(),
        stop: stop.clone(),
        app,
    };
    let mut worker = Worker {
        bag: Arc::new(bag),
        connectors,
        tasks: JoinSet::new(),
        at: HashMap::new(),
        full: HashMap::new(),
        turn: 0,
    };
    loop {
        let filled = worker.fill().await;
        if let Err(problem) = filled {
            tracing::warn!(?problem, "what is to be carried cannot be read");
        }
        let has_room = worker.tasks.len() < worker.bag.limits.at_once;
        let look = worker.bag.limits.look;
        tokio::select! {
            () = told(&mut stop) => break,
            Some(ended) = worker.tasks.join_next_with_id() => worker.note(ended),
            () = tokio::time::sleep(look), if has_room => {}
        }
    }
    // They have been told too; what is left of them is one request and a write.
    while worker.tasks.join_next().await.is_some() {}
}

/// What every delivery needs.
struct Bag {
    app: App,
    client: Client,
    limits: Limits,
    tickets: Tickets,
    stop: watch::Receiver<bool>,
}

struct Worker {
    bag: Arc<Bag>,
    connectors: Connectors,
    tasks: JoinSet<()>,
    /// To where each task carries.
    at: HashMap<Id, DestinationId>,
    /// Whose rate is used up, and until when (µs), so that nobody asks the database all the time. A hint: it is the gate that
    /// counts.
    full: HashMap<DestinationId, i64>,
    /// Which destination is asked first, so that each has its turn.
    turn: usize,
}

impl Worker {
    /// Takes on as much as there is and as there is room for: from each destination one, and again.
    async fn fill(&mut self) -> Result<()> {
        self.fill_with_tests().await?;
        let now = self.bag.app.store.clock().now();
        let ready = self.bag.app.store.read(move |r| carrying::ready(r, now));
        let mut ready = ready.await?;
        while !ready.is_empty() {
            self.turn = self.turn.wrapping_add(1);
            let at = self.turn % ready.len();
            if self.is_full() {
                return Ok(());
            }
            let next = ready[at].clone();
            if !self.take(&next).await? {
                ready.swap_remove(at);
            }
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.tasks.len() >= self.bag.limits.at_once || *self.bag.stop.borrow()
    }

    /// Takes one delivery to there; whether there was one.
    async fn take(&mut self, ready: &Ready) -> Result<bool> {
        let Some(connector) = self.named(&ready.connector) else {
            return Ok(false);
        };
        let limit = self.limit(connector);
        let mine = self.at.values().filter(|to| **to == ready.id).count();
        let now = self.bag.app.store.clock().now();
        let is_full = self.full.get(&ready.id).is_some_and(|until| *until > now);
        if mine >= limit.at_once as usize || is_full {
            return Ok(false);
        }
        let (rules, to) = (self.bag.limits.circuit, ready.clone());
        let (store, lease) = (&self.bag.app.store, micros(self.bag.limits.lease));
        let admitted = store.write(move |tx| gate::claim(tx, &to, &limit, &rules, lease));
        match admitted.await? {
            Admitted::Takes(claimed) => {
                self.full.remove(&ready.id);
                self.send_off(connector, *claimed);
                Ok(true)
            }
            Admitted::Full(until) => {
                self.full
                    .insert(ready.id, until.min(now + micros(LOOK_AGAIN)));
                Ok(false)
            }
            Admitted::Nothing => Ok(false),
        }
    }

    /// Tests of credentials wait for nobody: neither for a circuit nor for a paused destination.
    async fn fill_with_tests(&mut self) -> Result<()> {
        let now = self.bag.app.store.clock().now();
        let tests = self
            .bag
            .app
            .store
            .read(move |r| carrying::tests_due(r, now));
        for test in tests.await? {
            let Some(connector) = self.named(&test.connector) else {
                continue;
            };
            let (org, id) = (test.org, test.id);
            let store = &self.bag.app.store;
            let lease = micros(self.bag.limits.lease);
            let claimed = store.write(move |tx| carrying::claim_test(tx, org, id, lease));
            if let Some(claimed) = claimed.await? {
                self.send_off(connector, claimed);
            }
        }
        Ok(())
    }

    fn send_off(&mut self, connector: &'static dyn Connector, claimed: Claimed) {
        let to = claimed.destination;
        let errand = Errand::new(self.bag.clone(), connector, self.limit(connector), claimed);
        let task = self.tasks.spawn(errand.run());
        self.at.insert(task.id(), to);
    }

    fn limit(&self, connector: &'static dyn Connector) -> Limit {
        let limit = connector.limit();
        let most = self.bag.limits.per_destination as u32;
        Limit {
            requests: limit.requests.saturating_mul(self.bag.limits.times.max(1)),
            at_once: limit.at_once.clamp(1, most.max(1)),
            ..limit
        }
    }

    fn named(&self, name: &str) -> Option<&'static dyn Connector> {
        self.connectors.iter().copied().find(|c| c.name() == name)
    }

    fn note(&mut self, ended: std::result::Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // Its claim ends with the lease.
                tracing::error!("a delivery panicked");
                error.id()
            }
        };
        self.at.remove(&id);
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell us is gone: then nobody wants us any more either.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
