//! What people told of themselves: free words where they clearly mean one of Merge's, else as they were said.

use hiring::eeo::{Question, Told};
use serde_json::{Value, json};

use super::{Lens, head, model};
use crate::time;

/// The model EEOC. `whole`: the candidate, in place of the id. Of somebody who is to be shown no more nothing is told.
pub(in super::super) fn eeoc(lens: &Lens, told: &Told, whole: Option<Value>) -> Value {
    let answer = |question| match told.ignored {
        true => Value::Null,
        false => answer(question, told.answer(question)),
    };
    let shown = (!told.ignored).then(|| whole.unwrap_or_else(|| json!(told.candidate)));
    model(
        lens,
        "EEOC",
        head(told.submission, told.told_at, told.told_at),
        json!({
            "candidate": shown,
            "submitted_at": time::micros(told.told_at),
            "race": answer(Question::Race),
            "gender": answer(Question::Gender),
            "veteran_status": answer(Question::Veteran),
            "disability_status": answer(Question::Disability),
        }),
    )
}

/// An answer in Merge's words. Several races are Merge's "two or more".
fn answer(question: Question, answer: Option<&Value>) -> Value {
    match answer {
        None | Some(Value::Null) => Value::Null,
        Some(Value::Array(several)) => match several.as_slice() {
            [] => Value::Null,
            [one] => self::answer(question, Some(one)),
            _ if question == Question::Race => json!("TWO_OR_MORE_RACES"),
            several => {
                let words: Vec<String> = several.iter().map(said).collect();
                json!(words.join(", "))
            }
        },
        Some(one) => {
            let said = said(one);
            let folded = fold(&said);
            let meant = words(question)
                .iter()
                .find(|(word, others)| fold(word) == folded || others.contains(&folded.as_str()));
            json!(meant.map_or(said.as_str(), |(word, _)| word))
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// Letters and digits in lower case.
fn fold(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// One of Merge's words, and what others say who mean just that (folded).
type Word = (&'static str, &'static [&'static str]);

/// Ways of saying that one would rather not.
const DECLINED: &[&str] = &[
    "decline",
    "declined",
    "declinetoanswer",
    "declinetostate",
    "declinetoselfidentify",
    "idontwishtoanswer",
    "idonotwishtoanswer",
    "idontwanttoanswer",
    "idonotwanttoanswer",
    "notdisclosed",
    "prefernottoanswer",
    "prefernottosay",
    "prefernottodisclose",
    "iprefernottoanswer",
    "iprefernottosay",
    "undisclosed",
];

const RACES: &[Word] = &[
    (
        "AMERICAN_INDIAN_OR_ALASKAN_NATIVE",
        &[
            "americanindian",
            "americanindianoralaskanative",
            "alaskanative",
            "nativeamerican",
        ],
    ),
    ("ASIAN", &[]),
    (
        "BLACK_OR_AFRICAN_AMERICAN",
        &["black", "africanamerican", "blackafricanamerican"],
    ),
    (
        "HISPANIC_OR_LATINO",
        &[
            "hispanic",
            "latino",
            "latina",
            "latinx",
            "hispaniclatino",
            "hispanicorlatinx",
        ],
    ),
    ("WHITE", &["caucasian", "whitecaucasian"]),
    (
        "NATIVE_HAWAIIAN_OR_OTHER_PACIFIC_ISLANDER",
        &[
            "nativehawaiian",
            "nativehawaiianorpacificislander",
            "pacificislander",
        ],
    ),
    (
        "TWO_OR_MORE_RACES",
        &["twoormore", "multiracial", "multipleraces", "mixedrace"],
    ),
    ("DECLINE_TO_SELF_IDENTIFY", DECLINED),
];

const GENDERS: &[Word] = &[
    ("MALE", &["m", "man"]),
    ("FEMALE", &["f", "woman"]),
    ("NON-BINARY", &["nonbinaryperson", "enby"]),
    ("OTHER", &[]),
    ("DECLINE_TO_SELF_IDENTIFY", DECLINED),
];

const VETERANS: &[Word] = &[
    (
        "I_AM_NOT_A_PROTECTED_VETERAN",
        &[
            "no",
            "false",
            "nonveteran",
            "notaveteran",
            "notaprotectedveteran",
            "iamnotaveteran",
        ],
    ),
    (
        "I_IDENTIFY_AS_ONE_OR_MORE_OF_THE_CLASSIFICATIONS_OF_A_PROTECTED_VETERAN",
        &[
            "yes",
            "true",
            "protectedveteran",
            "iamaprotectedveteran",
            "iidentifyasoneormoreoftheclassificationsofprotectedveteran",
            "iidentifyasoneormoreoftheclassificationsofprotectedveteranslistedabove",
        ],
    ),
    ("I_DONT_WISH_TO_ANSWER", DECLINED),
];

const DISABILITIES: &[Word] = &[
    (
        "YES_I_HAVE_A_DISABILITY_OR_PREVIOUSLY_HAD_A_DISABILITY",
        &[
            "yes",
            "true",
            "disabled",
            "ihaveadisability",
            "yesihaveadisability",
            "yesihaveadisabilityorhavehadoneinthepast",
            "yesihaveadisabilityorhaveahistoryrecordofhavingadisability",
        ],
    ),
    (
        "NO_I_DONT_HAVE_A_DISABILITY",
        &[
            "no",
            "false",
            "nodisability",
            "notdisabled",
            "idonthaveadisability",
            "idonothaveadisability",
            "noidonothaveadisability",
            "noidonothaveadisabilityandhavenothadoneinthepast",
        ],
    ),
    ("I_DONT_WISH_TO_ANSWER", DECLINED),
];

fn words(question: Question) -> &'static [Word] {
    match question {
        Question::Race => RACES,
        Question::Gender => GENDERS,
        Question::Veteran => VETERANS,
        Question::Disability => DISABILITIES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_words_become_the_vendors_only_where_they_clearly_mean_it() {
        use Question::*;
        for (question, said, shown) in [
            (Gender, json!("female"), json!("FEMALE")),
            (Gender, json!(" Woman "), json!("FEMALE")),
            (Gender, json!("Non-binary"), json!("NON-BINARY")),
            (Gender, json!("non binary"), json!("NON-BINARY")),
            (Gender, json!("Agender"), json!("Agender")),
            (
                Gender,
                json!("I prefer not to say"),
                json!("DECLINE_TO_SELF_IDENTIFY"),
            ),
            (Race, json!(["Asian"]), json!("ASIAN")),
            (Race, json!(["Asian", "White"]), json!("TWO_OR_MORE_RACES")),
            (
                Race,
                json!("Black or African American"),
                json!("BLACK_OR_AFRICAN_AMERICAN"),
            ),
            (Race, json!("Sámi"), json!("Sámi")),
            (Race, json!([]), Value::Null),
            (Veteran, json!(false), json!("I_AM_NOT_A_PROTECTED_VETERAN")),
            (
                Disability,
                json!("No, I don't have a disability"),
                json!("NO_I_DONT_HAVE_A_DISABILITY"),
            ),
            (
                Disability,
                json!("I don’t wish to answer"),
                json!("I_DONT_WISH_TO_ANSWER"),
            ),
            (Disability, json!(7), json!("7")),
        ] {
            assert_eq!(answer(question, Some(&said)), shown, "{said}");
        }
        assert_eq!(answer(Gender, None), Value::Null);
    }

    #[test]
    fn no_two_words_are_meant_by_one() {
        for question in [
            Question::Race,
            Question::Gender,
            Question::Veteran,
            Question::Disability,
        ] {
            let mut all = Vec::new();
            for (word, others) in words(question) {
                let mut own: Vec<String> = others.iter().map(|o| (*o).to_owned()).collect();
                assert!(own.iter().all(|o| fold(o) == *o));
                own.push(fold(word));
                own.sort();
                own.dedup();
                all.extend(own);
            }
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{question:?}");
        }
    }
}
