//! Setting up the second factor: a QR code drawn here, so that no secret leaves for a picture; recovery codes, shown once.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::member::{Enrolment, Right, factor};
use hiring::{App, Problem};
use qrcode::{Color, QrCode};

use super::HERE;
use crate::Site;
use crate::desk::form::{Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::may::Route;
use crate::desk::sign_in;
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/second_factor.html")]
pub(crate) struct SetUp {
    frame: Frame,
    /// The QR code's side and its dark modules as a path.
    side: usize,
    path: String,
    /// In groups of four.
    secret: String,
    link: String,
    faults: Faults,
    code: Field,
}

#[derive(Template)]
#[template(path = "desk/codes.html")]
pub(crate) struct Codes {
    frame: Frame,
    codes: Vec<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/account/second-factor", Right::Enter, show),
        Route::post("/desk/account/second-factor", Right::Enter, confirm),
        Route::post("/desk/account/second-factor/off", Right::Enter, off),
    ]
}

/// `GET /desk/account/second-factor`. Nothing is asked for before the code is confirmed.
async fn show(State(app): State<App>, visit: Visit) -> Answer {
    page(&app, &visit, Faults::none()).await
}

async fn page(app: &App, visit: &Visit, faults: Faults) -> Answer {
    let (key, member, issuer) = (
        app.key.clone(),
        visit.member.clone(),
        visit.organization.clone(),
    );
    let begun = app
        .store
        .write(move |tx| factor::begin(tx, &key, &member, &issuer));
    let Some(enrolment) = begun.await? else {
        return Ok(visit.undone(HERE, "You have a second step already."));
    };
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = SetUp::new(visit.frame(Section::Account), &enrolment, faults)?;
    Ok(visit.page_as(status, &page))
}

/// `POST /desk/account/second-factor`.
async fn confirm(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    inputs: Inputs,
) -> Answer {
    let tries = format!("second {}", visit.member.uid);
    if let Err(wait) = site.door.knock(&tries, Instant::now()) {
        return Ok(sign_in::wait_a_while(wait));
    }
    let (key, caller, member) = (app.key.clone(), visit.caller.clone(), visit.member.clone());
    let code = inputs.get("code").to_owned();
    let confirmed = app
        .store
        .write(move |tx| factor::confirm(tx, &key, &caller, &member, &code));
    match confirmed.await {
        Ok(codes) => {
            site.door.welcome(&tries);
            let frame = visit.frame(Section::Account);
            Ok(visit.page(&Codes { frame, codes }))
        }
        Err(problem) => page(&app, &visit, Faults::of(problem)?).await,
    }
}

/// `POST /desk/account/second-factor/off`: with a code, so that nobody does it at a screen that was left alone.
async fn off(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    inputs: Inputs,
) -> Answer {
    let tries = format!("second {}", visit.member.uid);
    if let Err(wait) = site.door.knock(&tries, Instant::now()) {
        return Ok(sign_in::wait_a_while(wait));
    }
    let (key, caller, member) = (app.key.clone(), visit.caller.clone(), visit.member.clone());
    let code = inputs.get("code").to_owned();
    let done = app.store.write(move |tx| {
        let passed = factor::pass(tx, &key, &caller, &member, &code)?;
        Ok::<_, Problem>(passed && factor::disable(tx, &caller, &member)?)
    });
    match done.await? {
        true => {
            site.door.welcome(&tries);
            Ok(visit.done(HERE, "The second step is switched off."))
        }
        false => {
            let faults = Faults::one("code", "This code is not right, or it was used already.");
            super::again(&app, &visit, faults).await
        }
    }
}

impl SetUp {
    fn new(frame: Frame, enrolment: &Enrolment, faults: Faults) -> Result<SetUp, Problem> {
        let qr = QrCode::new(enrolment.link.as_bytes()).map_err(Problem::broken)?;
        let (side, colors) = (qr.width(), qr.to_colors());
        let dark = colors
            .iter()
            .enumerate()
            .filter(|(_, color)| **color == Color::Dark);
        // A quiet zone of four modules, which readers need.
        let path = dark
            .map(|(at, _)| format!("M{} {}h1v1h-1z", at % side + 4, at / side + 4))
            .collect();
        let groups = enrolment.secret.as_bytes().chunks(4);
        let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
        Ok(SetUp {
            frame,
            side: side + 8,
            path,
            secret: groups.join(" "),
            link: enrolment.link.clone(),
            code: Field::text("code", "The code that the app shows now")
                .filled("one-time-code")
                .most(10)
                .narrow()
                .needed()
                .with(&faults),
            faults,
        })
    }
}

impl Page for SetUp {
    #[cfg(test)]
    fn sample() -> SetUp {
        let enrolment = Enrolment {
            secret: "GEZDGNBVGY3TQOJQ".into(),
            link: "otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQ&issuer=<x>".into(),
        };
        SetUp::new(Frame::sample(), &enrolment, Faults::one("code", "No <x>.")).unwrap()
    }
}

impl Page for Codes {
    #[cfg(test)]
    fn sample() -> Codes {
        Codes {
            frame: Frame::sample(),
            codes: vec!["ABCDE-FGHJK".into()],
        }
    }
}
