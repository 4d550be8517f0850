//! Accounts that are linked, keys that make keys, and requests that are kept.

use std::collections::BTreeMap;

use hiring::api_key::{self, ApiKey, Fresh, NewKey};
use hiring::caller::{Caller, Permissions, Scopes, Who};
use hiring::id::{OrgId, Uuid, new_uid};
use hiring::linked_account::{
    self, EndUser, LinkedAccount, Scope, ScopeEdit, Settings, SettingsEdit,
};
use hiring::page::Side;
use hiring::problem::{Act, Noun, Problem};
use hiring::request::{self, NewRequest, Remark};
use hiring::webhook_receiver::{self, WebhookReceiver};
use hiring::{Result, audit, link, member, organization};

use crate::secrets::{contains, everything_stored};
use crate::{House, at_once, caller, story};

fn end_user() -> EndUser {
    EndUser {
        origin_id: "42".into(),
        organization_name: "Customer".into(),
        email_address: "ada@customer.example".into(),
    }
}

fn no_writing() -> Settings {
    let scope = Scope {
        model: "Person".into(),
        read: true,
        write: false,
        disabled_fields: vec!["name".into()],
    };
    Settings {
        scopes: vec![scope],
        ..Settings::default()
    }
}

async fn a_link(house: &House, minutes: Option<i64>) -> String {
    let org = house.org;
    let make = move |tx: &mut store::Tx<'_>| {
        link::create(tx, &caller(org), &end_user(), &no_writing(), minutes)
    };
    house.write(make).await.unwrap()
}

async fn complete(house: &House, token: &str) -> Result<(LinkedAccount, String)> {
    let (key, token) = (house.app.key.clone(), token.to_owned());
    house
        .write(move |tx| link::complete(tx, &key, &token))
        .await
}

/// What the organization gets for a public token.
async fn exchange(house: &House, org: OrgId, public: &str) -> Result<(LinkedAccount, String)> {
    let (key, public) = (house.app.key.clone(), public.to_owned());
    let exchanged = house
        .app
        .store
        .read(move |r| link::exchange(r, &key, org, &public));
    exchanged.await
}

/// Whether the token opens an account of the organization.
async fn opens(house: &House, org: OrgId, token: &str) -> bool {
    let token = token.to_owned();
    let found = house.read(move |r| linked_account::look_up(r, org, &token));
    found.await.is_some()
}

#[test]
fn a_link_makes_one_account_however_many_press_the_button() {
    story(async |house: House| {
        let token = a_link(&house, None).await;
        let presses = (0..8).map(|_| {
            let (house, token) = (house.clone(), token.clone());
            async move { complete(&house, &token).await }
        });
        let (done, late): (Vec<_>, Vec<_>) =
            at_once(presses).await.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1);
        for one in late {
            assert_eq!(one.unwrap_err(), Problem::Gone(Noun::Link));
        }
        let (account, public) = done.into_iter().next().unwrap().unwrap();
        assert_eq!(account.end_user, Some(end_user()));
        assert_eq!(*account.settings, no_writing());

        // Exchanging twice gives the same token, and another organization none.
        let (found, account_token) = exchange(&house, house.org, &public).await.unwrap();
        let (_, again) = exchange(&house, house.org, &public).await.unwrap();
        assert_eq!((found.uid, &account_token), (account.uid, &again));
        assert!(exchange(&house, house.other, &public).await.is_err());
        assert!(exchange(&house, house.org, &token).await.is_err());
        assert!(opens(&house, house.org, &account_token).await);
        assert!(!opens(&house, house.other, &account_token).await);

        let stored = everything_stored(&house).await;
        assert!(contains(&stored, "customer.example"));
        for secret in [&token, &public, &account_token] {
            assert!(!contains(&stored, secret));
        }
        assert_eq!(
            house.events().await,
            ["job.created", "link.created", "linked_account.linked"]
        );
    });
}

