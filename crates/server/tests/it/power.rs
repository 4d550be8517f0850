//! No answer leaves before the disk has what it tells of: strace watches a short run on SQLite.
//!
//! `trace.rs` judges; this makes the trace. (On PostgreSQL the server's `fsync` and `synchronous_commit` say the same;
//! `crates/testing` asserts that they are on.)

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use testing::{Engine, Place};

use crate::binary::{DEMO, Muster, unlimited_key, until, wrapped};
use crate::trace::{Create, check};
use crate::voice::{Speaker, voices};

/// Connections that call at once, so that batches have several members.
const CONNECTIONS: u64 = 3;
/// Creates of each connection in each dialect, without a file and with one.
const CREATES: u64 = 8;

#[test]
fn no_answer_leaves_before_the_disk_has_it() {
    strace_must_work();
    let place = Place::new(Engine::Sqlite);
    let trace = place.dir().join("trace");
    let mut server = Muster::start(&place, &mut wrapped(&place, &strace(&trace), &DEMO));
    let numbers = AtomicU64::new(1_000_000);
    let creates: Vec<Create> = voices()
        .flat_map(|voice| {
            let credentials = unlimited_key(&place, &server, voice.dialect);
            let speaker = Speaker { voice, credentials };
            create(&server, &speaker, &numbers)
        })
        .collect();
    server.signal("TERM");
    assert!(server.wait().success());
    let trace = whole(&trace, server.id());
    if let Err(why) = check(&trace, &creates) {
        let kept = std::env::temp_dir().join("muster-power-failed.trace");
        let _ = std::fs::write(&kept, trace);
        panic!("{why}; the trace is kept in {}", kept.display());
    }
    println!("{} answers waited for the disk", creates.len());
}

fn strace_must_work() {
    let tried = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .output();
    let why = match tried {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!(
        "strace cannot trace a child here, so durability is not proved: {why}\n\
         Install it (./check does) and let this user ptrace its own children \
         (in a container: --cap-add SYS_PTRACE, or a seccomp profile that permits ptrace)."
    );
}

/// `-D`: the server stays our own child and strace hangs beside it, so that killing the server ends both.
/// `-y` names descriptors, `-s` keeps whole requests and pages.
fn strace(to: &std::path::Path) -> [&str; 9] {
    let to = to.to_str().expect("a path in UTF-8");
    const CALLS: &str = "trace=read,readv,recvfrom,recvmsg,write,writev,pwrite64,pwritev,sendto,sendmsg,\
                         fsync,fdatasync,openat,mkdir,mkdirat,rename,renameat,renameat2";
    [
        "strace",
        "-D",
        "-f",
        "-y",
        "-s1000000",
        "-e",
        CALLS,
        "-o",
        to,
    ]
}

/// Creates from several connections at once; each must be answered with success.
fn create(server: &Muster, speaker: &Speaker, numbers: &AtomicU64) -> Vec<Create> {
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| call(server, speaker, numbers)))
            .collect();
        let made = callers.into_iter().map(|c| c.join().expect("a caller"));
        made.flatten().collect()
    })
}

fn call(server: &Muster, speaker: &Speaker, numbers: &AtomicU64) -> Vec<Create> {
    let mut client = server.client();
    let mut creates = Vec::new();
    for round in 0..2 * CREATES {
        let n = numbers.fetch_add(1, Ordering::Relaxed);
        let mut call = speaker.create(n);
        let mut file = None;
        if let Some(put_file) = speaker.voice.put_file.filter(|_| round % 2 == 1) {
            let bytes = format!("Résumé of person {n}, in plain text.\n").into_bytes();
            let mut body: Value = serde_json::from_slice(&call.body).expect("an example in JSON");
            put_file(&mut body, &bytes);
            call = call.json(&body);
            file = Some(store::files::hex(&store::files::digest(&bytes)));
        }
        let reply = client.send(&call).expect("an answer");
        assert!(
            reply.status / 100 == 2,
            "{}: {}",
            reply.status,
            reply.text()
        );
        let marker = speaker.email(n);
        creates.push(Create { marker, file });
    }
    creates
}

/// The trace, once strace has written all of it: it ends a moment after the server.
fn whole(path: &std::path::Path, server: u32) -> String {
    let end = format!("{server} +++ exited with 0 +++");
    until("strace writes the end", || {
        let bytes = std::fs::read(path).expect("a trace");
        let text = String::from_utf8_lossy(&bytes);
        let mut last = text.lines().rev().take(20);
        last.any(|l| l.split_whitespace().eq(end.split_whitespace()))
            .then(|| text.into_owned())
    })
}
