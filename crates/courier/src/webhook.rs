//! Makes the calls of subscriptions (webhooks), some at once, and settles each in the database.
//!
//! What is due, how long a receiver is let alone and when it is given up is `hiring/src/subscription/carrying.rs`; what a call
//! looks like, the shapes' that the server hands in; one guarded call, [`crate::call`]. The log names deliveries by number and
//! answers by their status: addresses and bodies are somebody's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hiring::id::SubscriptionId;
use hiring::subscription::carrying::{self, Claimed, Made, Outcome, Reason};
use hiring::subscription::replay;
use hiring::subscription::secret::{self, Secret};
use hiring::subscription::shape::{Letter, Seal, Shape};
use hiring::{App, Problem, Result};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use crate::backoff::Told;
use crate::call::{self, Call, Client, Method, Missed, Trouble};
use crate::guard::Guard;

/// Characters of an answer that are kept.
const SHOWN: usize = 500;

/// What the operator chose, what calls look like, and the limits.
#[derive(Clone)]
pub struct Settings {
    /// Which addresses may be called.
    pub guard: Guard,
    /// Every shape that a subscription can have.
    pub shapes: Vec<&'static dyn Shape>,
    /// See [`Limits`].
    pub limits: Limits,
}

/// How long, how many.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Of one call.
    pub call: call::Limits,
    /// Calls at once.
    pub at_once: usize,
    /// Of these, for one subscription.
    pub per_subscription: usize,
    /// How often to look whether something has become due.
    pub look: Duration,
    /// How often to try to settle while the database is busy.
    pub settles: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            call: call::Limits {
                connect: Duration::from_secs(5),
                // What the guide tells receivers.
                whole: Duration::from_secs(15),
                answer: 64 << 10,
            },
            at_once: 32,
            per_subscription: 8,
            look: Duration::from_millis(500),
            settles: 50,
        }
    }
}

/// Calls whatever is due until `stop` says so; what is on its way then is heard out.
pub async fn run(app: App, settings: Settings, mut stop: watch::Receiver<bool>) {
    let mut worker = Worker {
        carrier: Arc::new(Carrier {
            client: Client::new(settings.guard, settings.limits.call),
            shapes: settings.shapes,
            settles: settings.limits.settles,
            app,
        }),
        limits: settings.limits,
        stop: stop.clone(),
        tasks: JoinSet::new(),
        of: HashMap::new(),
        turn: 0,
    };
    loop {
        let found = worker.fill().await;
        let pause = match found {
            Ok(true) => Duration::from_millis(5),
            Ok(false) => worker.limits.look,
            Err(problem) => {
                tracing::warn!(?problem, "webhooks that are due cannot be read");
                worker.limits.look
            }
        };
        let has_room = worker.tasks.len() < worker.limits.at_once;
        tokio::select! {
            () = told(&mut stop) => break,
            Some(ended) = worker.tasks.join_next_with_id() => {
                worker.note(ended);
                while let Some(ended) = worker.tasks.try_join_next_with_id() {
                    worker.note(ended);
                }
            }
            () = tokio::time::sleep(pause), if has_room => {}
        }
    }
    while worker.tasks.join_next().await.is_some() {}
}

struct Worker {
    carrier: Arc<Carrier>,
    limits: Limits,
    stop: watch::Receiver<bool>,
    tasks: JoinSet<()>,
    /// For which subscription each task is.
    of: HashMap<Id, SubscriptionId>,
    /// With which subscription to begin: each is first at times.
    turn: usize,
}

impl Worker {
    /// Takes on as much as there is and as there is room for; whether something was found.
    async fn fill(&mut self) -> Result<bool> {
        if *self.stop.borrow() {
            return Ok(false);
        }
        let store = &self.carrier.app.store;
        let look = store.read(|r| {
            let pings = carrying::pings_due(r)?;
            Ok::<_, Problem>((carrying::due(r)?, pings, replay::is_open(r)?))
        });
        let (due, pings, open) = look.await?;
        let mut found = false;
        if open {
            found = store.write(replay::work).await?;
        }
        for _ in 0..pings {
            if self.tasks.len() >= self.limits.at_once {
                return Ok(true);
            }
            let Some(claimed) = self.carrier.app.store.write(carrying::claim_ping).await? else {
                break;
            };
            self.spawn(claimed);
            found = true;
        }
        self.turn = self.turn.wrapping_add(1);
        let from = self.turn % due.len().max(1);
        for id in due[from..].iter().chain(&due[..from]) {
            found |= self.claim(*id).await?;
        }
        Ok(found)
    }

