//! Far sides that fail, and processes that die: each person is there exactly once all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use courier::carry::{self, Settings};
use courier::circuit::Rules;
use courier::guard::Guard;
use hiring::delivery::carrying::TRIED_FOR;
use hiring::delivery::exchange::Outcome;
use hiring::delivery::{listed, replay};
use hiring::{Caller, destination};
use tokio::sync::watch;

use crate::carrying::{LEASE, SECRET, impatient, quick};
use crate::far::{Far, Fate};
use crate::kiosk::KIOSKS;
use crate::{House, SECOND, eventually, story};

/// Whatever becomes of a request that makes something, once.
const FATES: [Fate; 8] = [
    Fate::DoneAndSilent,
    Fate::DoneAndReset,
    Fate::DoneAndCut,
    Fate::DoneAndSays(500),
    Fate::DoneAndSays(504),
    Fate::DoneAndDrips,
    Fate::Reset,
    Fate::Says(503, vec![]),
];

#[test]
fn whatever_becomes_of_each_request_once_everybody_is_there_exactly_once() {
    story(async |house: House| {
        // The n-th request of the whole story meets the n-th fate, as long as there are fates.
        for at in 0..3 {
            let seen = Arc::new(AtomicUsize::new(0));
            let counter = seen.clone();
            let far = Far::start(move |_, n| {
                counter.fetch_add(1, Ordering::SeqCst);
                match n.checked_sub(at) {
                    Some(m) if m < FATES.len() => FATES[m].clone(),
                    _ => Fate::Usual,
                }
            })
            .await;
            let to = house.destination("kiosk", &far.url(), false).await;
            let person = house
                .person(&format!("P{at}"), Some(b"text of a file"))
                .await;
            house.push(&to, person.id).await;
            let worker = house.courier(impatient());
            house.until_arrived().await;
            worker.stop().await;
            assert_eq!(
                (far.people().len(), far.files().len()),
                (1, 1),
                "fates from {at}"
            );
            // At least one fate was met; where they begin at once, all of them.
            let met = seen.load(Ordering::SeqCst) - at;
            assert!(
                met >= if at == 0 { FATES.len() } else { 1 },
                "fates from {at}"
            );
        }
    });
}

#[test]
fn a_process_that_dies_at_any_request_leaves_nobody_out_and_nobody_twice() {
    story(async |house: House| {
        for died_at in 0..5 {
            let far = Far::start(move |_, n| match n == died_at {
                true => Fate::DoneAndSilent,
                false => Fate::Usual,
            })
            .await;
            let to = house.destination("kiosk", &far.url(), false).await;
            let person = house.person(&format!("P{died_at}"), Some(b"text")).await;
            house.push(&to, person.id).await;
            // It waits for an answer when it dies.
            let (_stop, stopped) = watch::channel(false);
            let task = tokio::spawn(carry::run(house.app.clone(), quick(), KIOSKS, stopped));
            let dead = died_at < 3;
            eventually("it dies or is through", async || {
                let over = house.deliveries().await.iter().all(|d| d.state == "sent");
                far.asked().len() > died_at || over
            })
            .await;
            // As kill -9 does: no word to anybody, in the midst of whatever it did.
            task.abort();
            let _ = task.await;
            house.clock.advance(LEASE + SECOND);
            let worker = house.courier(quick());
            let all = house.until_arrived().await;
            worker.stop().await;
            assert_eq!(
                (far.people().len(), far.files().len()),
                (1, 1),
                "died at {died_at}"
            );
            if dead {
                let last = all.last().expect("a delivery");
                let said = house.exchanges(last).await;
                let lost = said.iter().filter(|e| matches!(&e.outcome, Some(Outcome::Unanswered(why)) if why.starts_with("interrupted")));
                assert_eq!(lost.count(), 1, "died at {died_at}: {said:#?}");
            }
        }
    });
}

