//! A body through the record and back.

use super::*;
use crate::body::Body;
use crate::comeet::wire;
use hiring::application::{Application, Disposition, Found, Passage};
use hiring::attachment::Attachment;
use hiring::caller::{Caller, Scopes};
use hiring::candidate::Candidate;
use hiring::id::{ApplicationId, AttachmentId, CandidateId, JobId, OrgId, StageId, Uuid};
use hiring::job::{Job, Stage, Status};
use hiring::record::{Operation, Record, fold};

use crate::comeet::scopes::Sight;
use crate::comeet::wire::UpdateCandidate;

fn read(extra: Value) -> CreateCandidate {
    let mut body = json!({"position_uid": "1", "first_name": "Bobby", "last_name": "Chauck"});
    let members = extra.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    let body = Body::read(body.to_string().into(), wire::is_file).expect("JSON");
    CreateCandidate::parse(&body).expect("a body")
}

fn candidate(record: Record) -> Candidate {
    Candidate {
        id: CandidateId(3),
        uid: Uuid::nil(),
        record,
        created_at: 0,
        updated_at: 0,
        ignored_at: None,
    }
}

fn application(wire: &CreateCandidate) -> Application {
    let new = new_application(wire);
    Application {
        id: ApplicationId(2),
        uid: Uuid::nil(),
        candidate: CandidateId(3),
        job: JobId(1),
        stage: StageId(11),
        pending: false,
        source: new.source,
        foreign_key: new.foreign_key,
        answers: Map::new(),
        details: new.details,
        disposition: None,
        reason: None,
        created_at: 1_514_811_050_000_000,
        applied_at: Some(1_514_811_050_000_000),
        stage_at: 1_514_811_050_000_000,
        ended_at: None,
        updated_at: 1_514_811_050_000_000,
    }
}

fn job(status: Status) -> Job {
    Job {
        id: JobId(1),
        uid: Uuid::nil(),
        title: "Engineer".into(),
        status,
        code: None,
        description: None,
        created_at: 0,
        updated_at: 0,
    }
}

fn stages() -> Vec<Stage> {
    let stage = |(at, (name, kind)): (usize, (&str, &str))| Stage {
        id: StageId(11 + at as i64),
        uid: Uuid::nil(),
        job: JobId(1),
        position: at as i64,
        name: name.into(),
        kind: kind.into(),
        color: String::new(),
    };
    [
        ("CV Screen", "review"),
        ("Technical interview", "interview"),
        ("Offer", "offer"),
    ]
    .into_iter()
    .enumerate()
    .map(stage)
    .collect()
}

fn found(record: Record, application: &Application) -> Found {
    Found {
        application: application.clone(),
        candidate: candidate(record),
        submitted_at: application.created_at,
        standing_at: application.ended_at.unwrap_or(application.created_at),
    }
}

/// What a key of these scopes may see.
fn sight(scopes: &str) -> Sight {
    Sight::of(&Caller {
        scopes: Scopes::parse(scopes),
        ..Caller::system(OrgId(1))
    })
}

fn show(record: Record, application: &Application, status: Status, passages: &[Passage]) -> Value {
    show_to("", record, application, status, passages)
}

fn show_to(
    scopes: &str,
    record: Record,
    application: &Application,
    status: Status,
    passages: &[Passage],
) -> Value {
    let view = View {
        found: &found(record, application),
        job: &job(status),
        stages: &stages(),
        passages,
        notes: &[],
        sight: sight(scopes),
    };
    shown(&view, None)
}

#[test]
fn every_value_reads_back() {
    let body = json!({
        "partner_candidate_id": "1111A", "middle_name": "Robert", "email": "bobby@example.com",
        "phone": "07-4442321", "mobile_phone": "052-8644246", "national_id": "5454-2233-1",
        "linkedin_url": "https://www.linkedin.com/in/bobby", "salary_expectations": "80k / Annual",
        "prospect_status": "Interested", "links": [{"url": "https://www.linkedin.com/in/other"}, {"url": "https://x.org/b"}],
        "source_contact": {"full_name": "Michael J Rosen", "email": "m@example.com", "phone": "555 555 1234"},
        "address": {"country": "US", "city": "New York", "state": "NY", "zip": "11249", "street": "109 S 5th st. #302"},
        "custom_fields": {"field1": "value1", "field2": [1, {"a": null}]}, "note": "Keen",
    });
    let wire = read(body.clone());
    let said = new_candidate(&wire, Some(KeyId(7)), &[]);
    assert_eq!(
        said.foreign_ids,
        [ForeignId {
            kind: "comeet:7".into(),
            key: "1111A".into()
        }]
    );
    let shown = show(
        Record::of(&said.said),
        &application(&wire),
        Status::Open,
        &[],
    );
    for (name, value) in body.as_object().unwrap() {
        match name.as_str() {
            "national_id" => assert_eq!(&shown["id_number"], value),
            "source_contact" => {}
            _ => assert_eq!(&shown[name], value, "{name}"),
        }
    }
    assert_eq!(
        shown["source_contact"],
        json!({"uid": shown["source_contact"]["uid"], "full_name": "Michael J Rosen", "email": "m@example.com",
            "phone": "555 555 1234", "first_name": "Michael", "last_name": "J Rosen"})
    );
    assert_eq!(
        (&shown["first_name"], &shown["last_name"]),
        (&json!("Bobby"), &json!("Chauck"))
    );
    assert_eq!(shown["notes"][0]["text"], "Keen");
    assert_eq!(shown["time_created"], "2018-01-01T12:50:50Z");
}

