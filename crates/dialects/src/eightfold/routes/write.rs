//! Writing an ATS candidate. POST creates, or overwrites what the same record said before; PUT overwrites it and takes back
//! what is sent empty; PATCH changes only what is sent. Whatever anybody else said of the person stays.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::caller::Caller;
use hiring::candidate::{self, Amendment, NewCandidate, Outcome, Taken};
use hiring::idempotency::{self, Answer};
use hiring::problem::{Act, Noun, Problem, Result};
use hiring::record::{How, Said};
use hiring::submission::{self, Kept};
use serde_json::json;
use store::Tx;

use super::letter::{self, Parcel};
use super::{jobs, whose};
use crate::eightfold::map::{applications, said};
use crate::eightfold::wire::query::Query;
use crate::eightfold::wire::{self, AtsCandidate, Way};
use crate::eightfold::{Eightfold, auth, scope};
use crate::{inbound, reply};

/// The status of a create is not documented, and nothing speaks for 201 (the dialect's page, §4).
pub(super) const WRITTEN: u16 = 200;

type In<T> = Result<Path<T>, PathRejection>;

pub(in crate::eightfold) async fn create(
    State(app): State<App>,
    path: In<String>,
    request: Request,
) -> Response {
    let way = path.ok().map(|Path(system)| Way::Create(system));
    let result = write(&app, way, request, "/ats-systems/{systemId}/ats-candidates").await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn replace(
    State(app): State<App>,
    path: In<(String, String)>,
    request: Request,
) -> Response {
    let way = path.ok().map(|Path((system, id))| Way::Replace(system, id));
    let result = write(&app, way, request, ONE).await;
    reply::send(&Eightfold, &app, result)
}

pub(in crate::eightfold) async fn amend(
    State(app): State<App>,
    path: In<(String, String)>,
    request: Request,
) -> Response {
    let way = path.ok().map(|Path((system, id))| Way::Amend(system, id));
    let result = write(&app, way, request, ONE).await;
    reply::send(&Eightfold, &app, result)
}

const ONE: &str = "/ats-systems/{systemId}/ats-candidates/{candidateId}";

async fn write(
    app: &App,
    way: Option<Way>,
    request: Request,
    route: &'static str,
) -> Result<Answer> {
    let caller = auth::caller(app, request.headers(), Act::Write, scope::CANDIDATE_WRITE).await?;
    let way = way.ok_or(Problem::NotFound(Noun::Candidate))?;
    let (Way::Create(system) | Way::Replace(system, _) | Way::Amend(system, _)) = &way else {
        return Err(Problem::broken("no write of an ATS candidate"));
    };
    let system = wire::system(system)?;
    Query::read(request.uri().query())?.check_refresh()?;
    let request = inbound::read(request, inbound::LARGE).await?;
    request.require_json()?;
    let letter = letter::read(request.body.clone(), way.clone()).await?;
    let unknown = letter.wire.unknown.clone();
    let parcel = letter.store(app, &caller, route, unknown).await?;
    let key = request.key.clone();
    app.store
        .write(move |tx| {
            idempotency::once(tx, &caller, key.as_ref(), |tx| {
                take_in(tx, &caller, &system, &way, &parcel)
            })
        })
        .await
}

/// Keeps the submission, finds or makes the person, and opens their applications. What is not newer than what the
/// record said before is kept and changes nothing; the transaction then says `PASS_SKIPPED`.
fn take_in(
    tx: &mut Tx,
    caller: &Caller,
    system: &str,
    way: &Way,
    parcel: &Parcel<AtsCandidate>,
) -> Result<Answer> {
    let entries = applications::entries(&parcel.wire.members);
    let jobs = jobs::resolve(tx, caller.org, system, &entries)?;
    let kept = parcel.keep(tx, caller, jobs.unknown.clone())?;
    let id = &parcel.wire.candidate_id;
    let taken = match way {
        Way::Create(_) => {
            let said = said::said(&parcel.wire.members);
            renew(tx, caller, system, parcel, (said, kept))?
        }
        Way::Replace(..) => {
            whose::find(tx, caller.org, system, id)?;
            submission::name(tx, caller.org, kept, id)?;
            let mut said = said::changes(&parcel.wire.members, &parcel.wire.empty);
            said.retain(|_, value| !value.is_null());
            renew(tx, caller, system, parcel, (said, kept))?
        }
        _ => {
            submission::name(tx, caller.org, kept, id)?;
            change(tx, caller, system, parcel, kept)?
        }
    };
    let application = match taken.outcome {
        Outcome::Stale => None,
        _ => jobs::apply(tx, caller, &taken.candidate, &jobs.named)?,
    };
    submission::settle(
        tx,
        caller.org,
        kept,
        Some(taken.candidate.id),
        application,
        taken.outcome.word(),
    )?;
    // The page's text says the candidate's id comes back, the catalogue's schema that a transaction's does.
    let body = json!({"transactionId": kept.uid, "candidateId": id});
    Ok(reply::json(WRITTEN, &body))
}

/// The foreign record says what is `said`, and nothing else.
fn renew(
    tx: &mut Tx,
    caller: &Caller,
    system: &str,
    parcel: &Parcel<AtsCandidate>,
    (said, kept): (Said, Kept),
) -> Result<Taken> {
    let wire = &parcel.wire;
    let foreign = whose::record(tx, caller.org, system, &wire.candidate_id)?;
    let scope = whose::scope(&foreign);
    let new = NewCandidate {
        said,
        foreign_ids: vec![foreign],
        how: How::Renew {
            at: micros(wire).unwrap_or(tx.now()),
            scope: scope.clone(),
        },
        attachments: parcel.attachments_of(&scope),
    };
    candidate::take_in(tx, caller, kept, &new)
}

/// The foreign record says what it said, but for what the body says otherwise.
fn change(
    tx: &mut Tx,
    caller: &Caller,
    system: &str,
    parcel: &Parcel<AtsCandidate>,
    kept: Kept,
) -> Result<Taken> {
    let wire = &parcel.wire;
    let person = whose::find(tx, caller.org, system, &wire.candidate_id)?;
    let foreign = whose::record(tx, caller.org, system, &wire.candidate_id)?;
    let scope = whose::scope(&foreign);
    let change = Amendment {
        at: micros(wire),
        said: said::changes(&wire.members, &wire.empty),
        attachments: parcel.attachments_of(&scope),
        scope,
    };
    candidate::amend(tx, caller, kept, person.id, &change)
}

/// `lastActivityTs`, µs.
fn micros(wire: &AtsCandidate) -> Option<i64> {
    wire.last_activity.map(|s| i64::from(s) * 1_000_000)
}
