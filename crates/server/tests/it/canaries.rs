//! Equal-opportunity answers are seen by those who may, and by nobody else, wherever they look.
//!
//! Marked answers (`canaries/word.rs`) are sent through every dialect (`canaries/sent.rs`). First it is shown that a key
//! with `eeo:read` finds each of them. Then everything is read (`canaries/addresses.rs`) as everybody else: keys without
//! the permission, another organization, a member at the desk, somebody without a key; and the database, the files and the
//! log are searched.

mod addresses;
mod look;
mod sent;
mod word;

use dialects::DIALECTS;
use serde_json::{Value, json};
use testing::app::{Call, TestApp};
use testing::{Place, contents, on_both};

use crate::binary::{self, Muster};

use self::addresses::{Address, Known, with_more};
use self::sent::Job;
use self::word::Canary;

/// What was sent and taken.
struct Sown {
    canary: Canary,
    /// How many calls each dialect took.
    taken: Vec<(&'static str, String)>,
}

/// A canary, and a job whose form asks what it answers.
async fn ready(app: &TestApp) -> (Canary, Job) {
    for name in ["gender", "Disability Status"] {
        let made = app.app.store.write(move |tx| {
            hiring::organization::add_custom_field(tx, hiring::id::OrgId(1), name)
        });
        made.await.expect("a custom field");
    }
    (Canary::draw(), Job::open(app).await)
}

/// Sends everything; of a call that is refused as a whole its parts.
async fn sow(app: &TestApp) -> Sown {
    let (canary, job) = ready(app).await;
    // Somebody who wants to hear of everything.
    let installation = app.app.key.clone();
    let subscribed = app.app.store.write(move |tx| {
        let everything = hiring::subscription::NewSubscription {
            url: "https://example.com/hook".to_owned(),
            description: None,
            shape: "standard",
            shows: hiring::subscription::Shows::Record,
            wanted: hiring::subscription::Wanted::everything(),
            account: None,
            follows: false,
            given: hiring::subscription::Given::default(),
        };
        let caller = hiring::Caller::system(hiring::id::OrgId(1));
        hiring::subscription::create(tx, &installation, &caller, &everything)
    });
    subscribed.await.expect("a subscription");
    // And another system that everybody is sent to.
    let destination = app
        .call("native", "POST", "/api/v1/destinations")
        .json(&json!({
            "connector": "greenhouse", "name": "Elsewhere", "default_job": "1",
            "settings": {"client_id": "us", "client_secret": "ours-alone"},
        }));
    let destination = app.send(&destination).await;
    assert_eq!(destination.status, 201, "{}", destination.text());
    let rule = json!({
        "destination": destination.json()["id"], "events": ["candidate.created", "application.submitted"],
    });
    let rule = app.call("native", "POST", "/api/v1/rules").json(&rule);
    let rule = app.send(&rule).await;
    assert_eq!(rule.status, 201, "{}", rule.text());
    let mut calls = sent::whole(app, &job, &canary);
    for dialect in DIALECTS {
        calls.push((
            dialect.name(),
            app.example(dialect.name(), 0)
                .bytes(example(app, dialect.name())),
        ));
    }
    let mut sown = Sown {
        canary,
        taken: Vec::new(),
    };
    for (n, (dialect, call)) in calls.iter().enumerate() {
        sow_one(app, &mut sown, dialect, call, n * 100 + 1_000).await;
    }
    let somebody = app.native("/candidates").await["data"][0]["id"].clone();
    let around = sent::around(app, &job, &sown.canary, &sent::text(&somebody));
    for (n, (dialect, call)) in around.iter().enumerate() {
        sow_one(app, &mut sown, dialect, call, n * 100 + 5_000).await;
    }
    sown
}

/// The example's body, its number still a place.
fn example(app: &TestApp, dialect: &str) -> String {
    let dialect = dialects::named(dialect).expect("a dialect");
    dialect.example(&app.demo[dialect.name()]).body
}

async fn sow_one(app: &TestApp, sown: &mut Sown, dialect: &'static str, call: &Call, n: usize) {
    let mut number = n;
    let mut next = || {
        number += 1;
        number
    };
    let mut places = Vec::new();
    let body: Value = serde_json::from_slice(&call.body).expect("a body");
    sent::objects(&body, "", &mut places);
    // As it is, where it holds answers already.
    if sown.canary.in_bytes(&call.body).is_some() {
        let n = next();
        if !send(app, sown, dialect, call, n).await {
            let again = number_of(call, n + 50);
            panic!("{dialect}: {}", app.send(&again).await.text());
        }
    }
    let of = format!("{dialect}-{n}");
    let members = sent::members(&sown.canary, &of);
    let all = sent::with(call, &places, &members);
    if send(app, sown, dialect, &all, next()).await {
        return;
    }
    for place in &places {
        let here = std::slice::from_ref(place);
        let each = sent::with(call, here, &members);
        if send(app, sown, dialect, &each, next()).await {
            continue;
        }
        for member in &members {
            let one = sent::with(call, here, std::slice::from_ref(member));
            send(app, sown, dialect, &one, next()).await;
        }
    }
}

/// The call for person number `n`.
fn number_of(call: &Call, n: usize) -> Call {
    let body = String::from_utf8(call.body.clone()).expect("text");
    call.clone().bytes(body.replace("{n}", &n.to_string()))
}

/// Sends one call, twice by one Idempotency-Key, and once more with a fault in it. No answer holds what was sent.
async fn send(
    app: &TestApp,
    sown: &mut Sown,
    dialect: &'static str,
    call: &Call,
    n: usize,
) -> bool {
    let call = number_of(call, n).header("Idempotency-Key", &n.to_string());
    let body = String::from_utf8(call.body.clone()).expect("text");
    let refused = with_a_fault(&call);
    for call in [&call, &call, &refused] {
        let reply = app.send(call).await;
        assert!(reply.status < 500, "{dialect}: {} {body}", reply.text());
        look::clean(
            &sown.canary,
            &reply,
            &format!("{dialect}'s answer to {body}"),
        );
    }
    let reply = app.send(&call).await;
    if reply.status < 300 {
        sown.taken.push((dialect, body));
    }
    reply.status < 300
}

/// The call with a value of the wrong type, so that it is read and refused.
fn with_a_fault(call: &Call) -> Call {
    let mut body: Value = serde_json::from_slice(&call.body).expect("a body");
    for at in ["", "/model"] {
        let members = body.pointer_mut(at).and_then(Value::as_object_mut);
        for (name, member) in members.into_iter().flatten() {
            let known = [
                "email",
                "emails",
                "name",
                "first_name",
                "body",
                "candidate",
                "candidate_name",
            ];
            if known.contains(&name.as_str()) {
                *member = serde_json::json!({"not": "this"});
            }
        }
    }
    let broken = call.clone().bytes(body.to_string());
    broken.header("Idempotency-Key", "broken")
}

async fn explore(app: &TestApp, place: &Place) -> (Vec<Address>, Known) {
    let templates = addresses::templates();
    let rows = contents::of_database(place, &[]);
    let uids = rows
        .into_iter()
        .filter(|(column, _)| column.ends_with(".uid"))
        .map(|(_, bytes)| String::from_utf8(bytes).expect("text"));
    let mut known = Known::new(app, uids);
    known.explore(app, &templates).await;
    known.assert_all_seen(&templates);
    (templates, known)
}

#[test]
fn nobody_else_sees_what_people_told_of_themselves() {
    on_both(|place| {
        testing::app::run(place, &|app: TestApp| async move {
            let sown = sow(&app).await;
            app.settled().await;
            let (_, known) = explore(&app, place).await;
            look::seen_by_those_who_may(&app, &sown, &known).await;
            look::owned(&app).await;
            look::unseen_on_the_disk(&sown, place);
            look::unseen_by_others(&app, &sown, &known).await;
            look::unseen_at_the_desk(&app, &sown, place).await;
            // Last, as they change what is there.
            look::unheard_in_answers(&app, &sown, &known).await;
            look::owned(&app).await;
            look::unseen_on_the_disk(&sown, place);
            look::unseen_by_others(&app, &sown, &known).await;
            look::unseen_at_the_desk(&app, &sown, place).await;
        });
    });
}

/// The program itself, as talkative as it can be, on the data of one in this process.
#[test]
fn the_log_holds_none_of_it() {
    on_both(|place| {
        testing::app::run(place, &|app: TestApp| async move {
            let (canary, job) = ready(&app).await;
            let calls = sent::whole(&app, &job, &canary);
            let mut serve = binary::on(
                place,
                place.dir(),
                &[],
                &["serve", "--listen", "127.0.0.1:0"],
            );
            let server = Muster::start(place, serve.env("MUSTER_LOG", "trace"));
            let mut client = server.client();
            let mut answers = Vec::new();
            for (n, (_, call)) in calls.iter().enumerate() {
                let call = number_of(call, 9_000 + n);
                let mut places = Vec::new();
                let body = serde_json::from_slice(&call.body).expect("a body");
                sent::objects(&body, "", &mut places);
                let members = sent::members(&canary, "logged");
                let all = sent::with(&call, &places, &members);
                let broken = call.clone().bytes(&call.body[..call.body.len() - 1]);
                for call in [call, all, broken] {
                    answers.push(client.send(&call).expect("an answer").status);
                }
            }
            for template in addresses::templates() {
                if !template.path.contains('{') {
                    let path = with_more(&template, &template.path);
                    let call = app.call(template.dialect, "GET", &path);
                    answers.push(client.send(&call).expect("an answer").status);
                }
            }
            let done = answers.iter().filter(|status| **status < 300).count();
            assert!(done > 30 && answers.contains(&400), "{answers:?}");
            let errors = server.errors.clone();
            server.kill();
            let log = std::fs::read_to_string(errors).expect("a log");
            let lines = log.lines().filter(|line| line.contains("answered")).count();
            assert_eq!(lines, answers.len(), "{log}");
            assert!(canary.in_bytes(log.as_bytes()).is_none(), "{log}");
        });
    });
}
