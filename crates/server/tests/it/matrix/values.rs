//! Values that a field takes: valid, of every kind that people send, and each with a code in it by which it is found
//! again in an answer.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use dialects::written::Leaf;
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::house::{CUSTOM, House};
use super::letter::Spec;

/// Pieces of text that programs trip over.
const PIECES: [&str; 24] = [
    "Zoë",
    "Ñandú",
    "O'Brien",
    "李小龍",
    "Иван Петров",
    "محمد",
    "🙂👩‍👩‍👧",
    "e\u{301}",
    "İstanbul",
    "\u{1F1E9}\u{1F1EA}",
    "\\u0000",
    "\"quoted\"",
    "back\\slash",
    "a,b, c",
    "</script><b>",
    "'; DROP TABLE x; --",
    "{{n}} {0} %s",
    "line\nbreak\ttab\r\n",
    "\u{7f}\u{1}\u{1f}",
    "\u{2028}\u{feff}\u{200b}",
    "null",
    "0012.50",
    "=1+1",
    "&amp; &#39;",
];

/// Names of members that no schema knows.
const KEYS: [&str; 10] = [
    "deep",
    "Größe",
    "a/b",
    "t~1",
    "with \"quotes\"",
    "",
    " ",
    "0",
    "x.y[0]",
    "🙂",
];

/// Names that ask an equal-opportunity question.
const ASKING: [&str; 6] = [
    "Gender",
    "race",
    "veteran_status",
    "Disability Status",
    "ethnicity",
    "sex",
];

const COUNTRIES: [&str; 6] = ["US", "de", "IL", "Gb", "JP", "br"];

/// The value of a single field.
pub fn value(spec: &Spec, code: &str, house: &House) -> Value {
    let mut dice = Dice::new(spec.seed);
    let dice = &mut dice;
    match spec.leaf {
        Leaf::Text(most) => text(dice, code, most).into(),
        Leaf::Name(most) => name(dice, code, most).into(),
        Leaf::Flag => match spec.fixed {
            Some(flag) => flag.into(),
            None => dice.chance(50).into(),
        },
        Leaf::Whole => whole(dice).into(),
        Leaf::Number => number(dice),
        Leaf::Email => email(dice, code, true).into(),
        Leaf::Emails => emails(dice, code).into(),
        Leaf::Date => date(dice).into(),
        Leaf::Moment => moment(dice).into(),
        Leaf::MomentOrSeconds if dice.chance(50) => whole(dice).into(),
        Leaf::MomentOrSeconds => name(dice, code, 50).into(),
        Leaf::Choice(words) => dice.pick(words).into(),
        Leaf::Url => url(dice, code).into(),
        Leaf::LinkedIn => linkedin(dice, code).into(),
        Leaf::Country => dice.pick(&COUNTRIES).into(),
        Leaf::Base64 => base64(dice, code).into(),
        Leaf::Content if spec.fixed == Some(true) => base64(dice, code).into(),
        Leaf::Content => text(dice, code, 2_000).into(),
        Leaf::FileName(extensions) => file_name(dice, code, extensions).into(),
        Leaf::Answer => answer(dice, code),
        Leaf::Free => Value::Object(free(dice, code, &spec.pattern)),
        Leaf::Custom => Value::Object(custom(dice, code)),
        Leaf::OwnId(most) => own_id(dice, code, most).into(),
        Leaf::System => system(house),
        Leaf::Unused => any(dice, &mut Coder::new(code), 1, false),
        Leaf::Answers => unreachable!("a form is an object of questions"),
        Leaf::AnswerTo => answer_to(dice, code, spec, house),
        Leaf::JobTitle => house.jobs[spec.job].title.clone().into(),
        Leaf::Job | Leaf::AnyJob | Leaf::Stage | Leaf::User | Leaf::Reason | Leaf::Question => {
            reference(dice, code, spec, house)
        }
    }
}

