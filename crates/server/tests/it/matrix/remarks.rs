//! What no recognizer can say: a remark for a cell, with the condition under which it holds.
//!
//! A remark is *true* when the field is shown as it says in each case that its condition means, and *needed* when no way
//! holds without the condition. `cells.rs` proves both for each of them, so that none can be left from an older day.

use serde_json::Value;

use super::house::text;
use super::letter::{Posted, Sent, codes};
use super::values::known;

/// A remark on one cell.
#[derive(Debug)]
pub struct Remark {
    /// Who writes.
    pub writer: &'static str,
    /// The fields.
    pub fields: &'static [&'static str],
    /// Who reads.
    pub readers: &'static [&'static str],
    /// Where it is shown.
    pub target: &'static str,
    /// In which cases, for people.
    pub text: &'static str,
    /// In which cases.
    pub when: fn(&Sent, &Posted) -> bool,
}

impl PartialEq for Remark {
    fn eq(&self, other: &Remark) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Remark {}

/// The remark on a cell.
pub fn remark(writer: &str, field: &str, reader: &str) -> Option<&'static Remark> {
    let is = |r: &&Remark| {
        r.writer == writer && r.fields.contains(&field) && r.readers.contains(&reader)
    };
    REMARKS.iter().find(is)
}

const WEB: &str = "a web address";
const NO_WHOLE: &str = "no whole name is sent beside it";
const NO_PARTS: &str = "no parts of the name are sent beside it";
const PLAIN: &str = "the file is no résumé and no picture; of these the newest, by its own name";
const ALONE: &str = "no attachment of the same type comes beside it";
/// Fields that hold objects with members that other dialects know.
const OBJECTS: &[&str] = &[
    "/skill_details/#",
    "/education/#",
    "/experience/#",
    "/certifications/#",
    "/projects/#",
    "/courses/#",
    "/detail_tags/#",
    "/questions/#",
    "/notes/#",
    "/interviews/#",
    "/foreign_applications/#",
];
const HERE: &str = "the file has content";

/// Every remark.
#[rustfmt::skip]
pub const REMARKS: &[Remark] = &[
    Remark { writer: "xobin", fields: &["/fields/file", "/fields/#/value (file)"], readers: &["comeet"],
        target: "/files/#/url", text: WEB, when: is_web },
    Remark { writer: "xobin", fields: &["/fields/file", "/fields/#/value (file)"], readers: &["eightfold"],
        target: "/attachments/#/fileName", text: WEB, when: is_web },
    Remark { writer: "native", fields: &["/first_name", "/last_name"], readers: &["xobin"],
        target: "/applicant/name", text: NO_WHOLE, when: no_whole_name },
    Remark { writer: "native", fields: &["/middle_name"], readers: &["xobin"],
        target: "/applicant/name", text: "other parts of the name are sent beside it, and no whole name", when: has_parts },
    Remark { writer: "native", fields: &["/name", "/full_name"], readers: &["comeet", "merge"],
        target: "/first_name", text: NO_PARTS, when: no_parts },
    Remark { writer: "native", fields: &["/name", "/full_name"], readers: &["eightfold"],
        target: "/firstName", text: NO_PARTS, when: no_parts },
    Remark { writer: "native", fields: &["/files/#/name"], readers: &["comeet"],
        target: "/files/#/name", text: PLAIN, when: is_plain_file },
    Remark { writer: "native", fields: &["/files/#/url"], readers: &["comeet"],
        target: "/files/#/url", text: PLAIN, when: is_plain_file },
    Remark { writer: "merge", fields: &["/model/attachments/#/file_name"], readers: &["comeet"],
        target: "/files/#/name", text: PLAIN, when: is_plain_file },
    Remark { writer: "merge", fields: &["/model/attachments/#/file_url"], readers: &["comeet"],
        target: "/files/#/url", text: PLAIN, when: is_plain_file },
    Remark { writer: "eightfold", fields: &["/attachments/#/fileName"], readers: &["comeet"],
        target: "/files/#/name", text: PLAIN, when: is_plain_file },
    Remark { writer: "eightfold", fields: &["/attachments/#/attachmentContent"], readers: &["comeet"],
        target: "/files/#/(content)", text: PLAIN, when: is_plain_file },
    Remark { writer: "eightfold", fields: &["/attachments/#/fileName"], readers: &["merge"],
        target: "/attachments/#/file_name", text: HERE, when: has_content },
    Remark { writer: "eightfold", fields: &["/resumeContent/extension", "/photoContent/extension"], readers: &["merge"],
        target: "/attachments/#/file_name", text: HERE, when: has_content },
    Remark { writer: "eightfold", fields: &["/attachments/#/fileName", "/resumeContent/extension", "/photoContent/extension"],
        readers: &["xobin"], target: "/parsed_resume/files/#/name", text: HERE, when: has_content },
    Remark { writer: "eightfold", fields: &["/resumeContent/content"], readers: &["comeet"],
        target: "", text: ALONE, when: is_alone },
    Remark { writer: "eightfold", fields: &["/photoContent/content"], readers: &["comeet"],
        target: "", text: ALONE, when: is_alone },
    Remark { writer: "eightfold", fields: &["/resumeContent/extension", "/photoContent/extension"], readers: &["comeet"],
        target: "", text: ALONE, when: is_alone },
    Remark { writer: "eightfold", fields: &["/applications/#/sourceName"], readers: &["merge"],
        target: "/applications/#/source", text: "the first application for a job of ours", when: is_first },
    Remark { writer: "eightfold", fields: &["/applications/#/reason"], readers: &["xobin"],
        target: "/stage_wise_report/#/reason", text: "the application has ended", when: has_ended },
    Remark { writer: "xobin", fields: &["/fields/resume"], readers: &["eightfold"],
        target: "/attachments/#/fileName", text: WEB, when: is_web },
    Remark { writer: "native", fields: &["/foreign_applications/# (equal-opportunity answers)"], readers: &["eightfold"],
        target: "/applications/#/veteranStatus", text: "members that its schema has", when: is_veteran_status },
    Remark { writer: "native", fields: &["/questions/# (equal-opportunity answers)"], readers: &["eightfold"],
        target: "/questions/#", text: "members that its schema has", when: is_answer },
    Remark { writer: "native", fields: OBJECTS, readers: &["eightfold"],
        target: "", text: "members that its schema has", when: is_known },
    Remark { writer: "native", fields: &["/notes/#"], readers: &["comeet"],
        target: "/notes/#/text", text: "the body", when: is_known },
    Remark { writer: "merge", fields: &["/model/phone_numbers/#/value"], readers: &["comeet"],
        target: "/phone", text: "the first that is not MOBILE; the first MOBILE one is mobile_phone", when: is_phone },
];

