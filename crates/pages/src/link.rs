//! What a link opens: who asks to link whose account, and one button. Whoever presses it is shown the public token, this
//! once.
//!
//! The address holds the link's token, which is as good as a password: `page.rs` keeps it from other sites and from
//! caches. It has 160 bits, so nobody guesses one.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hiring::link::{self, Link, State as Stands};
use hiring::{App, Problem, Result, organization};

use crate::moment::{Moment, roughly};
use crate::origin;
use crate::page::{self, Area, Notice, Page};

#[derive(Template)]
#[template(path = "link.html")]
pub(crate) struct Ask {
    organization: String,
    end_user: String,
    email: String,
    until: Moment,
    left: String,
}

#[derive(Template)]
#[template(path = "linked.html")]
pub(crate) struct Linked {
    organization: String,
    end_user: String,
    public_token: String,
}

/// `GET /link/{token}`.
pub(crate) async fn show(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(token)) = token else {
        return unknown();
    };
    let found = app.store.read(move |r| {
        let link = link::by_token(r, &token)?;
        let organization = organization::find(r, link.org)?.name;
        Ok::<_, Problem>((link, organization, r.now()))
    });
    match found.await {
        Ok((link, organization, now)) => ask(&link, organization, now),
        Err(Problem::NotFound(_)) => unknown(),
        Err(other) => page::problem(Area::Link, &other),
    }
}

fn ask(link: &Link, organization: String, now: i64) -> Response {
    if link.state != Stands::Open {
        return over(link.state);
    }
    let page = Ask {
        organization,
        end_user: link.end_user.organization_name.clone(),
        email: link.end_user.email_address.clone(),
        until: Moment::at(link.expires_at),
        left: roughly(link.expires_at - now),
    };
    page::html(Area::Link, StatusCode::OK, &page)
}

/// `POST /link/{token}`: the button was pressed.
pub(crate) async fn complete(
    State(app): State<App>,
    headers: HeaderMap,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    if !origin::is_ours_by_link(&headers, &app.settings.public_url) {
        return foreign();
    }
    let Ok(Path(token)) = token else {
        return unknown();
    };
    let (key, kept) = (app.key.clone(), token.clone());
    let done = app.store.write(move |tx| {
        let org = link::by_token(tx, &token)?.org;
        let (account, public_token) = link::complete(tx, &key, &token)?;
        Ok::<_, Problem>(Linked {
            organization: organization::find(tx, org)?.name,
            end_user: account.name,
            public_token,
        })
    });
    match done.await {
        Ok(linked) => page::html(Area::Link, StatusCode::OK, &linked),
        Err(Problem::NotFound(_)) => unknown(),
        Err(Problem::Gone(_)) => gone(&app, kept).await,
        Err(other) => page::problem(Area::Link, &other),
    }
}

async fn gone(app: &App, token: String) -> Response {
    let found = app.store.read(move |r| link::by_token(r, &token)).await;
    match found {
        Ok(link) if link.state == Stands::Expired => over(Stands::Expired),
        Ok(_) => over(Stands::Used),
        Err(other) => page::problem(Area::Link, &other),
    }
}

/// Nobody is named: whoever finds an old link learns nothing of whom it was made for.
fn over(state: Stands) -> Response {
    let ask =
        "If an account is still to be linked, please ask whoever sent this link for a new one.";
    let notice = if state == Stands::Expired {
        let text = "It was valid for a limited time, which is over. Nothing was linked by it.";
        Notice::new("This link has expired", &[text, ask])
    } else {
        let text =
            "An account was linked by it. Each link works once, and its token is shown once.";
        Notice::new("This link has been used", &[text, ask])
    };
    page::html(Area::Link, StatusCode::GONE, &notice)
}

fn unknown() -> Response {
    let notice = Notice::new(
        "This link leads nowhere",
        &[
            "We know no link with this address. It may have been cut short: please copy the whole link into the \
             address bar.",
            "If that does not help, ask whoever sent it for a new one.",
        ],
    );
    page::html(Area::Link, StatusCode::NOT_FOUND, &notice)
}

fn foreign() -> Response {
    let notice = Notice::new(
        "This form was not sent from here",
        &["It came from a page of another site, so nothing was done. Please open the link itself."],
    );
    page::html(Area::Link, StatusCode::FORBIDDEN, &notice)
}

impl Page for Ask {
    #[cfg(test)]
    fn sample() -> Ask {
        Ask {
            organization: "Nordwind & Söhne".into(),
            end_user: "Customer <x>".into(),
            email: "ada@example.org".into(),
            until: Moment::at(1_773_480_413_000_000),
            left: "29 days".into(),
        }
    }
}

impl Page for Linked {
    #[cfg(test)]
    fn sample() -> Linked {
        Linked {
            organization: "Nordwind & Söhne".into(),
            end_user: "Customer <x>".into(),
            public_token: "t0k-en_".into(),
        }
    }
}