fn system(house: &House) -> Value {
    house.app.demo["eightfold"]["system_id"].clone()
}

/// A name of something of ours, as the dialect calls it.
fn reference(dice: &mut Dice, code: &str, spec: &Spec, house: &House) -> Value {
    let job = &house.jobs[spec.job];
    let (dialect, at) = (spec.dialect, spec.pattern.as_str());
    match spec.leaf {
        Leaf::Job => match dialect {
            "comeet" => json!(job.position),
            "xobin" => json!(job.number),
            _ => json!(job.uid),
        },
        Leaf::AnyJob => match spec.fixed {
            // By its outside name: whose a number is depends on what else the body says (a story has it).
            Some(true) => json!(job.uid),
            _ => name(dice, code, 100).into(),
        },
        Leaf::Stage => {
            let (uid, number, _) = &job.stages[dice.below(job.stages.len())];
            match dialect {
                "xobin" if dice.chance(30) => json!(number),
                "xobin" => json!(number.to_string()),
                _ => json!(uid),
            }
        }
        Leaf::User => json!(house.users[dice.below(house.users.len())]),
        Leaf::Reason => json!(house.reasons[dice.below(house.reasons.len())]),
        _ => {
            let question = &house.questions[spec.question];
            match dialect {
                "merge" => json!(question.ids[spec.job].0),
                "native" => json!(question.kind),
                _ if at.ends_with("label") => json!(question.label),
                _ if dice.chance(30) && question.kind != "gender" => {
                    json!(question.ids[spec.job].1)
                }
                _ => json!(question.kind),
            }
        }
    }
}

/// An answer to a question of the form, of a kind that people give.
fn answer_to(dice: &mut Dice, code: &str, spec: &Spec, house: &House) -> Value {
    let question = &house.questions[spec.question];
    if !question.options.is_empty() {
        let several = question.kind == "multiple_choice" && spec.dialect != "merge";
        return match several && dice.chance(60) {
            true => json!([question.options[0], question.options[2]]),
            false => json!(dice.pick(question.options)),
        };
    }
    if spec.dialect == "merge" {
        return text(dice, code, 2_000).into();
    }
    match question.kind {
        "number" if dice.chance(70) => number(dice),
        "yes_no" | "consent" if dice.chance(70) => dice.chance(50).into(),
        "date" => date(dice).into(),
        "url" | "file" if dice.chance(70) => url(dice, code).into(),
        "gender" => answer(dice, code),
        _ => text(dice, code, 2_000).into(),
    }
}

/// Text as people write it; now and then none at all, blanks, or very much.
fn text(dice: &mut Dice, code: &str, most: usize) -> String {
    match dice.below(100) {
        0..2 => String::new(),
        2..4 => " \t ".chars().take(most).collect(),
        4..8 => within(&format!("  {code} x \n"), most),
        8..10 => {
            let long = PIECES[..8].join(" ").repeat(most / 40 + 1);
            within(&format!("{code}{long}"), most.min(3_000))
        }
        _ => name(dice, code, most),
    }
}

/// Text that is there.
fn name(dice: &mut Dice, code: &str, most: usize) -> String {
    let mut parts = vec![code];
    for _ in 0..dice.below(3) {
        parts.push(dice.pick(&PIECES));
    }
    if dice.chance(50) {
        parts.reverse();
    }
    let mut text = parts.join(dice.pick(&["", " ", " ", "-"]));
    if dice.chance(4) {
        text = format!("  {text} ");
    }
    if text.chars().count() > most {
        code.chars().take(most).collect()
    } else {
        text
    }
}

