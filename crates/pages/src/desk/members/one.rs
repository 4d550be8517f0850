//! One member: role, name, sessions, a link for a new password, and removing them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::id::Uuid;
use hiring::member::{self, Member, Right, Role, Second, Session, factor, links};
use hiring::problem::{Clash, Noun};
use hiring::{App, Problem};

use super::{HERE, roles};
use crate::desk::account::{Device, devices};
use crate::desk::form::{Confirm, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::may::Route;
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::desk::words;
use crate::moment::Moment;
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/member.html")]
pub(crate) struct One {
    frame: Frame,
    uid: String,
    name: String,
    email: String,
    role: &'static str,
    since: Moment,
    myself: bool,
    second: bool,
    sessions: Vec<Device>,
    changes: bool,
    faults: Faults,
    form: Vec<Field>,
    /// A link for a new password, when one was just made.
    link: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    const CHANGES: Right = Right::ChangeMembers;
    vec![
        Route::get("/desk/members/{uid}", Right::SeeMembers, show),
        Route::post("/desk/members/{uid}", CHANGES, change),
        Route::post("/desk/members/{uid}/sessions/end", CHANGES, end_sessions),
        Route::post("/desk/members/{uid}/second-factor/off", CHANGES, second_off),
        Route::post("/desk/members/{uid}/password", CHANGES, password_link),
        Route::get("/desk/members/{uid}/remove", CHANGES, ask_to_remove),
        Route::post("/desk/members/{uid}/remove", CHANGES, remove),
    ]
}

fn at(uid: Uuid) -> String {
    format!("{HERE}/{uid}")
}

/// `GET /desk/members/{uid}`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let page = one(&app, &visit, uid, None, Faults::none(), None).await?;
    Ok(visit.page(&page))
}

async fn one(
    app: &App,
    visit: &Visit,
    uid: Uuid,
    inputs: Option<&Inputs>,
    faults: Faults,
    link: Option<String>,
) -> Result<One, Problem> {
    let org = visit.org();
    let found = app.store.read(move |r| {
        let member = member::find_by_uid(r, org, uid)?;
        if member.ended_at.is_some() {
            return Err(Problem::NotFound(Noun::Member));
        }
        let sessions = member::sessions(r, org, member.id)?;
        let second = factor::state(r, &member)?;
        Ok((member, sessions, second, r.now()))
    });
    let (member, sessions, second, now) = found.await?;
    let kept = |name: &str, had: &str| inputs.map_or(had, |i| i.get(name)).to_owned();
    let name = kept("name", &member.name);
    let role = kept("role", member.role().word());
    Ok(One {
        frame: visit.frame(Section::Members),
        form: vec![
            Field::text("name", "Name")
                .value(&name)
                .most(200)
                .needed()
                .with(&faults),
            roles(&role).with(&faults),
        ],
        faults,
        link,
        changes: visit.may(Right::ChangeMembers),
        sessions: shown(visit, &member, &sessions, now),
        second: second != Second::Off,
        myself: member.id == visit.member.id,
        role: words::role_alone(member.role()),
        since: Moment::at(member.created_at),
        uid: uid.to_string(),
        name: member.name,
        email: member.email,
    })
}

/// From where somebody signs in is theirs to see, and an owner's.
fn shown(visit: &Visit, member: &Member, sessions: &[Session], now: i64) -> Vec<Device> {
    match visit.may(Right::ChangeMembers) || member.id == visit.member.id {
        true => devices(sessions, Some(&visit.token), now),
        false => Vec::new(),
    }
}

/// `POST /desk/members/{uid}`.
async fn change(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let Some(role) = Role::parse(inputs.get("role")) else {
        let faults = Faults::one("role", "Please choose a role.");
        return again(&app, &visit, uid, &inputs, faults).await;
    };
    let (caller, name) = (visit.caller.clone(), inputs.get("name").to_owned());
    let done = app.store.write(move |tx| {
        member::rename(tx, &caller, uid, &name)?;
        member::give_role(tx, &caller, uid, role)
    });
    match done.await {
        Ok(member) => Ok(visit.done(&at(uid), &format!("{} is changed.", member.name))),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            let faults = Faults::one("role", &sentence(why));
            again(&app, &visit, uid, &inputs, faults).await
        }
        Err(problem) => again(&app, &visit, uid, &inputs, Faults::of(problem)?).await,
    }
}

