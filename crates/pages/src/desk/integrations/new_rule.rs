//! Making a rule: at which events, for which jobs and sources, where to.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use hiring::id::{OrgId, Uuid};
use hiring::page::Side;
use hiring::problem::Noun;
use hiring::rule::{self, About};
use hiring::{App, Problem, Result, destination, job, numbers};
use store::Reader;

use super::HERE;
use super::rules::{self, doing};
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::desk::words;
use crate::page::Page;

/// Items of a rule's list.
const MOST: usize = 50;
/// Characters of a source or a stage.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "desk/new_rule.html")]
pub(super) struct NewRule {
    frame: Frame,
    faults: Faults,
    /// Whether there is a destination at all.
    any: bool,
    events: Field,
    jobs: Field,
    sources: Field,
    stages: Field,
    destination: Field,
}

/// What the form offers.
struct Offer {
    jobs: Vec<(Uuid, String)>,
    places: Vec<(Uuid, String)>,
}

fn offer(r: &mut Reader, org: OrgId) -> Result<Offer> {
    let places = destination::list(r, org, Side::After(0), 100)?.into_iter();
    Ok(Offer {
        jobs: numbers::choices(r, org)?,
        places: places.map(|of| (of.uid, of.name)).collect(),
    })
}

/// `GET /desk/integrations/rules/new`.
pub(super) async fn form(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let page = page(&app, &visit, &inputs, Faults::none()).await?;
    Ok(visit.page(&page))
}

async fn page(app: &App, visit: &Visit, inputs: &Inputs, faults: Faults) -> Result<NewRule> {
    let org = visit.org();
    let offer = app.store.read(move |r| offer(r, org)).await?;
    let frame = visit.frame(Section::Integrations);
    Ok(NewRule::of(frame, &offer, inputs, faults))
}

