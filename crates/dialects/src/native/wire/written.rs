//! The body of `POST /candidates` as `crate::written` describes bodies, made of the fields.

use super::candidate::{EXTERNAL_ID, FILE_KINDS, MEMBERS};
use super::record::{self, Contact, Kind, NAME};
use crate::written::{Leaf, Member, Shape, Written, member};

/// The body of a create.
pub(in crate::native) fn written() -> Vec<Written> {
    let own = MEMBERS.iter().map(|name| member(name, beside(name)));
    let fields = record::FIELDS.iter().filter(|f| f.1 != Kind::Shown);
    let fields = fields.map(|(name, kind, _)| member(name, shape(*kind)));
    vec![Written {
        name: "",
        shape: object(own.chain(fields).collect()),
    }]
}

fn object(members: Vec<Member>) -> Shape {
    Shape::Object {
        members,
        open: false,
    }
}

fn text(most: usize) -> Shape {
    Shape::Leaf(Leaf::Text(most))
}

/// The members that are no canonical fields.
fn beside(name: &str) -> Shape {
    Shape::Leaf(match name {
        "name" => Leaf::Text(NAME),
        "job" => Leaf::Job,
        "stage" => Leaf::Stage,
        "answers" => Leaf::Answers,
        "source" => Leaf::Text(200),
        "external_id" => Leaf::OwnId(EXTERNAL_ID),
        "files" => {
            let name = Member {
                required: true,
                ..member("name", Shape::Leaf(Leaf::Name(255)))
            };
            return object(vec![
                name,
                member("kind", Shape::Leaf(Leaf::Choice(&FILE_KINDS))),
                member("content", Shape::Leaf(Leaf::Base64)),
                member("url", Shape::Leaf(Leaf::Url)),
                member("field", Shape::Leaf(Leaf::Question)),
            ])
            .list();
        }
        other => unreachable!("{other} is not described"),
    })
}

fn shape(kind: Kind) -> Shape {
    Shape::Leaf(match kind {
        Kind::Text(most) => Leaf::Text(most),
        Kind::Date => Leaf::Date,
        Kind::Moment => Leaf::Moment,
        Kind::Flag => Leaf::Flag,
        Kind::Texts => return text(NAME).list(),
        Kind::Contacts(contact) => {
            let value = match contact {
                Contact::Email => Leaf::Email,
                Contact::Phone => Leaf::Name(2_000),
                Contact::Url => Leaf::Url,
            };
            let value = Member {
                required: true,
                ..member("value", Shape::Leaf(value))
            };
            return object(vec![value, member("type", text(NAME))]).list();
        }
        Kind::Objects => return Shape::Leaf(Leaf::Free).list(),
        Kind::Address => {
            let parts = record::ADDRESS.iter();
            return object(parts.map(|part| member(part, text(NAME))).collect());
        }
        Kind::Custom => Leaf::Free,
        Kind::Answer => Leaf::Answer,
        Kind::Shown => unreachable!("it is not taken"),
    })
}
