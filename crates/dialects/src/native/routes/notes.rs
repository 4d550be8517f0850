//! Notes about a candidate: written down and listed.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::caller::Caller;
use hiring::id::Uuid;
use hiring::idempotency::{self, Answer};
use hiring::note::{self, Filter, NewNote as New};
use hiring::page::Side;
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use hiring::submission::{self, NewSubmission};
use hiring::{App, candidate, member};
use store::Tx;

use super::query::{self, Paging, Query};
use super::{changed, shown, uid};
use crate::body::Body;
use crate::files;
use crate::native::wire::{NewNote, answer};
use crate::native::{NAME, Native, auth, map};
use crate::{inbound, reply};

/// Write a note down
///
/// Nobody edits or removes it. Needs `write`.
#[utoipa::path(post, path = "/candidates/{id}/notes", tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate.")), request_body = NewNote,
    responses((status = 201, description = "The note.", body = answer::Note)))]
pub(in crate::native) async fn create_note(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let result = create(&app, &id, request).await;
    reply::send(&Native, &app, result)
}

async fn create(app: &App, id: &str, request: Request) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write).await?;
    let id = uid(id, Noun::Candidate)?;
    let request = inbound::read(request, inbound::SMALL).await?;
    request.require_json()?;
    let body = Body::read(request.body.clone(), |_| false)?;
    let new = NewNote::parse(&body)?;
    let sent = NewSubmission {
        uid: body.uid,
        dialect: NAME,
        route: "/candidates/{id}/notes",
        body: body.skeleton.clone(),
        files: Vec::new(),
        eeo: files::eeo_slots(&body),
        unmapped: Vec::new(),
    };
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                write_down(tx, &caller, id, &new, &sent)
            })
        })
        .await
}

fn write_down(
    tx: &mut Tx,
    caller: &Caller,
    id: Uuid,
    new: &NewNote,
    sent: &NewSubmission,
) -> Result<Answer> {
    let candidate = candidate::find_by_uid(tx, caller.org, id)?.id;
    let member = new
        .member
        .map(|uid| member::find_by_uid(tx, caller.org, uid).map_err(unknown_member))
        .transpose()?;
    let kept = submission::keep(tx, caller, sent)?;
    submission::settle(tx, caller.org, kept, Some(candidate), None, "noted")?;
    let new = New {
        candidate,
        member: member.map(|member| member.id),
        submission: Some(kept.id),
        kind: new.kind,
        subject: new.subject.clone(),
        body: Some(new.body.clone()),
        visibility: new.visibility,
    };
    changed(201, &map::note(&note::create(tx, caller, &new)?))
}

/// The body names them, not the address: 400, since the address is there.
fn unknown_member(problem: Problem) -> Problem {
    match problem {
        Problem::NotFound(Noun::Member) => Problem::invalid(
            "/member",
            FlawCode::UnknownReference,
            "there is no such member",
        ),
        other => other,
    }
}

/// List the notes about a candidate
#[utoipa::path(get, path = "/candidates/{id}/notes", tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate."), Paging),
    responses((status = 200, description = "Notes, oldest first.", body = answer::Page<answer::Note>)))]
pub(in crate::native) async fn list_notes(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list(&app, &id, request.headers(), query).await;
    reply::send(&Native, &app, result)
}

async fn list(app: &App, id: &str, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid(id, Noun::Candidate)?;
    let query = Query::read(query, &[])?;
    let (side, limit) = (Side::After(query.after()?), query.limit()?);
    app.store
        .read(move |r| {
            let filter = Filter {
                candidate: Some(candidate::find_by_uid(r, caller.org, id)?.id),
                ..Filter::default()
            };
            let mut rows = note::page(r, caller.org, side, &filter, limit + 1)?;
            let next = query::cut(&mut rows, limit, |note| note.id.0);
            let data = rows.iter().map(map::note).collect();
            Ok(reply::json(200, &shown(&answer::Page { data, next })?))
        })
        .await
}
