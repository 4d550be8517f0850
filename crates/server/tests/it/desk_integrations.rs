//! What a member does with integrations at the desk, on both engines: destinations and rules by form, linked accounts, the live
//! log, the feed, and trying a call.

use dialects::{DIALECTS, Dialect};
use hiring::member::Role;
use serde_json::{Value, json};
use testing::app::{Reply, TestApp, story};
use url::form_urlencoded::Serializer;

use crate::desk_people::{get, post, session};

const HERE: &str = "/desk/integrations";
/// Nobody must find it on a page.
const SECRET: &str = "canary-of-the-far-side";

fn form(inputs: &[(&str, &str)]) -> String {
    let mut text = Serializer::new(String::new());
    text.extend_pairs(inputs);
    text.finish()
}

/// Where a form that was done leads to.
fn onward(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").to_owned()
}

async fn connect(app: &TestApp, cookie: &str) -> String {
    let inputs = [
        ("connector", "lever"),
        ("name", "Lever <b>"),
        ("settings.api_key", SECRET),
        ("settings.perform_as", "someone"),
        ("default_job", "far-0"),
    ];
    let made = post(
        app,
        &format!("{HERE}/destinations/new"),
        cookie,
        &form(&inputs),
    )
    .await;
    onward(&made)
}

async fn job(app: &TestApp) -> String {
    let jobs = app.native("/jobs").await;
    jobs["data"][0]["id"].as_str().expect("a job").to_owned()
}

#[test]
fn a_destination_is_connected_changed_and_removed_by_form() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let new = format!("{HERE}/destinations/new");
        let choose = get(&app, &new, &cookie).await.text();
        assert!(choose.contains("Greenhouse") && choose.contains("SmartRecruiters"));
        let empty = [
            ("connector", "lever"),
            ("name", ""),
            ("settings.base_url", "nowhere"),
        ];
        let refused = post(&app, &new, &cookie, &form(&empty)).await;
        assert_eq!(refused.status, 422);
        for words in [
            "Give it a name",
            "API key is required.",
            "must be a whole address",
        ] {
            assert!(
                refused.text().contains(words),
                "{words} in {}",
                refused.text()
            );
        }
        assert_eq!(app.native("/destinations").await["data"], json!([]));

        let place = connect(&app, &cookie).await;
        let shown = get(&app, &place, &cookie).await.text();
        for words in [
            "Lever &#60;b&#62;",
            "set, not shown",
            "far-0",
            "have no place in Lever",
        ] {
            assert!(shown.contains(words), "{words} in {shown}");
        }
        // A secret that is left empty stays; what is typed takes the place of what was there.
        let edit = [
            ("name", "Lever"),
            ("settings.perform_as", "another"),
            ("default_job", ""),
        ];
        let saved = post(&app, &format!("{place}/edit"), &cookie, &form(&edit)).await;
        assert_eq!(onward(&saved), place);
        let now = &app.native("/destinations").await["data"][0];
        assert_eq!(now["secrets"], json!(["api_key"]));
        assert_eq!(now["settings"]["perform_as"], json!("another"));
        assert_eq!(
            (&now["name"], &now["default_job"]),
            (&json!("Lever"), &Value::Null)
        );
        for path in [place.clone(), format!("{place}/edit"), HERE.to_owned()] {
            assert!(
                !get(&app, &path, &cookie).await.text().contains(SECRET),
                "{path}"
            );
        }
        for act in ["pause", "resume"] {
            post(&app, &place, &cookie, &form(&[("do", act)])).await;
        }
        // Another organization's is not there.
        let stranger = session(&app, 2, Role::Owner).await;
        for path in [
            place.clone(),
            format!("{place}/edit"),
            format!("{place}/jobs"),
        ] {
            assert_eq!(get(&app, &path, &stranger).await.status, 404, "{path}");
        }
        assert_eq!(post(&app, &place, &stranger, "do=pause").await.status, 404);

        let asked = post(&app, &place, &cookie, "do=remove").await;
        assert!(asked.status == 200 && asked.text().contains("Remove Lever?"));
        let removed = post(&app, &place, &cookie, "do=remove&yes=1").await;
        assert_eq!(onward(&removed), HERE);
        assert_eq!(get(&app, &place, &cookie).await.status, 404);
        assert_eq!(
            app.events().await[2..],
            [
                "destination.created",
                "destination.changed",
                "destination.paused",
                "destination.resumed",
                "destination.removed",
            ],
            "the first two are the example jobs'"
        );
    });
}

