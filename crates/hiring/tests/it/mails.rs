//! Mails: whose words, in which language, to whom; how one stands and what came back.

use hiring::application::{self, Disposition, NewApplication};
use hiring::candidate::NewCandidate;
use hiring::delivery::{self, Delivery, sending};
use hiring::event::Subject;
use hiring::id::DeliveryId;
use hiring::invite::{self, NewInvite};
use hiring::mail::{self, Kind, Letter, Source, template};
use hiring::problem::{Clash, Noun, Problem};
use hiring::record::How;
use hiring::{Result, organization};
use serde_json::json;

use crate::secrets::{contains, everything_stored};
use crate::{House, at_once, caller, only_here, said, story};

fn source(subject: &str, body: &str) -> Source {
    Source {
        subject: subject.into(),
        body: body.into(),
        html: None,
    }
}

async fn put(house: &House, kind: Kind, language: &'static str, source: &Source) -> Result<bool> {
    let (caller, source) = (caller(house.org), source.clone());
    let put = house.write(move |tx| template::put(tx, &caller, kind, language, &source));
    Ok(put.await?.1)
}

/// Invites somebody in this language and mails it.
pub(crate) async fn invited(house: &House, email: &str, language: Option<&str>) -> Delivery {
    let who = house.person(email).await.candidate.id;
    let new = NewApplication {
        pending: true,
        ..NewApplication::default()
    };
    let application = house.apply(who, new).await.unwrap().application().clone();
    let (caller, key) = (caller(house.org), house.app.key.clone());
    let wanted = NewInvite {
        language: language.map(str::to_owned),
        ..NewInvite::default()
    };
    let made = house.write(move |tx| {
        let invite = invite::create_with(tx, &key, &caller, &application, &wanted)?;
        let uid = mail::invite(tx, "http://muster.test", &caller, &invite, None, None)?;
        delivery::find(tx, caller.org, &uid.to_string())
    });
    made.await.unwrap()
}

#[test]
fn the_words_are_the_organizations_own_in_the_nearest_language() {
    story(async |house: House| {
        let own = |subject: &str| source(subject, "{{ name }}: {{ link }}");
        assert!(
            put(&house, Kind::Invite, "pt-br", &own("brasileiro"))
                .await
                .unwrap()
        );
        assert!(
            put(&house, Kind::Invite, "de", &own("deutsch"))
                .await
                .unwrap()
        );
        for (n, (language, subject, used)) in [
            (Some("pt-br"), "brasileiro", "pt-br"),
            (Some("de-at"), "deutsch", "de"),
            (
                Some("fr-ca"),
                "Votre invitation à postuler : Programmer",
                "fr",
            ),
            // Of which there are none: in the organization's own, English.
            (Some("pt"), "Your invitation to apply: Programmer", "en"),
            (None, "Your invitation to apply: Programmer", "en"),
        ]
        .into_iter()
        .enumerate()
        {
            let mail = invited(&house, &format!("ada{n}@x.org"), language).await;
            assert_eq!(mail.subject.as_deref(), Some(subject), "{language:?}");
            assert_eq!(mail.language.as_deref(), Some(used));
            assert_eq!(mail.recipient, Some(format!("ada{n}@x.org")));
        }
        let asking = caller(house.org);
        house
            .write(move |tx| mail::put_settings(tx, &asking, Some("We"), Some("us@x.org"), "de"))
            .await
            .unwrap();
        let mail = invited(&house, "bob@x.org", Some("pt")).await;
        assert_eq!(mail.subject.as_deref(), Some("deutsch"));
        assert_eq!(
            (mail.from_name.as_deref(), mail.reply_to.as_deref()),
            (Some("We"), Some("us@x.org"))
        );
        // Taken away, the built-in ones are there again.
        let asking = caller(house.org);
        house
            .write(move |tx| template::remove(tx, &asking, Kind::Invite, "de"))
            .await
            .unwrap();
        let mail = invited(&house, "eve@x.org", Some("de")).await;
        assert_eq!(
            mail.subject.as_deref(),
            Some("Ihre Einladung zur Bewerbung: Programmer")
        );
        let asking = caller(house.org);
        let again = house
            .write(move |tx| template::remove(tx, &asking, Kind::Invite, "de"))
            .await;
        assert_eq!(again.err(), Some(Problem::NotFound(Noun::MailTemplate)));
        let events = house.events().await;
        let told: Vec<_> = events.iter().filter(|e| e.starts_with("mail_")).collect();
        assert_eq!(
            told,
            [
                "mail_template.changed",
                "mail_template.changed",
                "mail_settings.changed",
                "mail_template.removed"
            ]
        );
    });
}