fn within(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn own_id(dice: &mut Dice, code: &str, most: usize) -> String {
    match dice.below(10) {
        0 => within(&format!("{code}{}", "é/?#%2F".repeat(most)), most),
        1..6 => code.to_owned(),
        _ => name(dice, code, most).replace(['\n', '\r'], "_"),
    }
}

fn whole(dice: &mut Dice) -> i64 {
    match dice.below(20) {
        0 => dice.pick(&[0, -1, i64::from(i32::MIN), i64::from(i32::MAX)]),
        _ => (dice.any() % 2_000_000_000) as i64,
    }
}

fn number(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => json!(0),
        1 => json!(-0.5),
        2 => json!(1e-7),
        3 => json!(u64::MAX),
        4 => json!(i64::MIN),
        5 => json!(6.02e23),
        6 => json!(0.1 + 0.2),
        _ => json!(f64::from((dice.any() >> 40) as u32) / 64.0),
    }
}

fn email(dice: &mut Dice, code: &str, padded: bool) -> String {
    match dice.below(12) {
        0 => format!("{}@Example.ORG", code.to_uppercase()),
        1 => format!("{code}+tag@mail.example.org"),
        2 => format!("{code}.zoë@bücher.example"),
        3 => format!("{code}@localhost"),
        4 => format!("o'{code}!#$%&*/=?^_`{{|}}~@example.com"),
        5 if padded => format!("  {code}@example.com "),
        _ => format!("{code}@example.com"),
    }
}

/// Several addresses in one text, spelled as freely as the vendor's page allows.
fn emails(dice: &mut Dice, code: &str) -> String {
    if dice.chance(3) {
        return String::new();
    }
    let all: Vec<String> = (0..=dice.below(3))
        .map(|i| email(dice, &format!("{code}{}", ["", "b", "c"][i]), true))
        .collect();
    let joined = all.join(dice.pick(&[",", ", ", " , ", ",,"]));
    match dice.chance(5) {
        true => format!(",{joined},"),
        false => joined,
    }
}

fn date(dice: &mut Dice) -> String {
    let (y, m, d) = (
        1930 + dice.below(90),
        1 + dice.below(12),
        1 + dice.below(28),
    );
    format!("{y:04}-{m:02}-{d:02}")
}

fn moment(dice: &mut Dice) -> String {
    let (h, m, s) = (dice.below(24), dice.below(60), dice.below(60));
    let clock = format!("{}T{h:02}:{m:02}:{s:02}", date(dice));
    match dice.below(8) {
        0 => date(dice),
        1 => clock,
        2 => format!("{clock}+05:30"),
        3 => format!("{clock}.{:06}Z", dice.below(1_000_000)),
        4 => format!("{clock}.5-08:00"),
        _ => format!("{clock}Z"),
    }
}

fn url(dice: &mut Dice, code: &str) -> String {
    match dice.below(8) {
        0 => format!("http://example.com:8080/{code}?a=1&b=ü#frag"),
        1 => format!("https://bücher.example/{code}/é%20x"),
        2 => format!(" https://example.com/{code} "),
        3 => format!("HTTPS://EXAMPLE.com/{code}"),
        _ => format!("https://example.com/{code}/cv.pdf"),
    }
}

fn linkedin(dice: &mut Dice, code: &str) -> String {
    match dice.below(4) {
        0 => format!("linkedin.com/in/{code}"),
        1 => format!("http://de.linkedin.com/in/{code}?x=1"),
        _ => format!("https://www.linkedin.com/in/{code}"),
    }
}

fn base64(dice: &mut Dice, code: &str) -> String {
    let mut bytes = code.as_bytes().to_vec();
    if dice.chance(30) {
        bytes.splice(0..0, *b"%PDF-1.7\n");
    }
    bytes.extend((0..dice.below(60)).map(|_| dice.any() as u8));
    match dice.below(6) {
        0 => STANDARD_NO_PAD.encode(bytes),
        _ => STANDARD.encode(bytes),
    }
}

