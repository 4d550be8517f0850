//! The table: every method of every address, its handler, what it is sent and what it answers.

use axum::routing::{delete, get, patch, post, put};
use serde_json::{Value, json};

use super::{page_of, page_of_named};
use crate::eightfold::routes::{
    applications, around, notes, positions, profiles, read, token, transactions, write,
};
use crate::eightfold::wire::command::NOTE_TYPES;
use crate::eightfold::wire::query::{MOST, MOST_IDS};
use crate::eightfold::wire::schema;
use crate::eightfold::wire::tables::{ATTACHMENT, Kind, STATUSES};
use crate::openapi::{Answer, Content, Operation, none, query, reference};

/// Every operation.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "POST",
        path: "/oauth/v1/authenticate",
        id: "authenticate",
        about: "Ask for an access token",
        handler: || post(token::authenticate),
        parameters: none,
        body: Some(token_body),
        answers: &[Answer {
            status: 200,
            about: "A token, in both forms that clients read.",
            content: Content::Json(|| reference("Token")),
        }],
        open: true,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/ats-systems/{systemId}/ats-candidates",
        id: "list_ats_candidates",
        about: "A page of people as this system's candidates",
        handler: || get(read::candidates),
        parameters: people,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Candidate")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/ats-systems/{systemId}/ats-candidates",
        id: "create_ats_candidate",
        about: "Create an ATS candidate, or overwrite it",
        handler: || post(write::create),
        parameters: none,
        body: Some(candidate_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("Written")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/ats-systems/{systemId}/ats-candidates/{candidateId}",
        id: "get_ats_candidate",
        about: "One ATS candidate",
        handler: || get(read::candidate),
        parameters: shown,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The candidate.",
            content: Content::Json(|| reference("Candidate")),
        }],
        open: false,
    },
    Operation {
        method: "PUT",
        path: "/api/v2/core/ats-systems/{systemId}/ats-candidates/{candidateId}",
        id: "replace_ats_candidate",
        about: "Overwrite an ATS candidate",
        handler: || put(write::replace),
        parameters: refresh,
        body: Some(replace_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("Written")),
        }],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/core/ats-systems/{systemId}/ats-candidates/{candidateId}",
        id: "amend_ats_candidate",
        about: "Change some of an ATS candidate",
        handler: || patch(write::amend),
        parameters: none,
        body: Some(amend_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("Written")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/transactions/{transactionId}",
        id: "get_transaction",
        about: "What came of a write, for three days",
        handler: || get(transactions::one),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "What came of it.",
            content: Content::Json(|| reference("Transaction")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/ats-systems/{systemId}/ats-positions",
        id: "list_ats_positions",
        about: "A page of jobs as this system's positions",
        handler: || get(positions::list),
        parameters: part,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Position")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/ats-systems/{systemId}/ats-positions",
        id: "create_ats_position",
        about: "Create a position, or overwrite it",
        handler: || post(positions::create),
        parameters: none,
        body: Some(position_body),
        answers: &[Answer {
            status: 200,
            about: "The position.",
            content: Content::Json(|| reference("Position")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/ats-systems/{systemId}/ats-positions/{atsPositionId}",
        id: "get_ats_position",
        about: "One position",
        handler: || get(positions::one),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The position.",
            content: Content::Json(|| reference("Position")),
        }],
        open: false,
    },
    Operation {
        method: "PUT",
        path: "/api/v2/core/ats-systems/{systemId}/ats-positions/{atsPositionId}",
        id: "replace_ats_position",
        about: "Overwrite a position",
        handler: || put(positions::replace),
        parameters: none,
        body: Some(position_replace_body),
        answers: &[Answer {
            status: 200,
            about: "The position.",
            content: Content::Json(|| reference("Position")),
        }],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/core/ats-systems/{systemId}/ats-positions/{atsPositionId}",
        id: "amend_ats_position",
        about: "Change some of a position",
        handler: || patch(positions::amend),
        parameters: none,
        body: Some(position_amend_body),
        answers: &[Answer {
            status: 200,
            about: "The position.",
            content: Content::Json(|| reference("Position")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/ats-systems/{systemId}/ats-positions/{atsPositionId}/attachments",
        id: "attach_to_ats_position",
        about: "Put files on a position",
        handler: || post(positions::attach),
        parameters: none,
        body: Some(files_body),
        answers: &[Answer {
            status: 200,
            about: "The position.",
            content: Content::Json(|| reference("Position")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/positions/batch-fetch",
        id: "fetch_positions",
        about: "Positions by their ids",
        handler: || post(positions::batch_fetch),
        parameters: none,
        body: Some(batch_body),
        answers: &[Answer {
            status: 200,
            about: "Those that are there.",
            content: Content::Json(|| page_of_named("Position")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/position/{positionId}/applicants",
        id: "list_applicants",
        about: "Who has applied for a position",
        handler: || get(profiles::applicants),
        parameters: shown_part,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Profile")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/positions/{positionId}/matched-candidates",
        id: "list_matched_candidates",
        about: "Nobody: this server does not match",
        handler: || get(profiles::matched_candidates),
        parameters: part,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Profile")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profiles",
        id: "list_profiles",
        about: "A page of profiles",
        handler: || get(profiles::list),
        parameters: profiles_query,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Profile")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profiles",
        id: "create_profile",
        about: "Create a profile, or add to the person of the same e-mail address",
        handler: || post(profiles::create),
        parameters: none,
        body: Some(profile_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("ProfileWritten")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profiles/batch-fetch",
        id: "fetch_profiles",
        about: "Profiles by their ids",
        handler: || post(profiles::batch_fetch),
        parameters: shown,
        body: Some(batch_body),
        answers: &[Answer {
            status: 200,
            about: "Those that are there.",
            content: Content::Json(|| page_of_named("Profile")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profiles/{profileId}",
        id: "get_profile",
        about: "One profile",
        handler: || get(profiles::one),
        parameters: shown,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The profile.",
            content: Content::Json(|| reference("Profile")),
        }],
        open: false,
    },
    Operation {
        method: "PUT",
        path: "/api/v2/core/profiles/{profileId}",
        id: "replace_profile",
        about: "Replace what is sent",
        handler: || put(profiles::replace),
        parameters: none,
        body: Some(profile_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("ProfileWritten")),
        }],
        open: false,
    },
    Operation {
        method: "PATCH",
        path: "/api/v2/core/profiles/{profileId}",
        id: "amend_profile",
        about: "Replace what is sent; nothing is required",
        handler: || patch(profiles::amend),
        parameters: none,
        body: Some(profile_amend_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("ProfileWritten")),
        }],
        open: false,
    },
    Operation {
        method: "DELETE",
        path: "/api/v2/core/profiles/{profileId}",
        id: "delete_profile",
        about: "Show a person no more",
        handler: || delete(profiles::remove),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("ProfileWritten")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profiles/{profileId}/attachments/{attachmentId}",
        id: "get_profile_attachment",
        about: "A file",
        handler: || get(profiles::attachment),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "Its bytes.",
            content: Content::File,
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profiles/{profileId}/application/stages",
        id: "advance_application",
        about: "Move an application to a stage; open it where there is none",
        handler: || post(applications::advance),
        parameters: none,
        body: Some(stage_body),
        answers: &[Answer {
            status: 200,
            about: "Done.",
            content: Content::Json(|| reference("Message")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profiles/{profileId}/matched-positions",
        id: "list_matched_positions",
        about: "Nothing: this server does not match",
        handler: || get(profiles::matched_positions),
        parameters: part,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Position")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-applications",
        id: "list_applications",
        about: "A page of applications",
        handler: || get(applications::list),
        parameters: applications_query,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Application")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-applications/{applicationId}",
        id: "get_application",
        about: "One application",
        handler: || get(applications::one),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The application.",
            content: Content::Json(|| reference("Application")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profile-applications/batch-fetch",
        id: "fetch_applications",
        about: "Applications by their ids",
        handler: || post(applications::batch_fetch),
        parameters: none,
        body: Some(batch_body),
        answers: &[Answer {
            status: 200,
            about: "Those that are there.",
            content: Content::Json(|| page_of_named("Application")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-notes",
        id: "list_notes",
        about: "A page of notes",
        handler: || get(notes::list),
        parameters: of_profile,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Note")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profile-notes",
        id: "create_note",
        about: "Write a note about a person",
        handler: || post(notes::create),
        parameters: none,
        body: Some(note_body),
        answers: &[Answer {
            status: 200,
            about: "The note.",
            content: Content::Json(|| reference("Note")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-notes/{noteId}",
        id: "get_note",
        about: "One note",
        handler: || get(notes::one),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The note.",
            content: Content::Json(|| reference("Note")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profile-notes/batch-fetch",
        id: "fetch_notes",
        about: "Notes by their ids",
        handler: || post(notes::batch_fetch),
        parameters: none,
        body: Some(batch_body),
        answers: &[Answer {
            status: 200,
            about: "Those that are there.",
            content: Content::Json(|| page_of_named("Note")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-tags",
        id: "list_tags",
        about: "A page of tags",
        handler: || get(around::tags),
        parameters: of_profile,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Tag")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-tags/{tagId}",
        id: "get_tag",
        about: "One tag",
        handler: || get(around::tag),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The tag.",
            content: Content::Json(|| reference("Tag")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profile-tags/batch-fetch",
        id: "fetch_tags",
        about: "Tags by their ids",
        handler: || post(around::batch_tags),
        parameters: none,
        body: Some(batch_body),
        answers: &[Answer {
            status: 200,
            about: "Those that are there.",
            content: Content::Json(|| page_of_named("Tag")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-feedbacks",
        id: "list_feedbacks",
        about: "A page of feedbacks",
        handler: || get(around::feedbacks),
        parameters: of_profile,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page.",
            content: Content::Json(|| page_of_named("Feedback")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/profile-feedbacks/{feedbackId}",
        id: "get_feedback",
        about: "One feedback",
        handler: || get(around::feedback),
        parameters: none,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The feedback.",
            content: Content::Json(|| reference("Feedback")),
        }],
        open: false,
    },
    Operation {
        method: "POST",
        path: "/api/v2/core/profile-feedbacks/batch-fetch",
        id: "fetch_feedbacks",
        about: "Feedbacks by their ids",
        handler: || post(around::batch_feedbacks),
        parameters: none,
        body: Some(batch_body),
        answers: &[Answer {
            status: 200,
            about: "Those that are there.",
            content: Content::Json(|| page_of_named("Feedback")),
        }],
        open: false,
    },
    Operation {
        method: "GET",
        path: "/api/v2/core/changelog/{entityType}",
        id: "list_changes",
        about: "Ids of what changed within some hours",
        handler: || get(around::changelog),
        parameters: changes_query,
        body: None,
        answers: &[Answer {
            status: 200,
            about: "A page of ids.",
            content: Content::Json(|| page_of(json!({"type": "string", "format": "uuid"}))),
        }],
        open: false,
    },
];

fn text() -> Value {
    json!({"type": "string"})
}

fn part() -> Vec<Value> {
    part_of(MOST)
}

fn part_of(most: i64) -> Vec<Value> {
    let start = json!({"type": "integer", "minimum": 0, "maximum": i32::MAX});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": most});
    vec![
        query("start", "Records passed over.", start),
        query("limit", "Records shown.", limit),
    ]
}

fn shown() -> Vec<Value> {
    vec![
        query(
            "include",
            "A comma list of what is shown beside the usual: applications, notes, tags, resume, photo, attachments.",
            text(),
        ),
        query("exclude", "A comma list of what is left out.", text()),
    ]
}

fn shown_part() -> Vec<Value> {
    [part(), shown()].concat()
}

fn people() -> Vec<Value> {
    let filters = vec![
        query(
            "query",
            "Words of the name or an address; * at an end of a word stands for anything.",
            text(),
        ),
        query(
            "filterQuery",
            "emails:<address>, candidateId:<id> or lastModified:[<seconds or *> TO <seconds or *>].",
            text(),
        ),
    ];
    [shown_part(), filters].concat()
}

fn profiles_query() -> Vec<Value> {
    let filters = vec![
        query("atsCandidateId", "Whom some system calls so.", text()),
        query("profileIds", "A comma list of ids.", text()),
    ];
    [people(), filters].concat()
}

fn refresh() -> Vec<Value> {
    let word = json!({"type": "string", "enum": ["true", "false"]});
    vec![query(
        "refreshClaimedProfile",
        "Accepted; there is nothing to refresh.",
        word,
    )]
}

fn applications_query() -> Vec<Value> {
    let filters = vec![
        query(
            "applicationId",
            "Our id of it, or the caller's own.",
            text(),
        ),
        query("profileId", "Of this profile.", text()),
        query("positionId", "For this position.", text()),
        query("atsJobId", "For what some system calls so.", text()),
        query(
            "applicationStatus",
            "Of this status.",
            json!({"type": "string", "enum": STATUSES}),
        ),
        query("stage", "In the stage of this name.", text()),
    ];
    [part(), filters].concat()
}

fn of_profile() -> Vec<Value> {
    let filters = vec![
        query("profileId", "Of this profile.", text()),
        query("positionId", "About this position (notes alone).", text()),
    ];
    [part(), filters].concat()
}

fn changes_query() -> Vec<Value> {
    let seconds = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    let mut all = part_of(MOST_IDS);
    for (name, about) in [
        ("startTime", "Unix seconds."),
        (
            "endTime",
            "Unix seconds; at most 24 hours later, at least 30 minutes ago.",
        ),
    ] {
        let mut one = query(name, about, seconds.clone());
        one["required"] = json!(true);
        all.push(one);
    }
    all
}

fn token_body() -> Value {
    json!({
        "type": "object",
        "properties": {
            "grantType": text(), "grant_type": text(), "username": text(), "password": text(), "client_id": text(),
            "client_secret": text(), "sub": text(),
        },
    })
}

fn candidate_body() -> Value {
    schema::person(
        &["candidateId", "firstName", "emails", "lastActivityTs"],
        true,
    )
}

fn replace_body() -> Value {
    schema::person(&["firstName", "emails", "lastActivityTs"], true)
}

fn amend_body() -> Value {
    schema::person(&[], true)
}

fn profile_body() -> Value {
    schema::person(&["firstName"], false)
}

fn profile_amend_body() -> Value {
    schema::person(&[], false)
}

fn position_body() -> Value {
    schema::position(&["atsEntityId", "title"])
}

fn position_replace_body() -> Value {
    schema::position(&["title"])
}

fn position_amend_body() -> Value {
    schema::position(&[])
}

fn files_body() -> Value {
    json!({"type": "object", "properties": {"attachments": schema::of(Kind::Many(ATTACHMENT))}, "required": ["attachments"]})
}

fn batch_body() -> Value {
    let ids = json!({"type": "array", "items": text(), "maxItems": MOST});
    json!({"type": "object", "properties": {"entityIds": ids}, "required": ["entityIds"]})
}

fn stage_body() -> Value {
    let words = json!({"type": "string", "enum": STATUSES});
    json!({
        "type": "object",
        "properties": {
            "positionId": text(), "atsJobId": text(), "systemId": text(), "stage": text(), "applicationStatus": words,
            "reason": text(),
        },
    })
}

fn note_body() -> Value {
    json!({
        "type": "object",
        "properties": {
            "profileId": text(), "positionId": text(), "note": text(), "creatorEmail": text(),
            "noteType": {"type": "string", "enum": NOTE_TYPES},
        },
        "required": ["profileId", "note"],
    })
}
