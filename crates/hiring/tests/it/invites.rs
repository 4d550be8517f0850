//! Invites: what becomes of them, and their token, which lies nowhere.

use hiring::application::{Application, NewApplication};
use hiring::delivery;
use hiring::id::DeliveryId;
use hiring::idempotency::{self, Answer, RequestKey};
use hiring::invite::{self, Invite, State, VALID_FOR};
use hiring::problem::{Noun, Problem};
use hiring::{Result, mail, secret};

use crate::secrets::{contains, everything_stored};
use crate::{House, caller, story};

pub async fn invited(house: &House) -> (Application, Invite) {
    let who = house.person("ada@x.org").await.candidate.id;
    let new = NewApplication {
        pending: true,
        ..NewApplication::default()
    };
    let application = house.apply(who, new).await.unwrap().application().clone();
    let (caller, key, inner) = (
        caller(house.org),
        house.app.key.clone(),
        application.clone(),
    );
    let invite = house
        .write(move |tx| invite::create(tx, &key, &caller, &inner, Some("Come!")))
        .await
        .unwrap();
    (application, invite)
}

pub fn token(house: &House, invite: &Invite) -> String {
    let link = invite::fill(&house.app.key, &invite::link("http://x", invite));
    link.strip_prefix("http://x/apply/")
        .expect("a link")
        .to_owned()
}

pub async fn by_token(house: &House, token: &str) -> Result<Invite> {
    let token = token.to_owned();
    house
        .app
        .store
        .read(move |r| invite::by_token(r, &token))
        .await
}

#[test]
fn an_invite_is_opened_completed_and_expires() {
    story(async |house: House| {
        let (application, invite) = invited(&house).await;
        assert_eq!(invite.state, State::Pending);
        assert_eq!(invite.expires_at, invite.created_at + VALID_FOR);
        let token = token(&house, &invite);
        assert_eq!(token.len(), 27, "160 bits as base64url");
        let found = by_token(&house, &token).await.unwrap();
        assert_eq!((found.id, found.org), (invite.id, house.org));
        for wrong in ["", "x", &token[1..], &token.to_uppercase()] {
            let missing = by_token(&house, wrong).await.err();
            assert_eq!(missing, Some(Problem::NotFound(Noun::Invite)), "{wrong}");
        }
        // Opened twice, noted once.
        for _ in 0..2 {
            let found = found.clone();
            house
                .write(move |tx| invite::note_opened(tx, &found))
                .await
                .unwrap();
            assert_eq!(by_token(&house, &token).await.unwrap().state, State::Opened);
        }
        house.clock.advance(VALID_FOR + 1);
        assert_eq!(
            by_token(&house, &token).await.unwrap().state,
            State::Expired
        );
        // A late direct application still completes it.
        house
            .apply(application.candidate, NewApplication::default())
            .await
            .unwrap();
        assert_eq!(
            by_token(&house, &token).await.unwrap().state,
            State::Completed
        );
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "candidate.created",
                "application.created",
                "invite.created",
                "invite.opened",
                "invite.completed",
                "application.submitted"
            ]
        );
    });
}

#[test]
fn the_token_lies_nowhere_and_is_filled_in_on_the_way_out() {
    story(async |house: House| {
        let (_, invite) = invited(&house).await;
        let token = token(&house, &invite);
        let link = invite::link(&house.app.settings.public_url, &invite);
        let request = RequestKey {
            key: "k".into(),
            method: "POST".into(),
            path: "/invite".into(),
            fingerprint: secret::hash("body"),
        };
        let send = {
            let (caller, link) = (caller(house.org), link.clone());
            let public_url = house.app.settings.public_url.clone();
            move |tx: &mut store::Tx<'_>| {
                idempotency::once(tx, &caller, Some(&request), |tx| {
                    let said = Some("Hello \"Ada\"\\,");
                    mail::invite(tx, &public_url, &caller, &invite, None, said)?;
                    Ok(Answer {
                        status: 200,
                        headers: Vec::new(),
                        body: serde_json::json!({ "link": link }).to_string(),
                    })
                })
            }
        };
        // A mail that is queued twice would be seen below.
        let first = house.write(send.clone()).await.unwrap();
        assert_eq!(house.write(send).await.unwrap(), first);
        assert!(!contains(&everything_stored(&house).await, &token));
        assert!(!first.body.contains(&token));
        let filled = invite::fill(&house.app.key, &first.body);
        let filled: serde_json::Value = serde_json::from_str(&filled).unwrap();
        let url = format!("http://muster.test/apply/{token}");
        assert_eq!(filled["link"], url);

        let org = house.org;
        let outbox = house
            .read(move |r| delivery::outbox(r, org, DeliveryId(0), 10))
            .await;
        let [mail] = outbox.as_slice() else {
            panic!("one mail, not {}", outbox.len());
        };
        let body = invite::fill(&house.app.key, mail.body.as_deref().unwrap());
        assert!(
            body.contains("Hello \"Ada\"\\,\n\n") && body.contains(&url),
            "{body}"
        );
        assert!(by_token(&house, &token).await.is_ok());
    });
}