#[test]
fn a_secret_that_is_not_needed_is_forgotten_when_somebody_wants_it() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let both = [
            ("connector", "greenhouse"),
            ("name", "Greenhouse"),
            ("settings.flavour", "harvest"),
            ("settings.client_id", "us"),
            ("settings.client_secret", SECRET),
            ("settings.api_key", "another-secret"),
        ];
        let new = format!("{HERE}/destinations/new");
        let place = onward(&post(&app, &new, &cookie, &form(&both)).await);
        let secrets = async || app.native("/destinations").await["data"][0]["secrets"].clone();
        assert_eq!(secrets().await, json!(["api_key", "client_secret"]));
        let edit = format!("{place}/edit");
        let mut inputs = vec![
            ("name", "Greenhouse"),
            ("settings.flavour", "harvest"),
            ("settings.client_id", "us"),
            ("drop.api_key", "1"),
        ];
        onward(&post(&app, &edit, &cookie, &form(&inputs)).await);
        assert_eq!(secrets().await, json!(["client_secret"]));
        // One that is needed is not.
        inputs.push(("drop.client_secret", "1"));
        let refused = post(&app, &edit, &cookie, &form(&inputs)).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text().contains("Client secret is required."),
            "{}",
            refused.text()
        );
        assert_eq!(secrets().await, json!(["client_secret"]));
    });
}

#[test]
fn two_who_fill_in_a_table_of_jobs_do_not_undo_each_other() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let place = connect(&app, &cookie).await;
        let (table, job) = (format!("{place}/jobs"), job(&app).await);
        let (name, was) = (format!("job.{job}"), format!("was.{job}"));
        let page = get(&app, &table, &cookie).await.text();
        assert!(page.contains(&format!("name=\"{name}\"")), "{page}");
        let first = post(
            &app,
            &table,
            &cookie,
            &form(&[(&name, "far-1"), (&was, "")]),
        )
        .await;
        onward(&first);
        // The other one saw the empty line too.
        let second = post(
            &app,
            &table,
            &cookie,
            &form(&[(&name, "far-2"), (&was, "")]),
        )
        .await;
        assert_eq!(second.status, 422);
        assert!(
            second.text().contains("Somebody else changed it meanwhile"),
            "{}",
            second.text()
        );
        assert!(
            second.text().contains("value=\"far-2\""),
            "what was typed is still there"
        );
        let uid = place.rsplit('/').next().expect("a uid").to_owned();
        let path = format!("/destinations/{uid}/jobs");
        let line = json!([{"job": job, "remote_id": "far-1"}]);
        assert_eq!(app.native(&path).await["jobs"], line);
        let long = "x".repeat(201);
        let long = post(
            &app,
            &table,
            &cookie,
            &form(&[(&name, &long), (&was, "far-1")]),
        )
        .await;
        assert_eq!(long.status, 422);
        let nobodys = format!("job.{}", hiring::id::new_uid());
        let unknown = post(&app, &table, &cookie, &form(&[(&nobodys, "1")])).await;
        assert!(unknown.status == 422 && unknown.text().contains("There is no such job"));
        let cleared = post(
            &app,
            &table,
            &cookie,
            &form(&[(&name, ""), (&was, "far-1")]),
        )
        .await;
        onward(&cleared);
        assert_eq!(app.native(&path).await["jobs"], json!([]));
    });
}

