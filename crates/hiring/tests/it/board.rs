//! A job's board: its columns, moving cards from where they were seen, the same done to many, and who hears of it.

use std::sync::Arc;

use hiring::application::board::{self, After, Card, Column, Seen, Shift, Sieve};
use hiring::application::bulk::{self, Deed, Outcome, Rejection};
use hiring::application::{self, Application, Disposition, NewApplication};
use hiring::caller::{Caller, Who};
use hiring::counts::Actor;
use hiring::event::happening;
use hiring::id::{MemberId, OrgId, StageId, Uuid, new_uid};
use hiring::problem::Problem;
use hiring::{catalog, invite, job, member};
use tokio::sync::Barrier;

use crate::{House, at_once, caller, only_here, person, said, story, take};

/// A member who does things on the desk.
async fn recruiter(house: &House, name: &'static str) -> Caller {
    let org = house.org;
    let made = house.write(move |tx| {
        let email = format!("{}@example.org", name.to_lowercase());
        member::create(tx, org, &email, name, "recruiter", "no hash")
    });
    as_member(org, made.await.expect("a member"))
}

fn as_member(org: OrgId, id: MemberId) -> Caller {
    Caller {
        who: Who::Member(id),
        ..Caller::system(org)
    }
}

/// Somebody who has applied from `source`.
async fn applied(house: &House, email: &str, source: &str) -> Application {
    let who = house.person(email).await.candidate.id;
    let new = NewApplication {
        source: source.into(),
        ..NewApplication::default()
    };
    let opened = house.apply(who, new).await.expect("applied");
    opened.application().clone()
}

async fn stages(house: &House) -> Vec<StageId> {
    let (org, job) = (house.org, house.job.id);
    let all = house.read(move |r| job::stages(r, org, job)).await;
    all.into_iter().map(|s| s.id).collect()
}

async fn shift(house: &House, who: &Caller, uid: Uuid, seen: Seen, to: StageId) -> Shift {
    let (who, job) = (who.clone(), house.job.id);
    let shifted = house.write(move |tx| board::shift(tx, &who, job, uid, seen, to));
    shifted.await.expect("an answer")
}

async fn column(house: &House, which: Column, sieve: Sieve, after: After, limit: i64) -> Vec<Card> {
    let (org, job) = (house.org, house.job.id);
    house
        .read(move |r| board::column(r, org, job, which, &sieve, after, limit))
        .await
}

fn seen(application: &Application) -> Seen {
    Seen {
        stage: application.stage,
        at: application.stage_at,
    }
}

#[test]
fn of_two_recruiters_who_move_one_card_one_does_and_the_other_hears_who_was_first() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let (bert, cleo) = (
            recruiter(&house, "Bert").await,
            recruiter(&house, "Cleo").await,
        );
        for round in 0..10 {
            let card = applied(&house, &format!("ada{round}@x.org"), "Web").await;
            let gate = Arc::new(Barrier::new(2));
            let pulls = [(bert.clone(), stages[1]), (cleo.clone(), stages[2])];
            let moves = pulls.map(|(who, to)| {
                let (house, gate, card) = (house.clone(), gate.clone(), card.clone());
                async move {
                    gate.wait().await;
                    shift(&house, &who, card.uid, seen(&card), to).await
                }
            });
            let mut outcomes = at_once(moves).await;
            let bert_was_first = outcomes[0] == Shift::Moved;
            let (second, first) = (
                outcomes.remove(usize::from(bert_was_first)),
                outcomes.remove(0),
            );
            assert_eq!(first, Shift::Moved);
            let Shift::Elsewhere(where_it_is) = second else {
                panic!("both moved it, or nobody: {second:?}");
            };
            let (name, stage) = if bert_was_first {
                ("Bert", stages[1])
            } else {
                ("Cleo", stages[2])
            };
            assert_eq!(where_it_is.by, Actor::Member(name.into()));
            assert_eq!(where_it_is.seen.stage, stage);
            assert_eq!(
                where_it_is.stage,
                if bert_was_first {
                    "Screen"
                } else {
                    "Interview"
                }
            );
            // What was refused left nothing behind: one stage was left, once.
            let (org, id) = (house.org, card.id);
            let left = house.read(move |r| application::passages(r, org, id)).await;
            assert_eq!(left.len(), 1);
        }
        let events = house.events().await;
        let advanced = events.iter().filter(|kind| *kind == "application.advanced");
        assert_eq!(advanced.count(), 10);
    });
}

