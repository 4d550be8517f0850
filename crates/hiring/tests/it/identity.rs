//! Whose an address or a foreign id is: one person each, however many say so at once.

use hiring::candidate::{self, ForeignId, Outcome};
use hiring::id::CandidateId;
use hiring::{Result, candidate::Taken};

use crate::{House, Runs, at_once, caller, how_many, only_here, person, story, take};

#[test]
fn one_address_in_many_spellings_is_one_person() {
    story(async |house: House| {
        let first = house.person("ada@bücher.example").await;
        assert_eq!(first.outcome, Outcome::Created);
        for spelling in [
            "Ada@Bücher.Example",
            "  ada@bücher.example ",
            "ADA@xn--bcher-kva.example",
        ] {
            let again = house.person(spelling).await;
            assert_eq!(again.outcome, Outcome::Enriched, "{spelling}");
            assert_eq!(again.candidate.id, first.candidate.id, "{spelling}");
        }
        // Dots and plus-tags are the mailbox's business.
        let tagged = house.person("ada+x@bücher.example").await;
        assert_eq!(tagged.outcome, Outcome::Created);
        // In another organization the same address is another person.
        let elsewhere = caller(house.other);
        let other = house
            .write(move |tx| take(tx, &elsewhere, &person(&["ada@bücher.example"], &[])))
            .await
            .unwrap();
        assert_eq!(other.outcome, Outcome::Created);
        let org = house.org;
        assert_eq!(house.read(move |r| candidate::count_all(r, org)).await, 2);
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "candidate.updated",
                "candidate.updated",
                "candidate.updated",
                "candidate.created"
            ]
        );
    });
}

#[test]
fn the_foreign_id_decides_over_the_address() {
    story(async |house: House| {
        let by_mail = house.person("ada@x.org").await.candidate.id;
        let by_id = house.take_in(person(&[], &[("hr:1", "7")])).await.unwrap();
        let by_id = by_id.candidate.id;
        assert_ne!(by_mail, by_id);
        let both = person(&["ada@x.org"], &[("hr:1", "7")]);
        let taken = house.take_in(both.clone()).await.unwrap();
        assert_eq!(
            (taken.outcome, taken.candidate.id),
            (Outcome::Enriched, by_id)
        );
        // The address stays with whom it was, and a person is to judge.
        let owner = house.read({
            let org = house.org;
            move |r| candidate::look_up_email(r, org, "ada@x.org")
        });
        assert_eq!(owner.await.unwrap().id, by_mail);
        assert_eq!(duplicates(&house).await, [(by_mail.0, by_id.0)]);
        // Said again it is not news.
        house.take_in(both).await.unwrap();
        assert_eq!(duplicates(&house).await.len(), 1);
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "candidate.created",
                "candidate.updated",
                "candidate.possible_duplicate",
                "candidate.updated"
            ]
        );
    });
}

#[test]
fn of_several_addresses_the_first_decides() {
    story(async |house: House| {
        let one = house.person("one@x.org").await.candidate.id;
        let two = house.person("two@x.org").await.candidate.id;
        let new = person(&["new@x.org", "two@x.org", "one@x.org"], &[]);
        let taken = house.take_in(new).await.unwrap();
        assert_eq!(taken.candidate.id, two);
        assert_eq!(duplicates(&house).await, [(one.0, two.0)]);
        // The address that was nobody's belongs to the one who was meant.
        let again = house.person("new@x.org").await;
        assert_eq!(again.candidate.id, two);
    });
}

#[test]
fn a_foreign_id_is_compared_as_it_is_and_within_its_system() {
    story(async |house: House| {
        let first = house.take_in(person(&[], &[("hr:1", "ab")])).await.unwrap();
        for (kind, key) in [("hr:1", "AB"), ("hr:2", "ab"), ("hr:1", " ab")] {
            let taken = house.take_in(person(&[], &[(kind, key)])).await.unwrap();
            assert_eq!(taken.outcome, Outcome::Created, "{kind} {key}");
        }
        let (org, wanted) = (house.org, foreign("hr:1", "ab"));
        let found = house
            .read(move |r| candidate::look_up_foreign(r, org, &wanted))
            .await;
        assert_eq!(found.unwrap().id, first.candidate.id);
    });
}

fn foreign(kind: &str, key: &str) -> ForeignId {
    ForeignId {
        kind: kind.into(),
        key: key.into(),
    }
}

#[test]
fn without_an_identity_everyone_is_new() {
    story(async |house: House| {
        for _ in 0..3 {
            let taken = house.take_in(person(&[], &[])).await.unwrap();
            assert_eq!(taken.outcome, Outcome::Created);
        }
        // What is no address identifies nobody.
        for _ in 0..2 {
            assert_eq!(
                house.person("not an address").await.outcome,
                Outcome::Created
            );
        }
    });
}