#[test]
fn a_rule_made_by_form_carries_whom_its_sentence_says() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let new = format!("{HERE}/rules/new");
        let nowhere = get(&app, &new, &cookie).await.text();
        assert!(nowhere.contains("Connect a system first"));
        let place = connect(&app, &cookie).await;
        let to = place.rsplit('/').next().expect("a uid").to_owned();
        let job = job(&app).await;
        let faulty = form(&[
            ("events", "candidate.created"),
            ("sources", "Indeed"),
            ("destination", &to),
        ]);
        assert_eq!(post(&app, &new, &cookie, &faulty).await.status, 422);
        let inputs = [
            ("events", "application.submitted"),
            ("jobs", &job),
            ("sources", "Indeed\r\nStepStone"),
            ("destination", &to),
        ];
        onward(&post(&app, &new, &cookie, &form(&inputs)).await);
        let title = app.native("/jobs").await["data"][0]["title"].clone();
        let sentence = format!(
            "Everybody who applies for {} through Indeed or StepStone goes to Lever &#60;b&#62;.",
            title.as_str().expect("a title")
        );
        assert!(get(&app, HERE, &cookie).await.text().contains(&sentence));

        for (email, source) in [("a@x.org", "indeed"), ("b@x.org", "Elsewhere")] {
            let body = json!({"name": email, "emails": [email], "job": job, "source": source, "answers": {"phone": "1"}});
            let call = app.call("native", "POST", "/api/v1/candidates").json(&body);
            assert_eq!(app.send(&call).await.status, 201);
        }
        let shown = get(&app, &place, &cookie).await.text();
        assert!(
            shown.contains("Waiting (1)") && shown.contains("a@x.org"),
            "{shown}"
        );
        assert!(!shown.contains("b@x.org"));

        let rule = app.native("/rules").await["data"][0]["id"].clone();
        let rule = format!("{HERE}/rules/{}", rule.as_str().expect("an id"));
        let stranger = session(&app, 2, Role::Owner).await;
        assert_eq!(post(&app, &rule, &stranger, "do=pause").await.status, 404);
        onward(&post(&app, &rule, &cookie, "do=pause").await);
        assert_eq!(
            app.native("/rules").await["data"][0]["active"],
            json!(false)
        );
        assert!(
            post(&app, &rule, &cookie, "do=remove")
                .await
                .text()
                .contains(&sentence)
        );
        onward(&post(&app, &rule, &cookie, "do=remove&yes=1").await);
        assert_eq!(app.native("/rules").await["data"], json!([]));
        let events = app.events().await;
        let rules: Vec<_> = events
            .iter()
            .filter(|kind| kind.starts_with("rule."))
            .collect();
        assert_eq!(rules, ["rule.created", "rule.changed", "rule.removed"]);
    });
}

#[test]
fn what_was_given_up_is_counted_before_it_is_carried_again() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let place = connect(&app, &cookie).await;
        let uid: hiring::id::Uuid = place
            .rsplit('/')
            .next()
            .expect("a uid")
            .parse()
            .expect("one");
        for n in 0..3 {
            let body = json!({"name": format!("Somebody {n}"), "emails": [format!("s{n}@x.org")]});
            let call = app.call("native", "POST", "/api/v1/candidates").json(&body);
            let made = app.send(&call).await.json();
            let person = json!({"candidate": made["candidate"]["id"]});
            let path = format!("/api/v1/destinations/{uid}/send");
            let sent = app
                .send(&app.call("native", "POST", &path).json(&person))
                .await;
            assert_eq!(sent.status, 202, "{}", sent.text());
        }
        give_up(&app).await;
        let shown = get(&app, &place, &cookie).await.text();
        assert!(
            shown.contains("Given up (3)") && shown.contains("3 deliveries were given up"),
            "{shown}"
        );
        for (inputs, words) in [
            (
                form(&[("do", "count"), ("from", "2020-01-01")]),
                "This will send 3 people again, in 3 deliveries.",
            ),
            (
                form(&[("do", "count"), ("until", "2020-01-01")]),
                "Nothing was given up in that time",
            ),
            (
                form(&[("do", "count"), ("reason", "job")]),
                "Nothing was given up in that time",
            ),
        ] {
            let counted = post(&app, &place, &cookie, &inputs).await;
            assert!(
                counted.status == 200 && counted.text().contains(words),
                "{words} in {}",
                counted.text()
            );
        }
        for wrong in [
            "from=yesterday",
            "from=2026-02-01&until=2026-01-01",
            "reason=x",
        ] {
            let refused = post(&app, &place, &cookie, &format!("do=replay&{wrong}")).await;
            assert_eq!(refused.status, 422, "{wrong}");
        }
        let stranger = session(&app, 2, Role::Owner).await;
        assert_eq!(post(&app, &place, &stranger, "do=replay").await.status, 404);

        let one = app
            .native("/deliveries?channel=destination&state=dead")
            .await["data"][0]["id"]
            .clone();
        let one = form(&[("do", "again"), ("delivery", one.as_str().expect("an id"))]);
        onward(&post(&app, &place, &cookie, &one).await);
        onward(&post(&app, &place, &cookie, "do=replay").await);
        let shown = get(&app, &place, &cookie).await.text();
        assert!(
            shown.contains("Given up (0)") && shown.contains("Waiting (3)"),
            "{shown}"
        );
        let events = app.events().await;
        let replayed = events.iter().filter(|kind| *kind == "delivery.replayed");
        assert_eq!(replayed.count(), 2);
    });
}

