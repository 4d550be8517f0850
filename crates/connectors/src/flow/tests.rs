use super::*;
use crate::parcel::Thing;
use serde_json::json;

const NOW: i64 = 1_800_000_000_000_000;

fn answered(name: &str, at: i64, status: u16, body: Value) -> Exchange {
    let answer = Answer {
        status,
        headers: Vec::new(),
        body: body.to_string(),
    };
    Exchange {
        name: name.to_owned(),
        outcome: Outcome::Answered(answer),
        at,
    }
}

fn silent(name: &str, at: i64) -> Exchange {
    Exchange {
        name: name.to_owned(),
        outcome: Outcome::Unanswered,
        at,
    }
}

/// Look up, make, note: as connectors do.
fn step(so_far: &[Exchange]) -> Step {
    let parcel = Parcel {
        now: NOW,
        ..Parcel::default()
    };
    Flow::run(&parcel, so_far, &Manners::PLAIN, |flow| {
        let find = |body: &Value| Ok(items(body, "/data")?.first().and_then(|p| id(&p["id"])));
        let look = Look {
            request: Request::get("look up", "https://x"),
            find: &find,
        };
        let create = Request::post("create", "https://x");
        let person = flow.find_or_make(look, create, |a| id(&a.json()["id"]))?;
        flow.there(Thing::Candidate, "c", person.it());
        let note = Request::post("note", "https://x");
        let sent = flow.make(note, |a| id(&a.json()["id"]), None);
        flow.taken("a note", sent)?;
        Ok(())
    })
}

fn sent(step: Step) -> String {
    match step {
        Step::Send(request) => request.name,
        other => panic!("{other:?}"),
    }
}

fn waits(step: Step) -> (Option<u64>, bool) {
    match step {
        Step::Retry { after, forget, .. } => (after.map(|d| d.as_secs()), forget),
        other => panic!("{other:?}"),
    }
}

fn nobody(at: i64) -> Exchange {
    answered("look up", at, 200, json!({"data": []}))
}

#[test]
fn one_looks_makes_and_is_done() {
    assert_eq!(sent(step(&[])), "look up");
    assert_eq!(sent(step(&[nobody(NOW)])), "create");
    let made = answered("create", NOW, 201, json!({"id": 7}));
    assert_eq!(sent(step(&[nobody(NOW), made.clone()])), "note");
    let noted = answered("note", NOW, 201, json!({"id": "n"}));
    let Step::Delivered { remote, remarks } = step(&[nobody(NOW), made, noted]) else {
        panic!("not delivered")
    };
    assert_eq!((remote[0].id.as_str(), remarks.len()), ("7", 0));
}

#[test]
fn who_is_there_is_not_made() {
    let there = answered("look up", NOW, 200, json!({"data": [{"id": 9}]}));
    assert_eq!(sent(step(&[there])), "note");
}

#[test]
fn after_a_doubt_one_waits_and_looks_before_one_makes_again() {
    for doubt in [
        silent("create", NOW),
        answered("create", NOW, 500, Value::Null),
        answered("create", NOW, 200, json!("not as described")),
    ] {
        let mut so_far = vec![nobody(NOW), doubt];
        assert_eq!(waits(step(&so_far)), (Some(5), false));
        so_far[1].at = NOW - 6_000_000;
        assert_eq!(sent(step(&so_far)), "look up");
        so_far.push(answered("look up", NOW, 200, json!({"data": [{"id": 9}]})));
        assert_eq!(sent(step(&so_far)), "note");
    }
    let mut so_far = vec![nobody(NOW), silent("create", NOW - 6_000_000), nobody(NOW)];
    assert_eq!(sent(step(&so_far)), "create");
    so_far.push(silent("create", NOW));
    assert_eq!(waits(step(&so_far)), (Some(10), false), "twice as long");
}

#[test]
fn a_look_up_that_says_nothing_of_use_is_repeated() {
    let doubt = silent("create", NOW - 6_000_000);
    for nothing in [
        silent("look up", NOW),
        answered("look up", NOW, 503, Value::Null),
        answered("look up", NOW, 429, Value::Null),
        answered("look up", NOW, 200, json!("<html>")),
    ] {
        let so_far = [nobody(NOW), doubt.clone(), nothing.clone()];
        assert_eq!(waits(step(&so_far)), (None, true));
        assert_eq!(waits(step(&[nothing])), (None, true));
    }
    assert_eq!(sent(step(&[nobody(NOW), doubt.clone()])), "look up");
    let old = nobody(NOW - 3_600_000_000);
    assert_eq!(
        sent(step(std::slice::from_ref(&old))),
        "look up",
        "too old to be believed"
    );
}

#[test]
fn what_it_says_it_made_and_does_not_find_is_not_made_again() {
    let odd = answered("create", NOW - 6_000_000, 200, json!({}));
    let Step::Refused(refusal) = step(&[nobody(NOW), odd, nobody(NOW)]) else {
        panic!("not refused")
    };
    assert_eq!((refusal.reason, refusal.forget), ("unclear", true));
}

#[test]
fn a_refused_note_is_a_remark_and_a_doubtful_one_a_question() {
    let made = answered("create", NOW, 201, json!({"id": 7}));
    let refused = answered("note", NOW, 422, json!({"message": "too long"}));
    let Step::Delivered { remarks, .. } = step(&[nobody(NOW), made.clone(), refused]) else {
        panic!("not delivered")
    };
    assert_eq!(remarks, ["a note: it was not accepted"]);
    let Step::Refused(refusal) = step(&[nobody(NOW), made.clone(), silent("note", NOW)]) else {
        panic!("not refused")
    };
    assert_eq!(refusal.reason, "unclear");
    assert_eq!(
        refusal.remote[0].id, "7",
        "what is there is told all the same"
    );
    let who = answered("note", NOW, 401, Value::Null);
    let Step::Refused(refusal) = step(&[nobody(NOW), made, who]) else {
        panic!("not refused")
    };
    assert_eq!((refusal.reason, refusal.forget), ("credentials", true));
}
