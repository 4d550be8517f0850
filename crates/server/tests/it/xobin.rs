//! Xobin's applicants: moved, hired and rejected by several at once and again, counted, and nobody else's.

use hiring::id::OrgId;
use serde_json::{Value, json};
use testing::app::{Call, Reply, TestApp, story};

/// Below the dialect's `base_url`.
fn call(app: &TestApp, method: &str, path: &str) -> Call {
    app.call("xobin", method, &format!("/xobin/api/v2{path}"))
}

async fn get(app: &TestApp, path: &str) -> Value {
    let reply = app.send(&call(app, "GET", path)).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

async fn send(app: &TestApp, method: &str, path: &str, body: Value) -> Reply {
    app.send(&call(app, method, path).json(&body)).await
}

/// Somebody new in the example's first track: `/tracks/1/applicants/1`, and what the create answered.
async fn applicant(app: &TestApp, n: u64) -> (String, Value) {
    let added = app.send(&app.example("xobin", n)).await;
    assert_eq!(added.status, 201, "{}", added.text());
    let added = added.json();
    let place = format!("{}/{}", applicants(app), added["application_id"]);
    (place, added)
}

fn track(app: &TestApp) -> String {
    format!("/tracks/{}", app.demo["xobin"]["track_id"])
}

fn applicants(app: &TestApp) -> String {
    format!("{}/applicants", track(app))
}

/// The ids of the track's stages, in order.
async fn stages(app: &TestApp) -> Vec<String> {
    let track = get(app, &track(app)).await;
    let stages = track["stages"].as_array().expect("stages");
    let id = |s: &Value| s["stage_id"].as_str().expect("an id").to_owned();
    stages.iter().map(id).collect()
}

async fn at_once(app: &TestApp, calls: Vec<Call>) -> Vec<Reply> {
    let mut tasks = Vec::new();
    for call in calls {
        let app = app.clone();
        tasks.push(tokio::spawn(async move { app.send(&call).await }));
    }
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.expect("no panic"));
    }
    replies
}

/// What happened since there were `before` events.
async fn since(app: &TestApp, before: usize) -> Vec<String> {
    app.events().await.split_off(before)
}

#[test]
fn of_two_who_move_an_applicant_at_once_exactly_one_does() {
    story(|app| async move {
        let stages = stages(&app).await;
        for round in 0..6 {
            let (place, _) = applicant(&app, round).await;
            let before = app.events().await.len();
            let to = |n: usize| {
                let body = json!({"source_stage_id": stages[0], "destination_stage_id": stages[n]});
                call(&app, "PATCH", &format!("{place}/move")).json(&body)
            };
            let replies = at_once(&app, vec![to(1), to(2), to(1), to(3)]).await;
            let mut statuses: Vec<_> = replies.iter().map(|r| r.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409, 409, 409]);
            let won = replies.iter().find(|r| r.status == 200).expect("one");
            let now = get(&app, &place).await;
            assert_eq!(
                now["current_stage"]["stage_id"],
                won.json()["to_stage"]["stage_id"]
            );
            assert_eq!(since(&app, before).await, ["application.advanced"]);
        }
    });
}

#[test]
fn a_repeated_hire_or_reject_is_answered_and_changes_nothing() {
    story(|app| async move {
        let (hired, _) = applicant(&app, 1).await;
        let (rejected, _) = applicant(&app, 2).await;
        let before = app.events().await.len();
        for (place, verb, other) in [(&hired, "hire", "reject"), (&rejected, "reject", "hire")] {
            let path = format!("{place}/{verb}");
            let body = json!({"send_email": true});
            let calls = vec![call(&app, "PATCH", &path).json(&body); 4];
            for reply in at_once(&app, calls).await {
                assert_eq!(reply.status, 200, "{}", reply.text());
            }
            let refused = send(&app, "PATCH", &format!("{place}/{other}"), json!({})).await;
            assert_eq!(refused.status, 409, "{}", refused.text());
        }
        assert_eq!(
            since(&app, before).await,
            [
                "application.advanced",
                "application.hired",
                "application.rejected",
                "mail.queued"
            ],
            "one of each, and one mail"
        );
    });
}

