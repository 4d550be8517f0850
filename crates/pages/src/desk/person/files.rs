//! A person's files, served so that nothing in them can act, and what was sent of the person, word for word.
//!
//! A file is a stranger's. It is a download under a policy that forbids it everything; a picture of a kind that browsers only
//! draw may be shown; a PDF's pages are shown as pictures (`drawn.rs`); of everything else its text is shown, which was read
//! from it in a process of its own. Nothing is ever opened within our pages.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use hiring::attachment::{self, Attachment};
use hiring::id::Uuid;
use hiring::member::Right;
use hiring::problem::Noun;
use hiring::{App, Problem, Result, candidate, eeo, extraction, slot, submission};
use serde_json::Value;
use store::Reader;

use super::super::frame::{Frame, Section};
use super::super::log::shown;
use super::super::visit::{Answer, Inputs, Named, Visit};
use super::super::words;
use super::{address, reached};
use crate::moment::Moment;
use crate::page::Page;

/// Kinds of file that a browser draws and does nothing else with.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Bytes of a picture that is shown.
const LARGEST_PICTURE: u64 = 10 << 20;
/// Submissions on a page.
const MANY: usize = 20;

/// Whether a file is shown as a picture.
pub(super) fn is_picture(media_type: &str, size: u64) -> bool {
    PICTURES.contains(&media_type) && size <= LARGEST_PICTURE
}

/// The file, if the member reaches whose it is.
pub(super) fn find(
    r: &mut Reader,
    visit: &Visit,
    uid: Uuid,
) -> Result<(Attachment, candidate::Candidate)> {
    let file = attachment::find(r, visit.org(), uid)?;
    let missing = || Problem::NotFound(Noun::Attachment);
    if file.removed_at.is_some() {
        return Err(missing());
    }
    let owner = candidate::find(r, visit.org(), file.candidate)?;
    let owner = reached(r, visit, owner.uid).map_err(|p| match p {
        Problem::NotFound(_) => missing(),
        other => other,
    })?;
    Ok((file, owner))
}

/// `GET /desk/files/{uid}`.
pub(super) async fn download(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let looker = visit.clone();
    let (file, _) = app.store.read(move |r| find(r, &looker, uid)).await?;
    let missing = Problem::NotFound(Noun::Attachment);
    let sha256 = file.sha256.ok_or(missing)?;
    let bytes = app
        .files
        .get(visit.org().0, &sha256)
        .await
        .map_err(Problem::from)?;
    Ok(served(&file.media_type, &disposition(&file.name), bytes))
}

/// `GET /desk/files/{uid}/picture`.
pub(super) async fn picture(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let looker = visit.clone();
    let (file, _) = app.store.read(move |r| find(r, &looker, uid)).await?;
    let missing = Problem::NotFound(Noun::Attachment);
    let sha256 = file
        .sha256
        .filter(|_| is_picture(&file.media_type, file.size));
    let bytes = app.files.get(visit.org().0, &sha256.ok_or(missing)?).await;
    Ok(served(
        &file.media_type,
        "inline",
        bytes.map_err(Problem::from)?,
    ))
}

pub(super) fn served(media_type: &str, disposition: &str, bytes: bytes::Bytes) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        let value = HeaderValue::from_str(value);
        headers.insert(
            name,
            value.unwrap_or(HeaderValue::from_static("application/octet-stream")),
        );
    };
    let media_type = match media_type {
        "" => "application/octet-stream",
        known => known,
    };
    set(header::CONTENT_TYPE, media_type);
    set(header::CONTENT_DISPOSITION, disposition);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        header::CONTENT_SECURITY_POLICY,
        "sandbox; default-src 'none'; frame-ancestors 'none'",
    );
    set(header::CACHE_CONTROL, "private, no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    response
}

fn disposition(name: &str) -> String {
    let plain = |c: char| (c.is_ascii_graphic() && !"\"\\/;%".contains(c)) || c == ' ';
    let simple: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("attachment; filename=\"{simple}\"; filename*=UTF-8''{encoded}")
}

/// The text of a file.
#[derive(Template)]
#[template(path = "desk/person_text.html")]
pub(crate) struct TextOf {
    frame: Frame,
    to: String,
    person: String,
    name: String,
    text: String,
}

/// `GET /desk/files/{uid}/text`.
pub(super) async fn text(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let looker = visit.clone();
    let (file, owner, text) = app
        .store
        .read(move |r| {
            let (file, owner) = find(r, &looker, uid)?;
            let found = match &file.sha256 {
                Some(sha256) => extraction::find(r, looker.org(), sha256)?,
                None => None,
            };
            let text = found.and_then(|(_, text)| text);
            let text = text.ok_or(Problem::NotFound(Noun::Attachment))?;
            Ok::<_, Problem>((file, owner, text))
        })
        .await?;
    Ok(visit.page(&TextOf {
        frame: visit.frame(Section::Candidates),
        to: address(owner.uid),
        person: words::name(owner.record.name()),
        name: file.name,
        text,
    }))
}

