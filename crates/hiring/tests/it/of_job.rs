//! The applications for one job: looked through, counted, concluded.

use hiring::application::conclude::{self, Concluded};
use hiring::application::of_job::{self, By, Order, Standing, Which, Window};
use hiring::application::tally;
use hiring::application::{self, Disposition, NewApplication};
use hiring::candidate::{CandidateEdit, edit};
use hiring::id::{ApplicationId, JobId};
use hiring::job::{self, NewJob};
use hiring::problem::{Clash, Noun, Problem};
use hiring::{Result, submission};
use serde_json::json;

use crate::{House, at_once, caller, job_called, kept, person, said, story, take};

/// Somebody of this name and address applies for the house's job.
async fn applies(house: &House, name: &str, email: &str, pending: bool) -> ApplicationId {
    let mut new = person(&[email], &[]);
    new.said.insert("full_name".into(), json!(name));
    let who = house.take_in(new).await.expect("taken in").candidate.id;
    let new = NewApplication {
        pending,
        ..NewApplication::default()
    };
    house
        .apply(who, new)
        .await
        .expect("opened")
        .application()
        .id
}

async fn listed(house: &House, which: Which, order: Order) -> Vec<i64> {
    let (org, job) = (house.org, house.job.id);
    let page = house.read(move |r| of_job::page(r, org, job, &which, order, (50, 0)));
    let (rows, total) = page.await;
    assert_eq!(rows.len() as i64, total);
    rows.iter().map(|(a, _)| a.id.0).collect()
}

async fn conclude_as(
    house: &House,
    id: ApplicationId,
    how: fn(&mut store::Tx<'_>, &hiring::Caller, ApplicationId) -> Result<Concluded>,
) -> Result<Concluded> {
    let caller = caller(house.org);
    house.write(move |tx| how(tx, &caller, id)).await
}

async fn hire(house: &House, id: ApplicationId) -> Result<Concluded> {
    conclude_as(house, id, |tx, caller, id| {
        conclude::hire(tx, caller, id, None)
    })
    .await
}

async fn reject(house: &House, id: ApplicationId) -> Result<Concluded> {
    conclude_as(house, id, |tx, caller, id| {
        conclude::reject(tx, caller, id, None)
    })
    .await
}

fn by(by: By, descending: bool) -> Order {
    Order { by, descending }
}

#[test]
fn a_list_keeps_to_its_filter_and_its_order() {
    story(async |house: House| {
        let b = applies(&house, "Babbage", "z@x.org", false).await;
        house.clock.advance(10);
        let a = applies(&house, "ada", "y@X.org", false).await;
        house.clock.advance(10);
        let c = applies(&house, "Émilie", "émilie@x.org", true).await;
        reject(&house, b).await.expect("rejected");
        let all = Which::default;
        for (order, wanted) in [
            (by(By::Added, false), [b, a, c]),
            (by(By::Added, true), [c, a, b]),
            (by(By::Updated, true), [b, c, a]),
            (by(By::Name, false), [a, b, c]),
            (by(By::Email, false), [a, b, c]),
            (by(By::Email, true), [c, b, a]),
        ] {
            let ids = listed(&house, all(), order).await;
            assert_eq!(ids, wanted.map(|id| id.0), "{order:?}");
        }
        let candidate = {
            let org = house.org;
            house
                .read(move |r| application::find(r, org, c))
                .await
                .candidate
        };
        for (which, wanted) in [
            (
                Which {
                    name_part: Some("ÉMI".into()),
                    ..all()
                },
                vec![c],
            ),
            (
                Which {
                    email_part: Some("@X.ORG".into()),
                    ..all()
                },
                vec![b, a, c],
            ),
            (
                Which {
                    email_part: Some("y@".into()),
                    ..all()
                },
                vec![a],
            ),
            (
                Which {
                    standing: Some(vec![Standing::Pending]),
                    ..all()
                },
                vec![c],
            ),
            (
                Which {
                    standing: Some(vec![Standing::Ended(Disposition::Rejected), Standing::Open]),
                    ..all()
                },
                vec![b, a],
            ),
            (
                Which {
                    standing: Some(Vec::new()),
                    ..all()
                },
                vec![],
            ),
            (
                Which {
                    candidate: Some(candidate),
                    ..all()
                },
                vec![c],
            ),
            (
                Which {
                    application: Some(a),
                    ..all()
                },
                vec![a],
            ),
            (
                Which {
                    application: Some(a),
                    candidate: Some(candidate),
                    ..all()
                },
                vec![],
            ),
            (
                Which {
                    application: Some(ApplicationId(9_999)),
                    ..all()
                },
                vec![],
            ),
            (
                Which {
                    name_part: Some("nobody".into()),
                    ..all()
                },
                vec![],
            ),
        ] {
            let what = format!("{which:?}");
            let ids = listed(&house, which, by(By::Added, false)).await;
            assert_eq!(
                ids,
                wanted.iter().map(|id| id.0).collect::<Vec<_>>(),
                "{what}"
            );
        }
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.submitted",
                "candidate.created",
                "application.submitted",
                "candidate.created",
                "application.created",
                "application.rejected"
            ]
        );
    });
}

