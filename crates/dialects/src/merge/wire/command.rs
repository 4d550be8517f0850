//! Bodies of calls that write no model: what to do with a record.

use hiring::linked_account::Settings;
use hiring::problem::{FlawCode, Result};

use super::{Note, Read, Reading, Reference, Write};
use crate::body::Body;
use crate::check::Check;

/// Values of `reason`.
const REASONS: [&str; 3] = ["GENERAL_CUSTOMER_REQUEST", "GDPR", "OTHER"];

/// IgnoreCommonModelRequest (dialect page, §3).
#[derive(Debug)]
pub(in super::super) struct IgnoreRequest {
    pub reason: String,
    pub message: Option<String>,
}

impl IgnoreRequest {
    pub(in super::super) fn parse(body: &Body) -> Result<IgnoreRequest> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "reason");
        let reason = check.choice(&root, "reason", &REASONS);
        let message = check.string(&root, "message");
        check.done()?;
        Ok(IgnoreRequest {
            reason: reason.unwrap_or_default(),
            message,
        })
    }
}

/// UpdateApplicationStageRequest: where an application is to go.
#[derive(Debug)]
pub(in super::super) struct StageRequest {
    pub stage: Option<Reference>,
}

impl StageRequest {
    pub(in super::super) fn parse(body: &Body, _: &Settings) -> Read<StageRequest> {
        let mut reading = Reading {
            check: Check::new(body),
            notes: Vec::<Note>::new(),
        };
        let model = reading.stage();
        let Reading { check, notes } = reading;
        let write = check.done().and(model);
        Read { write, notes }
    }
}

impl Reading<'_> {
    fn stage(&mut self) -> Result<Write<StageRequest>> {
        let root = self.check.root()?;
        self.note_unknown(&root, &["job_interview_stage", "remote_user_id"], &[]);
        let remote_user_id = self.check.string(&root, "remote_user_id");
        self.reference(&root, "job_interview_stage");
        let value = root.get("job_interview_stage");
        if value.is_none() {
            let detail = "job_interview_stage is a required field on the request body.";
            self.check.flaw(
                root.pointer("job_interview_stage"),
                FlawCode::Required,
                detail,
            );
        }
        let stage = value.and_then(|v| super::reference(&root, "job_interview_stage", v).ok());
        Ok(Write {
            model: StageRequest { stage },
            remote_user_id,
        })
    }
}
