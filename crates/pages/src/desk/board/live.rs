//! What others do on a board, while somebody looks at it: server-sent events, made of the event feed.
//!
//! One task looks at the feed for everybody who watches ([`Live`]), and only while somebody does; so other processes on the
//! same database are heard too, and nothing of the database's own is needed. Each watcher begins at the place that their page
//! was made at (or at the last one they heard: `Last-Event-ID`), so nothing falls between the page and the stream. Who was
//! away for too long is told to begin anew. An event says *which* card; the card itself is asked for then, so the stream
//! holds no person's data, and who may see no more of a job hears no more of it within [`BEAT`].

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream};
use hiring::event::Kind;
use hiring::event::happening::{Happening, REACH, happenings, last_place};
use hiring::id::{JobId, OrgId};
use hiring::{App, Result, job, member};
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::super::visit::{Answer, Inputs, Named, Visit};
use crate::Site;
use crate::page::{self, Area, Notice};

/// How often the feed is looked at while somebody watches.
const LOOK: Duration = Duration::from_millis(300);
/// How often a stream says that it is alive, and asks whether its watcher may still watch.
const BEAT: Duration = Duration::from_secs(10);
/// Watchers at once, of everybody together.
const WATCHERS: usize = 500;
/// What a watcher may fall behind, in looks that brought something, before it must begin anew.
const BEHIND: usize = 64;

/// Turns true when the server stops: streams end then instead of holding it up. Whoever serves puts it into each request.
#[derive(Clone)]
pub struct Stop(pub watch::Receiver<bool>);

/// Who watches, and the task that looks for them.
pub(crate) struct Live {
    rooms: Mutex<HashMap<OrgId, Room>>,
    places: Arc<Semaphore>,
}

/// Those who watch boards of one organization.
struct Room {
    say: broadcast::Sender<Arc<Vec<Happening>>>,
    /// Up to which place they were told.
    told: i64,
}

impl Default for Live {
    fn default() -> Live {
        Live {
            rooms: Mutex::default(),
            places: Arc::new(Semaphore::new(WATCHERS)),
        }
    }
}

impl Live {
    /// Comes to the organization's room, knowing what happened up to `from`: how to hear what is told from now on, and up to
    /// which place the others were told already. The first one also has the looking begin.
    fn join(
        self: &Arc<Live>,
        app: &App,
        org: OrgId,
        from: i64,
    ) -> (broadcast::Receiver<Arc<Vec<Happening>>>, i64) {
        let mut rooms = self.rooms.lock().unwrap_or_else(|e| e.into_inner());
        let begin = rooms.is_empty();
        let room = rooms.entry(org).or_insert_with(|| Room {
            say: broadcast::channel(BEHIND).0,
            told: from,
        });
        let joined = (room.say.subscribe(), room.told);
        if begin {
            tokio::spawn(look(self.clone(), app.clone()));
        }
        joined
    }

    /// Where the looking goes on; those who have gone are forgotten.
    fn watched(&self) -> Vec<(OrgId, i64)> {
        let mut rooms = self.rooms.lock().unwrap_or_else(|e| e.into_inner());
        rooms.retain(|_, room| room.say.receiver_count() > 0);
        rooms.iter().map(|(org, room)| (*org, room.told)).collect()
    }

    fn tell(&self, org: OrgId, happened: Vec<Happening>, upto: i64) {
        let mut rooms = self.rooms.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(room) = rooms.get_mut(&org) {
            room.told = upto;
            if !happened.is_empty() {
                // Nobody there any more: the room is forgotten at the next look.
                let _ = room.say.send(Arc::new(happened));
            }
        }
    }
}

