//! Calls that change something and write no model: read, carried out once, kept for members to look at.

use axum::extract::Request;
use hiring::App;
use hiring::caller::Caller;
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, Result};
use serde_json::Value;
use store::Tx;

use crate::body::Body;
use crate::inbound::{self, Inbound};
use crate::merge::keep::{self, Entry};
use crate::merge::map::What;
use crate::merge::problem;
use crate::reply;

/// Carries out what a known caller asks for. `read` takes in what was sent; `work` does it, and may run again from the
/// start. Secrets in its answer are veiled, since the answer may be kept.
pub(super) async fn carry_out<B: Send + 'static>(
    app: &App,
    caller: Caller,
    request: Request,
    what: What,
    read: impl FnOnce(&Inbound, &mut Entry) -> Result<B>,
    work: impl Fn(&mut Tx, &Caller, &B) -> Result<Value> + Send + 'static,
) -> Result<Answer> {
    let mut entry = Entry::new(app, &what);
    let done = attempt(app, caller.clone(), request, what, &mut entry, read, work).await;
    if let Err(why) = &done {
        keep::refused(app, &caller, entry, why, problem::status(why)).await;
    }
    done
}

async fn attempt<B: Send + 'static>(
    app: &App,
    caller: Caller,
    request: Request,
    what: What,
    entry: &mut Entry,
    read: impl FnOnce(&Inbound, &mut Entry) -> Result<B>,
    work: impl Fn(&mut Tx, &Caller, &B) -> Result<Value> + Send + 'static,
) -> Result<Answer> {
    caller.require(Act::Write)?;
    let request = inbound::read(request, inbound::SMALL).await?;
    let said = read(&request, entry)?;
    let (key, entry) = (request.key.clone(), entry.clone());
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                let made = work(tx, &caller, &said)?;
                keep::kept(tx, &caller, &entry, what.status)?;
                Ok(reply::json(what.status, &made))
            })
        })
        .await
}

/// A `read` for calls with a JSON body.
pub(super) fn json<B>(
    parse: fn(&Body) -> Result<B>,
) -> impl FnOnce(&Inbound, &mut Entry) -> Result<B> {
    move |request, entry| {
        request.require_json()?;
        let body = Body::read(request.body.clone(), |_| false)?;
        entry.read(&body);
        parse(&body)
    }
}

/// A `read` for calls without one; whatever comes is not looked at.
pub(super) fn nothing(_: &Inbound, _: &mut Entry) -> Result<()> {
    Ok(())
}
