//! What became of the applications of a period: how far they came, how long that took, where they came from.

use hiring::application::{self, Application, Disposition, NewApplication};
use hiring::id::OrgId;
use hiring::job;
use hiring::numbers::{self, Fates, Invites, Which};
use hiring::roll::Rolls;

use crate::{House, caller, job_called, mails::invited, story};

const HOUR: i64 = 3_600_000_000;

async fn applied(house: &House, n: usize, source: &str) -> Application {
    let who = house.person(&format!("p{n}@x.org")).await.candidate.id;
    let new = NewApplication {
        source: source.into(),
        ..NewApplication::default()
    };
    let opened = house.apply(who, new).await.expect("applied");
    opened.application().clone()
}

async fn advance(house: &House, of: &Application, to: usize) {
    let (asking, id, job) = (caller(house.org), of.id, of.job);
    let moved = house.write(move |tx| {
        let to = job::stages(tx, asking.org, job)?[to].id;
        application::advance(tx, &asking, id, to, None)
    });
    moved.await.expect("moved");
}

async fn end(house: &House, of: &Application, how: Disposition) {
    let (asking, id) = (caller(house.org), of.id);
    house
        .write(move |tx| application::dispose(tx, &asking, id, how, None))
        .await
        .expect("ended");
}

async fn now(house: &House) -> i64 {
    house.read(|r| Ok(r.now())).await
}

/// Everything from `from` on, of the story's job or of all.
async fn since(house: &House, from: i64, of_job: bool) -> Which {
    let job = of_job.then_some(house.job.id);
    Which {
        from,
        until: now(house).await + 1,
        job,
    }
}

/// To the nearest hour: the clock goes on while a story is told.
fn hours(micros: i64) -> i64 {
    (micros + HOUR / 2) / HOUR
}

#[test]
fn a_funnel_counts_how_far_the_periods_applications_came() {
    story(async |house: House| {
        // One that came before the period is in no number of it, whatever becomes of it.
        let early = applied(&house, 0, "Friends").await;
        house.clock.advance(HOUR);
        let from = now(&house).await;
        let mut all = Vec::new();
        for n in 1..=5 {
            all.push(applied(&house, n, if n < 4 { "Job page" } else { "Fair" }).await);
        }
        advance(&house, &early, 1).await;
        advance(&house, &all[0], 2).await;
        advance(&house, &all[1], 1).await;
        // Whoever went back has come as far as they had.
        advance(&house, &all[2], 1).await;
        advance(&house, &all[2], 0).await;
        end(&house, &all[0], Disposition::Hired).await;
        end(&house, &all[1], Disposition::Rejected).await;
        end(&house, &all[4], Disposition::Withdrawn).await;

        let (org, which) = (house.org, since(&house, from, true).await);
        let funnel = house
            .read(move |r| numbers::funnel(r, &Rolls::default(), org, &which))
            .await;
        let counts: Vec<_> = funnel.iter().map(|s| (s.reached, s.now)).collect();
        assert_eq!(counts[..3], [(5, 2), (3, 0), (1, 0)], "{funnel:?}");
        assert!(counts[3..].iter().all(|c| *c == (0, 0)));

        let fates = Fates {
            applied: 5,
            open: 2,
            hired: 1,
            rejected: 1,
            withdrawn: 1,
        };
        let found = house.read(move |r| {
            let all = Which { job: None, ..which };
            Ok((
                numbers::fates(r, &Rolls::default(), org, &which)?,
                numbers::jobs(r, &Rolls::default(), org, &all)?,
                numbers::sources(r, &Rolls::default(), org, &all)?,
            ))
        });
        let (of_job, jobs, sources) = found.await;
        assert_eq!(of_job, fates);
        assert_eq!(
            (jobs.len(), jobs[0].title.as_str(), jobs[0].fates),
            (1, "Programmer", fates)
        );
        let sources: Vec<_> = sources
            .iter()
            .map(|s| (s.source.as_str(), s.fates.applied, s.fates.hired))
            .collect();
        assert_eq!(sources, [("Job page", 3, 1), ("Fair", 2, 0)]);

        // An empty period, and another organization, have nothing.
        for (whose, which) in [
            (
                org,
                Which {
                    from: 0,
                    until: 1,
                    job: which.job,
                },
            ),
            (house.other, Which { job: None, ..which }),
        ] {
            let nothing = house.read(move |r| {
                assert!(
                    numbers::funnel(r, &Rolls::default(), whose, &which)?
                        .iter()
                        .all(|s| s.reached == 0)
                );
                assert!(numbers::stays(r, &Rolls::default(), whose, &which)?.is_empty());
                assert!(numbers::ends(r, &Rolls::default(), whose, &which)?.is_empty());
                assert!(numbers::jobs(r, &Rolls::default(), whose, &which)?.is_empty());
                assert!(numbers::sources(r, &Rolls::default(), whose, &which)?.is_empty());
                assert_eq!(numbers::invites(r, whose, &which)?, Invites::default());
                numbers::fates(r, &Rolls::default(), whose, &which)
            });
            assert_eq!(nothing.await, Fates::default());
        }
    });
}

