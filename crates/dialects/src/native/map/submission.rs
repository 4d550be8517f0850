//! A submission as it is shown: the body with what was cut out of it marked or put back.

use hiring::id::Uuid;
use hiring::slot::{self, SlotKind};
use hiring::submission::{FileSlot, Submission};
use serde_json::{Value, json};

use crate::native::wire::answer;
use crate::time::micros;

/// What belongs to a submission.
pub(in crate::native) struct Parts {
    pub files: Vec<FileSlot>,
    /// Number, place, and the answer itself where the caller may see it.
    pub eeo: Vec<(u32, String, Option<Value>)>,
}

pub(in crate::native) fn submission(of: &Submission, parts: &Parts) -> answer::Submission {
    let mut body = serde_json::from_str(&of.body).unwrap_or_default();
    with_slots(&mut body, of.uid, parts);
    answer::Submission {
        id: of.uid,
        dialect: of.dialect.clone(),
        route: of.route.clone(),
        received_at: micros(of.received_at),
        outcome: of.outcome.clone(),
        candidate: of.candidate,
        application: of.application,
        unmapped: of.unmapped.clone(),
        slots: slots(parts),
        body,
    }
}

fn slots(parts: &Parts) -> Vec<answer::Slot> {
    let files = parts.files.iter().map(|f| answer::Slot {
        n: f.n,
        kind: SlotKind::File.word(),
        pointer: f.pointer.clone(),
        sha256: Some(store::files::hex(&f.sha256)),
    });
    let answers = parts.eeo.iter().map(|(n, pointer, _)| answer::Slot {
        n: *n,
        kind: SlotKind::Eeo.word(),
        pointer: pointer.clone(),
        sha256: None,
    });
    let mut slots: Vec<_> = files.chain(answers).collect();
    slots.sort_by_key(|s| s.n);
    slots
}

/// Puts a mark, or the answer that may be seen, in the place of each placeholder.
fn with_slots(body: &mut Value, uid: Uuid, parts: &Parts) {
    slot::fill(body, &mut |of, n| {
        let file = parts.files.iter().find(|f| f.n == n);
        let answer = parts.eeo.iter().find(|(other, ..)| *other == n);
        match (file, answer) {
            _ if of != uid => None,
            (Some(file), _) => {
                let sha256 = store::files::hex(&file.sha256);
                Some(json!({"$slot": n, "kind": "file", "sha256": sha256}))
            }
            (None, Some((.., Some(answer)))) => Some(answer.clone()),
            (None, _) => Some(json!({"$slot": n, "kind": "eeo"})),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::slot::{Encoding, placeholder};

    #[test]
    fn slots_are_marked_and_answers_shown_to_those_who_may() {
        let uid = Uuid::now_v7();
        let file = FileSlot {
            n: 0,
            pointer: "/files/0/content".into(),
            encoding: Encoding::Base64,
            sha256: [0xab; 32],
        };
        let mut parts = Parts {
            files: vec![file],
            eeo: vec![(1, "/gender".into(), None)],
        };
        let body =
            json!({"files": [{"content": placeholder(uid, 0)}], "gender": placeholder(uid, 1)});
        let mut hidden = body.clone();
        with_slots(&mut hidden, uid, &parts);
        let mark = json!({"$slot": 0, "kind": "file", "sha256": "ab".repeat(32)});
        assert_eq!(
            hidden,
            json!({"files": [{"content": mark}], "gender": {"$slot": 1, "kind": "eeo"}})
        );
        parts.eeo[0].2 = Some(json!("x"));
        let mut shown = body;
        with_slots(&mut shown, uid, &parts);
        assert_eq!(shown["gender"], json!("x"));
        let listed: Vec<_> = slots(&parts).into_iter().map(|s| (s.n, s.kind)).collect();
        assert_eq!(listed, [(0, "file"), (1, "eeo")]);
    }
}
