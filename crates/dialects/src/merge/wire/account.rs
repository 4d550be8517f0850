//! Bodies and queries around linked accounts: links, keys, scopes, webhook receivers (dialect page, §4). Members that the
//! pages do not know are ignored, as everywhere in this API.

use hiring::link;
use hiring::linked_account::{EndUser, ScopeEdit};
use hiring::problem::{FlawCode, Problem, Result};
use serde_json::Value;

use super::query::{PageQuery, Pairs, flag, list, moment, one};
use crate::body::Body;
use crate::check::{Check, Object};
use crate::merge::models::Model;

/// The category that is spoken here.
const ATS: &str = "ats";
/// Characters of a name.
const NAME: usize = 200;

/// What `POST /link-token` is sent.
#[derive(Debug)]
pub(in super::super) struct LinkTokenRequest {
    pub end_user: EndUser,
    /// How long the link is valid.
    pub minutes: Option<i64>,
    /// What the account will not be allowed to read and write.
    pub scopes: Vec<ScopeEdit>,
}

impl LinkTokenRequest {
    pub(in super::super) fn parse(body: &Body) -> Result<LinkTokenRequest> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let end_user = EndUser {
            origin_id: name(&mut check, &root, "end_user_origin_id"),
            organization_name: name(&mut check, &root, "end_user_organization_name"),
            email_address: name(&mut check, &root, "end_user_email_address"),
        };
        categories(&mut check, &root);
        let minutes = check.integer(&root, "link_expiry_mins");
        if minutes.is_some_and(|m| !link::MINUTES.contains(&m)) {
            let (least, most) = link::MINUTES.into_inner();
            let detail = format!("link_expiry_mins must be from {least} to {most}");
            let pointer = root.pointer("link_expiry_mins");
            check.flaw(pointer, FlawCode::OutOfRange, detail);
        }
        let mut scopes = Vec::new();
        for item in check.objects(&root, "common_models") {
            scopes.extend(by_action(&mut check, &item));
        }
        if let Some(by_category) = check.object(&root, "category_common_model_scopes") {
            for item in check.objects(&by_category, ATS) {
                scopes.extend(scope(&mut check, &item));
            }
        }
        check.done()?;
        Ok(LinkTokenRequest {
            end_user,
            minutes,
            scopes,
        })
    }
}

/// A required text that is not blank.
fn name(check: &mut Check<'_>, object: &Object<'_>, member: &str) -> String {
    check.require(object, member);
    check.at_most(object, member, NAME);
    match object.get(member) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(_) => {
            check.wrong_type(object.pointer(member), "a string");
            String::new()
        }
        None => String::new(),
    }
}

fn categories(check: &mut Check<'_>, root: &Object<'_>) {
    check.require(root, "categories");
    let named = check.strings(root, "categories");
    if root.get("categories").is_some_and(Value::is_array) && !named.iter().any(|c| c == ATS) {
        let detail = format!("categories must hold {ATS}");
        check.flaw(root.pointer("categories"), FlawCode::NotAChoice, detail);
    }
}

/// `{model_id: "ats.Candidate", enabled_actions: ["READ"], disabled_fields: […]}`. Other categories' models are none of
/// ours.
fn by_action<'b>(check: &mut Check<'b>, item: &Object<'b>) -> Option<ScopeEdit> {
    let id = check.string(item, "model_id");
    check.require(item, "model_id");
    let id = id?;
    let model = match id.split_once('.') {
        Some((ATS, name)) => model(check, item, "model_id", name)?,
        Some(_) => return None,
        None => model(check, item, "model_id", &id)?,
    };
    let actions = check.strings(item, "enabled_actions");
    let said = item.get("enabled_actions").is_some();
    let may = |action: &str| said.then(|| actions.iter().any(|a| a == action));
    Some(ScopeEdit {
        model: model.name.to_owned(),
        read: may("READ"),
        write: may("WRITE"),
        enabled_fields: Vec::new(),
        disabled_fields: fields(check, item, "disabled_fields", model),
    })
}