#[test]
fn what_was_not_said_is_null() {
    let wire = read(json!({}));
    let said = new_candidate(&wire, Some(KeyId(7)), &[]);
    assert!(said.foreign_ids.is_empty());
    let names: Vec<_> = said.said.keys().collect();
    assert_eq!(names, ["first_name", "last_name"]);
    let shown = show(
        Record::of(&said.said),
        &application(&wire),
        Status::Open,
        &[],
    );
    for name in [
        "email",
        "phone",
        "mobile_phone",
        "linkedin_url",
        "address",
        "source_contact",
        "note",
        "id_number",
    ] {
        assert_eq!(shown[name], Value::Null, "{name}");
    }
    assert_eq!(
        (&shown["links"], &shown["custom_fields"]),
        (&json!([]), &json!({}))
    );
}

#[test]
fn a_second_body_adds_to_the_first() {
    let op = |value| Operation {
        submission: None,
        how: How::Add,
        said: said(&read(value)),
    };
    let record = fold(&[
        op(
            json!({"email": "a@x.org", "phone": "1", "linkedin_url": "linkedin.com/in/old", "note": "One"}),
        ),
        op(
            json!({"email": "b@x.org", "mobile_phone": "2", "linkedin_url": "linkedin.com/in/new", "note": "Two"}),
        ),
    ]);
    let shown = show(record, &application(&read(json!({}))), Status::Open, &[]);
    assert_eq!(
        (&shown["email"], &shown["phone"], &shown["mobile_phone"]),
        (&json!("b@x.org"), &json!("1"), &json!("2"))
    );
    assert_eq!(shown["linkedin_url"], "linkedin.com/in/new");
    assert_eq!(shown["links"], json!([{"url": "linkedin.com/in/old"}]));
    assert_eq!(
        (&shown["note"], &shown["notes"][1]["text"]),
        (&json!("Two"), &json!("One"))
    );
}

#[test]
fn the_other_dialects_words_are_understood() {
    let said = json!({"full_name": "Ada Lovelace",
        "phones": [{"value": "1", "type": "WORK"}, {"value": "2", "type": "mobile"}],
        "urls": [{"value": "https://x.org"}, {"value": "https://linkedin.com/in/ada", "type": "SOCIAL_MEDIA"}]});
    let record = Record::of(said.as_object().unwrap());
    let shown = show(record, &application(&read(json!({}))), Status::Open, &[]);
    assert_eq!(
        (&shown["phone"], &shown["mobile_phone"]),
        (&json!("1"), &json!("2"))
    );
    assert_eq!(shown["linkedin_url"], "https://linkedin.com/in/ada");
    assert_eq!(shown["links"], json!([{"url": "https://x.org"}]));
    assert_eq!(shown["last_name"], "Lovelace");
}

