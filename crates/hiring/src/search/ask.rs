//! What somebody typed, read: words, "phrases", `operators:`, `-not`.
//!
//! Anything can be typed and nothing is an error: a quote that is not closed goes to the end, an operator that does not
//! exist is words. How it is asked of the index is `search/look.rs`.

use super::terms::{self, Word};

/// Characters of a query that are read.
pub const MOST_CHARS: usize = 500;
/// Units of a query that are read.
const MOST_UNITS: usize = 20;

/// A query that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// In the order in which they were typed.
    pub units: Vec<Unit>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Whether it must not hold.
    pub not: bool,
    /// What it asks for.
    pub said: Said,
}

/// What a condition asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A word, as typed. `open`: it may go on: it is the last that was typed, with nothing behind it.
    Word {
        /// As typed.
        text: String,
        /// Whether it may be the beginning of a longer one.
        open: bool,
    },
    /// Words that stand one behind the other.
    Phrase(String),
    /// An operator and its value.
    Of(Operator, String),
}

/// The operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Applied for a job whose title has these words.
    Job,
    /// Has an open application in a stage of this name.
    Stage,
    /// Came from there.
    Source,
    /// Has this tag.
    Tag,
    /// Has an address that begins so.
    Email,
    /// Has an application that is `open`, `hired`, `rejected` or `withdrawn`, or was only `invited`.
    Is,
}

impl Operator {
    /// All of them.
    pub const ALL: [Operator; 6] = [
        Operator::Job,
        Operator::Stage,
        Operator::Source,
        Operator::Tag,
        Operator::Email,
        Operator::Is,
    ];

    /// As it is typed.
    pub fn word(self) -> &'static str {
        match self {
            Operator::Job => "job",
            Operator::Stage => "stage",
            Operator::Source => "source",
            Operator::Tag => "tag",
            Operator::Email => "email",
            Operator::Is => "is",
        }
    }

    fn parse(word: &str) -> Option<Operator> {
        Operator::ALL.into_iter().find(|o| o.word() == word)
    }
}

impl Ask {
    /// Reads `text`. `typing`: the last word may not be finished yet, so that what it begins is found too.
    pub fn read(text: &str, typing: bool) -> Ask {
        let text: String = text.chars().take(MOST_CHARS).collect();
        if let Some(digits) = terms::as_phone(text.trim()) {
            let said = Said::Word {
                text: digits,
                open: typing,
            };
            return Ask {
                units: vec![Unit { not: false, said }],
            };
        }
        let mut rest = text.trim_start();
        let mut units = Vec::new();
        while !rest.is_empty() && units.len() < MOST_UNITS {
            let (unit, after) = unit(rest, typing);
            units.extend(unit.filter(|u| u.said.is_something()));
            rest = after.trim_start();
        }
        Ask { units }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The folded words that are looked for, for whoever shows where they stand.
    pub fn words(&self) -> Vec<String> {
        let wanted = self.units.iter().filter(|u| !u.not);
        let texts = wanted.filter_map(|u| match &u.said {
            Said::Word { text, .. } | Said::Phrase(text) => Some(text),
            Said::Of(..) => None,
        });
        let words = texts.flat_map(|text| terms::words(text, false));
        words.map(|w| w.text).collect()
    }
}

impl Said {
    fn is_something(&self) -> bool {
        match self {
            Said::Word { text, .. } | Said::Phrase(text) => !terms::words(text, false).is_empty(),
            Said::Of(_, value) => !terms::joined(value).is_empty(),
        }
    }
}

/// The first unit of `text`, which begins with no blank, and what is behind it.
fn unit(text: &str, typing: bool) -> (Option<Unit>, &str) {
    let (not, text) = match text.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| !c.is_whitespace() && c != '-') => (true, rest),
        _ => (false, text),
    };
    if let Some((phrase, rest)) = quoted(text) {
        let said = Said::Phrase(phrase.to_owned());
        return (Some(Unit { not, said }), rest);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    if let Some((name, value)) = text.split_once(':').filter(|(name, _)| name.len() < end)
        && let Some(operator) = Operator::parse(&name.to_lowercase())
    {
        let (value, rest) = quoted(value).unwrap_or_else(|| {
            let end = value.find(char::is_whitespace).unwrap_or(value.len());
            value.split_at(end)
        });
        let said = Said::Of(operator, value.to_owned());
        return (Some(Unit { not, said }), rest);
    }
    let (word, rest) = text.split_at(end);
    let said = Said::Word {
        text: word.to_owned(),
        open: typing && rest.is_empty(),
    };
    (Some(Unit { not, said }), rest)
}

/// What stands between the quotes with which `text` begins, and what is behind them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = match open {
        '"' => '"',
        '“' | '„' => '”',
        _ => return None,
    };
    let inner = &text[open.len_utf8()..];
    let is_end = |c: char| c == close || c == '"' || (open == '„' && c == '“');
    Some(match inner.find(is_end) {
        Some(at) => {
            let end = inner[at..].chars().next().map_or(0, char::len_utf8);
            (&inner[..at], &inner[at + end..])
        }
        None => (inner, ""),
    })
}

/// The words of a unit as the index knows them.
pub(super) fn words(text: &str) -> Vec<Word> {
    terms::words(text, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str, open: bool) -> Unit {
        let text = text.into();
        Unit {
            not: false,
            said: Said::Word { text, open },
        }
    }

    fn of(not: bool, operator: Operator, value: &str) -> Unit {
        Unit {
            not,
            said: Said::Of(operator, value.into()),
        }
    }

    #[test]
    fn words_phrases_operators_and_not_are_read() {
        let ask = Ask::read(
            "ada \"machine learning\" TAG:\"top talent\" -stage:Offer -java lov",
            true,
        );
        let phrase = |text: &str| Unit {
            not: false,
            said: Said::Phrase(text.into()),
        };
        let java = Unit {
            not: true,
            ..word("java", false)
        };
        let wanted = [
            word("ada", false),
            phrase("machine learning"),
            of(false, Operator::Tag, "top talent"),
            of(true, Operator::Stage, "Offer"),
            java,
            word("lov", true),
        ];
        assert_eq!(ask.units, wanted);
        assert_eq!(ask.words(), ["ada", "machine", "learning", "lov"]);
    }

    #[test]
    fn whatever_is_typed_means_something_or_nothing() {
        assert!(Ask::read("  - -- tag: : \"", true).is_empty());
        assert_eq!(
            Ask::read("what:ever", false).units,
            [word("what:ever", false)]
        );
        assert_eq!(
            Ask::read("http://x.org", false).units,
            [word("http://x.org", false)]
        );
        assert_eq!(Ask::read("ada ", true).units, [word("ada", false)]);
        assert_eq!(
            Ask::read("+47 911 22 333", false).units,
            [word("4791122333", false)]
        );
        let open = Ask::read("\"ada lov", true);
        assert_eq!(open.units[0].said, Said::Phrase("ada lov".into()));
        assert_eq!(
            Ask::read("tag:“top talent” x", false).units[0],
            of(false, Operator::Tag, "top talent")
        );
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(text in any::<String>()) {
            prop_assert!(Ask::read(&text, true).units.len() <= MOST_UNITS);
        }

        #[test]
        fn quotes_and_signs_in_any_order(text in "[a\":\\- “”„tag:éß山]{0,30}") {
            Ask::read(&text, true).words();
        }
    }
}
