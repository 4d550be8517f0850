//! Mails that came back: what mail servers write, and what people who wish us ill write.

use hiring::delivery::returned::{self, Action, Outcome, Report};
use hiring::delivery::{self, Delivery, sending};
use hiring::problem::{Clash, Problem};
use proptest::prelude::*;

use crate::mails::invited;
use crate::{House, at_once, caller, story};

const POSTFIX: &str = include_str!("returned/postfix.eml");
const EXIM: &str = include_str!("returned/exim.eml");
const EXCHANGE: &str = include_str!("returned/exchange.eml");
const DELAYED: &str = include_str!("returned/delayed.eml");
const SEVERAL: &str = include_str!("returned/several.eml");
const ABSENT: &str = include_str!("returned/absent.eml");
const ID: &str = "01a21497-c62c-7785-b2a8-5fb41aaeb772@muster.test";

/// A sample about the message of this id.
fn about(sample: &str, id: &str) -> String {
    let uid = id.split('@').next().unwrap_or("");
    sample.replace("{id}", id).replace("{uid}", uid)
}

fn read(sample: &str) -> Option<Report> {
    returned::read(about(sample, ID).as_bytes())
}

#[test]
fn what_mail_servers_write_is_read() {
    let told = |sample: &str| {
        let report = read(sample).expect("a report");
        (report.action, report.status, report.reason)
    };
    let some = |status: &str| Some(status.to_owned());
    assert_eq!(
        told(POSTFIX),
        (
            Action::Failed,
            some("5.1.1"),
            "5.1.1 550 5.1.1 <ada@x.org>: Recipient address rejected: User unknown".to_owned()
        )
    );
    assert_eq!(
        told(EXIM),
        (Action::Failed, some("5.0.0"), "5.0.0".to_owned())
    );
    let full = "5.2.2 554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded";
    assert_eq!(
        told(EXCHANGE),
        (Action::Failed, some("5.2.2"), full.to_owned())
    );
    assert_eq!(told(DELAYED).0, Action::Delayed);
    // Of several people the worst counts.
    assert_eq!(
        told(SEVERAL),
        (
            Action::Failed,
            some("5.7.1"),
            "5.7.1 550 5.7.1 Nachricht abgelehnt – Richtlinie".to_owned()
        )
    );
    assert_eq!(read(ABSENT), None);
    // However its lines end.
    let unix = read(&EXCHANGE.replace("\r\n", "\n")).expect("a report");
    let dos = read(&POSTFIX.replace('\n', "\r\n")).expect("a report");
    assert_eq!(
        (unix.reason.as_str(), dos.status.as_deref()),
        (full, Some("5.1.1"))
    );
}

#[test]
fn a_reason_is_one_short_line_and_a_code_is_a_code() {
    let long = "x\u{0}\u{1b}[31m ".repeat(10_000);
    let said = POSTFIX
        .replace("Status: 5.1.1", "Status: 5.1.1'; DROP TABLE delivery")
        .replace("smtp; 550 5.1.1", &long);
    let report = read(&said).expect("a report");
    assert_eq!(report.status, None);
    assert!(report.reason.chars().count() <= 500);
    assert!(
        !report.reason.chars().any(char::is_control),
        "{}",
        report.reason
    );
}

/// Mails that are made to hurt whoever reads them.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let nested = "Content-Type:message/rfc822\n\n".repeat(100_000);
    let boxes: String = (0..30_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n"))
        .collect();
    let digests: String = (0..30_000)
        .map(|n| format!("Content-Type: multipart/digest; boundary={n}\n\n--{n}\n\n"))
        .collect();
    let report = "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n";
    vec![
        ("nothing", Vec::new()),
        ("only zeros", vec![0; 1 << 20]),
        ("mails in mails", nested.into_bytes()),
        ("parts in parts", boxes.into_bytes()),
        ("digests in digests", digests.into_bytes()),
        ("a head without end", b"X: y\n z".repeat(100_000)),
        (
            "groups without end",
            [report.as_bytes(), &b"Action: delayed\n\n".repeat(100_000)].concat(),
        ),
        (
            "ids without end",
            [
                b"References: ".as_slice(),
                &b"<a@b> ".repeat(100_000),
                b"\n",
                report.as_bytes(),
            ]
            .concat(),
        ),
        (
            "a boundary of nothing",
            b"Content-Type: multipart/report; boundary=\"\"\n\n--\n--\n".to_vec(),
        ),
    ]
}

#[test]
fn a_mail_that_is_made_to_hurt_hurts_nobody() {
    for (what, mail) in hostile() {
        let report = returned::read(&mail);
        assert_ne!(report.map(|r| r.action), Some(Action::Failed), "{what}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_not_and_that_is_all(
        which in 0_usize..5,
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..20)), 0..8),
    ) {
        let samples = [POSTFIX, EXIM, EXCHANGE, DELAYED, SEVERAL];
        let mut mail = about(samples[which], ID).into_bytes();
        for (at, gone, come) in cuts {
            if mail.is_empty() {
                break;
            }
            let at = at.index(mail.len());
            let end = mail.len().min(at + gone);
            mail.splice(at..end, come);
        }
        if let Some(report) = returned::read(&mail) {
            prop_assert!(report.reason.chars().count() <= 500);
            prop_assert!(!report.reason.chars().any(char::is_control));
        }
    }
}