#[test]
fn steps_follow_the_process() {
    let (wire, second) = (read(json!({})), 1_000_000);
    let mut application = application(&wire);
    let start = application.created_at;
    let record = || Record::of(&said(&wire));
    let shown = show(record(), &application, Status::Open, &[]);
    assert_eq!(shown["status"], "In progress");
    assert_eq!(
        shown["current_steps"],
        json!([{"name": "CV Screen", "type": "Go/No-go", "time_scheduled": "2018-01-01T12:50:50Z"}])
    );
    assert_eq!(shown["completed_steps"], json!([]));

    let passages = [Passage {
        stage: StageId(11),
        entered_at: start,
        left_at: start + second,
    }];
    (application.stage, application.stage_at) = (StageId(12), start + second);
    let held = show(record(), &application, Status::OnHold, &passages);
    assert_eq!(
        (&held["status"], &held["current_steps"]),
        (&json!("On hold"), &json!([]))
    );
    let ahead: Vec<_> = held["future_steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (&s["name"], &s["time_scheduled"]))
        .collect();
    let names = [json!("Technical interview"), json!("Offer")];
    assert_eq!(
        ahead,
        [(&names[0], &Value::Null), (&names[1], &Value::Null)]
    );
    let moving = show(record(), &application, Status::Open, &passages);
    assert_eq!(moving["future_steps"].as_array().map(Vec::len), Some(1));
    let screened = json!({"name": "CV Screen", "type": "Go/No-go",
        "time_scheduled": "2018-01-01T12:50:50Z", "time_completed": "2018-01-01T12:50:51Z"});
    assert_eq!(held["completed_steps"], json!([screened]));

    application.ended_at = Some(start + 2 * second);
    for (how, word) in [
        (Disposition::Hired, "Hired"),
        (Disposition::Rejected, "Rejected"),
        (Disposition::Withdrawn, "Withdrawn"),
    ] {
        application.disposition = Some(how);
        let shown = show(record(), &application, Status::Open, &passages);
        assert_eq!(
            (&shown["status"], &shown["current_steps"]),
            (&json!(word), &json!([]))
        );
        assert_eq!(shown["future_steps"], json!([]));
        assert_eq!(shown["opening"].is_object(), word == "Hired");
        assert_eq!(shown["time_last_status_changed"], "2018-01-01T12:50:52Z");
        assert_eq!(shown["completed_steps"][1]["name"], "Technical interview");
        assert_eq!(
            shown["completed_steps"][1]["time_completed"],
            "2018-01-01T12:50:52Z"
        );
    }
}

#[test]
fn a_create_answers_with_the_pages_members_and_no_more_than_the_caller_may_read() {
    let wire = read(json!({"email": "bobby@example.com", "custom_fields": {"gender": "x"}}));
    let record = Record::of(&said(&wire));
    let application = application(&wire);
    let view = View {
        found: &found(record, &application),
        job: &job(Status::Open),
        stages: &stages(),
        passages: &[],
        notes: &[],
        sight: sight(""),
    };
    let full = created(&view, true);
    assert_eq!(full["email"], "bobby@example.com");
    assert!(hiring::slot::collect(&full).is_empty());
    let reduced = created(&view, false);
    let names: Vec<_> = reduced.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "uid",
            "person_uid",
            "position_uid",
            "time_created",
            "time_last_status_changed",
            "current_steps",
            "completed_steps",
            "status",
            "source_contact"
        ]
    );
}

#[test]
fn the_newest_resume_is_shown_and_all_other_files() {
    let file = |id, kind, name: &str| Attachment {
        id: AttachmentId(id),
        uid: Uuid::nil(),
        candidate: CandidateId(3),
        application: None,
        scope: None,
        kind,
        name: name.into(),
        sha256: None,
        url: None,
        media_type: String::new(),
        size: 0,
        remark: None,
        created_at: 0,
        removed_at: None,
    };
    use attachment::Kind;
    let files = [
        file(1, Kind::Resume, "old.pdf"),
        file(2, Kind::Picture, "me.png"),
        file(3, Kind::Other, "Coding Challenge"),
        file(4, Kind::Resume, "new.pdf"),
        file(5, Kind::CoverLetter, "letter.txt"),
    ];
    let wire = read(json!({}));
    let application = application(&wire);
    let mut view = View {
        found: &found(Record::of(&said(&wire)), &application),
        job: &job(Status::Open),
        stages: &stages(),
        passages: &[],
        notes: &[],
        sight: sight(""),
    };
    let link = |f: &Attachment| Some(f.id.to_string());
    let all = || {
        Some(Files {
            all: &files,
            link: &link,
        })
    };
    let blind = View {
        sight: sight("candidates:retrieve-own"),
        ..view
    };
    let hidden = super::shown(&blind, all());
    for name in [
        "resume",
        "picture",
        "files",
        "source",
        "source_contact",
        "future_steps",
    ] {
        assert!(hidden.get(name).is_none(), "{name}");
    }
    view.sight = sight("candidates:resume");
    let resume = super::shown(&view, all());
    assert!(resume["resume"].is_object() && resume.get("files").is_none());
    view.sight = sight("");
    let shown = shown(&view, all());
    assert_eq!(shown["resume"], json!({"name": "new.pdf", "url": "4"}));
    assert_eq!(shown["picture"], json!({"name": "me.png", "url": "2"}));
    let others =
        json!([{"name": "Coding Challenge", "url": "3"}, {"name": "letter.txt", "url": "5"}]);
    assert_eq!(shown["files"], others);
}

#[test]
fn a_contact_is_told_as_far_as_the_key_may_know() {
    let contact = json!({"full_name": "Ada L", "email": "a@example.com"});
    let application = application(&read(json!({"source_contact": contact})));
    let show = |scopes: &str| {
        let shown = show_to(scopes, Record::default(), &application, Status::Open, &[]);
        shown.get("source_contact").cloned()
    };
    assert_eq!(show("candidates:retrieve-own"), None);
    let id = show("candidates:source-contact-id").unwrap();
    assert_eq!(id.as_object().unwrap().keys().collect::<Vec<_>>(), ["uid"]);
    let whole = show("candidates:source-contact").unwrap();
    assert_eq!(
        (&whole["uid"], &whole["email"]),
        (&id["uid"], &json!("a@example.com"))
    );
}

