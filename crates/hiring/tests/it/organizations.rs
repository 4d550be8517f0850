//! Another organization's rows are not found, by whatever name one asks for them.

use hiring::api_key::{self, NewKey};
use hiring::application::{self, Disposition, Filter, NewApplication};
use hiring::caller::Permissions;
use hiring::candidate::{self, ForeignId, Side};
use hiring::delivery;
use hiring::event;
use hiring::id::{DeliveryId, JobId, new_uid};
use hiring::job::{FieldKind, NewField};
use hiring::problem::Problem;
use hiring::submission::{EeoSlot, FileSlot, NewSubmission};
use hiring::{
    Result, attachment, eeo, invite, job, linked_account, mail, organization, slot, submission,
};
use serde_json::json;

use crate::{House, caller, only_here, person, story, usual_caller};

/// Fails unless the answer is "not found".
fn none<T>(what: &str, outcome: Result<T>) {
    match outcome {
        Err(Problem::NotFound(_)) => {}
        Err(other) => panic!("{what}: {other:?}"),
        Ok(_) => panic!("{what} was found"),
    }
}

#[test]
fn nothing_of_another_organization_is_found() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        // One row of everything.
        let file = attachment::put(&house.app, org, b"cv".to_vec())
            .await
            .unwrap();
        let uid = new_uid();
        let key = house.app.key.clone();
        let make = move |tx: &mut store::Tx<'_>| {
            let caller = caller(org);
            let mut with_form = crate::job_called("With a form");
            with_form.fields.push(NewField {
                name: "q1".into(),
                label: "Gender".into(),
                kind: FieldKind::Text,
                required: true,
                ..NewField::default()
            });
            let job = job::create(tx, &caller, &with_form)?;
            let kept = submission::keep(
                tx,
                &caller,
                &NewSubmission {
                    uid,
                    dialect: "test",
                    route: "/test",
                    body: "{}".into(),
                    files: vec![FileSlot {
                        n: 0,
                        pointer: "/cv".into(),
                        encoding: slot::Encoding::Base64,
                        sha256: file.sha256,
                    }],
                    eeo: vec![EeoSlot {
                        n: 1,
                        pointer: "/gender".into(),
                        value: "\"f\"".into(),
                    }],
                    unmapped: Vec::new(),
                },
            )?;
            let mut new = person(&["ada@x.org"], &[("hr:1", "7")]);
            new.attachments.push(attachment::NewAttachment {
                kind: attachment::Kind::Resume,
                name: "cv.txt".into(),
                file: Some(file.clone()),
                url: None,
                scope: None,
            });
            let candidate = candidate::take_in(tx, &caller, kept, &new)?.candidate;
            let pending = NewApplication {
                pending: true,
                ..NewApplication::default()
            };
            let application = application::open(tx, &caller, &candidate, &job, &pending)?;
            let application = application.application().clone();
            submission::settle(
                tx,
                org,
                kept,
                Some(candidate.id),
                Some(application.id),
                "created",
            )?;
            invite::create(tx, &key, &caller, &application, None)?;
            mail::rejection(tx, &caller, &application, None)?;
            organization::add_custom_field(tx, org, "field1")?;
            linked_account::create(tx, org, "ours", "account token")?;
            let new_key = NewKey {
                dialect: "test",
                name: "n",
                key: "key",
                username: None,
                second: None,
                sealed: None,
                permissions: Permissions::ALL,
                limit: None,
            };
            let api_key = api_key::create(tx, &key, org, &new_key)?;
            let files = attachment::of_candidate(tx, org, candidate.id)?;
            Ok((job, candidate, application, api_key, files[0].uid))
        };
        let (job, ada, application, api_key, file) = house.write(make).await.unwrap();
        house.events().await;

        let stage = application.stage;
        let look = move |r: &mut store::Reader<'_>, org| {
            // Whoever's they are, by number and by name…
            let found = [
                ("candidate", candidate::find(r, org, ada.id).map(drop)),
                (
                    "candidate's name",
                    candidate::find_by_uid(r, org, ada.uid).map(drop),
                ),
                (
                    "application",
                    application::find(r, org, application.id).map(drop),
                ),
                (
                    "application's name",
                    application::find_by_uid(r, org, application.uid).map(drop),
                ),
                ("job", job::find(r, org, job.id).map(drop)),
                ("job's name", job::find_by_uid(r, org, job.uid).map(drop)),
                ("submission", submission::find(r, org, uid).map(drop)),
                ("attachment", attachment::find(r, org, file).map(drop)),
                ("key", api_key::find(r, org, api_key.id).map(drop)),
            ];
            // …and in lists and look-ups: how many there are.
            let key = Some("ada@x.org");
            let hr = ForeignId {
                kind: "hr:1".into(),
                key: "7".into(),
            };
            let by_part = Filter {
                email_part: Some("ada@".into()),
                ..Filter::default()
            };
            let all = Filter::default();
            let counts = [
                candidate::look_up_email(r, org, "ada@x.org")?
                    .iter()
                    .count(),
                candidate::look_up_foreign(r, org, &hr)?.iter().count(),
                candidate::foreign_keys(r, org, ada.id, "hr:1")?.len(),
                candidate::list(r, org, Side::After(0), None, 9)?.len(),
                candidate::list(r, org, Side::Before(i64::MAX), key, 9)?.len(),
                candidate::count_all(r, org)? as usize,
                candidate::count_up_to(r, org, 9)? as usize,
                application::of_candidate(r, org, ada.id)?.len(),
                application::list(r, org, &all, 9, 0)?.len(),
                application::list(r, org, &by_part, 9, 0)?.len(),
                application::count(r, org, &all)? as usize,
                invite::look_up(r, org, application.id)?.iter().count(),
                job::fields(r, org, job.id)?.len(),
                job::delicate_fields(r, org)?.len(),
                submission::of_candidate(r, org, ada.id)?.len(),
                submission::file_slots(r, org, uid)?.len(),
                eeo::look_up(r, org, uid, 1)?.iter().count(),
                eeo::text_of(r, org, uid, 1)?.iter().count(),
                attachment::of_candidate(r, org, ada.id)?.len(),
                api_key::list(r, org)?.len(),
                linked_account::look_up(r, org, "account token")?
                    .iter()
                    .count(),
                delivery::outbox(r, org, DeliveryId(0), 9)?.len(),
                organization::custom_fields(r, org)?.len(),
                job::list(r, org, JobId(0), 9)?.len().min(1),
                job::stages(r, org, job.id)?.len().min(1),
                event::feed(r, org, 0, 9)?.len().min(1),
            ];
            Ok((found, counts))
        };
        let (found, counts) = house.read(move |r| look(r, org)).await;
        for (what, outcome) in found {
            outcome.unwrap_or_else(|e| panic!("our own {what}: {e:?}"));
        }
        assert_eq!(counts, [1; 26], "our own");
        let (found, counts) = house.read(move |r| look(r, other)).await;
        for (what, outcome) in found {
            none(what, outcome);
        }
        assert_eq!(counts, [0; 26], "another organization's");

        // Nor can it be changed.
        let id = application.id;
        let advance =
            move |tx: &mut store::Tx<'_>| application::advance(tx, &caller(other), id, stage, None);
        none("advance", house.write(advance).await);
        let dispose = move |tx: &mut store::Tx<'_>| {
            application::dispose(tx, &caller(other), id, Disposition::Hired, None)
        };
        none("dispose", house.write(dispose).await);
        let key_uid = api_key.uid;
        none(
            "revoke",
            house
                .write(move |tx| api_key::revoke(tx, other, key_uid))
                .await,
        );
        let live = only_here!("SELECT COUNT(*) FROM api_key WHERE revoked_at IS NULL");
        assert_eq!(house.count(live).await, 1);
    });
}

