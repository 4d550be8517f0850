//! Sends the mails that are due over SMTP, a few at once, and settles each in the database.
//!
//! What is due, who may take it and what is known after a crash is `hiring/src/delivery/sending.rs`; the way to the mail
//! server and what is said on it, `mail/road.rs`; a message's bytes, `mail/message.rs`; what the operator chose,
//! `mail/settings.rs`. The log names deliveries by number and mail servers by their answers' codes: texts of answers hold
//! people's addresses, and stand in the database only.

mod message;
mod road;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use hiring::delivery::sending::{self, Claimed, Outcome, State};
use hiring::{App, Result};
use lettre::Address;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use message::domain_of;
pub use road::Failure;
pub use settings::{Dkim, Limits, Settings, Tls};

use message::Message;
use road::{After, Road};

/// Sends whatever is due until `stop` says so.
pub async fn run(app: App, settings: Settings, stop: watch::Receiver<bool>) {
    let settings = Arc::new(settings);
    let mut lanes = JoinSet::new();
    for _ in 0..settings.limits.at_once.max(1) {
        let lane = Lane {
            app: app.clone(),
            settings: settings.clone(),
            stop: stop.clone(),
            road: None,
            pause: Duration::ZERO,
        };
        lanes.spawn(lane.run());
    }
    while let Some(ended) = lanes.join_next().await {
        if ended.is_err() {
            // Its claim ends with the lease; the other lanes go on.
            tracing::error!("a lane of the mail courier panicked");
        }
    }
}

/// Sends one mail after another over one connection.
struct Lane {
    app: App,
    settings: Arc<Settings>,
    stop: watch::Receiver<bool>,
    /// The connection of the last mail, if it is still good.
    road: Option<Road>,
    /// How long to let the mail server alone after it could not be reached.
    pause: Duration,
}

/// What a mail came to in this process.
enum Came {
    /// To its end.
    To(Outcome),
    /// It was told to stop before anything went out.
    Stopped,
    /// It is not wanted any more, or not ours.
    Unwanted,
}

impl Lane {
    async fn run(mut self) {
        while !*self.stop.borrow() {
            match self.claim().await {
                Ok(Some(claimed)) => self.carry(claimed).await,
                Ok(None) => self.rest(self.settings.limits.look).await,
                Err(problem) => {
                    tracing::warn!(?problem, "mails to be sent cannot be read");
                    self.rest(self.settings.limits.look).await;
                }
            }
            if !self.pause.is_zero() {
                self.rest(self.pause).await;
            }
        }
        self.leave().await;
    }

    async fn claim(&self) -> Result<Option<Claimed>> {
        // Looked at before: a claim is a write, and mostly nothing is due.
        let due = self.app.store.read(sending::next_due).await?;
        if due.is_none_or(|at| at > self.app.store.clock().now()) {
            return Ok(None);
        }
        self.app.store.write(sending::claim).await
    }

    /// Waits, without holding a connection for nothing.
    async fn rest(&mut self, time: Duration) {
        self.leave().await;
        tokio::select! {
            () = told(&mut self.stop) => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    async fn leave(&mut self) {
        if let Some(road) = self.road.take() {
            road.leave().await;
        }
    }

    async fn carry(&mut self, claimed: Claimed) {
        let came = match Message::of(&self.app.key, &self.settings, &claimed) {
            Ok(message) => self.send(&claimed, &message).await,
            Err(why) => Came::To(Outcome::Refused(why)),
        };
        let (delivery, attempt) = (claimed.id.0, claimed.attempt);
        let settled = self.settle(claimed, came).await;
        match settled {
            Ok(state) => tracing::info!(delivery, attempt, state, "a mail was tried"),
            // The lease makes it come again; if the message was taken meanwhile, the person gets it twice.
            Err(problem) => tracing::warn!(?problem, delivery, "a mail was not settled"),
        }
    }

    async fn settle(&self, claimed: Claimed, came: Came) -> Result<&'static str> {
        let wait = Duration::from_millis(200);
        for _ in 0..self.settings.limits.settles {
            match self.settle_once(&claimed, &came).await {
                // The answer is known; it must not be lost because the database is busy for a moment.
                Err(hiring::Problem::Overloaded { .. }) => tokio::time::sleep(wait).await,
                settled => return settled,
            }
        }
        self.settle_once(&claimed, &came).await
    }

    async fn settle_once(&self, claimed: &Claimed, came: &Came) -> Result<&'static str> {
        let (store, mine) = (&self.app.store, claimed.clone());
        match came {
            Came::To(outcome) => {
                let outcome = outcome.clone();
                let state = store.write(move |tx| sending::settle(tx, &mine, &outcome));
                Ok(state.await?.map_or("not ours any more", State::word))
            }
            Came::Stopped => {
                store.write(move |tx| sending::put_back(tx, &mine)).await?;
                Ok("put back")
            }
            Came::Unwanted => {
                let why = "the invite is not open any more";
                let canceled = store.write(move |tx| sending::settle_canceled(tx, &mine, why));
                canceled.await?;
                Ok("not wanted any more")
            }
        }
    }

