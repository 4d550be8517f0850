//! Subscriptions: whom an event is queued for, how calls are claimed, tried again, given up and replayed.

use hiring::caller::Caller;
use hiring::event::Kind;
use hiring::id::{DeliveryId, OrgId, SubscriptionId};
use hiring::problem::{Clash, Problem};
use hiring::subscription::carrying::{self, Answer, Claimed, Outcome, Reason, WAITS};
use hiring::subscription::log::{self, Entry};
use hiring::subscription::replay::{self, From};
use hiring::subscription::{
    self, Edit, Given, NewSubscription, Shows, State, Subscription, Wanted, secret,
};
use hiring::{delivery, member};
use store::Tx;

use crate::{House, at_once, caller, only_here, story};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

pub(crate) fn new(url: &str, kinds: &[&str]) -> NewSubscription {
    NewSubscription {
        url: url.into(),
        description: None,
        shape: "standard",
        shows: Shows::Ids,
        wanted: Wanted {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            ..Wanted::default()
        },
        account: None,
        follows: false,
        given: Given::default(),
    }
}

impl House {
    /// Somebody who wants these kinds.
    pub async fn subscribe(&self, org: OrgId, url: &str, kinds: &[&str]) -> Subscription {
        let (new, key) = (new(url, kinds), self.app.key.clone());
        let made = self.write(move |tx| subscription::create(tx, &key, &caller(org), &new));
        made.await.expect("a subscription").0
    }

    async fn found(&self, of: &Subscription) -> Subscription {
        let (org, uid) = (self.org, of.uid);
        self.read(move |r| subscription::find(r, org, uid)).await
    }

    async fn log_of(&self, of: &Subscription) -> Vec<Entry> {
        let (org, id) = (self.org, of.id);
        let side = hiring::page::Side::After(0);
        self.read(move |r| log::list(r, org, id, None, side, 10_000))
            .await
    }

    async fn claim(&self, of: &Subscription, most: i64) -> Vec<Claimed> {
        let id = of.id;
        self.write(move |tx| carrying::claim(tx, id, most))
            .await
            .expect("claims")
    }

    async fn settle(&self, claimed: &Claimed, outcome: Outcome) -> &'static str {
        let claimed = claimed.clone();
        self.write(move |tx| carrying::settle(tx, &claimed, &outcome))
            .await
            .expect("settled")
    }

    /// Claims the next one and has it fail.
    async fn fail(&self, of: &Subscription) -> &'static str {
        let claimed = self.claim(of, 1).await;
        self.settle(claimed.first().expect("one is due"), failed(500))
            .await
    }

    async fn due(&self) -> Vec<SubscriptionId> {
        self.read(carrying::due).await
    }

    /// Nothing is due; unless the machine was so slow that, by the time one had looked, it might have been.
    #[track_caller]
    fn nothing_is_due_before(&self, time: i64) -> impl Future<Output = ()> {
        let from = std::panic::Location::caller();
        async move {
            let due = self.due().await;
            let was_slow = self.app.store.clock().now() >= time;
            assert!(due.is_empty() || was_slow, "{from}: before its time");
        }
    }
}

fn failed(status: i64) -> Outcome {
    Outcome::Failed {
        reason: match status {
            410 => Reason::Gone,
            _ => Reason::Status,
        },
        answer: Answer {
            status: Some(status),
            text: "no".into(),
        },
        asked: None,
    }
}

fn taken() -> Outcome {
    Outcome::Taken(Answer {
        status: Some(204),
        text: String::new(),
    })
}

#[test]
fn jobs_and_sources_narrow_what_is_told() {
    story(async |house: House| {
        let (org, key, job) = (house.org, house.app.key.clone(), house.job.id);
        let elsewhere = house
            .write(move |tx| hiring::job::create(tx, &caller(org), &crate::job_called("Elsewhere")))
            .await
            .unwrap()
            .id;
        let mut made = Vec::new();
        for (jobs, sources) in [
            (None, None),
            (Some(vec![job]), None),
            (Some(vec![elsewhere]), None),
            (None, Some(vec!["Careers".to_owned()])),
            (None, Some(vec!["careers".to_owned()])),
            (Some(vec![job]), Some(vec!["Careers".to_owned()])),
        ] {
            let mut new = new("http://a", &["*"]);
            (new.wanted.jobs, new.wanted.sources) = (jobs, sources);
            let key = key.clone();
            let one = house.write(move |tx| subscription::create(tx, &key, &caller(org), &new));
            made.push(one.await.unwrap().0);
        }
        let ada = house.person("ada@x.org").await.candidate.id;
        let new = hiring::application::NewApplication {
            source: "Careers".into(),
            ..Default::default()
        };
        house.apply(ada, new).await.unwrap();
        let mut told = Vec::new();
        for of in &made {
            let kinds: Vec<_> = house.log_of(of).await.into_iter().map(|e| e.kind).collect();
            told.push(kinds.iter().any(|kind| kind.starts_with("application.")));
            // Somebody is no application, of whatever job.
            let person = kinds.iter().any(|kind| kind == "candidate.created");
            assert_eq!(person, of.id == made[0].id);
        }
        assert_eq!(told, [true, true, false, true, false, true]);
    });
}

