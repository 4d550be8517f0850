//! People whom an older version of the program wrote are found by filters once they are indexed.

use hiring::candidate::{self, NewCandidate, Outcome, Side, Which};
use hiring::id::CandidateId;
use hiring::{Problem, Result};
use serde_json::json;
use store::Tx;

use crate::{House, caller, only_here, person, said, story, take};

/// More than one call indexes.
const PEOPLE: usize = 230;

fn somebody(n: usize) -> NewCandidate {
    NewCandidate {
        said: said(json!({
            "first_name": format!("Ada {}", n % 2),
            "last_name": "Lovelace",
            "tags": [if n.is_multiple_of(5) { "Poet" } else { "Mathematician" }],
        })),
        ..person(&[], &[("hr:1", &n.to_string())])
    }
}

/// As the version before the columns and the tags were there left it.
fn forget(tx: &mut Tx<'_>) -> Result<()> {
    for statement in [
        only_here!("UPDATE candidate SET first_key = NULL, last_key = NULL"),
        only_here!("DELETE FROM tagged"),
        only_here!("DELETE FROM tag"),
    ] {
        tx.run(statement, &[])?;
    }
    Ok(())
}

async fn found(house: &House, which: Which) -> Vec<CandidateId> {
    let org = house.org;
    let people = house.read(move |r| candidate::page(r, org, &which, Side::After(0), 1_000));
    people.await.into_iter().map(|c| c.id).collect()
}

fn called(first: &str, last: &str) -> Which {
    Which {
        first_name: Some(first.into()),
        last_name: Some(last.into()),
        ..Which::default()
    }
}

fn tagged(tag: &str) -> Which {
    Which {
        tags: vec![tag.into()],
        ..Which::default()
    }
}

#[test]
fn people_of_an_older_version_are_found_once_indexed() {
    story(async |house: House| {
        let (here, there) = (caller(house.org), caller(house.other));
        let filled = house.write(move |tx| {
            for n in 0..PEOPLE {
                take(tx, &here, &somebody(n))?;
            }
            take(tx, &there, &somebody(0))?;
            Ok(())
        });
        filled.await.unwrap();
        let filters = || {
            [
                called("ADA 1", "lovelace"),
                called("ada 1", "byron"),
                tagged("POET"),
                tagged("mathematician"),
            ]
        };
        let mut before = Vec::new();
        for which in filters() {
            before.push(found(&house, which).await);
        }
        let counts: Vec<_> = before.iter().map(Vec::len).collect();
        assert_eq!(counts, [PEOPLE / 2, 0, PEOPLE / 5, PEOPLE - PEOPLE / 5]);
        let everybody = found(&house, Which::default()).await;

        house.write(forget).await.unwrap();
        for which in filters() {
            // An answer without them would be wrong; who asks for everybody has nothing to wait for.
            let org = house.org;
            let refused = house
                .app
                .store
                .read(move |r| candidate::page(r, org, &which, Side::After(0), 9));
            assert!(matches!(refused.await, Err(Problem::Overloaded { .. })));
        }
        assert_eq!(found(&house, Which::default()).await, everybody);
        let mut calls = Vec::new();
        loop {
            calls.push(house.write(candidate::index_some).await.unwrap());
            if calls.ends_with(&[0]) {
                break;
            }
        }
        // The other organization's one, too.
        assert_eq!(calls, [100, 100, 31, 0]);
        for (which, before) in filters().into_iter().zip(before) {
            assert_eq!(found(&house, which).await, before);
        }
        assert_eq!(found(&house, Which::default()).await, everybody);
    });
}

#[test]
fn who_is_not_indexed_yet_is_nobody_new_and_is_indexed_by_the_first_change() {
    story(async |house: House| {
        let new = |title: &str| NewCandidate {
            said: said(json!({
                "full_name": "Ada Lovelace", "title": title, "tags": ["Poet"],
                "emails": [{"value": "ada@x.org"}], "phones": [{"value": "123456789"}],
            })),
            ..person(&[], &[("hr:1", "7")])
        };
        let ada = house.take_in(new("Clerk")).await.unwrap().candidate;
        house.take_in(person(&["bob@x.org"], &[])).await.unwrap();
        house.write(forget).await.unwrap();
        let traits = only_here!("DELETE FROM trait");
        house
            .write(move |tx| Ok(tx.run(traits, &[])?))
            .await
            .unwrap();

        // By the address alone, and by the foreign id alone.
        let by_address = NewCandidate {
            foreign_ids: Vec::new(),
            ..new("Head")
        };
        let by_id = NewCandidate {
            said: said(json!({"tags": ["Mathematician"]})),
            ..new("")
        };
        for again in [by_address, by_id] {
            let again = house.take_in(again).await.unwrap();
            assert_eq!(
                (again.candidate.id, again.outcome),
                (ada.id, Outcome::Enriched)
            );
        }
        assert_eq!(
            house.write(candidate::index_some).await.unwrap(),
            1,
            "Bob alone was left"
        );
        for tag in ["poet", "mathematician"] {
            assert_eq!(found(&house, tagged(tag)).await, [ada.id]);
        }
        assert_eq!(found(&house, called("ada", "lovelace")).await.len(), 2);
        let (org, like) = (
            house.org,
            candidate::Likeness {
                phone: Some("123456789".into()),
                ..candidate::Likeness::default()
            },
        );
        let alike = house
            .read(move |r| candidate::alike(r, org, &like, 10))
            .await;
        assert_eq!(
            alike.iter().map(|c| c.id).collect::<Vec<_>>(),
            [ada.id],
            "what was there before was not lost"
        );
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "candidate.created",
                "candidate.updated",
                "candidate.updated"
            ]
        );
    });
}
