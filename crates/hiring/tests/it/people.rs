//! People as the desk shows them: where values came from, who is the same person, whom a note names.

use hiring::application::{self, Disposition, NewApplication};
use hiring::candidate::{self, Candidate, CandidateEdit, NewCandidate, Side};
use hiring::counts::Actor;
use hiring::id::{CandidateId, OrgId};
use hiring::note::{self, NewNote, Visibility};
use hiring::problem::{Clash, Problem};
use hiring::record::How;
use hiring::{attachment, delivery, member, submission, timeline};
use serde_json::json;

use crate::{House, at_once, caller, kept, person, said, story, take};

fn called(name: &str, email: &str, more: serde_json::Value) -> NewCandidate {
    let mut new = person(&[email], &[("hr:1", email)]);
    new.said.insert("full_name".into(), name.into());
    new.said.extend(said(more));
    new
}

async fn found(house: &House, id: CandidateId) -> Candidate {
    let org = house.org;
    house.read(move |r| candidate::find(r, org, id)).await
}

/// What anybody sees of somebody: the record, and how many of everything they have.
async fn seen(house: &House, id: CandidateId) -> serde_json::Value {
    let org = house.org;
    house
        .read(move |r| {
            let person = candidate::find(r, org, id)?;
            let applications = application::of_candidate(r, org, person.id)?;
            let open = applications.iter().filter(|a| a.ended_at.is_none()).count();
            let notes = note::Filter {
                candidate: Some(person.id),
                ..note::Filter::default()
            };
            Ok(json!({
                "uid": person.uid, "record": person.record.fields, "ignored": person.ignored_at.is_some(),
                "applications": applications.len(), "open": open,
                "notes": note::page(r, org, Side::After(0), &notes, 100)?.len(),
                "files": attachment::of_candidate(r, org, person.id)?.len(),
                "submissions": submission::of_candidate(r, org, person.id)?.len(),
                "keys": candidate::foreign_keys(r, org, person.id, "hr:1")?,
                "addresses": candidate::foreign_keys(r, org, person.id, "email")?,
            }))
        })
        .await
}

async fn note_on(house: &House, id: CandidateId, body: &str) {
    let (org, body) = (house.org, body.to_owned());
    house
        .write(move |tx| {
            let note = NewNote {
                candidate: id,
                member: None,
                submission: None,
                kind: note::Kind::Note,
                subject: None,
                body: Some(body.clone()),
                visibility: Visibility::Public,
            };
            note::create(tx, &caller(org), &note)
        })
        .await
        .expect("a note");
}

#[test]
fn every_value_says_where_it_came_from() {
    story(async |house: House| {
        let org = house.org;
        let ada = house
            .take_in(called("Ada", "ada@x.org", json!({"title": "Clerk"})))
            .await
            .unwrap();
        let ada = ada.candidate.id;
        let change = move |tx: &mut store::Tx<'_>| {
            let anna = member::create(tx, org, "anna@x.org", "Anna", "recruiter", "x")?;
            let (anna, _) = member::by_email(tx, "anna@x.org")?
                .filter(|(m, _)| m.id == anna)
                .unwrap();
            let kept = kept(tx, &anna.caller())?;
            let change = CandidateEdit {
                said: said(json!({"title": "Head"})),
                ..CandidateEdit::default()
            };
            candidate::edit(tx, &anna.caller(), kept, ada, &change)
        };
        house.write(change).await.unwrap();
        let told = house.read(move |r| candidate::told(r, org, ada)).await;
        let title = told.fields.iter().find(|f| f.field == "title").unwrap();
        assert_eq!(title.parts[0].value, json!("Head"));
        let by = &told.sources[title.parts[0].by[0]];
        assert_eq!(
            (&by.who, by.replaced),
            (&Actor::Member("Anna".into()), true)
        );
        assert_eq!(
            (
                title.before[0].value.clone(),
                title.before[0].by,
                title.before[0].until
            ),
            (json!("Clerk"), Some(0), 1)
        );
        assert_eq!(told.sources[0].dialect.as_deref(), Some("test"));
        let record = found(&house, ada).await.record;
        let shown = told
            .fields
            .iter()
            .filter_map(|f| Some((f.field.to_owned(), f.value()?)));
        assert_eq!(record.fields, shown.collect());
    });
}

