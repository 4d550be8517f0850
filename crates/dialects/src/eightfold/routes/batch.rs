//! `POST /…/batch-fetch`: up to a hundred things by their ids. Reads, though it is a POST. What is not there is left out.

use axum::extract::Request;
use hiring::App;
use hiring::caller::Caller;
use hiring::id::Uuid;
use hiring::problem::{Act, Result};
use serde_json::{Value, json};

use crate::body::Body;
use crate::eightfold::auth;
use crate::eightfold::scope::Scope;
use crate::eightfold::wire::command;
use crate::eightfold::wire::query::Query;
use crate::inbound;

/// What was asked, and by whom.
pub(super) struct Batch {
    pub caller: Caller,
    /// In the caller's order.
    pub ids: Vec<String>,
    pub query: Query,
}

pub(super) async fn read(app: &App, request: Request, scope: Scope) -> Result<Batch> {
    let caller = auth::caller(app, request.headers(), Act::Read, scope).await?;
    let query = Query::read(request.uri().query())?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let ids = command::batch(&Body::read(request.body, |_| false)?)?;
    Ok(Batch { caller, ids, query })
}

/// Those that are ids of ours at all, each once: the others are nobody's.
pub(super) fn uids(ids: &[String]) -> Vec<Uuid> {
    let mut uids = Vec::new();
    for uid in ids.iter().filter_map(|id| Uuid::try_parse(id).ok()) {
        if !uids.contains(&uid) {
            uids.push(uid);
        }
    }
    uids
}

/// What was found, as it is answered.
pub(super) fn found(data: Vec<Value>) -> Value {
    json!({"data": data, "meta": {"totalCount": data.len()}})
}