/// A mail that has gone out.
async fn sent(house: &House, email: &str) -> Delivery {
    let mail = invited(house, email, None).await;
    let claimed = house.write(sending::claim).await.unwrap().expect("a mail");
    let id = format!("<{}@muster.test>", claimed.uid);
    house
        .write(move |tx| {
            assert!(sending::hand_over(tx, &claimed, &id)?);
            sending::settle(tx, &claimed, &sending::Outcome::Sent("250 ok".into()))
        })
        .await
        .unwrap();
    let org = house.org;
    house.read(move |r| delivery::find(r, org, &mail.uid)).await
}

/// Takes in a sample about this mail, for this organization.
async fn take(
    house: &House,
    org: hiring::id::OrgId,
    sample: &str,
    id: &str,
) -> hiring::Result<Outcome> {
    let report = returned::read(about(sample, id).as_bytes());
    let asking = caller(org);
    house
        .write(move |tx| returned::take(tx, &asking, report.clone()))
        .await
}

fn id_of(mail: &Delivery) -> String {
    let id = mail.message_id.as_deref().expect("a Message-ID");
    id.trim_matches(['<', '>']).to_owned()
}

#[test]
fn a_report_bounces_the_mail_that_it_is_about_once_and_no_other() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let mail = sent(&house, "ada@x.org").await;
        let id = id_of(&mail);
        // Late is not lost, an absence note is neither; nor is a mail that is not ours, or somebody else's.
        let late = take(&house, org, DELAYED, &id).await.unwrap();
        assert!(matches!(late, Outcome::Noted(_, mail) if mail.state == "sent"));
        assert!(matches!(
            take(&house, org, ABSENT, &id).await.unwrap(),
            Outcome::NoReport
        ));
        for (whose, id) in [
            (org, ID.to_owned()),
            (other, id.clone()),
            (org, format!("{}@elsewhere.test", mail.uid)),
            (org, "nonsense".to_owned()),
        ] {
            let outcome = take(&house, whose, POSTFIX, &id).await.unwrap();
            assert!(matches!(outcome, Outcome::Unknown(_)), "{id}");
        }
        let found = house.read(move |r| delivery::find(r, org, &mail.uid)).await;
        assert_eq!(found.state, "sent");
        // It comes four times at once, and in every mail server's words.
        let calls = (0..4).map(|_| {
            let (house, id) = (house.clone(), id.clone());
            async move { take(&house, org, POSTFIX, &id).await }
        });
        for outcome in at_once(calls).await {
            let Outcome::Bounced(_, mail) = outcome.unwrap() else {
                panic!("it was not bounced");
            };
            let why = "5.1.1 550 5.1.1 <ada@x.org>: Recipient address rejected: User unknown";
            assert_eq!(
                (mail.state.as_str(), mail.problem.as_deref()),
                ("bounced", Some(why))
            );
        }
        for sample in [EXIM, EXCHANGE, SEVERAL] {
            let again = take(&house, org, sample, &id).await.unwrap();
            assert!(matches!(again, Outcome::Bounced(_, mail) if mail.state == "bounced"));
        }
        assert_eq!(
            house.events().await[4..],
            ["invite.mailed", "invite.sent", "mail.bounced"]
        );
    });
}

#[test]
fn every_mail_servers_words_find_the_mail_and_the_operator_finds_whose_it_is() {
    story(async |house: House| {
        let org = house.org;
        for (n, sample) in [POSTFIX, EXIM, EXCHANGE, SEVERAL].into_iter().enumerate() {
            let mail = sent(&house, &format!("ada{n}@x.org")).await;
            let id = id_of(&mail);
            let report = returned::read(about(sample, &id).as_bytes()).expect("a report");
            let whose = house
                .read(move |r| returned::organization(r, &report))
                .await;
            assert_eq!(whose, Some(org));
            // Some mail servers write the domain their own way.
            let outcome = take(
                &house,
                org,
                sample,
                &id.replace("muster.test", "MUSTER.test"),
            )
            .await;
            assert!(
                matches!(outcome.unwrap(), Outcome::Bounced(..)),
                "sample {n}"
            );
        }
    });
}

#[test]
fn a_mail_that_never_went_out_cannot_come_back() {
    story(async |house: House| {
        let mail = invited(&house, "ada@x.org", None).await;
        let claimed = house.write(sending::claim).await.unwrap().expect("a mail");
        let id = format!("<{}@muster.test>", mail.uid);
        let refused = sending::Outcome::Refused("550 no".into());
        house
            .write(move |tx| {
                assert!(sending::hand_over(tx, &claimed, &id)?);
                sending::settle(tx, &claimed, &refused)
            })
            .await
            .unwrap();
        let outcome = take(
            &house,
            house.org,
            POSTFIX,
            &format!("{}@muster.test", mail.uid),
        )
        .await;
        assert!(matches!(
            outcome,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
    });
}
