//! Our own API's words ↔ the canonical ones. Pure.
//!
//! What is sent: `map/sent.rs`. What is shown of a submission: `map/submission.rs`; of invites and mails: `map/mail.rs`.

mod destination;
mod mail;
mod sent;
mod submission;
mod subscription;

use hiring::application::{Application, Passage};
use hiring::attachment::Attachment;
use hiring::candidate::{Candidate, PossibleDuplicate};
use hiring::catalog::Item;
use hiring::consent::Consent;
use hiring::event::Event;
use hiring::extraction;
use hiring::id::{StageId, Uuid};
use hiring::job::{Around, Field, Job, Stage};
use hiring::linked_account::{LinkedAccount, Scope};
use hiring::member::Member;
use hiring::note::Note;
use serde_json::{Value, json};

pub(super) use destination::{
    connector, delivery_line, delivery_request, destination, destination_jobs, destination_test,
    issue, rule,
};
pub(super) use mail::{
    delivery, delivery_in_full, invite, mail_settings, mail_template, rendered, returned,
};
pub(super) use sent::{
    KeptFile, answers, new_application, new_candidate, new_job, stage, unmapped,
};
pub(super) use submission::{Parts, submission};
pub(super) use subscription::{
    Around as AroundSubscription, entry, entry_in_full, replay, subscription,
};

use super::wire::answer;
use crate::time::micros;

/// A job with its stages, its form and what it is tied to.
pub(super) fn job(
    job: &Job,
    stages: &[&Stage],
    fields: &[&Field],
    around: &Around,
    public_link: Option<String>,
) -> answer::Job {
    answer::Job {
        id: job.uid,
        number: job.id.0,
        title: job.title.clone(),
        status: job.status.word(),
        code: job.code.clone(),
        description: job.description.clone(),
        invite_days: None,
        departments: around.departments.iter().map(item).collect(),
        offices: around.offices.iter().map(item).collect(),
        recruiters: around.recruiters.iter().map(member).collect(),
        hiring_managers: around.hiring_managers.iter().map(member).collect(),
        stages: stages.iter().map(|s| one_stage(s)).collect(),
        fields: fields.iter().map(|f| field(f)).collect(),
        public_link,
        created_at: micros(job.created_at),
        updated_at: micros(job.updated_at),
    }
}

fn one_stage(stage: &Stage) -> answer::Stage {
    answer::Stage {
        id: stage.uid,
        name: stage.name.clone(),
        kind: stage.kind.clone(),
        position: stage.position,
    }
}

fn field(field: &Field) -> answer::Field {
    answer::Field {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind.word(),
        required: field.required,
        options: field.options.clone(),
        help: field.help.clone(),
        consent: field.consent.as_ref().map(|c| answer::ConsentText {
            text: c.text.clone(),
            version: c.version.clone(),
            purpose: c.purpose.clone(),
        }),
    }
}

pub(super) fn consent(consent: &Consent) -> answer::Consent {
    answer::Consent {
        id: consent.uid,
        field: consent.field.clone(),
        text: consent.text.text.clone(),
        version: consent.text.version.clone(),
        purpose: consent.text.purpose.clone(),
        language: consent.language.clone(),
        submission: consent.submission,
        given_at: micros(consent.given_at),
        withdrawn_at: consent.withdrawn_at.map(micros),
    }
}

pub(super) fn item(item: &Item) -> answer::CatalogItem {
    answer::CatalogItem {
        id: item.uid,
        name: item.name.clone(),
        place: item.place.clone(),
        created_at: micros(item.created_at),
    }
}

pub(super) fn member(member: &Member) -> answer::Member {
    answer::Member {
        id: member.uid,
        name: member.name.clone(),
        email: member.email.clone(),
        role: member.role.clone(),
        created_at: micros(member.created_at),
    }
}

pub(super) fn note(note: &Note) -> answer::Note {
    answer::Note {
        id: note.uid,
        candidate: note.candidate,
        kind: note.kind.word(),
        visibility: note.visibility.word(),
        subject: note.subject.clone(),
        body: note.body.clone(),
        member: note.member.as_ref().map(member),
        submission: note.submission,
        created_at: micros(note.created_at),
    }
}

pub(super) fn candidate(candidate: &Candidate) -> answer::Candidate {
    let name = candidate.record.name();
    answer::Candidate {
        id: candidate.uid,
        name: Some(name.to_owned()).filter(|n| !n.is_empty()),
        record: candidate.record.fields.clone(),
        created_at: micros(candidate.created_at),
        updated_at: micros(candidate.updated_at),
    }
}

pub(super) fn possible_duplicate(duplicate: &PossibleDuplicate) -> answer::PossibleDuplicate {
    answer::PossibleDuplicate {
        candidate: duplicate.other,
        rule: duplicate.rule.clone(),
        evidence: duplicate.evidence.clone(),
        noticed_at: micros(duplicate.created_at),
    }
}