#[test]
fn a_link_ends_with_its_time() {
    story(async |house: House| {
        let (short, long) = (a_link(&house, Some(30)).await, a_link(&house, None).await);
        house.clock.advance(30 * 60 * 1_000_000);
        let late = complete(&house, &short).await;
        assert_eq!(late.unwrap_err(), Problem::Gone(Noun::Link));
        assert!(complete(&house, &long).await.is_ok());
        let none = complete(&house, "no token").await;
        assert_eq!(none.unwrap_err(), Problem::NotFound(Noun::Link));
    });
}

#[test]
fn a_new_token_ends_the_old_one_and_a_removal_every_one() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let make = move |tx: &mut store::Tx<'_>| linked_account::create(tx, org, "ours", "random");
        let uid = house.write(make).await.unwrap().uid;
        let mut tokens = vec!["random".to_owned()];
        for _ in 0..2 {
            let key = house.app.key.clone();
            let renew = move |tx: &mut store::Tx<'_>, org| {
                linked_account::regenerate(tx, &key, &caller(org), uid)
            };
            let of_other = renew.clone();
            assert!(house.write(move |tx| of_other(tx, other)).await.is_err());
            tokens.push(house.write(move |tx| renew(tx, org)).await.unwrap());
            let (last, old) = tokens.split_last().unwrap();
            assert!(opens(&house, org, last).await);
            for token in old {
                assert!(!opens(&house, org, token).await);
            }
        }
        let found = house.read(move |r| linked_account::find(r, org, uid)).await;
        assert_eq!(
            linked_account::token(&house.app.key, &found),
            tokens.last().cloned()
        );
        let remove =
            move |tx: &mut store::Tx<'_>, org| linked_account::remove(tx, &caller(org), uid);
        assert!(house.write(move |tx| remove(tx, other)).await.is_err());
        house.write(move |tx| remove(tx, org)).await.unwrap();
        assert!(house.write(move |tx| remove(tx, org)).await.is_err());
        assert!(!opens(&house, org, tokens.last().unwrap()).await);
        let left = house
            .read(move |r| linked_account::list(r, org, Side::After(0), 9))
            .await;
        assert!(left.is_empty());
    });
}

#[test]
fn settings_change_part_by_part() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let make = move |tx: &mut store::Tx<'_>| linked_account::create(tx, org, "ours", "random");
        let uid = house.write(make).await.unwrap().uid;
        let requires = BTreeMap::from([("Person".to_owned(), vec!["email".to_owned()])]);
        let edits = [
            SettingsEdit {
                requires: Some(requires.clone()),
                scopes: Vec::new(),
            },
            SettingsEdit {
                requires: None,
                scopes: vec![ScopeEdit {
                    model: "Person".into(),
                    write: Some(false),
                    disabled_fields: vec!["name".into()],
                    ..ScopeEdit::default()
                }],
            },
        ];
        for edit in edits.clone() {
            let change = move |tx: &mut store::Tx<'_>| {
                linked_account::change_settings(tx, &caller(other), uid, &edit)
            };
            assert!(house.write(change).await.is_err());
        }
        // Both at once: neither undoes the other.
        let changes = edits.map(|edit| {
            let house = house.clone();
            async move {
                let change = move |tx: &mut store::Tx<'_>| {
                    linked_account::change_settings(tx, &caller(org), uid, &edit)
                };
                house.write(change).await
            }
        });
        for changed in at_once(changes).await {
            changed.unwrap();
        }
        let found = house.read(move |r| linked_account::find(r, org, uid)).await;
        assert_eq!(found.settings.requires, requires);
        assert_eq!(found.settings.scopes, no_writing().scopes);
        assert!(!found.settings.scope("Person").unwrap().write);
        assert_eq!(found.settings.scope("Pet"), None);
        let mut settings = Settings::clone(&found.settings);
        settings.switch(&[ScopeEdit {
            model: "Person".into(),
            write: Some(true),
            enabled_fields: vec!["name".into()],
            ..ScopeEdit::default()
        }]);
        assert!(settings.scopes.is_empty());
    });
}