/// Gives up whatever waits, as the courier does.
async fn give_up(app: &TestApp) {
    use hiring::delivery::carrying::{self, Ended};
    loop {
        let ended = app.app.store.write(|tx| {
            let now = tx.now();
            let Some(ready) = hiring::destination::gate::ready(tx, now)?.pop() else {
                return Ok(false);
            };
            let Some(claimed) = carrying::claim(tx, ready.org, ready.id, 60_000_000)? else {
                return Ok(false);
            };
            let ended = Ended::dead("credentials", "the key was refused");
            carrying::end(tx, &claimed, &ended)
        });
        let ended: hiring::Result<bool> = ended.await;
        if !ended.expect("an end") {
            return;
        }
    }
}

/// The try-it form of this dialect with the example organization's credentials.
async fn tried(app: &TestApp, cookie: &str, dialect: &dyn Dialect, more: &[(&str, &str)]) -> Reply {
    let path = format!("{HERE}/try/{}", dialect.name());
    let page = get(app, &path, cookie).await.text();
    let credentials = dialect.asked().iter().map(|(name, _)| {
        let value = app.demo[dialect.name()][name]
            .as_str()
            .expect("a credential");
        (format!("cred.{name}"), value.to_owned())
    });
    let mut inputs: Vec<(String, String)> = credentials.collect();
    let example = dialect.example(&app.demo[dialect.name()]);
    inputs.push(("method".into(), example.method.into()));
    let call = app.example(dialect.name(), 77);
    inputs.push(("path".into(), call.path));
    inputs.push(("body".into(), String::from_utf8(call.body).expect("text")));
    assert!(
        page.contains("name=\"path\"") && page.contains("name=\"once\""),
        "{page}"
    );
    inputs.extend(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let mut text = Serializer::new(String::new());
    text.extend_pairs(inputs);
    post(app, &path, cookie, &text.finish()).await
}

#[test]
fn a_dry_run_answers_as_the_call_would_and_keeps_nothing() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let before = app.events().await;
        for dialect in DIALECTS {
            let dry = [("dry", "1"), ("once", "one")];
            let reply = tried(&app, &cookie, *dialect, &dry).await;
            let (name, text) = (dialect.name(), reply.text());
            assert_eq!(reply.status, 200, "{name}: {text}");
            assert!(
                text.contains("A dry run: nothing was kept."),
                "{name}: {text}"
            );
            assert!(text.contains("<span class=\"badge\">20"), "{name}: {text}");
        }
        assert_eq!(app.native("/candidates").await["data"], json!([]));
        assert_eq!(app.events().await, before);
        // Nobody sees in the log what was only rehearsed.
        let log = get(&app, &format!("{HERE}/log"), &cookie).await.text();
        assert!(!log.contains("POST /xobin"), "{log}");
    });
}