#[test]
fn a_secret_is_shown_once_and_lies_sealed() {
    story(async |house: House| {
        let (org, key) = (house.org, house.app.key.clone());
        let (of, shown) = house
            .write(move |tx| {
                subscription::create(tx, &key, &caller(org), &new("https://a", &["*"]))
            })
            .await
            .unwrap();
        assert!(shown.secret.starts_with("whsec_") && shown.public.starts_with("whpk_"));
        let sealed = house
            .read(move |r| {
                let row = r.one(
                    only_here!("SELECT sealed FROM subscription_secret LIMIT 1"),
                    &[],
                )?;
                Ok(row.expect("a row").get::<Vec<u8>>(0)?)
            })
            .await;
        let text = String::from_utf8_lossy(&sealed).into_owned();
        assert!(!text.contains("whsec_") && !text.contains(&shown.secret[6..]));
        let (key, id) = (house.app.key.clone(), of.id);
        let open = house.read(move |r| secret::open(r, &key, org, id)).await;
        assert_eq!(open[0].text, shown.secret);
        assert_eq!(open[0].public(), shown.public);
    });
}

#[test]
fn a_new_secret_signs_beside_the_old_one_for_a_while() {
    story(async |house: House| {
        let (org, of) = (
            house.org,
            house.subscribe(house.org, "https://a", &["*"]).await,
        );
        let uid = of.uid;
        let rotate = |hours: i64| {
            let key = house.app.key.clone();
            house.write(move |tx| {
                let (caller, given) = (caller(org), Given::default());
                subscription::rotate(tx, &key, &caller, uid, &given, hours * HOUR)
            })
        };
        let open = || {
            let (key, id) = (house.app.key.clone(), of.id);
            house.read(move |r| secret::open(r, &key, org, id))
        };
        let first = open().await[0].text.clone();
        let second = rotate(24).await.unwrap().shown.secret;
        let texts: Vec<_> = open().await.into_iter().map(|s| s.text).collect();
        assert_eq!(texts, [second.clone(), first.clone()]);
        house.clock.advance(25 * HOUR);
        assert_eq!(open().await.len(), 1);
        // Never more than two: the one before the last does not sign any more.
        let third = rotate(24).await.unwrap().shown.secret;
        let fourth = rotate(24).await.unwrap().shown.secret;
        let texts: Vec<_> = open().await.into_iter().map(|s| s.text).collect();
        assert_eq!(texts, [fourth, third]);
        let last = rotate(0).await.unwrap().shown.secret;
        let texts: Vec<_> = open().await.into_iter().map(|s| s.text).collect();
        assert_eq!(texts, [last]);
        let events = house.events().await;
        let rotated = events
            .iter()
            .filter(|k| *k == "subscription.secret_rotated");
        assert_eq!(rotated.count(), 4);
    });
}

#[test]
fn a_delivery_is_claimed_once_whoever_asks() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        for n in 0..12 {
            house.person(&format!("p{n}@x.org")).await;
        }
        let claims = (0..6).map(|_| {
            let (house, id) = (house.clone(), of.id);
            async move { house.write(move |tx| carrying::claim(tx, id, 3)).await }
        });
        let mut ids: Vec<i64> = Vec::new();
        for claimed in at_once(claims).await {
            ids.extend(claimed.unwrap().iter().map(|c| c.id.0));
        }
        // On PostgreSQL somebody may pass by a locked row; nobody takes one twice.
        ids.extend(house.claim(&of, 100).await.iter().map(|c| c.id.0));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), count), (12, 12));
        assert_eq!(house.due().await, []);
        // Whoever took them is dead: they come again after the lease, and the log says so.
        house.clock.advance(carrying::LEASE + SECOND);
        let again = house.claim(&of, 100).await;
        assert_eq!(again.len(), 12);
        let (org, first) = (house.org, again[0].id);
        let calls = house.read(move |r| log::calls(r, org, first)).await;
        let outcomes: Vec<_> = calls.iter().map(|c| c.outcome.as_deref()).collect();
        assert_eq!(outcomes, [Some("unknown"), None]);
        assert_eq!(calls[0].reason.as_deref(), Some("interrupted"));
        // What the dead one would have said counts for nothing, but for "it was taken".
        assert_eq!(house.settle(&again[0], taken()).await, "delivered");
    });
}

