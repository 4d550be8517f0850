//! What is written down about a candidate (ActivityRequest), and what Merge would have us plan (ScheduledInterviewRequest),
//! of which nothing is taken here.

use hiring::linked_account::Settings;

use super::rules::{Kind, Rule, Table, rule};
use super::tables::{
    ACCOUNT, CREATED, DELETED, ID, INTEGRATION, MAPPINGS, MODIFIED, REMOTE_DATA, REMOTE_ID,
};
use super::{Read, Reference, Typed, read};
use crate::body::Body;

/// Values of `activity_type`.
pub(in super::super) const ACTIVITY_TYPES: [&str; 3] = ["NOTE", "EMAIL", "OTHER"];
/// Values of `visibility`.
pub(in super::super) const VISIBILITIES: [&str; 3] = ["ADMIN_ONLY", "PUBLIC", "PRIVATE"];

/// ActivityRequest.
pub(in super::super) const ACTIVITY: Table = Table {
    word: "model",
    rules: &[
        rule(
            "user",
            Kind::Reference,
            "The user that performed the activity.",
        ),
        rule(
            "activity_type",
            Kind::Choice(&ACTIVITY_TYPES),
            "The activity's type. Left out: NOTE.",
        ),
        rule("subject", Kind::Text, "The activity's subject."),
        rule("body", Kind::Text, "The activity's body."),
        rule(
            "visibility",
            Kind::Choice(&VISIBILITIES),
            "The activity's visibility. Left out: PUBLIC.",
        ),
        rule("candidate", Kind::Reference, "Whom the activity is about."),
        INTEGRATION,
        ACCOUNT,
        ID,
        REMOTE_ID,
        CREATED,
        MODIFIED,
        DELETED,
        MAPPINGS,
        REMOTE_DATA,
        REMOTE_CREATED,
    ],
    required: &["candidate"],
};
const REMOTE_CREATED: Rule = rule("remote_created_at", Kind::Unused, "");

/// ScheduledInterviewRequest: there are no interviews here, so that no field of one is of use.
pub(in super::super) const INTERVIEW: Table = Table {
    word: "model",
    rules: &[
        rule("application", Kind::Unused, ""),
        rule("job_interview_stage", Kind::Unused, ""),
        rule("organizer", Kind::Unused, ""),
        rule("interviewers", Kind::Unused, ""),
        rule("location", Kind::Unused, ""),
        rule("start_at", Kind::Unused, ""),
        rule("end_at", Kind::Unused, ""),
        rule("status", Kind::Unused, ""),
        INTEGRATION,
        ACCOUNT,
    ],
    required: &[],
};

/// An activity to be written down.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ActivityRequest {
    pub candidate: Reference,
    pub user: Option<Reference>,
    /// One of [`ACTIVITY_TYPES`].
    pub activity_type: Option<String>,
    pub subject: Option<String>,
    pub body: Option<String>,
    /// One of [`VISIBILITIES`].
    pub visibility: Option<String>,
}

impl ActivityRequest {
    /// `None` within: what was judged to be there is not, which cannot be.
    pub(in super::super) fn parse(
        body: &Body,
        account: &Settings,
    ) -> Read<Option<ActivityRequest>> {
        let required = account.required("Activity");
        read(body, &ACTIVITY, required, |model, _| {
            Some(ActivityRequest {
                candidate: model.linked_to("candidate")?,
                user: model.linked_to("user"),
                activity_type: model.text("activity_type"),
                subject: model.text("subject"),
                body: model.text("body"),
                visibility: model.text("visibility"),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use hiring::problem::{FlawCode, Problem};
    use serde_json::{Value, json};

    use super::*;

    const ID: &str = "0192c5e0-0000-7000-8000-000000000000";

    fn read(model: Value) -> Result<ActivityRequest, Vec<(String, FlawCode)>> {
        let text = json!({"model": model, "remote_user_id": null}).to_string();
        let body = Body::read(text.into(), |_| false).expect("JSON");
        match ActivityRequest::parse(&body, &Settings::default()).write {
            Ok(write) => Ok(write.model.expect("typed")),
            Err(Problem::Invalid(flaws)) => {
                Err(flaws.into_iter().map(|f| (f.pointer, f.code)).collect())
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_activity_is_about_a_candidate_and_all_else_may_be_null() {
        let read_one = read(json!({"candidate": {"id": ID}, "user": null, "body": "x"}));
        let one = read_one.expect("accepted");
        assert_eq!(one.candidate.id.to_string(), ID);
        assert_eq!((one.user, one.body.as_deref()), (None, Some("x")));
        for rule in ACTIVITY.rules.iter().filter(|r| r.name != "candidate") {
            let read = read(json!({"candidate": ID, rule.name: null}));
            assert!(read.is_ok(), "{}", rule.name);
        }
        for (model, fault) in [
            (json!({}), ("/model/candidate", FlawCode::Required)),
            (
                json!({"candidate": "x"}),
                ("/model/candidate", FlawCode::WrongType),
            ),
            (
                json!({"candidate": ID, "user": 7}),
                ("/model/user", FlawCode::WrongType),
            ),
            (
                json!({"candidate": ID, "activity_type": "CALL"}),
                ("/model/activity_type", FlawCode::NotAChoice),
            ),
            (
                json!({"candidate": ID, "visibility": "ALL"}),
                ("/model/visibility", FlawCode::NotAChoice),
            ),
        ] {
            assert_eq!(read(model).err(), Some(vec![(fault.0.to_owned(), fault.1)]));
        }
    }
}
