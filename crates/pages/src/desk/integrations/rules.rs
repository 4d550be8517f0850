//! Rules: who is carried where by themselves, each in a sentence. Making one is `new_rule.rs`.

use std::collections::HashMap;

use axum::extract::State;
use hiring::event::Kind;
use hiring::id::{OrgId, Uuid};
use hiring::page::Side;
use hiring::problem::Noun;
use hiring::rule::{self, About, Rule};
use hiring::{App, Problem, Result, destination, job};
use store::Reader;

use super::HERE;
use crate::desk::form::Confirm;
use crate::desk::frame::Section;
use crate::desk::visit::{Answer, Inputs, Named, Visit};

/// Rules that are listed.
const MOST: i64 = 200;

/// Titles of jobs that were looked up.
pub(super) type Names = HashMap<Uuid, String>;

/// A rule in a list.
pub(super) struct Line {
    pub act: String,
    pub sentence: String,
    pub is_paused: bool,
}

/// The organization's rules.
pub(super) fn read(r: &mut Reader, org: OrgId) -> Result<Vec<Line>> {
    let (mut names, mut places) = (Names::default(), HashMap::new());
    let mut lines = Vec::new();
    for rule in rule::list(r, org, Side::After(0), None, MOST)? {
        let id = rule.destination_id;
        let place = match places.get(&id) {
            Some(name) => String::clone(name),
            None => {
                let name = destination::by_id(r, org, id)?.name;
                places.insert(id, name.clone());
                name
            }
        };
        lines.push(Line::of(r, org, &rule, &place, &mut names)?);
    }
    Ok(lines)
}

impl Line {
    pub fn of(
        r: &mut Reader,
        org: OrgId,
        of: &Rule,
        place: &str,
        names: &mut Names,
    ) -> Result<Line> {
        let mut jobs = Vec::new();
        for uid in &of.about.jobs {
            if !names.contains_key(uid) {
                let title = match job::find_by_uid(r, org, *uid) {
                    Ok(job) => job.title,
                    Err(Problem::NotFound(_)) => "a job that is gone".to_owned(),
                    Err(other) => return Err(other),
                };
                names.insert(*uid, title);
            }
            jobs.push(names[uid].clone());
        }
        Ok(Line {
            act: format!("{HERE}/rules/{}", of.uid),
            sentence: sentence(&of.about, &jobs, place),
            is_paused: of.paused_at.is_some(),
        })
    }

    #[cfg(test)]
    pub fn sample() -> Line {
        Line {
            act: "/desk/integrations/rules/x".into(),
            sentence: "Everybody who applies for Engineer <x> goes to our <x> account.".into(),
            is_paused: true,
        }
    }
}

/// What somebody does, or what happens to them, when a rule carries them.
pub(super) fn doing(kind: Kind) -> &'static str {
    match kind {
        Kind::CandidateCreated => "is added",
        Kind::ApplicationSubmitted => "applies",
        Kind::ApplicationAdvanced => "is moved to another stage",
        Kind::ApplicationHired => "is hired",
        Kind::ApplicationRejected => "is turned down",
        Kind::ApplicationWithdrawn => "takes back an application",
        other => other.word(),
    }
}

/// "Everybody who applies for Engineer through Indeed goes to Greenhouse."
pub(super) fn sentence(about: &About, jobs: &[String], place: &str) -> String {
    let kinds = about.kinds.iter().filter_map(|word| Kind::parse(word));
    let doing: Vec<_> = kinds.map(|kind| doing(kind).to_owned()).collect();
    let mut text = format!("Everybody who {}", either(&doing));
    if !jobs.is_empty() {
        text.push_str(&format!(" for {}", either(jobs)));
    }
    if !about.sources.is_empty() {
        text.push_str(&format!(" through {}", either(&about.sources)));
    }
    if !about.stages.is_empty() {
        text.push_str(&format!(", and stands in {} then,", either(&about.stages)));
    }
    format!("{text} goes to {place}.")
}

/// `a`, `a or b`, `a, b or c`.
fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `POST /desk/integrations/rules/{uid}`: `do` says what.
pub(super) async fn act(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let (caller, org) = (visit.caller.clone(), visit.org());
    let here = format!("{HERE}#rules");
    let turn = |on: bool| {
        let caller = caller.clone();
        app.store
            .write(move |tx| rule::edit(tx, &caller, uid, None, Some(on)).map(drop))
    };
    match inputs.get("do") {
        "pause" => {
            turn(false).await?;
            Ok(visit.done(&here, "The rule is paused: nobody is carried by it."))
        }
        "resume" => {
            turn(true).await?;
            Ok(visit.done(
                &here,
                "The rule is on again, for whoever comes from now on.",
            ))
        }
        "remove" if inputs.has("yes") => {
            app.store
                .write(move |tx| rule::remove(tx, &caller, uid))
                .await?;
            Ok(visit.done(&here, "The rule was removed."))
        }
        "remove" => {
            let line = app.store.read(move |r| {
                let of = rule::find(r, org, uid)?;
                let place = destination::by_id(r, org, of.destination_id)?;
                Line::of(r, org, &of, &place.name, &mut Names::default())
            });
            let page = Confirm {
                frame: visit.frame(Section::Integrations),
                title: "Remove this rule?".into(),
                text: vec![
                    line.await?.sentence,
                    "From now on nobody is carried by it. What it has queued goes on its way."
                        .into(),
                ],
                button: "Remove it".into(),
                to: format!("{HERE}/rules/{uid}"),
                inputs: vec![("do".into(), "remove".into()), ("yes".into(), "1".into())],
                back: here,
            };
            Ok(visit.page(&page))
        }
        _ => Err(Problem::NotFound(Noun::Route).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_sentence() {
        let about = |kinds: &[&str], sources: &[&str], stages: &[&str]| {
            let all = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
            About {
                kinds: all(kinds),
                sources: all(sources),
                stages: all(stages),
                ..About::default()
            }
        };
        let jobs = |all: &[&str]| all.iter().map(|j| (*j).to_owned()).collect::<Vec<_>>();
        for (about, jobs, said) in [
            (
                about(&["application.submitted"], &["Indeed"], &[]),
                jobs(&["Engineer"]),
                "Everybody who applies for Engineer through Indeed goes to Greenhouse.",
            ),
            (
                about(&["candidate.created"], &[], &[]),
                jobs(&[]),
                "Everybody who is added goes to Greenhouse.",
            ),
            (
                about(
                    &["application.advanced", "application.hired"],
                    &[],
                    &["Interview"],
                ),
                jobs(&["A", "B", "C"]),
                "Everybody who is moved to another stage or is hired for A, B or C, and stands in Interview then, goes to Greenhouse.",
            ),
        ] {
            assert_eq!(sentence(&about, &jobs, "Greenhouse"), said);
        }
        for kind in rule::KINDS {
            assert_ne!(doing(kind), kind.word(), "words for {kind:?}");
        }
    }
}
