//! kill -9 at random moments: whatever was answered is there afterwards, and what was not may be repeated and is then
//! there once.
//!
//! kill -9 leaves the kernel's page cache whole, so this proves the order of answers and commits. That the commits
//! reach the disk is proved by `power.rs`.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testing::app::{Call, Reply};
use testing::{Engine, Place};

use crate::binary::{DEMO, Muster, muster, random_below, unlimited_key, until};
use crate::client::{Client, Cut};
use crate::voice::{Speaker, voices};

/// Kills under load, for each engine.
const KILLS: usize = 20;
/// Kills of a start, the first of them on an empty folder.
const KILLED_STARTS: usize = 6;
const CONNECTIONS: usize = 4;

#[test]
fn what_was_answered_survives_kill_9_on_sqlite() {
    survive(Engine::Sqlite);
}

#[test]
fn what_was_answered_survives_kill_9_on_postgres() {
    survive(Engine::Postgres);
}

/// One create and what came of it.
struct Sent {
    speaker: Speaker,
    email: String,
    call: Call,
    /// Carries an Idempotency-Key.
    keyed: bool,
    reply: Option<Reply>,
}

fn survive(engine: Engine) {
    let (place, began) = (Place::new(engine), Instant::now());
    for _ in 0..KILLED_STARTS {
        kill_a_start(&place);
    }
    let mut server = Muster::demo(&place);
    let speakers: Vec<Speaker> = voices()
        .map(|voice| Speaker {
            voice,
            credentials: unlimited_key(&place, &server, voice.dialect),
        })
        .collect();
    // All numbers have the same length, so that no address is a part of another.
    let numbers = AtomicU64::new(1_000_000);
    let mut everything = Vec::new();
    for _ in 0..KILLS {
        let moment = Duration::from_millis(random_below(250));
        let sent = load_and_kill(server, &speakers, &numbers, moment);
        // What the killed one had asked of the database may still be under way there.
        place.is_let_go();
        server = Muster::demo(&place);
        verify(&server, &sent);
        everything.extend(sent);
    }
    let answered = everything.iter().filter(|s| s.reply.is_some()).count();
    assert!(
        answered >= KILLS * CONNECTIONS,
        "only {answered} creates were answered: no load"
    );
    // Later kills must not take what earlier ones left.
    in_parallel(&everything, |sent| {
        let mut client = server.client();
        for sent in sent.iter().filter(|s| s.reply.is_some()) {
            is_there(&mut client, sent);
        }
    });
    let unanswered = everything.len() - answered;
    let seconds = began.elapsed().as_secs();
    println!("{engine}: {KILLS} kills, {answered} creates answered, {unanswered} cut, {seconds} s");
}

/// Calls from several connections until the server is killed, `moment` after each of them could have been answered.
fn load_and_kill(
    server: Muster,
    speakers: &[Speaker],
    numbers: &AtomicU64,
    moment: Duration,
) -> Vec<Sent> {
    let (address, count) = (server.address().to_owned(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| load(&address, speakers, numbers, &count)))
            .collect();
        let loaded = || (count.load(Ordering::SeqCst) >= CONNECTIONS).then_some(());
        until("there is a load", loaded);
        std::thread::sleep(moment);
        server.kill();
        let sent = callers.into_iter().map(|c| c.join().expect("a caller"));
        sent.flatten().collect()
    })
}

fn load(
    address: &str,
    speakers: &[Speaker],
    numbers: &AtomicU64,
    count: &AtomicUsize,
) -> Vec<Sent> {
    let mut all = Vec::new();
    // The kill may come before the first connection.
    let Ok(mut client) = Client::connect(address) else {
        return all;
    };
    loop {
        let n = numbers.fetch_add(1, Ordering::Relaxed);
        let mut sent = prepare(&speakers[n as usize % speakers.len()], n);
        let cut = match client.send(&sent.call) {
            Ok(reply) => {
                assert!(is_success(&reply), "{}: {}", reply.status, reply.text());
                sent.reply = Some(reply);
                count.fetch_add(1, Ordering::SeqCst);
                false
            }
            Err(Cut::Unanswered | Cut::Midway(_)) => true,
        };
        all.push(sent);
        if cut {
            return all;
        }
    }
}

fn prepare(speaker: &Speaker, n: u64) -> Sent {
    // Not by n's parity, which may fall on the same dialects each time.
    let keyed = random_below(2) == 0;
    let mut call = speaker.create(n);
    if keyed {
        call = call.header("Idempotency-Key", &format!("\"kill-{n}\""));
    }
    Sent {
        speaker: speaker.clone(),
        email: speaker.email(n),
        call,
        keyed,
        reply: None,
    }
}

fn is_success(reply: &Reply) -> bool {
    (200..300).contains(&reply.status)
}

/// Looks for everything that `sent` came to, on a server started anew.
fn verify(server: &Muster, sent: &[Sent]) {
    in_parallel(sent, |sent| {
        let mut client = server.client();
        for sent in sent {
            match &sent.reply {
                Some(reply) => {
                    is_there(&mut client, sent);
                    if sent.keyed {
                        let again = answer(&mut client, &sent.call);
                        let (first, second) = (reply.text(), again.text());
                        assert_eq!(
                            (reply.status, first),
                            (again.status, second),
                            "{}",
                            sent.email
                        );
                    }
                }
                None => repeat(&mut client, sent),
            }
        }
        // Once more for those that were called twice: still one.
        for sent in sent.iter().filter(|s| s.keyed || s.reply.is_none()) {
            assert_eq!(
                how_many(&mut client, sent),
                1,
                "{} is there once",
                sent.email
            );
        }
    });
}

fn is_there(client: &mut Client, sent: &Sent) {
    let created = sent.reply.as_ref().expect("answered");
    let call = sent.speaker.read_back(created);
    let found = answer(client, &call);
    let what = format!("{} ({}): {}", sent.email, call.path, found.text());
    assert_eq!(found.status, 200, "answered and not there: {what}");
    assert!(
        found.text().contains(&sent.email),
        "another one's id: {what}"
    );
}

/// A request without an answer was done wholly or not at all, and may be repeated.
fn repeat(client: &mut Client, sent: &Sent) {
    let before = how_many(client, sent);
    assert!(before <= 1, "{}: {before} of one", sent.email);
    let again = answer(client, &sent.call);
    // Without a key a repeat of what was done is a conflict, where the dialect has conflicts.
    let conflict = again.status == 409 && before == 1 && !sent.keyed;
    let what = format!("{}: {} {}", sent.email, again.status, again.text());
    assert!(is_success(&again) || conflict, "{what}");
}

fn how_many(client: &mut Client, sent: &Sent) -> usize {
    let listed = answer(client, &sent.speaker.list(&sent.email));
    assert_eq!(listed.status, 200, "{}", listed.text());
    sent.speaker.rows(&listed)
}

fn answer(client: &mut Client, call: &Call) -> Reply {
    let reply = client.send(call);
    reply.unwrap_or_else(|cut| panic!("{} {}: {cut:?}", call.method, call.path))
}

fn in_parallel(sent: &[Sent], work: impl Fn(&[Sent]) + Sync) {
    std::thread::scope(|scope| {
        for part in sent.chunks(sent.len().div_ceil(CONNECTIONS).max(1)) {
            scope.spawn(|| work(part));
        }
    });
}

/// A start that is killed half-way must not keep the next one from starting.
fn kill_a_start(place: &Place) {
    let mut starting = muster(place, &DEMO)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("muster starts");
    std::thread::sleep(Duration::from_millis(random_below(200)));
    starting.kill().expect("kill");
    starting.wait().expect("a child");
}
