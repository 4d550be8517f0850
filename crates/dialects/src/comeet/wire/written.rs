//! The body of `POST /candidates` as `crate::written` describes bodies, made of the table.

use super::rules::{Kind, LINE, Rule};
use super::{CANDIDATE, extension};
use crate::written::{Leaf, Member, Shape, Written};

/// The body of a create.
pub(in crate::comeet) fn written() -> Vec<Written> {
    vec![Written {
        name: "",
        shape: object(CANDIDATE, ""),
    }]
}

/// `within`: the member that these rules are of.
fn object(rules: &[Rule], within: &str) -> Shape {
    let one = |rule: &Rule| Member {
        name: rule.name,
        shape: shape(rule, within),
        required: rule.required,
    };
    Shape::Object {
        members: rules.iter().map(one).collect(),
        open: true,
    }
}

fn shape(rule: &Rule, within: &str) -> Shape {
    Shape::Leaf(match rule.kind {
        Kind::Object(rules) => return object(rules, rule.name),
        Kind::Objects(rules) => return object(rules, rule.name).list(),
        Kind::Text(most) => text(rule, within, most),
        Kind::Email => Leaf::Email,
        Kind::Profile => Leaf::LinkedIn,
        Kind::Url => Leaf::Url,
        Kind::Country => Leaf::Country,
        Kind::Moment => Leaf::Moment,
        Kind::Choice(words) => Leaf::Choice(words),
        Kind::Content => Leaf::Base64,
        Kind::Boolean => Leaf::Flag,
        Kind::Integer => Leaf::Whole,
        Kind::Free => Leaf::Custom,
    })
}

/// Texts of which a name has its own rules.
fn text(rule: &Rule, within: &str, most: usize) -> Leaf {
    match (within, rule.name) {
        ("", "position_uid") => Leaf::Job,
        ("", "partner_candidate_id") => Leaf::OwnId(LINE),
        ("resume", "name") => Leaf::FileName(&extension::RESUMES),
        ("picture", "name") => Leaf::FileName(&extension::IMAGES),
        ("files", "name") => Leaf::FileName(&[]),
        _ if rule.required => Leaf::Name(most),
        _ => Leaf::Text(most),
    }
}
