//! The systems there are, as the program that knows them describes them: for forms, for checks of settings, for the API.

use std::fmt;
use std::sync::Arc;

use super::Settings;

/// What is wrong with a setting: its name, and in plain words what; never its value.
pub type SettingFlaw = (String, String);

/// Fills in what was left out, or says all that is wrong.
pub type Check = dyn Fn(&Settings) -> Result<Settings, Vec<SettingFlaw>> + Send + Sync;

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
}
