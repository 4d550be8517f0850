//! The ways in which a value that was sent can be shown: a closed list of recognisers, which compare the two.
//!
//! A [`Way`] has three parts: where the value is shown, how its place in lists turned, how the value itself did.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dialects::time;
use dialects::written::Leaf;
use serde_json::Value;

use super::house::House;
use super::letter::{Posted, Sent, escaped};

/// An answer taken apart: every single value in it but null.
#[derive(Debug, Default)]
pub struct Shown {
    /// By pointer.
    pub values: HashMap<String, Value>,
    /// Pointers by pattern, in the order of the answer.
    pub patterns: BTreeMap<String, Vec<Place>>,
}

/// A place of a pattern.
#[derive(Debug, Clone)]
pub struct Place {
    /// The places in lists on the way.
    pub indexes: Vec<usize>,
    /// The whole pointer.
    pub pointer: String,
}

impl Shown {
    /// Takes `answer` apart.
    pub fn of(answer: &Value) -> Shown {
        let mut shown = Shown::default();
        shown.gather(answer, String::new(), String::new(), &[]);
        shown
    }

    fn gather(&mut self, value: &Value, pointer: String, pattern: String, indexes: &[usize]) {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let within = [indexes, &[index]].concat();
                    self.gather(item, format!("{pointer}/{index}"), format!("{pattern}/#"), &within);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let key = escaped(key);
                    self.gather(member, format!("{pointer}/{key}"), format!("{pattern}/{key}"), indexes);
                }
            }
            single => {
                let place = Place {
                    indexes: indexes.to_vec(),
                    pointer: pointer.clone(),
                };
                self.patterns.entry(pattern).or_default().push(place);
                self.values.insert(pointer, single.clone());
            }
        }
    }
}

/// How the place of a value in lists turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// It stands where it stood.
    Same,
    /// What was one value is an item of a list.
    Item,
    /// The first item of a list, the others are not shown.
    First,
    /// The last one.
    Last,
    /// All of a list, joined.
    Joined(&'static str),
    /// A text, taken apart at its commas.
    Split,
    /// It stands in another place of a list.
    Moved,
    /// One of a list, the others are not shown.
    One,
}

/// How a value turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is the same.
    Same,
    /// Blanks at its ends are gone.
    Trimmed,
    /// In capitals, blanks at its ends gone.
    Capitals,
    /// Its text.
    AsText,
    /// Unix seconds became RFC 3339.
    Moment,
    /// RFC 3339 became unix seconds.
    Seconds,
    /// The same moment in another spelling.
    Respelled,
    /// The first word.
    FirstWord,
    /// All but the first word.
    Rest,
    /// One of several parts joined by blanks.
    Word,
    /// One of several parts joined by commas.
    Part,
    /// What the other calls the same job, stage, question, member or reason.
    Named,
    /// The file itself, where its base64 was sent.
    File,
    /// The file itself, where its text was sent.
    FileOfText,
    /// Words of the other's own, one for each.
    Words,
}

/// Every turn and change that is looked for; [`How::Words`] is learned.
const TURNS: [Turn; 9] = [
    Turn::Same,
    Turn::Item,
    Turn::First,
    Turn::Last,
    Turn::Joined(", "),
    Turn::Joined(","),
    Turn::Split,
    Turn::Moved,
    Turn::One,
];
const HOWS: [How; 14] = [
    How::Same,
    How::Trimmed,
    How::Capitals,
    How::AsText,
    How::Moment,
    How::Seconds,
    How::Respelled,
    How::FirstWord,
    How::Rest,
    How::Word,
    How::Part,
    How::Named,
    How::File,
    How::FileOfText,
];

/// How a value that was sent is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// In lists.
    pub turn: Turn,
    /// In itself.
    pub how: How,
    /// Where: a pattern.
    pub target: String,
}

/// What a way comes to for one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is shown in this way.
    Holds,
    /// This way does not speak of it: another item of a list is shown.
    NotMeant,
    /// It is not shown in this way.
    Fails,
}

/// A body and an answer, side by side.
pub struct Beside<'l> {
    /// The names of things.
    pub house: &'l House,
    /// What was sent.
    pub posted: &'l Posted,
    /// What is shown.
    pub shown: &'l Shown,
    /// Words learned for a way.
    pub words: &'l dyn Fn(&Way, &Value) -> Option<Value>,
}

