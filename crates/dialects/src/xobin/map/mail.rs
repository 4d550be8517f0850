//! What applicants are written.

use hiring::delivery::NewMail;
use hiring::invite::{self, Invite};

use super::View;
use crate::time;

/// An invitation. Its link holds a slot (`hiring::invite`).
pub(in super::super) fn invitation(
    view: &View,
    invite: &Invite,
    public_url: &str,
    to: &str,
    message: Option<&str>,
) -> NewMail {
    NewMail {
        recipient: to.to_owned(),
        subject: format!("Your invitation to apply: {}", view.job.title),
        body: format!(
            "Hello {},\n\nyou are invited to apply for {}.\n\n{}Your link, valid until {}:\n{}\n",
            view.candidate.record.name(),
            view.job.title,
            paragraph(message),
            time::seconds(invite.expires_at),
            invite::link(public_url, invite),
        ),
    }
}

/// A rejection.
pub(in super::super) fn rejection(view: &View, to: &str, message: Option<&str>) -> NewMail {
    NewMail {
        recipient: to.to_owned(),
        subject: format!("Your application: {}", view.job.title),
        body: format!(
            "Hello {},\n\nthank you for applying for {}. We are sorry to tell you that we will not take your application \
             any further.\n\n{}",
            view.candidate.record.name(),
            view.job.title,
            paragraph(message),
        ),
    }
}

fn paragraph(message: Option<&str>) -> String {
    message.map_or(String::new(), |m| format!("{m}\n\n"))
}
