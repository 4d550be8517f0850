//! The nouns around candidates: notes, the catalog, what jobs are tied to. What people told of themselves is in `told.rs`.

use hiring::catalog::{self, Kind, NewItem};
use hiring::eeo;
use hiring::id::Uuid;
use hiring::job::{self, JobEdit, NewJob, Status};
use hiring::note::{self, NewNote, Visibility};
use hiring::page::{Side, Span};
use hiring::{Problem, member, submission};
use serde_json::json;

use crate::{House, caller, job_called, person, story};

fn item(kind: Kind, name: &str, place: Option<&str>) -> NewItem {
    NewItem {
        kind,
        name: name.into(),
        place: place.map(str::to_owned),
    }
}

#[test]
fn a_name_stands_once_in_each_part_of_the_catalog() {
    story(async |house: House| {
        let org = house.org;
        let put = |new: NewItem| house.write(move |tx| catalog::create(tx, &caller(org), &new));
        let first = put(item(Kind::Office, "Harbour", None)).await.unwrap();
        let again = put(item(Kind::Office, " HARBOUR", Some("Oslo")))
            .await
            .unwrap();
        assert_eq!((first.new, again.new), (true, false));
        assert_eq!(first.item.uid, again.item.uid);
        assert_eq!(again.item.place.as_deref(), Some("Oslo"));
        let silent = put(item(Kind::Office, "Harbour", None)).await.unwrap();
        assert_eq!(silent.item.place.as_deref(), Some("Oslo"));
        let other = put(item(Kind::Department, "Harbour", None)).await.unwrap();
        assert!(other.new);
        put(item(Kind::Office, "Hill", None)).await.unwrap();
        let pages = house
            .read(move |r| {
                let all = Span::default();
                let page = |r: &mut _, side| catalog::page(r, org, Kind::Office, side, &all, 9);
                let names = |page: Vec<catalog::Item>| -> Vec<String> {
                    page.into_iter().map(|item| item.name).collect()
                };
                let late = Span {
                    created_after: Some(i64::MAX),
                    ..all
                };
                Ok([
                    names(page(r, Side::After(0))?),
                    names(page(r, Side::Before(i64::MAX))?),
                    names(catalog::page(
                        r,
                        org,
                        Kind::Office,
                        Side::After(0),
                        &late,
                        9,
                    )?),
                ])
            })
            .await;
        assert_eq!(
            pages,
            [vec!["Harbour", "Hill"], vec!["Hill", "Harbour"], vec![]]
        );
    });
}