impl Beside<'_> {
    /// Whether `sent` is shown in this way.
    pub fn judge(&self, way: &Way, sent: &Sent) -> Verdict {
        let depth = way.target.matches("/#").count();
        let at = &sent.indexes;
        match way.turn {
            Turn::Same if depth == at.len() => self.at(way, at, sent),
            Turn::First if depth < at.len() => match at[depth..].iter().all(|i| *i == 0) {
                true => self.at(way, &at[..depth], sent),
                false => Verdict::NotMeant,
            },
            Turn::Last if depth + 1 == at.len() => match at[depth] + 1 == self.siblings(sent).len() {
                true => self.at(way, &at[..depth], sent),
                false => Verdict::NotMeant,
            },
            Turn::Item if depth == at.len() + 1 => self.any(way, sent, |p| p.indexes.starts_with(at)),
            Turn::Moved if depth > 0 && !at.is_empty() => self.any(way, sent, |_| true),
            Turn::One if depth + 1 == at.len() => self.one(way, &at[..depth], sent),
            Turn::Joined(with) if depth + 1 == at.len() && sent.tail.is_empty() => {
                let texts = self.siblings(sent).into_iter().map(|s| s.value.as_str());
                let texts: Option<Vec<&str>> = texts.collect();
                let joined = texts.map(|texts| Value::from(texts.join(with)));
                self.holds(joined.as_ref() == self.value(way, &at[..depth], ""))
            }
            Turn::Split if depth == at.len() + 1 && way.how == How::Trimmed => self.split(way, sent),
            _ => Verdict::Fails,
        }
    }

    fn holds(&self, holds: bool) -> Verdict {
        match holds {
            true => Verdict::Holds,
            false => Verdict::Fails,
        }
    }

    fn value(&self, way: &Way, at: &[usize], tail: &str) -> Option<&Value> {
        let mut pointer = String::with_capacity(way.target.len() + tail.len());
        let mut at = at.iter();
        for step in way.target.split('/').skip(1) {
            pointer.push('/');
            match step {
                "#" => pointer.push_str(&at.next()?.to_string()),
                name => pointer.push_str(name),
            }
        }
        pointer.push_str(tail);
        self.shown.values.get(&pointer)
    }

    fn at(&self, way: &Way, at: &[usize], sent: &Sent) -> Verdict {
        let shown = self.value(way, at, &sent.tail);
        // A name of one word has no rest.
        let one_word = way.how == How::Rest && sent.value.as_str().is_some_and(|t| rest(t).is_empty());
        match shown {
            None if one_word => Verdict::NotMeant,
            Some(shown) => self.holds(self.turned(way, sent, shown)),
            None => Verdict::Fails,
        }
    }

    /// Whether any place of the target shows it.
    fn any(&self, way: &Way, sent: &Sent, meant: impl Fn(&Place) -> bool) -> Verdict {
        if !sent.tail.is_empty() {
            return Verdict::Fails;
        }
        let places = self.shown.patterns.get(&way.target);
        let found = places.into_iter().flatten().filter(|p| meant(p));
        let mut found = found.filter_map(|p| self.shown.values.get(&p.pointer));
        self.holds(found.any(|shown| self.turned(way, sent, shown)))
    }

    /// Whether what is shown is one of the list that `sent` is in.
    fn one(&self, way: &Way, at: &[usize], sent: &Sent) -> Verdict {
        let Some(shown) = self.value(way, at, &sent.tail) else {
            return Verdict::NotMeant;
        };
        let one = self.siblings(sent).into_iter().any(|s| self.turned(way, s, shown));
        match (self.turned(way, sent, shown), one) {
            (true, _) => Verdict::Holds,
            (false, true) => Verdict::NotMeant,
            (false, false) => Verdict::Fails,
        }
    }

    fn split(&self, way: &Way, sent: &Sent) -> Verdict {
        let text = sent.value.as_str().unwrap_or_default();
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
        let places = self.shown.patterns.get(&way.target);
        let places = places.into_iter().flatten().filter(|p| p.indexes.starts_with(&sent.indexes));
        let shown: Vec<&str> = places.filter_map(|p| self.shown.values[&p.pointer].as_str()).collect();
        self.holds(!parts.is_empty() && parts.iter().all(|part| shown.contains(part)))
    }

    /// Values of the same field in the same list, that one too.
    fn siblings(&self, sent: &Sent) -> Vec<&Sent> {
        let within = &sent.indexes[..sent.indexes.len().saturating_sub(1)];
        let all = self.posted.sent.iter();
        all.filter(|s| s.pattern == sent.pattern && s.tail == sent.tail && s.indexes.starts_with(within))
            .collect()
    }

    fn turned(&self, way: &Way, sent: &Sent, shown: &Value) -> bool {
        match way.how {
            How::Words => (self.words)(way, &sent.value).as_ref() == Some(shown),
            How::Named => self.house.same_thing(&sent.value, shown) && &sent.value != shown,
            how => turned(how, &sent.value, shown, sent.leaf),
        }
    }

    /// Every way in which `sent` is shown at one of `places`.
    pub fn ways(&self, sent: &Sent) -> Vec<Way> {
        let mut ways = Vec::new();
        for (pattern, places) in &self.shown.patterns {
            let hows = self.hows(sent, places);
            if hows.is_empty() {
                continue;
            }
            let targets = targets(pattern, &sent.tail, places);
            for target in targets {
                for how in &hows {
                    let way = |turn| Way {
                        turn,
                        how: *how,
                        target: target.clone(),
                    };
                    let fits = TURNS.map(way).into_iter().filter(|way| self.judge(way, sent) == Verdict::Holds);
                    ways.extend(fits);
                }
            }
        }
        ways
    }

    /// Changes that would explain any of the values at `places`.
    fn hows(&self, sent: &Sent, places: &[Place]) -> Vec<How> {
        let values = || places.iter().map(|p| &self.shown.values[&p.pointer]);
        let fits = |how: &How| match how {
            How::Named => values().any(|v| self.house.same_thing(&sent.value, v) && v != &sent.value),
            // Parts of what was sent, or more than it, are looked at as texts.
            How::Trimmed => values().any(|v| {
                turned(How::Trimmed, &sent.value, v, sent.leaf) || is_part(&sent.value, v)
            }),
            How::Same => values().any(|v| v == &sent.value || is_part(v, &sent.value)),
            how => values().any(|v| turned(*how, &sent.value, v, sent.leaf)),
        };
        HOWS.into_iter().filter(fits).collect()
    }
}

