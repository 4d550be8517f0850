//! Mails that arrive, as they should.

use courier::mail::{Dkim, Settings, Tls};
use hiring::mail::{self, Source};
use hiring::{Caller, invite};
use testing::smtp::{Act, Kind, Smtp, Step, Taken, USUAL};

use crate::post::{MINUTE, to};
use crate::{House, story};

/// The message's text, its transfer encoding undone.
fn plain(taken: &Taken) -> String {
    let text = taken.text.replace("=\r\n", "");
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let pair: String = bytes.by_ref().take(2).map(char::from).collect();
        match u8::from_str_radix(&pair, 16) {
            Ok(byte) => out.push(byte),
            Err(_) => out.extend(format!("={pair}").bytes()),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn an_invite_arrives_with_a_link_that_opens_it() {
    story(async |house: House| {
        let smtp = Smtp::good().await;
        let (invite, uid) = house
            .mail_invite("Ada Lovelace", "ada@x.org", Some("Come & see {{ name }}!"))
            .await;
        let worker = house.postman(to(&smtp));
        let delivery = house.mailed(&uid, |d| d.state == "sent").await;
        worker.stop().await;

        let taken = smtp.taken();
        let [message] = taken.as_slice() else {
            panic!("one message, not {}", taken.len());
        };
        assert!(message.encrypted);
        assert_eq!(
            (message.from.as_str(), message.to.as_str()),
            ("jobs@muster.test", "ada@x.org")
        );
        let id = format!("<{uid}@muster.test>");
        assert_eq!(message.header("Message-ID"), Some(id.as_str()));
        assert_eq!(delivery.message_id.as_deref(), Some(id.as_str()));
        assert_eq!(
            message.header("From"),
            Some("\"Analytical Engines\" <jobs@muster.test>")
        );
        assert_eq!(
            message.header("Subject"),
            Some("Your invitation to apply: Engine Programmer")
        );
        let text = plain(message);
        let link = format!("http://muster.test/apply/{}", house.token(&invite));
        // As text, and in HTML where it is escaped.
        assert!(text.contains(&link), "{text}");
        assert!(text.contains(&format!("href=\"{link}\"")), "{text}");
        // The caller's message is data: no braces are read, in HTML it is escaped.
        assert!(text.contains("\r\nCome & see {{ name }}!\r\n"), "{text}");
        assert!(text.contains("<p>Come &amp; see {{ name }}!</p>"), "{text}");
        assert_eq!(house.outcomes(&uid).await, ["sent"]);
        let attempt = &house.attempts(&uid).await[0];
        assert_eq!(attempt.answer.as_deref(), Some("250 2.0.0 taken as 4711"));
        assert!(attempt.handed_at.is_some());
        assert_eq!(
            house.events().await,
            [
                "candidate.created",
                "job.created",
                "application.created",
                "invite.created",
                "invite.mailed",
                "invite.sent"
            ]
        );
    });
}

#[test]
fn without_settings_everything_stays_in_the_outbox_and_goes_out_once_there_are_some() {
    story(async |house: House| {
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        house.clock.advance(3 * 24 * 60 * MINUTE);
        assert_eq!(house.delivery(&uid).await.state, "queued");
        assert_eq!(house.read(hiring::delivery::sending::waiting).await, 1);
        let smtp = Smtp::good().await;
        let worker = house.postman(to(&smtp));
        house.mailed(&uid, |d| d.state == "sent").await;
        worker.stop().await;
    });
}

#[test]
fn many_mails_go_over_few_connections_and_each_arrives_once() {
    story(async |house: House| {
        let mut uids = Vec::new();
        for n in 0..30 {
            uids.push(
                house
                    .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                    .await
                    .1,
            );
        }
        let smtp = Smtp::good().await;
        let workers = [house.postman(to(&smtp)), house.postman(to(&smtp))];
        for uid in &uids {
            house.mailed(uid, |d| d.state == "sent").await;
        }
        for worker in workers {
            worker.stop().await;
        }
        let taken = smtp.taken();
        let mut ids: Vec<_> = taken
            .iter()
            .map(|t| t.header("Message-ID").unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((taken.len(), ids.len()), (30, 30));
        assert!(
            smtp.connections() < 30,
            "{} connections",
            smtp.connections()
        );
    });
}

#[test]
fn a_server_that_wants_a_password_gets_it_encrypted_only() {
    story(async |house: House| {
        let kind = Kind {
            credentials: Some(("muster", "top secret")),
            ..USUAL
        };
        let smtp = Smtp::start(kind.clone(), |_, _| Act::Usual).await;
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let settings = Settings {
            credentials: Some(("muster".into(), "top secret".into())),
            ..to(&smtp)
        };
        let worker = house.postman(settings.clone());
        house.mailed(&uid, |d| d.state == "sent").await;
        worker.stop().await;
        assert!(smtp.taken()[0].signed_in && smtp.taken()[0].encrypted);

        // Without encryption it is kept back, and the mail with it.
        let bare = Kind {
            starttls: false,
            ..kind
        };
        let smtp = Smtp::start(bare, |_, _| Act::Usual).await;
        let (_, uid) = house.mail_invite("Ada", "ada2@x.org", None).await;
        let settings = Settings {
            tls: Tls::Opportunistic,
            port: smtp.port,
            ..settings
        };
        let worker = house.postman(settings);
        let delivery = house.mailed(&uid, |d| d.problem.is_some()).await;
        worker.stop().await;
        assert_eq!(delivery.state, "queued");
        assert!(
            delivery
                .problem
                .unwrap()
                .contains("the password is not sent")
        );
        assert_eq!(smtp.count(Step::Mail), 0);
    });
}

#[test]
fn encryption_from_the_first_byte_and_none_at_all_work_where_they_are_asked_for() {
    story(async |house: House| {
        let wrapped = Kind {
            wrapped: true,
            starttls: false,
            ..USUAL
        };
        let bare = Kind {
            starttls: false,
            ..USUAL
        };
        for (n, (kind, tls)) in [
            (wrapped, Tls::Required),
            (bare.clone(), Tls::None),
            (bare, Tls::Opportunistic),
            (USUAL, Tls::Opportunistic),
        ]
        .into_iter()
        .enumerate()
        {
            let encrypted = kind.wrapped || kind.starttls;
            let smtp = Smtp::start(kind.clone(), |_, _| Act::Usual).await;
            let settings = Settings {
                wrapped: kind.wrapped,
                tls,
                ..to(&smtp)
            };
            let (_, uid) = house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
            let worker = house.postman(settings);
            house.mailed(&uid, |d| d.state == "sent").await;
            worker.stop().await;
            assert_eq!(smtp.taken()[0].encrypted, encrypted, "{tls:?}");
        }
    });
}

#[test]
fn letters_beyond_ascii_arrive_in_subjects_names_and_addresses() {
    story(async |house: House| {
        let kind = Kind {
            utf8: true,
            ..USUAL
        };
        let smtp = Smtp::start(kind, |_, _| Act::Usual).await;
        let caller = Caller::system(house.org);
        let source = Source {
            subject: "Grüße an {{ name }}".into(),
            body: "Hallo {{ name }}\n.\nEnde {{ link }}".into(),
            html: None,
        };
        house
            .write(move |tx| {
                mail::template::put(tx, &caller, mail::Kind::Invite, "en", &source)?;
                mail::put_settings(
                    tx,
                    &caller,
                    Some("Müller & Söhne"),
                    Some("jobs@bücher.example"),
                    "en",
                )
            })
            .await;
        let (_, at_domain) = house
            .mail_invite("Jörg", "joerg@bücher.example", None)
            .await;
        let (_, at_name) = house.mail_invite("Jörg", "jörg@x.org", None).await;
        let worker = house.postman(to(&smtp));
        for uid in [&at_domain, &at_name] {
            house.mailed(uid, |d| d.state == "sent").await;
        }
        worker.stop().await;
        let mut taken = smtp.taken();
        taken.sort_by_key(|t| t.to.clone());
        let [domain, name] = taken.as_slice() else {
            panic!("two")
        };
        assert_eq!(
            (domain.to.as_str(), domain.parameters.as_str()),
            ("joerg@xn--bcher-kva.example", "")
        );
        assert_eq!(
            (name.to.as_str(), name.parameters.as_str()),
            ("jörg@x.org", "SMTPUTF8")
        );
        assert_eq!(
            domain.header("Reply-To"),
            Some("jobs@xn--bcher-kva.example")
        );
        assert!(
            domain.header("From").unwrap().contains("=?utf-8?"),
            "{}",
            domain.text
        );
        assert!(domain.header("Subject").unwrap().starts_with("=?utf-8?"));
        // A line with nothing but a dot does not end the message.
        assert!(
            plain(domain).contains("Hallo Jörg\r\n.\r\nEnde http"),
            "{}",
            plain(domain)
        );
    });
}

#[test]
fn a_message_is_signed_if_there_is_a_key() {
    story(async |house: House| {
        let smtp = Smtp::good().await;
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let settings = Settings {
            dkim: Some(Dkim::new("muster.test", "sel", key).unwrap()),
            ..to(&smtp)
        };
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let worker = house.postman(settings);
        house.mailed(&uid, |d| d.state == "sent").await;
        worker.stop().await;
        let taken = &smtp.taken()[0];
        assert!(taken.header("DKIM-Signature").is_some(), "{}", taken.text);
        for part in ["d=muster.test", "s=sel", "a=ed25519-sha256"] {
            assert!(taken.text.contains(part), "{part}");
        }
    });
}

#[test]
fn the_mail_of_an_invite_that_is_over_does_not_go_out() {
    story(async |house: House| {
        let (revoked, gone) = house.mail_invite("Ada", "ada@x.org", None).await;
        let (_, late) = house.mail_invite("Bob", "bob@x.org", None).await;
        let caller = Caller::system(house.org);
        house
            .write(move |tx| invite::revoke(tx, &caller, &revoked))
            .await;
        assert_eq!(house.delivery(&gone).await.state, "canceled");
        // Expired, and the sweep has not come by yet.
        house.clock.advance(invite::VALID_FOR + 1);
        let smtp = Smtp::good().await;
        let worker = house.postman(to(&smtp));
        house.mailed(&late, |d| d.state == "canceled").await;
        worker.stop().await;
        assert_eq!((smtp.taken().len(), smtp.connections()), (0, 0));
        let canceled = house
            .events()
            .await
            .into_iter()
            .filter(|e| e == "mail.canceled");
        assert_eq!(canceled.count(), 2);
    });
}

#[test]
fn a_renewed_invite_is_mailed_with_its_new_link_only() {
    story(async |house: House| {
        let (invite, old) = house.mail_invite("Ada", "ada@x.org", None).await;
        let (caller, key, url) = (
            Caller::system(house.org),
            house.app.key.clone(),
            "http://muster.test",
        );
        let (renewed, new) = house
            .write(move |tx| {
                let renewed = invite::renew(tx, &key, &caller, &invite, None)?;
                let uid = mail::invite(tx, url, &caller, &renewed, None, None)?;
                Ok((renewed, uid.to_string()))
            })
            .await;
        let smtp = Smtp::good().await;
        let worker = house.postman(to(&smtp));
        house.mailed(&new, |d| d.state == "sent").await;
        worker.stop().await;
        assert_eq!(house.delivery(&old).await.state, "canceled");
        assert_eq!(smtp.taken().len(), 1);
        assert!(plain(&smtp.taken()[0]).contains(&house.token(&renewed)));
    });
}
