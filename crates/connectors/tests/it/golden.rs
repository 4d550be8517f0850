//! Recorded deliveries: exactly these requests, for exactly these answers.

use std::path::{Path, PathBuf};

use connectors::{CONNECTORS, Connector, Exchange, Outcome, Remote, Step};
use serde_json::{Value, json};

use crate::sample;
use crate::script::{self, Script, Section};

/// Each connector's golden files.
pub fn files(connector: &str) -> Vec<PathBuf> {
    let folder = source().join(connector).join("golden");
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Where the connectors are.
pub fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Reads one of them.
pub fn open(file: &Path) -> Script {
    let text = std::fs::read_to_string(file).expect("a golden file");
    script::read(&text, &file.display().to_string())
}

#[test]
fn every_recorded_delivery_goes_as_recorded() {
    let mut wrong = Vec::new();
    for connector in CONNECTORS {
        let files = files(connector.name());
        assert!(
            files.len() > 2,
            "{} has too few golden files",
            connector.name()
        );
        for file in files {
            let script = open(&file);
            let played = play(*connector, &script);
            let now = script::write(&Script {
                sections: played,
                ..open(&file)
            });
            if now != std::fs::read_to_string(&file).expect("a golden file") {
                if std::env::var_os("MUSTER_UPDATE").is_some() {
                    std::fs::write(&file, &now).expect("to write");
                } else {
                    println!("{}\n{now}", file.display());
                    wrong.push(file);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these go otherwise (as above): {wrong:?}");
}

#[test]
fn every_golden_file_is_one_connectors() {
    for entry in std::fs::read_dir(source()).expect("a folder") {
        let folder = entry.expect("an entry").path();
        if !folder.join("golden").is_dir() {
            continue;
        }
        let name = folder.file_name().and_then(|n| n.to_str()).expect("a name");
        assert!(
            CONNECTORS.iter().any(|c| c.name() == name),
            "{name} is in no list, its golden files are read by nobody"
        );
        for file in files(name) {
            assert!(
                file.extension().is_some_and(|e| e == "http"),
                "{}: not read",
                file.display()
            );
        }
    }
}

/// The sections as they should be: expected texts written anew, answers as they are.
fn play(connector: &dyn Connector, script: &Script) -> Vec<Section> {
    let mut parcel = sample::parcel(connector.name(), &script.parcel);
    let mut so_far: Vec<Exchange> = Vec::new();
    let mut recorded = script.sections.iter().cloned().peekable();
    let mut played = Vec::new();
    while let Some(mut section) = recorded.next_if(|s| s.name == "ticket") {
        let request = connector
            .ask_for_ticket(&parcel)
            .expect("no ticket is asked for");
        section.text = script::shown(&request);
        let (_, outcome) = section.answer.as_ref().expect("an answer");
        let Outcome::Answered(answer) = outcome else {
            panic!("a ticket that is not answered is the courier's business")
        };
        let read = connector.read_ticket(answer);
        played.push(section);
        let mut section = recorded.next().expect("what became of the ticket");
        section.text = match read {
            Ok(ticket) => format!("{} good for {:?}", ticket.token, ticket.lives),
            Err(step) => end(&step).1,
        };
        assert_eq!(section.name, "ticket read");
        played.push(section);
    }
    for mut section in recorded {
        let step = connector.step(&parcel, &so_far);
        let (name, text) = end(&step);
        // Notes are named by their content, which changes with the sample.
        let same = section.name.split(' ').next() == name.split(' ').next();
        if same && std::env::var_os("MUSTER_UPDATE").is_some() {
            section.name.clone_from(&name);
        }
        assert_eq!(
            section.name,
            name,
            "after {} sections: {text}",
            played.len()
        );
        section.text = text;
        match (step, &section.answer) {
            (Step::Send(request), Some((_, outcome))) => so_far.push(Exchange {
                name: request.name,
                outcome: outcome.clone(),
                at: parcel.now,
            }),
            (Step::Retry { after, forget, .. }, None) => {
                if forget {
                    so_far.pop();
                }
                let after = after.unwrap_or(std::time::Duration::from_secs(60));
                parcel.now += i64::try_from(after.as_micros()).expect("a time");
            }
            (Step::Delivered { .. } | Step::Refused(_), None) => {
                played.push(section);
                return played;
            }
            (step, answer) => panic!("{step:?} and {answer:?} do not fit"),
        }
        played.push(section);
    }
    let next = end(&connector.step(&parcel, &so_far));
    let last = played.last().map_or("", |s| s.name.as_str());
    assert_eq!(
        last, "retry",
        "the file ends before the delivery, which goes on with {next:?}"
    );
    played
}

/// A step's heading and text.
fn end(step: &Step) -> (String, String) {
    match step {
        Step::Send(request) => (request.name.clone(), script::shown(request)),
        Step::Retry { after, why, forget } => {
            let after = after.map_or("by the schedule".to_owned(), |a| format!("after {a:?}"));
            let forget = if *forget { " (forgets)" } else { "" };
            ("retry".to_owned(), format!("{after}{forget}: {why}"))
        }
        Step::Delivered { remote, remarks } => {
            let whole = json!({"remote": remotes(remote), "remarks": remarks});
            (
                "delivered".to_owned(),
                serde_json::to_string_pretty(&whole).expect("JSON"),
            )
        }
        Step::Refused(refusal) => {
            let whole = json!({
                "reason": refusal.reason, "said": refusal.said, "field": refusal.field,
                "remote": remotes(&refusal.remote), "forgets": refusal.forget,
            });
            (
                "refused".to_owned(),
                serde_json::to_string_pretty(&whole).expect("JSON"),
            )
        }
    }
}

fn remotes(remote: &[Remote]) -> Vec<Value> {
    let one = |r: &Remote| {
        let data = if r.data.is_some() { " with data" } else { "" };
        let made = r
            .created_at
            .as_deref()
            .map_or(String::new(), |t| format!(" made {t}"));
        json!(format!(
            "{} {} is {}{made}{data}",
            r.thing.word(),
            r.uid,
            r.id
        ))
    };
    remote.iter().map(one).collect()
}
