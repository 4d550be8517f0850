//! A posted form, read as it comes: small inputs into memory within limits, files piece by piece onto the disk. What came
//! before a cut is kept.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use hiring::draft::{self, Entry, Fault, FaultKind, LARGEST_FILE};
use hiring::id::{Uuid, new_uid};
use hiring::job::FieldKind;
use hiring::problem::{FlawCode, Problem, Result};
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::{Map, Value};

use super::Visit;
use super::watch::{HEAD, Room, receiving, watched};

/// Bytes of all inputs that are no files.
const INPUTS: usize = 2 << 20;
/// Inputs of a form, files too. No form of ours has so many, and whoever sends more wants our time and memory.
const MOST_INPUTS: usize = 10_000;
/// Bytes of a whole form with files. What is above a file's limit is read and thrown away, so that the person is told.
const FORM: u64 = 256 << 20;
/// Bytes of a piece.
pub(super) const PIECE: usize = 2 << 20;
/// Longest that a form, or a piece of a file, may take.
pub(super) const WHOLE: Duration = Duration::from_secs(3_600);

/// What a form said.
#[derive(Default)]
pub(super) struct Received {
    inputs: Vec<(String, String)>,
    /// What was wrong with its files.
    pub faults: Vec<Fault>,
    /// What stopped it half-way.
    pub broken: Option<Problem>,
}

impl Received {
    pub fn get(&self, name: &str) -> &str {
        let found = self.inputs.iter().rfind(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }

    /// What is to be written. A whole form leaves out what is not ticked, so what it was shown and did not send is blank.
    pub fn entries(&self, visit: &Visit) -> Vec<Entry> {
        let seen: Map<String, Value> = serde_json::from_str(self.get("seen")).unwrap_or_default();
        let stamp = |name: &str| seen.get(name).and_then(Value::as_str).map(str::to_owned);
        let several: HashSet<String> = visit
            .entrance
            .fields
            .iter()
            .filter(|f| f.kind == FieldKind::MultipleChoice)
            .map(draft::input)
            .collect();
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (name, value) in &self.inputs {
            let many = several.contains(name);
            let value = Value::String(value.clone());
            let had = places.get(name.as_str()).and_then(|n| entries.get_mut(*n));
            match had {
                Some(Entry {
                    value: Value::Array(all),
                    ..
                }) => all.push(value),
                Some(entry) => entry.value = value,
                None => {
                    places.insert(name, entries.len());
                    entries.push(Entry {
                        seen: stamp(name),
                        name: name.clone(),
                        value: if many {
                            Value::Array(vec![value])
                        } else {
                            value
                        },
                    });
                }
            }
        }
        if self.broken.is_none() {
            let absent = seen.keys().filter(|n| !places.contains_key(n.as_str()));
            let blank = absent.map(|name| Entry {
                name: name.clone(),
                value: Value::String(String::new()),
                seen: stamp(name),
            });
            entries.extend(blank.collect::<Vec<_>>());
        }
        entries
    }
}

/// Reads the form. Fails only where nothing of it may be kept: it is not ours.
///
/// # Errors
/// [`Problem::Forbidden`] when it does not show that it is ours before its first file, or at all.
pub(super) async fn read(visit: &Visit, body: Body) -> Result<Received> {
    let kind = visit.parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or("");
    let mut received = Received::default();
    let outcome = match multer::parse_boundary(kind) {
        Ok(boundary) => parts(visit, body, boundary, &mut received).await,
        Err(_) => pairs(body, &mut received).await,
    };
    match outcome {
        Err(forbidden @ Problem::Forbidden(_)) => return Err(forbidden),
        Err(problem) => received.broken = Some(problem),
        Ok(()) => {}
    }
    if !visit.is_csrf(received.get("csrf")) {
        return Err(Problem::Forbidden(hiring::problem::Act::Write));
    }
    Ok(received)
}

async fn pairs(body: Body, received: &mut Received) -> Result<()> {
    let mut all = BytesMut::new();
    let room = Room::new();
    room.set(usize::MAX);
    let mut stream = std::pin::pin!(watched(body, room));
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(|_| Problem::TooSlow)?;
        if all.len() + bytes.len() > INPUTS {
            return Err(Problem::TooLarge {
                limit: INPUTS as u64,
            });
        }
        all.extend_from_slice(&bytes);
    }
    let mut ends = all.iter().enumerate().filter(|(_, byte)| **byte == b'&');
    let cut = ends.nth(MOST_INPUTS - 1).map(|(at, _)| at);
    let read = &all[..cut.unwrap_or(all.len())];
    received.inputs = serde_urlencoded::from_bytes(read).map_err(|_| malformed())?;
    cut.map_or(Ok(()), |_| Err(malformed()))
}

