//! Several workers, several hosts, and workers that die.

use std::time::Duration;

use hiring::fetch::{self, Claimed, Failure, LEASE, MOST_ATTEMPTS, State};

use crate::origin::{Answer, End, Origin};
use crate::{House, PATIENCE, SECOND, eventually, local, story};

async fn claim(house: &House) -> Option<Claimed> {
    house.write(|tx| fetch::claim(tx, &[])).await
}

#[test]
fn two_workers_fetch_each_file_once() {
    story(async |house: House| {
        let origin = Origin::start(|path, _| Answer::new(200, path.as_bytes())).await;
        let mut uids = Vec::new();
        for n in 0..30 {
            uids.push(house.attach("a.txt", &origin.url(&format!("/{n}"))).await);
        }
        let workers = [house.worker(local()), house.worker(local())];
        for (n, uid) in uids.iter().enumerate() {
            assert_eq!(house.bytes(*uid).await, format!("/{n}").as_bytes());
        }
        for worker in workers {
            worker.stop().await;
        }
        assert_eq!(origin.heads().len(), 30);
        let fetched = house
            .events()
            .await
            .into_iter()
            .filter(|e| e == "attachment.fetched");
        assert_eq!(fetched.count(), 30);
    });
}

#[test]
fn those_who_claim_at_once_never_take_the_same() {
    story(async |house: House| {
        for n in 0..20 {
            house
                .attach("a.txt", &format!("http://127.0.0.1/{n}"))
                .await;
        }
        let claims: Vec<_> = (0..40)
            .map(|_| {
                let house = house.clone();
                tokio::spawn(async move { claim(&house).await })
            })
            .collect();
        let mut taken = Vec::new();
        for one in claims {
            taken.extend(one.await.expect("no panic"));
        }
        // Who found every due row locked by others went away with nothing; the rest is there for the next.
        while let Some(one) = claim(&house).await {
            taken.push(one);
        }
        let mut ids: Vec<_> = taken.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), taken.len()), (20, 20));
        assert!(taken.iter().all(|c| c.attempts == 1));
    });
}

#[test]
fn what_a_dead_worker_left_is_fetched_when_its_lease_ends() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(200, b"Hello")).await;
        let uid = house.attach("a.txt", &origin.url("/")).await;
        let dead = claim(&house).await.expect("a claim");
        assert_eq!(
            house.read(fetch::next_due).await,
            Some(house.fetch(uid).await.due_at)
        );
        house.clock.advance(LEASE - 60 * SECOND);
        assert_eq!(claim(&house).await, None);
        house.clock.advance(61 * SECOND);
        let worker = house.worker(local());
        assert_eq!(house.bytes(uid).await, b"Hello");
        worker.stop().await;
        assert_eq!(house.fetch(uid).await.attempts, 2);

        // It was only asleep: what it says now changes nothing.
        let before = house.fetch(uid).await;
        let said = house.write(move |tx| fetch::settle_failed(tx, &dead, &Failure::Status(404)));
        assert!(!said.await);
        assert_eq!(house.fetch(uid).await, before);
        assert_eq!(
            house.events().await,
            [
                "candidate.created",
                "attachment.added",
                "attachment.fetched"
            ]
        );
    });
}

#[test]
fn a_file_that_kills_every_worker_is_given_up() {
    story(async |house: House| {
        let uid = house.attach("a.txt", "http://127.0.0.1/").await;
        for attempt in 1..=MOST_ATTEMPTS {
            assert_eq!(claim(&house).await.map(|c| c.attempts), Some(attempt));
            house.clock.advance(LEASE + SECOND);
        }
        assert_eq!(claim(&house).await, None);
        assert_eq!(
            house.failure(uid).await,
            (State::Failed, "interrupted too often".into())
        );
        let events = house.events().await;
        assert_eq!(
            events[events.len() - 2..],
            ["attachment.fetch_failed", "issue.opened"]
        );
    });
}

#[test]
fn one_host_gets_two_calls_at_once_and_keeps_nobody_else_waiting() {
    story(async |house: House| {
        let slow = Origin::always(Answer::new(200, b"").then(End::Hang)).await;
        let stuck = Answer::with(200, &["Content-Length: 9"], b"Hello").then(End::Hang);
        let stuck = Origin::always(stuck).await;
        for n in 0..10 {
            house.attach("a.txt", &stuck.url(&format!("/{n}"))).await;
        }
        let worker = house.worker(local());
        stuck.is_at(2).await;
        // Behind the ten of the host that is stuck.
        let uid = house.attach("a.txt", &slow.url("/")).await;
        house.bytes(uid).await;
        worker.stop().await;
        assert_eq!(stuck.most(), 2);
    });
}

#[test]
fn four_files_are_fetched_at_once() {
    story(async |house: House| {
        let stuck = Answer::with(200, &["Content-Length: 9"], b"Hello").then(End::Hang);
        let mut origins = Vec::new();
        for _ in 0..3 {
            let origin = Origin::always(stuck.clone()).await;
            for n in 0..3 {
                house.attach("a.txt", &origin.url(&format!("/{n}"))).await;
            }
            origins.push(origin);
        }
        let worker = house.worker(local());
        let at_work = |origins: &[Origin]| origins.iter().map(Origin::now).sum::<usize>();
        let four = async || at_work(&origins) >= 4;
        eventually("four are at work", four).await;
        // Time enough for a fifth, if there were one.
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(at_work(&origins), 4);
        worker.stop().await;
    });
}

#[test]
fn who_stops_puts_back_what_is_on_its_way() {
    story(async |house: House| {
        let stuck = Answer::with(200, &["Content-Length: 9"], b"Hello").then(End::Hang);
        let origin = Origin::start(move |_, n| match n {
            0 => stuck.clone(),
            _ => Answer::new(200, b"Hello"),
        });
        let origin = origin.await;
        let uid = house.attach("a.txt", &origin.url("/")).await;
        let mut settings = local();
        // Who waited for the file would wait longer than the story does.
        settings.limits.whole = 2 * PATIENCE;
        let worker = house.worker(settings);
        origin.is_at(1).await;
        worker.stop().await;
        let fetch = house.fetch(uid).await;
        assert_eq!(
            (fetch.state, fetch.attempts, fetch.failure),
            (State::Due, 0, None)
        );

        // The next one need not wait for a lease.
        let worker = house.worker(local());
        assert_eq!(house.bytes(uid).await, b"Hello");
        worker.stop().await;
        assert_eq!(house.events().await.len(), 3);
    });
}
