//! What is carried: made anew for each attempt of what is known then.
//!
//! Equal-opportunity answers stay here, wherever they stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use connectors::{
    Application, Candidate, Connector, File, FileKind, Job, Known, Note, Parcel, Thing,
};
use hiring::attachment::{self, Attachment, Kind, handed};
use hiring::delivery::carrying::{Claimed, Why};
use hiring::destination::{self, Described, described};
use hiring::id::{ApplicationId, CandidateId, OrgId};
use hiring::note::{self, Visibility};
use hiring::record::Record;
use hiring::{App, Result, application, candidate, eeo, job, remote, slot};
use serde_json::{Map, Value};
use store::Reader;
use store::files::Digest;

use super::Connectors;

/// A parcel with what only whoever carries needs.
pub(super) struct Packed {
    pub parcel: Parcel,
    /// Where the contents of its files lie, by our outside name.
    pub contents: BTreeMap<String, Digest>,
    /// Values that are written down nowhere.
    pub secrets: Vec<String>,
}

/// What came of packing.
pub(super) enum Packing {
    Done(Box<Packed>),
    /// The settings are no good any more: which, and why.
    Settings(String),
    /// There is nothing to be carried: why.
    Nothing(&'static str),
    /// The person was merged into another after the delivery was claimed: it is the other's turn that counts.
    Moved,
}

/// What the parcel of a delivery is made of.
pub(super) async fn pack(
    app: &App,
    connector: &'static dyn Connector,
    claimed: &Claimed,
) -> Result<Packing> {
    let (inner, claimed) = (app.clone(), claimed.clone());
    app.store
        .read(move |r| pack_in(r, &inner, connector, &claimed))
        .await
}

fn pack_in(
    r: &mut Reader,
    app: &App,
    connector: &'static dyn Connector,
    claimed: &Claimed,
) -> Result<Packing> {
    let (org, to) = (claimed.org, claimed.destination);
    let (plain, secret) = destination::open(r, &app.key, org, to)?;
    let secrets = secret.values().cloned().collect();
    let given = plain.into_iter().chain(secret).collect();
    let settings = match connectors::check(connector, &given) {
        Ok(settings) => settings,
        Err(flaws) => {
            let each = flaws.iter().map(|f| format!("{}: {}", f.setting, f.detail));
            return Ok(Packing::Settings(each.collect::<Vec<_>>().join("; ")));
        }
    };
    let mut parcel = Parcel {
        settings,
        now: r.now(),
        ..Parcel::default()
    };
    let Some(person) = claimed.candidate else {
        return Ok(done(
            of_nobody(r, claimed, parcel)?,
            BTreeMap::new(),
            secrets,
        ));
    };
    let found = candidate::find(r, org, person)?;
    if found.id != person {
        return Ok(Packing::Moved);
    }
    if claimed.why == Why::Update && !remote::has(r, org, to, person)? {
        return Ok(Packing::Nothing("the person is not there"));
    }
    parcel.candidate = Candidate {
        uid: found.uid.to_string(),
        record: open_record(found.record),
        created_at: found.created_at,
    };
    if let Some(id) = claimed.application {
        parcel.application = Some(of_application(r, claimed, id)?);
    }
    let attachments = attachment::of_candidate(r, org, person)?;
    let mut contents = BTreeMap::new();
    for file in &attachments {
        if let Some(sha256) = file.sha256 {
            contents.insert(file.uid.to_string(), sha256);
            parcel.files.push(of_file(app, org, file, parcel.now));
        }
    }
    parcel.notes = notes(r, org, person)?;
    parcel.known = known(r, claimed, person)?;
    Ok(done(parcel, contents, secrets))
}

fn done(parcel: Parcel, contents: BTreeMap<String, Digest>, secrets: Vec<String>) -> Packing {
    Packing::Done(Box::new(Packed {
        parcel,
        contents,
        secrets,
    }))
}

/// Somebody who does not exist, with whom credentials are tried: an address of a domain that can never be (RFC 2606).
fn of_nobody(r: &mut Reader, claimed: &Claimed, parcel: Parcel) -> Result<Parcel> {
    let said = serde_json::json!({
        "full_name": "Muster Test", "first_name": "Muster", "last_name": "Test",
        "emails": [{"value": "muster-test@nobody.invalid"}],
    });
    let record = Record::of(said.as_object().unwrap_or(&Map::new()));
    let to = destination::by_id(r, claimed.org, claimed.destination)?;
    let table = destination::jobs(r, claimed.org, claimed.destination)?;
    let first = table.into_iter().next().map(|line| line.remote_id);
    let far = to.default_job.or(first);
    Ok(Parcel {
        candidate: Candidate {
            uid: hiring::id::Uuid::nil().to_string(),
            record,
            created_at: parcel.now,
        },
        application: far.map(|remote_id| Application {
            uid: hiring::id::Uuid::nil().to_string(),
            job: Job {
                remote_id: Some(remote_id),
                ..Job::default()
            },
            ..Application::default()
        }),
        ..parcel
    })
}

fn of_application(r: &mut Reader, claimed: &Claimed, id: ApplicationId) -> Result<Application> {
    let org = claimed.org;
    let found = application::find(r, org, id)?;
    let of = job::find(r, org, found.job)?;
    let stages = job::stages(r, org, found.job)?;
    let stage = stages.into_iter().find(|s| s.id == found.stage);
    let remote_id = destination::far_job(r, org, claimed.destination, found.job)?;
    let asks = |name: &str| eeo::is_question(name);
    let answers = found.answers.into_iter().filter(|(name, _)| !asks(name));
    Ok(Application {
        uid: found.uid.to_string(),
        job: Job {
            uid: of.uid.to_string(),
            title: of.title,
            remote_id,
        },
        stage: stage.map(|s| s.name).unwrap_or_default(),
        source: found.source,
        answers: without_slots(answers.collect()),
        applied_at: found.applied_at,
        disposition: found.disposition.map(|d| d.word().to_owned()),
    })
}

fn of_file(app: &App, org: OrgId, file: &Attachment, now: i64) -> File {
    let until = now + handed::OPEN_FOR;
    File {
        uid: file.uid.to_string(),
        kind: match file.kind {
            Kind::Resume => FileKind::Resume,
            Kind::CoverLetter => FileKind::CoverLetter,
            Kind::Picture => FileKind::Photo,
            Kind::OfferLetter | Kind::Other => FileKind::Other,
        },
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        url: handed::link(&app.key, &app.settings.public_url, org, file.uid, until),
    }
}

fn notes(r: &mut Reader, org: OrgId, person: CandidateId) -> Result<Vec<Note>> {
    let all = note::of_candidates(r, org, &[person])?;
    let shown = all.into_iter().filter_map(|note| {
        let (subject, body) = (
            note.subject.unwrap_or_default(),
            note.body.unwrap_or_default(),
        );
        let text = match (subject.trim(), body.trim()) {
            ("", "") => return None,
            ("", only) | (only, "") => only.to_owned(),
            (subject, body) => format!("{subject}\n\n{body}"),
        };
        let by = note.member.map(|m| m.name).or(note.author);
        Some(Note {
            uid: note.uid.to_string(),
            text,
            author: by.unwrap_or_default(),
            private: note.visibility != Visibility::Public,
            created_at: note.created_at,
        })
    });
    Ok(shown.collect())
}

fn known(r: &mut Reader, claimed: &Claimed, person: CandidateId) -> Result<Vec<Known>> {
    let all = remote::of_candidate(r, claimed.org, claimed.destination, person)?;
    let each = all.into_iter().filter_map(|there| {
        Some(Known {
            thing: Thing::parse(&there.thing)?,
            uid: there.our_uid,
            remote_id: there.remote_id,
        })
    });
    Ok(each.collect())
}

/// The record without equal-opportunity answers, and without slots: what they stand for is carried as files or not at all.
fn open_record(record: Record) -> Record {
    let fields = record.fields.into_iter();
    let open = fields.filter(|(name, _)| !eeo::is_question(name));
    Record {
        fields: without_slots(open.collect()),
    }
}

fn without_slots(fields: Map<String, Value>) -> Map<String, Value> {
    let mut all = Value::Object(fields);
    slot::fill(&mut all, &mut |_, _| None);
    match all {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The systems there are, for those who draw forms and judge settings.
pub fn described(connectors: Connectors) -> Vec<Described> {
    connectors.iter().map(|c| describe(*c)).collect()
}

fn describe(connector: &'static dyn Connector) -> Described {
    let settings = connector.settings().iter().map(setting);
    let fields = connector.fields().iter().map(|f| described::Field {
        field: f.field,
        place: f.place,
        remark: f.remark,
    });
    let limit = connector.limit();
    let check = move |given: &destination::Settings| {
        let flaw = |f: connectors::Flaw| (f.setting, f.detail);
        connectors::check(connector, given).map_err(|flaws| flaws.into_iter().map(flaw).collect())
    };
    Described {
        name: connector.name(),
        title: connector.title(),
        settings: settings.collect(),
        fields: fields.collect(),
        requests: limit.requests,
        seconds: limit.seconds,
        at_once: limit.at_once,
        guide: connector.guide(),
        check: Arc::new(check),
    }
}

fn setting(setting: &connectors::Setting) -> described::Setting {
    let (kind, choices): (_, &'static [&'static str]) = match setting.kind {
        connectors::Kind::Text => ("text", &[]),
        connectors::Kind::Address => ("address", &[]),
        connectors::Kind::Choice(words) => ("choice", words),
        connectors::Kind::Switch => ("switch", &[]),
    };
    described::Setting {
        name: setting.name,
        label: setting.label,
        hint: setting.hint,
        required: setting.required,
        secret: setting.secret,
        default: setting.default,
        kind,
        choices,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_opportunity_answers_and_slots_stay_here() {
        let slot = slot::placeholder(hiring::id::Uuid::from_u128(7), 1);
        let fields = json!({
            "full_name": "Ada", "gender": "x", "races": ["y"], "veteran_status_text": slot, "disability_status": "z",
            "custom": {"hobby": "chess", "file": slot}, "resume_content": slot, "tags": ["a", slot],
        });
        let open = open_record(Record {
            fields: fields.as_object().unwrap().clone(),
        });
        assert_eq!(
            Value::Object(open.fields),
            json!({"full_name": "Ada", "custom": {"hobby": "chess"}, "tags": ["a"]})
        );
    }
}
