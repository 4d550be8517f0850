//! A file in three calls: an upload address, the bytes, the naming of what was uploaded.

use std::time::Duration;

use serde_json::{Value, json};

use super::{call, map, wire};
use crate::flow::{Flow, Found, Look, Unclear, id, unreadable};
use crate::parcel::{File, Thing};
use crate::step::{Answer, Body, Part, Request, Step};

/// The largest file, bytes [inferred].
const LARGEST: u64 = 50 << 20;
/// An upload address is good for 10 minutes [documented]; the bytes need some.
const GOOD: Duration = Duration::from_secs(8 * 60);

/// Sends a file of somebody who had those of the ids `before`.
pub(super) fn send(
    flow: &mut Flow,
    person: &str,
    file: &File,
    before: &[String],
) -> Result<Option<String>, Step> {
    if file.size > LARGEST {
        flow.remark("a file: it is larger than 50 MiB");
        return Ok(None);
    }
    let sent = match name(flow, person, file, before) {
        // It is to be sent, for the first time or again: now with what was uploaded.
        Err(Step::Send(request)) if request.name == called(file) => upload(flow, file)
            .and_then(|handle| Err(Step::Send(naming(flow, person, file, &handle)))),
        sent => sent,
    };
    flow.taken("a file", sent)
}

fn called(file: &File) -> String {
    format!("file {}", file.uid)
}

fn naming(flow: &Flow, person: &str, file: &File, handle: &str) -> Request {
    let (verb, member) = match map::is_resume(flow.parcel, file) {
        true => ("candidate.uploadResume", "resumeHandle"),
        false => ("candidate.uploadFile", "fileHandle"),
    };
    call(
        flow,
        called(file),
        verb,
        json!({"candidateId": person, member: handle}),
    )
}

fn name(flow: &Flow, person: &str, file: &File, before: &[String]) -> Result<String, Step> {
    let there = |candidate: &Value| -> Option<String> {
        let same = |f: &&Value| {
            let new = |i: String| !before.contains(&i) && flow.is_free(Thing::File, &i);
            let free = id(&f["id"]).is_some_and(new);
            f["name"] == file.name.as_str() && free
        };
        wire::files(candidate).find(same).and_then(|f| id(&f["id"]))
    };
    let find = |body: &Value| -> Found<String> {
        let candidate = &body["results"];
        candidate
            .is_object()
            .then(|| there(candidate))
            .ok_or(Unclear)
    };
    let look = Look {
        request: call(
            flow,
            "look up files",
            "candidate.info",
            json!({"id": person}),
        )
        .harmless(),
        find: &find,
    };
    let read = |answer: &Answer| there(&answer.json()["results"]);
    flow.make(naming(flow, person, file, ""), read, Some(look))
}

/// Uploads the bytes; answers the handle by which they are named.
fn upload(flow: &Flow, file: &File) -> Result<String, Step> {
    let context = match map::is_resume(flow.parcel, file) {
        true => "CandidateResume",
        false => "CandidateFiles",
    };
    let body = json!({
        "fileUploadContext": context,
        "filename": file.name,
        "contentType": file.media_type,
        "contentLength": file.size,
    });
    let ask = call(
        flow,
        format!("handle {}", file.uid),
        "file.createFileUploadHandle",
        body,
    );
    let answer = flow.ask_within(ask.harmless(), GOOD)?.json();
    let given = &answer["results"];
    let (Some(url), Some(handle)) = (given["url"].as_str(), id(&given["handle"])) else {
        return Err(unreadable());
    };
    let fields = given["fields"].as_object().into_iter().flatten();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let mut parts: Vec<Part> = fields
        .map(|(n, v)| Part::Text(n.clone(), text(v)))
        .collect();
    // The storage reads nothing behind the file.
    parts.push(Part::File {
        field: "file".to_owned(),
        uid: file.uid.clone(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
    });
    // Its own name for each address: bytes that went to one that has ended are sent again. The address is its own
    // credential, so ours does not go along.
    let name = format!("upload {} {handle}", file.uid);
    let request = Request::post(name, url).harmless();
    match flow.ask(request.body(Body::Multipart(parts))) {
        Ok(_) => Ok(handle),
        // The storage's word for an address that has ended.
        Err(Step::Refused(r)) if ["permission", "gone"].contains(&r.reason) => Err(Step::Retry {
            after: None,
            why: "the address for uploads has ended".to_owned(),
            forget: true,
        }),
        Err(step) => Err(step),
    }
}