#[test]
fn a_call_that_is_tried_twice_is_made_once() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        for dialect in DIALECTS {
            let (mut people, name) = (Vec::new(), dialect.name());
            for _ in 0..2 {
                let reply = tried(&app, &cookie, *dialect, &[("once", "one")]).await;
                assert!(
                    reply.text().contains("<span class=\"badge\">20"),
                    "{name}: {}",
                    reply.text()
                );
                people.push(
                    app.native("/candidates").await["data"]
                        .as_array()
                        .expect("people")
                        .len(),
                );
            }
            assert_eq!(people[0], people[1], "{name}");
        }
        assert_eq!(
            app.native("/candidates").await["data"]
                .as_array()
                .map(Vec::len),
            Some(5)
        );
        let native = DIALECTS
            .iter()
            .find(|d| d.name() == "native")
            .expect("ours");
        for (input, value, words) in [
            ("cred.api_key", "", "API key is needed"),
            ("method", "BREW", "Choose one of the methods."),
            (
                "path",
                "/merge/api/ats/v1/candidates",
                "it begins with /api/.",
            ),
            ("path", "/api/v1/a b", "That is no path"),
        ] {
            let reply = wrongly(&app, &cookie, *native, input, value).await;
            assert_eq!(reply.status, 422, "{input}");
            assert!(reply.text().contains(words), "{words} in {}", reply.text());
        }
        let nobody = wrongly(&app, &cookie, *native, "cred.api_key", "mus_nobody").await;
        assert!(
            nobody
                .text()
                .contains("<span class=\"badge bad\">401</span>"),
            "{}",
            nobody.text()
        );
        assert!(
            !nobody.text().contains("mus_nobody"),
            "no key is shown again"
        );
        let auditor = session(&app, 1, Role::Auditor).await;
        assert_eq!(
            post(&app, &format!("{HERE}/try/native"), &auditor, "")
                .await
                .status,
            403
        );
    });
}

/// The form with one input that is wrong.
async fn wrongly(
    app: &TestApp,
    cookie: &str,
    dialect: &dyn Dialect,
    input: &str,
    value: &str,
) -> Reply {
    let key = app.demo["native"]["api_key"].as_str().expect("a key");
    let all = [
        ("cred.api_key", key),
        ("method", "GET"),
        ("path", "/api/v1/jobs"),
        ("body", ""),
    ];
    let inputs: Vec<_> = all
        .map(|(n, v)| if n == input { (n, value) } else { (n, v) })
        .to_vec();
    post(
        app,
        &format!("{HERE}/try/{}", dialect.name()),
        cookie,
        &form(&inputs),
    )
    .await
}

#[test]
fn the_log_tells_of_calls_and_of_nobody() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Recruiter).await;
        for dialect in DIALECTS {
            let made = app.send(&app.example(dialect.name(), 5)).await;
            assert!(
                (200..300).contains(&made.status),
                "{}: {}",
                dialect.name(),
                made.text()
            );
        }
        let body = json!({"name": 7, "emails": ["canary@person.example"]});
        let call = app
            .call("native", "POST", "/api/v1/candidates?q=canary")
            .json(&body);
        assert_eq!(app.send(&call).await.status, 400);
        let call = app.call("native", "GET", "/api/v1/candidates/canary-id");
        assert_eq!(app.send(&call).await.status, 404);
        let log = format!("{HERE}/log");
        let text = get(&app, &log, &cookie).await.text();
        for words in [
            "POST /api/v1/candidates<",
            "GET /api/v1/candidates/{id}<",
            "POST /merge/api/ats/v1/candidates<",
            "POST /comeet/candidates<",
            "name must be a string",
            "There is no such candidate.",
            "Analytical Engines",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
        for hidden in ["canary", "example.com", "mus_"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        let refused = get(&app, &format!("{log}?refused=1&api=native"), &cookie)
            .await
            .text();
        assert!(
            refused.contains("badge bad\">400") && !refused.contains("badge\">201"),
            "{refused}"
        );
        let none = get(
            &app,
            &format!("{log}?key={}", hiring::id::new_uid()),
            &cookie,
        )
        .await
        .text();
        assert!(none.contains("No such call yet."));
        let stranger = session(&app, 2, Role::Recruiter).await;
        assert!(
            get(&app, &log, &stranger)
                .await
                .text()
                .contains("No such call yet.")
        );
        let interviewer = session(&app, 1, Role::Interviewer).await;
        assert_eq!(get(&app, &log, &interviewer).await.status, 403);
    });
}

