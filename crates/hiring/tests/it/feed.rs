//! The feed of events: whoever follows it from place to place misses none, whatever order transactions commit in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hiring::event::{self, Kind, Subject};
use serde_json::json;

use crate::{House, at_once, caller, only_here, story};

#[test]
fn who_follows_the_feed_misses_nothing() {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    story(async |house: House| {
        let done = Arc::new(AtomicBool::new(false));
        let follower = tokio::spawn(follow(house.clone(), done.clone()));
        let writers = (0..WRITERS).map(|writer| {
            let house = house.clone();
            async move {
                for n in 0..EACH {
                    let caller = caller(house.org);
                    let append = move |tx: &mut store::Tx<'_>| {
                        // One to three events, and some transactions that stay open longer than others, so that ids
                        // and commits come in different orders.
                        for part in 0..=(n % 3) {
                            let data = json!({"writer": writer, "n": n, "part": part});
                            let about = Subject::default();
                            event::append(tx, &caller, Kind::CandidateUpdated, &about, &data)?;
                            if (writer + n) % 5 == 0 {
                                std::thread::sleep(Duration::from_millis(2));
                            }
                        }
                        Ok(())
                    };
                    house.write(append).await.unwrap();
                }
            }
        });
        at_once(writers).await;
        let expected = house.events().await.len();
        done.store(true, Ordering::SeqCst);
        let seen = follower.await.unwrap();
        // Every event, each once, at places without a gap.
        assert_eq!(seen.len(), expected);
        let places: Vec<i64> = seen.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, (1..=expected as i64).collect::<Vec<_>>());
        let mut all: Vec<String> = seen.into_iter().map(|(_, data)| data).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), expected);
        // Within one writer the order is that of its writes: each waited for the one before.
        assert!(expected > WRITERS * EACH);
    });
}

/// Reads on from the last place seen, in small pages, and once more after everything was written.
async fn follow(house: House, done: Arc<AtomicBool>) -> Vec<(i64, String)> {
    let (mut seen, mut after, org) = (Vec::new(), 0, house.org);
    loop {
        let last_look = done.load(Ordering::SeqCst);
        let page = house.read(move |r| event::feed(r, org, after, 7)).await;
        for event in &page {
            assert!(event.place > after, "{} after {after}", event.place);
            after = event.place;
            seen.push((event.place, format!("{} {}", event.kind, event.data)));
        }
        if page.is_empty() {
            if last_look {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[test]
fn one_writers_events_come_in_its_own_order() {
    story(async |house: House| {
        for n in 0..20 {
            let caller = caller(house.org);
            let append = move |tx: &mut store::Tx<'_>| {
                let data = json!({ "n": n });
                event::append(
                    tx,
                    &caller,
                    Kind::CandidateUpdated,
                    &Subject::default(),
                    &data,
                )
            };
            house.write(append).await.unwrap();
        }
        house.events().await;
        let org = house.org;
        let feed = house.read(move |r| event::feed(r, org, 1, 100)).await;
        let order: Vec<_> = feed.iter().map(|e| e.data["n"].as_i64().unwrap()).collect();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
    });
}

/// More events than are numbered in one portion, and no write after them that would number the rest.
#[test]
fn a_large_batch_is_numbered_to_its_end() {
    story(async |house: House| {
        let caller = caller(house.org);
        let append = move |tx: &mut store::Tx<'_>| {
            for _ in 0..2100 {
                event::append(
                    tx,
                    &caller,
                    Kind::CandidateUpdated,
                    &Subject::default(),
                    &json!({}),
                )?;
            }
            Ok(())
        };
        house.write(append).await.unwrap();
        assert_eq!(house.events().await.len(), 2101);
    });
}

#[test]
fn who_subscribed_gets_a_delivery_of_what_they_want() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        for (org, url, kinds) in [
            (org, "http://a", &["*"][..]),
            (org, "http://b", &["candidate.created"]),
            // A kind whose word only contains the event's, or is contained in it, is another one.
            (org, "http://c", &["application.hired", "candidate"]),
            (other, "http://e", &["*"]),
        ] {
            house.subscribe(org, url, kinds).await;
        }
        let ended = house.subscribe(org, "http://d", &["*"]).await;
        let pause = move |tx: &mut store::Tx<'_>| {
            tx.run(
                only_here!("UPDATE subscription SET ended_at = 1 WHERE id = $1"),
                &[&ended.id],
            )?;
            Ok(())
        };
        house.write(pause).await.unwrap();
        house.person("ada@x.org").await;
        let org = house.org;
        let outbox = house
            .read(move |r| hiring::delivery::outbox(r, org, hiring::id::DeliveryId(0), 10))
            .await;
        let to: Vec<_> = outbox.iter().map(|d| d.recipient.as_deref()).collect();
        // The subscriptions themselves are events too, for those who want everything.
        let told: Vec<_> = to.iter().filter(|to| **to == Some("http://b")).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(to[to.len() - 2..], [Some("http://a"), Some("http://b")]);
        assert!(!to.contains(&Some("http://c")) && !to.contains(&Some("http://e")));
    });
}
