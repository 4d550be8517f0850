//! Which names ask an equal-opportunity question. Only names are judged, never answers.

/// Folded names of equal-opportunity questions, as the vendors and the forms behind them say them.
const QUESTIONS: [&str; 13] = [
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

/// Enough for the longest word.
pub const ROOM: usize = 20;

/// Whether the folded `word` asks about race, gender, disability or veteran status.
pub fn asks(word: &str) -> bool {
    QUESTIONS.contains(&word)
}

/// Whether `name` asks about race, gender, disability or veteran status: `Gender:`, `veteran_status`,
/// `Disability Status`…
pub fn is_question(name: &str) -> bool {
    let mut room = [0; ROOM];
    fold(name, &mut room).is_some_and(asks)
}

/// `name` in lower case, letters and digits only. `None` if that is longer than any word we know or not ASCII. Works in
/// `room`, as it runs for every key of every body.
pub fn fold<'r>(name: &str, room: &'r mut [u8; ROOM]) -> Option<&'r str> {
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
    fn every_word_is_its_own_folded_form() {
        let mut room = [0; ROOM];
        assert!(QUESTIONS.iter().all(|w| fold(w, &mut room) == Some(w)));
        assert!(is_question("Disability Status:") && !is_question("Abilities"));
    }
}
