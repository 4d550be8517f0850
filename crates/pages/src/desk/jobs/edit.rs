//! What a job is called and is about, how long invites to it are valid, and who works on it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::id::{JobId, MemberId, OrgId, Uuid};
use hiring::invite::{self, MOST_DAYS};
use hiring::job::{self, Around, Job, JobEdit};
use hiring::member::{self, Member, Right};
use hiring::page::Side;
use hiring::{App, Problem, Result};

use super::{LARGEST, at, fields, find, judge, one_line, refused, version};
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::may::Route;
use crate::desk::visit::{Answer, Inputs, Named, Visit};
use crate::page::Page;

/// Members that can be chosen from.
const MOST_MEMBERS: i64 = 300;
const LONGEST_CODE: u32 = 100;

#[derive(Template)]
#[template(path = "desk/job_edit.html")]
pub(crate) struct Edit {
    frame: Frame,
    here: String,
    title: String,
    version: i64,
    faults: Faults,
    fields: Vec<Field>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/jobs/{uid}/edit", Right::ChangeJobs, show),
        Route::post("/desk/jobs/{uid}/edit", Right::ChangeJobs, save).largest(LARGEST),
    ]
}

/// What the form is filled with.
struct Filled {
    title: String,
    description: String,
    code: String,
    days: String,
    recruiters: Vec<String>,
    interviewers: Vec<String>,
}

impl Filled {
    fn of(job: &Job, around: &Around, days: Option<i64>) -> Filled {
        let uids = |all: &[Member]| all.iter().map(|m| m.uid.to_string()).collect();
        Filled {
            title: job.title.clone(),
            description: job.description.clone().unwrap_or_default(),
            code: job.code.clone().unwrap_or_default(),
            days: days.map_or(String::new(), |days| days.to_string()),
            recruiters: uids(&around.recruiters),
            interviewers: uids(&around.interviewers),
        }
    }

    fn typed(inputs: &Inputs) -> Filled {
        let all = |name| inputs.all(name).map(str::to_owned).collect();
        Filled {
            title: inputs.get("title").to_owned(),
            description: inputs.get("description").to_owned(),
            code: inputs.get("code").to_owned(),
            days: inputs.get("days").to_owned(),
            recruiters: all("recruiters"),
            interviewers: all("interviewers"),
        }
    }

    fn fields(&self, members: &[Member], faults: &Faults) -> Vec<Field> {
        let chosen = |all: &[String]| {
            let choice = |m: &Member| {
                let uid = m.uid.to_string();
                Choice::new(&uid, &m.name).chosen(all.contains(&uid))
            };
            members.iter().map(choice).collect::<Vec<_>>()
        };
        let mut all = fields(&self.title, &self.description, faults);
        all.push(
            Field::text("code", "Your own sign for it")
                .help("Such as a number in another system.")
                .value(&self.code)
                .most(LONGEST_CODE)
                .with(faults),
        );
        all.push(
            Field::number("days", "Days for which an invite is valid")
                .help("1 to 365; left empty, 14.")
                .value(&self.days)
                .with(faults),
        );
        all.push(Field::boxes("recruiters", "Recruiters", chosen(&self.recruiters)).with(faults));
        let interviewers = Field::boxes("interviewers", "Interviewers", chosen(&self.interviewers));
        all.push(
            interviewers
                .help("Members in the role of an interviewer see the jobs alone in which they are named.")
                .with(faults),
        );
        all
    }
}

/// `GET /desk/jobs/{uid}/edit`.
async fn show(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let (org, id) = (visit.org(), job.id);
    let found = app.store.read(move |r| {
        let around = job::around(r, org, &[id])?.remove(&id).unwrap_or_default();
        Ok::<_, Problem>((around, invite::job_days(r, org, id)?))
    });
    let (around, days) = found.await?;
    let members = members(&app, org, id).await?;
    let faults = Faults::none();
    let page = Edit {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        fields: Filled::of(&job, &around, days).fields(&members, &faults),
        title: job.title,
        version: job.updated_at,
        faults,
    };
    Ok(visit.page(&page))
}

