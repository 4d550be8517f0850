//! Mails to candidates and members: which there are, and how one is made and queued in the transaction that causes it.
//!
//! Whoever wants one sent names its kind and what the organization's own words may name; the words come from the
//! organization's template or are built in (`mail/template.rs`, `mail/words.rs`), and are made into a mail by
//! `mail/source.rs`. What is queued is the finished text, so that the outbox shows what will be sent; only the secret part of
//! a link is still a slot. Sending is `delivery/sending.rs` and the courier's.

mod preview;
mod settings;
pub mod source;
pub mod template;
mod words;

use serde_json::json;
use store::{Reader, Tx, sql};

pub use preview::{Preview, rejection_preview};
pub use settings::{Settings, find as settings, put as put_settings};
pub use source::{Rendered, Source};
pub use template::Template;
pub use words::{LANGUAGES, built_in};

use crate::application::Application;
use crate::caller::Caller;
use crate::candidate::{self, Candidate};
use crate::event::{self, Kind as Event, Subject};
use crate::id::{InviteId, Uuid, new_uid};
use crate::invite::{self, Invite};
use crate::problem::{Clash, Problem, Result};
use crate::{job, organization};

/// The kinds of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Come and apply; holds the invite's link.
    Invite,
    /// We do not go on with you.
    Rejection,
    /// Your application has arrived. Holds a link where the address is still to be proven.
    ApplicationReceived,
    /// Is this address yours, of an application that was begun? Holds a link that leads back to it.
    ConfirmAddress,
    /// Become a member of our organization. Holds a link.
    MemberInvite,
    /// Choose a new password. Holds a link.
    NewPassword,
    /// You were named in a note; to a member. Holds the link to it, and `message` is who wrote it.
    Mention,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Kind::Invite,
        Kind::Rejection,
        Kind::ApplicationReceived,
        Kind::ConfirmAddress,
        Kind::MemberInvite,
        Kind::NewPassword,
        Kind::Mention,
    ];

    /// As stored and published.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Invite => "invite",
            Kind::Rejection => "rejection",
            Kind::ApplicationReceived => "application_received",
            Kind::ConfirmAddress => "confirm_address",
            Kind::MemberInvite => "member_invite",
            Kind::NewPassword => "new_password",
            Kind::Mention => "mention",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a source of this kind can name. Each is always there; what is not known is empty.
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Kind::Invite => &[
                "name",
                "first_name",
                "organization",
                "job",
                "message",
                "link",
                "valid_until",
            ],
            Kind::MemberInvite | Kind::NewPassword => &[
                "name",
                "first_name",
                "organization",
                "message",
                "link",
                "valid_until",
            ],
            Kind::ConfirmAddress => &[
                "name",
                "first_name",
                "organization",
                "job",
                "message",
                "link",
            ],
            Kind::ApplicationReceived => &[
                "name",
                "first_name",
                "organization",
                "job",
                "message",
                "link",
            ],
            Kind::Mention => &["name", "first_name", "organization", "message", "link"],
            Kind::Rejection => &["name", "first_name", "organization", "job", "message"],
        }
    }

    fn event(self) -> Event {
        match self {
            Kind::Invite => Event::InviteMailed,
            Kind::ConfirmAddress => Event::DraftMailed,
            Kind::MemberInvite | Kind::NewPassword => Event::MemberMailed,
            _ => Event::MailQueued,
        }
    }
}

/// What a mail is made of beside the words.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// To whom; `None`: to the person's first address.
    pub to: Option<String>,
    /// What they are called, in place of what the record says; an empty one: by no name.
    pub name: Option<String>,
    /// BCP 47 tag; `None`: the organization's language.
    pub language: Option<String>,
    /// What the caller says to the person. It is data: nothing in it is read as a template.
    pub message: Option<String>,
    /// A link; its secret part stands as a slot (`invite::link`, `InstallationKey::veil`).
    pub link: Option<String>,
    /// Until when the link is valid, µs.
    pub valid_until: Option<i64>,
    /// The invite whose end takes the mail back, and its state then shown on the invite.
    pub invite: Option<InviteId>,
}

/// Queues the mail of an invite, with its link; the delivery's outside name. To `to`, or to the address that was invited;
/// with `message`, or with what the invite says.
///
/// # Errors
/// [`Clash::NotAllowed`] when the invite is not open, or the person has no address.
pub fn invite(
    tx: &mut Tx,
    public_url: &str,
    caller: &Caller,
    invite: &Invite,
    to: Option<&str>,
    message: Option<&str>,
) -> Result<Uuid> {
    let invite = invite::lock(tx, invite)?;
    if !invite.state.is_open() {
        return Err(Problem::Conflict(Clash::NotAllowed(
            "the invite is not open any more",
        )));
    }
    let letter = Letter {
        to: to.map(str::to_owned).or(invite.email.clone()),
        name: None,
        language: invite.language.clone(),
        message: message.map(str::to_owned).or(invite.message.clone()),
        link: Some(invite::link(public_url, &invite)),
        valid_until: Some(invite.expires_at),
        invite: Some(invite.id),
    };
    let about = Subject::application(invite.candidate, invite.application, invite.job);
    queue(tx, caller, Kind::Invite, &about, &letter)
}

/// Queues the mail that says that this application was rejected.
///
/// # Errors
/// [`Clash::NotAllowed`] when the person has no address.
pub fn rejection(
    tx: &mut Tx,
    caller: &Caller,
    application: &Application,
    message: Option<&str>,
) -> Result<Uuid> {
    about_application(tx, caller, Kind::Rejection, application, message)
}

