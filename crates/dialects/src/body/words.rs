//! Which names ask an equal-opportunity question, and which members of an object name or answer
//! one. Only names are judged, never answers. Read `scan.rs` next.

/// Folded names of equal-opportunity questions, as the vendors and the forms behind them say them.
const EEO: [&str; 13] = [
    "gender",
    "sex",
    "race",
    "races",
    "ethnicity",
    "veteranstatus",
    "veteranstatusstr",
    "veteranstatustext",
    "veteran",
    "disabilitystatus",
    "disabilitystatusstr",
    "disabilitystatustext",
    "disability",
];

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
        Some(word) if EEO.contains(&word) => Role::Eeo,
        _ => Role::Plain,
    }
}

/// Whether `name` asks about race, gender, disability or veteran status: `Gender:`,
/// `veteran_status`, `Disability Status`…
pub fn is_eeo_name(name: &str) -> bool {
    let mut room = [0; ROOM];
    fold(name, &mut room).is_some_and(|word| EEO.contains(&word))
}

/// Enough for the longest word.
const ROOM: usize = 20;

/// `name` in lower case, letters and digits only. `None` if that is longer than any word we know
/// or not ASCII. Works in `room`, as it runs for every key of every body.
fn fold<'r>(name: &str, room: &'r mut [u8; ROOM]) -> Option<&'r str> {
    let mut len = 0;
    let mut put = |letter: u8| {
        *room.get_mut(len)? = letter;
        len += 1;
        Some(())
    };
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            put(c.to_ascii_lowercase() as u8)?;
        } else if !c.is_ascii() {
            // Some capitals come down to ASCII (the Turkish dotted I).
            for c in c.to_lowercase().filter(|c| c.is_alphanumeric()) {
                put(u8::try_from(c).ok().filter(u8::is_ascii)?)?;
            }
        }
    }
    std::str::from_utf8(&room[..len]).ok()
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
        assert!(
            EEO.iter()
                .all(|word| word.len() <= ROOM && role(word) == Role::Eeo)
        );
    }
}