#[test]
fn a_job_is_tied_to_what_it_names_and_tied_anew_by_an_edit() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let made = house.write(move |tx| {
            let here = caller(org);
            let yard = catalog::create(tx, &here, &item(Kind::Department, "Yard", None))?.item;
            let port = catalog::create(tx, &here, &item(Kind::Office, "Port", None))?.item;
            let bay = catalog::create(tx, &here, &item(Kind::Office, "Bay", None))?.item;
            let foreign = catalog::create(tx, &caller(other), &item(Kind::Office, "Far", None))?;
            let ann = member::create(tx, org, "ann@x.org", "Ann", "owner", "")?;
            let bob = member::create(tx, org, "bob@x.org", "Bob", "interviewer", "")?;
            let new = NewJob {
                code: Some("S-1".into()),
                description: Some("<p>Ropes</p>".into()),
                catalog: vec![yard.id, port.id, port.id, foreign.item.id],
                recruiters: vec![ann],
                hiring_managers: vec![bob, ann],
                ..job_called("Sailor")
            };
            let job = job::create(tx, &here, &new)?;
            Ok((job, bay, port, bob))
        });
        let (job, bay, port, bob) = made.await.unwrap();
        let plain = house.job.id;
        assert_eq!(job.code.as_deref(), Some("S-1"));
        let id = job.id;
        let tied = move |r: &mut store::Reader<'_>| {
            let around = job::around(r, org, &[plain, id])?;
            assert!(!around.contains_key(&plain));
            let around = around[&id].clone();
            let named = |items: Vec<catalog::Item>| items.into_iter().map(|i| i.name);
            let people = |all: Vec<member::Member>| all.into_iter().map(|m| m.name);
            let names = named(around.departments)
                .chain(named(around.offices))
                .chain(people(around.recruiters))
                .chain(people(around.hiring_managers));
            Ok(names.collect::<Vec<String>>())
        };
        assert_eq!(
            house.read(tied).await,
            ["Yard", "Port", "Ann", "Bob", "Ann"]
        );

        let edit = JobEdit {
            status: Some(Status::Closed),
            code: Some(None),
            title: Some("Sailor".into()),
            offices: Some(vec![bay.id]),
            recruiters: Some(vec![bob]),
            ..JobEdit::default()
        };
        let (first, again) = (edit.clone(), edit);
        let edited = house.write(move |tx| job::edit(tx, &caller(org), id, &first));
        let edited = edited.await.unwrap();
        assert_eq!((edited.status, edited.code), (Status::Closed, None));
        assert_eq!(edited.description.as_deref(), Some("<p>Ropes</p>"));
        assert_eq!(house.read(tied).await, ["Yard", "Bay", "Bob", "Bob", "Ann"]);
        // The same once more changes nothing, and nobody hears of it; nor can another organization.
        let same = house.write(move |tx| job::edit(tx, &caller(org), id, &again));
        assert_eq!(same.await.unwrap().updated_at, edited.updated_at);
        let theirs = house.write(move |tx| job::edit(tx, &caller(other), id, &JobEdit::default()));
        assert!(matches!(theirs.await, Err(Problem::NotFound(_))));

        let by = |filter: job::Filter| {
            house.read(move |r| {
                let page = job::page(r, org, Side::After(0), &filter, 9)?;
                let back = job::page(r, org, Side::Before(i64::MAX), &filter, 9)?;
                let mut back: Vec<_> = back.into_iter().map(|job| job.title).collect();
                back.reverse();
                let titles: Vec<_> = page.into_iter().map(|job| job.title).collect();
                assert_eq!(titles, back);
                Ok(titles)
            })
        };
        let all = job::Filter::default();
        assert_eq!(by(all.clone()).await, ["Programmer", "Sailor"]);
        let closed = job::Filter {
            status: Some(Status::Closed),
            ..all.clone()
        };
        assert_eq!(by(closed).await, ["Sailor"]);
        let of_offices = |offices| job::Filter {
            offices: Some(offices),
            ..job::Filter::default()
        };
        assert_eq!(by(of_offices(vec![port.id, bay.id])).await, ["Sailor"]);
        assert!(by(of_offices(vec![port.id])).await.is_empty());
        assert!(by(of_offices(Vec::new())).await.is_empty());
        let none = job::Filter {
            code: Some("S-1".into()),
            ..all
        };
        assert!(by(none).await.is_empty());
        assert_eq!(
            house.events().await,
            ["job.created", "job.created", "job.updated"]
        );
    });
}

#[test]
fn the_stages_of_many_jobs_are_read_at_once() {
    story(async |house: House| {
        let org = house.org;
        let new = NewJob {
            stages: vec![("One".into(), "review".into())],
            ..job_called("Short")
        };
        let short = house.write(move |tx| job::create(tx, &caller(org), &new));
        let (long, short) = (house.job.id, short.await.unwrap());
        let id = short.id;
        let (all, page, one) = house
            .read(move |r| {
                let all = job::stages_of(r, org, &[id, long])?;
                let span = Span::default();
                let page = job::stage_page(r, org, Side::Before(i64::MAX), Some(id), &span, 9)?;
                let one = job::find_stage(r, org, page[0].0.uid)?;
                assert!(job::fields_of(r, org, &[id, long])?.is_empty());
                Ok((all, page, one))
            })
            .await;
        let names: Vec<_> = all.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["Applied", "Screen", "Interview", "Offer", "One"]);
        assert_eq!((page.len(), &*page[0].1.title), (1, "Short"));
        assert_eq!((one.0.id, one.1.id), (page[0].0.id, id));
    });
}

#[test]
fn a_note_is_written_down_once_and_read_by_its_organization_alone() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let ada = house.person("ada@x.org").await.candidate;
        let bea = house.person("bea@x.org").await.candidate;
        let about = ada.clone();
        let made = house.write(move |tx| {
            let ann = member::create(tx, org, "ann@x.org", "Ann", "owner", "")?;
            let new = |candidate, member| NewNote {
                candidate,
                member,
                submission: None,
                kind: note::Kind::Note,
                subject: None,
                body: Some("Plays the harp".into()),
                visibility: Visibility::Private,
            };
            note::create(tx, &caller(org), &new(bea.id, None))?;
            let note = note::create(tx, &caller(org), &new(about.id, Some(ann)))?;
            Ok(note)
        });
        let note = made.await.unwrap();
        let ann = note.member.as_ref().expect("on behalf of Ann").uid;
        assert_eq!((note.candidate, note.kind), (ada.uid, note::Kind::Note));
        assert_eq!(note.member.as_ref().map(|m| &*m.name), Some("Ann"));
        let count = move |r: &mut store::Reader<'_>, org, filter: note::Filter| {
            let page = note::page(r, org, Side::After(0), &filter, 9)?;
            let back = note::page(r, org, Side::Before(i64::MAX), &filter, 9)?;
            assert_eq!(page.len(), back.len());
            Ok(page.len())
        };
        let of = |candidate, member| note::Filter {
            candidate,
            member,
            without_ignored: true,
            ..note::Filter::default()
        };
        for (whose, filter, expected) in [
            (org, of(None, None), 2),
            (org, of(Some(ada.id), None), 1),
            (org, of(None, Some(ann)), 1),
            (org, of(None, Some(Uuid::nil())), 0),
            (other, of(None, None), 0),
        ] {
            let found = house.read(move |r| count(r, whose, filter.clone())).await;
            assert_eq!(found, expected);
        }
        let uid = note.uid;
        let foreign = house
            .read(move |r| Ok(note::find(r, other, uid).is_err()))
            .await;
        assert!(foreign);
        let events = house.events().await;
        assert_eq!(events[events.len() - 2..], ["note.added", "note.added"]);
    });
}