#[test]
fn a_delivery_is_tried_ten_times_over_three_days_and_then_parked() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        house.person("ada@x.org").await;
        let mut states = Vec::new();
        let begun = house.app.store.clock().now();
        for wait in WAITS {
            let failed = house.app.store.clock().now();
            states.push(house.fail(&of).await);
            house.nothing_is_due_before(failed + wait).await;
            house.clock.advance(wait - SECOND);
            house.nothing_is_due_before(failed + wait).await;
            // A fifth more by chance; and a receiver that fails rests meanwhile.
            house.clock.advance(wait / 5 + 700 * SECOND);
        }
        assert!(house.app.store.clock().now() - begun >= 75 * HOUR);
        states.push(house.fail(&of).await);
        assert_eq!(states[..9], ["queued"; 9]);
        assert_eq!(states[9..], ["dead"]);
        let entry = house.log_of(&of).await.remove(0);
        assert_eq!((entry.attempts, entry.state.as_str()), (10, "dead"));
        let problem = entry.problem.unwrap();
        assert_eq!(problem, "the receiver answered 500 rather than 2xx");
        let now = house.app.store.clock().now();
        assert_eq!(house.found(&of).await.state(now), State::Dead);
        // It is parked, not lost.
        let (org, uid, name) = (house.org, of.uid, entry.uid.clone());
        house
            .write(move |tx| replay::one(tx, &caller(org), uid, &name))
            .await
            .unwrap();
        house.clock.advance(700 * SECOND);
        let claimed = house.claim(&of, 5).await;
        assert_eq!(claimed[0].uid, entry.uid, "under the same id");
        assert_eq!(house.settle(&claimed[0], taken()).await, "delivered");
        assert_eq!(house.found(&of).await.state(now), State::Active);
    });
}

#[test]
fn a_receiver_that_fails_rests_and_one_call_tries_it() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        for n in 0..20 {
            house.person(&format!("p{n}@x.org")).await;
        }
        let claimed = house.claim(&of, 5).await;
        for one in &claimed {
            house.settle(one, failed(503)).await;
        }
        assert_eq!(house.due().await, [], "it rests, although much is due");
        assert_eq!(house.claim(&of, 5).await.len(), 0);
        house.clock.advance(31 * SECOND);
        assert_eq!(house.claim(&of, 5).await.len(), 1, "one tries");
        assert_eq!(house.claim(&of, 5).await.len(), 0, "and nobody beside it");
        house.clock.advance(carrying::LEASE + SECOND);
        let probe = house.claim(&of, 5).await;
        assert_eq!(probe.len(), 1, "unless it died");
        house.settle(&probe[0], taken()).await;
        assert_eq!(house.claim(&of, 5).await.len(), 5, "it is well again");
    });
}

#[test]
fn retry_after_holds_back_all_calls_of_a_receiver() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        house.person("a@x.org").await;
        house.person("b@x.org").await;
        let claimed = house.claim(&of, 1).await;
        let outcome = Outcome::Failed {
            reason: Reason::Status,
            answer: Answer {
                status: Some(429),
                text: String::new(),
            },
            asked: Some(HOUR),
        };
        let asked = house.app.store.clock().now();
        house.settle(&claimed[0], outcome).await;
        house.clock.advance(HOUR - SECOND);
        house.nothing_is_due_before(asked + HOUR).await;
        house.clock.advance(2 * SECOND);
        assert_eq!(house.claim(&of, 5).await.len(), 2);
    });
}

