//! A server of our own on a throw-away folder, for measuring.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use dialects::{Dialect, ExampleCall, NewCredentials};
use hiring::app::Settings;
use hiring::caller::{Caller, Permissions};
use hiring::id::OrgId;
use hiring::job::{self, NewJob};
use hiring::{App, organization};
use indicatif::ProgressBar;
use serde_json::Value;
use store::record::{self, Recorded};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::client;
use crate::options::{Bench, Place};
use crate::{demo, router, serve, wiring};

/// A running server and the call to bench it with.
pub(super) struct Local {
    folder: tempfile::TempDir,
    database: Option<String>,
    /// What the server's handlers are given.
    pub app: App,
    /// The organization, with one job.
    pub org: OrgId,
    /// The dialect's example, with a key that has no limit.
    pub call: ExampleCall,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Local {
    pub(super) async fn start(bench: &Bench) -> Result<Local, String> {
        let dialect = dialects::named(&bench.dialect)
            .ok_or_else(|| format!("there is no dialect {}", bench.dialect))?;
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let listener = serve::bind(([127, 0, 0, 1], 0).into()).await?;
        let url = format!(
            "http://{}",
            listener.local_addr().map_err(|e| e.to_string())?
        );
        let place = Place {
            data: folder.path().to_owned(),
            database: bench.database.clone(),
            files: None,
        };
        let app = tokio::task::spawn_blocking(move || wiring::open(&place, Settings::at(&url)))
            .await
            .map_err(|e| e.to_string())??;
        let furnished = app.store.write(furnish).await;
        let org = furnished.map_err(|p| format!("no organization for the bench: {p:?}"))?;
        let call = dialect.example(&key(&app, org, dialect).await?);
        let (stop, stopped) = watch::channel(false);
        let router = router::build(app.clone());
        let server = tokio::spawn(serve::run(
            listener,
            app.clone(),
            router,
            serve::Errands {
                indexing: !bench.without_index,
                ..serve::Errands::default()
            },
            stopped,
        ));
        Ok(Local {
            folder,
            database: bench.database.clone(),
            app,
            org,
            call,
            stop,
            server,
        })
    }

    /// Credentials of another key, of this dialect and without a limit.
    pub(super) async fn key(&self, dialect: &'static dyn Dialect) -> Result<Value, String> {
        key(&self.app, self.org, dialect).await
    }

    /// The statements of one real create. Some hundred others come first, so that the numbers the database gives are
    /// unlike the small ones of jobs and stages and can be told apart on the tape.
    pub(super) async fn record(&self) -> Result<Vec<Recorded>, String> {
        client::run(&self.call, 4, 500, &ProgressBar::hidden()).await?;
        record::start();
        let outcome = client::run(&self.call, 1, 1, &ProgressBar::hidden()).await;
        // On PostgreSQL the numbering thread follows a moment later and belongs to no create.
        let tape = record::stop();
        match outcome?.first_error {
            Some(error) => Err(format!("the create to be recorded failed: {error}")),
            None => Ok(tape),
        }
    }

    pub(super) fn engine(&self) -> &'static str {
        self.app.store.engine()
    }

    pub(super) fn sqlite(&self) -> PathBuf {
        self.folder.path().join("muster.sqlite")
    }

    pub(super) fn postgres(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// Members of a batch, on average so far.
    pub(super) fn batch(&self) -> f64 {
        let stats = self.app.store.stats();
        stats.members.load(Ordering::Relaxed) as f64
            / stats.batches.load(Ordering::Relaxed).max(1) as f64
    }

    /// The batch size in words.
    pub(super) fn batches(&self) -> String {
        format!("{:.1} creates a commit", self.batch())
    }

    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.server.await;
    }
}

async fn key(app: &App, org: OrgId, dialect: &'static dyn Dialect) -> Result<Value, String> {
    let inner = app.clone();
    let credentials = app.store.write(move |tx| {
        let new = NewCredentials {
            base_url: inner.settings.public_url.clone(),
            name: "bench".into(),
            permissions: Permissions::ALL,
            limit: Some((0, 1)),
        };
        dialect.credentials(tx, &inner, org, &new)
    });
    credentials
        .await
        .map_err(|p| format!("no key for the bench: {p:?}"))
}

fn furnish(tx: &mut store::Tx) -> hiring::Result<OrgId> {
    let org = organization::create(tx, "Bench")?.id;
    organization::add_custom_field(tx, org, "field1")?;
    let job: NewJob = demo::first_job();
    job::create(tx, &Caller::system(org), &job)?;
    Ok(org)
}
