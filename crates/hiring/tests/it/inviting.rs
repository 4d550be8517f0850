//! Inviting many in one go: what a list would do, doing it, and going on after an end in the midst of it.

use hiring::application::{self, Disposition, NewApplication};
use hiring::caller::{Caller, Who};
use hiring::id::{MemberId, Uuid};
use hiring::invite::run::{self, Fault, NewRow, NewRun, Pace, Plan, Run, State};
use hiring::job::{self, JobEdit, Status};
use hiring::problem::{Clash, Problem};
use hiring::{invite, member};

use crate::{House, at_once, only_here, story};

async fn recruiter(house: &House) -> Caller {
    let org = house.org;
    let made = house.write(move |tx| {
        member::create(tx, org, "bert@example.org", "Bert", "recruiter", "no hash")
    });
    let id: MemberId = made.await.expect("a member");
    Caller {
        who: Who::Member(id),
        ..Caller::system(org)
    }
}

fn row(email: &str, name: &str) -> NewRow {
    NewRow {
        email: email.into(),
        name: name.into(),
    }
}

/// A run of these rows to the house's job, as a draft.
async fn listed(house: &House, who: &Caller, mailed: bool, rows: Vec<NewRow>) -> Run {
    let (who, job, count) = (who.clone(), house.job.id, rows.len());
    let new = NewRun {
        source: "Invite".into(),
        message: Some("Come!".into()),
        mailed,
        body: Some("the list".into()),
        ..NewRun::default()
    };
    let made = house.write(move |tx| run::create(tx, &who, job, &new, count));
    let made = made.await.expect("a run");
    for (n, slice) in rows.chunks(run::SLICE).enumerate() {
        let (org, id, slice) = (house.org, made.id, slice.to_vec());
        let from = 1 + n * run::SLICE;
        house
            .write(move |tx| run::add_rows(tx, org, id, from, &slice))
            .await
            .expect("rows");
    }
    made
}

async fn start(house: &House, who: &Caller, uid: Uuid) -> hiring::Result<Run> {
    let who = who.clone();
    house.write(move |tx| run::start(tx, &who, uid)).await
}

async fn step(house: &House, limit: i64) -> Pace {
    let app = house.app.clone();
    house
        .write(move |tx| run::step(tx, &app, limit))
        .await
        .expect("a step")
}

/// Works until nothing is running.
async fn work(house: &House, limit: i64) {
    while house.read(run::has_work).await {
        step(house, limit).await;
    }
}

async fn plans(house: &House, uid: Uuid) -> Vec<(Plan, i64)> {
    let org = house.org;
    house.read(move |r| run::plans(r, org, uid)).await
}

async fn outcomes(house: &House, uid: Uuid) -> Vec<(i64, String, Option<String>)> {
    let org = house.org;
    let lines = house.read(move |r| run::lines(r, org, uid, 0, 1_000)).await;
    let outcome = |line: run::Line| (line.n, line.outcome.unwrap_or_default(), line.remark);
    lines.into_iter().map(outcome).collect()
}

