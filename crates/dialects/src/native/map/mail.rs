//! What is shown of invites and mails. Links hold slots (`hiring::invite`) that are filled when the answer is sent.

use hiring::delivery::returned::{Action, Outcome};
use hiring::delivery::{self, Delivery};
use hiring::invite::{self, Invite, Names};
use hiring::mail::{Rendered, Settings, Template};
use hiring::member;

use crate::native::wire::answer;
use crate::time::micros;

pub(in crate::native) fn invite(
    invite: &Invite,
    names: &Names,
    mail: Option<&Delivery>,
    public_url: &str,
) -> answer::Invite {
    answer::Invite {
        id: invite.uid,
        state: invite.state.word(),
        candidate: names.candidate,
        job: names.job,
        application: names.application,
        email: invite.email.clone(),
        language: invite.language.clone(),
        message: invite.message.clone(),
        link: invite::link(public_url, invite),
        mail: mail.map(|mail| answer::InviteMail {
            id: mail.uid.clone(),
            state: mail.state.clone(),
            problem: mail.problem.clone(),
            queued_at: micros(mail.created_at),
            settled_at: mail.settled_at.map(micros),
        }),
        created_at: micros(invite.created_at),
        expires_at: micros(invite.expires_at),
        opened_at: invite.opened_at.map(micros),
        started_at: invite.started_at.map(micros),
        completed_at: invite.completed_at.map(micros),
        closed_at: invite.closed_at.map(micros),
    }
}

pub(in crate::native) fn delivery(delivery: &Delivery) -> answer::Delivery {
    let queued = delivery.state == "queued";
    answer::Delivery {
        id: delivery.uid.clone(),
        channel: delivery.channel.clone(),
        kind: delivery.kind.clone(),
        language: delivery.language.clone(),
        recipient: delivery.recipient.clone(),
        from_name: delivery.from_name.clone(),
        reply_to: delivery.reply_to.clone(),
        subject: delivery.subject.clone(),
        // A key of an API opens no membership.
        body: delivery.body.as_deref().map(member::hide_link),
        html: delivery.html.as_deref().map(member::hide_link),
        state: delivery.state.clone(),
        problem: delivery.problem.clone(),
        remark: delivery.remark.clone(),
        attempts: delivery.attempts,
        unsure: delivery.unsure,
        message_id: delivery.message_id.clone(),
        due_at: queued.then(|| micros(delivery.due_at)),
        settled_at: delivery.settled_at.map(micros),
        invite: delivery.invite,
        event: delivery.event,
        created_at: micros(delivery.created_at),
    }
}

pub(in crate::native) fn delivery_in_full(
    of: &Delivery,
    attempts: &[delivery::Attempt],
) -> answer::DeliveryInFull {
    let attempt = |a: &delivery::Attempt| answer::Attempt {
        number: a.n,
        began_at: micros(a.began_at),
        handed_over_at: a.handed_at.map(micros),
        ended_at: a.ended_at.map(micros),
        outcome: a.outcome.clone(),
        answer: a.answer.clone(),
    };
    answer::DeliveryInFull {
        delivery: delivery(of),
        tries: attempts.iter().map(attempt).collect(),
        reason: None,
        destination: None,
        candidate: None,
        application: None,
        requests: Vec::new(),
    }
}

pub(in crate::native) fn returned(outcome: &Outcome) -> answer::Returned {
    let (word, report, about) = match outcome {
        Outcome::Bounced(report, about) => ("bounced", Some(report), Some(about)),
        Outcome::Noted(report, about) => match report.action {
            Action::Delayed => ("delayed", Some(report), Some(about)),
            Action::Delivered | Action::Failed => ("delivered", Some(report), Some(about)),
        },
        Outcome::Unknown(report) => ("unknown", Some(report), None),
        Outcome::NoReport => ("no_report", None, None),
    };
    answer::Returned {
        outcome: word,
        status: report.and_then(|r| r.status.clone()),
        reason: report.map(|r| r.reason.clone()),
        delivery: about.map(|of| delivery(of)),
    }
}

pub(in crate::native) fn mail_template(template: &Template) -> answer::MailTemplate {
    answer::MailTemplate {
        kind: template.kind.word(),
        language: template.language.clone(),
        built_in: template.updated_at.is_none(),
        subject: template.source.subject.clone(),
        text: template.source.body.clone(),
        html: template.source.html.clone(),
        values: template.kind.values().to_vec(),
        updated_at: template.updated_at.map(micros),
    }
}

pub(in crate::native) fn rendered(mail: Rendered) -> answer::Rendered {
    answer::Rendered {
        subject: mail.subject,
        text: mail.body,
        html: mail.html,
    }
}

pub(in crate::native) fn mail_settings(settings: Settings) -> answer::MailSettings {
    answer::MailSettings {
        from_name: settings.from_name,
        reply_to: settings.reply_to,
        language: settings.language,
    }
}
