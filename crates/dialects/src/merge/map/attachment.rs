//! A file on a candidate, by its address.

use hiring::attachment::{Attachment, Kind};
use hiring::id::Uuid;
use serde_json::{Value, json};

use super::{head, model};

/// The model Attachment of `candidate`. A file whose content we have is at our own address below `public_url`.
pub(in super::super) fn attachment(
    attachment: &Attachment,
    candidate: Uuid,
    public_url: &str,
) -> Value {
    let ours = || {
        format!(
            "{public_url}/merge/api/ats/v1/attachments/{}/file",
            attachment.uid
        )
    };
    let file_url = match attachment.sha256 {
        Some(_) => Some(ours()),
        None => attachment.url.clone(),
    };
    let name = Some(&attachment.name).filter(|n| !n.is_empty());
    model(
        head(attachment.uid, attachment.created_at, attachment.created_at),
        json!({
            "file_name": name,
            "file_url": file_url,
            "candidate": candidate,
            "attachment_type": kind(attachment.kind),
        }),
    )
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Resume => "RESUME",
        Kind::CoverLetter => "COVER_LETTER",
        Kind::OfferLetter => "OFFER_LETTER",
        Kind::Picture | Kind::Other => "OTHER",
    }
}
