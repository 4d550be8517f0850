//! What was written down about a candidate.

use hiring::id::{CandidateId, MemberId, SubmissionId};
use hiring::note::{Kind, NewNote, Note, Visibility};
use serde_json::{Value, json};

use super::{Lens, head, model, user};
use crate::merge::wire::{ACTIVITY_TYPES, ActivityRequest, Expand, VISIBILITIES as WORDS};

/// Our kinds of note in Merge's words.
const KINDS: [(Kind, &str); 3] = [
    (Kind::Note, ACTIVITY_TYPES[0]),
    (Kind::Email, ACTIVITY_TYPES[1]),
    (Kind::Other, ACTIVITY_TYPES[2]),
];
const VISIBILITIES: [(Visibility, &str); 3] = [
    (Visibility::Admin, WORDS[0]),
    (Visibility::Public, WORDS[1]),
    (Visibility::Private, WORDS[2]),
];

/// The note that a request makes, of what it refers to.
pub(in super::super) fn new_note(
    request: &ActivityRequest,
    candidate: CandidateId,
    member: Option<MemberId>,
    submission: SubmissionId,
) -> NewNote {
    let kind = KINDS
        .iter()
        .find(|(_, w)| Some(*w) == request.activity_type.as_deref());
    let visibility = VISIBILITIES
        .iter()
        .find(|(_, w)| Some(*w) == request.visibility.as_deref());
    NewNote {
        candidate,
        member,
        submission: Some(submission),
        kind: kind.map_or(Kind::Note, |(kind, _)| *kind),
        subject: request.subject.clone(),
        body: request.body.clone(),
        visibility: visibility.map_or(Visibility::Public, |(visibility, _)| *visibility),
    }
}

/// The model Activity. A note about somebody who is to be shown no more is a shell: every key, and nothing behind it.
pub(in super::super) fn activity(
    lens: &Lens,
    note: &Note,
    expand: &Expand,
    sent: Option<Vec<Value>>,
) -> Value {
    let head = head(note.uid, note.created_at, note.created_at);
    let kind = KINDS.iter().find(|(kind, _)| *kind == note.kind);
    let visibility = VISIBILITIES.iter().find(|(v, _)| *v == note.visibility);
    let whole = expand.has("user") && lens.shows("RemoteUser");
    let own = if note.ignored {
        json!({
            "user": null, "remote_created_at": null, "activity_type": null, "subject": null, "body": null,
            "visibility": null, "candidate": null,
        })
    } else {
        json!({
            "user": note.member.as_ref().map(|member| match whole {
                true => user(lens, member),
                false => json!(member.uid),
            }),
            "remote_created_at": null,
            "activity_type": kind.map(|(_, word)| word),
            "subject": note.subject,
            "body": note.body,
            "visibility": visibility.map(|(_, word)| word),
            "candidate": note.candidate,
        })
    };
    let mut shown = model(lens, "Activity", head, own);
    if !note.ignored {
        shown["remote_data"] = json!(sent);
    }
    shown
}