/// Looks at the feed until nobody watches.
async fn look(live: Arc<Live>, app: App) {
    loop {
        let watched = live.watched();
        if watched.is_empty() {
            return;
        }
        for (org, told) in watched {
            match app.store.read(move |r| happenings(r, org, told)).await {
                Ok((happened, upto)) => live.tell(org, happened, upto),
                Err(problem) => tracing::debug!(?problem, "the feed was not looked at"),
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Somebody who watches.
struct Watcher {
    app: App,
    job: JobId,
    token: String,
    actor: String,
    hear: broadcast::Receiver<Arc<Vec<Happening>>>,
    /// What they know.
    heard: i64,
    /// What is to be said to them next.
    next: std::collections::VecDeque<Event>,
    beat: tokio::time::Interval,
    stop: Option<watch::Receiver<bool>>,
    over: bool,
    _place: OwnedSemaphorePermit,
}

/// `GET /desk/jobs/{uid}/events`.
pub(crate) async fn events(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    stop: Option<Extension<Stop>>,
    visit: Visit,
    Named(uid): Named,
    headers: HeaderMap,
    query: Inputs,
) -> Answer {
    let org = visit.org();
    let (job, last) = app
        .store
        .read(move |r| {
            let job = job::find_by_uid(r, org, uid)?;
            Ok::<_, hiring::Problem>((job, last_place(r)?))
        })
        .await?;
    visit.reach(job.id)?;
    let Ok(place) = site.live.places.clone().try_acquire_owned() else {
        return Ok(full());
    };
    let known = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let known = known.unwrap_or_else(|| query.get("after"));
    // A number that was never given, or long ago: from now on.
    let from = known.parse().ok().filter(|n| (0..=last).contains(n));
    let behind = from.is_some_and(|from| last - from > REACH);
    let from = from.filter(|_| !behind).unwrap_or(last);
    let (hear, told) = site.live.join(&app, org, from);
    let mut watcher = Watcher {
        job: job.id,
        token: visit.token.clone(),
        actor: visit.caller.actor(),
        hear,
        heard: from,
        next: std::collections::VecDeque::new(),
        beat: tokio::time::interval(BEAT),
        stop: stop.map(|Extension(Stop(stop))| stop),
        over: false,
        _place: place,
        app: app.clone(),
    };
    watcher.greet(behind, from);
    if from < told {
        let (missed, upto) = app.store.read(move |r| happenings(r, org, from)).await?;
        watcher.take(&missed);
        watcher.heard = watcher.heard.max(upto);
    }
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
    /// The stream's first words: where it begins, so that a browser that comes again knows it even if nothing happened.
    fn greet(&mut self, behind: bool, from: i64) {
        let kind = if behind { "reset" } else { "hello" };
        let event = Event::default().id(from.to_string()).event(kind).data("{}");
        self.next.push_back(event.retry(Duration::from_secs(3)));
    }

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
            () = stopped => self.over = true,
            heard = self.hear.recv() => match heard {
                Ok(happened) => self.take(&happened),
                Err(RecvError::Lagged(_)) => {
                    self.next.push_back(Event::default().event("reset").data("{}"));
                    self.over = true;
                }
                Err(RecvError::Closed) => self.over = true,
            },
            _ = self.beat.tick() => {
                if self.may_watch().await {
                    self.next.push_back(Event::default().comment(""));
                } else {
                    self.next.push_back(Event::default().event("over").data("{}"));
                    self.over = true;
                }
            }
        }
    }

    fn take(&mut self, happened: &[Happening]) {
        for one in happened.iter().filter(|h| h.place > self.heard) {
            // Of the job itself only its change makes a board stale: drafts that are begun, say, do not.
            let stale = one.kind == Kind::JobUpdated.word();
            if one.job != self.job || (one.application.is_none() && !stale) {
                continue;
            }
            let mine = one.actor == self.actor;
            let event = Event::default().id(one.place.to_string());
            self.next.push_back(match one.application {
                Some(uid) => event.event("card").data(
                    json!({"a": uid, "kind": one.kind, "by": one.by, "mine": mine}).to_string(),
                ),
                None => event
                    .event("job")
                    .data(json!({"kind": one.kind}).to_string()),
            });
        }
        if let Some(last) = happened.last() {
            self.heard = self.heard.max(last.place);
        }
    }

    /// Whether the session is still open, and its member may still see this job's people. What cannot be asked just now is
    /// asked at the next beat.
    async fn may_watch(&self) -> bool {
        let (token, job) = (self.token.clone(), self.job);
        let asked = self.app.store.read(move |r| {
            let Some(member) = member::of_session(r, &token)? else {
                return Ok::<_, hiring::Problem>(false);
            };
            if !member.role().may(member::Right::SeePeople) {
                return Ok(false);
            }
            if !member.role().assigned_only() {
                return Ok(true);
            }
            Ok(member::jobs_of(r, member.org, member.id)?.contains(&job))
        });
        asked.await.unwrap_or(true)
    }
}

fn full() -> Response {
    let text = "Too many people are watching boards right now. This one shows what it was when it was opened.";
    let notice = Notice::new("Busy at the moment", &[text]);
    let mut response = page::html(Area::Desk, StatusCode::SERVICE_UNAVAILABLE, &notice);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response
}
