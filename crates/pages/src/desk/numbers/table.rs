//! A table of the page of numbers: its picture, its rows for people, its file. Pure.

use hiring::numbers::{Fates, Invites, OfJob, OfSource, Spell, Step};

use super::super::invite::to_csv;
use super::super::words::thousands;

/// See the head of this file.
pub(super) struct Table {
    /// Its name in addresses.
    pub id: &'static str,
    pub title: &'static str,
    /// What is counted, in a sentence.
    pub note: &'static str,
    /// What the pale and the solid bar of the picture are.
    pub key: (&'static str, &'static str),
    pub bars: Vec<Bar>,
    pub head: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    /// Its address as a file.
    pub csv: String,
}

/// A row of the picture. Widths are hundredths of the widest.
pub(super) struct Bar {
    pub label: String,
    pub text: String,
    pub pale: String,
    pub solid: String,
}

impl Table {
    /// The picture in words.
    pub fn words(&self) -> String {
        let bars: Vec<String> = self
            .bars
            .iter()
            .map(|bar| format!("{}: {}", bar.label, bar.text))
            .collect();
        format!("{}. {}", self.title, bars.join("; "))
    }

    /// The table as a file: what the screen shows, to the letter.
    pub fn to_csv(&self) -> Vec<u8> {
        let head = self.head.iter().map(|cell| (*cell).to_owned()).collect();
        to_csv(std::iter::once(head).chain(self.rows.iter().cloned()))
    }
}

/// One row before it is drawn: label, words, and the lengths of both bars.
type Drawn = (String, String, i64, i64);

fn bars(rows: Vec<Drawn>) -> Vec<Bar> {
    let widest = rows.iter().map(|row| row.2.max(row.3)).max().unwrap_or(0);
    rows.into_iter()
        .map(|(label, text, pale, solid)| Bar {
            label,
            text,
            pale: width(pale, widest),
            solid: width(solid, widest),
        })
        .collect()
}

/// A hundredth for the least of them, so that one among thousands is seen.
fn width(of: i64, widest: i64) -> String {
    match of {
        ..=0 => "0".to_owned(),
        _ => format!("{:.1}", (100.0 * of as f64 / widest.max(1) as f64).max(0.5)),
    }
}

fn share(of: i64, all: i64) -> String {
    match all {
        0 => "–".to_owned(),
        _ => format!("{:.0} %", 100.0 * of as f64 / all as f64),
    }
}

/// `3.2 days`, `5.5 hours`, `12 minutes`, `7 seconds`.
fn took(micros: i64) -> String {
    let minutes = micros as f64 / 60e6;
    let (number, unit) = match minutes {
        ..0.992 => return plural(format!("{:.0}", minutes * 60.0), "second"),
        ..59.5 => return plural(format!("{minutes:.0}"), "minute"),
        ..1_440.0 => (minutes / 60.0, "hour"),
        _ => (minutes / 1_440.0, "day"),
    };
    plural(
        format!("{number:.1}").trim_end_matches(".0").to_owned(),
        unit,
    )
}

fn plural(number: String, unit: &str) -> String {
    match number.as_str() {
        "1" => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    }
}

/// The sums above everything.
pub(super) fn figures(fates: &Fates) -> Vec<(&'static str, String)> {
    vec![
        ("Applied", thousands(fates.applied)),
        ("Open", thousands(fates.open)),
        ("Hired", thousands(fates.hired)),
        ("Rejected", thousands(fates.rejected)),
        ("Withdrawn", thousands(fates.withdrawn)),
    ]
}

const FATES: [&str; 5] = ["Applied", "Open", "Hired", "Rejected", "Withdrawn"];

fn with_fates(label: &str, fates: &Fates) -> Vec<String> {
    let numbers = figures(fates).into_iter().map(|(_, number)| number);
    std::iter::once(label.to_owned()).chain(numbers).collect()
}

