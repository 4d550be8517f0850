//! Links that link accounts, and requests that members look at.

use axum::http::{Method, StatusCode};
use hiring::api_key::{self, NewKey};
use hiring::caller::{Caller, Permissions};
use hiring::id::{Uuid, new_uid};
use hiring::linked_account::{EndUser, Settings};
use hiring::request::{NewRequest, Remark};
use hiring::submission::{EeoSlot, NewSubmission};
use hiring::{Problem, link, request as requests, slot, submission};
use serde_json::json;

use super::{House, request};

async fn a_link(house: &House) -> String {
    let org = house.org;
    let made = house.app.store.write(move |tx| {
        let end_user = EndUser {
            origin_id: "42".into(),
            organization_name: "Customer <x>".into(),
            email_address: "ada@customer.example".into(),
        };
        let caller = Caller::system(org);
        link::create(tx, &caller, &end_user, &Settings::default(), None)
    });
    format!("/link/{}", made.await.unwrap())
}

/// What stands in the element of the public token.
fn public_token(text: &str) -> &str {
    let (_, after) = text.split_once("<code id=\"public-token\">").expect(text);
    after.split_once('<').unwrap().0
}

#[tokio::test]
async fn a_link_says_who_asks_and_links_once() {
    let house = House::new().await;
    let path = a_link(&house).await;
    for _ in 0..2 {
        let seen = house.get(&path, &[]).await;
        assert_eq!(seen.status, StatusCode::OK);
        for words in [
            "Customer &#60;x&#62;",
            "Nordwind &#38; Söhne",
            "ada@customer.example",
            "<button",
        ] {
            assert!(seen.text.contains(words), "{words} in {}", seen.text);
        }
        assert!(!seen.text.contains(&path), "the token is not on the page");
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
        assert_eq!(seen.header("cache-control"), "no-store");
    }
    let press = |headers: &'static [(&'static str, &'static str)]| {
        house.send(request(Method::POST, &path, headers, ""))
    };
    for foreign in [
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example")],
    ] {
        assert_eq!(press(foreign).await.status, StatusCode::FORBIDDEN);
    }
    // As a browser posts it that does not say where from.
    let linked = press(&[("origin", "null")]).await;
    assert_eq!(linked.status, StatusCode::OK, "{}", linked.text);
    assert_eq!(linked.header("cache-control"), "no-store");
    let public = public_token(&linked.text).to_owned();
    let (org, key) = (house.org, house.app.key.clone());
    let exchanged = house.app.store.read(move |r| {
        let first = link::exchange(r, &key, org, &public)?;
        let again = link::exchange(r, &key, org, &public)?;
        assert_eq!(first.1, again.1);
        Ok::<_, Problem>(first.0)
    });
    let account = exchanged.await.unwrap();
    assert_eq!(account.end_user.unwrap().origin_id, "42");
    for method in [Method::GET, Method::POST] {
        let used = house.send(request(method, &path, &[], "")).await;
        assert_eq!(used.status, StatusCode::GONE);
        assert!(used.text.contains("has been used") && !used.text.contains("Customer"));
    }
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_none_is_guessed() {
    let house = House::new().await;
    let path = a_link(&house).await;
    house.app.store.clock().advance(link::VALID_FOR);
    for method in [Method::GET, Method::POST] {
        let late = house.send(request(method.clone(), &path, &[], "")).await;
        assert_eq!(late.status, StatusCode::GONE);
        assert!(late.text.contains("has expired") && !late.text.contains("Customer"));
        for unknown in ["/link/nothing", "/link/%FF", "/link/%00"] {
            let seen = house.send(request(method.clone(), unknown, &[], "")).await;
            assert_eq!(seen.status, StatusCode::NOT_FOUND, "{unknown}");
            assert_eq!(seen.header("referrer-policy"), "no-referrer");
        }
    }
}

async fn keep(house: &House, uid: Uuid, status: u16) {
    let (org, key) = (house.org, house.app.key.clone());
    let body = json!({"model": {"first_name": "Ada <b>", "gender": slot::placeholder(uid, 0), "api_key": "hidden-key"}});
    let done = status < 400;
    let kept = house.app.store.write(move |tx| {
        let new_key = NewKey {
            dialect: "test",
            name: "the product's key",
            key: &format!("key of {uid}"),
            username: None,
            second: None,
            sealed: None,
            permissions: Permissions::ALL,
            limit: None,
        };
        let caller = api_key::create(tx, &key, org, &new_key)?.caller();
        if done {
            let new = NewSubmission {
                uid,
                dialect: "test",
                route: "/people",
                body: body.to_string(),
                files: Vec::new(),
                eeo: vec![EeoSlot {
                    n: 0,
                    pointer: "/model/gender".into(),
                    value: "\"a telling answer\"".into(),
                }],
                unmapped: Vec::new(),
            };
            submission::keep(tx, &caller, &new)?;
        }
        let remark = Remark {
            pointer: "/model/first_name".into(),
            detail: "It is too long.".into(),
        };
        let new = NewRequest {
            uid,
            dialect: "test",
            method: "POST",
            route: "/people",
            status,
            body: (!done).then(|| body.to_string()),
            remarks: if done { Vec::new() } else { vec![remark] },
        };
        requests::keep(tx, &caller, &new)
    });
    kept.await.unwrap();
}

#[tokio::test]
async fn a_kept_request_shows_what_was_sent_and_why_it_was_refused() {
    let house = House::new().await;
    let cookie = house.session().await;
    let cookie = ("cookie", cookie.as_str());
    for status in [201, 400] {
        let uid = new_uid();
        keep(&house, uid, status).await;
        let path = format!("/desk/logs/{uid}");
        assert_eq!(house.get(&path, &[]).await.status, StatusCode::UNAUTHORIZED);
        let seen = house.get(&path, &[cookie]).await;
        assert_eq!(seen.status, StatusCode::OK);
        for words in [
            "<code>POST /people</code>",
            "the product&#39;s key",
            "Ada &#60;b&#62;",
            "(equal-opportunity answer)",
            "(secret)",
            &format!("{status}, "),
        ] {
            assert!(seen.text.contains(words), "{words} in {}", seen.text);
        }
        assert_eq!(seen.text.contains("It is too long."), status == 400);
        for hidden in ["a telling answer", "hidden-key", "key of", "\u{0}"] {
            assert!(!seen.text.contains(hidden), "{hidden}");
        }
    }
    // When its time is over the submission alone is left, without what was sent.
    let uid = new_uid();
    keep(&house, uid, 201).await;
    let forgotten = house.app.store.write(|tx| requests::forget(tx, 0, 200));
    assert_eq!(forgotten.await.unwrap(), 3);
    let seen = house.get(&format!("/desk/logs/{uid}"), &[cookie]).await;
    assert!(seen.text.contains("<h1>Submission</h1>") && !seen.text.contains("Ada"));
}
