//! The ways on for an application in one step: hired at the job's stage for that, rejected, or to the next stage.
//!
//! The steps they are made of (moving, ending) are in `application.rs`.

use store::Tx;

use super::{Application, Disposition, advance, dispose, lock};
use crate::caller::Caller;
use crate::id::{ApplicationId, StageId};
use crate::job::{self, Stage};
use crate::problem::{Clash, Problem, Result};

/// What came of it.
#[derive(Debug, Clone)]
pub struct Concluded {
    /// Where the application stood before.
    pub from: StageId,
    /// As it is now.
    pub application: Application,
    /// Whether anything changed: of the same request twice, the second changes nothing.
    pub changed: bool,
}

/// The stage at which a job's people are hired: the first of kind `hire`, else the last that is not for the rejected.
pub fn hire_stage(stages: &[Stage]) -> Option<&Stage> {
    let is_hire = |s: &&Stage| matches!(s.kind.as_str(), "hire" | "hired");
    let last = || stages.iter().rev().find(|s| !is_reject(s));
    stages.iter().find(is_hire).or_else(last).or(stages.last())
}

/// The stage to which a job's rejected people go: the first of kind `reject`. Where there is none they stay where they
/// are.
pub fn reject_stage(stages: &[Stage]) -> Option<&Stage> {
    stages.iter().find(|s| is_reject(s))
}

fn is_reject(stage: &Stage) -> bool {
    matches!(stage.kind.as_str(), "reject" | "rejected")
}

/// Moves an application to its job's stage for the hired and ends it as hired. Hired twice is no error.
///
/// # Errors
/// [`Problem::Stale`] when it is not in `from`; [`Clash::NotAllowed`] when it is pending or has ended otherwise.
pub fn hire(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    from: Option<StageId>,
) -> Result<Concluded> {
    conclude(tx, caller, id, from, Disposition::Hired, hire_stage)
}

/// Moves an application to its job's stage for the rejected, if there is one, and ends it as rejected. Rejected twice is
/// no error. One that is pending stays where it is, and its invite is revoked.
///
/// # Errors
/// [`Problem::Stale`] when it is not in `from`; [`Clash::NotAllowed`] when it has ended otherwise.
pub fn reject(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    from: Option<StageId>,
) -> Result<Concluded> {
    conclude(tx, caller, id, from, Disposition::Rejected, reject_stage)
}

fn conclude(
    tx: &mut Tx,
    caller: &Caller,
    id: ApplicationId,
    from: Option<StageId>,
    how: Disposition,
    place: fn(&[Stage]) -> Option<&Stage>,
) -> Result<Concluded> {
    let before = lock(tx, caller.org, id)?;
    if before.disposition == Some(how) {
        return Ok(Concluded {
            from: before.stage,
            application: before,
            changed: false,
        });
    }
    let waits = before.pending && before.ended_at.is_none() && how == Disposition::Rejected;
    if !waits {
        must_be_open(&before)?;
    }
    if from.is_some_and(|from| from != before.stage) {
        return Err(Problem::Stale {
            have: before.stage.0 as u64,
        });
    }
    let stages = job::stages(tx, caller.org, before.job)?;
    if let Some(stage) = place(&stages).filter(|_| !waits) {
        advance(tx, caller, id, stage.id, None)?;
    }
    Ok(Concluded {
        from: before.stage,
        application: dispose(tx, caller, id, how, None)?,
        changed: true,
    })
}

/// Moves an application to the stage after its own, but never to that of the rejected.
///
/// # Errors
/// [`Clash::NotAllowed`] when it is pending, has ended, or stands in the last stage.
pub fn go_on(tx: &mut Tx, caller: &Caller, id: ApplicationId) -> Result<Concluded> {
    let before = lock(tx, caller.org, id)?;
    must_be_open(&before)?;
    let stages = job::stages(tx, caller.org, before.job)?;
    let mut later = stages.iter().skip_while(|s| s.id != before.stage).skip(1);
    let Some(next) = later.find(|s| !is_reject(s)) else {
        let why = "the application is in the last stage";
        return Err(Problem::Conflict(Clash::NotAllowed(why)));
    };
    Ok(Concluded {
        from: before.stage,
        application: advance(tx, caller, id, next.id, None)?,
        changed: true,
    })
}

fn must_be_open(application: &Application) -> Result<()> {
    let why = if application.ended_at.is_some() {
        "the application has ended already"
    } else if application.pending {
        "the invitation is still open"
    } else {
        return Ok(());
    };
    Err(Problem::Conflict(Clash::NotAllowed(why)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{JobId, new_uid};

    fn stages(kinds: &[&str]) -> Vec<Stage> {
        let stage = |(n, kind): (usize, &&str)| Stage {
            id: StageId(n as i64),
            uid: new_uid(),
            job: JobId(1),
            position: n as i64,
            name: String::new(),
            kind: (*kind).to_owned(),
            color: String::new(),
        };
        kinds.iter().enumerate().map(stage).collect()
    }

    #[test]
    fn people_are_hired_at_the_stage_for_it_or_at_the_last() {
        for (kinds, wanted) in [
            (&["review", "hire", "offer"][..], 1),
            (&["review", "offer"], 1),
            (&["review", "offer", "reject"], 1),
            (&["reject"], 0),
        ] {
            let stages = stages(kinds);
            let found = hire_stage(&stages).expect("a stage");
            assert_eq!(found.position, wanted, "{kinds:?}");
        }
    }

    #[test]
    fn only_a_stage_for_it_takes_the_rejected() {
        assert!(reject_stage(&stages(&["review", "offer"])).is_none());
        let with = stages(&["review", "rejected", "offer"]);
        assert_eq!(reject_stage(&with).expect("a stage").position, 1);
    }
}