#[test]
fn accounts_are_paged_both_ways_and_the_app_forgets_what_it_is_told_to() {
    story(async |house: House| {
        let org = house.org;
        let make = move |tx: &mut store::Tx<'_>| {
            let mut uids = Vec::new();
            for n in 0..5 {
                uids.push(linked_account::create(tx, org, "ours", &format!("t{n}"))?.uid);
            }
            Ok(uids)
        };
        let uids = house.write(make).await.unwrap();
        let page = |side, limit| house.read(move |r| linked_account::list(r, org, side, limit));
        let first = page(Side::After(0), 3).await;
        assert_eq!(first.iter().map(|a| a.uid).collect::<Vec<_>>(), uids[..3]);
        let back = page(Side::Before(first[2].id.0), 9).await;
        assert_eq!(
            back.iter().map(|a| a.uid).collect::<Vec<_>>(),
            [uids[1], uids[0]]
        );

        let app = &house.app;
        assert!(app.linked_account(org, "t0").await.unwrap().is_some());
        let uid = uids[0];
        house
            .write(move |tx| linked_account::remove(tx, &caller(org), uid))
            .await
            .unwrap();
        app.forget_account(uid);
        assert!(app.linked_account(org, "t0").await.unwrap().is_none());
    });
}

#[test]
fn a_wish_for_an_event_is_one_however_often_it_is_said() {
    story(async |house: House| {
        let org = house.org;
        let make = move |tx: &mut store::Tx<'_>| linked_account::create(tx, org, "ours", "random");
        let account = house.write(make).await.unwrap();
        let id = account.id;
        for (is_active, key) in [(true, Some("a secret word")), (false, None)] {
            let (account, installation) = (account.clone(), house.app.key.clone());
            let wish = WebhookReceiver {
                event: "Person.changed".into(),
                is_active,
            };
            let put = move |tx: &mut store::Tx<'_>| {
                webhook_receiver::put(tx, &installation, &caller(org), &account, &wish, &[], key)
            };
            house.write(put).await.unwrap();
        }
        let wishes = house
            .read(move |r| webhook_receiver::list(r, org, id))
            .await;
        assert_eq!(wishes.len(), 1);
        assert!(!wishes[0].is_active);
        assert!(!contains(&everything_stored(&house).await, "a secret word"));
    });
}

async fn a_key(house: &House, name: &'static str, permissions: Permissions) -> ApiKey {
    let (org, installation) = (house.org, house.app.key.clone());
    let key = hiring::secret::token("");
    let make = move |tx: &mut store::Tx<'_>| {
        let new = NewKey {
            dialect: "test",
            name,
            key: &key,
            username: None,
            second: None,
            sealed: None,
            permissions,
            limit: Some((5, 60)),
        };
        api_key::create(tx, &installation, org, &new)
    };
    house.write(make).await.unwrap()
}

async fn fresh(
    house: &House,
    by: Caller,
    name: &'static str,
    renew: bool,
) -> Result<(ApiKey, String)> {
    let installation = house.app.key.clone();
    let key = hiring::secret::token("");
    let make = move |tx: &mut store::Tx<'_>| {
        let new = Fresh {
            dialect: "test",
            name,
            key: &key,
        };
        let made = if renew {
            api_key::regenerate(tx, &installation, &by, &new)?
        } else {
            api_key::generate(tx, &installation, &by, &new)?
        };
        Ok((made, key.clone()))
    };
    house.write(make).await
}

#[test]
fn a_key_makes_none_that_opens_more() {
    story(async |house: House| {
        let org = house.org;
        let wide = a_key(&house, "wide", Permissions::USUAL).await;
        assert_eq!(wide.scopes, Scopes::ALL);
        let narrow = a_key(&house, "narrow", Permissions::USUAL).await;
        let scopes = Scopes::parse("thing:WRITE thing:READ");
        let set = {
            let scopes = scopes.clone();
            move |tx: &mut store::Tx<'_>| api_key::narrow(tx, org, narrow.uid, &scopes)
        };
        let narrow = house.write(set).await.unwrap();
        assert_eq!(narrow.scopes, scopes);
        assert_eq!(narrow.caller().require_scope(&["thing:READ"]), Ok(()));
        assert_eq!(
            narrow.caller().require_scope(&["other:READ"]),
            Err(Problem::OutOfScope("other:READ"))
        );

        let (made, _) = fresh(&house, narrow.caller(), "its", false).await.unwrap();
        assert_eq!(made.scopes, scopes);
        let refused = fresh(&house, narrow.caller(), "wide", true).await;
        assert!(matches!(refused, Err(Problem::OutOfScope(_))));
        let (renewed, _) = fresh(&house, wide.caller(), "narrow", true).await.unwrap();
        assert_eq!(renewed.scopes, scopes);

        let other = house.write(|tx| organization::create(tx, "Another")).await;
        let other = other.unwrap().id;
        let foreign = house.write(move |tx| api_key::narrow(tx, other, renewed.uid, &Scopes::ALL));
        assert_eq!(foreign.await.unwrap_err(), Problem::NotFound(Noun::ApiKey));
    });
}