#[test]
fn who_is_rejected_is_written_once_if_that_is_asked_for() {
    story(|app| async move {
        let (place, _) = applicant(&app, 1).await;
        let (quiet, _) = applicant(&app, 2).await;
        let before = app.events().await.len();
        let path = format!("{place}/reject");
        let asked = json!({"send_email": true, "email_message": "Perhaps\r\nnext year."});
        let first = send(&app, "PATCH", &path, asked.clone()).await.json();
        assert_eq!(first["email_sent"], true);
        let again = send(&app, "PATCH", &path, asked).await.json();
        assert_eq!(again["email_sent"], false);
        let unasked = json!({"email_message": "not sent"});
        let silent = send(&app, "PATCH", &format!("{quiet}/reject"), unasked)
            .await
            .json();
        assert_eq!(silent["email_sent"], false);
        let outbox = app.native("/outbox").await;
        let mails = outbox["data"].as_array().expect("mails");
        assert_eq!(mails.len(), 1, "{outbox}");
        assert_eq!(mails[0]["recipient"], "ada1@example.com");
        let text = mails[0]["body"].as_str().expect("a text");
        assert!(
            text.contains("next year.") && text.contains("Engine Programmer"),
            "{text}"
        );
        assert_eq!(
            since(&app, before).await,
            [
                "application.rejected",
                "mail.queued",
                "application.rejected"
            ]
        );
    });
}

#[test]
fn whose_invitation_is_over_can_be_invited_again() {
    story(|app| async move {
        let body = json!({"candidate_name": "Late", "candidate_email": "late@example.com",
            "track_id": app.demo["xobin"]["track_id"], "invite_format": "sendlink"});
        let invite = call(&app, "POST", "/tracks/invite").json(&body);
        let first = app.send(&invite).await.json();
        let (mut known, id) = (vec![first["invite_link"].clone()], &first["application_id"]);
        let before = app.events().await.len();
        for over in ["expired", "revoked", "declined"] {
            if over == "expired" {
                app.clock.advance(hiring::invite::VALID_FOR);
            } else {
                end_invite(&app, over == "revoked").await;
            }
            // Adding the applicant anew is a conflict all the same.
            let anew =
                json!({"name": "Late", "email": "late@example.com", "invite_applicant": true});
            let anew = send(&app, "POST", &applicants(&app), anew).await;
            assert_eq!(anew.status, 409, "{over}: {}", anew.text());
            let replies = at_once(&app, vec![invite.clone(); 4]).await;
            for reply in &replies {
                assert_eq!(reply.status, 200, "{over}: {}", reply.text());
                assert_eq!(reply.bytes, replies[0].bytes, "{over}");
            }
            let again = replies[0].json();
            assert_eq!(&again["application_id"], id, "{over}");
            assert_eq!(again["invite_status"], "Pending", "{over}");
            assert!(!known.contains(&again["invite_link"]), "{over}");
            known.push(again["invite_link"].clone());
        }
        let mut events = since(&app, before).await;
        events.retain(|kind| kind.starts_with("invite.") && kind != "invite.mailed");
        assert_eq!(
            events,
            [
                "invite.renewed",
                "invite.revoked",
                "invite.renewed",
                "invite.declined",
                "invite.renewed"
            ]
        );
        // Who has ended otherwise is not invited again.
        let place = format!("{}/{id}/reject", applicants(&app));
        assert_eq!(send(&app, "PATCH", &place, json!({})).await.status, 200);
        assert_eq!(app.send(&invite).await.status, 409);
    });
}

/// Revokes the only invite there is, or its person declines it.
async fn end_invite(app: &TestApp, revoke: bool) {
    let caller = hiring::Caller::system(OrgId(1));
    let ended = app.app.store.write(move |tx| {
        let filter = hiring::application::Filter::default();
        let all = hiring::application::list(tx, caller.org, &filter, 10, 0)?;
        let invite = hiring::invite::look_up(tx, caller.org, all[0].0.id)?.expect("an invite");
        match revoke {
            true => hiring::invite::revoke(tx, &caller, &invite),
            false => hiring::invite::decline(tx, &invite),
        }
    });
    ended.await.expect("an ended invite");
}

