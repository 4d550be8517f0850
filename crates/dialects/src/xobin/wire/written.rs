//! The bodies that make an applicant as `crate::written` describes bodies, made of the tables.

use super::rules::{Kind, Rule};
use super::tables::{ADD, APPLY, INVITE};
use crate::written::{Leaf, Member, Shape, Written, member};

/// A text has no limit of its own; a body has.
const TEXT: usize = 100_000;

/// The bodies: an applicant whose answers are a map or a list (an invitation, where that is asked for), the call that
/// invites and does nothing else, and the oldest generation's.
pub(in crate::xobin) fn written() -> Vec<Written> {
    let map = || Shape::Leaf(Leaf::Answers);
    vec![
        body("fields as a map", ADD, map()),
        body("fields as a list", ADD, entries()),
        body("invite", INVITE, map()),
        body("by name", APPLY, person()),
    ]
}

fn body(name: &'static str, table: &[Rule], fields: Shape) -> Written {
    let one = |rule: &Rule| Member {
        name: rule.name,
        shape: match rule.kind {
            Kind::Fields | Kind::Answers => fields.clone(),
            _ => Shape::Leaf(leaf(rule)),
        },
        required: rule.required,
    };
    Written {
        name,
        shape: Shape::Object {
            members: table.iter().map(one).collect(),
            open: true,
        },
    }
}

fn leaf(rule: &Rule) -> Leaf {
    match rule.kind {
        Kind::Text if rule.name == "job_name" => Leaf::JobTitle,
        Kind::Text if rule.required => Leaf::Name(TEXT),
        Kind::Text => Leaf::Text(TEXT),
        Kind::Email => Leaf::Email,
        Kind::Boolean => Leaf::Flag,
        // The one number of these bodies.
        Kind::Integer => Leaf::Job,
        Kind::StageId => Leaf::Stage,
        Kind::Choice(words) => Leaf::Choice(words),
        Kind::Fields | Kind::Answers => unreachable!("these are no single values"),
    }
}

/// `fields` as a list.
fn entries() -> Shape {
    let leaf = |name, leaf| member(name, Shape::Leaf(leaf));
    Shape::Object {
        members: vec![
            leaf("id", Leaf::Question),
            leaf("label", Leaf::Question),
            leaf("value", Leaf::AnswerTo),
        ],
        open: true,
    }
    .list()
}

/// `fields` of the oldest generation, as far as it has names of its own (dialect page, §4).
fn person() -> Shape {
    let one = |name, leaf, required| Member {
        required,
        ..member(name, Shape::Leaf(leaf))
    };
    Shape::Object {
        members: vec![
            one("name", Leaf::Name(TEXT), true),
            one("email", Leaf::Email, true),
            one("phone", Leaf::Text(TEXT), false),
            one("linkedin", Leaf::LinkedIn, false),
            one("portfolio", Leaf::Url, false),
            one("resume", Leaf::Url, false),
        ],
        open: true,
    }
}
