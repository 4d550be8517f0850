//! Mails that came back: a delivery status notification (RFC 3464) read, and the delivery found that it is about.
//!
//! Such a mail is written by a stranger's mail server, and anybody can send one. So nothing in it is believed but what it says
//! of a Message-ID that we have given out: those are not to be guessed, and who knows one has had the mail. What it says is kept
//! as text of one line, cut to a size.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _, PartType};
use store::{Reader, Tx, sql};

use super::{Delivery, bounce, find};
use crate::caller::Caller;
use crate::id::OrgId;
use crate::mail::source::one_line;
use crate::problem::{Noun, Problem, Result};

/// Bytes of a mail that are looked at: what is said about the delivery stands before the mail that is given back.
pub const READ: usize = 256 << 10;
/// For a mail of mails in mails, however deep, is as deep in memory (a few hundred bytes each).
const STACK: usize = 64 << 20;
/// Characters of a reason.
const REASON: usize = 500;
/// People and Message-IDs of one report that are looked at.
const MOST: usize = 50;

/// What a report says became of a mail (RFC 3464, 2.3.3); the worst of its recipients'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It has arrived, or was handed on.
    Delivered,
    /// Not yet; whoever has it goes on trying.
    Delayed,
    /// It will never arrive.
    Failed,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What became of the mail.
    pub action: Action,
    /// `5.1.1` (RFC 3463), where it says one.
    pub status: Option<String>,
    /// Why, in the words of the mail server that knows: one line.
    pub reason: String,
    /// Message-IDs that it may be about, without their brackets, the likeliest first.
    ids: Vec<String>,
}

/// What a mail that came back told us.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The delivery is bounced from now on, or was before.
    Bounced(Report, Box<Delivery>),
    /// The delivery is as it was: the mail is late, or has arrived.
    Noted(Report, Box<Delivery>),
    /// It is about no mail of ours.
    Unknown(Report),
    /// It is no report about a delivery: an answer, an absence note, a complaint.
    NoReport,
}

/// Reads a mail. `None`: it is no report about a delivery.
pub fn read(mail: &[u8]) -> Option<Report> {
    let mail = &mail[..mail.len().min(READ)];
    // On a stack of its own, so that neither depth nor a fault of the parser ends more than this.
    let reading = std::thread::Builder::new().stack_size(STACK);
    std::thread::scope(|scope| {
        let reading = reading.spawn_scoped(scope, || {
            let mail = MessageParser::default().parse(mail)?;
            report(&mail)
        });
        reading.ok()?.join().ok()?
    })
}

fn report(mail: &Message<'_>) -> Option<Report> {
    let status = mail.parts.iter().find(|part| {
        let kind = part.content_type();
        kind.is_some_and(|kind| {
            let sub = kind.subtype().unwrap_or("").to_ascii_lowercase();
            let kind = kind.ctype().to_ascii_lowercase();
            kind == "message" && (sub == "delivery-status" || sub == "global-delivery-status")
        })
    })?;
    let text = match &status.body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.as_ref(),
        PartType::Message(_) | PartType::Multipart(_) => return None,
    };
    let groups = groups(&String::from_utf8_lossy(text));
    let (action, said) = groups
        .iter()
        .filter_map(|group| Some((action(field(group, "action")?)?, group)))
        .reduce(|worst, next| if next.0 > worst.0 { next } else { worst })?;
    let status = field(said, "status").and_then(status_code);
    let why = field(said, "diagnostic-code").map(diagnostic);
    let reason = [status.as_deref(), why.as_deref()];
    let reason: Vec<&str> = reason.into_iter().flatten().collect();
    let reason = match reason.is_empty() {
        true => "it came back".to_owned(),
        false => reason.join(" "),
    };
    let envelope = groups
        .first()
        .and_then(|g| field(g, "original-envelope-id"));
    Some(Report {
        action,
        status,
        reason: reason.chars().take(REASON).collect(),
        ids: ids(mail, envelope),
    })
}

/// Fields: name and value.
type Group = Vec<(String, String)>;

/// The groups of fields that a report consists of: the message's, then one for each recipient (RFC 3464, 2.1).
fn groups(text: &str) -> Vec<Group> {
    let (mut groups, mut group) = (Vec::new(), Group::new());
    for line in text.lines() {
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(std::mem::take(&mut group));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        if groups.len() == MOST {
            return groups;
        }
    }
    if !group.is_empty() {
        groups.push(group);
    }
    groups
}

fn field<'g>(group: &'g [(String, String)], name: &str) -> Option<&'g str> {
    let found = group.iter().find(|(n, _)| n == name);
    found.map(|(_, value)| value.as_str())
}

fn action(word: &str) -> Option<Action> {
    let word = word.split([' ', ';', '(']).next().unwrap_or("");
    match word.to_ascii_lowercase().as_str() {
        "failed" => Some(Action::Failed),
        "delayed" => Some(Action::Delayed),
        "delivered" | "relayed" | "expanded" => Some(Action::Delivered),
        _ => None,
    }
}