fn is_web(sent: &Sent, _: &Posted) -> bool {
    let text = sent.value.as_str().unwrap_or_default();
    text.starts_with("http://") || text.starts_with("https://")
}

/// The value of a member of the object that `sent` stands in.
fn sibling<'p>(sent: &Sent, posted: &'p Posted, name: &str) -> &'p Value {
    let object = sent
        .pointer
        .rsplit_once('/')
        .map_or("", |(object, _)| object);
    let object = posted.body.pointer(object);
    object.map_or(&Value::Null, |object| &object[name])
}

fn has(posted: &Posted, member: &str) -> bool {
    posted
        .body
        .pointer(member)
        .is_some_and(|value| !value.is_null())
}

fn no_whole_name(_: &Sent, posted: &Posted) -> bool {
    !has(posted, "/full_name") && !has(posted, "/name")
}

fn has_parts(sent: &Sent, posted: &Posted) -> bool {
    // A blank one is none.
    let said = |at| {
        let text = posted.body.pointer(at).and_then(Value::as_str);
        text.is_some_and(|text| !text.trim().is_empty())
    };
    no_whole_name(sent, posted) && (said("/first_name") || said("/last_name"))
}

fn no_parts(_: &Sent, posted: &Posted) -> bool {
    !["/first_name", "/middle_name", "/last_name"]
        .iter()
        .any(|part| has(posted, part))
}

fn is_plain_file(sent: &Sent, posted: &Posted) -> bool {
    let kind = |name| sibling(sent, posted, name).as_str().map(str::to_lowercase);
    let kinds = [
        kind("kind"),
        kind("attachment_type"),
        kind("attachmentType"),
    ];
    let special = ["resume", "picture", "photo"];
    has_content(sent, posted)
        && !kinds
            .iter()
            .flatten()
            .any(|kind| special.contains(&kind.as_str()))
}

fn has_content(sent: &Sent, posted: &Posted) -> bool {
    let there = |name| {
        !text(sibling(sent, posted, name))
            .trim_matches(['"', ' '])
            .is_empty()
    };
    let is_null = |name| sibling(sent, posted, name).is_null();
    ["content", "attachmentContent", "url", "file_url"]
        .iter()
        .any(|name| !is_null(name) && there(name))
}

/// Whether no attachment of the body is of the type of this member, and it has content.
fn is_alone(sent: &Sent, posted: &Posted) -> bool {
    let wanted = if sent.pattern.starts_with("/resume") {
        "resume"
    } else {
        "photo"
    };
    let all = posted.body["attachments"].as_array().into_iter().flatten();
    let mut same = all.filter(|a| a["attachmentType"] == wanted);
    let content = sibling(sent, posted, "content").as_str();
    content.is_some_and(|content| !content.trim().is_empty()) && same.next().is_none()
}

/// Whether it is the first entry, and names a job of ours: names of others are made up and bear codes.
fn is_first(sent: &Sent, posted: &Posted) -> bool {
    let job = text(&sibling(sent, posted, "jobs")[0]["atsJobId"]);
    sent.indexes[0] == 0 && job != "null" && codes(&job).next().is_none()
}

fn has_ended(sent: &Sent, posted: &Posted) -> bool {
    let status = sibling(sent, posted, "status");
    is_first(sent, posted) && (status == "rejected" || status == "withdrawn")
}

fn is_veteran_status(sent: &Sent, _: &Posted) -> bool {
    sent.tail == "/veteran_status"
}

fn is_answer(sent: &Sent, _: &Posted) -> bool {
    sent.tail == "/answer"
}

fn is_known(sent: &Sent, _: &Posted) -> bool {
    let known = known(&sent.pattern);
    known.is_some_and(|name| sent.tail == format!("/{name}"))
}

/// Whether it is the first number that is no mobile one.
fn is_phone(sent: &Sent, posted: &Posted) -> bool {
    let all = posted.body["model"]["phone_numbers"].as_array();
    let is_other = |phone: &&Value| {
        let blank = phone["value"].as_str().is_none_or(|v| v.trim().is_empty());
        !blank && phone["phone_number_type"] != "MOBILE"
    };
    let first = all.and_then(|all| all.iter().position(|phone| is_other(&phone)));
    first == sent.indexes.first().copied()
}