#[test]
fn of_two_who_edit_what_they_saw_at_once_one_hears_of_the_other() {
    story(async |house: House| {
        let org = house.org;
        let ada = house.person("ada@x.org").await.candidate.id;
        let seen = house.read(move |r| candidate::revision(r, org, ada)).await;
        let edit = |title: &'static str| {
            let house = house.clone();
            async move {
                house
                    .write(move |tx| {
                        let kept = kept(tx, &caller(org))?;
                        let change = CandidateEdit {
                            said: said(json!({"title": title})),
                            ..CandidateEdit::default()
                        };
                        candidate::edit_from(tx, &caller(org), kept, ada, seen, &change)
                    })
                    .await
            }
        };
        let done = at_once(["One", "Two", "Three"].map(edit)).await;
        let stale = done
            .iter()
            .filter(|d| matches!(d, Err(Problem::Stale { .. })))
            .count();
        assert_eq!((done.iter().filter(|d| d.is_ok()).count(), stale), (1, 2));
        let winner = done.into_iter().flatten().next().unwrap();
        assert_eq!(found(&house, ada).await.record, winner.record);
        assert_eq!(
            house
                .events()
                .await
                .iter()
                .filter(|e| *e == "candidate.updated")
                .count(),
            1
        );
    });
}

#[test]
fn merging_and_undoing_leaves_two_people_as_they_were() {
    story(async |house: House| {
        let org = house.org;
        let ada = called(
            "Ada Lovelace",
            "ada@x.org",
            json!({"title": "Clerk", "tags": ["a"], "phones": [{"value": "1234567"}]}),
        );
        let ada = house.take_in(ada).await.unwrap().candidate.id;
        let countess = called(
            "Countess L",
            "countess@x.org",
            json!({"company": "X", "tags": ["b"]}),
        );
        let countess = house.take_in(countess).await.unwrap().candidate.id;
        house.apply(ada, NewApplication::default()).await.unwrap();
        house
            .apply(countess, NewApplication::default())
            .await
            .unwrap();
        note_on(&house, ada, "one").await;
        note_on(&house, countess, "two").await;
        let before = (seen(&house, ada).await, seen(&house, countess).await);
        let refused = house
            .write(move |tx| candidate::merge(tx, &caller(org), ada, countess, false))
            .await;
        assert!(matches!(
            refused,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
        assert_eq!(
            (seen(&house, ada).await, seen(&house, countess).await),
            before
        );

        let merging = house
            .write(move |tx| candidate::merge(tx, &caller(org), ada, countess, true))
            .await
            .unwrap();
        let one = seen(&house, ada).await;
        assert_eq!(
            seen(&house, countess).await,
            one,
            "both names lead to one person"
        );
        let uid = merging.gone;
        assert_eq!(
            house
                .read(move |r| candidate::find_by_uid(r, org, uid))
                .await
                .id,
            ada
        );
        assert_eq!(
            (
                one["notes"].clone(),
                one["applications"].clone(),
                one["open"].clone()
            ),
            (json!(2), json!(2), json!(1))
        );
        assert_eq!(one["record"]["company"], json!("X"));
        assert_eq!(one["record"]["tags"], json!(["b", "a"]));
        assert_eq!(
            house
                .read(move |r| candidate::list(r, org, Side::After(0), None, 10))
                .await
                .len(),
            1
        );
        assert_eq!(house.read(move |r| candidate::count_all(r, org)).await, 1);
        // Whoever knows either is the one.
        let again = house
            .take_in(called("Ada", "countess@x.org", json!({})))
            .await
            .unwrap();
        assert_eq!(again.candidate.id, ada);
        note_on(&house, ada, "later").await;

        let uid = merging.uid;
        house
            .write(move |tx| candidate::undo(tx, &caller(org), uid))
            .await
            .unwrap();
        let twice = house
            .write(move |tx| candidate::undo(tx, &caller(org), uid))
            .await;
        assert!(matches!(twice, Err(Problem::NotFound(_))));
        let mut after = (seen(&house, ada).await, seen(&house, countess).await);
        assert_eq!(after.1, before.1);
        // What came since then stays where it came.
        assert_eq!(
            (after.0["notes"].clone(), after.0["submissions"].clone()),
            (json!(2), json!(2))
        );
        assert_eq!(after.0["record"]["full_name"], json!("Ada"));
        for name in ["notes", "submissions", "record"] {
            after.0[name] = before.0[name].clone();
        }
        assert_eq!(after.0, before.0);
        let events = house.events().await;
        let told: Vec<&str> = events
            .iter()
            .map(String::as_str)
            .filter(|e| e.contains("merged"))
            .collect();
        assert_eq!(told, ["candidate.merged", "candidate.unmerged"]);
    });
}

#[test]
fn a_chain_of_merges_leads_to_its_end_and_is_undone_from_there() {
    story(async |house: House| {
        let org = house.org;
        let mut people = Vec::new();
        for n in 0..3 {
            people.push(house.person(&format!("p{n}@x.org")).await.candidate.id);
        }
        let (a, b, c) = (people[0], people[1], people[2]);
        let first = house
            .write(move |tx| candidate::merge(tx, &caller(org), b, a, false))
            .await
            .unwrap()
            .uid;
        let second = house
            .write(move |tx| candidate::merge(tx, &caller(org), c, b, false))
            .await
            .unwrap()
            .uid;
        assert_eq!(found(&house, a).await.id, c);
        let same = house
            .write(move |tx| candidate::merge(tx, &caller(org), a, c, false))
            .await;
        assert!(matches!(same, Err(Problem::Invalid(_))));
        let early = house
            .write(move |tx| candidate::undo(tx, &caller(org), first))
            .await;
        assert!(matches!(early, Err(Problem::Conflict(_))));
        assert_eq!(
            house
                .read(move |r| candidate::mergings(r, org, c))
                .await
                .len(),
            1
        );
        house
            .write(move |tx| candidate::undo(tx, &caller(org), second))
            .await
            .unwrap();
        assert_eq!(
            (found(&house, a).await.id, found(&house, b).await.id),
            (b, b)
        );
        house
            .write(move |tx| candidate::undo(tx, &caller(org), first))
            .await
            .unwrap();
        for (id, n) in [(a, 0), (b, 1), (c, 2)] {
            let person = found(&house, id).await;
            assert_eq!(
                (person.id, person.record.email()),
                (id, Some(format!("p{n}@x.org").as_str()))
            );
        }
    });
}

#[test]
fn whoever_takes_in_and_merges_at_once_loses_nothing() {
    story(async |house: House| {
        let org = house.org;
        for round in 0..8 {
            let one = house.person(&format!("a{round}@x.org")).await.candidate.id;
            let two = house.person(&format!("b{round}@x.org")).await.candidate.id;
            let merging = {
                let house = house.clone();
                tokio::spawn(async move {
                    house
                        .write(move |tx| candidate::merge(tx, &caller(org), one, two, false))
                        .await
                })
            };
            let taking = {
                let house = house.clone();
                let new = NewCandidate {
                    said: said(
                        json!({"emails": [{"value": format!("b{round}@x.org")}], "title": "Late"}),
                    ),
                    how: How::Add,
                    ..person(&[], &[])
                };
                tokio::spawn(
                    async move { house.write(move |tx| take(tx, &caller(org), &new)).await },
                )
            };
            merging.await.unwrap().expect("merged");
            taking.await.unwrap().expect("taken in");
            let person = found(&house, two).await;
            assert_eq!(
                (person.id, person.record.text("title")),
                (one, Some("Late")),
                "round {round}"
            );
        }
    });
}

#[test]
fn nobody_merges_anothers_people() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let one = house.person("a@x.org").await.candidate.id;
        let two = house.person("b@x.org").await.candidate.id;
        let others =
            move |tx: &mut store::Tx<'_>| candidate::merge(tx, &caller(other), one, two, false);
        assert!(matches!(
            house.write(others).await,
            Err(Problem::NotFound(_))
        ));
        let uid = house
            .write(move |tx| candidate::merge(tx, &caller(org), one, two, false))
            .await
            .unwrap()
            .uid;
        let others = house
            .write(move |tx| candidate::undo(tx, &caller(other), uid))
            .await;
        assert!(matches!(others, Err(Problem::NotFound(_))));
        let apart = house
            .write(move |tx| candidate::tell_apart(tx, &caller(other), one, two))
            .await;
        assert!(matches!(apart, Err(Problem::NotFound(_))));
    });
}

