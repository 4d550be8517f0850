//! The latest calls of an organization's keys, for members who look what their programs are doing: in memory, of this process
//! alone, the oldest forgotten first.
//!
//! Never a body, a query, an address that was called or a value that was sent: the route's template, and why a call was refused
//! in words of ours. Calls whose key nobody knows are nobody's and are not here. Requests that are kept for weeks, with what was
//! sent, are [`crate::request`].

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use crate::id::{KeyId, OrgId};

/// Calls of an organization that are remembered.
pub const MOST: usize = 500;
/// Organizations that are remembered; of more, the one that has been silent for longest is forgotten.
const ROOMS: usize = 200;

/// A call that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its number, which grows; given by [`CallLog::note`].
    pub n: u64,
    /// When it was answered, µs.
    pub at: i64,
    /// The dialect it came by.
    pub dialect: &'static str,
    /// Method.
    pub method: String,
    /// The route's template; `None`: there is none for the address that was called.
    pub route: Option<String>,
    /// Status of the answer.
    pub status: u16,
    /// How long the answer took, µs.
    pub micros: u64,
    /// Whose.
    pub key: KeyId,
    /// Why it was refused, in plain words.
    pub why: Option<String>,
}

/// See the head of this file.
#[derive(Debug, Default)]
pub struct CallLog(Mutex<Rooms>);

#[derive(Debug, Default)]
struct Rooms {
    last: u64,
    rooms: HashMap<OrgId, VecDeque<Call>>,
}

impl CallLog {
    /// Remembers a call of this organization.
    pub fn note(&self, org: OrgId, call: Call) {
        let mut all = self.lock();
        all.last += 1;
        let n = all.last;
        if all.rooms.len() >= ROOMS && !all.rooms.contains_key(&org) {
            all.forget_one();
        }
        let room = all.rooms.entry(org).or_default();
        if room.len() >= MOST {
            room.pop_front();
        }
        room.push_back(Call { n, ..call });
    }

    /// The organization's calls after number `after` that `wanted` says yes to, newest first, at most `limit`; and the number
    /// of the last call there was.
    pub fn newest(
        &self,
        org: OrgId,
        after: u64,
        limit: usize,
        wanted: impl Fn(&Call) -> bool,
    ) -> (Vec<Call>, u64) {
        let all = self.lock();
        let room = all.rooms.get(&org);
        let found = room.into_iter().flatten().rev();
        let found = found.take_while(|call| call.n > after);
        let found = found.filter(|call| wanted(call)).take(limit).cloned();
        (found.collect(), all.last)
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Rooms {
    fn forget_one(&mut self) {
        let last = |room: &VecDeque<Call>| room.back().map_or(0, |call| call.n);
        let silent = self.rooms.iter().min_by_key(|(_, room)| last(room));
        if let Some(org) = silent.map(|(org, _)| *org) {
            self.rooms.remove(&org);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(status: u16) -> Call {
        Call {
            n: 0,
            at: 0,
            dialect: "test",
            method: "POST".into(),
            route: Some("/people".into()),
            status,
            micros: 1,
            key: KeyId(1),
            why: None,
        }
    }

    #[test]
    fn the_newest_come_first_and_the_oldest_are_forgotten() {
        let log = CallLog::default();
        for n in 0..MOST as u16 + 10 {
            log.note(OrgId(1), call(n));
        }
        log.note(OrgId(2), call(7));
        let (all, last) = log.newest(OrgId(1), 0, 10_000, |_| true);
        assert_eq!((all.len(), last), (MOST, MOST as u64 + 11));
        assert_eq!((all[0].status, all[MOST - 1].status), (509, 10));
        let (some, _) = log.newest(OrgId(1), last - 3, 10, |_| true);
        assert_eq!(
            some.iter().map(|c| c.status).collect::<Vec<_>>(),
            [509, 508]
        );
        let (even, _) = log.newest(OrgId(1), 0, 2, |c| c.status.is_multiple_of(2));
        assert_eq!(
            even.iter().map(|c| c.status).collect::<Vec<_>>(),
            [508, 506]
        );
        assert_eq!(log.newest(OrgId(3), 0, 10, |_| true).0, []);
    }

    #[test]
    fn of_too_many_organizations_the_silent_one_is_forgotten() {
        let log = CallLog::default();
        for org in 0..ROOMS as i64 {
            log.note(OrgId(org), call(1));
        }
        log.note(OrgId(0), call(2));
        log.note(OrgId(-1), call(3));
        let count = |org| log.newest(OrgId(org), 0, 10, |_| true).0.len();
        assert_eq!([count(0), count(1), count(2), count(-1)], [2, 0, 1, 1]);
    }
}