/// `5.1.1`, and nothing that only looks a little like it.
fn status_code(text: &str) -> Option<String> {
    let code = text.split([' ', '(', ';']).next()?;
    let mut parts = code.split('.');
    let number = |part: Option<&str>, most: usize| {
        part.is_some_and(|p| (1..=most).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let good = matches!(parts.next(), Some("2" | "4" | "5"))
        && number(parts.next(), 3)
        && number(parts.next(), 3)
        && parts.next().is_none();
    good.then(|| code.to_owned())
}

/// `smtp; 550 no such user` without the word before its text.
fn diagnostic(text: &str) -> String {
    let said = match text.split_once(';') {
        Some((kind, said)) if !kind.trim().contains(' ') => said,
        _ => text,
    };
    let words: Vec<&str> = said.split_whitespace().collect();
    one_line(&words.join(" "))
}

/// What it may be about: the mail that is given back, whole or its head; then what the report answers.
fn ids(mail: &Message<'_>, envelope: Option<&str>) -> Vec<String> {
    let mut ids = Vec::new();
    for part in &mail.parts {
        match &part.body {
            PartType::Message(given_back) => ids.extend(given_back.message_id().map(str::to_owned)),
            PartType::Text(text) if is_head(part) => ids.extend(id_of_head(text.as_bytes())),
            PartType::Binary(bytes) if is_head(part) => ids.extend(id_of_head(bytes)),
            _ => {}
        }
    }
    for answered in [mail.in_reply_to(), mail.references()] {
        match answered {
            HeaderValue::Text(id) => ids.push(id.to_string()),
            HeaderValue::TextList(all) => ids.extend(all.iter().map(|id| id.to_string())),
            _ => {}
        }
    }
    ids.extend(envelope.map(str::to_owned));
    ids.truncate(MOST);
    ids
}

/// Whether a part is the head of the mail that is given back (RFC 3462, 2; RFC 6533).
fn is_head(part: &mail_parser::MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| {
        let sub = kind.subtype().unwrap_or("").to_ascii_lowercase();
        sub == "rfc822-headers" || sub == "global-headers" || sub == "rfc822" || sub == "global"
    })
}

fn id_of_head(head: &[u8]) -> Option<String> {
    let head = MessageParser::default().parse_headers(head)?;
    head.message_id().map(str::to_owned)
}

/// Takes in what a mail that came back says: the delivery that it is about is bounced from now on, if it says so.
///
/// # Errors
/// [`crate::problem::Clash::NotAllowed`] when that mail cannot have gone out.
pub fn take(tx: &mut Tx, caller: &Caller, report: Option<Report>) -> Result<Outcome> {
    let Some(report) = report else {
        return Ok(Outcome::NoReport);
    };
    let Some(delivery) = about(tx, caller.org, &report)? else {
        return Ok(Outcome::Unknown(report));
    };
    if report.action != Action::Failed {
        return Ok(Outcome::Noted(report, Box::new(delivery)));
    }
    let bounced = bounce(tx, caller, &delivery.uid, &report.reason)?;
    Ok(Outcome::Bounced(report, Box::new(bounced)))
}

/// The delivery whose Message-ID the report names.
fn about(r: &mut Reader, org: OrgId, report: &Report) -> Result<Option<Delivery>> {
    for id in &report.ids {
        let Some(uid) = delivery_name(id) else {
            continue;
        };
        match find(r, org, uid) {
            Ok(delivery) if is_its(&delivery, id) => return Ok(Some(delivery)),
            Ok(_) | Err(Problem::NotFound(Noun::Delivery)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(None)
}

/// Whether the delivery went out under this Message-ID, or its name is all that is said.
fn is_its(delivery: &Delivery, id: &str) -> bool {
    let own = delivery.message_id.as_deref().unwrap_or("");
    let own = own.trim_matches(['<', '>']);
    !own.is_empty() && (own.eq_ignore_ascii_case(id) || id == delivery.uid)
}

/// What stands before the @ of a Message-ID of ours, as far as one can tell.
fn delivery_name(id: &str) -> Option<&str> {
    let name = id.split('@').next().unwrap_or("");
    let good = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '.');
    ((32..=64).contains(&name.len()) && name.chars().all(good)).then_some(name)
}

/// The organization whose mail the report is about, for the operator's own command: one address sends, and gets back, the
/// mails of all.
pub fn organization(r: &mut Reader, report: &Report) -> Result<Option<OrgId>> {
    for id in &report.ids {
        let Some(uid) = delivery_name(id) else {
            continue;
        };
        let row = r.one(sql!("SELECT org_id FROM delivery WHERE uid = $1"), &[&uid])?;
        if let Some(row) = row {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}
