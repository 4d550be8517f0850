//! A golden file, `src/<connector>/golden/*.http`: a parcel, then what is sent and what comes back.
//!
//! It begins with the parcel (`sample.rs`). Then sections follow, each headed `### NAME`:
//!
//! * a request by its name, what is sent, then `=== STATUS`, headers and body of the answer, or `=== unanswered`;
//! * `### retry`: when and why; the clock moves on by so much, and what is to be forgotten is;
//! * `### ticket`, like a request, for systems that give access tokens;
//! * `### delivered`, `### refused`: the end.
//!
//! Secrets are marked `!`, a file's bytes are `<bytes of UID>`. One writes the names and answers; `MUSTER_UPDATE=1` fills in
//! what is sent. Read the difference before it is committed.

use connectors::{Answer, Body, Header, Method, Outcome, Part, Request};
use serde_json::Value;

/// What a file says.
pub struct Script {
    /// The parcel as JSON.
    pub parcel: Value,
    /// How it was written, to be written back.
    pub parcel_text: String,
    /// What follows.
    pub sections: Vec<Section>,
}

/// One section.
#[derive(Debug, Clone)]
pub struct Section {
    /// Behind `###`.
    pub name: String,
    /// What is expected.
    pub text: String,
    /// What comes back, as written and as read.
    pub answer: Option<(String, Outcome)>,
}

/// Reads a file.
pub fn read(text: &str, place: &str) -> Script {
    let mut parts = text.split("\n### ");
    let parcel_text = parts.next().unwrap_or("").trim().to_owned();
    let parcel =
        serde_json::from_str(&parcel_text).unwrap_or_else(|e| panic!("{place}: the parcel: {e}"));
    let sections = parts.map(section).collect();
    Script {
        parcel,
        parcel_text,
        sections,
    }
}

fn section(text: &str) -> Section {
    let (name, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = format!("\n{rest}");
    let (text, answer) = match rest.split_once("\n=== ") {
        Some((text, answer)) => (text, Some(answer.trim().to_owned())),
        None => (rest.as_str(), None),
    };
    Section {
        name: name.trim().to_owned(),
        text: text.trim().to_owned(),
        answer: answer.map(|text| (text.clone(), outcome(&text))),
    }
}

fn outcome(text: &str) -> Outcome {
    let (status, rest) = text.split_once('\n').unwrap_or((text, ""));
    if status.trim() == "unanswered" {
        return Outcome::Unanswered;
    }
    let mut headers = Vec::new();
    let mut body = rest;
    while let Some((line, after)) = body.split_once('\n') {
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        if name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            break;
        }
        headers.push((name.to_lowercase(), value.trim().to_owned()));
        body = after;
    }
    Outcome::Answered(Answer {
        status: status.trim().parse().expect("=== STATUS or === unanswered"),
        headers,
        body: body.trim().to_owned(),
    })
}

/// Writes a file.
pub fn write(script: &Script) -> String {
    let mut out = script.parcel_text.clone();
    out.push('\n');
    for section in &script.sections {
        out += &format!("\n### {}\n", section.name);
        if !section.text.is_empty() {
            out += &format!("{}\n", section.text);
        }
        if let Some((answer, _)) = &section.answer {
            out += &format!("\n=== {answer}\n");
        }
    }
    out
}

/// What is sent, to be read by people.
pub fn shown(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let makes = if request.makes { "  (makes)" } else { "" };
    let mut out = format!("{method} {}{makes}\n", request.url);
    for header in &request.headers {
        out += &match header {
            Header::Plain(name, value) => format!("{name}: {value}\n"),
            Header::Secret(name, value) => format!("{name}!: {value}\n"),
            Header::Ticket(name, before) => format!("{name}!: {before}<ticket>\n"),
        };
    }
    out += &body(&request.body);
    out.trim_end().to_owned()
}

fn body(body: &Body) -> String {
    let lines = |fields: &[(String, String)]| {
        let lines = fields.iter().map(|(n, v)| format!("{n}={v}\n"));
        lines.collect::<String>()
    };
    match body {
        Body::Empty => String::new(),
        Body::Json(value) => format!("Content-Type: application/json\n\n{}", pretty(value)),
        Body::JsonAs(kind, value) => format!("Content-Type: {kind}\n\n{}", pretty(value)),
        Body::Form(fields) => format!(
            "Content-Type: application/x-www-form-urlencoded\n\n{}",
            lines(fields)
        ),
        Body::SecretForm(fields) => {
            format!(
                "Content-Type!: application/x-www-form-urlencoded\n\n{}",
                lines(fields)
            )
        }
        Body::Multipart(parts) => {
            let lines = parts.iter().map(|part| match part {
                Part::Text(name, text) => format!("{name}={text}\n"),
                Part::File {
                    field,
                    uid,
                    name,
                    media_type,
                } => {
                    format!("{field}=<bytes of {uid}> {name} {media_type}\n")
                }
            });
            format!(
                "Content-Type: multipart/form-data\n\n{}",
                lines.collect::<String>()
            )
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(&unmarked(value)).expect("JSON")
}

fn unmarked(value: &Value) -> Value {
    match value {
        Value::String(text) => match Body::file_in(text) {
            Some(uid) => Value::String(format!("<bytes of {uid}>")),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(unmarked).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(n, v)| (n.clone(), unmarked(v)))
                .collect(),
        ),
        other => other.clone(),
    }
}
