//! Candidates who are carried to another system, as it should be; and what stories of carrying have in common.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use courier::carry::{self, Limits, Settings};
use courier::circuit::Rules;
use courier::guard::{Guard, network};
use hiring::application::{self, NewApplication};
use hiring::attachment::{self, Kind, NewAttachment};
use hiring::candidate::{self, NewCandidate, take_in};
use hiring::delivery::carrying::{Order, Why};
use hiring::delivery::exchange::Exchange;
use hiring::delivery::listed::Listed;
use hiring::delivery::{carrying, exchange, listed};
use hiring::destination::{self, Destination, NewDestination};
use hiring::event::Kind as EventKind;
use hiring::id::{CandidateId, OrgId, Uuid};
use hiring::job::{self, Job, NewJob};
use hiring::record::How;
use hiring::rule::{self, About};
use hiring::{Caller, remote, submission};
use serde_json::json;
use tokio::sync::watch;

use crate::far::{Far, Fate};
use crate::kiosk::KIOSKS;
use crate::{House, PATIENCE, SECOND, Worker, nothing, story};

/// Looked for in what lies on the disk.
pub const SECRET: &str = "canary-of-a-secret-key";

/// How long a claim holds in these stories, µs.
pub const LEASE: i64 = 3600 * SECOND;

/// Settings that permit this machine, with limits for the impatient.
pub fn quick() -> Settings {
    let mut limits = Limits::default();
    // Longer than an answer takes on any machine, and a lease longer than a delivery takes by the story's clock, which is
    // put forward much faster than things happen.
    limits.call.connect = Duration::from_secs(120);
    limits.call.whole = Duration::from_secs(120);
    limits.lease = Duration::from_micros(LEASE as u64);
    limits.look = Duration::from_millis(10);
    limits.waits = vec![Duration::from_millis(20)];
    limits.last = Duration::from_millis(50);
    // Stories of faults are not about circuits.
    limits.circuit = Rules {
        failures: 1000,
        ..Rules::default()
    };
    Settings {
        guard: Guard::allowing(vec![network("127.0.0.1").expect("a network")]),
        limits,
    }
}

/// The same for stories with a far side that never answers, which cannot count requests: on a busy machine a good answer
/// may take longer, too.
pub fn impatient() -> Settings {
    let mut settings = quick();
    settings.limits.call.whole = Duration::from_secs(1);
    settings
}

