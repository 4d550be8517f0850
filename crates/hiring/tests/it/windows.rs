//! Lists of applications by what happened and when: the same whichever way a page is cut; people by what they are like;
//! changes that depend on what is known.

use hiring::application::{
    self, ApplicationChange, Disposition, Found, Narrow, NewApplication, Standing, Window,
};
use hiring::candidate::{self, CandidateEdit, Likeness};
use hiring::id::{ApplicationId, CandidateId, OrgId};
use hiring::job::{self, JobEdit, Status};
use hiring::record::Said;
use hiring::{Problem, Result};
use serde_json::json;
use store::Tx;

use crate::{House, caller, kept, only_here, person, said, story, take};

/// Enough that what is few and what is many are cut apart (1,000).
const MANY: usize = 1_300;

/// Fills the house: person `n` applies in second `n`; each fortieth is hired, each seventh of the rest rejected.
async fn fill(house: &House, start: i64) {
    for portion in 0..MANY / 100 {
        let (org, job) = (house.org, house.job.clone());
        let make = move |tx: &mut Tx<'_>| -> Result<()> {
            let caller = caller(org);
            for n in portion * 100..(portion + 1) * 100 {
                let who = take(tx, &caller, &person(&[], &[("hr:1", &n.to_string())]))?.candidate;
                let new = NewApplication::default();
                let id = application::open(tx, &caller, &who, &job, &new)?
                    .application()
                    .id;
                let at = start + n as i64 * 1_000_000;
                tx.run(
                    only_here!("UPDATE application SET submitted_at = $2, status_at = $2, updated_at = $2 WHERE id = $1"),
                    &[&id, &at],
                )?;
                tx.run(
                    only_here!("UPDATE candidate SET updated_at = $2 WHERE id = $1"),
                    &[&who.id, &at],
                )?;
                let how = match n {
                    _ if n % 40 == 0 => Disposition::Hired,
                    _ if n % 7 == 0 => Disposition::Rejected,
                    _ => continue,
                };
                tx.run(
                    only_here!(
                        "UPDATE application SET disposition = $2, ended_at = $3 WHERE id = $1"
                    ),
                    &[&id, &how.word(), &at],
                )?;
            }
            Ok(())
        };
        house.write(make).await.expect("a hundred people");
    }
}

/// The numbers of all that the list shows, page by page.
async fn all(house: &House, org: OrgId, which: Narrow, limit: i64) -> Vec<i64> {
    house
        .read(move |r| {
            let (mut numbers, mut after) = (Vec::new(), 0);
            loop {
                let page: Vec<Found> = application::found(r, org, &which, after, limit)?;
                let Some(last) = page.last() else {
                    return Ok(numbers);
                };
                assert!(page.len() <= limit as usize);
                after = last.application.id.0;
                numbers.extend(page.iter().map(|f| f.application.id.0));
            }
        })
        .await
}

#[test]
fn a_list_is_the_same_whichever_way_its_pages_are_cut() {
    story(async |house: House| {
        let start = house.app.store.clock().now();
        fill(&house, start).await;
        let org = house.org;
        let whole = all(&house, org, Narrow::default(), 500).await;
        assert_eq!(whole.len(), MANY);
        let first = whole[0];
        let second = |n: usize| start + n as i64 * 1_000_000;
        // Few are looked up, many walked past.
        for (after, before) in [
            (0, 20),
            (10, 1_299),
            (200, 1_250),
            (1_290, MANY),
            (0, MANY),
            (40, 41),
        ] {
            let window = Window {
                after: second(after),
                before: second(before),
            };
            let wanted: Vec<i64> = (after + 1..before).map(|n| first + n as i64).collect();
            for which in [
                Narrow {
                    submitted: window,
                    ..Narrow::default()
                },
                Narrow {
                    standing_changed: window,
                    ..Narrow::default()
                },
                Narrow {
                    changed: window,
                    ..Narrow::default()
                },
                Narrow {
                    heard: window,
                    ..Narrow::default()
                },
                Narrow {
                    submitted: window,
                    changed: window,
                    job: Some(house.job.id),
                    ..Narrow::default()
                },
            ] {
                let what = format!("{which:?}");
                assert_eq!(all(&house, org, which, 300).await, wanted, "{what}");
            }
        }
        let of = |wanted: fn(usize) -> bool| -> Vec<i64> {
            let numbers = (0..MANY).filter(|n| wanted(*n));
            numbers.map(|n| first + n as i64).collect()
        };
        let by = |standings: &[Standing]| Narrow {
            standings: standings.to_vec(),
            ..Narrow::default()
        };
        let hired = Standing::Ended(Disposition::Hired);
        let rejected = Standing::Ended(Disposition::Rejected);
        assert_eq!(
            all(&house, org, by(&[hired]), 10).await,
            of(|n| n % 40 == 0)
        );
        let ended = of(|n| n % 40 == 0 || n % 7 == 0);
        assert_eq!(all(&house, org, by(&[rejected, hired]), 100).await, ended);
        let moving = of(|n| n % 40 != 0 && n % 7 != 0);
        assert_eq!(all(&house, org, by(&[Standing::Moving]), 400).await, moving);
        assert!(
            all(&house, org, by(&[Standing::Held, Standing::Deciding]), 400)
                .await
                .is_empty()
        );
        assert!(
            all(&house, house.other, Narrow::default(), 10)
                .await
                .is_empty()
        );

        let job = house.job.id;
        let hold = JobEdit {
            status: Some(Status::OnHold),
            ..JobEdit::default()
        };
        house.clock.advance(MANY as i64 * 2_000_000);
        let held = house
            .write(move |tx| job::edit(tx, &caller(org), job, &hold))
            .await
            .unwrap();
        assert_eq!(all(&house, org, by(&[Standing::Held]), 400).await, moving);
        let since = Narrow {
            standing_changed: Window {
                after: held.updated_at - 1,
                ..Window::default()
            },
            ..Narrow::default()
        };
        assert_eq!(all(&house, org, since, 400).await, moving);
    });
}

