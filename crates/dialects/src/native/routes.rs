//! The one list of routes, which makes the router and against which the document is checked.
//!
//! Handlers are in `routes/`, one file for each noun.

pub(super) mod applications;
pub(super) mod attachments;
pub(super) mod bounces;
pub(super) mod candidates;
pub(super) mod carried;
pub(super) mod catalog;
pub(super) mod destinations;
pub(super) mod feed;
pub(super) mod invites;
pub(super) mod issues;
pub(super) mod jobs;
pub(super) mod linked_accounts;
pub(super) mod mails;
pub(super) mod members;
pub(super) mod notes;
pub(super) mod pipelines;
pub(super) mod query;
pub(super) mod rules;
pub(super) mod submissions;
pub(super) mod subscriptions;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use hiring::App;
use hiring::idempotency::Answer;
use hiring::problem::{Noun, Problem, Result};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{document, problem};
use crate::reply;

/// One method of one address.
type Route = (&'static str, &'static str, fn() -> MethodRouter<App>);

/// Below `/api/v1`.
pub(super) const ROUTES: &[Route] = &[
    ("GET", "/openapi.json", || get(document::openapi)),
    ("POST", "/jobs", || post(jobs::create_job)),
    ("GET", "/jobs", || get(jobs::list_jobs)),
    ("GET", "/jobs/{id}", || get(jobs::get_job)),
    ("PATCH", "/jobs/{id}", || patch(jobs::edit_job)),
    ("POST", "/departments", || post(catalog::create_department)),
    ("GET", "/departments", || get(catalog::list_departments)),
    ("POST", "/offices", || post(catalog::create_office)),
    ("GET", "/offices", || get(catalog::list_offices)),
    ("POST", "/reject-reasons", || {
        post(catalog::create_reject_reason)
    }),
    ("GET", "/reject-reasons", || {
        get(catalog::list_reject_reasons)
    }),
    ("GET", "/members", || get(members::list_members)),
    ("POST", "/candidates", || post(candidates::create_candidate)),
    ("GET", "/candidates", || get(candidates::list_candidates)),
    ("GET", "/candidates/{id}", || get(candidates::get_candidate)),
    ("POST", "/candidates/{id}/notes", || {
        post(notes::create_note)
    }),
    ("GET", "/candidates/{id}/notes", || get(notes::list_notes)),
    ("GET", "/applications", || {
        get(applications::list_applications)
    }),
    ("GET", "/applications/{id}", || {
        get(applications::get_application)
    }),
    ("POST", "/applications/{id}/advance", || {
        post(applications::advance_application)
    }),
    ("POST", "/applications/{id}/dispose", || {
        post(applications::dispose_application)
    }),
    ("GET", "/submissions/{id}", || {
        get(submissions::get_submission)
    }),
    ("GET", "/submissions/{id}/raw", || {
        get(submissions::get_submission_raw)
    }),
    ("GET", "/attachments/{id}", || {
        get(attachments::get_attachment)
    }),
    ("GET", "/linked-accounts", || {
        get(linked_accounts::list_linked_accounts)
    }),
    ("GET", "/linked-accounts/{id}", || {
        get(linked_accounts::get_linked_account)
    }),
    ("PATCH", "/linked-accounts/{id}", || {
        patch(linked_accounts::change_linked_account)
    }),
    ("GET", "/events", || get(feed::list_events)),
    ("GET", "/outbox", || get(feed::list_outbox)),
    ("POST", "/invites", || post(invites::create_invite)),
    ("GET", "/invites", || get(invites::list_invites)),
    ("GET", "/invites/{id}", || get(invites::get_invite)),
    ("POST", "/invites/{id}/resend", || {
        post(invites::resend_invite)
    }),
    ("POST", "/invites/{id}/renew", || {
        post(invites::renew_invite)
    }),
    ("POST", "/invites/{id}/revoke", || {
        post(invites::revoke_invite)
    }),
    ("GET", "/connectors", || get(destinations::list_connectors)),
    ("POST", "/destinations", || {
        post(destinations::create_destination)
    }),
    ("GET", "/destinations", || {
        get(destinations::list_destinations)
    }),
    ("GET", "/destinations/{id}", || {
        get(destinations::get_destination)
    }),
    ("PATCH", "/destinations/{id}", || {
        patch(destinations::change_destination)
    }),
    ("DELETE", "/destinations/{id}", || {
        delete(destinations::remove_destination)
    }),
    ("POST", "/destinations/{id}/pause", || {
        post(destinations::pause_destination)
    }),
    ("POST", "/destinations/{id}/resume", || {
        post(destinations::resume_destination)
    }),
    ("POST", "/destinations/{id}/test", || {
        post(destinations::test_destination)
    }),
    ("GET", "/destinations/{id}/jobs", || {
        get(destinations::get_destination_jobs)
    }),
    ("PUT", "/destinations/{id}/jobs", || {
        put(destinations::put_destination_jobs)
    }),
    ("POST", "/destinations/{id}/send", || {
        post(destinations::send_to_destination)
    }),
    ("POST", "/rules", || post(rules::create_rule)),
    ("GET", "/rules", || get(rules::list_rules)),
    ("GET", "/rules/{id}", || get(rules::get_rule)),
    ("PATCH", "/rules/{id}", || patch(rules::change_rule)),
    ("DELETE", "/rules/{id}", || delete(rules::remove_rule)),
    ("GET", "/issues", || get(issues::list_issues)),
    ("GET", "/issues/{id}", || get(issues::get_issue)),
    ("GET", "/deliveries", || get(carried::list_deliveries)),
    ("POST", "/deliveries/replay", || {
        post(carried::replay_deliveries)
    }),
    ("POST", "/deliveries/{id}/replay", || {
        post(carried::replay_delivery)
    }),
    ("GET", "/deliveries/{id}", || get(mails::get_delivery)),
    ("POST", "/deliveries/{id}/bounce", || {
        post(mails::bounce_delivery)
    }),
    ("POST", "/bounces", || post(bounces::take_bounce)),
    ("GET", "/mail-templates", || get(mails::list_mail_templates)),
    ("GET", "/mail-templates/{kind}/{language}", || {
        get(mails::get_mail_template)
    }),
    ("PUT", "/mail-templates/{kind}/{language}", || {
        put(mails::put_mail_template)
    }),
    ("DELETE", "/mail-templates/{kind}/{language}", || {
        delete(mails::delete_mail_template)
    }),
    ("POST", "/mail-templates/{kind}/{language}/preview", || {
        post(mails::preview_mail_template)
    }),
    ("GET", "/mail-settings", || get(mails::get_mail_settings)),
    ("PUT", "/mail-settings", || put(mails::put_mail_settings)),
    ("POST", "/subscriptions", || {
        post(subscriptions::create_subscription)
    }),
    ("GET", "/subscriptions", || {
        get(subscriptions::list_subscriptions)
    }),
    ("GET", "/subscriptions/{id}", || {
        get(subscriptions::get_subscription)
    }),
    ("PATCH", "/subscriptions/{id}", || {
        patch(subscriptions::change_subscription)
    }),
    ("DELETE", "/subscriptions/{id}", || {
        delete(subscriptions::remove_subscription)
    }),
    ("POST", "/subscriptions/{id}/rotate-secret", || {
        post(subscriptions::rotate_subscription)
    }),
    ("POST", "/subscriptions/{id}/ping", || {
        post(subscriptions::deliveries::ping_subscription)
    }),
    ("POST", "/subscriptions/{id}/replay", || {
        post(subscriptions::deliveries::replay_subscription)
    }),
    ("GET", "/subscriptions/{id}/replays", || {
        get(subscriptions::deliveries::list_subscription_replays)
    }),
    ("GET", "/subscriptions/{id}/deliveries", || {
        get(subscriptions::deliveries::list_subscription_deliveries)
    }),
    ("GET", "/subscriptions/{id}/deliveries/{delivery}", || {
        get(subscriptions::deliveries::get_subscription_delivery)
    }),
    (
        "POST",
        "/subscriptions/{id}/deliveries/{delivery}/replay",
        || post(subscriptions::deliveries::replay_subscription_delivery),
    ),
];

pub(super) fn routes() -> Router<App> {
    ROUTES
        .iter()
        .fold(Router::new(), |router, (_, path, handler)| {
            router.route(&format!("/v1{path}"), handler())
        })
}

/// What an address names; anything that is no UUID names nothing.
fn uid(text: &str, noun: Noun) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| Problem::NotFound(noun))
}

/// An answer as JSON, its slots still in it.
fn shown(answer: &impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(Problem::broken)
}

/// The answer of a call that changes something. It is kept for repeats, so it never holds an equal-opportunity
/// answer, whoever asks.
fn changed(status: u16, answer: &impl Serialize) -> Result<Answer> {
    let mut body = shown(answer)?;
    hiring::slot::fill(&mut body, &mut |_, _| None);
    Ok(reply::json(status, &body))
}

/// With the address of what was made.
fn located(mut answer: Answer, noun: &str, id: Uuid) -> Answer {
    let place = format!("/api/v1/{noun}/{id}");
    answer.headers.push(("location".to_owned(), place));
    answer
}
