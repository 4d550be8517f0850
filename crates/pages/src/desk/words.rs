//! Events, invites and jobs in plain words.

mod people;

pub(super) use people::*;

use hiring::counts::{Actor, Recent};
use hiring::invite;
use hiring::job::Status;
use hiring::member::Role;

/// An event as a sentence: whom or what it is about, what happened, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Stands out.
    pub subject: String,
    /// Follows it.
    pub rest: String,
    /// Ends it, more quietly; may be empty.
    pub by: String,
}

/// Says what happened.
pub(super) fn sentence(event: &Recent) -> Sentence {
    let person = match event.candidate.as_deref() {
        Some("") | None => "A candidate",
        Some(name) => name,
    };
    let job = event.job.as_deref().unwrap_or("a job");
    let stage = event.stage.as_deref().unwrap_or("another stage");
    let rest = match event.kind.as_str() {
        "candidate.created" => "was added".to_owned(),
        "candidate.updated" => "has new or changed details".to_owned(),
        "candidate.possible_duplicate" => "may be here twice".to_owned(),
        "candidate.address_proven" => "proved an e-mail address".to_owned(),
        "candidate.ignored" => "is to be shown no more".to_owned(),
        "candidate.merged" => "turned out to be somebody who was here already".to_owned(),
        "candidate.unmerged" => "is a person of their own again".to_owned(),
        "candidate.told_apart" => "is not the same person as somebody like them".to_owned(),
        "note.added" => "has a new note".to_owned(),
        "note.mentioned" => "has a note that mentions a member".to_owned(),
        "attachment.removed" => "has a file less".to_owned(),
        "application.created" => format!("has a pending application for {job}"),
        "application.started" => format!("began to apply for {job}"),
        "application.submitted" => format!("applied for {job}"),
        "application.updated" => format!("has new or changed answers for {job}"),
        "application.advanced" => format!("moved to {stage} for {job}"),
        "application.hired" => format!("was hired for {job}"),
        "application.rejected" => format!("was turned down for {job}"),
        "application.withdrawn" => format!("withdrew from {job}"),
        "invite.created" => format!("was invited to apply for {job}"),
        "invite.mailed" => format!("is being sent a mail about {job}"),
        "invite.opened" => format!("opened the invite for {job}"),
        "invite.completed" => format!("took up the invite for {job}"),
        "invite.sent" => format!("was sent the invite for {job}"),
        "invite.renewed" => format!("has a new link for {job}"),
        "invite.expired" => format!("let the invite for {job} expire"),
        "invite.revoked" => format!("is no longer invited to apply for {job}"),
        "invite.declined" => format!("does not want to apply for {job}"),
        "mail.queued" => format!("is being sent a mail about {job}"),
        "mail.sent" => format!("was sent a mail about {job}"),
        "mail.refused" => format!("cannot be reached: a mail about {job} was refused"),
        "mail.bounced" => format!("cannot be reached: a mail about {job} came back"),
        "mail.failed" => format!("was not reached: a mail about {job} was given up"),
        "mail.canceled" => format!("is not sent a mail about {job} any more"),
        "mail_template.changed" => "was written anew".to_owned(),
        "mail_template.removed" => "was taken away".to_owned(),
        "mail_settings.changed" => "were changed".to_owned(),
        "draft.started" => "has somebody who begins to apply".to_owned(),
        "draft.mailed" => "has an applicant who is being sent a mail".to_owned(),
        "consent.given" => format!("gave a consent for {job}"),
        "consent.withdrawn" => format!("took back a consent for {job}"),
        "attachment.added" => "has a new file".to_owned(),
        "attachment.fetched" => "has a file that was fetched".to_owned(),
        "attachment.fetch_failed" => "has a file that could not be fetched".to_owned(),
        "job.created" => "was opened as a job".to_owned(),
        "job.updated" => "was changed".to_owned(),
        "destination.created" => "was connected".to_owned(),
        "destination.changed" => "was changed".to_owned(),
        "destination.paused" => "is paused".to_owned(),
        "destination.resumed" => "is carried to again".to_owned(),
        "destination.removed" => "was removed".to_owned(),
        "rule.created" => "was made".to_owned(),
        "rule.changed" => "was changed".to_owned(),
        "rule.removed" => "was removed".to_owned(),
        "delivery.arrived" => "was carried to a destination".to_owned(),
        "delivery.dead" => "could not be carried to a destination".to_owned(),
        "delivery.replayed" => "is tried again".to_owned(),
        "issue.opened" => "needs somebody to look".to_owned(),
        "issue.resolved" => "is well again".to_owned(),
        "subscription.created" => "was made".to_owned(),
        "subscription.changed" => "was changed".to_owned(),
        "subscription.secret_rotated" => "has another secret".to_owned(),
        "subscription.replayed" => "is told events again".to_owned(),
        "subscription.ended" => "was switched off".to_owned(),
        "subscription.resumed" => "is switched on again".to_owned(),
        "subscription.removed" => "was removed".to_owned(),
        "link.created" => "was asked for by a link".to_owned(),
        "linked_account.linked" => "was linked".to_owned(),
        "linked_account.changed" => "has other settings".to_owned(),
        "linked_account.renewed" => "has a new token".to_owned(),
        "linked_account.removed" => "was removed".to_owned(),
        "webhook_receiver.enabled" => "wants to be told of an event".to_owned(),
        "webhook_receiver.disabled" => "wants to be told of an event no more".to_owned(),
        "api_key.created" => "was made".to_owned(),
        "api_key.renewed" => "took the place of an older one".to_owned(),
        "member.invited" => "was invited".to_owned(),
        "member.invite_revoked" => "is no longer invited".to_owned(),
        "member.mailed" => "is being sent a mail".to_owned(),
        "member.joined" => "joined".to_owned(),
        "member.changed" => "was changed".to_owned(),
        "member.removed" => "was removed".to_owned(),
        "member.password_asked" => "is given a link for a new password".to_owned(),
        "member.password_changed" => "has a new password".to_owned(),
        "member.second_factor_enabled" => "switched the second step on".to_owned(),
        "member.second_factor_disabled" => "has no second step any more".to_owned(),
        "member.recovery_code_used" => "used a recovery code".to_owned(),
        "member.sessions_ended" => "was signed out elsewhere".to_owned(),
        other => format!("({other})"),
    };
    let of_none = match event.kind.split('.').next() {
        Some("link" | "linked_account" | "webhook_receiver") => Some("A linked account"),
        Some("api_key") => Some("A key"),
        Some("member") => Some("A member"),
        Some("destination") => Some("A destination"),
        Some("rule") => Some("A rule"),
        Some("subscription") => Some("A webhook"),
        Some("delivery") if event.candidate.is_none() => Some("What was given up"),
        // Such a mail is a member's.
        Some("mail") if event.candidate.is_none() && event.job.is_none() => Some("A member"),
        Some("mail_template") => Some("A mail’s words"),
        Some("mail_settings") => Some("The mail settings"),
        _ => None,
    };
    let subject = if let Some(subject) = of_none {
        subject
    } else if event.candidate.is_none() && event.job.is_some() {
        job
    } else {
        person
    };
    Sentence {
        subject: subject.to_owned(),
        rest,
        by: by(&event.actor),
    }
}

