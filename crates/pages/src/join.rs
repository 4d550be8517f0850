//! The links of members: by one somebody becomes a member, by another a member chooses a new password. The address is the
//! secret.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hiring::member::{self, Link, Purpose, factor, links};
use hiring::{App, Problem, organization};

use crate::desk::form::{Faults, Field};
use crate::desk::sign_in;
use crate::desk::visit::{Answer, Inputs, Refusal};
use crate::page::{self, Area, Notice, Page};
use crate::setup::{password, person};
use crate::{Site, guard, origin};

#[derive(Template)]
#[template(path = "join.html")]
pub(crate) struct Join {
    organization: String,
    email: String,
    role: &'static str,
    joins: bool,
    faults: Faults,
    fields: Vec<Field>,
}

type Token = Result<Path<String>, PathRejection>;

/// `GET /join/{token}`.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    parts: Parts,
) -> Answer {
    let (link, organization, _) = find(&app, &site, token, &parts).await?;
    let page = Join::new(&link, organization, &Inputs::default(), Faults::none());
    Ok(page::html(Area::Link, StatusCode::OK, &page))
}

/// `POST /join/{token}`.
pub(crate) async fn take(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let (link, organization, token) = find(&app, &site, token, &parts).await?;
    if !origin::is_ours_by_link(&parts.headers, &app.settings.public_url) {
        return Ok(sign_in::foreign());
    }
    let inputs = Inputs::from_request(Request::from_parts(parts.clone(), body), &app).await?;
    let mut faults = Faults::none();
    let joins = link.purpose == Purpose::Join;
    let name = if joins {
        inputs.get("name")
    } else {
        link.name.as_str()
    };
    if joins && name.is_empty() {
        faults.add("name", "Please say what you are called.");
    }
    let chosen = inputs.raw("password").to_owned();
    if let Err(problem) = member::judge_password(&chosen, &link.email, &[name, &organization]) {
        faults.add("password", Faults::of(problem)?.at("password"));
    }
    if !faults.is_empty() {
        let page = Join::new(&link, organization, &inputs, faults);
        return Ok(page::html(
            Area::Link,
            StatusCode::UNPROCESSABLE_ENTITY,
            &page,
        ));
    }
    let hashed = tokio::task::spawn_blocking(move || member::hash_password(&chosen));
    let hash = hashed.await.map_err(Problem::broken)??;
    let name = name.to_owned();
    let done = app.store.write(move |tx| {
        let member = match joins {
            true => links::take(tx, &token, &name, &hash)?,
            false => links::take_password(tx, &token, &hash)?,
        };
        let second = factor::state(tx, &member)?;
        Ok::<_, Problem>((member, second))
    });
    match done.await {
        Ok((member, member::Second::Off)) => {
            Ok(sign_in::begin(&app, &parts, member, "/desk").await)
        }
        // The link proves the mailbox, and the second factor is another one.
        Ok(_) => Ok(sign_in::home()),
        Err(Problem::NotFound(_)) => Ok(unknown()),
        Err(problem) => match Faults::of(problem) {
            Ok(faults) => {
                let page = Join::new(&link, organization, &inputs, faults);
                Ok(page::html(
                    Area::Link,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    &page,
                ))
            }
            Err(problem) => Ok(page::problem(Area::Link, &problem)),
        },
    }
}

async fn find(
    app: &App,
    site: &Site,
    token: Token,
    parts: &Parts,
) -> Result<(Link, String, String), Refusal> {
    let place = guard::place(&parts.headers, &parts.extensions);
    if let Some(wait) = site.guesses.wait(&place, Instant::now()) {
        return Err(sign_in::wait_a_while(wait).into());
    }
    let guessed = || {
        let _ = site.guesses.count(&place, Instant::now());
        Refusal::from(unknown())
    };
    let Ok(Path(token)) = token else {
        return Err(guessed());
    };
    let asked = token.clone();
    let found = app.store.read(move |r| {
        let link = links::by_token(r, &asked)?;
        let organization = organization::find(r, link.org)?.name;
        Ok::<_, Problem>((link, organization))
    });
    match found.await {
        Ok((link, organization)) => Ok((link, organization, token)),
        Err(Problem::NotFound(_)) => Err(guessed()),
        Err(other) => Err(page::problem(Area::Link, &other).into()),
    }
}

fn unknown() -> Response {
    let notice = Notice::new(
        "This link opens nothing",
        &[
            "It was used, taken back or has expired, or its address was cut short. Whoever sent it can send you another one.",
        ],
    );
    let notice = notice.onward("/desk", "To the sign-in");
    page::html(Area::Link, StatusCode::NOT_FOUND, &notice)
}

impl Join {
    fn new(link: &Link, organization: String, inputs: &Inputs, faults: Faults) -> Join {
        let joins = link.purpose == Purpose::Join;
        let mut fields = match joins {
            true => person(inputs, &faults, false),
            false => vec![password("password", "The new password").with(&faults)],
        };
        if joins && !inputs.has("name") {
            let name = fields.remove(0).value(&link.name);
            fields.insert(0, name);
        }
        Join {
            organization,
            email: link.email.clone(),
            role: crate::desk::role_words(link.role),
            joins,
            faults,
            fields,
        }
    }
}

impl Page for Join {
    #[cfg(test)]
    fn sample() -> Join {
        let link = Link {
            org: hiring::id::OrgId(1),
            uid: hiring::id::new_uid(),
            purpose: Purpose::Join,
            member: None,
            email: "<x>@example.org".into(),
            name: "Ben <x>".into(),
            role: member::Role::Recruiter,
            created_at: 0,
            expires_at: 0,
        };
        let faults = Faults::one("name", "Please say <x>.");
        Join::new(&link, "Nordwind & Söhne".into(), &Inputs::default(), faults)
    }
}
