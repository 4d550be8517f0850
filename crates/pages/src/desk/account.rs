//! One's own account: name, password, keys, where one is signed in, the second factor (`account/second_factor.rs`).

mod second_factor;

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::member::{self, Right, Second, Session, factor};
use hiring::problem::Noun;
use hiring::{App, Problem};

use super::device;
use super::form::{Faults, Field};
use super::frame::{Frame, Section};
use super::may::Route;
use super::sign_in;
use super::visit::{Answer, Inputs, Named, Visit};
use crate::Site;
use crate::moment::Moment;
use crate::page::Page;

#[cfg(test)]
pub(super) use second_factor::{Codes, SetUp};

#[derive(Template)]
#[template(path = "desk/account.html")]
pub(crate) struct Account {
    frame: Frame,
    email: String,
    faults: Faults,
    name: Field,
    old: Field,
    new: Field,
    second: Option<(Moment, i64)>,
    off: Field,
    sessions: Vec<Device>,
}

/// A session, as one sees it.
pub(super) struct Device {
    pub uid: String,
    pub words: String,
    pub place: String,
    pub since: Moment,
    pub seen: String,
    pub here: bool,
}

/// The addresses of this part.
pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::get("/desk/account", Right::Enter, show),
        Route::post("/desk/account/name", Right::Enter, rename),
        Route::post("/desk/account/password", Right::Enter, change_password),
        Route::post("/desk/account/keys", Right::Enter, switch_keys),
        Route::post("/desk/account/sessions/end", Right::Enter, end_others),
        Route::post("/desk/account/sessions/{uid}/end", Right::Enter, end_one),
    ];
    all.extend(second_factor::routes());
    all
}

const HERE: &str = "/desk/account";
const KEYS: &str = "/desk/account#keys";

/// `GET /desk/account`.
async fn show(State(app): State<App>, visit: Visit) -> Answer {
    let page = account(&app, &visit, Faults::none()).await?;
    Ok(visit.page(&page))
}

