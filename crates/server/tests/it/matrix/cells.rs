//! The cells: for each field of a body and each reader, the way in which the field is shown. Found by writing letters and
//! reading them back, never written down by hand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use dialects::written::Leaf;
use futures_util::StreamExt as _;
use futures_util::stream;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::house::House;
use super::letter::{Posted, Sent, Wish, Writer};
use super::post::{Came, post};
use super::read::{READERS, read};
use super::remarks::{Remark, remark};
use super::shrink::{Cut, Letters};
use super::spelling::spelled;
use super::ways::{Beside, How, Place, Shown, Turn, Verdict, Way, is_eeo};

/// Letters of each writer that are looked at: so many of all fields, so many of some.
const FULL: usize = 12;
const SOME: usize = 250;
/// Where Merge shows what people told of themselves.
pub const TOLD: &str = "/eeocs/";
/// Occurrences of a field whose ways are looked for.
const LOOKED_AT: usize = 40;
/// Letters on their way at once.
pub const AT_ONCE: usize = 16;

/// What becomes of a field with a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// It is shown in these ways; and in these others too, which a blank may need.
    Shown(Vec<Way>, Words, Vec<Way>),
    /// It is shown in this way where the remark says so.
    Remarked(Way, &'static Remark),
    /// It is shown for some and not for others: `(way, shown, not shown)`.
    Sometimes(Way, usize, usize),
    /// An equal-opportunity answer, told where it is the first to its question.
    Told,
    /// It is shown there, in a way that nobody recognizes.
    Strange(String),
    /// The reader has no place for it.
    Nowhere,
    /// Own dialect: it stands in the submission, under `unmapped`.
    Unmapped,
    /// It was never sent where this reader shows anything.
    Unknown,
}

/// Words of a dialect for words of another.
pub type Words = BTreeMap<String, Value>;

/// Reader → field → cell, for one writer.
pub type Cells = BTreeMap<(String, String), Cell>;

/// What the words of a field come out as at one place; `None` once they contradict each other.
type Learned = Option<(Turn, Words)>;