/// What the rows do not tell apart, if anything.
fn rest<'f>(all: &Fates, told: impl Iterator<Item = &'f Fates>) -> Option<Fates> {
    let mut left = *all;
    for one in told {
        left.applied -= one.applied;
        left.open -= one.open;
        left.hired -= one.hired;
        left.rejected -= one.rejected;
        left.withdrawn -= one.withdrawn;
    }
    (left.applied > 0).then_some(left)
}

fn of_fates(
    id: &'static str,
    title: &'static str,
    note: &'static str,
    first: &'static str,
    rows: Vec<(String, Fates)>,
) -> Table {
    let drawn = rows.iter().map(|(label, of)| {
        let text = format!(
            "{} applied, {} hired",
            thousands(of.applied),
            thousands(of.hired)
        );
        (label.clone(), text, of.applied, of.hired)
    });
    Table {
        id,
        title,
        note,
        key: ("applied", "hired"),
        bars: bars(drawn.collect()),
        head: std::iter::once(first).chain(FATES).collect(),
        rows: rows
            .iter()
            .map(|(label, of)| with_fates(label, of))
            .collect(),
        csv: String::new(),
    }
}

/// Applications by job.
pub(super) fn jobs(jobs: &[OfJob], all: &Fates) -> Table {
    let mut rows: Vec<_> = jobs.iter().map(|of| (of.title.clone(), of.fates)).collect();
    let rest = rest(all, jobs.iter().map(|of| &of.fates));
    rows.extend(rest.map(|fates| ("All other jobs".to_owned(), fates)));
    let note = "Choose a job above to see its stages.";
    of_fates("jobs", "Jobs", note, "Job", rows)
}

/// Applications by source.
pub(super) fn sources(sources: &[OfSource], all: &Fates) -> Table {
    let name = |source: &str| match source.trim() {
        "" => "Not known".to_owned(),
        text => text.chars().take(100).collect(),
    };
    let mut rows: Vec<_> = sources
        .iter()
        .map(|of| (name(&of.source), of.fates))
        .collect();
    let rest = rest(all, sources.iter().map(|of| &of.fates));
    rows.extend(rest.map(|fates| ("All other sources".to_owned(), fates)));
    of_fates(
        "sources",
        "Sources",
        "Where they came from.",
        "Source",
        rows,
    )
}

/// A job's stages.
pub(super) fn funnel(steps: &[Step]) -> Table {
    let first = steps.first().map_or(0, |step| step.reached);
    let drawn = steps.iter().map(|step| {
        let text = format!(
            "{} reached, {} now",
            thousands(step.reached),
            thousands(step.now)
        );
        (step.name.clone(), text, step.reached, step.now)
    });
    let rows = steps.iter().map(|step| {
        let (reached, now) = (thousands(step.reached), thousands(step.now));
        vec![step.name.clone(), reached, share(step.reached, first), now]
    });
    Table {
        id: "funnel",
        title: "Funnel",
        note: "How many came as far as a stage or further, those who were turned down later too, and how many are there now.",
        key: ("reached", "there now"),
        bars: bars(drawn.collect()),
        head: vec!["Stage", "Reached", "Of all", "There now"],
        rows: rows.collect(),
        csv: String::new(),
    }
}

fn of_spells(
    id: &'static str,
    title: &'static str,
    note: &'static str,
    head: Vec<&'static str>,
    spells: &[Spell],
    name: impl Fn(&str) -> String,
) -> Table {
    let drawn = spells.iter().map(|spell| {
        let text = format!(
            "half in {}, 9 of 10 in {}",
            took(spell.median),
            took(spell.ninth)
        );
        (name(&spell.of), text, spell.ninth, spell.median)
    });
    let rows = spells.iter().map(|spell| {
        vec![
            name(&spell.of),
            thousands(spell.count),
            took(spell.median),
            took(spell.ninth),
        ]
    });
    Table {
        id,
        title,
        note,
        key: ("9 of 10 within", "half within"),
        bars: bars(drawn.collect()),
        head,
        rows: rows.collect(),
        csv: String::new(),
    }
}