fn malformed() -> Problem {
    Problem::invalid("", FlawCode::Malformed, "the form could not be read")
}

fn broken(error: multer::Error) -> Problem {
    match error {
        multer::Error::FieldSizeExceeded { limit, .. } => Problem::TooLarge { limit },
        multer::Error::StreamSizeExceeded { limit } => Problem::TooLarge { limit },
        multer::Error::StreamReadFailed(_) => Problem::TooSlow,
        _ => malformed(),
    }
}

async fn parts(visit: &Visit, body: Body, boundary: String, received: &mut Received) -> Result<()> {
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(FORM));
    let room = Room::new();
    let mut form = Multipart::with_constraints(watched(body, room.clone()), boundary, limits);
    let work = async {
        let (mut held, mut inputs, mut files) = (0, 0, 0);
        loop {
            room.set(HEAD);
            let part = form.next_field().await.map_err(broken)?;
            room.set(usize::MAX);
            let Some(part) = part else { break };
            inputs += 1;
            files += i64::from(part.file_name().is_some_and(|name| !name.is_empty()));
            if inputs > MOST_INPUTS || files > draft::MOST_UPLOADS {
                return Err(malformed());
            }
            let name = part.name().unwrap_or("").to_owned();
            held += name.len();
            if held > INPUTS {
                return Err(Problem::TooLarge {
                    limit: INPUTS as u64,
                });
            }
            if part.file_name().is_some() {
                file(visit, received, &name, part).await?;
            } else {
                let value = input(part, &mut held).await?;
                received.inputs.push((name, value));
            }
        }
        Ok(())
    };
    tokio::time::timeout(WHOLE, work)
        .await
        .unwrap_or(Err(Problem::TooSlow))
}

async fn input(mut part: Field<'_>, held: &mut usize) -> Result<String> {
    let mut all = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(broken)? {
        *held += chunk.len();
        if *held > INPUTS {
            return Err(Problem::TooLarge {
                limit: INPUTS as u64,
            });
        }
        all.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&all).into_owned())
}

