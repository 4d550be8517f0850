//! People whom an older version of the program wrote are found by filters once they are indexed.

use hiring::Result;
use hiring::candidate::{self, NewCandidate, Side, Which};
use hiring::id::CandidateId;
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
            assert!(found(&house, which).await.is_empty());
        }
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