#[test]
fn an_idempotency_key_works_on_every_call_that_changes_something() {
    story(|app| async move {
        let stages = stages(&app).await;
        let (place, added) = applicant(&app, 1).await;
        let older =
            json!({"track_id": added["track_id"], "application_id": added["application_id"]});
        let calls = [
            (
                "PATCH",
                format!("{place}/move"),
                json!({"source_stage_id": stages[0], "destination_stage_id": stages[1]}),
            ),
            ("PUT", "/tracks/candidate/advance".to_owned(), older.clone()),
            (
                "PATCH",
                format!("/tracks/candidate/reject/{}", added["candidate_id"]),
                older,
            ),
            (
                "POST",
                "/tracks/application".to_owned(),
                json!({"job_name": "Engine Programmer", "fields": {"name": "B", "email": "b@x.org", "phone": "1"}}),
            ),
        ];
        let before = app.events().await.len();
        for (method, path, body) in calls {
            let keyed = call(&app, method, &path)
                .json(&body)
                .header("Idempotency-Key", "k");
            let first = app.send(&keyed).await;
            assert_eq!(first.status, 200, "{path}: {}", first.text());
            let again = app.send(&keyed).await;
            assert_eq!((again.status, again.bytes), (200, first.bytes), "{path}");
            let mut other = body;
            other["more"] = json!(1);
            let other = app.send(&keyed.json(&other)).await;
            assert_eq!(other.status, 400, "{path}: {}", other.text());
        }
        assert_eq!(
            since(&app, before).await,
            [
                "application.advanced",
                "application.advanced",
                "application.rejected",
                "candidate.created",
                "application.submitted"
            ]
        );
    });
}

#[test]
fn nothing_of_another_organization_is_moved_counted_or_shown() {
    story(|app| async move {
        let (place, added) = applicant(&app, 1).await;
        let stages = stages(&app).await;
        let before = app.events().await.len();
        let theirs = format!("/tracks/{}/applicants", app.other["xobin"]["track_id"]);
        let id = &added["application_id"];
        let older = json!({"track_id": added["track_id"], "application_id": id});
        let moving = json!({"source_stage_id": stages[0], "destination_stage_id": stages[1]});
        for (method, path, body) in [
            ("PATCH", format!("{place}/move"), moving.clone()),
            ("PATCH", format!("{place}/hire"), json!({})),
            (
                "PATCH",
                format!("{place}/reject"),
                json!({"send_email": true}),
            ),
            // Its own track with the other's applicant.
            ("PATCH", format!("{theirs}/{id}/move"), moving),
            ("PATCH", format!("{theirs}/{id}/hire"), json!({})),
            ("PUT", "/tracks/candidate/advance".to_owned(), older.clone()),
            (
                "PATCH",
                format!("/tracks/candidate/reject/{}", added["candidate_id"]),
                older,
            ),
            ("GET", format!("{}/stats", track(&app)), json!({})),
            ("GET", format!("{theirs}/{id}"), json!({})),
        ] {
            let call = app.call_of_other("xobin", method, &format!("/xobin/api/v2{path}"));
            let reply = app.send(&call.json(&body)).await;
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text());
        }
        let stats = app.call_of_other("xobin", "GET", "/xobin/api/v2/tracks/stats");
        let stats = app.send(&stats).await.json();
        assert_eq!(stats["totals"]["applicants"], 0, "{stats}");
        assert_eq!(stats["totals"]["tracks"], 2, "{stats}");
        // The stages of one track mean nothing in another of the same organization.
        let tracks = get(&app, "/tracks").await;
        let second = &tracks["data"][1]["track_id"];
        let elsewhere =
            get(&app, &format!("/tracks/{second}")).await["stages"][0]["stage_id"].clone();
        let foreign = json!({"source_stage_id": stages[0], "destination_stage_id": elsewhere});
        let reply = send(&app, "PATCH", &format!("{place}/move"), foreign).await;
        assert_eq!(reply.status, 400, "{}", reply.text());
        let reply = send(
            &app,
            "PATCH",
            &format!("/tracks/{second}/applicants/{id}/hire"),
            json!({}),
        )
        .await;
        assert_eq!(reply.status, 404, "{}", reply.text());
        assert!(since(&app, before).await.is_empty());
    });
}