impl House {
    /// A courier with these settings.
    pub fn courier(&self, settings: Settings) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(carry::run(self.app.clone(), settings, KIOSKS, stopped));
        Worker { stop, task }
    }

    /// A destination of `connector` at `url`.
    pub async fn destination(&self, connector: &str, url: &str, tokens: bool) -> Destination {
        self.destination_of(self.org, connector, url, tokens).await
    }

    /// The same of this organization.
    pub async fn destination_of(
        &self,
        org: OrgId,
        connector: &str,
        url: &str,
        tokens: bool,
    ) -> Destination {
        let new = NewDestination {
            connector: connector.into(),
            name: "Over there".into(),
            settings: [
                ("url".to_owned(), url.to_owned()),
                ("tokens".into(), tokens.to_string()),
            ]
            .into(),
            secrets: [("key".to_owned(), SECRET.to_owned())].into(),
            default_job: None,
        };
        let (key, caller) = (self.app.key.clone(), Caller::system(org));
        self.write(move |tx| destination::create(tx, &key, &caller, &new))
            .await
    }

    /// A rule that carries what happens with these kinds.
    pub async fn rule(&self, to: &Destination, kinds: &[EventKind]) -> rule::Rule {
        let about = About {
            kinds: kinds.iter().map(|k| k.word().to_owned()).collect(),
            ..About::default()
        };
        self.rule_about(to, about).await
    }

    /// A rule that is about this.
    pub async fn rule_about(&self, to: &Destination, about: About) -> rule::Rule {
        let (caller, uid) = (Caller::system(self.org), to.uid);
        self.write(move |tx| rule::create(tx, &caller, uid, &about))
            .await
    }

    /// A new person with a file of this content.
    pub async fn person(&self, name: &str, file: Option<&[u8]>) -> candidate::Candidate {
        let n = self.people.fetch_add(1, Ordering::SeqCst);
        self.person_as(n, name, file).await
    }

    /// The same, number `n`.
    pub async fn person_as(
        &self,
        n: usize,
        name: &str,
        file: Option<&[u8]>,
    ) -> candidate::Candidate {
        let file = match file {
            None => None,
            Some(bytes) => Some(
                attachment::put(&self.app, self.org, bytes.to_vec())
                    .await
                    .expect("a file"),
            ),
        };
        let attachments = file.into_iter().map(|file| NewAttachment {
            kind: Kind::Resume,
            name: "cv.txt".into(),
            file: Some(file),
            url: None,
            scope: None,
        });
        let new = NewCandidate {
            said: json!({"full_name": name, "emails": [{"value": format!("p{n}@x.org")}]})
                .as_object()
                .unwrap()
                .clone(),
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: attachments.collect(),
        };
        let caller = Caller::system(self.org);
        self.write(move |tx| {
            let kept = submission::keep(tx, &caller, &nothing())?;
            Ok(take_in(tx, &caller, kept, &new)?.candidate)
        })
        .await
    }

    /// A job that takes people.
    pub async fn job(&self, title: &str) -> Job {
        let new = NewJob {
            title: title.into(),
            ..NewJob::default()
        };
        let caller = Caller::system(self.org);
        self.write(move |tx| job::create(tx, &caller, &new)).await
    }

    /// They apply for it.
    pub async fn applies(
        &self,
        person: &candidate::Candidate,
        job: &Job,
        source: &str,
    ) -> application::Application {
        let (caller, person, job) = (Caller::system(self.org), person.clone(), job.clone());
        let new = NewApplication {
            source: source.into(),
            ..NewApplication::default()
        };
        self.write(move |tx| {
            let opened = application::open(tx, &caller, &person, &job, &new)?;
            Ok(opened.application().clone())
        })
        .await
    }

    /// Pushes a person there now; the delivery's outside name.
    pub async fn push(&self, to: &Destination, person: CandidateId) -> String {
        let (org, to) = (self.org, to.id);
        let cause = Uuid::new_v4().to_string();
        let uid = self.write(move |tx| {
            let order = Order {
                destination: to,
                why: Why::Push,
                candidate: Some(person),
                application: None,
                event: None,
                cause: &cause,
            };
            carrying::queue(tx, org, &order)
        });
        uid.await.expect("queued").to_string()
    }

    /// The deliveries to destinations, oldest first.
    pub async fn deliveries(&self) -> Vec<Listed> {
        let org = self.org;
        let which = listed::Which {
            channel: Some("destination".into()),
            ..listed::Which::default()
        };
        self.read(move |r| listed::page(r, org, &which, hiring::page::Side::After(0), 1000))
            .await
    }

    /// Waits until all of them stand like that.
    pub async fn until_all(&self, holds: impl Fn(&Listed) -> bool) -> Vec<Listed> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let all = self.deliveries().await;
            if all.iter().all(&holds) {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let all = self.deliveries().await;
        panic!("waited in vain: {:#?}", all.iter().find(|d| !holds(d)));
    }

    /// Waits until everything has arrived, whatever the clock must be put forward for it.
    pub async fn until_arrived(&self) -> Vec<Listed> {
        let (began, mut leased) = (Instant::now(), Instant::now());
        while began.elapsed() < PATIENCE {
            let all = self.deliveries().await;
            if all.iter().all(|d| d.state == "sent") {
                return all;
            }
            assert!(all.iter().all(|d| d.state != "dead"), "{all:#?}");
            // Connectors let a far side settle for some seconds before they look.
            self.clock.advance(200_000);
            // Nobody works at one request for so long: who was claimed then met a database that was too busy to say so.
            if leased.elapsed() > Duration::from_secs(60) {
                self.clock.advance(LEASE + SECOND);
                leased = Instant::now();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain: {:#?}", self.deliveries().await);
    }

    /// The requests of a delivery.
    pub async fn exchanges(&self, delivery: &Listed) -> Vec<Exchange> {
        let (org, id) = (self.org, delivery.id);
        self.read(move |r| exchange::of_delivery(r, org, id)).await
    }

    /// The destination as it is now.
    pub async fn look(&self, to: &Destination) -> Destination {
        let (org, uid) = (self.org, to.uid);
        self.read(move |r| destination::find(r, org, uid)).await
    }

    /// What a destination has of a person, and how it calls that.
    pub async fn remotes(&self, to: &Destination, person: CandidateId) -> Vec<(String, String)> {
        let (org, to) = (self.org, to.id);
        let all = self
            .read(move |r| remote::of_candidate(r, org, to, person))
            .await;
        all.into_iter().map(|r| (r.thing, r.remote_id)).collect()
    }
}

#[test]
fn a_person_arrives_once_with_their_file_and_what_they_are_called_there_is_known() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("kiosk", &far.url(), false).await;
        house.rule(&to, &[EventKind::CandidateCreated]).await;
        let ada = house.person("Ada Lovelace", Some(b"a plain text")).await;
        let worker = house.courier(quick());
        let all = house.until_arrived().await;
        worker.stop().await;

        let people = far.people();
        assert_eq!(people.len(), 1);
        assert_eq!(
            (&people[0]["name"], &people[0]["email"]),
            (&json!("Ada Lovelace"), &json!("p0@x.org"))
        );
        assert_eq!(
            far.files(),
            [json!({"name": "cv.txt", "size": 12, "id": "1-1"})]
        );
        let there = [
            ("candidate".to_owned(), "1".to_owned()),
            ("file".to_owned(), "1-1".to_owned()),
        ];
        assert_eq!(house.remotes(&to, ada.id).await, there);
        // Who has no e-mail address of theirs in an address of ours: queries are not written down.
        let said = house.exchanges(&all[0]).await;
        let names: Vec<&str> = said
            .iter()
            .map(|e| e.name.split(' ').next().unwrap())
            .collect();
        assert_eq!(names, ["look", "create", "file"]);
        assert_eq!(said[0].address, format!("{}/people", far.url()));
        let shown = house.look(&to).await;
        assert_eq!(shown.gate.told_limit, Some(77));
        assert!(shown.arrived_at.is_some() && shown.trouble.is_none());
        assert_eq!(
            house.events().await,
            [
                "destination.created",
                "rule.created",
                "candidate.created",
                "attachment.added",
                "delivery.arrived"
            ]
        );
    });
}