#[test]
fn a_card_that_left_and_came_back_is_not_the_one_that_was_seen() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let bert = recruiter(&house, "Bert").await;
        let card = applied(&house, "ada@x.org", "Web").await;
        let first = seen(&card);
        assert_eq!(
            shift(&house, &bert, card.uid, first, stages[1]).await,
            Shift::Moved
        );
        let there = column(
            &house,
            Column::Stage(stages[1]),
            Sieve::default(),
            After::NOTHING,
            9,
        )
        .await;
        assert_eq!(
            shift(&house, &bert, card.uid, there[0].seen, stages[0]).await,
            Shift::Moved
        );
        let back = column(
            &house,
            Column::Stage(stages[0]),
            Sieve::default(),
            After::NOTHING,
            9,
        )
        .await;
        // The same stage, but another version.
        assert_eq!(back[0].seen.stage, first.stage);
        assert!(back[0].seen.at > first.at);
        let late = shift(&house, &bert, card.uid, first, stages[2]).await;
        assert!(matches!(late, Shift::Elsewhere(_)), "{late:?}");
        // Where it is wanted already, it is no matter how it came there.
        assert_eq!(
            shift(&house, &bert, card.uid, first, stages[0]).await,
            Shift::There
        );
        assert!(back[0].read, "who moves a card has looked at it");
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.submitted",
                "application.advanced",
                "application.advanced"
            ]
        );
    });
}

#[test]
fn what_waits_has_ended_or_is_anothers_does_not_move() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let bert = recruiter(&house, "Bert").await;
        let who = house.person("ada@x.org").await.candidate.id;
        let pending = NewApplication {
            pending: true,
            ..NewApplication::default()
        };
        let waiting = house
            .apply(who, pending)
            .await
            .unwrap()
            .application()
            .clone();
        assert_eq!(
            shift(&house, &bert, waiting.uid, seen(&waiting), stages[1]).await,
            Shift::Pending
        );
        let gone = applied(&house, "bob@x.org", "Web").await;
        let (by, id) = (bert.clone(), gone.id);
        house
            .write(move |tx| application::dispose(tx, &by, id, Disposition::Withdrawn, None))
            .await
            .unwrap();
        let Shift::Elsewhere(there) = shift(&house, &bert, gone.uid, seen(&gone), stages[1]).await
        else {
            panic!("it moved");
        };
        assert_eq!(
            (there.ended, there.by),
            (Some(Disposition::Withdrawn), Actor::Member("Bert".into()))
        );
        let stranger = Caller::system(house.other);
        let (job, uid, from, to) = (house.job.id, gone.uid, seen(&gone), stages[1]);
        let foreign = house
            .write(move |tx| board::shift(tx, &stranger, job, uid, from, to))
            .await;
        assert!(
            matches!(foreign, Err(Problem::Invalid(_) | Problem::NotFound(_))),
            "{foreign:?}"
        );
        let (by, nowhere) = (bert.clone(), StageId(9_999));
        let refused = house
            .write(move |tx| board::shift(tx, &by, job, uid, from, nowhere))
            .await;
        assert!(matches!(refused, Err(Problem::Invalid(_))), "{refused:?}");
    });
}

