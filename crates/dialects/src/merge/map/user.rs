//! A person at the organization.

use hiring::member::Member;
use serde_json::{Value, json};

use super::{Lens, head, model};

/// The model RemoteUser. A member has one name: its first word is shown as the first name.
pub(in super::super) fn user(lens: &Lens, member: &Member) -> Value {
    let name = member.name.trim();
    let (first, last) = match name.split_once(char::is_whitespace) {
        Some((first, last)) => (first, Some(last.trim())),
        None => (name, None),
    };
    model(
        lens,
        "RemoteUser",
        head(member.uid, member.created_at, member.created_at),
        json!({
            "first_name": first,
            "last_name": last,
            "email": member.email,
            "disabled": member.ended_at.is_some(),
            "remote_created_at": null,
            "access_role": role(&member.role),
        }),
    )
}

/// "A value without a mapping is passed through in its original form."
fn role(role: &str) -> &str {
    match role {
        "owner" => "SUPER_ADMIN",
        "admin" => "ADMIN",
        "recruiter" => "TEAM_MEMBER",
        "hiring_manager" => "LIMITED_TEAM_MEMBER",
        "interviewer" => "INTERVIEWER",
        other => other,
    }
}
