//! Parsing JSON that `scan.rs` has passed, with the two checks that are left: no key twice in one
//! object, and no number that a 64-bit float cannot hold. The parser is serde_json's; only the
//! building of the value is ours, because serde_json's own keeps the last of two equal keys.

use std::fmt;

use hiring::problem::{Flaw, FlawCode};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::{Step, push_steps};

/// Parses `text`; faults are pointed at from `base`, the pointer of `text` itself.
pub(super) fn parse(text: &str, base: &str) -> Result<Value, Flaw> {
    let mut flaw = None;
    let mut parser = serde_json::Deserializer::from_str(text);
    let here = Here { base, last: None };
    let parsed = Strict {
        here: &here,
        flaw: &mut flaw,
    }
    .deserialize(&mut parser);
    parsed
        .and_then(|value| parser.end().map(|()| value))
        .map_err(|_| {
            flaw.unwrap_or_else(|| Flaw::new(base, FlawCode::Malformed, "The body is not JSON."))
        })
}

/// Like [`parse`] for a text of which only the faults matter.
pub(super) fn check(text: &str, base: &str) -> Result<(), Flaw> {
    match text.as_bytes().first() {
        // The scanner has seen all that can be wrong with a string or a literal.
        Some(b'"' | b't' | b'f' | b'n') => Ok(()),
        _ => parse(text, base).map(drop),
    }
}

/// The way to a value: a list on the stack, written out only for a fault.
struct Here<'p> {
    base: &'p str,
    last: Option<(&'p Here<'p>, Step<'p>)>,
}

impl<'p> Here<'p> {
    fn then<'q>(&'q self, step: Step<'q>) -> Here<'q> {
        Here {
            base: self.base,
            last: Some((self, step)),
        }
    }

    fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut here = self;
        while let Some((parent, step)) = here.last {
            steps.push(step);
            here = parent;
        }
        push_steps(self.base.to_owned(), steps.into_iter().rev()).0
    }
}

struct Strict<'h> {
    here: &'h Here<'h>,
    /// The first fault: a serde error cannot carry a pointer.
    flaw: &'h mut Option<Flaw>,
}

impl Strict<'_> {
    fn twice<E: Error>(self, key: &str) -> E {
        let pointer = self.here.then(Step::Key(key)).pointer();
        self.flaw.get_or_insert(Flaw::new(
            pointer,
            FlawCode::DuplicateKey,
            "The same key stands twice in one object.",
        ));
        E::custom("duplicate key")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Value, D::Error> {
        let Strict { here, flaw } = self;
        parser
            .deserialize_any(Strict {
                here,
                flaw: &mut *flaw,
            })
            .inspect_err(|_| {
                // Of what the scanner lets through, this alone is refused by serde_json.
                flaw.get_or_insert_with(|| {
                    Flaw::new(
                        here.pointer(),
                        FlawCode::Malformed,
                        "A number is out of range.",
                    )
                });
            })
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let here = self.here.then(Step::Index(values.len()));
            match items.next_element_seed(Strict {
                here: &here,
                flaw: &mut *self.flaw,
            })? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            match map.entry(key) {
                Entry::Occupied(twin) => return Err(self.twice(twin.key())),
                Entry::Vacant(room) => {
                    let here = self.here.then(Step::Key(room.key()));
                    let value = members.next_value_seed(Strict {
                        here: &here,
                        flaw: &mut *self.flaw,
                    })?;
                    room.insert(value);
                }
            }
        }
        Ok(Value::Object(map))
    }
}
