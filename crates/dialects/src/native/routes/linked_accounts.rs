//! Linked accounts: listed, read, and what they require changed. Making one is the business of the dialect they are for.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::candidate::Side;
use hiring::destination;
use hiring::id::OrgId;
use hiring::idempotency::Answer;
use hiring::linked_account::{self, LinkedAccount, SettingsEdit};
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use store::Reader;

use super::query::{self, Paging, Query};
use super::{shown, uid};
use crate::body::Body;
use crate::native::wire::{LinkedAccountEdit, answer};
use crate::native::{Native, auth, map};
use crate::{inbound, reply};

/// List the linked accounts
#[utoipa::path(get, path = "/linked-accounts", tag = "linked accounts", params(Paging),
    responses((status = 200, description = "Linked accounts, oldest first.", body = answer::Page<answer::LinkedAccount>)))]
pub(in crate::native) async fn list_linked_accounts(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = list(&app, request.headers(), request.uri().query().unwrap_or("")).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = Query::read(query, &[])?;
    let (after, limit) = (query.after()?, query.limit()?);
    app.store
        .read(move |r| {
            let mut rows = linked_account::list(r, caller.org, Side::After(after), limit + 1)?;
            let next = query::cut(&mut rows, limit, |account| account.id.0);
            let data = rows.iter().map(|row| in_full(r, caller.org, row));
            let data = data.collect::<Result<_>>()?;
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}

/// Read a linked account
#[utoipa::path(get, path = "/linked-accounts/{id}", tag = "linked accounts",
    params(("id" = Uuid, Path, description = "The linked account.")),
    responses((status = 200, description = "The linked account.", body = answer::LinkedAccount)))]
pub(in crate::native) async fn get_linked_account(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let result = one(&app, &id, &headers).await;
    reply::send(&Native, &app, result)
}

async fn one(app: &App, id: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::LinkedAccount)?;
    app.store
        .read(move |r| {
            let account = linked_account::find(r, caller.org, id)?;
            Ok(reply::json(
                200,
                &shown(&in_full(r, caller.org, &account)?)?,
            ))
        })
        .await
}

fn in_full(r: &mut Reader, org: OrgId, of: &LinkedAccount) -> Result<answer::LinkedAccount> {
    let mut shown = map::linked_account(of);
    if let Some(to) = of.destination {
        shown.destination = Some(destination::by_id(r, org, to)?.uid);
    }
    Ok(shown)
}

/// The body names the destination, not the address.
fn unknown(problem: Problem) -> Problem {
    match problem {
        Problem::NotFound(Noun::Destination) => Problem::invalid(
            "/destination",
            FlawCode::UnknownReference,
            "there is no such destination",
        ),
        other => other,
    }
}

/// Change what a linked account requires, and where it is carried
///
/// Needs `write`.
#[utoipa::path(patch, path = "/linked-accounts/{id}", tag = "linked accounts",
    params(("id" = Uuid, Path, description = "The linked account.")), request_body = LinkedAccountEdit,
    responses((status = 200, description = "The linked account as it is now.", body = answer::LinkedAccount)))]
pub(in crate::native) async fn change_linked_account(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = change(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn change(app: &App, id: &str, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let id = uid(id, Noun::LinkedAccount)?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let sent = LinkedAccountEdit::parse(&body, &crate::writable())?;
    let edit = SettingsEdit {
        requires: sent.requires,
        scopes: Vec::new(),
    };
    let to = sent.destination;
    let changed = app.store.write(move |tx| {
        let mut account = linked_account::change_settings(tx, &caller, id, &edit)?;
        if let Some(to) = to {
            let set = linked_account::set_destination(tx, &caller, id, to);
            account = set.map_err(unknown)?;
        }
        let answer = in_full(tx, caller.org, &account)?;
        Ok::<_, Problem>(reply::json(200, &shown(&answer)?))
    });
    let answer = changed.await?;
    app.forget_account(id);
    Ok(answer)
}
