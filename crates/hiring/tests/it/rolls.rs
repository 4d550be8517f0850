//! Counting: a roll that followed what happened says what one says that was just read.

use hiring::application::{self, Disposition, NewApplication, Opened, board};
use hiring::candidate;
use hiring::counts;
use hiring::id::JobId;
use hiring::job::{self, Planned};
use hiring::numbers::{self, Which};
use hiring::roll::Rolls;

use crate::{House, caller, job_called, story};

/// Everything that is counted, in words.
async fn counted(house: &House, rolls: &'static Rolls) -> String {
    let org = house.org;
    house
        .read(move |r| {
            let jobs: Vec<JobId> = job::list(r, org, JobId(0), 10)?
                .iter()
                .map(|j| j.id)
                .collect();
            let mut all = format!("{:?}", counts::of(r, rolls, org)?);
            for job in jobs.into_iter().map(Some).chain([None]) {
                let which = Which {
                    from: 0,
                    until: i64::MAX,
                    job,
                };
                all += &format!(
                    "\n{:?} {:?} {:?} {:?} {:?} {:?}",
                    numbers::fates(r, rolls, org, &which)?,
                    numbers::jobs(r, rolls, org, &which)?,
                    numbers::sources(r, rolls, org, &which)?,
                    numbers::funnel(r, rolls, org, &which)?,
                    numbers::ends(r, rolls, org, &which)?,
                    numbers::stays(r, rolls, org, &which)?,
                );
            }
            Ok(all)
        })
        .await
}

fn rolls() -> &'static Rolls {
    Box::leak(Box::default())
}

/// What the roll that follows says, after it was held against one that has just been read.
async fn same(house: &House, follows: &'static Rolls) -> String {
    let fresh = counted(house, rolls()).await;
    assert_eq!(counted(house, follows).await, fresh);
    fresh
}

#[test]
fn a_roll_that_followed_is_as_one_that_was_just_read() {
    story(async |house: House| {
        let (asking, follows) = (caller(house.org), rolls());
        let mut before = same(&house, follows).await;
        let mut people = Vec::new();
        let mut all = Vec::new();
        for n in 0..8 {
            let who = house.person(&format!("p{n}@x.org")).await.candidate.id;
            let new = NewApplication {
                source: format!("source {}", n % 3),
                pending: n >= 6,
                ..NewApplication::default()
            };
            all.push(house.apply(who, new).await.unwrap().application().clone());
            people.push(who);
            let now = same(&house, follows).await;
            assert_ne!(now, before, "one more is counted");
            before = now;
        }
        let org = house.org;
        let stages = house.read({
            let job = house.job.id;
            move |r| job::stages(r, org, job)
        });
        let stages = stages.await;
        let id = all[0].id;
        // Each of these changes some number.
        let (a, to) = (asking.clone(), stages[2].id);
        house
            .write(move |tx| application::advance(tx, &a, id, to, None))
            .await
            .unwrap();
        let advanced = same(&house, follows).await;
        assert_ne!(advanced, before);
        let (a, uid, seen) = (
            asking.clone(),
            all[1].uid,
            board::Seen {
                stage: all[1].stage,
                at: all[1].stage_at,
            },
        );
        let (job, to) = (house.job.id, stages[1].id);
        house
            .write(move |tx| board::shift(tx, &a, job, uid, seen, to))
            .await
            .unwrap();
        let shifted = same(&house, follows).await;
        assert_ne!(shifted, advanced);
        for (n, how) in [
            (2, Disposition::Hired),
            (3, Disposition::Rejected),
            (7, Disposition::Withdrawn),
        ] {
            let (a, id) = (asking.clone(), all[n].id);
            house
                .write(move |tx| application::dispose(tx, &a, id, how, None))
                .await
                .unwrap();
            same(&house, follows).await;
        }
        let new = NewApplication {
            source: "another source".into(),
            ..NewApplication::default()
        };
        let completed = house.apply(people[6], new).await.unwrap();
        assert!(matches!(completed, Opened::Completed(_)));
        let completed = same(&house, follows).await;
        // Two who are one have one open application for a job; and two again.
        let (a, kept, gone) = (asking.clone(), people[4], people[5]);
        let merged = house
            .write(move |tx| candidate::merge(tx, &a, kept, gone, true))
            .await
            .unwrap();
        let one = same(&house, follows).await;
        assert_ne!(one, completed);
        let a = asking.clone();
        house
            .write(move |tx| candidate::undo(tx, &a, merged.uid))
            .await
            .unwrap();
        assert_eq!(same(&house, follows).await, completed);
        // Stages in another order: how far somebody came is another place of it.
        let a = asking.clone();
        let mut plan: Vec<Planned> = stages
            .iter()
            .map(|stage| Planned {
                uid: Some(stage.uid),
                name: stage.name.clone(),
                kind: stage.kind.clone(),
            })
            .collect();
        plan.swap(0, 2);
        house
            .write(move |tx| job::shape(tx, &a, job, &plan))
            .await
            .unwrap();
        assert_ne!(same(&house, follows).await, completed);
        let a = asking.clone();
        house
            .write(move |tx| job::create(tx, &a, &job_called("Another")))
            .await
            .unwrap();
        same(&house, follows).await;
    });
}

#[test]
fn many_who_apply_and_look_at_once_are_all_counted_in_the_end() {
    story(async |house: House| {
        let follows = rolls();
        let mut people = Vec::new();
        for n in 0..30 {
            people.push(house.person(&format!("p{n}@x.org")).await.candidate.id);
        }
        let looks = async {
            for _ in 0..40 {
                let said = counted(&house, follows).await;
                assert!(said.contains("open"), "{said}");
            }
        };
        let apply = async {
            for who in people {
                house.apply(who, NewApplication::default()).await.unwrap();
            }
        };
        tokio::join!(looks, apply);
        let said = same(&house, follows).await;
        assert!(said.contains("open: 30, pending: 0"), "{said}");
    });
}

#[test]
fn nobody_is_counted_for_another_organization() {
    story(async |house: House| {
        let who = house.person("p@x.org").await.candidate.id;
        house.apply(who, NewApplication::default()).await.unwrap();
        let (org, other) = (house.org, house.other);
        let (rolls, job) = (rolls(), house.job.id);
        let (own, others) = house
            .read(move |r| {
                let own = counts::of(r, rolls, org)?.applications.open;
                let others = counts::of(r, rolls, other)?;
                assert!(counts::of_jobs(r, rolls, other, &[job])?.is_empty());
                Ok((own, others.applications.open + others.candidates))
            })
            .await;
        assert_eq!((own, others), (1, 0));
    });
}