    async fn send(&mut self, claimed: &Claimed, message: &Message) -> Came {
        let mut stop = self.stop.clone();
        let offered = tokio::select! {
            () = told(&mut stop) => {
                // In the midst of a command: nothing more can be said on it.
                self.road = None;
                return Came::Stopped;
            }
            offered = self.offer(message) => offered,
        };
        if let Err(failure) = offered {
            return Came::To(self.failed(failure, After::Offer).await);
        }
        let (mine, id) = (claimed.clone(), message.id.clone());
        let handed = self
            .app
            .store
            .write(move |tx| sending::hand_over(tx, &mine, &id));
        match handed.await {
            Ok(true) => {}
            Ok(false) => {
                self.leave().await;
                return Came::Unwanted;
            }
            Err(_) => {
                self.leave().await;
                return Came::Stopped;
            }
        }
        self.hand_over(message).await
    }

    /// From here on nobody stops us: the message is on its way.
    async fn hand_over(&mut self, message: &Message) -> Came {
        let Some(road) = &mut self.road else {
            return Came::To(Outcome::PutOff("there is no connection".to_owned()));
        };
        match road.deliver(message).await {
            Ok(answer) => {
                self.pause = Duration::ZERO;
                if road.is_used_up(self.settings.limits.per_connection) {
                    self.leave().await;
                }
                Came::To(Outcome::Sent(answer))
            }
            Err((failure, after)) => Came::To(self.failed(failure, after).await),
        }
    }

    /// Says to the mail server from whom and to whom, over the connection that is there or a new one.
    async fn offer(&mut self, message: &Message) -> std::result::Result<(), Failure> {
        if let Some(road) = &mut self.road {
            match road.offer(message).await {
                // It may have been closed since the last mail: that says nothing of this one.
                Err(failure) if failure.is_of_the_road() => self.road = None,
                outcome => return outcome,
            }
        }
        let road = Road::open(&self.settings, &mut Vec::new()).await?;
        self.road.insert(road).offer(message).await
    }

    async fn failed(&mut self, failure: Failure, after: After) -> Outcome {
        if failure.is_of_the_road() {
            // Whatever else is due would meet the same.
            self.road = None;
            let limits = &self.settings.limits;
            self.pause = (self.pause * 2).clamp(limits.pause, limits.longest_pause);
            tracing::warn!(
                code = failure.code(),
                stage = failure.stage(),
                "the mail server did not take a mail"
            );
        } else {
            self.pause = Duration::ZERO;
            let good = match &mut self.road {
                Some(road) => road.reset().await,
                None => true,
            };
            if !good {
                self.road = None;
            }
        }
        match (failure.is_final(), after) {
            (_, After::Content) => Outcome::Unknown(failure.to_string()),
            (true, _) => Outcome::Refused(failure.to_string()),
            (false, _) => Outcome::PutOff(failure.to_string()),
        }
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell us is gone: then nobody wants us any more either.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Sends a mail to `to` that says that mail goes out, outside of any organization; what was done, step by step, and how it
/// ended.
pub async fn test(
    settings: &Settings,
    to: &str,
) -> (Vec<String>, std::result::Result<String, String>) {
    let mut steps = Vec::new();
    let ended = try_out(settings, to, &mut steps).await;
    (steps, ended)
}

async fn try_out(
    settings: &Settings,
    to: &str,
    steps: &mut Vec<String>,
) -> std::result::Result<String, String> {
    let message = Message::of_test(settings, to)?;
    let mut road = Road::open(settings, steps)
        .await
        .map_err(|f| f.to_string())?;
    road.offer(&message).await.map_err(|f| f.to_string())?;
    steps.push(format!(
        "The server lets {} write to this address.",
        settings.from
    ));
    let answer = road
        .deliver(&message)
        .await
        .map_err(|(f, _)| f.to_string())?;
    road.leave().await;
    Ok(answer)
}

/// An address as mail servers are told it: the domain in ASCII.
fn on_the_wire(address: &str) -> Option<Address> {
    let (user, domain) = address.trim().rsplit_once('@')?;
    let domain = match domain.starts_with('[') {
        true => domain.to_owned(),
        false => url::Host::parse(domain).ok()?.to_string(),
    };
    Address::new(user, domain).ok()
}
