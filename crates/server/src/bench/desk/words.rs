//! What the people of the bench are called and write: few enough words that many share one, and one each that nobody shares.

use fastrand::Rng;
use hiring::record::Said;
use serde_json::json;

const FIRST: &[&str] = &[
    "Anna", "Ben", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi",
    "Lena", "Mei", "Nils", "Olga", "Pablo", "Quinn", "Rosa", "Sven", "Tariq", "Uma", "Vera", "Wen",
    "Ximena", "Yara", "Zoë", "Åse", "José", "Łukasz", "Søren",
];
const LAST: &[&str] = &[
    "Adeyemi",
    "Berg",
    "Castro",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Hansen",
    "Ito",
    "Johansson",
    "Khan",
    "Lovelace",
    "Müller",
    "Novak",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Silva",
    "Turing",
    "Ueda",
    "Varga",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zhang",
];
const TITLES: &[&str] = &[
    "Software Engineer",
    "Accountant",
    "Nurse",
    "Product Manager",
    "Warehouse Lead",
    "Data Analyst",
    "Recruiter",
    "Sales Manager",
    "Electrician",
    "Designer",
];
const SKILLS: &[&str] = &[
    "Rust",
    "Python",
    "SQL",
    "Excel",
    "Forklift",
    "Negotiation",
    "First aid",
    "Figma",
    "Kubernetes",
    "Bookkeeping",
    "German",
    "Spanish",
    "Welding",
    "Java",
    "Payroll",
];
/// What a résumé is made of.
const PROSE: &[&str] = &[
    "experience",
    "team",
    "project",
    "customer",
    "delivery",
    "quality",
    "budget",
    "planning",
    "support",
    "training",
    "design",
    "research",
    "safety",
    "production",
    "migration",
    "reporting",
    "audit",
    "sales",
    "growth",
    "network",
    "hospital",
    "school",
    "factory",
    "laboratory",
    "warehouse",
    "office",
    "government",
    "startup",
    "bank",
    "agency",
    "led",
    "built",
    "improved",
    "reduced",
    "organized",
    "introduced",
    "maintained",
    "taught",
    "wrote",
    "measured",
    "Berlin",
    "Oslo",
    "Madrid",
    "Lagos",
    "Osaka",
    "Warsaw",
    "Lyon",
    "Turin",
    "Leeds",
    "Ghent",
];
/// Where applications come from.
pub(super) const SOURCES: &[&str] = &[
    "LinkedIn",
    "Careers page",
    "Indeed",
    "Referral",
    "Agency North",
    "Agency South",
    "University fair",
    "Xing",
];
/// A job's name is one of these and its number.
pub(super) const JOBS: &[&str] = &[
    "Backend Engineer",
    "Frontend Engineer",
    "Accountant",
    "Nurse",
    "Product Manager",
    "Warehouse Lead",
    "Data Analyst",
    "Recruiter",
    "Sales Manager",
    "Electrician",
];
pub(super) const TAGS: &[&str] = &[
    "referred",
    "top talent",
    "relocates",
    "part time",
    "remote",
    "rehire",
    "silver medal",
    "student",
    "speaks German",
    "night shifts",
];

fn one(rng: &mut Rng, of: &[&'static str]) -> &'static str {
    of[rng.usize(..of.len())]
}

/// A word that nobody but the person of this number has.
pub(super) fn rare(n: usize) -> String {
    format!("crn{n}x")
}

/// Their phone; its last nine digits are nobody else's.
pub(super) fn phone(n: usize) -> String {
    format!("+4479{n:08}")
}

/// What is said of the person of this number.
pub(super) fn person(rng: &mut Rng, n: usize) -> Said {
    let (first, last) = (one(rng, FIRST), one(rng, LAST));
    let skills: Vec<_> = (0..rng.usize(1..5)).map(|_| one(rng, SKILLS)).collect();
    let tags: Vec<_> = match rng.u8(..10) {
        0..7 => vec![],
        _ => vec![one(rng, TAGS), one(rng, TAGS)],
    };
    let said = json!({
        "first_name": first,
        "last_name": last,
        "emails": [{"value": format!("{n}.{}@example.com", last.to_lowercase().replace(|c: char| !c.is_ascii(), "x")), "type": "PERSONAL"}],
        "phones": [{"value": phone(n), "type": "MOBILE"}],
        "title": one(rng, TITLES),
        "company": format!("{} & {}", one(rng, LAST), one(rng, LAST)),
        "summary": format!("{} {}", prose(rng, 20), rare(n)),
        "locations": [one(rng, &["Berlin", "Oslo", "Madrid", "Lagos", "Osaka"])],
        "skills": skills,
        "tags": tags,
    });
    said.as_object().cloned().unwrap_or_default()
}

/// So many words that many people use.
pub(super) fn prose(rng: &mut Rng, words: usize) -> String {
    let words: Vec<_> = (0..words).map(|_| one(rng, PROSE)).collect();
    words.join(" ")
}