#[test]
fn of_many_who_write_the_words_at_once_all_are_heard_and_one_was_the_first() {
    story(async |house: House| {
        let calls = (0..8).map(|n| {
            let house = house.clone();
            async move {
                put(
                    &house,
                    Kind::Rejection,
                    "en",
                    &source(&format!("s{n}"), "t"),
                )
                .await
                .unwrap()
            }
        });
        let firsts = at_once(calls)
            .await
            .into_iter()
            .filter(|first| *first)
            .count();
        assert_eq!(firsts, 1);
        // The same again changes nothing.
        let before = house.events().await.len();
        let org = house.org;
        let now = house
            .read(move |r| template::find(r, org, Kind::Rejection, "en"))
            .await;
        assert!(
            !put(&house, Kind::Rejection, "en", &now.source)
                .await
                .unwrap()
        );
        assert_eq!(house.events().await.len(), before);
    });
}

#[test]
fn words_that_fail_are_refused_when_written_and_do_no_harm_when_they_fail_later() {
    story(async |house: House| {
        let refused = put(&house, Kind::Invite, "en", &source("s", "{{ secret }}")).await;
        assert!(matches!(refused, Err(Problem::Invalid(_))));
        // As an older version, or a hand in the database, may have left them.
        let org = house.org;
        house
            .write(move |tx| {
                let row = only_here!(
                    "INSERT INTO mail_template (org_id, kind, language, subject, body, created_at, updated_at) \
                     VALUES ($1, 'invite', 'en', 's', '{{ no_such_value }}', 1, 1)"
                );
                Ok(tx.run(row, &[&org])?)
            })
            .await
            .unwrap();
        let mail = invited(&house, "ada@x.org", None).await;
        assert_eq!(
            mail.subject.as_deref(),
            Some("Your invitation to apply: Programmer")
        );
        let remark = mail.remark.expect("a remark");
        assert!(
            remark.contains("the template failed: body, line 1"),
            "{remark}"
        );
    });
}

#[test]
fn what_people_are_called_and_say_stays_data() {
    story(async |house: House| {
        let evil = "Ada\r\nBcc: all@x.org {{ link }} \u{0}invite.1.1\u{0}";
        let new = NewCandidate {
            said: said(
                json!({"full_name": evil.replace('\0', ""), "emails": [{"value": "ada@x.org"}]}),
            ),
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: Vec::new(),
        };
        let who = house.take_in(new).await.unwrap().candidate.id;
        put(
            &house,
            Kind::Rejection,
            "en",
            &source("For {{ name }}", "{{ name }}|{{ message }}"),
        )
        .await
        .unwrap();
        let (asking, message) = (caller(house.org), format!("{evil}\n{{% raw %}}"));
        let job = house.job.id;
        let queued = house.write(move |tx| {
            let letter = Letter {
                message: Some(message.clone()),
                ..Letter::default()
            };
            let about = Subject {
                candidate: Some(who),
                job: Some(job),
                ..Subject::default()
            };
            let uid = mail::queue(tx, &asking, Kind::Rejection, &about, &letter)?;
            delivery::find(tx, asking.org, &uid.to_string())
        });
        let mail = queued.await.unwrap();
        assert_eq!(
            mail.subject.as_deref(),
            Some("For Ada  Bcc: all@x.org {{ link }} invite.1.1")
        );
        let body = mail.body.unwrap();
        assert!(
            body.contains("{{ link }} invite.1.1\n{% raw %}"),
            "{body:?}"
        );
        assert!(!body.contains('\0') && !body.contains('\r'), "{body:?}");
    });
}

#[test]
fn a_mail_to_somebody_without_an_address_is_refused_and_nothing_is_stored() {
    story(async |house: House| {
        let new = NewCandidate {
            said: said(json!({"full_name": "Ada"})),
            foreign_ids: Vec::new(),
            how: How::Add,
            attachments: Vec::new(),
        };
        let who = house.take_in(new).await.unwrap().candidate.id;
        let application = house.apply(who, NewApplication::default()).await.unwrap();
        let application = application.application().clone();
        let asking = caller(house.org);
        let refused = house.write(move |tx| {
            application::dispose(tx, &asking, application.id, Disposition::Rejected, None)?;
            mail::rejection(tx, &asking, &application, Some("Sorry"))
        });
        let no_address = Clash::NotAllowed("the person has no e-mail address");
        assert_eq!(refused.await.err(), Some(Problem::Conflict(no_address)));
        assert_eq!(
            house.events().await.last().unwrap(),
            "application.submitted"
        );
    });
}

