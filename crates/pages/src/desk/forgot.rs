//! A forgotten password: the address is mailed a link, if it is a member's. The answer is the same for any address.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hiring::member::{self, links};
use hiring::{App, Problem, text};

use super::sign_in;
use super::visit::{Answer, Inputs};
use crate::page::{self, Area, Notice, Page};
use crate::{Site, guard, origin};

#[derive(Template)]
#[template(path = "forgot.html")]
pub(crate) struct Forgot {
    email: String,
    fault: &'static str,
}

/// `GET /desk/forgot`.
pub(crate) async fn show() -> Response {
    let page = Forgot {
        email: String::new(),
        fault: "",
    };
    page::html(Area::Desk, StatusCode::OK, &page)
}

/// `POST /desk/forgot`.
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    parts: Parts,
    inputs: Inputs,
) -> Answer {
    if !origin::is_ours(&parts.headers, &app.settings.public_url) {
        return Ok(sign_in::foreign());
    }
    let email = inputs.get("email").to_owned();
    let Some(address) = text::email_key(&email) else {
        let fault = "This is not an e-mail address.";
        let page = Forgot { email, fault };
        return Ok(page::html(
            Area::Desk,
            StatusCode::UNPROCESSABLE_ENTITY,
            &page,
        ));
    };
    let now = Instant::now();
    let place = guard::place(&parts.headers, &parts.extensions);
    for key in [format!("forgot {place}"), format!("forgot {address}")] {
        if let Err(wait) = site.forgotten.count(&key, now) {
            return Ok(sign_in::wait_a_while(wait));
        }
    }
    let (key, url) = (app.key.clone(), app.settings.public_url.clone());
    app.store
        .write(move |tx| {
            if let Some((member, _)) = member::by_email(tx, &email)? {
                let caller = member.caller();
                let link = links::for_password(tx, &key, &caller, &member)?;
                links::mail(tx, &url, &caller, &link)?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    let notice = Notice::new(
        "Look into your mailbox",
        &[
            "If a member has this address, a mail with a link is on its way to it. The link is valid for a day.",
            "If none arrives, an owner of your organization can give you a link.",
        ],
    );
    let notice = notice.onward("/desk", "To the sign-in");
    Ok(page::html(Area::Desk, StatusCode::OK, &notice))
}

impl Page for Forgot {
    #[cfg(test)]
    fn sample() -> Forgot {
        Forgot {
            email: "<x>".into(),
            fault: "This is not an e-mail address.",
        }
    }
}
