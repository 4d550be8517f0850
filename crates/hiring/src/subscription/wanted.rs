//! Which events a subscription wants.

use store::{Reader, Tx, sql};

use crate::event::Kind;
use crate::id::{JobId, LinkedAccountId, OrgId, SubscriptionId, Uuid};
use crate::problem::Result;

use super::EVERY;

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Kinds by their words, or [`EVERY`] alone; of what is none's here, nothing ever comes.
    pub kinds: Vec<String>,
    /// Of these jobs only; `None`: of all, and those of no job.
    pub jobs: Option<Vec<JobId>>,
    /// Of applications from these sources only, written as there; `None`: of all, and those of no application.
    pub sources: Option<Vec<String>>,
}

impl Wanted {
    /// Everything.
    pub fn everything() -> Wanted {
        Wanted {
            kinds: vec![EVERY.to_owned()],
            ..Wanted::default()
        }
    }

    /// Whether it wants every kind.
    pub fn includes_all(&self) -> bool {
        self.kinds.iter().any(|name| name == EVERY)
    }

    /// Every kind that is known by now, or those that are named.
    pub fn includes(&self, kind: Kind) -> bool {
        let named = |name: &String| name == EVERY || name == kind.word();
        self.kinds.iter().any(named)
    }
}

/// Puts these in the place of what it wanted before.
pub(super) fn put(tx: &mut Tx, org: OrgId, id: SubscriptionId, wanted: &Wanted) -> Result<()> {
    put_kinds(tx, org, id, &wanted.kinds)?;
    tx.run(
        sql!("DELETE FROM subscription_job WHERE org_id = $1 AND subscription_id = $2"),
        &[&org, &id],
    )?;
    tx.run(
        sql!("DELETE FROM subscription_source WHERE org_id = $1 AND subscription_id = $2"),
        &[&org, &id],
    )?;
    for job in wanted.jobs.iter().flatten() {
        tx.run(
            sql!(
                "INSERT INTO subscription_job (org_id, subscription_id, job_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
            ),
            &[&org, &id, job],
        )?;
    }
    for source in wanted.sources.iter().flatten() {
        tx.run(
            sql!(
                "INSERT INTO subscription_source (org_id, subscription_id, source) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
            ),
            &[&org, &id, source],
        )?;
    }
    let (any_job, any_source) = (
        i64::from(wanted.jobs.is_none()),
        i64::from(wanted.sources.is_none()),
    );
    tx.run(
        sql!("UPDATE subscription SET any_job = $3, any_source = $4 WHERE org_id = $1 AND id = $2"),
        &[&org, &id, &any_job, &any_source],
    )?;
    Ok(())
}

fn put_kinds(tx: &mut Tx, org: OrgId, id: SubscriptionId, kinds: &[String]) -> Result<()> {
    tx.run(
        sql!("DELETE FROM subscription_kind WHERE org_id = $1 AND subscription_id = $2"),
        &[&org, &id],
    )?;
    // With both, an event would come twice.
    let every = [EVERY.to_owned()];
    let kinds = match kinds.iter().any(|kind| kind == EVERY) {
        true => &every,
        false => kinds,
    };
    for kind in kinds {
        tx.run(
            sql!(
                "INSERT INTO subscription_kind (org_id, subscription_id, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
            ),
            &[&org, &id, kind],
        )?;
    }
    Ok(())
}

/// What it wants, and the outside names of its jobs.
pub fn wanted(r: &mut Reader, org: OrgId, id: SubscriptionId) -> Result<(Wanted, Vec<Uuid>)> {
    let texts = |rows: Vec<store::Row>| -> Result<Vec<String>> {
        rows.iter().map(|row| Ok(row.get(0)?)).collect()
    };
    let kinds = r.all(
        sql!(
            "SELECT kind FROM subscription_kind WHERE org_id = $1 AND subscription_id = $2 ORDER BY kind LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    let sources = r.all(
        sql!(
            "SELECT source FROM subscription_source WHERE org_id = $1 AND subscription_id = $2 ORDER BY id LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    let jobs = r.all(
        sql!(
            "SELECT j.id, j.uid FROM subscription_job w JOIN job j ON j.id = w.job_id \
             WHERE w.org_id = $1 AND w.subscription_id = $2 ORDER BY w.id LIMIT 1000"
        ),
        &[&org, &id],
    )?;
    let limits = r.one(
        sql!("SELECT any_job, any_source FROM subscription WHERE org_id = $1 AND id = $2"),
        &[&org, &id],
    )?;
    let any = |at: usize| -> Result<bool> {
        Ok(match &limits {
            Some(row) => row.get::<i64>(at)? != 0,
            None => true,
        })
    };
    let mut names = Vec::new();
    let mut numbers = Vec::new();
    for row in &jobs {
        numbers.push(row.get(0)?);
        names.push(row.get(1)?);
    }
    let sources = texts(sources)?;
    let wanted = Wanted {
        kinds: texts(kinds)?,
        jobs: (!any(0)?).then_some(numbers),
        sources: (!any(1)?).then_some(sources),
    };
    Ok((wanted, names))
}

/// Has every subscription that follows this account's wishes want what they say by now.
pub fn follow(tx: &mut Tx, org: OrgId, account: LinkedAccountId) -> Result<()> {
    let rows = tx.all(
        sql!(
            "SELECT kinds FROM webhook_receiver WHERE org_id = $1 AND linked_account_id = $2 AND is_active = 1 \
             AND kinds IS NOT NULL ORDER BY id LIMIT 1000"
        ),
        &[&org, &account],
    )?;
    let mut kinds: Vec<String> = Vec::new();
    for row in &rows {
        let words: String = row.get(0)?;
        kinds.extend(words.split_whitespace().map(str::to_owned));
    }
    kinds.sort();
    kinds.dedup();
    let followers = tx.all(
        sql!(
            "SELECT id FROM subscription WHERE org_id = $1 AND linked_account_id = $2 AND follows = 1 \
             AND removed_at IS NULL ORDER BY id LIMIT 1000"
        ),
        &[&org, &account],
    )?;
    for row in &followers {
        put_kinds(tx, org, row.get(0)?, &kinds)?;
    }
    Ok(())
}
