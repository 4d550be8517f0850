//! A mail as it would be, without sending it.

use store::Reader;

use super::{Kind, Letter, Rendered, slot, source, template, values};
use crate::application::Application;
use crate::caller::Caller;
use crate::event::Subject;
use crate::problem::{Problem, Result};
use crate::{candidate, invite};

/// A mail that was not sent.
#[derive(Debug, Clone)]
pub struct Preview {
    /// In which language.
    pub language: String,
    /// To whom, if there is an address.
    pub recipient: Option<String>,
    /// What it says.
    pub mail: Rendered,
}

/// The mail that would tell this application's person of its rejection; see [`super::rejection`].
pub fn rejection_preview(
    r: &mut Reader,
    caller: &Caller,
    application: &Application,
    message: Option<&str>,
) -> Result<Preview> {
    let person = candidate::find(r, caller.org, application.candidate)?;
    let invite = invite::look_up(r, caller.org, application.id)?;
    let letter = Letter {
        language: invite.and_then(|invite| invite.language),
        message: message.map(str::to_owned),
        ..Letter::default()
    };
    let kind = Kind::Rejection;
    let about = Subject::application(application.candidate, application.id, application.job);
    let found = template::effective(r, caller.org, kind, letter.language.as_deref())?;
    let language = found.language.clone();
    let values = values(r, caller, kind, &about, &letter, Some(&person), &language)?;
    let link = letter.link.as_deref().and_then(slot);
    Ok(Preview {
        mail: source::render(&found.source, &values, link).map_err(Problem::broken)?,
        recipient: person.record.email().map(str::to_owned),
        language,
    })
}
