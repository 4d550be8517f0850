//! Lists by offset, amendments, jobs as far systems know them: everything in its organization, and nobody missed.

use hiring::application::{self, NewApplication};
use hiring::attachment;
use hiring::candidate::{self, Amendment, ForeignId, NewCandidate, Outcome, Sieve, Word};
use hiring::event::{self, Noun};
use hiring::problem::Problem;
use hiring::record::How;
use hiring::submission::{self, NewSubmission};
use hiring::{Result, feedback, job, note, tag};
use serde_json::{Value, json};

use crate::{House, caller, person, said, story};

fn word(key: &str, open_start: bool, open_end: bool) -> Word {
    Word {
        key: key.into(),
        open_start,
        open_end,
    }
}

async fn found(house: &House, sieve: Sieve) -> Vec<String> {
    let org = house.org;
    house
        .read(move |r| {
            let (total, ids) = candidate::sifted(r, org, &sieve, 100, 0)?;
            assert_eq!(total as usize, ids.len());
            let mut people = candidate::of_ids(r, org, &ids)?;
            people.sort_by_key(|p| p.id);
            Ok(people.iter().map(|p| p.record.name().to_owned()).collect())
        })
        .await
}

fn called(first: &str, last: &str, email: &str) -> NewCandidate {
    NewCandidate {
        said: said(json!({"first_name": first, "last_name": last, "emails": [{"value": email}]})),
        ..person(&[], &[])
    }
}

#[test]
fn words_are_sought_in_names_and_addresses() {
    story(async |house: House| {
        for (first, last, email) in [
            ("Ada", "Lovelace", "countess@analytical.example"),
            ("Adam", "Byron", "adam@byron.example"),
            ("Mary", "Somerville", "mary@ada.example"),
        ] {
            house.take_in(called(first, last, email)).await.unwrap();
        }
        for (words, wanted) in [
            (vec![word("ada", false, false)], vec!["Ada Lovelace"]),
            (
                vec![word("ada", false, true)],
                vec!["Ada Lovelace", "Adam Byron"],
            ),
            (
                vec![word("ada", true, true)],
                vec!["Ada Lovelace", "Adam Byron", "Mary Somerville"],
            ),
            (
                vec![word("@byron.example", true, false)],
                vec!["Adam Byron"],
            ),
            (
                vec![word("mary", false, false), word("ville", true, false)],
                vec!["Mary Somerville"],
            ),
            (
                vec![word("mary", false, false), word("byron", false, false)],
                vec![],
            ),
        ] {
            let sieve = Sieve {
                words,
                ..Sieve::default()
            };
            assert_eq!(found(&house, sieve.clone()).await, wanted, "{sieve:?}");
        }
        let sieve = Sieve {
            email: Some("MARY@ada.example".into()),
            words: vec![word("mary", false, false)],
            ..Sieve::default()
        };
        assert_eq!(found(&house, sieve).await, ["Mary Somerville"]);
    });
}

#[test]
fn times_of_change_are_included_at_both_ends() {
    story(async |house: House| {
        let taken = house.person("ada@x.org").await;
        let at = taken.candidate.updated_at;
        for (from, to, count) in [
            (None, None, 1),
            (Some(at), Some(at), 1),
            (Some(at + 1), None, 0),
            (None, Some(at - 1), 0),
        ] {
            let sieve = Sieve {
                changed_from: from,
                changed_to: to,
                ..Sieve::default()
            };
            assert_eq!(found(&house, sieve).await.len(), count, "{from:?} {to:?}");
        }
    });
}

async fn amend(house: &House, at: Option<i64>, words: Value) -> Result<candidate::Taken> {
    let caller = caller(house.org);
    house
        .write(move |tx| {
            let hr = ForeignId {
                kind: "hr:1".into(),
                key: "7".into(),
            };
            let known = candidate::look_up_foreign(tx, caller.org, &hr)?;
            let sent = NewSubmission {
                uid: hiring::id::new_uid(),
                dialect: "test",
                route: "/people/{id}",
                body: "{}".into(),
                files: Vec::new(),
                eeo: Vec::new(),
                unmapped: Vec::new(),
            };
            let kept = submission::keep(tx, &caller, &sent)?;
            let change = Amendment {
                scope: "hr:1/7".into(),
                at,
                said: said(words.clone()),
                attachments: Vec::new(),
            };
            candidate::amend(tx, &caller, kept, known.expect("somebody").id, &change)
        })
        .await
}

