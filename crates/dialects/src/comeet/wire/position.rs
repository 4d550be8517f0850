//! Bodies of `POST /positions`, `POST /positions/{uid}/clone` and of changing a position (R/create-a-position,
//! R/clone-a-position).

use hiring::problem::Result;
use serde_json::{Map, Value, json};

use super::rules::{
    Kind, LINE, Mode, Rule, is_emptied, judge, member, members, required, rule, text, trimmed,
    unknown,
};
use crate::body::Body;
use crate::check::Object;

use super::POSITION_STATUSES;

/// Characters in a position's text.
const TEXT: usize = 100_000;
/// "monhtly" stands so in R/create-a-position.
const PERIODS: &[&str] = &["hourly", "weekly", "monthly", "monhtly", "annually"];
const WORKPLACES: &[&str] = &["On-site", "Hybrid", "Remote"];
const LOCATION: &[Rule] = &[rule("uid", Kind::Text(LINE))];
const SALARY: &[Rule] = &[
    rule("min", Kind::Integer),
    rule("max", Kind::Integer),
    rule("currency_code", Kind::Text(3)),
    rule("period", Kind::Choice(PERIODS)),
];
const CATEGORY: &[Rule] = &[
    required("name", Kind::Text(LINE)),
    required("value", Kind::Text(LINE)),
];
const DETAIL: &[Rule] = &[
    required("name", Kind::Text(LINE)),
    required("value", Kind::Text(TEXT)),
];
const USER: &[Rule] = &[required("email", Kind::Email)];
const USERS: &[Rule] = &[
    rule("lead_recruiter", Kind::Object(USER)),
    rule("hiring_manager", Kind::Object(USER)),
];

macro_rules! position {
    ($($more:expr),*; $($last:expr),*) => {
        &[
            required("name", Kind::Text(LINE)),
            $($more,)*
            required("status", Kind::Choice(POSITION_STATUSES)),
            required("is_discreet", Kind::Boolean),
            rule("internal_name", Kind::Text(LINE)),
            rule("department", Kind::Text(LINE)),
            rule("experience_level", Kind::Text(LINE)),
            rule("employment_type", Kind::Text(LINE)),
            rule("workplace_type", Kind::Choice(WORKPLACES)),
            rule("is_published", Kind::Boolean),
            rule("is_talent_pool", Kind::Boolean),
            rule("internal_use_custom_id", Kind::Text(LINE)),
            rule("location", Kind::Object(LOCATION)),
            rule("salary_range", Kind::Object(SALARY)),
            rule("categories", Kind::Objects(CATEGORY)),
            rule("details", Kind::Objects(DETAIL)),
            rule("users", Kind::Object(USERS)),
            rule("allow_fallback", Kind::Boolean),
            $($last,)*
        ]
    };
}

pub(in crate::comeet) const POSITION: &[Rule] = position!(;);
pub(in crate::comeet) const CLONE: &[Rule] = position!(required("copy_assignees", Kind::Boolean););
pub(in crate::comeet) const UPDATE_POSITION: &[Rule] = position!(;);

/// Members that are kept as they were sent, since nothing of ours is like them.
pub(in crate::comeet) const DETAILS: [&str; 10] = [
    "is_discreet",
    "internal_name",
    "experience_level",
    "employment_type",
    "workplace_type",
    "is_published",
    "is_talent_pool",
    "salary_range",
    "categories",
    "details",
];

/// What is said of a position.
#[derive(Debug)]
pub(in crate::comeet) struct PositionBody {
    pub name: Option<String>,
    pub status: Option<String>,
    /// `Some(None)`: taken away.
    pub department: Option<Option<String>>,
    pub custom_id: Option<Option<String>>,
    /// A location's uid.
    pub location: Option<Option<String>>,
    /// The detail of name "Description".
    pub description: Option<Option<String>>,
    /// Addresses of members.
    pub lead_recruiter: Option<String>,
    pub hiring_manager: Option<String>,
    /// Whether an address that is no member's stands for the earliest owner.
    pub allow_fallback: bool,
    pub copy_assignees: bool,
    /// See [`DETAILS`]; null takes away.
    pub details: Map<String, Value>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

impl PositionBody {
    pub(in crate::comeet) fn parse(
        body: &Body,
        rules: &[Rule],
        mode: Mode,
    ) -> Result<PositionBody> {
        let root = judge(body, rules, mode)?;
        let flag = |name| root.get(name).and_then(Value::as_bool).unwrap_or(false);
        let users = member(&root, "users");
        let user = |name: &str| trimmed(&member(users.as_ref()?, name)?, "email");
        let mut details: Map<String, Value> = DETAILS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), root.members.get(*name)?.clone())))
            .collect();
        if let Some(items) = details.get_mut("details").and_then(Value::as_array_mut) {
            items.retain(|item| !is_description(item));
        }
        Ok(PositionBody {
            name: text(&root, "name"),
            status: text(&root, "status"),
            department: maybe(&root, "department"),
            custom_id: maybe(&root, "internal_use_custom_id"),
            location: match member(&root, "location") {
                Some(location) => maybe(&location, "uid"),
                None => is_emptied(&root, "location").then_some(None),
            },
            description: description(&root),
            lead_recruiter: user("lead_recruiter"),
            hiring_manager: user("hiring_manager"),
            allow_fallback: flag("allow_fallback"),
            copy_assignees: flag("copy_assignees"),
            details,
            unknown: unknown(&root, rules),
        })
    }
}

fn maybe(object: &Object<'_>, name: &str) -> Option<Option<String>> {
    object.has(name).then(|| trimmed(object, name))
}

fn is_description(detail: &Value) -> bool {
    let name = detail["name"].as_str().unwrap_or("").trim();
    name.eq_ignore_ascii_case("description")
}

/// The list of details is replaced whole: one without a description takes it away.
fn description(root: &Object<'_>) -> Option<Option<String>> {
    if !root.has("details") {
        return None;
    }
    let all = members(root, "details");
    let found = all.iter().find(|d| is_description(&json!(d.members)));
    Some(found.and_then(|d| text(d, "value")))
}
