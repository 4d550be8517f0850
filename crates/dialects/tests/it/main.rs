//! What the dialects run against the database. This binary records every statement of its process, so it holds nothing
//! else: another story beside it would be recorded too.

use serde_json::{Value, json};
use testing::app::{TestApp, story};

/// Lists of Merge's that show related records whole, and how many statements one page may run: some for each kind of
/// record.
const LISTS: &[(&str, usize)] = &[
    ("/candidates?expand=applications,attachments", 3),
    (
        "/candidates?expand=applications,attachments&include_remote_data=true",
        4,
    ),
    (
        "/applications?expand=candidate,job,current_stage,credited_to,reject_reason,screening_question_answers.question",
        12,
    ),
    ("/attachments?expand=candidate", 4),
    ("/activities?expand=user", 3),
    (
        "/jobs?expand=departments,offices,recruiters,hiring_managers,job_postings",
        3,
    ),
    ("/job-interview-stages?expand=job", 4),
    // One of them asks whether everybody's tags are known yet, after an upgrade.
    ("/tags", 2),
    ("/users", 1),
];

async fn candidates(app: &TestApp, from: usize, to: usize, jobs: &[Value]) {
    for n in from..to {
        let job = &jobs[n % jobs.len()]["id"];
        let body = json!({"model": {
            "first_name": format!("N{n}"),
            "tags": [format!("tag {n}"), "all"],
            "email_addresses": [{"value": format!("n{n}@example.com")}],
            "applications": [{"job": job}],
            "attachments": [{"file_name": "a.pdf"}, {"file_name": "b.pdf"}],
        }});
        let reply = app
            .send(
                &app.call("merge", "POST", "/merge/api/ats/v1/candidates")
                    .json(&body),
            )
            .await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let note = json!({"model": {
            "candidate": reply.json()["model"]["id"], "activity_type": "NOTE", "subject": "s", "body": "b",
            "visibility": "PUBLIC",
        }});
        let reply = app
            .send(
                &app.call("merge", "POST", "/merge/api/ats/v1/activities")
                    .json(&note),
            )
            .await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }
}

/// Statements that a page of `list` runs, and the records on it. Who calls is looked up once a second; that is not the
/// page's, so of three times the least counts.
async fn count(app: &TestApp, list: &str) -> (usize, usize) {
    let mut least = count_once(app, list).await;
    for _ in 0..2 {
        least = least.min(count_once(app, list).await);
    }
    least
}

async fn count_once(app: &TestApp, list: &str) -> (usize, usize) {
    let path = format!("/merge/api/ats/v1{list}{}page_size=100", sign(list));
    app.send(&app.call("merge", "GET", &path)).await;
    store::record::start();
    let reply = app.send(&app.call("merge", "GET", &path)).await;
    let ran = store::record::stop();
    assert_eq!(reply.status, 200, "{list}: {}", reply.text());
    let shown = reply.json()["results"].as_array().map_or(0, Vec::len);
    (ran.len(), shown)
}

fn sign(list: &str) -> char {
    if list.contains('?') { '&' } else { '?' }
}

#[test]
fn a_page_runs_as_many_statements_for_sixty_records_as_for_two() {
    story(|app| async move {
        let jobs = app
            .send(&app.call("merge", "GET", "/merge/api/ats/v1/jobs"))
            .await
            .json();
        let jobs = jobs["results"].as_array().expect("jobs").clone();
        candidates(&app, 0, 2, &jobs).await;
        let mut few = Vec::new();
        for (list, _) in LISTS {
            few.push(count(&app, list).await);
        }
        candidates(&app, 2, 60, &jobs).await;
        for ((list, most), (before, records)) in LISTS.iter().zip(few) {
            let (after, more) = count(&app, list).await;
            assert!(records > 0 && more >= records, "{list}: {records}, {more}");
            assert!(before > 0, "{list}: nothing was recorded");
            assert_eq!(before, after, "{list}: {records} and {more} records");
            assert!(after <= *most, "{list}: {after} statements");
        }
    });
}