#[test]
fn an_amendment_changes_what_its_record_said_and_no_more() {
    story(async |house: House| {
        let by_hand = NewCandidate {
            said: said(json!({"company": "By hand", "summary": "By hand"})),
            ..person(&[], &[("hr:1", "7")])
        };
        house.take_in(by_hand).await.unwrap();
        let first = NewCandidate {
            said: said(
                json!({"title": "Clerk", "summary": "Mine", "emails": [{"value": "a@x.org"}]}),
            ),
            how: How::Renew {
                scope: "hr:1/7".into(),
                at: 10,
            },
            ..person(&[], &[("hr:1", "7")])
        };
        house.take_in(first).await.unwrap();
        let change = json!({"summary": null, "company": "New", "emails": [{"value": "b@x.org"}]});
        let record = amend(&house, None, change).await.unwrap().candidate.record;
        assert_eq!(record.text("summary"), Some("By hand"));
        assert_eq!(
            (record.text("company"), record.text("title")),
            (Some("New"), Some("Clerk"))
        );
        assert_eq!(record.email(), Some("b@x.org"));
        // The new address is this person's from now on.
        let again = house.person("b@x.org").await;
        assert_eq!(again.candidate.record.text("title"), Some("Clerk"));
        for (at, words) in [
            (Some(10), json!({"title": "x"})),
            (None, json!({"title": "Clerk"})),
        ] {
            let stale = amend(&house, at, words).await.unwrap();
            assert_eq!(stale.outcome, Outcome::Stale);
        }
        let newer = amend(&house, Some(11), json!({"title": "Head"}))
            .await
            .unwrap();
        assert_eq!(newer.candidate.record.text("title"), Some("Head"));
    });
}

#[test]
fn a_renewal_that_says_the_same_again_changes_nothing() {
    story(async |house: House| {
        let renewal = |at| NewCandidate {
            said: said(json!({"title": "Clerk"})),
            how: How::Renew {
                scope: "hr:1/7".into(),
                at,
            },
            ..person(&[], &[("hr:1", "7")])
        };
        house.take_in(renewal(1)).await.unwrap();
        let again = house.take_in(renewal(2)).await.unwrap();
        assert_eq!(again.outcome, Outcome::Stale);
        assert_eq!(house.events().await, ["job.created", "candidate.created"]);
    });
}

#[test]
fn scorecards_have_names_as_long_as_the_record_holds_them() {
    story(async |house: House| {
        let cards = |names: &[&str], at| {
            let cards: Vec<Value> = names.iter().map(|n| json!({"interview_name": n})).collect();
            NewCandidate {
                said: said(
                    json!({"foreign_applications": [{"application_id": "A", "scorecards": cards}]}),
                ),
                how: How::Renew {
                    scope: "hr:1/7".into(),
                    at,
                },
                ..person(&[], &[("hr:1", "7")])
            }
        };
        let org = house.org;
        let shown = async || {
            let (total, all) = house
                .read(move |r| feedback::from_offset(r, org, None, 100, 0))
                .await;
            assert_eq!(total as usize, all.len());
            let name = |f: &feedback::Feedback| f.said["scorecard"]["interview_name"].clone();
            all.iter().map(|f| (name(f), f.uid)).collect::<Vec<_>>()
        };
        house.take_in(cards(&["one", "two"], 1)).await.unwrap();
        let before = shown().await;
        house.take_in(cards(&["two", "three"], 2)).await.unwrap();
        let after = shown().await;
        let names: Vec<_> = after.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["two", "three"]);
        assert!(before.contains(&after[0]));
    });
}

