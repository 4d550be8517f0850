//! What is sent: every dialect's creates, with answers of every type put into every place.

use serde_json::{Value, json};
use testing::app::{Call, TestApp};

use super::word::Canary;

/// What the job is called.
const TITLE: &str = "Keeper of canaries";

/// A job whose form asks such questions, also under names and labels that differ.
pub struct Job {
    /// Outside name.
    pub id: String,
    /// Xobin's.
    pub track: Value,
    /// The form's fields as Xobin shows them.
    pub fields: Vec<Value>,
    /// Merge's questions of it.
    pub questions: Vec<Value>,
}

impl Job {
    /// Opens it.
    pub async fn open(app: &TestApp) -> Job {
        let form = json!({"title": TITLE, "fields": [
            {"label": "Gender"},
            {"name": "q_race", "label": "Race"},
            {"name": "veteran_status", "label": "Have you served?"},
            {"name": "q_disability", "label": "Disability Status", "type": "long_text"},
            {"name": "shoe", "label": "Shoe size"},
        ]});
        let call = app.call("native", "POST", "/api/v1/jobs").json(&form);
        let reply = app.send(&call).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let id = text(&reply.json()["id"]);
        let tracks = read(app, "xobin", "/xobin/api/v2/tracks").await;
        let all = tracks.pointer("/data").unwrap_or(&tracks);
        let mut all = all.as_array().expect("tracks").iter();
        let ours = all.find(|t| t.to_string().contains(TITLE));
        let ours = ours.unwrap_or_else(|| panic!("not there: {tracks}"));
        let track = ours.get("track_id").unwrap_or(&ours["id"]).clone();
        let path = format!("/xobin/api/v2/tracks/{}", text(&track));
        let shown = read(app, "xobin", &path).await;
        let fields = shown["fields"].as_array().cloned();
        let path = format!("/merge/api/ats/v1/jobs/{id}/screening-questions");
        let questions = read(app, "merge", &path).await;
        Job {
            id,
            track,
            fields: fields.unwrap_or_else(|| panic!("no fields in {shown}")),
            questions: questions["results"].as_array().expect("questions").clone(),
        }
    }
}