/// An application of `candidate` for `job`, whose stages are `stages`.
pub(super) fn application(
    application: &Application,
    candidate: Uuid,
    job: &Job,
    stages: &[Stage],
) -> answer::Application {
    let stage = stages.iter().find(|s| s.id == application.stage);
    answer::Application {
        id: application.uid,
        candidate,
        job: job.uid,
        // A job's stages are never removed, so the last resort is only that.
        stage: stage.map_or_else(
            || answer::Stage {
                id: Uuid::nil(),
                name: String::new(),
                kind: String::new(),
                position: -1,
            },
            one_stage,
        ),
        pending: application.pending,
        source: application.source.clone(),
        external_id: application.foreign_key.clone(),
        answers: application.answers.clone(),
        details: application.details.clone(),
        disposition: application.disposition.map(|d| d.word()),
        reason: application.reason.clone(),
        created_at: micros(application.created_at),
        applied_at: application.applied_at.map(micros),
        stage_at: micros(application.stage_at),
        ended_at: application.ended_at.map(micros),
        updated_at: micros(application.updated_at),
    }
}

pub(super) fn passage(passage: &Passage, stages: &[Stage]) -> answer::Passage {
    answer::Passage {
        stage: stage_uid(passage.stage, stages).unwrap_or_default(),
        entered_at: micros(passage.entered_at),
        left_at: micros(passage.left_at),
    }
}

fn stage_uid(id: StageId, stages: &[Stage]) -> Option<Uuid> {
    stages.iter().find(|s| s.id == id).map(|s| s.uid)
}

pub(super) fn attachment(
    attachment: &Attachment,
    texts: &[(store::files::Digest, extraction::State)],
) -> answer::Attachment {
    let text = texts.iter().find(|(d, _)| Some(*d) == attachment.sha256);
    let there = attachment.sha256.is_some();
    answer::Attachment {
        id: attachment.uid,
        kind: attachment.kind.word(),
        name: attachment.name.clone(),
        media_type: there.then(|| attachment.media_type.clone()),
        size: there.then_some(attachment.size),
        sha256: attachment.sha256.map(|d| store::files::hex(&d)),
        url: attachment.url.clone(),
        remark: attachment.remark.clone(),
        // What nobody has looked at yet waits to be read.
        text_state: there.then(|| text.map_or("due", |(_, state)| state.word())),
        text_reason: match text {
            Some((_, extraction::State::None(why))) => Some(why.clone()),
            _ => None,
        },
        created_at: micros(attachment.created_at),
    }
}

pub(super) fn linked_account(account: &LinkedAccount) -> answer::LinkedAccount {
    let scope = |scope: &Scope| answer::Scope {
        model: scope.model.clone(),
        read: scope.read,
        write: scope.write,
        disabled_fields: scope.disabled_fields.clone(),
    };
    answer::LinkedAccount {
        id: account.uid,
        name: account.name.clone(),
        end_user: account.end_user.as_ref().map(|user| answer::EndUser {
            origin_id: user.origin_id.clone(),
            organization_name: user.organization_name.clone(),
            email_address: user.email_address.clone(),
        }),
        requires: account.settings.requires.clone(),
        scopes: account.settings.scopes.iter().map(scope).collect(),
        // Its outside name is looked up by whoever shows it.
        destination: None,
        created_at: micros(account.created_at),
    }
}

/// An event of the job whose stages are `stages`. The log speaks of stages by their inside numbers; outside they
/// have names.
pub(super) fn event(event: &Event, stages: &[Stage]) -> answer::Event {
    let mut data = event.data.clone();
    for member in ["stage", "from_stage", "to_stage"] {
        if let Some(id) = data.get(member).and_then(Value::as_i64) {
            data[member] = json!(stage_uid(StageId(id), stages));
        }
    }
    answer::Event {
        id: event.uid,
        place: event.place,
        kind: event.kind.clone(),
        candidate: event.candidate,
        application: event.application,
        job: event.job,
        actor: event.actor.clone(),
        data,
        created_at: micros(event.created_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::JobId;

    #[test]
    fn events_speak_of_stages_by_their_outside_names() {
        let stage = |n: i64| Stage {
            id: StageId(n),
            uid: Uuid::from_u128(n as u128),
            job: JobId(1),
            position: n,
            name: "s".into(),
            kind: "review".into(),
            color: String::new(),
        };
        let sent = Event {
            place: 1,
            uid: Uuid::nil(),
            kind: "application.advanced".into(),
            candidate: None,
            application: None,
            job: None,
            actor: "key:1".into(),
            data: json!({"from_stage": 4, "to_stage": 5, "fields": ["title"]}),
            created_at: 0,
        };
        let shown = event(&sent, &[stage(4), stage(5)]).data;
        assert_eq!(
            shown,
            json!({"from_stage": Uuid::from_u128(4), "to_stage": Uuid::from_u128(5), "fields": ["title"]})
        );
        assert_eq!(event(&sent, &[]).data["to_stage"], Value::Null);
    }
}