/// As `organizations.rs` asks of the other nouns.
#[test]
fn nothing_around_of_another_organization_is_found() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let submission =
            crate::told::told(&house, "ada@x.org", &[("/model/gender", "woman")]).await;
        let tagged = house.take_in({
            let mut person = person(&["bea@x.org"], &[]);
            person.said.insert("tags".into(), json!(["urgent"]));
            person
        });
        let bea = tagged.await.unwrap().candidate;
        let made = house.write(move |tx| {
            let here = caller(org);
            let office = catalog::create(tx, &here, &item(Kind::Office, "Port", None))?.item;
            let ann = member::create(tx, org, "ann@x.org", "Ann", "owner", "")?;
            let mut new = NewJob {
                catalog: vec![office.id],
                recruiters: vec![ann],
                ..job_called("Sailor")
            };
            new.fields.push(job::NewField {
                name: "knots".into(),
                label: "Knots".into(),
                kind: job::FieldKind::Number,
                required: false,
                ..job::NewField::default()
            });
            let job = job::create(tx, &here, &new)?;
            let new = NewNote {
                candidate: bea.id,
                member: Some(ann),
                submission: None,
                kind: note::Kind::Note,
                subject: None,
                body: None,
                visibility: Visibility::Public,
            };
            let note = note::create(tx, &here, &new)?;
            let stage = job::stages(tx, org, job.id)?[0].uid;
            Ok((office, job, stage, note))
        });
        let (office, job, stage, note) = made.await.unwrap();
        let member = note.member.as_ref().expect("on behalf of Ann").uid;
        let home = org;
        let look = move |r: &mut store::Reader<'_>, org| {
            let (side, span, who) = (Side::After(0), Span::default(), caller(org));
            let found = [
                catalog::find(r, org, Kind::Office, office.uid).is_ok(),
                catalog::named(r, org, Kind::Office, &[office.uid], "/a").is_ok(),
                member::find_by_uid(r, org, member).is_ok(),
                member::named(r, org, &[member], "/a").is_ok(),
                note::find(r, org, note.uid).is_ok(),
                job::find_stage(r, org, stage).is_ok(),
                eeo::find(r, &who, submission).is_ok(),
            ];
            let sent = submission::find(r, home, submission)?.id;
            let counts = [
                catalog::page(r, org, Kind::Office, side, &span, 9)?.len(),
                catalog::of_uids(r, org, &[office.uid])?.len(),
                catalog::of_jobs(r, org, &[job.id])?.len(),
                member::page(r, org, side, &member::Filter::default(), 9)?.len(),
                member::of_uids(r, org, &[member])?.len(),
                member::of_jobs(r, org, &[job.id])?.len(),
                note::page(r, org, side, &note::Filter::default(), 9)?.len(),
                job::around(r, org, &[job.id])?.len(),
                job::of_ids(r, org, &[job.id])?.len(),
                job::page(r, org, side, &job::Filter::default(), 9)?
                    .len()
                    .min(1),
                job::stages_of(r, org, &[job.id])?.len().min(1),
                job::stage_page(r, org, side, Some(job.id), &span, 9)?
                    .len()
                    .min(1),
                job::fields_of(r, org, &[job.id])?.len(),
                hiring::tag::page(r, org, side, &span, 9)?.len(),
                submission::of_ids(r, org, &[sent])?.len(),
                eeo::page(r, &who, side, &eeo::Filter::default(), 9)?.len(),
            ];
            Ok((found, counts))
        };
        let ours = house.read(move |r| look(r, org)).await;
        assert_eq!(ours, ([true; 7], [1; 16]));
        let theirs = house.read(move |r| look(r, other)).await;
        assert_eq!(theirs, ([false; 7], [0; 16]));
    });
}