async fn read(app: &TestApp, dialect: &str, path: &str) -> Value {
    let reply = app.send(&app.call(dialect, "GET", path)).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

/// A string, or a number's digits.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Calls that hold answers already; `{n}` in them is made another number for each.
pub fn whole(app: &TestApp, job: &Job, canary: &Canary) -> Vec<(&'static str, Call)> {
    let t = |of: &str| canary.text(of);
    let mut all = Vec::new();
    let xobin = |fields: Value| {
        let path = format!("/xobin/api/v2/tracks/{}/applicants", text(&job.track));
        let body = json!({"name": "Ada", "email": "x{n}@example.com", "fields": fields});
        ("xobin", app.call("xobin", "POST", &path).json(&body))
    };
    all.push(xobin(
        json!({"Gender": t("x-map"), "race": [t("x-map-list")], "Disability Status": t("x-label")}),
    ));
    all.push(xobin(json!([{"label": "Gender", "value": t("x-list")}, {"value": [t("x-first")], "label": "Race"}])));
    let asks = |f: &&Value| text(&f["label"]) != "Shoe size";
    // By the field's own id, whatever that is and whatever it is called.
    let by_id = job.fields.iter().filter(asks);
    let by_id: Vec<Value> = by_id
        .map(|f| json!({"id": f["id"], "value": t("x-id")}))
        .collect();
    all.push(xobin(json!(by_id)));
    let by_id: serde_json::Map<String, Value> = job
        .fields
        .iter()
        .filter(asks)
        .map(|f| (text(&f["id"]), json!(t("x-id-map"))))
        .collect();
    all.push(xobin(Value::Object(by_id)));
    for member in ["name", "field_id", "number"] {
        let ids = job
            .fields
            .iter()
            .filter(asks)
            .filter(|f| !f[member].is_null());
        let by: Vec<Value> = ids
            .map(|f| json!({"id": f[member], "value": t("x-other")}))
            .collect();
        if !by.is_empty() {
            all.push(xobin(json!(by)));
        }
    }
    let native = json!({
        "name": "Mary", "emails": ["n{n}@example.com"], "job": job.id,
        "answers": {"gender": t("n-name"), "q_race": t("n-other-name"), "veteran_status": [t("n-list")],
            "q_disability": t("n-long"), "shoe": "41"},
    });
    all.push((
        "native",
        app.call("native", "POST", "/api/v1/candidates")
            .json(&native),
    ));
    all.push((
        "merge",
        app.call(
            "merge",
            "POST",
            "/merge/api/ats/v1/candidates?is_debug_mode=true",
        )
        .json(&merge(job, canary)),
    ));
    all.push(eightfold(app, canary));
    let comeet = json!({
        "position_uid": app.demo["comeet"]["position_uid"], "first_name": "C", "last_name": "D", "email": "c{n}@example.com",
        "custom_fields": {"gender": t("c-custom"), "Disability Status": t("c-custom-2"), "field1": "x"},
        "note": "a note", "resume": {"name": "cv.pdf", "file": "SGVsbG8="}, "links": [{"url": "https://example.com/c"}],
        "source_contact": {"full_name": "E F", "email": "e{n}@example.com"},
    });
    all.push((
        "comeet",
        app.call("comeet", "POST", "/comeet/candidates")
            .json(&comeet),
    ));
    all
}

/// Calls about somebody who is there: `candidate` is their outside name.
pub fn around(
    app: &TestApp,
    job: &Job,
    canary: &Canary,
    candidate: &str,
) -> Vec<(&'static str, Call)> {
    let merge = |method: &str, path: &str, model: Value| {
        let path = format!("/merge/api/ats/v1{path}?is_debug_mode=true");
        let body = json!({"model": model});
        ("merge", app.call("merge", method, &path).json(&body))
    };
    let asked = job.questions.iter().find(|q| q["title"] == "Race");
    let asked = &asked.expect("a question")["id"];
    let answers = json!([{"answer": canary.text("m-later"), "question": asked}]);
    let application =
        json!({"job": job.id, "candidate": candidate, "screening_question_answers": answers});
    let nested = json!({"first_name": "Gil", "applications": [{"job": job.id}]});
    let xobin = |path: &str, body: Value| {
        let path = format!("/xobin/api/v2/tracks/{path}");
        ("xobin", app.call("xobin", "POST", &path).json(&body))
    };
    let track = text(&job.track);
    let twin = json!({
        "position_uid": app.demo["comeet"]["position_uid"], "first_name": "T", "last_name": "W", "email": TWIN,
    });
    vec![
        merge("POST", "/applications", application),
        merge("PATCH", &format!("/candidates/{candidate}"), nested),
        merge(
            "POST",
            "/activities",
            json!({"candidate": candidate, "activity_type": "NOTE", "body": "said", "visibility": "PUBLIC"}),
        ),
        (
            "native",
            app.call(
                "native",
                "POST",
                &format!("/api/v1/candidates/{candidate}/notes"),
            )
            .json(&json!({"body": "said"})),
        ),
        xobin(
            "invite",
            json!({"candidate_name": "I", "candidate_email": "i{n}@example.com", "track_id": job.track, "invite_format": "sendlink"}),
        ),
        xobin(
            &format!("{track}/applicants"),
            json!({"invite_applicant": true, "name": "J", "email": "j{n}@example.com", "fields": {}}),
        ),
        (
            "comeet",
            app.call("comeet", "POST", "/comeet/candidates").json(&twin),
        ),
    ]
}

/// Somebody's address, for what has to be asked by one.
pub const TWIN: &str = "twin@example.com";

fn merge(job: &Job, canary: &Canary) -> Value {
    let asks = |q: &&Value| text(&q["title"]) != "Shoe size";
    let answers: Vec<Value> = job
        .questions
        .iter()
        .filter(asks)
        .map(|q| json!({"question": q["id"], "answer": canary.text("m-question")}))
        .collect();
    let nested: Vec<Value> = job
        .questions
        .iter()
        .filter(asks)
        .take(1)
        .map(|q| json!({"answer": canary.text("m-first"), "question": {"id": q["id"]}}))
        .collect();
    let all = [answers, nested].concat();
    json!({
        "model": {
            "first_name": "Gil", "email_addresses": [{"value": "m{n}@example.com"}],
            "eeocs": [{"race": canary.text("m-eeocs"), "gender": "x", "veteran_status": canary.text("m-eeocs-2")}],
            "applications": [{"job": job.id, "gender": canary.text("m-application"),
                "screening_question_answers": all}],
        },
        "remote_user_id": null,
    })
}

fn eightfold(app: &TestApp, canary: &Canary) -> (&'static str, Call) {
    let t = |of: &str| canary.text(of);
    let system = app.demo["eightfold"]["system_id"]
        .as_str()
        .expect("a system");
    let path = format!("/eightfold/api/v2/core/ats-systems/{system}/ats-candidates");
    let body = json!({
        "candidateId": "E-{n}", "firstName": "Eve", "emails": "e{n}@example.com", "lastActivityTs": 1_700_000_000,
        "gender": t("e-gender"), "races": [t("e-races")], "veteranStatus": true, "disabilityStatus": false,
        "veteranStatusStr": t("e-veteran"), "disabilityStatusStr": t("e-disability"),
        "customInfo": {"deep": {"Gender": t("e-custom"), "list": [{"race": {"a": [t("e-custom-deep")]}}]}},
        "applications": [{"applicationId": "A-{n}", "gender": t("e-application"), "races": [t("e-application-races")],
            "veteranStatus": true, "disabilityStatus": true,
            "scorecards": [{"interviewName": "Tea", "overallRating": "yes"}]}],
        "resumeContent": {"content": "SGVsbG8=", "extension": "txt", "isBase64": true},
        "notes": [{"noteId": "1", "content": "a note"}],
    });
    (
        "eightfold",
        app.call("eightfold", "POST", &path).json(&body),
    )
}

/// Members of every type, for any object.
pub fn members(canary: &Canary, of: &str) -> Vec<(&'static str, Value)> {
    let t = |what: &str| canary.text(&format!("{of}-{what}"));
    vec![
        ("gender", json!(t("string"))),
        ("races", json!([t("list"), t("list")])),
        (
            "veteran_status",
            json!({"a": {"b": [t("nested")]}, "n": canary.number()}),
        ),
        ("sex", json!(canary.number())),
        ("disabilityStatus", json!(true)),
        (
            "more",
            json!([{"label": "Gender", "value": t("labelled")}, {"answer": [t("answered")], "question": "Race"}]),
        ),
        (
            "unknown",
            json!({"deep": [{"deeper": {"Disability Status": t("deep")}}, [[{"ETHNICITY": t("deepest")}]]]}),
        ),
    ]
}

/// The places of objects in `body`, the whole one first.
pub fn objects(body: &Value, at: &str, into: &mut Vec<String>) {
    match body {
        Value::Object(members) => {
            into.push(at.to_owned());
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects(member, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                objects(item, &format!("{at}/{i}"), into);
            }
        }
        _ => {}
    }
}

/// `call` with these members put into these places, where there is none of the name.
pub fn with(call: &Call, places: &[String], members: &[(&'static str, Value)]) -> Call {
    let mut body: Value = serde_json::from_slice(&call.body).expect("a body");
    for place in places {
        let object = body.pointer_mut(place).and_then(Value::as_object_mut);
        let object = object.expect("an object");
        for (name, value) in members {
            object.entry(*name).or_insert_with(|| value.clone());
        }
    }
    call.clone().bytes(body.to_string())
}