#[test]
fn two_couriers_carry_each_of_many_once_under_mixed_faults() {
    story(async |house: House| {
        let far = Far::start(|_, n| match n % 11 {
            3 => Fate::DoneAndReset,
            5 => Fate::DoneAndSays(502),
            7 => Fate::Says(429, vec!["Retry-After: 0"]),
            9 => Fate::DoneAndCut,
            _ => Fate::Usual,
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        for n in 0..25 {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
        }
        let workers = [house.courier(quick()), house.courier(quick())];
        house.until_arrived().await;
        for worker in workers {
            worker.stop().await;
        }
        let mut there: Vec<String> = far.people().iter().map(|p| p["name"].to_string()).collect();
        there.sort();
        there.dedup();
        assert_eq!((there.len(), far.people().len()), (25, 25));
        assert!(far.most() <= 6, "{} at once", far.most());
    });
}

#[test]
fn a_far_side_that_says_when_to_come_is_left_alone_until_then() {
    story(async |house: House| {
        let far = Far::start(|_, n| match n {
            0 => Fate::Says(429, vec!["Retry-After: 3600"]),
            _ => Fate::Usual,
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let (ada, bob) = (
            house.person("Ada", None).await,
            house.person("Bob", None).await,
        );
        house.push(&to, ada.id).await;
        let worker = house.courier(quick());
        house
            .until_all(|d| d.attempts == 1 && d.problem.is_some())
            .await;
        // Others wait too: it is the account that is to wait.
        house.push(&to, bob.id).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(far.asked().len(), 1);
        assert!(house.look(&to).await.gate.quiet_until.is_some());
        house.clock.advance(3601 * SECOND);
        house.until_arrived().await;
        worker.stop().await;
        assert_eq!(far.people().len(), 2);
    });
}

#[test]
fn rate_and_places_of_an_account_are_kept_by_all_couriers_together() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("slow", &far.url(), false).await;
        for n in 0..8 {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
        }
        let began = house.clock.now();
        let workers = [house.courier(quick()), house.courier(quick())];
        house.until_all(|d| d.state == "sent").await;
        let took = house.clock.now() - began;
        for worker in workers {
            worker.stop().await;
        }
        assert_eq!((far.people().len(), far.most()), (8, 1));
        // Sixteen requests at ten a second; the upper bound is the story's own patience.
        assert!(took > SECOND, "{took}");
    });
}

/// Each claim counts as an attempt, and a long line at a system that takes little would be given up for too many of them.
#[test]
fn who_cannot_ask_yet_is_not_begun() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("rare", &far.url(), false).await;
        for n in 0..8 {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
        }
        let worker = house.courier(quick());
        let all = house.until_arrived().await;
        worker.stop().await;
        // Each attempt asked for something, or lost a race for the last place before the line stood: three times, two at most.
        // Begun in vain, they would be a hundred a second while it stands. How many each took is this machine's affair.
        let attempts: Vec<i64> = all.iter().map(|d| d.attempts).collect();
        let asked = far.asked().len() as i64;
        assert!(asked >= 16, "{asked}");
        assert!(attempts.iter().sum::<i64>() <= asked + 6, "{attempts:?}");
        assert_eq!(far.people().len(), 8);
    });
}