#[test]
fn a_list_says_of_each_row_what_will_happen_and_then_it_happens() {
    story(async |house: House| {
        let bert = recruiter(&house).await;
        house.person("known@x.org").await;
        let applied = house.person("applied@x.org").await.candidate.id;
        house
            .apply(applied, NewApplication::default())
            .await
            .unwrap();
        let again = house.person("again@x.org").await.candidate.id;
        let opened = house.apply(again, NewApplication::default()).await.unwrap();
        let (by, id) = (bert.clone(), opened.application().id);
        house
            .write(move |tx| application::dispose(tx, &by, id, Disposition::Rejected, None))
            .await
            .unwrap();
        let first = listed(
            &house,
            &bert,
            false,
            vec![row("invited@x.org", ""), row("late@x.org", "")],
        )
        .await;
        start(&house, &bert, first.uid).await.unwrap();
        work(&house, 10).await;
        let (by, org, uid) = (bert.clone(), house.org, first.uid);
        let revoked = house.write(move |tx| {
            let lines = run::lines(tx, org, uid, 1, 1)?;
            let (id, _) = lines[0].invite.expect("an invite");
            let all = invite::page(
                tx,
                org,
                hiring::id::InviteId(id.0 - 1),
                &invite::Filter::default(),
                1,
            )?;
            invite::revoke(tx, &by, &all[0])
        });
        revoked.await.unwrap();

        let rows = vec![
            row("new@x.org", "Nora New"),
            row("known@x.org", ""),
            row("again@x.org", ""),
            row("late@x.org", ""),
            row("invited@x.org", ""),
            row("applied@x.org", ""),
            row("nowhere", "No Address"),
            row("NEW@x.org ", "Nora once more"),
        ];
        let made = listed(&house, &bert, true, rows).await;
        let told = plans(&house, made.uid).await;
        for (plan, count) in [
            (Plan::New, 1),
            (Plan::Known, 1),
            (Plan::Again(Disposition::Rejected), 1),
            (Plan::Renewed, 1),
            (Plan::AlreadyInvited, 1),
            (Plan::Applied, 1),
            (Plan::Fault(Fault::Address), 1),
            (Plan::Fault(Fault::Twice), 1),
        ] {
            assert!(told.contains(&(plan, count)), "{plan:?} in {told:?}");
        }
        assert_eq!(told.len(), 8);
        let before = house.events().await.len();
        // Nothing happens before somebody says so.
        assert_eq!(step(&house, 10).await, Pace::Idle);
        start(&house, &bert, made.uid).await.unwrap();
        work(&house, 3).await;
        let words: Vec<_> = outcomes(&house, made.uid)
            .await
            .into_iter()
            .map(|(_, w, _)| w)
            .collect();
        assert_eq!(
            words,
            [
                "invited",
                "invited",
                "invited",
                "renewed",
                "already_invited",
                "applied",
                "skipped",
                "skipped"
            ]
        );
        let org = house.org;
        let found = house.read(move |r| run::find(r, org, made.uid)).await;
        assert_eq!((found.state, found.new.body), (State::Done, None));
        let kinds = house.events().await.split_off(before);
        let invited = ["application.created", "invite.created", "invite.mailed"];
        let expected = [
            &["candidate.created"][..],
            &invited,
            &["candidate.updated"],
            &invited,
            &["candidate.updated"],
            &invited,
            &["candidate.updated", "invite.renewed", "invite.mailed"],
        ];
        assert_eq!(kinds, expected.concat());
        // The same list once more: everybody is invited already.
        assert!(matches!(
            start(&house, &bert, made.uid).await,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
    });
}

#[test]
fn a_run_that_was_ended_in_the_midst_goes_on_and_invites_nobody_twice() {
    story(async |house: House| {
        let bert = recruiter(&house).await;
        let rows = (0..90)
            .map(|n| row(&format!("p{n}@x.org"), "Somebody"))
            .collect();
        let made = listed(&house, &bert, true, rows).await;
        start(&house, &bert, made.uid).await.unwrap();
        assert_eq!(step(&house, 20).await, Pace::Done(20));
        // A step that is rolled back, as by a crash before its commit, leaves nothing.
        let app = house.app.clone();
        let lost = house.write(move |tx| {
            run::step(tx, &app, 20)?;
            Err::<(), _>(Problem::broken("the program ends here"))
        });
        assert!(lost.await.is_err());
        let settled = only_here!("SELECT COUNT(*) FROM invite_row WHERE settled_at IS NOT NULL");
        assert_eq!(house.count(settled).await, 20);
        // Four processes go on at once.
        let workers = (0..4).map(|_| {
            let house = house.clone();
            async move { work(&house, 7).await }
        });
        at_once(workers).await;
        let invites = only_here!("SELECT COUNT(*) FROM invite");
        let mails = only_here!("SELECT COUNT(*) FROM delivery WHERE channel = 'mail'");
        let people = only_here!("SELECT COUNT(*) FROM candidate");
        assert_eq!(house.count(invites).await, 90);
        assert_eq!(house.count(mails).await, 90);
        assert_eq!(house.count(people).await, 90);
        let told = outcomes(&house, made.uid).await;
        assert!(
            told.iter().all(|(_, word, _)| word == "invited"),
            "{told:?}"
        );
    });
}

#[test]
fn two_lists_with_the_same_people_at_once_invite_each_once() {
    story(async |house: House| {
        let bert = recruiter(&house).await;
        let rows: Vec<_> = (0..30).map(|n| row(&format!("p{n}@x.org"), "")).collect();
        let backwards = rows.iter().rev().cloned().collect();
        let one = listed(&house, &bert, true, rows).await;
        let other = listed(&house, &bert, true, backwards).await;
        start(&house, &bert, one.uid).await.unwrap();
        start(&house, &bert, other.uid).await.unwrap();
        let workers = (0..2).map(|_| {
            let house = house.clone();
            async move { work(&house, 1).await }
        });
        at_once(workers).await;
        let invites = only_here!("SELECT COUNT(*) FROM invite");
        let mails = only_here!("SELECT COUNT(*) FROM delivery WHERE channel = 'mail'");
        assert_eq!(house.count(invites).await, 30);
        assert_eq!(house.count(mails).await, 30);
        let mut words = outcomes(&house, one.uid).await;
        words.extend(outcomes(&house, other.uid).await);
        let invited = words
            .iter()
            .filter(|(_, word, _)| word == "invited")
            .count();
        let already = words
            .iter()
            .filter(|(_, word, _)| word == "already_invited")
            .count();
        assert_eq!((invited, already), (30, 30));
    });
}

#[test]
fn a_run_stops_when_it_is_told_to_or_when_its_job_closes() {
    story(async |house: House| {
        let bert = recruiter(&house).await;
        let rows = (0..9).map(|n| row(&format!("p{n}@x.org"), "")).collect();
        let made = listed(&house, &bert, false, rows).await;
        start(&house, &bert, made.uid).await.unwrap();
        step(&house, 3).await;
        let (by, uid) = (bert.clone(), made.uid);
        house
            .write(move |tx| run::stop(tx, &by, uid))
            .await
            .unwrap();
        assert_eq!(step(&house, 3).await, Pace::Idle);
        start(&house, &bert, made.uid).await.unwrap();
        let (by, job) = (bert.clone(), house.job.id);
        let closed = JobEdit {
            status: Some(Status::Closed),
            ..JobEdit::default()
        };
        house
            .write(move |tx| job::edit(tx, &by, job, &closed))
            .await
            .unwrap();
        step(&house, 3).await;
        let org = house.org;
        let found = house.read(move |r| run::find(r, org, uid)).await;
        assert_eq!(
            (found.state, found.remark.as_deref()),
            (State::Stopped, Some("the job is not open"))
        );
        let refused = start(&house, &bert, made.uid).await;
        assert!(matches!(
            refused,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
        let progress = house.read(move |r| run::progress(r, &found)).await;
        assert_eq!((progress.done, progress.of("invited")), (3, 3));
    });
}

#[test]
fn a_list_is_nobody_elses_and_one_that_did_not_come_whole_does_not_start() {
    story(async |house: House| {
        let bert = recruiter(&house).await;
        let made = listed(&house, &bert, false, vec![row("ada@x.org", "")]).await;
        let (other, uid) = (Caller::system(house.other), made.uid);
        let theirs = house.write(move |tx| run::start(tx, &other, uid)).await;
        assert!(matches!(theirs, Err(Problem::NotFound(_))));
        let other = house.other;
        assert!(
            house
                .read(move |r| run::lines(r, other, uid, 0, 9))
                .await
                .is_empty()
        );
        assert!(
            house
                .read(move |r| run::plans(r, other, uid))
                .await
                .is_empty()
        );
        let (by, job, new) = (bert.clone(), house.job.id, NewRun::default());
        let half = house
            .write(move |tx| run::create(tx, &by, job, &new, 2))
            .await
            .unwrap();
        let (org, id) = (house.org, half.id);
        house
            .write(move |tx| run::add_rows(tx, org, id, 1, &[row("bob@x.org", "")]))
            .await
            .unwrap();
        let refused = start(&house, &bert, half.uid).await;
        assert!(matches!(
            refused,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
        // Drafts are forgotten after a week, what was started is not.
        start(&house, &bert, made.uid).await.unwrap();
        house.clock.advance(8 * 86_400 * 1_000_000);
        while house.write(run::forget_drafts).await.unwrap() > 0 {}
        let runs = only_here!("SELECT COUNT(*) FROM invite_run");
        let rows = only_here!("SELECT COUNT(*) FROM invite_row");
        assert_eq!((house.count(runs).await, house.count(rows).await), (1, 1));
    });
}
