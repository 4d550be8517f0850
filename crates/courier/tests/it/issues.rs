//! What opens an issue, and what does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use courier::carry::Settings;
use courier::circuit::Rules;
use hiring::destination::{self, Destination};
use hiring::issue::{self, Issue, Which};
use hiring::{Caller, candidate::Side};

use crate::carrying::quick;
use crate::far::{Far, Fate};
use crate::{House, PATIENCE, SECOND, eventually, story};

impl House {
    async fn issues(&self) -> Vec<Issue> {
        let (org, all) = (self.org, Which::default());
        self.read(move |r| issue::list(r, org, &all, Side::After(0), 100))
            .await
    }

    /// Waits for an issue, the newest, that is as it should be.
    async fn until_issue(&self, holds: impl Fn(&Issue) -> bool) -> Issue {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(issue) = self.issues().await.pop().filter(|issue| holds(issue)) {
                return issue;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain: {:?}", self.issues().await);
    }

    async fn five_people(&self, to: &Destination) {
        for n in 0..5 {
            let person = self.person(&format!("P{n}"), None).await;
            self.push(to, person.id).await;
        }
    }
}

#[test]
fn refused_credentials_are_an_issue_until_somebody_changes_them() {
    story(async |house: House| {
        let far = Far::start(|asked, _| {
            match asked.head.to_lowercase().contains("x-key: a better key") {
                true => Fate::Usual,
                false => Fate::Says(401, vec![]),
            }
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        house.five_people(&to).await;
        let worker = house.courier(quick());
        let opened = house.until_issue(|_| true).await;
        assert_eq!(opened.reason.as_deref(), Some("credentials"));
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
        let all = house.issues().await;
        assert!(
            all.iter().all(|issue| issue.resolved_at.is_some()),
            "{all:?}"
        );
    });
}

/// A circuit for the impatient.
fn nervous() -> Settings {
    let mut settings = quick();
    settings.limits.circuit = Rules {
        failures: 1,
        open: Duration::from_secs(30),
        longest: Duration::from_secs(900),
        probe: Duration::from_secs(120),
    };
    settings
}

#[test]
fn who_is_down_for_long_is_an_issue_and_is_well_when_something_arrives() {
    story(async |house: House| {
        let up = Arc::new(AtomicUsize::new(0));
        let is_up = up.clone();
        let far = Far::start(move |_, _| match is_up.load(Ordering::SeqCst) {
            0 => Fate::Says(503, vec![]),
            _ => Fate::Usual,
        })
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let ada = house.person("Ada", None).await;
        house.push(&to, ada.id).await;
        let worker = house.courier(nervous());
        for opened in 1..=4 {
            // It is down once more; only the fourth time somebody is told.
            eventually("it is down", async || {
                house.look(&to).await.gate.opened >= opened
            })
            .await;
            assert_eq!(house.look(&to).await.gate.opened, opened);
            assert_eq!(
                house.issues().await.len(),
                usize::from(opened >= 4),
                "{opened}"
            );
            house.clock.advance(600 * SECOND);
        }
        let open = house.issues().await.remove(0);
        assert_eq!((open.reason, open.resolved_at), (None, None));
        up.store(1, Ordering::SeqCst);
        house.clock.advance(900 * SECOND);
        house.until_issue(|issue| issue.resolved_at.is_some()).await;
        worker.stop().await;
        assert_eq!(house.issues().await.len(), 1);
    });
}

#[test]
fn what_may_be_one_persons_alone_is_an_issue_the_second_time_in_a_row() {
    story(async |house: House| {
        // Which of them are let through, in the order in which they come.
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let far = Far::start(
            move |asked, _| match asked.head.starts_with("POST /people HTTP") {
                true => match count.fetch_add(1, Ordering::SeqCst) {
                    1 => Fate::Usual,
                    _ => Fate::Says(403, vec![]),
                },
                false => Fate::Usual,
            },
        )
        .await;
        let to = house.destination("kiosk", &far.url(), false).await;
        let worker = house.courier(quick());
        for (n, issues) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)] {
            let person = house.person(&format!("P{n}"), None).await;
            house.push(&to, person.id).await;
            house.until_all(|d| d.state != "queued").await;
            assert_eq!(house.issues().await.len(), issues, "{n}");
        }
        worker.stop().await;
        assert_eq!(
            house.issues().await[0].reason.as_deref(),
            Some("permission")
        );
    });
}
