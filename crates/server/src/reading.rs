//! Reads the text of files, one after the other, each in a process of its own: this binary with the hidden command
//! `extract`, which is given the bytes and nothing else. Neither its environment nor its folder is ours, so that what a
//! stranger's file might bring it to do finds no key and no database (`crates/extract`).
//!
//! What is due is `hiring/src/extraction.rs`. Nothing waits for this: not an intake, not a page. Pictures of pages are made in
//! such a process too, when somebody looks: `drawing.rs`.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use extract::Reason;
use hiring::extraction::{self, Claimed, Format, Outline};
use hiring::{App, Problem, Result};
use tokio::sync::watch;

use crate::drawing;

/// How often to look whether a file waits.
const LOOK: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);
/// By the clock on the wall, whatever the process does.
const WHOLE: Duration = Duration::from_secs(30);
/// Bytes of a file that is read.
pub(crate) const LARGEST: usize = 32 << 20;
/// Bytes of a text: characters may take four.
const MOST_OUT: u64 = 4 * extract::MOST_TEXT as u64 + 1;

/// Reads whatever is due until `stop` says so.
pub async fn run(app: App, program: PathBuf, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let rest = match next(&app, &program).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => LOOK,
            Err(problem) => {
                tracing::warn!(?problem, "the text of a file was not read");
                PATIENCE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Reads one file with `program`, which is this binary; false when none waits.
pub async fn next(app: &App, program: &Path) -> Result<bool> {
    if !app.store.read(extraction::waits).await? {
        return Ok(false);
    }
    let Some(claimed) = app.store.write(extraction::claim).await? else {
        return Ok(false);
    };
    let (came, pages) = text(app, program, &claimed).await;
    app.store
        .write(move |tx| {
            let came = came.as_deref().map_err(|reason| reason.words());
            let settled = extraction::settle(tx, &claimed, came)?;
            if let (true, Some(pages)) = (settled, &pages) {
                let pages = pages.as_ref().map_err(|reason| reason.words());
                extraction::note_pages(tx, claimed.org, &claimed.sha256, pages)?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(true)
}

type Came<T> = std::result::Result<T, Reason>;

/// The text of a file and, if it has any, its pages.
async fn text(
    app: &App,
    program: &Path,
    claimed: &Claimed,
) -> (Came<String>, Option<Came<Outline>>) {
    let bytes = app.files.get(claimed.org.0, &claimed.sha256).await;
    let Ok(bytes) = bytes else {
        return (Err(Reason::Damaged), None);
    };
    if bytes.len() > LARGEST {
        return (Err(Reason::TooLarge), Some(Err(Reason::TooLarge)));
    }
    let (format, program) = (claimed.format, program.to_owned());
    let both = move || {
        let pages = (format == Format::Pdf).then(|| drawing::outline(&program, bytes.clone()));
        (read(&program, format, bytes), pages)
    };
    tokio::task::spawn_blocking(both)
        .await
        .map_err(Problem::broken)
        .unwrap_or((Err(Reason::Damaged), None))
}

/// The text of a file. Blocks until the process that reads it ends or its time is over.
pub fn read(program: &Path, format: Format, bytes: Bytes) -> Came<String> {
    let text = apart(program, &["extract", format.word()], bytes, MOST_OUT)?;
    String::from_utf8(text).map_err(|_| Reason::Damaged)
}

/// What the process that is called so says of these bytes, at most `most` bytes. Blocks.
pub(crate) fn apart(program: &Path, called: &[&str], bytes: Bytes, most: u64) -> Came<Vec<u8>> {
    let mut child = spawn(program, called).map_err(|_| Reason::Unconfined)?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    // A process that ends without reading all breaks the pipe, which is its own affair.
    let giving = thread::spawn(move || input.map(|mut pipe| pipe.write_all(&bytes).is_ok()));
    let taking = thread::spawn(move || {
        let mut said = Vec::new();
        let read = output.map(|pipe| pipe.take(most).read_to_end(&mut said));
        read.is_some_and(|r| r.is_ok()).then_some(said)
    });
    let status = wait(&mut child);
    let _ = giving.join();
    let said = taking.join().ok().flatten();
    let status = status.ok_or(Reason::TooLong)?;
    if !status.success() {
        return Err(why(status));
    }
    said.ok_or(Reason::Damaged)
}

fn spawn(program: &Path, called: &[&str]) -> std::io::Result<Child> {
    Command::new(program)
        .args(called)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// This binary: what runs, even where an upgrade has taken its file away.
pub fn program() -> std::io::Result<PathBuf> {
    let linked = PathBuf::from("/proc/self/exe");
    match linked.exists() {
        true => Ok(linked),
        false => std::env::current_exe(),
    }
}

/// How it ended; `None` when it had to be ended.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let end = Instant::now() + WHOLE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(10)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

/// Out of time is killed by the kernel, out of memory aborts, out of stack is a fault.
fn why(status: ExitStatus) -> Reason {
    const ABORTED: i32 = 6;
    const KILLED: i32 = 9;
    const OUT_OF_TIME: i32 = 24;
    match (status.code(), status.signal()) {
        (Some(code), _) => Reason::of_code(code),
        (None, Some(ABORTED | KILLED | OUT_OF_TIME)) => Reason::TooLong,
        _ => Reason::Damaged,
    }
}

/// `muster extract`: reads standard input, writes its text, and says by its exit code why there is none.
pub fn extract(format: &str) -> std::process::ExitCode {
    confined(|bytes| extract::text_of(format, bytes).map(String::into_bytes))
}

/// Makes of standard input what `make` makes of it, within narrow limits, and writes it.
pub(crate) fn confined(make: impl FnOnce(Vec<u8>) -> Came<Vec<u8>>) -> std::process::ExitCode {
    // What a panic has to say may quote the file.
    std::panic::set_hook(Box::new(|_| {}));
    let made = extract::confine().and_then(|()| {
        let mut bytes = Vec::new();
        let input = std::io::stdin().take(LARGEST as u64);
        { input }
            .read_to_end(&mut bytes)
            .map_err(|_| Reason::Damaged)?;
        make(bytes)
    });
    let written = made.and_then(|made| {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(&made).and_then(|()| out.flush());
        written.map_err(|_| Reason::Damaged)
    });
    match written {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(reason) => reason.code().into(),
    }
}
