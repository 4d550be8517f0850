//! A list: before it is started with what will happen, while it is worked through with how far it is, and afterwards with what
//! came of each row.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use hiring::App;
use hiring::invite;
use hiring::invite::run::{self, Fault, Line, NewRun, Plan, Progress, Run, State as RunState};
use hiring::job::Job;
use hiring::problem::{Clash, Problem};
use serde_json::json;

use super::super::form::{Choice, Field, Pager};
use super::super::frame::{Frame, Section};
use super::super::visit::{Answer, Inputs, Named, Visit};
use super::super::words::thousands;
use super::list::{self, Mapping, Table};
use super::{file, find, keep};
use crate::page::Page;

/// Rows of a page.
const PAGE: i64 = 100;

/// See the head of this file.
#[derive(Template)]
#[template(path = "desk/invite_run.html")]
pub(crate) struct Shown {
    frame: Frame,
    run: String,
    job: String,
    title: String,
    draft: bool,
    running: bool,
    stopped: bool,
    whole: bool,
    remark: String,
    mailed: bool,
    message: String,
    /// How many invites go out.
    count: i64,
    total: i64,
    done: i64,
    figures: Vec<(String, String)>,
    rows: Vec<Row>,
    mapping: Vec<Field>,
    pager: Pager,
}

struct Row {
    n: i64,
    email: String,
    name: String,
    told: String,
    good: bool,
    candidate: Option<String>,
}

/// `GET /desk/invite/{uid}`; `?after=` goes on in the list.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (run, job) = find(&app, &visit, uid).await?;
    let (org, after) = (visit.org(), inputs.get("after").parse().unwrap_or(0));
    let asked = run.clone();
    let read = app.store.read(move |r| {
        let lines = run::lines(r, org, uid, after, PAGE + 1)?;
        let progress = run::progress(r, &asked)?;
        // What would become of rows is only counted where it has not become yet.
        let plans = match asked.state {
            RunState::Draft => run::plans(r, org, uid)?,
            _ => Vec::new(),
        };
        Ok::<_, Problem>((lines, plans, progress))
    });
    let (lines, plans, progress) = read.await?;
    let page = Shown::new(&visit, &run, &job, lines, &plans, &progress, after);
    Ok(visit.page(&page))
}

/// `POST /desk/invite/{uid}`: `do=start|stop|map`.
pub(super) async fn post(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (run, job) = find(&app, &visit, uid).await?;
    let here = format!("/desk/invite/{uid}");
    let caller = visit.caller.clone();
    let done = match inputs.get("do") {
        "start" => {
            app.store
                .write(move |tx| run::start(tx, &caller, uid))
                .await
        }
        "stop" => app.store.write(move |tx| run::stop(tx, &caller, uid)).await,
        "map" => return map(&app, &visit, &run, &job, &inputs).await,
        _ => return Ok(visit.undone(&here, "That form did not say what to do.")),
    };
    match done {
        Ok(_) => Ok(visit.to(&here)),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            Ok(visit.undone(&here, &format!("That is not possible: {why}.")))
        }
        Err(other) => Err(other.into()),
    }
}

/// The same list with other columns: another draft, as a list is never changed.
async fn map(app: &App, visit: &Visit, run: &Run, job: &Job, inputs: &Inputs) -> Answer {
    let here = format!("/desk/invite/{}", run.uid);
    let (RunState::Draft, Some(body)) = (run.state, &run.new.body) else {
        return Ok(visit.undone(&here, "The columns of this list cannot be chosen any more."));
    };
    let table = match Table::read(body) {
        Ok(table) => table,
        Err(why) => return Ok(visit.undone(&here, why)),
    };
    let at = |name: &str| {
        let n = inputs.get(name).parse().ok();
        n.filter(|n| *n < table.width())
    };
    let mapping = Mapping {
        header: inputs.has("header"),
        email: at("email"),
        name: at("name"),
        first: at("first"),
        last: at("last"),
    };
    let people = mapping.people(&table);
    if people.is_empty() || people.len() > run::MOST {
        return Ok(visit.undone(
            &here,
            "A list needs at least one person and may have 10,000.",
        ));
    }
    let new = NewRun {
        header: mapping.names(&table),
        mapping: mapping.to_json(),
        ..run.new.clone()
    };
    let made = keep(app, visit, job, new, people).await?;
    Ok(visit.to(&format!("/desk/invite/{}", made.uid)))
}

