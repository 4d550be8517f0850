//! Applying by the page, as a person does it: without JavaScript, by a form. Nothing that was written is lost, and nothing is
//! sent twice.

use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, URL, story};

const BOUNDARY: &str = "----muster-story";

fn call(method: &str, path: &str) -> Call {
    Call {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// What a file input sends: the input's name, the file's, its bytes.
type File<'a> = (&'a str, &'a str, &'a [u8]);

/// A browser with the link's page open.
struct Tab {
    app: TestApp,
    link: String,
    csrf: String,
    seen: String,
}

/// The value of a hidden input.
fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    let value = rest.split('"').next().expect("a value");
    value
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&#60;", "<")
}

impl Tab {
    async fn open(app: &TestApp, link: &str) -> Tab {
        let page = app.send(&call("GET", link)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        Tab {
            app: app.clone(),
            link: link.to_owned(),
            csrf: hidden(&text, "csrf"),
            seen: hidden(&text, "seen"),
        }
    }

    fn form(&self, what: &str, inputs: &[(&str, &str)], files: &[File<'_>]) -> Call {
        let mut body = Vec::new();
        let mut part = |head: &str, value: &[u8]| {
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n")
                    .as_bytes(),
            );
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        };
        part("name=\"csrf\"", self.csrf.as_bytes());
        part("name=\"seen\"", self.seen.as_bytes());
        for (name, value) in inputs {
            part(&format!("name=\"{name}\""), value.as_bytes());
        }
        for (name, file, bytes) in files {
            part(
                &format!("name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: text/html"),
                bytes,
            );
        }
        part("name=\"do\"", what.as_bytes());
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        call("POST", &self.link)
            .header("Content-Type", &kind)
            .bytes(body)
    }

    async fn post(&self, what: &str, inputs: &[(&str, &str)], files: &[File<'_>]) -> Reply {
        self.app.send(&self.form(what, inputs, files)).await
    }

    async fn page(&self) -> String {
        self.app.send(&call("GET", &self.link)).await.text()
    }
}

/// A job of our own API with a field of each kind; its public page.
async fn job(app: &TestApp) -> (String, String) {
    let body = json!({
        "title": "Gärtner <Nord>", "description": "<p>Wir suchen</p><script>alert(1)</script>", "code": "G-1",
        "fields": [
            {"name": "phone", "label": "Phone", "type": "phone", "required": true},
            {"name": "why", "label": "Why", "type": "long_text", "help": "In a few words."},
            {"name": "start", "label": "Start", "type": "date"},
            {"name": "years", "label": "Years", "type": "number"},
            {"name": "site", "label": "Site", "type": "url"},
            {"name": "second", "label": "Second address", "type": "email"},
            {"name": "notice", "label": "Notice", "type": "choice", "options": ["now", "later"]},
            {"name": "tools", "label": "Tools", "type": "multiple_choice", "options": ["rake", "hoe", "saw"]},
            {"name": "drives", "label": "Drives", "type": "yes_no"},
            {"name": "gender", "label": "Gender", "type": "choice", "options": ["f", "m", "x"]},
            {"name": "resume", "label": "Resume", "type": "file", "required": true},
            {"name": "data", "label": "I agree", "type": "consent", "required": true,
             "consent": {"text": "We keep your data for a year.", "version": "2026-01", "purpose": "recruiting"}},
        ]
    });
    let made = app
        .send(&app.call("native", "POST", "/api/v1/jobs").json(&body))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let link = made["public_link"].as_str().expect("a public link");
    let path = link.strip_prefix(URL).expect("our own").to_owned();
    (made["id"].as_str().expect("an id").to_owned(), path)
}

/// Begins on the job's public page; the path of the draft's own link.
async fn begin(app: &TestApp, page: &str) -> String {
    let begun = app.send(&call("POST", page)).await;
    assert_eq!(begun.status, 303, "{}", begun.text());
    begun.header("location").to_owned()
}

/// A link that a caller asks for on behalf of a person.
async fn invite(app: &TestApp, email: &str) -> String {
    let body = json!({"invite_applicant": true, "email": email, "name": "Ada Lovelace"});
    let track = &app.demo["xobin"]["track_id"];
    let track = track.as_str().map_or(track.to_string(), str::to_owned);
    let path = format!("/xobin/api/v2/tracks/{track}/applicants");
    let reply = app
        .send(&app.call("xobin", "POST", &path).json(&body))
        .await;
    let text = reply.text();
    let link = text
        .split('"')
        .find_map(|p| p.strip_prefix(URL).filter(|p| p.starts_with("/apply/")));
    link.unwrap_or_else(|| panic!("no link in {text}"))
        .to_owned()
}

const ALL: [(&str, &str); 13] = [
    ("name", "Ada Lovelace"),
    ("email", "ada@example.org"),
    ("a.phone", "+44 20 7946 0001"),
    ("a.why", "Because\r\nI can"),
    ("a.start", "2026-12-01"),
    ("a.years", "3,5"),
    ("a.site", "example.org/ada"),
    ("a.second", "ada@work.example"),
    ("a.notice", "later"),
    ("a.tools", "saw"),
    ("a.tools", "rake"),
    ("a.drives", "no"),
    ("a.gender", "f"),
];

fn with_consent() -> Vec<(&'static str, &'static str)> {
    let mut all = ALL.to_vec();
    all.push(("a.data", "2026-01"));
    all
}

const CV: &[u8] = b"%PDF-1.7 my life";

/// The only application of the job.
async fn application_of(app: &TestApp, job: &str) -> Value {
    let all = app.native("/applications?limit=100").await;
    let of_job: Vec<Value> = all["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|a| a["job"] == job)
        .cloned()
        .collect();
    assert_eq!(of_job.len(), 1, "{all}");
    of_job[0].clone()
}

async fn mails(app: &TestApp) -> Vec<Value> {
    app.native("/outbox").await["data"]
        .as_array()
        .expect("a list")
        .clone()
}

fn path_in(mail: &Value) -> String {
    let body = mail["body"].as_str().expect("a body");
    let at = body.find("/confirm/").expect("a link");
    body[at..]
        .split_whitespace()
        .next()
        .expect("a link")
        .to_owned()
}

#[test]
fn somebody_applies_by_the_public_page_and_everything_reads_back() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let shown = app.send(&call("GET", &page)).await;
        assert_eq!(shown.status, 200);
        let text = shown.text();
        assert!(text.contains("Gärtner &#60;Nord&#62;") && text.contains("Wir suchen"));
        assert!(!text.contains("alert(1)"), "{text}");
        let (_, data) = text.split_once("ld+json\">").expect("a block of data");
        let data: Value =
            serde_json::from_str(data.split("</script>").next().unwrap()).expect("JSON");
        assert_eq!(
            (&data["@type"], &data["title"]),
            (&json!("JobPosting"), &json!("Gärtner <Nord>"))
        );

        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let refused = tab
            .post(
                "submit",
                &[("name", "Ada"), ("email", "ada"), ("a.years", "many")],
                &[("f.resume", "cv.pdf", CV)],
            )
            .await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        let text = refused.text();
        for part in [
            "href=\"#email\"",
            "id=\"email-fault\"",
            "href=\"#q1\"",
            "id=\"q4-fault\"",
            "value=\"many\"",
            "<strong>cv.pdf</strong>",
            "aria-invalid=\"true\"",
            "without this consent",
        ] {
            assert!(
                text.to_lowercase().contains(&part.to_lowercase()),
                "{part} in {text}"
            );
        }
        // The file is kept: only the rest is sent again.
        let tab = Tab::open(&app, &link).await;
        let sent = tab.post("submit", &with_consent(), &[]).await;
        assert_eq!(
            (sent.status, sent.header("location")),
            (303, link.as_str()),
            "{}",
            sent.text()
        );
        let receipt = tab.page().await;
        assert!(receipt.contains("has been received") && receipt.contains("ada@example.org"));

        let application = application_of(&app, &job).await;
        assert_eq!(application["pending"], false);
        let answers = &application["answers"];
        for (name, value) in [
            ("phone", json!("+44 20 7946 0001")),
            ("why", json!("Because\nI can")),
            ("start", json!("2026-12-01")),
            ("years", json!(3.5)),
            ("site", json!("https://example.org/ada")),
            ("tools", json!(["rake", "saw"])),
            ("drives", json!(false)),
            ("gender", json!("f")),
            ("resume", json!("cv.pdf")),
            ("data", json!(true)),
        ] {
            assert_eq!(answers[name], value, "{name} in {application}");
        }
        let id = application["candidate"].as_str().expect("an id");
        let person = app.native(&format!("/candidates/{id}")).await;
        assert_eq!(
            person["emails"][0],
            json!({"value": "ada@example.org", "unverified": true})
        );
        let consent = &person["consents"][0];
        assert_eq!(
            (&consent["version"], &consent["purpose"]),
            (&json!("2026-01"), &json!("recruiting"))
        );
        assert_eq!(consent["text"], "We keep your data for a year.");
        let attachment = &person["attachments"][0];
        assert_eq!(
            (&attachment["kind"], &attachment["name"]),
            (&json!("resume"), &json!("cv.pdf"))
        );
        let file = format!("/api/v1/attachments/{}", attachment["id"].as_str().unwrap());
        assert_eq!(app.send(&app.call("native", "GET", &file)).await.bytes, CV);
        let raw = format!(
            "/api/v1/submissions/{}/raw",
            person["submissions"][0].as_str().unwrap()
        );
        let raw = app.send(&app.call("native", "GET", &raw)).await;
        let raw: Value = serde_json::from_slice(&raw.bytes).expect("the kept body is JSON");
        assert_eq!(
            (&raw["answers"]["gender"], &raw["answers"]["years"]),
            (&json!("f"), &json!("3,5"))
        );
        // Nothing of the equal-opportunity answer lies in the body itself.
        let shown = app
            .send(&call("GET", &format!("{link}?download=json")))
            .await;
        assert!(
            shown
                .header("content-disposition")
                .starts_with("attachment")
        );
        assert_eq!(shown.json()["answers"]["gender"], "f");
        let mine = app.send(&call("GET", &format!("{link}?file=1"))).await;
        assert_eq!(
            (mine.bytes.as_slice(), mine.header("content-type")),
            (CV, "application/octet-stream")
        );
        assert_eq!(mine.header("x-content-type-options"), "nosniff");
        assert!(mine.header("content-security-policy").contains("sandbox"));
        assert_eq!(
            app.events()
                .await
                .into_iter()
                .filter(|e| !e.starts_with("job."))
                .collect::<Vec<_>>(),
            [
                "draft.started",
                "candidate.created",
                "attachment.added",
                "application.submitted",
                "consent.given",
                "mail.queued",
            ]
        );
    });
}

