//! Issues: told once, resolved by proof, at most one at a time of each destination.

use std::collections::BTreeMap;

use hiring::destination::{self, Destination, DestinationEdit, NewDestination, gate};
use hiring::id::{DestinationId, OrgId};
use hiring::issue::{self, About, Issue, Which};
use hiring::linked_account;
use hiring::member;
use hiring::page::Side;
use hiring::problem::Problem;

use crate::{House, at_once, caller, only_here, story};

const HOUR: i64 = 3_600_000_000;
const WORDS: &str = "it does not know our credentials";

async fn destination(house: &House) -> Destination {
    let new = NewDestination {
        connector: "lever".into(),
        name: "Lever".into(),
        settings: BTreeMap::new(),
        secrets: [("api_key".to_owned(), "a key".to_owned())].into(),
        default_job: None,
    };
    let (key, caller) = (house.app.key.clone(), caller(house.org));
    let made = house.write(move |tx| destination::create(tx, &key, &caller, &new));
    made.await.expect("a destination")
}

async fn open(house: &House, to: DestinationId, reason: Option<&'static str>) {
    let org = house.org;
    let done = house.write(move |tx| issue::open(tx, org, to, WORDS, reason));
    done.await.expect("it is opened");
}

async fn all_of(house: &House, org: OrgId) -> Vec<Issue> {
    let all = Which::default();
    house
        .read(move |r| issue::list(r, org, &all, Side::After(0), 100))
        .await
}

async fn told(house: &House) -> Vec<String> {
    let events = house.events().await;
    events
        .into_iter()
        .filter(|kind| kind.starts_with("issue."))
        .collect()
}

#[test]
fn an_issue_is_told_once_and_over_when_something_arrives() {
    story(async |house: House| {
        let to = destination(&house).await;
        open(&house, to.id, Some("permission")).await;
        let first = all_of(&house, house.org).await.remove(0);
        house.clock.advance(HOUR);
        open(&house, to.id, Some("credentials")).await;
        let found = all_of(&house, house.org).await;
        assert_eq!(found.len(), 1);
        let now = &found[0];
        assert_eq!((now.uid, now.opened_at), (first.uid, first.opened_at));
        assert_eq!(now.reason.as_deref(), Some("credentials"));
        assert!(now.last_at >= first.last_at + HOUR);
        let about = About::Destination {
            id: to.id,
            uid: to.uid,
            name: "Lever".into(),
        };
        assert_eq!(now.about, about);
        assert_eq!(told(&house).await, ["issue.opened"]);

        let org = house.org;
        for _ in 0..2 {
            let arrived = house.write(move |tx| gate::arrived(tx, org, to.id));
            arrived.await.expect("noted");
        }
        let uid = now.uid;
        let over = house.read(move |r| issue::find(r, org, uid)).await;
        assert!(over.resolved_at.is_some());
        open(&house, to.id, Some("credentials")).await;
        let found = all_of(&house, org).await;
        assert_eq!(found.len(), 2);
        assert!(found[1].resolved_at.is_none() && found[1].uid != uid);
        let ongoing = Which {
            is_ongoing: Some(true),
            ..Which::default()
        };
        let list = house.read(move |r| issue::list(r, org, &ongoing, Side::Before(i64::MAX), 9));
        assert_eq!(list.await, found[1..]);
        assert_eq!(
            told(&house).await,
            ["issue.opened", "issue.resolved", "issue.opened"]
        );
        // Nobody else's.
        let other = house.other;
        assert_eq!(all_of(&house, other).await, []);
        let theirs = house.app.store.read(move |r| issue::find(r, other, uid));
        assert!(matches!(theirs.await, Err(Problem::NotFound(_))));
    });
}

#[test]
fn who_is_refused_where_nobody_answered_is_told_anew_and_a_reason_outlives_silence() {
    story(async |house: House| {
        let to = destination(&house).await;
        let org = house.org;
        open(&house, to.id, None).await;
        open(&house, to.id, Some("credentials")).await;
        open(&house, to.id, None).await;
        let found = all_of(&house, org).await;
        assert_eq!(found.len(), 2);
        assert!(found[0].resolved_at.is_some());
        assert_eq!(found[1].reason.as_deref(), Some("credentials"));
        assert_eq!(
            told(&house).await,
            ["issue.opened", "issue.resolved", "issue.opened"]
        );
        // That it answers says nothing of what it refused, and all of its silence.
        let answered = async || {
            let done = house.write(move |tx| issue::answered(tx, org, to.id));
            done.await.expect("noted");
        };
        answered().await;
        assert!(all_of(&house, org).await[1].resolved_at.is_none());
        let arrived = house.write(move |tx| gate::arrived(tx, org, to.id));
        arrived.await.expect("noted");
        open(&house, to.id, None).await;
        answered().await;
        let found = all_of(&house, org).await;
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|issue| issue.resolved_at.is_some()));
    });
}

