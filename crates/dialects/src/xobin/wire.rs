//! The vendor's bodies and queries, exactly as documented: names, types, what is required. No business.
//!
//! What judges a body is `wire/rules.rs`, by the tables of `wire/tables.rs`, which the OpenAPI document shows too; queries
//! are `wire/query.rs`. Here stands what a body is once it has passed.

mod entries;
pub(super) mod query;
pub(super) mod rules;
pub(super) mod tables;
mod written;

use hiring::problem::Result;

pub(super) use entries::Entry;
pub(super) use written::written;

use self::rules::{Judged, judge};
use crate::body::Body;

/// Body of `POST /tracks/<track_id>/applicants` (add-applicant page, "Parameters").
pub(super) struct AddApplicant {
    pub invite_applicant: bool,
    pub name: String,
    pub email: String,
    pub send_email: bool,
    pub email_message: Option<String>,
    pub destination_stage_id: Option<String>,
    pub fields: Vec<Entry>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

/// Body of `POST /tracks/invite` (invite page, "Parameters").
pub(super) struct Invite {
    pub name: String,
    pub email: String,
    pub track_id: i64,
    /// `sendlink` rather than `getlink`.
    pub send: bool,
    pub unknown: Vec<String>,
}

/// Body of `POST /tracks/application` (dialect page, §6, generation a).
pub(super) struct Apply {
    pub job_name: String,
    pub name: String,
    pub email: String,
    /// All of `fields`, name and email too: the track's form may ask for them.
    pub fields: Vec<Entry>,
    pub unknown: Vec<String>,
}

/// Body of `PATCH …/move`.
pub(super) struct Move {
    pub source_stage_id: String,
    pub destination_stage_id: String,
}

/// Body of `PATCH …/hire`, and of `PATCH …/reject`.
pub(super) struct Conclude {
    pub source_stage_id: Option<String>,
    pub send_email: bool,
    pub email_message: Option<String>,
}

/// Body of `PUT /tracks/candidate/advance` and of `PATCH /tracks/candidate/reject/<candidate_id>`.
pub(super) struct OfCandidate {
    pub track_id: i64,
    pub application_id: i64,
    /// `sendlink` rather than `getlink`.
    pub send: bool,
}

impl AddApplicant {
    pub(super) fn parse(body: &Body) -> Result<AddApplicant> {
        let judged = judge(body, tables::ADD)?;
        Ok(AddApplicant {
            invite_applicant: judged.flag("invite_applicant"),
            name: judged.required("name"),
            email: judged.required("email"),
            send_email: judged.flag("send_email"),
            email_message: judged.text("email_message"),
            destination_stage_id: judged.text("destination_stage_id"),
            unknown: judged.unknown(),
            fields: judged.entries,
        })
    }
}

impl Invite {
    pub(super) fn parse(body: &Body) -> Result<Invite> {
        let judged = judge(body, tables::INVITE)?;
        Ok(Invite {
            name: judged.required("candidate_name"),
            email: judged.required("candidate_email"),
            track_id: judged.number("track_id"),
            send: sends(&judged),
            unknown: judged.unknown(),
        })
    }
}

impl Apply {
    pub(super) fn parse(body: &Body) -> Result<Apply> {
        let judged = judge(body, tables::APPLY)?;
        let answer = |name| entries::text(&judged.entries, name).unwrap_or_default();
        Ok(Apply {
            job_name: judged.required("job_name"),
            name: answer("name"),
            email: answer("email"),
            unknown: judged.unknown(),
            fields: judged.entries,
        })
    }
}

impl Move {
    pub(super) fn parse(body: &Body) -> Result<Move> {
        let judged = judge(body, tables::MOVE)?;
        Ok(Move {
            source_stage_id: judged.required("source_stage_id"),
            destination_stage_id: judged.required("destination_stage_id"),
        })
    }
}

impl Conclude {
    pub(super) fn parse_hire(body: &Body) -> Result<Conclude> {
        Conclude::parse(&judge(body, tables::HIRE)?)
    }

    pub(super) fn parse_reject(body: &Body) -> Result<Conclude> {
        Conclude::parse(&judge(body, tables::REJECT)?)
    }

    fn parse(judged: &Judged<'_>) -> Result<Conclude> {
        Ok(Conclude {
            source_stage_id: judged.text("source_stage_id"),
            send_email: judged.flag("send_email"),
            email_message: judged.text("email_message"),
        })
    }
}

impl OfCandidate {
    pub(super) fn parse(body: &Body) -> Result<OfCandidate> {
        let judged = judge(body, tables::OF_CANDIDATE)?;
        Ok(OfCandidate {
            track_id: judged.number("track_id"),
            application_id: judged.number("application_id"),
            send: sends(&judged),
        })
    }
}

fn sends(judged: &Judged<'_>) -> bool {
    judged.text("invite_format").as_deref() == Some("sendlink")
}

#[cfg(test)]
mod tests;
