//! Addresses that are not called, whatever a caller makes of them.

use courier::fetch::Settings;
use courier::guard::{Guard, network};
use hiring::fetch::State;

use crate::origin::{Answer, Origin};
use crate::{House, local, story};

/// As an operator who allows nothing has it, but for the pace of looking.
fn strict() -> Settings {
    Settings {
        guard: Guard::default(),
        ..local()
    }
}

async fn is_refused(house: &House, url: &str, words: &str) {
    let uid = house.attach("cv.pdf", url).await;
    assert_eq!(
        house.failure(uid).await,
        (State::Failed, words.to_owned()),
        "{url}"
    );
}

#[test]
fn this_machine_is_not_called_unless_the_operator_says_so() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(200, b"a secret of this machine")).await;
        let worker = house.worker(strict());
        for host in [
            "http://127.0.0.1",
            "http://localhost",
            "http://LOCALHOST",
            "http://127.1",
            "http://2130706433",
            "http://0x7f.1",
            "http://0177.0.0.1",
            "http://0",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[64:ff9b::127.0.0.1]",
            "https://127.0.0.1",
        ] {
            is_refused(
                &house,
                &origin.url_as(host, "/"),
                "the address is not public",
            )
            .await;
        }
        worker.stop().await;
        assert_eq!(origin.connections(), 0);
    });
}

/// Those who allow one network have not allowed the next one.
#[test]
fn what_is_allowed_is_called_and_nothing_beside_it() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(200, b"Hello")).await;
        let mut settings = strict();
        let worker = house.worker(settings.clone());
        is_refused(&house, &origin.url("/"), "the address is not public").await;
        worker.stop().await;
        settings.guard = Guard::allowing(vec![
            network("10.0.0.0/8").unwrap(),
            network("::1").unwrap(),
        ]);
        let worker = house.worker(settings.clone());
        is_refused(&house, &origin.url("/"), "the address is not public").await;
        // Where the name has two addresses, one of them is allowed.
        is_refused(
            &house,
            &origin.url_as("http://localhost", "/"),
            "the address is not public",
        )
        .await;
        worker.stop().await;
        settings.guard = Guard::allowing(vec![
            network("127.0.0.0/8").unwrap(),
            network("::1").unwrap(),
        ]);
        let worker = house.worker(settings);
        let uid = house
            .attach("a.txt", &origin.url_as("http://localhost", "/"))
            .await;
        assert_eq!(house.bytes(uid).await, b"Hello");
        worker.stop().await;
    });
}

#[test]
fn redirects_are_not_followed() {
    story(async |house: House| {
        let secret = Origin::always(Answer::new(200, b"a secret of this machine")).await;
        let worker = house.worker(local());
        for status in [301, 302, 303, 307, 308] {
            let to = format!("Location: {}", secret.url("/"));
            let origin =
                Origin::always(Answer::with(status, &[&to, "Content-Length: 0"], b"")).await;
            is_refused(&house, &origin.url("/"), "redirects are not followed").await;
        }
        worker.stop().await;
        assert_eq!(secret.connections(), 0);
    });
}

#[test]
fn an_address_with_credentials_is_not_called() {
    story(async |house: House| {
        let origin = Origin::always(Answer::new(200, b"Hello")).await;
        let worker = house.worker(local());
        for host in [
            "http://me:secret@127.0.0.1",
            "http://example.com@127.0.0.1",
            "http://:x@127.0.0.1",
        ] {
            let words = "the address holds a user name or password";
            is_refused(&house, &origin.url_as(host, "/"), words).await;
        }
        let words = "this is not an http or https address";
        is_refused(&house, "http://", words).await;
        is_refused(&house, "http://127.0.0.1:99999/", words).await;
        worker.stop().await;
        assert_eq!(origin.connections(), 0);
    });
}

/// What surrounds the program has no say in where it calls.
#[test]
fn statuses_that_bring_no_file_are_none() {
    story(async |house: House| {
        let worker = house.worker(local());
        for status in [201, 204, 206] {
            let origin = Origin::always(Answer::new(status, b"")).await;
            let words = format!("the server answered with status {status}");
            is_refused(&house, &origin.url("/"), &words).await;
        }
        worker.stop().await;
    });
}
