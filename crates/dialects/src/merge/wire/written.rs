//! The body of `POST /candidates` as `crate::written` describes bodies, made of the tables.

use super::rules::{Kind, Rule, Table};
use super::tables::CANDIDATE;
use crate::written::{Leaf, Member, Shape, Written, member};

/// A text has no limit of its own; a body has.
const TEXT: usize = 100_000;

/// The body of a create.
pub(in super::super) fn written() -> Vec<Written> {
    let model = Member {
        required: true,
        ..member("model", object(&CANDIDATE))
    };
    let on_behalf = member("remote_user_id", Shape::Leaf(Leaf::Text(TEXT)));
    vec![Written {
        name: "",
        shape: Shape::Object {
            members: vec![model, on_behalf],
            open: true,
        },
    }]
}

fn object(table: &Table) -> Shape {
    let one = |rule: &Rule| Member {
        name: rule.name,
        shape: shape(rule),
        required: table.required.contains(&rule.name),
    };
    Shape::Object {
        members: table.rules.iter().map(one).collect(),
        open: true,
    }
}

fn shape(rule: &Rule) -> Shape {
    Shape::Leaf(match rule.kind {
        Kind::Objects(table) | Kind::Linked(table) => return object(table).list(),
        Kind::RefOrNew(table) => return object(table),
        Kind::Texts | Kind::LooseTexts => return Shape::Leaf(Leaf::Text(TEXT)).list(),
        Kind::Text if rule.name == "answer" => Leaf::AnswerTo,
        Kind::Text => Leaf::Text(TEXT),
        Kind::Email => Leaf::Email,
        Kind::Url => Leaf::Url,
        Kind::Boolean => Leaf::Flag,
        Kind::Moment => Leaf::Moment,
        Kind::Choice(words) => Leaf::Choice(words),
        Kind::Reference => match rule.name {
            "job" => Leaf::Job,
            "current_stage" => Leaf::Stage,
            "credited_to" => Leaf::User,
            "reject_reason" => Leaf::Reason,
            "question" => Leaf::Question,
            other => unreachable!("a create refers to no {other}"),
        },
        Kind::Unused => Leaf::Unused,
    })
}
