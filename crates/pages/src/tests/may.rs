//! The matrix: every role at every address of the desk. The addresses come from the table that the router is made of, so
//! that none can be forgotten here.

use axum::http::{Method, StatusCode};
use hiring::member::{self, Right, Role};

use super::*;
use crate::desk::may::Needs;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// What stands in the place of `{…}`: a name that nobody has.
const NOBODY: &str = "0198c0de-0000-7000-8000-00000000dead";

fn address(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => NOBODY,
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

impl House {
    /// A new session of the member in this role, as a cookie.
    async fn session_of(&self, role: Role) -> String {
        let (org, email) = (self.org, format!("{}@example.org", role.word()));
        let hash = "none".to_owned();
        let token = self.app.store.write(move |tx| {
            if member::by_email(tx, &email)?.is_none() {
                member::create(tx, org, &email, "Somebody", role.word(), &hash)?;
            }
            let (member, _) = member::by_email(tx, &email)?.expect("made above");
            member::sign_in(tx, &member)
        });
        format!("muster_session={}", token.await.unwrap())
    }

    async fn call(&self, method: &Method, path: &str, headers: &[(&str, &str)]) -> StatusCode {
        let mut all = vec![FORM];
        all.extend_from_slice(headers);
        let sent = request(method.clone(), &address(path), &all, "");
        // Not its body: some of them never end.
        let response = self.router.clone().oneshot(sent).await;
        response.unwrap().status()
    }
}

#[tokio::test]
async fn every_role_reaches_what_the_table_says_and_nothing_else() {
    let house = House::new().await;
    let table = crate::desk::table();
    assert!(table.len() > 5, "the table of addresses is empty");
    for role in Role::ALL {
        for route in &table {
            let Needs::Right(right) = route.needs else {
                continue;
            };
            // Anew each time: some addresses end sessions.
            let cookie = house.session_of(role).await;
            let status = house
                .call(&route.method, route.path, &[("cookie", &cookie)])
                .await;
            let place = format!("{role:?} at {} {}", route.method, route.path);
            assert_eq!(
                status == StatusCode::FORBIDDEN,
                !role.may(right),
                "{place}: {status}"
            );
            assert!(status.as_u16() < 500, "{place}: {status}");
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{place}");
        }
    }
}

#[tokio::test]
async fn strangers_see_the_sign_in_and_forms_of_other_sites_do_nothing() {
    let house = House::new().await;
    let cookie = house.session_of(Role::Owner).await;
    for route in crate::desk::table() {
        if route.needs == Needs::Nothing {
            continue;
        }
        let place = format!("{} {}", route.method, route.path);
        let status = house.call(&route.method, route.path, &[]).await;
        let expected = match route.path {
            "/desk" => StatusCode::OK,
            _ => StatusCode::UNAUTHORIZED,
        };
        assert_eq!(status, expected, "{place}");
        let made_up = [("cookie", "muster_session=abc")];
        let status = house.call(&route.method, route.path, &made_up).await;
        assert_eq!(status, expected, "{place} with a made-up session");
        if route.method != Method::GET {
            let foreign = [
                ("cookie", cookie.as_str()),
                ("sec-fetch-site", "cross-site"),
            ];
            let status = house.call(&route.method, route.path, &foreign).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{place} from elsewhere");
        }
    }
}

#[tokio::test]
async fn the_navigation_shows_no_way_to_where_one_may_not_go() {
    let house = House::new().await;
    for role in Role::ALL {
        let cookie = house.session_of(role).await;
        let seen = house.get("/desk", &[("cookie", &cookie)]).await;
        assert_eq!(seen.status, StatusCode::OK, "{role:?}");
        for (right, link) in [
            (Right::SeeMembers, "href=\"/desk/members\""),
            (Right::SeeNumbers, "href=\"/desk/numbers\""),
            (Right::Invite, "href=\"/desk/invite\""),
            (Right::SeeIntegrations, "href=\"/desk/integrations\""),
        ] {
            if seen.text.contains(link) {
                assert!(role.may(right), "{role:?} is shown {link}");
            }
        }
    }
}
