//! What a client that was written against the vendor stumbled over.

use super::*;

#[test]
fn an_id_that_is_asked_for_in_two_ways_must_be_both() {
    story(|app| async move {
        let path = "/ats-systems/hr/ats-candidates";
        for (id, email) in [("1", "a@x.org"), ("2", "b@x.org")] {
            send(&app, "POST", path, person(id, email, 1)).await;
        }
        for (id, wanted) in [("1", 1), ("2", 0), ("none", 0)] {
            let list = format!("/profiles?atsCandidateId=1&filterQuery=candidateId:{id}");
            assert_eq!(get(&app, &list).await["meta"]["totalCount"], wanted, "{id}");
        }
    });
}

#[test]
fn a_job_id_finds_the_applications_of_every_system_that_uses_it() {
    story(|app| async move {
        for system in ["one", "two"] {
            let position = json!({"atsEntityId": "R", "title": system});
            send(
                &app,
                "POST",
                &format!("/ats-systems/{system}/ats-positions"),
                position,
            )
            .await;
            let mut body = person(system, &format!("{system}@x.org"), 1);
            body["applications"] = json!([{"jobs": [{"atsJobId": "R"}]}]);
            send(
                &app,
                "POST",
                &format!("/ats-systems/{system}/ats-candidates"),
                body,
            )
            .await;
        }
        let both = get(&app, "/profile-applications?atsJobId=R").await;
        assert_eq!(both["meta"]["totalCount"], 2);
        let position = &both["data"][1]["positionId"];
        let list = format!(
            "/profile-applications?atsJobId=R&positionId={}",
            position.as_str().expect("an id")
        );
        let one = get(&app, &list).await;
        assert_eq!(
            (&one["meta"]["totalCount"], &one["data"][0]["positionId"]),
            (&json!(1), position)
        );
        let none = get(&app, "/profile-applications?atsJobId=none").await;
        assert_eq!(none["meta"]["totalCount"], 0);
    });
}

#[test]
fn a_number_that_is_a_systems_own_is_no_job_of_ours() {
    story(|app| async move {
        let apply = |system: &'static str, named: Value| {
            let app = app.clone();
            async move {
                let mut body = person("7", &format!("{system}@x.org"), 1);
                body["applications"] = json!([named]);
                send(
                    &app,
                    "POST",
                    &format!("/ats-systems/{system}/ats-candidates"),
                    body,
                )
                .await;
                let list = get(&app, "/profile-applications").await;
                list["meta"]["totalCount"].clone()
            }
        };
        let position = json!({"atsEntityId": "R", "title": "T"});
        send(&app, "POST", "/ats-systems/has/ats-positions", position).await;
        let one = json!({"jobs": [{"atsJobId": "1"}]});
        assert_eq!(apply("has", one.clone()).await, 0);
        let named = json!({"jobs": [{"atsJobId": "1"}], "jobSystemId": "other"});
        assert_eq!(apply("names", named).await, 0);
        // Who has named no job can only mean ours.
        assert_eq!(apply("none", one).await, 1);
    });
}

#[test]
fn an_application_that_has_ended_is_not_said_to_go_on() {
    story(|app| async move {
        let position =
            json!({"atsEntityId": "R", "title": "T", "jobStages": ["In", {"name": "in"}]});
        let position = send(&app, "POST", "/ats-systems/hr/ats-positions", position).await;
        assert_eq!(position["jobStages"], json!(["In"]));
        send(
            &app,
            "POST",
            "/ats-systems/hr/ats-candidates",
            person("7", "a@x.org", 1),
        )
        .await;
        let profile = get(&app, "/profiles").await["data"][0]["id"].clone();
        let path = format!("/profiles/{}/application/stages", profile.as_str().unwrap());
        for (status, wanted) in [
            ("active", 200),
            ("rejected", 200),
            ("rejected", 200),
            ("active", 409),
            ("hired", 409),
        ] {
            let body = json!({"positionId": position["id"], "applicationStatus": status});
            let reply = app.send(&call(&app, "POST", &path).json(&body)).await;
            assert_eq!(reply.status, wanted, "{status}: {}", reply.text());
        }
        let shown = get(&app, "/profile-applications").await["data"][0].clone();
        assert_eq!(shown["applicationStatus"], "rejected");
    });
}

#[test]
fn a_word_is_taken_back_by_an_empty_string_and_a_profile_is_deleted_once() {
    story(|app| async move {
        let mut body = person("7", "a@x.org", 1);
        body["contactConsent"] = json!("all");
        send(&app, "POST", "/ats-systems/hr/ats-candidates", body).await;
        assert_eq!(get(&app, ADA).await["contactConsent"], "all");
        send(&app, "PATCH", ADA, json!({"contactConsent": ""})).await;
        assert_eq!(get(&app, ADA).await["contactConsent"], Value::Null);

        let profile = get(&app, "/profiles").await["data"][0]["id"].clone();
        let path = format!("/profiles/{}", profile.as_str().expect("an id"));
        let delete = call(&app, "DELETE", &path).header("Idempotency-Key", "once");
        let first = app.send(&delete).await;
        let again = app.send(&delete).await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!(first.json(), again.json());
        assert_eq!(app.send(&call(&app, "DELETE", &path)).await.status, 404);
    });
}
