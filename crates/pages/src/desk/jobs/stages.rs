//! A job's pipeline: its stages are named, added, taken away and put in order on one page, and saved together. Without a
//! script each button gives the page anew with what it did, unsaved; with it, rows move by a drag or by the arrow keys.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::App;
use hiring::job::{self, Planned};
use hiring::member::Right;

use super::{at, find, one_line, refused, version};
use crate::desk::form::Faults;
use crate::desk::frame::{Frame, Section};
use crate::desk::may::Route;
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::page::Page;

#[derive(Template)]
#[template(path = "desk/stages.html")]
pub(crate) struct Stages {
    frame: Frame,
    here: String,
    title: String,
    version: i64,
    faults: Faults,
    rows: Vec<Row>,
    /// What was done and is not saved yet.
    unsaved: &'static str,
}

struct Row {
    uid: String,
    name: String,
    fault: String,
    /// Word, words, whether it is the one.
    kinds: Vec<(String, String, bool)>,
}

/// What can happen in a stage.
const KINDS: [(&str, &str); 5] = [
    ("review", "Review"),
    ("screen", "Screen"),
    ("interview", "Interview"),
    ("assessment", "Assessment"),
    ("offer", "Offer"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/jobs/{uid}/stages", Right::ChangeJobs, show),
        Route::post("/desk/jobs/{uid}/stages", Right::ChangeJobs, post),
    ]
}

/// `GET /desk/jobs/{uid}/stages`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, id) = (visit.org(), job.id);
    let stages = app.store.read(move |r| job::stages(r, org, id)).await?;
    let planned = |stage: job::Stage| Planned {
        uid: Some(stage.uid),
        name: stage.name,
        kind: stage.kind,
    };
    let plan: Vec<Planned> = stages.into_iter().map(planned).collect();
    let page = Stages {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        title: job.title,
        version: job.updated_at,
        rows: rows(&plan, &Faults::none()),
        faults: Faults::none(),
        unsaved: "",
    };
    Ok(visit.page(&page))
}

/// `POST /desk/jobs/{uid}/stages`.
async fn post(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let mut plan = typed(&inputs);
    let (mut faults, mut seen) = (Faults::none(), version(&inputs));
    let unsaved = act(&mut plan, inputs.get("do"));
    if unsaved.is_empty() {
        let (caller, id, plan) = (visit.caller.clone(), job.id, plan.clone());
        let done = app.store.write(move |tx| {
            job::unchanged(tx, caller.org, id, seen)?;
            job::shape(tx, &caller, id, &plan)
        });
        match done.await {
            Ok(()) => return Ok(visit.done(&at(uid), "The stages are saved.")),
            Err(problem) => (faults, seen) = refused(problem, seen)?,
        }
    }
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = Stages {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        title: job.title,
        version: seen,
        rows: rows(&plan, &faults),
        faults,
        unsaved,
    };
    Ok(visit.page_as(status, &page))
}

/// The rows as they were sent, in their order.
fn typed(inputs: &Inputs) -> Vec<Planned> {
    let uids = inputs.all("stage.uid");
    let names = inputs.all("stage.name");
    let kinds = inputs.all("stage.kind");
    let all = uids.zip(names).zip(kinds);
    all.take(job::MOST_STAGES + 1)
        .map(|((uid, name), kind)| Planned {
            uid: uid.parse().ok(),
            name: one_line(name),
            kind: kind.chars().take(40).collect(),
        })
        .collect()
}

/// Does what a button asks for; says what, unless it is to save.
fn act(plan: &mut Vec<Planned>, what: &str) -> &'static str {
    let (what, n) = what.split_once(':').unwrap_or((what, ""));
    let n: usize = n.parse().unwrap_or(usize::MAX);
    match what {
        "up" if n > 0 && n < plan.len() => {
            plan.swap(n, n - 1);
            "A stage is moved up. Nothing is saved yet."
        }
        "down" if n < plan.len().saturating_sub(1) => {
            plan.swap(n, n + 1);
            "A stage is moved down. Nothing is saved yet."
        }
        "remove" if n < plan.len() => {
            plan.remove(n);
            "A stage is taken away. Nothing is saved yet."
        }
        "add" => {
            plan.push(Planned {
                uid: None,
                name: String::new(),
                kind: "review".into(),
            });
            "There is a new stage at the end. Nothing is saved yet."
        }
        "up" | "down" | "remove" => "Nothing is saved yet.",
        _ => "",
    }
}

fn rows(plan: &[Planned], faults: &Faults) -> Vec<Row> {
    let row = |(n, planned): (usize, &Planned)| {
        let mut kinds: Vec<(String, String, bool)> = KINDS
            .iter()
            .map(|(word, words)| {
                (
                    (*word).to_owned(),
                    (*words).to_owned(),
                    *word == planned.kind,
                )
            })
            .collect();
        // One that a program gave it stays what it is.
        if !kinds.iter().any(|(.., chosen)| *chosen) {
            kinds.push((planned.kind.clone(), planned.kind.replace('_', " "), true));
        }
        Row {
            uid: planned.uid.map_or(String::new(), |uid| uid.to_string()),
            name: planned.name.clone(),
            fault: faults.at(&format!("stages.{n}.name")).to_owned(),
            kinds,
        }
    };
    plan.iter().enumerate().map(row).collect()
}

impl Page for Stages {
    #[cfg(test)]
    fn sample() -> Stages {
        let plan = [Planned {
            uid: None,
            name: "Applied <x>".into(),
            kind: "other".into(),
        }];
        let faults = Faults::one("stages.0.name", "No <x>.");
        Stages {
            frame: Frame::sample(),
            here: "/desk/jobs/u".into(),
            title: "Backend <Engineer>".into(),
            version: 1,
            rows: rows(&plan, &faults),
            faults,
            unsaved: "Nothing is saved yet.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_do_what_they_say_and_nothing_beyond_the_ends() {
        let stage = |name: &str| Planned {
            uid: None,
            name: name.into(),
            kind: "review".into(),
        };
        let names = |plan: &[Planned]| plan.iter().map(|p| p.name.clone()).collect::<String>();
        let mut plan = vec![stage("a"), stage("b"), stage("c")];
        for (what, after) in [
            ("up:1", "bac"),
            ("up:0", "bac"),
            ("down:1", "bca"),
            ("down:2", "bca"),
            ("remove:1", "ba"),
            ("remove:9", "ba"),
            ("up:x", "ba"),
            ("add", "ba"),
        ] {
            assert!(!act(&mut plan, what).is_empty(), "{what} saves");
            assert_eq!(names(&plan), after, "{what}");
        }
        assert_eq!((plan.len(), act(&mut plan, "save")), (3, ""));
    }
}
