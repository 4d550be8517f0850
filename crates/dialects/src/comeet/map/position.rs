//! Positions (R/positions-copy): a job with what is around it.

use std::collections::HashMap;

use hiring::catalog::Item;
use hiring::id::{CatalogId, JobId, MemberId};
use hiring::job::{Around, Job, JobEdit, NewJob, Status};
use hiring::member::Member;
use serde_json::{Map, Value, json};

use crate::comeet::scopes::Sight;
use crate::comeet::uid::{self, Kind};
use crate::comeet::wire::PositionBody;
use crate::time;

/// Everything that the views of some positions need.
pub(in crate::comeet) struct Ground {
    pub company: String,
    pub public_url: String,
    pub around: HashMap<JobId, Around>,
    pub details: HashMap<JobId, Map<String, Value>>,
    pub sight: Sight,
}

/// The vendor knows no drafts; one takes nobody, as a closed position does.
fn status(job: &Job) -> &'static str {
    match job.status {
        Status::Open => "open",
        Status::OnHold => "on hold",
        Status::Closed | Status::Draft => "closed",
    }
}

/// Our word for the vendor's.
pub(in crate::comeet) fn status_of(word: &str) -> Status {
    match word {
        "open" => Status::Open,
        "on hold" => Status::OnHold,
        _ => Status::Closed,
    }
}

/// A Position.
pub(in crate::comeet) fn position(ground: &Ground, job: &Job) -> Value {
    let (no_around, no_details) = (Around::default(), Map::new());
    let around = ground.around.get(&job.id).unwrap_or(&no_around);
    let said = ground.details.get(&job.id).unwrap_or(&no_details);
    let said = |name: &str| said.get(name).cloned().unwrap_or_default();
    let flag = |name: &str| said(name).as_bool().unwrap_or(false);
    let uid = uid::write(Kind::Position, job.id.0);
    let mut body = json!({
        "uid": uid,
        "name": job.title,
        "status": status(job),
        "is_published": flag("is_published"),
        "is_discreet": flag("is_discreet"),
        "is_talent_pool": flag("is_talent_pool"),
        "department": around.departments.first().map(|d| &d.name),
        "email": null,
        "URL": null,
        "url_active_page": null,
        "url_recruit_hosted_page": null,
        "url_comeet_hosted_page": null,
        "experience_level": said("experience_level"),
        "employment_type": said("employment_type"),
        "workplace_type": said("workplace_type"),
        "internal_use_custom_id": job.code,
        "picture_url": null,
        "position_url": format!("{}/comeet/positions/{uid}", ground.public_url),
        "time_updated": time::seconds(job.updated_at),
        "company_name": ground.company,
        "location": around.offices.first().map(location),
        "categories": categories(&said("categories")),
        "details": details(job, &said("details")),
        "users": users(around, &ground.sight),
    });
    if ground.sight.internal_name {
        body["internal_name"] = said("internal_name");
    }
    if ground.sight.salary {
        body["salary_range"] = salary(&said("salary_range"));
    }
    body
}

/// A Location: an office. Where it is, is one text with us.
pub(in crate::comeet) fn location(office: &Item) -> Value {
    json!({
        "uid": uid::write(Kind::Location, office.id.0),
        "name": office.name,
        "country": null,
        "city": office.place,
        "state": null,
        "postal_code": null,
        "street_name": null,
        "street_number": null,
        "arrival_instructions": null,
        "timezone": null,
    })
}

fn salary(said: &Value) -> Value {
    if !said.is_object() {
        return Value::Null;
    }
    json!({
        "min": said["min"], "max": said["max"], "currency_code": said["currency_code"], "period": said["period"],
    })
}

fn categories(said: &Value) -> Value {
    let all = said.as_array().into_iter().flatten();
    all.map(|c| json!({"name": c["name"], "value": c["value"]}))
        .collect()
}

/// The description first, under the name that creates give it.
fn details(job: &Job, said: &Value) -> Value {
    let description = job.description.as_ref();
    let description = description.map(|d| json!({"name": "Description", "value": d}));
    let others = said.as_array().into_iter().flatten();
    let others = others.map(|d| json!({"name": d["name"], "value": d["value"]}));
    description.into_iter().chain(others).collect()
}

fn users(around: &Around, sight: &Sight) -> Value {
    let one = |members: &[Member]| {
        let member = members.first()?;
        let name = member.name.trim();
        let (first, last) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
        Some(json!({
            "uid": uid::write(Kind::Member, member.id.0),
            "first_name": first,
            "last_name": last.trim(),
            "email": member.email,
        }))
    };
    let mut users = Map::new();
    if sight.lead_recruiter {
        users.insert("lead_recruiter".into(), json!(one(&around.recruiters)));
    }
    if sight.hiring_manager {
        users.insert("hiring_manager".into(), json!(one(&around.hiring_managers)));
    }
    Value::Object(users)
}

/// Whom and what the body names, found.
pub(in crate::comeet) struct Named {
    pub department: Option<Vec<CatalogId>>,
    pub office: Option<Vec<CatalogId>>,
    pub lead_recruiter: Option<MemberId>,
    pub hiring_manager: Option<MemberId>,
}

/// A job as the body says it; what it does not say is as in `like`.
pub(in crate::comeet) fn new_job(wire: &PositionBody, named: &Named, like: NewJob) -> NewJob {
    let catalog = named.department.iter().chain(&named.office).flatten();
    let mut job = NewJob {
        title: wire.name.clone().unwrap_or_default(),
        code: wire.custom_id.clone().flatten(),
        ..like
    };
    if let Some(description) = &wire.description {
        job.description.clone_from(description);
    }
    job.catalog.extend(catalog.copied());
    if let Some(member) = named.lead_recruiter {
        job.recruiters = vec![member];
    }
    if let Some(member) = named.hiring_manager {
        job.hiring_managers = vec![member];
    }
    job
}

/// The change that the body is.
pub(in crate::comeet) fn edit_of_position(wire: &PositionBody, named: &Named) -> JobEdit {
    JobEdit {
        title: wire.name.clone(),
        status: wire.status.as_deref().map(status_of),
        code: wire.custom_id.clone(),
        description: wire.description.clone(),
        departments: named.department.clone(),
        offices: named.office.clone(),
        recruiters: named.lead_recruiter.map(|m| vec![m]),
        hiring_managers: named.hiring_manager.map(|m| vec![m]),
        interviewers: None,
    }
}
