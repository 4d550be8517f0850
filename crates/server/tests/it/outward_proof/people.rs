//! Who is sent, and whether they arrived.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connectors::Connector;
use connectors::details::NOTED;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The files of each, their kind, and the line of a connector's table that says whether it carries them.
const FILES: [(&str, &str, &str); 2] = [
    ("cv.pdf", "resume", "resume"),
    ("work.txt", "other", "files"),
];

/// Which systems get how many of the people; rules tell them apart by their source.
pub struct Groups {
    /// How many the systems get, each number once, the smallest first.
    counts: Vec<u64>,
}

impl Groups {
    pub fn of(counts: impl Iterator<Item = u64>) -> Groups {
        let mut counts: Vec<u64> = counts.collect();
        counts.sort_unstable();
        counts.dedup();
        Groups { counts }
    }

    /// The sources of everybody who goes to a system that gets the first `people`.
    pub fn sources(&self, people: u64) -> Vec<String> {
        let fewer = self.counts.iter().filter(|c| **c <= people);
        fewer.map(|count| source(*count)).collect()
    }

    /// Person number `n`, as our own API takes them in.
    pub fn body(&self, n: u64, job: &Value) -> Value {
        let group = self.counts.iter().find(|count| n < **count);
        let files = FILES.iter().map(|(name, kind, _)| {
            json!({"name": name, "kind": kind, "content": STANDARD.encode(content(name, n))})
        });
        json!({
            "first_name": "Ada", "last_name": format!("Proof{n}"),
            "emails": [{"value": email(n), "type": "personal"}],
            "phones": [{"value": phone(n), "type": "mobile"}],
            "title": "Analyst", "company": "Engines", "tags": ["founder"],
            "job": job, "source": source(*group.expect("a person for somebody")),
            "answers": {"phone": phone(n)},
            "files": files.collect::<Vec<_>>(),
        })
    }
}

fn source(count: u64) -> String {
    format!("Among the first {count}")
}

fn email(n: u64) -> String {
    format!("proof{n:07}@example.org")
}

fn phone(n: u64) -> String {
    format!("+44 20 {n:08}")
}

fn content(name: &str, n: u64) -> Vec<u8> {
    match name {
        "cv.pdf" => format!("%PDF-1.7\n% {n}\n%%EOF\n").into_bytes(),
        _ => format!("{name} of person {n}\n").into_bytes(),
    }
}

/// Everybody is there once, with name, address, phone, application, files, notes and tags; and nobody else is.
pub fn are_whole(connector: &dyn Connector, there: &[Value], people: u64) {
    let system = connector.name();
    assert_eq!(there.len() as u64, people, "{system}");
    let mut by_email = std::collections::HashMap::new();
    for person in there {
        for email in texts(&person["emails"]) {
            let before = by_email.insert(email.clone(), person);
            assert!(before.is_none(), "{system}: {email} is there twice");
        }
    }
    for n in 0..people {
        let person = by_email.get(&email(n));
        let person = person.unwrap_or_else(|| panic!("{system}: person {n} is not there"));
        is_whole(connector, person, n);
    }
}

fn is_whole(connector: &dyn Connector, person: &Value, n: u64) {
    let system = connector.name();
    let line = |field: &str| connector.fields().iter().find(|c| c.field == field);
    let place = |field: &str| line(field).and_then(|c| c.place);
    let carries = |field: &str| place(field).is_some_and(|p| p != NOTED);
    let name = person["name"].as_str().unwrap_or("");
    assert!(name.contains(&format!("Proof{n}")), "{system}: {name}");
    assert!(
        texts(&person["phones"]).contains(&phone(n)),
        "{system}: {n}: {}",
        person["phones"]
    );
    let applications = person["applications"].as_array().map(Vec::len);
    assert_eq!(applications, Some(1), "{system}: {n}");
    // Some take a cover letter besides the résumé, and no other file.
    let takes = |field: &str| carries(field) && place(field) != Some("coverLetter");
    for (file, _, field) in FILES.iter().filter(|(_, _, field)| takes(field)) {
        let sha: String = Sha256::digest(content(file, n))
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let all = person["files"].as_array().into_iter().flatten();
        let same = all.filter(|f| f["sha256"] == sha.as_str()).count();
        assert_eq!(
            same, 1,
            "{system}: {field} {file} of {n}: {}",
            person["files"]
        );
    }
    let tagged = texts(&person["tags"]).iter().any(|t| t == "founder");
    assert!(
        tagged || !carries("tags"),
        "{system}: {n}: {}",
        person["tags"]
    );
    let notes = texts(&person["notes"]);
    let told = notes.iter().filter(|note| note.contains(&phone(n))).count();
    // The answers to the form have no place anywhere: they stand in one note, where notes are taken.
    let expected = usize::from(place("answers") == Some(NOTED) && carries("notes"));
    assert_eq!(told, expected, "{system}: {n}: {notes:?}");
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    let text = |i: &Value| i.as_str().or(i["text"].as_str()).map(str::to_owned);
    items.filter_map(text).collect()
}