#[test]
fn an_address_is_proven_by_the_mailed_link_and_by_nothing_else() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let known = json!({"name": "Ada", "emails": ["ada@example.org"]});
        let known = app
            .send(
                &app.call("native", "POST", "/api/v1/candidates")
                    .json(&known),
            )
            .await
            .json();
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let sent = tab
            .post("submit", &with_consent(), &[("f.resume", "cv.pdf", CV)])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        // A person of their own: the known one is as it was, and the two are shown to whoever looks for the address.
        let found = app.native("/candidates?email=ada@example.org").await;
        assert_eq!(found["data"].as_array().expect("a list").len(), 2);
        let application = application_of(&app, &job).await;
        // So are their applications, whether the address is proven or only claimed, however it is spelled.
        let other = app
            .send(
                &app.call("native", "POST", "/api/v1/jobs")
                    .json(&json!({"title": "Other"})),
            )
            .await
            .json();
        let direct = json!({"name": "Ada", "emails": ["ada@example.org"], "job": other["id"]});
        app.send(
            &app.call("native", "POST", "/api/v1/candidates")
                .json(&direct),
        )
        .await;
        let both = app.native("/applications?email=ADA@Example.org").await;
        let people: Vec<&Value> = both["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|a| &a["candidate"])
            .collect();
        assert_eq!(
            people,
            [&application["candidate"], &known["candidate"]["id"]]
        );
        let first = app
            .native("/applications?email=ada@example.org&limit=1")
            .await;
        assert_eq!(first["data"][0]["id"], application["id"]);
        let next = first["next"].as_str().expect("a next page");
        let second = app
            .native(&format!(
                "/applications?email=ada@example.org&limit=1&after={next}"
            ))
            .await;
        assert_eq!(second["data"][0]["id"], both["data"][1]["id"]);
        assert_eq!(second["next"], Value::Null);
        let none = app.native("/applications?email=other@example.org").await;
        assert_eq!(none["data"], json!([]));
        let id = application["candidate"].as_str().expect("an id").to_owned();
        assert_ne!(known["candidate"]["id"], json!(id));
        let person = app.native(&format!("/candidates/{id}")).await;
        assert_eq!(
            person["possible_duplicates"][0]["candidate"],
            known["candidate"]["id"]
        );

        let confirm = path_in(&mails(&app).await[0]);
        let asked = app.send(&call("GET", &confirm)).await;
        assert_eq!(asked.status, 200);
        let unproven = app.native(&format!("/candidates/{id}")).await;
        assert_eq!(
            unproven["emails"][0]["unverified"], true,
            "opening the link proves nothing yet"
        );
        for _ in 0..2 {
            let done = app.send(&call("POST", &confirm)).await;
            assert_eq!((done.status, done.header("location")), (303, link.as_str()));
        }
        let proven = app.native(&format!("/candidates/{id}")).await;
        assert_eq!(proven["emails"][0], json!({"value": "ada@example.org"}));
        assert!(!tab.page().await.contains("confirm your address"));
        let events = app.events().await;
        assert_eq!(
            events
                .iter()
                .filter(|e| *e == "candidate.address_proven")
                .count(),
            1
        );
        assert_eq!(
            app.send(&call("POST", "/confirm/nothing")).await.status,
            404
        );
    });
}