#[test]
fn a_key_makes_none_that_may_do_more() {
    story(async |house: House| {
        let usual = a_key(&house, "usual", Permissions::USUAL).await;
        let all = a_key(&house, "all", Permissions::ALL).await;
        let reader = a_key(&house, "reader", Permissions::parse("read").unwrap()).await;

        let (made, _) = fresh(&house, usual.caller(), "mine", false).await.unwrap();
        assert_eq!(made.permissions, Permissions::USUAL);
        assert_eq!(made.limit, Some((5, 60)));
        let refused = fresh(&house, reader.caller(), "mine", false).await;
        assert_eq!(refused.unwrap_err(), Problem::Forbidden(Act::Write));

        // Neither does renewing a stronger one, which stays.
        let refused = fresh(&house, usual.caller(), "all", true).await;
        assert_eq!(refused.unwrap_err(), Problem::Forbidden(Act::EeoRead));
        let none = fresh(&house, usual.caller(), "nobody's", true).await;
        assert_eq!(none.unwrap_err(), Problem::NotFound(Noun::ApiKey));
        let live = |uid: Uuid| house.read(move |r| Ok(api_key::by_uid(r, "test", uid)?.is_some()));
        assert!(live(all.uid).await);

        // A weaker one stays as weak, and two of a name become one.
        let second = a_key(&house, "usual", Permissions::parse("read").unwrap()).await;
        let (renewed, text) = fresh(&house, all.caller(), "usual", true).await.unwrap();
        assert_eq!(renewed.permissions, Permissions::USUAL);
        assert!(!live(usual.uid).await && !live(second.uid).await && live(renewed.uid).await);
        let found = house
            .read(move |r| api_key::authenticate(r, "test", &text))
            .await;
        assert_eq!(found.unwrap().uid, renewed.uid);
        assert_eq!(
            house.events().await,
            ["job.created", "api_key.created", "api_key.renewed"]
        );
    });
}

fn asked(uid: Uuid, status: u16) -> NewRequest {
    let remark = Remark {
        pointer: "/a".into(),
        detail: "It is bad.".into(),
    };
    NewRequest {
        uid,
        dialect: "test",
        method: "POST",
        route: "/people/{id}",
        status,
        body: (status >= 400).then(|| "{}".to_owned()),
        remarks: if status < 400 {
            Vec::new()
        } else {
            vec![remark]
        },
    }
}

