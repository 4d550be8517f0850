//! Renewals by a foreign record: the newest in the record's own time wins, and it replaces its own words only.

use hiring::candidate::{NewCandidate, Outcome};
use hiring::record::How;
use serde_json::{Value, json};

use crate::{House, at_once, only_here, person, said, story};

fn renewal(scope: &str, at: i64, words: Value) -> NewCandidate {
    NewCandidate {
        said: said(words),
        how: How::Renew {
            scope: scope.into(),
            at,
        },
        ..person(&[], &[("hr:1", "7")])
    }
}

#[test]
fn the_newest_wins_and_a_stale_one_changes_nothing() {
    story(async |house: House| {
        let first = renewal("hr:1/7", 20, json!({"title": "Clerk", "skills": ["law"]}));
        let first = house.take_in(first).await.unwrap();
        assert_eq!(first.outcome, Outcome::Created);
        let newer = renewal("hr:1/7", 30, json!({"title": "Head", "skills": ["rust"]}));
        let newer = house.take_in(newer).await.unwrap();
        assert_eq!(newer.outcome, Outcome::Enriched);
        assert_eq!(newer.candidate.record.text("title"), Some("Head"));
        // What the record no longer says is gone: a renewal replaces all of its own.
        assert_eq!(newer.candidate.record.get("skills"), &json!(["rust"]));
        for at in [25, 30] {
            let stale = renewal("hr:1/7", at, json!({"title": "Old", "company": "Old"}));
            let stale = house.take_in(stale).await.unwrap();
            assert_eq!(stale.outcome, Outcome::Stale, "at {at}");
            assert_eq!(stale.candidate.record, newer.candidate.record, "at {at}");
        }
        assert_eq!(
            house.events().await,
            ["job.created", "candidate.created", "candidate.updated"]
        );
    });
}

#[test]
fn only_its_own_words_are_replaced() {
    story(async |house: House| {
        let by_hand = NewCandidate {
            said: said(json!({"company": "By hand", "tags": ["kept"]})),
            ..person(&[], &[("hr:1", "7")])
        };
        house.take_in(by_hand).await.unwrap();
        let one = renewal("one", 10, json!({"tags": ["one"], "title": "One"}));
        house.take_in(one).await.unwrap();
        let two = renewal("two", 5, json!({"tags": ["two"], "summary": "Two"}));
        // Older than `one`, and yet not stale: each record has its own time.
        assert_eq!(house.take_in(two).await.unwrap().outcome, Outcome::Enriched);
        let again = renewal("one", 11, json!({"tags": ["uno"]}));
        let record = house.take_in(again).await.unwrap().candidate.record;
        assert_eq!(record.get("tags"), &json!(["uno", "two", "kept"]));
        assert_eq!(record.text("title"), None);
        assert_eq!(record.text("summary"), Some("Two"));
        assert_eq!(record.text("company"), Some("By hand"));
    });
}

#[test]
fn whatever_order_they_arrive_in_the_newest_is_shown() {
    story(async |house: House| {
        let calls = [7, 3, 9, 1, 8, 2, 10, 5, 4, 6].map(|at| {
            let house = house.clone();
            async move {
                let new = renewal("hr:1/7", at, json!({"title": format!("at {at}")}));
                house.take_in(new).await.unwrap()
            }
        });
        let taken = at_once(calls).await;
        let (org, id) = (house.org, taken[0].candidate.id);
        let candidate = house
            .read(move |r| hiring::candidate::find(r, org, id))
            .await;
        assert_eq!(candidate.record.text("title"), Some("at 10"));
        assert_eq!(
            house
                .count(only_here!("SELECT COUNT(*) FROM candidate"))
                .await,
            1
        );
    });
}