/// Who can be chosen: the first so many, and whoever is named for the job already, who would be taken off it otherwise.
async fn members(app: &App, org: OrgId, job: JobId) -> Result<Vec<Member>> {
    let present = member::Filter {
        present: true,
        ..member::Filter::default()
    };
    let found = app.store.read(move |r| {
        let mut all = member::page(r, org, Side::After(0), &present, MOST_MEMBERS)?;
        let around = job::around(r, org, &[job])?
            .remove(&job)
            .unwrap_or_default();
        for named in around.recruiters.into_iter().chain(around.interviewers) {
            if all.iter().all(|member| member.id != named.id) {
                all.push(named);
            }
        }
        Ok::<_, Problem>(all)
    });
    found.await
}

/// `POST /desk/jobs/{uid}/edit`.
async fn save(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let job = find(&app, &visit, uid).await?;
    let org = visit.org();
    let members = members(&app, org, job.id).await?;
    let (title, description) = (inputs.get("title"), inputs.get("description"));
    let mut faults = judge(title, description);
    let days = days(inputs.get("days"), &mut faults);
    if inputs.get("code").chars().count() > LONGEST_CODE as usize {
        faults.add("code", "It has at most 100 characters.");
    }
    let mut seen = version(&inputs);
    if faults.is_empty() {
        let edit = JobEdit {
            title: Some(one_line(title)),
            code: Some(some(&one_line(inputs.get("code")))),
            description: Some(some(description)),
            recruiters: Some(chosen(&members, inputs.all("recruiters"))),
            interviewers: Some(chosen(&members, inputs.all("interviewers"))),
            ..JobEdit::default()
        };
        let (caller, id) = (visit.caller.clone(), job.id);
        let done = app.store.write(move |tx| {
            job::unchanged(tx, caller.org, id, seen)?;
            job::edit(tx, &caller, id, &edit)?;
            invite::set_job_days(tx, &caller, id, days)
        });
        match done.await {
            Ok(()) => return Ok(visit.done(&at(uid), "The job is saved.")),
            Err(problem) => (faults, seen) = refused(problem, seen)?,
        }
    }
    let page = Edit {
        frame: visit.frame(Section::Jobs),
        here: at(uid),
        title: job.title,
        version: seen,
        fields: Filled::typed(&inputs).fields(&members, &faults),
        faults,
    };
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn days(typed: &str, faults: &mut Faults) -> Option<i64> {
    if typed.is_empty() {
        return None;
    }
    let days = typed
        .parse()
        .ok()
        .filter(|days| (1..=MOST_DAYS).contains(days));
    if days.is_none() {
        faults.add("days", "Please write a number from 1 to 365.");
    }
    days
}

/// Those who were chosen; what is nobody's name is nobody.
fn chosen<'a>(members: &[Member], typed: impl Iterator<Item = &'a str>) -> Vec<MemberId> {
    let uids: Vec<Uuid> = typed.filter_map(|text| text.parse().ok()).collect();
    let of = |uid: &Uuid| members.iter().find(|m| m.uid == *uid).map(|m| m.id);
    uids.iter().filter_map(of).collect()
}

impl Page for Edit {
    #[cfg(test)]
    fn sample() -> Edit {
        let filled = Filled {
            title: "Backend <Engineer>".into(),
            description: "<x>".into(),
            code: "<x>".into(),
            days: "9".into(),
            recruiters: Vec::new(),
            interviewers: Vec::new(),
        };
        let faults = Faults::one("title", "No <x>.");
        Edit {
            frame: Frame::sample(),
            here: "/desk/jobs/u".into(),
            title: filled.title.clone(),
            version: 1,
            fields: filled.fields(&[], &faults),
            faults,
        }
    }
}
