//! Notes, in and out.

use hiring::id::{CandidateId, MemberId, SubmissionId};
use hiring::note::{Kind, NewNote, Spoken, Visibility};
use serde_json::{Map, Value, json};

use crate::comeet::uid::{self, Kind as Uid};
use crate::comeet::wire;
use crate::time;

/// The note as everybody else reads it: plain text, the details below.
pub(in crate::comeet) fn new_note(
    wire: &wire::NewNote,
    candidate: CandidateId,
    member: Option<MemberId>,
    submission: SubmissionId,
) -> NewNote {
    let mut body = plain(&wire.text);
    for detail in &wire.details {
        let (title, text) = (
            detail["title"].as_str().unwrap_or(""),
            detail["text"].as_str().unwrap_or(""),
        );
        body.push_str(&format!("\n{title}: {text}"));
    }
    NewNote {
        candidate,
        member,
        submission: Some(submission),
        kind: Kind::Note,
        subject: None,
        body: Some(body),
        visibility: Visibility::Public,
    }
}

/// What is kept beside, so that the note can be shown again as it was sent.
pub(in crate::comeet) fn said_of(
    wire: &wire::NewNote,
    member: Option<MemberId>,
) -> Map<String, Value> {
    let mut author = Map::new();
    author.insert(
        "uid".into(),
        json!(member.map(|id| uid::write(Uid::Member, id.0))),
    );
    author.extend(wire.created_by.clone());
    let mut said = Map::new();
    said.insert(
        "time_created".into(),
        json!(time::seconds(wire.time_created)),
    );
    said.insert("created_by".into(), Value::Object(author));
    said.insert("text".into(), json!(wire.text));
    said.insert("details".into(), json!(wire.details));
    said
}

/// A note as its POST was answered.
pub(in crate::comeet) fn shown(spoken: &Spoken) -> Value {
    let said = |name: &str| spoken.said.get(name).cloned().unwrap_or_default();
    json!({
        "uid": uid::write(Uid::Note, spoken.id.0),
        "time_created": said("time_created"),
        "created_by": said("created_by"),
        "text": said("text"),
        "details": said("details"),
    })
}

/// A note that came with a create, and of which no more is known.
pub(super) fn of_create(text: &Value) -> Value {
    json!({"uid": null, "time_created": null, "created_by": null, "text": text, "details": []})
}

/// HTML of b, i and u as text.
fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for tag in ["<b>", "</b>", "<i>", "</i>", "<u>", "</u>"] {
        text = text.replace(tag, "");
    }
    for (entity, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, sign);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn everybody_else_reads_plain_text() {
        assert_eq!(plain("<b>No</b> answer"), "No answer");
        assert_eq!(
            plain("1 &lt; 2 &amp;&amp; 3 &amp;gt; 2"),
            "1 < 2 && 3 &gt; 2"
        );
    }
}
