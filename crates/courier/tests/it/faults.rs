//! Mail servers that refuse, put off, hang and vanish; processes that die.

use std::time::Duration;

use courier::mail::Settings;
use hiring::Caller;
use hiring::delivery::sending::{self, Claimed, LEASE, Outcome, State, TRIED_FOR};
use hiring::invite;
use testing::smtp::{Act, Kind, Smtp, Step, USUAL};

use crate::post::{MINUTE, to};
use crate::{House, PATIENCE, SECOND, eventually, story};

async fn claim(house: &House) -> Option<Claimed> {
    house.write(sending::claim).await
}

/// A server that does this the first time it comes to the step.
async fn once(at: Step, act: Act) -> Smtp {
    Smtp::start(USUAL, move |step, before| match step == at && before == 0 {
        true => act,
        false => Act::Usual,
    })
    .await
}

#[test]
fn what_may_pass_is_tried_again_and_arrives_once() {
    story(async |house: House| {
        for (n, (at, act)) in [
            (Step::Greeting, Act::SayAndClose("421 4.3.2 too busy")),
            (Step::Ehlo, Act::SayAndClose("421 4.3.2 going down")),
            (Step::Mail, Act::SayAndClose("421 4.3.2 going down")),
            (Step::Mail, Act::Say("451 4.7.1 greylisted")),
            (Step::Rcpt, Act::Say("450 4.2.1 mailbox busy")),
            (Step::Rcpt, Act::Drop),
            (Step::Data, Act::Say("452 4.3.1 no room")),
            (Step::Data, Act::Drop),
            (Step::Content, Act::Say("451 4.3.0 try again")),
            (Step::Content, Act::SayAndClose("421 4.3.2 going down")),
        ]
        .into_iter()
        .enumerate()
        {
            let smtp = once(at, act).await;
            let (_, uid) = house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
            let worker = house.postman(to(&smtp));
            let waiting = house
                .mailed(&uid, |d| d.problem.is_some() || d.state == "sent")
                .await;
            assert_eq!(waiting.state, "queued", "{at:?} {act:?}");
            let wait = waiting.due_at - house.app.store.clock().now();
            assert!((0..=72 * SECOND).contains(&wait), "a minute or so: {wait}");
            let delivery = house.tried(&uid, 2).await;
            let delivery = house.mailed(&delivery.uid, |d| d.state == "sent").await;
            worker.stop().await;
            assert_eq!(smtp.taken().len(), 1, "{at:?} {act:?}");
            assert_eq!(
                house.outcomes(&uid).await,
                ["put_off", "sent"],
                "{at:?} {act:?}"
            );
            assert_eq!((delivery.unsure, delivery.problem), (0, None));
        }
    });
}

#[test]
fn a_refusal_for_good_is_shown_as_one_and_not_tried_again() {
    story(async |house: House| {
        for (n, (at, answer)) in [
            (Step::Mail, "550 5.7.1 we do not know you"),
            (Step::Rcpt, "550 5.1.1 no such mailbox"),
            (Step::Data, "554 5.7.1 no"),
            (Step::Content, "554 5.7.1 this is spam"),
        ]
        .into_iter()
        .enumerate()
        {
            let smtp = once(at, Act::Say(answer)).await;
            let (_, refused) = house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
            let worker = house.postman(to(&smtp));
            let delivery = house.mailed(&refused, |d| d.settled_at.is_some()).await;
            assert_eq!(delivery.state, "refused", "{answer}");
            assert!(delivery.problem.unwrap().contains(answer), "{answer}");
            // The next one is not kept waiting by it.
            let (_, uid) = house
                .mail_invite("Bob", &format!("bob{n}@x.org"), None)
                .await;
            house.mailed(&uid, |d| d.state == "sent").await;
            house.clock.advance(TRIED_FOR);
            worker.stop().await;
            assert_eq!(house.outcomes(&refused).await, ["refused"]);
            assert_eq!(smtp.taken().len(), 1);
        }
        let refused = house
            .events()
            .await
            .into_iter()
            .filter(|e| e == "mail.refused");
        assert_eq!(refused.count(), 4);
    });
}