/// How long stages were stayed in.
pub(super) fn stays(spells: &[Spell]) -> Table {
    let note = "Of those who have left the stage, to another one or by an end.";
    let head = vec!["Stage", "Stays", "Half within (median)", "9 of 10 within"];
    of_spells("stays", "Time in stage", note, head, spells, str::to_owned)
}

/// How long it took until an end.
pub(super) fn ends(spells: &[Spell]) -> Table {
    let note = "From applying to being hired, rejected or withdrawing.";
    let head = vec![
        "End",
        "Applications",
        "Half within (median)",
        "9 of 10 within",
    ];
    let name = |of: &str| match of {
        "hired" => "Hired".to_owned(),
        "rejected" => "Rejected".to_owned(),
        "withdrawn" => "Withdrawn".to_owned(),
        other => other.to_owned(),
    };
    of_spells("ends", "Time to the end", note, head, spells, name)
}

/// Invites by how far they came.
pub(super) fn invites(of: &Invites) -> Table {
    let steps = [
        ("Invited", of.made),
        ("Mailed", of.mailed),
        ("Opened", of.opened),
        ("Begun", of.started),
        ("Completed", of.completed),
    ];
    // Nobody was invited: there is nothing to draw.
    let steps = if of.made == 0 { &[][..] } else { &steps[..] };
    let drawn = steps
        .iter()
        .map(|(label, n)| ((*label).to_owned(), thousands(*n), 0, *n));
    let rows = steps
        .iter()
        .map(|(label, n)| vec![(*label).to_owned(), thousands(*n), share(*n, of.made)]);
    Table {
        id: "invites",
        title: "Invites",
        note: "Those that were made within the period. One can be completed without having been opened, by applying another way.",
        key: ("", ""),
        bars: bars(drawn.collect()),
        head: vec!["Step", "Invites", "Of all"],
        rows: rows.collect(),
        csv: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        let minute = 60_000_000;
        for (minutes, words) in [
            (1, "1 minute"),
            (59, "59 minutes"),
            (60, "1 hour"),
            (330, "5.5 hours"),
            (1_440, "1 day"),
            (4_608, "3.2 days"),
        ] {
            assert_eq!(took(minutes * minute), words);
        }
        assert_eq!(
            (took(0).as_str(), took(1_000_000).as_str()),
            ("0 seconds", "1 second")
        );
        assert_eq!(
            (took(59_000_000).as_str(), took(59_900_000).as_str()),
            ("59 seconds", "1 minute")
        );
    }

    #[test]
    fn what_is_not_told_apart_stands_in_a_row_of_its_own() {
        let fates = |applied, hired| Fates {
            applied,
            hired,
            ..Fates::default()
        };
        let told = [OfSource {
            source: String::new(),
            fates: fates(7, 1),
        }];
        let table = sources(&told, &fates(10, 1));
        assert_eq!(table.rows[0][..2], ["Not known", "7"]);
        assert_eq!(table.rows[1][..2], ["All other sources", "3"]);
        assert_eq!(sources(&told, &fates(7, 1)).rows.len(), 1);
        assert_eq!(
            (table.bars[0].pale.as_str(), table.bars[0].solid.as_str()),
            ("100.0", "14.3")
        );
    }

    #[test]
    fn a_file_holds_what_the_screen_shows_and_no_formulas() {
        let fates = Fates {
            applied: 1_234,
            ..Fates::default()
        };
        let told = [OfSource {
            source: "=1+1, \"x\"".into(),
            fates,
        }];
        let text = String::from_utf8(sources(&told, &fates).to_csv()).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "Source,Applied,Open,Hired,Rejected,Withdrawn");
        assert_eq!(lines[1], "\"'=1+1, \"\"x\"\"\",\"1,234\",0,0,0,0");
    }
}