async fn suspects(house: &House, org: OrgId, id: CandidateId) -> Vec<(CandidateId, Vec<String>)> {
    let all = house.read(move |r| {
        let person = candidate::find(r, org, id)?;
        candidate::suspects(r, org, &person)
    });
    let all = all.await.into_iter();
    all.map(|s| {
        (
            s.candidate.id,
            s.why.into_iter().map(|(rule, _)| rule).collect(),
        )
    })
    .collect()
}

#[test]
fn who_may_be_the_same_is_shown_until_somebody_judges() {
    story(async |house: House| {
        let org = house.org;
        let phone = json!({"phones": [{"value": "+972 52 864 4246"}]});
        let one = house
            .take_in(called("Ada One", "one@x.org", phone.clone()))
            .await
            .unwrap()
            .candidate
            .id;
        let two = house
            .take_in(called(
                "Ada Two",
                "two@x.org",
                json!({"phones": [{"value": "052-8644246"}]}),
            ))
            .await
            .unwrap()
            .candidate
            .id;
        let three = house
            .take_in(called("Ada Three", "three@x.org", json!({})))
            .await
            .unwrap()
            .candidate
            .id;
        // One call names two of them.
        let both = person(&["one@x.org", "three@x.org"], &[]);
        house.take_in(both).await.unwrap();
        let wanted = vec![
            (three, vec!["one call named both".to_owned()]),
            (two, vec!["the same phone".to_owned()]),
        ];
        let mut there = suspects(&house, org, one).await;
        there.sort_by_key(|(_, why)| why.clone());
        assert_eq!(there, wanted);
        for _ in 0..2 {
            house
                .write(move |tx| candidate::tell_apart(tx, &caller(org), two, one))
                .await
                .unwrap();
        }
        assert_eq!(suspects(&house, org, one).await.len(), 1);
        assert!(suspects(&house, org, two).await.is_empty());
        house
            .write(move |tx| candidate::merge(tx, &caller(org), one, three, false))
            .await
            .unwrap();
        assert!(suspects(&house, org, one).await.is_empty());
        let events = house.events().await;
        assert_eq!(
            events
                .iter()
                .filter(|e| *e == "candidate.told_apart")
                .count(),
            1
        );
    });
}

