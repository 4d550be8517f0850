//! MetaResponse (dialect page, §3).

use hiring::problem::Act;
use serde_json::{Value, json};

use super::account;
use crate::merge::auth::Guest;
use crate::merge::wire::{Meta, Table, request_schema};

/// What a write of `model` takes of this caller. `new`: with what the linked account requires of a new one.
pub(in super::super) fn meta(guest: &Guest, model: &str, table: &Table, new: bool) -> Value {
    let required: &[String] = if new {
        guest.account.settings.required(model)
    } else {
        &[]
    };
    let can = guest.caller.permissions.allow(Act::Write) && guest.may_write(model).is_ok();
    json!({
        "request_schema": request_schema(table, required, Meta::Form),
        "remote_field_classes": null,
        "status": {"linked_account_status": account::status(&guest.account), "can_make_request": can},
        "has_conditional_params": false,
        // What very old clients read.
        "has_conditional_fields": false,
        "has_required_linked_account_params": false,
    })
}
