//! Typed reading of a caller's object: every fault is noted at its place, none stops at the first.
//!
//! Vendors' optional fields accept null; whether an absent or empty one is a fault is the dialect's to say.

use hiring::problem::{Flaw, FlawCode, Problem, Result};
use serde_json::{Map, Value};

use crate::body::Body;

/// Collects the faults of one body while it is read.
pub struct Check<'b> {
    body: &'b Body,
    flaws: Vec<Flaw>,
}

/// An object within the body, and where it stands.
#[derive(Clone)]
pub struct Object<'v> {
    /// JSON pointer of the object, `""` for the body itself.
    pub at: String,
    /// Its members.
    pub members: &'v Map<String, Value>,
}

impl<'v> Object<'v> {
    /// Pointer of member `name`.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"))
    }

    /// Member `name`, `None` when absent or null.
    pub fn get(&self, name: &str) -> Option<&'v Value> {
        self.members.get(name).filter(|v| !v.is_null())
    }

    /// Whether member `name` is there, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Names of members that are not among `known`.
    pub fn unknown<'k>(&self, known: &'k [&str]) -> impl Iterator<Item = &'v String> + use<'v, 'k> {
        self.members
            .keys()
            .filter(move |k| !known.contains(&k.as_str()))
    }
}

macro_rules! scalar {
    ($(#[$doc:meta])* $name:ident, $type:ty, $words:literal, $read:expr) => {
        $(#[$doc])*
        pub fn $name<'v>(&mut self, object: &Object<'v>, name: &str) -> Option<$type>
        where
            'b: 'v,
        {
            let value = object.get(name)?;
            let read: fn(&Value) -> Option<$type> = $read;
            let found = read(self.body.actual(value).as_ref());
            if found.is_none() {
                self.wrong_type(object.pointer(name), $words);
            }
            found
        }
    };
}

impl<'b> Check<'b> {
    /// Begins reading `body`.
    pub fn new(body: &'b Body) -> Check<'b> {
        Check {
            body,
            flaws: Vec::new(),
        }
    }

    /// The body as an object.
    pub fn root(&mut self) -> Result<Object<'b>> {
        let wrong = || Problem::invalid("", FlawCode::WrongType, "the body must be a JSON object");
        Ok(Object {
            at: String::new(),
            members: self.body.json.as_object().ok_or_else(wrong)?,
        })
    }

    /// Notes a fault.
    pub fn flaw(&mut self, pointer: impl Into<String>, code: FlawCode, detail: impl Into<String>) {
        // One body can hold any number of faults; nobody reads more than some.
        if self.flaws.len() < 100 {
            self.flaws.push(Flaw::new(pointer, code, detail));
        }
    }

    /// Notes that the value at `pointer` is not `wanted` ("a string").
    pub fn wrong_type(&mut self, pointer: String, wanted: &str) {
        let name = pointer.rsplit('/').next().unwrap_or("").to_owned();
        self.flaw(
            pointer,
            FlawCode::WrongType,
            format!("{name} must be {wanted}"),
        );
    }

    /// Notes that `name` is missing unless it is there with something in it (a blank string is nothing).
    pub fn require(&mut self, object: &Object<'_>, name: &str) {
        let there = match object.get(name) {
            None => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        };
        if !there {
            self.flaw(
                object.pointer(name),
                FlawCode::Required,
                format!("{name} is required"),
            );
        }
    }

    scalar!(
        /// Member `name` as a string.
        string, String, "a string", |v| v.as_str().map(str::to_owned));
    scalar!(
        /// Member `name` as true or false.
        boolean, bool, "a boolean", Value::as_bool);
    scalar!(
        /// Member `name` as a whole number.
        integer, i64, "an integer", Value::as_i64);
    scalar!(
        /// Member `name` as a number.
        number, f64, "a number", Value::as_f64);

    /// Member `name` as an object.
    pub fn object<'v>(&mut self, object: &Object<'v>, name: &str) -> Option<Object<'v>> {
        let value = object.get(name)?;
        match value.as_object() {
            Some(members) => Some(Object {
                at: object.pointer(name),
                members,
            }),
            None => {
                self.wrong_type(object.pointer(name), "an object");
                None
            }
        }
    }

    /// Member `name` as a list, its items with their pointers; empty when absent or null.
    pub fn list<'v>(&mut self, object: &Object<'v>, name: &str) -> Vec<(String, &'v Value)> {
        let Some(value) = object.get(name) else {
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.wrong_type(object.pointer(name), "an array");
            return Vec::new();
        };
        let at = object.pointer(name);
        items
            .iter()
            .enumerate()
            .map(|(i, item)| (format!("{at}/{i}"), item))
            .collect()
    }

    /// Member `name` as a list of objects.
    pub fn objects<'v>(&mut self, object: &Object<'v>, name: &str) -> Vec<Object<'v>> {
        let items = self.list(object, name);
        let mut out = Vec::with_capacity(items.len());
        for (at, item) in items {
            match item.as_object() {
                Some(members) => out.push(Object { at, members }),
                None => self.flaw(at, FlawCode::WrongType, format!("{name} must hold objects")),
            }
        }
        out
    }

    /// Member `name` as a list of strings.
    pub fn strings(&mut self, object: &Object<'_>, name: &str) -> Vec<String> {
        let items = self.list(object, name);
        let mut out = Vec::with_capacity(items.len());
        for (at, item) in items {
            match item.as_str() {
                Some(text) => out.push(text.to_owned()),
                None => self.flaw(at, FlawCode::WrongType, format!("{name} must hold strings")),
            }
        }
        out
    }

    /// Member `name` as one of `choices`, spelled exactly.
    pub fn choice(&mut self, object: &Object<'_>, name: &str, choices: &[&str]) -> Option<String> {
        let text = object.get(name)?.as_str().map(str::to_owned);
        match text {
            Some(text) if choices.contains(&text.as_str()) => Some(text),
            Some(_) => {
                let detail = format!("{name} must be one of: {}", choices.join(", "));
                self.flaw(object.pointer(name), FlawCode::NotAChoice, detail);
                None
            }
            None => {
                self.wrong_type(object.pointer(name), "a string");
                None
            }
        }
    }

    /// Notes a fault unless the string member `name`, where present and not blank, is an e-mail address.
    pub fn email(&mut self, object: &Object<'_>, name: &str) -> Option<String> {
        let text = object.get(name)?.as_str()?.trim().to_owned();
        if !text.is_empty() && hiring::text::email_key(&text).is_none() {
            self.flaw(
                object.pointer(name),
                FlawCode::Email,
                format!("{name} is not an e-mail address"),
            );
        }
        Some(text)
    }

    /// Notes a fault when the string member `name` has more than `limit` characters.
    pub fn at_most(&mut self, object: &Object<'_>, name: &str, limit: usize) {
        let over = object
            .get(name)
            .and_then(Value::as_str)
            .is_some_and(|t| t.chars().count() > limit);
        if over {
            self.flaw(
                object.pointer(name),
                FlawCode::TooLong,
                format!("{name} must have at most {limit} characters"),
            );
        }
    }

    /// The body being read.
    pub fn body(&self) -> &'b Body {
        self.body
    }

    /// Whether a fault was noted.
    pub fn faulty(&self) -> bool {
        !self.flaws.is_empty()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with every fault noted.
    pub fn done(self) -> Result<()> {
        if self.flaws.is_empty() {
            Ok(())
        } else {
            Err(Problem::Invalid(self.flaws))
        }
    }
}