/// `{model_name, model_permissions: {READ: {is_enabled}, WRITE: {is_enabled}}, field_permissions: {…}}`.
fn scope<'b>(check: &mut Check<'b>, item: &Object<'b>) -> Option<ScopeEdit> {
    check.require(item, "model_name");
    let named = check.string(item, "model_name")?;
    let model = model(check, item, "model_name", &named)?;
    let mut edit = ScopeEdit {
        model: model.name.to_owned(),
        ..ScopeEdit::default()
    };
    if let Some(permissions) = check.object(item, "model_permissions") {
        edit.read = enabled(check, &permissions, "READ");
        edit.write = enabled(check, &permissions, "WRITE");
    }
    if let Some(permissions) = check.object(item, "field_permissions") {
        edit.enabled_fields = fields(check, &permissions, "enabled_fields", model);
        edit.disabled_fields = fields(check, &permissions, "disabled_fields", model);
    }
    Some(edit)
}

fn enabled<'b>(check: &mut Check<'b>, permissions: &Object<'b>, action: &str) -> Option<bool> {
    let permission = check.object(permissions, action)?;
    check.boolean(&permission, "is_enabled")
}

fn model(
    check: &mut Check<'_>,
    item: &Object<'_>,
    member: &str,
    name: &str,
) -> Option<&'static Model> {
    let found = Model::named(name);
    if found.is_none() {
        let detail = format!("{member} must be the name of a model");
        check.flaw(item.pointer(member), FlawCode::NotAChoice, detail);
    }
    found
}

/// The model's fields that `member` names.
fn fields<'b>(
    check: &mut Check<'b>,
    object: &Object<'b>,
    member: &str,
    model: &Model,
) -> Vec<String> {
    let mut named = Vec::new();
    for (at, item) in check.list(object, member) {
        match item.as_str() {
            Some(name) if model.fields().any(|field| field == name) => named.push(name.to_owned()),
            // It cannot be switched off, and is no fault to name.
            Some("id") => {}
            Some(_) => {
                let detail = format!("{} has no such field", model.name);
                check.flaw(at, FlawCode::NotAChoice, detail);
            }
            None => check.wrong_type(at, "a string"),
        }
    }
    named
}

/// What `POST /linked-account-scopes` is sent.
#[derive(Debug)]
pub(in super::super) struct ScopesRequest(pub Vec<ScopeEdit>);

impl ScopesRequest {
    pub(in super::super) fn parse(body: &Body) -> Result<ScopesRequest> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "common_models");
        let mut edits = Vec::new();
        for item in check.objects(&root, "common_models") {
            edits.extend(scope(&mut check, &item));
        }
        check.done()?;
        Ok(ScopesRequest(edits))
    }
}

/// What `POST /generate-key` and `POST /regenerate-key` are sent.
#[derive(Debug)]
pub(in super::super) struct KeyRequest {
    pub name: String,
}

impl KeyRequest {
    pub(in super::super) fn parse(body: &Body) -> Result<KeyRequest> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let name = name(&mut check, &root, "name");
        check.done()?;
        Ok(KeyRequest { name })
    }
}

/// What `POST /webhook-receivers` is sent.
#[derive(Debug)]
pub(in super::super) struct ReceiverRequest {
    pub event: String,
    pub is_active: bool,
    pub key: Option<String>,
}

impl ReceiverRequest {
    pub(in super::super) fn parse(body: &Body) -> Result<ReceiverRequest> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let event = name(&mut check, &root, "event");
        check.require(&root, "is_active");
        let is_active = check.boolean(&root, "is_active");
        check.at_most(&root, "key", NAME);
        let key = check.string(&root, "key");
        check.done()?;
        Ok(ReceiverRequest {
            event,
            is_active: is_active.unwrap_or(false),
            key,
        })
    }
}

/// Parameters of `GET /linked-accounts`.
#[derive(Debug)]
pub(in super::super) struct AccountsQuery {
    pub page: PageQuery,
    /// What the accounts must be; an empty list of a kind: it does not matter.
    pub ids: Vec<String>,
    pub origin_ids: Vec<String>,
    pub organization_name: Option<String>,
    pub email_address: Option<String>,
    /// How they must stand, as asked for.
    pub status: Option<String>,
    /// Whether such accounts can be here at all: of this category, not for tests, of this integration.
    pub possible: bool,
}

