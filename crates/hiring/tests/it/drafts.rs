//! Drafts: whose they are, and that nothing is sent that was not made durable first.

use hiring::caller::Caller;
use hiring::draft::{self, Draft, Entrance, Entry, Outcome, Receipt};
use hiring::id::{OrgId, new_uid};
use hiring::job::{self, ConsentText, FieldKind, NewField};
use hiring::problem::{Noun, Problem};
use hiring::{Result, consent, posting};
use serde_json::{Value, json};

use crate::{House, caller, job_called, only_here, story};

/// A job with a file and a consent, and a draft for it.
async fn begin(house: &House) -> (Entrance, Draft) {
    let (org, key) = (house.org, house.app.key.clone());
    let made = house.write(move |tx| {
        let mut new = job_called("Gardener");
        new.fields = vec![
            NewField {
                name: "cv".into(),
                label: "CV".into(),
                kind: FieldKind::File,
                ..NewField::default()
            },
            NewField {
                name: "data".into(),
                label: "Data".into(),
                kind: FieldKind::Consent,
                consent: Some(ConsentText {
                    text: "We keep it.".into(),
                    version: "3".into(),
                    purpose: "hiring".into(),
                }),
                ..NewField::default()
            },
            NewField {
                name: "q1".into(),
                label: "Gender".into(),
                kind: FieldKind::Text,
                ..NewField::default()
            },
        ];
        let job = job::create(tx, &caller(org), &new)?;
        let postings = posting::of_jobs(tx, org, &[job.id])?;
        let token = draft::begin(tx, &key, &postings[&job.id], "en")?;
        let entrance = draft::enter(tx, &token)?;
        let draft = draft::open(tx, &entrance, "en")?;
        Ok((entrance, draft))
    });
    made.await.expect("a draft")
}

fn entries(pairs: &[(&str, &str)]) -> Vec<Entry> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| Entry {
            name: (*name).to_owned(),
            value: json!(value),
            seen: None,
        })
        .collect()
}

async fn save(house: &House, entrance: &Entrance, pairs: &[(&str, &str)]) {
    let (entrance, entries) = (entrance.clone(), entries(pairs));
    let key = house.app.key.clone();
    let saved = house.write(move |tx| {
        let draft = draft::open(tx, &entrance, "en")?;
        draft::save(tx, &key, &draft, &entrance.fields, &entries)
    });
    saved.await.expect("saved");
}

/// A file of two pieces.
async fn attach(house: &House, entrance: &Entrance, name: &'static str, halves: [&'static str; 2]) {
    let pieces = [new_uid(), new_uid()];
    for (piece, half) in pieces.iter().zip(halves) {
        let put = house.app.files.put_piece(*piece, half.into()).await;
        put.expect("a piece");
    }
    let entrance = entrance.clone();
    let added = house.write(move |tx| {
        let draft = draft::open(tx, &entrance, "en")?;
        let upload = draft::start(tx, &draft, &entrance.fields, "cv", name, None)?;
        let sizes = halves.map(|h| h.len() as u64);
        draft::append(tx, &draft, upload.uid, 0, pieces[0], sizes[0])?;
        draft::append(tx, &draft, upload.uid, sizes[0], pieces[1], sizes[1])?;
        draft::finish(tx, &draft, upload.uid)
    });
    assert!(added.await.expect("a file").complete);
}

async fn send(house: &House, ready: &draft::Ready) -> Result<Outcome> {
    let (key, ready) = (house.app.key.clone(), ready.clone());
    let sent = house.write(move |tx| {
        let receipt = Receipt {
            public_url: "http://x",
            language: "en",
        };
        draft::submit(tx, &key, &ready, None, &receipt)
    });
    sent.await
}

#[test]
fn what_changed_after_its_files_were_made_is_made_again() {
    story(async |house: House| {
        let (entrance, draft) = begin(&house).await;
        save(
            &house,
            &entrance,
            &[("name", "Ada"), ("email", "ada@x.org"), ("a.data", "3")],
        )
        .await;
        attach(&house, &entrance, "old.txt", ["old ", "life"]).await;
        let early = draft::prepare(&house.app, &draft).await.unwrap();
        attach(&house, &entrance, "new.txt", ["new ", "life"]).await;
        assert!(matches!(send(&house, &early).await, Ok(Outcome::Changed)));
        let ready = draft::prepare(&house.app, &draft).await.unwrap();
        let Ok(Outcome::Sent(sent)) = send(&house, &ready).await else {
            panic!("it was not sent");
        };
        // Whoever comes later with whatever they had prepared is told the same.
        let Ok(Outcome::Sent(again)) = send(&house, &early).await else {
            panic!("a second time is no error");
        };
        assert_eq!(sent.application, again.application);
        let shown = house.read(move |r| draft::sent(r, &sent)).await;
        let names: Vec<_> = shown.files.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["new.txt"], "one file answers a field: the newest");
        let bytes = house
            .app
            .files
            .get(entrance.org.0, &shown.files[0].sha256)
            .await;
        assert_eq!(bytes.unwrap(), "new life");
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "job.created",
                "draft.started",
                "candidate.created",
                "attachment.added",
                "application.submitted",
                "consent.given",
                "mail.queued",
            ]
        );
    });
}

#[test]
fn a_consent_to_another_wording_is_none() {
    story(async |house: House| {
        let (entrance, draft) = begin(&house).await;
        save(
            &house,
            &entrance,
            &[("name", "Ada"), ("email", "ada@x.org"), ("a.data", "2")],
        )
        .await;
        let ready = draft::prepare(&house.app, &draft).await.unwrap();
        let Ok(Outcome::Faulty(faults)) = send(&house, &ready).await else {
            panic!("it was let through");
        };
        assert_eq!(faults[0].kind, draft::FaultKind::OtherConsent);
    });
}