    async fn claim(&mut self, id: SubscriptionId) -> Result<bool> {
        let busy = self.of.values().filter(|other| **other == id).count();
        let free = self.limits.per_subscription.saturating_sub(busy);
        let room = self.limits.at_once.saturating_sub(self.tasks.len());
        let most = free.min(room) as i64;
        if most == 0 {
            return Ok(false);
        }
        let claimed = self
            .carrier
            .app
            .store
            .write(move |tx| carrying::claim(tx, id, most))
            .await?;
        let found = !claimed.is_empty();
        for one in claimed {
            self.spawn(one);
        }
        Ok(found)
    }

    fn spawn(&mut self, claimed: Claimed) {
        let (carrier, subscription) = (self.carrier.clone(), claimed.subscription);
        let task = self
            .tasks
            .spawn(async move { carrier.carry(claimed).await });
        self.of.insert(task.id(), subscription);
    }

    fn note(&mut self, ended: std::result::Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // Its claim ends with the lease.
                tracing::error!("a webhook's task panicked");
                error.id()
            }
        };
        self.of.remove(&id);
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell us is gone: then nobody wants us any more either.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

struct Carrier {
    app: App,
    client: Client,
    shapes: Vec<&'static dyn Shape>,
    settles: u32,
}

/// What is to be done with a claim.
enum Plan {
    Call(Box<Prepared>),
    Settle(Outcome),
    PutBack(i64),
    Unwanted,
}

struct Prepared {
    shape: &'static dyn Shape,
    letter: Letter,
    secrets: Vec<Secret>,
    url: String,
}

impl Carrier {
    async fn carry(&self, claimed: Claimed) {
        let plan = match self.plan(&claimed).await {
            Ok(Plan::Call(prepared)) => Plan::Settle(self.call(&claimed, *prepared).await),
            Ok(plan) => plan,
            // Nothing was sent: it is made a little later, and that counts as no attempt.
            Err(Problem::Overloaded { .. }) => Plan::PutBack(1_000_000),
            Err(problem) => {
                tracing::warn!(
                    ?problem,
                    delivery = claimed.id.0,
                    "a webhook cannot be made"
                );
                Plan::Settle(failed(Reason::Unmade))
            }
        };
        let (delivery, attempt) = (claimed.id.0, claimed.attempt);
        let status = match &plan {
            Plan::Settle(Outcome::Taken(answer) | Outcome::Failed { answer, .. }) => answer.status,
            _ => None,
        };
        match self.settle(&claimed, &plan).await {
            Ok(state) => tracing::info!(delivery, attempt, status, state, "a webhook was called"),
            // The lease makes it come again, under the same id.
            Err(problem) => tracing::warn!(?problem, delivery, "a webhook was not settled"),
        }
    }

    async fn plan(&self, claimed: &Claimed) -> Result<Plan> {
        let (mine, app, shapes) = (claimed.clone(), self.app.clone(), self.shapes.clone());
        let read = self.app.store.read(move |r| {
            let parcel = match carrying::parcel(r, &mine, app.key.clone(), &app.settings)? {
                Made::Ready(parcel) => parcel,
                Made::TooEarly => return Ok(Plan::PutBack(100_000)),
                Made::Unwanted => return Ok(Plan::Unwanted),
            };
            let named = |shape: &&&dyn Shape| shape.name() == parcel.subscription.shape;
            let Some(shape) = shapes.iter().find(named).copied() else {
                return Err(Problem::broken("a subscription has an unknown shape"));
            };
            // In whose name, nobody said: in everybody's, a call each.
            if shape.wants_account() && parcel.account.is_none() && parcel.is_for_all() {
                return Ok(Plan::Settle(Outcome::ForEach));
            }
            let Some(letter) = shape.render(r, &parcel)? else {
                return Ok(Plan::Settle(Outcome::Nothing));
            };
            let secrets = secret::open(r, &app.key, mine.org, mine.subscription)?;
            Ok(Plan::Call(Box::new(Prepared {
                shape,
                letter,
                secrets,
                url: parcel.subscription.url,
            })))
        });
        read.await
    }

    async fn call(&self, claimed: &Claimed, prepared: Prepared) -> Outcome {
        let Prepared {
            shape,
            letter,
            secrets,
            url,
        } = prepared;
        let now = self.app.store.clock().now() / 1_000_000;
        let seal = Seal {
            secrets: &secrets,
            id: &claimed.uid,
            timestamp: now,
        };
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(letter.headers.iter().cloned());
        headers.extend(shape.sign(&letter, &seal));
        let Ok(method) = Method::from_bytes(letter.method.as_bytes()) else {
            return failed(Reason::Unmade);
        };
        let call = Call {
            method,
            url,
            headers,
            body: letter.body.into_bytes(),
        };
        match self.client.call(call).await {
            Ok(answer) => judged(&answer, now),
            Err(missed) => failed(reason(missed)),
        }
    }