#[test]
fn who_changes_how_we_are_let_in_has_looked_and_what_is_removed_needs_nobody() {
    story(async |house: House| {
        let to = destination(&house).await;
        let (key, caller) = (house.app.key.clone(), caller(house.org));
        open(&house, to.id, Some("credentials")).await;
        let edit = |name: &str, secrets: BTreeMap<String, Option<String>>| DestinationEdit {
            name: Some(name.to_owned()),
            secrets,
            ..DestinationEdit::default()
        };
        // What it is called says nothing of how we are let in.
        let steps = [
            (edit("Another", BTreeMap::new()), 1),
            (
                edit(
                    "Lever",
                    [("api_key".to_owned(), Some("better".to_owned()))].into(),
                ),
                2,
            ),
        ];
        for (edit, events) in steps {
            let (key, caller) = (key.clone(), caller.clone());
            let edited = house.write(move |tx| destination::edit(tx, &key, &caller, to.uid, &edit));
            edited.await.expect("edited");
            assert_eq!(told(&house).await.len(), events);
        }
        open(&house, to.id, Some("credentials")).await;
        let by = caller.clone();
        let resumed = house.write(move |tx| destination::resume(tx, &by, to.uid));
        resumed.await.expect("resumed");
        open(&house, to.id, None).await;
        let removed = house.write(move |tx| destination::remove(tx, &key, &caller, to.uid));
        removed.await.expect("removed");
        // Of a request that was on its way at that time.
        open(&house, to.id, Some("credentials")).await;
        let found = all_of(&house, house.org).await;
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|issue| issue.resolved_at.is_some()));
        assert_eq!(told(&house).await.len(), 6);
    });
}

#[test]
fn many_who_meet_the_same_trouble_at_once_open_one_issue() {
    story(async |house: House| {
        let to = destination(&house).await;
        for _ in 0..5 {
            let (org, before) = (house.org, all_of(&house, house.org).await.len());
            let meet = (0..8).map(|_| {
                let house = house.clone();
                async move { open(&house, to.id, Some("credentials")).await }
            });
            at_once(meet.collect::<Vec<_>>()).await;
            assert_eq!(all_of(&house, org).await.len(), before + 1);
            let arrive = (0..8).map(|_| {
                let house = house.clone();
                async move { house.write(move |tx| gate::arrived(tx, org, to.id)).await }
            });
            for done in at_once(arrive.collect::<Vec<_>>()).await {
                done.expect("noted");
            }
        }
        let told = told(&house).await;
        assert_eq!(told, ["issue.opened", "issue.resolved"].repeat(5));
    });
}

#[test]
fn owners_are_written_to_once_a_day_at_most() {
    story(async |house: House| {
        let org = house.org;
        let members = house.write(move |tx| {
            member::create(tx, org, "ann@x.org", "Ann", "owner", "no hash")?;
            member::create(tx, org, "bob@x.org", "Bob", "recruiter", "no hash")
        });
        members.await.expect("members");
        let to = destination(&house).await;
        let mails = async || {
            house
                .read(move |r| {
                    let rows = r.all(
                        only_here!("SELECT recipient, subject FROM delivery WHERE kind = 'issue_opened' ORDER BY id"),
                        &[],
                    )?;
                    let both = |row: &store::Row| Ok((row.get(0)?, row.get(1)?));
                    rows.iter().map(both).collect::<hiring::Result<Vec<(String, String)>>>()
                })
                .await
        };
        let mail = ("ann@x.org".to_owned(), format!("Lever needs you: {WORDS}"));
        for (hours, so_many) in [(0, 1), (1, 1), (22, 1), (2, 2), (20, 2), (20, 3)] {
            house.clock.advance(hours * HOUR);
            open(&house, to.id, Some("credentials")).await;
            assert_eq!(mails().await, vec![mail.clone(); so_many], "{hours}");
            let arrived = house.write(move |tx| gate::arrived(tx, org, to.id));
            arrived.await.expect("noted");
        }
    });
}

#[test]
fn an_account_is_refused_as_long_as_its_destination_does_not_let_us_in() {
    story(async |house: House| {
        let to = destination(&house).await;
        let (org, by) = (house.org, caller(house.org));
        let made = house.write(move |tx| {
            let one = linked_account::make(tx, &by, "Customer", "a token")?;
            linked_account::make(tx, &by, "Another", "another token")?;
            linked_account::set_destination(tx, &by, one.uid, Some(to.uid))
        });
        let made = made.await.expect("accounts");
        assert_eq!(made.refused, None);
        let refused = async || {
            let found = house.read(move |r| linked_account::list(r, org, Side::After(0), 9));
            let found = found.await.into_iter();
            found.map(|account| account.refused).collect::<Vec<_>>()
        };
        // That it is down is nothing that whoever linked it can change.
        open(&house, to.id, None).await;
        assert_eq!(refused().await, [None, None]);
        open(&house, to.id, Some("credentials")).await;
        assert_eq!(refused().await, [Some(WORDS.to_owned()), None]);
        let arrived = house.write(move |tx| gate::arrived(tx, org, to.id));
        arrived.await.expect("noted");
        assert_eq!(refused().await, [None, None]);
    });
}