#[test]
fn people_are_alike_by_phone_profile_and_name() {
    story(async |house: House| {
        let known = |value| candidate::NewCandidate {
            said: said(value),
            ..person(&[], &[])
        };
        let ann = json!({"first_name": "Ann", "last_name": "Bee", "phones": [{"value": "+47 900 11 222"}],
            "urls": [{"value": "https://www.linkedin.com/in/ann"}, {"value": "https://x.org/in/ann"}]});
        let ann = house.take_in(known(ann)).await.unwrap().candidate.id;
        let bob =
            json!({"first_name": "Ann", "last_name": "Bee", "emails": [{"value": "b@x.org"}]});
        let bob = house.take_in(known(bob)).await.unwrap().candidate.id;
        let plain = house
            .take_in(known(json!({"first_name": "ann", "last_name": "BEE"})))
            .await
            .unwrap()
            .candidate
            .id;
        let find = async |like: Likeness| {
            let org = house.org;
            let found = house
                .read(move |r| candidate::alike(r, org, &like, 10))
                .await;
            found
                .into_iter()
                .map(|c| c.id)
                .collect::<Vec<CandidateId>>()
        };
        let some = |text: &str| Some(text.to_owned());
        let name = Some(("Ann".to_owned(), "Bee".to_owned()));
        assert_eq!(
            find(Likeness {
                phone: some("0047-90011222"),
                ..Likeness::default()
            })
            .await,
            [ann]
        );
        assert_eq!(
            find(Likeness {
                profile: some("no.linkedin.com/in/Ann/"),
                ..Likeness::default()
            })
            .await,
            [ann]
        );
        assert_eq!(
            find(Likeness {
                email: some("B@x.org"),
                ..Likeness::default()
            })
            .await,
            [bob]
        );
        assert_eq!(
            find(Likeness {
                name: name.clone(),
                ..Likeness::default()
            })
            .await,
            [ann, bob, plain]
        );
        // Two who can be reached and are reached otherwise are two.
        let other = Likeness {
            name,
            email: some("c@x.org"),
            ..Likeness::default()
        };
        assert_eq!(find(other).await, [plain]);
        let (org, foreign) = (
            house.other,
            Likeness {
                phone: some("90011222"),
                ..Likeness::default()
            },
        );
        assert!(
            house
                .read(move |r| candidate::alike(r, org, &foreign, 10))
                .await
                .is_empty()
        );

        // What is replaced is not found any more.
        let org = house.org;
        let change = move |tx: &mut Tx<'_>| {
            let caller = caller(org);
            let kept = kept(tx, &caller)?;
            let edit = CandidateEdit {
                said: said(json!({"phones": [{"value": "55555555"}]})),
                ..CandidateEdit::default()
            };
            candidate::edit(tx, &caller, kept, ann, &edit)
        };
        house.write(change).await.unwrap();
        assert!(
            find(Likeness {
                phone: some("90011222"),
                ..Likeness::default()
            })
            .await
            .is_empty()
        );
        assert_eq!(
            find(Likeness {
                phone: some("55555555"),
                ..Likeness::default()
            })
            .await,
            [ann]
        );
    });
}

