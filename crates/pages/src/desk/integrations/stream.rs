//! What is new on a page of the integrations, while somebody looks at it: server-sent events whose data are rows of the page's
//! table, made by the same template. The page is complete without: whoever has no script reloads it.
//!
//! Each watcher looks for themselves, once a second: there are few of them. Whoever may not see the page any more hears no more
//! within [`BEAT`]. (Boards, which many watch, share one look: `board/live.rs`.)

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream};
use hiring::event::told;
use hiring::id::OrgId;
use hiring::member::{self, Right};
use hiring::{App, Result, event};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::calls::{self, Sieve};
use super::events;
use crate::desk::board::live::Stop;
use crate::desk::visit::{Inputs, Visit};
use crate::page::{self, Area, Notice};

/// How often it is looked whether there is something new.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody may still watch.
const BEAT: u32 = 10;
/// Watchers at once, of everybody together.
const WATCHERS: usize = 100;
/// Rows that are told at once at most.
const ROWS: usize = 50;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(WATCHERS)));

/// What is watched.
pub(super) enum Source {
    /// The feed, or one kind of event of it.
    Events(Option<String>),
    /// Calls.
    Calls(Sieve),
}

/// Somebody who watches.
struct Watcher {
    app: App,
    org: OrgId,
    token: String,
    source: Source,
    /// Up to which number they know everything.
    upto: i64,
    next: VecDeque<Event>,
    looked: u32,
    look: tokio::time::Interval,
    stop: Option<watch::Receiver<bool>>,
    over: bool,
    _place: OwnedSemaphorePermit,
}

/// The stream, from what the page knows on: `?after=`, or what a browser that comes again has heard.
pub(super) async fn open(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    query: &Inputs,
    stop: Option<Stop>,
    source: Source,
) -> Result<Response> {
    let Ok(place) = PLACES.clone().try_acquire_owned() else {
        return Ok(full());
    };
    let last = match source {
        Source::Events(_) => app.store.read(event::happening::last_place).await?,
        Source::Calls(_) => calls::last(app, visit.org()),
    };
    let known = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let known = known.unwrap_or_else(|| query.get("after"));
    // A number that was never given: from now on.
    let known = known.parse().ok().filter(|n| (0..=last).contains(n));
    let mut watcher = Watcher {
        app: app.clone(),
        org: visit.org(),
        token: visit.token.clone(),
        source,
        upto: known.unwrap_or(last),
        next: VecDeque::new(),
        looked: 0,
        look: tokio::time::interval(LOOK),
        stop: stop.map(|Stop(stop)| stop),
        over: false,
        _place: place,
    };
    let hello = Event::default().id(watcher.upto.to_string()).event("hello");
    watcher
        .next
        .push_back(hello.data("{}").retry(Duration::from_secs(3)));
    let mut response = Sse::new(said(watcher)).into_response();
    let mut set = |name, value| {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value))
    };
    set(header::CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("x-accel-buffering"), "no");
    Ok(response)
}

/// What is said, one after the other, until it is over.
fn said(watcher: Watcher) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watcher, |mut watcher| async move {
        loop {
            if let Some(event) = watcher.next.pop_front() {
                return Some((Ok(event), watcher));
            }
            if watcher.over {
                return None;
            }
            watcher.wait().await;
        }
    })
}

impl Watcher {
    async fn wait(&mut self) {
        let stopped = async {
            match &mut self.stop {
                Some(stop) => {
                    let _ = stop.wait_for(|stopped| *stopped).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stopped => {
                self.over = true;
                return;
            }
            _ = self.look.tick() => {}
        }
        self.looked += 1;
        if self.looked.is_multiple_of(BEAT) {
            if !self.may_watch().await {
                self.next
                    .push_back(Event::default().event("over").data("{}"));
                self.over = true;
                return;
            }
            self.next.push_back(Event::default().comment(""));
        }
        let rows = match &self.source {
            Source::Events(kind) => self.events(kind.clone()).await,
            Source::Calls(sieve) => {
                calls::rows_after(&self.app, self.org, sieve, self.upto, ROWS).await
            }
        };
        match rows {
            Ok((rows, upto)) => {
                self.upto = upto;
                // The newest is said last, so that it comes to stand on top.
                for (n, row) in rows.into_iter().rev() {
                    let row = row.replace('\r', " ");
                    self.next
                        .push_back(Event::default().id(n.to_string()).event("row").data(row));
                }
            }
            Err(problem) => tracing::debug!(?problem, "it was not looked for what is new"),
        }
    }

    async fn events(&self, kind: Option<String>) -> Result<(Vec<(i64, String)>, i64)> {
        let (org, after) = (self.org, self.upto);
        let read = self
            .app
            .store
            .read(move |r| told::since(r, org, kind.as_deref(), after, ROWS as i64));
        let (told, upto) = read.await?;
        let rows = told.iter().map(|one| (one.place, events::row(one)));
        Ok((rows.collect(), upto))
    }

    /// Whether the session is still open and its member may still see this. What cannot be asked just now is asked next time.
    async fn may_watch(&self) -> bool {
        let token = self.token.clone();
        let asked = self.app.store.read(move |r| {
            let found = member::of_session(r, &token)?;
            let may = found.is_some_and(|m| m.role().may(Right::SeeIntegrations));
            Ok::<_, hiring::Problem>(may)
        });
        asked.await.unwrap_or(true)
    }
}

fn full() -> Response {
    let text =
        "Too many people are watching right now. The page shows what it was when it was opened.";
    let notice = Notice::new("Busy at the moment", &[text]);
    let mut response = page::html(Area::Desk, StatusCode::SERVICE_UNAVAILABLE, &notice);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response
}
