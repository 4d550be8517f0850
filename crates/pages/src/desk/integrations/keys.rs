//! Keys of the APIs: made, shown this once, revoked.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use hiring::id::{OrgId, Uuid};
use hiring::problem::Noun;
use hiring::{App, Problem, Result, api_key};
use store::Reader;

use super::HERE;
use crate::Site;
use crate::desk::form::Confirm;
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::page::Page;

/// What is shown once: a key, or a webhook's secret.
#[derive(Template)]
#[template(path = "desk/secret.html")]
pub(super) struct Shown {
    pub frame: Frame,
    pub title: String,
    /// What it is, and the text itself.
    pub secrets: Vec<(String, String)>,
    /// Something to copy and try.
    pub example: String,
    /// Where one goes on, and in which words.
    pub onward: (String, String),
}

/// `POST /desk/integrations/keys`: a key of the API `api`, called `name`.
pub(super) async fn make(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    inputs: Inputs,
) -> Answer {
    let named = |api: &&crate::docs::Spoken| api.guide.name == inputs.get("api");
    let Some(api) = site.apis.iter().find(named) else {
        return Err(Problem::NotFound(Noun::Route).into());
    };
    let name: String = inputs.get("name").chars().take(200).collect();
    if name.is_empty() {
        let words = "Nothing was made: say what the key is for, so that people know it again.";
        return Ok(visit.undone(HERE, words));
    }
    let (org, mint, of, inner) = (visit.org(), api.mint, api.guide.name.clone(), app.clone());
    let made = app.store.write(move |tx| mint(&of, tx, &inner, org, &name));
    let made = made.await?;
    let members = made.credentials.as_object().into_iter().flatten();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let secrets = members.map(|(name, value)| (name.replace('_', " "), text(value)));
    let page = Shown {
        frame: visit.frame(Section::Integrations),
        title: format!("A key of {}", api.guide.title),
        secrets: secrets.collect(),
        example: made.example,
        onward: (HERE.to_owned(), "I have it".to_owned()),
    };
    Ok(visit.page(&page))
}

fn name_of(r: &mut Reader, org: OrgId, uid: Uuid) -> Result<String> {
    let keys = api_key::list(r, org)?;
    let found = keys.into_iter().find(|key| key.uid == uid);
    found
        .map(|key| key.name)
        .ok_or(Problem::NotFound(Noun::ApiKey))
}

/// `GET /desk/integrations/keys/{uid}/revoke`: asks once more.
pub(super) async fn ask(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let org = visit.org();
    let name = app.store.read(move |r| name_of(r, org, uid)).await?;
    let page = Confirm {
        frame: visit.frame(Section::Integrations),
        title: format!("Revoke the key “{name}”?"),
        text: vec!["Whoever uses it is refused within a second. There is no way back: they would need another one.".into()],
        button: "Revoke it".into(),
        to: format!("{HERE}/keys/{uid}/revoke"),
        inputs: Vec::new(),
        back: HERE.into(),
    };
    Ok(visit.page(&page))
}

/// `POST /desk/integrations/keys/{uid}/revoke`.
pub(super) async fn revoke(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let org = visit.org();
    app.store
        .write(move |tx| api_key::revoke(tx, org, uid))
        .await?;
    Ok(visit.done(HERE, "The key was revoked."))
}

impl Page for Shown {
    #[cfg(test)]
    fn sample() -> Shown {
        Shown {
            frame: Frame::sample(),
            title: "A key of <x>".into(),
            secrets: vec![("api key".into(), "mus_<x>".into())],
            example: "curl https://muster.example.com/api/v1/jobs".into(),
            onward: (HERE.into(), "I have it".into()),
        }
    }
}
