//! Applications: at most one open for each person and job, moved and ended by rules.

use hiring::application::{self, Disposition, NewApplication, Opened};
use hiring::id::{ApplicationId, CandidateId, StageId};
use hiring::invite;
use hiring::job::{self, Stage, Status};
use hiring::problem::{Clash, Noun, Problem};
use serde_json::json;

use crate::{House, at_once, caller, job_called, said, story};

fn pending() -> NewApplication {
    NewApplication {
        pending: true,
        ..NewApplication::default()
    }
}

async fn stages(house: &House) -> Vec<Stage> {
    let (org, id) = (house.org, house.job.id);
    house.read(move |r| job::stages(r, org, id)).await
}

async fn somebody_applies(house: &House) -> (CandidateId, ApplicationId) {
    let who = house.person("ada@x.org").await.candidate.id;
    let opened = house.apply(who, NewApplication::default()).await.unwrap();
    assert!(matches!(opened, Opened::New(_)));
    (who, opened.application().id)
}

#[test]
fn of_many_at_once_one_opens_it_and_the_others_find_it() {
    story(async |house: House| {
        let who = house.person("ada@x.org").await.candidate.id;
        let calls = (0..12).map(|_| {
            let house = house.clone();
            async move { house.apply(who, NewApplication::default()).await.unwrap() }
        });
        let opened = at_once(calls).await;
        let new = opened.iter().filter(|o| matches!(o, Opened::New(_)));
        assert_eq!(new.count(), 1);
        let id = opened[0].application().id;
        assert!(opened.iter().all(|o| o.application().id == id));
        assert_eq!(
            house.events().await,
            ["job.created", "candidate.created", "application.submitted"]
        );
    });
}

#[test]
fn a_direct_application_completes_an_open_invite_once() {
    story(async |house: House| {
        let who = house.person("ada@x.org").await.candidate.id;
        let waiting = house.apply(who, pending()).await.unwrap();
        let waiting = waiting.application().clone();
        assert!(waiting.pending && waiting.applied_at.is_none());
        let (asking, key, inner) = (caller(house.org), house.app.key.clone(), waiting.clone());
        house
            .write(move |tx| invite::create(tx, &key, &asking, &inner, None))
            .await
            .unwrap();
        // A second invitation changes nothing.
        let again = house.apply(who, pending()).await.unwrap();
        assert!(matches!(again, Opened::Existing(_)));

        let calls = (0..8).map(|n| {
            let house = house.clone();
            async move {
                let new = NewApplication {
                    source: format!("caller {n}"),
                    answers: said(json!({"phone": n})),
                    ..NewApplication::default()
                };
                house.apply(who, new).await.unwrap()
            }
        });
        let opened = at_once(calls).await;
        let completed: Vec<_> = opened
            .iter()
            .filter(|o| matches!(o, Opened::Completed(_)))
            .collect();
        assert_eq!(completed.len(), 1);
        assert!(opened.iter().all(|o| o.application().id == waiting.id));

        let (org, id) = (house.org, waiting.id);
        let (now, invite) = house
            .read(move |r| {
                let now = application::find(r, org, id)?;
                Ok((now, invite::look_up(r, org, id)?.expect("an invite")))
            })
            .await;
        assert_eq!(now.source, completed[0].application().source);
        assert_eq!(now.answers, completed[0].application().answers);
        assert!(!now.pending && now.applied_at.is_some());
        assert_eq!(invite.state, invite::State::Completed);
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.created",
                "invite.created",
                "invite.completed",
                "application.submitted"
            ]
        );
    });
}

#[test]
fn a_job_that_is_not_open_takes_none() {
    story(async |house: House| {
        let who = house.person("ada@x.org").await.candidate.id;
        for (status, takes) in [
            (Status::Draft, false),
            (Status::Closed, false),
            (Status::OnHold, true),
        ] {
            let mut house = house.clone();
            house.job.status = status;
            let outcome = house.apply(who, NewApplication::default()).await;
            let refused = matches!(outcome, Err(Problem::Conflict(Clash::NotAllowed(_))));
            assert_eq!(outcome.is_ok(), takes, "{status:?}");
            assert_eq!(refused, !takes, "{status:?}");
        }
    });
}

