//! Fetches the files that callers named by address, a few at once, and settles each in the database.
//!
//! What is due and who may take it is `hiring/src/fetch.rs`; one call, from the address to the bytes, `fetch/call.rs`.
//! Neither an address nor a file's name is ever logged: both are about somebody.

mod call;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hiring::attachment;
use hiring::fetch::{self, Claimed, Failure};
use hiring::{App, Result};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use crate::guard::Guard;
use call::Client;

/// What the operator chose, and the limits.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which addresses may be called.
    pub guard: Guard,
    /// See [`Limits`].
    pub limits: Limits,
}

/// How long, how large, how many.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For the connection.
    pub connect: Duration,
    /// For everything from looking up the name to the last byte.
    pub whole: Duration,
    /// Bytes of a file.
    pub size: u64,
    /// Fetches at once.
    pub at_once: usize,
    /// Of these, at one host.
    pub per_host: usize,
    /// How often to look whether something has become due.
    pub look: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(60),
            size: 25 << 20,
            at_once: 4,
            per_host: 2,
            look: Duration::from_secs(1),
        }
    }
}

/// Fetches whatever is due until `stop` says so; what is on its way then is put back.
pub async fn run(app: App, settings: Settings, mut stop: watch::Receiver<bool>) {
    let mut worker = Worker {
        app,
        client: Arc::new(Client::new(&settings)),
        limits: settings.limits,
        stop: stop.clone(),
        tasks: JoinSet::new(),
        hosts: HashMap::new(),
    };
    loop {
        if let Err(problem) = worker.fill().await {
            tracing::warn!(?problem, "what is to be fetched cannot be read");
        }
        let has_room = worker.tasks.len() < worker.limits.at_once;
        tokio::select! {
            () = told(&mut stop) => break,
            Some(ended) = worker.tasks.join_next_with_id() => worker.note(ended),
            () = tokio::time::sleep(worker.limits.look), if has_room => {}
        }
    }
    // They have been told too; what is left of them is a write.
    while worker.tasks.join_next().await.is_some() {}
}

struct Worker {
    app: App,
    client: Arc<Client>,
    limits: Limits,
    stop: watch::Receiver<bool>,
    tasks: JoinSet<()>,
    /// Where each task is at.
    hosts: HashMap<Id, String>,
}

impl Worker {
    /// Takes on as much as there is and as there is room for.
    async fn fill(&mut self) -> Result<()> {
        while self.tasks.len() < self.limits.at_once && !*self.stop.borrow() {
            let Some(claimed) = self.claim().await? else {
                break;
            };
            let host = claimed.host().to_owned();
            let (app, client) = (self.app.clone(), self.client.clone());
            let task = self
                .tasks
                .spawn(bring(app, client, claimed, self.stop.clone()));
            self.hosts.insert(task.id(), host);
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<Claimed>> {
        // Looked at before: a claim is a write, and mostly nothing is due.
        let due = self.app.store.read(fetch::next_due).await?;
        if due.is_none_or(|at| at > self.app.store.clock().now()) {
            return Ok(None);
        }
        let busy = self.busy();
        self.app
            .store
            .write(move |tx| fetch::claim(tx, &busy))
            .await
    }

    /// The hosts that are called as often as they may be.
    fn busy(&self) -> Vec<String> {
        let mut calls: HashMap<&str, usize> = HashMap::new();
        for host in self.hosts.values() {
            *calls.entry(host).or_default() += 1;
        }
        let full = calls
            .into_iter()
            .filter(|(_, n)| *n >= self.limits.per_host);
        full.map(|(host, _)| host.to_owned()).collect()
    }

    fn note(&mut self, ended: std::result::Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // Its claim ends with the lease.
                tracing::error!("a fetch panicked");
                error.id()
            }
        };
        self.hosts.remove(&id);
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell us is gone: then nobody wants us any more either.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn bring(app: App, client: Arc<Client>, claimed: Claimed, mut stop: watch::Receiver<bool>) {
    let outcome = tokio::select! {
        () = told(&mut stop) => None,
        outcome = client.get(&claimed.url) => Some(outcome),
    };
    let settled = match outcome {
        None => put_back(&app, &claimed).await,
        Some(Err(why)) => settle_failed(&app, &claimed, why).await,
        Some(Ok(bytes)) => match keep(&app, &claimed, bytes).await {
            Ok(()) => Ok(()),
            Err(_) => settle_failed(&app, &claimed, Failure::NotStored).await,
        },
    };
    if let Err(problem) = settled {
        // The lease makes it come again.
        tracing::warn!(?problem, fetch = claimed.id, "a fetch was not settled");
    }
}

async fn keep(app: &App, claimed: &Claimed, bytes: Vec<u8>) -> Result<()> {
    let size = bytes.len();
    let file = attachment::put(app, claimed.org, bytes).await?;
    let (mine, name) = (claimed.clone(), call::name_in(&claimed.url));
    let held = app
        .store
        .write(move |tx| fetch::settle_done(tx, &mine, &file, &name))
        .await?;
    tracing::info!(fetch = claimed.id, size, held, "fetched a file");
    Ok(())
}

async fn settle_failed(app: &App, claimed: &Claimed, why: Failure) -> Result<()> {
    let (fetch, attempt) = (claimed.id, claimed.attempts);
    tracing::info!(fetch, attempt, failure = %why, "a file did not come");
    let mine = claimed.clone();
    app.store
        .write(move |tx| fetch::settle_failed(tx, &mine, &why))
        .await?;
    Ok(())
}

async fn put_back(app: &App, claimed: &Claimed) -> Result<()> {
    let mine = claimed.clone();
    app.store.write(move |tx| fetch::put_back(tx, &mine)).await
}
