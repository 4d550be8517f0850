//! Every connector against the stand-in of its system, with faults of every kind at every place: each person is there once,
//! with everything.
//!
//! What carries here is a small loop of our own (`stand_ins/by_hand.rs`) with a clock that is moved by hand, so that a
//! delivery with twenty doubts takes seconds; the courier itself is tested elsewhere.

mod by_hand;

use std::collections::BTreeMap;

use connectors::details::NOTED;
use connectors::{
    Application, CONNECTORS, Candidate, Connector, File, FileKind, Job, Known, Note, Parcel, Step,
    check,
};
use fakes::{Options, Rate, Running};
use hiring::record::Record;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use by_hand::Hand;

/// People a system.
const PEOPLE: usize = 10;

/// Runs `test` for each connector whose system has a stand-in, all at once.
fn with_each(test: impl Fn(&dyn Connector, &Running, &Hand) + Sync) {
    let pairs = CONNECTORS
        .iter()
        .filter_map(|c| Some((*c, fakes::by_name(c.name())?)));
    let pairs: Vec<_> = pairs.collect();
    assert!(
        pairs.len() >= 5,
        "only {} of the systems have a stand-in",
        pairs.len()
    );
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let running = pairs.iter().map(|(connector, fake)| {
            let test = &test;
            let one = move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .expect("a runtime");
                let options = Options {
                    rate: Some(Rate::NONE),
                    ..Options::default()
                };
                let running = runtime.block_on(fakes::start(*fake, options));
                let running = running.expect("a stand-in");
                test(*connector, &running, &Hand::new(&runtime, &running));
            };
            (connector.name(), scope.spawn(one))
        });
        let running: Vec<_> = running.collect();
        let ended = running
            .into_iter()
            .map(|(name, thread)| (name, thread.join()));
        ended
            .filter(|(_, end)| end.is_err())
            .map(|(name, _)| name)
            .collect()
    });
    assert!(failed.is_empty(), "these fail: {failed:?}");
}

#[test]
fn each_person_is_there_once_with_everything_whatever_goes_wrong() {
    with_each(|connector, running, hand| {
        running.set_faults("mixed:0.3,seed=7,retry-after=1,drip=1");
        let settings = settings(connector, running);
        for number in 0..PEOPLE {
            let step = hand.carry(connector, parcel(running, hand, &settings, number));
            let done = matches!(step, Step::Delivered { .. });
            assert!(done, "{}: {number} {step:?}", connector.name());
        }
        let there = running.candidates();
        assert_eq!(there.len(), PEOPLE, "{}", connector.name());
        for number in 0..PEOPLE {
            is_whole(connector, &there, number);
        }
    });
}

#[test]
fn who_comes_again_is_not_made_again() {
    with_each(|connector, running, hand| {
        let settings = settings(connector, running);
        let whole = || parcel(running, hand, &settings, 0);
        let delivered = |parcel: Parcel| match hand.carry(connector, parcel) {
            Step::Delivered { remote, .. } => remote,
            other => panic!("{}: {other:?}", connector.name()),
        };
        let remote = delivered(whole());
        let before = running.candidates();
        // As after a delivery whose rows were lost; then as a later change.
        delivered(Parcel {
            files: Vec::new(),
            notes: Vec::new(),
            ..whole()
        });
        let known = remote.iter().map(|r| Known {
            thing: r.thing,
            uid: r.uid.clone(),
            remote_id: r.id.clone(),
        });
        delivered(Parcel {
            known: known.collect(),
            ..whole()
        });
        let after = running.candidates();
        assert_eq!(after.len(), 1, "{}", connector.name());
        for member in ["files", "applications"] {
            let count = |all: &[Value]| all[0][member].as_array().map(Vec::len);
            assert_eq!(
                count(&before),
                count(&after),
                "{}: {member}",
                connector.name()
            );
        }
    });
}

/// What the connector must be told to reach the stand-in, by its own names.
fn settings(connector: &dyn Connector, running: &Running) -> BTreeMap<String, String> {
    let mut given = BTreeMap::new();
    for setting in connector.settings() {
        let told = match setting.name {
            "base_url" => running.account("url"),
            name => running.account(name),
        };
        if !told.is_empty() {
            given.insert(setting.name.to_owned(), told);
        }
    }
    check(connector, &given).unwrap_or_else(|flaws| panic!("{}: {flaws:?}", connector.name()))
}

fn email(number: usize) -> String {
    format!("person{number}@example.org")
}