/// A file of the form. What is wrong with it is a fault of its input and no reason to lose the rest.
async fn file(
    visit: &Visit,
    received: &mut Received,
    name: &str,
    mut part: Field<'_>,
) -> Result<()> {
    let first = loop {
        match part.chunk().await.map_err(broken)? {
            Some(chunk) if chunk.is_empty() => {}
            other => break other,
        }
    };
    let file_name = part.file_name().unwrap_or("").to_owned();
    let Some(first) = first else {
        // No file was chosen, unless it has a name.
        let mut fields = visit.entrance.fields.iter();
        let asked = fields.any(|f| f.kind == FieldKind::File && draft::input(f) == name);
        if asked && !file_name.is_empty() {
            received.faults.push(fault(name, FaultKind::EmptyFile));
        }
        return Ok(());
    };
    if !visit.is_csrf(received.get("csrf")) {
        return Err(Problem::Forbidden(hiring::problem::Act::Write));
    }
    let _place = receiving(&visit.place)?;
    let outcome = match Landing::begin(visit, name, &file_name).await {
        Ok(mut landing) => {
            let outcome = landing.take_all(visit, first, &mut part).await;
            match outcome {
                Ok(()) => landing.finish(visit).await,
                Err(problem) => {
                    landing.forget(visit).await;
                    Err(problem)
                }
            }
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(Problem::TooLarge { limit }) => {
            let kind = match limit {
                LARGEST_FILE => FaultKind::LargeFile,
                _ => FaultKind::Quota,
            };
            received.faults.push(fault(name, kind));
            // Read on, so that the person is told rather than cut off.
            while part.chunk().await.map_err(broken)?.is_some() {}
            Ok(())
        }
        // An input that the form does not have.
        Err(Problem::Invalid(_)) => {
            while part.chunk().await.map_err(broken)?.is_some() {}
            Ok(())
        }
        Err(other) => Err(other),
    }
}

fn fault(name: &str, kind: FaultKind) -> Fault {
    Fault {
        name: name.to_owned(),
        kind,
    }
}

/// A file that is coming in.
struct Landing {
    upload: Uuid,
    at: u64,
}

impl Landing {
    async fn begin(visit: &Visit, input: &str, name: &str) -> Result<Landing> {
        let (entrance, tag) = (visit.entrance.clone(), visit.t.tag());
        let field = input.strip_prefix("f.").unwrap_or("").to_owned();
        let name = name.to_owned();
        let started = visit.app.store.write(move |tx| {
            let draft = draft::open(tx, &entrance, tag)?;
            draft::start(tx, &draft, &entrance.fields, &field, &name, None)
        });
        Ok(Landing {
            upload: started.await?.uid,
            at: 0,
        })
    }

    async fn take_all(&mut self, visit: &Visit, first: Bytes, part: &mut Field<'_>) -> Result<()> {
        let mut held = BytesMut::from(first.as_ref());
        loop {
            while held.len() >= PIECE {
                let piece = held.split_to(PIECE).freeze();
                self.take(visit, piece).await?;
            }
            match part.chunk().await.map_err(broken)? {
                Some(chunk) => held.extend_from_slice(&chunk),
                None => break,
            }
        }
        if held.is_empty() {
            return Ok(());
        }
        self.take(visit, held.freeze()).await
    }

    async fn take(&mut self, visit: &Visit, piece: Bytes) -> Result<()> {
        let size = piece.len() as u64;
        if self.at + size > LARGEST_FILE {
            return Err(Problem::TooLarge {
                limit: LARGEST_FILE,
            });
        }
        keep(visit, self.upload, self.at, piece).await?;
        self.at += size;
        Ok(())
    }

    async fn finish(self, visit: &Visit) -> Result<()> {
        let (entrance, tag, upload) = (visit.entrance.clone(), visit.t.tag(), self.upload);
        let finished = visit.app.store.write(move |tx| {
            let draft = draft::open(tx, &entrance, tag)?;
            draft::finish(tx, &draft, upload)
        });
        finished.await.map(|_| ())
    }

    /// A form's file cannot be gone on with: it does not say how long it is.
    async fn forget(self, visit: &Visit) {
        if let Err(problem) = super::upload::forget(visit, self.upload).await {
            tracing::warn!(?problem, "a broken upload is left to the sweep");
        }
    }
}

/// Makes a piece durable, then names it.
pub(super) async fn keep(
    visit: &Visit,
    upload: Uuid,
    at: u64,
    bytes: Bytes,
) -> Result<draft::Upload> {
    let (piece, size) = (new_uid(), bytes.len() as u64);
    visit.app.files.put_piece(piece, bytes).await?;
    let (entrance, tag) = (visit.entrance.clone(), visit.t.tag());
    let added = visit.app.store.write(move |tx| {
        let draft = draft::open(tx, &entrance, tag)?;
        draft::append(tx, &draft, upload, at, piece, size)
    });
    let outcome = added.await;
    if outcome.is_err() {
        // Whatever the reason, no row names it; the sweep would find it too.
        let _ = visit.app.files.remove_piece(piece).await;
    }
    outcome
}
