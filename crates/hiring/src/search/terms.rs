//! Text as it is searched: made into words here, the same for both engines, so that neither's own idea of a word counts.
//!
//! Folding is lower case with accents off. Scripts that write no blanks (Han, Kana, Hangul) become pairs of neighbouring
//! characters. A word of letters that German or Scandinavian keyboards have has a second spelling ("müller", "mueller").

use unicode_normalization::UnicodeNormalization as _;

/// Characters of a word; what is longer is cut, here and in what is asked.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Folded.
    pub text: String,
    /// How it is spelled without the letters that not every keyboard has, where that is not what folding gives.
    pub other: Option<String>,
    /// Whether it is a part of the run of characters that the word before it is a part of.
    pub glued: bool,
}

/// Lower case, accents off, compatibility forms as plain ones. Folding twice is folding once.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_accent(*c)) {
        push_folded(&mut out, c);
    }
    out.nfc().collect()
}

fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn push_folded(out: &mut String, c: char) {
    match c {
        'ß' | 'ẞ' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        'þ' | 'Þ' => out.push_str("th"),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        'đ' | 'Đ' | 'ð' | 'Ð' => out.push('d'),
        'ħ' | 'Ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        c => out.extend(c.to_lowercase().filter(|c| !is_accent(*c))),
    }
}

/// With the two letters that stand for one, where a language has such: `None` where that is what folding gives.
fn spelled_out(raw: &str) -> Option<String> {
    let composed: String = raw.nfc().collect();
    let mut out = String::with_capacity(composed.len() + 2);
    let mut differs = false;
    for c in composed.chars() {
        let two = match c {
            'ä' | 'Ä' => "ae",
            'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
            'ü' | 'Ü' => "ue",
            'å' | 'Å' => "aa",
            _ => {
                let mut rest = String::new();
                c.nfkd()
                    .filter(|c| !is_accent(*c))
                    .for_each(|c| push_folded(&mut rest, c));
                out.push_str(&rest);
                continue;
            }
        };
        differs = true;
        out.push_str(two);
    }
    differs.then(|| cut(&out.nfc().collect::<String>()))
}

/// Whether a script writes its words without blanks between them.
fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘')
}

/// The words of `text`, in order. `to_index`: with those that make a part of a word findable (the last character of a dense
/// run, what stands behind an apostrophe); what is asked goes without.
pub(super) fn words(text: &str, to_index: bool) -> Vec<Word> {
    let mut all = Vec::new();
    for raw in text.split(|c: char| !is_of_word(c)) {
        let raw = raw.trim_matches(|c: char| is_apostrophe(c) || is_accent(c));
        if raw.starts_with(|c: char| c.is_alphanumeric()) {
            words_of_run(raw, to_index, &mut all);
        } else if let Some(at) = raw.find(|c: char| c.is_alphanumeric()) {
            // "#hiring", "+47".
            words_of_run(&raw[at..], to_index, &mut all);
        }
    }
    all
}

/// `+` and `#` belong to what they follow (C++, C#).
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_accent(c) || is_apostrophe(c) || matches!(c, '+' | '#')
}

fn words_of_run(raw: &str, to_index: bool, all: &mut Vec<Word>) {
    let folded = fold(raw);
    // Compatibility forms may hold blanks and signs: "⑴", "½". Then it is no one word with a second spelling.
    let whole = folded.chars().all(|c| is_of_word(c) && !is_dense(c));
    let raw = if whole { raw } else { "" };
    let mut plain = String::new();
    let mut dense: Vec<char> = Vec::new();
    for c in folded.chars().chain([' ']) {
        if is_dense(c) {
            flush_plain(&mut plain, raw, to_index, all);
            dense.push(c);
            continue;
        }
        flush_dense(&mut dense, to_index, all);
        if is_of_word(c) {
            plain.push(c);
        } else {
            flush_plain(&mut plain, raw, to_index, all);
        }
    }
}

