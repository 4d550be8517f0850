//! The first run: an organization and its first owner, for whoever knows the code that the terminal shows. There is no such
//! page once somebody can sign in.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Extension;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hiring::setup::{self, First, Wanted};
use hiring::{App, Problem, Result, member};
use store::Reader;

use crate::desk::form::{Faults, Field};
use crate::desk::sign_in;
use crate::desk::visit::{Answer, Inputs};
use crate::page::{self, Area, Page};
use crate::{Site, guard, origin};

#[derive(Template)]
#[template(path = "setup.html")]
pub(crate) struct Setup {
    faults: Faults,
    fields: Vec<Field>,
    /// Whether there is no organization yet.
    first: bool,
}

/// Whether there is nothing yet, so that whoever comes to the desk is led here.
pub(crate) async fn is_wanted(app: &App) -> bool {
    let wanted = app.store.read(setup::wanted).await;
    matches!(wanted.as_deref(), Ok([Wanted::Organization]))
}

/// To this page.
pub(crate) fn lead() -> Response {
    let to = HeaderValue::from_static("/setup");
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    page::dress(Area::Desk, response)
}

/// `GET /setup`.
pub(crate) async fn show(State(app): State<App>) -> Answer {
    Ok(match first(&app).await? {
        Some(first) => {
            let page = Setup::new(first, &Inputs::default(), Faults::none());
            page::html(Area::Desk, StatusCode::OK, &page)
        }
        None => sign_in::home(),
    })
}

/// Whether an organization is to be made; `None`: nothing is to be set up.
async fn first(app: &App) -> Result<Option<bool>> {
    let wanted = app.store.read(setup::wanted).await?;
    Ok(match wanted.as_slice() {
        [] => None,
        [Wanted::Organization] => Some(true),
        _ => Some(false),
    })
}

/// `POST /setup`.
pub(crate) async fn make(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    if !origin::is_ours(&parts.headers, &app.settings.public_url) {
        return Ok(sign_in::foreign());
    }
    let Some(first) = first(&app).await? else {
        return Ok(sign_in::home());
    };
    let inputs = Request::from_parts(parts.clone(), body);
    let inputs = Inputs::from_request(inputs, &app).await?;
    let place = guard::place(&parts.headers, &parts.extensions);
    // By place, and of all together: there are 60 bits to guess.
    for key in [place.as_str(), "everybody"] {
        if let Some(wait) = site.setups.wait(key, Instant::now()) {
            return Ok(sign_in::wait_a_while(wait));
        }
    }
    let code = inputs.get("code").to_owned();
    let (key, typed) = (app.key.clone(), code.clone());
    let opened = move |r: &mut Reader| setup::opened(r, &key, &typed);
    let Some(wanted) = app.store.read(opened).await? else {
        let _ = site.setups.count(&place, Instant::now());
        let _ = site.setups.count("everybody", Instant::now());
        tracing::info!("a set-up with a wrong code was refused");
        let faults = Faults::one("code", "This is not the code that the terminal shows.");
        return Ok(again(first, &inputs, faults));
    };
    let organization = match &wanted {
        Wanted::Organization => inputs.get("organization").to_owned(),
        Wanted::Member(organization) => organization.name.clone(),
    };
    let faults = judge(&organization, &inputs)?;
    if !faults.is_empty() {
        return Ok(again(first, &inputs, faults));
    }
    let password = inputs.raw("password").to_owned();
    let hashed = tokio::task::spawn_blocking(move || member::hash_password(&password));
    let new = First {
        organization,
        name: inputs.get("name").to_owned(),
        email: inputs.get("email").to_owned(),
        password_hash: hashed.await.map_err(Problem::broken)??,
    };
    let key = app.key.clone();
    let made = app
        .store
        .write(move |tx| setup::found(tx, &key, &code, &new));
    match made.await {
        Ok(member) => {
            tracing::info!(member = %member.id, "set up");
            Ok(sign_in::begin(&app, &parts, member, "/desk").await)
        }
        // Somebody else used the code meanwhile.
        Err(Problem::NotFound(_)) => Ok(sign_in::home()),
        Err(problem) => Ok(again(first, &inputs, Faults::of(problem)?)),
    }
}

/// What is wrong with what was typed.
fn judge(organization: &str, inputs: &Inputs) -> Result<Faults> {
    let mut faults = Faults::none();
    if organization.trim().is_empty() {
        faults.add(
            "organization",
            "Please say what the organization is called.",
        );
    }
    if inputs.get("name").is_empty() {
        faults.add("name", "Please say what you are called.");
    }
    let email = inputs.get("email");
    if hiring::text::email_key(email).is_none() {
        faults.add("email", "This is not an e-mail address.");
    }
    let about = [organization, inputs.get("name")];
    if let Err(problem) = member::judge_password(inputs.raw("password"), email, &about) {
        let of_password = Faults::of(problem)?;
        faults.add("password", of_password.at("password"));
    }
    Ok(faults)
}

fn again(first: bool, inputs: &Inputs, faults: Faults) -> Response {
    let page = Setup::new(first, inputs, faults);
    page::html(Area::Desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

impl Setup {
    fn new(first: bool, inputs: &Inputs, faults: Faults) -> Setup {
        let mut fields = vec![
            Field::text("code", "Code")
                .help("The terminal in which the server runs shows it, such as ABCD-EFGH-JKLM.")
                .value(inputs.get("code"))
                .most(40)
                .needed()
                .with(&faults),
        ];
        if first {
            fields.push(
                Field::text("organization", "Organization")
                    .help("As applicants know it. It can be changed later.")
                    .value(inputs.get("organization"))
                    .filled("organization")
                    .most(200)
                    .needed()
                    .with(&faults),
            );
        }
        fields.extend(person(inputs, &faults, true));
        Setup {
            faults,
            fields,
            first,
        }
    }
}

/// Who somebody is, and the password that they choose; with or without the address.
pub(crate) fn person(inputs: &Inputs, faults: &Faults, address: bool) -> Vec<Field> {
    let mut fields = vec![
        Field::text("name", "Your name")
            .value(inputs.get("name"))
            .filled("name")
            .most(200)
            .needed()
            .with(faults),
    ];
    if address {
        let email = Field::email("email", "Your e-mail address").help("With it you sign in.");
        let email = email.value(inputs.get("email")).filled("username");
        fields.push(email.needed().with(faults));
    }
    fields.push(password("password", "A password").with(faults));
    fields
}

/// The input for a password that is being chosen.
pub(crate) fn password(name: &str, label: &str) -> Field {
    Field::password(name, label, "new-password")
        .help("At least 12 characters. A few words that do not belong together are easy to keep in mind and hard to guess.")
        .most(200)
        .needed()
}

impl Page for Setup {
    #[cfg(test)]
    fn sample() -> Setup {
        Setup::new(
            true,
            &Inputs::default(),
            Faults::one("name", "Please say <x>."),
        )
    }
}
