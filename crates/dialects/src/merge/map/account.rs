//! Linked accounts and what is around them: AccountDetails, AccountDetailsAndActions, AccountToken, AvailableActions,
//! SyncStatus, CommonModelScopeAPI, Issue, AuditLogEvent.
//!
//! The integration behind every account is Muster itself, whose records are always in sync with themselves.

use hiring::audit;
use hiring::event::Kind;
use hiring::issue::{About, Issue};
use hiring::linked_account::{EndUser, LinkedAccount, Settings};
use serde_json::{Value, json};

use crate::merge::models::{MODELS, Model};
use crate::time;

/// The integration behind every linked account.
pub(in super::super) const INTEGRATION: &str = "Muster";
const SLUG: &str = "muster";
const CATEGORY: &str = "ats";
const COLOR: &str = "#0f5f63";

/// Who an account is for: the end user it was linked for, or the name it was made with.
fn end_user(account: &LinkedAccount) -> EndUser {
    account.end_user.clone().unwrap_or(EndUser {
        organization_name: account.name.clone(),
        ..EndUser::default()
    })
}

/// How an account stands: whether whoever linked it must give other credentials.
pub(in super::super) fn status(account: &LinkedAccount) -> &'static str {
    match account.refused {
        None => "COMPLETE",
        Some(_) => "RELINK_NEEDED",
    }
}

/// AccountDetails. Nothing listens for a third party's webhooks here, hence no address.
pub(in super::super) fn account_details(account: &LinkedAccount) -> Value {
    let user = end_user(account);
    json!({
        "id": account.uid,
        "integration": INTEGRATION,
        "integration_slug": SLUG,
        "category": CATEGORY,
        "end_user_origin_id": user.origin_id,
        "end_user_organization_name": user.organization_name,
        "end_user_email_address": user.email_address,
        "status": status(account),
        "webhook_listener_url": "",
        "is_duplicate": null,
        "account_type": "PRODUCTION",
        "completed_at": time::micros(account.created_at),
        "instance_id": null,
        "instance_display_value": null,
    })
}

/// AccountDetailsAndActions.
pub(in super::super) fn linked_account(account: &LinkedAccount) -> Value {
    let user = end_user(account);
    json!({
        "id": account.uid,
        "category": CATEGORY,
        "status": status(account),
        "status_detail": account.refused,
        "end_user_origin_id": user.origin_id,
        "end_user_organization_name": user.organization_name,
        "end_user_email_address": user.email_address,
        "subdomain": null,
        "webhook_listener_url": "",
        "is_duplicate": null,
        "integration": {
            "name": INTEGRATION,
            "categories": [CATEGORY],
            "image": null,
            "square_image": null,
            "color": COLOR,
            "slug": SLUG,
            "passthrough_available": false,
            "available_model_operations": operations(&account.settings),
        },
        "account_type": "PRODUCTION",
        "completed_at": time::micros(account.created_at),
        "integration_specific_fields": {},
    })
}

/// AccountToken.
pub(in super::super) fn account_token(account: &LinkedAccount, token: &str) -> Value {
    json!({"account_token": token, "integration": integration(), "id": account.uid})
}

/// AccountIntegration.
fn integration() -> Value {
    json!({
        "name": INTEGRATION,
        "abbreviated_name": null,
        "categories": [CATEGORY],
        "image": null,
        "square_image": null,
        "color": COLOR,
        "slug": SLUG,
        "api_endpoints_to_documentation_urls": {},
        "webhook_setup_guide_url": null,
        "category_beta_status": {},
    })
}

/// AvailableActions.
pub(in super::super) fn available_actions(account: &LinkedAccount) -> Value {
    json!({
        "integration": integration(),
        "passthrough_available": false,
        "available_model_operations": operations(&account.settings),
    })
}

