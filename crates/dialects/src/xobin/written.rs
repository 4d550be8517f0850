//! The bodies that make an applicant as `crate::written` describes bodies, made of the lists of members.

use super::wire::{ADD, INVITE, INVITE_FORMATS};
use crate::written::{Leaf, Member, Shape, Written, member};

/// A text has no limit of its own; a body has.
const TEXT: usize = 100_000;

/// The bodies: an applicant whose answers are a map or a list, a mail that asks somebody to apply, and the call that
/// does nothing else.
pub(super) fn written() -> Vec<Written> {
    let fields = |name: &'static str| match name {
        "fields" => Shape::Leaf(Leaf::Answers),
        _ => of_add(name),
    };
    let listed = |name: &'static str| match name {
        "fields" => entries(),
        _ => of_add(name),
    };
    vec![
        body("applicant, fields as a map", &ADD, &["name", "email"], fields),
        body("applicant, fields as a list", &ADD, &["name", "email"], listed),
        body("invite", &INVITE, &INVITE, of_invite),
    ]
}

fn body(
    name: &'static str,
    members: &[&'static str],
    required: &[&str],
    shape: impl Fn(&'static str) -> Shape,
) -> Written {
    let one = |name: &&'static str| Member {
        required: required.contains(name),
        ..member(name, shape(name))
    };
    Written {
        name,
        shape: Shape::Object {
            members: members.iter().map(one).collect(),
            open: true,
        },
    }
}

fn of_add(name: &'static str) -> Shape {
    Shape::Leaf(match name {
        "invite_applicant" | "send_email" => Leaf::Flag,
        "name" => Leaf::Name(TEXT),
        "email" => Leaf::Email,
        "email_message" => Leaf::Text(TEXT),
        "destination_stage_id" => Leaf::Stage,
        other => unreachable!("{other} is not described"),
    })
}

/// `fields` in its other form.
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

fn of_invite(name: &'static str) -> Shape {
    Shape::Leaf(match name {
        "candidate_name" => Leaf::Name(TEXT),
        "candidate_email" => Leaf::Email,
        "track_id" => Leaf::Job,
        "invite_format" => Leaf::Choice(&INVITE_FORMATS),
        other => unreachable!("{other} is not described"),
    })
}
