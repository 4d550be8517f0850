//! The ways in which a value that was sent can be shown: a closed list of recognisers, which compare the two.
//!
//! A [`Way`] has three parts: where the value is shown, how its place in lists turned, how the value itself did.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dialects::body::is_eeo_name;
use dialects::time;
use dialects::written::Leaf;
use serde_json::Value;

use super::house::House;
use super::letter::{EEO, Posted, Sent, codes, escaped};

/// An answer taken apart: every single value in it but null.
#[derive(Debug, Default)]
pub struct Shown {
    /// By pointer.
    pub values: HashMap<String, Value>,
    /// Texts in lower case.
    texts: HashMap<String, String>,
    /// Code → patterns under which it is shown.
    codes: HashMap<String, Vec<String>>,
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

    /// Patterns that hold words rather than what somebody wrote, with their places.
    pub fn words(&self) -> impl Iterator<Item = (&String, &Vec<Place>)> {
        let is_word = |(_, places): &(&String, &Vec<Place>)| {
            let first = places.first().map(|p| &p.pointer);
            let text = first.and_then(|at| self.texts.get(at));
            text.is_none_or(|text| text.len() < 80 && codes(text).next().is_none())
        };
        self.patterns.iter().filter(is_word)
    }

    /// The patterns under which a code is shown.
    pub fn where_is(&self, code: &str) -> &[String] {
        self.codes.get(code).map_or(&[], Vec::as_slice)
    }

    fn gather(&mut self, value: &Value, pointer: String, pattern: String, indexes: &[usize]) {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let within = [indexes, &[index]].concat();
                    self.gather(
                        item,
                        format!("{pointer}/{index}"),
                        format!("{pattern}/#"),
                        &within,
                    );
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let key = escaped(key);
                    let step = general(&key);
                    self.gather(
                        member,
                        format!("{pointer}/{key}"),
                        format!("{pattern}/{step}"),
                        indexes,
                    );
                }
            }
            single => {
                let place = Place {
                    indexes: indexes.to_vec(),
                    pointer: pointer.clone(),
                };
                self.patterns
                    .entry(pattern.clone())
                    .or_default()
                    .push(place);
                if let Some(text) = single.as_str() {
                    let text = text.to_lowercase();
                    for code in codes(&text) {
                        let patterns = self.codes.entry(code.to_owned()).or_default();
                        if !patterns.contains(&pattern) {
                            patterns.push(pattern.clone());
                        }
                    }
                    self.texts.insert(pointer.clone(), text);
                }
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
    /// Items of the first item of a list, in some place; those of the others are not shown.
    OfFirst,
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
    /// Each is part of what is shown for the list.
    Into,
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
    /// Its text, where it is none.
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
    /// One of several parts joined by a comma and a blank.
    Part,
    /// One of several parts joined by commas.
    Listed,
    /// What stands behind the dot of a file's name.
    Extension,
    /// One of several parts joined by blanks.
    Word,
    /// The last step of the address.
    LastStep,
    /// A member of it.
    Member,
    /// An item of a list that is shown as JSON text.
    InJson,
    /// The first of several in one text, between commas.
    FirstListed,
    /// An equal-opportunity answer in Merge's words: several races are one word, yes and no are sentences.
    Eeoc,
    /// What the other calls the same job, stage, question, member or reason.
    Named,
    /// The file itself.
    File,
    /// Words of the other's own, one for each.
    Words,
}

impl How {
    /// Whether what is shown holds more than what was sent.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            How::Member | How::Part | How::Listed | How::Word | How::InJson | How::Eeoc
        )
    }
}

/// Every turn and change that is looked for; [`How::Words`] is learned.
const TURNS: [Turn; 10] = [
    Turn::Same,
    Turn::Item,
    Turn::First,
    Turn::Last,
    Turn::Joined(", "),
    Turn::Joined(","),
    Turn::Split,
    Turn::Moved,
    Turn::Into,
    Turn::OfFirst,
];
const HOWS: [How; 20] = [
    How::Same,
    How::Trimmed,
    How::Capitals,
    How::AsText,
    How::Moment,
    How::Seconds,
    How::Respelled,
    How::FirstWord,
    How::Rest,
    How::Part,
    How::Listed,
    How::Extension,
    How::Word,
    How::Named,
    How::File,
    How::LastStep,
    How::Member,
    How::InJson,
    How::FirstListed,
    How::Eeoc,
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
    /// Whether a value that is the same may stand in another place of its list.
    pub lenient: bool,
    /// Words learned for a way.
    pub words: &'l dyn Fn(&Way, &Value) -> Option<Value>,
}

