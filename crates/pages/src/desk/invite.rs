//! Inviting people: one, or a list that is pasted or comes from a file. A list is kept first and shown with what will happen
//! to each row; only then it is started, and the program works through it while anybody may look.
//!
//! * `invite/list.rs` – reading a list · `invite/sent.rs` – the form as it is sent · `invite/show.rs` – a list before, while and after it is
//!   worked through
//!
//! The verbs are `hiring::invite::run`.

mod list;
mod sent;
mod show;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use hiring::id::{JobId, Uuid};
use hiring::invite::run::{self, NewRow, NewRun, Run};
use hiring::job::{self, Job, Status};
use hiring::member::Right;
use hiring::problem::Problem;
use hiring::{App, Result, mail};

use super::form::{Choice, Faults, Field};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Visit};
use super::words::thousands;
use crate::moment::Moment;
use crate::page::Page;
pub(super) use list::to_csv;
use list::{Mapping, Table};
use sent::Sent;

#[cfg(test)]
pub(crate) use show::Shown;

/// Bytes of a form with a list.
const LARGEST: usize = 4 << 20;
/// Lists of earlier days that are shown.
const EARLIER: i64 = 20;

/// Its addresses.
pub(super) fn routes() -> Vec<Route> {
    let right = Right::Invite;
    vec![
        Route::get("/desk/invite", right, form),
        Route::post("/desk/invite", right, take).largest(LARGEST),
        Route::get("/desk/invite/{uid}", right, show::show),
        Route::post("/desk/invite/{uid}", right, show::post),
        Route::get("/desk/invite/{uid}/progress", right, show::progress),
        Route::get("/desk/invite/{uid}/result.csv", right, show::download),
    ]
}

#[derive(Template)]
#[template(path = "desk/invite.html")]
pub(crate) struct Invite {
    frame: Frame,
    faults: Faults,
    fields: Vec<Field>,
    file_fault: String,
    jobs: bool,
    earlier: Vec<Earlier>,
}

struct Earlier {
    to: String,
    job: String,
    people: String,
    state: &'static str,
    at: Moment,
}

/// `GET /desk/invite`; `?job=` chooses one.
async fn form(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let sent = Sent {
        job: inputs.get("job").to_owned(),
        mailed: true,
        ..Sent::default()
    };
    page(&app, &visit, &sent, Faults::none()).await
}

async fn page(app: &App, visit: &Visit, sent: &Sent, faults: Faults) -> Answer {
    let jobs = open_jobs(app, visit).await?;
    let org = visit.org();
    let earlier = app.store.read(move |r| {
        let runs = run::runs(r, org, EARLIER)?;
        let ids: Vec<JobId> = runs.iter().map(|run| run.job).collect();
        let jobs = job::of_ids(r, org, &ids)?;
        Ok::<_, Problem>((runs, jobs))
    });
    let (runs, of) = earlier.await?;
    let title = |run: &Run| {
        let found = of.iter().find(|job| job.id == run.job);
        found.map_or_else(String::new, |job| job.title.clone())
    };
    let earlier = runs.iter().filter(|run| visit.reach(run.job).is_ok());
    let earlier = earlier.map(|run| Earlier {
        to: format!("/desk/invite/{}", run.uid),
        job: title(run),
        people: thousands(run.total),
        state: show::state(run.state),
        at: Moment::at(run.created_at),
    });
    let page = Invite {
        frame: visit.frame(Section::Invite),
        fields: fields(sent, &jobs, &faults),
        file_fault: faults.at("file").to_owned(),
        jobs: !jobs.is_empty(),
        earlier: earlier.collect(),
        faults,
    };
    let status = match page.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(visit.page_as(status, &page))
}

fn fields(sent: &Sent, jobs: &[Job], faults: &Faults) -> Vec<Field> {
    let mut choices = vec![Choice::new("", "Choose a job")];
    let job = |job: &Job| Choice::new(&job.uid.to_string(), &job.title);
    choices.extend(jobs.iter().map(job));
    let mut languages = vec![Choice::new("", "The organization’s")];
    languages.extend(mail::LANGUAGES.map(|tag| Choice::new(tag, language(tag))));
    let people = Field::lines("list", "Who", 8).value(&sent.list).help(
        "One person a line: an e-mail address, or a name and an address. Cells copied from a spreadsheet do, too.",
    );
    vec![
        Field::select("job", "To which job", choices)
            .needed()
            .value(&sent.job),
        people.needed(),
        Field::lines("message", "What you want to say to them", 4)
            .help("It stands in the mail and on the page that they open.")
            .most(5_000)
            .value(&sent.message),
        Field::select("language", "Language of the mail and the page", languages)
            .needed()
            .value(&sent.language),
        Field::number("days", "Valid for how many days")
            .help("From 1 to 365. Empty: as long as invites to this job usually are.")
            .value(&sent.days),
        Field::text("source", "Source")
            .help("Where their applications will say they came from. Empty: Invite.")
            .most(100)
            .value(&sent.source),
        Field::tick("mailed", "Mail everybody their link", sent.mailed)
            .help("Without mail, the file with the result holds the links, for you to hand out."),
    ]
    .into_iter()
    .map(|field| field.with(faults))
    .collect()
}

