//! The jobs and stages that a list of applications or events speaks of, each looked up once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hiring::application::Application;
use hiring::candidate::Candidate;
use hiring::id::{JobId, OrgId, Uuid};
use hiring::job::{self, Job, Stage};
use hiring::problem::Result;
use store::Reader;

use crate::native::map;
use crate::native::wire::answer;

/// Jobs with their stages, as they are met.
#[derive(Default)]
pub(in crate::native) struct Pipelines {
    of: HashMap<JobId, (Job, Vec<Stage>)>,
    named: HashMap<Uuid, JobId>,
}

impl Pipelines {
    /// An application of `candidate`, as it is shown.
    pub(in crate::native) fn show(
        &mut self,
        r: &mut Reader,
        org: OrgId,
        application: &Application,
        candidate: &Candidate,
    ) -> Result<answer::Application> {
        let (job, stages) = self.of(r, org, application.job)?;
        Ok(map::application(application, candidate.uid, job, stages))
    }

    /// The stages of a job, by its outside name.
    pub(in crate::native) fn stages(
        &mut self,
        r: &mut Reader,
        org: OrgId,
        job: Uuid,
    ) -> Result<&[Stage]> {
        let id = match self.named.get(&job) {
            Some(id) => *id,
            None => job::find_by_uid(r, org, job)?.id,
        };
        self.named.insert(job, id);
        Ok(&self.of(r, org, id)?.1)
    }

    fn of(&mut self, r: &mut Reader, org: OrgId, id: JobId) -> Result<&(Job, Vec<Stage>)> {
        if let Entry::Vacant(place) = self.of.entry(id) {
            place.insert((job::find(r, org, id)?, job::stages(r, org, id)?));
        }
        Ok(&self.of[&id])
    }
}
