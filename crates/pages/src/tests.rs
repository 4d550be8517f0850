//! Every template from its sample, and every page's status and headers over a real store in a throw-away folder.

mod links;
mod may;

use std::sync::Arc;

use askama::Template as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::IntoResponse as _;
use hiring::app::{App, Settings};
use hiring::caller::Caller;
use hiring::candidate::{self, NewCandidate};
use hiring::id::{OrgId, new_uid};
use hiring::invite::{self, Invite, State};
use hiring::job::{self, NewJob};
use hiring::record::How;
use hiring::secret::InstallationKey;
use hiring::submission::{self, NewSubmission};
use hiring::{Problem, application, counts, event, member, organization};
use serde_json::json;
use store::files::Files;
use store::{Config, Place, Store, Tx};
use tower::ServiceExt as _;

use crate::page::{Notice, Page};

const EMAIL: &str = "anna@example.org";
const PASSWORD: &str = "correct horse";

/// A running program with one organization, one member, one job.
struct House {
    app: App,
    router: Router,
    org: OrgId,
    _folder: tempfile::TempDir,
}

/// A response, read whole.
struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// Draws nothing.
struct Unable;

impl crate::Draw for Unable {
    fn outline(&self, _: bytes::Bytes) -> Result<hiring::extraction::Outline, crate::Undrawn> {
        Err(crate::Undrawn {
            words: "nobody can",
            of_file: true,
        })
    }

    fn page(&self, _: u32, _: bytes::Bytes) -> Result<bytes::Bytes, crate::Undrawn> {
        self.outline(bytes::Bytes::new())
            .map(|_| bytes::Bytes::new())
    }
}