fn operations(settings: &Settings) -> Vec<Value> {
    let one = |model: &Model| {
        let mut available = vec!["FETCH"];
        available.extend(model.table.map(|_| "CREATE"));
        available.extend(model.changes.then_some("UPDATE"));
        let mut required: Vec<&str> = model.table.map_or(&[][..], |t| t.required).to_vec();
        required.extend(settings.required(model.name).iter().map(String::as_str));
        required.sort_unstable();
        required.dedup();
        json!({
            "model_name": model.name,
            "available_operations": available,
            "required_post_parameters": required,
            "supported_fields": model.fields().collect::<Vec<_>>(),
        })
    };
    MODELS.iter().map(one).collect()
}

/// SyncStatus of each model at the moment `now`.
pub(in super::super) fn sync_statuses(settings: &Settings, now: i64) -> Vec<Value> {
    let now = time::micros(now);
    let one = |model: &Model| {
        let off = settings.scope(model.name).is_some_and(|s| !s.read);
        let status = if off { "DISABLED" } else { "DONE" };
        json!({
            "model_name": model.name,
            "model_id": format!("{CATEGORY}.{}", model.name),
            "last_sync_start": now,
            "next_sync_start": null,
            "last_sync_result": status,
            "last_sync_finished": now,
            "data_fresh_as_of": now,
            "historical_data_since": "1900-01-01T00:00:00.000000Z",
            "status": status,
            "sync_status_reason": null,
            "is_initial_sync": false,
            "selective_sync_configurations_usage": null,
        })
    };
    MODELS.iter().map(one).collect()
}

/// CommonModelScopeAPI: every model, with what `settings` switch off.
pub(in super::super) fn scopes(settings: &Settings) -> Value {
    let one = |model: &Model| {
        let scope = settings.scope(model.name);
        let hidden = scope.map_or(&[][..], |s| &s.disabled_fields);
        let shown = model.fields().filter(|f| !hidden.iter().any(|h| h == f));
        json!({
            "model_name": model.name,
            "model_permissions": {
                "READ": {"is_enabled": scope.is_none_or(|s| s.read)},
                "WRITE": {"is_enabled": model.table.is_some() && scope.is_none_or(|s| s.write)},
            },
            "field_permissions": {"enabled_fields": shown.collect::<Vec<_>>(), "disabled_fields": hidden},
        })
    };
    json!({"common_models": MODELS.iter().map(one).collect::<Vec<_>>()})
}

/// Whether an issue is one of this account: of the destination that it is carried to, or of a file, which is everybody's.
pub(in super::super) fn concerns(issue: &Issue, account: &LinkedAccount) -> bool {
    match &issue.about {
        About::Destination { id, .. } => account.destination == Some(*id),
        About::File { .. } => true,
    }
}

/// Issue. They are the organization's, not one end user's.
pub(in super::super) fn issue(issue: &Issue) -> Value {
    let what = match &issue.about {
        About::Destination { name, .. } => format!("{name}: {}.", issue.problem),
        About::File { .. } => format!("A file was not fetched: {}.", issue.problem),
    };
    json!({
        "id": issue.uid,
        "status": if issue.resolved_at.is_some() { "RESOLVED" } else { "ONGOING" },
        "error_description": what,
        "end_user": {},
        "first_incident_time": time::micros(issue.opened_at),
        "last_incident_time": time::micros(issue.last_at),
        "is_muted": false,
        "error_details": [what],
    })
}

/// The vendor's names for kinds of event that it has too.
const EVENT_TYPES: [(Kind, &str); 7] = [
    (Kind::LinkCreated, "GENERATED_MAGIC_LINK"),
    (Kind::LinkedAccountRemoved, "DELETED_LINKED_ACCOUNT"),
    (Kind::LinkedAccountChanged, "CHANGED_SCOPES"),
    (Kind::ApiKeyCreated, "CREATED_REMOTE_PRODUCTION_API_KEY"),
    (Kind::ApiKeyRenewed, "REGENERATED_PRODUCTION_API_KEY"),
    (Kind::WebhookReceiverEnabled, "ENABLED_MERGE_WEBHOOK"),
    (Kind::WebhookReceiverDisabled, "DISABLED_MERGE_WEBHOOK"),
];