#[test]
fn who_says_410_is_called_no_more_until_somebody_says_so() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        let org = house.org;
        let owner = move |tx: &mut Tx<'_>| {
            let hash = "$argon2id$x";
            member::create(tx, org, "olga@x.org", "Olga", "owner", hash)?;
            member::create(tx, org, "rita@x.org", "Rita", "recruiter", hash)
        };
        house.write(owner).await.unwrap();
        house.person("a@x.org").await;
        house.person("b@x.org").await;
        let claimed = house.claim(&of, 1).await;
        assert_eq!(house.settle(&claimed[0], failed(410)).await, "dead");
        let ended = house.found(&of).await;
        assert_eq!(ended.ended_why.as_deref(), Some("gone"));
        assert_eq!(house.claim(&of, 5).await.len(), 0);
        house.person("c@x.org").await;
        assert_eq!(house.log_of(&of).await.len(), 2, "nothing new is made");
        let outbox = house
            .read(move |r| delivery::outbox(r, org, DeliveryId(0), 100))
            .await;
        let mails: Vec<_> = outbox.iter().filter(|d| d.channel == "mail").collect();
        assert_eq!(mails.len(), 1, "owners are told");
        assert_eq!(mails[0].recipient.as_deref(), Some("olga@x.org"));
        assert!(mails[0].body.as_deref().unwrap().contains("410"));

        let uid = of.uid;
        house
            .write(move |tx| subscription::resume(tx, &caller(org), uid))
            .await
            .unwrap();
        assert_eq!(house.claim(&of, 5).await.len(), 1, "what waited goes out");
        // And what was missed, once it is asked for.
        house.events().await;
        let again = move |tx: &mut Tx<'_>| {
            let range = replay::range(tx, org, From::After(0), None, true)?;
            assert_eq!(replay::count(tx, org, SubscriptionId(1), &range)?, 3);
            replay::begin(tx, &caller(org), uid, &range)
        };
        house.write(again).await.unwrap();
        while house.write(replay::work).await.unwrap() {}
        assert_eq!(house.log_of(&of).await.len(), 3);
        let events = house.events().await;
        let last = [
            "candidate.created",
            "subscription.resumed",
            "subscription.replayed",
        ];
        assert_eq!(events[events.len() - 3..], last);
        assert_eq!(events[events.len() - 4], "subscription.ended");
    });
}

#[test]
fn a_subscription_ends_after_five_days_of_nothing_but_failures() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        house.person("a@x.org").await;
        house.fail(&of).await;
        // The last success forgives everything before it.
        house.clock.advance(4 * 24 * HOUR);
        let claimed = house.claim(&of, 1).await;
        house.settle(&claimed[0], taken()).await;
        for n in 0..2 {
            house.person(&format!("p{n}@x.org")).await;
            house.fail(&of).await;
            house.clock.advance(2 * 24 * HOUR);
        }
        assert_eq!(house.found(&of).await.ended_at, None);
        house.clock.advance(24 * HOUR + SECOND);
        house.fail(&of).await;
        let ended = house.found(&of).await;
        assert_eq!(ended.ended_why.as_deref(), Some("failing"));
        let waiting = house.log_of(&of).await;
        let states: Vec<_> = waiting.iter().map(|e| e.state.as_str()).collect();
        assert_eq!(states, ["delivered", "queued", "queued"], "nothing is lost");
        assert!(house.events().await.contains(&"subscription.ended".into()));
    });
}

#[test]
fn what_happens_while_it_is_paused_waits() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        let (org, uid) = (house.org, of.uid);
        house
            .write(move |tx| subscription::pause(tx, &caller(org), uid))
            .await
            .unwrap();
        house.person("a@x.org").await;
        assert_eq!(house.due().await, []);
        assert_eq!(house.claim(&of, 5).await.len(), 0);
        let ping = house.write(move |tx| replay::ping(tx, &caller(org), uid));
        assert!(matches!(
            ping.await,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
        house
            .write(move |tx| subscription::resume(tx, &caller(org), uid))
            .await
            .unwrap();
        assert_eq!(house.claim(&of, 5).await.len(), 1);
    });
}

#[test]
fn a_ping_goes_out_at_once_and_once_whatever_else_fails() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        for n in 0..5 {
            house.person(&format!("p{n}@x.org")).await;
        }
        for one in house.claim(&of, 5).await {
            house.settle(&one, failed(500)).await;
        }
        let (org, uid) = (house.org, of.uid);
        let ping = house
            .write(move |tx| replay::ping(tx, &caller(org), uid))
            .await
            .unwrap();
        assert_eq!(ping.kind, "webhook.ping");
        assert_eq!(house.read(carrying::pings_due).await, 1);
        let claimed = house.write(carrying::claim_ping).await.unwrap().unwrap();
        assert_eq!(claimed.uid, ping.uid);
        assert_eq!(house.settle(&claimed, failed(500)).await, "dead");
        assert_eq!(house.found(&of).await.streak, 5, "it counts for nothing");
        let name = ping.uid.clone();
        let again = house.write(move |tx| replay::one(tx, &caller(org), uid, &name));
        assert!(matches!(again.await, Err(Problem::Conflict(_))));
        assert!(house.write(carrying::claim_ping).await.unwrap().is_none());
    });
}

