//! Working through what is running, some rows at a time.

use serde_json::json;
use store::{Reader, Tx, sql};

use super::super::{self as invite, Invite, NewInvite};
use super::{Run, State, must_take, read};
use crate::app::App;
use crate::application::{self, NewApplication, Opened};
use crate::caller::{Caller, Who};
use crate::candidate::{self, NewCandidate};
use crate::id::{InviteId, new_uid};
use crate::job::{self, Job};
use crate::mail;
use crate::problem::{Clash, Problem, Result};
use crate::record::{How, Said};
use crate::submission::{self, NewSubmission};

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Nothing is running, or others are at it.
    Idle,
    /// So many rows were done.
    Done(usize),
}

/// What came of a row, as stored.
pub(super) struct Settled {
    word: &'static str,
    remark: Option<&'static str>,
    invite: Option<InviteId>,
}

impl Settled {
    fn as_is(word: &'static str) -> Settled {
        Settled {
            word,
            remark: None,
            invite: None,
        }
    }
}

/// Rows of a step: each is some twenty statements.
pub const ROWS: i64 = 20;

/// Whether anything is running: looked at before a step, which writes. Of all organizations, as are the others here: it is
/// the program's own work.
pub fn has_work(r: &mut Reader) -> Result<bool> {
    let found = r.one(
        sql!("SELECT id FROM invite_run WHERE state = 'running' LIMIT 1"),
        &[],
    )?;
    Ok(found.is_some())
}

/// Does the next `limit` rows of the run that has waited longest. Each is settled in this transaction, or none.
///
/// Several processes may do so at once: each takes another run.
pub fn step(tx: &mut Tx, app: &App, limit: i64) -> Result<Pace> {
    let Some(run) = claim(tx)? else {
        return Ok(Pace::Idle);
    };
    let job = job::find(tx, run.org, run.job)?;
    if must_take(&job).is_err() {
        end(tx, &run, State::Stopped, Some("the job is not open"))?;
        return Ok(Pace::Done(0));
    }
    let rows = tx.all(
        sql!(
            "SELECT id, email, email_key, name, fault FROM invite_row WHERE org_id = $1 AND run_id = $2 \
             AND settled_at IS NULL ORDER BY n LIMIT $3"
        ),
        &[&run.org, &run.id, &limit],
    )?;
    if rows.is_empty() {
        end(tx, &run, State::Done, None)?;
        return Ok(Pace::Done(0));
    }
    for row in &rows {
        let (email, key, name): (String, Option<String>, String) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let settled = match key {
            Some(_) => one(tx, app, &run, &job, &email, &name)?,
            None => Settled::as_is("skipped"),
        };
        settle(tx, &run, row.get(0)?, &settled)?;
    }
    touch(tx, &run)?;
    Ok(Pace::Done(rows.len()))
}

/// Settles the next row of the run that has waited longest as failed: for whoever found that it cannot be done, so that it
/// does not stop the others.
pub fn fail_next(tx: &mut Tx) -> Result<()> {
    let Some(run) = claim(tx)? else {
        return Ok(());
    };
    let row = tx.one(
        sql!(
            "SELECT id FROM invite_row WHERE org_id = $1 AND run_id = $2 AND settled_at IS NULL ORDER BY n LIMIT 1"
        ),
        &[&run.org, &run.id],
    )?;
    if let Some(row) = row {
        settle(tx, &run, row.get(0)?, &Settled::as_is("failed"))?;
    }
    touch(tx, &run)
}

fn claim(tx: &mut Tx) -> Result<Option<Run>> {
    let row = tx.one(
        sql!(
            "SELECT id, uid, org_id, job_id, member_id, state, remark, source, message, language, days, mailed, header, \
             mapping, body, total, created_at, started_at, ended_at FROM invite_run WHERE state = 'running' \
             ORDER BY touched_at, id LIMIT 1 {for update} {skip locked}"
        ),
        &[],
    )?;
    row.as_ref().map(read).transpose()
}

fn end(tx: &mut Tx, run: &Run, state: State, remark: Option<&str>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE invite_run SET state = $3, remark = $4, touched_at = $5, \
             ended_at = CASE WHEN $3 = 'done' THEN $5 ELSE ended_at END WHERE org_id = $1 AND id = $2"
        ),
        &[&run.org, &run.id, &state.word(), &remark, &now],
    )?;
    Ok(())
}

fn touch(tx: &mut Tx, run: &Run) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE invite_run SET touched_at = $3 WHERE org_id = $1 AND id = $2"),
        &[&run.org, &run.id, &now],
    )?;
    Ok(())
}

