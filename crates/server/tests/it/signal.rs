//! SIGTERM and SIGINT: what was accepted is finished, then the server stops.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use testing::app::Reply;
use testing::{Place, on_both};

use crate::binary::{Muster, random_below, unlimited_key, until};
use crate::client::{Client, Cut, head};
use crate::voice::{Speaker, voices};

const CONNECTIONS: usize = 8;

#[test]
fn sigterm_under_load_loses_nothing() {
    on_both(|place| stop_under_load(place, "TERM"));
}

#[test]
fn ctrl_c_under_load_loses_nothing() {
    on_both(|place| stop_under_load(place, "INT"));
}

fn stop_under_load(place: &Place, signal: &str) {
    let mut server = Muster::demo(place);
    let speakers: Vec<Speaker> = voices()
        .map(|voice| Speaker {
            voice,
            credentials: unlimited_key(place, &server, voice.dialect),
        })
        .collect();
    let numbers = AtomicU64::new(1_000_000);
    let count = AtomicUsize::new(0);
    let answered: Vec<(Speaker, Reply)> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| load(server.client(), &speakers, &numbers, &count)))
            .collect();
        let loaded = || (count.load(Ordering::SeqCst) >= 2 * CONNECTIONS).then_some(());
        until("there is a load", loaded);
        std::thread::sleep(Duration::from_millis(random_below(200)));
        server.signal(signal);
        let answered = callers.into_iter().map(|c| c.join().expect("a caller"));
        answered.flatten().collect()
    });
    assert_eq!(server.wait().code(), Some(0), "{signal}");
    assert!(answered.len() >= 2 * CONNECTIONS, "no load");

    let server = Muster::demo(place);
    let mut client = server.client();
    for (speaker, reply) in &answered {
        let found = client.send(&speaker.read_back(reply)).expect("an answer");
        assert_eq!(
            found.status,
            200,
            "answered and not there: {}",
            reply.text()
        );
    }
}

/// Calls until the server hangs up, which it may do between two requests only: never within an answer, and never
/// with anything but a success.
fn load(
    mut client: Client,
    speakers: &[Speaker],
    numbers: &AtomicU64,
    count: &AtomicUsize,
) -> Vec<(Speaker, Reply)> {
    let mut answered = Vec::new();
    loop {
        let n = numbers.fetch_add(1, Ordering::Relaxed);
        let speaker = &speakers[n as usize % speakers.len()];
        match client.send(&speaker.create(n)) {
            Ok(reply) => {
                assert_eq!(reply.status / 100, 2, "{}", reply.text());
                answered.push((speaker.clone(), reply));
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(Cut::Unanswered) => return answered,
            Err(Cut::Midway(what)) => panic!("hung up within an answer: {what}"),
        }
    }
}

#[test]
fn a_request_that_is_at_work_is_finished_and_nothing_new_begins() {
    on_both(|place| {
        let mut server = Muster::demo(place);
        let voice = voices().next().expect("a dialect");
        let credentials = server.said()[voice.dialect].clone();
        let call = Speaker { voice, credentials }.create(1_000_001);
        let (first, rest) = call.body.split_at(call.body.len() / 2);
        let mut working = server.client();
        working.write(&head(&call, Some(call.body.len()))).unwrap();
        working.write(first).unwrap();
        let mut idle = server.client();
        std::thread::sleep(Duration::from_millis(300));

        server.signal("TERM");
        // While the other one is still at work.
        assert!(idle.is_closed(), "an idle connection is let go");
        assert!(
            Client::connect(server.address()).is_err(),
            "the port is closed"
        );
        working.write(rest).unwrap();
        let reply = working.reply().expect("an answer");
        assert_eq!(reply.status / 100, 2, "{}", reply.text());
        assert_eq!(server.wait().code(), Some(0));
    });
}

/// Whoever connected and asked before the signal is answered, even when nobody had taken the connection yet.
#[test]
fn connections_that_wait_to_be_taken_are_served() {
    on_both(|place| {
        let mut server = Muster::demo(place);
        let voice = voices().next().expect("a dialect");
        let credentials = server.said()[voice.dialect].clone();
        let call = Speaker { voice, credentials }.create(1_000_001);
        // While it is stopped the kernel takes connections and bytes for it.
        server.signal("STOP");
        let mut waiting: Vec<Client> = (0..20).map(|_| server.client()).collect();
        for client in &mut waiting {
            client.write(&head(&call, Some(call.body.len()))).unwrap();
            client.write(&call.body).unwrap();
        }
        server.signal("TERM");
        server.signal("CONT");
        let statuses: Vec<u16> = waiting
            .iter_mut()
            .map(|client| client.reply().expect("an answer").status)
            .collect();
        assert!(statuses.iter().any(|s| s / 100 == 2), "{statuses:?}");
        assert_eq!(server.wait().code(), Some(0));
    });
}
