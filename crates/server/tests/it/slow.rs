//! Callers who are slow, endless, silent or many: they are let go in time, and nobody else notices.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testing::app::Call;
use testing::{Engine, Place};

use crate::binary::{Muster, PATIENCE, unlimited_key};
use crate::client::{Client, head};
use crate::voice::{Speaker, voices};

/// Above every dialect's limit for a body.
const TOO_LARGE: usize = 33 << 20;

fn demo() -> (Place, Muster, Vec<Speaker>) {
    let place = Place::new(Engine::Sqlite);
    let server = Muster::demo(&place);
    let speakers = voices()
        .map(|voice| Speaker {
            voice,
            credentials: unlimited_key(&place, &server, voice.dialect),
        })
        .collect();
    (place, server, speakers)
}

/// How a slow caller behaves.
struct Slow {
    what: &'static str,
    /// What it sends at once.
    first: Vec<u8>,
    /// What it sends again and again, and how often.
    then: Option<(&'static [u8], Duration)>,
}

/// None of these would ever end by itself. The server's limits are 15 s for a head, 10 s of silence in a body, 30 s for a small
/// body.
fn slow_ones(call: &Call) -> Vec<Slow> {
    let tick = |bytes: &'static [u8], millis| Some((bytes, Duration::from_millis(millis)));
    let line = format!("{} {} HTTP/1.1\r\nHost: x\r\n", call.method, call.path).into_bytes();
    vec![
        Slow {
            what: "says nothing",
            first: Vec::new(),
            then: None,
        },
        Slow {
            what: "stops in its head",
            first: line.clone(),
            then: None,
        },
        Slow {
            what: "one byte of its head a second",
            first: line.clone(),
            then: tick(b"X", 1000),
        },
        Slow {
            what: "a head that never ends",
            first: line,
            then: tick(b"X-More: and more and more\r\n", 1),
        },
        Slow {
            what: "stops in its body",
            first: head(call, Some(1000)),
            then: None,
        },
        Slow {
            what: "one byte of its body a second",
            first: head(call, Some(1000)),
            then: tick(b" ", 1000),
        },
        Slow {
            what: "a body that never ends, slowly",
            first: head(call, None),
            then: tick(b"1\r\n \r\n", 500),
        },
    ]
}

#[test]
fn slow_callers_are_let_go_and_nobody_waits_for_them() {
    let (_place, server, speakers) = demo();
    let (all_gone, gone) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let slow: Vec<_> = speakers
            .iter()
            .flat_map(|speaker| slow_ones(&speaker.create(1)))
            .map(|slow| scope.spawn(|| be_slow(server.address(), slow, &gone)))
            .collect();
        let others = scope.spawn(|| call_meanwhile(&server, &speakers, (&all_gone, &gone)));
        let outcomes: Vec<_> = slow.into_iter().map(|s| s.join()).collect();
        all_gone.store(true, Ordering::Relaxed);
        others.join().expect("the others are served");
        outcomes
            .into_iter()
            .for_each(|o| o.expect("a slow caller is let go"));
    });
}

fn be_slow(address: &str, slow: Slow, gone: &AtomicUsize) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let pause = slow
        .then
        .map_or(Duration::from_millis(200), |(_, pause)| pause);
    stream.set_read_timeout(Some(pause)).unwrap();
    let began = Instant::now();
    stream.write_all(&slow.first).unwrap();
    let mut said = Vec::new();
    loop {
        assert!(began.elapsed() < PATIENCE, "{}: still there", slow.what);
        if let Some((bytes, _)) = slow.then {
            // Refused writes show below as the end of the connection.
            let _ = stream.write_all(bytes);
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => said.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => break,
        }
        // Answered: that is enough, though the connection may stay a moment longer.
        if said.windows(4).any(|w| w == b"\r\n\r\n") {
            break;
        }
    }
    gone.fetch_add(1, Ordering::SeqCst);
    let said = String::from_utf8_lossy(&said);
    let status = said.get(..12).unwrap_or("").to_owned();
    let body_begun = slow.what.contains("body");
    // Who got as far as a body is told why; a head that is none has no dialect to answer in.
    let told =
        status == "HTTP/1.1 408" || !body_begun && (said.is_empty() || status == "HTTP/1.1 431");
    assert!(told, "{}: {said}", slow.what);
}