async fn again(app: &App, visit: &Visit, faults: Faults) -> Answer {
    let page = account(app, visit, faults).await?;
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn account(app: &App, visit: &Visit, faults: Faults) -> Result<Account, Problem> {
    let member = visit.member.clone();
    let found = app.store.read(move |r| {
        let sessions = member::sessions(r, member.org, member.id)?;
        Ok::<_, Problem>((sessions, factor::state(r, &member)?, r.now()))
    });
    let (sessions, second, now) = found.await?;
    Ok(Account {
        frame: visit.frame(Section::Account),
        email: visit.member.email.clone(),
        name: Field::text("name", "Your name")
            .value(&visit.member.name)
            .filled("name")
            .most(200)
            .needed()
            .with(&faults),
        old: Field::password("old", "Your present password", "current-password")
            .needed()
            .with(&faults),
        new: crate::setup::password("password", "The new password").with(&faults),
        off: Field::text("code", "A code of the app, or a recovery code")
            .filled("one-time-code")
            .most(30)
            .narrow()
            .needed()
            .with(&faults),
        second: match second {
            Second::Off => None,
            Second::On { since, codes } => Some((Moment::at(since), codes)),
        },
        sessions: devices(&sessions, Some(&visit.token), now),
        faults,
    })
}

/// Sessions as people read them; `here`: the token of the one that looks.
pub(super) fn devices(sessions: &[Session], here: Option<&str>, now: i64) -> Vec<Device> {
    let hash = here.map(hiring::secret::hash);
    let one = |session: &Session| Device {
        uid: session.uid.map_or_else(String::new, |uid| uid.to_string()),
        words: device::words(&session.device.agent),
        place: session.device.place.clone(),
        since: Moment::at(session.created_at),
        seen: super::counts::ago(now - session.seen_at),
        here: hash.is_some_and(|hash| hash.as_slice() == session.token_hash),
    };
    sessions.iter().map(one).collect()
}

/// `POST /desk/account/name`.
async fn rename(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (caller, uid, name) = (
        visit.caller.clone(),
        visit.member.uid,
        inputs.get("name").to_owned(),
    );
    let done = app
        .store
        .write(move |tx| member::rename(tx, &caller, uid, &name));
    match done.await {
        Ok(_) => Ok(visit.done(HERE, "Your name is changed.")),
        Err(problem) => again(&app, &visit, Faults::of(problem)?).await,
    }
}

/// `POST /desk/account/password`.
async fn change_password(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    inputs: Inputs,
) -> Answer {
    let email = visit.member.email.clone();
    if let Err(wait) = site.door.knock(&email, Instant::now()) {
        return Ok(sign_in::wait_a_while(wait));
    }
    let mut faults = Faults::none();
    let old = inputs.raw("old").to_owned();
    match site.door.check(&app, email.clone(), old).await? {
        Some(_) => site.door.welcome(&email),
        None => faults.add("old", "This is not your present password."),
    }
    let chosen = inputs.raw("password").to_owned();
    let about = [visit.member.name.as_str(), visit.organization.as_str()];
    if let Err(problem) = member::judge_password(&chosen, &email, &about) {
        faults.add("password", Faults::of(problem)?.at("password"));
    }
    if !faults.is_empty() {
        return again(&app, &visit, faults).await;
    }
    let hashed = tokio::task::spawn_blocking(move || member::hash_password(&chosen));
    let hash = hashed.await.map_err(Problem::broken)??;
    let (caller, member, token) = (
        visit.caller.clone(),
        visit.member.clone(),
        visit.token.clone(),
    );
    app.store
        .write(move |tx| member::change_password(tx, &caller, &member, &hash, Some(&token)))
        .await?;
    Ok(visit.done(
        HERE,
        "Your password is changed. Wherever else you were signed in, you are not any more.",
    ))
}

/// `POST /desk/account/keys`.
async fn switch_keys(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (caller, member) = (visit.caller.clone(), visit.member.clone());
    let on = inputs.get("keys") == "on";
    app.store
        .write(move |tx| member::switch_keys(tx, &caller, &member, on))
        .await?;
    let words = match on {
        true => "Single keys are on.",
        false => "Single keys are off: a letter does nothing but write itself.",
    };
    Ok(visit.done(KEYS, words))
}

/// `POST /desk/account/sessions/end`.
async fn end_others(State(app): State<App>, visit: Visit) -> Answer {
    let (caller, member, token) = (
        visit.caller.clone(),
        visit.member.clone(),
        visit.token.clone(),
    );
    let ended = app
        .store
        .write(move |tx| member::end_others(tx, &caller, &member, Some(&token)))
        .await?;
    let words = match ended {
        0 => "You were signed in nowhere else.".to_owned(),
        1 => "One other session is ended.".to_owned(),
        n => format!("{n} other sessions are ended."),
    };
    Ok(visit.done(HERE, &words))
}

/// `POST /desk/account/sessions/{uid}/end`.
async fn end_one(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (caller, member) = (visit.caller.clone(), visit.member.clone());
    let ended = app
        .store
        .write(move |tx| member::end_session(tx, &caller, &member, uid))
        .await?;
    match ended {
        true => Ok(visit.done(HERE, "The session is ended.")),
        false => Err(Problem::NotFound(Noun::Route).into()),
    }
}

impl Page for Account {
    #[cfg(test)]
    fn sample() -> Account {
        let session = Session {
            uid: Some(hiring::id::new_uid()),
            token_hash: Vec::new(),
            device: member::Device {
                agent: "<x> Firefox/1 Linux".into(),
                place: "203.0.113.9".into(),
            },
            created_at: 1_773_480_413_000_000,
            seen_at: 1_773_480_413_000_000,
        };
        Account {
            frame: Frame::sample(),
            email: "<x>@example.org".into(),
            faults: Faults::one("old", "This is not <x>."),
            name: Field::text("name", "Your name"),
            old: Field::password("old", "Your present password", "current-password"),
            new: crate::setup::password("password", "The new password"),
            second: Some((Moment::at(1_773_480_413_000_000), 9)),
            off: Field::text("code", "A code"),
            sessions: devices(&[session], None, 1_773_480_413_000_000),
        }
    }
}
