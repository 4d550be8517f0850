//! Files that do not come, and what is said of it.

use std::time::Duration;

use hiring::candidate::Side;
use hiring::fetch::{self, MOST_ATTEMPTS, State};
use hiring::id::{AttachmentId, Uuid};
use hiring::issue::{self, Which};
use hiring::problem::Problem;

use crate::origin::{Answer, End, Origin};
use crate::{House, SECOND, local, story};

/// What one attempt at `url` comes to.
async fn attempt(house: &House, url: &str) -> (State, String) {
    let uid = house.attach("cv.pdf", url).await;
    house.failure(uid).await
}

#[track_caller]
fn is_said(outcome: (State, String), state: State, words: &str) {
    assert_eq!((outcome.0, outcome.1.as_str()), (state, words));
}

#[test]
fn a_refusal_of_the_server_is_final_and_shown() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(404, b"no such file")).await;
        let worker = house.worker(local());
        let url = origin.url("/secret-name");
        is_said(
            attempt(&house, &url).await,
            State::Failed,
            "the server answered with status 404",
        );
        worker.stop().await;
        assert_eq!(origin.connections(), 1);
        assert_eq!(
            house.events().await,
            [
                "candidate.created",
                "attachment.added",
                "attachment.fetch_failed",
                "issue.opened"
            ]
        );
    });
}

#[test]
fn problems_are_listed_both_ways_and_to_their_organization_alone() {
    story(async |house: House| {
        let origin = Origin::start(|path, _| match path {
            "/there" => Answer::new(200, b"Hello"),
            _ => Answer::new(410, b""),
        });
        let origin = origin.await;
        let worker = house.worker(local());
        let mut uids = Vec::new();
        for path in ["/1", "/there", "/2", "/3"] {
            let uid = house.attach("cv.pdf", &origin.url(path)).await;
            house.until(uid, |f| f.state != State::Due).await;
            uids.push(uid);
        }
        worker.stop().await;
        uids.remove(1);

        let org = house.org;
        let list = async |org, which: Which, side, limit| -> Vec<Uuid> {
            let found = house.read(move |r| issue::list(r, org, &which, side, limit));
            found.await.into_iter().map(|p| p.uid).collect()
        };
        let all = Which::default();
        assert_eq!(list(org, all, Side::After(0), 9).await, uids);
        assert_eq!(list(org, all, Side::After(0), 2).await, uids[..2]);
        let backward: Vec<_> = uids.iter().rev().copied().collect();
        assert_eq!(list(org, all, Side::Before(i64::MAX), 9).await, backward);
        let (second, at) = (uids[1], uids[1]);
        let second = house.read(move |r| issue::find(r, org, second)).await;
        assert_eq!(list(org, all, Side::After(second.id), 9).await, uids[2..]);
        assert_eq!(list(org, all, Side::Before(second.id), 9).await, uids[..1]);
        assert_eq!(second.uid, at);
        assert_eq!(second.problem, "the server answered with status 410");

        let ongoing = |is| Which {
            is_ongoing: Some(is),
            ..all
        };
        assert_eq!(list(org, ongoing(true), Side::After(0), 9).await, uids);
        assert!(
            list(org, ongoing(false), Side::After(0), 9)
                .await
                .is_empty()
        );
        let after = Which {
            opened_after: Some(second.opened_at),
            ..all
        };
        assert_eq!(list(org, after, Side::After(0), 9).await, uids[2..]);
        let before = Which {
            opened_before: Some(second.opened_at),
            ..all
        };
        assert_eq!(list(org, before, Side::After(0), 9).await, uids[..1]);

        let after = Which {
            last_after: Some(second.last_at),
            ..all
        };
        assert_eq!(list(org, after, Side::After(0), 9).await, uids[2..]);
        let before = Which {
            last_before: Some(second.last_at),
            ..all
        };
        assert_eq!(list(org, before, Side::After(0), 9).await, uids[..1]);

        // Of a file that came, and to anybody else, there is nothing to say.
        let other = house.other;
        assert!(list(other, all, Side::After(0), 9).await.is_empty());
        let theirs = house
            .app
            .store
            .read(move |r| issue::find(r, other, at))
            .await;
        assert!(matches!(theirs, Err(Problem::NotFound(_))));
        let id: AttachmentId = house.file(at).await.id;
        assert_eq!(
            house
                .read(move |r| fetch::of_attachment(r, other, id))
                .await,
            None
        );
    });
}

