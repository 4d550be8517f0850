//! The calls of a subscription in our own words, by Standard Webhooks: `{type, timestamp, data}`, `webhook-id`,
//! `webhook-timestamp`, `webhook-signature`.

use hiring::event::Event;
use hiring::id::{OrgId, Uuid};
use hiring::problem::{Problem, Result};
use hiring::subscription::Shows;
use hiring::subscription::carrying::PING;
use hiring::subscription::secret::signature;
use hiring::subscription::shape::{Letter, Parcel, Seal, Shape};
use hiring::{application, candidate, job, slot};
use serde::Serialize;
use serde_json::Value;
use store::Reader;

use super::map;
use super::routes::candidates;
use super::routes::pipelines::Pipelines;
use super::wire::answer;
use crate::time::micros;

/// The shape that a subscription has unless it asks for another.
pub(crate) struct Standard;

impl Shape for Standard {
    fn name(&self) -> &'static str {
        "standard"
    }

    fn title(&self) -> &'static str {
        "Standard Webhooks, in the words of our own API"
    }

    fn render(&self, r: &mut Reader, parcel: &Parcel) -> Result<Option<Letter>> {
        let body = match &parcel.event {
            None => answer::Webhook {
                kind: PING.to_owned(),
                timestamp: micros(parcel.queued_at),
                data: answer::WebhookData {
                    event: None,
                    record: None,
                },
            },
            Some(event) => told(r, parcel, event)?,
        };
        let body = serde_json::to_string(&body).map_err(Problem::broken)?;
        Ok(Some(Letter::post(body)))
    }

    fn sign(&self, letter: &Letter, seal: &Seal<'_>) -> Vec<(String, String)> {
        let signature = signature(
            seal.secrets,
            seal.id,
            seal.timestamp,
            letter.body.as_bytes(),
        );
        vec![
            ("webhook-id".to_owned(), seal.id.to_owned()),
            ("webhook-timestamp".to_owned(), seal.timestamp.to_string()),
            ("webhook-signature".to_owned(), signature),
        ]
    }
}

fn told(r: &mut Reader, parcel: &Parcel, event: &Event) -> Result<answer::Webhook> {
    let mut pipelines = Pipelines::default();
    let stages = match event.job {
        Some(job) => pipelines.stages(r, parcel.org, job)?,
        None => &[],
    };
    let shown = map::event(event, stages);
    let record = match parcel.subscription.shows {
        Shows::Ids => None,
        Shows::Record => Some(record(r, parcel.org, event, &mut pipelines)?),
    };
    Ok(answer::Webhook {
        kind: event.kind.clone(),
        timestamp: micros(event.created_at),
        data: answer::WebhookData {
            event: Some(shown),
            record,
        },
    })
}

/// Who and what the event is about, as it is now.
fn record(
    r: &mut Reader,
    org: OrgId,
    event: &Event,
    pipelines: &mut Pipelines,
) -> Result<answer::WebhookRecord> {
    let person = there(event.candidate, |uid| candidate::find_by_uid(r, org, uid))?;
    let candidate = match &person {
        Some(person) => Some(bare(&candidates::in_full(r, org, person)?)?),
        None => None,
    };
    let found = there(event.application, |uid| {
        application::find_by_uid(r, org, uid)
    })?;
    let application = match (&found, &person) {
        (Some(found), Some(person)) => Some(bare(&pipelines.show(r, org, found, person)?)?),
        _ => None,
    };
    let job = there(event.job, |uid| job::find_by_uid(r, org, uid))?;
    Ok(answer::WebhookRecord {
        candidate,
        application,
        job: job.map(|job| answer::WebhookJob {
            id: job.uid,
            number: job.id.0,
            title: job.title,
            status: job.status.word(),
            code: job.code,
        }),
    })
}

/// What it names, unless it is not there any more.
fn there<T>(uid: Option<Uuid>, find: impl FnOnce(Uuid) -> Result<T>) -> Result<Option<T>> {
    match uid.map(find) {
        None | Some(Err(Problem::NotFound(_))) => Ok(None),
        Some(found) => found.map(Some),
    }
}

/// As JSON, without equal-opportunity answers, whoever subscribed.
fn bare(shown: &impl Serialize) -> Result<Value> {
    let mut value = serde_json::to_value(shown).map_err(Problem::broken)?;
    slot::fill(&mut value, &mut |_, _| None);
    Ok(value)
}
