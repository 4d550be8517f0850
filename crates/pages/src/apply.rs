//! What an invite's link opens. The form to apply by is not built yet: the page says who invites whom to what, and
//! until when.
//!
//! The address holds the token, which is as good as a password: it is never logged here, and `page.rs` keeps it from
//! other sites and from caches.

use std::time::Duration;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use hiring::invite::{self, Invite};
use hiring::job::{self, Status};
use hiring::{App, Problem, Result, candidate, organization};
use store::Reader;

use crate::moment::{Moment, roughly};
use crate::page::{self, Area, Notice, Page};

/// How long a person waits for the note that they opened the link, when the store is busy.
const PATIENCE: Duration = Duration::from_secs(1);

/// The invite and what it names.
struct Letter {
    invite: Invite,
    organization: String,
    job: String,
    takes_applications: bool,
    person: String,
    now: i64,
}

#[derive(Template)]
#[template(path = "apply.html")]
pub(crate) struct Apply {
    organization: String,
    job: String,
    person: String,
    until: Moment,
    left: String,
}

/// `GET /apply/{token}`.
pub(crate) async fn show(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(token)) = token else {
        return unknown();
    };
    let letter = match app.store.read(move |r| read(r, &token)).await {
        Ok(letter) => letter,
        Err(Problem::NotFound(_)) => return unknown(),
        Err(other) => return page::problem(Area::Link, &other),
    };
    if let Some((status, notice)) = shut(&letter) {
        return page::html(Area::Link, status, &notice);
    }
    if letter.invite.state == invite::State::Pending && is_a_person(&method, &headers) {
        note_opened(&app, letter.invite.clone()).await;
    }
    let page = Apply {
        until: Moment::at(letter.invite.expires_at),
        left: roughly(letter.invite.expires_at - letter.now),
        organization: letter.organization,
        job: letter.job,
        person: letter.person,
    };
    page::html(Area::Link, StatusCode::OK, &page)
}

fn read(r: &mut Reader, token: &str) -> Result<Letter> {
    let invite = invite::by_token(r, token)?;
    let job = job::find(r, invite.org, invite.job)?;
    let person = candidate::find(r, invite.org, invite.candidate)?;
    Ok(Letter {
        organization: organization::find(r, invite.org)?.name,
        takes_applications: matches!(job.status, Status::Open | Status::OnHold),
        job: job.title,
        person: person.record.name().to_owned(),
        now: r.now(),
        invite,
    })
}

/// Why one cannot apply by this invite any more, if so. Nobody is named: whoever finds an old link learns nothing
/// of the person it was made for.
fn shut(letter: &Letter) -> Option<(StatusCode, Notice)> {
    let (organization, job) = (&letter.organization, &letter.job);
    let ask = format!("If you still want to apply, please ask {organization} for a new invite.");
    let notice = match letter.invite.state {
        invite::State::Completed => {
            let text = format!("{organization} has your application for {job}.");
            let rest = "There is nothing more to do here: you will hear from them.";
            let notice = Notice::new("Your application has been received", &[&text, rest]);
            return Some((StatusCode::OK, notice));
        }
        invite::State::Expired => {
            let since = Moment::at(letter.invite.expires_at).text;
            let text = format!("It was for {job} at {organization} and ended on {since}.");
            Notice::new("This invite has expired", &[&text, &ask])
        }
        invite::State::Revoked => {
            let text = format!("{organization} has withdrawn this invite.");
            Notice::new("This invite is no longer valid", &[&text, &ask])
        }
        invite::State::Declined => {
            let text = format!("This invite to apply for {job} at {organization} was declined.");
            Notice::new("This invite was declined", &[&text, &ask])
        }
        _ if !letter.takes_applications => {
            let text = format!("{organization} takes no more applications for {job}.");
            Notice::new("This job is closed", &[&text])
        }
        _ => return None,
    };
    Some((StatusCode::GONE, notice))
}

fn unknown() -> Response {
    let notice = Notice::new(
        "This link leads nowhere",
        &[
            "We know no invite with this address. It may have been cut short by a mail program: please copy the \
             whole link into the address bar.",
            "If that does not help, ask whoever sent it for a new one.",
        ],
    );
    page::html(Area::Link, StatusCode::NOT_FOUND, &notice)
}

/// Whether somebody looks at the page, as far as one can tell: not a HEAD, not a browser that fetches ahead or
/// fetches for another purpose than to show, not a program that makes a link's preview for a chat.
fn is_a_person(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|v| v.to_str().ok());
        value.map(str::to_ascii_lowercase)
    };
    let shown = text("sec-fetch-dest").is_none_or(|dest| dest == "document");
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| text(name))
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("preview"));
    let program = ["bot", "crawl", "spider", "preview", "externalhit"];
    let agent = text("user-agent").unwrap_or_default();
    method == Method::GET && shown && !ahead && !program.iter().any(|word| agent.contains(word))
}

/// Notes the opening. The person sees the page all the same when it cannot be noted now.
async fn note_opened(app: &App, invite: Invite) {
    let noted = app.store.write(move |tx| invite::note_opened(tx, &invite));
    match tokio::time::timeout(PATIENCE, noted).await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => tracing::warn!(?problem, "an opened invite was not noted"),
        Err(_) => tracing::warn!("an opened invite is noted late"),
    }
}

impl Page for Apply {
    #[cfg(test)]
    fn sample() -> Apply {
        Apply {
            organization: "Nordwind & Söhne".into(),
            job: "Backend <Engineer>".into(),
            person: "Ada Lovelace".into(),
            until: Moment::at(1_773_480_413_000_000),
            left: "13 days".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_and_prefetches_are_no_person() {
        let with = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            is_a_person(&Method::GET, &headers)
        };
        assert!(is_a_person(&Method::GET, &HeaderMap::new()));
        assert!(!is_a_person(&Method::HEAD, &HeaderMap::new()));
        assert!(with("sec-fetch-dest", "document"));
        assert!(with("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"));
        for (name, value) in [
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-dest", "image"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "preview"),
            ("user-agent", "ChatBot-LinkExpanding 1.0"),
            ("user-agent", "SomeUriPreview"),
        ] {
            assert!(!with(name, value), "{name}: {value}");
        }
    }
}
