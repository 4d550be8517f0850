//! A file on a candidate, by its address.

use hiring::attachment::{Kind, Listed, NewAttachment};
use serde_json::{Value, json};

use super::{Lens, head, model, shell_of};
use crate::merge::wire::AttachmentRequest;

/// The attachment that a request makes. Its content is fetched later.
pub(in super::super) fn new_attachment(new: &AttachmentRequest) -> NewAttachment {
    let kind = match new.attachment_type.as_deref() {
        Some("RESUME") => Kind::Resume,
        Some("COVER_LETTER") => Kind::CoverLetter,
        Some("OFFER_LETTER") => Kind::OfferLetter,
        _ => Kind::Other,
    };
    NewAttachment {
        kind,
        name: new.file_name.clone().unwrap_or_default(),
        file: None,
        url: new.file_url.as_deref().map(|url| url.trim().to_owned()),
        scope: None,
    }
}

/// The model Attachment. A file whose content we have is at our own address. `candidate`: shown in place of its id.
pub(in super::super) fn attachment(
    lens: &Lens,
    listed: &Listed,
    candidate: Option<Value>,
) -> Value {
    let attachment = &listed.attachment;
    let ours = || {
        format!(
            "{}/merge/api/ats/v1/attachments/{}/file",
            lens.public_url, attachment.uid
        )
    };
    let file_url = match attachment.sha256 {
        Some(_) => Some(ours()),
        None => attachment.url.clone(),
    };
    let name = Some(&attachment.name).filter(|n| !n.is_empty());
    let mut shown = model(
        lens,
        "Attachment",
        head(
            attachment.uid,
            attachment.created_at,
            attachment.updated_at(),
        ),
        json!({
            "file_name": name,
            "file_url": file_url,
            "candidate": candidate.unwrap_or_else(|| json!(listed.candidate)),
            "attachment_type": kind(attachment.kind),
        }),
    );
    shown["remote_was_deleted"] = json!(attachment.removed_at.is_some());
    if listed.ignored {
        shell_of(shown)
    } else {
        shown
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Resume => "RESUME",
        Kind::CoverLetter => "COVER_LETTER",
        Kind::OfferLetter => "OFFER_LETTER",
        Kind::Picture | Kind::Other => "OTHER",
    }
}