fn flush_plain(plain: &mut String, raw: &str, to_index: bool, all: &mut Vec<Word>) {
    let whole = std::mem::take(plain);
    if whole.is_empty() {
        return;
    }
    let mut push = |text: &str, other: Option<String>| {
        let text = cut(text);
        if text.chars().any(char::is_alphanumeric) {
            let other = other.filter(|o| *o != text);
            all.push(Word {
                text,
                other,
                glued: false,
            });
        }
    };
    let tail = whole.rfind(is_apostrophe).map(|at| {
        let rest = &whole[at..];
        rest.trim_start_matches(is_apostrophe).to_owned()
    });
    let joined: String = whole.chars().filter(|c| !is_apostrophe(*c)).collect();
    let bare = joined.trim_end_matches(['+', '#']);
    // What has `+` or `#` in the midst ("a+b") is two words.
    if bare.contains(['+', '#']) {
        joined
            .split_inclusive(['+', '#'])
            .for_each(|part| push(part.trim_end_matches(['+', '#']), None));
        return;
    }
    let other = spelled_out(raw).map(|o| o.chars().filter(|c| !is_apostrophe(*c)).collect());
    push(&joined, other);
    if to_index {
        if bare.len() < joined.len() {
            push(bare, None);
        }
        if let Some(tail) = tail.filter(|t| t.chars().count() > 1) {
            push(&tail, None);
        }
    }
}

