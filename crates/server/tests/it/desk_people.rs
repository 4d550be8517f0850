//! What a member does with people at the desk, on both engines.

use hiring::id::OrgId;
use hiring::member::{self, Role};
use hiring::search;
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, story};

fn page(method: &str, path: &str, cookie: &str) -> Call {
    let call = Call {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    call.header("Cookie", cookie)
}

/// A session of a member in this role.
pub(super) async fn session(app: &TestApp, org: i64, role: Role) -> String {
    let email = format!("{}{org}@x.org", role.word());
    let made = app.app.store.write(move |tx| {
        if member::by_email(tx, &email)?.is_none() {
            member::create(
                tx,
                OrgId(org),
                &email,
                &format!("Some {}", role.word()),
                role.word(),
                "x",
            )?;
        }
        let (member, _) = member::by_email(tx, &email)?.expect("made above");
        member::sign_in(tx, &member)
    });
    format!("muster_session={}", made.await.expect("a session"))
}

pub(super) async fn get(app: &TestApp, path: &str, cookie: &str) -> Reply {
    app.send(&page("GET", path, cookie)).await
}

pub(super) async fn post(app: &TestApp, path: &str, cookie: &str, form: &str) -> Reply {
    let call =
        page("POST", path, cookie).header("Content-Type", "application/x-www-form-urlencoded");
    app.send(&call.bytes(form)).await
}

async fn index(app: &TestApp) {
    app.settled().await;
    while app.app.store.write(search::step).await.expect("a slice") > 0 {}
}

async fn person(app: &TestApp, body: Value) -> String {
    let call = app.call("native", "POST", "/api/v1/candidates").json(&body);
    let reply = app.send(&call).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()["candidate"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// The hidden input of this name.
fn hidden(text: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = text
        .find(&start)
        .unwrap_or_else(|| panic!("no {name} in {text}"))
        + start.len();
    text[at..].split('"').next().unwrap().to_owned()
}

async fn first_job(app: &TestApp) -> Value {
    app.native("/jobs").await["data"][0].clone()
}

#[test]
fn a_recruiter_finds_notes_tags_edits_and_moves_somebody() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Recruiter).await;
        let ben = session(&app, 1, Role::Auditor).await;
        let job = first_job(&app).await;
        let ada = person(&app, json!({"name": "Ada <b>Lovelace</b>", "emails": ["ada@x.org"], "title": "Clerk", "skills": ["Haskell"],
            "job": job["id"], "answers": {"phone": "1"}})).await;
        index(&app).await;
        let found = get(&app, "/desk/search?q=hask", &cookie).await;
        assert!(
            found.text().contains(&format!("/desk/candidates/{ada}")),
            "{}",
            found.text()
        );
        assert!(found.text().contains("<mark>Haskell</mark>"));
        let typed = get(&app, "/desk/search.json?q=hask", &cookie).await.json();
        assert_eq!(
            typed["hits"][0]["to"],
            json!(format!("/desk/candidates/{ada}"))
        );
        let path = format!("/desk/candidates/{ada}");
        let seen = get(&app, &path, &cookie).await;
        assert_eq!(seen.status, 200);
        assert!(
            seen.text().contains("Ada &#60;b&#62;Lovelace") && seen.text().contains("Clerk"),
            "{}",
            seen.text()
        );

        let noted = post(
            &app,
            &format!("{path}/notes"),
            &cookie,
            "body=Good%2C+%40Some+auditor&visibility=public",
        )
        .await;
        assert_eq!(noted.status, 303, "{}", noted.text());
        let empty = post(&app, &format!("{path}/notes"), &cookie, "body=+").await;
        assert!(empty.status == 422 && empty.text().contains("A note needs some words."));
        for form in ["tag=Top+talent", "tag=top+TALENT"] {
            assert_eq!(
                post(&app, &format!("{path}/tags"), &cookie, form)
                    .await
                    .status,
                303
            );
        }
        let edit = get(&app, &format!("{path}/edit"), &cookie).await.text();
        let revision = hidden(&edit, "revision");
        let form = format!("revision={revision}&title=Head&emails=ada%40x.org%0D%0Ano-address");
        let refused = post(&app, &format!("{path}/edit"), &cookie, &form).await;
        assert!(
            refused.status == 422 && refused.text().contains("is no e-mail address"),
            "{}",
            refused.text()
        );
        let form = format!("revision={revision}&title=Head&emails=ada%40x.org%0D%0Aa2%40x.org");
        assert_eq!(
            post(&app, &format!("{path}/edit"), &cookie, &form)
                .await
                .status,
            303
        );
        let late = post(
            &app,
            &format!("{path}/edit"),
            &cookie,
            &form.replace("Head", "Tail"),
        )
        .await;
        assert!(
            late.status == 422 && late.text().contains("Somebody else has changed"),
            "{}",
            late.text()
        );

        let seen = get(&app, &path, &cookie).await.text();
        for part in [
            "Head",
            "<s>Clerk</s>",
            "Some recruiter",
            "a2@x.org",
            "Top talent",
        ] {
            assert!(seen.contains(part), "{part} in {seen}");
        }
        let (application, from) = (hidden(&seen, "application"), hidden(&seen, "from"));
        let stages = job["stages"].as_array().expect("stages");
        let to = stages[1]["id"].as_str().expect("a stage");
        let form = format!("application={application}&from={from}&to={to}&do=advance");
        assert_eq!(
            post(&app, &format!("{path}/applications"), &cookie, &form)
                .await
                .status,
            303
        );
        let stale = post(&app, &format!("{path}/applications"), &cookie, &form).await;
        assert_eq!(stale.status, 303);
        let form = format!("application={application}&from={to}&do=reject&reason=No&mail=1");
        assert_eq!(
            post(&app, &format!("{path}/applications"), &cookie, &form)
                .await
                .status,
            303
        );
        let seen = get(&app, &path, &ben).await.text();
        assert!(
            seen.contains("Rejected")
                && !seen.contains("<form method=\"post\" action=\"/desk/candidates"),
            "{seen}"
        );
        let events = app.events().await;
        let count = |kind: &str| events.iter().filter(|e| *e == kind).count();
        assert_eq!(
            (
                count("note.added"),
                count("note.mentioned"),
                count("candidate.updated")
            ),
            (1, 1, 2)
        );
        assert_eq!(
            (count("application.advanced"), count("application.rejected")),
            (1, 1)
        );
        assert!(
            get(&app, &format!("{path}/sent"), &cookie)
                .await
                .text()
                .contains("Haskell")
        );
    });
}

