//! The page that people read: docs/dialects/matrix.md, made of the cells.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use dialects::written::{Leaf, Shape};

use super::cells::{Cell, Cells, Words};
use super::letter::{EEO, Writer};
use super::read::READERS;
use super::ways::{How, Turn, Way};

/// Where the page lies.
pub fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/dialects/matrix.md")
}

const HEAD: &str = "\
# What becomes of each field

For each body that makes a candidate, and each dialect that reads them: what the reader shows of each field. This page is
written by a test that sends bodies made up from the tables which judge them, reads the people back through the whole program
and compares (`crates/server/tests/it/matrix/`); it fails when the page is stale, and

    MUSTER_UPDATE=1 cargo test -p server --test it matrix::

writes it anew. That the page is true for thousands of bodies of each dialect, with everything in them that people send, is a
property that `./check` tests (`docs/conventions/tests.md`).

**Nothing is lost.** What a caller sent is kept byte for byte, whatever stands here (`GET /api/v1/submissions/{id}/raw`); and each
value is either read back by its own dialect or named under `unmapped` of its submission (`GET /api/v1/submissions/{id}`).

| sign | meaning |
|---|---|
| **=** | equal: the same value, at the place that is named or, where none is, at the same one |
| → | converted, as it says |
| – | the reader has no place for it |
| *unmapped* | its own dialect does not show it; the submission names it |

";

const LEGEND: &str = "\
* Lists are written `[]`, members with the caller's own names `.*`, answers to a form by their kind of question.
* *Trimmed*: white space at the ends of a text is cut. A blank text is as good as none: it is shown, or named under `unmapped`.
* *Content* is the file behind the link that stands there, byte for byte.
* Xobin and Comeet show applications: they show a person with an application, and of several the one that is asked for. Somebody
  who was only invited is no candidate of Comeet's yet.
* Merge shows besides, under `remote_data`, what was sent by any dialect. Here that counts for Merge's own fields alone.
* Members that no table knows are refused by our own API, by name. All other dialects take them and name them under `unmapped`, as they
  do with members that are known and of no use (`integration_params` and the like).
* *Told*: equal-opportunity answers are shown as Merge's EEOC, the first answer to each question. They are shown to keys with
  `eeo:read` only, by whichever dialect.
";

/// The cells of all writers, in their order.
pub type All = Vec<(Arc<Writer>, Cells)>;

/// The whole page.
pub fn page(all: &All) -> String {
    let mut page = HEAD.to_owned();
    summary(&mut page, all);
    page.push('\n');
    page.push_str(LEGEND);
    for (writer, cells) in all {
        table(&mut page, writer, cells);
    }
    page
}

fn title(dialect: &str) -> &str {
    match dialect {
        "xobin" => "Xobin",
        "eightfold" => "Eightfold",
        "comeet" => "Comeet",
        "merge" => "Merge",
        "native" => "our own",
        other => other,
    }
}

fn named(writer: &Writer) -> String {
    match writer.name {
        "" => title(writer.dialect).to_owned(),
        name => format!("{}, {name}", title(writer.dialect)),
    }
}

/// How many fields are equal, converted, without a place.
fn summary(page: &mut String, all: &All) {
    page.push_str(
        "Fields that are equal / converted / without a place:\n\n| written by | fields |",
    );
    for reader in READERS {
        let _ = write!(page, " read by {} |", title(reader));
    }
    page.push_str("\n|---|---|---|---|---|---|---|\n");
    for (writer, cells) in all {
        let fields = fields(writer, cells);
        let _ = write!(page, "| {} | {} |", named(writer), fields.len());
        for reader in READERS {
            let mut counts = [0; 3];
            for field in &fields {
                let cell = &cells[&(reader.to_owned(), field.clone())];
                counts[kind(cell, writer.dialect == reader)] += 1;
            }
            let [equal, converted, nowhere] = counts;
            let _ = write!(page, " {equal} / {converted} / {nowhere} |");
        }
        page.push('\n');
    }
}

/// 0: equal, 1: converted, 2: without a place.
fn kind(cell: &Cell, _: bool) -> usize {
    match cell {
        Cell::Shown(ways, ..) if is_equal(&ways[0]) => 0,
        Cell::Shown(..) | Cell::Remarked(..) | Cell::Told => 1,
        _ => 2,
    }
}

fn is_equal(way: &Way) -> bool {
    way.how == How::Same && matches!(way.turn, Turn::Same | Turn::Moved | Turn::Item)
}

