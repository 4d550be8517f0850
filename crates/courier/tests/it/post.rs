//! Actors of the mailing stories: an invited person, and a worker that mails.

use std::time::{Duration, Instant};

use courier::mail::{self as worker, Settings, Tls};
use hiring::application::{self, NewApplication};
use hiring::candidate::{NewCandidate, take_in};
use hiring::delivery::{self, Attempt, Delivery};
use hiring::invite::{self, Invite, NewInvite};
use hiring::job::{self, NewJob};
use hiring::record::How;
use hiring::{Caller, mail, submission};
use serde_json::json;
use testing::smtp::Smtp;
use tokio::sync::watch;

use crate::{House, PATIENCE, Worker, nothing};

/// µs.
pub const MINUTE: i64 = 60_000_000;

/// Settings for this server, with limits for the impatient.
pub fn to(smtp: &Smtp) -> Settings {
    let url = format!("smtp://127.0.0.1:{}", smtp.port);
    let mut settings = Settings::new(&url, "jobs@muster.test").expect("settings");
    settings.authorities = Some(smtp.authority.clone());
    settings.tls = Tls::Required;
    // Longer than a conversation takes on any machine; stories of silence shorten what they wait for.
    settings.limits.step = Duration::from_secs(120);
    settings.limits.message = Duration::from_secs(120);
    settings.limits.look = Duration::from_millis(10);
    settings.limits.pause = Duration::from_millis(10);
    settings.limits.longest_pause = Duration::from_millis(20);
    settings
}

impl House {
    /// A worker that mails with these settings.
    pub fn postman(&self, settings: Settings) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(worker::run(self.app.clone(), settings, stopped));
        Worker { stop, task }
    }

    /// Invites somebody of this name and address, with a mail; the mail's outside name.
    pub async fn mail_invite(
        &self,
        name: &str,
        email: &str,
        message: Option<&str>,
    ) -> (Invite, String) {
        let new = NewCandidate {
            said: json!({"full_name": name, "emails": [{"value": email}]})
                .as_object()
                .expect("an object")
                .clone(),
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: Vec::new(),
        };
        let (caller, key) = (Caller::system(self.org), self.app.key.clone());
        let (url, message) = (
            self.app.settings.public_url.clone(),
            message.map(str::to_owned),
        );
        let email = email.to_owned();
        self.write(move |tx| {
            let kept = submission::keep(tx, &caller, &nothing())?;
            let person = take_in(tx, &caller, kept, &new)?.candidate;
            let job = NewJob {
                title: "Engine Programmer".into(),
                ..NewJob::default()
            };
            let job = job::create(tx, &caller, &job)?;
            let pending = NewApplication {
                pending: true,
                ..NewApplication::default()
            };
            let opened = application::open(tx, &caller, &person, &job, &pending)?;
            let invite = NewInvite {
                email: Some(email.clone()),
                message: message.clone(),
                ..NewInvite::default()
            };
            let invite = invite::create_with(tx, &key, &caller, opened.application(), &invite)?;
            let uid = mail::invite(tx, &url, &caller, &invite, None, None)?;
            Ok((invite, uid.to_string()))
        })
        .await
    }

    /// How a delivery stands.
    pub async fn delivery(&self, uid: &str) -> Delivery {
        let (org, uid) = (self.org, uid.to_owned());
        self.read(move |r| delivery::find(r, org, &uid)).await
    }

    /// Its attempts.
    pub async fn attempts(&self, uid: &str) -> Vec<Attempt> {
        let (org, uid) = (self.org, uid.to_owned());
        self.read(move |r| {
            let id = delivery::find(r, org, &uid)?.id;
            delivery::attempts(r, org, id)
        })
        .await
    }

    /// What its attempts came to.
    pub async fn outcomes(&self, uid: &str) -> Vec<String> {
        let attempts = self.attempts(uid).await.into_iter();
        attempts
            .map(|a| a.outcome.unwrap_or_else(|| "open".into()))
            .collect()
    }

    /// Waits until a delivery stands like that.
    pub async fn mailed(&self, uid: &str, holds: impl Fn(&Delivery) -> bool) -> Delivery {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let delivery = self.delivery(uid).await;
            if holds(&delivery) {
                return delivery;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain: {:?}", self.delivery(uid).await);
    }

    /// Waits until so many attempts have come to their end, moving the clock to the next one where it waits.
    pub async fn tried(&self, uid: &str, times: usize) -> Delivery {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let (delivery, attempts) = self.delivery_and_attempts(uid).await;
            let ended = attempts.iter().filter(|a| a.outcome.is_some());
            if ended.count() >= times {
                return delivery;
            }
            self.come_to_the_next(uid).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain: {:?}", self.delivery(uid).await);
    }

    /// Moves the clock to when it is due again, unless somebody is at it.
    pub async fn come_to_the_next(&self, uid: &str) {
        let (delivery, attempts) = self.delivery_and_attempts(uid).await;
        let at_rest = attempts.iter().all(|a| a.outcome.is_some());
        if delivery.state == "queued" && at_rest {
            let wait = delivery.due_at - self.app.store.clock().now();
            self.clock.advance((wait + 1).max(0));
        }
    }

    /// Both at one moment: between two reads an attempt may begin, and what is due then is the end of its lease; or end, and the
    /// delivery with it.
    async fn delivery_and_attempts(&self, uid: &str) -> (Delivery, Vec<Attempt>) {
        let (org, uid) = (self.org, uid.to_owned());
        self.read(move |r| {
            let delivery = delivery::find(r, org, &uid)?;
            let attempts = delivery::attempts(r, org, delivery.id)?;
            Ok((delivery, attempts))
        })
        .await
    }

    /// Waits until it is sent, moving the clock to the next attempt as often as one is put off.
    pub async fn arrives(&self, uid: &str) -> Delivery {
        let began = Instant::now();
        loop {
            let delivery = self.delivery(uid).await;
            if delivery.state == "sent" {
                return delivery;
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain: {delivery:?}");
            self.come_to_the_next(uid).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The token of an invite's link.
    pub fn token(&self, invite: &Invite) -> String {
        let link = invite::fill(&self.app.key, &invite::link("", invite));
        link.trim_start_matches("/apply/").to_owned()
    }
}