#[test]
fn bad_bodies_are_refused_by_name_and_change_nothing() {
    story(|app| async move {
        let (place, _) = applicant(&app, 1).await;
        let before = app.events().await.len();
        let canary = "c4n4ry";
        for (method, path, body, named) in [
            (
                "PATCH",
                format!("{place}/move"),
                json!({}),
                "source_stage_id",
            ),
            (
                "PATCH",
                format!("{place}/move"),
                json!({"source_stage_id": "1", "destination_stage_id": [canary]}),
                "destination_stage_id",
            ),
            (
                "PATCH",
                format!("{place}/move"),
                json!({"source_stage_id": "1", "destination_stage_id": canary}),
                "destination_stage_id",
            ),
            (
                "PATCH",
                format!("{place}/hire"),
                json!({"source_stage_id": {"a": canary}}),
                "source_stage_id",
            ),
            (
                "PATCH",
                format!("{place}/reject"),
                json!({"send_email": canary}),
                "send_email",
            ),
            (
                "PATCH",
                format!("{place}/reject"),
                json!({"email_message": 7}),
                "email_message",
            ),
            (
                "PATCH",
                format!("{place}/reject"),
                json!([canary]),
                "object",
            ),
            (
                "PUT",
                "/tracks/candidate/advance".into(),
                json!({"track_id": 1.5, "application_id": 1}),
                "track_id",
            ),
            (
                "PUT",
                "/tracks/candidate/advance".into(),
                json!({"track_id": 1, "application_id": canary}),
                "application_id",
            ),
            (
                "PATCH",
                "/tracks/candidate/reject/1".into(),
                json!({"track_id": 1}),
                "application_id",
            ),
            (
                "POST",
                "/tracks/application".into(),
                json!({"job_name": " ", "fields": {}}),
                "job_name",
            ),
            (
                "POST",
                "/tracks/application".into(),
                json!({"job_name": "x", "fields": {"name": "A", "email": canary}}),
                "email",
            ),
            (
                "POST",
                "/tracks/application".into(),
                json!({"job_name": "x", "fields": canary}),
                "fields",
            ),
            (
                "POST",
                "/tracks/invite".into(),
                json!({"candidate_name": "A", "candidate_email": "a@x.org", "track_id": 1, "invite_format": canary}),
                "invite_format",
            ),
        ] {
            let reply = send(&app, method, &path, body.clone()).await;
            assert_eq!(reply.status, 400, "{path} {body}: {}", reply.text());
            assert!(
                reply.text().contains(named),
                "{path} {body}: {}",
                reply.text()
            );
            assert!(!reply.text().contains(canary), "{path}: {}", reply.text());
        }
        for bytes in [
            "",
            "{",
            "nothing",
            "\u{feff}{}",
            "{\"source_stage_id\": \"\\u0000\"}",
        ] {
            let call = call(&app, "PATCH", &format!("{place}/move")).bytes(bytes);
            assert_eq!(app.send(&call).await.status, 400, "{bytes:?}");
        }
        let large =
            call(&app, "PATCH", &format!("{place}/reject")).bytes(vec![b' '; (2 << 20) + 1]);
        assert_eq!(app.send(&large).await.status, 413);
        let form = call(&app, "PATCH", &format!("{place}/hire")).bytes("a=b");
        let form = form.header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(app.send(&form).await.status, 400);
        assert!(since(&app, before).await.is_empty());
    });
}