#[test]
fn of_stays_the_median_and_nine_tenths_are_those_of_a_sorted_list() {
    story(async |house: House| {
        let from = now(&house).await;
        let org = house.org;
        let mut all = Vec::new();
        for n in 0..11 {
            all.push(applied(&house, n, "Fair").await);
        }
        // The n-th leaves the first stage after n hours; the last of them is there still.
        for (n, of) in all.iter().enumerate().take(10) {
            house.clock.advance(HOUR);
            match n % 2 {
                0 => advance(&house, of, 1).await,
                _ => end(&house, of, Disposition::Rejected).await,
            }
        }
        let which = since(&house, from, true).await;
        let found = house.read(move |r| {
            Ok((
                numbers::stays(r, &Rolls::default(), org, &which)?,
                numbers::ends(r, &Rolls::default(), org, &which)?,
            ))
        });
        let (stays, ends) = found.await;
        // 1 to 10 hours: the fifth and the ninth.
        assert_eq!(
            stays.len(),
            1,
            "a stage that nobody has left is not told of: {stays:?}"
        );
        assert_eq!(
            (
                stays[0].count,
                hours(stays[0].median),
                hours(stays[0].ninth)
            ),
            (10, 5, 9)
        );
        // 2, 4, 6, 8, 10 hours: the third and the fifth.
        let ends: Vec<_> = ends
            .iter()
            .map(|e| (e.of.as_str(), e.count, hours(e.median), hours(e.ninth)))
            .collect();
        assert_eq!(ends, [("rejected", 5, 6, 10)]);

        // One alone is both.
        end(&house, &all[10], Disposition::Hired).await;
        let which = since(&house, from, false).await;
        let ends = house
            .read(move |r| numbers::ends(r, &Rolls::default(), org, &which))
            .await;
        let hired = ends
            .iter()
            .find(|e| e.of == "hired")
            .expect("one was hired");
        assert_eq!((hired.count, hired.median), (1, hired.ninth));
        let stays = house
            .read(move |r| numbers::stays(r, &Rolls::default(), org, &which))
            .await;
        assert!(stays.is_empty(), "stages are those of one job");
    });
}

#[test]
fn invites_are_counted_by_how_far_they_came() {
    story(async |house: House| {
        let from = now(&house).await;
        let org: OrgId = house.org;
        for n in 0..3 {
            invited(&house, &format!("i{n}@x.org"), None).await;
        }
        let claimed = house
            .write(hiring::delivery::sending::claim)
            .await
            .unwrap()
            .expect("a mail");
        let sent = hiring::delivery::sending::Outcome::Sent("250 ok".into());
        house
            .write(move |tx| hiring::delivery::sending::settle(tx, &claimed, &sent))
            .await
            .unwrap();
        // A direct application completes an invite that nobody opened.
        applied_by(&house, "i2@x.org").await;
        let other = house
            .write(move |tx| job::create(tx, &caller(org), &job_called("Other")))
            .await
            .unwrap();
        let which = since(&house, from, false).await;
        let all = house.read(move |r| numbers::invites(r, org, &which)).await;
        assert_eq!(
            all,
            Invites {
                made: 3,
                mailed: 1,
                opened: 0,
                started: 0,
                completed: 1
            }
        );
        let none = Which {
            job: Some(other.id),
            ..which
        };
        let none = house.read(move |r| numbers::invites(r, org, &none)).await;
        assert_eq!(none, Invites::default());
        let choices = house.read(move |r| numbers::choices(r, org)).await;
        let titles: Vec<_> = choices.iter().map(|(_, title)| title.as_str()).collect();
        assert_eq!(titles, ["Other", "Programmer"]);
    });
}

async fn applied_by(house: &House, email: &str) {
    let who = house.person(email).await.candidate.id;
    house
        .apply(who, NewApplication::default())
        .await
        .expect("applied");
}