#[test]
fn two_who_are_one_are_merged_and_separated() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let phone = json!(["+972 52 864 4246"]);
        let one = person(
            &app,
            json!({"name": "Ada L", "emails": ["one@x.org"], "phones": phone}),
        )
        .await;
        let two = person(
            &app,
            json!({"name": "Ada Lovelace", "emails": ["two@x.org"], "phones": phone}),
        )
        .await;
        let path = format!("/desk/candidates/{one}");
        let seen = get(&app, &path, &cookie).await.text();
        assert!(
            seen.contains("The same phone") && seen.contains(&format!("merge?with={two}")),
            "{seen}"
        );
        let compare = get(&app, &format!("{path}/merge?with={two}"), &cookie).await;
        assert!(compare.status == 200 && compare.text().contains("two@x.org"));
        let merged = post(
            &app,
            &format!("{path}/merge"),
            &cookie,
            &format!("other={two}"),
        )
        .await;
        assert_eq!(merged.status, 303, "{}", merged.text());
        // Either id answers, in our own API and on the desk.
        for id in [&one, &two] {
            assert_eq!(
                app.native(&format!("/candidates/{id}")).await["id"],
                json!(one)
            );
        }
        let moved = get(&app, &format!("/desk/candidates/{two}"), &cookie).await;
        assert_eq!(
            (moved.status, moved.header("location")),
            (303, path.as_str())
        );
        let seen = get(&app, &path, &cookie).await.text();
        let undo = seen.split("action=\"").find_map(|rest| {
            rest.split('"')
                .next()
                .filter(|p| p.starts_with("/desk/merges/"))
        });
        assert_eq!(
            post(&app, undo.expect("an undo"), &cookie, "").await.status,
            303
        );
        assert_eq!(
            app.native(&format!("/candidates/{two}")).await["id"],
            json!(two)
        );
        assert_eq!(
            post(
                &app,
                &format!("{path}/apart"),
                &cookie,
                &format!("other={two}")
            )
            .await
            .status,
            303
        );
        assert!(
            !get(&app, &path, &cookie)
                .await
                .text()
                .contains("The same phone")
        );
        assert!(
            app.events()
                .await
                .contains(&"candidate.unmerged".to_owned())
        );
    });
}

