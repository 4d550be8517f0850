//! An organization's own words for a kind of mail, one for each language.

use serde_json::json;
use store::{Reader, Row, Tx, sql};

use super::source::{self, Fault};
use super::{Kind, LANGUAGES, Source, built_in, settings};
use crate::caller::Caller;
use crate::event::{self, Kind as Event, Subject};
use crate::id::OrgId;
use crate::problem::{Flaw, FlawCode, Noun, Problem, Result};

/// The words for one kind in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// For which mails.
    pub kind: Kind,
    /// In which language.
    pub language: String,
    /// The words.
    pub source: Source,
    /// When the organization last changed them, µs; `None`: they are built in.
    pub updated_at: Option<i64>,
}

/// Every template that is used: the organization's own, and the built-in ones that it has not replaced; by kind and language.
pub fn list(r: &mut Reader, org: OrgId) -> Result<Vec<Template>> {
    let rows = r.all(
        sql!(
            "SELECT kind, language, subject, body, html, updated_at FROM mail_template WHERE org_id = $1 \
             ORDER BY kind, language LIMIT 1000"
        ),
        &[&org],
    )?;
    let own = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut all: Vec<Template> = own.into_iter().flatten().collect();
    for kind in Kind::ALL {
        for language in LANGUAGES {
            let replaced = all.iter().any(|t| t.kind == kind && t.language == language);
            if !replaced {
                all.extend(of_ours(kind, language));
            }
        }
    }
    all.sort_by_key(|t| (t.kind.word(), t.language.clone()));
    Ok(all)
}

/// The template of this kind in exactly this language, the organization's own or a built-in one.
pub fn find(r: &mut Reader, org: OrgId, kind: Kind, language: &str) -> Result<Template> {
    let own = look_up(r, org, kind, language)?;
    own.or_else(|| of_ours(kind, language))
        .ok_or(Problem::NotFound(Noun::MailTemplate))
}

/// The template that is used for a mail in this language: in exactly it, then in its base language (`de` for `de-at`), then
/// in the organization's language, then in English; at each step the organization's own before a built-in one.
pub fn effective(
    r: &mut Reader,
    org: OrgId,
    kind: Kind,
    language: Option<&str>,
) -> Result<Template> {
    let usual = settings::find(r, org)?.language;
    let mut tried: Vec<&str> = Vec::new();
    for asked in [language, Some(&usual), Some(LANGUAGES[0])]
        .into_iter()
        .flatten()
    {
        let base = asked.split('-').next().unwrap_or(asked);
        for language in [asked, base] {
            if tried.contains(&language) {
                continue;
            }
            tried.push(language);
            match find(r, org, kind, language) {
                Err(Problem::NotFound(_)) => {}
                found => return found,
            }
        }
    }
    Err(Problem::broken("a mail has no words"))
}

fn look_up(r: &mut Reader, org: OrgId, kind: Kind, language: &str) -> Result<Option<Template>> {
    let row = r.one(
        sql!(
            "SELECT kind, language, subject, body, html, updated_at FROM mail_template \
             WHERE org_id = $1 AND kind = $2 AND language = $3"
        ),
        &[&org, &kind.word(), &language],
    )?;
    Ok(row.as_ref().map(read).transpose()?.flatten())
}

fn of_ours(kind: Kind, language: &str) -> Option<Template> {
    Some(Template {
        kind,
        language: language.to_owned(),
        source: built_in(kind, language)?,
        updated_at: None,
    })
}

/// `None` for a kind of a newer version.
fn read(row: &Row) -> Result<Option<Template>> {
    let Some(kind) = Kind::parse(&row.get::<String>(0)?) else {
        return Ok(None);
    };
    Ok(Some(Template {
        kind,
        language: row.get(1)?,
        source: Source {
            subject: row.get(2)?,
            body: row.get(3)?,
            html: row.get(4)?,
        },
        updated_at: row.get(5)?,
    }))
}

/// Puts the organization's own words in place of those it had, or of the built-in ones; whether it had none of its own.
/// `language` as [`super::language`] gives it. The same again changes nothing.
///
/// # Errors
/// [`Problem::Invalid`] with everything that is wrong with the source.
pub fn put(
    tx: &mut Tx,
    caller: &Caller,
    kind: Kind,
    language: &str,
    source: &Source,
) -> Result<(Template, bool)> {
    try_out(kind, language, source)?;
    let now = tx.now();
    let made = tx.run(
        sql!(
            "INSERT INTO mail_template (org_id, kind, language, subject, body, html, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING"
        ),
        &[
            &caller.org, &kind.word(), &language, &source.subject, &source.body, &source.html, &now,
        ],
    )?;
    let same = made == 0
        && look_up(tx, caller.org, kind, language)?.is_some_and(|had| had.source == *source);
    if made == 0 && !same {
        tx.run(
            sql!(
                "UPDATE mail_template SET subject = $4, body = $5, html = $6, updated_at = $7 \
                 WHERE org_id = $1 AND kind = $2 AND language = $3"
            ),
            &[
                &caller.org,
                &kind.word(),
                &language,
                &source.subject,
                &source.body,
                &source.html,
                &now,
            ],
        )?;
    }
    if !same {
        tell(tx, caller, Event::MailTemplateChanged, kind, language)?;
    }
    Ok((find(tx, caller.org, kind, language)?, made == 1))
}

/// Takes the organization's own words away; the built-in ones are used again.
///
/// # Errors
/// [`Noun::MailTemplate`] not found, when it has none of its own.
pub fn remove(tx: &mut Tx, caller: &Caller, kind: Kind, language: &str) -> Result<()> {
    let removed = tx.run(
        sql!("DELETE FROM mail_template WHERE org_id = $1 AND kind = $2 AND language = $3"),
        &[&caller.org, &kind.word(), &language],
    )?;
    if removed == 0 {
        return Err(Problem::NotFound(Noun::MailTemplate));
    }
    tell(tx, caller, Event::MailTemplateRemoved, kind, language)
}

fn tell(tx: &mut Tx, caller: &Caller, event: Event, kind: Kind, language: &str) -> Result<()> {
    let data = json!({"mail": kind.word(), "language": language});
    event::append(tx, caller, event, &Subject::default(), &data)?;
    Ok(())
}

/// What comes out of a source with sample values.
///
/// # Errors
/// [`Problem::Invalid`] with everything that is wrong with it.
pub fn try_out(kind: Kind, language: &str, source: &Source) -> Result<source::Rendered> {
    let faults = source::check(kind, source);
    if !faults.is_empty() {
        return Err(Problem::Invalid(faults.iter().map(flaw).collect()));
    }
    let values = source::sample(kind, language);
    source::render(source, &values, None).map_err(|fault| flaw(&fault).into())
}

fn flaw(fault: &Fault) -> Flaw {
    let at = match fault.part {
        "body" => "text",
        part => part,
    };
    let detail = format!("{at}, line {}: {}", fault.line, fault.why);
    Flaw::new(format!("/{at}"), FlawCode::Malformed, detail)
}