/// `candidate.created` → `CANDIDATE_CREATED`, unless the vendor has a name for it.
fn event_type(kind: &str) -> String {
    let theirs = EVENT_TYPES.iter().find(|(ours, _)| ours.word() == kind);
    theirs.map_or_else(
        || kind.replace('.', "_").to_uppercase(),
        |(_, name)| (*name).to_owned(),
    )
}

/// The kind of event that is called so here, with `_` for `.` where the name is made of ours.
pub(in super::super) fn kind_of(event_type: &str) -> String {
    let theirs = EVENT_TYPES.iter().find(|(_, name)| *name == event_type);
    theirs.map_or_else(
        || event_type.to_lowercase(),
        |(kind, _)| kind.word().to_owned(),
    )
}

/// AuditLogEvent. Addresses of callers are not kept, so there is none.
pub(in super::super) fn audit_event(entry: &audit::Entry) -> Value {
    let (event, by) = (&entry.event, entry.by.as_ref());
    json!({
        "id": event.uid,
        "user_name": by.map(|m| &m.name),
        "user_email": by.map(|m| &m.email),
        "role": role(&event.actor, by),
        "ip_address": "",
        "event_type": event_type(&event.kind),
        "event_description": description(entry),
        "created_at": time::micros(event.created_at),
    })
}

fn role(actor: &str, by: Option<&audit::By>) -> &'static str {
    match by {
        Some(member) if ["owner", "admin"].contains(&member.role.as_str()) => "ADMIN",
        Some(_) => "MEMBER",
        None if actor.starts_with("key:") => "API",
        None if actor.starts_with("member:") => "MEMBER",
        None => "SYSTEM",
    }
}

/// `application advanced (candidate 0198…, application 0198…)`.
fn description(entry: &audit::Entry) -> String {
    let event = &entry.event;
    let ids = [
        ("candidate", event.candidate),
        ("application", event.application),
        ("job", event.job),
    ];
    let mut about: Vec<String> = ids
        .into_iter()
        .filter_map(|(noun, id)| Some(format!("{noun} {}", id?)))
        .collect();
    for (member, noun) in [("linked_account", "linked account"), ("key", "key")] {
        if let Some(id) = event.data.get(member).and_then(Value::as_str) {
            about.push(format!("{noun} {id}"));
        }
    }
    let what = event.kind.replace(['.', '_'], " ");
    if about.is_empty() {
        what
    } else {
        format!("{what} ({})", about.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::linked_account::ScopeEdit;

    #[test]
    fn kinds_of_event_have_one_name_each() {
        for (kind, name) in EVENT_TYPES {
            assert_eq!(event_type(kind.word()), name);
            assert_eq!(kind_of(name), kind.word());
        }
        assert_eq!(event_type("candidate.created"), "CANDIDATE_CREATED");
        assert_eq!(kind_of("CANDIDATE_CREATED"), "candidate_created");
    }

    #[test]
    fn what_is_switched_off_is_told() {
        let mut settings = Settings::default();
        settings.switch(&[ScopeEdit {
            model: "Candidate".into(),
            read: Some(false),
            disabled_fields: vec!["tags".into()],
            ..ScopeEdit::default()
        }]);
        let all = scopes(&settings);
        let models = all["common_models"].as_array().unwrap();
        assert_eq!(models.len(), MODELS.len());
        let candidate = models
            .iter()
            .find(|m| m["model_name"] == "Candidate")
            .unwrap();
        assert_eq!(candidate["model_permissions"]["READ"]["is_enabled"], false);
        assert_eq!(candidate["model_permissions"]["WRITE"]["is_enabled"], true);
        assert_eq!(
            candidate["field_permissions"]["disabled_fields"],
            json!(["tags"])
        );
        let shown = candidate["field_permissions"]["enabled_fields"]
            .as_array()
            .unwrap();
        assert!(shown.contains(&json!("urls")) && !shown.contains(&json!("tags")));
        let states = sync_statuses(&settings, 0);
        let of =
            |name: &str| states.iter().find(|s| s["model_name"] == name).unwrap()["status"].clone();
        assert_eq!(
            (of("Candidate"), of("Job")),
            (json!("DISABLED"), json!("DONE"))
        );
    }
}