/// `GET /desk/invite/{uid}/progress`, for the script.
pub(super) async fn progress(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (run, _) = find(&app, &visit, uid).await?;
    let asked = run.clone();
    let progress = app.store.read(move |r| run::progress(r, &asked)).await?;
    let running = run.state == RunState::Running;
    let told = json!({"running": running, "done": progress.done, "total": run.total});
    Ok(file("application/json", axum::Json(told)))
}

/// `GET /desk/invite/{uid}/result.csv`: every row with what came of it, or what would; with the links, where no mail brings
/// them.
pub(super) async fn download(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (run, _) = find(&app, &visit, uid).await?;
    let (org, mut after, mut lines) = (visit.org(), 0, Vec::new());
    loop {
        let page = app
            .store
            .read(move |r| run::lines(r, org, uid, after, 1_000))
            .await?;
        let Some(last) = page.last() else { break };
        after = last.n;
        lines.extend(page);
    }
    let links = !run.new.mailed;
    let head = ["row", "email", "name", "result", "remark", "link"].map(str::to_owned);
    let link = |line: &Line| match line.invite {
        Some((id, generation)) if links => {
            let slot = format!("\u{0}invite.{id}.{generation}\u{0}");
            let link = format!("{}/apply/{slot}", app.settings.public_url);
            invite::fill(&app.key, &link)
        }
        _ => String::new(),
    };
    let rows = lines.iter().map(|line| {
        let told = told(&run, line).0;
        let remark = line.remark.clone().unwrap_or_default();
        vec![
            line.n.to_string(),
            line.email.clone(),
            line.name.clone(),
            told,
            remark,
            link(line),
        ]
    });
    let text = list::to_csv(std::iter::once(head.to_vec()).chain(rows));
    let mut response = file("text/csv; charset=utf-8", text);
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"invites.csv\""),
    );
    Ok(response)
}

impl Shown {
    fn new(
        visit: &Visit,
        run: &Run,
        job: &Job,
        mut lines: Vec<Line>,
        plans: &[(Plan, i64)],
        progress: &Progress,
        after: i64,
    ) -> Shown {
        let more = lines.len() as i64 > PAGE;
        lines.truncate(PAGE as usize);
        let last = lines.last().map_or(0, |line| line.n);
        let here = format!("/desk/invite/{}", run.uid);
        let draft = run.state == RunState::Draft;
        let invited: i64 = plans
            .iter()
            .filter(|(p, _)| p.invites())
            .map(|(_, n)| n)
            .sum();
        let counted: i64 = plans.iter().map(|(_, n)| n).sum();
        let title = match run.state {
            RunState::Draft => format!("Invite people to {}", job.title),
            RunState::Running => format!("Inviting people to {}", job.title),
            RunState::Stopped => format!("Stopped: inviting people to {}", job.title),
            RunState::Done => format!("Invited people to {}", job.title),
        };
        let figures = match draft {
            true => plans
                .iter()
                .map(|(p, n)| (plan(*p), thousands(*n)))
                .collect(),
            false => progress
                .outcomes
                .iter()
                .map(|(word, n)| (outcome(word).to_owned(), thousands(*n)))
                .collect(),
        };
        Shown {
            frame: visit.frame(Section::Invite),
            run: run.uid.to_string(),
            job: job.uid.to_string(),
            title,
            running: run.state == RunState::Running,
            stopped: run.state == RunState::Stopped,
            whole: !draft || counted == run.total,
            remark: run.remark.clone().unwrap_or_default(),
            mailed: run.new.mailed,
            message: run.new.message.clone().unwrap_or_default(),
            count: invited,
            total: run.total,
            done: progress.done,
            figures,
            rows: lines.into_iter().map(|line| row(run, line)).collect(),
            mapping: match draft && run.new.body.is_some() && run.new.header.len() > 1 {
                true => mapping(run),
                false => Vec::new(),
            },
            pager: Pager {
                back: (after > 0).then(|| format!("{here}?after={}", (after - PAGE).max(0))),
                on: more.then(|| format!("{here}?after={last}")),
                back_words: "Rows before",
                on_words: "Rows after",
            },
            draft,
        }
    }
}

