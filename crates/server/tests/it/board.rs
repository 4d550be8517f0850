//! A job's board and inviting many, over HTTP: who may, what is refused, and what other processes do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use hiring::id::OrgId;
use hiring::member::{self, Role};
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, story};
use testing::{Place, on_both};

use crate::binary::{Muster, PATIENCE};
use crate::client::head;

fn call(method: &str, path: &str) -> Call {
    Call {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn form(path: &str, cookie: &str, pairs: &[(&str, &str)]) -> Call {
    let encode = |text: &str| -> String {
        let byte = |b: u8| match b {
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let body: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    call("POST", path)
        .header("Cookie", cookie)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(body.join("&"))
}

fn cookie_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let all = reply.headers.iter();
    let mut set =
        all.filter(|(name, value)| name == "set-cookie" && value.starts_with("muster_session="));
    let (_, value) = set.next().expect("a session's cookie");
    value.split(';').next().expect("a cookie").to_owned()
}

/// A member in this role, signed in.
async fn signed_in(app: &TestApp, role: Role) -> String {
    let token = app.app.store.write(move |tx| {
        let email = format!("{}@example.org", role.word());
        member::create(tx, OrgId(1), &email, "Bert", role.word(), "no hash")?;
        let (member, _) = member::by_email(tx, &email)?.expect("made above");
        member::sign_in(tx, &member)
    });
    format!("muster_session={}", token.await.expect("a session"))
}

/// The number and the name of a job with one applicant, and the applicant's card as its form carries it.
async fn job_with_one(app: &TestApp) -> (String, String) {
    let job = json!({"title": "Keeper", "stages": ["Applied", "Screen", "Offer"]});
    let made = app
        .send(&app.call("native", "POST", "/api/v1/jobs").json(&job))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let job = made.json()["id"].as_str().expect("an id").to_owned();
    let person = json!({"full_name": "Ada <Lovelace>", "emails": [{"value": "ada@x.org"}], "job": job, "source": "Web"});
    let made = app
        .send(
            &app.call("native", "POST", "/api/v1/candidates")
                .json(&person),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    (
        format!("/desk/jobs/{job}/board"),
        made.json()["application"]["id"]
            .as_str()
            .expect("an id")
            .to_owned(),
    )
}

/// The value of the card's box.
fn card_in(page: &str) -> String {
    let from = page.find("name=\"a\" value=\"").expect("a card") + 16;
    page[from..].split('"').next().expect("a value").to_owned()
}

/// The numbers of the stages that a card may go to.
fn stages_in(page: &str) -> Vec<String> {
    let select = page.split("name=\"to\"").last().expect("a card's form");
    let options = select.split("</select>").next().expect("an end");
    let each = options.split("<option value=\"").skip(1);
    each.map(|o| o.split('"').next().expect("a value").to_owned())
        .collect()
}

#[test]
fn a_move_says_from_where_and_a_stale_one_says_who_was_first() {
    story(|app| async move {
        let cookie = signed_in(&app, Role::Recruiter).await;
        let (board, uid) = job_with_one(&app).await;
        let seen = app
            .send(&call("GET", &board).header("Cookie", &cookie))
            .await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        assert!(
            seen.text().contains("Ada &#60;Lovelace&#62;"),
            "{}",
            seen.text()
        );
        assert!(seen.text().contains(">New</span>"));
        let (card, stages) = (card_in(&seen.text()), stages_in(&seen.text()));
        assert!(card.starts_with(&uid), "{card}");
        let moved = |to: &str| form(&board, &cookie, &[("do", "move"), ("a", &card), ("to", to)]);
        let json = |call: Call| call.header("Accept", "application/json");
        let first = app.send(&json(moved(&stages[0]))).await;
        assert_eq!(
            (first.status, first.json()["moved"].as_bool()),
            (200, Some(true)),
            "{}",
            first.text()
        );
        // Twice the same is no quarrel; somewhere else is.
        let again = app.send(&json(moved(&stages[0]))).await;
        assert_eq!(again.json()["moved"], true);
        let late = app.send(&json(moved(&stages[1]))).await;
        assert_eq!(late.json()["moved"], false);
        let said = late.json()["said"].as_str().expect("words").to_owned();
        assert!(
            said.contains("Bert put Ada <Lovelace> into Screen"),
            "{said}"
        );
        let page = app.send(&moved(&stages[1])).await;
        assert_eq!(page.status, 409);
        assert!(page.text().contains("all the same"), "{}", page.text());
        // What was asked for is only what the card is, as anybody may send anything.
        for (a, to) in [
            ("", "1"),
            ("x", "1"),
            (&card, ""),
            (&card, "99999"),
            (&card, "-1"),
            ("x~y-z", "1"),
        ] {
            let refused = app
                .send(&form(
                    &board,
                    &cookie,
                    &[("do", "move"), ("a", a), ("to", to)],
                ))
                .await;
            assert_eq!(refused.status, 303, "{a} {to}: {}", refused.text());
        }
        let unknown = format!("{}~1-1", hiring::id::new_uid());
        let missing = app
            .send(&form(
                &board,
                &cookie,
                &[("do", "move"), ("a", &unknown), ("to", &stages[0])],
            ))
            .await;
        assert_eq!(missing.status, 404);
        let events = app.events().await;
        assert_eq!(
            events
                .iter()
                .filter(|e| *e == "application.advanced")
                .count(),
            1
        );
    });
}

#[test]
fn who_may_only_look_moves_nothing_and_strangers_see_nothing() {
    story(|app| async move {
        let (board, _) = job_with_one(&app).await;
        let auditor = signed_in(&app, Role::Auditor).await;
        let seen = app
            .send(&call("GET", &board).header("Cookie", &auditor))
            .await;
        assert_eq!(seen.status, 200);
        assert!(
            !seen.text().contains("name=\"a\""),
            "an auditor is shown boxes"
        );
        for path in [&board, "/desk/invite"] {
            let refused = app.send(&form(path, &auditor, &[("do", "advance")])).await;
            assert_eq!(refused.status, 403, "{path}");
        }
        // Not assigned: not there.
        let interviewer = signed_in(&app, Role::Interviewer).await;
        for part in ["", "/column?col=s1", "/cards?a=x"] {
            let path = format!("{board}{part}");
            let hidden = app
                .send(&call("GET", &path).header("Cookie", &interviewer))
                .await;
            assert_eq!(hidden.status, 404, "{path}");
        }
        let events = board.replace("/board", "/events");
        let hidden = app
            .send(&call("GET", &events).header("Cookie", &interviewer))
            .await;
        assert_eq!(hidden.status, 404);
        let stranger = app.send(&call("GET", &events)).await;
        assert_eq!(stranger.status, 401);
        // Another organization's member.
        let body = "email=otto%40example.com&password=correct+horse";
        let sign_in = call("POST", "/desk/sign-in")
            .header("Content-Type", "application/x-www-form-urlencoded");
        let otto = cookie_of(&app.send(&sign_in.bytes(body)).await);
        for path in [&board, &events] {
            let theirs = app.send(&call("GET", path).header("Cookie", &otto)).await;
            assert_eq!(theirs.status, 404, "{path}");
        }
        let moved = app
            .send(&form(&board, &otto, &[("do", "reject-now"), ("a", "x")]))
            .await;
        assert_eq!(moved.status, 404);
    });
}

#[test]
fn many_are_done_row_by_row_and_a_whole_column_at_once() {
    story(|app| async move {
        let cookie = signed_in(&app, Role::Recruiter).await;
        let (board, _) = job_with_one(&app).await;
        let job = board.split('/').nth(3).expect("a job").to_owned();
        for n in 0..130 {
            let person = json!({"full_name": format!("Person {n}"), "emails": [{"value": format!("p{n}@x.org")}], "job": job});
            let made = app
                .send(
                    &app.call("native", "POST", "/api/v1/candidates")
                        .json(&person),
                )
                .await;
            assert_eq!(made.status, 201, "{}", made.text());
        }
        let page = app
            .send(&call("GET", &board).header("Cookie", &cookie))
            .await
            .text();
        assert!(page.len() < 100_000, "{} bytes", page.len());
        let column = page
            .split("data-column=\"")
            .nth(1)
            .expect("a column")
            .split('"')
            .next()
            .expect("its name")
            .to_owned();
        let stages = stages_in(&page);
        let stale = card_in(&page);
        let all = form(
            &board,
            &cookie,
            &[("do", "advance"), ("col", &column), ("to", &stages[0])],
        );
        let done = app.send(&all).await;
        assert_eq!(done.status, 303, "{}", done.text());
        // A stale card among the others: the others are done, and it is told.
        let page = app
            .send(&call("GET", &board).header("Cookie", &cookie))
            .await
            .text();
        let fresh = card_in(&page);
        let rows = [
            ("do", "tag"),
            ("new_tag", "=rust"),
            ("a", &fresh),
            ("a", &format!("{}~1-1", hiring::id::new_uid())),
        ];
        let told = app.send(&form(&board, &cookie, &rows)).await;
        assert_eq!(told.status, 200);
        assert!(
            told.text().contains("1 of 2 applications tagged"),
            "{}",
            told.text()
        );
        assert!(told.text().contains("not there any more"));
        // A card that was seen where it no longer is: it is not rejected, and who moved it is said.
        let rows = [("do", "reject-now"), ("a", stale.as_str())];
        let told = app.send(&form(&board, &cookie, &rows)).await;
        assert_eq!(told.status, 200, "{}", told.text());
        assert!(
            told.text().contains("Nothing was changed: Bert put"),
            "{}",
            told.text()
        );
        let nobody = app
            .send(&form(
                &board,
                &cookie,
                &[("do", "advance"), ("to", &stages[0])],
            ))
            .await;
        assert_eq!(nobody.status, 303);
        let events = app.events().await;
        let of = |kind: &str| events.iter().filter(|e| *e == kind).count();
        assert_eq!(
            (of("application.advanced"), of("application.rejected")),
            (131, 0)
        );
    });
}

#[test]
fn a_list_that_is_odd_is_refused_with_what_is_wrong() {
    story(|app| async move {
        let cookie = signed_in(&app, Role::Recruiter).await;
        let (board, _) = job_with_one(&app).await;
        let job = board.split('/').nth(3).expect("a job").to_owned();
        let other = app
            .send(&app.call_of_other("native", "GET", "/api/v1/jobs"))
            .await
            .json();
        let foreign = other["data"][0]["id"].as_str().expect("a job").to_owned();
        for (pairs, words) in [
            (
                vec![("job", job.as_str()), ("list", " \n")],
                "There is nobody on the list",
            ),
            (
                vec![("job", "x"), ("list", "a@x.org")],
                "Please choose a job",
            ),
            (
                vec![("job", foreign.as_str()), ("list", "a@x.org")],
                "Please choose a job",
            ),
            (
                vec![("job", job.as_str()), ("list", "a@x.org"), ("days", "0")],
                "from 1 to 365",
            ),
            (
                vec![
                    ("job", job.as_str()),
                    ("list", "a@x.org"),
                    ("language", "!!"),
                ],
                "one of the languages",
            ),
        ] {
            let refused = app.send(&form("/desk/invite", &cookie, &pairs)).await;
            assert_eq!(refused.status, 422, "{words}");
            assert!(
                refused.text().contains(words),
                "{words} in {}",
                refused.text()
            );
        }
        let kept = app
            .send(&form(
                "/desk/invite",
                &cookie,
                &[("job", &job), ("list", "a@x.org")],
            ))
            .await;
        assert_eq!(kept.status, 303, "{}", kept.text());
        let list = kept.header("location").to_owned();
        let body = "email=otto%40example.com&password=correct+horse";
        let sign_in = call("POST", "/desk/sign-in")
            .header("Content-Type", "application/x-www-form-urlencoded");
        let otto = cookie_of(&app.send(&sign_in.bytes(body)).await);
        for path in [
            list.clone(),
            format!("{list}/progress"),
            format!("{list}/result.csv"),
        ] {
            assert_eq!(
                app.send(&call("GET", &path).header("Cookie", &otto))
                    .await
                    .status,
                404,
                "{path}"
            );
            assert_eq!(
                app.send(&call("GET", &path).header("Cookie", &cookie))
                    .await
                    .status,
                200,
                "{path}"
            );
        }
        assert_eq!(
            app.send(&form(&list, &otto, &[("do", "start")]))
                .await
                .status,
            404
        );
        assert_eq!(
            app.send(&form(&list, &cookie, &[("do", "dance")]))
                .await
                .status,
            303
        );
        // Nothing was invited, as nobody said so.
        assert!(!app.events().await.contains(&"invite.created".to_owned()));
    });
}

/// A signed-in member of a real server.
struct Desk<'a> {
    server: &'a Muster,
    said: Value,
    cookie: String,
}

impl<'a> Desk<'a> {
    fn enter(server: &'a Muster) -> Desk<'a> {
        let said = server.said();
        let body = format!(
            "email={}&password={}",
            said["desk"]["email"]
                .as_str()
                .expect("an address")
                .replace('@', "%40"),
            said["desk"]["password"].as_str().expect("a password")
        );
        let sign_in = call("POST", "/desk/sign-in")
            .header("Content-Type", "application/x-www-form-urlencoded");
        let reply = server
            .client()
            .send(&sign_in.bytes(body))
            .expect("an answer");
        Desk {
            cookie: cookie_of(&reply),
            server,
            said,
        }
    }

    fn get(&self, path: &str) -> Reply {
        let asked = call("GET", path).header("Cookie", &self.cookie);
        self.server.client().send(&asked).expect("an answer")
    }

    fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let sent = form(path, &self.cookie, pairs);
        self.server.client().send(&sent).expect("an answer")
    }

    fn native(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let key = self.said["native"]["api_key"].as_str().expect("a key");
        let mut asked = call(method, &format!("/api/v1{path}"))
            .header("Authorization", &format!("Bearer {key}"));
        if let Some(body) = body {
            asked = asked.json(body);
        }
        let reply = self.server.client().send(&asked).expect("an answer");
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()
    }
}

/// Lines of a stream, as they come.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(desk: &Desk, path: &str, last: Option<&str>) -> Stream {
        let mut stream = TcpStream::connect(desk.server.address()).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let mut asked = call("GET", path).header("Cookie", &desk.cookie);
        if let Some(last) = last {
            asked = asked.header("Last-Event-ID", last);
        }
        stream.write_all(&head(&asked, Some(0))).expect("sent");
        Stream(BufReader::new(stream))
    }

    /// The next event: its kind, its place, what it says. `None` at the stream's end.
    fn next(&mut self) -> Option<(String, String, Value)> {
        let (mut kind, mut id, mut data) = (String::new(), String::new(), Value::Null);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).expect("within the limit") == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(text) = line.strip_prefix("event: ") {
                kind = text.to_owned();
            } else if let Some(text) = line.strip_prefix("id: ") {
                id = text.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                data = serde_json::from_str(text).expect("JSON");
            } else if line.is_empty() && !kind.is_empty() {
                return Some((kind, id, data));
            }
        }
    }
}

