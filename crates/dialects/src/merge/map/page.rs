//! A list's envelope and its cursors.

use hiring::candidate::Side;
use serde_json::{Value, json};

use crate::cursor;

/// One page of records, in the list's order, and where the pages beside it begin.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Page<T> {
    pub items: Vec<T>,
    next: Option<Side>,
    previous: Option<Side>,
}

impl<T> Page<T> {
    /// `found`: records in the order of reading from `from` on, one more than `size` where there are more.
    pub(in super::super) fn new(
        from: Option<Side>,
        size: usize,
        mut found: Vec<T>,
        number: fn(&T) -> i64,
    ) -> Page<T> {
        let mut onward = None;
        if found.len() > size {
            found.truncate(size);
            onward = found.last().map(number);
        }
        let (next, previous) = match from {
            None | Some(Side::After(0)) => (onward.map(Side::After), None),
            Some(Side::After(n)) => (
                onward.map(Side::After),
                Some(Side::Before(n.saturating_add(1))),
            ),
            Some(Side::Before(n)) => {
                found.reverse();
                (Some(Side::After((n - 1).max(0))), onward.map(Side::Before))
            }
        };
        Page {
            items: found,
            next,
            previous,
        }
    }

    /// A page of a list that is there whole, by ascending number.
    pub(in super::super) fn cut(
        from: Option<Side>,
        size: usize,
        all: Vec<T>,
        number: fn(&T) -> i64,
    ) -> Page<T> {
        let found: Vec<T> = match from.unwrap_or(Side::After(0)) {
            Side::After(n) => all
                .into_iter()
                .filter(|item| number(item) > n)
                .take(size + 1)
                .collect(),
            Side::Before(n) => all
                .into_iter()
                .rev()
                .filter(|item| number(item) < n)
                .take(size + 1)
                .collect(),
        };
        Page::new(from, size, found, number)
    }
}

/// `{next, previous, results}`.
pub(in super::super) fn page<T>(page: &Page<T>, results: Vec<Value>) -> Value {
    json!({
        "next": page.next.map(cursor::write),
        "previous": page.previous.map(cursor::write),
        "results": results,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(from: Option<Side>, size: usize) -> Page<i64> {
        Page::cut(from, size, (1..=10).collect(), |n| *n)
    }

    #[test]
    fn pages_forward_and_back_hold_every_record_once() {
        for size in 1..12 {
            let (mut from, mut seen, mut cursors) = (None, Vec::new(), Vec::new());
            loop {
                let page = cut(from, size);
                cursors.push(page.previous);
                seen.extend(page.items);
                match page.next {
                    Some(next) => from = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, (1..=10).collect::<Vec<_>>(), "size {size}");
            assert_eq!(cursors[0], None);
            assert!(cursors[1..].iter().all(Option::is_some));

            let (mut back, mut from) = (Vec::new(), *cursors.last().expect("a page"));
            while let Some(side) = from {
                let page = cut(Some(side), size);
                back.splice(0..0, page.items);
                from = page.previous;
                assert!(page.next.is_some());
            }
            let last = if 10 % size == 0 { size } else { 10 % size };
            let before_last: Vec<i64> = (1..=10 - last as i64).collect();
            assert_eq!(back, before_last, "size {size}");
        }
    }
}
