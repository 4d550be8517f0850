//! The files of a body: where their content stands, how it is encoded, what they are for.

use hiring::attachment::Kind;
use serde_json::{Map, Value};

use crate::eightfold::wire::items;
use crate::files::Content;

/// A file of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) struct FileWord {
    /// The placeholder that stands for its content.
    pub placeholder: String,
    /// `isBase64` beside the content decides.
    pub content: Content,
    /// What it is for.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// Every file of the body that has content.
pub(in crate::eightfold) fn files(members: &Map<String, Value>) -> Vec<FileWord> {
    let attachments = items(members.get("attachments"));
    let single = [
        ("resumeContent", Kind::Resume, "resume"),
        ("photoContent", Kind::Picture, "photo"),
    ];
    let single = single.into_iter().filter_map(|(member, kind, name)| {
        let value = members.get(member)?;
        let extension = value["extension"].as_str().unwrap_or("");
        let name = named(name, extension);
        file(value, "content", kind, name)
    });
    let listed = attachments.iter().filter_map(|value| {
        let kind = kind(value["attachmentType"].as_str());
        let name = value["fileName"].as_str().map(str::trim);
        let name = name.filter(|n| !n.is_empty()).unwrap_or("attachment");
        file(value, "attachmentContent", kind, name.to_owned())
    });
    single.chain(listed).collect()
}

/// The files of `attachments`, for what has nothing but these.
pub(in crate::eightfold) fn listed(attachments: &[Map<String, Value>]) -> Vec<FileWord> {
    let attachments = attachments.iter().map(|a| Value::Object(a.clone()));
    let members = [("attachments".to_owned(), attachments.collect())];
    files(&members.into_iter().collect())
}

fn file(value: &Value, member: &str, kind: Kind, name: String) -> Option<FileWord> {
    let placeholder = value[member].as_str()?.to_owned();
    let content = match value["isBase64"] {
        Value::Bool(true) => Content::Base64,
        _ => Content::Text,
    };
    Some(FileWord {
        placeholder,
        content,
        kind,
        name,
    })
}

fn named(name: &str, extension: &str) -> String {
    let extension = extension.trim().trim_start_matches('.');
    if extension.is_empty() {
        name.to_owned()
    } else {
        format!("{name}.{extension}")
    }
}

fn kind(attachment_type: Option<&str>) -> Kind {
    match attachment_type {
        Some("resume") => Kind::Resume,
        Some("photo") => Kind::Picture,
        Some("cover_letter") => Kind::CoverLetter,
        _ => Kind::Other,
    }
}

/// [`kind`], the other way.
pub(super) fn attachment_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Resume => "resume",
        Kind::Picture => "photo",
        Kind::CoverLetter => "cover_letter",
        Kind::OfferLetter | Kind::Other => "others",
    }
}