#[test]
fn a_stage_of_decision_is_awaited() {
    let mut application = application(&read(json!({})));
    application.stage = StageId(14);
    let mut stages = stages();
    stages.push(Stage {
        id: StageId(14),
        position: 3,
        kind: "decision".into(),
        ..stages[0].clone()
    });
    let open = job(Status::Open);
    assert!(!in_progress(&application, &open, &stages));
    let view = View {
        found: &found(Record::default(), &application),
        job: &open,
        stages: &stages,
        passages: &[],
        notes: &[],
        sight: sight(""),
    };
    let shown = shown(&view, None);
    assert_eq!(shown["status"], "Awaiting Decision");
    assert_eq!(
        (&shown["current_steps"], &shown["future_steps"]),
        (&json!([]), &json!([]))
    );
}

/// The record after a change, as it is shown.
fn changed(before: &Value, change: Value) -> Value {
    let body = Body::read(change.to_string().into(), wire::is_file).expect("JSON");
    let change = UpdateCandidate::parse(&body).expect("a body");
    let first = said(&read(before.clone()));
    let record = Record::of(&first);
    let edit = edit_of(&change, &[], &record);
    let op = |how, said| Operation {
        submission: None,
        how,
        said,
    };
    let record = fold(&[op(How::Add, first), op(How::Replace, edit.said)]);
    show(record, &application(&read(json!({}))), Status::Open, &[])
}

#[test]
fn a_change_replaces_what_is_sent_and_nothing_else() {
    let before = json!({
        "middle_name": "Robert", "email": "a@x.org", "phone": "111111", "mobile_phone": "222222",
        "linkedin_url": "linkedin.com/in/old", "links": [{"url": "https://x.org/1"}], "national_id": "7",
        "address": {"country": "US", "city": "Rome", "zip": "1"}, "custom_fields": {"a": 1, "b": 2}, "note": "One",
    });
    let same = changed(&before, json!({}));
    for (change, expected) in [
        (
            json!({"phone": "333333"}),
            json!({"phone": "333333", "mobile_phone": "222222"}),
        ),
        (
            json!({"phone": null}),
            json!({"phone": null, "mobile_phone": "222222"}),
        ),
        (
            json!({"mobile_phone": "4", "phone": "5"}),
            json!({"phone": "5", "mobile_phone": "4"}),
        ),
        (json!({"email": "b@x.org"}), json!({"email": "b@x.org"})),
        (json!({"email": ""}), json!({"email": null})),
        (
            json!({"middle_name": null, "last_name": "New"}),
            json!({"middle_name": null, "last_name": "New"}),
        ),
        (json!({"national_id": "8"}), json!({"id_number": "8"})),
        (
            json!({"linkedin_url": "linkedin.com/in/new"}),
            json!({"linkedin_url": "linkedin.com/in/new", "links": [{"url": "https://x.org/1"}]}),
        ),
        (
            json!({"links": [{"url": "https://x.org/2"}]}),
            json!({"linkedin_url": "linkedin.com/in/old", "links": [{"url": "https://x.org/2"}]}),
        ),
        (json!({"links": []}), json!({"links": []})),
        (json!({"linkedin_url": null}), json!({"linkedin_url": null})),
        (
            json!({"address": {"city": "Paris", "zip": null}}),
            json!({"address": {"country": "US", "city": "Paris", "state": null, "zip": null, "street": null}}),
        ),
        (json!({"address": null}), json!({"address": null})),
        (
            json!({"custom_fields": {"b": 3, "a": null}}),
            json!({"custom_fields": {"b": 3}}),
        ),
        (json!({"custom_fields": null}), json!({"custom_fields": {}})),
        (json!({"note": "Two"}), json!({"note": "Two"})),
    ] {
        let shown = changed(&before, change.clone());
        for (name, value) in shown.as_object().unwrap() {
            let wanted = expected.get(name).unwrap_or(&same[name]);
            if name != "notes" {
                assert_eq!(value, wanted, "{change}: {name}");
            }
        }
    }
    let noted = changed(&before, json!({"note": "Two"}));
    assert_eq!(noted["notes"][1]["text"], "One");
}

#[test]
fn a_required_name_is_not_taken_away() {
    for body in [json!({"first_name": null}), json!({"last_name": " "})] {
        let body = Body::read(body.to_string().into(), wire::is_file).expect("JSON");
        assert!(UpdateCandidate::parse(&body).is_err());
    }
}
