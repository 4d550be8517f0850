//! Two who may be one, side by side: what differs, what speaks for it, and what becomes of both.

use askama::Template;
use axum::extract::State;
use hiring::candidate::{self, Candidate};
use hiring::id::Uuid;
use hiring::member::Right;
use hiring::problem::Clash;
use hiring::record::FIELDS;
use hiring::{App, Problem, Result, attachment, job};
use store::Reader;

use super::super::frame::{Frame, Section};
use super::super::may::Route;
use super::super::visit::{Answer, Inputs, Named, Visit};
use super::super::words;
use super::{address, fill, reached, record};
use crate::page::Page;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/candidates/{uid}/merge", Right::ChangePeople, show),
        Route::post("/desk/candidates/{uid}/merge", Right::ChangePeople, merge),
        Route::post("/desk/candidates/{uid}/apart", Right::ChangePeople, apart),
        Route::post("/desk/merges/{uid}/undo", Right::ChangePeople, undo),
    ]
}

/// See the head of this file.
#[derive(Template)]
#[template(path = "desk/person_twin.html")]
pub(crate) struct Twin {
    frame: Frame,
    one: Side,
    other: Side,
    why: Vec<String>,
    rows: Vec<Row>,
    /// Jobs for which both have an open application.
    both: Vec<String>,
}

struct Side {
    uid: Uuid,
    to: String,
    name: String,
    about: String,
}

struct Row {
    label: String,
    one: String,
    other: String,
    same: bool,
}

/// `GET /desk/candidates/{uid}/merge?with={uid}`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let Ok(with) = Uuid::parse_str(inputs.get("with")) else {
        return Ok(visit.to(&address(uid)));
    };
    let looker = visit.clone();
    let seen = app.store.read(move |r| read(r, &looker, uid, with)).await?;
    match seen {
        Some((one, other, why, rows, both)) => Ok(visit.page(&Twin {
            frame: visit.frame(Section::Candidates),
            one,
            other,
            why,
            rows,
            both,
        })),
        // They are one by now.
        None => Ok(visit.to(&address(uid))),
    }
}

type Seen = (Side, Side, Vec<String>, Vec<Row>, Vec<String>);

fn read(r: &mut Reader, visit: &Visit, uid: Uuid, with: Uuid) -> Result<Option<Seen>> {
    let (one, other) = (reached(r, visit, uid)?, reached(r, visit, with)?);
    if one.id == other.id {
        return Ok(None);
    }
    let suspects = candidate::suspects(r, visit.org(), &one)?;
    let why = suspects.iter().find(|s| s.candidate.id == other.id);
    let why = why.map_or(Vec::new(), |s| s.why.iter().map(words::evidence).collect());
    let mut both = Vec::new();
    for (id, _) in candidate::both_apply(r, visit.org(), one.id, other.id)? {
        both.push(job::find(r, visit.org(), id)?.title);
    }
    let rows = rows(r, visit, &one, &other)?;
    let (left, right) = (side(r, visit, &one)?, side(r, visit, &other)?);
    Ok(Some((left, right, why, rows, both)))
}

fn side(r: &mut Reader, visit: &Visit, who: &Candidate) -> Result<Side> {
    let applications = hiring::application::in_names(r, visit.org(), &[who.id])?.len();
    let files = attachment::of_candidate(r, visit.org(), who.id)?.len();
    let some = |n: usize, one: &str, more: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {more}"),
    };
    Ok(Side {
        uid: who.uid,
        to: address(who.uid),
        name: words::name(who.record.name()),
        about: format!(
            "{}, {}, here since {}",
            some(applications, "application", "applications"),
            some(files, "file", "files"),
            crate::moment::Moment::at(who.created_at).text
        ),
    })
}

/// Fields that are not compared: equal-opportunity answers decide nothing, contents are files.
const NOT_COMPARED: &[&str] = &[
    "resume_content",
    "photo_content",
    "template",
    "on_behalf_of",
];

fn rows(r: &mut Reader, visit: &Visit, one: &Candidate, other: &Candidate) -> Result<Vec<Row>> {
    let pay = visit.may(Right::SeePay);
    let mut rows = Vec::new();
    for (field, _) in FIELDS {
        if NOT_COMPARED.contains(field) || (!pay && *field == "salary_expectations") {
            continue;
        }
        let mut values = [
            one.record.get(field).clone(),
            other.record.get(field).clone(),
        ];
        if values.iter().any(|v| !hiring::slot::collect(v).is_empty()) {
            continue;
        }
        for value in &mut values {
            fill(r, visit, value)?;
        }
        let [one, other] = values.map(|v| record::text(&v));
        if !(one.is_empty() && other.is_empty()) {
            rows.push(Row {
                label: words::field(field),
                same: hiring::text::key(&one) == hiring::text::key(&other),
                one,
                other,
            });
        }
    }
    Ok(rows)
}

/// `POST /desk/candidates/{uid}/merge`: the one of the address is kept.
async fn merge(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let Ok(other) = Uuid::parse_str(inputs.get("other")) else {
        return Ok(visit.to(&address(uid)));
    };
    let (looker, end_newer) = (visit.clone(), inputs.has("end_newer"));
    let merged = app
        .store
        .write(move |tx| {
            let kept = reached(tx, &looker, uid)?.id;
            let gone = reached(tx, &looker, other)?.id;
            candidate::merge(tx, &looker.caller, kept, gone, end_newer)
        })
        .await;
    match merged {
        Ok(_) => Ok(visit.done(
            &address(uid),
            "Both are one person now. It can be undone here.",
        )),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            let back = format!("{}/merge?with={other}", address(uid));
            Ok(visit.undone(&back, &format!("They were not made one: {why}.")))
        }
        Err(Problem::Invalid(_)) => Ok(visit.done(&address(uid), "Both are one person already.")),
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /desk/candidates/{uid}/apart`.
async fn apart(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let Ok(other) = Uuid::parse_str(inputs.get("other")) else {
        return Ok(visit.to(&address(uid)));
    };
    let looker = visit.clone();
    app.store
        .write(move |tx| {
            let one = reached(tx, &looker, uid)?.id;
            let two = reached(tx, &looker, other)?.id;
            match candidate::tell_apart(tx, &looker.caller, one, two) {
                Err(Problem::Invalid(_)) => Ok(()),
                done => done,
            }
        })
        .await?;
    Ok(visit.done(&address(uid), "They are two people: nobody is asked again."))
}

/// `POST /desk/merges/{uid}/undo`.
async fn undo(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let caller = visit.caller.clone();
    let undone = app
        .store
        .write(move |tx| candidate::undo(tx, &caller, uid))
        .await;
    match undone {
        Ok(merging) => Ok(visit.done(&address(merging.kept), "They are two people again.")),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            Ok(visit.undone("/desk/candidates", &format!("Nothing was undone: {why}.")))
        }
        Err(problem) => Err(problem.into()),
    }
}

impl Page for Twin {
    #[cfg(test)]
    fn sample() -> Twin {
        let side = |name: &str| Side {
            uid: hiring::id::new_uid(),
            to: "/desk/candidates/x".into(),
            name: name.into(),
            about: "1 application, 2 files".into(),
        };
        Twin {
            frame: Frame::sample(),
            one: side("Ada <x>"),
            other: side("A. Lovelace"),
            why: vec!["The same phone: 123".into()],
            rows: vec![Row {
                label: "E-mail".into(),
                one: "a@x.org".into(),
                other: "<b>@x.org".into(),
                same: false,
            }],
            both: vec!["Backend <Engineer>".into()],
        }
    }
}