#[test]
fn requests_are_kept_for_their_organization_and_their_time() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let key = a_key(&house, "the key", Permissions::USUAL).await;
        let by = key.caller();
        let (done, refused) = (new_uid(), new_uid());
        let keep = {
            let by = by.clone();
            move |tx: &mut store::Tx<'_>| {
                request::keep(tx, &by, &asked(done, 201))?;
                request::keep(tx, &by, &asked(refused, 400))
            }
        };
        house.write(keep).await.unwrap();
        let found = house.read(move |r| request::find(r, org, refused)).await;
        assert_eq!(found.key_name.as_deref(), Some("the key"));
        assert_eq!((found.status, found.remarks.len()), (400, 1));
        assert_eq!(found.body.as_deref(), Some("{}"));
        let found = house.read(move |r| request::find(r, org, done)).await;
        assert_eq!((found.body, found.remarks.len()), (None, 0));
        let elsewhere = house
            .app
            .store
            .read(move |r| request::find(r, other, done))
            .await;
        assert_eq!(elsewhere.unwrap_err(), Problem::NotFound(Noun::Request));
        let list = |org, side| house.read(move |r| request::list(r, org, side, 9));
        let all = list(org, Side::After(0)).await;
        assert_eq!(
            all.iter().map(|q| q.uid).collect::<Vec<_>>(),
            [done, refused]
        );
        let newest = list(org, Side::Before(i64::MAX)).await;
        assert_eq!(newest[0].uid, refused);
        assert!(list(other, Side::After(0)).await.is_empty());

        house.clock.advance(30 * 86_400 * 1_000_000);
        let late = new_uid();
        house
            .write(move |tx| request::keep(tx, &by, &asked(late, 201)))
            .await
            .unwrap();
        let forget = |tx: &mut store::Tx<'_>| request::forget(tx, 30, 200);
        assert_eq!(house.write(forget).await.unwrap(), 2);
        assert_eq!(list(org, Side::After(0)).await[0].uid, late);
    });
}

#[test]
fn nothing_around_accounts_is_another_organizations() {
    story(async |house: House| {
        let (org, other) = (house.org, house.other);
        let installation = house.app.key.clone();
        let make = move |tx: &mut store::Tx<'_>| {
            let account = linked_account::create(tx, org, "ours", "random")?;
            let wish = WebhookReceiver {
                event: "Person.changed".into(),
                is_active: true,
            };
            webhook_receiver::put(tx, &installation, &caller(org), &account, &wish, &[], None)?;
            Ok(account)
        };
        let account = house.write(make).await.unwrap();
        house.events().await;
        let look = move |r: &mut store::Reader<'_>, org| {
            let which = audit::Which {
                kind: Some("webhook_receiver_enabled".into()),
                ..audit::Which::default()
            };
            Ok([
                linked_account::find(r, org, account.uid).iter().count(),
                linked_account::list(r, org, Side::After(0), 9)?.len(),
                linked_account::list(r, org, Side::Before(i64::MAX), 9)?.len(),
                webhook_receiver::list(r, org, account.id)?.len(),
                audit::page(r, org, &which, Side::After(0), 9)?.len(),
                audit::page(r, org, &which, Side::Before(i64::MAX), 9)?.len(),
            ])
        };
        assert_eq!(house.read(move |r| look(r, org)).await, [1; 6]);
        assert_eq!(house.read(move |r| look(r, other)).await, [0; 6]);
    });
}

#[test]
fn the_audit_trail_names_members_and_filters() {
    story(async |house: House| {
        let org = house.org;
        let make = move |tx: &mut store::Tx<'_>| {
            let id = member::create(tx, org, "Anna@x.org", "Anna", "owner", "no hash")?;
            let anna = Caller {
                who: Who::Member(id),
                ..caller(org)
            };
            link::create(tx, &anna, &end_user(), &Settings::default(), None)?;
            link::create(tx, &caller(org), &end_user(), &Settings::default(), None)
        };
        house.write(make).await.unwrap();
        house.events().await;
        let page = |which: audit::Which| {
            house.read(move |r| audit::page(r, org, &which, Side::After(0), 9))
        };
        let of = |email: &str| audit::Which {
            email: Some(email.into()),
            ..audit::Which::default()
        };
        let hers = page(of("anna@X.org")).await;
        assert_eq!(hers.len(), 1);
        assert_eq!(hers[0].by.as_ref().unwrap().name, "Anna");
        assert!(page(of("otto@x.org")).await.is_empty());
        let all = page(audit::Which::default()).await;
        assert_eq!(all.len(), 3);
        let at = all[1].event.created_at;
        let later = audit::Which {
            created_after: Some(at),
            ..audit::Which::default()
        };
        assert!(page(later).await.iter().all(|e| e.event.created_at > at));
        let links = audit::Which {
            kind: Some("link.created".into()),
            created_before: Some(at + 1_000_000_000),
            ..audit::Which::default()
        };
        assert_eq!(page(links).await.len(), 2);
    });
}