#[test]
fn who_proves_the_address_first_is_who_it_belongs_to() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let known = json!({"name": "Ada", "emails": ["ada@example.org"]});
        let known = app
            .send(
                &app.call("native", "POST", "/api/v1/candidates")
                    .json(&known),
            )
            .await
            .json();
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let saved = tab.post("save", &[("email", "ada@example.org")], &[]).await;
        assert!(
            saved.header("location").ends_with("?saved=mailed"),
            "{:?}",
            saved.headers
        );
        let again = tab.post("save", &[("email", "ada@example.org")], &[]).await;
        assert!(
            again.header("location").ends_with("?saved=yes"),
            "one address is mailed to once"
        );
        let confirm = path_in(&mails(&app).await[0]);
        assert_eq!(
            app.send(&call("POST", &confirm)).await.header("location"),
            link
        );
        let sent = Tab::open(&app, &link)
            .await
            .post("submit", &with_consent(), &[("f.resume", "cv.pdf", CV)])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        assert_eq!(
            application_of(&app, &job).await["candidate"],
            known["candidate"]["id"]
        );
        // There is nothing left to prove: the second mail only says that the application has come.
        let all = mails(&app).await;
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(
            (&all[1]["kind"], &all[1]["recipient"]),
            (&json!("application_received"), &json!("ada@example.org"))
        );
        assert!(
            !all[1]["body"]
                .as_str()
                .expect("a body")
                .contains("/confirm/")
        );
    });
}