#[test]
fn what_is_refused_becomes_a_dead_letter_with_its_reason_and_can_be_replayed() {
    story(async |house: House| {
        let refusing = Arc::new(AtomicUsize::new(422));
        let status = refusing.clone();
        let far = Far::start(move |asked, _| {
            match (asked.method.as_str(), status.load(Ordering::SeqCst)) {
                (_, 0) | ("GET", 422) => Fate::Usual,
                (_, status) => Fate::Says(status as u16, vec![]),
            }
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let ada = house.person("Ada", None).await;
        house.push(&to, ada.id).await;
        let worker = house.courier(quick());
        let dead = house.until_all(|d| d.state == "dead").await;
        assert_eq!(dead[0].reason.as_deref(), Some("invalid"));
        assert!(dead[0].problem.is_some());
        let trouble = house.look(&to).await.trouble.expect("a trouble");
        assert_eq!(
            (trouble.words.as_str(), trouble.reason.as_deref()),
            ("it does not take a value", Some("invalid"))
        );

        // One by one.
        refusing.store(0, Ordering::SeqCst);
        let (caller, uid) = (Caller::system(house.org), dead[0].uid.clone());
        let other = Caller::system(house.other);
        let (one, same) = (uid.clone(), uid.clone());
        let theirs = house
            .app
            .store
            .write(move |tx| replay::one(tx, &other, &one))
            .await;
        assert!(matches!(theirs, Err(hiring::Problem::NotFound(_))));
        house.write(move |tx| replay::one(tx, &caller, &uid)).await;
        house.until_arrived().await;
        assert_eq!(far.people().len(), 1);
        let caller = Caller::system(house.org);
        let again = house
            .app
            .store
            .write(move |tx| replay::one(tx, &caller, &same))
            .await;
        assert!(
            matches!(again, Err(hiring::Problem::Conflict(_))),
            "{again:?}"
        );

        // Many at once, by their reason.
        refusing.store(403, Ordering::SeqCst);
        for n in 0..5 {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
        }
        house.until_all(|d| d.state != "queued").await;
        let which = |reason: &str| listed::Which {
            reason: Some(reason.into()),
            ..listed::Which::default()
        };
        let (caller, permission, invalid) = (
            Caller::system(house.org),
            which("permission"),
            which("invalid"),
        );
        let counts = house.read(move |r| {
            Ok((
                replay::count(r, &caller, &permission)?,
                replay::count(r, &caller, &invalid)?,
            ))
        });
        assert_eq!(counts.await, (5, 0));
        refusing.store(0, Ordering::SeqCst);
        let (caller, permission) = (Caller::system(house.org), which("permission"));
        assert_eq!(
            house
                .write(move |tx| replay::some(tx, &caller, &permission))
                .await,
            5
        );
        house.until_arrived().await;
        worker.stop().await;
        assert_eq!(far.people().len(), 6);
        let events = house.events().await;
        let count = |kind: &str| events.iter().filter(|e| *e == kind).count();
        assert_eq!(
            (
                count("delivery.dead"),
                count("delivery.replayed"),
                count("delivery.arrived")
            ),
            (6, 2, 6)
        );
    });
}

#[test]
fn a_redirect_is_not_followed_and_a_private_address_is_not_called() {
    story(async |house: House| {
        let elsewhere = Far::well().await;
        let away: &'static str =
            Box::leak(format!("Location: {}/people", elsewhere.url()).into_boxed_str());
        let far = Far::start(move |_, _| Fate::Says(302, vec![away])).await;
        let ada = house.person("Ada", None).await;
        let there = house.destination("kiosk", &far.url(), false).await;
        house.push(&there, ada.id).await;
        let worker = house.courier(quick());
        let dead = house.until_all(|d| d.state == "dead").await;
        worker.stop().await;
        assert_eq!(dead[0].reason.as_deref(), Some("settings"));
        assert!(elsewhere.asked().is_empty());

        // This machine is no public address.
        let guarded = Settings {
            guard: Guard::default(),
            ..quick()
        };
        let before = far.asked().len();
        house.push(&there, ada.id).await;
        let worker = house.courier(guarded);
        let dead = house.until_all(|d| d.state == "dead").await;
        worker.stop().await;
        assert_eq!(dead[1].reason.as_deref(), Some("not_allowed"));
        assert_eq!(far.asked().len(), before);
    });
}

#[test]
fn a_token_that_ended_is_asked_for_anew_and_stands_nowhere() {
    story(async |house: House| {
        let far = Far::start(|asked, n| match (asked.path.as_str(), n) {
            // The second request with a token: it is not good any more.
            ("/people", 2) => Fate::Says(401, vec![]),
            _ => Fate::Usual,
        })
        .await;
        let to = house.destination("kiosk", &far.url(), true).await;
        let ada = house.person("Ada", Some(b"text")).await;
        house.push(&to, ada.id).await;
        let worker = house.courier(quick());
        let all = house.until_arrived().await;
        worker.stop().await;
        let tokens = far.asked().iter().filter(|a| *a == "POST /token").count();
        assert_eq!((far.people().len(), tokens), (1, 2));
        let said = house.exchanges(&all[0]).await;
        let shown = format!("{said:?}");
        assert!(
            !shown.contains("token-number") && !shown.contains(SECRET),
            "{shown}"
        );
        let asides = said.iter().filter(|e| e.aside_at.is_some()).count();
        assert_eq!(asides, 1);
        // It went out, in its place.
        let last = far.requests().pop().expect("a request");
        assert!(
            last.head
                .to_lowercase()
                .contains("authorization: bearer token-number-2"),
            "{}",
            last.head
        );
    });
}

#[test]
fn a_destination_that_keeps_failing_is_left_alone_and_tried_now_and_then() {
    story(async |house: House| {
        let up = Arc::new(AtomicUsize::new(0));
        let is_up = up.clone();
        let far = Far::start(move |_, _| match is_up.load(Ordering::SeqCst) {
            0 => Fate::Says(503, vec![]),
            _ => Fate::Usual,
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        for n in 0..12 {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
        }
        let mut settings = quick();
        settings.limits.at_once = 1;
        settings.limits.circuit = Rules {
            failures: 3,
            open: Duration::from_secs(600),
            ..Rules::default()
        };
        let worker = house.courier(settings);
        let open = async || house.look(&to).await.gate.open_until.is_some();
        eventually("it opens", open).await;
        let before = far.asked().len();
        assert_eq!(before, 3);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(
            far.asked().len(),
            before,
            "nobody is called while it is open"
        );
        // One probe, which fails.
        house.clock.advance(601 * SECOND);
        let failed = async || house.look(&to).await.gate.opened == 2;
        eventually("the probe fails", failed).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(
            far.asked().len(),
            before + 1,
            "one call tries whether it is back"
        );
        // Nobody who waited has lost their place or was given up.
        assert!(house.deliveries().await.iter().all(|d| d.state == "queued"));
        // Somebody looks, and says that all is well.
        up.store(1, Ordering::SeqCst);
        let (caller, uid) = (Caller::system(house.org), to.uid);
        house
            .write(move |tx| destination::resume(tx, &caller, uid))
            .await;
        house.until_arrived().await;
        worker.stop().await;
        assert_eq!(far.people().len(), 12);
        assert_eq!(house.look(&to).await.gate.failures, 0);
    });
}

#[test]
fn credentials_that_are_refused_shut_the_gate_until_somebody_changes_them() {
    story(async |house: House| {
        let far = Far::start(|asked, _| {
            match asked.head.to_lowercase().contains("x-key: a better key") {
                true => Fate::Usual,
                false => Fate::Says(401, vec![]),
            }
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        for n in 0..5 {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
        }
        let mut settings = quick();
        settings.limits.at_once = 1;
        let worker = house.courier(settings);
        let shut = async || house.look(&to).await.trouble.is_some();
        eventually("it is shut", shut).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let states: Vec<String> = house
            .deliveries()
            .await
            .into_iter()
            .map(|d| d.state)
            .collect();
        assert_eq!(states, ["dead", "queued", "queued", "queued", "queued"]);
        let (key, caller, uid) = (house.app.key.clone(), Caller::system(house.org), to.uid);
        let edit = destination::DestinationEdit {
            secrets: [("key".to_owned(), Some("a better key".to_owned()))].into(),
            ..Default::default()
        };
        house
            .write(move |tx| destination::edit(tx, &key, &caller, uid, &edit))
            .await;
        house.until_all(|d| d.state != "queued").await;
        worker.stop().await;
        assert_eq!(far.people().len(), 4);
    });
}

#[test]
fn what_nobody_answers_for_days_is_given_up_as_unreachable_and_what_is_put_off_as_too_old() {
    story(async |house: House| {
        let busy = Far::start(|_, _| Fate::Says(429, vec!["Retry-After: 1"])).await;
        let (there, gone) = (
            house.destination("kiosk", &busy.url(), false).await,
            house
                .destination("kiosk", "http://127.0.0.1:1", false)
                .await,
        );
        let ada = house.person("Ada", None).await;
        house.push(&there, ada.id).await;
        house.push(&gone, ada.id).await;
        let worker = house.courier(quick());
        house
            .until_all(|d| d.attempts > 0 && d.problem.is_some())
            .await;
        house.clock.advance(TRIED_FOR + SECOND);
        let dead = house.until_all(|d| d.state == "dead").await;
        worker.stop().await;
        let reasons: Vec<_> = dead.iter().map(|d| d.reason.clone().unwrap()).collect();
        assert_eq!(reasons, ["too_old", "unreachable"]);
    });
}

#[test]
fn a_paused_destination_is_not_called_and_a_test_of_credentials_is_made_all_the_same() {
    story(async |house: House| {
        let far = Far::well().await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let ada = house.person("Ada", None).await;
        house.push(&to, ada.id).await;
        let (caller, uid, org) = (Caller::system(house.org), to.uid, house.org);
        house
            .write(move |tx| destination::pause(tx, &caller, uid))
            .await;
        house
            .write(move |tx| hiring::delivery::push::test(tx, org, uid))
            .await;
        let worker = house.courier(quick());
        let all = house
            .until_all(|d| d.state == "sent" || d.kind.as_deref() == Some("push"))
            .await;
        worker.stop().await;
        assert_eq!(all[0].state, "queued");
        assert_eq!(
            (all[1].state.as_str(), all[1].remark.as_deref()),
            ("sent", Some("it knows us and answers"))
        );
        assert_eq!(far.asked(), ["GET /people"]);
        assert!(far.people().is_empty());
    });
}

#[test]
fn no_secret_lies_on_the_disk_in_the_clear() {
    testing::on_both(|place| {
        let app = crate::open(place);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let house = House::furnish(app).await;
            let far = Far::well().await;
            let to = house.destination("kiosk", &far.url(), true).await;
            let ada = house.person("Ada", Some(b"text")).await;
            house.push(&to, ada.id).await;
            let worker = house.courier(quick());
            house.until_arrived().await;
            worker.stop().await;
            let (key, org, id) = (house.app.key.clone(), house.org, to.id);
            let opened = house
                .read(move |r| destination::open(r, &key, org, id))
                .await;
            assert_eq!(opened.1["key"], SECRET);
        });
        let all = testing::contents::of_database(place, &[]);
        let holds = |needle: &[u8], bytes: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(all.iter().any(|(_, bytes)| holds(b"Over there", bytes)));
        for (place, bytes) in &all {
            assert!(!holds(SECRET.as_bytes(), bytes), "{place}");
            assert!(!holds(b"token-number", bytes), "{place}");
        }
    });
}
