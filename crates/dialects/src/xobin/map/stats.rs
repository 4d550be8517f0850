//! Numbers: of one track, of all.

use hiring::application::Disposition;
use hiring::application::of_job::Standing;
use hiring::application::tally::{Group, Tally};
use hiring::job::{Job, Stage, Status};
use serde_json::{Map, Value, json};

use crate::time;
use crate::xobin::wire::query::STATUSES;

/// How an application stands, in the vendor's words. Who withdrew is out of the pipeline as the rejected are, and the
/// vendor has no word for it.
pub(in super::super) fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "pending",
        Standing::Open => "in_progress",
        Standing::Ended(Disposition::Hired) => "hired",
        Standing::Ended(Disposition::Rejected | Disposition::Withdrawn) => "rejected",
    }
}

/// Counts by status; every status is there.
#[derive(Default)]
struct Counts([i64; STATUSES.len()]);

impl Counts {
    fn of(groups: impl IntoIterator<Item = (Standing, i64)>) -> Counts {
        let mut counts = Counts::default();
        for (standing, count) in groups {
            let at = STATUSES.iter().position(|word| *word == status(standing));
            counts.0[at.unwrap_or(0)] += count;
        }
        counts
    }

    fn get(&self, word: &str) -> i64 {
        let counted = STATUSES.iter().zip(self.0);
        counted.filter(|(w, _)| **w == word).map(|(_, n)| n).sum()
    }

    fn shown(&self) -> Value {
        let counted = STATUSES.iter().zip(self.0);
        Value::Object(counted.map(|(w, n)| ((*w).to_owned(), json!(n))).collect())
    }

    /// `totals`: whoever is neither hired nor rejected is in the pipeline, the invited too.
    fn totals(&self) -> Map<String, Value> {
        let all: i64 = self.0.iter().sum();
        let (hired, rejected) = (self.get("hired"), self.get("rejected"));
        let members = [
            ("applicants", json!(all)),
            ("in_pipeline", json!(all - hired - rejected)),
            ("hired", json!(hired)),
            ("rejected", json!(rejected)),
            ("by_status", self.shown()),
        ];
        members
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect()
    }
}

/// `GET /tracks/<track_id>/stats`.
pub(in super::super) fn of_track(
    job: &Job,
    stages: &[Stage],
    groups: &[Group],
    asked: &Value,
) -> Value {
    let all = Counts::of(groups.iter().map(|g| (g.standing, g.count)));
    let stage = |stage: &Stage| {
        let here = groups.iter().filter(|g| g.stage == stage.id);
        let counts = Counts::of(here.map(|g| (g.standing, g.count)));
        json!({
            "stage_id": stage.id.to_string(), "name": stage.name, "type": stage.kind,
            "count": counts.0.iter().sum::<i64>(), "status_counts": counts.shown(),
        })
    };
    json!({
        "track_id": job.id.0,
        "title": job.title,
        "active": job.status == Status::Open,
        "created_at": time::seconds(job.created_at),
        "updated_at": time::seconds(job.updated_at),
        "totals": all.totals(),
        "stages": stages.iter().map(stage).collect::<Vec<_>>(),
        "applicant_timestamps": {
            "first_added": groups.iter().map(|g| g.created.0).min().map(time::seconds),
            "last_added": groups.iter().map(|g| g.created.1).max().map(time::seconds),
            "first_updated": groups.iter().map(|g| g.updated.0).min().map(time::seconds),
            "last_updated": groups.iter().map(|g| g.updated.1).max().map(time::seconds),
        },
        "filters_applied": asked,
    })
}

/// `GET /tracks/stats`.
pub(in super::super) fn of_all(tally: &Tally, asked: &Value) -> Value {
    let mut totals = Counts::of(tally.standing.iter().copied()).totals();
    let tracks: i64 = tally.jobs.iter().map(|(_, n)| n).sum();
    let open = tally
        .jobs
        .iter()
        .filter(|(status, _)| *status == Status::Open);
    let active: i64 = open.map(|(_, n)| n).sum();
    totals.insert("tracks".into(), json!(tracks));
    totals.insert("active_tracks".into(), json!(active));
    totals.insert("inactive_tracks".into(), json!(tracks - active));
    let kinds = tally.kinds.iter().map(|(kind, n)| (kind.clone(), json!(n)));
    let largest = tally.largest.iter();
    let recent = tally.recent.iter();
    json!({
        "totals": totals,
        "applicants_by_stage_type": kinds.collect::<Map<_, _>>(),
        "top_tracks_by_applicants": largest
            .map(|(id, title, n)| json!({"track_id": id.0, "title": title, "applicant_count": n}))
            .collect::<Vec<_>>(),
        "recently_updated_tracks": recent
            .map(|(id, title, at)| json!({"track_id": id.0, "title": title, "updated_at": time::seconds(*at)}))
            .collect::<Vec<_>>(),
        "filters_applied": asked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_counted_is_counted_once() {
        let counts = Counts::of([
            (Standing::Pending, 1),
            (Standing::Open, 2),
            (Standing::Ended(Disposition::Hired), 4),
            (Standing::Ended(Disposition::Rejected), 8),
            (Standing::Ended(Disposition::Withdrawn), 16),
        ]);
        let totals = counts.totals();
        assert_eq!(
            (totals["applicants"].clone(), totals["in_pipeline"].clone()),
            (json!(31), json!(3))
        );
        assert_eq!(
            (totals["hired"].clone(), totals["rejected"].clone()),
            (json!(4), json!(24))
        );
        let by_status = totals["by_status"].as_object().expect("counts");
        assert_eq!(
            by_status.values().filter_map(Value::as_i64).sum::<i64>(),
            31
        );
    }
}