impl Beside<'_> {
    /// Whether `sent` is shown in this way.
    pub fn judge(&self, way: &Way, sent: &Sent) -> Verdict {
        let depth = way.target.matches("/#").count();
        let at = &sent.indexes;
        match way.turn {
            // In lists what is left out before it may have moved it up.
            Turn::Same if depth == at.len() => match self.at(way, at, sent) {
                Verdict::Fails if depth > 0 && self.lenient => self.any(way, sent, |_| true),
                verdict => verdict,
            },
            Turn::First if depth < at.len() => match at[depth..].iter().all(|i| *i == 0) {
                true => self.at(way, &at[..depth], sent),
                false => Verdict::NotMeant,
            },
            Turn::Last if depth + 1 == at.len() => match at[depth] + 1 == self.siblings(sent).len()
            {
                true => self.at(way, &at[..depth], sent),
                false => Verdict::NotMeant,
            },
            Turn::Item if depth > at.len() => self.any(way, sent, |p| p.indexes.starts_with(at)),
            Turn::Moved if depth > 0 && !at.is_empty() => self.any(way, sent, |_| true),
            Turn::OfFirst if depth > 0 && at.len() > 1 => match at[0] {
                0 => self.any(way, sent, |_| true),
                _ => Verdict::NotMeant,
            },
            Turn::Into if depth < at.len() && way.how.is_part() => self.at(way, &at[..depth], sent),
            Turn::Joined(with)
                if depth + 1 == at.len() && sent.tail.is_empty() && way.how == How::Same =>
            {
                let texts = self.siblings(sent).into_iter().map(|s| s.value.as_str());
                let texts: Option<Vec<&str>> = texts.collect();
                let joined = texts.map(|texts| Value::from(texts.join(with)));
                self.holds(joined.as_ref() == self.value(way, &at[..depth], ""))
            }
            Turn::Split if depth == at.len() + 1 && way.how == How::Trimmed => {
                self.split(way, sent)
            }
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
        let shown = self.value(way, at, tail(way.how, sent));
        // A name of one word has no rest.
        let one_word =
            way.how == How::Rest && sent.value.as_str().is_some_and(|t| rest(t).is_empty());
        match shown {
            None if one_word => Verdict::NotMeant,
            Some(shown) => self.holds(self.turned(way, sent, shown)),
            None => Verdict::Fails,
        }
    }

    /// Whether any place of the target shows it.
    fn any(&self, way: &Way, sent: &Sent, meant: impl Fn(&Place) -> bool) -> Verdict {
        let tail = tail(way.how, sent);
        let places = self
            .shown
            .patterns
            .get(&(way.target.clone() + &general(tail)));
        let found = places.into_iter().flatten();
        let found = found.filter(|p| p.pointer.ends_with(tail) && meant(p));
        let mut found = found.filter_map(|p| self.shown.values.get(&p.pointer));
        self.holds(found.any(|shown| self.turned(way, sent, shown)))
    }

    fn split(&self, way: &Way, sent: &Sent) -> Verdict {
        let text = sent.value.as_str().unwrap_or_default();
        let parts: Vec<&str> = text
            .split(',')
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .collect();
        let places = self.shown.patterns.get(&way.target);
        let places = places
            .into_iter()
            .flatten()
            .filter(|p| p.indexes.starts_with(&sent.indexes));
        let shown: Vec<&str> = places
            .filter_map(|p| self.shown.values[&p.pointer].as_str())
            .collect();
        self.holds(!parts.is_empty() && parts.iter().all(|part| shown.contains(part)))
    }

    /// Values of the same field in the same list, that one too.
    fn siblings(&self, sent: &Sent) -> Vec<&Sent> {
        let within = &sent.indexes[..sent.indexes.len().saturating_sub(1)];
        let all = self.posted.of(&sent.pattern);
        all.filter(|s| s.tail == sent.tail && s.indexes.starts_with(within))
            .collect()
    }

    fn turned(&self, way: &Way, sent: &Sent, shown: &Value) -> bool {
        match way.how {
            How::Words => (self.words)(way, &sent.value).as_ref() == Some(shown),
            How::Named => self.house.same_thing(&sent.value, shown),
            How::Eeoc => is_eeo(&sent.pattern) && self.is_eeoc(sent, shown),
            how => turned(how, &sent.value, shown, sent.leaf),
        }
    }

    /// Whether `shown` is this answer in Merge's words.
    fn is_eeoc(&self, sent: &Sent, shown: &Value) -> bool {
        const YES: [&str; 2] = [
            "I_IDENTIFY_AS_ONE_OR_MORE_OF_THE_CLASSIFICATIONS_OF_A_PROTECTED_VETERAN",
            "YES_I_HAVE_A_DISABILITY_OR_PREVIOUSLY_HAD_A_DISABILITY",
        ];
        const NO: [&str; 2] = [
            "I_AM_NOT_A_PROTECTED_VETERAN",
            "NO_I_DONT_HAVE_A_DISABILITY",
        ];
        let Some(shown) = shown.as_str() else {
            return false;
        };
        let items = self.posted.of(&sent.pattern);
        let items = items.filter(|s| match sent.tail.is_empty() {
            true => s.indexes.len() == sent.indexes.len() && !sent.indexes.is_empty(),
            false => s.indexes == sent.indexes,
        });
        match &sent.value {
            Value::Bool(true) => YES.contains(&shown) || shown == "yes",
            Value::Bool(false) => NO.contains(&shown) || shown == "no",
            Value::String(text) if items.count() > 1 => {
                shown == "TWO_OR_MORE_RACES" || among(text, shown, ", ")
            }
            Value::String(text) => text.trim() == shown,
            _ => false,
        }
    }

    /// Every way in which `sent` is shown at one of `places`.
    pub fn ways(&self, sent: &Sent) -> Vec<Way> {
        let mut ways = Vec::new();
        // A value with a code is shown where the code is.
        let elsewhere = keeps_no_code(sent);
        let patterns: Vec<&String> = match sent.code.as_str() {
            code if code.is_empty() || elsewhere => self.shown.patterns.keys().collect(),
            code => self.shown.codes.get(code).into_iter().flatten().collect(),
        };
        for pattern in patterns {
            let places = &self.shown.patterns[pattern];
            let hows = self.hows(sent, places);
            if hows.is_empty() {
                continue;
            }
            for how in hows {
                let Some(target) = target(pattern, tail(how, sent), places) else {
                    continue;
                };
                let way = |turn| Way {
                    turn,
                    how,
                    target: target.clone(),
                };
                let fits = TURNS
                    .map(way)
                    .into_iter()
                    .filter(|way| self.judge(way, sent) == Verdict::Holds);
                ways.extend(fits);
            }
        }
        ways
    }

    /// Whether it is worth looking: a value with a code is shown where the code is, and a file where files are.
    fn may_be(&self, sent: &Sent, at: &str) -> bool {
        match sent.code.as_str() {
            "" => true,
            _ if keeps_no_code(sent) => true,
            code => self
                .shown
                .texts
                .get(at)
                .is_some_and(|text| codes(text).any(|c| c == code)),
        }
    }

    /// Changes that would explain any of the values at `places`.
    fn hows(&self, sent: &Sent, places: &[Place]) -> Vec<How> {
        let places = places.iter().filter(|p| self.may_be(sent, &p.pointer));
        let values: Vec<&Value> = places.map(|p| &self.shown.values[&p.pointer]).collect();
        let values = || values.iter().copied();
        if values().next().is_none() {
            return Vec::new();
        }
        let fits = |how: &How| match how {
            How::Member if sent.tail.is_empty() => false,
            How::Named => values().any(|v| self.house.same_thing(&sent.value, v)),
            How::Eeoc => is_eeo(&sent.pattern) && values().any(|v| self.is_eeoc(sent, v)),
            // Parts of what was sent, or more than it, are looked at as texts.
            How::Trimmed => values().any(|v| {
                turned(How::Trimmed, &sent.value, v, sent.leaf) || is_part(v, &sent.value)
            }),
            How::Same => values().any(|v| v == &sent.value || is_part(&sent.value, v)),
            how => values().any(|v| turned(*how, &sent.value, v, sent.leaf)),
        };
        HOWS.into_iter().filter(fits).collect()
    }
}

