//! What people told of themselves, read as lists.

use hiring::eeo::{self, Question};
use hiring::id::{Uuid, new_uid};
use hiring::page::Side;
use hiring::submission::{self, EeoSlot, NewSubmission};
use hiring::{Problem, Result, candidate, slot};
use serde_json::json;

use crate::{House, caller, person, story, usual_caller};

/// Keeps a body that tells `answers`, (pointer, text), and takes its person in.
pub async fn told(house: &House, email: &'static str, answers: &'static [(&str, &str)]) -> Uuid {
    let (uid, org) = (new_uid(), house.org);
    let write = house.write(move |tx| {
        let slot = |(n, (pointer, value)): (usize, &(&str, &str))| EeoSlot {
            n: n as u32,
            pointer: (*pointer).into(),
            value: json!(value).to_string(),
        };
        let new = NewSubmission {
            uid,
            dialect: "test",
            route: "/test",
            body: "{}".into(),
            files: Vec::new(),
            eeo: answers.iter().enumerate().map(slot).collect(),
            unmapped: Vec::new(),
        };
        let kept = submission::keep(tx, &caller(org), &new)?;
        let mut person = person(&[email], &[]);
        // The last of them is said of the person, as races are: in a list.
        let last = answers.len() as u32 - 1;
        let races = json!([slot::placeholder(uid, last)]);
        person.said.insert("races".into(), races);
        let candidate = candidate::take_in(tx, &caller(org), kept, &person)?.candidate;
        submission::settle(tx, org, kept, Some(candidate.id), None, "created")
    });
    write.await.unwrap();
    uid
}

#[test]
fn what_people_told_is_one_record_for_each_submission() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let first = told(
            &house,
            "ada@x.org",
            &[("/model/gender", "woman"), ("/x/0/answer", "Asian")],
        )
        .await;
        house.person("bea@x.org").await;
        let second = told(&house, "cleo@x.org", &[("/form/ethnicity", "White")]).await;
        let found = house
            .read(move |r| {
                let all = eeo::Filter::default();
                let page = eeo::page(r, &caller(org), Side::After(0), &all, 9)?;
                let of_one = eeo::Filter {
                    candidate: Some(page[1].candidate_id),
                    without_ignored: true,
                    ..all
                };
                let one = eeo::page(r, &caller(org), Side::Before(i64::MAX), &of_one, 9)?;
                assert_eq!((one.len(), one[0].submission), (1, second));
                Ok(page)
            })
            .await;
        let uids: Vec<_> = found.iter().map(|told| told.submission).collect();
        assert_eq!(uids, [first, second]);
        assert_eq!(found[0].answer(Question::Gender), Some(&json!("woman")));
        assert_eq!(found[0].answer(Question::Race), Some(&json!(["Asian"])));
        assert_eq!(found[1].answer(Question::Race), Some(&json!(["White"])));
        assert_eq!(found[1].answer(Question::Veteran), None);

        let refused: Result<_> = house
            .app
            .store
            .read(move |r| eeo::find(r, &usual_caller(org), first))
            .await;
        assert!(matches!(refused, Err(Problem::Forbidden(_))));
        let foreign: Result<_> = house
            .app
            .store
            .read(move |r| eeo::find(r, &caller(other), first))
            .await;
        assert!(matches!(foreign, Err(Problem::NotFound(_))));
        let ours = house.read(move |r| eeo::find(r, &caller(org), first)).await;
        assert_eq!(ours.answers.len(), 2);
    });
}