#[test]
fn people_of_an_older_version_are_alike_once_indexed() {
    story(async |house: House| {
        let new = candidate::NewCandidate {
            said: said(json!({"first_name": "Ann", "phones": [{"value": "123456789"}]})),
            ..person(&[], &[])
        };
        let ann = house.take_in(new).await.unwrap().candidate.id;
        let forget = |tx: &mut Tx<'_>| -> Result<()> {
            tx.run(only_here!("DELETE FROM trait"), &[])?;
            tx.run(only_here!("UPDATE candidate SET first_key = NULL"), &[])?;
            Ok(())
        };
        house.write(forget).await.unwrap();
        let like = Likeness {
            phone: Some("123456789".into()),
            ..Likeness::default()
        };
        let (org, asked) = (house.org, like.clone());
        let refused = house
            .app
            .store
            .read(move |r| candidate::alike(r, org, &asked, 10));
        assert!(matches!(refused.await, Err(Problem::Overloaded { .. })));
        assert_eq!(house.write(candidate::index_some).await.unwrap(), 1);
        let found = house
            .read(move |r| candidate::alike(r, org, &like, 10))
            .await;
        assert_eq!(found.iter().map(|c| c.id).collect::<Vec<_>>(), [ann]);
    });
}

#[test]
fn twenty_who_each_add_one_phone_at_once_lose_none() {
    story(async |house: House| {
        let ann = house.person("ann@x.org").await.candidate.id;
        let calls = (0..20).map(|n| {
            let house = house.clone();
            async move {
                let org = house.org;
                let edit = move |tx: &mut Tx<'_>| {
                    let caller = caller(org);
                    let kept = kept(tx, &caller)?;
                    candidate::edit_by(tx, &caller, kept, ann, &Said::new(), |record| {
                        let mut phones = record.list("phones").to_vec();
                        phones.push(json!({"value": format!("5550000{n:02}")}));
                        CandidateEdit {
                            said: said(json!({"phones": phones})),
                            ..CandidateEdit::default()
                        }
                    })
                };
                house.write(edit).await
            }
        });
        for outcome in crate::at_once(calls).await {
            outcome.expect("an edit");
        }
        let org = house.org;
        let ann = house.read(move |r| candidate::find(r, org, ann)).await;
        assert_eq!(ann.record.list("phones").len(), 20);
        assert_eq!(
            house.count(only_here!("SELECT COUNT(*) FROM trait")).await,
            20
        );
    });
}

#[test]
fn an_application_is_changed_and_a_job_is_spoken_of_with_one_event_each() {
    story(async |house: House| {
        let ann = house.person("ann@x.org").await.candidate.id;
        let id = house
            .apply(ann, NewApplication::default())
            .await
            .unwrap()
            .application()
            .id;
        let (org, job) = (house.org, house.job.id);
        house.clock.advance(1_000_000);
        let change = ApplicationChange {
            foreign_key: Some(Some("P-1".into())),
            details: said(json!({"a": 1, "b": null})),
        };
        let (again, nothing) = (change.clone(), ApplicationChange::default());
        house
            .write(move |tx| application::change(tx, &caller(org), id, &change))
            .await
            .unwrap();
        house
            .write(move |tx| application::change(tx, &caller(org), id, &again))
            .await
            .unwrap();
        let before = house.read(move |r| application::find(r, org, id)).await;
        house.clock.advance(1_000_000);
        house
            .write(move |tx| application::change(tx, &caller(org), id, &nothing))
            .await
            .unwrap();
        let after = house.read(move |r| application::find(r, org, id)).await;
        assert_eq!(
            (after.foreign_key.as_deref(), &after.details["a"]),
            (Some("P-1"), &json!(1))
        );
        assert!(after.updated_at > before.updated_at);

        for words in [
            json!({"x": 1, "y": null}),
            json!({"x": 1}),
            json!({"x": null}),
        ] {
            let words = said(words);
            house
                .write(move |tx| job::say(tx, &caller(org), job, &words))
                .await
                .unwrap();
        }
        let details = house.read(move |r| job::details(r, org, &[job])).await;
        assert_eq!(details[&job], Said::new());
        let (other, words) = (house.other, said(json!({"x": 1})));
        assert!(
            house
                .write(move |tx| job::say(tx, &caller(other), job, &words))
                .await
                .is_err()
        );
        assert!(
            house
                .write(move |tx| application::change(
                    tx,
                    &caller(other),
                    id,
                    &ApplicationChange::default()
                ))
                .await
                .is_err()
        );
        let gone = house
            .read(move |r| Ok(application::find_found(r, other, id, None).is_err()))
            .await;
        assert!(gone);
        let nobody = house
            .read(move |r| application::found_of(r, other, &[ann], None))
            .await;
        assert!(nobody.is_empty());
        let passages = house
            .read(move |r| application::passages_of(r, other, &[ApplicationId(id.0)]))
            .await;
        assert!(passages.is_empty());
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.submitted",
                "application.updated",
                "job.updated",
                "job.updated"
            ]
        );
    });
}