#[test]
fn a_list_of_many_is_paged_without_gaps_in_every_order() {
    story(|app| async move {
        for n in 0..23 {
            applicant(&app, n).await;
        }
        let list = applicants(&app);
        for sort in ["date_added", "last_updated_at", "name", "email", "score"] {
            for order in ["asc", "desc"] {
                let mut seen = Vec::new();
                for page in 1..=4 {
                    let query =
                        format!("{list}?sort_by={sort}&sort_order={order}&per_page=7&page={page}");
                    let answer = get(&app, &query).await;
                    let pagination = &answer["pagination"];
                    assert_eq!(
                        (&pagination["total"], &pagination["total_pages"]),
                        (&json!(23), &json!(4))
                    );
                    assert_eq!(
                        (&pagination["has_next"], &pagination["has_prev"]),
                        (&json!(page < 4), &json!(page > 1))
                    );
                    seen.extend(answer["data"].as_array().expect("rows").clone());
                }
                assert_eq!(seen.len(), 23, "{sort} {order}");
                let mut keys: Vec<(String, i64)> = seen
                    .iter()
                    .map(|row| {
                        let key = row[sort].as_str().unwrap_or("").to_lowercase();
                        (key, row["application_id"].as_i64().expect("an id"))
                    })
                    .collect();
                if order == "desc" {
                    keys.reverse();
                }
                assert!(keys.is_sorted(), "{sort} {order}: {keys:?}");
            }
        }
        let beyond = get(&app, &format!("{list}?page=2147483647&per_page=200")).await;
        assert!(beyond["data"].as_array().expect("rows").is_empty());
        let none = get(&app, &format!("{list}?name=%25&email=_")).await;
        assert_eq!(
            none["pagination"]["total"], 0,
            "signs of LIKE mean themselves"
        );
        let nul = app
            .send(&call(&app, "GET", &format!("{list}?name=a%00")))
            .await;
        assert_eq!(nul.status, 400, "{}", nul.text());
        let events = app.events().await;
        let applied = events.iter().filter(|e| *e == "application.submitted");
        assert_eq!(
            (applied.count(), events.len()),
            (23, 2 + 2 * 23),
            "{events:?}"
        );
    });
}

#[test]
fn stats_follow_what_happens() {
    story(|app| async move {
        const DAY: i64 = 86_400 * 1_000_000;
        // The next noon: the three below are of one day.
        app.clock.advance(DAY + DAY / 2 - app.clock.now() % DAY);
        let stages = stages(&app).await;
        let (hired, _) = applicant(&app, 1).await;
        let (rejected, _) = applicant(&app, 2).await;
        let (moved, _) = applicant(&app, 3).await;
        // Two days later, by the clock that the database sees.
        app.clock.advance(2 * 86_400 * 1_000_000);
        let invited = json!({"invite_applicant": true, "name": "I", "email": "i@x.org"});
        assert_eq!(
            send(&app, "POST", &applicants(&app), invited).await.status,
            201
        );
        let moving = json!({"source_stage_id": stages[0], "destination_stage_id": stages[2]});
        assert_eq!(
            send(&app, "PATCH", &format!("{moved}/move"), moving)
                .await
                .status,
            200
        );
        for path in [format!("{hired}/hire"), format!("{rejected}/reject")] {
            assert_eq!(send(&app, "PATCH", &path, json!({})).await.status, 200);
        }
        let stats = get(&app, &format!("{}/stats", track(&app))).await;
        assert_eq!(
            stats["totals"],
            json!({
                "applicants": 4, "in_pipeline": 2, "hired": 1, "rejected": 1,
                "by_status": {"pending": 1, "in_progress": 1, "completed": 0, "hired": 1, "rejected": 1},
            })
        );
        let counts: Vec<i64> = stats["stages"]
            .as_array()
            .expect("stages")
            .iter()
            .filter_map(|s| s["count"].as_i64())
            .collect();
        assert_eq!(counts, [2, 0, 1, 1]);
        let all = get(&app, "/tracks/stats").await;
        assert_eq!(all["totals"]["applicants"], 4);
        assert_eq!(
            all["applicants_by_stage_type"],
            json!({"review": 2, "interview": 1, "offer": 1})
        );
        // The day on which the first three came, and all changes were two days after.
        let day = stats["applicant_timestamps"]["first_added"]
            .as_str()
            .expect("a time")[..10]
            .to_owned();
        for (field, added) in [("date_added", 3), ("last_updated_at", 0)] {
            let query = format!("from_date={day}&to_date={day}&timeframe_field={field}");
            let of_one = get(&app, &format!("{}/stats?{query}", track(&app))).await;
            assert_eq!(of_one["totals"]["applicants"], added, "{field}");
            assert_eq!(of_one["filters_applied"]["from_date"], json!(day));
            let of_all = get(&app, &format!("/tracks/stats?{query}")).await;
            assert_eq!(of_all["totals"]["applicants"], added, "{field}");
            let listed = get(&app, &format!("{}?{query}", applicants(&app))).await;
            assert_eq!(listed["pagination"]["total"], added, "{field}");
        }
        let (org, rolls) = (OrgId(1), app.app.rolls.clone());
        let counted = app
            .app
            .store
            .read(move |r| hiring::counts::of(r, &rolls, org))
            .await
            .expect("counts");
        assert_eq!(counted.applications.ended, 2, "the desk counts the same");
        assert_eq!(
            since(&app, 2 + 2 * 3).await,
            [
                "candidate.created",
                "application.created",
                "invite.created",
                "application.advanced",
                "application.advanced",
                "application.hired",
                "application.rejected"
            ]
        );
    });
}