    async fn settle(&self, claimed: &Claimed, plan: &Plan) -> Result<&'static str> {
        let wait = Duration::from_millis(200);
        for _ in 0..self.settles {
            match self.settle_once(claimed, plan).await {
                // The answer is known; it must not be lost because the database is busy for a moment.
                Err(Problem::Overloaded { .. }) => tokio::time::sleep(wait).await,
                settled => return settled,
            }
        }
        self.settle_once(claimed, plan).await
    }

    async fn settle_once(&self, claimed: &Claimed, plan: &Plan) -> Result<&'static str> {
        let (store, mine) = (&self.app.store, claimed.clone());
        match plan {
            Plan::Settle(outcome) => {
                let outcome = outcome.clone();
                let settled = store.write(move |tx| carrying::settle(tx, &mine, &outcome));
                settled.await
            }
            Plan::PutBack(wait) => {
                let wait = *wait;
                let back = store.write(move |tx| carrying::put_back(tx, &mine, wait));
                back.await?;
                Ok("put back")
            }
            Plan::Unwanted => {
                store.write(move |tx| carrying::unwanted(tx, &mine)).await?;
                Ok("not wanted any more")
            }
            Plan::Call(_) => Err(Problem::broken("a webhook that was not called is settled")),
        }
    }
}

fn failed(reason: Reason) -> Outcome {
    Outcome::Failed {
        reason,
        answer: carrying::Answer::default(),
        asked: None,
    }
}

/// What an answer means. `now`: seconds since 1970.
fn judged(answer: &call::Answer, now: i64) -> Outcome {
    let told = Told::read(&answer.headers, now);
    let kept = carrying::Answer {
        status: Some(i64::from(answer.status)),
        text: beginning(&answer.body),
    };
    let reason = match answer.status {
        200..=299 => return Outcome::Taken(kept),
        300..=399 => Reason::Redirect,
        410 => Reason::Gone,
        _ => Reason::Status,
    };
    Outcome::Failed {
        reason,
        answer: kept,
        asked: told.retry_after.map(|time| time.as_micros() as i64),
    }
}

/// How a body begins, as text on one engine as on the other.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let plain = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    plain.take(SHOWN).collect::<String>().trim().to_owned()
}

fn reason(missed: Missed) -> Reason {
    match missed.trouble() {
        Trouble::NotAnAddress | Trouble::Credentials => Reason::NotAnAddress,
        Trouble::NotPublic => Reason::NotPublic,
        Trouble::UnknownHost => Reason::UnknownHost,
        Trouble::Unreachable => Reason::Unreachable,
        Trouble::Tls => Reason::Tls,
        Trouble::TooSlow(_) => Reason::TooSlow,
        Trouble::CutShort => Reason::CutShort,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> call::Answer {
        let own = |(n, v): &(&str, &str)| ((*n).to_owned(), (*v).to_owned());
        call::Answer {
            status,
            headers: headers.iter().map(own).collect(),
            body: body.to_vec(),
            is_whole: true,
        }
    }

    #[test]
    fn only_2xx_is_taken_and_retry_after_is_heard() {
        for status in [200, 201, 204, 299] {
            assert!(matches!(
                judged(&answer(status, &[], b""), 0),
                Outcome::Taken(_)
            ));
        }
        for (status, expected) in [
            (301, Reason::Redirect),
            (304, Reason::Redirect),
            (400, Reason::Status),
            (410, Reason::Gone),
            (429, Reason::Status),
            (500, Reason::Status),
        ] {
            let headers = [("retry-after", "7")];
            match judged(&answer(status, &headers, b""), 0) {
                Outcome::Failed { reason, asked, .. } => {
                    assert_eq!((reason, asked), (expected, Some(7_000_000)), "{status}");
                }
                _ => panic!("{status} was taken"),
            }
        }
    }

    #[test]
    fn an_answer_is_kept_by_its_beginning_and_without_what_no_column_holds() {
        assert_eq!(beginning(b" a\0b\xff\n "), "ab\u{fffd}");
        assert_eq!(
            beginning("ü".repeat(2000).as_bytes()).chars().count(),
            SHOWN
        );
    }
}
