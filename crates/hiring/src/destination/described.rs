//! The systems there are, as the program that knows them describes them: for forms, for checks of settings, for the API.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Settings;
use crate::problem::{Flaw, FlawCode, Problem, Result};

/// What is wrong with a setting: its name, and in plain words what; never its value.
pub type SettingFlaw = (String, String);

/// Changes by name; `None`: is taken away.
pub type Edits = BTreeMap<String, Option<String>>;

/// Fills in what was left out, or says all that is wrong.
pub type Check = dyn Fn(&Settings) -> std::result::Result<Settings, Vec<SettingFlaw>> + Send + Sync;

/// A system that candidates can be carried to.
#[derive(Clone)]
pub struct Described {
    /// As settings and the API call it.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// What it must be told.
    pub settings: Vec<Setting>,
    /// What becomes of each canonical field.
    pub fields: Vec<Field>,
    /// So many requests …
    pub requests: u32,
    /// … within so many seconds …
    pub seconds: u32,
    /// … and at once.
    pub at_once: u32,
    /// Its guide, Markdown.
    pub guide: &'static str,
    /// Judges settings, secrets among them.
    pub check: Arc<Check>,
}

impl fmt::Debug for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// One line of its form.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in the API.
    pub name: &'static str,
    /// Above the field.
    pub label: &'static str,
    /// Under the field; `""`: nothing.
    pub hint: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
    /// Sealed at rest and never shown again.
    pub secret: bool,
    /// What is taken when it is left out; `""`: nothing.
    pub default: &'static str,
    /// `text`, `address`, `choice`, `switch`.
    pub kind: &'static str,
    /// Of a choice.
    pub choices: &'static [&'static str],
}

/// What becomes of one canonical field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in our record.
    pub field: &'static str,
    /// Its place there; `None`: it has none.
    pub place: Option<&'static str>,
    /// What is lost or changed on the way; `""`: nothing.
    pub remark: &'static str,
}

impl Described {
    /// The setting of this name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|s| s.name == name)
    }

    /// What was given, the secrets apart, without what is empty: `(settings, secrets)`.
    ///
    /// # Errors
    /// Every flaw, each at `/settings/NAME`; never a value.
    pub fn judge(&self, given: &Settings) -> Result<(Settings, Settings)> {
        if let Err(flaws) = (self.check)(given) {
            return Err(Problem::Invalid(
                flaws.into_iter().map(|flaw| self.flaw(flaw)).collect(),
            ));
        }
        let (secrets, plain) = given
            .iter()
            .map(|(name, value)| (name.clone(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .partition(|(name, _)| self.is_secret(name));
        Ok((plain, secrets))
    }

    /// What changes when `sent` is laid over what there is, judged together with what stays: `(settings, secrets)`, as
    /// [`super::DestinationEdit`] takes them. `None` takes one away.
    ///
    /// # Errors
    /// As [`Described::judge`].
    pub fn change(
        &self,
        had: (Settings, Settings),
        sent: &BTreeMap<String, Option<String>>,
    ) -> Result<(Edits, Edits)> {
        let mut whole: Settings = had.0.into_iter().chain(had.1).collect();
        for (name, value) in sent {
            match value {
                Some(value) => whole.insert(name.clone(), value.clone()),
                None => whole.remove(name),
            };
        }
        let (plain, secrets) = self.judge(&whole)?;
        let (mut into_plain, mut into_secret) = (Edits::new(), Edits::new());
        for name in sent.keys() {
            match self.is_secret(name) {
                true => into_secret.insert(name.clone(), secrets.get(name).cloned()),
                false => into_plain.insert(name.clone(), plain.get(name).cloned()),
            };
        }
        Ok((into_plain, into_secret))
    }

    fn is_secret(&self, name: &str) -> bool {
        self.setting(name).is_some_and(|s| s.secret)
    }

    fn flaw(&self, (setting, detail): SettingFlaw) -> Flaw {
        let name: String = setting.chars().take(100).collect();
        let (code, detail) = match (self.setting(&setting), detail.as_str()) {
            (None, _) => (FlawCode::UnknownField, detail),
            (_, "is required") => (FlawCode::Required, format!("{name} is required")),
            _ => (FlawCode::Other, format!("{name} {detail}")),
        };
        Flaw::new(format!("/settings/{name}"), code, detail)
    }
}