fn flush_dense(run: &mut Vec<char>, to_index: bool, all: &mut Vec<Word>) {
    let run = std::mem::take(run);
    let mut push = |text: String, glued: bool| {
        all.push(Word {
            text,
            other: None,
            glued,
        });
    };
    match run.as_slice() {
        [] => {}
        [one] => push(one.to_string(), false),
        many => {
            for (at, pair) in many.windows(2).enumerate() {
                push(pair.iter().collect(), at > 0);
            }
            // A character alone is looked for as the beginning of a pair; the last begins none.
            if let Some(last) = many.last().filter(|_| to_index) {
                push(last.to_string(), true);
            }
        }
    }
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// A value that is compared as a whole (a tag, an address, a source): folded, in one word.
pub(super) fn joined(text: &str) -> String {
    let mut out = String::new();
    for c in fold(text.trim()).chars() {
        if c.is_alphanumeric() || matches!(c, '+' | '#') {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_matches('_').chars().take(2 * LONGEST).collect()
}

/// Digits of a phone that are looked for, at least and at most.
const PHONE: std::ops::RangeInclusive<usize> = 6..=15;

/// By which digits a phone is found: by any of its endings that is long enough, so that it is the same with and without
/// the country and the zeros before it.
pub(super) fn phone(text: &str) -> Vec<String> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let most = digits.len().min(*PHONE.end());
    (*PHONE.start()..=most)
        .map(|n| digits[digits.len() - n..].iter().collect())
        .collect()
}

/// Whether somebody typed a phone, and its digits then: no letters, digits enough, and no zeros or `+` before them.
pub(super) fn as_phone(text: &str) -> Option<String> {
    let is_written = |c: char| c.is_ascii_digit() || " +-/().\u{a0}".contains(c);
    if !text.chars().all(is_written) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (PHONE.contains(&digits.len())).then(|| digits.to_owned())
}

/// A part of `text` around the first place where one of `words` (folded) begins a word, some `width` characters, with
/// what stands before, at and behind it; `None` where none does.
pub fn snippet(text: &str, words: &[String], width: usize) -> Option<(String, String, String)> {
    let mut start = 0;
    for piece in text.split_inclusive(|c: char| !is_of_word(c)) {
        let raw = piece.trim_end_matches(|c: char| !is_of_word(c));
        let folded = fold(raw);
        let hit = |w: &String| !w.is_empty() && folded.starts_with(w.as_str());
        let dense = |w: &String| w.chars().all(is_dense) && folded.contains(w.as_str());
        if !folded.is_empty() && words.iter().any(|w| hit(w) || dense(w)) {
            let (before, after) = (&text[..start], &text[start + raw.len()..]);
            let skip = before.chars().count().saturating_sub(width / 3);
            let before: String = before.chars().skip(skip).collect();
            let after: String = after.chars().take(width).collect();
            let one_line = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
            let spaced = |s: &str, front: bool| {
                let line = one_line(s);
                let edge = if front {
                    s.ends_with(char::is_whitespace)
                } else {
                    s.starts_with(char::is_whitespace)
                };
                match (edge, front) {
                    (false, _) => line,
                    (true, true) => format!("{line} "),
                    (true, false) => format!(" {line}"),
                }
            };
            return Some((spaced(&before, true), raw.to_owned(), spaced(&after, false)));
        }
        start += piece.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(text: &str) -> Vec<String> {
        words(text, false).into_iter().map(|w| w.text).collect()
    }

    fn indexed(text: &str) -> Vec<String> {
        words(text, true).into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn words_are_folded() {
        for (text, wanted) in [
            ("Zoë Ångström-Groß", &["zoe", "angstrom", "gross"][..]),
            ("ŁUKASZ Dvořák", &["lukasz", "dvorak"]),
            ("İstanbul ΣΟΦΟΣ", &["istanbul", "σοφοσ"]),
            ("O’Brien", &["obrien"]),
            (
                "C++, C# & .NET; Node.js",
                &["c++", "c#", "net", "node", "js"],
            ),
            ("a+b", &["a", "b"]),
            ("ﬁne Ⅳ", &["fine", "iv"]),
            ("  ", &[]),
            ("'' + #", &[]),
        ] {
            assert_eq!(asked(text), wanted, "{text}");
        }
        assert_eq!(indexed("C++ O'Brien"), ["c++", "c", "obrien", "brien"]);
    }

    #[test]
    fn scripts_without_blanks_are_pairs() {
        assert_eq!(asked("山田太郎"), ["山田", "田太", "太郎"]);
        assert_eq!(indexed("山田"), ["山田", "田"]);
        assert_eq!(asked("山"), ["山"]);
        assert_eq!(asked("Rust開発者"), ["rust", "開発", "発者"]);
        assert!(words("山田太", false)[1].glued);
    }

    #[test]
    fn a_second_spelling_stands_beside_the_first() {
        let other = |text: &str| words(text, false)[0].other.clone();
        assert_eq!(other("Müller").as_deref(), Some("mueller"));
        assert_eq!(other("mu\u{308}ller").as_deref(), Some("mueller"));
        assert_eq!(other("Østergård").as_deref(), Some("oestergaard"));
        assert_eq!(other("Miller"), None);
    }

    #[test]
    fn a_phone_is_found_with_and_without_its_country() {
        let there = phone("+972 52 864 4246");
        for typed in [
            "052-8644246",
            "00972528644246",
            "528644246",
            "(0)52 864 4246",
        ] {
            let digits = as_phone(typed).expect(typed);
            assert!(there.contains(&digits), "{typed}");
        }
        assert!(
            there
                .iter()
                .any(|t| t.starts_with(&as_phone("052-8644").unwrap()))
        );
        for none in ["12345", "2019", "call 052-8644246", ""] {
            assert_eq!(as_phone(none), None, "{none}");
        }
    }

    #[test]
    fn whole_values_are_one_word() {
        assert_eq!(joined(" Machine  Learning "), "machine_learning");
        assert_eq!(joined("Ada.L@X.org"), "ada_l_x_org");
        assert_eq!(joined("C++"), "c++");
        assert_eq!(joined("--"), "");
    }

    #[test]
    fn a_snippet_shows_the_word_in_its_place() {
        let text = "Worked at Nordwind\nas a Rüst developer for years and years";
        let found = snippet(text, &["rust".into()], 12).unwrap();
        assert_eq!(found.1, "Rüst");
        assert!(
            found.0.ends_with("a ") && found.2.starts_with(" developer"),
            "{found:?}"
        );
        assert_eq!(snippet(text, &["java".into()], 12), None);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn words_have_nothing_that_an_engine_would_cut_or_quote(text in any::<String>()) {
            for word in words(&text, true).into_iter().chain(words(&text, false)) {
                for w in [Some(word.text), word.other].into_iter().flatten() {
                    prop_assert!(!w.is_empty() && w.chars().count() <= LONGEST, "{:?}", w);
                    prop_assert!(w.chars().all(|c| c.is_alphanumeric() || c == '+' || c == '#' || !c.is_ascii()), "{:?}", w);
                    prop_assert!(!w.contains(char::is_whitespace) && !w.contains('\0'), "{:?}", w);
                }
            }
        }

        #[test]
        fn what_is_asked_is_among_what_is_indexed(text in "\\PC{0,40}") {
            let there = indexed(&text);
            for word in asked(&text) {
                prop_assert!(there.contains(&word), "{word}");
            }
        }

        #[test]
        fn snippets_never_break_a_character(text in "\\PC{0,60}", word in "[a-z]{1,3}") {
            snippet(&text, &[word], 10);
        }
    }
}
