//! The body as `crate::written` describes bodies, made of the tables.

use super::tables::{BODY, Field, Home, Kind, Member as Row};
use super::{MAX_ID, MAX_NAME};
use crate::written::{Leaf, Member, Shape, Written};

/// A text of the schema has no limit of its own; a body has.
const TEXT: usize = 100_000;

/// The body of a create.
pub(in crate::eightfold) fn written() -> Vec<Written> {
    vec![Written {
        name: "",
        shape: Shape::Object {
            members: BODY.iter().map(top).collect(),
            open: true,
        },
    }]
}

fn top(field: &Field) -> Member {
    let leaf = match field.name {
        "candidateId" => Some(Leaf::OwnId(MAX_ID)),
        "firstName" => Some(Leaf::Name(MAX_NAME)),
        "lastName" => Some(Leaf::Text(MAX_NAME)),
        _ if matches!(field.home, Home::Key) => Some(Leaf::System),
        _ => None,
    };
    Member {
        name: field.name,
        shape: leaf.map_or_else(|| shape(field.name, field.kind), Shape::Leaf),
        // `check_presence` and `check_identity`, in the parent.
        required: ["candidateId", "firstName", "emails", "lastActivityTs"].contains(&field.name),
    }
}

fn shape(name: &str, kind: Kind) -> Shape {
    let members = |rows: &'static [Row]| Shape::Object {
        members: rows
            .iter()
            .map(|(name, kind)| Member {
                name,
                shape: shape(name, *kind),
                required: false,
            })
            .collect(),
        open: true,
    };
    Shape::Leaf(match kind {
        Kind::One(rows) => return members(rows),
        Kind::Many(rows) => return members(rows).list(),
        Kind::Texts => return Shape::Leaf(Leaf::Text(TEXT)).list(),
        Kind::Text => match name {
            "content" | "attachmentContent" => Leaf::Content,
            "atsJobId" => Leaf::AnyJob,
            _ => Leaf::Text(TEXT),
        },
        Kind::Bool => Leaf::Flag,
        Kind::Int => Leaf::Whole,
        Kind::Number => Leaf::Number,
        Kind::Email => Leaf::Email,
        Kind::Emails => Leaf::Emails,
        Kind::Date => Leaf::Date,
        Kind::Moment => Leaf::MomentOrSeconds,
        Kind::Choice(words) => Leaf::Choice(words),
        Kind::Free => Leaf::Free,
    })
}