#[test]
fn a_server_that_hangs_is_left_after_a_while() {
    story(async |house: House| {
        for (n, at) in [Step::Greeting, Step::Mail, Step::Rcpt, Step::Data]
            .into_iter()
            .enumerate()
        {
            let smtp = once(at, Act::Hang).await;
            let mut settings = to(&smtp);
            // On a busy machine a step before may take as long as that, which is no other story.
            settings.limits.step = Duration::from_millis(300);
            let (_, uid) = house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
            let worker = house.postman(settings);
            let delivery = house.mailed(&uid, |d| d.problem.is_some()).await;
            assert_eq!(
                (delivery.state.as_str(), delivery.unsure),
                ("queued", 0),
                "{at:?}"
            );
            assert!(
                delivery.problem.unwrap().contains("no answer within"),
                "{at:?}"
            );
            eventually("it comes to where the server hangs", async || {
                if smtp.count(at) > 0 {
                    return true;
                }
                house.come_to_the_next(&uid).await;
                false
            })
            .await;
            worker.stop().await;
            // The next time it answers, and however long it takes.
            let worker = house.postman(to(&smtp));
            house.arrives(&uid).await;
            worker.stop().await;
            assert_eq!(smtp.taken().len(), 1, "{at:?}");
        }
    });
}

#[test]
fn when_the_answer_to_the_message_is_lost_it_is_sent_again_under_the_same_name() {
    story(async |house: House| {
        for (n, (act, arrived)) in [(Act::TakeAndDrop, 2), (Act::Drop, 1), (Act::Hang, 1)]
            .into_iter()
            .enumerate()
        {
            let smtp = once(Step::Content, act).await;
            let mut settings = to(&smtp);
            if act == Act::Hang {
                settings.limits.message = Duration::from_secs(1);
            }
            let (_, uid) = house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
            let worker = house.postman(settings);
            let delivery = house.mailed(&uid, |d| d.problem.is_some()).await;
            assert_eq!(
                (delivery.state.as_str(), delivery.unsure),
                ("queued", 1),
                "{act:?}"
            );
            worker.stop().await;
            // The next time it answers, and however long it takes.
            let worker = house.postman(to(&smtp));
            let delivery = house.arrives(&uid).await;
            worker.stop().await;
            assert_eq!(delivery.unsure, 1, "whoever looks is told");
            assert_eq!(house.outcomes(&uid).await, ["unknown", "sent"]);
            let taken = smtp.taken();
            assert_eq!(taken.len(), arrived, "{act:?}");
            // The same to the last byte, so that receivers can drop the second.
            assert!(
                taken
                    .iter()
                    .all(|t| t.header("Message-ID") == delivery.message_id.as_deref())
            );
            assert!(taken.iter().all(|t| t.text == taken[0].text));
        }
    });
}

#[test]
fn a_server_without_encryption_gets_nothing_unless_the_operator_says_so() {
    story(async |house: House| {
        let bare = Kind {
            starttls: false,
            ..USUAL
        };
        let smtp = Smtp::start(bare, |_, _| Act::Usual).await;
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let worker = house.postman(to(&smtp));
        let delivery = house.mailed(&uid, |d| d.problem.is_some()).await;
        worker.stop().await;
        assert_eq!(delivery.state, "queued");
        let problem = delivery.problem.unwrap();
        assert!(
            problem.contains("no STARTTLS") && problem.contains("--smtp-tls none"),
            "{problem}"
        );
        assert_eq!(smtp.count(Step::Mail), 0);
    });
}

#[test]
fn a_certificate_that_is_not_the_servers_is_refused() {
    story(async |house: House| {
        let (smtp, other) = (Smtp::good().await, Smtp::good().await);
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let settings = Settings {
            authorities: Some(other.authority.clone()),
            ..to(&smtp)
        };
        let worker = house.postman(settings);
        let delivery = house.mailed(&uid, |d| d.problem.is_some()).await;
        worker.stop().await;
        let problem = delivery.problem.unwrap();
        assert!(problem.contains("could not be encrypted"), "{problem}");
        assert_eq!(
            (delivery.state.as_str(), smtp.count(Step::Mail)),
            ("queued", 0)
        );
    });
}

