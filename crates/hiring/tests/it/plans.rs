//! How SQLite goes about each statement: by an index that narrows to few rows, or by a walk that is named here with its reason.
//!
//! Nothing counts rows for SQLite here, so it guesses: an index that begins with the organization looks as good to it as one by
//! a person, and with few rows in a test nobody sees the difference (docs/conventions/sql.md, rule 16).

use std::collections::BTreeSet;

use hiring::Problem;

use crate::{House, story};

/// Tables of which an organization has few rows, or which hold only what is under way.
const SMALL: &[&str] = &[
    "api_key",
    "catalog",
    "custom_field",
    "destination",
    "field",
    "invite_run",
    "job",
    "job_catalog",
    "job_member",
    "linked_account",
    "mail_settings",
    "mail_template",
    "member",
    "member_link",
    "organization",
    "rule",
    "stage",
    "subscription",
    "subscription_kind",
    "subscription_replay",
    "tag",
    "turn",
];

/// Walks that are meant: in which file, of which table, and why.
const MEANT: &[(&str, &str, &str)] = &[
    (
        "application/sifted.rs",
        "application",
        "a list that says how many there are; its filters may all be off",
    ),
    (
        "application/tally.rs",
        "application",
        "statistics of a period, from one index alone",
    ),
    (
        "candidate.rs",
        "candidate",
        "how many there are, up to a bound or from one index alone",
    ),
    (
        "candidate/projection.rs",
        "candidate",
        "an index of those alone who wait to be indexed",
    ),
    ("counts.rs", "invite", "the overview's counts"),
    (
        "delivery/replay.rs",
        "delivery",
        "an index of dead letters alone",
    ),
    (
        "extraction.rs",
        "extraction",
        "how many files wait, for whoever runs the server",
    ),
    (
        "feedback.rs",
        "feedback",
        "a list that says how many there are",
    ),
    ("fetch.rs", "fetching", "an index of those alone that wait"),
    (
        "job/pipeline.rs",
        "application",
        "a stage is taken away: nothing may refer to it",
    ),
    (
        "note/offset.rs",
        "note",
        "a list that says how many there are",
    ),
    (
        "subscription/log.rs",
        "delivery",
        "an index of dead letters alone",
    ),
    ("roll.rs", "event", "the last one, at the index's end"),
    (
        "subscription/replay.rs",
        "event",
        "the last one, at the index's end; and where a replay begins, by its outside name",
    ),
    (
        "tag/tagged.rs",
        "tagged",
        "a list that says how many there are",
    ),
];

/// The table that a step goes through from one end of the organization, or of everything, to the other.
fn walked(step: &str) -> Option<&str> {
    let mut words = step.split(' ');
    let (how, what) = (words.next()?, words.next()?);
    let whole = match how {
        "SCAN" => !step.contains("VIRTUAL TABLE"),
        "SEARCH" => step.ends_with("(org_id=?)"),
        _ => false,
    };
    whole.then_some(what)
}

/// The tables that are called so in the statement, by their own names or by those that they are given there. None: it is a
/// part of the statement itself, whose own steps are told too; or a table that a foreign key has looked at, which an insert does
/// only in a database that is broken already.
fn tables<'s>(text: &'s str, called: &'s str) -> BTreeSet<&'s str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = |n: usize| {
        let word = words.get(n).copied().unwrap_or_default();
        word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_')
    };
    let mut tables: BTreeSet<&str> = (0..words.len())
        .filter(|n| matches!(at(*n), "FROM" | "JOIN" | "UPDATE"))
        .filter(|n| {
            let given = if at(n + 2) == "AS" { n + 3 } else { n + 2 };
            at(n + 1) == called || at(given) == called
        })
        .map(|n| at(n + 1))
        .collect();
    if tables.is_empty() && text.starts_with("DELETE") {
        tables.insert(called);
    }
    tables
}

/// `file: table`, for each walk.
async fn walks(house: &House) -> BTreeSet<String> {
    let mut walks = BTreeSet::new();
    for statement in store::statements().filter(|s| s.place.0.contains("hiring/src/")) {
        let described = house
            .app
            .store
            .read(move |r| r.describe(statement).map_err(Problem::from))
            .await
            .expect("a statement that can be prepared");
        let file = statement
            .place
            .0
            .rsplit_once("hiring/src/")
            .expect("a file")
            .1;
        let steps = described.steps.iter().filter_map(|step| walked(step));
        let tables = steps.flat_map(|called| tables(statement.text, called));
        let large = tables.filter(|table| !SMALL.contains(table));
        walks.extend(large.map(|table| format!("{file}: {table}")));
    }
    walks
}

#[test]
fn no_statement_walks_an_organization_unless_it_is_named_here() {
    story(async |house: House| {
        if house.app.store.engine() == "sqlite" {
            let found = walks(&house).await;
            let meant: BTreeSet<String> = MEANT
                .iter()
                .map(|(file, table, _)| format!("{file}: {table}"))
                .collect();
            assert_eq!(found, meant);
        }
    });
}

#[test]
fn what_walks_is_told_from_what_looks_up() {
    for (step, walks) in [
        ("SCAN application", Some("application")),
        ("SCAN a USING COVERING INDEX application_counted", Some("a")),
        (
            "SEARCH a USING INDEX application_list (org_id=?)",
            Some("a"),
        ),
        (
            "SEARCH a USING INDEX application_list (org_id=? AND rowid>?)",
            None,
        ),
        ("SEARCH c USING INTEGER PRIMARY KEY (rowid=?)", None),
        ("SCAN x VIRTUAL TABLE INDEX 0:M0", None),
        ("USE TEMP B-TREE FOR ORDER BY", None),
    ] {
        assert_eq!(walked(step), walks, "{step}");
    }
    let text = "SELECT 1 FROM event e JOIN (SELECT 1 FROM note n) few CROSS JOIN tagged AS t WHERE t.id = e.id";
    let of = |called| tables(text, called).into_iter().collect::<Vec<_>>();
    assert_eq!(
        (of("e"), of("n"), of("t")),
        (vec!["event"], vec!["note"], vec!["tagged"])
    );
    assert_eq!((of("few"), of("note")), (vec![], vec!["note"]));
}
