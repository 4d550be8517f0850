//! What an organization says of its mails as a whole.

use serde_json::json;
use store::{Reader, Tx, sql};

use super::LANGUAGES;
use crate::caller::Caller;
use crate::event::{self, Kind, Subject};
use crate::id::OrgId;
use crate::organization;
use crate::problem::Result;

/// What an organization says of its mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The sender's name.
    pub from_name: String,
    /// Where answers go; `None`: to the address that sends.
    pub reply_to: Option<String>,
    /// The language of mails to people of whom none is known.
    pub language: String,
}

/// The organization's settings; where it has said nothing: its name, no reply address, English.
pub fn find(r: &mut Reader, org: OrgId) -> Result<Settings> {
    let row = r.one(
        sql!("SELECT from_name, reply_to, language FROM mail_settings WHERE org_id = $1"),
        &[&org],
    )?;
    let said: (Option<String>, Option<String>, String) = match row {
        Some(row) => (row.get(0)?, row.get(1)?, row.get(2)?),
        None => (None, None, LANGUAGES[0].to_owned()),
    };
    let from_name = match said.0 {
        Some(name) => name,
        None => organization::find(r, org)?.name,
    };
    Ok(Settings {
        from_name: super::source::one_line(&from_name),
        reply_to: said.1,
        language: said.2,
    })
}

/// Replaces the organization's settings; `from_name` `None`: its own name. The same again changes nothing.
pub fn put(
    tx: &mut Tx,
    caller: &Caller,
    from_name: Option<&str>,
    reply_to: Option<&str>,
    language: &str,
) -> Result<Settings> {
    let before = find(tx, caller.org)?;
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO mail_settings (org_id, language, updated_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
        ),
        &[&caller.org, &LANGUAGES[0], &now],
    )?;
    tx.run(
        sql!(
            "UPDATE mail_settings SET from_name = $2, reply_to = $3, language = $4, updated_at = $5 WHERE org_id = $1"
        ),
        &[&caller.org, &from_name, &reply_to, &language, &now],
    )?;
    let after = find(tx, caller.org)?;
    if after != before {
        let changed = [
            ("from_name", before.from_name != after.from_name),
            ("reply_to", before.reply_to != after.reply_to),
            ("language", before.language != after.language),
        ];
        let names: Vec<_> = changed
            .iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| name)
            .collect();
        let data = json!({"fields": names});
        event::append(
            tx,
            caller,
            Kind::MailSettingsChanged,
            &Subject::default(),
            &data,
        )?;
    }
    Ok(after)
}
