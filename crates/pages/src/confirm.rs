//! The link that is mailed to an address and proves it. Opening it does nothing, since mail programs open links by
//! themselves; its button does.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hiring::draft::{self, Draft};
use hiring::{App, Problem, Result, job, organization};

use crate::apply::{busy, foreign, unknown};
use crate::page::{self, Area, Page};
use crate::speech::{self, Speech};
use crate::trouble::trouble;
use crate::{Site, guard, origin};

#[derive(Template)]
#[template(path = "confirm.html")]
pub(crate) struct Confirm {
    t: Speech,
    organization: String,
    job: String,
    text: String,
}

type Token = Result<Path<String>, PathRejection>;

/// `GET /confirm/{token}`.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Response {
    match find(&app, &site, token, &request.into_parts().0).await {
        Ok((draft, t, _)) => {
            let (org, of) = (draft.org, draft.job);
            let found = app.store.read(move |r| {
                Ok::<_, Problem>((
                    organization::find(r, org)?.name,
                    job::find(r, org, of)?.title,
                ))
            });
            match found.await {
                Ok((organization, job)) => {
                    let email = draft.proof_email.unwrap_or_default();
                    let values = [
                        ("email", email.as_str()),
                        ("job", job.as_str()),
                        ("organization", organization.as_str()),
                    ];
                    let page = Confirm {
                        t,
                        text: t.with("confirm-text", &values),
                        organization,
                        job,
                    };
                    page::html(Area::Link, StatusCode::OK, &page)
                }
                Err(problem) => trouble(t, &problem),
            }
        }
        Err(response) => *response,
    }
}

/// `POST /confirm/{token}`: the button was pressed. Leads to the application.
pub(crate) async fn confirm(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let (t, token) = match find(&app, &site, token, &parts).await {
        Ok((_, t, token)) => (t, token),
        Err(response) => return *response,
    };
    if !origin::is_ours_by_link(&parts.headers, &app.settings.public_url) {
        return foreign(t);
    }
    let key = app.key.clone();
    match app
        .store
        .write(move |tx| draft::prove(tx, &key, &token))
        .await
    {
        Ok(own) => {
            let to = HeaderValue::try_from(format!("/apply/{own}"));
            let to = to.unwrap_or(HeaderValue::from_static("/"));
            let response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
            page::dress(Area::Link, response)
        }
        Err(problem) => trouble(t, &problem),
    }
}

/// The draft whose mailed link this is, the language to speak, and the token.
async fn find(
    app: &App,
    site: &Site,
    token: Token,
    parts: &Parts,
) -> Result<(Draft, Speech, String), Box<Response>> {
    let (headers, query) = (&parts.headers, parts.uri.query().unwrap_or(""));
    let t = speech::choose(query, headers, None);
    let place = guard::place(headers, &parts.extensions);
    if let Some(wait) = site.guesses.wait(&place, Instant::now()) {
        return Err(Box::new(busy(t, wait)));
    }
    let guessed = || {
        let _ = site.guesses.count(&place, Instant::now());
        Box::new(unknown(t))
    };
    let Ok(Path(token)) = token else {
        return Err(guessed());
    };
    let asked = token.clone();
    match app.store.read(move |r| draft::by_proof(r, &asked)).await {
        Ok(draft) => {
            let t = speech::choose(query, headers, Some(&draft.language));
            Ok((draft, t, token))
        }
        Err(Problem::NotFound(_)) => Err(guessed()),
        Err(other) => Err(Box::new(trouble(t, &other))),
    }
}

impl Page for Confirm {
    #[cfg(test)]
    fn sample() -> Confirm {
        Confirm {
            t: Speech::ENGLISH,
            organization: "Nordwind & Söhne".into(),
            job: "Backend <Engineer>".into(),
            text: "ada@example.org <x>".into(),
        }
    }
}