#[test]
fn a_column_comes_in_pages_newest_first_and_whole() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let mut made = Vec::new();
        for n in 0..23 {
            house.clock.advance(1_000_000 * (n % 2));
            made.push(applied(&house, &format!("p{n}@x.org"), "Web").await.uid);
        }
        made.reverse();
        let (mut after, mut found) = (After::NOTHING, Vec::new());
        loop {
            let page = column(&house, Column::Stage(stages[0]), Sieve::default(), after, 5).await;
            let Some(last) = page.last() else { break };
            after = After(last.seen.at, last.id.0);
            found.extend(page.iter().map(|card| card.uid));
        }
        assert_eq!(found, made);
        let (org, job, other) = (house.org, house.job.id, house.other);
        let tally = house
            .read(move |r| board::tally(r, org, job, &Sieve::default()))
            .await;
        assert_eq!(tally.of(Column::Stage(stages[0])), 23);
        assert_eq!(tally.of(Column::Stage(stages[1])), 0);
        // Another organization sees nothing of it.
        let foreign = house
            .read(move |r| board::tally(r, other, job, &Sieve::default()))
            .await;
        assert_eq!(foreign, board::Tally::default());
        let stage = Column::Stage(stages[0]);
        let cards = house
            .read(move |r| {
                board::column(r, other, job, stage, &Sieve::default(), After::NOTHING, 9)
            })
            .await;
        assert!(cards.is_empty());
        let uids = made[..3].to_vec();
        let cards = house
            .read(move |r| board::cards(r, other, job, &Sieve::default(), &uids))
            .await;
        assert!(cards.is_empty());
        assert_eq!(
            house
                .read(move |r| board::sources(r, other, job, 9))
                .await
                .len(),
            0
        );
    });
}

#[test]
fn a_sieve_lets_through_what_it_says() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let first = applied(&house, "ada@x.org", "Web").await;
        house.clock.advance(3_600_000_000);
        let second = applied(&house, "bob@y.org", "Referral").await;
        let (org, by, job) = (house.org, caller(house.org), house.job.id);
        let tagged = bulk_one(&house, &by, Deed::Tag(vec!["Rust".into()]), &second).await;
        assert_eq!(tagged, Outcome::Done);
        let tags = house.read(move |r| board::tags(r, org, 9)).await;
        assert_eq!(tags[0].1, "Rust");
        let sources = house.read(move |r| board::sources(r, org, job, 9)).await;
        assert_eq!(sources, ["Referral", "Web"]);
        let sieves = [
            (
                Sieve {
                    source: Some("Web".into()),
                    ..Sieve::default()
                },
                vec![first.uid],
            ),
            (
                Sieve {
                    tag: Some(tags[0].0),
                    ..Sieve::default()
                },
                vec![second.uid],
            ),
            (
                Sieve {
                    text: Some("BOB@".into()),
                    ..Sieve::default()
                },
                vec![second.uid],
            ),
            (
                Sieve {
                    text: Some("lovelace".into()),
                    ..Sieve::default()
                },
                vec![second.uid, first.uid],
            ),
            (
                Sieve {
                    applied: (None, Some(second.created_at)),
                    ..Sieve::default()
                },
                vec![first.uid],
            ),
            (
                Sieve {
                    applied: (Some(second.created_at), None),
                    ..Sieve::default()
                },
                vec![second.uid],
            ),
            (
                Sieve {
                    text: Some("nobody".into()),
                    ..Sieve::default()
                },
                vec![],
            ),
        ];
        for (sieve, wanted) in sieves {
            let stage = Column::Stage(stages[0]);
            let found = column(&house, stage, sieve.clone(), After::NOTHING, 9).await;
            let found: Vec<_> = found.iter().map(|card| card.uid).collect();
            assert_eq!(found, wanted, "{sieve:?}");
            let (count, uids) = (wanted.len() as i64, vec![first.uid, second.uid, new_uid()]);
            let again = sieve.clone();
            let tally = house.read(move |r| board::tally(r, org, job, &again)).await;
            assert_eq!(tally.of(stage), count, "{sieve:?}");
            let cards = house
                .read(move |r| board::cards(r, org, job, &sieve, &uids))
                .await;
            assert_eq!(cards.len(), wanted.len());
        }
    });
}

