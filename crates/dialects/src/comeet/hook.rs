//! Comeet's two hooks: positions (R/positions webhook: POST when made, PUT when changed, with a token as callers mint them)
//! and hires (`signature: sha256 <hex>` over the raw body).
//!
//! The vendor DELETEs a position that is gone; jobs are never removed here, a closed one is told with its status.

use hiring::event::{Event, Kind};
use hiring::problem::{Problem, Result};
use hiring::subscription::secret::hmac;
use hiring::subscription::shape::{Letter, Parcel, Seal, Shape};
use hiring::{Caller, application, job, slot};
use serde_json::{Value, json};
use store::{Reader, files};

use super::auth;
use super::map;
use super::routes::{positions, views};

/// Positions that are made and changed.
pub(super) struct Positions;

/// People who were hired.
pub(super) struct Hires;

/// For how long a token is good, seconds: what the vendor recommends to callers.
const TOKEN: i64 = 600;

impl Shape for Positions {
    fn name(&self) -> &'static str {
        "comeet_position"
    }

    fn title(&self) -> &'static str {
        "Comeet's position webhook"
    }

    fn kinds(&self) -> Option<&'static [Kind]> {
        Some(&[Kind::JobCreated, Kind::JobUpdated])
    }

    fn wants_issuer(&self) -> bool {
        true
    }

    fn shows_ids(&self) -> bool {
        false
    }

    fn render(&self, r: &mut Reader, parcel: &Parcel) -> Result<Option<Letter>> {
        let Some(event) = &parcel.event else {
            return Ok(Some(test()));
        };
        let Some(uid) = event.job else {
            return Ok(None);
        };
        let job = [job::find_by_uid(r, parcel.org, uid)?];
        let caller = Caller::system(parcel.org);
        let ground = positions::ground(r, &parcel.public_url, &caller, &job)?;
        let method = match event.kind == Kind::JobCreated.word() {
            true => "POST",
            false => "PUT",
        };
        Ok(Some(Letter {
            method,
            ..Letter::post(bare(map::position(&ground, &job[0])))
        }))
    }

    fn sign(&self, _: &Letter, seal: &Seal<'_>) -> Vec<(String, String)> {
        let Some(secret) = seal.secrets.first() else {
            return Vec::new();
        };
        let issuer = secret.issuer.as_deref().unwrap_or_default();
        let until = u64::try_from(seal.timestamp + TOKEN).unwrap_or_default();
        let token = auth::mint(issuer, &secret.text, until);
        vec![("authorization".to_owned(), format!("Bearer {token}"))]
    }
}

impl Shape for Hires {
    fn name(&self) -> &'static str {
        "comeet_hire"
    }

    fn title(&self) -> &'static str {
        "Comeet's hires webhook"
    }

    fn kinds(&self) -> Option<&'static [Kind]> {
        Some(&[Kind::ApplicationHired])
    }

    fn shows_ids(&self) -> bool {
        false
    }

    fn render(&self, r: &mut Reader, parcel: &Parcel) -> Result<Option<Letter>> {
        match &parcel.event {
            None => Ok(Some(test())),
            Some(event) => hire(r, parcel, event),
        }
    }

    fn sign(&self, letter: &Letter, seal: &Seal<'_>) -> Vec<(String, String)> {
        let Some(secret) = seal.secrets.first() else {
            return Vec::new();
        };
        let mac = hmac(secret.text.as_bytes(), letter.body.as_bytes());
        vec![(
            "signature".to_owned(),
            format!("sha256 {}", files::hex(&mac)),
        )]
    }
}

/// The hired one as `GET /candidates/{uid}` shows them, without files; `None` when they are to be shown no more.
fn hire(r: &mut Reader, parcel: &Parcel, event: &Event) -> Result<Option<Letter>> {
    let Some(uid) = event.application else {
        return Ok(None);
    };
    let found = match application::find_by_uid(r, parcel.org, uid) {
        Ok(application) => application::find_found(r, parcel.org, application.id, None)?,
        Err(Problem::NotFound(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    if found.candidate.ignored_at.is_some() {
        return Ok(None);
    }
    let caller = Caller::system(parcel.org);
    let shown = views::with_views(r, &caller, &[found], |views| {
        views.first().map(|view| map::shown(view, None))
    })?;
    Ok(shown.map(|shown| Letter::post(bare(shown))))
}

/// The vendor documents no test.
fn test() -> Letter {
    Letter::post(json!({"test": true}).to_string())
}

/// Without equal-opportunity answers.
fn bare(mut shown: Value) -> String {
    slot::fill(&mut shown, &mut |_, _| None);
    shown.to_string()
}
