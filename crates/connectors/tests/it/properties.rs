//! Whatever goes wrong at any place of a delivery: a step is pure, nothing is made twice, it ends, and no secret leaves by
//! another way than its own. The answers are those of the golden files, the faults are made up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connectors::{
    Answer, Body, CONNECTORS, Connector, Exchange, Header, Outcome, Parcel, Part, Request, Step,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{golden, sample};

/// Answers of the golden files by the kind of request.
type Answers = BTreeMap<String, Vec<Answer>>;

#[test]
fn whatever_goes_wrong_nothing_is_made_twice() {
    for connector in CONNECTORS {
        let (parcels, answers) = world(*connector);
        let mut runner = TestRunner::new(Config {
            cases: 256,
            failure_persistence: None,
            ..Config::default()
        });
        let strategy = (0..parcels.len(), prop::collection::vec(any::<u16>(), 400));
        let outcome = runner.run(&strategy, |(which, choices)| {
            live(*connector, parcels[which].clone(), &answers, &choices);
            Ok(())
        });
        outcome.unwrap_or_else(|why| panic!("{}: {why}", connector.name()));
    }
}

fn world(connector: &dyn Connector) -> (Vec<Parcel>, Answers) {
    let mut parcels = Vec::new();
    let mut answers = Answers::new();
    for file in golden::files(connector.name()) {
        let script = golden::open(&file);
        parcels.push(sample::parcel(connector.name(), &script.parcel));
        for section in script.sections {
            if let Some((_, Outcome::Answered(answer))) = section.answer {
                answers.entry(kind(&section.name)).or_default().push(answer);
            }
        }
    }
    (parcels, answers)
}

/// `file f-1` → `file`.
fn kind(name: &str) -> String {
    let words = name
        .split(' ')
        .filter(|w| w.chars().all(|c| c.is_ascii_lowercase()));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a look-up of this name says whether what `made` made is there: `create` – `look up`, `file f-1` – `look up files`.
fn answers_for(look: &str, made: &str) -> bool {
    let what = made.split(' ').next().unwrap_or("");
    match look.strip_prefix("look up") {
        Some("") => ["create", "apply"].contains(&what),
        Some(rest) => match what {
            "create" => [" candidate", " person"]
                .iter()
                .any(|w| rest.starts_with(w)),
            "apply" => rest.starts_with(" application"),
            what => rest.starts_with(&format!(" {what}")),
        },
        None => false,
    }
}

/// A delivery's life under these faults.
fn live(connector: &dyn Connector, mut parcel: Parcel, answers: &Answers, choices: &[u16]) {
    let mut choices = choices.iter().copied();
    let mut so_far: Vec<Exchange> = Vec::new();
    let mut doubtful: BTreeSet<String> = BTreeSet::new();
    let (mut in_one_go, mut retries) = (0, 0);
    // Notes are made of the record too.
    let bound = 16 + 6 * (parcel.files.len() + parcel.notes.len() + 8);
    loop {
        let step = connector.step(&parcel, &so_far);
        assert_eq!(step, connector.step(&parcel, &so_far), "a step is pure");
        match step {
            Step::Delivered { .. } | Step::Refused(_) => return,
            Step::Retry { after, forget, .. } => {
                if forget {
                    let taken = so_far.pop().expect("nothing to forget");
                    assert!(
                        !doubtful.contains(&taken.name),
                        "{} may have been done",
                        taken.name
                    );
                }
                let after = after.unwrap_or(Duration::from_secs(60));
                parcel.now += i64::try_from(after.as_micros()).expect("a time").max(1);
                (in_one_go, retries) = (0, retries + 1);
                if retries > 25 {
                    return;
                }
            }
            Step::Send(request) => {
                in_one_go += 1;
                assert!(in_one_go < bound, "it does not end");
                no_secret_leaves(connector, &parcel, &request);
                if request.makes {
                    assert!(
                        !doubtful.contains(&request.name),
                        "{} is sent blindly",
                        request.name
                    );
                }
                let Some(choice) = choices.next() else { return };
                let outcome = outcome(choice, &request, answers);
                let done =
                    matches!(&outcome, Outcome::Answered(a) if a.is_success() && a.body != BROKEN);
                let not_done =
                    matches!(&outcome, Outcome::Answered(a) if (300..500).contains(&a.status));
                if request.makes && !done && !not_done {
                    doubtful.insert(request.name.clone());
                }
                if done {
                    doubtful.retain(|made| !answers_for(&request.name, made));
                }
                so_far.push(Exchange {
                    name: request.name,
                    outcome,
                    at: parcel.now,
                });
            }
        }
    }
}

const BROKEN: &str = "{\"cut";

fn outcome(choice: u16, request: &Request, answers: &Answers) -> Outcome {
    let answer = |status, body: &str| {
        Outcome::Answered(Answer {
            status,
            headers: vec![("retry-after".to_owned(), "3".to_owned())],
            body: body.to_owned(),
        })
    };
    match choice % 16 {
        0 => Outcome::Unanswered,
        1 => answer(500, ""),
        2 => answer(503, "<html>busy</html>"),
        3 => answer(429, "{}"),
        4 => answer(200, BROKEN),
        5 if choice.is_multiple_of(5) => answer(422, r#"{"message": "is invalid"}"#),
        _ => {
            let recorded = answers
                .get(&kind(&request.name))
                .map_or(&[][..], Vec::as_slice);
            match recorded.len() {
                0 => answer(404, "{}"),
                many => Outcome::Answered(recorded[usize::from(choice / 16) % many].clone()),
            }
        }
    }
}

/// Secrets stand in their own headers and forms alone.
fn no_secret_leaves(connector: &dyn Connector, parcel: &Parcel, request: &Request) {
    let mut open = vec![request.url.clone(), request.name.clone()];
    for header in &request.headers {
        if let Header::Plain(name, value) = header {
            open.push(format!("{name}: {value}"));
        }
    }
    match &request.body {
        Body::Json(value) | Body::JsonAs(_, value) => open.push(value.to_string()),
        Body::Form(fields) => open.extend(fields.iter().map(|(_, value)| value.clone())),
        Body::Multipart(parts) => open.extend(parts.iter().filter_map(|part| match part {
            Part::Text(_, text) => Some(text.clone()),
            Part::File { .. } => None,
        })),
        Body::Empty | Body::SecretForm(_) => {}
    }
    for setting in connector.settings().iter().filter(|s| s.secret) {
        let secret = parcel.setting(setting.name);
        let leaks = !secret.is_empty() && open.iter().any(|text| text.contains(secret));
        assert!(!leaks, "{} leaves in {}", setting.name, request.name);
    }
}