#[test]
fn an_event_that_two_rules_name_makes_one_delivery_and_rules_look_at_job_source_and_stage() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let (one, two) = (house.job("One").await, house.job("Two").await);
        for _ in 0..2 {
            house
                .rule_about(
                    &to,
                    About {
                        kinds: vec![
                            "application.submitted".into(),
                            "application.advanced".into(),
                        ],
                        jobs: vec![one.uid],
                        sources: vec!["Job Board".into()],
                        stages: Vec::new(),
                    },
                )
                .await;
        }
        let ada = house.person("Ada", None).await;
        house.applies(&ada, &one, "job board").await;
        let bob = house.person("Bob", None).await;
        house.applies(&bob, &two, "job board").await;
        let cyd = house.person("Cyd", None).await;
        house.applies(&cyd, &one, "referral").await;
        let all = house.deliveries().await;
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].candidate, Some(ada.uid));
        assert_eq!(
            (all[0].kind.as_deref(), all[0].state.as_str()),
            (Some("rule"), "queued")
        );
    });
}

#[test]
fn nothing_of_one_organization_goes_to_anothers_destination() {
    story(async |house: House| {
        let far = Far::well().await;
        let theirs = house
            .destination_of(house.other, "kiosk", &far.url(), false)
            .await;
        let (org, uid) = (house.org, theirs.uid);
        let caller = Caller::system(org);
        let about = About {
            kinds: vec!["candidate.created".into()],
            ..About::default()
        };
        let made = house
            .app
            .store
            .write(move |tx| rule::create(tx, &caller, uid, &about))
            .await;
        assert!(matches!(made, Err(hiring::Problem::NotFound(_))));
        let found = house
            .app
            .store
            .read(move |r| destination::find(r, org, uid))
            .await;
        assert!(matches!(found, Err(hiring::Problem::NotFound(_))));
        house.person("Ada", None).await;
        assert!(house.deliveries().await.is_empty());
    });
}

