//! What keeps a form that is being sent from taking more than its share: of time, of memory, of places.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use hiring::problem::{Problem, Result};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes in which the next part of a form must have begun: its head is held in memory, and searched anew with each piece.
pub(super) const HEAD: usize = 1 << 20;
/// Bytes that are taken from the body in one go, so that what is held stays small however fast they come.
const GULP: usize = 256 << 10;
/// Longest silence within a form: people send from trains.
const IDLE: Duration = Duration::from_secs(60);
/// Files that are being received at once: each holds a piece in memory.
const AT_ONCE: usize = 64;
/// Of these from one place: somebody who sends slowly on purpose leaves the others theirs. A browser sends six.
const OF_ONE: usize = 16;
static RECEIVING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_ONCE));
static FROM: LazyLock<Mutex<HashMap<String, usize>>> = LazyLock::new(Mutex::default);

/// How many bytes may still come before the next part of a form has begun; all that come while a part is being read.
#[derive(Clone)]
pub(super) struct Room(Arc<AtomicUsize>);

impl Room {
    pub(super) fn new() -> Room {
        Room(Arc::new(AtomicUsize::new(HEAD)))
    }

    pub(super) fn set(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn take(&self, bytes: usize) {
        let left = self.0.load(Ordering::Relaxed);
        if left != usize::MAX {
            self.set(left.saturating_sub(bytes));
        }
    }
}

/// The body's bytes, with an end to silence and to heads without end.
pub(super) fn watched(body: Body, room: Room) -> impl Stream<Item = Result<Bytes, Cut>> + Send {
    stream::unfold(Some((body.into_data_stream(), room, 0)), next)
}

/// A body, its room, and the bytes of this gulp.
type Watch = (BodyDataStream, Room, usize);

async fn next(watch: Option<Watch>) -> Option<(Result<Bytes, Cut>, Option<Watch>)> {
    let (mut body, room, mut gulp) = watch?;
    if gulp >= GULP {
        // The reader takes all that is ready before it looks at any of it.
        tokio::task::yield_now().await;
        gulp = 0;
    }
    // It has looked: had a part begun, there would be room again.
    if room.is_used_up() {
        return Some((Err(Cut), None));
    }
    match tokio::time::timeout(IDLE, body.next()).await {
        Ok(Some(Ok(bytes))) => {
            room.take(bytes.len());
            gulp += bytes.len();
            Some((Ok(bytes), Some((body, room, gulp))))
        }
        Ok(None) => None,
        Ok(Some(Err(_))) | Err(_) => Some((Err(Cut), None)),
    }
}

/// The connection was cut, silent for too long, or said no end of a part's head.
#[derive(Debug)]
pub(super) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body ended too early")
    }
}

impl std::error::Error for Cut {}

/// A place among those who send a file now.
pub(super) struct Receiving {
    _place: SemaphorePermit<'static>,
    from: String,
}

/// Takes a place among them for somebody who comes from `from`.
///
/// # Errors
/// [`Problem::Overloaded`] when there is none.
pub(super) fn receiving(from: &str) -> Result<Receiving> {
    let none = || Problem::Overloaded {
        retry: Duration::from_secs(5),
    };
    let place = RECEIVING.try_acquire().map_err(|_| none())?;
    let mut all = FROM.lock().unwrap_or_else(|e| e.into_inner());
    let held = all.entry(from.to_owned()).or_insert(0);
    if *held >= OF_ONE {
        return Err(none());
    }
    *held += 1;
    Ok(Receiving {
        _place: place,
        from: from.to_owned(),
    })
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let mut all = FROM.lock().unwrap_or_else(|e| e.into_inner());
        match all.get_mut(&self.from) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(all.remove(&self.from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use multer::Multipart;

    /// A form that goes on with `more` pieces of 64 KiB after `head`, and how many of them were taken.
    fn form(head: &'static str, more: usize) -> (Multipart<'static>, Room, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = taken.clone();
        let pieces = stream::iter(0..more).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 64 << 10]))
        });
        let first = stream::iter([Ok(Bytes::from_static(head.as_bytes()))]);
        let room = Room::new();
        let body = watched(Body::from_stream(first.chain(pieces)), room.clone());
        (Multipart::new(body, "B"), room, taken)
    }

    #[tokio::test]
    async fn a_head_without_end_is_not_read_to_its_end() {
        for head in ["", "--B\r\nContent-Disposition: form-data; name=\""] {
            let (mut form, _room, taken) = form(head, 1_000);
            assert!(form.next_field().await.is_err(), "{head}");
            assert!(taken.load(Ordering::Relaxed) <= 20, "{taken:?}");
        }
    }

    #[test]
    fn one_place_does_not_take_all() {
        let mine: Vec<_> = (0..OF_ONE).map(|_| receiving("a").ok()).collect();
        assert!(mine.iter().all(Option::is_some));
        assert!(receiving("a").is_err());
        assert!(receiving("b").is_ok());
        drop(mine);
        assert!(receiving("a").is_ok());
        assert!(FROM.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_large_file_that_comes_fast_is_taken_in_gulps() {
        let head = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n";
        let (mut form, room, taken) = form(head, 200);
        let mut part = form.next_field().await.unwrap().unwrap();
        room.set(usize::MAX);
        let (mut size, mut before) = (0, 0);
        while let Ok(Some(bytes)) = part.chunk().await {
            size += bytes.len();
            let now = taken.load(Ordering::Relaxed);
            assert!(now - before <= 12, "{before} {now}");
            before = now;
        }
        assert!(size >= 190 * (64 << 10), "{size}");
    }
}
