//! The oldest generation: a track is named by its title, and failures have a shape of their own (dialect page, §6).

use axum::extract::{Request, State};
use axum::response::Response;
use hiring::App;
use hiring::application::NewApplication;
use hiring::caller::Caller;
use hiring::form::Filled;
use hiring::idempotency::Answer;
use hiring::job;
use hiring::problem::{Noun, Problem, Result};
use hiring::submission::NewSubmission;
use store::Tx;

use super::add::take_in;
use super::{Sent, Unread, once, unread};
use crate::xobin::map::{said, shown};
use crate::xobin::problem;
use crate::xobin::wire::Apply;
use crate::{delicate, reply};

pub(in super::super) async fn apply(State(app): State<App>, request: Request) -> Response {
    let result = apply_by_name(&app, request).await;
    reply::send_as(&app, result, problem::render_oldest)
}

async fn apply_by_name(app: &App, request: Request) -> Result<Answer> {
    let unread = unread(app, request).await?;
    let first = attempt(app, unread.clone(), &[]).await;
    match delicate::places(&first) {
        Some(places) => attempt(app, unread, &places).await,
        None => first,
    }
}

async fn attempt(app: &App, unread: Unread, delicate: &[String]) -> Result<Answer> {
    let Sent { caller, key, body } = unread.read(delicate)?;
    let wire = Apply::parse(&body)?;
    let kept = super::submission(body, "/tracks/application", &wire.unknown);
    once(app, caller, key, move |tx, caller| {
        open(tx, caller, &kept, &wire)
    })
    .await
}

fn open(tx: &mut Tx, caller: &Caller, kept: &NewSubmission, wire: &Apply) -> Result<Answer> {
    let job = job::look_up_title(tx, caller.org, &wire.job_name)?;
    let job = job.ok_or(Problem::NotFound(Noun::Job))?;
    let fields = job::fields(tx, caller.org, job.id)?;
    let Filled {
        answers,
        mut unmapped,
    } = said::answers(&wire.fields, &fields)?;
    let mut said = said::new_candidate(&wire.name, &wire.email, &answers, &fields);
    said::add_contacts(&mut said, &wire.fields, &mut unmapped);
    let mut kept = kept.clone();
    kept.unmapped.extend(unmapped);
    let new = NewApplication {
        source: said::SOURCE.into(),
        answers,
        ..NewApplication::default()
    };
    let (_, application) = take_in(tx, caller, &kept, &job, &said, &new)?;
    Ok(reply::json(200, &shown::applied(&application)))
}
