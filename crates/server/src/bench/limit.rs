//! The same statements without the server: prepared ahead, run through the driver, timed alone.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use store::record::Recorded;
use store::{Statement, Value};
use uuid::Uuid;

use super::client::next_number;
use super::local::Local;

/// Repetitions prepared at a time.
const CHUNK: usize = 2_000;

/// Statements of the numbering that run once a batch, and so belong to no create.
const ONCE_A_BATCH: [&str; 3] = ["FROM event WHERE place IS NULL", "FROM feed", "UPDATE feed"];
const PLACE: &str = "UPDATE event SET place";

/// Where a parameter of a repetition comes from.
enum Source {
    /// The same each time, or made new for each repetition ahead of time.
    Ready(Value<'static>),
    /// A number that an earlier statement of the same repetition returned: (statement, column).
    Returned(usize, usize),
    /// A number that must be new each time.
    Fresh,
}

struct Step {
    statement: &'static Statement,
    sources: Vec<Source>,
}

/// Creates a second, statements only.
pub(super) async fn run(local: &Local, tape: &[Recorded], count: usize) -> Result<f64, String> {
    let postgres = local.postgres().map(str::to_owned);
    let script = script(tape, postgres.is_some());
    let batch = local.batch().round().max(1.0) as usize;
    let (path, work) = (local.sqlite(), move || (script, count));
    tokio::task::spawn_blocking(move || {
        let (script, count) = work();
        match postgres {
            None => sqlite(&path, &script, count, batch),
            Some(url) => connections(&url, &script, count),
        }
    })
    .await
    .map_err(|e| e.to_string())?
}

fn script(tape: &[Recorded], postgres: bool) -> Vec<Recorded> {
    let counts = |r: &&Recorded| {
        let text = r.statement.text;
        let once = ONCE_A_BATCH.iter().any(|t| text.contains(t)) || text.contains("api_key");
        !(once || postgres && text.contains(PLACE))
    };
    tape.iter().filter(counts).cloned().collect()
}

fn sqlite(
    path: &std::path::Path,
    tape: &[Recorded],
    count: usize,
    batch: usize,
) -> Result<f64, String> {
    let (mut took, mut done) = (Duration::ZERO, 0);
    while done < count {
        let batches = (CHUNK / batch).max(1);
        let mut player = Player::new(tape, batches * batch);
        let started = Instant::now();
        store::limit::replay_sqlite(path, batches, batch, &mut |step, rows| {
            player.next(step, rows)
        })
        .map_err(|e| e.to_string())?;
        took += started.elapsed();
        done += batches * batch;
    }
    Ok(done as f64 / took.as_secs_f64())
}

/// As many connections as the store's writers use.
fn connections(url: &str, tape: &[Recorded], count: usize) -> Result<f64, String> {
    const CONNECTIONS: usize = 16;
    let each = count.div_ceil(CONNECTIONS).min(CHUNK);
    let players: Vec<Player> = (0..CONNECTIONS).map(|_| Player::new(tape, each)).collect();
    let started = Instant::now();
    let results: Vec<Result<(), store::Error>> = std::thread::scope(|scope| {
        let run = |mut player: Player| {
            scope.spawn(move || {
                store::limit::replay_postgres(url, each, &mut |step, rows| player.next(step, rows))
            })
        };
        let threads: Vec<_> = players.into_iter().map(run).collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or(Err(store::Error::Panicked)))
            .collect()
    });
    let took = started.elapsed();
    results
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| e.to_string())?;
    Ok((each * CONNECTIONS) as f64 / took.as_secs_f64())
}

/// Plays prepared repetitions, one statement at a time.
struct Player {
    repetitions: std::vec::IntoIter<Vec<Step>>,
    now: std::vec::IntoIter<Step>,
    returned: HashMap<(usize, usize), i64>,
    at: usize,
}

impl Player {
    fn new(tape: &[Recorded], repetitions: usize) -> Player {
        let prepared: Vec<_> = (0..repetitions).map(|_| prepare(tape)).collect();
        Player {
            repetitions: prepared.into_iter(),
            now: Vec::new().into_iter(),
            returned: HashMap::new(),
            at: 0,
        }
    }