#[test]
fn the_feed_is_read_by_kind_and_page_by_page() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Auditor).await;
        for n in 0..60 {
            let body =
                json!({"name": format!("Person {n} <b>"), "emails": [format!("p{n}@x.org")]});
            let call = app.call("native", "POST", "/api/v1/candidates").json(&body);
            assert_eq!(app.send(&call).await.status, 201);
        }
        app.settled().await;
        let feed = format!("{HERE}/events");
        let first = get(&app, &feed, &cookie).await.text();
        assert!(
            first.contains("Person 59 &#60;b&#62;") && !first.contains("Person 2 "),
            "{first}"
        );
        assert!(!first.contains("@x.org"), "no addresses");
        let on = first
            .split("rel=\"next\"")
            .next()
            .and_then(|t| t.rsplit("href=\"").next());
        let on = on
            .and_then(|t| t.split('"').next())
            .expect("a next page")
            .replace("&#38;", "&");
        let second = get(&app, &on, &cookie).await.text();
        assert!(
            second.contains("Person 2 ") && !second.contains("Person 59 "),
            "{second}"
        );
        let made = get(&app, &format!("{feed}?kind=job.created"), &cookie)
            .await
            .text();
        assert!(
            made.contains("was opened as a job") && !made.contains("Person"),
            "{made}"
        );
        let stranger = session(&app, 2, Role::Auditor).await;
        let theirs = get(&app, &feed, &stranger).await.text();
        assert!(!theirs.contains("Person"));
    });
}

#[test]
fn a_linked_account_is_made_used_and_removed() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let (accounts, place) = (format!("{HERE}/accounts"), connect(&app, &cookie).await);
        let to = place.rsplit('/').next().expect("a uid");
        assert_eq!(post(&app, &accounts, &cookie, "name=").await.status, 422);
        let gone = hiring::id::new_uid().to_string();
        let faulty = form(&[("name", "Customer"), ("destination", &gone)]);
        assert_eq!(post(&app, &accounts, &cookie, &faulty).await.status, 422);
        let made = post(
            &app,
            &accounts,
            &cookie,
            &form(&[("name", "Customer <b>"), ("destination", to)]),
        )
        .await;
        let token = made.text();
        let token = token
            .split("mrg_acct_")
            .nth(1)
            .and_then(|t| t.split('<').next());
        let token = format!("mrg_acct_{}", token.expect("a token"));
        let all = app.native("/linked-accounts").await;
        let of = all["data"]
            .as_array()
            .expect("accounts")
            .last()
            .expect("ours")
            .clone();
        assert_eq!(
            (&of["name"], &of["destination"]),
            (&json!("Customer <b>"), &json!(to))
        );
        let act = format!("{accounts}/{}", of["id"].as_str().expect("an id"));

        let listed = get(&app, &accounts, &cookie).await.text();
        assert!(listed.contains("Customer &#60;b&#62;") && !listed.contains(&token));
        assert!(listed.contains("<td>never<br>"), "{listed}");
        let call = app.call("merge", "GET", "/merge/api/ats/v1/candidates");
        let used = |token: &str| call.clone().header("X-Account-Token", token);
        assert_eq!(app.send(&used(&token)).await.status, 200);
        let listed = get(&app, &accounts, &cookie).await.text();
        let row = listed
            .split("<tr>")
            .find(|row| row.contains("Customer"))
            .expect("its row")
            .to_owned();
        assert!(!row.contains("never"), "{row}");
        let keys = get(&app, HERE, &cookie).await.text();
        assert!(keys.contains("last used about"), "the key was used too");

        onward(&post(&app, &act, &cookie, "do=carry&destination=").await);
        assert_eq!(
            app.native("/linked-accounts").await["data"]
                .as_array()
                .unwrap()
                .last()
                .unwrap()["destination"],
            Value::Null
        );
        let renewed = post(&app, &act, &cookie, "do=renew&yes=1").await;
        assert!(renewed.text().contains("mrg_acct_") && !renewed.text().contains(&token));
        assert_eq!(
            app.send(&used(&token)).await.status,
            401,
            "the old one opens nothing"
        );
        let stranger = session(&app, 2, Role::Owner).await;
        assert_eq!(
            post(&app, &act, &stranger, "do=remove&yes=1").await.status,
            404
        );
        onward(&post(&app, &act, &cookie, "do=remove&yes=1").await);
        let events = app.events().await;
        let told: Vec<_> = events
            .iter()
            .filter(|kind| kind.starts_with("linked_account."))
            .collect();
        assert_eq!(
            told,
            [
                "linked_account.linked",
                "linked_account.changed",
                "linked_account.changed",
                "linked_account.renewed",
                "linked_account.removed",
            ]
        );
    });
}