fn parcel(
    running: &Running,
    hand: &Hand,
    settings: &BTreeMap<String, String>,
    number: usize,
) -> Parcel {
    let record = json!({
        "first_name": "Ada", "last_name": format!("Lovelace{number}"),
        "emails": [{"value": email(number), "type": "PERSONAL"}, {"value": format!("second{number}@example.org")}],
        "phones": [{"value": format!("+44 20 7946 {number:04}"), "type": "MOBILE"}],
        "urls": [{"value": format!("https://www.linkedin.com/in/ada{number}")}, {"value": format!("https://ada{number}.example")}],
        "title": "Analyst", "company": "Engines", "tags": ["founder", "engine"], "skills": ["mathematics"],
        "education": [{"school": "At home", "degree": "None", "start_ts": 1_577_836_800}],
    });
    let file = |kind: FileKind, name: &str| {
        let uid = format!("{name}-{number}");
        let size = by_hand::content(&uid).len() as u64;
        File {
            url: hand.url(&uid),
            uid,
            kind,
            name: name.to_owned(),
            media_type: "application/pdf".to_owned(),
            size,
        }
    };
    Parcel {
        settings: settings.clone(),
        candidate: Candidate {
            uid: format!("c-{number}"),
            record: Record::of(record.as_object().expect("an object")),
            created_at: 0,
        },
        application: Some(Application {
            uid: format!("a-{number}"),
            job: Job {
                uid: "j".to_owned(),
                title: "Engine".to_owned(),
                remote_id: Some(running.account("job_id")),
            },
            source: "Career page".to_owned(),
            ..Application::default()
        }),
        files: vec![
            file(FileKind::Resume, "resume.pdf"),
            file(FileKind::CoverLetter, "letter.pdf"),
            file(FileKind::Other, "work.pdf"),
        ],
        notes: vec![Note {
            uid: format!("n-{number}"),
            text: format!("Call person {number}"),
            author: String::new(),
            private: false,
            created_at: 0,
        }],
        known: Vec::new(),
        now: 0,
    }
}

fn is_whole(connector: &dyn Connector, there: &[Value], number: usize) {
    let system = connector.name();
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        let text = |i: &Value| i.as_str().or(i["text"].as_str()).map(str::to_owned);
        items.filter_map(text).collect()
    };
    let carries = |field: &str| {
        let mut table = connector.fields().iter();
        table.any(|c| c.field == field && c.place.is_some_and(|p| p != NOTED))
    };
    let mine = there
        .iter()
        .filter(|p| texts(&p["emails"]).contains(&email(number)));
    let mine: Vec<&Value> = mine.collect();
    let [person] = mine.as_slice() else {
        panic!("{system}: person {number} is there {} times", mine.len())
    };
    let name = person["name"].as_str().unwrap_or("");
    assert!(
        name.contains(&format!("Lovelace{number}")),
        "{system}: {name}"
    );
    let applications = person["applications"].as_array().map(Vec::len);
    assert_eq!(applications, Some(1), "{system}: {person}");
    for (file, field) in FILES {
        // Of other files some take a letter alone.
        let letters = connector
            .fields()
            .iter()
            .any(|c| c.place == Some("coverLetter"));
        if !carries(field) || (letters && file == "work.pdf") {
            continue;
        }
        let sha = Sha256::digest(by_hand::content(&format!("{file}-{number}")));
        let sha: String = sha.iter().map(|b| format!("{b:02x}")).collect();
        let all = person["files"].as_array().into_iter().flatten();
        let same = all.filter(|f| f["sha256"] == sha.as_str()).count();
        assert_eq!(same, 1, "{system}: {file} of {number}: {}", person["files"]);
    }
    if carries("notes") {
        let notes = texts(&person["notes"]);
        let own = format!("Call person {number}");
        let own = notes.iter().filter(|n| n.contains(&own)).count();
        assert_eq!(own, 1, "{system}: {notes:?}");
        let mut once = notes.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), notes.len(), "{system}: {notes:?}");
    }
    for tag in ["founder", "engine"] {
        let there = texts(&person["tags"]).contains(&tag.to_owned());
        assert!(there || !carries("tags"), "{system}: {}", person["tags"]);
    }
}

/// The files of each, and the line of a connector's table that says whether it carries them.
const FILES: [(&str, &str); 3] = [
    ("resume.pdf", "resume"),
    ("letter.pdf", "files"),
    ("work.pdf", "files"),
];
