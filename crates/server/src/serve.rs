//! Listening, and stopping without losing what was accepted.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use courier::{carry, fetch, mail, webhook};
use hiring::delivery::exchange;
use hiring::{App, attachment, draft, idempotency, invite, organization, request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::inviting;
use crate::linger::Lingering;
use crate::{indexing, reading};

/// How long a client may take for its request's head: one byte a second gets nowhere.
const HEAD: Duration = Duration::from_secs(15);
/// How long those who connected before the end have for the first byte of their request to be read.
const ARRIVED: Duration = Duration::from_millis(50);
/// In so many pieces.
const PIECES: u32 = 10;
/// How long requests that are at work at the end may take.
const LAST: Duration = Duration::from_secs(60);

/// Opens the port.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|e| format!("cannot listen on {address}: {e}"))
}

/// What is done beside serving.
#[derive(Default)]
pub struct Errands {
    /// Fetch files that callers name by URL.
    pub fetching: Option<fetch::Settings>,
    /// Send mails.
    pub mailing: Option<mail::Settings>,
    /// Carry candidates to other systems.
    pub carrying: Option<carry::Settings>,
    /// Keep the index of people up with what happens.
    pub indexing: bool,
    /// Read the text of files, with this program.
    pub reading: Option<PathBuf>,
    /// Tell subscribers what happens.
    pub telling: Option<webhook::Settings>,
}

/// Serves until `stop` says so, then finishes what was accepted; runs its errands meanwhile.
pub async fn run(
    listener: TcpListener,
    app: App,
    router: Router,
    errands: Errands,
    stop: watch::Receiver<bool>,
) {
    let mut told_to = stop.clone();
    let housekeeping = [
        tokio::spawn(keep_house(app.clone())),
        tokio::spawn(expire_invites(app.clone())),
        tokio::spawn(inviting::work(app.clone())),
        tokio::spawn(indexing::catch_up(app.clone(), stop.clone())),
        tokio::spawn(prepare_to_count(app.clone())),
    ];
    let fetching = errands
        .fetching
        .map(|settings| tokio::spawn(fetch::run(app.clone(), settings, stop.clone())));
    let mailing = errands
        .mailing
        .map(|settings| tokio::spawn(mail::run(app.clone(), settings, stop.clone())));
    let telling = errands
        .telling
        .map(|settings| tokio::spawn(webhook::run(app.clone(), settings, stop.clone())));
    let indexing = errands
        .indexing
        .then(|| tokio::spawn(indexing::run(app.clone(), stop.clone())));
    let reading = errands
        .reading
        .map(|program| tokio::spawn(reading::run(app.clone(), program, stop.clone())));
    let carrying = errands.carrying.map(|settings| {
        let all = connectors::CONNECTORS;
        tokio::spawn(carry::run(app, settings, all, stop.clone()))
    });
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => serve_connection(stream, router.clone(), &graceful, &stop),
                // Out of file descriptors, or a connection gone before we took it: the next may do.
                Err(error) => {
                    tracing::warn!(error = %error, "accept failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = told(&mut told_to) => break,
        }
    }
    for stream in still_waiting(listener) {
        serve_connection(stream, router.clone(), &graceful, &stop);
    }
    // Connections of which nothing was read yet are closed at once by what follows, so what has arrived is read first.
    // In pieces: each ends only after the runtime has looked at all connections and come to those that had something. Of one long
    // sleep a busy machine may take all the time for something else.
    for _ in 0..PIECES {
        tokio::time::sleep(ARRIVED / PIECES).await;
    }
    if tokio::time::timeout(LAST, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time");
    }
    for task in housekeeping {
        task.abort();
        let _ = task.await;
    }
    // Told when the others were, so they ended long ago unless the database hangs, or a mail server that has a message and
    // has not answered.
    let errands = [fetching, mailing, telling, indexing, reading, carrying];
    for errand in errands.into_iter().flatten() {
        if tokio::time::timeout(LAST, errand).await.is_err() {
            tracing::warn!("an errand did not end in time");
        }
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell us is gone: then nobody wants us any more either.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Closes the port. Those who had connected by then, and perhaps asked, are taken all the same.
fn still_waiting(listener: TcpListener) -> Vec<TcpStream> {
    let Ok(listener) = listener.into_std() else {
        return Vec::new();
    };
    let next = || {
        let (stream, _) = listener.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        TcpStream::from_std(stream).ok()
    };
    // As many as the kernel holds for us; more can only be newcomers.
    std::iter::from_fn(next).take(1024).collect()
}

fn serve_connection(
    stream: TcpStream,
    router: Router,
    graceful: &GracefulShutdown,
    stop: &watch::Receiver<bool>,
) {
    // Answers are small and wanted at once.
    let _ = stream.set_nodelay(true);
    // Whom the pages count tries for.
    let peer = stream.peer_addr().ok().map(pages::Peer);
    // By what streams without an end hear of it.
    let stopping = pages::Stop(stop.clone());
    let known = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(stopping.clone());
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(
            TokioIo::new(Lingering::new(stream, stop.clone())),
            TowerToHyperService::new(known),
        );
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(error = %error, "a connection ended early");
        }
    });
}