fn mapping(run: &Run) -> Vec<Field> {
    let chosen = Mapping::of_json(&run.new.mapping);
    let select = |name: &str, label: &str, at: Option<usize>| {
        let mut choices = vec![Choice::new("", "No column")];
        let columns = run.new.header.iter().enumerate();
        choices.extend(columns.map(|(n, called)| Choice::new(&n.to_string(), called)));
        let value = at.map_or_else(String::new, |n| n.to_string());
        Field::select(name, label, choices).needed().value(&value)
    };
    vec![
        select("email", "E-mail address", chosen.email),
        select("name", "Full name", chosen.name),
        select("first", "First name", chosen.first),
        select("last", "Last name", chosen.last),
        Field::tick("header", "The first row names the columns", chosen.header),
    ]
}

fn row(run: &Run, line: Line) -> Row {
    let (mut told, good) = told(run, &line);
    if let Some(remark) = &line.remark {
        told = format!("{told}, but no mail goes out: {remark}");
    }
    Row {
        n: line.n,
        email: line.email,
        name: line.name,
        told,
        good,
        candidate: line.candidate.map(|uid| uid.to_string()),
    }
}

/// What came of a row, or what will; and whether an invite goes out by it.
fn told(run: &Run, line: &Line) -> (String, bool) {
    match (&line.outcome, run.state) {
        (Some(word), _) if word == "skipped" => (plan(line.plan), false),
        (Some(word), _) => (
            outcome(word).to_owned(),
            matches!(word.as_str(), "invited" | "renewed"),
        ),
        (None, RunState::Draft) => (plan(line.plan), line.plan.invites()),
        (None, RunState::Running) => ("Waits its turn".to_owned(), true),
        (None, _) => ("Not done".to_owned(), false),
    }
}

fn plan(plan: Plan) -> String {
    let words = match plan {
        Plan::New => "New: will be invited",
        Plan::Known => "Known person: will be invited",
        Plan::Again(how) => {
            let how = super::super::board::ended(how).to_lowercase();
            return format!("Applied before ({how}): will be invited again");
        }
        Plan::Renewed => "Invited before, no longer open: will get a new link",
        Plan::AlreadyInvited => "Already invited: nothing will happen",
        Plan::Applied => "Has applied already: nothing will happen",
        Plan::Fault(Fault::Address) => "No e-mail address, or an odd one: left out",
        Plan::Fault(Fault::Twice) => "Further up on the list already: left out",
    };
    words.to_owned()
}

fn outcome(word: &str) -> &'static str {
    match word {
        "invited" => "Invited",
        "renewed" => "Got a new link",
        "already_invited" => "Was invited already",
        "applied" => "Had applied already",
        "skipped" => "Left out",
        _ => "Could not be done",
    }
}

/// How far a run is, in a word.
pub(super) fn state(state: RunState) -> &'static str {
    match state {
        RunState::Draft => "not started",
        RunState::Running => "under way",
        RunState::Stopped => "stopped",
        RunState::Done => "done",
    }
}

impl Page for Shown {
    #[cfg(test)]
    fn sample() -> Shown {
        Shown {
            frame: Frame::sample(),
            run: "x".into(),
            job: "x".into(),
            title: "Invite people to Engineer <x>".into(),
            draft: true,
            running: true,
            stopped: true,
            whole: true,
            remark: "the job is not open".into(),
            mailed: true,
            message: "Come <x>".into(),
            count: 2,
            total: 3,
            done: 1,
            figures: vec![("New: will be invited".into(), "2".into())],
            rows: vec![Row {
                n: 1,
                email: "<x>@example.org".into(),
                name: "Ada <x>".into(),
                told: "New".into(),
                good: true,
                candidate: Some("x".into()),
            }],
            mapping: vec![Field::tick("header", "First row", true)],
            pager: Pager::default(),
        }
    }
}