#[test]
fn another_organization_sees_none_of_it() {
    story(async |house: House| {
        let ada = NewCandidate {
            said: said(json!({
                "first_name": "Ada", "tags": ["x"],
                "foreign_applications": [{"scorecards": [{"interview_name": "one"}]}],
            })),
            ..person(&["ada@x.org"], &[("hr:1", "7")])
        };
        let ada = house.take_in(ada).await.unwrap().candidate;
        let opened = house
            .apply(ada.id, NewApplication::default())
            .await
            .unwrap();
        let application = opened.application().uid;
        let (org, other, job, by) = (house.org, house.other, house.job.clone(), caller(house.org));
        let file = attachment::put(&house.app, org, b"a file".to_vec())
            .await
            .unwrap();
        let hr = ForeignId {
            kind: "hr:1".into(),
            key: "R".into(),
        };
        let far = hr.clone();
        let note = house
            .write(move |tx| {
                assert!(job::claim_foreign(tx, org, &far)?.is_none());
                job::give_foreign(tx, org, &far, job.id)?;
                assert_eq!(job::claim_foreign(tx, org, &far)?, Some(job.id));
                let sent = NewSubmission {
                    uid: hiring::id::new_uid(),
                    dialect: "test",
                    route: "/",
                    body: "{}".into(),
                    files: Vec::new(),
                    eeo: Vec::new(),
                    unmapped: Vec::new(),
                };
                let kept = submission::keep(tx, &by, &sent)?;
                submission::name(tx, org, kept, "R")?;
                job::add_file(
                    tx,
                    &by,
                    job.id,
                    kept.id,
                    (attachment::Kind::Other, "f", &file),
                )?;
                let new = note::NewNote {
                    candidate: ada.id,
                    member: None,
                    submission: None,
                    kind: note::Kind::Note,
                    subject: None,
                    body: Some("n".into()),
                    visibility: note::Visibility::Public,
                };
                let note = note::create(tx, &by, &new)?.uid;
                note::attribute(tx, org, note, Some(job.id), Some("a@x.org"))?;
                Ok((note, kept.uid))
            })
            .await
            .unwrap();
        let (note, sent) = note;
        let (ada, job) = (ada.clone(), house.job.clone());
        let look = move |r: &mut store::Reader<'_>, org| {
            let all = application::Sieve::default();
            let one = Sieve {
                uids: Some(vec![ada.uid]),
                ..Sieve::default()
            };
            let by_id = Sieve {
                foreign: vec![vec![ForeignId {
                    kind: "hr:1".into(),
                    key: "7".into(),
                }]],
                ..Sieve::default()
            };
            let tags = tag::tagged(r, org, Some(ada.id), 9, 0)?.1;
            let number = tags.first().map_or(1, |t| t.id);
            let cards = feedback::from_offset(r, org, Some(ada.id), 9, 0)?.1;
            let card = cards.first().map_or(ada.uid, |c| c.uid);
            Ok(vec![
                candidate::sifted(r, org, &Sieve::default(), 9, 0)?.1.len(),
                candidate::sifted(r, org, &one, 9, 0)?.1.len(),
                candidate::sifted(r, org, &by_id, 9, 0)?.1.len(),
                candidate::numbers(r, org, &[ada.uid])?.len(),
                candidate::kinds(r, org, "hr:")?.len(),
                candidate::foreign_ids_of(r, org, &[ada.id])?.len(),
                application::sifted(r, org, &all, 9, 0)?.1.len(),
                application::of_uids(r, org, &[application])?.len(),
                application::applicants(r, org, job.id, 9, 0)?.1.len(),
                job::look_up_foreign(r, org, &hr)?.iter().count(),
                job::foreign_of(r, org, &[job.id])?.len(),
                job::called(r, org, "R")?.len(),
                job::of_uids(r, org, &[job.uid])?.len(),
                job::from_offset(r, org, 9, 0)?.1.len(),
                job::files_of(r, org, &[job.id])?.len(),
                note::from_offset(r, org, Some(ada.id), None, 9, 0)?.1.len(),
                note::from_offset(r, org, None, Some(job.id), 9, 0)?.1.len(),
                note::of_candidates(r, org, &[ada.id])?.len(),
                note::of_uids(r, org, &[note])?.len(),
                tags.len(),
                tag::tagged_of_ids(r, org, &[number])?.len(),
                cards.len(),
                feedback::of_uids(r, org, &[card])?.len(),
                event::changed(r, org, Noun::Candidate, (0, i64::MAX), 9, 0)?
                    .1
                    .len(),
                event::changed(r, org, Noun::Application, (0, i64::MAX), 9, 0)?
                    .1
                    .len(),
                event::changed(r, org, Noun::Job, (0, i64::MAX), 9, 0)?
                    .1
                    .len(),
                submission::named(r, org, sent)?.iter().count(),
            ])
        };
        let ours = look.clone();
        let ours = house.read(move |r| ours(r, org)).await;
        assert_eq!(ours, vec![1; 27]);
        let theirs = house.read(move |r| look(r, other)).await;
        assert_eq!(theirs, vec![0; 27]);
        let gone = house
            .write(move |tx| note::attribute(tx, other, note, None, None))
            .await;
        assert!(matches!(gone, Err(Problem::NotFound(_))));
    });
}
