//! Equal-opportunity answers are read back with their permission, and nowhere else.

use hiring::caller::Permissions;
use serde_json::{Value, json};
use store::sql;
use testing::app::{Call, TestApp, story};

/// A native key of the example organization that may do everything but read such answers.
async fn plain_key(app: &TestApp, dialect: &'static str) -> Value {
    let new = dialects::NewCredentials {
        base_url: testing::app::URL.into(),
        name: "plain".into(),
        permissions: Permissions::USUAL,
        limit: Some((0, 1)),
    };
    let inner = app.app.clone();
    let made = app.app.store.write(move |tx| {
        let dialect = dialects::named(dialect).expect("a dialect");
        dialect.credentials(tx, &inner, hiring::id::OrgId(1), &new)
    });
    made.await.expect("a key")
}

fn with(credentials: &Value, dialect: &str, path: &str) -> Call {
    let headers = dialects::named(dialect)
        .expect("a dialect")
        .example(credentials)
        .headers;
    Call {
        method: "GET".into(),
        path: path.into(),
        headers,
        body: Vec::new(),
    }
}

const CANARY: &str = "canary-7f3a";

#[test]
fn answers_come_back_only_with_the_permission() {
    story(|app| async move {
        let system = app.demo["eightfold"]["system_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let base = format!("/eightfold/api/v2/core/ats-systems/{system}/ats-candidates");
        let body = json!({
            "candidateId": "E-9", "firstName": "Eve", "emails": "eve@example.com", "lastActivityTs": 1_700_000_000,
            "gender": CANARY, "races": [CANARY], "veteranStatus": true, "disabilityStatus": false,
            "customInfo": {"deep": {"Gender": CANARY}},
            "applications": [{"applicationId": "A-1", "gender": CANARY, "races": [CANARY]}]
        });
        let reply = app
            .send(&app.call("eightfold", "POST", &base).json(&body))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let path = format!("{base}/E-9?include=applications,notes,tags,resume");
        let allowed = app.send(&app.call("eightfold", "GET", &path)).await.json();
        for field in ["gender", "races", "veteranStatus", "disabilityStatus"] {
            assert_eq!(allowed[field], body[field], "{field} in {allowed}");
        }
        assert_eq!(
            allowed["applications"][0]["races"],
            json!([CANARY]),
            "{allowed}"
        );
        assert_eq!(allowed["customInfo"]["deep"]["Gender"], CANARY, "{allowed}");
        let plain = plain_key(&app, "eightfold").await;
        let refused = app.send(&with(&plain, "eightfold", &path)).await;
        assert_eq!(refused.status, 200);
        assert!(!refused.text().contains(CANARY), "{}", refused.text());
        assert!(
            refused
                .json()
                .get("veteranStatus")
                .is_none_or(Value::is_null),
            "{}",
            refused.text()
        );
        no_other_reader_sees_it(&app).await;
    });
}

async fn no_other_reader_sees_it(app: &TestApp) {
    let native = plain_key(app, "native").await;
    let list = app.native("/candidates?email=eve%40example.com").await;
    let id = list["data"][0]["id"].as_str().expect("an id").to_owned();
    let one = app.native(&format!("/candidates/{id}")).await;
    let submission = one["submissions"][0]
        .as_str()
        .or_else(|| one["submissions"][0]["id"].as_str())
        .expect("an id");
    for path in [
        "/candidates".to_owned(),
        format!("/candidates/{id}"),
        "/events".to_owned(),
        "/outbox".to_owned(),
        format!("/submissions/{submission}"),
        format!("/submissions/{submission}/raw"),
    ] {
        let reply = app
            .send(&with(&native, "native", &format!("/api/v1{path}")))
            .await;
        assert!(
            reply.status < 500 && !reply.text().contains(CANARY),
            "{path}: {}",
            reply.text()
        );
    }
    let merge = plain_key(app, "merge").await;
    let reply = app
        .send(&with(
            &merge,
            "merge",
            &format!("/merge/api/ats/v1/candidates/{id}?include_remote_data=true"),
        ))
        .await;
    assert!(!reply.text().contains(CANARY), "{}", reply.text());
    assert!(reply.status == 200, "{}", reply.text());
}

#[test]
fn the_answers_lie_in_their_own_table_only() {
    testing::on_both(|place| {
        testing::app::run(place, &|app: TestApp| async move {
            let model = json!({"model": {"first_name": "M", "gender": CANARY, "email_addresses": [{"value": "m@example.com"}]}});
            let reply = app
                .send(
                    &app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                        .json(&model),
                )
                .await;
            assert_eq!(reply.status, 201, "{}", reply.text());
            assert!(!reply.text().contains(CANARY));
            let elsewhere = app.app.store.read(|r| {
                let places = [
                    sql!("SELECT COUNT(*) FROM submission WHERE REPLACE(body, $1, '') <> body"),
                    sql!("SELECT COUNT(*) FROM operation WHERE REPLACE(said, $1, '') <> said"),
                    sql!("SELECT COUNT(*) FROM candidate WHERE REPLACE(record, $1, '') <> record"),
                    sql!("SELECT COUNT(*) FROM event WHERE REPLACE(data, $1, '') <> data"),
                    sql!("SELECT COUNT(*) FROM idempotency WHERE REPLACE(answer_body, $1, '') <> answer_body"),
                ];
                let counts = places.into_iter().map(|statement| r.number(statement, &[&CANARY]));
                counts.collect::<Result<Vec<_>, store::Error>>()
            });
            assert_eq!(elsewhere.await.expect("counts"), [0; 5]);
        });
    });
}

/// Field "q1" of the form is called "Gender", so that only the form tells what its answer is.
#[test]
fn an_answer_is_known_by_its_question_however_that_is_addressed() {
    story(|app| async move {
        let form = json!({"title": "Asked", "fields": [
            {"name": "q1", "label": "Gender", "type": "choice", "options": ["Woman", CANARY]}]});
        let call = app.call("native", "POST", "/api/v1/jobs").json(&form);
        let job = app.send(&call).await.json()["id"].clone();
        let answer = |value: &str| json!({"name": "Ida", "job": job, "answers": {"q1": value}});
        let create = app.call("native", "POST", "/api/v1/candidates");
        let unknown = app.send(&create.clone().json(&answer("Lady"))).await;
        assert_eq!(unknown.status, 400, "{}", unknown.text());
        assert!(!unknown.text().contains("delicate"), "{}", unknown.text());
        let reply = app
            .send(&create.json(&answer(CANARY)).header("Idempotency-Key", "1"))
            .await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert!(!reply.text().contains(CANARY), "{}", reply.text());
        let application = reply.json()["application"]["id"].clone();
        let path = format!("/applications/{}", application.as_str().expect("an id"));
        assert_eq!(app.native(&path).await["answers"], json!({"q1": CANARY}));
        let plain = plain_key(&app, "native").await;
        let hidden = app
            .send(&with(&plain, "native", &format!("/api/v1{path}")))
            .await;
        assert_eq!(hidden.json()["answers"], json!({}), "{}", hidden.text());
        let told = app.call("merge", "GET", "/merge/api/ats/v1/eeocs");
        let told = app.send(&told).await;
        assert_eq!(
            told.json()["results"][0]["gender"],
            CANARY,
            "{}",
            told.text()
        );
        let events = app.events().await;
        // The demo's two jobs and ours; what was tried twice happened once.
        assert_eq!(events[..3], ["job.created"; 3], "{events:?}");
        assert_eq!(events[3..], ["candidate.created", "application.submitted"]);
    });
}
