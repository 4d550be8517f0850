//! Users: the members of the organization. `GET /users`, `GET /users/{id}`.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::idempotency::Answer;
use hiring::member::{self, Filter, Member};
use hiring::problem::{Noun, Result};
use hiring::text::{self, email_key};
use store::Reader;

use super::id_of;
use super::list::{self, Asked};
use crate::merge::map;
use crate::merge::wire::{CommonQuery, one as value};

const MODEL: &str = "RemoteUser";

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    list::answer(app, request, MODEL, list_page).await
}

async fn list_page(app: App, asked: Asked) -> Result<Answer> {
    let (lens, org) = (asked.lens, asked.caller.org);
    let filter = Filter {
        // What is no address is nobody's; it is no fault.
        email_key: value(&asked.pairs, "email")
            .map(|email| email_key(&email).unwrap_or_else(|| text::key(&email))),
        span: asked.query.span,
        present: false,
    };
    let read = move |r: &mut Reader, side, limit| member::page(r, org, side, &filter, limit);
    let show = move |_: &mut Reader, members: &[Member], _: &CommonQuery| {
        Ok(members.iter().map(|m| map::user(&lens, m)).collect())
    };
    list::page(app, asked.query, |m: &Member| m.id.0, read, show).await
}

pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let find = |app: App, asked: Asked| async move {
        let (id, org) = (id_of(&id, Noun::Member)?, asked.caller.org);
        let find = move |r: &mut Reader| {
            let member = member::find_by_uid(r, org, id)?;
            Ok(map::user(&asked.lens, &member))
        };
        list::one(app, find).await
    };
    list::answer(app, request, MODEL, find).await
}
