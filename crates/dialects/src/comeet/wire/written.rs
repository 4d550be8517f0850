//! The body of `POST /candidates` as `crate::written` describes bodies, made of the lists of members.

use super::{ADDRESS, CONTACT, LINE, MEMBERS, NOTE, PROSPECT_STATUSES, UPLOAD, extension};
use crate::written::{Leaf, Member, Shape, Written, member};

/// The body of a create.
pub(in crate::comeet) fn written() -> Vec<Written> {
    let top = |name: &&'static str| Member {
        required: ["position_uid", "first_name", "last_name"].contains(name),
        ..member(name, shape(name))
    };
    vec![Written {
        name: "",
        shape: object(MEMBERS.iter().map(top).collect()),
    }]
}

fn object(members: Vec<Member>) -> Shape {
    Shape::Object {
        members,
        open: true,
    }
}

fn required(name: &'static str, leaf: Leaf) -> Member {
    Member {
        required: true,
        ..member(name, Shape::Leaf(leaf))
    }
}

fn shape(name: &str) -> Shape {
    Shape::Leaf(match name {
        "position_uid" => Leaf::Job,
        "partner_candidate_id" => Leaf::OwnId(LINE),
        "first_name" | "last_name" => Leaf::Name(LINE),
        "middle_name" | "phone" | "mobile_phone" | "national_id" | "salary_expectations" => {
            Leaf::Text(LINE)
        }
        "email" => Leaf::Email,
        "linkedin_url" => Leaf::LinkedIn,
        "prospect_status" => Leaf::Choice(&PROSPECT_STATUSES),
        "resume" => return upload(&extension::RESUMES),
        "picture" => return upload(&extension::IMAGES),
        "files" => return upload(&[]).list(),
        "links" => return object(vec![required("url", Leaf::Url)]).list(),
        "source_contact" => return object(CONTACT.iter().map(|name| contact(name)).collect()),
        "address" => return object(ADDRESS.iter().map(|name| address(name)).collect()),
        "custom_fields" => Leaf::Custom,
        "note" => Leaf::Text(NOTE),
        other => unreachable!("{other} is not described"),
    })
}

fn upload(extensions: &'static [&'static str]) -> Shape {
    let part = |name: &&'static str| match *name {
        "name" => required("name", Leaf::FileName(extensions)),
        "file" => required("file", Leaf::Base64),
        other => unreachable!("{other} is not described"),
    };
    object(UPLOAD.iter().map(part).collect())
}

fn contact(name: &'static str) -> Member {
    match name {
        "full_name" => required(name, Leaf::Name(LINE)),
        "email" => required(name, Leaf::Email),
        _ => member(name, Shape::Leaf(Leaf::Text(LINE))),
    }
}

fn address(name: &'static str) -> Member {
    let leaf = match name {
        "country" => Leaf::Country,
        _ => Leaf::Text(LINE),
    };
    member(name, Shape::Leaf(leaf))
}

