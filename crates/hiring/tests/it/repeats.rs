//! The same request twice is done once.

use hiring::Result;
use hiring::caller::{Caller, Who};
use hiring::id::KeyId;
use hiring::idempotency::{self, Answer, KEPT_FOR, RequestKey};
use hiring::problem::{Clash, Noun, Problem};
use store::Tx;

use crate::{House, at_once, caller, only_here, person, story, take};

fn request(key: &str, body: &str) -> RequestKey {
    RequestKey {
        key: key.into(),
        method: "POST".into(),
        path: "/candidates".into(),
        fingerprint: hiring::secret::hash(body),
    }
}

/// Makes somebody without any identity, so that doing it twice would make two.
fn make(tx: &mut Tx<'_>, caller: &Caller) -> Result<Answer> {
    let taken = take(tx, caller, &person(&[], &[]))?;
    Ok(Answer {
        status: 201,
        headers: vec![("location".into(), format!("/{}", taken.candidate.uid))],
        body: taken.candidate.uid.to_string(),
    })
}

async fn post(house: &House, caller: Caller, request: RequestKey) -> Result<Answer> {
    house
        .write(move |tx| idempotency::once(tx, &caller, Some(&request), |tx| make(tx, &caller)))
        .await
}

async fn people(house: &House) -> i64 {
    house
        .count(only_here!("SELECT COUNT(*) FROM candidate"))
        .await
}

#[test]
fn a_repeat_is_given_the_kept_answer() {
    story(async |house: House| {
        let caller = caller(house.org);
        let first = post(&house, caller.clone(), request("k", "body"))
            .await
            .unwrap();
        let again = post(&house, caller.clone(), request("k", "body"))
            .await
            .unwrap();
        assert_eq!(again, first);
        assert_eq!(people(&house).await, 1);
        let other_body = post(&house, caller.clone(), request("k", "other")).await;
        assert_eq!(other_body, Err(Problem::Conflict(Clash::KeyReused)));
        // Another key, another path, another caller: other requests.
        let mut elsewhere = request("k", "body");
        elsewhere.path = "/elsewhere".into();
        let other_caller = Caller {
            who: Who::Key(KeyId(8)),
            ..caller.clone()
        };
        for (caller, request) in [
            (caller.clone(), request("k2", "body")),
            (caller.clone(), elsewhere),
            (other_caller, request("k", "body")),
        ] {
            assert_ne!(post(&house, caller, request).await.unwrap(), first);
        }
        assert_eq!(people(&house).await, 4);
        // Without a key every call is one of its own.
        for _ in 0..2 {
            let caller = caller.clone();
            house
                .write(move |tx| idempotency::once(tx, &caller, None, |tx| make(tx, &caller)))
                .await
                .unwrap();
        }
        assert_eq!(people(&house).await, 6);
    });
}

#[test]
fn a_refusal_is_not_kept() {
    story(async |house: House| {
        let caller = caller(house.org);
        let (refused, inner) = (request("k", "body"), caller.clone());
        let outcome = house
            .write(move |tx| {
                idempotency::once(tx, &inner, Some(&refused), |tx| {
                    make(tx, &inner)?;
                    Err(Problem::NotFound(Noun::Job))
                })
            })
            .await;
        assert_eq!(outcome, Err(Problem::NotFound(Noun::Job)));
        assert_eq!(people(&house).await, 0);
        assert!(
            post(&house, caller.clone(), request("k", "body"))
                .await
                .is_ok()
        );
        // Not even the body of the refused one binds.
        let (refused, inner) = (request("k3", "one"), caller.clone());
        let outcome = house
            .write(move |tx| {
                idempotency::once(tx, &inner, Some(&refused), |_| {
                    Err(Problem::NotFound(Noun::Job))
                })
            })
            .await;
        assert!(outcome.is_err());
        assert!(post(&house, caller, request("k3", "two")).await.is_ok());
    });
}

#[test]
fn simultaneous_twins_do_the_work_once() {
    story(async |house: House| {
        for round in 0..5 {
            let calls = (0..16).map(|_| {
                let house = house.clone();
                async move {
                    post(
                        &house,
                        caller(house.org),
                        request(&round.to_string(), "body"),
                    )
                    .await
                }
            });
            let answers = at_once(calls).await;
            let first = answers[0].clone().expect("an answer");
            for answer in answers {
                assert_eq!(answer, Ok(first.clone()));
            }
        }
        assert_eq!(people(&house).await, 5);
    });
}

#[test]
fn twins_with_different_bodies_are_one_request_and_one_mistake() {
    story(async |house: House| {
        let calls = ["one", "two", "three", "four"].map(|body| {
            let house = house.clone();
            async move { post(&house, caller(house.org), request("k", body)).await }
        });
        let answers = at_once(calls).await;
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
        let reused = Err(Problem::Conflict(Clash::KeyReused));
        assert_eq!(answers.iter().filter(|a| **a == reused).count(), 3);
        assert_eq!(people(&house).await, 1);
    });
}

#[test]
fn an_answer_is_kept_for_a_week() {
    story(async |house: House| {
        let caller = caller(house.org);
        let first = post(&house, caller.clone(), request("k", "body"))
            .await
            .unwrap();
        let hour = 3_600 * 1_000_000;
        house.clock.advance(KEPT_FOR - hour);
        let again = post(&house, caller.clone(), request("k", "body"))
            .await
            .unwrap();
        assert_eq!(again, first);
        house.clock.advance(2 * hour);
        let anew = post(&house, caller.clone(), request("k", "other"))
            .await
            .unwrap();
        assert_ne!(anew, first);
        assert_eq!(people(&house).await, 2);
        // What nobody asks for again is forgotten too, in slices.
        for n in 0..5 {
            post(&house, caller.clone(), request(&n.to_string(), "body"))
                .await
                .unwrap();
        }
        house.clock.advance(KEPT_FOR + hour);
        for expected in [4, 2, 0] {
            let forgotten = house.write(|tx| idempotency::forget(tx, 4)).await;
            assert_eq!(forgotten, Ok(expected));
        }
    });
}