/// Creates go on as if nothing were: they are answered while the slow ones are there, and not only when one is let go.
fn call_meanwhile(
    server: &Muster,
    speakers: &[Speaker],
    (all_gone, gone): (&AtomicBool, &AtomicUsize),
) {
    let (mut client, mut n, mut beside) = (server.client(), 1_000_000, 0);
    while !all_gone.load(Ordering::Relaxed) {
        for speaker in speakers {
            let before = gone.load(Ordering::SeqCst);
            serve(&mut client, speaker, n);
            n += 1;
            let none_went = gone.load(Ordering::SeqCst) == before;
            beside += usize::from(none_went && !all_gone.load(Ordering::Relaxed));
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    assert!(beside > 0, "all waited for the slow ones");
}

fn serve(client: &mut Client, speaker: &Speaker, n: u64) {
    let reply = client.send(&speaker.create(n)).expect("an answer");
    assert_eq!(reply.status / 100, 2, "{}", reply.text());
}

#[test]
fn a_body_declared_too_large_is_refused_before_it_is_sent() {
    let (_place, server, speakers) = demo();
    for speaker in &speakers {
        let mut client = server.client();
        client
            .write(&head(&speaker.create(1), Some(TOO_LARGE)))
            .unwrap();
        // Nothing of it follows: whoever waited for it would say 408 in the end.
        let reply = client.reply().expect("an answer");
        assert_eq!(
            reply.status,
            413,
            "{}: {}",
            speaker.voice.dialect,
            reply.text()
        );
    }
}

/// Many clients send all of a body before they read anything; they must be able to read why it was refused.
#[test]
fn who_sends_all_of_a_too_large_body_can_read_the_refusal() {
    let (_place, server, speakers) = demo();
    for speaker in &speakers {
        let mut client = server.client();
        client
            .write(&head(&speaker.create(1), Some(TOO_LARGE)))
            .unwrap();
        let megabyte = vec![b' '; 1 << 20];
        for sent in 0..TOO_LARGE >> 20 {
            let written = client.write(&megabyte);
            assert!(written.is_ok(), "hung up after {sent} MiB: {written:?}");
        }
        let reply = client.reply().expect("an answer");
        assert_eq!(reply.status, 413, "{}", reply.text());
    }
}

#[test]
fn a_chunked_body_that_grows_too_large_is_refused() {
    let (_place, server, speakers) = demo();
    for speaker in &speakers {
        let mut client = server.client();
        client.write(&head(&speaker.create(1), None)).unwrap();
        let mut chunk = b"10000\r\n".to_vec();
        chunk.extend([b' '; 0x10000]);
        chunk.extend(b"\r\n");
        // Never ended: the refusal cannot wait for the end.
        for _ in 0..TOO_LARGE / 0x10000 {
            if client.write(&chunk).is_err() {
                break;
            }
        }
        let reply = client.reply().expect("an answer");
        assert_eq!(
            reply.status,
            413,
            "{}: {}",
            speaker.voice.dialect,
            reply.text()
        );
    }
}

#[test]
fn three_hundred_idle_connections_do_no_harm() {
    let (_place, server, speakers) = demo();
    let idle = || -> Vec<TcpStream> {
        (0..300)
            .map(|_| TcpStream::connect(server.address()).expect("a connection"))
            .collect()
    };
    let is_there = |stream: &TcpStream| {
        stream.set_nonblocking(true).expect("a connection");
        let heard = stream.peek(&mut [0]);
        heard.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock)
    };
    let mut client = server.client();
    let mut numbers = 1_000_000..;
    let mut create = |client: &mut Client| {
        let n = numbers.next().expect("a number");
        serve(client, &speakers[n as usize % speakers.len()], n);
    };
    // Answered while they are there: none of them had to be let go first. On a slow machine their time may be over before.
    let beside = (0..20).any(|_| {
        let idle = idle();
        create(&mut client);
        idle.iter().all(is_there)
    });
    assert!(beside, "creates wait until idle connections are let go");
    let idle = idle();
    (0..20).for_each(|_| create(&mut client));
    drop(idle);
    create(&mut client);
}

#[test]
fn garbage_is_refused_and_the_next_caller_served() {
    let (_place, server, speakers) = demo();
    let speaker = &speakers[0];
    let good = speaker.create(1_000_001);
    let mut pipelined = head(&good, Some(good.body.len()));
    pipelined.extend_from_slice(&good.body);
    let first = pipelined.len();
    pipelined.extend_from_slice(b"\x16\x03\x01 this is no HTTP\r\n\r\n");
    let garbage: [(&[u8], &[u16]); 5] = [
        // The good request is served, what follows it is not.
        (&pipelined, &[201, 400]),
        (&pipelined[first..], &[400]),
        (b"GET / HTTP/9.9\r\n\r\n", &[400]),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n12345", &[400]),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nzz\r\n", &[400]),
    ];
    for (n, (bytes, statuses)) in (1_000_100..).zip(garbage) {
        let mut client = server.client();
        client.write(bytes).unwrap();
        let got: Vec<u16> = std::iter::from_fn(|| client.reply().ok())
            .map(|r| r.status)
            .collect();
        let classes = |all: &[u16]| all.iter().map(|s| s / 100).collect::<Vec<_>>();
        assert_eq!(
            classes(&got),
            classes(statuses),
            "{}: {got:?}",
            bytes.escape_ascii()
        );
        serve(&mut server.client(), speaker, n);
    }
}