#[test]
fn a_window_takes_its_first_moment_and_not_its_last() {
    story(async |house: House| {
        let first = applies(&house, "A", "a@x.org", false).await;
        let org = house.org;
        let made = house
            .read(move |r| application::find(r, org, first))
            .await
            .created_at;
        for (from, before, there) in [
            (made, made + 1, true),
            (made + 1, made + 9, false),
            (made - 1, made, false),
        ] {
            let bounds = (Some(from), Some(before));
            for window in [
                Window {
                    created: bounds,
                    ..Window::default()
                },
                Window {
                    updated: bounds,
                    ..Window::default()
                },
            ] {
                let which = Which {
                    window,
                    ..Which::default()
                };
                let ids = listed(&house, which, Order::default()).await;
                assert_eq!(!ids.is_empty(), there, "{window:?}");
                let job = house.job.id;
                let counted = house
                    .read(move |r| tally::of_job(r, org, job, &window))
                    .await;
                assert_eq!(!counted.is_empty(), there, "{window:?}");
                let all = house.read(move |r| tally::of_all(r, org, &window)).await;
                assert_eq!(!all.standing.is_empty(), there);
                assert_eq!(!all.largest.is_empty(), there);
                assert_eq!(all.recent.len(), 1, "jobs are shown whatever the window");
            }
        }
        assert_eq!(
            house.events().await,
            ["job.created", "candidate.created", "application.submitted"]
        );
    });
}

#[test]
fn an_application_is_sorted_by_the_name_its_person_has_now() {
    story(async |house: House| {
        let a = applies(&house, "Aaa", "a@x.org", false).await;
        let b = applies(&house, "Bbb", "b@x.org", false).await;
        let (org, asking) = (house.org, caller(house.org));
        let who = house
            .read(move |r| application::find(r, org, a))
            .await
            .candidate;
        house
            .write(move |tx| {
                let kept = kept(tx, &asking)?;
                let renamed = CandidateEdit {
                    said: said(json!({"full_name": "Zzz", "emails": [{"value": "z@x.org"}]})),
                    ..CandidateEdit::default()
                };
                edit(tx, &asking, kept, who, &renamed)?;
                submission::settle(tx, asking.org, kept, Some(who), None, "updated")
            })
            .await
            .expect("an edit");
        for key in [By::Name, By::Email] {
            assert_eq!(
                listed(&house, Which::default(), by(key, false)).await,
                [b.0, a.0],
                "{key:?}"
            );
        }
        let z = Which {
            name_part: Some("zz".into()),
            ..Which::default()
        };
        assert_eq!(listed(&house, z, Order::default()).await, [a.0]);
        let events = house.events().await;
        assert_eq!((events.len(), events[5].as_str()), (6, "candidate.updated"));
    });
}

