//! Every GET of every dialect, by its own OpenAPI document, and every address below it that shows something.
//!
//! Which ids there are is found by looking: whatever any answer calls an id, and every outside name in the database, is
//! tried in every place for an id. An address that nothing was found for fails the test, so that a new one is read too.

use std::collections::{BTreeMap, BTreeSet};

use dialects::{DIALECTS, Dialect};
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp};

/// What shows something only in a state that this test does not make: ends of paths, each with the reason.
const NEVER: &[(&str, &str)] = &[
    (
        "/account-token/{public_token}",
        "a public token is shown once, on a page",
    ),
    ("/interviews/{id}", "there are none yet"),
    ("/offers/{id}", "there are none yet"),
    ("/scorecards/{id}", "there are none yet"),
    ("/async-passthrough/{id}", "not supported"),
    ("/field-mappings", "not supported"),
    ("/remote-fields", "not supported"),
    ("/target-fields", "not supported"),
    ("/issues/{id}", "nothing was fetched, so nothing failed"),
    (
        "/changelog/{entityType}",
        "ids and moments of what happened half an hour ago: nothing here is that old",
    ),
    (
        "/comeet/attachments/{uid}",
        "a link is signed: the crawl has it whole",
    ),
];

/// What answers only to a question: ends of paths, and the question.
const ASKED: &[(&str, &str)] = &[("/find_duplicates", "email=twin@example.com")];

/// What to ask for with parameters that show more and whose schema does not list what they take.
const EXPANSIONS: &str = "candidate,applications,attachments,job,jobs,current_stage,credited_to,reject_reason,offers,\
    screening_question_answers,screening_question_answers.question,departments,offices,hiring_managers,recruiters,\
    job_postings,user,options,interviews,scorecards,application,organizer,job_interview_stage";

/// A GET: whose, its path from the server's root, and the query with which it shows more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub dialect: &'static str,
    pub path: String,
    pub more: String,
}

/// A dialect's document.
pub fn document(dialect: &dyn Dialect) -> Value {
    serde_json::from_str(dialect.openapi()).expect("JSON")
}

/// `GET path` without credentials.
pub fn get(path: &str) -> Call {
    Call {
        method: "GET".into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// All of them, with places for ids.
pub fn templates() -> Vec<Address> {
    let mut all = Vec::new();
    for dialect in DIALECTS {
        of_document(dialect.name(), &document(*dialect), &mut all);
    }
    all
}

fn of_document(dialect: &'static str, document: &Value, all: &mut Vec<Address>) {
    let base = document["servers"][0]["url"].as_str().unwrap_or("");
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let more: Vec<String> = parameters
            .filter(|p| p["in"] == "query")
            .filter_map(|p| more(p, document))
            .collect();
        let path = format!("{base}{path}");
        // Their own descriptions hold nothing of anybody.
        if !path.ends_with("/openapi.json") {
            all.push(Address {
                dialect,
                path,
                more: more.join("&"),
            });
        }
    }
}

/// What to say with this parameter in order to be shown more.
fn more(parameter: &Value, document: &Value) -> Option<String> {
    let name = parameter["name"].as_str()?;
    let telling = [
        "include",
        "expand",
        "fields",
        "embed",
        "with_",
        "show",
        "is_debug_mode",
    ];
    if !telling.iter().any(|word| name.starts_with(word)) {
        return None;
    }
    let schema = resolved(&parameter["schema"], document);
    let listed = schema["enum"]
        .as_array()
        .or(schema["items"]["enum"].as_array());
    let words: Vec<&str> = listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let value = match (schema["type"].as_str(), words.is_empty()) {
        (Some("boolean"), _) => "true".to_owned(),
        (_, false) => words.join(","),
        _ if name == "include" => "applications,notes,tags,resume,photo,attachments".to_owned(),
        _ => EXPANSIONS.to_owned(),
    };
    Some(format!("{name}={value}"))
}

/// What a reference leads to.
pub fn resolved<'v>(schema: &'v Value, document: &'v Value) -> &'v Value {
    let to = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    to.and_then(|to| document.pointer(to)).unwrap_or(schema)
}

/// What is known of ids.
pub struct Known {
    ids: BTreeSet<String>,
    /// For a place's name the only ids that it may be: credentials.
    given: BTreeMap<String, String>,
    tried: BTreeSet<String>,
    /// Addresses that showed something, and the answer's text.
    pub live: BTreeMap<(Address, String), Reply>,
}

/// The path with the query with which it shows more.
pub fn with_more(address: &Address, path: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}{}", address.more)
}

impl Known {
    /// The outside names in the database, and what belongs to the credentials.
    pub fn new(app: &TestApp, uids: impl IntoIterator<Item = String>) -> Known {
        let mut given = BTreeMap::new();
        for dialect in DIALECTS {
            let credentials = app.demo[dialect.name()].as_object().into_iter().flatten();
            for (name, value) in credentials {
                given.insert(plain(name), super::sent::text(value));
            }
        }
        // A job has more than the first one's name.
        for several in ["trackid", "jobid", "positionuid", "keyid"] {
            given.remove(several);
        }
        // Mails are named by words, and there are these for everybody.
        given.insert("kind".to_owned(), "invite".to_owned());
        given.insert("language".to_owned(), "en".to_owned());
        Known {
            ids: uids.into_iter().collect(),
            given,
            tried: BTreeSet::new(),
            live: BTreeMap::new(),
        }
    }