/// Equal-opportunity answers take a permission besides.
#[test]
fn equal_opportunity_answers_need_their_permission() {
    story(async |house: House| {
        let uid = new_uid();
        let org = house.org;
        let keep = move |tx: &mut store::Tx<'_>| {
            let mut new = person(&["ada@x.org"], &[]);
            new.said
                .insert("gender".into(), slot::placeholder(uid, 0).into());
            let kept = submission::keep(
                tx,
                &caller(org),
                &NewSubmission {
                    uid,
                    dialect: "test",
                    route: "/test",
                    body: "{}".into(),
                    files: Vec::new(),
                    eeo: vec![EeoSlot {
                        n: 0,
                        pointer: "/gender".into(),
                        value: "\"a telling answer\"".into(),
                    }],
                    unmapped: Vec::new(),
                },
            )?;
            let ada = candidate::take_in(tx, &caller(org), kept, &new)?.candidate;
            submission::settle(tx, org, kept, Some(ada.id), None, "created")?;
            Ok(ada)
        };
        let ada = house.write(keep).await.unwrap();
        let shown = json!({"name": ada.record.name(), "gender": ada.record.get("gender")});
        let fill = |who: hiring::Caller| {
            let mut shown = shown.clone();
            house.read(move |r| {
                eeo::fill(r, &who, &mut shown)?;
                Ok(shown.clone())
            })
        };
        let full = json!({"name": "Ada Lovelace", "gender": "a telling answer"});
        assert_eq!(fill(caller(org)).await, full);
        let cut = json!({"name": "Ada Lovelace"});
        assert_eq!(fill(usual_caller(org)).await, cut);
        assert_eq!(fill(caller(house.other)).await, cut);
        // It lies in one table only, tied to its person.
        let elsewhere = only_here!(
            "SELECT (SELECT COUNT(*) FROM candidate WHERE REPLACE(record, 'a telling answer', '') <> record) \
             + (SELECT COUNT(*) FROM operation WHERE REPLACE(said, 'a telling answer', '') <> said) \
             + (SELECT COUNT(*) FROM event WHERE REPLACE(data, 'a telling answer', '') <> data) \
             + (SELECT COUNT(*) FROM submission WHERE REPLACE(body, 'a telling answer', '') <> body)"
        );
        assert_eq!(house.count(elsewhere).await, 0);
        let tied = only_here!("SELECT COUNT(*) FROM eeo WHERE candidate_id = 1");
        assert_eq!(house.count(tied).await, 1);
    });
}