#[test]
fn an_invited_person_applies_by_the_invites_link() {
    story(|app| async move {
        let link = invite(&app, "ada@example.org").await;
        let tab = Tab::open(&app, &link).await;
        let text = tab.page().await;
        assert!(
            text.contains("value=\"Ada Lovelace\"") && text.contains("readonly"),
            "{text}"
        );
        assert!(
            !text.contains(link.trim_start_matches("/apply/")),
            "the token is in no page"
        );
        let inputs = [
            ("name", "Ada Lovelace"),
            ("email", "other@example.org"),
            ("a.phone", "12345"),
        ];
        let sent = tab
            .post("submit", &inputs, &[("f.resume", "cv.pdf", CV)])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let all = app.native("/applications").await;
        assert_eq!(all["data"].as_array().expect("a list").len(), 1);
        assert_eq!(
            (&all["data"][0]["pending"], &all["data"][0]["source"]),
            (&json!(false), &json!("Xobin"))
        );
        let id = all["data"][0]["candidate"].as_str().unwrap().to_owned();
        let person = app.native(&format!("/candidates/{id}")).await;
        assert_eq!(person["emails"], json!([{"value": "ada@example.org"}]));
        // Every dialect shows it as its own.
        let track = &app.demo["xobin"]["track_id"];
        let track = track.as_str().map_or(track.to_string(), str::to_owned);
        let list = app
            .send(&app.call(
                "xobin",
                "GET",
                &format!("/xobin/api/v2/tracks/{track}/applicants"),
            ))
            .await;
        assert_eq!(list.json()["pagination"]["total"], 1, "{}", list.text());
        let one = format!("/xobin/api/v2/tracks/{track}/applicants/1");
        let one = app.send(&app.call("xobin", "GET", &one)).await;
        assert!(one.text().contains("12345"), "{}", one.text());
        let merge = app
            .send(&app.call("merge", "GET", "/merge/api/ats/v1/applications"))
            .await;
        assert_eq!(
            merge.json()["results"].as_array().expect("a list").len(),
            1,
            "{}",
            merge.text()
        );
        assert_eq!(
            app.events()
                .await
                .into_iter()
                .filter(|e| !e.starts_with("job.") && !e.contains("mail"))
                .collect::<Vec<_>>(),
            [
                "candidate.created",
                "application.created",
                "invite.created",
                "invite.opened",
                "application.started",
                "candidate.updated",
                "attachment.added",
                "invite.completed",
                "application.submitted",
            ]
        );
        // Whoever was invited is told as well that it has come, by name, in a mail without a link.
        let mails = mails(&app).await;
        let last = mails.last().expect("a mail");
        assert_eq!(
            (&last["kind"], &last["recipient"]),
            (&json!("application_received"), &json!("ada@example.org"))
        );
        let body = last["body"].as_str().expect("a body");
        assert!(
            body.contains("Hello Ada Lovelace,") && !body.contains("http"),
            "{body}"
        );
        assert_eq!(
            app.events().await.last().map(String::as_str),
            Some("mail.queued")
        );
    });
}

#[test]
fn two_who_send_at_once_send_one_application() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let saved = tab.post("save", &[], &[("f.resume", "cv.pdf", CV)]).await;
        assert_eq!(saved.status, 303);
        let form = tab.form("submit", &with_consent(), &[]);
        let sends: Vec<_> = (0..6)
            .map(|_| {
                let (app, form) = (app.clone(), form.clone());
                tokio::spawn(async move { app.send(&form).await })
            })
            .collect();
        for send in sends {
            let reply = send.await.expect("no panic");
            assert_eq!(
                (reply.status, reply.header("location")),
                (303, link.as_str()),
                "{}",
                reply.text()
            );
        }
        application_of(&app, &job).await;
        let late = tab.post("submit", &with_consent(), &[]).await;
        assert_eq!(
            (late.status, late.header("location")),
            (303, link.as_str()),
            "the back button"
        );
        let events = app.events().await;
        assert_eq!(
            events
                .iter()
                .filter(|e| *e == "application.submitted")
                .count(),
            1
        );
        assert_eq!(
            events.iter().filter(|e| *e == "candidate.created").count(),
            1
        );
    });
}

#[test]
fn two_tabs_and_another_device_write_into_one_draft_field_by_field() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let (one, two) = (Tab::open(&app, &link).await, Tab::open(&app, &link).await);
        one.post(
            "save",
            &[("name", "Ada"), ("a.why", "one"), ("a.tools", "rake")],
            &[],
        )
        .await;
        // This tab was opened before and shows neither name nor tools: it does not take them away.
        two.post(
            "save",
            &[("name", ""), ("a.why", "two"), ("a.phone", "12345")],
            &[],
        )
        .await;
        let text = app
            .send(&call("GET", &link).header("Accept-Language", "de"))
            .await
            .text();
        assert!(
            text.contains("value=\"Ada\"") && text.contains("value=\"12345\""),
            "{text}"
        );
        assert!(
            text.contains("\ntwo</textarea>") && text.contains("value=\"rake\" checked"),
            "{text}"
        );
        // What was ticked and is not any more is taken away by whoever saw it.
        let three = Tab::open(&app, &link).await;
        three
            .post(
                "save",
                &[("name", "Ada"), ("a.why", "two"), ("a.phone", "12345")],
                &[],
            )
            .await;
        assert!(!three.page().await.contains("value=\"rake\" checked"));
    });
}

#[test]
fn a_second_beginning_on_one_device_is_the_first_one() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let begun = app.send(&call("POST", &page)).await;
        let cookie = begun
            .header("set-cookie")
            .split(';')
            .next()
            .expect("a cookie")
            .to_owned();
        let again = app
            .send(&call("POST", &page).header("Cookie", &cookie))
            .await;
        assert_eq!(again.header("location"), begun.header("location"));
        let shown = app
            .send(&call("GET", &page).header("Cookie", &cookie))
            .await
            .text();
        assert!(shown.contains("Continue your application"));
        let afresh = call("POST", &page)
            .header("Cookie", &cookie)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .bytes("afresh=yes");
        assert_ne!(
            app.send(&afresh).await.header("location"),
            begun.header("location")
        );
        let foreign = call("POST", &page).header("Origin", "https://evil.example");
        assert_eq!(app.send(&foreign).await.status, 403);
    });
}

