//! Members: the first one, inviting others, what they may be given and taken, and the second factor.

use hiring::member::{self, Member, Role, Second, factor, links};
use hiring::problem::{Clash, Noun};
use hiring::setup::{self, First, Wanted};
use hiring::{Problem, Result, delivery, job};
use store::Tx;
use totp_rs::Builder;

use crate::{House, caller, only_here, story};

const HASH: &str = "no hash";

fn add(tx: &mut Tx, house: &House, name: &str, role: Role) -> Result<Member> {
    let email = format!("{name}@x.org");
    member::create(tx, house.org, &email, name, role.word(), HASH)?;
    Ok(member::by_email(tx, &email)?.expect("made above").0)
}

async fn added(house: &House, name: &'static str, role: Role) -> Member {
    let of = house.clone();
    house
        .write(move |tx| add(tx, &of, name, role))
        .await
        .unwrap()
}

fn first(email: &str) -> First {
    First {
        organization: "Engines".into(),
        name: "Ada".into(),
        email: email.into(),
        password_hash: HASH.into(),
    }
}

#[test]
fn an_organization_without_members_gets_its_first_owner_once() {
    story(async |house: House| {
        let key = house.app.key.clone();
        let wanted = house.read(setup::wanted).await;
        let codes: Vec<String> = wanted.iter().map(|w| setup::code(&key, w)).collect();
        assert_eq!(codes.len(), 2, "both organizations of the house");
        assert_ne!(codes[0], codes[1]);
        let typed = codes[0].to_lowercase().replace('-', " ");
        let found = house.read(move |r| setup::opened(r, &key, &typed)).await;
        assert!(matches!(found, Some(Wanted::Member(of)) if of.id == house.org));

        // Two at once: one of them.
        let found = |email: &'static str| {
            let (key, code) = (house.app.key.clone(), codes[0].clone());
            house.write(move |tx| setup::found(tx, &key, &code, &first(email)))
        };
        let (one, other) = tokio::join!(found("ada@x.org"), found("bob@x.org"));
        let (ada, refused) = match (one, other) {
            (Ok(ada), Err(refused)) | (Err(refused), Ok(ada)) => (ada, refused),
            (one, other) => panic!("{one:?} and {other:?}"),
        };
        assert_eq!(refused, Problem::NotFound(Noun::Link));
        assert_eq!((ada.role(), ada.org), (Role::Owner, house.org));
        assert_eq!(house.events().await, ["job.created", "member.joined"]);
    });
}

#[test]
fn nothing_is_set_up_by_another_installations_code() {
    story(async |house: House| {
        let other = hiring::secret::InstallationKey::draw();
        let wanted = house.read(setup::wanted).await.remove(0);
        let code = setup::code(&other, &wanted);
        let key = house.app.key.clone();
        let found = house
            .write(move |tx| setup::found(tx, &key, &code, &first("ada@x.org")))
            .await;
        assert_eq!(found.unwrap_err(), Problem::NotFound(Noun::Link));
    });
}

#[test]
fn whoever_is_invited_joins_once_and_no_api_learns_the_link() {
    story(async |house: House| {
        let (key, org) = (house.app.key.clone(), house.org);
        let made = house.write(move |tx| {
            let caller = caller(org);
            let replaced = links::create(tx, &key, &caller, "ben@x.org", "", Role::Owner)?;
            let link = links::create(tx, &key, &caller, " Ben@X.org ", "Ben", Role::Auditor)?;
            links::mail(tx, "http://x", &caller, &link)?;
            let mail = delivery::outbox(tx, org, hiring::id::DeliveryId(0), 9)?.remove(0);
            Ok((replaced, link, mail))
        });
        let (replaced, link, mail) = made.await.unwrap();
        let url = |uid| links::url(&house.app.key, "http://x", uid);
        let token = |uid| url(uid).rsplit('/').next().unwrap().to_owned();
        let body = mail.body.unwrap();
        assert!(member::fill_link(&house.app.key, &body).contains(&url(link.uid)));
        let shown = member::hide_link(&body);
        assert!(
            !shown.contains(&token(link.uid)) && !shown.contains("member."),
            "{shown}"
        );

        let (old, new) = (token(replaced.uid), token(link.uid));
        let by_old = house
            .write(move |tx| links::take(tx, &old, "B", HASH))
            .await;
        assert_eq!(by_old.unwrap_err(), Problem::NotFound(Noun::Link));
        let again = new.clone();
        let ben = house
            .write(move |tx| links::take(tx, &new, "Ben B", HASH))
            .await
            .unwrap();
        assert_eq!((ben.name.as_str(), ben.role()), ("Ben B", Role::Auditor));
        let twice = house
            .write(move |tx| links::take(tx, &again, "C", HASH))
            .await;
        assert_eq!(twice.unwrap_err(), Problem::NotFound(Noun::Link));

        let key = house.app.key.clone();
        let member = house
            .write(move |tx| links::create(tx, &key, &caller(org), "ben@x.org", "", Role::Owner))
            .await;
        assert!(matches!(member.unwrap_err(), Problem::Invalid(f) if f[0].pointer == "/email"));
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "member.invited",
                "member.invited",
                "member.mailed",
                "member.joined"
            ]
        );
    });
}