impl AccountsQuery {
    pub(in super::super) fn parse(pairs: &Pairs, integration: &str) -> Result<AccountsQuery> {
        let is = |name: &str, ours: &str| {
            one(pairs, name).is_none_or(|asked| asked.eq_ignore_ascii_case(ours))
        };
        let either = |single: &str, several: &str| {
            let mut all = list(pairs, several);
            all.extend(one(pairs, single));
            all
        };
        Ok(AccountsQuery {
            page: PageQuery::parse(pairs)?,
            ids: either("id", "ids"),
            origin_ids: either("end_user_origin_id", "end_user_origin_ids"),
            organization_name: one(pairs, "end_user_organization_name"),
            email_address: one(pairs, "end_user_email_address"),
            status: one(pairs, "status"),
            possible: is("category", ATS)
                && is("integration_name", integration)
                && !flag(pairs, "is_test_account"),
        })
    }
}

/// A span of time and what else `GET /audit-trail` takes.
#[derive(Debug)]
pub(in super::super) struct AuditQuery {
    pub page: PageQuery,
    pub after: Option<i64>,
    pub before: Option<i64>,
    pub event_type: Option<String>,
    pub user_email: Option<String>,
}

impl AuditQuery {
    pub(in super::super) fn parse(pairs: &Pairs) -> Result<AuditQuery> {
        Ok(AuditQuery {
            page: PageQuery::parse(pairs)?,
            after: moment(pairs, "start_date")?,
            before: moment(pairs, "end_date")?,
            event_type: one(pairs, "event_type"),
            user_email: one(pairs, "user_email"),
        })
    }
}

/// Parameters of `GET /issues`.
#[derive(Debug)]
pub(in super::super) struct IssuesQuery {
    pub page: PageQuery,
    /// What happened last, strictly within.
    pub last: Within,
    /// What happened first.
    pub first: Within,
    /// Resolved ones, ongoing ones, or both.
    pub resolved: Option<bool>,
    /// Those of accounts with this outside name only.
    pub account: Option<String>,
    /// Those of the account with this token only.
    pub token: Option<String>,
    /// Those of accounts that were linked for this organization only.
    pub organization_name: Option<String>,
    /// Whether such issues can be here at all.
    pub possible: bool,
}

/// A span of time, open at the ends that are not there.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Within {
    pub after: Option<i64>,
    pub before: Option<i64>,
}

fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