/// A receiver that turns true at Ctrl-C or SIGTERM.
pub fn signals() -> Result<watch::Receiver<bool>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |e: std::io::Error| format!("signals: {e}");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let (say, heard) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        let _ = say.send(true);
        // Whoever insists is not kept waiting.
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        std::process::exit(130);
    });
    Ok(heard)
}

/// Reads what pages count from, so that nobody who looks first waits for it.
async fn prepare_to_count(app: App) {
    let all = app.store.read(organization::all).await.unwrap_or_default();
    for organization in all {
        let (rolls, org) = (app.rolls.clone(), organization.id);
        let prepared = app.store.read(move |r| rolls.prepare(r, org)).await;
        if let Err(problem) = prepared {
            tracing::warn!(?problem, "applications were not read for counting");
            return;
        }
    }
}

/// In slices, so that no caller waits long behind one.
async fn forget_answers(app: &App) {
    loop {
        match app.store.write(|tx| idempotency::forget(tx, 200)).await {
            Ok(200..) => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(problem) => {
                tracing::warn!(?problem, "kept answers were not forgotten");
                return;
            }
        }
    }
}

/// The same for requests that are older than the operator wants.
async fn forget_requests(app: &App) {
    let days = app.settings.keep_requests;
    loop {
        let forgotten = app.store.write(move |tx| request::forget(tx, days, 200));
        match forgotten.await {
            Ok(200..) => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(problem) => {
                tracing::warn!(?problem, "kept requests were not forgotten");
                return;
            }
        }
    }
}

/// The same for lists of people to invite that nobody started.
async fn forget_lists(app: &App) {
    loop {
        match app.store.write(invite::run::forget_drafts).await {
            Ok(1..) => tokio::task::yield_now().await,
            Ok(0) => return,
            Err(problem) => {
                tracing::warn!(?problem, "lists that nobody started were not forgotten");
                return;
            }
        }
    }
}

/// The same for what far sides answered to deliveries that have ended.
async fn forget_exchanges(app: &App) {
    let days = app.settings.keep_requests.max(1);
    loop {
        let forgotten = app.store.write(move |tx| exchange::forget(tx, days, 200));
        match forgotten.await {
            Ok(200..) => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(problem) => {
                tracing::warn!(?problem, "answers of destinations were not forgotten");
                return;
            }
        }
    }
}

/// Forgets kept answers after their week and kept requests after their time, and removes drafts that nobody came back for
/// and, after their day, orphaned files.
async fn keep_house(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(600)).await;
        forget_answers(&app).await;
        forget_requests(&app).await;
        forget_lists(&app).await;
        forget_exchanges(&app).await;
        if let Err(problem) = draft::sweep(&app).await {
            tracing::warn!(
                ?problem,
                "drafts that nobody came back for were not removed"
            );
        }
        if let Err(problem) = attachment::sweep(&app).await {
            tracing::warn!(?problem, "orphaned files were not removed");
        }
    }
}

/// Notes that invites have expired, within a minute or so of their end.
async fn expire_invites(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        loop {
            match app.store.write(invite::expire_some).await {
                Ok(100..) => tokio::task::yield_now().await,
                Ok(_) => break,
                Err(problem) => {
                    tracing::warn!(?problem, "expired invites were not noted");
                    break;
                }
            }
        }
    }
}
