//! The second step of a sign-in, for members who have one: the code that an app shows, or a recovery code. What carries the
//! right password from the first step to the second is sealed and lasts some minutes.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hiring::id::Uuid;
use hiring::member::{self, Member, factor};
use hiring::secret::base64url;
use hiring::{App, Problem};

use super::sign_in;
use super::visit::{Answer, Inputs};
use crate::Site;
use crate::origin;
use crate::page::{self, Area, Page};

const PURPOSE: &str = "half signed in";
/// How long one may look for one's phone, µs.
const LASTS: i64 = 10 * 60 * 1_000_000;

#[derive(Template)]
#[template(path = "second.html")]
pub(crate) struct SecondStep {
    ticket: String,
    to: String,
    fault: &'static str,
}

/// The page that asks for the code of a member whose password was right.
pub(super) fn ask(app: &App, member: &Member, now: i64, to: &str) -> Response {
    let said = format!("{} {}", member.uid, now + LASTS);
    let step = SecondStep {
        ticket: base64url(&app.key.seal(PURPOSE, said.as_bytes())),
        to: to.to_owned(),
        fault: "",
    };
    page::html(Area::Desk, StatusCode::OK, &step)
}

/// `POST /desk/second`.
pub(crate) async fn check(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    parts: Parts,
    inputs: Inputs,
) -> Answer {
    if !origin::is_ours(&parts.headers, &app.settings.public_url) {
        return Ok(sign_in::foreign());
    }
    let to = sign_in::own_path(inputs.get("to")).to_owned();
    let Some((uid, until)) = opened(&app, inputs.get("ticket")) else {
        return Ok(sign_in::form(&to, StatusCode::UNAUTHORIZED));
    };
    if let Err(wait) = site.door.knock(&format!("second {uid}"), Instant::now()) {
        return Ok(sign_in::wait_a_while(wait));
    }
    let (key, code) = (app.key.clone(), inputs.get("code").to_owned());
    let passed = app.store.write(move |tx| {
        let Some(member) = member::of_uid(tx, uid)? else {
            return Ok::<_, Problem>(None);
        };
        let in_time = tx.now() < until && member.ended_at.is_none();
        let passed = in_time && factor::pass(tx, &key, &member.caller(), &member, &code)?;
        Ok(passed.then_some(member))
    });
    match passed.await? {
        Some(member) => {
            site.door.welcome(&format!("second {uid}"));
            Ok(sign_in::begin(&app, &parts, member, &to).await)
        }
        None => {
            let step = SecondStep {
                ticket: inputs.get("ticket").to_owned(),
                to,
                fault: "This code is not right, or it was used already. Please wait for the next one.",
            };
            Ok(page::html(Area::Desk, StatusCode::UNAUTHORIZED, &step))
        }
    }
}

fn opened(app: &App, ticket: &str) -> Option<(Uuid, i64)> {
    let sealed = URL_SAFE_NO_PAD.decode(ticket).ok()?;
    // Shorter ones are made up, and are no fault to be logged.
    if sealed.len() < 40 || sealed.len() > 200 {
        return None;
    }
    let said = String::from_utf8(app.key.open(PURPOSE, &sealed).ok()?).ok()?;
    let (uid, until) = said.split_once(' ')?;
    Some((uid.parse().ok()?, until.parse().ok()?))
}

impl Page for SecondStep {
    #[cfg(test)]
    fn sample() -> SecondStep {
        SecondStep {
            ticket: "t".into(),
            to: "/desk".into(),
            fault: "This code is not right.",
        }
    }
}
