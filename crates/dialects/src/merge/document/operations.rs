//! Every operation of the document, one line each. `document.rs` has a test that these are the router's own.

use crate::merge::wire::{ACTIVITY, APPLICATION, ATTACHMENT, CANDIDATE, INTERVIEW, Table};

/// One method of one address.
#[derive(Debug)]
pub(super) struct Operation {
    pub method: &'static str,
    /// Below `/ats/v1`.
    pub path: &'static str,
    pub about: &'static str,
    pub sent: Sent,
    pub answer: Answer,
    /// Its own parameters, beside those that all lists have.
    pub query: &'static [&'static str],
    /// Whether the API key is enough.
    pub key_only: bool,
}

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sent {
    /// None.
    Nothing,
    /// `{model, remote_user_id}`, the model by this table.
    Model(&'static Table),
    /// Where an application goes.
    Stage,
    /// Why a record is to be ignored.
    Ignore,
    /// Who is to link an account.
    Link,
    /// What a key is called.
    Name,
    /// What is switched off.
    Scopes,
    /// Which event is wanted.
    Receiver,
}

/// The answer when all is well.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// A page of this model.
    Page(&'static str),
    /// One of it.
    One(u16, &'static str),
    /// All of it, bare.
    All(&'static str),
    /// `{model, warnings, errors, logs?}`.
    Written(u16, &'static str),
    /// Something that says no more than that it was done.
    Done,
    /// The content of a file.
    File,
    /// Never well: 404, or 400 of a write.
    Never,
}

use Answer::{All, Done, File, Never, One, Page, Written};
use Sent::{Ignore, Link, Model, Name, Nothing, Receiver, Scopes, Stage};

const fn get(
    path: &'static str,
    about: &'static str,
    answer: Answer,
    query: &'static [&'static str],
) -> Operation {
    Operation {
        method: "get",
        path,
        about,
        sent: Nothing,
        answer,
        query,
        key_only: false,
    }
}

const fn post(path: &'static str, about: &'static str, sent: Sent, answer: Answer) -> Operation {
    Operation {
        method: "post",
        path,
        about,
        sent,
        answer,
        query: &[],
        key_only: false,
    }
}

const fn by_key(operation: Operation) -> Operation {
    Operation {
        key_only: true,
        ..operation
    }
}

const fn with(method: &'static str, operation: Operation) -> Operation {
    Operation {
        method,
        ..operation
    }
}

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    get("/candidates", "Candidates, oldest first.", Page("Candidate"), &["email_addresses", "first_name", "last_name", "tags", "expand"]),
    post("/candidates", "Creates a candidate, with applications and attachments.", Model(&CANDIDATE), Written(201, "Candidate")),
    get("/candidates/{id}", "One candidate.", One(200, "Candidate"), &["expand", "include_remote_data", "include_shell_data"]),
    with("patch", post("/candidates/{id}", "Replaces the fields that are sent.", Model(&CANDIDATE), Written(200, "Candidate"))),
    get("/candidates/meta/post", "What creating a candidate takes.", One(200, "MetaResponse"), &[]),
    get("/candidates/meta/patch/{id}", "What changing a candidate takes.", One(200, "MetaResponse"), &[]),
    post("/candidates/ignore/{id}", "Shows a candidate no more.", Ignore, Done),
    get("/applications", "Applications, oldest first.", Page("Application"), &["candidate_id", "job_id", "current_stage_id", "credited_to_id", "reject_reason_id", "source", "expand"]),
    post("/applications", "Opens an application, of a candidate who is there or of a new one.", Model(&APPLICATION), Written(201, "Application")),
    get("/applications/{id}", "One application.", One(200, "Application"), &["expand", "include_remote_data", "include_shell_data"]),
    post("/applications/{id}/change-stage", "Moves an application to another stage.", Stage, Written(201, "Application")),
    get("/applications/meta/post", "What opening an application takes.", One(200, "MetaResponse"), &["application_remote_template_id"]),
    get("/attachments", "Attachments, oldest first.", Page("Attachment"), &["candidate_id", "expand"]),
    post("/attachments", "Attaches a file that lies at a URL; it is fetched later.", Model(&ATTACHMENT), Written(201, "Attachment")),
    get("/attachments/{id}", "One attachment.", One(200, "Attachment"), &["expand", "include_remote_data", "include_shell_data"]),
    by_key(get("/attachments/{id}/file", "The content of a file that lies here. Muster's own.", File, &[])),
    get("/attachments/meta/post", "What attaching a file takes.", One(200, "MetaResponse"), &[]),
    get("/jobs", "Jobs, oldest first.", Page("Job"), &["code", "status", "offices", "expand"]),
    get("/jobs/{id}", "One job.", One(200, "Job"), &["expand", "include_remote_data", "include_shell_data"]),
    get("/jobs/{id}/screening-questions", "The fields of a job's form.", Page("ScreeningQuestion"), &["expand"]),
    get("/job-postings", "The public face of each job.", Page("JobPosting"), &["status", "expand"]),
    get("/job-postings/{id}", "One posting.", One(200, "JobPosting"), &["expand", "include_remote_data", "include_shell_data"]),
    get("/job-interview-stages", "The stages of jobs.", Page("JobInterviewStage"), &["job_id", "expand"]),
    get("/job-interview-stages/{id}", "One stage.", One(200, "JobInterviewStage"), &["expand", "include_remote_data", "include_shell_data"]),
    get("/activities", "Notes, oldest first.", Page("Activity"), &["user_id", "expand"]),
    post("/activities", "Writes a note on a candidate.", Model(&ACTIVITY), Written(201, "Activity")),
    get("/activities/{id}", "One note.", One(200, "Activity"), &["expand", "include_remote_data", "include_shell_data"]),
    get("/activities/meta/post", "What writing a note takes.", One(200, "MetaResponse"), &[]),
    get("/users", "Members of the organization.", Page("RemoteUser"), &["email"]),
    get("/users/{id}", "One member.", One(200, "RemoteUser"), &["include_remote_data", "include_shell_data"]),
    get("/departments", "Departments.", Page("Department"), &[]),
    get("/departments/{id}", "One department.", One(200, "Department"), &["include_remote_data", "include_shell_data"]),
    get("/offices", "Offices.", Page("Office"), &[]),
    get("/offices/{id}", "One office.", One(200, "Office"), &["include_remote_data", "include_shell_data"]),
    get("/reject-reasons", "Reasons for a rejection.", Page("RejectReason"), &[]),
    get("/reject-reasons/{id}", "One reason.", One(200, "RejectReason"), &["include_remote_data", "include_shell_data"]),
    get("/tags", "Tags.", Page("Tag"), &[]),
    get("/eeocs", "Equal-opportunity answers, for a key that may read them.", Page("EEOC"), &["candidate_id", "expand"]),
    get("/eeocs/{id}", "One person's answers.", One(200, "EEOC"), &["expand", "include_remote_data", "include_shell_data"]),
    get("/interviews", "Interviews: none yet.", Page("ScheduledInterview"), &["application_id", "job_id", "job_interview_stage_id", "organizer_id", "expand"]),
    post("/interviews", "Refused: there are no interviews yet.", Model(&INTERVIEW), Never),
    get("/interviews/{id}", "One interview: none yet.", One(200, "ScheduledInterview"), &["expand"]),
    get("/interviews/meta/post", "That no interview can be made.", One(200, "MetaResponse"), &[]),
    get("/offers", "Offers: none yet.", Page("Offer"), &["application_id", "creator_id", "status", "expand"]),
    get("/offers/{id}", "One offer: none yet.", One(200, "Offer"), &["expand"]),
    get("/scorecards", "Scorecards: none yet.", Page("Scorecard"), &["application_id", "interview_id", "interviewer_id", "expand"]),
    get("/scorecards/{id}", "One scorecard: none yet.", One(200, "Scorecard"), &["expand"]),
    get("/account-details", "The linked account of the account token.", One(200, "AccountDetails"), &[]),
    by_key(get("/account-token/{public_token}", "The account token for a public token.", One(200, "AccountToken"), &[])),
    post("/account-token/regenerate", "A new account token; the old one ends.", Nothing, One(201, "RegenerateAccountToken")),
    get("/available-actions", "What can be done with each model.", One(200, "AvailableActions"), &[]),
    by_key(get("/linked-accounts", "The organization's linked accounts.", Page("AccountDetailsAndActions"), &["category", "status", "id", "ids", "integration_name", "end_user_email_address", "end_user_organization_name", "end_user_origin_id", "end_user_origin_ids", "include_duplicates", "is_test_account"])),
    by_key(post("/link-token", "Invites somebody to link an account.", Link, One(201, "LinkToken"))),
    post("/delete-account", "Ends the linked account of the account token.", Nothing, Done),
    get("/sync-status", "How fresh each model is.", Page("SyncStatus"), &[]),
    post("/sync-status/resync", "Asks for a sync.", Nothing, All("SyncStatus")),
    by_key(get("/issues", "What went wrong with the outside.", Page("Issue"), &["status", "start_date", "end_date", "integration_name", "include_muted", "linked_account_id", "account_token", "end_user_organization_name", "first_incident_time_after", "first_incident_time_before", "last_incident_time_after", "last_incident_time_before"])),
    by_key(get("/issues/{id}", "One issue.", One(200, "Issue"), &[])),
    by_key(get("/audit-trail", "What happened, and who did it.", Page("AuditLogEvent"), &["start_date", "end_date", "event_type", "user_email"])),
    get("/webhook-receivers", "Which events are wanted.", All("WebhookReceiver"), &[]),
    post("/webhook-receivers", "Asks for an event.", Receiver, One(201, "WebhookReceiver")),
    by_key(post("/generate-key", "A new API key.", Name, One(201, "RemoteKey"))),
    by_key(post("/regenerate-key", "A new API key in place of the one of this name.", Name, One(201, "RemoteKey"))),
    by_key(get("/default-scopes", "What a new account may do.", One(200, "CommonModelScopeAPI"), &[])),
    get("/linked-account-scopes", "What this account may do.", One(200, "CommonModelScopeAPI"), &[]),
    post("/linked-account-scopes", "Changes what this account may do.", Scopes, One(201, "CommonModelScopeAPI")),
    post("/passthrough", "Not supported: there is no far system.", Nothing, Never),
    post("/async-passthrough", "Not supported: there is no far system.", Nothing, Never),
    get("/async-passthrough/{id}", "Not supported: there is no far system.", Never, &[]),
    get("/field-mappings", "Not supported: no field is mapped.", Never, &[]),
    post("/field-mappings", "Not supported: no field is mapped.", Nothing, Never),
    with("patch", post("/field-mappings/{id}", "Not supported: no field is mapped.", Nothing, Never)),
    with("delete", post("/field-mappings/{id}", "Not supported: no field is mapped.", Nothing, Never)),
    get("/remote-fields", "Not supported: there is no far system.", Never, &[]),
    get("/target-fields", "Not supported: no field is mapped.", Never, &[]),
    post("/target-fields", "Not supported: no field is mapped.", Nothing, Never),
];
