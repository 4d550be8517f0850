//! People as they are shown: as one system's candidates, or as profiles. What a page of them needs is read with one
//! statement for each kind of row, however many they are.

use std::collections::HashMap;

use hiring::application;
use hiring::attachment::{self, Attachment};
use hiring::caller::Caller;
use hiring::candidate::Candidate;
use hiring::id::CandidateId;
use hiring::job;
use hiring::note;
use hiring::problem::{Act, Result};
use hiring::slot::Encoding;
use serde_json::Value;
use store::Reader;

use super::contents::{self, Content, Draft};
use super::{jobs, whose};
use crate::eightfold::NAME;
use crate::eightfold::map::shown::{self, View, Who};
use crate::eightfold::map::{applications, positions};
use crate::eightfold::wire::query::Include;

/// As whom people are shown.
pub(super) enum As<'a> {
    /// As candidates of this system, the one of a page of one by the id they were asked for.
    Candidates(&'a str, Option<&'a str>),
    /// As profiles.
    Profiles,
}

/// The views of at most a page of people, in their order.
pub(super) fn drafts(
    r: &mut Reader,
    caller: &Caller,
    people: &[Candidate],
    how: &As<'_>,
    include: &Include,
) -> Result<Vec<Draft>> {
    let ids: Vec<CandidateId> = people.iter().map(|p| p.id).collect();
    let around = Around::read(r, caller, people, &ids, how, include)?;
    let one = |person: &Candidate| around.draft(r, caller, person, how, include);
    people.iter().map(one).collect()
}

/// What belongs to the people of a page.
struct Around {
    known_as: HashMap<CandidateId, Vec<(String, String)>>,
    files: HashMap<CandidateId, Vec<Attachment>>,
    applications: HashMap<CandidateId, Vec<Value>>,
    notes: HashMap<CandidateId, Vec<Value>>,
}

impl Around {
    fn read(
        r: &mut Reader,
        caller: &Caller,
        people: &[Candidate],
        ids: &[CandidateId],
        how: &As<'_>,
        include: &Include,
    ) -> Result<Around> {
        let org = caller.org;
        let mut around = Around {
            known_as: whose::known_as(r, org, ids)?,
            files: HashMap::new(),
            applications: HashMap::new(),
            notes: HashMap::new(),
        };
        let own = format!("{NAME}:");
        for listed in attachment::of_candidates(r, org, ids, false)? {
            let file = listed.attachment;
            // Those that came by this dialect stand in a candidate's record, as they were said.
            let said = file.scope.as_ref().is_some_and(|s| s.starts_with(&own));
            if matches!(how, As::Profiles) || !said {
                around.files.entry(file.candidate).or_default().push(file);
            }
        }
        if include.shows("applications") {
            around.applications = own_applications(r, caller, people, ids)?;
        }
        if include.shows("notes") {
            for note in note::of_candidates(r, org, ids)? {
                let about = people.iter().find(|p| p.uid == note.candidate);
                if let Some(person) = about {
                    let notes = around.notes.entry(person.id).or_default();
                    notes.push(positions::entry(&note));
                }
            }
        }
        Ok(around)
    }

    fn draft(
        &self,
        r: &mut Reader,
        caller: &Caller,
        person: &Candidate,
        how: &As<'_>,
        include: &Include,
    ) -> Result<Draft> {
        let of = |all: &HashMap<CandidateId, Vec<Value>>| {
            all.get(&person.id).cloned().unwrap_or_default()
        };
        let files = self.files.get(&person.id).map_or(&[][..], Vec::as_slice);
        let known_as = self.known_as.get(&person.id).map_or(&[][..], Vec::as_slice);
        let uid = person.uid.to_string();
        let who = match how {
            As::Profiles => Who::Profile { person, known_as },
            As::Candidates(system, asked) => {
                let own = known_as.iter().find(|(s, _)| s == system);
                let id = asked.or(own.map(|(_, id)| id.as_str())).unwrap_or(&uid);
                Who::Candidate { system, id }
            }
        };
        let view = View {
            who,
            record: &person.record,
            files,
            applications: of(&self.applications),
            notes: of(&self.notes),
            eeo: caller.permissions.allow(Act::EeoRead),
        };
        let json = shown::body(&view, include);
        let content = |file: &Attachment| {
            Some(Content {
                place: (file.uid, 0),
                encoding: Encoding::Base64,
                sha256: file.sha256?,
            })
        };
        let attached = files.iter().filter_map(content).collect();
        contents::draft(r, caller, json, include, attached)
    }
}

/// Applications of ours that no entry of the record stands for already; pending ones show once they are completed.
fn own_applications(
    r: &mut Reader,
    caller: &Caller,
    people: &[Candidate],
    ids: &[CandidateId],
) -> Result<HashMap<CandidateId, Vec<Value>>> {
    let org = caller.org;
    let listed = application::of_candidates(r, org, ids)?;
    let mut numbers: Vec<_> = listed.iter().map(|l| l.application.job).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let (mut jobs_by_id, mut stages) = (HashMap::new(), Vec::new());
    for some in numbers.chunks(hiring::page::MOST) {
        jobs_by_id.extend(job::of_ids(r, org, some)?.into_iter().map(|j| (j.id, j)));
        stages.extend(job::stages_of(r, org, some)?);
    }
    let known = jobs::known_as(r, org, &numbers)?;
    let mut out: HashMap<_, Vec<_>> = HashMap::new();
    for listed in &listed {
        let application = &listed.application;
        let (Some(job), Some(person)) = (
            jobs_by_id.get(&application.job),
            people.iter().find(|p| p.id == application.candidate),
        ) else {
            continue;
        };
        let known_as = known.get(&job.id).map_or(&[][..], Vec::as_slice);
        let said = person.record.list("foreign_applications");
        if said
            .iter()
            .any(|entry| applications::names(entry, job, known_as))
        {
            continue;
        }
        let stage = stages.iter().find(|s| s.id == application.stage);
        let shown = applications::shown(application, job, known_as.first(), stage);
        out.entry(person.id).or_default().push(shown);
    }
    Ok(out)
}
