//! People are found by what is known of them, once the indexer has come to them; nobody finds another organization's.

use hiring::application::{self, NewApplication};
use hiring::candidate::{self, NewCandidate};
use hiring::extraction::{self, State};
use hiring::id::{CandidateId, JobId, MemberId, OrgId};
use hiring::note::{self, NewNote, Visibility};
use hiring::search::{self, Ask, Place, Within};
use hiring::{Problem, attachment, job, member};
use serde_json::json;

use crate::{House, caller, job_called, only_here, person, said, story, take};

/// Brings the index up to what is committed; how many slices that took.
async fn index(house: &House) -> usize {
    house.events().await;
    for slices in 0..1_000 {
        if house.write(search::step).await.expect("a slice") == 0 {
            return slices;
        }
    }
    panic!("the indexer comes to no end");
}

async fn found_within(house: &House, org: OrgId, query: &str, within: Within) -> Vec<String> {
    let (ask, mut from, mut names) = (Ask::read(query, true), Place::START, Vec::new());
    loop {
        let (ask, within) = (ask.clone(), within.clone());
        let page = house.read(move |r| search::search(r, org, &ask, &within, from, 2));
        let page = page.await;
        let of_page = page
            .hits
            .iter()
            .map(|h| h.candidate.record.name().to_owned());
        names.extend(of_page);
        match page.next {
            Some(next) => from = next,
            None => break,
        }
    }
    let count = house
        .read(move |r| search::count(r, org, &ask, &within))
        .await;
    assert_eq!(count, names.len() as i64, "{query}");
    names
}

async fn found(house: &House, query: &str) -> Vec<String> {
    found_within(house, house.org, query, Within::default()).await
}

fn called(name: &str, email: &str, more: serde_json::Value) -> NewCandidate {
    let mut new = person(&[email], &[]);
    new.said.insert("full_name".into(), name.into());
    new.said.extend(said(more));
    new
}

#[test]
fn people_are_found_by_names_first_and_then_by_what_is_said_of_them() {
    story(async |house: House| {
        for new in [
            called("Rust Baker", "rb@x.org", json!({"title": "Clerk"})),
            called(
                "Zoë Müller",
                "zoe@bücher.example",
                json!({"skills": ["Rust", "C++"], "phones": [{"value": "+972 52 864 4246"}]}),
            ),
            called(
                "山田太郎",
                "yamada@x.org",
                json!({"company": "Nordwind Analytics", "title": "Rust developer"}),
            ),
            called(
                "Ada Lovelace",
                "ada@x.org",
                json!({"summary": "Machine learning, and learning more", "tags": ["Top talent"]}),
            ),
        ] {
            house.take_in(new).await.expect("taken in");
        }
        assert_eq!(
            found(&house, "ada").await,
            [""; 0],
            "nobody was indexed yet"
        );
        index(&house).await;
        for (query, wanted) in [
            ("rust", &["Rust Baker", "山田太郎", "Zoë Müller"][..]),
            ("zoe muller", &["Zoë Müller"]),
            ("ZOË Mueller", &["Zoë Müller"]),
            ("z", &["Zoë Müller"]),
            ("c++", &["Zoë Müller"]),
            ("052-864 42", &["Zoë Müller"]),
            ("yamada@x.org", &["山田太郎"]),
            ("email:ada", &["Ada Lovelace"]),
            ("田太", &["山田太郎"]),
            ("郎", &["山田太郎"]),
            ("rust nordw", &["山田太郎"]),
            ("rust -nordwind", &["Rust Baker", "Zoë Müller"]),
            ("-rust", &["Ada Lovelace"]),
            ("\"machine learning\"", &["Ada Lovelace"]),
            ("\"learning machine\"", &[]),
            (
                "\"machine learning and learning\" tag:\"top talent\"",
                &["Ada Lovelace"],
            ),
            ("tag:top", &[]),
            (
                "",
                &["Ada Lovelace", "山田太郎", "Zoë Müller", "Rust Baker"],
            ),
            ("ada'); DROP TABLE candidate; --", &[]),
            ("\" OR ( * ^ NEAR/2 {who} : | & ! <-> \\", &[]),
        ] {
            assert_eq!(found(&house, query).await, wanted, "{query}");
        }
    });
}

