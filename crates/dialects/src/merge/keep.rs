//! Requests that want to change something, kept for members to look at (`/desk/logs/{uid}`, which `dashboard_view` names).
//!
//! One that was done is kept in its own transaction, one that was refused in a small one of its own. To keep one never
//! changes an answer: where that fails, it is only logged.

use hiring::App;
use hiring::caller::Caller;
use hiring::id::{Uuid, new_uid};
use hiring::job;
use hiring::problem::{Clash, Problem, Result};
use hiring::request::{self, NewRequest, Remark};
use store::Tx;

use super::NAME;
use super::map::{What, question_id};
use crate::body::Body;
use crate::delicate;
use crate::remarks::remarks;

/// A request on its way, as it will be kept.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its outside name: the body's, once that was read.
    pub uid: Uuid,
    method: &'static str,
    route: &'static str,
    /// The body with its slots not filled.
    body: Option<String>,
    /// Whether the operator keeps any.
    wanted: bool,
}

impl Entry {
    /// A request of which no body was read yet.
    pub(super) fn new(app: &App, what: &What) -> Entry {
        Entry {
            uid: new_uid(),
            method: what.method,
            route: what.route,
            body: None,
            wanted: app.settings.keep_requests > 0,
        }
    }

    /// With the body that was read.
    pub(super) fn read(&mut self, body: &Body) {
        self.uid = body.uid;
        self.body = self.wanted.then(|| body.skeleton.clone());
    }

    /// Without its body, which its submission keeps.
    pub(super) fn submitted(mut self) -> Entry {
        self.body = None;
        self
    }
}

/// Keeps a request that was done, in the transaction that did it.
pub(super) fn kept(tx: &mut Tx, caller: &Caller, entry: &Entry, status: u16) -> Result<()> {
    if !entry.wanted {
        return Ok(());
    }
    request::keep(tx, caller, &entry.with(status, Vec::new()))
}

/// Keeps a request that was refused with `status`. Not one that came too often or at a bad time: it is sent again.
pub(super) async fn refused(app: &App, caller: &Caller, entry: Entry, why: &Problem, status: u16) {
    let later = matches!(
        why,
        Problem::TooMany { .. }
            | Problem::Overloaded { .. }
            | Problem::Conflict(Clash::KeyInFlight)
    );
    if later || !entry.wanted {
        return;
    }
    let (caller, new) = (caller.clone(), entry.with(status, remarks(why)));
    let kept = app.store.write(move |tx| {
        let body = new.body.clone().map(|body| covered(tx, &caller, body));
        let body = body.transpose()?;
        request::keep(
            tx,
            &caller,
            &NewRequest {
                body,
                ..new.clone()
            },
        )
    });
    let kept = kept.await;
    if let Err(problem) = kept {
        tracing::warn!(?problem, "a refused request was not kept");
    }
}

/// The body without the answers to equal-opportunity questions of the organization's forms: one that was refused before
/// its form was looked at has them in the open.
fn covered(tx: &mut Tx, caller: &Caller, body: String) -> Result<String> {
    if !body.contains("question") {
        return Ok(body);
    }
    let delicate = job::delicate_fields(tx, caller.org)?;
    let ids = delicate
        .iter()
        .map(|(job, field)| question_id(*job, &field.name));
    let mut value = serde_json::from_str(&body).unwrap_or_default();
    match delicate::cover(&mut value, &ids.collect()) {
        true => Ok(value.to_string()),
        false => Ok(body),
    }
}

impl Entry {
    fn with(&self, status: u16, remarks: Vec<Remark>) -> NewRequest {
        NewRequest {
            uid: self.uid,
            dialect: NAME,
            method: self.method,
            route: self.route,
            status,
            body: self.body.clone(),
            remarks,
        }
    }
}
