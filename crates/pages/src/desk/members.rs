//! Who the members are, inviting some, and one of them (`members/one.rs`).

mod one;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::member::{self, Filter, Member, Right, Role, links};
use hiring::page::Side;
use hiring::{App, Problem, Result};
use store::Reader;

use super::form::{Choice, Faults, Field, Pager};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Named, Visit};
use super::words;
use crate::moment::Moment;
use crate::page::Page;

#[cfg(test)]
pub(super) use one::One;

const HERE: &str = "/desk/members";
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "desk/members.html")]
pub(crate) struct Members {
    frame: Frame,
    members: Vec<Row>,
    invited: Vec<Invited>,
    pager: Pager,
    /// Whether whoever looks may change anything.
    changes: bool,
    faults: Faults,
    form: Vec<Field>,
}

struct Row {
    uid: String,
    name: String,
    email: String,
    role: &'static str,
    since: Moment,
    myself: bool,
}

struct Invited {
    uid: String,
    email: String,
    role: &'static str,
    until: Moment,
    link: String,
}

/// The addresses of this part.
pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::get("/desk/members", Right::SeeMembers, show),
        Route::post("/desk/members", Right::ChangeMembers, invite),
        Route::post(
            "/desk/members/invitations/{uid}/revoke",
            Right::ChangeMembers,
            revoke,
        ),
    ];
    all.extend(one::routes());
    all
}

/// `GET /desk/members`.
async fn show(State(app): State<App>, visit: Visit, query: Inputs) -> Answer {
    let page = members(&app, &visit, &query, &Inputs::default(), Faults::none()).await?;
    Ok(visit.page(&page))
}

async fn members(
    app: &App,
    visit: &Visit,
    query: &Inputs,
    inputs: &Inputs,
    faults: Faults,
) -> Result<Members> {
    let (org, changes) = (visit.org(), visit.may(Right::ChangeMembers));
    let after = query.get("after").parse().unwrap_or(0);
    let (mut found, invited) = app
        .store
        .read(move |r| {
            let found = member::page(r, org, Side::After(after), &present(), PAGE + 1)?;
            Ok::<_, Problem>((found, invitations(r, org, changes)?))
        })
        .await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let last = found.last().map_or(0, |member| member.id.0);
    let row = |member: &Member| Row {
        uid: member.uid.to_string(),
        name: member.name.clone(),
        email: member.email.clone(),
        role: words::role_alone(member.role()),
        since: Moment::at(member.created_at),
        myself: member.id == visit.member.id,
    };
    let pending = |link: &member::Link| Invited {
        uid: link.uid.to_string(),
        email: link.email.clone(),
        role: words::role_alone(link.role),
        until: Moment::at(link.expires_at),
        link: links::url(&app.key, &app.settings.public_url, link.uid),
    };
    Ok(Members {
        frame: visit.frame(Section::Members),
        members: found.iter().map(row).collect(),
        invited: invited.iter().map(pending).collect(),
        pager: Pager {
            back: (after > 0).then(|| HERE.to_owned()),
            on: more.then(|| format!("{HERE}?after={last}")),
            back_words: "First",
            on_words: "Next",
        },
        changes,
        form: form(inputs, &faults),
        faults,
    })
}

/// Those who are members now.
fn present() -> Filter {
    Filter {
        present: true,
        ..Filter::default()
    }
}

/// Links are for those who may invite.
fn invitations(r: &mut Reader, org: hiring::id::OrgId, changes: bool) -> Result<Vec<member::Link>> {
    match changes {
        true => links::of_org(r, org),
        false => Ok(Vec::new()),
    }
}

fn form(inputs: &Inputs, faults: &Faults) -> Vec<Field> {
    vec![
        Field::email("email", "E-mail address")
            .value(inputs.get("email"))
            .needed()
            .with(faults),
        Field::text("name", "Name")
            .value(inputs.get("name"))
            .most(200)
            .with(faults),
        roles(inputs.get("role")).with(faults),
        Field::tick(
            "mail",
            "Send the link by mail",
            !inputs.has("email") || inputs.has("mail"),
        )
        .help("Either way you can copy it here."),
    ]
}

/// The choice of a role.
fn roles(chosen: &str) -> Field {
    let chosen = match chosen {
        "" => Role::Recruiter.word(),
        word => word,
    };
    let choice =
        |role: Role| Choice::new(role.word(), words::role_alone(role)).help(words::role_help(role));
    let all = Role::ALL.into_iter().map(choice).collect();
    Field::radios("role", "Role", all).value(chosen).needed()
}

/// `POST /desk/members`.
async fn invite(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let Some(role) = Role::parse(inputs.get("role")) else {
        let faults = Faults::one("role", "Please choose a role.");
        return again(&app, &visit, &inputs, faults).await;
    };
    let (key, url, caller) = (
        app.key.clone(),
        app.settings.public_url.clone(),
        visit.caller.clone(),
    );
    let (email, name) = (
        inputs.get("email").to_owned(),
        inputs.get("name").to_owned(),
    );
    let mailed = inputs.has("mail");
    let made = app.store.write(move |tx| {
        let link = links::create(tx, &key, &caller, &email, &name, role)?;
        if mailed {
            links::mail(tx, &url, &caller, &link)?;
        }
        Ok::<_, Problem>(link.email)
    });
    match made.await {
        Ok(email) => {
            let how = match mailed {
                true => "A mail with the link is on its way.",
                false => "Please give them the link below.",
            };
            Ok(visit.done(HERE, &format!("{email} is invited. {how}")))
        }
        Err(problem) => again(&app, &visit, &inputs, Faults::of(problem)?).await,
    }
}

async fn again(app: &App, visit: &Visit, inputs: &Inputs, faults: Faults) -> Answer {
    let page = members(app, visit, &Inputs::default(), inputs, faults).await?;
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// `POST /desk/members/invitations/{uid}/revoke`.
async fn revoke(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let caller = visit.caller.clone();
    let link = app
        .store
        .write(move |tx| links::revoke(tx, &caller, uid))
        .await?;
    let words = format!("The invitation of {} is taken back.", link.email);
    Ok(visit.done(HERE, &words))
}

impl Page for Members {
    #[cfg(test)]
    fn sample() -> Members {
        let at = Moment::at(1_773_480_413_000_000);
        Members {
            frame: Frame::sample(),
            members: vec![Row {
                uid: "u".into(),
                name: "Anna <x>".into(),
                email: "anna@example.org".into(),
                role: "Owner",
                since: at.clone(),
                myself: true,
            }],
            invited: vec![Invited {
                uid: "u".into(),
                email: "<x>@example.org".into(),
                role: "Auditor",
                until: at,
                link: "https://ats.example/join/x".into(),
            }],
            pager: Pager::default(),
            changes: true,
            faults: Faults::one("email", "No <x>."),
            form: form(&Inputs::default(), &Faults::none()),
        }
    }
}