async fn bulk_one(house: &House, who: &Caller, deed: Deed, card: &Application) -> Outcome {
    let rows = vec![(card.uid, seen(card))];
    bulk(house, who, deed, rows).await.remove(0)
}

async fn bulk(house: &House, who: &Caller, deed: Deed, rows: Vec<(Uuid, Seen)>) -> Vec<Outcome> {
    let (who, job) = (who.clone(), house.job.id);
    let done = house.write(move |tx| bulk::some(tx, &who, job, &deed, &rows));
    done.await.expect("an answer")
}

#[test]
fn rejecting_many_says_of_each_what_came_of_it() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let bert = recruiter(&house, "Bert").await;
        let mailed = applied(&house, "ada@x.org", "Web").await;
        let moved = applied(&house, "bob@x.org", "Web").await;
        let nameless = house
            .take_in(hiring::candidate::NewCandidate {
                said: said(serde_json::json!({"full_name": "No Address"})),
                ..person(&[], &[])
            })
            .await
            .unwrap();
        let opened = house
            .apply(nameless.candidate.id, NewApplication::default())
            .await;
        let nameless = opened.unwrap().application().clone();
        assert_eq!(
            shift(&house, &bert, moved.uid, seen(&moved), stages[1]).await,
            Shift::Moved
        );
        let by = bert.clone();
        let reason = house.write(move |tx| {
            let new = catalog::NewItem {
                kind: catalog::Kind::RejectReason,
                name: "Too far away".into(),
                place: None,
            };
            Ok(catalog::create(tx, &by, &new)?.item)
        });
        let reason = reason.await.unwrap();
        let deed = Deed::Reject(Rejection {
            reason: Some((reason.id, reason.name)),
            mail: Some(Some("Thank you".into())),
        });
        let unknown = (new_uid(), seen(&mailed));
        let rows = vec![
            (mailed.uid, seen(&mailed)),
            (moved.uid, seen(&moved)),
            (nameless.uid, seen(&nameless)),
            unknown,
        ];
        let outcomes = bulk(&house, &bert, deed.clone(), rows.clone()).await;
        assert_eq!(outcomes[0], Outcome::Done);
        assert!(
            matches!(&outcomes[1], Outcome::Elsewhere(at) if at.by == Actor::Member("Bert".into()))
        );
        assert!(matches!(outcomes[2], Outcome::WithoutMail(_)));
        assert_eq!(outcomes[3], Outcome::Missing);
        // Once more changes nothing, and nobody is mailed twice.
        let again = bulk(&house, &bert, deed, rows).await;
        assert_eq!(again[0], Outcome::There);
        let (org, id) = (house.org, mailed.id);
        let ended = house.read(move |r| application::find(r, org, id)).await;
        assert_eq!(ended.disposition, Some(Disposition::Rejected));
        assert_eq!(ended.reason.as_deref(), Some("Too far away"));
        let mails = only_here!("SELECT COUNT(*) FROM delivery WHERE channel = 'mail'");
        assert_eq!(house.count(mails).await, 1);
        let column = column(
            &house,
            Column::Ended(Disposition::Rejected),
            Sieve::default(),
            After::NOTHING,
            9,
        );
        assert_eq!(column.await.len(), 2);
        let kinds = house.events().await;
        let rejected = kinds
            .iter()
            .filter(|k| *k == "application.rejected")
            .count();
        assert_eq!(
            (
                rejected,
                kinds.iter().filter(|k| *k == "mail.queued").count()
            ),
            (2, 1)
        );
    });
}