#[test]
fn a_script_saves_field_by_field() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let path = format!("{link}/draft");
        let save = |body: Value| call("POST", &path).json(&body);
        let fields = json!({"a.phone": "x", "a.why": "so", "a.tools": ["saw"], "nonsense": "y"});
        let reply = app
            .send(&save(json!({"csrf": tab.csrf, "fields": fields})))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let body = reply.json();
        assert!(
            body["faults"]["a.phone"].is_string() && body["stamps"]["a.why"].is_string(),
            "{body}"
        );
        assert_eq!(body["faults"].as_object().expect("an object").len(), 1);
        assert!(tab.page().await.contains("value=\"saw\" checked"));
        let seen = json!({"a.why": body["stamps"]["a.why"]});
        let other = json!({"csrf": tab.csrf, "fields": {"a.why": "so"}, "seen": seen});
        assert_eq!(app.send(&save(other)).await.status, 200);
        for (bad, status) in [
            (json!({"fields": {}}), 403),
            (json!({"csrf": "x", "fields": {}}), 403),
            (json!({"csrf": tab.csrf, "fields": {"a.why": 1}}), 400),
            (json!("x"), 400),
        ] {
            assert_eq!(app.send(&save(bad.clone())).await.status, status, "{bad}");
        }
    });
}

fn tus(method: &str, path: &str) -> Call {
    call(method, path).header("Tus-Resumable", "1.0.0")
}

/// Begins a file of so many bytes; its path.
async fn begin_file(app: &TestApp, link: &str, field: &str, size: usize) -> Reply {
    use base64::Engine as _;
    let b64 = |t: &str| base64::engine::general_purpose::STANDARD.encode(t);
    let metadata = format!("filename {},field {}", b64("lebenslauf.pdf"), b64(field));
    let call = tus("POST", &format!("{link}/uploads"))
        .header("Upload-Length", &size.to_string())
        .header("Upload-Metadata", &metadata);
    app.send(&call).await
}

fn piece(path: &str, at: usize, bytes: &[u8]) -> Call {
    tus("PATCH", path)
        .header("Content-Type", "application/offset+octet-stream")
        .header("Upload-Offset", &at.to_string())
        .bytes(bytes)
}

#[test]
fn a_file_goes_on_after_a_cut_from_where_it_was() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let whole: Vec<u8> = (0..5_000_000u32).map(|n| (n * 31 % 251) as u8).collect();
        let begun = begin_file(&app, &link, "resume", whole.len()).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        let path = begun.header("location").to_owned();
        let first = app.send(&piece(&path, 0, &whole[..3_000_000])).await;
        assert_eq!(
            (first.status, first.header("upload-offset")),
            (204, "3000000"),
            "{}",
            first.text()
        );
        // Neither whole nor lost: the form says how far it has come, and cannot be sent.
        let tab = Tab::open(&app, &link).await;
        assert!(tab.page().await.contains("3 MB"));
        assert_eq!(tab.post("submit", &with_consent(), &[]).await.status, 422);
        let head = app.send(&tus("HEAD", &path)).await;
        assert_eq!(
            (head.status, head.header("upload-offset")),
            (200, "3000000")
        );
        let wrong = app.send(&piece(&path, 0, &whole[..10])).await;
        assert_eq!(
            (wrong.status, wrong.header("upload-offset")),
            (409, "3000000")
        );
        let long = app
            .send(&piece(&path, 3_000_000, &vec![0; 2_000_001]))
            .await;
        assert_eq!(long.status, 413, "{}", long.text());
        let rest = app
            .send(&piece(&path, 3_000_000, &whole[3_000_000..]))
            .await;
        assert_eq!(
            (rest.status, rest.header("upload-offset")),
            (204, "5000000"),
            "{}",
            rest.text()
        );
        let back = app.send(&call("GET", &path)).await;
        assert!(
            back.bytes == whole && back.header("content-disposition").starts_with("attachment")
        );
        let tab = Tab::open(&app, &link).await;
        let sent = tab.post("submit", &with_consent(), &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let application = application_of(&app, &job).await;
        let person = app
            .native(&format!(
                "/candidates/{}",
                application["candidate"].as_str().unwrap()
            ))
            .await;
        let file = format!(
            "/api/v1/attachments/{}",
            person["attachments"][0]["id"].as_str().unwrap()
        );
        assert!(app.send(&app.call("native", "GET", &file)).await.bytes == whole);
        assert_eq!(app.send(&tus("HEAD", &path)).await.status, 410);
        let left = app.app.files.pieces_older_than(-10, 100).await;
        assert!(left.expect("pieces").is_empty());
    });
}

