//! A job's stages and form are shaped anew, by whoever saw it as it is.

use hiring::application::{self, NewApplication};
use hiring::counts;
use hiring::id::FieldId;
use hiring::job::{self, FieldKind, NewField, Planned};
use hiring::problem::{FlawCode, Noun};
use hiring::roll::Rolls;
use hiring::{Problem, Result};
use store::Tx;

use crate::{House, caller, person, story};

fn question(label: &str, kind: FieldKind, options: &[&str]) -> NewField {
    NewField {
        label: label.into(),
        kind,
        options: options.iter().map(|o| (*o).to_owned()).collect(),
        ..NewField::default()
    }
}

fn plan(tx: &mut Tx, house: &House) -> Result<Vec<Planned>> {
    let stages = job::stages(tx, house.org, house.job.id)?.into_iter();
    let planned = stages.map(|s| Planned {
        uid: Some(s.uid),
        name: s.name,
        kind: s.kind,
    });
    Ok(planned.collect())
}

async fn names(house: &House) -> Vec<String> {
    let (org, job) = (house.org, house.job.id);
    let stages = house.read(move |r| job::stages(r, org, job)).await;
    stages.into_iter().map(|stage| stage.name).collect()
}

#[test]
fn stages_are_renamed_put_in_order_and_added_and_a_used_one_stays() {
    story(async |house: House| {
        let taken = house.take_in(person(&["ada@x.org"], &[])).await.unwrap();
        let (of, job) = (house.clone(), house.job.clone());
        let opened = house.write(move |tx| {
            application::open(
                tx,
                &caller(of.org),
                &taken.candidate,
                &job,
                &NewApplication::default(),
            )
        });
        opened.await.unwrap();
        let of = house.clone();
        let shaped = house.write(move |tx| {
            let mut plan = plan(tx, &of)?;
            plan.reverse();
            plan[0].name = "Contract".into();
            plan.insert(
                1,
                Planned {
                    uid: None,
                    name: "Trial day".into(),
                    kind: "assessment".into(),
                },
            );
            job::shape(tx, &caller(of.org), of.job.id, &plan)
        });
        shaped.await.unwrap();
        assert_eq!(
            names(&house).await,
            ["Contract", "Trial day", "Interview", "Screen", "Applied"]
        );
        // Ada stands in Applied.
        let of = house.clone();
        let refused = house.write(move |tx| {
            let mut plan = plan(tx, &of)?;
            plan.truncate(2);
            job::shape(tx, &caller(of.org), of.job.id, &plan)
        });
        let Problem::Invalid(flaws) = refused.await.unwrap_err() else {
            panic!("not for what was sent");
        };
        assert!(
            flaws[0].pointer == "/stages" && flaws[0].detail.contains("Applied"),
            "{flaws:?}"
        );
        assert_eq!(names(&house).await.len(), 5, "nothing is half done");
        let of = house.clone();
        let fewer = house.write(move |tx| {
            let mut plan = plan(tx, &of)?;
            plan.remove(1);
            job::shape(tx, &caller(of.org), of.job.id, &plan)?;
            counts::of_jobs(tx, &Rolls::default(), of.org, &[of.job.id])
        });
        let counted = fewer.await.unwrap().remove(0);
        assert_eq!(
            counted.stages.iter().map(|s| s.now).collect::<Vec<_>>(),
            [0, 0, 0, 1]
        );
        assert_eq!(
            counted.stages.iter().map(|s| s.reached).collect::<Vec<_>>(),
            [1, 1, 1, 1]
        );
        let events = house.events().await;
        assert_eq!(events[events.len() - 2..], ["job.updated", "job.updated"]);
    });
}

#[test]
fn two_who_change_one_job_do_not_overwrite_each_other() {
    story(async |house: House| {
        let seen = house.job.updated_at;
        house.clock.advance(1);
        let rename = |name: &'static str| {
            let of = house.clone();
            house.write(move |tx| {
                job::unchanged(tx, of.org, of.job.id, seen)?;
                let mut plan = plan(tx, &of)?;
                plan[0].name = name.into();
                job::shape(tx, &caller(of.org), of.job.id, &plan)
            })
        };
        let (one, other) = tokio::join!(rename("One"), rename("Other"));
        let refused = one.err().or(other.err()).expect("one of them");
        assert!(matches!(refused, Problem::Stale { .. }), "{refused:?}");
        assert_eq!(house.events().await, ["job.created", "job.updated"]);
        let (other, id) = (house.other, house.job.id);
        let foreign = house
            .write(move |tx| job::unchanged(tx, other, id, seen))
            .await;
        assert_eq!(foreign.unwrap_err(), Problem::NotFound(Noun::Job));
    });
}

#[test]
fn what_cannot_be_a_pipeline_is_said_at_its_place() {
    story(async |house: House| {
        let of = house.clone();
        let refused = house.write(move |tx| {
            let mut plan = plan(tx, &of)?;
            plan[1].name = plan[0].name.to_uppercase();
            plan[2].name = " ".into();
            plan[3].uid = Some(hiring::id::new_uid());
            job::shape(tx, &caller(of.org), of.job.id, &plan)
        });
        let Problem::Invalid(flaws) = refused.await.unwrap_err() else {
            panic!("not for what was sent");
        };
        let places: Vec<_> = flaws.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(
            places,
            [
                ("/stages/1/name", FlawCode::Contradiction),
                ("/stages/2/name", FlawCode::Required),
                ("/stages/3/name", FlawCode::UnknownReference),
            ]
        );
        let of = house.clone();
        let none = house
            .write(move |tx| job::shape(tx, &caller(of.org), of.job.id, &[]))
            .await;
        assert!(matches!(none.unwrap_err(), Problem::Invalid(_)));
    });
}