/// What follows the field, in an object or list of the caller's own, where that is shown as it was.
fn tail(how: How, sent: &Sent) -> &str {
    match how.is_part() {
        true => "",
        false => &sent.tail,
    }
}

/// The pattern that `pattern` comes to when `tail` of it is the caller's own.
fn target(pattern: &str, tail: &str, places: &[Place]) -> Option<String> {
    let ends = places.iter().any(|p| p.pointer.ends_with(tail));
    let steps = tail.matches('/').count();
    let head = pattern.rsplitn(steps + 1, '/').last();
    head.filter(|_| ends).map(str::to_owned)
}

/// Whether a value may be shown without its code: a file is bytes, answers are put into other words, and of an address the
/// last step may be all.
fn keeps_no_code(sent: &Sent) -> bool {
    let is_file = matches!(sent.leaf, Leaf::Base64 | Leaf::Content);
    is_file || is_eeo(&sent.pattern) || sent.value.as_str().is_some_and(|text| text.contains("://"))
}

/// Whether a field asks an equal-opportunity question.
pub fn is_eeo(field: &str) -> bool {
    let mut names = field.rsplit('/').filter(|step| *step != "#");
    let name = names.next().unwrap_or_default();
    is_eeo_name(name) || name.ends_with("(gender)") || name.ends_with(EEO)
}

