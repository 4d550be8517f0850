//! Outside names: `4F.1A2B3`, made of an inside number and nothing else.
//!
//! The vendor's uids are two groups with a dot between; callers treat them as opaque. Ours are one-to-one with the
//! number: the second group is the number in base 36, the first a check over number and kind. So a slip of the pen
//! does not hit another record, and a position's uid is no candidate's. They are names, not secrets: every finder
//! asks for the organization too.

/// What a uid names. The vendor's *candidate* is our application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An application (`uid`).
    Candidate,
    /// A candidate (`person_uid`).
    Person,
    /// A job (`position_uid`).
    Position,
    /// An organization, in links to files.
    Company,
    /// A note.
    Note,
    /// An office.
    Location,
    /// A member of the organization.
    Member,
    /// The source contact of an application: there is one for each.
    Contact,
    /// The opening of a job: there is one for each.
    Opening,
}

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// The largest prime that two digits hold. It divides no difference that one wrong digit (d · 36ⁿ) or two
/// exchanged neighbours (d · 35 · 36ⁿ) make, so both are noticed.
const CHECK: i64 = 1291;
/// The second group has at least so many digits.
const WIDTH: usize = 3;

/// The uid of number `id`.
pub(super) fn write(kind: Kind, id: i64) -> String {
    let check = digits(check(kind, id), 2);
    format!("{check}.{}", digits(id, WIDTH))
}

/// The number that `uid` names as a `kind`; `None` for anything [`write`] does not write.
pub(super) fn read(kind: Kind, uid: &str) -> Option<i64> {
    let (_, number) = uid.split_once('.')?;
    if number.len() > 13 || !number.bytes().all(|b| DIGITS.contains(&b)) {
        return None;
    }
    let id = i64::from_str_radix(number, 36).ok()?;
    (write(kind, id) == uid).then_some(id)
}

fn check(kind: Kind, id: i64) -> i64 {
    let salt = match kind {
        Kind::Candidate => 151,
        Kind::Person => 487,
        Kind::Position => 811,
        Kind::Company => 1103,
        Kind::Note => 29,
        Kind::Location => 317,
        Kind::Member => 659,
        Kind::Contact => 947,
        Kind::Opening => 1229,
    };
    // The factor spreads the checks of neighbouring numbers.
    (id.rem_euclid(CHECK) * 523 + salt) % CHECK
}

fn digits(mut number: i64, width: usize) -> String {
    let mut reversed = Vec::new();
    while number > 0 || reversed.len() < width {
        reversed.push(DIGITS[(number % 36) as usize]);
        number /= 36;
    }
    reversed.iter().rev().map(|&b| char::from(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 9] = [
        Kind::Candidate,
        Kind::Person,
        Kind::Position,
        Kind::Company,
        Kind::Note,
        Kind::Location,
        Kind::Member,
        Kind::Contact,
        Kind::Opening,
    ];

    #[test]
    fn uids_are_two_short_groups() {
        assert_eq!(write(Kind::Candidate, 1), "IQ.001");
        assert_eq!(read(Kind::Candidate, "IQ.001"), Some(1));
        for other in [
            "",
            ".",
            "IQ",
            "IQ.",
            "IQ.1",
            "iq.001",
            "IQ.0001",
            "IR.001",
            "IQ.+01",
            "IQ.00é",
            " IQ.001",
            "IQ.001.",
            "11.11",
            "IQ.ZZZZZZZZZZZZZZ",
        ] {
            assert_eq!(read(Kind::Candidate, other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn a_uid_reads_back_as_its_own_kind_only(id in 0i64..) {
            for kind in KINDS {
                let uid = write(kind, id);
                for other in KINDS {
                    prop_assert_eq!(read(other, &uid), (kind == other).then_some(id));
                }
            }
        }

        #[test]
        fn one_wrong_digit_names_nothing(id in 0i64.., at: prop::sample::Index, with in 0usize..36) {
            let uid = write(Kind::Candidate, id);
            let at = at.index(uid.len());
            let mut wrong = uid.clone().into_bytes();
            prop_assume!(wrong[at] != DIGITS[with] && wrong[at] != b'.');
            wrong[at] = DIGITS[with];
            prop_assert_eq!(read(Kind::Candidate, std::str::from_utf8(&wrong).unwrap()), None);
        }

        #[test]
        fn two_exchanged_digits_name_nothing(id in 0i64.., at: prop::sample::Index) {
            let uid = write(Kind::Position, id).into_bytes();
            let at = at.index(uid.len() - 1);
            let mut wrong = uid.clone();
            wrong.swap(at, at + 1);
            prop_assume!(wrong != uid);
            prop_assert_eq!(read(Kind::Position, std::str::from_utf8(&wrong).unwrap()), None);
        }

        #[test]
        fn anything_else_is_no_uid(text in "[0-9A-Z]{0,3}\\.?[0-9A-Z]{0,14}") {
            if let Some(id) = read(Kind::Person, &text) {
                prop_assert_eq!(write(Kind::Person, id), text);
            }
        }
    }
}
