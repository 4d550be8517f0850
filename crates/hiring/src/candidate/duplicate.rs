//! Who may be the same person as somebody, by which rule and evidence, and what a member made of it.
//!
//! What one call said of both is noted when it is said (`candidate/intake.rs`). What is weaker, the same phone, the same
//! profile, the same name and date of birth, is looked for when somebody looks at the person.

use serde_json::{Value, json};
use store::{Reader, Tx, sql};

use super::traits::{Likeness, alike_so_far};
use super::{Candidate, find};
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::{CandidateId, OrgId};
use crate::problem::{Flaw, FlawCode, Result};
use crate::text;

/// People who are shown as possibly the same.
const MOST: usize = 20;

/// Somebody who may be the same person.
#[derive(Debug, Clone)]
pub struct Suspect {
    /// Who.
    pub candidate: Candidate,
    /// Why, strongest first: the rule, in words, and what it rests on.
    pub why: Vec<(String, Value)>,
}

/// Everybody who may be the same person as `candidate` and of whom nobody has judged yet.
pub fn suspects(r: &mut Reader, org: OrgId, candidate: &Candidate) -> Result<Vec<Suspect>> {
    let (noted, judged) = noted(r, org, candidate.id)?;
    let mut all: Vec<Suspect> = Vec::new();
    for (other, rule, evidence) in noted {
        let other = find(r, org, other)?;
        add(&mut all, other, (rule, evidence));
    }
    for (other, why) in weaker(r, org, candidate)? {
        add(&mut all, other, why);
    }
    all.retain(|s| {
        let other = &s.candidate;
        other.id != candidate.id && other.ignored_at.is_none() && !judged.contains(&other.id)
    });
    all.truncate(MOST);
    Ok(all)
}

fn add(all: &mut Vec<Suspect>, candidate: Candidate, why: (String, Value)) {
    match all.iter_mut().find(|s| s.candidate.id == candidate.id) {
        Some(there) if there.why.contains(&why) => {}
        Some(there) => there.why.push(why),
        None => all.push(Suspect {
            candidate,
            why: vec![why],
        }),
    }
}

type Noted = (CandidateId, String, Value);

/// What was noted, and of whom somebody has judged.
fn noted(r: &mut Reader, org: OrgId, id: CandidateId) -> Result<(Vec<Noted>, Vec<CandidateId>)> {
    // Also what was noted of those who are the same person by now.
    let rows = r.all(
        sql!(
            "SELECT d.candidate_id, d.other_id, d.rule, d.evidence, d.verdict FROM possible_duplicate d \
             WHERE d.org_id = $1 AND (d.candidate_id IN (SELECT CAST($2 AS BIGINT) UNION SELECT c.id FROM candidate c WHERE c.merged_into = $2) \
             OR d.other_id IN (SELECT CAST($2 AS BIGINT) UNION SELECT c.id FROM candidate c WHERE c.merged_into = $2)) \
             ORDER BY d.id LIMIT 200"
        ),
        &[&org, &id],
    )?;
    let (mut open, mut judged) = (Vec::new(), Vec::new());
    for row in &rows {
        let (one, two): (CandidateId, CandidateId) = (row.get(0)?, row.get(1)?);
        let other = if one == id { two } else { one };
        if row.get::<Option<String>>(4)?.is_some() {
            judged.push(other);
            continue;
        }
        let evidence: String = row.get(3)?;
        let evidence: Value = serde_json::from_str(&evidence).unwrap_or_default();
        for who in [one, two] {
            if who != id {
                open.push((who, row.get(2)?, evidence.clone()));
            }
        }
    }
    Ok((open, judged))
}

fn weaker(
    r: &mut Reader,
    org: OrgId,
    candidate: &Candidate,
) -> Result<Vec<(Candidate, (String, Value))>> {
    let record = &candidate.record;
    let mut all = Vec::new();
    for phone in record.values("phones").take(5) {
        let like = Likeness {
            phone: Some(phone.to_owned()),
            ..Likeness::default()
        };
        for other in alike_so_far(r, org, &like, MOST as i64)? {
            let why = ("the same phone".to_owned(), json!({"value": phone}));
            all.push((other, why));
        }
    }
    for url in record.values("urls").take(5) {
        let like = Likeness {
            profile: Some(url.to_owned()),
            ..Likeness::default()
        };
        for other in alike_so_far(r, org, &like, MOST as i64)? {
            let why = ("the same profile".to_owned(), json!({"value": url}));
            all.push((other, why));
        }
    }
    let born = record.text("date_of_birth");
    let named = record.text("first_name").zip(record.text("last_name"));
    if let (Some(born), Some((first, last))) = (born, named) {
        let like = Likeness {
            name: Some((first.to_owned(), last.to_owned())),
            ..Likeness::default()
        };
        for other in alike_so_far(r, org, &like, MOST as i64)? {
            if other.record.text("date_of_birth").map(text::key) == Some(text::key(born)) {
                let why = ("the same name and date of birth".to_owned(), json!({}));
                all.push((other, why));
            }
        }
    }
    Ok(all)
}

/// A member says that two people are not the same, however much speaks for it. Twice is no error.
///
/// # Errors
/// [`crate::Problem::NotFound`]; [`crate::Problem::Invalid`] when both are one.
pub fn tell_apart(tx: &mut Tx, caller: &Caller, one: CandidateId, two: CandidateId) -> Result<()> {
    let (one, two) = (find(tx, caller.org, one)?.id, find(tx, caller.org, two)?.id);
    if one == two {
        return Err(Flaw::new("/other", FlawCode::Contradiction, "both are one person").into());
    }
    judge(tx, caller, one, two, "different")
}

pub(super) fn judge(
    tx: &mut Tx,
    caller: &Caller,
    one: CandidateId,
    two: CandidateId,
    verdict: &str,
) -> Result<()> {
    let (org, now) = (caller.org, tx.now());
    let (low, high) = (one.min(two), one.max(two));
    tx.run(
        sql!(
            "INSERT INTO possible_duplicate (org_id, candidate_id, other_id, rule, evidence, created_at) \
             VALUES ($1, $2, $3, 'a member looked at both', '{}', $4) ON CONFLICT DO NOTHING"
        ),
        &[&org, &low, &high, &now],
    )?;
    let judged = tx.run(
        sql!(
            "UPDATE possible_duplicate SET verdict = $4, judged_at = $5 WHERE org_id = $1 AND candidate_id = $2 \
             AND other_id = $3 AND (verdict IS NULL OR verdict <> $4)"
        ),
        &[&org, &low, &high, &verdict, &now],
    )?;
    if judged > 0 && verdict == "different" {
        let other = find(tx, org, two)?.uid;
        let data = json!({"other": other});
        event::append(
            tx,
            caller,
            Kind::CandidateToldApart,
            &Subject::candidate(one),
            &data,
        )?;
    }
    Ok(())
}

/// Nobody has judged any more: an undone merge.
pub(super) fn forget_verdict(
    tx: &mut Tx,
    org: OrgId,
    one: CandidateId,
    two: CandidateId,
) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE possible_duplicate SET verdict = NULL, judged_at = NULL \
             WHERE org_id = $1 AND candidate_id = $2 AND other_id = $3"
        ),
        &[&org, &one.min(two), &one.max(two)],
    )?;
    Ok(())
}
