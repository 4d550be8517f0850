//! The contents of files on their way into an answer: named inside the read transaction, fetched outside of it.

use std::collections::HashMap;

use hiring::App;
use hiring::caller::Caller;
use hiring::eeo;
use hiring::id::{OrgId, Uuid};
use hiring::idempotency::Answer;
use hiring::problem::{Problem, Result};
use hiring::slot::{self, Encoding};
use hiring::submission;
use serde_json::Value;
use store::Reader;
use store::files::Digest;

use crate::eightfold::wire::query::Include;
use crate::{files, reply};

/// Fields whose slots are files.
const FILE_FIELDS: [&str; 3] = ["attachments", "resumeContent", "photoContent"];

/// Bytes of files in one answer. What goes beyond is left out of it, rather than the whole answer refused.
const MOST: usize = 64 << 20;

/// A slot: a submission's uid, or an attachment's, and a number.
pub(super) type Place = (Uuid, u32);

/// A file that fills a slot.
pub(super) struct Content {
    pub place: Place,
    pub encoding: Encoding,
    pub sha256: Digest,
}

/// A person's view whose file slots are still to be filled.
pub(super) struct Draft {
    json: Value,
    /// The fields with files, taken out meanwhile.
    aside: Vec<(&'static str, Value)>,
    contents: Vec<Content>,
}

/// Fills the equal-opportunity slots of `json` and names the files for the others. `attached`: the files of slots
/// that stand for attachments.
pub(super) fn draft(
    r: &mut Reader,
    caller: &Caller,
    mut json: Value,
    include: &Include,
    attached: Vec<Content>,
) -> Result<Draft> {
    let (mut aside, mut contents) = (Vec::new(), Vec::new());
    let mut attached: HashMap<Place, Content> =
        attached.into_iter().map(|c| (c.place, c)).collect();
    for field in FILE_FIELDS {
        let Some(value) = json.get_mut(field).map(Value::take) else {
            continue;
        };
        if include.contents_of(field) {
            contents.extend(named(r, caller.org, &value, &mut attached)?);
        }
        aside.push((field, value));
    }
    eeo::fill(r, caller, &mut json)?;
    Ok(Draft {
        json,
        aside,
        contents,
    })
}

fn named(
    r: &mut Reader,
    org: OrgId,
    value: &Value,
    attached: &mut HashMap<Place, Content>,
) -> Result<Vec<Content>> {
    let places = slot::collect(value);
    let (ours, said): (Vec<Place>, Vec<Place>) =
        places.into_iter().partition(|p| attached.contains_key(p));
    let mut contents: Vec<Content> = ours.iter().filter_map(|p| attached.remove(p)).collect();
    let mut uids: Vec<Uuid> = said.iter().map(|p| p.0).collect();
    uids.sort_unstable();
    uids.dedup();
    for uid in uids {
        let slots = submission::file_slots(r, org, uid)?;
        let wanted = slots.into_iter().filter(|s| said.contains(&(uid, s.n)));
        contents.extend(wanted.map(|s| Content {
            place: (uid, s.n),
            encoding: s.encoding,
            sha256: s.sha256,
        }));
    }
    Ok(contents)
}

/// Fetches the files and answers 200 with what `around` makes of the filled views.
pub(super) async fn answer(
    app: &App,
    org: OrgId,
    drafts: Vec<Draft>,
    around: impl FnOnce(Vec<Value>) -> Value + Send + 'static,
) -> Result<Answer> {
    let (mut fetched, mut size) = (HashMap::new(), 0);
    for content in drafts.iter().flat_map(|d| &d.contents) {
        let bytes = app.files.get(org.0, &content.sha256).await;
        let bytes = bytes.map_err(Problem::from)?;
        if size + bytes.len() <= MOST {
            size += bytes.len();
            fetched.insert(content.place, (content.encoding, bytes));
        }
    }
    let work = move || {
        let views = drafts.into_iter().map(|draft| filled(draft, &fetched));
        reply::json(200, &around(views.collect()))
    };
    if size == 0 {
        Ok(work())
    } else {
        files::off_thread(work).await
    }
}

fn filled(draft: Draft, fetched: &HashMap<Place, (Encoding, bytes::Bytes)>) -> Value {
    let mut json = draft.json;
    for (field, mut value) in draft.aside {
        slot::fill(&mut value, &mut |uid, n| {
            let (encoding, bytes) = fetched.get(&(uid, n))?;
            serde_json::from_slice(&slot::rebuild(*encoding, bytes)).ok()
        });
        json[field] = value;
    }
    json
}