#[test]
fn files_have_limits_and_a_file_too_many_is_a_fault_at_its_field() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        assert_eq!(
            begin_file(&app, &link, "resume", (25 << 20) + 1)
                .await
                .status,
            413
        );
        assert_eq!(begin_file(&app, &link, "resume", 0).await.status, 400);
        assert_eq!(begin_file(&app, &link, "phone", 5).await.status, 400);
        let plain = call("POST", &format!("{link}/uploads"));
        assert_eq!(app.send(&plain).await.status, 412);
        let tab = Tab::open(&app, &link).await;
        let large = vec![7u8; (25 << 20) + 1];
        let reply = tab
            .post(
                "save",
                &[("name", "Ada")],
                &[("f.resume", "large.bin", &large)],
            )
            .await;
        assert_eq!(reply.status, 422);
        assert!(
            reply.text().contains("larger than 25 MB"),
            "{}",
            reply.text()
        );
        assert!(
            tab.page().await.contains("value=\"Ada\""),
            "the rest is kept"
        );
        let empty = tab
            .post(
                "submit",
                &[("name", "Ada")],
                &[("f.resume", "empty.pdf", b"")],
            )
            .await;
        assert!(empty.text().contains("This file is empty."));
        // As many bytes as an application may have, in files that are replaced one by one and never finished.
        let half: Vec<u8> = vec![1; 13 << 20];
        let mut statuses = Vec::new();
        for _ in 0..8 {
            let begun = begin_file(&app, &link, "resume", 25 << 20).await;
            let path = begun.header("location").to_owned();
            if begun.status == 201 {
                statuses.push(app.send(&piece(&path, 0, &half)).await.status);
            } else {
                statuses.push(begun.status);
            }
        }
        assert_eq!(statuses.first(), Some(&204));
        assert_eq!(statuses.last(), Some(&413), "{statuses:?}");
    });
}

#[test]
fn hostile_files_are_bytes_that_nobody_opens() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(document.domain)</script></svg>";
        let polyglot: &[u8] = b"GIF89a/*<html><script>alert(1)</script>*/=1;%PDF-1.7";
        let bomb: Vec<u8> = b"PK\x03\x04"
            .iter()
            .copied()
            .chain(std::iter::repeat_n(0, 100_000))
            .collect();
        let pages = format!(
            "%PDF-1.7\n1 0 obj <</Type /Pages /Count 100000>> endobj\n{}",
            "0 ".repeat(50_000)
        );
        let files: [(&str, &[u8]); 5] = [
            ("../../cv.svg", svg),
            ("a\"b;<x>.pdf", polyglot),
            ("bomb.zip", &bomb),
            ("pages.pdf", pages.as_bytes()),
            ("cv.pdf", b"MZ\x90\x00 not a pdf"),
        ];
        for (n, (name, bytes)) in files.iter().enumerate() {
            let link = begin(&app, &page).await;
            let tab = Tab::open(&app, &link).await;
            let mut inputs = with_consent();
            let email = format!("h{n}@example.org");
            inputs[1].1 = Box::leak(email.into_boxed_str());
            let escaped = name.replace('"', "%22");
            let sent = tab
                .post("submit", &inputs, &[("f.resume", &escaped, bytes)])
                .await;
            assert_eq!(sent.status, 303, "{name}: {}", sent.text());
            let mine = app.send(&call("GET", &format!("{link}?file=1"))).await;
            assert!(mine.bytes == *bytes, "{name}");
            assert_eq!(mine.header("content-type"), "application/octet-stream");
            assert!(
                mine.header("content-disposition")
                    .starts_with("attachment; filename=\"")
            );
            assert!(
                !mine.header("content-disposition").contains('/'),
                "{:?}",
                mine.headers
            );
        }
        let all = app.native("/applications?limit=100").await;
        let of_job = all["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|a| a["job"] == json!(job))
            .count();
        assert_eq!(of_job, files.len());
    });
}

#[test]
fn a_form_that_is_not_ours_does_nothing() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let (link, other) = (begin(&app, &page).await, begin(&app, &page).await);
        let tab = Tab::open(&app, &link).await;
        let form = tab.form(
            "save",
            &[("name", "Mallory")],
            &[("f.resume", "cv.pdf", CV)],
        );
        for (name, value) in [
            ("Origin", "https://evil.example"),
            ("Sec-Fetch-Site", "cross-site"),
        ] {
            assert_eq!(
                app.send(&form.clone().header(name, value)).await.status,
                403,
                "{name}"
            );
        }
        let strange = Tab {
            app: app.clone(),
            link: link.clone(),
            csrf: Tab::open(&app, &other).await.csrf,
            seen: "{}".into(),
        };
        assert_eq!(
            strange
                .post(
                    "save",
                    &[("name", "Mallory")],
                    &[("f.resume", "cv.pdf", CV)]
                )
                .await
                .status,
            403
        );
        let text = tab.page().await;
        assert!(
            !text.contains("Mallory") && !text.contains("cv.pdf"),
            "{text}"
        );
        // An old browser under `no-referrer`.
        assert_eq!(app.send(&form.header("Origin", "null")).await.status, 303);
    });
}