fn settle(tx: &mut Tx, run: &Run, row: i64, settled: &Settled) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE invite_row SET outcome = $3, remark = $4, invite_id = $5, settled_at = $6 \
             WHERE org_id = $1 AND id = $2 AND settled_at IS NULL"
        ),
        &[
            &run.org,
            &row,
            &settled.word,
            &settled.remark,
            &settled.invite,
            &now,
        ],
    )?;
    Ok(())
}

/// Invites one person, as the member who started the run.
fn one(tx: &mut Tx, app: &App, run: &Run, job: &Job, email: &str, name: &str) -> Result<Settled> {
    let caller = Caller {
        who: Who::Member(run.member),
        ..Caller::system(run.org)
    };
    // Most lists are sent twice some day: of those who are there already nothing is written at all. Whoever slips by
    // between here and `open` is found by its unique index.
    if let Some(known) = candidate::look_up_email(tx, run.org, email)? {
        let all = application::of_candidate(tx, run.org, known.id)?;
        let open = all.iter().find(|a| a.job == job.id && a.ended_at.is_none());
        if let Some(open) = open
            && let Some(settled) = in_the_way(tx, run, open)?
        {
            return Ok(settled);
        }
    }
    let sent = NewSubmission {
        uid: new_uid(),
        dialect: "desk",
        route: "/desk/invite",
        body: json!({"email": email, "name": name, "job": job.uid}).to_string(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    let kept = submission::keep(tx, &caller, &sent)?;
    let taken = candidate::take_in(tx, &caller, kept, &person(email, name))?;
    let pending = NewApplication {
        pending: true,
        source: run.new.source.clone(),
        ..NewApplication::default()
    };
    let opened = application::open(tx, &caller, &taken.candidate, job, &pending)?;
    let application = opened.application().clone();
    let (who, what) = (Some(taken.candidate.id), Some(application.id));
    submission::settle(tx, run.org, kept, who, what, taken.outcome.word())?;
    let wanted = NewInvite {
        email: Some(email.to_owned()),
        message: run.new.message.clone(),
        language: run.new.language.clone(),
        days: run.new.days,
    };
    let (word, invite) = match opened {
        Opened::New(_) => (
            "invited",
            invite::create_with(tx, &app.key, &caller, &application, &wanted)?,
        ),
        _ => match in_the_way(tx, run, &application)? {
            Some(settled) => return Ok(settled),
            None => ("renewed", renewed(tx, app, &caller, &application, &wanted)?),
        },
    };
    Ok(Settled {
        word,
        remark: mailed(tx, app, run, &caller, &invite)?,
        invite: Some(invite.id),
    })
}

/// What becomes of a row whose person has an open application already; `None` when it is that of an invite by which nobody
/// can apply any more.
fn in_the_way(tx: &mut Tx, run: &Run, open: &application::Application) -> Result<Option<Settled>> {
    if !open.pending {
        return Ok(Some(Settled::as_is("applied")));
    }
    match invite::look_up(tx, run.org, open.id)? {
        Some(there) if !there.state.is_open() => Ok(None),
        there => Ok(Some(Settled {
            word: "already_invited",
            remark: None,
            invite: there.map(|invite| invite.id),
        })),
    }
}

fn renewed(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    application: &application::Application,
    wanted: &NewInvite,
) -> Result<Invite> {
    let there = invite::look_up(tx, caller.org, application.id)?;
    let there = there.ok_or_else(|| Problem::broken("a pending application without an invite"))?;
    let renewed = invite::renew(tx, &app.key, caller, &there, wanted.days)?;
    invite::address(tx, &renewed, wanted)
}

/// Queues the invite's mail, where the run says so; why there is none, otherwise.
fn mailed(
    tx: &mut Tx,
    app: &App,
    run: &Run,
    caller: &Caller,
    invite: &Invite,
) -> Result<Option<&'static str>> {
    if !run.new.mailed {
        return Ok(None);
    }
    match mail::invite(tx, &app.settings.public_url, caller, invite, None, None) {
        Ok(_) => Ok(None),
        // Refused before anything of the mail was written.
        Err(Problem::Conflict(Clash::NotAllowed(why))) => Ok(Some(why)),
        Err(other) => Err(other),
    }
}

fn person(email: &str, name: &str) -> NewCandidate {
    let mut said = Said::new();
    if !name.is_empty() {
        said.insert("full_name".into(), json!(name));
    }
    said.insert("emails".into(), json!([{"value": email}]));
    NewCandidate {
        said,
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: Vec::new(),
    }
}