/// Whoever renames a person and whoever opens an application for them never leave it with the old name.
#[test]
fn an_edit_and_an_application_at_once_agree_on_the_name() {
    story(async |house: House| {
        for round in 0..12 {
            let address = format!("p{round}@x.org");
            let who = house.person(&address).await.candidate.id;
            let (asking, name) = (caller(house.org), format!("Renamed {round}"));
            let opens = {
                let house = house.clone();
                async move {
                    house
                        .apply(who, NewApplication::default())
                        .await
                        .map(|_| ())
                }
            };
            let renames = {
                let house = house.clone();
                async move {
                    let again = move |tx: &mut store::Tx<'_>| {
                        let mut new = person(&[&address], &[]);
                        new.said.insert("full_name".into(), json!(name));
                        take(tx, &asking, &new).map(|_| ())
                    };
                    house.write(again).await
                }
            };
            let calls: Vec<std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send>>> =
                vec![Box::pin(opens), Box::pin(renames)];
            for outcome in at_once(calls).await {
                outcome.expect("done");
            }
            let which = Which {
                name_part: Some(format!("renamed {round}")),
                candidate: Some(who),
                ..Which::default()
            };
            assert_eq!(
                listed(&house, which, Order::default()).await.len(),
                1,
                "round {round}"
            );
        }
        let events = house.events().await;
        let opened = events.iter().filter(|e| *e == "application.submitted");
        assert_eq!((opened.count(), events.len()), (12, 1 + 3 * 12));
    });
}

#[test]
fn somebody_hired_stands_in_the_stage_for_it_and_twice_is_no_error() {
    story(async |house: House| {
        let id = applies(&house, "A", "a@x.org", false).await;
        let org = house.org;
        let job = house.job.id;
        let last = house
            .read(move |r| job::stages(r, org, job))
            .await
            .pop()
            .expect("stages");
        let elsewhere = last.id;
        for how in [conclude::hire, conclude::reject] {
            let refused = house
                .write(move |tx| how(tx, &caller(org), id, Some(elsewhere)))
                .await;
            assert!(matches!(refused, Err(Problem::Stale { .. })), "{refused:?}");
        }
        let hired = hire(&house, id).await.expect("hired");
        assert_eq!(hired.application.stage, last.id);
        assert_ne!(hired.from, last.id);
        assert_eq!(hired.application.disposition, Some(Disposition::Hired));
        let again = hire(&house, id).await.expect("no error");
        assert!(hired.changed && !again.changed);
        for refused in [
            reject(&house, id).await,
            conclude_as(&house, id, conclude::go_on).await,
        ] {
            let ended = Problem::Conflict(Clash::NotAllowed("the application has ended already"));
            assert_eq!(refused.err(), Some(ended));
        }
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.submitted",
                "application.advanced",
                "application.hired"
            ]
        );
    });
}

#[test]
fn the_rejected_go_to_a_stage_of_theirs_if_there_is_one() {
    story(async |house: House| {
        let stay = applies(&house, "A", "a@x.org", false).await;
        let stayed = reject(&house, stay).await.expect("rejected");
        assert_eq!(stayed.application.stage, stayed.from);
        let asking = caller(house.org);
        let kinds = [("In", "review"), ("Out", "reject"), ("Work", "work")];
        let with_stage = NewJob {
            stages: kinds.map(|(n, k)| (n.to_owned(), k.to_owned())).to_vec(),
            ..job_called("With a stage for it")
        };
        let made = house
            .write(move |tx| job::create(tx, &asking, &with_stage))
            .await
            .expect("a job");
        let house = House { job: made, ..house };
        let (b, c) = (
            applies(&house, "B", "b@x.org", false).await,
            applies(&house, "C", "c@x.org", false).await,
        );
        let rejected = reject(&house, b).await.expect("rejected");
        let (org, job) = (house.org, house.job.id);
        let stages = house.read(move |r| job::stages(r, org, job)).await;
        assert_eq!(rejected.application.stage, stages[1].id);
        // The next stage is never that one, and after the last there is none.
        let went = conclude_as(&house, c, conclude::go_on)
            .await
            .expect("went on");
        assert_eq!(went.application.stage, stages[2].id);
        let further = conclude_as(&house, c, conclude::go_on).await;
        assert!(matches!(
            further,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
        let events = house.events().await;
        assert_eq!(
            events[events.len() - 3..],
            [
                "application.advanced",
                "application.rejected",
                "application.advanced"
            ]
        );
    });
}

#[test]
fn of_many_who_hire_and_reject_at_once_one_kind_wins() {
    story(async |house: House| {
        let id = applies(&house, "A", "a@x.org", false).await;
        let calls = (0..8).map(|n| {
            let house = house.clone();
            async move {
                match n % 2 {
                    0 => hire(&house, id).await,
                    _ => reject(&house, id).await,
                }
            }
        });
        let outcomes = at_once(calls).await;
        let well: Vec<_> = outcomes.into_iter().flatten().collect();
        assert_eq!(well.len(), 4, "all of one kind, none of the other");
        assert_eq!(well.iter().filter(|c| c.changed).count(), 1);
        let events = house.events().await;
        let ended = events
            .iter()
            .filter(|e| matches!(e.as_str(), "application.hired" | "application.rejected"));
        assert_eq!(ended.count(), 1, "{events:?}");
    });
}

#[test]
fn a_pending_one_is_neither_hired_nor_moved_but_may_be_rejected() {
    story(async |house: House| {
        let id = applies(&house, "A", "a@x.org", true).await;
        for refused in [
            hire(&house, id).await,
            conclude_as(&house, id, conclude::go_on).await,
        ] {
            let open = Problem::Conflict(Clash::NotAllowed("the invitation is still open"));
            assert_eq!(refused.err(), Some(open));
        }
        let rejected = reject(&house, id).await.expect("rejected");
        assert!(rejected.changed && rejected.application.stage == rejected.from);
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.created",
                "application.rejected"
            ]
        );
    });
}