/// Steps of a pointer with `#` for places in lists.
fn general(tail: &str) -> String {
    let step = |step: &str| match !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()) {
        true => "#".to_owned(),
        false => step.to_owned(),
    };
    tail.split('/').map(step).collect::<Vec<_>>().join("/")
}

fn is_part(part: &Value, whole: &Value) -> bool {
    match (part.as_str(), whole.as_str()) {
        (Some(part), Some(whole)) => !part.trim().is_empty() && whole.contains(part.trim()),
        _ => false,
    }
}

fn rest(text: &str) -> &str {
    let text = text.trim();
    text.split_once(char::is_whitespace)
        .map_or("", |(_, rest)| rest.trim())
}

/// Whether `shown` is `sent`, changed so.
fn turned(how: How, sent: &Value, shown: &Value, leaf: Leaf) -> bool {
    let texts = sent.as_str().zip(shown.as_str());
    let both = |f: fn(&str, &str) -> bool| texts.is_some_and(|(a, b)| f(a, b));
    match how {
        How::Same => sent == shown,
        How::Trimmed => both(|a, b| a.trim() == b),
        How::Capitals => both(|a, b| a.trim().to_uppercase() == b),
        How::AsText => {
            sent == shown || (!sent.is_string() && shown.as_str() == Some(&sent.to_string()))
        }
        How::Moment => {
            let moment = shown.as_str().and_then(time::parse);
            moment.is_some() && moment == sent.as_i64().and_then(|s| s.checked_mul(1_000_000))
        }
        How::Seconds => {
            let moment = sent.as_str().and_then(time::parse);
            moment.is_some_and(|m| shown.as_i64() == Some(m.div_euclid(1_000_000)))
        }
        How::Respelled => {
            leaf == Leaf::Moment
                && both(|a, b| time::parse(a).is_some() && time::parse(a) == time::parse(b))
        }
        How::FirstWord => both(|a, b| a.split_whitespace().next() == Some(b)),
        How::Rest => both(|a, b| !b.is_empty() && rest(a) == b),
        How::Extension => both(|a, b| !a.is_empty() && b.ends_with(&format!(".{}", a.trim()))),
        How::Word => both(|a, b| among(a.trim(), b, " ")),
        How::Part => both(|a, b| among(a, b, ", ")),
        How::Listed => both(|a, b| among(a, b, ",")),
        How::File => {
            let content = shown.as_str().and_then(|b| STANDARD.decode(b).ok());
            let decoded = |v: &Value| STANDARD.decode(padded(v.as_str()?)).ok();
            let text =
                || leaf == Leaf::Content && content.as_deref() == sent.as_str().map(str::as_bytes);
            let is_file = matches!(leaf, Leaf::Base64 | Leaf::Content);
            is_file && content.is_some() && (decoded(sent) == content || text())
        }
        How::LastStep => both(|a, b| {
            let path = a.split(['?', '#']).next().unwrap_or_default();
            a.contains("://") && !b.is_empty() && path.rsplit('/').next() == Some(b)
        }),
        How::Member => sent == shown,
        How::InJson => {
            let list: Option<Vec<Value>> = shown
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok());
            list.is_some_and(|list| list.contains(sent))
        }
        How::FirstListed => {
            both(|a, b| a.split(',').map(str::trim).find(|p| !p.is_empty()) == Some(b))
        }
        How::Eeoc => false,
        How::Named | How::Words => false,
    }
}

/// Whether `part` is one of those that were joined `with` something.
fn among(part: &str, joined: &str, with: &str) -> bool {
    let joined = format!("{with}{joined}{with}");
    let is = |part: &str| joined.contains(&format!("{with}{part}{with}"));
    !part.trim().is_empty() && (is(part) || is(part.trim()))
}

fn padded(base64: &str) -> String {
    let missing = (4 - base64.len() % 4) % 4;
    base64.to_owned() + &"=".repeat(missing)
}