#[test]
fn what_another_process_does_is_heard_and_a_stream_holds_no_stop_up() {
    on_both(|place: &Place| {
        let (mut one, two) = (Muster::demo(place), Muster::demo(place));
        let (here, there) = (Desk::enter(&one), Desk::enter(&two));
        let job = here.native(
            "POST",
            "/jobs",
            Some(&json!({"title": "Keeper", "stages": ["Applied", "Screen"]})),
        );
        let (uid, screen) = (job["id"].as_str().expect("an id"), &job["stages"][1]["id"]);
        let events = format!("/desk/jobs/{uid}/events");
        let mut stream = Stream::open(&here, &events, None);
        let (kind, began, _) = stream.next().expect("a greeting");
        assert_eq!(kind, "hello");
        let person = json!({"full_name": "Ada", "emails": [{"value": "ada@x.org"}], "job": uid});
        let made = there.native("POST", "/candidates", Some(&person));
        let application = made["application"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let (kind, _, told) = stream.next().expect("an event");
        assert_eq!(
            (kind.as_str(), told["a"].as_str()),
            ("card", Some(application.as_str()))
        );
        assert_eq!(told["kind"], "application.submitted");
        there.native(
            "POST",
            &format!("/applications/{application}/advance"),
            Some(&json!({"to_stage": screen})),
        );
        let (_, place_of_move, told) = stream.next().expect("an event");
        assert_eq!(told["kind"], "application.advanced");
        assert!(!told.to_string().contains("Ada"), "{told}");
        // Whoever was away hears what they missed, and only that.
        let mut again = Stream::open(&there, &events, Some(&began));
        let kinds: Vec<_> = (0..3).map(|_| again.next().expect("an event").0).collect();
        assert_eq!(kinds, ["hello", "card", "card"]);
        let mut later = Stream::open(&here, &events, Some(&place_of_move));
        assert_eq!(later.next().expect("a greeting").0, "hello");
        there.native(
            "POST",
            "/candidates",
            Some(&json!({"full_name": "Bob", "emails": [{"value": "bob@x.org"}], "job": uid})),
        );
        assert_eq!(
            later.next().expect("an event").2["kind"],
            "application.submitted"
        );
        // Whoever signs out hears no more.
        let leaving = Desk::enter(&one);
        let mut over = Stream::open(&leaving, &events, None);
        assert_eq!(over.next().expect("a greeting").0, "hello");
        assert_eq!(leaving.post("/desk/sign-out", &[]).status, 303);
        let last = std::iter::from_fn(|| over.next()).last().expect("an end");
        assert_eq!(last.0, "over");
        // Streams are open, and none of them had to be cut off for the server to stop.
        one.signal("TERM");
        assert_eq!(one.wait().code(), Some(0));
        let log = std::fs::read_to_string(&one.errors).expect("a log");
        assert!(!log.contains("did not end in time"), "{log}");
        // What was said before is still to be read, and then it ends.
        assert!(std::iter::from_fn(|| stream.next()).count() <= 3);
    });
}

#[test]
fn a_list_goes_on_after_kill_9_and_invites_nobody_twice() {
    on_both(|place: &Place| {
        // The longer the list, the surer it is that it is not over before it is looked at, however seldom this test has its turn.
        let mut lists = [300, 1_500, 10_000].into_iter();
        let was_killed = lists.any(|people| is_killed_within(&Place::new(place.engine()), people));
        assert!(was_killed, "each list was over before it could be killed");
    });
}

/// Whether the list of so many people was under way when the server was killed; it is gone through to its end all the same.
fn is_killed_within(place: &Place, people: usize) -> bool {
    let server = Muster::demo(place);
    let desk = Desk::enter(&server);
    let job = desk.native("POST", "/jobs", Some(&json!({"title": "Keeper"})));
    let uid = job["id"].as_str().expect("an id").to_owned();
    let list: String = (0..people).map(|n| format!("p{n}@x.org\n")).collect();
    let kept = desk.post(
        "/desk/invite",
        &[("job", &uid), ("list", &list), ("mailed", "1")],
    );
    assert_eq!(kept.status, 303, "{}", kept.text());
    let at = kept.header("location").to_owned();
    assert_eq!(desk.post(&at, &[("do", "start")]).status, 303);
    let done = |desk: &Desk| {
        let told = desk.get(&format!("{at}/progress")).json();
        (
            told["done"].as_u64().expect("a number") as usize,
            told["running"].as_bool().expect("yes or no"),
        )
    };
    let until = |desk: &Desk, enough: &dyn Fn((usize, bool)) -> bool| {
        crate::binary::until("so many are invited", || {
            let far = done(desk);
            enough(far).then_some(far.0)
        })
    };
    let before = until(&desk, &|(n, _)| n > 20);
    server.kill();
    let server = Muster::demo(place);
    let desk = Desk::enter(&server);
    assert_eq!(until(&desk, &|(_, running)| !running), people);
    let (mut after, mut kinds) = (0, Vec::new());
    loop {
        let page = desk.native("GET", &format!("/events?after={after}&limit=100"), None);
        let events = page["data"].as_array().expect("a list");
        let Some(last) = events.last() else { break };
        after = last["place"].as_i64().expect("a place");
        kinds.extend(
            events
                .iter()
                .map(|e| e["kind"].as_str().unwrap_or("").to_owned()),
        );
    }
    let of = |kind: &str| kinds.iter().filter(|k| *k == kind).count();
    assert_eq!(of("invite.created"), people);
    assert_eq!(of("invite.mailed"), people);
    let csv = desk.get(&format!("{at}/result.csv")).text();
    assert_eq!(csv.matches(",Invited,").count(), people);
    assert!(!csv.contains("/apply/"), "a link, though it was mailed");
    before < people
}