/// Queues the mail that says that this application has arrived.
///
/// # Errors
/// [`Clash::NotAllowed`] when the person has no address.
pub fn application_received(
    tx: &mut Tx,
    caller: &Caller,
    application: &Application,
) -> Result<Uuid> {
    about_application(tx, caller, Kind::ApplicationReceived, application, None)
}

fn about_application(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    application: &Application,
    message: Option<&str>,
) -> Result<Uuid> {
    let invite = invite::look_up(tx, caller.org, application.id)?;
    let letter = Letter {
        language: invite.and_then(|invite| invite.language),
        message: message.map(str::to_owned),
        ..Letter::default()
    };
    let about = Subject::application(application.candidate, application.id, application.job);
    queue(tx, caller, kind, &about, &letter)
}

/// Queues a mail of any kind to the person whom `about` names, or to whoever has the letter's address; the delivery's
/// outside name.
///
/// # Errors
/// [`Clash::NotAllowed`] when there is no address to send it to.
pub fn queue(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    about: &Subject,
    letter: &Letter,
) -> Result<Uuid> {
    let person = match about.candidate {
        Some(id) => Some(candidate::find(tx, caller.org, id)?),
        None => None,
    };
    let recipient = recipient(letter, person.as_ref())?;
    let settings = settings::find(tx, caller.org)?;
    let found = template::effective(tx, caller.org, kind, letter.language.as_deref())?;
    let values = values(
        tx,
        caller,
        kind,
        about,
        letter,
        person.as_ref(),
        &found.language,
    )?;
    let slot = letter.link.as_deref().and_then(slot);
    let (mail, remark) = match source::render(&found.source, &values, slot) {
        Ok(mail) => (mail, None),
        // What an organization wrote was tried when it was stored; should it fail with these values all the same, a mail in
        // our words is better than none, and the delivery says so.
        Err(fault) => {
            let words = words::built_in(kind, LANGUAGES[0])
                .ok_or_else(|| Problem::broken("a mail has no words"))?;
            let mail = source::render(&words, &values, slot).map_err(Problem::broken)?;
            (mail, Some(format!("the template failed: {fault}")))
        }
    };
    let uid = new_uid();
    let data = json!({"delivery": uid, "mail": kind.word()});
    let event = event::append(tx, caller, kind.event(), about, &data)?;
    let (now, json) = (tx.now(), |text: &str| json!(text).to_string());
    // As JSON strings, where a slot's U+0000 is spelled out: PostgreSQL holds none in TEXT.
    tx.run(
        sql!(
            "INSERT INTO delivery (org_id, uid, event_id, channel, recipient, subject, body, html, state, due_at, \
             created_at, kind, invite_id, language, from_name, reply_to, remark) \
             VALUES ($1, $2, $3, 'mail', $4, $5, $6, $7, 'queued', $8, $8, $9, $10, $11, $12, $13, $14)"
        ),
        &[
            &caller.org, &uid, &event, &recipient, &mail.subject, &json(&mail.body),
            &mail.html.as_deref().map(json), &now, &kind.word(), &letter.invite, &found.language,
            &settings.from_name, &settings.reply_to, &remark,
        ],
    )?;
    Ok(uid)
}

fn recipient(letter: &Letter, person: Option<&Candidate>) -> Result<String> {
    let own = || person.and_then(|person| person.record.email());
    let address = letter.to.as_deref().or_else(own);
    match address.map(str::trim).filter(|text| !text.is_empty()) {
        Some(address) => Ok(source::one_line(address)),
        None => Err(Problem::Conflict(Clash::NotAllowed(
            "the person has no e-mail address",
        ))),
    }
}

fn values(
    r: &mut Reader,
    caller: &Caller,
    kind: Kind,
    about: &Subject,
    letter: &Letter,
    person: Option<&Candidate>,
    language: &str,
) -> Result<source::Values> {
    let job = match about.job {
        Some(id) => job::find(r, caller.org, id)?.title,
        None => String::new(),
    };
    let known = person.filter(|_| letter.name.is_none());
    let name = known.map_or(letter.name.as_deref().unwrap_or(""), |p| p.record.name());
    let name = source::one_line(name);
    let first_name = known.and_then(|p| p.record.text("first_name"));
    let first_name = first_name.map(source::one_line);
    let first_name = first_name.unwrap_or_else(|| name.clone());
    let until = letter.valid_until.map(|at| words::moment(at, language));
    let all = [
        ("name", name),
        ("first_name", first_name),
        (
            "organization",
            source::one_line(&organization::find(r, caller.org)?.name),
        ),
        ("job", source::one_line(&job)),
        (
            "message",
            source::lines(letter.message.as_deref().unwrap_or("").trim(), None),
        ),
        ("link", letter.link.clone().unwrap_or_default()),
        ("valid_until", until.unwrap_or_default()),
    ];
    let known = kind.values();
    Ok(all
        .into_iter()
        .filter(|(name, _)| known.contains(name))
        .collect())
}

/// The secret part of a link: from its first U+0000 to its last.
fn slot(link: &str) -> Option<&str> {
    let (from, to) = (link.find('\0')?, link.rfind('\0')?);
    (from < to).then(|| &link[from..=to])
}

/// A BCP 47 tag as it is stored: `de`, `pt-br`. `None` when it is none.
pub fn language(tag: &str) -> Option<String> {
    let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or("");
    let is_word = |p: &str, from: usize| {
        (from..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let good = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|p| is_word(p, 2))
        && tag.len() <= 35;
    good.then_some(tag)
}