fn by(actor: &Actor) -> String {
    match actor {
        Actor::Key { name, dialect } => format!("through the {dialect} key “{name}”"),
        Actor::Member(name) => format!("by {name}"),
        Actor::Candidate => "by their own link".to_owned(),
        Actor::System => String::new(),
    }
}

/// An invite's state, as a row's heading.
pub(super) fn invite(state: invite::State) -> &'static str {
    match state {
        invite::State::Pending => "Not opened yet",
        invite::State::Opened => "Opened",
        invite::State::Started => "Started",
        invite::State::Completed => "Completed",
        invite::State::Expired => "Expired",
        invite::State::Revoked => "Revoked",
        invite::State::Declined => "Declined",
    }
}

/// What a member is there for, with its article.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Recruiter => "a recruiter",
        Role::Interviewer => "an interviewer",
        Role::Auditor => "an auditor",
    }
}

/// The same alone.
pub(super) fn role_alone(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Recruiter => "Recruiter",
        Role::Interviewer => "Interviewer",
        Role::Auditor => "Auditor",
    }
}

/// What somebody of this role does.
pub(super) fn role_help(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything, members and integrations too.",
        Role::Recruiter => "Jobs, candidates, invites and numbers.",
        Role::Interviewer => {
            "Sees and comments on who applied for the jobs they are assigned to, without pay and equal-opportunity answers."
        }
        Role::Auditor => "Sees everything and changes nothing.",
    }
}

/// Whether a job takes applications.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "Draft",
        Status::Open => "Open",
        Status::OnHold => "On hold",
        Status::Closed => "Closed",
    }
}

/// What an answer's status means.
pub(super) fn status_of_answer(status: i64) -> &'static str {
    match status {
        200..300 => "done",
        401 | 403 => "refused: not allowed",
        404 => "refused: there is no such thing",
        400..500 => "refused",
        _ => "failed",
    }
}

/// What came of a submission.
pub(super) fn outcome(word: &str) -> String {
    match word {
        "kept" => "Kept; nothing else came of it".to_owned(),
        "created" => "A new candidate was added".to_owned(),
        "enriched" => "A known candidate has new details".to_owned(),
        "stale" => "Kept; something newer was known already".to_owned(),
        other => other.replace('_', " "),
    }
}

/// With a capital letter at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}

/// `1,234,567`.
pub(super) fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("−{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::event::Kind;
    use hiring::id::new_uid;

    fn event(kind: Kind) -> Recent {
        Recent {
            uid: new_uid(),
            kind: kind.word().to_owned(),
            candidate: Some("Ada Lovelace".into()),
            job: Some("Engineer".into()),
            stage: Some("Interview".into()),
            actor: Actor::Member("Anna".into()),
            created_at: 0,
        }
    }

    #[test]
    fn events_are_told_in_plain_words() {
        let said = |e: &Recent| {
            let s = sentence(e);
            format!("{} {} {}", s.subject, s.rest, s.by)
                .trim()
                .to_owned()
        };
        let moved = event(Kind::ApplicationAdvanced);
        assert_eq!(
            said(&moved),
            "Ada Lovelace moved to Interview for Engineer by Anna"
        );
        let nameless = Recent {
            candidate: Some(String::new()),
            actor: Actor::System,
            ..event(Kind::CandidateCreated)
        };
        assert_eq!(said(&nameless), "A candidate was added");
        let job = Recent {
            candidate: None,
            actor: Actor::System,
            ..event(Kind::JobCreated)
        };
        assert_eq!(said(&job), "Engineer was opened as a job");
        let of_none = |kind| Recent {
            candidate: None,
            job: None,
            actor: Actor::System,
            ..event(kind)
        };
        let linked = of_none(Kind::LinkedAccountLinked);
        assert_eq!(said(&linked), "A linked account was linked");
        assert_eq!(said(&of_none(Kind::ApiKeyCreated)), "A key was made");
    }

    #[test]
    fn every_kind_of_event_has_its_words() {
        for kind in Kind::all() {
            let said = sentence(&event(kind));
            assert!(!said.rest.starts_with('('), "no words for {}", kind.word());
        }
    }

    #[test]
    fn large_numbers_are_grouped() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(n), text);
        }
    }
}
