//! Sending a letter, and what it came to: the person, their applications, the submission and its bytes.

use hiring::Problem;
use hiring::application::{self, Application};
use hiring::candidate::{self, Candidate};
use hiring::id::{ApplicationId, OrgId};
use hiring::slot;
use hiring::submission::{self, Submission};
use serde_json::Value;
use store::Reader;
use testing::app::{Call, Reply};

use super::house::{House, text};
use super::letter::{Posted, Writer};

/// The example organization.
pub const ORG: OrgId = OrgId(1);

/// What a letter came to.
#[derive(Debug)]
pub struct Came {
    /// The answer to the create.
    pub answer: Value,
    /// The person.
    pub candidate: Candidate,
    /// Their applications, oldest first.
    pub applications: Vec<Application>,
    /// What was kept.
    pub submission: Submission,
    /// The body again, its slots put back; `None`: it does not come together.
    pub again: Option<Vec<u8>>,
}

/// The call that delivers `body`.
pub fn call(house: &House, writer: &Writer, body: &str) -> Call {
    let job = house.jobs[0].number;
    let path = match (writer.dialect, writer.name) {
        ("xobin", "invite") => "/xobin/api/v2/tracks/invite".to_owned(),
        ("xobin", "by name") => "/xobin/api/v2/tracks/application".to_owned(),
        ("xobin", _) => format!("/xobin/api/v2/tracks/{job}/applicants"),
        ("eightfold", _) => format!("{}/ats-candidates", system(house)),
        ("comeet", _) => "/comeet/candidates".to_owned(),
        ("merge", _) => "/merge/api/ats/v1/candidates?is_debug_mode=true".to_owned(),
        ("native", _) => "/api/v1/candidates".to_owned(),
        (other, _) => panic!("how a body of {other} is sent is not known here"),
    };
    let call = house.app.call(writer.dialect, "POST", &path);
    call.bytes(body).header("Content-Type", "application/json")
}

/// Below which address Eightfold's candidates are.
pub fn system(house: &House) -> String {
    let system = text(&house.app.demo["eightfold"]["system_id"]);
    format!("/eightfold/api/v2/core/ats-systems/{system}")
}

/// Delivers `body`.
///
/// # Errors
/// What the server answered, when that is no success.
pub async fn post(
    house: &House,
    writer: &Writer,
    posted: &Posted,
    body: &str,
) -> Result<Came, String> {
    let reply = house.app.send(&call(house, writer, body)).await;
    if !(200..300).contains(&reply.status) {
        return Err(format!("refused: {} {}", reply.status, reply.text()));
    }
    let answer = reply.json();
    let who = who(writer, posted, &answer).ok_or_else(|| format!("nobody in {}", reply.text()))?;
    let kept = house.app.app.store.read(move |r| look(r, &who));
    let (candidate, applications, submission, texts) = kept.await.map_err(|p| format!("{p:?}"))?;
    let again = again(house, &submission, texts).await?;
    Ok(Came {
        answer,
        candidate,
        applications,
        submission,
        again,
    })
}

/// By what the answer names the person.
#[derive(Debug, Clone)]
enum Who {
    Candidate(uuid::Uuid),
    Submission(uuid::Uuid),
    Application(i64),
}

fn who(writer: &Writer, _: &Posted, answer: &Value) -> Option<Who> {
    let uid = |v: &Value| v.as_str()?.parse().ok();
    match writer.dialect {
        "native" => uid(&answer["candidate"]["id"]).map(Who::Candidate),
        "merge" => uid(&answer["model"]["id"]).map(Who::Candidate),
        "eightfold" => uid(&answer["transactionId"]).map(Who::Submission),
        "xobin" => answer["application_id"].as_i64().map(Who::Application),
        // A check and a number in base 36.
        _ => {
            let (_, number) = answer["uid"].as_str()?.split_once('.')?;
            i64::from_str_radix(number, 36).ok().map(Who::Application)
        }
    }
}

type Found = (Candidate, Vec<Application>, Submission, Vec<Part>);

/// What stands in a slot.
enum Part {
    File(submission::FileSlot),
    Text(u32, Vec<u8>),
}

fn look(r: &mut Reader, who: &Who) -> hiring::Result<Found> {
    let candidate = match who {
        Who::Candidate(uid) => candidate::find_by_uid(r, ORG, *uid)?,
        Who::Submission(uid) => {
            let found = submission::find(r, ORG, *uid)?;
            let id = found
                .candidate_id
                .ok_or_else(|| Problem::broken("nobody"))?;
            candidate::find(r, ORG, id)?
        }
        Who::Application(id) => {
            let application = application::find(r, ORG, ApplicationId(*id))?;
            candidate::find(r, ORG, application.candidate)?
        }
    };
    let applications = application::of_candidate(r, ORG, candidate.id)?;
    let mut submissions = submission::of_candidate(r, ORG, candidate.id)?;
    if submissions.len() != 1 {
        return Err(Problem::broken(
            "somebody else's letter came to this person",
        ));
    }
    let submission = submissions.remove(0);
    let files = submission::file_slots(r, ORG, submission.uid)?;
    let mut parts: Vec<Part> = files.into_iter().map(Part::File).collect();
    for (n, _) in hiring::eeo::places(r, ORG, submission.uid)? {
        if let Some(text) = hiring::eeo::text_of(r, ORG, submission.uid, n)? {
            parts.push(Part::Text(n, text.into_bytes()));
        }
    }
    Ok((candidate, applications, submission, parts))
}

/// The caller's bytes, as `GET /submissions/{id}/raw` makes them.
async fn again(
    house: &House,
    of: &Submission,
    parts: Vec<Part>,
) -> Result<Option<Vec<u8>>, String> {
    let mut texts = Vec::new();
    for part in parts {
        texts.push(match part {
            Part::Text(n, text) => (n, text),
            Part::File(slot) => {
                let bytes = house.app.app.files.get(ORG.0, &slot.sha256).await;
                let bytes = bytes.map_err(|e| format!("a file is not there: {e:?}"))?;
                (slot.n, slot::rebuild(slot.encoding, &bytes))
            }
        });
    }
    let mut text = |n| Some(texts.iter().find(|(other, _)| *other == n)?.1.clone());
    Ok(slot::restore(&of.body, of.uid, &mut text))
}

/// GET by a dialect, which must succeed.
///
/// # Errors
/// What the server answered.
pub async fn get(house: &House, dialect: &str, path: &str) -> Result<Reply, String> {
    let reply = house.app.send(&house.app.call(dialect, "GET", path)).await;
    match reply.status {
        200 => Ok(reply),
        status => Err(format!("GET {path}: {status} {}", reply.text())),
    }
}