#[test]
fn questions_are_asked_rephrased_put_in_order_and_taken_away() {
    story(async |house: House| {
        let (org, job) = (house.org, house.job.id);
        let made = house.write(move |tx| {
            let caller = caller(org);
            job::ask(
                tx,
                &caller,
                job,
                &question("Why us?", FieldKind::LongText, &[]),
            )?;
            job::ask(
                tx,
                &caller,
                job,
                &question("Why us?!", FieldKind::Text, &[]),
            )?;
            job::ask(
                tx,
                &caller,
                job,
                &question("日本語", FieldKind::Choice, &["a", "b"]),
            )?;
            job::fields(tx, org, job)
        });
        let made = made.await.unwrap();
        let names: Vec<_> = made.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["why_us", "why_us_2", "question"]);
        let ids: Vec<FieldId> = made.iter().map(|f| f.id).collect();
        let changed = house.write(move |tx| {
            let caller = caller(org);
            let mut again = question("Why?", FieldKind::Text, &[]);
            again.required = true;
            job::rephrase(tx, &caller, job, ids[0], &again)?;
            job::arrange(tx, &caller, job, &[ids[2], ids[0]])?;
            job::fields(tx, org, job)
        });
        let changed = changed.await.unwrap();
        let seen: Vec<_> = changed
            .iter()
            .map(|f| (f.name.as_str(), f.label.as_str(), f.required))
            .collect();
        assert_eq!(
            seen,
            [("question", "日本語", false), ("why_us", "Why?", true)]
        );
        let faulty = [
            (question("", FieldKind::Text, &[]), "/label"),
            (question("x", FieldKind::Choice, &["only"]), "/options"),
            (
                question("x", FieldKind::MultipleChoice, &["a", "A"]),
                "/options",
            ),
        ];
        for (question, place) in faulty {
            let refused = house
                .write(move |tx| job::ask(tx, &caller(org), job, &question))
                .await;
            assert!(
                matches!(refused, Err(Problem::Invalid(f)) if f[0].pointer == place),
                "{place}"
            );
        }
        let other = house.other;
        let id = changed[0].id;
        let foreign = house
            .write(move |tx| {
                job::rephrase(
                    tx,
                    &caller(other),
                    job,
                    id,
                    &question("x", FieldKind::Text, &[]),
                )
            })
            .await;
        assert!(matches!(foreign.unwrap_err(), Problem::NotFound(_)));
    });
}

/// Only on PostgreSQL do two transactions meet; on SQLite they take turns, and the outcome is the same.
#[test]
fn a_stage_that_is_taken_away_while_somebody_enters_it_refuses_one_of_the_two() {
    story(async |house: House| {
        let mut entered = 0;
        for round in 0..24 {
            let email = format!("p{round}@x.org");
            let taken = house.take_in(person(&[&email], &[])).await.unwrap();
            let (of, job) = (house.clone(), house.job.clone());
            let stage = house.write(move |tx| {
                let mut plan = plan(tx, &of)?;
                plan.push(Planned {
                    uid: None,
                    name: format!("Trial {round}"),
                    kind: "assessment".into(),
                });
                job::shape(tx, &caller(of.org), job.id, &plan)?;
                let last = job::stages(tx, of.org, job.id)?.pop();
                Ok::<_, Problem>(last.expect("a stage"))
            });
            let stage = stage.await.unwrap();
            let moves = round % 2 == 1;
            let standing = match moves {
                true => {
                    let opened = house.apply(taken.candidate.id, NewApplication::default());
                    Some(opened.await.unwrap().application().id)
                }
                false => None,
            };
            // Whoever comes second finds the other at work, or what it did.
            let (first_waits, of) = (round % 4 < 2, house.clone());
            let takes_away = house.write(move |tx| {
                let mut plan = plan(tx, &of)?;
                plan.retain(|p| p.uid != Some(stage.uid));
                job::shape(tx, &caller(of.org), of.job.id, &plan)?;
                if first_waits {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                Ok::<_, Problem>(())
            });
            let (of, candidate) = (house.clone(), taken.candidate);
            let enters = house.write(move |tx| {
                let done = match standing {
                    Some(id) => {
                        application::advance(tx, &caller(of.org), id, stage.id, None).map(drop)
                    }
                    None => {
                        let new = NewApplication {
                            stage: Some(stage.id),
                            ..NewApplication::default()
                        };
                        application::open(tx, &caller(of.org), &candidate, &of.job, &new).map(drop)
                    }
                };
                if !first_waits {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                done
            });
            let (gone, came) = match round % 3 {
                0 => {
                    let (came, gone) = tokio::join!(enters, takes_away);
                    (gone, came)
                }
                _ => tokio::join!(takes_away, enters),
            };
            assert!(
                gone.is_ok() != came.is_ok(),
                "round {round}: {gone:?} {came:?}"
            );
            entered += usize::from(came.is_ok());
            let Err(Problem::Invalid(flaws)) = gone.and(came) else {
                panic!("round {round}: not for what was sent");
            };
            let place = flaws[0].pointer.as_str();
            assert!(
                ["/stages", "/stage", "/to_stage"].contains(&place),
                "{place}"
            );
        }
        assert!(
            (1..24).contains(&entered),
            "both came first at times: {entered}"
        );
    });
}