impl IssuesQuery {
    pub(in super::super) fn parse(pairs: &Pairs, integration: &str) -> Result<IssuesQuery> {
        let resolved = match one(pairs, "status").as_deref() {
            None => None,
            Some("RESOLVED") => Some(true),
            Some("ONGOING") => Some(false),
            Some(_) => {
                let detail = "status must be ONGOING or RESOLVED.";
                return Err(Problem::invalid(
                    "query:status",
                    FlawCode::NotAChoice,
                    detail,
                ));
            }
        };
        Ok(IssuesQuery {
            page: PageQuery::parse(pairs)?,
            last: Within {
                after: moment(pairs, "start_date")?.max(moment(pairs, "last_incident_time_after")?),
                before: earlier(
                    moment(pairs, "end_date")?,
                    moment(pairs, "last_incident_time_before")?,
                ),
            },
            first: Within {
                after: moment(pairs, "first_incident_time_after")?,
                before: moment(pairs, "first_incident_time_before")?,
            },
            resolved,
            account: one(pairs, "linked_account_id"),
            token: one(pairs, "account_token"),
            organization_name: one(pairs, "end_user_organization_name"),
            possible: one(pairs, "integration_name")
                .is_none_or(|asked| asked.eq_ignore_ascii_case(integration)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::wire::pairs;
    use bytes::Bytes;
    use serde_json::json;

    fn body(value: &Value) -> Body {
        Body::read(Bytes::from(value.to_string()), |_| false).expect("a body")
    }

    fn pointers<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
        match result {
            Err(Problem::Invalid(flaws)) => flaws.into_iter().map(|f| f.pointer).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn asked(more: Value) -> Body {
        let mut all = json!({
            "end_user_origin_id": "42", "end_user_organization_name": "Customer",
            "end_user_email_address": "ada@x.org", "categories": ["hris", "ats"],
        });
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body(&all)
    }

    #[test]
    fn a_link_is_asked_for_with_its_end_user_and_scopes() {
        let read = LinkTokenRequest::parse(&asked(json!({
            "link_expiry_mins": 30, "integration": null, "should_create_magic_link_url": true, "unknown": 1,
            "common_models": [
                {"model_id": "ats.Candidate", "enabled_actions": ["READ"], "disabled_fields": ["tags", "id"]},
                {"model_id": "hris.Employee", "enabled_actions": [], "disabled_fields": []},
            ],
            "category_common_model_scopes": {"ats": [{"model_name": "Job", "model_permissions": {"READ": {"is_enabled": false}}}]},
        })));
        let read = read.unwrap();
        assert_eq!(read.minutes, Some(30));
        let of_candidate = ScopeEdit {
            model: "Candidate".into(),
            read: Some(true),
            write: Some(false),
            enabled_fields: Vec::new(),
            disabled_fields: vec!["tags".into()],
        };
        let of_job = ScopeEdit {
            model: "Job".into(),
            read: Some(false),
            ..ScopeEdit::default()
        };
        assert_eq!(read.scopes, [of_candidate, of_job]);
        for (more, pointer) in [
            (json!({"end_user_origin_id": " "}), "/end_user_origin_id"),
            (
                json!({"end_user_email_address": 7}),
                "/end_user_email_address",
            ),
            (json!({"categories": ["crm"]}), "/categories"),
            (json!({"categories": null}), "/categories"),
            (json!({"link_expiry_mins": 29}), "/link_expiry_mins"),
            (json!({"link_expiry_mins": "30"}), "/link_expiry_mins"),
            (
                json!({"common_models": [{"model_id": "ats.Nothing"}]}),
                "/common_models/0/model_id",
            ),
        ] {
            let found = pointers(LinkTokenRequest::parse(&asked(more.clone())));
            assert_eq!(found, [pointer], "{more}");
        }
    }

    #[test]
    fn scopes_name_models_and_their_fields() {
        let one = |item: Value| ScopesRequest::parse(&body(&json!({"common_models": [item]})));
        let read = one(json!({
            "model_name": "Candidate", "model_permissions": {"WRITE": {"is_enabled": true}, "READ": null},
            "field_permissions": {"enabled_fields": ["tags"], "disabled_fields": ["remote_data"]},
        }));
        let edit = &read.unwrap().0[0];
        assert_eq!((edit.read, edit.write), (None, Some(true)));
        assert_eq!(edit.enabled_fields, ["tags"]);
        assert_eq!(edit.disabled_fields, ["remote_data"]);
        for (item, pointer) in [
            (json!({}), "/common_models/0/model_name"),
            (json!({"model_name": "X"}), "/common_models/0/model_name"),
            (
                json!({"model_name": "Tag", "field_permissions": {"disabled_fields": ["x"]}}),
                "/common_models/0/field_permissions/disabled_fields/0",
            ),
        ] {
            assert_eq!(pointers(one(item)), [pointer]);
        }
        assert_eq!(
            pointers(ScopesRequest::parse(&body(&json!({})))),
            ["/common_models"]
        );
    }

    #[test]
    fn keys_and_receivers_have_names() {
        assert!(KeyRequest::parse(&body(&json!({"name": "x"}))).is_ok());
        assert_eq!(pointers(KeyRequest::parse(&body(&json!({})))), ["/name"]);
        let read = ReceiverRequest::parse(&body(
            &json!({"event": "Candidate.added", "is_active": true}),
        ));
        assert!(read.unwrap().is_active);
        let found = pointers(ReceiverRequest::parse(&body(
            &json!({"event": "", "key": 1}),
        )));
        assert_eq!(found, ["/event", "/is_active", "/key"]);
    }

    #[test]
    fn filters_that_nothing_here_can_meet_are_known_beforehand() {
        let possible = |query: &str| {
            AccountsQuery::parse(&pairs(query), "Muster")
                .unwrap()
                .possible
        };
        for yes in [
            "",
            "category=ats",
            "status=complete",
            "integration_name=muster",
            "is_test_account=false",
        ] {
            assert!(possible(yes), "{yes}");
        }
        for no in [
            "category=crm",
            "integration_name=Greenhouse",
            "is_test_account=true",
        ] {
            assert!(!possible(no), "{no}");
        }
        let query =
            AccountsQuery::parse(&pairs("ids=a,b&id=c&end_user_origin_ids=1"), "Muster").unwrap();
        assert_eq!((query.ids.len(), query.origin_ids.len()), (3, 1));
        assert!(IssuesQuery::parse(&pairs("status=x"), "Muster").is_err());
    }
}