#[test]
fn twenty_who_name_one_new_person_at_once_make_one() {
    story(async |house: House| {
        for round in 0..5 {
            let email = format!("ada{round}@x.org");
            let calls = (0..20).map(|_| {
                let (house, new) = (house.clone(), person(&[&email], &[("hr:1", &email)]));
                async move { house.take_in(new).await }
            });
            let taken: Vec<Taken> = all(at_once(calls).await);
            assert_eq!(how_many(&taken, Outcome::Created), 1);
            assert_eq!(how_many(&taken, Outcome::Enriched), 19);
            assert!(
                taken
                    .iter()
                    .all(|t| t.candidate.id == taken[0].candidate.id)
            );
        }
        assert_eq!(
            house
                .count(only_here!("SELECT COUNT(*) FROM candidate"))
                .await,
            5
        );
        assert_eq!(
            house
                .count(only_here!("SELECT COUNT(*) FROM operation"))
                .await,
            100
        );
        assert_eq!(
            house
                .count(only_here!("SELECT COUNT(*) FROM identity"))
                .await,
            10
        );
        assert_no_identity_without_owner(&house).await;
    });
}

/// Each round: two calls that name two new addresses, in opposite order, together with others that name one of them.
#[test]
fn calls_that_name_new_addresses_crosswise_never_wait_in_a_circle() {
    story(async |house: House| {
        let runs = Runs::default();
        for round in 0..25 {
            let (a, b) = (format!("a{round}@x.org"), format!("b{round}@x.org"));
            let calls = [[&a, &b], [&b, &a], [&a, &b], [&b, &a]]
                .map(|[first, second]| counted(&house, &runs, &[first, second]));
            let taken = all(at_once(calls).await);
            // Whoever came first has both, so all mean the same person.
            assert_eq!(how_many(&taken, Outcome::Created), 1, "round {round}");
            assert!(
                taken
                    .iter()
                    .all(|t| t.candidate.id == taken[0].candidate.id)
            );
        }
        assert_eq!(runs.count(), 100, "some calls had to run again");
        assert!(duplicates(&house).await.is_empty());
        assert_no_identity_without_owner(&house).await;
    });
}

/// The addresses belong to two people by now: each call enriches one of them and names the other as a possible
/// duplicate, in opposite order.
#[test]
fn calls_that_name_two_people_crosswise_never_wait_in_a_circle() {
    story(async |house: House| {
        let runs = Runs::default();
        let people = ["a@x.org", "b@x.org", "c@x.org"];
        for email in people {
            house.person(email).await;
        }
        for round in 0..25 {
            let calls = [
                [0, 1, 2],
                [1, 2, 0],
                [2, 0, 1],
                [2, 1, 0],
                [0, 2, 1],
                [1, 0, 2],
            ]
            .map(|order| counted(&house, &runs, &order.map(|n| people[n])));
            let taken = all(at_once(calls).await);
            assert_eq!(how_many(&taken, Outcome::Enriched), 6, "round {round}");
        }
        assert_eq!(runs.count(), 150, "some calls had to run again");
        assert_eq!(duplicates(&house).await, [(1, 2), (1, 3), (2, 3)]);
        // The same once more with the pairs not yet noted, which is when their rows are fought for.
        for round in 0..10 {
            let forget = |tx: &mut store::Tx<'_>| {
                Ok(tx.run(only_here!("DELETE FROM possible_duplicate"), &[])?)
            };
            house.write(forget).await.unwrap();
            let calls = [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
                .map(|order| counted(&house, &runs, &order.map(|n| people[n])));
            all(at_once(calls).await);
            assert_eq!(duplicates(&house).await.len(), 3, "round {round}");
        }
        assert_eq!(runs.count(), 180, "some calls had to run again");
        let operations = only_here!("SELECT COUNT(*) FROM operation");
        assert_eq!(house.count(operations).await, 3 + 180);
    });
}

fn counted(
    house: &House,
    runs: &Runs,
    emails: &[&str],
) -> impl Future<Output = Result<Taken>> + Send + use<> {
    let (house, runs, new) = (house.clone(), runs.clone(), person(emails, &[]));
    async move {
        let caller = caller(house.org);
        let function = move |tx: &mut store::Tx<'_>| {
            runs.note();
            take(tx, &caller, &new)
        };
        house.write(function).await
    }
}

fn all(outcomes: Vec<Result<Taken>>) -> Vec<Taken> {
    outcomes
        .into_iter()
        .map(|outcome| outcome.expect("taken in"))
        .collect()
}

/// The pairs that a person is to judge.
async fn duplicates(house: &House) -> Vec<(i64, i64)> {
    let pairs = only_here!(
        "SELECT candidate_id, other_id FROM possible_duplicate ORDER BY candidate_id, other_id"
    );
    house
        .read(move |r| {
            let rows = r.all(pairs, &[])?;
            rows.iter()
                .map(|row| Ok((row.get::<CandidateId>(0)?.0, row.get::<i64>(1)?)))
                .collect()
        })
        .await
}

async fn assert_no_identity_without_owner(house: &House) {
    let orphans = only_here!("SELECT COUNT(*) FROM identity WHERE candidate_id IS NULL");
    assert_eq!(house.count(orphans).await, 0);
}
