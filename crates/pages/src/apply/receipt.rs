//! After sending: what was sent, to be seen, downloaded and taken back.

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::StreamExt as _;
use hiring::Problem;
use hiring::application::Disposition;
use hiring::draft::{self, Sent};
use hiring::job::FieldKind;
use serde_json::{Value, json};

use super::{Visit, download, failed};
use crate::moment::Moment;
use crate::page::{self, Area, Page};
use crate::speech::Speech;

#[derive(Template)]
#[template(path = "sent.html")]
pub(crate) struct Receipt {
    t: Speech,
    organization: String,
    job: String,
    at: Moment,
    state: Stands,
    /// The address that is still to be proven.
    unverified: Option<String>,
    lines: Vec<Line>,
    csrf: String,
}

/// What became of the application, as far as the person is told here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Open,
    Withdrawn,
    Ended,
}

struct Line {
    label: String,
    value: String,
    /// A file's address: a query of the page's own.
    file: Option<String>,
}

/// The receipt, or what its query asks for: `?download=json`, `?file=<n>`.
pub(super) async fn show(visit: &Visit, query: &str) -> Response {
    let Some(draft) = visit.entrance.draft.clone() else {
        return visit.back("");
    };
    let found = visit.app.store.read(move |r| draft::sent(r, &draft)).await;
    let sent = match found {
        Ok(sent) => sent,
        Err(problem) => return failed(visit, &problem),
    };
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let find = |name: &str| {
        pairs
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    if let Some(n) = find("file") {
        return file(visit, &sent, n).await;
    }
    if find("download").is_some() {
        return download("application.json", whole(visit, &sent));
    }
    page::html(Area::Link, StatusCode::OK, &receipt(visit, &sent))
}

/// A file as it was sent.
async fn file(visit: &Visit, sent: &Sent, n: &str) -> Response {
    let found = sent.files.iter().find(|f| f.n.to_string() == n);
    let Some(found) = found else {
        return failed(visit, &Problem::NotFound(hiring::problem::Noun::Attachment));
    };
    let (files, org, sha256, size) = (
        visit.app.files.clone(),
        visit.entrance.org.0,
        found.sha256,
        found.size,
    );
    // Piece by piece: somebody who takes it slowly, or a hundred times at once, holds no whole files in memory.
    let starts = futures_util::stream::iter((0..size).step_by(PIECE));
    let pieces = starts.then(move |start| {
        let files = files.clone();
        async move {
            let end = size.min(start + PIECE as u64);
            files.part(org, &sha256, start..end).await
        }
    });
    download(&found.name, Body::from_stream(pieces))
}

/// Bytes of a file that are in memory at once.
const PIECE: usize = 256 << 10;

/// All of it as JSON; the files beside it, with the addresses they are at.
fn whole(visit: &Visit, sent: &Sent) -> String {
    let mut body = sent.body.clone();
    let files: Vec<Value> = sent
        .files
        .iter()
        .map(|f| {
            json!({
                "field": f.field, "name": f.name, "size": f.size, "sha256": store::files::hex(&f.sha256),
                "download": format!("?file={}", f.n),
            })
        })
        .collect();
    body["files"] = Value::Array(files);
    body["job"] = json!(visit.entrance.job.title);
    body["organization"] = json!(visit.entrance.organization);
    body["sent_at"] = json!(Moment::at(sent.at).iso);
    body["application"] = json!(sent.application.uid);
    serde_json::to_string_pretty(&body).unwrap_or_default()
}

fn receipt(visit: &Visit, sent: &Sent) -> Receipt {
    let (t, entrance) = (visit.t, &visit.entrance);
    let draft = entrance.draft.as_ref();
    let email = sent.body["email"].as_str().unwrap_or("");
    let key = hiring::text::email_key(email);
    let asked = draft
        .and_then(|d| d.proof_email.as_deref())
        .and_then(hiring::text::email_key);
    let proven = draft.is_some_and(|d| d.proven_key.is_some() && d.proven_key == key);
    let mut at = Moment::at(sent.at);
    at.text = t.moment(sent.at);
    Receipt {
        t,
        organization: entrance.organization.clone(),
        job: entrance.job.title.clone(),
        at,
        state: match (sent.application.disposition, sent.application.ended_at) {
            (Some(Disposition::Withdrawn), _) => Stands::Withdrawn,
            (_, Some(_)) => Stands::Ended,
            _ => Stands::Open,
        },
        unverified: (asked == key && !proven && asked.is_some()).then(|| email.to_owned()),
        lines: lines(visit, sent),
        csrf: visit.csrf(),
    }
}

fn lines(visit: &Visit, sent: &Sent) -> Vec<Line> {
    let t = visit.t;
    let line = |label: String, value: String| Line {
        label,
        value,
        file: None,
    };
    let text = |name: &str| sent.body[name].as_str().unwrap_or("").to_owned();
    let mut lines = vec![
        line(t.say("form-name"), text("name")),
        line(t.say("form-email"), text("email")),
    ];
    for field in &visit.entrance.fields {
        if field.kind == FieldKind::File {
            let found = sent.files.iter().find(|f| f.field == field.name);
            lines.push(Line {
                label: field.label.clone(),
                value: found.map_or(t.say("sent-nothing"), |f| {
                    format!("{} ({})", f.name, t.size(f.size))
                }),
                file: found.map(|f| format!("?file={}", f.n)),
            });
            continue;
        }
        let given = sent.body["consents"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let consent = given.iter().find(|c| c["field"] == field.name);
        let value = match (field.kind, consent) {
            (FieldKind::Consent, Some(consent)) => {
                let version = consent["version"].as_str().unwrap_or("");
                let said = t.one("form-consent-version", "version", version);
                format!(
                    "{}: {} ({said})",
                    t.say("form-yes"),
                    consent["text"].as_str().unwrap_or("")
                )
            }
            _ => answer(t, field.kind, &sent.body["answers"][&field.name]),
        };
        lines.push(line(field.label.clone(), value));
    }
    lines
}

fn answer(t: Speech, kind: FieldKind, value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match (kind, text.trim()) {
        (_, "") => t.say("sent-nothing"),
        (FieldKind::YesNo, "yes" | "true") => t.say("form-yes"),
        (FieldKind::YesNo, "no" | "false") => t.say("form-no"),
        _ => text,
    }
}

impl Page for Receipt {
    #[cfg(test)]
    fn sample() -> Receipt {
        Receipt {
            t: Speech::ENGLISH,
            organization: "Nordwind & Söhne".into(),
            job: "Backend <Engineer>".into(),
            at: Moment::at(1_773_480_413_000_000),
            state: Stands::Open,
            unverified: Some("ada@example.org".into()),
            lines: vec![Line {
                label: "Why <x>".into(),
                value: "So <x>".into(),
                file: Some("?file=0".into()),
            }],
            csrf: "c".into(),
        }
    }
}