fn file_name(dice: &mut Dice, code: &str, extensions: &[&str]) -> String {
    if extensions.is_empty() {
        let name = name(dice, code, 200).replace('.', "_");
        return match dice.chance(50) {
            true => format!("{name}.docx"),
            false => name,
        };
    }
    format!("{code}.{}", dice.pick(extensions))
}

/// What people answer to equal-opportunity questions.
fn answer(dice: &mut Dice, code: &str) -> Value {
    match dice.below(8) {
        0 => true.into(),
        1 => false.into(),
        2 => json!([code, format!("{code}b")]),
        3 => json!([code]),
        _ => name(dice, code, 200).into(),
    }
}

/// Gives each text of a nested value a code of its own.
struct Coder<'c> {
    code: &'c str,
    next: usize,
}

impl Coder<'_> {
    fn new(code: &str) -> Coder<'_> {
        Coder { code, next: 0 }
    }

    fn next(&mut self) -> String {
        self.next += 1;
        format!("{}n{}w", self.code.trim_end_matches('w'), self.next)
    }
}

/// Members of objects in the record that other dialects know by the same name.
const KNOWN: [(&str, &str); 11] = [
    ("/skill_details/#", "skill"),
    ("/education/#", "school"),
    ("/experience/#", "company"),
    ("/certifications/#", "status"),
    ("/projects/#", "title"),
    ("/courses/#", "title"),
    ("/detail_tags/#", "tag"),
    ("/questions/#", "question"),
    ("/notes/#", "body"),
    ("/interviews/#", "location"),
    ("/foreign_applications/#", "status"),
];

/// The member of such objects that others know.
pub fn known(pattern: &str) -> Option<&'static str> {
    let found = KNOWN.iter().find(|(at, _)| *at == pattern);
    found.map(|(_, name)| *name)
}

/// An object of the caller's own.
fn free(dice: &mut Dice, code: &str, pattern: &str) -> Map<String, Value> {
    let mut coder = Coder::new(code);
    let mut members = members(dice, &mut coder, 3);
    if let (Some(name), true) = (known(pattern), dice.chance(60)) {
        members.insert(name.to_owned(), self::name(dice, &coder.next(), 100).into());
    }
    // The one equal-opportunity answer of these that another dialect knows by the same name.
    if pattern == "/foreign_applications/#" && dice.chance(20) {
        members.insert("veteran_status".into(), coder.next().into());
    }
    members
}

fn members(dice: &mut Dice, coder: &mut Coder<'_>, depth: usize) -> Map<String, Value> {
    let mut members = Map::new();
    for _ in 0..dice.below(4) {
        let (key, is_answer) = match dice.below(10) {
            0 => (dice.pick(&ASKING).to_owned(), true),
            1..4 => (dice.pick(&KEYS).to_owned(), false),
            _ => (format!("key {}", dice.below(1_000)), false),
        };
        members.insert(key, any(dice, coder, depth, is_answer));
    }
    if dice.chance(8) {
        members.insert("question".into(), dice.pick(&ASKING).into());
        members.insert("answer".into(), coder.next().into());
    }
    members
}

fn any(dice: &mut Dice, coder: &mut Coder<'_>, depth: usize, is_answer: bool) -> Value {
    match dice.below(if depth == 0 { 7 } else { 10 }) {
        0 => dice.chance(50).into(),
        1 => number(dice),
        2 if !is_answer => Value::Null,
        3 => text(dice, &coder.next(), 500).into(),
        7 => (0..dice.below(4))
            .map(|_| any(dice, coder, depth - 1, false))
            .collect(),
        8 | 9 => Value::Object(members(dice, coder, depth - 1)),
        _ => name(dice, &coder.next(), 500).into(),
    }
}

fn custom(dice: &mut Dice, code: &str) -> Map<String, Value> {
    let mut coder = Coder::new(code);
    let mut members = Map::new();
    for name in CUSTOM {
        if dice.chance(50) {
            members.insert(name.to_owned(), any(dice, &mut coder, 2, false));
        }
    }
    members
}