#[test]
fn it_moves_from_where_the_caller_saw_it() {
    story(async |house: House| {
        let (_, id) = somebody_applies(&house).await;
        let stages = stages(&house).await;
        let to = |house: &House, to: StageId, from: Option<StageId>| {
            let (house, caller) = (house.clone(), caller(house.org));
            async move {
                house
                    .write(move |tx| application::advance(tx, &caller, id, to, from))
                    .await
            }
        };
        let [applied, screen, interview, _] = [0, 1, 2, 3].map(|n: usize| stages[n].id);
        let moved = to(&house, screen, Some(applied)).await.unwrap();
        assert_eq!(moved.stage, screen);
        let stale = to(&house, interview, Some(applied)).await;
        let have = screen.0 as u64;
        assert_eq!(stale.unwrap_err(), Problem::Stale { have });
        // To where it is: nothing happens.
        to(&house, screen, None).await.unwrap();
        // Another job's stage.
        let caller = caller(house.org);
        let elsewhere = house
            .write(move |tx| {
                let job = job::create(tx, &caller, &job_called("Clerk"))?;
                job::stages(tx, caller.org, job.id)
            })
            .await
            .unwrap();
        let refused = to(&house, elsewhere[0].id, None).await;
        assert!(matches!(refused, Err(Problem::Invalid(_))), "{refused:?}");

        // Two who saw it in one place: one moves it, the other hears that it has moved.
        let both = [interview, applied].map(|stage| to(&house, stage, Some(screen)));
        let outcomes = at_once(both).await;
        let moved = outcomes.iter().filter(|o| o.is_ok()).count();
        assert_eq!(moved, 1, "{outcomes:?}");
        let stale = |o: &hiring::Result<_>| matches!(o, Err(Problem::Stale { .. }));
        assert!(outcomes.iter().any(stale), "{outcomes:?}");

        let org = house.org;
        let passages = house.read(move |r| application::passages(r, org, id)).await;
        let left: Vec<_> = passages.iter().map(|p| p.stage).collect();
        assert_eq!(left, [applied, screen]);
        let events = house.events().await;
        let moves = events.iter().filter(|e| *e == "application.advanced");
        assert_eq!(moves.count(), 2);
    });
}

#[test]
fn it_ends_once() {
    story(async |house: House| {
        let (who, id) = somebody_applies(&house).await;
        let end = |how: Disposition| {
            let (house, caller) = (house.clone(), caller(house.org));
            async move {
                house
                    .write(move |tx| application::dispose(tx, &caller, id, how, Some("because")))
                    .await
            }
        };
        let ended = end(Disposition::Rejected).await.unwrap();
        assert_eq!(ended.disposition, Some(Disposition::Rejected));
        assert_eq!(ended.reason.as_deref(), Some("because"));
        // Said twice it is said once; said otherwise it is refused.
        let again = end(Disposition::Rejected).await.unwrap();
        assert_eq!(again.ended_at, ended.ended_at);
        let refused = end(Disposition::Hired).await;
        assert!(
            matches!(refused, Err(Problem::Conflict(Clash::NotAllowed(_)))),
            "{refused:?}"
        );
        // What has ended does not move.
        let (caller, to) = (caller(house.org), stages(&house).await[1].id);
        let refused = house
            .write(move |tx| application::advance(tx, &caller, id, to, None))
            .await;
        assert!(
            matches!(refused, Err(Problem::Conflict(Clash::NotAllowed(_)))),
            "{refused:?}"
        );
        // And another may be opened.
        let anew = house.apply(who, NewApplication::default()).await.unwrap();
        assert!(matches!(&anew, Opened::New(a) if a.id != id));
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.submitted",
                "application.rejected",
                "application.submitted"
            ]
        );
    });
}

#[test]
fn what_is_not_there_is_not_found() {
    story(async |house: House| {
        let (caller, to) = (caller(house.org), stages(&house).await[1].id);
        let nobody = ApplicationId(12_345);
        let advanced = house
            .write({
                let caller = caller.clone();
                move |tx| application::advance(tx, &caller, nobody, to, None)
            })
            .await;
        let missing = Problem::NotFound(Noun::Application);
        assert_eq!(advanced.unwrap_err(), missing);
        let disposed = house
            .write(move |tx| application::dispose(tx, &caller, nobody, Disposition::Hired, None))
            .await;
        assert_eq!(disposed.unwrap_err(), missing);
    });
}