#[test]
fn a_long_range_is_replayed_in_slices_and_every_event_is_one_delivery() {
    story(async |house: House| {
        for n in 0..450 {
            house.person(&format!("p{n}@x.org")).await;
        }
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        house.events().await;
        let (org, uid, id) = (house.org, of.uid, of.id);
        let begin = move |tx: &mut Tx<'_>| {
            let range = replay::range(tx, org, From::After(0), None, false)?;
            assert_eq!(replay::count(tx, org, id, &range)?, 450);
            replay::begin(tx, &caller(org), uid, &range)
        };
        for _ in 0..2 {
            house.write(begin).await.unwrap();
            let mut slices = 0;
            while house.write(replay::work).await.unwrap() {
                slices += 1;
            }
            assert_eq!(slices, 3);
            let newest = house.read(move |r| replay::list(r, org, id, 1)).await;
            assert_eq!(newest[0].queued, 450);
            assert!(newest[0].done_at.is_some());
        }
        assert_eq!(house.log_of(&of).await.len(), 450);
        // Those that were taken are left alone, if that is what is asked for.
        for one in house.claim(&of, 100).await {
            house.settle(&one, taken()).await;
        }
        let left = house
            .read(move |r| {
                let range = replay::range(r, org, From::After(0), None, true)?;
                replay::count(r, org, id, &range)
            })
            .await;
        assert_eq!(left, 350);
        assert!(!house.read(replay::is_open).await);
    });
}

#[test]
fn a_change_takes_effect_for_what_happens_next_and_for_what_waits() {
    story(async |house: House| {
        let of = house
            .subscribe(house.org, "https://a", &["candidate.created"])
            .await;
        house.person("a@x.org").await;
        let (org, uid) = (house.org, of.uid);
        let edit = Edit {
            url: Some("https://b".into()),
            kinds: Some(vec!["application.created".into()]),
            shows: Some(Shows::Record),
            description: Some(Some("d".into())),
            ..Edit::default()
        };
        let changed = house
            .write(move |tx| subscription::change(tx, &caller(org), uid, &edit))
            .await
            .unwrap();
        assert_eq!(
            (changed.url.as_str(), changed.shows),
            ("https://b", Shows::Record)
        );
        house.person("b@x.org").await;
        assert_eq!(house.log_of(&of).await.len(), 1);
        let claimed = house.claim(&of, 1).await;
        let (key, settings) = (house.app.key.clone(), house.app.settings.clone());
        house.events().await;
        let one = claimed[0].clone();
        let made = house
            .read(move |r| carrying::parcel(r, &one, key.clone(), &settings))
            .await;
        match made {
            carrying::Made::Ready(parcel) => assert_eq!(parcel.subscription.url, "https://b"),
            _ => panic!("not ready"),
        }
        house
            .write(move |tx| subscription::remove(tx, &caller(org), uid))
            .await
            .unwrap();
        let gone = house.write(move |tx| subscription::remove(tx, &caller(org), uid));
        assert!(matches!(gone.await, Err(Problem::NotFound(_))));
        let left = house
            .count(only_here!("SELECT COUNT(*) FROM subscription_secret"))
            .await;
        assert_eq!(left, 0, "its secrets are forgotten");
        house.person("c@x.org").await;
        assert_eq!(house.due().await, []);
    });
}

#[test]
fn another_organizations_subscription_is_not_found() {
    story(async |house: House| {
        let of = house.subscribe(house.org, "https://a", &["*"]).await;
        let (other, uid, key) = (house.other, of.uid, house.app.key.clone());
        let stranger = move || -> Caller { caller(other) };
        let tried = house
            .write(move |tx| {
                let found = [
                    subscription::find(tx, other, uid).map(drop),
                    subscription::pause(tx, &stranger(), uid).map(drop),
                    subscription::resume(tx, &stranger(), uid).map(drop),
                    subscription::change(tx, &stranger(), uid, &Edit::default()).map(drop),
                    subscription::remove(tx, &stranger(), uid),
                    subscription::rotate(tx, &key, &stranger(), uid, &Given::default(), 0)
                        .map(drop),
                    replay::ping(tx, &stranger(), uid).map(drop),
                    replay::one(tx, &stranger(), uid, "x").map(drop),
                ];
                let listed = subscription::list(tx, other, hiring::page::Side::After(0), 10)?.len();
                Ok((found, listed))
            })
            .await
            .unwrap();
        for (n, found) in tried.0.iter().enumerate() {
            assert!(matches!(found, Err(Problem::NotFound(_))), "{n}: {found:?}");
        }
        assert_eq!(tried.1, 0);
    });
}

#[test]
fn every_kind_reads_back_from_its_word() {
    for kind in Kind::all() {
        assert_eq!(Kind::parse(kind.word()), Some(kind));
    }
    assert!(Kind::all().count() > 50);
}
