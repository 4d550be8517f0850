//! Why something was given up or a connection did not work, in plain words, and what helps.

use hiring::delivery::listed::Listed;

use super::ago;
use crate::desk::form::Choice;

/// Why deliveries are given up, of [`hiring::delivery::carrying::REASONS`]: in short, and what helps.
const WHY: [(&str, &str, &str); 11] = [
    (
        "credentials",
        "The credentials were refused",
        "Change the destination and type the credentials anew.",
    ),
    (
        "permission",
        "The credentials may not do this",
        "Give them more rights in that system.",
    ),
    ("settings", "A setting is wrong", "Change the destination."),
    (
        "job",
        "There is no such job there",
        "Look at the table of jobs.",
    ),
    (
        "invalid",
        "What was sent was refused",
        "Mend the candidate’s record.",
    ),
    (
        "duplicate",
        "The person is there in a way that cannot be told apart",
        "Look in that system.",
    ),
    ("gone", "What was to be changed is gone there", ""),
    (
        "unclear",
        "Nobody knows whether it arrived",
        "Look in that system before you carry it again.",
    ),
    (
        "unreachable",
        "The system could not be reached for days",
        "",
    ),
    ("too_old", "It waited too long", ""),
    (
        "not_allowed",
        "The address may not be called",
        "The operator decides which private addresses may.",
    ),
];

pub(super) fn advice(reason: &str) -> &'static str {
    let found = WHY.iter().find(|(word, ..)| *word == reason);
    found.map_or("", |(.., advice)| advice)
}

pub(super) fn reasons() -> Vec<Choice> {
    let any = Choice::new("", "Any reason");
    let all = WHY.iter().map(|(word, words, _)| Choice::new(word, words));
    std::iter::once(any).chain(all).collect()
}

/// Whether it is a reason that there is.
pub(super) fn is_reason(word: &str) -> bool {
    WHY.iter().any(|(of, ..)| *of == word)
}

/// What a try of the connection came to.
pub(super) fn tried(of: &Listed, now: i64) -> (String, bool) {
    let when = ago(of.settled_at.unwrap_or(of.created_at), now);
    let problem = of.problem.as_deref().unwrap_or("it was given up");
    let problem = problem.trim_end_matches('.');
    match of.state.as_str() {
        "queued" => (
            "The connection is being tried. Look again in a moment.".to_owned(),
            true,
        ),
        "sent" => {
            let said = of
                .remark
                .as_deref()
                .map_or(String::new(), |r| format!(" {r}"));
            (format!("The connection worked {when} ago.{said}"), true)
        }
        _ => {
            let advice = of.reason.as_deref().map_or("", advice);
            let words = format!("The connection did not work {when} ago: {problem}. {advice}");
            (words.trim_end().to_owned(), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::delivery::carrying::REASONS;

    #[test]
    fn every_reason_has_words() {
        let words: Vec<_> = WHY.iter().map(|(word, ..)| *word).collect();
        assert_eq!(words, REASONS);
    }
}