#[test]
fn drafts_postings_and_consents_are_their_organizations() {
    story(async |house: House| {
        let (entrance, draft) = begin(&house).await;
        save(
            &house,
            &entrance,
            &[("name", "Ada"), ("email", "ada@x.org"), ("a.data", "3")],
        )
        .await;
        let ready = draft::prepare(&house.app, &draft).await.unwrap();
        let Ok(Outcome::Sent(sent)) = send(&house, &ready).await else {
            panic!("it was not sent");
        };
        let (other, id, job, person) = (
            house.other,
            draft.id,
            entrance.job.id,
            sent.candidate.unwrap(),
        );
        let org = house.org;
        let look = move |r: &mut store::Reader<'_>, org: OrgId| {
            let found = draft::find(r, org, id).map(|d| d.id);
            let consents = consent::of_candidate(r, org, person)?.len();
            let postings = posting::of_jobs(r, org, &[job])?.len();
            Ok::<_, Problem>((found, consents, postings))
        };
        let (found, consents, postings) = house.read(move |r| look(r, other)).await;
        assert_eq!(found, Err(Problem::NotFound(Noun::Draft)));
        assert_eq!((consents, postings), (0, 0));
        let (found, consents, postings) = house.read(move |r| look(r, org)).await;
        assert_eq!((found, consents, postings), (Ok(id), 1, 1));
    });
}

#[test]
fn a_posting_that_is_switched_off_takes_nobody() {
    story(async |house: House| {
        let (entrance, _) = begin(&house).await;
        let (org, job, key) = (house.org, entrance.job.id, house.app.key.clone());
        let tried = house.write(move |tx| {
            let caller: Caller = caller(org);
            posting::list(tx, &caller, job, false)?;
            posting::list(tx, &caller, job, false)?;
            let posting = posting::of_jobs(tx, org, &[job])?.remove(&job).unwrap();
            match draft::begin(tx, &key, &posting, "en") {
                Err(Problem::Gone(Noun::Posting)) => posting::list(tx, &caller, job, true),
                other => panic!("{other:?}"),
            }
        });
        tried.await.unwrap();
        let events = house.events().await;
        assert_eq!(events.iter().filter(|e| *e == "job.updated").count(), 2);
    });
}

/// The stamp of what a page shows is what it is believed by.
#[test]
fn a_value_that_a_page_was_shown_is_not_written_over_a_newer_one() {
    story(async |house: House| {
        let (entrance, draft) = begin(&house).await;
        save(&house, &entrance, &[("name", "Ada")]).await;
        save(&house, &entrance, &[("name", "Ada Lovelace")]).await;
        let stale = Entry {
            name: "name".into(),
            value: json!("Ada"),
            seen: Some(draft::stamp(&json!("Ada"))),
        };
        let (open, shown) = (entrance.clone(), draft.clone());
        let (key, own) = (house.app.key.clone(), house.app.key.clone());
        let saved = house.write(move |tx| {
            let draft = draft::open(tx, &open, "en")?;
            draft::save(tx, &key, &draft, &open.fields, std::slice::from_ref(&stale))
        });
        assert_eq!(saved.await.unwrap(), 0);
        let written = house.read(move |r| draft::answers(r, &own, &shown)).await;
        assert_eq!(written.get("name"), Some(&Value::from("Ada Lovelace")));
    });
}

/// Neither may a draft hold in the open what is kept apart once it is sent.
#[test]
fn an_equal_opportunity_answer_is_sealed_while_it_is_written() {
    story(async |house: House| {
        let (entrance, draft) = begin(&house).await;
        save(&house, &entrance, &[("name", "Ada"), ("a.q1", "delicate")]).await;
        let open = only_here!("SELECT COUNT(*) FROM draft_answer WHERE value = '\"Ada\"'");
        assert_eq!(house.count(open).await, 1);
        let told = only_here!(
            "SELECT COUNT(*) FROM draft_answer WHERE REPLACE(value, 'delicate', '') <> value"
        );
        assert_eq!(house.count(told).await, 0);
        let (key, own) = (house.app.key.clone(), draft.clone());
        let written = house.read(move |r| draft::answers(r, &key, &own)).await;
        assert_eq!(written.get("a.q1"), Some(&Value::from("delicate")));
        let other = hiring::secret::InstallationKey::draw();
        let stolen = house
            .app
            .store
            .read(move |r| draft::answers(r, &other, &draft));
        assert!(matches!(stolen.await, Err(Problem::Broken(_))));
    });
}

/// Each piece is a file of its own and a row: some bytes a piece would be pieces without end.
#[test]
fn a_file_that_comes_byte_by_byte_comes_to_an_end() {
    story(async |house: House| {
        let (entrance, _) = begin(&house).await;
        let began = entrance.clone();
        let pieces = house.write(move |tx| {
            let draft = draft::open(tx, &began, "en")?;
            // As if 31 990 pieces had come.
            tx.run(
                only_here!("UPDATE draft SET received = $2 WHERE id = $1"),
                &[&draft.id, &(31_990 * 16_384_i64)],
            )?;
            let file = draft::start(tx, &draft, &began.fields, "cv", "cv.txt", None)?;
            for at in 0..20 {
                match draft::append(tx, &draft, file.uid, at, new_uid(), 1) {
                    Ok(_) => {}
                    Err(Problem::TooLarge { .. }) => return Ok(at),
                    Err(other) => return Err(other),
                }
            }
            Ok(20)
        });
        assert_eq!(pieces.await.unwrap(), 10);
    });
}
