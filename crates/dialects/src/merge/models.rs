//! Merge's models as this server has them: what each is made of and what can be done with it. `available-actions`,
//! `sync-status` and the scopes are told from here.

use super::wire::{ACTIVITY, APPLICATION, ATTACHMENT, CANDIDATE, Table};

/// One of Merge's models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    pub name: &'static str,
    /// Its own fields; [`Model::fields`] has those of every model too.
    own: &'static [&'static str],
    /// What a write of it takes; `None`: it is only read.
    pub table: Option<&'static Table>,
    /// Whether there is a call that changes one.
    pub changes: bool,
}

const fn read(name: &'static str, own: &'static [&'static str]) -> Model {
    Model {
        name,
        own,
        table: None,
        changes: false,
    }
}

const fn written(
    name: &'static str,
    own: &'static [&'static str],
    table: &'static Table,
    changes: bool,
) -> Model {
    Model {
        name,
        own,
        table: Some(table),
        changes,
    }
}

/// Every model, in alphabetical order.
#[rustfmt::skip]
pub(super) const MODELS: &[Model] = &[
    written("Activity", &[
        "user", "remote_created_at", "activity_type", "subject", "body", "visibility", "candidate",
    ], &ACTIVITY, false),
    written("Application", &[
        "candidate", "job", "applied_at", "rejected_at", "offers", "source", "credited_to", "screening_question_answers",
        "current_stage", "reject_reason",
    ], &APPLICATION, true),
    written("Attachment", &["file_name", "file_url", "candidate", "attachment_type"], &ATTACHMENT, false),
    written("Candidate", &[
        "first_name", "last_name", "company", "title", "remote_created_at", "remote_updated_at", "last_interaction_at",
        "is_private", "can_email", "locations", "phone_numbers", "email_addresses", "urls", "tags", "applications",
        "attachments",
    ], &CANDIDATE, true),
    read("Department", &["name"]),
    read("EEOC", &["candidate", "submitted_at", "race", "gender", "veteran_status", "disability_status"]),
    read("Job", &[
        "name", "description", "code", "status", "type", "job_postings", "job_posting_urls", "remote_created_at",
        "remote_updated_at", "confidential", "departments", "offices", "hiring_managers", "recruiters",
    ]),
    read("JobInterviewStage", &["name", "job", "stage_order"]),
    read("JobPosting", &[
        "title", "job_posting_urls", "job", "status", "content", "remote_created_at", "remote_updated_at", "is_internal",
    ]),
    read("Offer", &["application", "creator", "remote_created_at", "closed_at", "sent_at", "start_date", "status"]),
    read("Office", &["name", "location"]),
    read("RejectReason", &["name"]),
    read("RemoteUser", &["first_name", "last_name", "email", "disabled", "remote_created_at", "access_role"]),
    read("ScheduledInterview", &[
        "application", "job_interview_stage", "organizer", "interviewers", "location", "start_at", "end_at",
        "remote_created_at", "remote_updated_at", "status",
    ]),
    read("Scorecard", &["application", "interview", "interviewer", "remote_created_at", "submitted_at", "overall_recommendation"]),
    read("ScreeningQuestion", &["job", "description", "title", "type", "required", "options"]),
    read("Tag", &["name"]),
];

impl Model {
    /// The model of this name.
    pub(super) fn named(name: &str) -> Option<&'static Model> {
        MODELS.iter().find(|model| model.name == name)
    }

    /// Every field that can be switched off: all but its id.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static str> {
        const HEAD: [&str; 3] = ["remote_id", "created_at", "modified_at"];
        const FOOT: [&str; 3] = ["remote_was_deleted", "field_mappings", "remote_data"];
        // The vendor's one model without the last two.
        let foot = if self.name == "ScreeningQuestion" {
            &FOOT[..1]
        } else {
            &FOOT
        };
        let all = HEAD.into_iter().chain(self.own.iter().copied());
        all.chain(foot.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        for model in MODELS {
            let fields: Vec<_> = model.fields().collect();
            let of_requests_only = ["remote_template_id"];
            for name in model.table.iter().flat_map(|table| table.fields()) {
                assert!(
                    fields.contains(&name) || of_requests_only.contains(&name),
                    "{}.{name}",
                    model.name
                );
            }
            assert!(Model::named(model.name).is_some());
        }
        assert!(MODELS.is_sorted_by_key(|model| model.name));
    }

    #[test]
    fn models_are_those_of_the_document() {
        let document: serde_json::Value =
            serde_json::from_str(super::super::document::text()).expect("JSON");
        for model in MODELS {
            let schema = &document["components"]["schemas"][model.name]["properties"];
            let described = schema.as_object().expect(model.name).keys();
            let mut described: Vec<_> = described.filter(|f| *f != "id").collect();
            let mut ours: Vec<_> = model.fields().collect();
            described.sort();
            ours.sort_unstable();
            assert_eq!(described, ours, "{}", model.name);
        }
    }
}