/// The writer's fields, in the order of its tables.
fn fields(writer: &Writer, cells: &Cells) -> Vec<String> {
    let order = order(&writer.shape);
    let place = |field: &String| {
        let known = field.split(" (").next().unwrap_or(field);
        let found = order
            .iter()
            .position(|at| known == at || known.starts_with(&format!("{at}/")));
        (found.unwrap_or(usize::MAX), field.clone())
    };
    let own = cells.keys().filter(|(reader, _)| reader == READERS[0]);
    let mut fields: Vec<String> = own.map(|(_, field)| field.clone()).collect();
    fields.sort_by_key(place);
    fields
}

fn order(shape: &Shape) -> Vec<String> {
    let used = shape
        .paths()
        .into_iter()
        .filter(|(_, leaf)| *leaf != Leaf::Unused);
    used.map(|(path, _)| format!("/{}", path.replace("[]", "/#").replace('.', "/")))
        .collect()
}

fn table(page: &mut String, writer: &Writer, cells: &Cells) {
    let _ = write!(page, "\n## {}\n\n| field |", named(writer));
    for reader in READERS {
        let _ = write!(page, " {} |", title(reader));
    }
    page.push_str("\n|---|---|---|---|---|---|\n");
    for field in fields(writer, cells) {
        let _ = write!(page, "| {} |", path(&field));
        for reader in READERS {
            let own = writer.dialect == reader;
            let cell = &cells[&(reader.to_owned(), field.clone())];
            let _ = write!(page, " {} |", shown(cell, &field, own));
        }
        page.push('\n');
    }
}

fn shown(cell: &Cell, field: &str, own: bool) -> String {
    match cell {
        Cell::Shown(ways, words, _) => {
            let all: Vec<String> = ways
                .iter()
                .map(|way| way_of(way, words, field, own))
                .collect();
            all.join("; ")
        }
        Cell::Remarked(way, remark) => {
            format!(
                "{}; if {}",
                way_of(way, &Words::new(), field, own),
                remark.text
            )
        }
        Cell::Told => "→ told".to_owned(),
        Cell::Unmapped => "*unmapped*".to_owned(),
        Cell::Nowhere | Cell::Unknown => "–".to_owned(),
        // The test fails before anybody reads this.
        Cell::Sometimes(..) | Cell::Strange(_) => "?".to_owned(),
    }
}

fn way_of(way: &Way, words: &Words, field: &str, own: bool) -> String {
    let same = own && way.target == field;
    let at = if same {
        String::new()
    } else {
        format!(" {}", path(&way.target))
    };
    if is_equal(way) {
        return format!("**=**{at}");
    }
    let turn = match way.turn {
        Turn::Same | Turn::Moved => "",
        Turn::Item => "an item of a list",
        Turn::First => "the first",
        Turn::Last => "the last",
        Turn::Joined(_) => "joined by commas",
        Turn::Split => "taken apart at commas",
        Turn::Into => "",
        Turn::OfFirst => "those of the first",
    };
    let how = match way.how {
        How::Same => "",
        How::Trimmed => "trimmed",
        How::Capitals => "in capitals",
        How::AsText => "as text",
        How::Moment => "unix seconds → RFC 3339",
        How::Seconds => "RFC 3339 → unix seconds",
        How::Respelled => "in one spelling of the moment",
        How::FirstWord => "the first word",
        How::Rest => "all but the first word",
        How::Part | How::Listed => "one of several parts, joined by commas",
        How::Extension => "the file's extension",
        How::Word => "part of the whole name",
        How::Named => "by its own name for it",
        How::File => "content",
        How::LastStep => "the last step of the address",
        How::Member => "a member of it",
        How::InJson => "as JSON text",
        How::FirstListed => "the first of several",
        How::Eeoc => "in Merge's words",
        How::Words => &said(words),
    };
    let how: Vec<&str> = [turn, how]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    format!("→{at} ({})", how.join(", "))
}

fn said(words: &Words) -> String {
    let one =
        |(from, to): (&String, &serde_json::Value)| format!("{from} → {to}").replace('"', "`");
    words.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A pattern as people write it.
fn path(pattern: &str) -> String {
    let (at, aside) = match pattern.strip_suffix(EEO) {
        Some(at) => (at, EEO),
        None => (pattern, ""),
    };
    let at = at
        .trim_start_matches('/')
        .replace("/#", "[]")
        .replace("~1", "/")
        .replace("~0", "~");
    let at = match pattern.starts_with("/#") {
        true => format!("[]{}", &at[1..]),
        false => at,
    };
    let at = at
        .replace("/(content)", " content")
        .replace(" (names)", ", by name")
        .replace('/', ".");
    format!("`{at}`{aside}")
}