/// What was sent of a person, oldest first.
#[derive(Template)]
#[template(path = "desk/person_sent.html")]
pub(crate) struct Sent {
    frame: Frame,
    to: String,
    person: String,
    sent: Vec<One>,
    on: Option<String>,
    answers: bool,
}

struct One {
    /// Counted from 1.
    n: usize,
    uid: String,
    dialect: String,
    route: String,
    at: Moment,
    outcome: String,
    unmapped: Vec<String>,
    body: String,
}

/// `GET /desk/candidates/{uid}/sent?from=…`.
pub(super) async fn sent(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let from: usize = inputs.get("from").parse().unwrap_or(0);
    let looker = visit.clone();
    let (owner, sent, more) = app
        .store
        .read(move |r| read_sent(r, &looker, uid, from))
        .await?;
    let page = Sent {
        frame: visit.frame(Section::Candidates),
        to: address(owner.uid),
        person: words::name(owner.record.name()),
        sent,
        on: more.then(|| format!("{}/sent?from={}", address(owner.uid), from + MANY)),
        answers: visit.may(Right::SeeEeo),
    };
    Ok(visit.page(&page))
}

fn read_sent(
    r: &mut Reader,
    visit: &Visit,
    uid: Uuid,
    from: usize,
) -> Result<(candidate::Candidate, Vec<One>, bool)> {
    let owner = reached(r, visit, uid)?;
    let all = submission::of_candidate(r, visit.org(), owner.id)?;
    let more = all.len() > from + MANY;
    let mut sent = Vec::new();
    for (at, one) in all.into_iter().enumerate().skip(from).take(MANY) {
        let files = submission::file_slots(r, visit.org(), one.uid)?;
        let body = with_answers(r, visit, &one.body)?;
        sent.push(One {
            n: at + 1,
            uid: one.uid.to_string(),
            body: shown::body(&body, |n| files.iter().any(|f| f.n == n)),
            dialect: one.dialect,
            route: one.route,
            at: Moment::at(one.received_at),
            outcome: words::outcome(&one.outcome),
            unmapped: one.unmapped,
        });
    }
    Ok((owner, sent, more))
}

/// The body with equal-opportunity answers in their places, for those who may see them; files stay slots.
fn with_answers(r: &mut Reader, visit: &Visit, body: &str) -> Result<String> {
    let Ok(mut value) = serde_json::from_str::<Value>(body) else {
        return Ok(body.to_owned());
    };
    if !visit.may(Right::SeeEeo) {
        return Ok(body.to_owned());
    }
    let mut known = Vec::new();
    for (uid, n) in slot::collect(&value) {
        if let Some(answer) = eeo::look_up(r, visit.org(), uid, n)? {
            known.push(((uid, n), answer));
        }
    }
    slot::fill(&mut value, &mut |uid, n| {
        let answer = known.iter().find(|(place, _)| *place == (uid, n));
        let stays = || Value::String(slot::placeholder(uid, n));
        Some(answer.map_or_else(stays, |(_, answer)| answer.clone()))
    });
    Ok(value.to_string())
}

impl Page for TextOf {
    #[cfg(test)]
    fn sample() -> TextOf {
        TextOf {
            frame: Frame::sample(),
            to: "/desk/candidates/x".into(),
            person: "Ada <x>".into(),
            name: "cv <x>.pdf".into(),
            text: "I know\n<Rust>".into(),
        }
    }
}

impl Page for Sent {
    #[cfg(test)]
    fn sample() -> Sent {
        Sent {
            frame: Frame::sample(),
            to: "/desk/candidates/x".into(),
            person: "Ada <x>".into(),
            sent: vec![One {
                n: 1,
                uid: "u".into(),
                dialect: "native".into(),
                route: "/candidates".into(),
                at: Moment::at(1_773_480_413_000_000),
                outcome: words::outcome("created"),
                unmapped: vec!["/x".into()],
                body: "{\n  \"x\": \"<x>\"\n}".into(),
            }],
            on: Some("/desk/candidates/x/sent?from=20".into()),
            answers: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_browser_merely_draws_is_a_picture() {
        assert!(is_picture("image/png", 5));
        for other in ["image/svg+xml", "text/html", "application/pdf", ""] {
            assert!(!is_picture(other, 5), "{other}");
        }
        assert!(!is_picture("image/png", LARGEST_PICTURE + 1));
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        let said = disposition("a\"; x=\r\nb\\é.pdf");
        assert!(!said.contains(['\r', '\n', '\\']), "{said}");
        assert_eq!(said.matches('"').count(), 2, "{said}");
    }
}