#[test]
fn a_link_that_leads_no_further_says_why() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let close = |status: &str| {
            app.call("native", "PATCH", &format!("/api/v1/jobs/{job}"))
                .json(&json!({"status": status}))
        };
        assert_eq!(app.send(&close("closed")).await.status, 200);
        for path in [&page, &link] {
            let seen = app.send(&call("GET", path)).await;
            assert_eq!(seen.status, 410, "{path}");
            assert!(
                seen.text().contains("This job is closed"),
                "{}",
                seen.text()
            );
        }
        assert_eq!(
            tab.post("submit", &with_consent(), &[("f.resume", "cv.pdf", CV)])
                .await
                .status,
            410
        );
        assert_eq!(app.send(&call("POST", &page)).await.status, 410);
        assert_eq!(app.send(&close("open")).await.status, 200);
        let off = app
            .call("native", "PATCH", &format!("/api/v1/jobs/{job}"))
            .json(&json!({"public": false}));
        let off = app.send(&off).await;
        assert_eq!(
            (off.status, &off.json()["public_link"]),
            (200, &Value::Null)
        );
        assert_eq!(app.send(&call("GET", &page)).await.status, 410);
        assert_eq!(app.send(&call("GET", "/jobs/none")).await.status, 404);
        // Who has begun goes on.
        assert_eq!(app.send(&call("GET", &link)).await.status, 200);

        let declined = invite(&app, "declines@example.org").await;
        let tab = Tab::open(&app, &declined).await;
        assert_eq!(tab.post("decline", &[], &[]).await.status, 303);
        let seen = app.send(&call("GET", &declined)).await;
        assert!(
            seen.status == 410 && seen.text().contains("was declined"),
            "{}",
            seen.text()
        );
        let expires = invite(&app, "late@example.org").await;
        let tab = Tab::open(&app, &expires).await;
        tab.post("save", &[("a.phone", "1")], &[]).await;
        app.clock.advance(hiring::invite::VALID_FOR);
        let late = tab
            .post("submit", &[("name", "x"), ("a.phone", "12345")], &[])
            .await;
        assert_eq!(late.status, 303);
        let seen = app.send(&call("GET", &expires)).await;
        assert!(
            seen.status == 410 && seen.text().contains("has expired"),
            "{}",
            seen.text()
        );
    });
}

#[test]
fn every_language_is_spoken_on_every_page() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        for (tag, words, received, nowhere) in [
            (
                "en",
                "Send the application",
                "has been received",
                "leads nowhere",
            ),
            ("de", "Bewerbung absenden", "ist angekommen", "nirgendwohin"),
            (
                "es",
                "Enviar la candidatura",
                "Hemos recibido",
                "ninguna parte",
            ),
            (
                "fr",
                "Envoyer la candidature",
                "a été reçue",
                "ne mène nulle part",
            ),
        ] {
            let in_it = |path: &str| {
                call("GET", path).header("Accept-Language", &format!("{tag};q=0.9, xx"))
            };
            let link = begin(&app, &page).await;
            let seen = app.send(&in_it(&link)).await.text();
            assert!(
                seen.contains(words) && seen.contains(&format!("<html lang=\"{tag}\">")),
                "{tag}: {seen}"
            );
            let tab = Tab::open(&app, &link).await;
            let faulty = app
                .send(&tab.form("submit", &[], &[]).header("Accept-Language", tag))
                .await;
            assert_eq!(faulty.status, 422);
            let mut inputs = with_consent();
            inputs[1].1 = "ada@example.org";
            let form = tab.form("submit", &inputs, &[("f.resume", "cv.pdf", CV)]);
            assert_eq!(
                app.send(&form.header("Accept-Language", tag)).await.status,
                303
            );
            for (path, words) in [(link.as_str(), received), ("/apply/nothing", nowhere)] {
                let text = app.send(&in_it(path)).await.text();
                assert!(text.contains(words), "{tag}: {text}");
                // The way to the others.
                assert!(text.contains("href=\"?lang=fr\""), "{tag}: {text}");
            }
            assert_eq!(app.send(&in_it(&page)).await.status, 200);
        }
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let spoken = tab.post("speak:de", &[("name", "Ada")], &[]).await;
        assert!(
            spoken
                .header("set-cookie")
                .starts_with("muster_language=de;"),
            "{:?}",
            spoken.headers
        );
        assert!(
            tab.page().await.contains("value=\"Ada\""),
            "what was typed is kept"
        );
    });
}

#[test]
fn what_was_sent_can_be_taken_back() {
    story(|app| async move {
        let (job, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        tab.post("submit", &with_consent(), &[("f.resume", "cv.pdf", CV)])
            .await;
        for _ in 0..2 {
            let taken = tab.post("withdraw", &[], &[]).await;
            assert_eq!(taken.status, 303, "{}", taken.text());
        }
        let text = tab.page().await;
        assert!(
            text.contains("You have withdrawn") && text.contains("cv.pdf"),
            "{text}"
        );
        let application = application_of(&app, &job).await;
        assert_eq!(application["disposition"], "withdrawn");
        let person = app
            .native(&format!(
                "/candidates/{}",
                application["candidate"].as_str().unwrap()
            ))
            .await;
        assert!(
            person["consents"][0]["withdrawn_at"].is_string(),
            "{person}"
        );
        let events = app.events().await;
        let last: Vec<_> = events.iter().rev().take(2).collect();
        assert_eq!(last, ["consent.withdrawn", "application.withdrawn"]);
    });
}

#[test]
fn guesses_are_counted_by_where_they_come_from() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let from = |path: &str, place: &str| call("GET", path).header("X-Forwarded-For", place);
        let mut last = 0;
        for n in 0..61 {
            let path = if n % 2 == 0 {
                format!("/apply/guess{n}")
            } else {
                format!("/confirm/guess{n}")
            };
            last = app.send(&from(&path, "198.51.100.7")).await.status;
        }
        assert_eq!(last, 429);
        assert_eq!(app.send(&from(&link, "198.51.100.7")).await.status, 429);
        assert_eq!(app.send(&from(&link, "198.51.100.8")).await.status, 200);
        let mut statuses = Vec::new();
        for _ in 0..31 {
            statuses.push(
                app.send(&call("POST", &page).header("X-Forwarded-For", "198.51.100.9"))
                    .await
                    .status,
            );
        }
        assert_eq!((statuses[0], statuses[30]), (303, 429));
    });
}