#[test]
fn another_organization_finds_counts_and_concludes_nothing() {
    story(async |house: House| {
        let id = applies(&house, "A", "a@x.org", false).await;
        let (other, job) = (house.other, house.job.id);
        let page = house.read(move |r| {
            of_job::page(r, other, job, &Which::default(), Order::default(), (9, 0))
        });
        assert_eq!(page.await.1, 0);
        let one = Which {
            application: Some(id),
            ..Which::default()
        };
        let page = house.read(move |r| of_job::page(r, other, job, &one, Order::default(), (9, 0)));
        assert!(page.await.0.is_empty());
        let counted = house
            .read(move |r| tally::of_job(r, other, job, &Window::default()))
            .await;
        assert!(counted.is_empty());
        let all = house
            .read(move |r| tally::of_all(r, other, &Window::default()))
            .await;
        assert!(all.standing.is_empty() && all.kinds.is_empty() && all.largest.is_empty());
        assert!(all.jobs.is_empty() && all.recent.is_empty());
        let (jobs, total) = house.read(move |r| job::page_from(r, other, (9, 0))).await;
        assert!(jobs.is_empty() && total == 0);
        let found = house
            .read(move |r| job::look_up_title(r, other, "Programmer"))
            .await;
        assert!(found.is_none());
        for how in [conclude::hire, conclude::reject] {
            let refused = house
                .write(move |tx| how(tx, &caller(other), id, None))
                .await;
            assert_eq!(refused.err(), Some(Problem::NotFound(Noun::Application)));
        }
        let refused = house
            .write(move |tx| conclude::go_on(tx, &caller(other), id))
            .await;
        assert_eq!(refused.err(), Some(Problem::NotFound(Noun::Application)));
        assert_eq!(
            house.events().await,
            ["job.created", "candidate.created", "application.submitted"]
        );
    });
}

#[test]
fn of_jobs_with_one_title_the_newest_open_one_is_meant() {
    story(async |house: House| {
        let (org, asking) = (house.org, caller(house.org));
        let made = house
            .write(move |tx| {
                let newer = job::create(tx, &asking, &job_called("programmer "))?;
                let newest = job::create(tx, &asking, &job_called("PROGRAMMER"))?;
                let closed = job::JobEdit {
                    status: Some(job::Status::Closed),
                    ..job::JobEdit::default()
                };
                job::edit(tx, &asking, newest.id, &closed)?;
                Ok(newer.id)
            })
            .await
            .expect("jobs");
        let found = house
            .read(move |r| job::look_up_title(r, org, " Programmer"))
            .await;
        assert_eq!(found.map(|j| j.id), Some(made));
        let (jobs, total) = house.read(move |r| job::page_from(r, org, (2, 1))).await;
        assert_eq!((jobs.len(), total), (2, 3));
        assert!(jobs[0].id > JobId(1) && jobs[0].id < jobs[1].id);
        assert_eq!(
            house.events().await,
            ["job.created", "job.created", "job.created", "job.updated"]
        );
    });
}
