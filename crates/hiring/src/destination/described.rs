//! The systems there are, as the program that knows them describes them: for forms, for checks of settings, for the API.

/// A system that candidates can be carried to.
#[derive(Debug, Clone)]
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