async fn again(app: &App, visit: &Visit, uid: Uuid, inputs: &Inputs, faults: Faults) -> Answer {
    let page = one(app, visit, uid, Some(inputs), faults, None).await?;
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn sentence(why: &str) -> String {
    let mut chars = why.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

/// `POST /desk/members/{uid}/sessions/end`.
async fn end_sessions(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (caller, token) = (visit.caller.clone(), visit.token.clone());
    app.store
        .write(move |tx| {
            let member = member::find_by_uid(tx, caller.org, uid)?;
            member::end_others(tx, &caller, &member, Some(&token))
        })
        .await?;
    Ok(visit.done(&at(uid), "The sessions are ended."))
}

/// `POST /desk/members/{uid}/second-factor/off`.
async fn second_off(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let caller = visit.caller.clone();
    app.store
        .write(move |tx| {
            let member = member::find_by_uid(tx, caller.org, uid)?;
            factor::disable(tx, &caller, &member)
        })
        .await?;
    Ok(visit.done(&at(uid), "The second step is switched off."))
}

/// `POST /desk/members/{uid}/password`: a link, shown this once.
async fn password_link(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (key, caller) = (app.key.clone(), visit.caller.clone());
    let link = app
        .store
        .write(move |tx| {
            let member = member::find_by_uid(tx, caller.org, uid)?;
            match member.ended_at {
                None => links::for_password(tx, &key, &caller, &member),
                Some(_) => Err(Problem::NotFound(Noun::Member)),
            }
        })
        .await?;
    let url = links::url(&app.key, &app.settings.public_url, link.uid);
    let page = one(&app, &visit, uid, None, Faults::none(), Some(url)).await?;
    Ok(visit.page(&page))
}

/// `GET /desk/members/{uid}/remove`.
async fn ask_to_remove(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let org = visit.org();
    let member = app
        .store
        .read(move |r| member::find_by_uid(r, org, uid))
        .await?;
    if member.ended_at.is_some() {
        return Err(Problem::NotFound(Noun::Member).into());
    }
    let confirm = Confirm {
        frame: visit.frame(Section::Members),
        title: format!("Remove {}?", member.name),
        text: vec![
            "They are signed out everywhere and cannot sign in any more; they leave the teams of their jobs.".into(),
            "What they did stays, under their name. They can be invited again.".into(),
        ],
        button: "Remove".into(),
        to: format!("{}/remove", at(uid)),
        inputs: Vec::new(),
        back: at(uid),
    };
    Ok(visit.page(&confirm))
}

/// `POST /desk/members/{uid}/remove`.
async fn remove(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let caller = visit.caller.clone();
    let done = app
        .store
        .write(move |tx| member::remove(tx, &caller, uid))
        .await;
    match done {
        Ok(member) => Ok(visit.done(HERE, &format!("{} is removed.", member.name))),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            Ok(visit.undone(&at(uid), &sentence(why)))
        }
        Err(problem) => Err(problem.into()),
    }
}

impl Page for One {
    #[cfg(test)]
    fn sample() -> One {
        One {
            frame: Frame::sample(),
            uid: "u".into(),
            name: "Ben <x>".into(),
            email: "ben@example.org".into(),
            role: "Recruiter",
            since: Moment::at(1_773_480_413_000_000),
            myself: false,
            second: true,
            sessions: Vec::new(),
            changes: true,
            faults: Faults::one("role", "No <x>."),
            form: vec![Field::text("name", "Name"), roles("owner")],
            link: Some("https://ats.example/join/<x>".into()),
        }
    }
}
