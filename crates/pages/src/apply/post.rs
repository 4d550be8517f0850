//! What a posted form asks for: to save, to speak another language, to take a file off, to send, to decline, to withdraw.
//! Whatever it asks for, what it says is saved first.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Extension, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use hiring::draft::{self, Draft, EMAIL, Fault, Outcome};
use hiring::id::Uuid;
use hiring::problem::Clash;
use hiring::{App, Problem, Result, invite};
use serde_json::Value;

use super::receive::{self, Received};
use super::{Token, Visit, failed, foreign, form};
use crate::Site;
use crate::speech::Speech;

/// So often a draft that changes while it is being sent is looked at anew.
const AGAIN: usize = 5;

/// `POST /apply/{token}`.
pub(super) async fn post(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match Visit::begin(app, site, parts, token.ok().map(|Path(t)| t)).await {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    if !visit.is_ours() {
        return foreign(visit.t);
    }
    match receive::read(&visit, body).await {
        Ok(received) => act(visit, received).await,
        Err(_) => foreign(visit.t),
    }
}

async fn act(mut visit: Visit, received: Received) -> Response {
    let what = received.get("do").to_owned();
    let (what, of) = what.split_once(':').unwrap_or((&what, ""));
    if visit.is_sent() {
        return match what {
            "withdraw" => withdraw(&visit).await,
            "speak" => spoken(&visit, of),
            // Sent twice, the back button, another tab: the same receipt.
            _ => visit.back(""),
        };
    }
    if what == "decline" {
        return decline(&visit).await;
    }
    let draft = match save(&visit, &received).await {
        Ok(draft) => draft,
        Err(problem) => return failed(&visit, &problem),
    };
    visit.entrance.draft = Some(draft.clone());
    if let Some(problem) = &received.broken {
        return failed(&visit, problem);
    }
    match what {
        "speak" => spoken(&visit, of),
        "remove" => remove(&visit, of).await,
        "submit" => submit(visit, received.faults).await,
        _ if !received.faults.is_empty() => {
            form::show(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                &received.faults,
                None,
            )
            .await
        }
        _ => saved(&visit, draft).await,
    }
}

async fn save(visit: &Visit, received: &Received) -> Result<Draft> {
    let (entrance, tag) = (visit.entrance.clone(), visit.t.tag());
    let (entries, key) = (received.entries(visit), visit.app.key.clone());
    let saved = visit.app.store.write(move |tx| {
        let draft = draft::open(tx, &entrance, tag)?;
        draft::save(tx, &key, &draft, &entrance.fields, &entries)?;
        draft::find(tx, draft.org, draft.id)
    });
    saved.await
}

/// Another language, on this device and in the mails about this application.
fn spoken(visit: &Visit, tag: &str) -> Response {
    let chosen = Speech::of_tag(tag);
    if let (Some(t), Some(draft)) = (chosen, visit.entrance.draft.clone()) {
        let (app, tag) = (visit.app.clone(), t.tag());
        tokio::spawn(async move {
            let noted = app
                .store
                .write(move |tx| draft::speak(tx, &draft, tag))
                .await;
            if let Err(problem) = noted {
                tracing::warn!(?problem, "a choice of language was not noted");
            }
        });
    }
    visit.remember(visit.back(""), chosen)
}

async fn remove(visit: &Visit, of: &str) -> Response {
    if let Ok(upload) = of.parse::<Uuid>()
        && let Err(problem) = super::upload::forget(visit, upload).await
    {
        return failed(visit, &problem);
    }
    visit.back("#form")
}

/// Saved on purpose: whoever gave an address is mailed the link, so that they find back.
async fn saved(visit: &Visit, draft: Draft) -> Response {
    match mail_link(visit, draft).await {
        Ok(true) => visit.back("?saved=mailed"),
        Ok(false) => visit.back("?saved=yes"),
        Err(problem) => failed(visit, &problem),
    }
}

async fn mail_link(visit: &Visit, draft: Draft) -> Result<bool> {
    if draft.invite.is_some()
        || visit
            .site
            .mails
            .wait(&visit.place, Instant::now())
            .is_some()
    {
        return Ok(false);
    }
    let (key, url) = (visit.app.key.clone(), visit.app.settings.public_url.clone());
    let language = visit.t.tag();
    let mailed = visit.app.store.write(move |tx| {
        let written = draft::answers(tx, &key, &draft)?;
        let email = written
            .get(EMAIL)
            .and_then(Value::as_str)
            .unwrap_or("")
            .trim();
        draft::mail_link(tx, &key, &url, &draft, email, language)
    });
    let mailed = mailed.await?;
    if mailed {
        let _ = visit.site.mails.count(&visit.place, Instant::now());
    }
    Ok(mailed)
}

async fn submit(mut visit: Visit, faults: Vec<Fault>) -> Response {
    if !faults.is_empty() {
        return faulty(&visit, faults).await;
    }
    match send(&visit).await {
        Ok(Outcome::Sent(_)) => visit.back(""),
        Ok(Outcome::Faulty(faults)) => {
            let (app, token) = (visit.app.clone(), visit.token.clone());
            if let Ok(entrance) = app.store.read(move |r| draft::enter(r, &token)).await {
                visit.entrance = entrance;
            }
            form::show(&visit, StatusCode::UNPROCESSABLE_ENTITY, &faults, None).await
        }
        Ok(Outcome::Changed) => failed(
            &visit,
            &Problem::Overloaded {
                retry: std::time::Duration::from_secs(1),
            },
        ),
        Err(problem) => failed(&visit, &problem),
    }
}

/// The files' own faults, with those of the rest of the form.
async fn faulty(visit: &Visit, mut faults: Vec<Fault>) -> Response {
    if let Some(draft) = visit.entrance.draft.clone() {
        let more = judged(visit, draft).await.unwrap_or_default();
        let new = |f: &Fault| !faults.iter().any(|had| had.name == f.name);
        let more: Vec<Fault> = more.into_iter().filter(new).collect();
        faults.extend(more);
    }
    form::show(visit, StatusCode::UNPROCESSABLE_ENTITY, &faults, None).await
}

/// What keeps the draft from being sent, as it stands now.
async fn judged(visit: &Visit, draft: Draft) -> Result<Vec<Fault>> {
    let (entrance, key) = (visit.entrance.clone(), visit.app.key.clone());
    let judged = visit.app.store.read(move |r| {
        let (written, uploads) = (draft::answers(r, &key, &draft)?, draft::uploads(r, &draft)?);
        let fixed = entrance.fixed_email();
        Ok::<_, Problem>(draft::judge(&entrance.fields, &written, &uploads, fixed))
    });
    judged.await
}

/// Sends the draft. The files are made durable first; should the draft change meanwhile, they are made again.
async fn send(visit: &Visit) -> Result<Outcome> {
    let draft = visit
        .entrance
        .draft
        .clone()
        .ok_or(Problem::NotFound(hiring::problem::Noun::Draft))?;
    // Files are not made for a form that cannot be sent yet.
    let faults = judged(visit, draft.clone()).await?;
    if !faults.is_empty() {
        return Ok(Outcome::Faulty(faults));
    }
    for _ in 0..AGAIN {
        let ready = draft::prepare(&visit.app, &draft).await?;
        let pieces = ready.pieces().to_vec();
        let (key, url) = (visit.app.key.clone(), visit.app.settings.public_url.clone());
        let fixed = visit.entrance.fixed_email().map(str::to_owned);
        let language = visit.t.tag();
        let outcome = visit.app.store.write(move |tx| {
            let receipt = draft::Receipt {
                public_url: &url,
                language,
            };
            draft::submit(tx, &key, &ready, fixed.as_deref(), &receipt)
        });
        let outcome = outcome.await?;
        if matches!(outcome, Outcome::Sent(_)) {
            // Whatever stays behind, the sweep finds.
            for piece in pieces {
                let _ = visit.app.files.remove_piece(piece).await;
            }
        }
        if !matches!(outcome, Outcome::Changed) {
            return Ok(outcome);
        }
    }
    Ok(Outcome::Changed)
}

async fn withdraw(visit: &Visit) -> Response {
    let Some(draft) = visit.entrance.draft.clone() else {
        return visit.back("");
    };
    match visit
        .app
        .store
        .write(move |tx| draft::withdraw(tx, &draft))
        .await
    {
        // It has ended meanwhile: the receipt says so.
        Ok(_) | Err(Problem::Conflict(Clash::NotAllowed(_))) => visit.back(""),
        Err(problem) => failed(visit, &problem),
    }
}

async fn decline(visit: &Visit) -> Response {
    let Some(invite) = visit.entrance.invite.clone() else {
        return visit.back("");
    };
    match visit
        .app
        .store
        .write(move |tx| invite::decline(tx, &invite))
        .await
    {
        Ok(_) => visit.back(""),
        Err(problem) => failed(visit, &problem),
    }
}