#[test]
fn what_changes_is_found_as_it_is_now() {
    story(async |house: House| {
        let ada = house.person("ada@x.org").await.candidate.id;
        index(&house).await;
        let org = house.org;
        let change = move |tx: &mut store::Tx<'_>| {
            let caller = caller(org);
            let kept = crate::kept(tx, &caller)?;
            let change = candidate::CandidateEdit {
                said: said(json!({"full_name": "Ada King", "tags": ["poet"]})),
                ..candidate::CandidateEdit::default()
            };
            candidate::edit(tx, &caller, kept, ada, &change)?;
            for (body, visibility) in [
                ("publicly", Visibility::Public),
                ("secretly", Visibility::Private),
            ] {
                let note = NewNote {
                    candidate: ada,
                    member: None,
                    submission: None,
                    kind: note::Kind::Note,
                    subject: None,
                    body: Some(body.into()),
                    visibility,
                };
                note::create(tx, &caller, &note)?;
            }
            Ok(())
        };
        house.write(change).await.expect("changed");
        assert_eq!(found(&house, "lovelace").await.len(), 1);
        index(&house).await;
        assert_eq!(found(&house, "lovelace").await.len(), 0);
        for query in ["king", "tag:POET", "publicly"] {
            assert_eq!(found(&house, query).await, ["Ada King"], "{query}");
        }
        assert_eq!(found(&house, "secretly").await.len(), 0);
        let uid = house.read(move |r| candidate::find(r, org, ada)).await.uid;
        house
            .write(move |tx| candidate::ignore(tx, &caller(org), uid, "GDPR_REQUEST", None))
            .await
            .expect("ignored");
        index(&house).await;
        assert_eq!(found(&house, "king").await.len(), 0);
    });
}

#[test]
fn applications_are_found_by_job_stage_and_source() {
    story(async |house: House| {
        let org = house.org;
        let painter =
            house.write(move |tx| job::create(tx, &caller(org), &job_called("Painter (m/f)")));
        let painter = painter.await.expect("a job");
        let new = |source: &str, pending| NewApplication {
            source: source.into(),
            pending,
            ..NewApplication::default()
        };
        let mut people = Vec::new();
        for (n, name) in ["One", "Two", "Three"].into_iter().enumerate() {
            let new = called(name, &format!("{n}@x.org"), json!({}));
            people.push(house.take_in(new).await.unwrap().candidate.id);
        }
        house
            .apply(people[0], new("Job Board", false))
            .await
            .unwrap();
        house.apply(people[1], new("", true)).await.unwrap();
        let (three, stages) = (
            people[2],
            house
                .read({
                    let id = painter.id;
                    move |r| job::stages(r, org, id)
                })
                .await,
        );
        let last = stages.last().unwrap().clone();
        let to = last.id;
        house
            .write(move |tx| {
                let candidate = candidate::find(tx, org, three)?;
                let opened = application::open(
                    tx,
                    &caller(org),
                    &candidate,
                    &painter,
                    &NewApplication::default(),
                )?;
                application::advance(tx, &caller(org), opened.application().id, to, None)
            })
            .await
            .expect("moved");
        index(&house).await;
        let stage = format!("stage:\"{}\"", last.name);
        for (query, wanted) in [
            ("job:program", &["Two", "One"][..]),
            ("job:programmer is:invited", &["Two"]),
            ("job:paint", &["Three"]),
            ("source:\"job board\"", &["One"]),
            ("source:job", &["One"]),
            (&stage, &["Three"]),
            (&format!("{stage} job:programmer"), &[]),
            ("job:nothing", &[]),
            ("-job:nothing is:open", &["Three", "One"]),
        ] {
            assert_eq!(found(&house, query).await, wanted, "{query}");
        }
        let only = |jobs: Vec<JobId>| Within { jobs: Some(jobs) };
        let ours = house.job.id;
        assert_eq!(
            found_within(&house, org, "", only(vec![ours])).await,
            ["Two", "One"]
        );
        assert_eq!(
            found_within(&house, org, "three", only(vec![ours]))
                .await
                .len(),
            0
        );
        assert_eq!(found_within(&house, org, "", only(vec![])).await.len(), 0);
        let unknown = house.read(move |r| {
            search::search(
                r,
                org,
                &Ask::read("job:nothing", false),
                &Within::default(),
                Place::START,
                5,
            )
        });
        assert_eq!(
            unknown.await.unknown,
            [(search::Operator::Job, "nothing".to_owned())]
        );
    });
}

#[test]
fn nobody_finds_anothers_people() {
    story(async |house: House| {
        let other = house.other;
        house.person("ada@x.org").await;
        let eve = called("Ada Eve", "eve@x.org", json!({}));
        house
            .write(move |tx| take(tx, &caller(other), &eve))
            .await
            .unwrap();
        index(&house).await;
        assert_eq!(found(&house, "ada").await, ["Ada Lovelace"]);
        assert_eq!(
            found_within(&house, other, "ada", Within::default()).await,
            ["Ada Eve"]
        );
        assert_eq!(
            found_within(&house, other, "-nobody", Within::default()).await,
            ["Ada Eve"]
        );
    });
}

#[test]
fn people_who_were_there_before_the_index_come_afterwards() {
    story(async |house: House| {
        for n in 0..130 {
            let new = called(&format!("Person {n}"), &format!("p{n}@x.org"), json!({}));
            house.take_in(new).await.unwrap();
        }
        house.events().await;
        // As the migration of an older version's data leaves it.
        house
            .write(|tx| {
                tx.run(
                    only_here!(
                        "UPDATE search_progress SET place = (SELECT last FROM feed WHERE id = 1), \
                         below = (SELECT MAX(id) + 1 FROM candidate)"
                    ),
                    &[],
                )?;
                Ok(())
            })
            .await
            .unwrap();
        let before = house.read(search::progress).await;
        assert_eq!((before.behind, before.waiting), (0, 130));
        house.write(search::step).await.unwrap();
        assert_eq!(
            found(&house, "person 129").await.len(),
            1,
            "the newest come first"
        );
        index(&house).await;
        assert_eq!(found(&house, "person").await.len(), 130);
        let after = house.read(search::progress).await;
        assert_eq!((after.behind, after.waiting), (0, 0));
    });
}

