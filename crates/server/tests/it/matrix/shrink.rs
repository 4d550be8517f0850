//! Letters as proptest draws and shrinks them.

use std::sync::Arc;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::house::House;
use super::letter::{Letter, Posted, Wish, Writer};

/// All letters of one writer.
#[derive(Clone)]
pub struct Letters {
    /// Who writes.
    pub writer: Arc<Writer>,
    /// Where the letters arrive.
    pub house: Arc<House>,
    /// What they should be like; `None`: that is drawn too.
    pub wish: Option<Wish>,
}

impl std::fmt::Debug for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "letters of {} {}", self.writer.dialect, self.writer.name)
    }
}

/// A letter and what was cut off.
#[derive(Clone)]
pub struct Cut {
    letter: Arc<Letter>,
    off: Vec<bool>,
}

impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left = self.off.iter().filter(|off| !**off).count();
        write!(
            f,
            "a letter of which {left} of {} parts are left",
            self.off.len()
        )
    }
}

impl Cut {
    /// The body of another person each time.
    pub fn write(&self, house: &House) -> Posted {
        let off = |cut: usize| self.off.get(cut).copied().unwrap_or(false);
        self.letter.write(house, house.next(), &off)
    }

    /// From what its spelling is drawn.
    pub fn spelling(&self) -> u64 {
        self.letter.spelling
    }
}

impl Strategy for Letters {
    type Tree = Shrinking;
    type Value = Cut;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = proptest::num::u64::ANY.new_tree(runner)?.current();
        let wish = self.wish.unwrap_or(Wish {
            applied: seed % 10 < 8,
            full: false,
        });
        let letter = Letter::draw(&self.writer, &self.house, seed, wish);
        let parts = letter.cuts;
        Ok(Shrinking {
            now: Cut {
                off: vec![false; parts],
                letter: Arc::new(letter),
            },
            size: parts.div_ceil(2).max(1),
            next: 0,
            last: Vec::new(),
        })
    }
}

/// A letter on its way to the smallest that fails: halves are cut off, then quarters, down to single parts.
pub struct Shrinking {
    now: Cut,
    /// Parts that are cut off at once.
    size: usize,
    /// Where the next cut begins.
    next: usize,
    /// What the last cut took off.
    last: Vec<usize>,
}

impl ValueTree for Shrinking {
    type Value = Cut;

    fn current(&self) -> Cut {
        self.now.clone()
    }

    fn simplify(&mut self) -> bool {
        loop {
            if self.next >= self.now.off.len() {
                if self.size == 1 {
                    return false;
                }
                (self.size, self.next) = (self.size.div_ceil(2), 0);
            }
            let end = (self.next + self.size).min(self.now.off.len());
            let on = (self.next..end).filter(|part| !self.now.off[*part]);
            self.last = on.collect();
            self.next = end;
            if !self.last.is_empty() {
                self.last.iter().for_each(|part| self.now.off[*part] = true);
                return true;
            }
        }
    }

    fn complicate(&mut self) -> bool {
        let undone = !self.last.is_empty();
        for part in self.last.drain(..) {
            self.now.off[part] = false;
        }
        undone
    }
}