#[test]
fn the_page_of_an_applicant_tells_what_happened_where() {
    story(|app| async move {
        let stages = stages(&app).await;
        let (place, _) = applicant(&app, 1).await;
        let person = app.native("/candidates").await["data"][0]["id"].clone();
        let person = person.as_str().expect("an id").to_owned();
        let note = |app: &TestApp, body: Value| {
            let path = format!("/api/v1/candidates/{person}/notes");
            app.call("native", "POST", &path).json(&body)
        };
        app.clock.advance(1_000_000);
        assert_eq!(
            app.send(&note(&app, json!({"body": "Met at once"})))
                .await
                .status,
            201
        );
        app.clock.advance(1_000_000);
        for (from, to) in [(0, 1), (1, 0), (0, 1)] {
            let moving =
                json!({"source_stage_id": stages[from], "destination_stage_id": stages[to]});
            assert_eq!(
                send(&app, "PATCH", &format!("{place}/move"), moving)
                    .await
                    .status,
                200
            );
            app.clock.advance(1_000_000);
        }
        assert_eq!(
            app.send(&note(&app, json!({"body": "Screened"})))
                .await
                .status,
            201
        );
        let hidden = json!({"body": "Between us", "visibility": "private"});
        assert_eq!(app.send(&note(&app, hidden)).await.status, 201);
        let report = get(&app, &place).await["stage_wise_report"].clone();
        let applied = &report["Applied"];
        assert_eq!(applied["status"], "completed");
        assert_eq!(applied["visits"].as_array().map(Vec::len), Some(2));
        assert_eq!(applied["notes"][0]["body"], "Met at once");
        let screen = &report["Screen"];
        assert_eq!(
            (&screen["status"], &screen["left_at"]),
            (&json!("in_progress"), &Value::Null)
        );
        assert_eq!(
            screen["notes"].as_array().map(Vec::len),
            Some(1),
            "{screen}"
        );
        assert_eq!(screen["notes"][0]["body"], "Screened");
        assert_eq!(
            report.as_object().map(|r| r.len()),
            Some(2),
            "where they were not, nothing is said"
        );
        assert_eq!(
            since(&app, 2 + 2).await,
            [
                "note.added",
                "application.advanced",
                "application.advanced",
                "application.advanced",
                "note.added",
                "note.added"
            ]
        );
    });
}

#[test]
fn whoever_applied_the_oldest_way_is_reached_by_all_that_they_said() {
    story(|app| async move {
        let body = json!({"job_name": "accountant", "fields": {
            "name": "Olga", "email": "olga@x.org", "Phone": "+7 1", "linkedin": "https://linkedin.com/in/olga",
            "portfolio": "https://olga.example", "resume": "https://olga.example/cv.pdf", "shoe size": 7,
        }});
        let reply = send(&app, "POST", "/tracks/application", body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let person = app.native("/candidates").await["data"][0]["id"].clone();
        let person = app
            .native(&format!("/candidates/{}", person.as_str().expect("an id")))
            .await;
        let text = person.to_string();
        for said in [
            "olga@x.org",
            "+7 1",
            "https://linkedin.com/in/olga",
            "https://olga.example",
            "cv.pdf",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        let submission = person["submissions"][0]
            .as_str()
            .or(person["submissions"][0]["id"].as_str());
        let kept = app
            .native(&format!("/submissions/{}", submission.expect("one")))
            .await;
        assert_eq!(kept["unmapped"], json!(["/fields/shoe size"]), "{kept}");
        assert_eq!(
            app.events().await,
            [
                "job.created",
                "job.created",
                "candidate.created",
                "attachment.added",
                "application.submitted"
            ]
        );
    });
}