#[test]
fn a_veiled_link_is_a_slot_too_and_its_secret_lies_nowhere() {
    story(async |house: House| {
        let who = house.person("ada@x.org").await.candidate.id;
        let link = format!(
            "http://muster.test/confirm/{}",
            house.app.key.veil("tops3cret")
        );
        let asking = caller(house.org);
        let queued = house.write(move |tx| {
            let letter = Letter {
                link: Some(link.clone()),
                ..Letter::default()
            };
            let about = Subject::candidate(who);
            mail::queue(tx, &asking, Kind::ConfirmAddress, &about, &letter)
        });
        queued.await.unwrap();
        assert!(!contains(&everything_stored(&house).await, "tops3cret"));
        let claimed = house.write(sending::claim).await.unwrap().expect("a mail");
        let body = house.app.key.unveil(&claimed.body).unwrap();
        assert!(
            body.contains("http://muster.test/confirm/tops3cret"),
            "{body}"
        );
        assert_eq!(house.events().await.last().unwrap(), "draft.mailed");
    });
}

#[test]
fn a_mail_that_came_back_is_bounced_once_and_one_that_never_went_out_cannot_be() {
    story(async |house: House| {
        let mail = invited(&house, "ada@x.org", None).await;
        let bounce = |house: House, uid: String| async move {
            let asking = caller(house.org);
            house
                .write(move |tx| delivery::bounce(tx, &asking, &uid, "550 gone"))
                .await
        };
        let early = bounce(house.clone(), mail.uid.clone()).await;
        assert!(matches!(
            early,
            Err(Problem::Conflict(Clash::NotAllowed(_)))
        ));
        let claimed = house.write(sending::claim).await.unwrap().expect("a mail");
        let sent = sending::Outcome::Sent("250 ok".into());
        house
            .write(move |tx| sending::settle(tx, &claimed, &sent))
            .await
            .unwrap();
        let calls = (0..4).map(|_| bounce(house.clone(), mail.uid.clone()));
        for bounced in at_once(calls).await {
            let bounced = bounced.unwrap();
            assert_eq!(
                (bounced.state.as_str(), bounced.problem.as_deref()),
                ("bounced", Some("550 gone"))
            );
        }
        assert_eq!(
            house.events().await[4..],
            ["invite.mailed", "invite.sent", "mail.bounced"]
        );
    });
}

#[test]
fn another_organization_sees_and_changes_nothing_of_it() {
    story(async |house: House| {
        put(&house, Kind::Invite, "nl", &source("s", "t"))
            .await
            .unwrap();
        let mail = invited(&house, "ada@x.org", None).await;
        let (other, uid) = (house.other, mail.uid.clone());
        let hidden = house.read(move |r| {
            let invite = invite::page(
                r,
                other,
                hiring::id::InviteId(0),
                &invite::Filter::default(),
                9,
            )?;
            Ok((
                delivery::find(r, other, &uid).err(),
                delivery::outbox(r, other, DeliveryId(0), 9)?.len(),
                template::find(r, other, Kind::Invite, "nl").err(),
                invite.len(),
                organization::find(r, other)?.name == mail::settings(r, other)?.from_name,
            ))
        });
        assert_eq!(
            hidden.await,
            (
                Some(Problem::NotFound(Noun::Delivery)),
                0,
                Some(Problem::NotFound(Noun::MailTemplate)),
                0,
                true
            )
        );
        let invite = mail.invite.expect("an invite");
        let found = house
            .app
            .store
            .read(move |r| invite::find_by_uid(r, other, invite).map(drop))
            .await;
        assert_eq!(found.err(), Some(Problem::NotFound(Noun::Invite)));
        let (foreign, uid) = (caller(house.other), mail.uid.clone());
        let bounced = house
            .write(move |tx| delivery::bounce(tx, &foreign, &uid, "x"))
            .await;
        assert_eq!(bounced.err(), Some(Problem::NotFound(Noun::Delivery)));
    });
}