/// The patterns that `pattern` comes to when what follows, `tail`, is the caller's own.
fn targets(pattern: &str, tail: &str, places: &[Place]) -> Vec<String> {
    if tail.is_empty() {
        return vec![pattern.to_owned()];
    }
    let ends = places.iter().any(|p| p.pointer.ends_with(tail));
    let steps = tail.matches('/').count();
    let head = pattern.rsplitn(steps + 1, '/').last();
    head.filter(|_| ends).map(str::to_owned).into_iter().collect()
}

fn is_part(part: &Value, whole: &Value) -> bool {
    match (part.as_str(), whole.as_str()) {
        (Some(part), Some(whole)) => !part.trim().is_empty() && whole.contains(part.trim()),
        _ => false,
    }
}

fn rest(text: &str) -> &str {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim())
}

/// Whether `shown` is `sent`, changed so.
fn turned(how: How, sent: &Value, shown: &Value, leaf: Leaf) -> bool {
    let texts = sent.as_str().zip(shown.as_str());
    let both = |f: fn(&str, &str) -> bool| texts.is_some_and(|(a, b)| f(a, b));
    match how {
        How::Same => sent == shown,
        How::Trimmed => both(|a, b| a.trim() == b),
        How::Capitals => both(|a, b| a.trim().to_uppercase() == b),
        How::AsText => !sent.is_string() && shown.as_str() == Some(&sent.to_string()),
        How::Moment => {
            let moment = shown.as_str().and_then(time::parse);
            moment.is_some() && moment == sent.as_i64().map(|s| s * 1_000_000)
        }
        How::Seconds => {
            let moment = sent.as_str().and_then(time::parse);
            moment.is_some_and(|m| shown.as_i64() == Some(m.div_euclid(1_000_000)))
        }
        How::Respelled => {
            leaf == Leaf::Moment && both(|a, b| time::parse(a).is_some() && time::parse(a) == time::parse(b))
        }
        How::FirstWord => both(|a, b| a.split_whitespace().next() == Some(b)),
        How::Rest => both(|a, b| !b.is_empty() && rest(a) == b),
        How::Word => both(|a, b| format!(" {b} ").contains(&format!(" {} ", a.trim())) && !a.trim().is_empty()),
        How::Part => both(|a, b| !a.trim().is_empty() && (", ".to_owned() + b + ", ").contains(&format!(", {a}, "))),
        How::File => {
            let decoded = |v: &Value| STANDARD.decode(padded(v.as_str()?)).ok();
            matches!(leaf, Leaf::Base64 | Leaf::Content) && decoded(sent).is_some() && decoded(sent) == decoded(shown)
        }
        How::FileOfText => {
            let content = shown.as_str().and_then(|b| STANDARD.decode(b).ok());
            leaf == Leaf::Content && content.as_deref() == sent.as_str().map(str::as_bytes)
        }
        How::Named | How::Words => false,
    }
}

fn padded(base64: &str) -> String {
    let missing = (4 - base64.len() % 4) % 4;
    base64.to_owned() + &"=".repeat(missing)
}