#[test]
fn a_persons_deliveries_go_in_order_and_one_at_a_time() {
    story(async |house: House| {
        let far = Far::start(|_, _| Fate::UsualBesideAnother).await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let (key, caller, uid) = (house.app.key.clone(), Caller::system(house.org), to.uid);
        let edit = destination::DestinationEdit {
            default_job: Some(Some("their-job".into())),
            ..Default::default()
        };
        house
            .write(move |tx| destination::edit(tx, &key, &caller, uid, &edit))
            .await;
        house
            .rule(
                &to,
                &[EventKind::CandidateCreated, EventKind::ApplicationSubmitted],
            )
            .await;
        let job = house.job("One").await;
        for n in 0..8 {
            let person = house.person(&format!("P{n}"), None).await;
            house.applies(&person, &job, "").await;
        }
        let workers = [
            house.courier(quick()),
            house.courier(quick()),
            house.courier(quick()),
        ];
        let all = house.until_arrived().await;
        for worker in workers {
            worker.stop().await;
        }
        assert_eq!(all.len(), 16);
        assert_eq!((far.people().len(), far.visits().len()), (8, 8));
        assert_eq!(far.most_of_a_person(), 1);
        assert!(far.most() > 1, "nothing went side by side");
        // The second of each found the person known, and changed rather than made them.
        let changes = far.asked().iter().filter(|a| a.starts_with("PUT")).count();
        assert_eq!(changes, 8);
    });
}

#[test]
fn what_changes_later_is_carried_to_who_has_the_person_and_to_nobody_else() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("kiosk", &far.url(), false).await;
        house.destination("kiosk", &far.url(), false).await;
        let ada = house.person("Ada", None).await;
        house.push(&to, ada.id).await;
        // Before anybody has begun, the delivery that waits will carry what is true then.
        house.person_as(0, "Ada Lovelace", None).await;
        assert_eq!(house.deliveries().await.len(), 1);
        let worker = house.courier(quick());
        house.until_arrived().await;
        house.person_as(0, "Ada King", None).await;
        let all = house.until_arrived().await;
        worker.stop().await;
        let kinds: Vec<_> = all.iter().map(|d| d.kind.clone().unwrap()).collect();
        assert_eq!(kinds, ["push", "update"]);
        assert_eq!(far.people().len(), 1);
        assert_eq!(far.people()[0]["name"], "Ada King");
    });
}

#[test]
fn two_who_are_one_are_made_over_there_once() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let kept = house.person("Ada Lovelace", None).await;
        let gone = house
            .person("Countess of Lovelace", Some(b"a plain text"))
            .await;
        house.push(&to, gone.id).await;
        let worker = house.courier(quick());
        house.until_arrived().await;
        assert_eq!(far.people().len(), 1);
        let (caller, one, other) = (Caller::system(house.org), kept.id, gone.id);
        let merging = house.write(move |tx| candidate::merge(tx, &caller, one, other, false));
        let merging = merging.await.uid;
        house.push(&to, kept.id).await;
        house.until_arrived().await;
        assert_eq!((far.people().len(), far.files().len()), (1, 1));
        let caller = Caller::system(house.org);
        house
            .write(move |tx| candidate::undo(tx, &caller, merging))
            .await;
        house.push(&to, kept.id).await;
        house.push(&to, gone.id).await;
        house.until_arrived().await;
        worker.stop().await;
        assert_eq!((far.people().len(), far.files().len()), (2, 1));
    });
}
