//! Files that come.

use hiring::fetch::{Failure, State};
use hiring::issue::{self, About, Which};
use hiring::{candidate::Side, fetch};

use crate::origin::{Answer, End, Origin};
use crate::{House, SECOND, local, only_here, story};

fn pdf(size: u32) -> Vec<u8> {
    let rest = (0..size).map(|n| (n * 7 % 251) as u8);
    b"%PDF-1.7\n".iter().copied().chain(rest).collect()
}

#[test]
fn a_file_comes_byte_for_byte() {
    story(async |house: House| {
        let content = pdf(300_000);
        let origin = Origin::always(Answer::new(200, &content)).await;
        let uid = house.attach("cv.pdf", &origin.url("/x?token=1")).await;
        assert_eq!(house.fetch(uid).await.state, State::Due);
        let worker = house.worker(local());
        assert_eq!(house.bytes(uid).await, content);

        let file = house.file(uid).await;
        assert_eq!(
            (file.name.as_str(), file.media_type.as_str()),
            ("cv.pdf", "application/pdf")
        );
        assert_eq!((file.size, file.remark), (content.len() as u64, None));
        let head = origin.heads().remove(0).to_ascii_lowercase();
        assert!(head.starts_with("get /x?token=1 http/1.1\r\n"), "{head}");
        assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
        assert!(head.contains("user-agent: muster/"), "{head}");
        for not in ["cookie", "referer", "authorization"] {
            assert!(!head.contains(not), "{head}");
        }
        assert_eq!(
            house.events().await,
            [
                "candidate.created",
                "attachment.added",
                "attachment.fetched"
            ]
        );
        let org = house.org;
        let which = Which::default();
        let shown = house.read(move |r| issue::list(r, org, &which, Side::After(0), 9));
        assert!(shown.await.is_empty(), "nothing went wrong");
        worker.stop().await;
        assert_eq!(origin.connections(), 1);
    });
}

#[test]
fn however_its_length_is_said_a_file_comes_whole() {
    story(async |house: House| {
        let origin = Origin::start(|path, _| match path {
            "/chunked" => Answer::with(
                200,
                &["Transfer-Encoding: chunked"],
                b"5\r\nHello\r\n7\r\n, world\r\n0\r\n\r\n",
            ),
            "/closed" => Answer::with(200, &[], b"Hello, world"),
            _ => Answer::new(200, b""),
        });
        let origin = origin.await;
        let worker = house.worker(local());
        for (path, content) in [
            ("/chunked", "Hello, world"),
            ("/closed", "Hello, world"),
            ("/", ""),
        ] {
            let uid = house.attach("a.txt", &origin.url(path)).await;
            assert_eq!(house.bytes(uid).await, content.as_bytes(), "{path}");
        }
        worker.stop().await;
    });
}

#[test]
fn what_comes_packed_is_not_unpacked() {
    story(async |house: House| {
        let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0";
        let length = format!("Content-Length: {}", packed.len());
        let headers = ["Content-Encoding: gzip", length.as_str()];
        let origin = Origin::always(Answer::with(200, &headers, packed)).await;
        let uid = house.attach("a.txt", &origin.url("/")).await;
        let worker = house.worker(local());
        assert_eq!(house.bytes(uid).await, packed);
        let file = house.file(uid).await;
        assert_eq!(file.media_type, "application/octet-stream");
        assert!(file.remark.is_some());
        worker.stop().await;
    });
}

#[test]
fn a_name_that_lies_is_noted_and_one_that_is_missing_is_found() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(200, b"<html><script>")).await;
        let lying = house.attach("cv.pdf", &origin.url("/")).await;
        let url = origin.url("/in/C%C3%A9line.txt?x=1");
        let nameless = house.attach_to(100, "", &url).await;
        let worker = house.worker(local());
        house.bytes(lying).await;
        house.bytes(nameless).await;
        worker.stop().await;

        let file = house.file(lying).await;
        assert_eq!(
            (file.name.as_str(), file.media_type.as_str()),
            ("cv.pdf", "application/octet-stream")
        );
        assert!(file.remark.is_some());
        let file = house.file(nameless).await;
        assert_eq!(file.name, "Céline.txt");

        // Sent once more it is still the same file.
        assert_eq!(house.attach_to(100, "", &url).await, nameless);
        assert_ne!(house.attach_to(100, "other.txt", &url).await, nameless);
    });
}

#[test]
fn what_fails_for_a_while_comes_later() {
    story(async |house: House| {
        let origin = Origin::start(|_, n| match n {
            0 => Answer::new(500, b"out of order"),
            1 => Answer::new(429, b""),
            _ => Answer::new(200, b"Hello"),
        });
        let origin = origin.await;
        let uid = house.attach("a.txt", &origin.url("/secret-name")).await;
        let worker = house.worker(local());
        let fetch = house.until(uid, |f| f.failure.is_some()).await;
        assert_eq!((fetch.state, fetch.attempts), (State::Due, 1));
        assert_eq!(
            fetch.failure.unwrap(),
            "the server answered with status 500"
        );
        let wait = fetch.due_at - fetch.updated_at;
        assert!((24 * SECOND..=36 * SECOND).contains(&wait), "{wait}");
        let first = fetch.failed_at;

        house.clock.advance(37 * SECOND);
        let fetch = house
            .until(uid, |f| f.attempts == 2 && f.updated_at > first.unwrap())
            .await;
        assert_eq!(
            fetch.failure.unwrap(),
            "the server answered with status 429"
        );
        let org = house.org;
        let problem = house.read(move |r| issue::find(r, org, uid)).await;
        assert!(problem.resolved_at.is_none() && Some(problem.opened_at) == first);

        house.clock.advance(145 * SECOND);
        assert_eq!(house.bytes(uid).await, b"Hello");
        let problem = house.read(move |r| issue::find(r, org, uid)).await;
        assert!(problem.resolved_at.is_some());
        assert_eq!(problem.about, About::File { attachment: uid });
        assert_eq!(Some(problem.opened_at), first);
        assert_eq!(
            house.events().await,
            [
                "candidate.created",
                "attachment.added",
                "attachment.fetched"
            ]
        );
        worker.stop().await;
    });
}

#[test]
fn a_file_that_is_wanted_no_more_is_not_fetched() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(200, b"Hello").then(End::Close)).await;
        let uid = house.attach("a.txt", &origin.url("/")).await;
        let remove = only_here!("UPDATE attachment SET removed_at = 1");
        house.write(move |tx| Ok(tx.run(remove, &[])?)).await;
        let worker = house.worker(local());
        house.until(uid, |f| f.state == State::Done).await;
        worker.stop().await;
        assert_eq!(origin.connections(), 0);
        assert_eq!(house.file(uid).await.sha256, None);
        assert_eq!(
            house.events().await,
            ["candidate.created", "attachment.added"]
        );
    });
}

#[test]
fn only_files_without_content_at_web_addresses_are_queued() {
    story(async |house: House| {
        for url in ["cv.pdf", "ftp://127.0.0.1/cv.pdf", ""] {
            house.attach("cv.pdf", url).await;
        }
        assert_eq!(house.read(fetch::next_due).await, None);
        house.attach("cv.pdf", "HTTPS://127.0.0.1/cv.pdf").await;
        assert!(house.read(fetch::next_due).await.is_some());
        assert!(!Failure::NotPublic.may_pass());
    });
}
