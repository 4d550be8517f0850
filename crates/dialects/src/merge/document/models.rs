//! Every model that an answer may hold, member by member, as the newest SDKs know them.
//!
//! All members are required and no others allowed: SDKs have broken on a missing one, and the answers are checked against
//! this in `./check`. "A value without a mapping is passed through in its original form", so enums are strings here.

use serde_json::{Map, Value, json};

/// What a member holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A UUID.
    Id,
    /// A string.
    Text,
    /// A moment, ISO 8601 with its zone.
    Moment,
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// An object of any members.
    Map,
    /// Anything.
    Any,
    /// This model.
    One(&'static str),
    /// The id of this model, or the model where it is expanded.
    Ref(&'static str),
    /// A list.
    List(&'static Shape),
    /// Null too.
    Maybe(&'static Shape),
}

use Shape::{Any, Flag, Id, List, Map as Free, Maybe, Moment, Number, One, Ref, Text};

/// A model: its name and its members.
pub(super) type Model = (&'static str, &'static [(&'static str, Shape)]);

const TEXT: Shape = Maybe(&Text);
const MOMENT: Shape = Maybe(&Moment);
const FLAG: Shape = Maybe(&Flag);

/// What most models begin and end with.
const HEAD: [(&str, Shape); 4] = [
    ("id", Id),
    ("remote_id", TEXT),
    // Null where the account's scopes switch them off.
    ("created_at", MOMENT),
    ("modified_at", MOMENT),
];
const FOOT: [(&str, Shape); 3] = [
    ("remote_was_deleted", FLAG),
    ("field_mappings", Maybe(&Free)),
    ("remote_data", Maybe(&List(&One("RemoteData")))),
];

/// Records: with [`HEAD`] and [`FOOT`].
#[rustfmt::skip]
pub(super) const RECORDS: &[Model] = &[
    ("Candidate", &[
        ("first_name", TEXT), ("last_name", TEXT), ("company", TEXT), ("title", TEXT), ("remote_created_at", MOMENT),
        ("remote_updated_at", MOMENT), ("last_interaction_at", MOMENT), ("is_private", FLAG), ("can_email", FLAG),
        ("locations", List(&TEXT)), ("phone_numbers", List(&One("PhoneNumber"))),
        ("email_addresses", List(&One("EmailAddress"))), ("urls", List(&One("Url"))), ("tags", List(&Text)),
        ("applications", List(&Ref("Application"))), ("attachments", List(&Ref("Attachment"))),
    ]),
    ("Application", &[
        ("candidate", Maybe(&Ref("Candidate"))), ("job", Maybe(&Ref("Job"))), ("applied_at", MOMENT),
        ("rejected_at", MOMENT), ("offers", List(&Ref("Offer"))), ("source", TEXT),
        ("credited_to", Maybe(&Ref("RemoteUser"))),
        ("screening_question_answers", List(&Ref("ScreeningQuestionAnswer"))),
        ("current_stage", Maybe(&Ref("JobInterviewStage"))), ("reject_reason", Maybe(&Ref("RejectReason"))),
    ]),
    ("Attachment", &[
        ("file_name", TEXT), ("file_url", TEXT), ("candidate", Maybe(&Ref("Candidate"))), ("attachment_type", TEXT),
    ]),
    ("Job", &[
        ("name", TEXT), ("description", TEXT), ("code", TEXT), ("status", TEXT), ("type", TEXT),
        ("job_postings", List(&Ref("JobPosting"))), ("job_posting_urls", List(&One("Url"))),
        ("remote_created_at", MOMENT), ("remote_updated_at", MOMENT), ("confidential", FLAG),
        ("departments", List(&Ref("Department"))), ("offices", List(&Ref("Office"))),
        ("hiring_managers", List(&Ref("RemoteUser"))), ("recruiters", List(&Ref("RemoteUser"))),
    ]),
    ("JobPosting", &[
        ("title", TEXT), ("job_posting_urls", List(&One("Url"))), ("job", Maybe(&Ref("Job"))), ("status", TEXT),
        ("content", TEXT), ("remote_created_at", MOMENT), ("remote_updated_at", MOMENT), ("is_internal", FLAG),
    ]),
    ("JobInterviewStage", &[("name", TEXT), ("job", Maybe(&Ref("Job"))), ("stage_order", Maybe(&Number))]),
    ("RejectReason", &[("name", TEXT)]),
    ("Department", &[("name", TEXT)]),
    ("Office", &[("name", TEXT), ("location", TEXT)]),
    ("RemoteUser", &[
        ("first_name", TEXT), ("last_name", TEXT), ("email", TEXT), ("disabled", FLAG), ("remote_created_at", MOMENT),
        ("access_role", TEXT),
    ]),
    ("Activity", &[
        ("user", Maybe(&Ref("RemoteUser"))), ("remote_created_at", MOMENT), ("activity_type", TEXT), ("subject", TEXT),
        ("body", TEXT), ("visibility", TEXT), ("candidate", Maybe(&Ref("Candidate"))),
    ]),
    ("EEOC", &[
        ("candidate", Maybe(&Ref("Candidate"))), ("submitted_at", MOMENT), ("race", TEXT), ("gender", TEXT),
        ("veteran_status", TEXT), ("disability_status", TEXT),
    ]),
    ("ScheduledInterview", &[
        ("application", Maybe(&Ref("Application"))), ("job_interview_stage", Maybe(&Ref("JobInterviewStage"))),
        ("organizer", Maybe(&Ref("RemoteUser"))), ("interviewers", List(&Ref("RemoteUser"))), ("location", TEXT),
        ("start_at", MOMENT), ("end_at", MOMENT), ("remote_created_at", MOMENT), ("remote_updated_at", MOMENT),
        ("status", TEXT),
    ]),
    ("Offer", &[
        ("application", Maybe(&Ref("Application"))), ("creator", Maybe(&Ref("RemoteUser"))),
        ("remote_created_at", MOMENT), ("closed_at", MOMENT), ("sent_at", MOMENT), ("start_date", MOMENT),
        ("status", TEXT),
    ]),
    ("Scorecard", &[
        ("application", Maybe(&Ref("Application"))), ("interview", Maybe(&Ref("ScheduledInterview"))),
        ("interviewer", Maybe(&Ref("RemoteUser"))), ("remote_created_at", MOMENT), ("submitted_at", MOMENT),
        ("overall_recommendation", TEXT),
    ]),
];

/// What stands within records, and what is no record.
#[rustfmt::skip]
pub(super) const PARTS: &[Model] = &[
    ("PhoneNumber", &[
        ("created_at", Moment), ("modified_at", Moment), ("value", TEXT), ("phone_number_type", TEXT),
        ("remote_was_deleted", FLAG),
    ]),
    ("EmailAddress", &[
        ("created_at", Moment), ("modified_at", Moment), ("value", TEXT), ("email_address_type", TEXT),
        ("remote_was_deleted", FLAG),
    ]),
    ("Url", &[
        ("created_at", Moment), ("modified_at", Moment), ("value", TEXT), ("url_type", TEXT), ("remote_was_deleted", FLAG),
    ]),
    ("ScreeningQuestionAnswer", &[
        HEAD[0], HEAD[1], HEAD[2], HEAD[3], ("question", Maybe(&Ref("ScreeningQuestion"))), ("answer", TEXT),
        ("remote_was_deleted", FLAG),
    ]),
    ("ScreeningQuestion", &[
        HEAD[0], HEAD[1], HEAD[2], HEAD[3], ("job", Maybe(&Ref("Job"))), ("description", TEXT), ("title", TEXT),
        ("type", TEXT), ("required", FLAG), ("options", List(&Ref("ScreeningQuestionOption"))),
        ("remote_was_deleted", FLAG),
    ]),
    ("ScreeningQuestionOption", &[
        HEAD[0], HEAD[1], HEAD[2], HEAD[3], ("label", TEXT), ("remote_was_deleted", FLAG),
    ]),
    ("Tag", &[HEAD[1], HEAD[2], HEAD[3], ("name", TEXT), FOOT[0], FOOT[1], FOOT[2]]),
    ("RemoteData", &[("path", Text), ("data", Any)]),
    ("AccountDetails", &[
        ("id", Id), ("integration", TEXT), ("integration_slug", TEXT), ("category", TEXT), ("end_user_origin_id", TEXT),
        ("end_user_organization_name", TEXT), ("end_user_email_address", TEXT), ("status", TEXT),
        ("webhook_listener_url", TEXT), ("is_duplicate", FLAG), ("account_type", TEXT), ("completed_at", MOMENT),
        ("instance_id", TEXT), ("instance_display_value", TEXT),
    ]),
    ("AccountDetailsAndActions", &[
        ("id", Id), ("category", TEXT), ("status", Text), ("status_detail", TEXT), ("end_user_origin_id", TEXT),
        ("end_user_organization_name", Text), ("end_user_email_address", Text), ("subdomain", TEXT),
        ("webhook_listener_url", Text), ("is_duplicate", FLAG),
        ("integration", Maybe(&One("AccountDetailsAndActionsIntegration"))), ("account_type", Text),
        ("completed_at", Moment), ("integration_specific_fields", Maybe(&Free)),
    ]),
    ("AccountDetailsAndActionsIntegration", &[
        ("name", Text), ("categories", List(&Text)), ("image", TEXT), ("square_image", TEXT), ("color", Text),
        ("slug", Text), ("passthrough_available", Flag), ("available_model_operations", List(&One("ModelOperation"))),
    ]),
    ("ModelOperation", &[
        ("model_name", Text), ("available_operations", List(&Text)), ("required_post_parameters", List(&Text)),
        ("supported_fields", List(&Text)),
    ]),
    ("AccountToken", &[("account_token", Text), ("integration", One("AccountIntegration")), ("id", Id)]),
    ("AccountIntegration", &[
        ("name", Text), ("abbreviated_name", TEXT), ("categories", List(&Text)), ("image", TEXT), ("square_image", TEXT),
        ("color", TEXT), ("slug", TEXT), ("api_endpoints_to_documentation_urls", Maybe(&Free)),
        ("webhook_setup_guide_url", TEXT), ("category_beta_status", Maybe(&Free)),
    ]),
    ("RegenerateAccountToken", &[("linked_account_id", Id), ("account_token", Text)]),
    ("AvailableActions", &[
        ("integration", One("AccountIntegration")), ("passthrough_available", Flag),
        ("available_model_operations", List(&One("ModelOperation"))),
    ]),
    ("LinkToken", &[("link_token", Text), ("integration_name", TEXT), ("magic_link_url", TEXT)]),
    ("SyncStatus", &[
        ("model_name", Text), ("model_id", Text), ("last_sync_start", MOMENT), ("next_sync_start", MOMENT),
        ("last_sync_result", TEXT), ("last_sync_finished", MOMENT), ("data_fresh_as_of", MOMENT),
        ("historical_data_since", MOMENT), ("status", Text), ("sync_status_reason", TEXT), ("is_initial_sync", Flag),
        ("selective_sync_configurations_usage", TEXT),
    ]),
    ("Issue", &[
        ("id", Id), ("status", TEXT), ("error_description", Text), ("end_user", Maybe(&Free)),
        ("first_incident_time", MOMENT), ("last_incident_time", MOMENT), ("is_muted", FLAG),
        ("error_details", List(&Text)),
    ]),
    ("AuditLogEvent", &[
        ("id", Id), ("user_name", TEXT), ("user_email", TEXT), ("role", Text), ("ip_address", Text), ("event_type", Text),
        ("event_description", Text), ("created_at", MOMENT),
    ]),
    ("RemoteKey", &[("name", Text), ("key", Text)]),
    ("WebhookReceiver", &[("event", Text), ("is_active", Flag), ("key", TEXT)]),
    ("CommonModelScopeAPI", &[("common_models", List(&One("CommonModelScope")))]),
    ("CommonModelScope", &[
        ("model_name", Text), ("model_permissions", Maybe(&Free)), ("field_permissions", Maybe(&Free)),
    ]),
    ("MetaResponse", &[
        ("request_schema", Free), ("remote_field_classes", Maybe(&Free)),
        ("status", Maybe(&One("LinkedAccountStatus"))), ("has_conditional_params", Flag),
        ("has_conditional_fields", Flag), ("has_required_linked_account_params", Flag),
    ]),
    ("LinkedAccountStatus", &[("linked_account_status", Text), ("can_make_request", Flag)]),
    ("DebugModeLog", &[("log_id", Text), ("dashboard_view", Text), ("log_summary", One("DebugModelLogSummary"))]),
    ("DebugModelLogSummary", &[("url", Text), ("method", Text), ("status_code", Number)]),
];

/// The schemas of all models.
pub(super) fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, own) in RECORDS {
        let members = HEAD.iter().chain(own.iter()).chain(&FOOT);
        all.insert((*name).to_owned(), object(members));
    }
    for (name, members) in PARTS {
        all.insert((*name).to_owned(), object(members.iter()));
    }
    all
}

fn object<'m>(members: impl Iterator<Item = &'m (&'static str, Shape)>) -> Value {
    let members: Vec<_> = members.collect();
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, shape)| ((*name).to_owned(), schema(shape)))
        .collect();
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn schema(shape: &Shape) -> Value {
    match shape {
        Id => json!({"type": "string", "format": "uuid"}),
        Text => json!({"type": "string"}),
        Moment => json!({"type": "string", "format": "date-time"}),
        Flag => json!({"type": "boolean"}),
        Number => json!({"type": "integer"}),
        Free => json!({"type": "object"}),
        Any => json!({}),
        One(name) => reference(name),
        Ref(name) => json!({"anyOf": [{"type": "string", "format": "uuid"}, reference(name)]}),
        List(items) => json!({"type": "array", "items": schema(items)}),
        Maybe(shape) => json!({"anyOf": [schema(shape), {"type": "null"}]}),
    }
}

/// A schema of the document by its name.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
