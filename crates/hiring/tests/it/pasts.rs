//! People with a long past: their record is what all of it says, though a change reads only the end of it.

use hiring::candidate::{self, CandidateEdit, NewCandidate};
use hiring::id::CandidateId;
use hiring::record::{How, Record};
use serde_json::{Value, json};

use crate::{House, caller, kept, only_here, person, said, story};

/// Holds the record against everything that was said: what is shown with its sources reads all of it.
async fn is_whole(house: &House, id: CandidateId, when: &str) -> Record {
    let org = house.org;
    let (told, record) = house
        .read(move |r| {
            let told = candidate::told(r, org, id)?;
            Ok((told, candidate::find(r, org, id)?.record))
        })
        .await;
    let fields = told.fields.iter();
    let fields = fields.filter_map(|t| Some((t.field.to_owned(), t.value()?)));
    let all = Record {
        fields: fields.collect(),
    };
    assert_eq!(record, all, "{when}");
    record
}

async fn edit(house: &House, id: CandidateId, words: Value) {
    let asking = caller(house.org);
    let change = CandidateEdit {
        said: said(words),
        ..CandidateEdit::default()
    };
    let edited = house.write(move |tx| {
        let kept = kept(tx, &asking)?;
        candidate::edit(tx, &asking, kept, id, &change)
    });
    edited.await.unwrap();
}

fn somebody(key: &str, how: How, words: Value) -> NewCandidate {
    NewCandidate {
        said: said(words),
        how,
        ..person(&[], &[("hr:1", key)])
    }
}

async fn replays(house: &House) -> i64 {
    house.count(only_here!("SELECT COUNT(*) FROM folded")).await
}

#[test]
fn a_record_follows_from_all_that_was_said_however_much_it_is() {
    story(async |house: House| {
        let first = somebody(
            "7",
            How::Add,
            json!({"full_name": "Ada King", "skills": ["law"]}),
        );
        let ada = house.take_in(first).await.unwrap().candidate.id;
        assert_eq!(replays(&house).await, 0, "a short past is not kept twice");
        for n in 0..150_i64 {
            let renewed = |scope: &str| How::Renew {
                scope: scope.into(),
                at: n,
            };
            match n % 10 {
                0 => {
                    edit(
                        &house,
                        ada,
                        json!({"title": format!("Title {n}"), "tags": [format!("t{n}")]}),
                    )
                    .await
                }
                1 => {
                    edit(
                        &house,
                        ada,
                        json!({"first_name": format!("Ada {n}"), "middle_name": null}),
                    )
                    .await
                }
                3 => {
                    edit(
                        &house,
                        ada,
                        json!({"full_name": format!("Ada Byron {n}"), "skills": null}),
                    )
                    .await
                }
                5 if n > 60 => {
                    let said =
                        json!({"company": format!("Company {n}"), "skills": [format!("s{n}")]});
                    house
                        .take_in(somebody("7", renewed("one"), said))
                        .await
                        .unwrap();
                }
                7 if n > 90 => {
                    let said =
                        json!({"summary": format!("Summary {n}"), "custom": {"k": n.to_string()}});
                    house
                        .take_in(somebody("7", renewed("two"), said))
                        .await
                        .unwrap();
                }
                _ => {
                    let said = json!({"skills": [format!("skill {}", n % 4)], "emails": [{"value": format!("a{}@x.org", n % 3)}]});
                    house.take_in(somebody("7", How::Add, said)).await.unwrap();
                }
            }
            is_whole(&house, ada, &format!("after {n}")).await;
        }
        assert_eq!(replays(&house).await, 1);
        let events = house.events().await;
        assert_eq!(events.len(), 152);
        assert!(events[2..].iter().all(|e| e == "candidate.updated"));
    });
}

#[test]
fn who_is_merged_and_unmerged_keeps_a_long_past() {
    story(async |house: House| {
        let mut both = Vec::new();
        for key in ["1", "2"] {
            let said = json!({"full_name": format!("Ada {key}")});
            let id = house
                .take_in(somebody(key, How::Add, said))
                .await
                .unwrap()
                .candidate
                .id;
            for n in 0..40 {
                edit(
                    &house,
                    id,
                    json!({"title": format!("Title {key} {n}"), "tags": [format!("{key}.{n}")]}),
                )
                .await;
            }
            both.push(id);
        }
        assert_eq!(replays(&house).await, 2);
        let (kept, gone) = (both[0], both[1]);
        let before = [
            is_whole(&house, kept, "before").await,
            is_whole(&house, gone, "before").await,
        ];
        let asking = caller(house.org);
        let merged = house.write(move |tx| candidate::merge(tx, &asking, kept, gone, true));
        let merged = merged.await.unwrap();
        let one = is_whole(&house, kept, "merged").await;
        assert_eq!(one.text("title"), Some("Title 2 39"));
        edit(&house, kept, json!({"company": "X"})).await;
        is_whole(&house, kept, "merged and changed").await;
        let asking = caller(house.org);
        house
            .write(move |tx| candidate::undo(tx, &asking, merged.uid))
            .await
            .unwrap();
        let again = is_whole(&house, kept, "two again").await;
        assert_eq!(again.text("company"), Some("X"));
        assert_eq!(again.text("title"), before[0].text("title"));
        assert_eq!(is_whole(&house, gone, "two again").await, before[1]);
        edit(&house, gone, json!({"title": null})).await;
        is_whole(&house, gone, "two again and changed").await;
    });
}