#[test]
fn a_wrong_password_is_the_operators_affair_and_refuses_no_mail() {
    story(async |house: House| {
        let kind = Kind {
            credentials: Some(("muster", "right")),
            ..USUAL
        };
        let smtp = Smtp::start(kind, |_, _| Act::Usual).await;
        for (n, credentials) in [Some(("muster".into(), "wrong".into())), None]
            .into_iter()
            .enumerate()
        {
            let (_, uid) = house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
            let settings = Settings {
                credentials,
                ..to(&smtp)
            };
            let worker = house.postman(settings);
            let delivery = house.mailed(&uid, |d| d.problem.is_some()).await;
            worker.stop().await;
            let problem = delivery.problem.unwrap();
            assert_eq!(delivery.state, "queued");
            assert!(
                problem.contains("535") || problem.contains("530"),
                "{problem}"
            );
            assert!(!problem.contains("wrong"), "{problem}");
        }
    });
}

#[test]
fn an_address_that_no_mail_can_go_to_is_refused_at_once() {
    story(async |house: House| {
        let smtp = Smtp::good().await;
        let mut uids = Vec::new();
        for address in [
            "jörg@x.org",
            "a@x.org\r\nRCPT TO:<b@x.org>",
            "a@x.org, b@x.org",
            "nobody",
        ] {
            uids.push(house.mail_invite("Ada", address, None).await.1);
        }
        let worker = house.postman(to(&smtp));
        for uid in &uids {
            let delivery = house.mailed(uid, |d| d.settled_at.is_some()).await;
            assert_eq!(delivery.state, "refused");
            assert!(delivery.problem.unwrap().contains("address"));
        }
        worker.stop().await;
        assert_eq!((smtp.taken().len(), smtp.count(Step::Rcpt)), (0, 0));
    });
}

#[test]
fn a_mail_is_given_up_after_two_days_and_not_before() {
    story(async |house: House| {
        let smtp = Smtp::start(USUAL, |step, _| match step {
            Step::Rcpt => Act::Say("450 4.2.1 mailbox busy"),
            _ => Act::Usual,
        })
        .await;
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let began = house.app.store.clock().now();
        let worker = house.postman(to(&smtp));
        for attempt in 1..=25 {
            if house.tried(&uid, attempt).await.settled_at.is_some() {
                break;
            }
        }
        let delivery = house.mailed(&uid, |d| d.settled_at.is_some()).await;
        worker.stop().await;
        assert_eq!(delivery.state, "failed");
        let took = delivery.settled_at.unwrap() - began;
        assert!(
            (TRIED_FOR..TRIED_FOR + 60 * MINUTE).contains(&took),
            "{took}"
        );
        let attempts = house.attempts(&uid).await.len();
        assert!((14..25).contains(&attempts), "{attempts}");
        assert_eq!(house.events().await.last().unwrap(), "mail.failed");
    });
}

#[test]
fn those_who_claim_at_once_never_take_the_same() {
    story(async |house: House| {
        for n in 0..20 {
            house
                .mail_invite("Ada", &format!("ada{n}@x.org"), None)
                .await;
        }
        let claims: Vec<_> = (0..40)
            .map(|_| {
                let house = house.clone();
                tokio::spawn(async move { claim(&house).await })
            })
            .collect();
        let mut taken = Vec::new();
        for one in claims {
            taken.extend(one.await.expect("no panic"));
        }
        while let Some(one) = claim(&house).await {
            taken.push(one);
        }
        let mut ids: Vec<_> = taken.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), taken.len()), (20, 20));
    });
}