/// A letter that was written and read.
pub struct Seen {
    /// What was sent.
    pub posted: Posted,
    /// What it came to.
    pub came: Came,
    /// What each reader shows; readers that show nothing are not here.
    pub shown: Vec<(&'static str, Shown)>,
}

impl Seen {
    /// Whether the submission says that this value has no place.
    pub fn is_unmapped(&self, sent: &Sent) -> bool {
        let unmapped = self.came.submission.unmapped.iter();
        unmapped.into_iter().any(|at| {
            let rest = sent.pointer.strip_prefix(at.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// Writes a letter and reads it back by `readers`.
///
/// # Errors
/// A refusal, or an answer that is no success.
pub async fn see(
    house: &House,
    writer: &Writer,
    cut: &Cut,
    readers: &[&'static str],
) -> Result<Seen, String> {
    let posted = cut.write(house);
    let body = spelled(&posted.body, cut.spelling());
    let came = post(house, writer, &posted, &body).await?;
    if came.again.as_deref() != Some(body.as_bytes()) {
        return Err("the body with its slots put back is not what was sent".to_owned());
    }
    let mut shown = Vec::new();
    for reader in readers {
        if let Some(answer) = read(house, reader, writer, &came).await? {
            shown.push((*reader, Shown::of(&answer)));
        }
    }
    Ok(Seen {
        posted,
        came,
        shown,
    })
}

/// Writes letters and finds the cells.
pub async fn find(house: &Arc<House>, writer: &Arc<Writer>) -> Cells {
    let mut runner = TestRunner::new_with_rng(Config::default(), super::rng(0));
    let mut cuts = Vec::new();
    for (count, full) in [(SOME, false), (FULL, true)] {
        // As the properties draw them; and full ones.
        let wish = full.then_some(Wish {
            applied: true,
            full,
        });
        let letters = Letters {
            writer: writer.clone(),
            house: house.clone(),
            wish,
        };
        // A body with few fields is quickly written, and some of its fields are rare.
        let count = if writer.shape.paths().len() < 60 {
            count * 3
        } else {
            count
        };
        for _ in 0..count {
            let tree = letters.new_tree(&mut runner).expect("a letter");
            cuts.push(tree.current());
        }
    }
    let seen = stream::iter(cuts.iter().map(|cut| see(house, writer, cut, &READERS)));
    let seen: Vec<_> = seen.buffered(AT_ONCE).collect().await;
    let seen: Vec<Seen> = seen
        .into_iter()
        .map(|seen| seen.unwrap_or_else(|why| panic!("{} {}: {why}", writer.dialect, writer.name)))
        .collect();
    let mut cells = Cells::new();
    for reader in READERS {
        let found = Finding::new(house, writer, reader, &seen).cells();
        cells.extend(
            found
                .into_iter()
                .map(|(field, cell)| ((reader.to_owned(), field), cell)),
        );
    }
    cells
}

/// One reader's cells, while they are found.
struct Finding<'s> {
    house: &'s House,
    writer: &'static str,
    reader: &'static str,
    own: bool,
    seen: &'s [Seen],
    ways: HashMap<&'s str, HashSet<Way>>,
    words: HashMap<(&'s str, Way), Words>,
}

/// Nothing is learned yet.
fn no_words(_: &Way, _: &Value) -> Option<Value> {
    None
}

impl<'s> Finding<'s> {
    fn new(
        house: &'s House,
        writer: &Writer,
        reader: &'static str,
        seen: &'s [Seen],
    ) -> Finding<'s> {
        Finding {
            house,
            writer: writer.dialect,
            reader,
            own: writer.dialect == reader,
            seen,
            ways: HashMap::new(),
            words: HashMap::new(),
        }
    }

    /// Every letter that this reader shows, with what it shows.
    fn pairs(&self) -> impl Iterator<Item = (&'s Seen, &'s Shown)> + use<'s> {
        let reader = self.reader;
        self.seen.iter().filter_map(move |seen| {
            let shown = seen.shown.iter().find(|(name, _)| *name == reader);
            Some((seen, &shown?.1))
        })
    }

    fn cells(mut self) -> BTreeMap<String, Cell> {
        self.look();
        self.learn();
        let mut fields: BTreeMap<String, Cell> = BTreeMap::new();
        for seen in self.seen {
            for sent in seen.posted.sent.iter().filter(|s| !s.unknown) {
                fields.entry(sent.pattern.clone()).or_insert(Cell::Unknown);
            }
        }
        for (field, cell) in &mut fields {
            *cell = self.judge(field);
        }
        fields
    }

    /// Looks for ways at the first occurrences of each field.
    fn look(&mut self) {
        let mut looked: HashMap<&str, usize> = HashMap::new();
        for (seen, shown) in self.pairs() {
            let beside = Beside {
                house: self.house,
                posted: &seen.posted,
                shown,
                lenient: false,
                words: &no_words,
            };
            for sent in counted(seen) {
                let times = looked.entry(&sent.pattern).or_default();
                if *times < LOOKED_AT {
                    *times += 1;
                    self.ways
                        .entry(&sent.pattern)
                        .or_default()
                        .extend(beside.ways(sent));
                }
            }
        }
    }

    /// Learns which words stand for the words of choices and for flags: a place whose value follows from what was sent.
    fn learn(&mut self) {
        let mut learned: HashMap<&str, HashMap<&str, Learned>> = HashMap::new();
        for (seen, shown) in self.pairs() {
            let sent = counted(seen).filter(|s| matches!(s.leaf, Leaf::Choice(_) | Leaf::Flag));
            for sent in sent.filter(|s| !shown.patterns.contains_key(&s.pattern)) {
                let places = learned.entry(&sent.pattern).or_default();
                for (pattern, found) in shown.words() {
                    let known = places
                        .entry(pattern)
                        .or_insert_with(|| Some((Turn::Same, Words::new())));
                    let Some((turn, words)) = known else { continue };
                    let Some((now, value)) = beside(sent, pattern, found, shown) else {
                        continue;
                    };
                    let said = sent.value.to_string();
                    match words.get(&said) {
                        Some(other) if other != value => *known = None,
                        Some(_) => {}
                        None => {
                            *turn = now;
                            words.insert(said, value.clone());
                        }
                    }
                }
            }
        }
        let different = |words: &Words| {
            words
                .values()
                .map(Value::to_string)
                .collect::<HashSet<_>>()
                .len()
                > 1
        };
        for (field, places) in learned {
            for (pattern, known) in places {
                let Some((turn, words)) = known.filter(|(_, words)| different(words)) else {
                    continue;
                };
                let way = Way {
                    turn,
                    how: How::Words,
                    target: pattern.to_owned(),
                };
                self.ways.entry(field).or_default().insert(way.clone());
                self.words.insert((field, way), words);
            }
        }
    }

    fn judge(&self, field: &str) -> Cell {
        let ways = self.ways.get(field).into_iter().flatten();
        let mut counts: Vec<(&Way, Count)> = ways.map(|way| (way, Count::default())).collect();
        let (mut occurred, mut unmapped, marked) = (0, 0, self.is_marked(field));
        let mut values = HashSet::new();
        let remark = remark(self.writer, field, self.reader);
        for (seen, shown) in self.pairs() {
            let words = |way: &Way, sent: &Value| self.word(field, way, sent);
            let beside = Beside {
                house: self.house,
                posted: &seen.posted,
                shown,
                lenient: false,
                words: &words,
            };
            for sent in seen.posted.of(field) {
                if seen.is_unmapped(sent) {
                    unmapped += 1;
                } else if is_counted(seen, sent) {
                    occurred += 1;
                    values.insert(sent.value.to_string());
                    let meant = remark.is_some_and(|remark| (remark.when)(sent, &seen.posted));
                    counts
                        .iter_mut()
                        .for_each(|(way, count)| count.add(beside.judge(way, sent), sent, meant));
                }
            }
            // What cannot be told from others is shown in places by chance.
            if !marked && remark.is_none() {
                counts.retain(|(_, count)| count.fails == 0);
            }
        }
        match (occurred, unmapped) {
            (0, 0) => Cell::Unknown,
            (0, _) if self.own => Cell::Unmapped,
            (0, _) => Cell::Nowhere,
            // One word, always the same where it is shown at all, is shown by chance.
            _ if !self.own && !marked && values.len() == 1 && self.is_word(field) => Cell::Nowhere,
            _ => self.best(field, counts, remark),
        }
    }

    fn word(&self, field: &str, way: &Way, sent: &Value) -> Option<Value> {
        let words = self.words.get(&(field, way.clone()))?;
        words.get(&sent.to_string()).cloned()
    }

    fn best(
        &self,
        field: &str,
        counts: Vec<(&Way, Count)>,
        remark: Option<&'static Remark>,
    ) -> Cell {
        let always = counts
            .iter()
            .filter(|(_, count)| (count.holds > 2 || count.marked > 0) && count.fails == 0);
        // Of a list of its own, a dialect shows every item.
        let always = always.filter(|(_, count)| !self.own || count.not_meant == 0);
        let mut always: Vec<&Way> = always.map(|(way, _)| *way).collect();
        always.sort_by_key(|way| rank(way, field));
        if let Some(remark) = remark {
            return self.remarked(&counts, remark, always.first().copied());
        }
        let Some(first) = always.first().copied() else {
            let told = self.nowhere(field);
            if is_eeo(field) && matches!(told, Cell::Told | Cell::Nowhere) {
                return told;
            }
            let most = counts.iter().filter(|(_, count)| count.marked > 0);
            let most =
                most.max_by_key(|(way, count)| (count.holds, std::cmp::Reverse(rank(way, field))));
            return most.map_or_else(
                || self.nowhere(field),
                |(way, count)| {
                    Cell::Sometimes((*way).clone(), count.holds, count.fails + count.not_meant)
                },
            );
        };
        let also = |way: &&&Way| first.how == How::FirstWord && way.how == How::Rest;
        let also = always.iter().find(also);
        let words = self
            .words
            .get(&(field, first.clone()))
            .cloned()
            .unwrap_or_default();
        let ways = [Some(first), also.copied()].into_iter().flatten().cloned();
        let others = always.iter().take(8).map(|way| (*way).clone()).collect();
        Cell::Shown(ways.collect(), words, others)
    }

    /// What a remark says: true in each case that it means, and needed.
    fn remarked(
        &self,
        counts: &[(&Way, Count)],
        remark: &'static Remark,
        always: Option<&Way>,
    ) -> Cell {
        if let Some(way) = always {
            return Cell::Strange(format!(
                "the remark is not needed: it is always shown {way:?}"
            ));
        }
        let fits = counts.iter().filter(|(way, count)| {
            (remark.target.is_empty() || way.target == remark.target)
                && count.meant == [0, count.meant[1]]
        });
        let fits = fits.filter(|(_, count)| count.meant[1] > 0);
        let best = fits.min_by_key(|(way, _)| (*way).clone());
        best.map_or_else(
            || Cell::Strange(format!("the remark is not true: {:?}", remark.text)),
            |(way, _)| Cell::Remarked((*way).clone(), remark),
        )
    }

    /// No way was found. Unless a value is shown all the same there is no place for it; an equal-opportunity answer may be
    /// the first to its question, and told.
    fn nowhere(&self, field: &str) -> Cell {
        let (mut told, mut elsewhere) = (false, None);
        for (seen, shown) in self.pairs() {
            for sent in seen
                .posted
                .of(field)
                .filter(|s| is_marked(s) && !seen.is_unmapped(s))
            {
                let places = shown.where_is(&sent.code);
                told |= places.iter().any(|at| at.starts_with(TOLD));
                let other = places.iter().find(|at| !at.starts_with(TOLD));
                elsewhere = elsewhere.or(other.cloned());
            }
        }
        match elsewhere {
            Some(at) => Cell::Strange(at),
            None if told => Cell::Told,
            None => Cell::Nowhere,
        }
    }

    /// Whether it is one of some words.
    fn is_word(&self, field: &str) -> bool {
        let mut all = self.seen.iter().flat_map(|s| s.posted.of(field));
        all.any(|s| matches!(s.leaf, Leaf::Flag | Leaf::Choice(_)))
    }

    /// Whether values of this field can be told from others.
    fn is_marked(&self, field: &str) -> bool {
        let mut all = self.seen.iter().flat_map(|s| s.posted.of(field));
        all.any(|s| !s.code.is_empty())
    }
}

/// What is shown at the places `found` of a pattern for a value that is a word: beside it in lists, or for the first of a
/// list.
fn beside<'s>(
    sent: &Sent,
    pattern: &str,
    found: &[Place],
    shown: &'s Shown,
) -> Option<(Turn, &'s Value)> {
    let depth = pattern.matches("/#").count();
    let turn = match depth {
        _ if depth == sent.indexes.len() => Turn::Same,
        _ if depth < sent.indexes.len() && sent.indexes[depth..].iter().all(|i| *i == 0) => {
            Turn::First
        }
        _ => return None,
    };
    let place = found.iter().find(|p| p.indexes == sent.indexes[..depth])?;
    let value = &shown.values[&place.pointer];
    value
        .as_str()
        .is_none_or(|text| text.len() < 80)
        .then_some((turn, value))
}

/// How often a way held.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    holds: usize,
    not_meant: usize,
    fails: usize,
    /// Of a value that can be told from all others.
    marked: usize,
    /// Of what the remark means: not shown so, shown so.
    meant: [usize; 2],
}

impl Count {
    fn add(&mut self, verdict: Verdict, sent: &Sent, meant: bool) {
        match verdict {
            Verdict::Holds => self.holds += 1,
            Verdict::NotMeant => self.not_meant += 1,
            Verdict::Fails => self.fails += 1,
        }
        if meant {
            self.meant[usize::from(verdict == Verdict::Holds)] += 1;
        }
        if verdict == Verdict::Holds && !sent.code.is_empty() {
            self.marked += 1;
        }
    }
}

/// Values by which ways are judged: those that say something and have a place.
fn counted(seen: &Seen) -> impl Iterator<Item = &Sent> {
    seen.posted
        .sent
        .iter()
        .filter(|s| is_counted(seen, s) && !seen.is_unmapped(s))
}

fn is_counted(_: &Seen, sent: &Sent) -> bool {
    !sent.unknown
        && sent
            .value
            .as_str()
            .is_none_or(|text| !text.trim().is_empty())
}

/// Whether a value can be told from all others. A file that is base64 cannot be told by its code.
fn is_marked(sent: &Sent) -> bool {
    !sent.code.is_empty() && !matches!(sent.leaf, Leaf::Content | Leaf::Base64)
}

/// Less is better: as it was, at a place of its own name, near the top.
fn rank(way: &Way, field: &str) -> (bool, How, Turn, bool, usize, String) {
    let last = |path: &str| {
        path.rsplit('/')
            .find(|s| *s != "#")
            .unwrap_or("")
            .to_lowercase()
            .replace('_', "")
    };
    let named = last(&way.target) == last(field);
    let aside = way.target.starts_with("/remote_data");
    (
        aside,
        way.how,
        way.turn,
        !named,
        way.target.len(),
        way.target.clone(),
    )
}
