//! The handlers. Which address is whose stands in `document.rs`, from which the router is made.
//!
//! * candidates: `routes/create.rs`, `routes/read.rs` (one, lists), `routes/change.rs`, `routes/attach.rs` (files and
//!   résumés), `routes/notes.rs`, `routes/file.rs` (downloads)
//! * people: `routes/people.rs` (duplicates, persons, who was deleted)
//! * positions: `routes/positions.rs`, `routes/write_positions.rs`, `routes/locations.rs`

mod attach;
mod change;
mod create;
mod file;
mod locations;
mod notes;
mod people;
pub(super) mod positions;
mod read;
pub(super) mod views;
mod write_positions;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use hiring::App;
use hiring::id::{ApplicationId, JobId};
use hiring::problem::{FlawCode, Noun, Problem, Result};

use super::document;
use super::uid::{self, Kind};
use crate::{openapi, reply};

pub(super) use attach::{add_file, add_resume, files};
pub(super) use change::update_candidate;
pub(super) use create::create_candidate;
pub(super) use file::attachment;
pub(super) use locations::{location, locations};
pub(super) use notes::create_note;
pub(super) use people::{deleted_candidates, find_duplicates, person};
pub(super) use positions::{position, positions};
pub(super) use read::{candidate, candidates, position_candidates};
pub(super) use write_positions::{clone_position, create_position, update_position};

/// The operations of the document, and the spellings of addresses that the vendor's own pages have beside.
pub(super) fn routes() -> Router<App> {
    openapi::router(document::OPERATIONS)
        .route("/candidates/", post(create_candidate).get(candidates))
        .route("/positions/", post(create_position).get(positions))
}

pub(super) async fn document(headers: HeaderMap) -> Response {
    reply::document(&headers, document::text())
}

/// What stands in the path; nothing that is not even text is anybody's name.
type Uid = std::result::Result<Path<String>, PathRejection>;

fn in_path(uid: Uid) -> String {
    uid.map_or(String::new(), |Path(uid)| uid)
}

/// What a call without body says.
struct Head {
    headers: HeaderMap,
    query: String,
}

impl Head {
    fn of(request: &Request) -> Head {
        Head {
            headers: request.headers().clone(),
            query: request.uri().query().unwrap_or("").to_owned(),
        }
    }
}

/// The application that the path names: by its uid, or with `IDENTIFIER_TYPE: REAL_ID` by its number.
fn candidate_of(uid: &str, headers: &HeaderMap) -> Result<ApplicationId> {
    let id = match headers.get("identifier_type").map(|v| v.as_bytes()) {
        None => uid::read(Kind::Candidate, uid),
        Some(kind) if kind.eq_ignore_ascii_case(b"REAL_ID") => {
            let digits = uid.bytes().all(|b| b.is_ascii_digit());
            uid.parse().ok().filter(|_| digits)
        }
        Some(_) => {
            let detail = "IDENTIFIER_TYPE must be REAL_ID, or not be there";
            let at = "header:IDENTIFIER_TYPE";
            return Err(Problem::invalid(at, FlawCode::NotAChoice, detail));
        }
    };
    id.map(ApplicationId)
        .ok_or(Problem::NotFound(Noun::Application))
}

fn position_of(uid: &str) -> Result<JobId> {
    let id = uid::read(Kind::Position, uid).map(JobId);
    id.ok_or(Problem::NotFound(Noun::Job))
}