#[test]
fn a_note_tells_whom_it_names_once() {
    story(async |house: House| {
        let org = house.org;
        let ada = house.person("ada@x.org").await.candidate;
        let (id, uid) = (ada.id, ada.uid);
        let made = move |tx: &mut store::Tx<'_>| {
            let anna = member::create(tx, org, "anna@x.org", "Anna Berg", "recruiter", "x")?;
            member::create(tx, org, "ben@x.org", "Ben", "interviewer", "x")?;
            let new = NewNote {
                candidate: id,
                member: Some(anna),
                submission: None,
                kind: note::Kind::Note,
                subject: None,
                body: Some("@ben and @Anna, a SECRET; @ben again".into()),
                visibility: Visibility::Public,
            };
            let note = note::create(tx, &caller(org), &new)?;
            note::mention(tx, &caller(org), &note, id, "http://muster.test")
        };
        let told = house.write(made).await.unwrap();
        assert_eq!(
            told.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(),
            ["Ben"]
        );
        let outbox = house
            .read(move |r| delivery::outbox(r, org, hiring::id::DeliveryId(0), 10))
            .await;
        assert_eq!(outbox.len(), 1);
        let body = outbox[0].body.clone().unwrap();
        assert_eq!(outbox[0].recipient.as_deref(), Some("ben@x.org"));
        assert!(
            body.contains("Anna Berg")
                && body.contains(&format!("http://muster.test/desk/candidates/{uid}#notes")),
            "{body}"
        );
        assert!(
            !body.contains("SECRET") && !body.contains("Lovelace"),
            "{body}"
        );
        assert!(
            house
                .read(move |r| delivery::of_candidate(r, org, id, 10))
                .await
                .is_empty(),
            "not the person's mail"
        );
        assert_eq!(
            house.events().await[1..],
            [
                "candidate.created",
                "note.added",
                "note.mentioned",
                "mail.queued"
            ]
        );
    });
}

#[test]
fn what_happened_to_a_person_is_told_newest_first_in_pages() {
    story(async |house: House| {
        let org = house.org;
        let ada = house.person("ada@x.org").await.candidate.id;
        let opened = house
            .apply(ada, NewApplication::default())
            .await
            .unwrap()
            .application()
            .id;
        house
            .write(move |tx| {
                application::dispose(tx, &caller(org), opened, Disposition::Rejected, None)
            })
            .await
            .unwrap();
        house.person("bob@x.org").await;
        let (mut before, mut kinds) = (i64::MAX, Vec::new());
        loop {
            let page = house
                .read(move |r| timeline::of_candidate(r, org, ada, before, 2))
                .await;
            let Some(last) = page.last() else { break };
            before = last.id;
            kinds.extend(page.into_iter().map(|e| e.event.kind));
        }
        assert_eq!(
            kinds,
            [
                "application.rejected",
                "application.submitted",
                "candidate.created"
            ]
        );
        let other = house.other;
        assert!(
            house
                .read(move |r| timeline::of_candidate(r, other, ada, i64::MAX, 9))
                .await
                .is_empty()
        );
    });
}