#[test]
fn what_is_anothers_or_not_ones_business_is_not_shown() {
    story(async |app: TestApp| {
        let job = first_job(&app).await;
        let eeo = json!({"name": "Eve Secret", "emails": ["eve@x.org"], "salary_expectations": "SALARYWORD", "gender": "GENDERWORD",
            "files": [{"name": "cv.txt", "kind": "resume", "content": "SGVsbG8="}]});
        let eve = person(&app, eeo).await;
        let ann = person(&app, json!({"name": "Ann Mine", "emails": ["ann@x.org"], "job": job["id"], "answers": {"phone": "1"},
            "salary_expectations": "SALARYWORD", "gender": "GENDERWORD"})).await;
        index(&app).await;
        let owner = session(&app, 1, Role::Owner).await;
        let stranger = session(&app, 2, Role::Owner).await;
        let interviewer = session(&app, 1, Role::Interviewer).await;
        let full = get(&app, &format!("/desk/candidates/{ann}"), &owner)
            .await
            .text();
        assert!(
            full.contains("SALARYWORD") && full.contains("GENDERWORD"),
            "{full}"
        );
        let file = {
            let person = app.native(&format!("/candidates/{eve}")).await;
            person["attachments"][0]["id"]
                .as_str()
                .expect("a file")
                .to_owned()
        };
        let addresses = [
            format!("/desk/candidates/{eve}"),
            format!("/desk/candidates/{eve}/edit"),
            format!("/desk/candidates/{eve}/sent"),
            format!("/desk/files/{file}"),
            format!("/desk/files/{file}/text"),
        ];
        for path in &addresses {
            let seen = get(&app, path, &stranger).await;
            assert_eq!(seen.status, 404, "{path}");
            let seen = get(&app, path, &interviewer).await;
            assert!([403, 404].contains(&seen.status), "{path}: {}", seen.status);
        }
        let other = get(&app, "/desk/search?q=eve", &stranger).await.text();
        assert!(!other.contains("Eve Secret"));
        // Assigned to the job, an interviewer sees who applied for it, without pay and without answers.
        let members = app.native("/members?email=interviewer1@x.org").await;
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"));
        let assign = app
            .call("native", "PATCH", &path)
            .json(&json!({"hiring_managers": [members["data"][0]["id"]]}));
        assert_eq!(app.send(&assign).await.status, 200);
        let seen = get(&app, &format!("/desk/candidates/{ann}"), &interviewer).await;
        assert_eq!(seen.status, 200);
        assert!(
            !seen.text().contains("SALARYWORD") && !seen.text().contains("GENDERWORD"),
            "{}",
            seen.text()
        );
        let listed = get(&app, "/desk/candidates", &interviewer).await.text();
        assert!(listed.contains("Ann Mine") && !listed.contains("Eve Secret"));
        let found = get(&app, "/desk/search?q=x", &interviewer).await.text();
        assert!(found.contains("Ann Mine") && !found.contains("Eve Secret"));
        let download = get(&app, &format!("/desk/files/{file}"), &owner).await;
        assert_eq!((download.status, download.text().as_str()), (200, "Hello"));
        assert!(
            download
                .header("content-disposition")
                .starts_with("attachment")
        );
        assert!(
            download
                .header("content-security-policy")
                .starts_with("sandbox")
        );
    });
}

#[test]
fn searches_are_kept_and_forgotten() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Auditor).await;
        let kept = post(&app, "/desk/searches", &cookie, "name=Rust+%3Cx%3E&q=rust").await;
        assert_eq!(
            (kept.status, kept.header("location")),
            (303, "/desk/search?q=rust")
        );
        let unnamed = post(&app, "/desk/searches", &cookie, "name=&q=rust").await;
        assert!(
            unnamed.status == 422 && unnamed.text().contains("Name must not be empty."),
            "{}",
            unnamed.text()
        );
        let seen = get(&app, "/desk/search", &cookie).await.text();
        assert!(seen.contains("Rust &#60;x&#62;"), "{seen}");
        let forget = seen.split("action=\"").find_map(|rest| {
            rest.split('"')
                .next()
                .filter(|p| p.starts_with("/desk/searches/"))
        });
        let theirs = session(&app, 1, Role::Owner).await;
        assert_eq!(post(&app, forget.unwrap(), &theirs, "").await.status, 404);
        assert_eq!(post(&app, forget.unwrap(), &cookie, "").await.status, 303);
        assert!(
            !get(&app, "/desk/search", &cookie)
                .await
                .text()
                .contains("Rust &#60;x&#62;")
        );
        assert!(app.events().await.iter().all(|e| !e.contains("search")));
    });
}