#[test]
fn what_nobody_comes_back_for_is_swept() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        tab.post("save", &[("name", "Ada")], &[("f.resume", "cv.pdf", CV)])
            .await;
        begin_file(&app, &link, "resume", 500).await;
        app.clock.advance(4 * 86_400 * 1_000_000);
        let swept = hiring::draft::sweep(&app.app).await.expect("a sweep");
        assert_eq!((swept.0, swept.1), (0, 1), "the file that never came whole");
        assert!(tab.page().await.contains("cv.pdf"));
        app.clock.advance(61 * 86_400 * 1_000_000);
        let swept = hiring::draft::sweep(&app.app).await.expect("a sweep");
        assert_eq!((swept.0, swept.1), (1, 0));
        assert_eq!(app.send(&call("GET", &link)).await.status, 404);
    });
}

#[test]
fn what_is_saved_outlives_the_program() {
    testing::on_both(|place| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let app = TestApp::open(place).await;
            let (_, page) = job(&app).await;
            let link = begin(&app, &page).await;
            let tab = Tab::open(&app, &link).await;
            tab.post("save", &ALL, &[("f.resume", "cv.pdf", CV)]).await;
            drop((tab, app));
            let app = TestApp::open(place).await;
            let tab = Tab::open(&app, &link).await;
            let sent = tab.post("submit", &with_consent(), &[]).await;
            assert_eq!(sent.status, 303, "{}", sent.text());
            drop((tab, app));
            let app = TestApp::open(place).await;
            let receipt = app.send(&call("GET", &link)).await.text();
            assert!(
                receipt.contains("has been received") && receipt.contains("cv.pdf"),
                "{receipt}"
            );
        });
    });
}

#[test]
fn a_form_without_files_and_one_cut_short_are_read_too() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let pairs = format!("csrf={}&name=Ada+L&a.phone=12345&do=save", tab.csrf);
        let plain = call("POST", &link)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .bytes(pairs);
        assert_eq!(app.send(&plain).await.status, 303);
        assert!(tab.page().await.contains("value=\"Ada L\""));
        let whole = tab.form("save", &[("a.why", "kept"), ("a.site", "x")], &[]);
        let cut = whole.body.len() - 120;
        let short = whole.clone().bytes(whole.body[..cut].to_vec());
        assert_eq!(app.send(&short).await.status, 400);
        let text = tab.page().await;
        assert!(
            text.contains("\nkept</textarea>") && text.contains("value=\"12345\""),
            "{text}"
        );
        let broken = whole
            .header("Content-Type", "multipart/form-data")
            .bytes("nonsense");
        assert_eq!(app.send(&broken).await.status, 403);
    });
}

#[test]
fn a_form_without_end_is_read_in_part_and_what_it_does_not_ask_for_is_left_out() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let many: String = (0..20_000).map(|n| format!("&x{n}=")).collect();
        let pairs = format!("csrf={}&name=Ada+L{many}&a.phone=999&do=save", tab.csrf);
        let plain = call("POST", &link)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .bytes(pairs);
        assert_eq!(app.send(&plain).await.status, 400);
        let names: Vec<String> = (0..10_000).map(|n| format!("x{n}")).collect();
        let mut inputs: Vec<(&str, &str)> = vec![("a.why", "kept")];
        inputs.extend(names.iter().map(|n| (n.as_str(), "")));
        inputs.push(("a.phone", "999"));
        assert_eq!(tab.post("save", &inputs, &[]).await.status, 400);
        let text = tab.page().await;
        assert!(text.contains("value=\"Ada L\""), "{text}");
        assert!(text.contains("\nkept</textarea>") && !text.contains("999"));
        let empty = tab.post("save", &[], &[("f.nonsense", "x.txt", b"")]).await;
        assert_eq!(empty.status, 303, "{}", empty.text());
        for path in ["/jobs/%00", "/jobs/a%00b", "/apply/%00", "/confirm/%00"] {
            for method in ["GET", "POST"] {
                let reply = app.send(&call(method, path)).await;
                assert_eq!(reply.status, 404, "{method} {path}");
            }
        }
    });
}

/// Anybody can name anybody's address on a public page.
#[test]
fn a_mail_to_an_address_that_nobody_has_proven_says_nothing_that_was_written() {
    story(|app| async move {
        let (_, page) = job(&app).await;
        let link = begin(&app, &page).await;
        let tab = Tab::open(&app, &link).await;
        let mut inputs = with_consent();
        inputs.retain(|(name, _)| *name != "name");
        inputs.push(("name", " You have won!\r\n\r\nhttps://spam.example "));
        let sent = tab
            .post("submit", &inputs, &[("f.resume", "cv.pdf", CV)])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let all = mails(&app).await;
        assert_eq!(all.len(), 1, "{all:?}");
        let body = all[0]["body"].as_str().expect("a body");
        assert!(
            body.contains("/confirm/") && !body.contains("spam"),
            "{body}"
        );
        let receipt = tab.page().await;
        assert!(receipt.contains("You have won! https://spam.example"));
    });
}
