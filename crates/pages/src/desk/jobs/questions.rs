//! A job's form: its questions in order, and how the applicant sees them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hiring::App;
use hiring::id::FieldId;
use hiring::job::{self, Field};
use hiring::member::Right;

use super::{at, find, refused, version};
use crate::desk::form::Faults;
use crate::desk::frame::{Frame, Section};
use crate::desk::may::Route;
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::page::{self, Area, Page};
use crate::speech::Speech;

#[derive(Template)]
#[template(path = "desk/questions.html")]
pub(crate) struct Questions {
    frame: Frame,
    here: String,
    title: String,
    version: i64,
    faults: Faults,
    rows: Vec<Row>,
    unsaved: &'static str,
}

struct Row {
    id: i64,
    label: String,
    kind: &'static str,
    required: bool,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/jobs/{uid}/form", Right::ChangeJobs, show),
        Route::post("/desk/jobs/{uid}/form", Right::ChangeJobs, post),
        Route::get("/desk/jobs/{uid}/form/preview", Right::SeeJobs, preview),
        Route::post("/desk/jobs/{uid}/form/preview", Right::SeeJobs, tried),
    ]
}

/// The address of a job's form.
pub(super) fn form_at(uid: hiring::id::Uuid) -> String {
    format!("{}/form", at(uid))
}

/// `GET /desk/jobs/{uid}/form`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, id) = (visit.org(), job.id);
    let fields = app.store.read(move |r| job::fields(r, org, id)).await?;
    let page = Questions {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        title: job.title,
        version: job.updated_at,
        faults: Faults::none(),
        rows: fields.iter().map(row).collect(),
        unsaved: "",
    };
    Ok(visit.page(&page))
}

fn row(field: &Field) -> Row {
    Row {
        id: field.id.0,
        label: field.label.clone(),
        kind: super::question::kind_words(field.kind),
        required: field.required,
    }
}

/// `POST /desk/jobs/{uid}/form`: the order, and what is taken away.
async fn post(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, id) = (visit.org(), job.id);
    let mut order: Vec<FieldId> = inputs
        .all("field")
        .filter_map(|text| text.parse().ok())
        .map(FieldId)
        .take(job::MOST_FIELDS + 1)
        .collect();
    let (mut faults, mut seen) = (Faults::none(), version(&inputs));
    let unsaved = act(&mut order, inputs.get("do"));
    if unsaved.is_empty() {
        let (caller, order) = (visit.caller.clone(), order.clone());
        let done = app.store.write(move |tx| {
            job::unchanged(tx, caller.org, id, seen)?;
            job::arrange(tx, &caller, id, &order)
        });
        match done.await {
            Ok(()) => return Ok(visit.done(&form_at(uid), "The form is saved.")),
            Err(problem) => (faults, seen) = refused(problem, seen)?,
        }
    }
    let fields = app.store.read(move |r| job::fields(r, org, id)).await?;
    let of = |id: &FieldId| fields.iter().find(|field| field.id == *id).map(row);
    let page = Questions {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        title: job.title,
        version: seen,
        rows: order.iter().filter_map(of).collect(),
        unsaved,
        faults,
    };
    let status = match page.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(visit.page_as(status, &page))
}

/// Does what a button asks for; says what, unless it is to save.
fn act(order: &mut Vec<FieldId>, what: &str) -> &'static str {
    let (what, n) = what.split_once(':').unwrap_or((what, ""));
    let n: usize = n.parse().unwrap_or(usize::MAX);
    match what {
        "up" if n > 0 && n < order.len() => order.swap(n, n - 1),
        "down" if n < order.len().saturating_sub(1) => order.swap(n, n + 1),
        "remove" if n < order.len() => {
            order.remove(n);
            return "A question is taken away. Nothing is saved yet; answers that were given stay.";
        }
        "up" | "down" | "remove" => {}
        _ => return "",
    }
    "The order is changed. Nothing is saved yet."
}

/// `GET /desk/jobs/{uid}/form/preview`: the applicant's own page.
async fn preview(State(app): State<App>, visit: Visit, Named(uid): Named, query: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, id) = (visit.org(), job.id);
    let fields = app.store.read(move |r| job::fields(r, org, id)).await?;
    let t = Speech::all().find(|t| t.tag() == query.get("lang"));
    let t = t.unwrap_or(Speech::ENGLISH);
    let form = crate::apply::preview(t, &visit.organization, &job.title, &fields, &form_at(uid));
    Ok(page::html(Area::Desk, StatusCode::OK, &form))
}

/// `POST /desk/jobs/{uid}/form/preview`: somebody pressed a button of it.
async fn tried(visit: Visit, Named(uid): Named) -> Response {
    visit.done(&form_at(uid), "That was the preview: nothing was sent.")
}

impl Page for Questions {
    #[cfg(test)]
    fn sample() -> Questions {
        Questions {
            frame: Frame::sample(),
            here: "/desk/jobs/u".into(),
            title: "Backend <Engineer>".into(),
            version: 1,
            faults: Faults::one("", "No <x>."),
            rows: vec![Row {
                id: 1,
                label: "Why <x>?".into(),
                kind: "Text",
                required: true,
            }],
            unsaved: "Nothing is saved yet.",
        }
    }
}