fn language(tag: &str) -> &'static str {
    match tag {
        "de" => "German",
        "fr" => "French",
        "es" => "Spanish",
        _ => "English",
    }
}

/// The jobs to which the member may invite, newest first.
pub(super) async fn open_jobs(app: &App, visit: &Visit) -> Result<Vec<Job>> {
    let org = visit.org();
    let all = app
        .store
        .read(move |r| job::list(r, org, JobId(0), 1_000))
        .await?;
    let open = |job: &Job| matches!(job.status, Status::Open | Status::OnHold);
    let mut jobs: Vec<Job> = all
        .into_iter()
        .filter(|job| open(job) && visit.reach(job.id).is_ok())
        .collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.id.0));
    Ok(jobs)
}

/// `POST /desk/invite`: keeps the list, and shows what will become of it.
async fn take(State(app): State<App>, visit: Visit, request: Request) -> Answer {
    let sent = match Sent::read(request).await {
        Ok(sent) => sent,
        Err((sent, faults)) => return page(&app, &visit, &sent, faults).await,
    };
    let mut faults = sent.faults();
    let job = find_job(&app, &visit, &sent.job).await?;
    if job.is_none() {
        faults.add("job", "Please choose a job.");
    }
    let table = Table::read(&sent.list);
    if let Err(why) = table {
        faults.add("list", why);
    }
    let (Some(job), Ok(table), true) = (job, table, faults.is_empty()) else {
        return page(&app, &visit, &sent, faults).await;
    };
    let mapping = Mapping::guess(&table);
    let new = sent.new_run(&table, mapping);
    match keep(&app, &visit, &job, new, mapping.people(&table)).await {
        Ok(run) => Ok(visit.to(&format!("/desk/invite/{}", run.uid))),
        Err(Problem::Conflict(_)) => {
            faults.add("job", "This job takes no applications any more.");
            page(&app, &visit, &sent, faults).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn find_job(app: &App, visit: &Visit, text: &str) -> Result<Option<Job>> {
    let (org, uid) = (visit.org(), text.parse::<Uuid>());
    let Ok(uid) = uid else {
        return Ok(None);
    };
    let found = app.store.read(move |r| job::find_by_uid(r, org, uid)).await;
    match found {
        Err(Problem::NotFound(_)) => Ok(None),
        Ok(job) if visit.reach(job.id).is_err() => Ok(None),
        found => found.map(Some),
    }
}

/// Keeps a list, its rows in slices. Should it end half-way, the list can be looked at and not be started.
async fn keep(app: &App, visit: &Visit, job: &Job, new: NewRun, rows: Vec<NewRow>) -> Result<Run> {
    let (caller, id, count) = (visit.caller.clone(), job.id, rows.len());
    let made = app
        .store
        .write(move |tx| run::create(tx, &caller, id, &new, count))
        .await?;
    for (n, slice) in rows.chunks(run::SLICE).enumerate() {
        let (org, id, slice) = (visit.org(), made.id, slice.to_vec());
        let from = 1 + n * run::SLICE;
        app.store
            .write(move |tx| run::add_rows(tx, org, id, from, &slice))
            .await?;
    }
    Ok(made)
}

/// Keeps a list of people who are known already, and goes to it.
pub(super) async fn listed(app: &App, visit: &Visit, job: &Job, people: Vec<NewRow>) -> Answer {
    let new = NewRun {
        source: "Invite".to_owned(),
        mailed: true,
        ..NewRun::default()
    };
    match keep(app, visit, job, new, people).await {
        Ok(run) => Ok(visit.to(&format!("/desk/invite/{}", run.uid))),
        Err(Problem::Conflict(_)) => {
            Ok(visit.undone("/desk/invite", "That job takes no applications any more."))
        }
        Err(other) => Err(other.into()),
    }
}

/// A list that the member may see, and its job.
async fn find(app: &App, visit: &Visit, uid: Uuid) -> Result<(Run, Job)> {
    let org = visit.org();
    let found = app.store.read(move |r| {
        let run = run::find(r, org, uid)?;
        let job = job::find(r, org, run.job)?;
        Ok::<_, Problem>((run, job))
    });
    let (run, job) = found.await?;
    visit.reach(job.id)?;
    Ok((run, job))
}

/// An answer that is no page.
fn file(kind: &'static str, body: impl axum::response::IntoResponse) -> Response {
    let mut response = crate::page::dress(crate::page::Area::Desk, body.into_response());
    let kind = axum::http::HeaderValue::from_static(kind);
    response
        .headers_mut()
        .insert(axum::http::header::CONTENT_TYPE, kind);
    response
}

impl Page for Invite {
    #[cfg(test)]
    fn sample() -> Invite {
        let faults = Faults::one("list", "There is nobody on the list.");
        let sent = Sent {
            list: "<x>".into(),
            ..Sent::default()
        };
        Invite {
            frame: Frame::sample(),
            fields: fields(&sent, &[], &faults),
            file_fault: "This is no text file.".into(),
            faults,
            jobs: true,
            earlier: vec![Earlier {
                to: "/desk/invite/x".into(),
                job: "Engineer <x>".into(),
                people: "1,204".into(),
                state: "done",
                at: Moment::at(1_773_480_413_000_000),
            }],
        }
    }
}
