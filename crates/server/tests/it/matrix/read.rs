//! Reading a person back by each dialect: one JSON value with all that the dialect shows of them.
//!
//! Links to files are followed: beside the link, below `(content)`, stands the file in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dialects::cursor;
use hiring::candidate::Side;
use serde_json::{Value, json};
use testing::app::URL;

use super::house::{House, text};
use super::letter::Writer;
use super::post::{Came, get, system};

/// The dialects, in the order in which tables show them.
pub const READERS: [&str; 5] = ["xobin", "eightfold", "comeet", "merge", "native"];

/// All that `reader` shows of the person whom `writer`'s letter made; `None`: it shows applications only, and there is
/// none that it could show.
///
/// # Errors
/// An answer that is no success.
pub async fn read(
    house: &House,
    reader: &str,
    writer: &Writer,
    came: &Came,
) -> Result<Option<Value>, String> {
    match reader {
        "xobin" => xobin(house, came).await,
        "eightfold" => eightfold(house, writer, came).await.map(Some),
        "comeet" => comeet(house, writer, came).await,
        "merge" => merge(house, writer, came).await.map(Some),
        "native" => native(house, came).await.map(Some),
        other => Err(format!("how {other} reads is not known here")),
    }
}

async fn xobin(house: &House, came: &Came) -> Result<Option<Value>, String> {
    let Some(application) = came.applications.first() else {
        return Ok(None);
    };
    let (job, id) = (application.job, application.id);
    let path = format!("/xobin/api/v2/tracks/{job}/applicants/{id}");
    let mut shown = get(house, "xobin", &path).await?.json();
    // By the stages' names, which are the house's own.
    if let Some(report) = shown["stage_wise_report"].as_object() {
        shown["stage_wise_report"] = report.values().cloned().collect();
    }
    Ok(Some(shown))
}

async fn eightfold(house: &House, writer: &Writer, came: &Came) -> Result<Value, String> {
    let id = match writer.dialect {
        "eightfold" => text(&came.answer["candidateId"]),
        _ => came.candidate.uid.to_string(),
    };
    let id: String = id.bytes().map(|b| format!("%{b:02X}")).collect();
    let path = format!(
        "{}/ats-candidates/{id}?include=applications,tags,notes",
        system(house)
    );
    Ok(get(house, "eightfold", &path).await?.json())
}

async fn comeet(house: &House, writer: &Writer, came: &Came) -> Result<Option<Value>, String> {
    let Some(application) = came.applications.first().filter(|a| !a.pending) else {
        return Ok(None);
    };
    let uid = match writer.dialect {
        "comeet" => text(&came.answer["uid"]),
        _ => {
            let cursor = cursor::write(Side::After(application.id.0 - 1));
            let path = format!("/comeet/candidates?limit=1&cursor={cursor}");
            text(&get(house, "comeet", &path).await?.json()["candidates"][0]["uid"])
        }
    };
    let path = format!("/comeet/candidates/{uid}");
    let mut shown = get(house, "comeet", &path).await?.json();
    follow(house, "comeet", &mut shown).await?;
    Ok(Some(shown))
}

async fn merge(house: &House, writer: &Writer, came: &Came) -> Result<Value, String> {
    let (uid, base) = (came.candidate.uid, "/merge/api/ats/v1");
    // What was sent stands there for every dialect; only of its own letters that counts as reading back.
    let own = writer.dialect == "merge";
    let path = format!("{base}/candidates/{uid}?expand=attachments&include_remote_data={own}");
    let mut shown = get(house, "merge", &path).await?.json();
    if !came.applications.is_empty() {
        let expand = "expand=screening_question_answers";
        let path = format!("{base}/applications?candidate_id={uid}&page_size=100&{expand}");
        shown["applications"] = get(house, "merge", &path).await?.json()["results"].take();
    }
    if came.submission.body.contains("\\u0000") {
        let path = format!("{base}/eeocs?candidate_id={uid}");
        shown["eeocs"] = get(house, "merge", &path).await?.json()["results"].take();
    }
    follow(house, "merge", &mut shown["attachments"]).await?;
    Ok(shown)
}

async fn native(house: &House, came: &Came) -> Result<Value, String> {
    let path = format!("/api/v1/candidates/{}", came.candidate.uid);
    let mut shown = get(house, "native", &path).await?.json();
    // To which questions there is an answer is shown by names of members.
    for application in shown["applications"].as_array_mut().into_iter().flatten() {
        let answers = application["answers"].as_object();
        let names = answers.map(|a| a.keys().cloned().collect::<Vec<_>>());
        application["answers (names)"] = json!(names);
    }
    for file in shown["attachments"].as_array_mut().into_iter().flatten() {
        if !file["sha256"].is_null() {
            let path = format!("/api/v1/attachments/{}", text(&file["id"]));
            file["(content)"] = content(&get(house, "native", &path).await?.bytes);
        }
    }
    Ok(shown)
}

fn content(bytes: &[u8]) -> Value {
    json!(STANDARD.encode(bytes))
}

/// Puts the content of every file of ours beside its link.
async fn follow(house: &House, dialect: &str, shown: &mut Value) -> Result<(), String> {
    let mut links = Vec::new();
    collect(shown, String::new(), &mut links);
    for (at, link) in links {
        let path = link.strip_prefix(URL).expect("our own");
        let reply = get(house, dialect, path).await?;
        if let Some(object) = shown.pointer_mut(&at).and_then(Value::as_object_mut) {
            object.insert("(content)".into(), content(&reply.bytes));
        }
    }
    Ok(())
}

/// Places of objects that have a link to a file of ours, with the link.
fn collect(value: &Value, at: String, links: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{index}"), links);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let ours = member
                    .as_str()
                    .filter(|m| m.starts_with(URL) && m.contains("/attachments/"));
                match ours {
                    Some(link) => links.push((at.clone(), link.to_owned())),
                    None => collect(
                        member,
                        format!("{at}/{}", super::letter::escaped(key)),
                        links,
                    ),
                }
            }
        }
        _ => {}
    }
}