/// `POST /desk/integrations/rules/new`.
pub(super) async fn make(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (about, to, mut faults) = judged(&inputs);
    if faults.is_empty() {
        let (caller, to) = (visit.caller.clone(), to.unwrap_or_default());
        let made = app.store.write(move |tx| {
            let mut titles = Vec::new();
            for (n, uid) in about.jobs.iter().enumerate() {
                let found = job::find_by_uid(tx, caller.org, *uid);
                titles.push(found.map_err(|p| unknown(p, &format!("/jobs/{n}")))?.title);
            }
            let made = rule::create(tx, &caller, to, &about);
            made.map_err(|p| unknown(p, "/destination"))?;
            let place = destination::find(tx, caller.org, to)?;
            Ok::<_, Problem>(rules::sentence(&about, &titles, &place.name))
        });
        match made.await {
            Ok(sentence) => {
                return Ok(visit.done(
                    &format!("{HERE}#rules"),
                    &format!("From now on: {sentence}"),
                ));
            }
            Err(Problem::Invalid(flaws)) => {
                for flaw in flaws {
                    let name = flaw.pointer.trim_start_matches('/').split('/').next();
                    faults.add(
                        name.unwrap_or(""),
                        &format!("{}.", words::capital(&flaw.detail)),
                    );
                }
            }
            Err(other) => return Err(other.into()),
        }
    }
    let page = page(&app, &visit, &inputs, faults).await?;
    Ok(visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// The form names it, not the address.
fn unknown(problem: Problem, pointer: &str) -> Problem {
    use hiring::problem::FlawCode::UnknownReference;
    let detail = match problem {
        Problem::NotFound(Noun::Job) => "there is no such job any more",
        Problem::NotFound(Noun::Destination) => "there is no such destination any more",
        other => return other,
    };
    Problem::invalid(pointer, UnknownReference, detail)
}

fn judged(inputs: &Inputs) -> (About, Option<Uuid>, Faults) {
    let mut faults = Faults::none();
    let uids = |name: &str| -> Vec<Uuid> {
        let all = inputs
            .all(name)
            .filter_map(|text| Uuid::parse_str(text).ok());
        all.collect()
    };
    let mut lines = |name: &str| -> Vec<String> {
        let all = inputs.get(name).lines().map(str::trim);
        let all: Vec<String> = all.filter(|l| !l.is_empty()).map(str::to_owned).collect();
        if all.len() > MOST {
            faults.add(name, "Write at most 50 lines.");
        } else if all.iter().any(|line| line.chars().count() > LONGEST) {
            faults.add(name, "Write at most 200 characters in a line.");
        }
        all
    };
    let (sources, stages) = (lines("sources"), lines("stages"));
    let mut kinds: Vec<String> = inputs.all("events").map(str::to_owned).collect();
    kinds.sort();
    kinds.dedup();
    let about = About {
        jobs: uids("jobs"),
        kinds,
        sources,
        stages,
    };
    let known = |word: &String| rule::KINDS.iter().any(|kind| kind.word() == word);
    let narrow = !(about.jobs.is_empty() && about.sources.is_empty() && about.stages.is_empty());
    if about.kinds.is_empty() || !about.kinds.iter().all(known) {
        faults.add("events", "Choose when somebody is carried.");
    } else if narrow && about.kinds.iter().any(|kind| kind == "candidate.created") {
        let words = "Somebody who is only added has no job, source or stage: choose “applies” instead, or narrow nothing.";
        faults.add("events", words);
    }
    if about.jobs.len() > MOST {
        faults.add(
            "jobs",
            "Choose at most 50 jobs, or none: then it is every job.",
        );
    }
    let to = Uuid::parse_str(inputs.get("destination")).ok();
    if to.is_none() {
        faults.add("destination", "Choose where they are carried.");
    }
    (about, to, faults)
}

impl NewRule {
    fn of(frame: Frame, offer: &Offer, inputs: &Inputs, faults: Faults) -> NewRule {
        let ticked = |name: &str, value: &str| inputs.all(name).any(|v| v == value);
        let event = |kind: &hiring::event::Kind| {
            let words = words::capital(doing(*kind));
            Choice::new(kind.word(), &words).chosen(ticked("events", kind.word()))
        };
        let choice = |name: &str, (uid, words): &(Uuid, String)| {
            let uid = uid.to_string();
            Choice::new(&uid, words).chosen(ticked(name, &uid))
        };
        let jobs = offer.jobs.iter().map(|of| choice("jobs", of));
        let places = offer.places.iter().map(|of| choice("destination", of));
        let lines = |name: &str, label: &str, help: &str| {
            let field = Field::lines(name, label, 2).help(help);
            field.value(inputs.get(name)).with(&faults)
        };
        NewRule {
            any: !offer.places.is_empty(),
            events: Field::boxes(
                "events",
                "Carry everybody who …",
                rule::KINDS.iter().map(event).collect(),
            )
            .needed()
            .with(&faults),
            jobs: Field::boxes("jobs", "For these jobs", jobs.collect())
                .help("None chosen: for every job.")
                .with(&faults),
            sources: lines(
                "sources",
                "Through these sources",
                "One a line, such as Indeed. Nothing: whatever they came through.",
            ),
            stages: lines(
                "stages",
                "Standing in these stages then",
                "One a line, such as Interview. Nothing: in any.",
            ),
            destination: Field::radios("destination", "To", places.collect())
                .needed()
                .with(&faults),
            frame,
            faults,
        }
    }
}

impl Page for NewRule {
    #[cfg(test)]
    fn sample() -> NewRule {
        let offer = Offer {
            jobs: vec![(Uuid::nil(), "Engineer <x>".into())],
            places: vec![(Uuid::nil(), "our <x> account".into())],
        };
        let inputs = Inputs::parse(b"events=candidate.created&sources=%3Cx%3E").unwrap();
        let (_, _, faults) = judged(&inputs);
        NewRule::of(Frame::sample(), &offer, &inputs, faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_rule_is_said_at_its_place() {
        let faulty = |form: &str| {
            let (_, _, faults) = judged(&Inputs::parse(form.as_bytes()).unwrap());
            let names = ["events", "jobs", "sources", "stages", "destination"];
            names.map(|name| !faults.at(name).is_empty())
        };
        let to = Uuid::nil();
        let well = format!("events=application.submitted&sources=a%0D%0A%0D%0Ab&destination={to}");
        assert_eq!(faulty(&well), [false; 5]);
        let (about, ..) = judged(&Inputs::parse(well.as_bytes()).unwrap());
        assert_eq!(about.sources, ["a", "b"]);
        assert_eq!(faulty(""), [true, false, false, false, true]);
        assert!(faulty(&format!("events=x&destination={to}"))[0]);
        assert!(
            faulty(&format!(
                "events=candidate.created&sources=a&destination={to}"
            ))[0]
        );
        let long = format!("sources={}", "a".repeat(201));
        assert!(faulty(&long)[2]);
    }
}