#[test]
fn what_a_dead_process_left_is_sent_when_its_lease_ends_and_what_is_unknown_is_said() {
    story(async |house: House| {
        let (_, before) = house.mail_invite("Ada", "ada@x.org", None).await;
        let dead = claim(&house).await.expect("a claim");
        let (_, after) = house.mail_invite("Bob", "bob@x.org", None).await;
        let other = claim(&house).await.expect("another");
        let handed = other.clone();
        assert!(
            house
                .write(move |tx| sending::hand_over(tx, &handed, "<id@x.org>"))
                .await
        );
        house.clock.advance(LEASE - MINUTE);
        assert!(claim(&house).await.is_none());
        house.clock.advance(2 * MINUTE);
        let smtp = Smtp::good().await;
        let worker = house.postman(to(&smtp));
        for uid in [&before, &after] {
            house.mailed(uid, |d| d.state == "sent").await;
        }
        worker.stop().await;
        assert_eq!(house.outcomes(&before).await, ["abandoned", "sent"]);
        assert_eq!(house.outcomes(&after).await, ["unknown", "sent"]);
        assert_eq!(house.delivery(&before).await.unsure, 0);
        let unsure = house.delivery(&after).await;
        assert_eq!(
            (unsure.unsure, unsure.message_id.as_deref()),
            (1, Some("<id@x.org>"))
        );

        // It was only asleep: it must not send now, and what it says changes nothing.
        for (claim, may) in [(dead, false), (other, false)] {
            let mine = claim.clone();
            assert_eq!(
                house
                    .write(move |tx| sending::hand_over(tx, &mine, "x"))
                    .await,
                may
            );
            let late = Outcome::Refused("550 no".into());
            assert_eq!(
                house
                    .write(move |tx| sending::settle(tx, &claim, &late))
                    .await,
                None
            );
        }
        assert_eq!(house.delivery(&before).await.state, "sent");
        assert_eq!(smtp.taken().len(), 2);
    });
}

#[test]
fn that_a_message_was_taken_counts_however_late_it_is_said() {
    story(async |house: House| {
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let slow = claim(&house).await.expect("a claim");
        let mine = slow.clone();
        assert!(
            house
                .write(move |tx| sending::hand_over(tx, &mine, "<id@x.org>"))
                .await
        );
        house.clock.advance(LEASE + SECOND);
        let second = claim(&house).await.expect("it counts as lost");
        let sent = Outcome::Sent("250 ok".into());
        let settled = house
            .write(move |tx| sending::settle(tx, &slow, &sent))
            .await;
        assert_eq!(settled, Some(State::Sent));
        // Whoever has claimed it meanwhile does not send it a second time.
        assert!(
            !house
                .write(move |tx| sending::hand_over(tx, &second, "<id@x.org>"))
                .await
        );
        assert_eq!(house.delivery(&uid).await.state, "sent");
    });
}

#[test]
fn an_invite_that_is_revoked_while_its_mail_is_on_its_way_says_what_became_of_it() {
    story(async |house: House| {
        let caller = Caller::system(house.org);
        let (early, first) = house.mail_invite("Ada", "ada@x.org", None).await;
        let offered = claim(&house).await.expect("a claim");
        let asking = caller.clone();
        house
            .write(move |tx| invite::revoke(tx, &asking, &early))
            .await;
        let mine = offered.clone();
        assert!(
            !house
                .write(move |tx| sending::hand_over(tx, &mine, "x"))
                .await
        );
        assert_eq!(house.delivery(&first).await.state, "canceled");

        let (late, second) = house.mail_invite("Bob", "bob@x.org", None).await;
        let gone = claim(&house).await.expect("a claim");
        let mine = gone.clone();
        assert!(
            house
                .write(move |tx| sending::hand_over(tx, &mine, "x"))
                .await
        );
        house
            .write(move |tx| invite::revoke(tx, &caller, &late))
            .await;
        let sent = Outcome::Sent("250 ok".into());
        house
            .write(move |tx| sending::settle(tx, &gone, &sent))
            .await;
        assert_eq!(
            house.delivery(&second).await.state,
            "sent",
            "it has arrived"
        );
    });
}

#[test]
fn who_stops_lets_a_message_that_is_going_out_go_and_puts_back_the_others() {
    story(async |house: House| {
        let smtp = once(Step::Rcpt, Act::Hang).await;
        let mut settings = to(&smtp);
        // Who waited for the server would wait longer than the story does.
        settings.limits.step = 2 * PATIENCE;
        let (_, uid) = house.mail_invite("Ada", "ada@x.org", None).await;
        let worker = house.postman(settings.clone());
        let at_work = async || smtp.count(Step::Rcpt) > 0;
        eventually("the mail is on its way", at_work).await;
        worker.stop().await;
        let delivery = house.delivery(&uid).await;
        assert_eq!((delivery.state.as_str(), delivery.unsure), ("queued", 0));
        assert_eq!(house.outcomes(&uid).await, ["abandoned"]);
        // The next one need not wait for a lease.
        let worker = house.postman(settings);
        house.mailed(&uid, |d| d.state == "sent").await;
        worker.stop().await;
        assert_eq!(smtp.taken().len(), 1);
    });
}