#[test]
fn rejecting_who_has_not_applied_yet_takes_the_invite_back_and_mails_nobody() {
    story(async |house: House| {
        let bert = recruiter(&house, "Bert").await;
        let who = house.person("ada@x.org").await.candidate.id;
        let pending = NewApplication {
            pending: true,
            ..NewApplication::default()
        };
        let waiting = house
            .apply(who, pending)
            .await
            .unwrap()
            .application()
            .clone();
        let (key, by, of) = (house.app.key.clone(), bert.clone(), waiting.clone());
        house
            .write(move |tx| invite::create(tx, &key, &by, &of, None))
            .await
            .unwrap();
        let deed = Deed::Reject(Rejection {
            reason: None,
            mail: Some(None),
        });
        let outcome = bulk_one(&house, &bert, deed, &waiting).await;
        assert!(matches!(outcome, Outcome::WithoutMail(_)), "{outcome:?}");
        let events = house.events().await;
        assert!(
            events.ends_with(&["invite.revoked".into(), "application.rejected".into()]),
            "{events:?}"
        );
    });
}

#[test]
fn tags_given_to_many_at_once_are_all_there_and_given_once() {
    story(async |house: House| {
        let by = caller(house.org);
        let mut cards = Vec::new();
        for n in 0..12 {
            cards.push(applied(&house, &format!("p{n}@x.org"), "Web").await);
        }
        let gate = Arc::new(Barrier::new(4));
        let calls = (0..4).map(|n| {
            let (house, by, gate) = (house.clone(), by.clone(), gate.clone());
            let mut rows: Vec<_> = cards.iter().map(|c| (c.uid, seen(c))).collect();
            if n % 2 == 1 {
                rows.reverse();
            }
            async move {
                gate.wait().await;
                bulk(&house, &by, Deed::Tag(vec![format!("tag {}", n / 2)]), rows).await
            }
        });
        let outcomes: Vec<Outcome> = at_once(calls).await.into_iter().flatten().collect();
        assert!(
            outcomes
                .iter()
                .all(|o| matches!(o, Outcome::Done | Outcome::There)),
            "{outcomes:?}"
        );
        let given = only_here!("SELECT COUNT(*) FROM tagged");
        assert_eq!(house.count(given).await, 24);
        let stage = Column::Stage(cards[0].stage);
        for card in column(&house, stage, Sieve::default(), After::NOTHING, 99).await {
            let mut tags = card.tags.clone();
            tags.sort();
            assert_eq!(tags, ["tag 0", "tag 1"]);
        }
    });
}

#[test]
fn who_watches_a_board_hears_of_its_cards_and_of_their_people() {
    story(async |house: House| {
        let stages = stages(&house).await;
        let bert = recruiter(&house, "Bert").await;
        let card = applied(&house, "ada@x.org", "Web").await;
        house.events().await;
        let start = house.read(happening::last_place).await;
        shift(&house, &bert, card.uid, seen(&card), stages[1]).await;
        let by = bert.clone();
        house
            .write(move |tx| take(tx, &by, &person(&["ada@x.org"], &[])))
            .await
            .unwrap();
        house.events().await;
        let org = house.org;
        let (heard, upto) = house
            .read(move |r| happening::happenings(r, org, start))
            .await;
        let kinds: Vec<_> = heard
            .iter()
            .map(|h| (h.kind.as_str(), h.application, h.by.as_deref()))
            .collect();
        assert_eq!(
            kinds,
            [
                ("application.advanced", Some(card.uid), Some("Bert")),
                ("candidate.updated", Some(card.uid), Some("Bert"))
            ]
        );
        assert_eq!(upto, start + 2);
        assert!(heard.iter().all(|h| h.job == house.job.id));
        let (none, same) = house
            .read(move |r| happening::happenings(r, org, upto))
            .await;
        assert_eq!((none.len(), same), (0, upto));
        let other = house.other;
        let (foreign, _) = house
            .read(move |r| happening::happenings(r, other, start))
            .await;
        assert!(foreign.is_empty());
    });
}