impl House {
    async fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite(folder.path().join("muster.db"));
        let config = Config::new(place, hiring::MIGRATIONS, event::number);
        let settings = Settings::at("http://127.0.0.1:1");
        let app = App::new(
            Store::open(config).unwrap(),
            Files::in_folder(&folder.path().join("files")).unwrap(),
            InstallationKey::draw(),
            settings,
        );
        let hash = member::hash_password(PASSWORD).unwrap();
        let org = app.store.write(move |tx| furnish(tx, &hash)).await.unwrap();
        let api = |name, guide, document| crate::Api {
            name,
            guide,
            document,
            base: "api/v1",
            mint: |_, tx, app, org, called| {
                let key = hiring::secret::token("mus_");
                let new = hiring::api_key::NewKey {
                    dialect: "native",
                    name: called,
                    key: &key,
                    username: None,
                    second: None,
                    sealed: None,
                    permissions: hiring::caller::Permissions::USUAL,
                    limit: None,
                };
                let made = hiring::api_key::create(tx, &app.key, org, &new)?;
                Ok(crate::Minted {
                    credentials: serde_json::json!({"api_key": key, "key_id": made.uid}),
                    example: "curl".to_owned(),
                })
            },
            asked: &[("api_key", "API key")],
            example: |_, _, given, _, _| {
                let key = given["api_key"].as_str().unwrap_or("YOUR_API_KEY");
                Some(crate::Example {
                    title: "Make somebody",
                    method: "POST",
                    path: "/api/v1/people".to_owned(),
                    headers: vec![("authorization".to_owned(), format!("Bearer {key}"))],
                    body: "{}".to_owned(),
                    curl: format!("curl {key}"),
                })
            },
            run: |_, _, request| {
                let said = format!("{{\"you\": \"{} {}\"}}", request.method(), request.uri());
                Box::pin(async move { ([("location", "<x>")], said).into_response() })
            },
        };
        let document = crate::reference::tests::DOCUMENT;
        let apis = [
            api("native", "# Our *own* API\n\nHello.\n", document),
            api("plain", "", document),
        ];
        House {
            router: crate::routes(&apis, Arc::new(Unable)).with_state(app.clone()),
            app,
            org,
            _folder: folder,
        }
    }

    async fn invite(&self, name: &'static str) -> (Invite, String) {
        let (org, key) = (self.org, self.app.key.clone());
        let made = self
            .app
            .store
            .write(move |tx| make_invite(tx, &key, org, name));
        let invite = made.await.unwrap();
        let link = invite::fill(&self.app.key, &invite::link("", &invite));
        (invite, link)
    }

    async fn state(&self, invite: &Invite) -> State {
        let (org, application) = (invite.org, invite.application);
        let found = self
            .app
            .store
            .read(move |r| invite::look_up(r, org, application));
        found.await.unwrap().unwrap().state
    }

    async fn send(&self, request: Request<Body>) -> Seen {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Seen {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Seen {
        self.send(request(Method::GET, path, headers, "")).await
    }

    async fn sign_in(&self, email: &str, password: &str, headers: &[(&str, &str)]) -> Seen {
        let form = format!(
            "email={email}&password={}&to=/desk/x",
            password.replace(' ', "+")
        );
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(request(Method::POST, "/desk/sign-in", &all, &form))
            .await
    }

    /// The session's cookie as a browser sends it back.
    async fn session(&self) -> String {
        let seen = self.sign_in(EMAIL, PASSWORD, &[]).await;
        let cookie = seen.header("set-cookie");
        cookie.split(';').next().unwrap().to_owned()
    }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

fn furnish(tx: &mut Tx, hash: &str) -> Result<OrgId, Problem> {
    let org = organization::create(tx, "Nordwind & Söhne")?.id;
    member::create(tx, org, EMAIL, "Anna", "admin", hash)?;
    let job = NewJob {
        title: "Backend <Engineer>".into(),
        ..NewJob::default()
    };
    job::create(tx, &Caller::system(org), &job)?;
    Ok(org)
}

fn keep(tx: &mut Tx, org: OrgId) -> Result<submission::Kept, Problem> {
    let new = NewSubmission {
        uid: new_uid(),
        dialect: "native",
        route: "POST /candidates",
        body: r#"{"secret-value":1}"#.into(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: vec!["/odd<pointer>".into()],
    };
    submission::keep(tx, &Caller::system(org), &new)
}

fn take_in(tx: &mut Tx, org: OrgId, name: &str) -> Result<candidate::Candidate, Problem> {
    let kept = keep(tx, org)?;
    let said = json!({"full_name": name}).as_object().unwrap().clone();
    let new = NewCandidate {
        said: said.into_iter().collect(),
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: Vec::new(),
    };
    Ok(candidate::take_in(tx, &Caller::system(org), kept, &new)?.candidate)
}

fn apply(
    tx: &mut Tx,
    org: OrgId,
    name: &str,
    pending: bool,
) -> Result<application::Application, Problem> {
    let person = take_in(tx, org, name)?;
    let job = job::list(tx, org, hiring::id::JobId(0), 1)?.remove(0);
    let new = application::NewApplication {
        pending,
        ..Default::default()
    };
    let opened = application::open(tx, &Caller::system(org), &person, &job, &new)?;
    Ok(opened.application().clone())
}

fn make_invite(
    tx: &mut Tx,
    key: &InstallationKey,
    org: OrgId,
    name: &str,
) -> Result<Invite, Problem> {
    let application = apply(tx, org, name, true)?;
    invite::create(tx, key, &Caller::system(org), &application, None)
}

#[test]
fn every_template_renders_from_its_sample() {
    let pages = [
        ("apply", crate::apply::Form::sample().render()),
        ("confirm", crate::confirm::Confirm::sample().render()),
        ("docs", crate::docs::Docs::sample().render()),
        ("guide", crate::docs::OneGuide::sample().render()),
        ("join", crate::join::Join::sample().render()),
        ("setup", crate::setup::Setup::sample().render()),
        ("link", crate::link::Ask::sample().render()),
        ("linked", crate::link::Linked::sample().render()),
        ("home", crate::docs::Home::sample().render()),
        ("notice", Notice::sample().render()),
        ("posting", crate::posting::Show::sample().render()),
        ("sent", crate::apply::Receipt::sample().render()),
        ("reference", crate::reference::Reference::sample().render()),
    ];
    let pages = pages.map(|(name, text)| (name, text.unwrap()));
    let pages: Vec<(&str, String)> = pages.into_iter().chain(crate::desk::samples()).collect();
    for (name, text) in &pages {
        // A block of data is no script (and posting.rs sees to it that nothing in it ends it).
        let data = "<script type=\"application/ld+json\">";
        let text = &match *name {
            "posting" => text.replacen(data, "", 1),
            _ => text.clone(),
        };
        for part in [
            "<!doctype html>",
            "<html lang=\"en\">",
            "<title>",
            "<main id=\"main\"",
            "<h1>",
        ] {
            assert_eq!(text.matches(part).count(), 1, "{part} in {name}");
        }
        // The policy in page.rs would forbid them.
        let scripts = text.matches("<script").count();
        let own = text
            .matches("<script type=\"module\" src=\"/assets/")
            .count();
        let at_desk = text.contains("/desk.js\"");
        let some = at_desk || ["reference", "apply"].contains(name);
        assert_eq!((scripts, own > 0), (own, some), "{name}");
        for part in ["<style", " style=", " onclick=", "<Engineer>", "<x>"] {
            assert!(!text.contains(part), "{part} in {name}");
        }
        let count = |part| text.matches(part).count();
        let fields = count("<input") + count("<select") + count("<textarea");
        let fields = fields - count("type=\"hidden\"");
        // In a card, where there is no room for one, it is said and not shown.
        let said = |tag: &&str| {
            let field = ["input ", "select "].iter().any(|f| tag.starts_with(f));
            field && tag.contains(" aria-label=\"")
        };
        let said = text.split('<').filter(said).count();
        assert_eq!(
            fields,
            text.matches("<label").count() + said,
            "{name}: a label for each field"
        );
    }
    // Parts of pages, which stand within the others.
    let parts = [
        "base.html",
        "desk/card.html",
        "desk/board_card.html",
        "desk/board_column.html",
        "desk/call_row.html",
        "desk/event_row.html",
        "desk/field.html",
        "desk/frame.html",
        "desk/integrations_parts.html",
        "desk/keys.html",
        "desk/pager.html",
        "desk/people_rows.html",
        "desk/rules.html",
        "desk/sessions.html",
        "desk/summary.html",
        // No page: `desk/person/drawn.rs` renders it.
        "desk/undrawn.svg",
        "mark.svg",
        "question.html",
        "switch.html",
    ];
    let list = |folder: &str| {
        let path = format!("{}/templates/{folder}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(path).unwrap().map(|file| file.unwrap());
        let files = files.filter(|file| file.path().is_file());
        let name = |file: std::fs::DirEntry| file.file_name().into_string().unwrap();
        files
            .map(|file| format!("{folder}{}", name(file)))
            .collect::<Vec<_>>()
    };
    for file in [list(""), list("desk/")].concat() {
        let known = pages.iter().any(|(name, _)| file == format!("{name}.html"));
        assert!(
            known || parts.contains(&file.as_str()),
            "{file} is not rendered here"
        );
    }
}

#[tokio::test]
async fn an_invites_link_names_the_job_and_the_person() {
    let house = House::new().await;
    let (invite, link) = house.invite("Ada Lovelace").await;
    let seen = house.get(&link, &[]).await;
    assert_eq!(seen.status, StatusCode::OK);
    for words in [
        "Ada Lovelace",
        "Backend &#60;Engineer&#62;",
        "Nordwind &#38; Söhne",
        "<time datetime=",
    ] {
        assert!(seen.text.contains(words), "{words} in {}", seen.text);
    }
    assert!(!seen.text.contains(&link), "the token is not on the page");
    assert_eq!(seen.header("referrer-policy"), "no-referrer");
    assert_eq!(seen.header("cache-control"), "no-store");
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert!(
        seen.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(house.state(&invite).await, State::Opened);
}

#[tokio::test]
async fn only_a_person_opens_an_invite() {
    let house = House::new().await;
    let (invite, link) = house.invite("Ada").await;
    let head = house.send(request(Method::HEAD, &link, &[], "")).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    house.get(&link, &[("sec-purpose", "prefetch")]).await;
    house.get(&link, &[("user-agent", "Chatbot 1.0")]).await;
    assert_eq!(house.state(&invite).await, State::Pending);
    house.get(&link, &[("sec-fetch-dest", "document")]).await;
    assert_eq!(house.state(&invite).await, State::Opened);
}

#[tokio::test]
async fn an_invite_that_is_over_says_so() {
    let house = House::new().await;
    for unknown in ["/apply/nothing", "/apply/%FF", "/apply/%00"] {
        let seen = house.get(unknown, &[]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{unknown}");
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
    }
    let (invite, link) = house.invite("Ada Lovelace").await;
    let completed = house.app.store.write(move |tx| {
        let caller = Caller::system(invite.org);
        invite::complete(tx, &caller, invite.application)
    });
    completed.await.unwrap();
    let seen = house.get(&link, &[]).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.text.contains("has been received"));
    let (invite, link) = house.invite("Grace Hopper").await;
    house.app.store.clock().advance(invite::VALID_FOR);
    let seen = house.get(&link, &[]).await;
    assert_eq!(seen.status, StatusCode::GONE);
    assert!(seen.text.contains("has expired") && !seen.text.contains("Grace"));
    assert_eq!(house.state(&invite).await, State::Expired);
}

#[tokio::test]
async fn the_public_pages_are_there() {
    let house = House::new().await;
    for (path, words) in [
        ("/", "href=\"/desk\""),
        ("/docs", "href=\"/docs/native\""),
        ("/docs/native", "<h1>Our own API</h1>"),
        ("/docs/plain", "<h1>plain</h1>"),
        ("/docs", "href=\"/docs/native/reference\""),
        ("/docs", "href=\"/native/openapi.json\""),
        ("/docs/native/reference", "<h1>Our own API: reference</h1>"),
    ] {
        let seen = house.get(path, &[]).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        assert!(seen.text.contains(words), "{words} in {path}");
    }
    for nothing in ["/docs/none", "/docs/none/reference"] {
        let seen = house.get(nothing, &[]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    assert_eq!(crate::missing().await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_a_reference_has_a_script_and_it_calls_home_alone() {
    let house = House::new().await;
    let policy = |seen: &Seen| seen.header("content-security-policy").to_owned();
    let plain = policy(&house.get("/docs/native", &[]).await);
    assert!(
        !plain.contains("script-src") && !plain.contains("connect-src"),
        "{plain}"
    );
    let reference = house.get("/docs/native/reference", &[]).await;
    let scripted = policy(&reference);
    for part in [
        "default-src 'none'",
        "script-src 'self';",
        "connect-src 'self';",
        "frame-ancestors 'none'",
    ] {
        assert!(scripted.contains(part), "{part} in {scripted}");
    }
    assert!(!scripted.contains("unsafe"));
    let path = format!("/assets/{}/reference.js", *crate::assets::VERSION);
    assert!(reference.text.contains(&path));
    let script = house.get(&path, &[]).await;
    assert!(script.header("content-type").starts_with("text/javascript"));
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_ever_under_its_version() {
    let house = House::new().await;
    let path = format!("/assets/{}/muster.css", *crate::assets::VERSION);
    assert!(house.get("/", &[]).await.text.contains(&path));
    let seen = house.get(&path, &[]).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.header("content-type").starts_with("text/css"));
    assert!(seen.header("cache-control").contains("immutable"));
    let other = house.get("/assets/old/muster.css", &[]).await;
    assert_eq!(
        (other.status, other.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    assert_eq!(
        house.get("/assets/x/none.css", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_member_signs_in_sees_the_counts_and_signs_out() {
    let house = House::new().await;
    let door = house.get("/desk", &[]).await;
    assert_eq!(door.status, StatusCode::OK);
    assert!(door.text.contains("action=\"/desk/sign-in\""));
    let org = house.org;
    let applied = house
        .app
        .store
        .write(move |tx| apply(tx, org, "Grace Hopper", false));
    applied.await.unwrap();
    house.invite("Ada Lovelace").await;
    let seen = house.sign_in(EMAIL, PASSWORD, &[]).await;
    assert_eq!(
        (seen.status, seen.header("location")),
        (StatusCode::SEE_OTHER, "/desk/x")
    );
    let cookie = seen.header("set-cookie");
    assert!(
        cookie.contains("; Path=/desk; Max-Age=43200; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"));
    let cookie = cookie.split(';').next().unwrap();
    let desk = house.get("/desk", &[("cookie", cookie)]).await;
    assert_eq!(desk.status, StatusCode::OK);
    for words in [
        "Nordwind &#38; Söhne",
        "Anna",
        "Ada Lovelace",
        "was invited to apply for",
        "<svg viewBox",
    ] {
        assert!(desk.text.contains(words), "{words} in {}", desk.text);
    }
    assert_eq!(desk.header("cache-control"), "no-store");
    let out = request(Method::POST, "/desk/sign-out", &[("cookie", cookie)], "");
    let out = house.send(out).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert!(
        out.header("set-cookie")
            .contains("muster_session=; Path=/desk; Max-Age=0")
    );
    let after = house.get("/desk", &[("cookie", cookie)]).await;
    assert!(after.text.contains("action=\"/desk/sign-in\""));
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let house = House::new().await;
    let cookie = house.session().await;
    house.app.store.clock().advance(member::SESSION);
    let seen = house.get("/desk", &[("cookie", &cookie)]).await;
    assert!(seen.text.contains("action=\"/desk/sign-in\""));
}

#[tokio::test]
async fn a_refused_sign_in_tells_nothing() {
    let house = House::new().await;
    let wrong = house.sign_in(EMAIL, "wrong", &[]).await;
    let unknown = house.sign_in("nobody@example.org", "wrong", &[]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        wrong.text.replace(EMAIL, "nobody@example.org"),
        unknown.text
    );
    assert!(wrong.headers.get(header::SET_COOKIE).is_none());
    assert_eq!(
        house.sign_in("", "", &[]).await.status,
        StatusCode::BAD_REQUEST
    );
    let json = request(
        Method::POST,
        "/desk/sign-in",
        &[("content-type", "application/json")],
        "{}",
    );
    assert_eq!(house.send(json).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn guessing_is_limited() {
    let house = House::new().await;
    for _ in 0..10 {
        let seen = house.sign_in("guess@example.org", "wrong", &[]).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    }
    let seen = house.sign_in("Guess@example.org", "wrong", &[]).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(seen.header("retry-after").parse::<u64>().unwrap() > 800);
    assert_eq!(
        house.sign_in(EMAIL, PASSWORD, &[]).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn forms_of_other_sites_do_nothing() {
    let house = House::new().await;
    let cookie = house.session().await;
    let foreign = ("sec-fetch-site", "cross-site");
    let seen = house.sign_in(EMAIL, PASSWORD, &[foreign]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let headers = [
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
    ];
    let out = house
        .send(request(Method::POST, "/desk/sign-out", &headers, ""))
        .await;
    assert_eq!(out.status, StatusCode::FORBIDDEN);
    assert!(
        house
            .get("/desk", &[("cookie", &cookie)])
            .await
            .text
            .contains("Anna")
    );
    // A link from elsewhere comes without the cookie: the page asks again from here.
    let link = house.get("/desk", &[foreign]).await;
    assert!(link.text.contains("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn a_submission_is_shown_to_its_own_members() {
    let house = House::new().await;
    let org = house.org;
    let uid = house
        .app
        .store
        .write(move |tx| keep(tx, org))
        .await
        .unwrap()
        .uid;
    let foreign = house.app.store.write(|tx| {
        let other = organization::create(tx, "Other")?;
        keep(tx, other.id)
    });
    let foreign: submission::Kept = foreign.await.unwrap();
    let path = format!("/desk/logs/{uid}");
    let stranger = house.get(&path, &[]).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert!(
        stranger
            .text
            .contains(&format!("name=\"to\" value=\"{path}\""))
    );
    let cookie = house.session().await;
    let cookie = ("cookie", cookie.as_str());
    let seen = house.get(&path, &[cookie]).await;
    assert_eq!(seen.status, StatusCode::OK);
    for words in ["native", "POST /candidates", "/odd&#60;pointer&#62;"] {
        assert!(seen.text.contains(words), "{words} in {}", seen.text);
    }
    assert!(!seen.text.contains("secret-value"));
    for other in [
        foreign.uid.to_string(),
        new_uid().to_string(),
        "x".into(),
        "%FF".into(),
    ] {
        let seen = house.get(&format!("/desk/logs/{other}"), &[cookie]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn counts_are_right() {
    let house = House::new().await;
    let org = house.org;
    house.invite("Ada").await;
    let made = house.app.store.write(move |tx| {
        let caller = Caller::system(org);
        let job = job::list(tx, org, hiring::id::JobId(0), 1)?.remove(0);
        let stages = job::stages(tx, org, job.id)?;
        let (one, two) = (
            apply(tx, org, "Grace", false)?,
            apply(tx, org, "Edsger", false)?,
        );
        apply(tx, org, "Barbara", false)?;
        application::advance(tx, &caller, one.id, stages[2].id, None)?;
        application::advance(tx, &caller, two.id, stages[3].id, None)?;
        // Back again: it has still been as far as that.
        application::advance(tx, &caller, two.id, stages[0].id, None)?;
        application::dispose(
            tx,
            &caller,
            one.id,
            application::Disposition::Rejected,
            None,
        )?;
        Ok::<_, Problem>(())
    });
    made.await.unwrap();
    let rolls = house.app.rolls.clone();
    let counted = house
        .app
        .store
        .read(move |r| Ok::<_, Problem>((counts::of(r, &rolls, org)?, counts::recent(r, org, 2)?)));
    let (all, recent) = counted.await.unwrap();
    assert_eq!((all.candidates, all.queued_mails, all.more_jobs), (4, 0, 0));
    let expected = counts::Applications {
        open: 2,
        pending: 1,
        ended: 1,
    };
    assert_eq!(all.applications, expected);
    assert_eq!(all.jobs[0].applications, expected);
    let stages: Vec<_> = all.jobs[0]
        .stages
        .iter()
        .map(|s| (s.now, s.reached))
        .collect();
    assert_eq!(stages, [(2, 3), (0, 2), (0, 2), (0, 1)]);
    assert_eq!(all.invites, [(State::Pending, 1)]);
    assert_eq!(recent[0].kind, "application.rejected");
    assert_eq!(recent[0].candidate.as_deref(), Some("Grace"));
    assert_eq!(recent[1].stage.as_deref(), Some("Applied"));
}