#[test]
fn two_indexers_at_once_index_everybody_once() {
    story(async |house: House| {
        for n in 0..40 {
            house.person(&format!("p{n}@x.org")).await;
        }
        house.events().await;
        let both = (0..2).map(|_| {
            let house = house.clone();
            async move { while house.write(search::step).await.unwrap() > 0 {} }
        });
        crate::at_once(both).await;
        assert_eq!(found(&house, "lovelace").await.len(), 40);
    });
}

async fn with_file(house: &House, bytes: &[u8]) -> CandidateId {
    let file = attachment::put(&house.app, house.org, bytes.to_vec())
        .await
        .unwrap();
    let mut new = person(&["ada@x.org"], &[]);
    new.attachments.push(attachment::NewAttachment {
        kind: attachment::Kind::Resume,
        name: "cv".into(),
        file: Some(file),
        url: None,
        scope: None,
    });
    house.take_in(new).await.unwrap().candidate.id
}

#[test]
fn the_text_of_a_file_is_read_once_and_found() {
    story(async |house: House| {
        let org = house.org;
        with_file(&house, b"I know Haskell").await;
        index(&house).await;
        let claimed = house
            .write(extraction::claim)
            .await
            .unwrap()
            .expect("one waits");
        assert_eq!(claimed.format, extraction::Format::Text);
        assert_eq!(
            house.write(extraction::claim).await.unwrap(),
            None,
            "somebody is at it"
        );
        let (mine, text) = (claimed.clone(), "I know\u{0} Haskell");
        assert!(
            house
                .write(move |tx| extraction::settle(tx, &mine, Ok(text)))
                .await
                .unwrap()
        );
        assert_eq!(found(&house, "haskell").await, ["Ada Lovelace"]);
        let late = claimed.clone();
        assert!(
            !house
                .write(move |tx| extraction::settle(tx, &late, Err("late")))
                .await
                .unwrap()
        );
        let state = house
            .read(move |r| extraction::find(r, org, &claimed.sha256))
            .await;
        assert_eq!(state, Some((State::Done, Some("I know Haskell".into()))));
        // The same content again is not read again.
        with_file(&house, b"I know Haskell").await;
        index(&house).await;
        assert_eq!(house.write(extraction::claim).await.unwrap(), None);
    });
}

#[test]
fn whoever_does_not_come_back_is_lost_and_a_file_that_ends_everyone_is_given_up() {
    story(async |house: House| {
        let org = house.org;
        with_file(&house, b"poison").await;
        index(&house).await;
        let mut last = None;
        for _ in 0..3 {
            last = house.write(extraction::claim).await.unwrap();
            assert!(last.is_some());
            house.clock.advance(121_000_000);
        }
        assert_eq!(house.write(extraction::claim).await.unwrap(), None);
        let sha256 = last.unwrap().sha256;
        let (state, _) = house
            .read(move |r| extraction::find(r, org, &sha256))
            .await
            .unwrap();
        assert!(matches!(state, State::None(why) if why.contains("several times")));
        assert_eq!(
            house.read(move |r| extraction::tally(r, Some(org))).await,
            (0, 1)
        );
    });
}

#[test]
fn searches_are_a_members_own() {
    story(async |house: House| {
        let org = house.org;
        let made = house.write(move |tx| {
            let anna = member::create(tx, org, "anna@x.org", "Anna", "recruiter", "x")?;
            let ben = member::create(tx, org, "ben@x.org", "Ben", "recruiter", "x")?;
            search::save(tx, org, anna, "Rust people", "rust")?;
            let again = search::save(tx, org, anna, " rust PEOPLE ", "rust is:open")?;
            Ok((anna, ben, again))
        });
        let (anna, ben, uid) = made.await.unwrap();
        let of = |who: MemberId| house.read(move |r| search::of_member(r, org, who));
        let annas = of(anna).await;
        assert_eq!(annas.len(), 1);
        assert_eq!(
            (annas[0].name.as_str(), annas[0].query.as_str()),
            ("rust PEOPLE", "rust is:open")
        );
        assert!(of(ben).await.is_empty());
        let others = house
            .write(move |tx| search::forget(tx, org, ben, uid))
            .await;
        assert!(matches!(others, Err(Problem::NotFound(_))));
        let empty = house
            .write(move |tx| search::save(tx, org, anna, "", &"x".repeat(501)))
            .await;
        assert!(matches!(empty, Err(Problem::Invalid(flaws)) if flaws.len() == 2));
        house
            .write(move |tx| search::forget(tx, org, anna, uid))
            .await
            .unwrap();
        assert!(of(anna).await.is_empty());
    });
}
