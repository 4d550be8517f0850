//! Which names ask an equal-opportunity question, and which members of an object name or answer
//! one. The questions themselves are `hiring::eeo`'s. Read `scan.rs` next.

use hiring::eeo::{ROOM, asks, fold};

pub use hiring::eeo::is_question as is_eeo_name;

/// What a member's name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing.
    Plain,
    /// It is an equal-opportunity answer.
    Eeo,
    /// If it names such a question, the object's [`Role::Answer`] members are answers to it.
    Label,
    /// See [`Role::Label`].
    Answer,
}

/// What `key` says about its value.
pub(super) fn role(key: &str) -> Role {
    let mut room = [0; ROOM];
    match fold(key, &mut room) {
        Some("label" | "id" | "name" | "question" | "questionid" | "field" | "key") => Role::Label,
        Some("value" | "answer" | "answers" | "choice") => Role::Answer,
        Some(word) if asks(word) => Role::Eeo,
        _ => Role::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for name in [
            "gender",
            "GENDER",
            "Gender:",
            "veteran_status",
            "Disability Status",
            "disabilityStatusStr",
            "ETHNİCİTY",
        ] {
            assert!(is_eeo_name(name), "{name}");
        }
        for name in [
            "",
            "genders",
            "engender",
            "race track",
            "gendér",
            "disabilitystatusstring",
            "性别",
            "veteran1",
        ] {
            assert!(!is_eeo_name(name), "{name}");
        }
    }

    #[test]
    fn roles() {
        for (key, expected) in [
            ("gender", Role::Eeo),
            ("questionId", Role::Label),
            ("question_id", Role::Label),
            ("Name", Role::Label),
            ("answers", Role::Answer),
            ("Value", Role::Answer),
            ("first_name", Role::Plain),
            ("", Role::Plain),
        ] {
            assert_eq!(role(key), expected, "{key}");
        }
    }
}
