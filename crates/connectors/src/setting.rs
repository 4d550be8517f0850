//! What a connector must be told before it can carry, and the check of it.

use std::collections::BTreeMap;

use crate::Connector;

/// One line of a connector's form.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in the API: snake_case.
    pub name: &'static str,
    /// Above the field.
    pub label: &'static str,
    /// Under the field; `""`: nothing.
    pub hint: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
    /// Sealed at rest and never shown again.
    pub secret: bool,
    /// What is taken when it is left out; `""`: nothing. For addresses: the vendor's own.
    pub default: &'static str,
    /// What it may be.
    pub kind: Kind,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// `https://…` (or `http://…`), without credentials, query and fragment.
    Address,
    /// One of these.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
}

impl Setting {
    /// A line of text that may be left out.
    pub const fn text(name: &'static str, label: &'static str, hint: &'static str) -> Setting {
        Setting {
            name,
            label,
            hint,
            required: false,
            secret: false,
            default: "",
            kind: Kind::Text,
        }
    }

    /// A credential that nothing works without.
    pub const fn credential(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Setting::text(name, label, hint).secret().required()
    }

    /// Where the system is; the vendor's own address unless told otherwise.
    pub const fn address(
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        default: &'static str,
    ) -> Setting {
        Setting {
            kind: Kind::Address,
            default,
            ..Setting::text(name, label, hint)
        }
    }

    /// One of some words; the first unless told otherwise.
    pub const fn choice(
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        words: &'static [&'static str],
    ) -> Setting {
        Setting {
            kind: Kind::Choice(words),
            default: words[0],
            ..Setting::text(name, label, hint)
        }
    }

    /// Yes or no; no unless told otherwise.
    pub const fn switch(name: &'static str, label: &'static str, hint: &'static str) -> Setting {
        Setting {
            kind: Kind::Switch,
            default: "false",
            ..Setting::text(name, label, hint)
        }
    }

    /// Nothing works without it.
    pub const fn required(mut self) -> Setting {
        self.required = true;
        self
    }

    /// Sealed at rest.
    pub const fn secret(mut self) -> Setting {
        self.secret = true;
        self
    }
}

/// What is wrong with a setting. Never says its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// [`Setting::name`].
    pub setting: String,
    /// In plain words.
    pub detail: String,
}

impl Flaw {
    /// It is required here.
    pub fn required(setting: &str) -> Flaw {
        Flaw {
            setting: setting.to_owned(),
            detail: "is required".to_owned(),
        }
    }
}

/// `given` with what was left out filled in, or all that is wrong with it.
///
/// # Errors
/// Every flaw: unknown names, what is missing, addresses that are none, words that are none of the choices, control
/// characters (they would end a header).
pub fn check(
    connector: &dyn Connector,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<Flaw>> {
    let known = connector.settings();
    let mut flaws = Vec::new();
    let mut flaw = |setting: &str, detail: String| {
        flaws.push(Flaw {
            setting: setting.to_owned(),
            detail,
        })
    };
    for name in given.keys() {
        if !known.iter().any(|s| s.name == name) {
            let names: Vec<&str> = known.iter().map(|s| s.name).collect();
            let title = connector.title();
            flaw(
                name,
                format!("{title} has the settings {}", names.join(", ")),
            );
        }
    }
    let mut whole = BTreeMap::new();
    for setting in known {
        let value = given.get(setting.name).map_or("", |v| v.trim());
        let value = if value.is_empty() {
            setting.default
        } else {
            value
        };
        match judge(setting, value) {
            Err(detail) => flaw(setting.name, detail),
            Ok(()) if value.is_empty() => {}
            Ok(()) => {
                whole.insert(setting.name.to_owned(), value.to_owned());
            }
        }
    }
    if flaws.is_empty() {
        flaws = connector.check_together(&whole);
    }
    if flaws.is_empty() {
        Ok(whole)
    } else {
        Err(flaws)
    }
}

fn judge(setting: &Setting, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return if setting.required {
            Err("is required".to_owned())
        } else {
            Ok(())
        };
    }
    if value.chars().any(char::is_control) {
        return Err("must be one line without control characters".to_owned());
    }
    if value.len() > 4096 {
        return Err("must have at most 4,096 bytes".to_owned());
    }
    match setting.kind {
        Kind::Text => Ok(()),
        Kind::Address => address(value),
        Kind::Choice(words) if words.contains(&value) => Ok(()),
        Kind::Choice(words) => Err(format!("must be one of {}", words.join(", "))),
        Kind::Switch if ["true", "false"].contains(&value) => Ok(()),
        Kind::Switch => Err("must be true or false".to_owned()),
    }
}

fn address(value: &str) -> Result<(), String> {
    let url =
        url::Url::parse(value).map_err(|_| "must be a whole address: https://…".to_owned())?;
    if !["https", "http"].contains(&url.scheme()) || url.host_str().is_none() {
        return Err("must begin with https:// (or http://)".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must have no credentials in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must have no ? and no #".to_owned());
    }
    Ok(())
}