#[test]
fn an_invitation_ends_and_can_be_taken_back() {
    story(async |house: House| {
        let (key, org, other) = (house.app.key.clone(), house.org, house.other);
        let made = house.write(move |tx| {
            let late = links::create(tx, &key, &caller(org), "a@x.org", "", Role::Owner)?;
            let revoked = links::create(tx, &key, &caller(org), "b@x.org", "", Role::Owner)?;
            Ok((late, revoked))
        });
        let (late, revoked) = made.await.unwrap();
        let uid = revoked.uid;
        let foreign = house
            .write(move |tx| links::revoke(tx, &caller(other), uid))
            .await;
        assert_eq!(foreign.unwrap_err(), Problem::NotFound(Noun::Link));
        house
            .write(move |tx| links::revoke(tx, &caller(org), uid))
            .await
            .unwrap();
        house.clock.advance(7 * 86_400 * 1_000_000);
        for link in [late, revoked] {
            let url = links::url(&house.app.key, "", link.uid);
            let token = url.rsplit('/').next().unwrap().to_owned();
            let taken = house
                .write(move |tx| links::take(tx, &token, "A", HASH))
                .await;
            assert_eq!(taken.unwrap_err(), Problem::NotFound(Noun::Link));
        }
    });
}

#[test]
fn an_organization_keeps_an_owner_whoever_takes_roles_at_once() {
    story(async |house: House| {
        let ann = added(&house, "ann", Role::Owner).await;
        let bob = added(&house, "bob", Role::Owner).await;
        let org = house.org;
        let demote = |who: &Member| {
            let uid = who.uid;
            house.write(move |tx| member::give_role(tx, &caller(org), uid, Role::Auditor))
        };
        let (one, other) = tokio::join!(demote(&ann), demote(&bob));
        let refused = one.err().or(other.err()).expect("one is refused");
        assert!(
            matches!(refused, Problem::Conflict(Clash::NotAllowed(_))),
            "{refused:?}"
        );
        let owners = house
            .read(move |r| {
                let all =
                    member::page(r, org, hiring::page::Side::After(0), &Default::default(), 9)?;
                Ok(all
                    .iter()
                    .filter(|m| m.role() == Role::Owner)
                    .map(|m| m.uid)
                    .collect::<Vec<_>>())
            })
            .await;
        assert_eq!(owners.len(), 1);
        let last = owners[0];
        let removed = house
            .write(move |tx| member::remove(tx, &caller(org), last))
            .await;
        assert!(matches!(
            removed.unwrap_err(),
            Problem::Conflict(Clash::NotAllowed(_))
        ));
    });
}

#[test]
fn who_is_removed_is_out_at_once_and_can_come_back() {
    story(async |house: House| {
        added(&house, "ann", Role::Owner).await;
        let bob = added(&house, "bob", Role::Interviewer).await;
        let (org, of, job) = (house.org, bob.clone(), house.job.id);
        let token = house.write(move |tx| {
            let edit = job::JobEdit {
                interviewers: Some(vec![of.id]),
                ..job::JobEdit::default()
            };
            job::edit(tx, &caller(org), job, &edit)?;
            assert_eq!(member::jobs_of(tx, org, of.id)?, [job]);
            member::sign_in(tx, &of)
        });
        let (token, uid, other) = (token.await.unwrap(), bob.uid, house.other);
        let foreign = house
            .write(move |tx| member::remove(tx, &caller(other), uid))
            .await;
        assert_eq!(foreign.unwrap_err(), Problem::NotFound(Noun::Member));
        house
            .write(move |tx| member::remove(tx, &caller(org), uid))
            .await
            .unwrap();
        let id = bob.id;
        let seen = house.read(move |r| {
            let session = member::of_session(r, &token)?.is_some();
            let signs_in = member::by_email(r, "bob@x.org")?.is_some();
            Ok((session, signs_in, member::jobs_of(r, org, id)?.len()))
        });
        assert_eq!(seen.await, (false, false, 0));
        let key = house.app.key.clone();
        let back = house.write(move |tx| {
            let link = links::create(tx, &key, &caller(org), "bob@x.org", "", Role::Recruiter)?;
            let url = links::url(&key, "", link.uid);
            links::take(tx, url.rsplit('/').next().unwrap(), "Bob again", HASH)
        });
        let back = back.await.unwrap();
        assert_eq!(
            (back.uid, back.role(), back.ended_at),
            (uid, Role::Recruiter, None)
        );
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "job.updated",
                "member.sessions_ended",
                "member.removed",
                "member.invited",
                "member.joined"
            ]
        );
    });
}