#[test]
fn in_the_end_it_is_given_up() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(503, b"")).await;
        let uid = house.attach("cv.pdf", &origin.url("/")).await;
        let mut before = house.fetch(uid).await.updated_at;
        let worker = house.worker(local());
        for attempt in 1..=MOST_ATTEMPTS {
            let settled = house.until(uid, |f| f.updated_at > before).await;
            let last = attempt == MOST_ATTEMPTS;
            let state = if last { State::Failed } else { State::Due };
            assert_eq!((settled.attempts, settled.state), (attempt, state));
            before = settled.updated_at;
            house.clock.advance(4 * 3600 * SECOND);
        }
        worker.stop().await;
        assert_eq!(origin.connections(), MOST_ATTEMPTS as usize);
        assert_eq!(
            house.events().await,
            [
                "candidate.created",
                "attachment.added",
                "attachment.fetch_failed",
                "issue.opened"
            ]
        );
    });
}

#[test]
fn a_server_that_takes_its_time_is_left() {
    story(async |house: House| {
        let mut settings = local();
        settings.limits.whole = Duration::from_millis(300);
        let worker = house.worker(settings);
        let drip = End::Drip(Duration::from_millis(20));
        for answer in [
            // Before the head, within it, and within the body.
            Answer {
                bytes: Vec::new(),
                end: End::Hang,
            },
            Answer {
                bytes: b"HTTP/1.1 200 OK\r\nX: ".to_vec(),
                end: drip,
            },
            Answer::with(200, &["Content-Length: 1000000"], b"%PDF").then(drip),
            Answer::with(200, &[], b"%PDF").then(drip),
        ] {
            let origin = Origin::always(answer).await;
            let outcome = attempt(&house, &origin.url("/")).await;
            is_said(outcome, State::Due, "took longer than 0.3 s");
            // It is really left.
            origin.is_at(0).await;
        }
        worker.stop().await;
    });
}

#[test]
fn more_than_the_limit_is_not_taken() {
    story(async |house: House| {
        let mut settings = local();
        settings.limits.size = 1000;
        let worker = house.worker(settings);
        let body = [b'x'; 1001];
        let chunk = [b"3e9\r\n", &body[..], b"\r\n"].concat();
        for answer in [
            Answer::new(200, &body),
            // It says more than it has.
            Answer::with(200, &["Content-Length: 99999999999"], b"x").then(End::Hang),
            // It does not say.
            Answer::with(200, &[], &body),
            Answer::with(200, &["Transfer-Encoding: chunked"], &chunk).then(End::Hang),
        ] {
            let origin = Origin::always(answer).await;
            let outcome = attempt(&house, &origin.url("/")).await;
            is_said(outcome, State::Failed, "larger than 1000 bytes");
        }
        // Up to the limit all is well.
        let origin = Origin::always(Answer::new(200, &body[1..])).await;
        let uid = house.attach("a.txt", &origin.url("/")).await;
        assert_eq!(house.bytes(uid).await.len(), 1000);
        worker.stop().await;
    });
}

#[test]
fn a_connection_that_breaks_leaves_nothing() {
    story(async |house: House| {
        let worker = house.worker(local());
        let half = Answer::with(200, &["Content-Length: 10"], b"Hello");
        let chunk = Answer::with(200, &["Transfer-Encoding: chunked"], b"5\r\nHello\r\n");
        for (answer, words) in [
            (half.clone(), "the connection ended early"),
            (half.then(End::Reset), "the connection ended early"),
            (chunk, "the connection ended early"),
            (
                Answer {
                    bytes: Vec::new(),
                    end: End::Close,
                },
                "could not connect",
            ),
            (
                Answer {
                    bytes: Vec::new(),
                    end: End::Reset,
                },
                "could not connect",
            ),
            (
                Answer {
                    bytes: b"SSH-2.0-x\r\n".to_vec(),
                    end: End::Close,
                },
                "could not connect",
            ),
        ] {
            let origin = Origin::always(answer).await;
            let uid = house.attach("cv.pdf", &origin.url("/")).await;
            is_said(house.failure(uid).await, State::Due, words);
            assert_eq!(house.file(uid).await.sha256, None);
        }
        worker.stop().await;
    });
}

#[test]
fn nobody_listens_nobody_is_known_and_nobody_speaks_tls() {
    story(async |house: House| {
        let worker = house.worker(local());
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let url = format!("http://127.0.0.1:{port}/");
        is_said(attempt(&house, &url).await, State::Due, "could not connect");

        // Longer than a name can be, so that no server of names is asked.
        let url = format!("http://{}.example/", "a".repeat(70));
        is_said(
            attempt(&house, &url).await,
            State::Due,
            "the host is not known",
        );

        // A web server that was told of TLS and answers without.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                use tokio::io::AsyncWriteExt as _;
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let url = format!("https://127.0.0.1:{port}/");
        is_said(attempt(&house, &url).await, State::Failed, "TLS failed");
        worker.stop().await;
    });
}