    fn next(
        &mut self,
        step: usize,
        rows: &[Vec<Value<'static>>],
    ) -> Option<(&'static Statement, Vec<Value<'static>>)> {
        if step == 0 {
            self.now = self.repetitions.next()?.into_iter();
            self.returned.clear();
        } else if let Some(row) = rows.first() {
            for (column, value) in row.iter().enumerate() {
                if let Value::Int(n) = value {
                    self.returned.insert((self.at, column), *n);
                }
            }
        }
        self.at = step;
        let step = self.now.next()?;
        let parameters = step.sources.into_iter().map(|source| match source {
            Source::Ready(value) => value,
            Source::Returned(at, column) => self
                .returned
                .get(&(at, column))
                .map_or(Value::Null, |n| Value::Int(*n)),
            Source::Fresh => Value::Int(next_number() as i64 + 1_000_000_000_000),
        });
        Some((step.statement, parameters.collect()))
    }
}

/// One repetition: another person, other UUIDs, the numbers that the database will give this time.
fn prepare(tape: &[Recorded]) -> Vec<Step> {
    let person = next_number().to_string();
    let mut uids = HashMap::new();
    let step = |(at, recorded): (usize, &Recorded)| {
        let place = recorded.statement.text.contains(PLACE);
        let sources = recorded
            .parameters
            .iter()
            .enumerate()
            .map(|(i, value)| match value {
                Value::Int(_) if place && i == 1 => Source::Fresh,
                Value::Int(n) => match returned_before(tape, at, *n) {
                    Some((step, column)) => Source::Returned(step, column),
                    None => Source::Ready(value.clone()),
                },
                Value::Text(text) => {
                    Source::Ready(Value::Text(renewed(text, &person, &mut uids).into()))
                }
                Value::Bytes(bytes) if bytes.len() == 32 => Source::Ready(Value::Bytes(
                    store::files::digest(person.as_bytes()).to_vec().into(),
                )),
                other => Source::Ready(other.clone()),
            });
        Step {
            statement: recorded.statement,
            sources: sources.collect(),
        }
    };
    tape.iter().enumerate().map(step).collect()
}

/// The `RETURNING` of an earlier statement that gave this number.
fn returned_before(tape: &[Recorded], at: usize, number: i64) -> Option<(usize, usize)> {
    tape[..at]
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, r)| r.statement.text.contains("RETURNING"))
        .find_map(|(step, r)| {
            let column = r
                .rows
                .first()?
                .iter()
                .position(|v| *v == Value::Int(number))?;
            Some((step, column))
        })
}

/// `text` with the recorded person's ten digits and every UUID replaced, the same ones alike.
fn renewed(text: &str, person: &str, uids: &mut HashMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let run = rest
            .find(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
            .unwrap_or(rest.len());
        let (token, after) = rest.split_at(run);
        if token.len() == 36 && Uuid::parse_str(token).is_ok() {
            out.push_str(
                uids.entry(token.to_owned())
                    .or_insert_with(|| Uuid::now_v7().to_string()),
            );
        } else {
            out.push_str(&digits(token, person));
        }
        rest = after;
    }
    out + rest
}

/// A run of ten digits or more is the person's number (moments are BIGINTs, never text).
fn digits(token: &str, person: &str) -> String {
    let count = token.chars().rev().take_while(char::is_ascii_digit).count();
    if count == person.len() {
        format!("{}{person}", &token[..token.len() - count])
    } else {
        token.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_is_another_person_with_other_ids() {
        let mut uids = HashMap::new();
        let text = r#"{"email":"ada1234567890@example.com","uid":"0197f0a0-0000-7000-8000-000000000001","n":12}"#;
        let one = renewed(text, "9999999999", &mut uids);
        assert!(one.contains("ada9999999999@example.com") && one.contains("\"n\":12"));
        assert!(!one.contains("0197f0a0-0000-7000-8000-000000000001"));
        assert_eq!(one, renewed(text, "9999999999", &mut uids));
    }
}