#[test]
fn a_new_password_ends_every_other_session() {
    story(async |house: House| {
        let ann = added(&house, "ann", Role::Owner).await;
        let (org, of) = (house.org, ann.clone());
        let left = house.write(move |tx| {
            let (here, there) = (member::sign_in(tx, &of)?, member::sign_in(tx, &of)?);
            member::change_password(tx, &of.caller(), &of, "another", Some(&here))?;
            let (_, hash) = member::by_email(tx, "ann@x.org")?.expect("Ann");
            assert_eq!(hash, "another");
            let left = member::sessions(tx, org, of.id)?.len();
            let mine = member::of_session(tx, &here)?.is_some();
            Ok((left, mine, member::of_session(tx, &there)?.is_some()))
        });
        assert_eq!(left.await.unwrap(), (1, true, false));
        let (key, of) = (house.app.key.clone(), ann.clone());
        let by_link = house.write(move |tx| {
            let link = links::for_password(tx, &key, &caller(org), &of)?;
            let url = links::url(&key, "", link.uid);
            let token = url.rsplit('/').next().unwrap();
            // Such a link makes no member.
            assert!(links::take(tx, token, "X", HASH).is_err());
            links::take_password(tx, token, "a third")?;
            member::sessions(tx, org, of.id)
        });
        assert_eq!(by_link.await.unwrap().len(), 0);
    });
}

/// The code that the app of somebody with this secret shows.
fn shown(secret: &str, micros: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(micros / 1_000_000).unwrap())
        .to_string()
}

#[test]
fn a_second_factor_asks_for_each_code_once() {
    story(async |house: House| {
        let ann = added(&house, "ann", Role::Owner).await;
        let (key, of) = (house.app.key.clone(), ann.clone());
        let begun = house.write(move |tx| {
            let one = factor::begin(tx, &key, &of, "Engines: <x>")?.expect("off so far");
            let same = factor::begin(tx, &key, &of, "Engines: <x>")?.expect("still off");
            assert_eq!(one.secret, same.secret);
            assert!(
                one.link
                    .starts_with("otpauth://totp/Engines%20%20%3Cx%3E:ann%40x.org?"),
                "{}",
                one.link
            );
            assert!(!factor::pass(
                tx,
                &key,
                &of.caller(),
                &of,
                &shown(&one.secret, tx.now())
            )?);
            Ok((one.secret, tx.now()))
        });
        let (secret, now) = begun.await.unwrap();
        let (key, of, code) = (house.app.key.clone(), ann.clone(), shown(&secret, now));
        let codes = house.write(move |tx| {
            assert!(factor::confirm(tx, &key, &of.caller(), &of, "000").is_err());
            let codes = factor::confirm(tx, &key, &of.caller(), &of, &code)?;
            // The one that switched it on is used up.
            assert!(!factor::pass(tx, &key, &of.caller(), &of, &code)?);
            assert!(factor::begin(tx, &key, &of, "x")?.is_none());
            Ok(codes)
        });
        let codes = codes.await.unwrap();
        assert_eq!(codes.len(), 10);

        house.clock.advance(60 * 1_000_000);
        let code = shown(&secret, now + 60_000_000);
        let pass = |code: String| {
            let (key, of) = (house.app.key.clone(), ann.clone());
            house.write(move |tx| factor::pass(tx, &key, &of.caller(), &of, &code))
        };
        let (one, other) = tokio::join!(pass(code.clone()), pass(code));
        assert_eq!(
            u8::from(one.unwrap()) + u8::from(other.unwrap()),
            1,
            "two at once by one code"
        );
        let recovery = codes[3].to_lowercase();
        let (one, other) = tokio::join!(pass(recovery.clone()), pass(recovery));
        assert_eq!(
            u8::from(one.unwrap()) + u8::from(other.unwrap()),
            1,
            "two at once by one recovery code"
        );
        let of = ann.clone();
        let state = house.read(move |r| factor::state(r, &of)).await;
        assert!(matches!(state, Second::On { codes: 9, .. }), "{state:?}");
        let of = ann.clone();
        assert!(
            house
                .write(move |tx| factor::disable(tx, &of.caller(), &of))
                .await
                .unwrap()
        );
        let kept = only_here!("SELECT COUNT(*) FROM recovery_code");
        assert_eq!(house.read(move |r| Ok(r.number(kept, &[])?)).await, 0);
        assert_eq!(
            house.events().await,
            [
                "job.created",
                "member.second_factor_enabled",
                "member.recovery_code_used",
                "member.second_factor_disabled"
            ]
        );
    });
}

#[test]
fn single_keys_are_each_members_own_and_on_until_they_say_otherwise() {
    story(async |house: House| {
        let ada = added(&house, "ada", Role::Owner).await;
        let bob = added(&house, "bob", Role::Interviewer).await;
        let on = async |of: &Member| {
            let of = of.clone();
            house.read(move |r| member::keys_on(r, &of)).await
        };
        let switch = async |on: bool| {
            let bob = bob.clone();
            let done = house.write(move |tx| member::switch_keys(tx, &bob.caller(), &bob, on));
            done.await.unwrap();
        };
        assert!(on(&bob).await);
        switch(true).await;
        for _ in 0..2 {
            switch(false).await;
            assert!(!on(&bob).await && on(&ada).await);
        }
        switch(true).await;
        assert!(on(&bob).await);
        // What changed nothing is no event.
        assert_eq!(
            house.events().await,
            ["job.created", "member.changed", "member.changed"]
        );
    });
}
