//! The bodies, member by member (the two seed pages; dialect page, §6).

use super::rules::{Kind, Rule, optional, required};

const FORMATS: &[&str] = &["getlink", "sendlink"];

const SOURCE: Rule = optional(
    "source_stage_id",
    Kind::StageId,
    "Where the applicant is thought to be: 409 when they are elsewhere.",
);
const MESSAGE: Rule = optional("email_message", Kind::Text, "Text of your own in the mail.");

/// `POST /tracks/<track_id>/applicants`.
pub(in super::super) const ADD: &[Rule] = &[
    optional(
        "invite_applicant",
        Kind::Boolean,
        "true: a pending invitation; false, the default: a completed applicant.",
    ),
    required("name", Kind::Text, "The applicant's name."),
    required("email", Kind::Email, "The applicant's e-mail address."),
    optional(
        "send_email",
        Kind::Boolean,
        "In invite mode: whether the invitation is mailed.",
    ),
    MESSAGE,
    optional(
        "destination_stage_id",
        Kind::StageId,
        "In direct mode: the stage to begin in; the track's first, if it is left out.",
    ),
    optional(
        "fields",
        Kind::Fields,
        "In direct mode: answers to the track's form. Those it requires must be there.",
    ),
];

/// `POST /tracks/invite`.
pub(in super::super) const INVITE: &[Rule] = &[
    required("candidate_name", Kind::Text, "Whom to invite."),
    required("candidate_email", Kind::Email, "Their e-mail address."),
    required("track_id", Kind::Integer, "To which track."),
    required(
        "invite_format",
        Kind::Choice(FORMATS),
        "getlink: make the link only; sendlink: mail it too.",
    ),
];

/// `POST /tracks/application`.
pub(in super::super) const APPLY: &[Rule] = &[
    required("job_name", Kind::Text, "The track's title, in any case."),
    required(
        "fields",
        Kind::Answers,
        "Who applies, and answers to the track's form.",
    ),
];

/// `PATCH …/move`.
pub(in super::super) const MOVE: &[Rule] = &[
    Rule {
        required: true,
        ..SOURCE
    },
    required(
        "destination_stage_id",
        Kind::StageId,
        "Where the applicant is to go: a stage of the same track.",
    ),
];

/// `PATCH …/hire`.
pub(in super::super) const HIRE: &[Rule] = &[SOURCE];

/// `PATCH …/reject`.
pub(in super::super) const REJECT: &[Rule] = &[
    SOURCE,
    optional(
        "send_email",
        Kind::Boolean,
        "Whether the applicant is told by mail.",
    ),
    MESSAGE,
];

/// `PUT /tracks/candidate/advance` and `PATCH /tracks/candidate/reject/<candidate_id>`.
pub(in super::super) const OF_CANDIDATE: &[Rule] = &[
    required("track_id", Kind::Integer, "The track."),
    required("application_id", Kind::Integer, "The application."),
    optional(
        "invite_format",
        Kind::Choice(FORMATS),
        "sendlink: tell the applicant by mail, where there is something to tell.",
    ),
];