    /// Tries every address with everything that is known until nothing new turns up.
    pub async fn explore(&mut self, app: &TestApp, templates: &[Address]) {
        for _ in 0..6 {
            let (ids, live) = (self.ids.len(), self.live.len());
            for template in templates {
                for path in self.filled(template) {
                    if self.tried.insert(path.clone()) {
                        self.look(app, template, path).await;
                    }
                }
            }
            if (ids, live) == (self.ids.len(), self.live.len()) {
                return;
            }
        }
    }

    async fn look(&mut self, app: &TestApp, template: &Address, mut path: String) {
        if let Some((_, question)) = ASKED.iter().find(|(end, _)| path.ends_with(end)) {
            path = format!("{path}?{question}");
        }
        let reply = app.send(&app.call(template.dialect, "GET", &path)).await;
        assert!(reply.status < 500, "{path}: {}", reply.text());
        if reply.status == 200 {
            self.learn(&reply.json());
            self.live.insert((template.clone(), path), reply);
        }
    }

    /// Every way to fill the places of this address.
    fn filled(&self, template: &Address) -> Vec<String> {
        let mut paths = vec![String::new()];
        for (n, step) in template.path.split('/').enumerate().skip(1) {
            debug_assert!(n > 0);
            let Some(name) = step.strip_prefix('{').and_then(|s| s.strip_suffix('}')) else {
                paths.iter_mut().for_each(|p| *p = format!("{p}/{step}"));
                continue;
            };
            let ids: Vec<&String> = match self.given.get(&plain(name)) {
                Some(only) => vec![only],
                None => self.ids.iter().collect(),
            };
            let longer = paths
                .iter()
                .flat_map(|p| ids.iter().map(move |id| format!("{p}/{id}")));
            // Where the way up to here is an address itself, one that shows nothing leads nowhere.
            let upto: String = template
                .path
                .split('/')
                .take(n + 1)
                .collect::<Vec<_>>()
                .join("/");
            let last = template.path == upto;
            let seen: BTreeSet<&str> = self
                .live
                .keys()
                .filter(|(t, _)| t.path == upto)
                .map(|(_, p)| p.as_str())
                .collect();
            paths = longer
                .filter(|p| last || seen.is_empty() || seen.contains(p.as_str()))
                .collect();
        }
        paths
    }

    /// Whatever is called an id, and whatever is one by its looks.
    pub fn learn(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let named = plain(name).ends_with("id") && !name.is_empty();
                    if let Some(id) = id(member).filter(|_| named) {
                        self.ids.insert(id);
                    }
                    self.learn(member);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::String(text) if uuid::Uuid::parse_str(text).is_ok() => {
                self.ids.insert(text.clone());
            }
            _ => {}
        }
    }

    /// Fails unless every address showed something at least once.
    pub fn assert_all_seen(&self, templates: &[Address]) {
        let unseen: Vec<&str> = templates
            .iter()
            .filter(|t| !self.live.keys().any(|(seen, _)| seen == *t))
            .map(|t| t.path.as_str())
            .filter(|path| !NEVER.iter().any(|(end, _)| path.ends_with(end)))
            .collect();
        assert!(
            unseen.is_empty(),
            "no id was found for, so nothing was read of: {unseen:#?}"
        );
    }
}

/// An id is short and of a word's characters.
fn id(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(n) if n.is_u64() => n.to_string(),
        _ => return None,
    };
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (!text.is_empty() && text.len() <= 64 && text.chars().all(word)).then_some(text)
}

/// `systemId`, `system_id` → `systemid`.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// A body of this schema, every member there.
pub fn sample(schema: &Value, document: &Value, depth: usize) -> Value {
    let schema = resolved(schema, document);
    if let Some(value) = schema.get("const").or(schema.get("example")) {
        return value.clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    for several in ["oneOf", "anyOf"] {
        let some = schema[several].as_array().into_iter().flatten();
        let mut some = some.filter(|s| s["type"] != "null");
        if let Some(first) = some.next() {
            return sample(first, document, depth);
        }
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        one => vec![one.clone()],
    };
    let kind = kinds
        .iter()
        .filter_map(Value::as_str)
        .find(|k| *k != "null");
    match kind {
        _ if depth == 0 => Value::Null,
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("string") => json!(match schema["format"].as_str() {
            Some("uuid") => "0190b2f0-0000-7000-8000-000000000001",
            Some("date-time") => "2026-01-01T00:00:00Z",
            Some("date") => "2026-01-01",
            Some("email") => "w@example.com",
            Some("uri") => "https://example.com/w",
            Some("byte") => "SGVsbG8=",
            _ => "word",
        }),
        Some("array") => json!([sample(&schema["items"], document, depth - 1)]),
        _ => {
            let members = schema["properties"].as_object().into_iter().flatten();
            let members = members.map(|(name, s)| (name.clone(), sample(s, document, depth - 1)));
            Value::Object(members.collect())
        }
    }
}
