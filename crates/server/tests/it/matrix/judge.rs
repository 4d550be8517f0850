//! What has to hold of every letter: nothing of it is lost, and the cells say the truth.

use dialects::written::Leaf;
use serde_json::Value;

use super::cells::{Cell, Cells, Seen, TOLD, Words};
use super::house::House;
use super::letter::{Sent, Writer};
use super::ways::{Beside, Shown, Verdict, Way, is_eeo};

/// Judges a letter that was written and read.
///
/// # Errors
/// The values that are lost, or shown in another way than their cells say.
pub fn judge(house: &House, writer: &Writer, cells: &Cells, seen: &Seen) -> Result<(), String> {
    let mut faults = Vec::new();
    for (reader, shown) in &seen.shown {
        let own = *reader == writer.dialect;
        for sent in &seen.posted.sent {
            let judged = Judging {
                house,
                cells,
                seen,
                shown,
                reader,
            }
            .one(sent, own);
            if let Err(why) = judged {
                let Sent { pointer, value, .. } = sent;
                faults.push(format!("{pointer} = {value} read by {reader}: {why}"));
            }
        }
    }
    // A dialect that shows nothing of this person loses all of it.
    if !seen
        .shown
        .iter()
        .any(|(reader, _)| *reader == writer.dialect)
    {
        let lost = seen.posted.sent.iter().filter(|s| !seen.is_unmapped(s));
        faults.extend(lost.map(|s| format!("{}: its own dialect shows nothing", s.pointer)));
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n")),
    }
}

struct Judging<'j> {
    house: &'j House,
    cells: &'j Cells,
    seen: &'j Seen,
    shown: &'j Shown,
    reader: &'j str,
}

impl Judging<'_> {
    fn one(&self, sent: &Sent, own: bool) -> Result<(), String> {
        if self.seen.is_unmapped(sent) {
            return Ok(());
        }
        if sent.unknown {
            return match own {
                true => Err("it is unknown, and not named under unmapped".into()),
                false => Ok(()),
            };
        }
        let field = (self.reader.to_owned(), sent.pattern.clone());
        let blank = sent
            .value
            .as_str()
            .is_some_and(|text| text.trim().is_empty());
        match self.cells.get(&field) {
            Some(Cell::Shown(ways, words, _)) if !blank => self.shown_so(sent, own, ways, words),
            Some(Cell::Shown(_, words, ways)) if own => match ways
                .iter()
                .any(|w| self.verdict(sent, w, words) == Verdict::Holds)
            {
                true => Ok(()),
                false => Err("a blank is neither shown nor named under unmapped".into()),
            },
            Some(Cell::Remarked(way, remark))
                if !blank && (remark.when)(sent, &self.seen.posted) =>
            {
                self.shown_so(sent, own, std::slice::from_ref(way), &Words::new())
            }
            Some(Cell::Remarked(..)) if !own => Ok(()),
            Some(Cell::Told) => self.told(sent),
            // Of others nobody asks that they show a blank.
            Some(Cell::Shown(..)) => Ok(()),
            _ if own => Err("it is neither shown nor named under unmapped".into()),
            _ => self.nowhere(sent),
        }
    }

    fn shown_so(&self, sent: &Sent, own: bool, ways: &[Way], words: &Words) -> Result<(), String> {
        for way in ways {
            let verdict = self.verdict(sent, way, words);
            if verdict == Verdict::Fails || (own && verdict == Verdict::NotMeant) {
                return Err(format!("it is not shown as the matrix says: {way:?}"));
            }
        }
        Ok(())
    }

    fn verdict(&self, sent: &Sent, way: &Way, words: &Words) -> Verdict {
        let words = |_: &Way, sent: &Value| words.get(&sent.to_string()).cloned();
        let beside = Beside {
            house: self.house,
            posted: &self.seen.posted,
            shown: self.shown,
            lenient: true,
            words: &words,
        };
        beside.judge(way, sent)
    }

    /// What a cell calls "no place" is shown nowhere.
    fn nowhere(&self, sent: &Sent) -> Result<(), String> {
        let cell = self
            .cells
            .get(&(self.reader.to_owned(), sent.pattern.clone()));
        if cell != Some(&Cell::Nowhere) || sent.code.is_empty() || sent.leaf == Leaf::Content {
            return Ok(());
        }
        let told = |at: &&String| is_eeo(&sent.pattern) && at.starts_with(TOLD);
        match self.shown.where_is(&sent.code).iter().find(|at| !told(at)) {
            Some(at) => Err(format!(
                "the matrix knows no place for it, and it is shown at {at}"
            )),
            None => Ok(()),
        }
    }

    /// An answer that is told is shown among what people told of themselves, and nowhere else.
    fn told(&self, sent: &Sent) -> Result<(), String> {
        let elsewhere = self
            .shown
            .where_is(&sent.code)
            .iter()
            .find(|at| !at.starts_with(TOLD));
        match elsewhere {
            Some(at) => Err(format!("an equal-opportunity answer is shown at {at}")),
            None => Ok(()),
        }
    }
}
