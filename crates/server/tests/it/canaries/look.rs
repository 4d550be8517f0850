//! Looking for what was sent: as those who may see it, as everybody else, on the disk, and in the answers of writes.

use std::collections::BTreeSet;

use dialects::DIALECTS;
use hiring::caller::Permissions;
use hiring::id::OrgId;
use hiring::member::{self, Role};
use serde_json::Value;
use store::sql;
use testing::app::{Call, Reply, TestApp};
use testing::{Place, contents};

use super::addresses::{self, Known, get, with_more};
use super::word::{Canary, answered};
use super::{Sown, sent};

/// What nobody is shown there, whatever they may do elsewhere: the ends of paths.
const FOR_NOBODY: [&str; 6] = [
    "/events",
    "/outbox",
    "/audit-trail",
    "/sync-status",
    "/issues",
    "/meta/post",
];

/// A key with the permission finds everything that was taken.
pub async fn seen_by_those_who_may(app: &TestApp, sown: &Sown, known: &Known) {
    for dialect in DIALECTS {
        let taken = sown.taken.iter().filter(|(of, _)| *of == dialect.name());
        assert!(taken.count() > 0, "{} took none of it", dialect.name());
    }
    let mut missing = texts(sown);
    assert!(missing.len() > 40, "too little was sent: {missing:?}");
    for ((address, path), reply) in &known.live {
        let text = reply.text();
        missing.retain(|sent| !text.contains(sent.as_str()));
        if FOR_NOBODY.iter().any(|end| address.path.ends_with(end)) {
            clean(&sown.canary, reply, path);
        }
    }
    assert!(
        missing.is_empty(),
        "taken and nowhere to be found: {missing:#?}"
    );
    // Each dialect that shows such answers in its own words does.
    for dialect in ["eightfold", "comeet", "xobin", "merge", "native"] {
        let mut own = known.live.iter().filter(|((a, _), _)| a.dialect == dialect);
        let shows = own.any(|(_, reply)| sown.canary.in_bytes(&reply.bytes).is_some());
        assert!(shows, "{dialect} shows none, even to those who may");
    }
    let more = known.live.keys().filter(|(a, _)| !a.more.is_empty());
    for (address, path) in more {
        let path = with_more(address, path);
        let reply = app.send(&app.call(address.dialect, "GET", &path)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }
}

/// Nobody else finds anything at any of the addresses.
pub async fn unseen_by_others(app: &TestApp, sown: &Sown, known: &Known) {
    let plain = [
        Permissions::USUAL,
        Permissions::parse("read").expect("words"),
    ];
    for dialect in DIALECTS {
        let name = dialect.name();
        let mut keys = Vec::new();
        for permissions in plain {
            keys.push(app.key(name, permissions, Some((0, 1))).await);
        }
        let mut shown = 0;
        for (address, path) in known.live.keys().filter(|(a, _)| a.dialect == name) {
            let more = with_more(address, path);
            for path in [path, &more] {
                let call = app.call(name, "GET", path);
                for key in &keys {
                    let reply = app.send(&call.clone().with(name, key)).await;
                    assert!(
                        [200, 403].contains(&reply.status),
                        "{path}: {}",
                        reply.text()
                    );
                    shown += usize::from(reply.status == 200);
                    silent(&sown.canary, &reply, path);
                }
                let other = app.send(&app.call_of_other(name, "GET", path)).await;
                clean(
                    &sown.canary,
                    &other,
                    &format!("another organization, {path}"),
                );
                let anonymous = app.send(&call.anonymous()).await;
                clean(&sown.canary, &anonymous, &format!("nobody, {path}"));
            }
        }
        assert!(
            shown > 8,
            "{name}: only {shown} answers to those who may not see them"
        );
    }
}

/// A recruiter at the desk: every page that pages lead to, and the page of every request and submission.
pub async fn unseen_at_the_desk(app: &TestApp, sown: &Sown, place: &Place) {
    let hash = member::hash_password("correct horse").expect("a hash");
    let recruiter = app.app.store.write(move |tx| {
        let (email, role) = ("rosa@example.com", Role::Recruiter.word());
        member::set_password(tx, OrgId(1), email, "Rosa", role, &hash)
    });
    recruiter.await.expect("a recruiter");
    let form = "email=rosa%40example.com&password=correct+horse";
    let mut sign_in = get("/desk/sign-in").bytes(form);
    sign_in.method = "POST".into();
    let sign_in = sign_in.header("Content-Type", "application/x-www-form-urlencoded");
    let reply = app.send(&sign_in).await;
    let cookie = reply
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    assert!(cookie.len() > 20, "not signed in: {}", reply.text());
    let mut pages: Vec<String> = ["/", "/docs", "/desk"].map(str::to_owned).to_vec();
    for (column, uid) in contents::of_database(place, &[]) {
        let uid = String::from_utf8(uid).unwrap_or_default();
        match column.as_str() {
            "request.uid" | "submission.uid" => pages.push(format!("/desk/logs/{uid}")),
            "candidate.uid" => pages.push(format!("/desk/candidates/{uid}")),
            "application.uid" => pages.push(format!("/desk/applications/{uid}")),
            "job.uid" => pages.push(format!("/desk/jobs/{uid}")),
            _ => {}
        }
    }
    let logs = pages.iter().filter(|p| p.starts_with("/desk/logs/"));
    let logs = logs.collect::<BTreeSet<_>>().len();
    let (mut seen, mut shown) = (BTreeSet::new(), 0);
    while let Some(page) = pages.pop() {
        if !seen.insert(page.clone()) || seen.len() > 3_000 {
            continue;
        }
        let reply = app.send(&get(&page).header("Cookie", &cookie)).await;
        clean(&sown.canary, &reply, &format!("the desk's {page}"));
        let text = reply.text();
        shown += usize::from(page.starts_with("/desk/logs/") && reply.status == 200);
        let links = text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let own = links.filter(|link| link.starts_with('/') && !link.contains("sign-out"));
        pages.extend(own.map(|link| link.replace("&amp;", "&")));
    }
    assert!(
        logs > 10 && shown >= logs,
        "{shown} of {logs} log pages were shown"
    );
}

/// Calls about nobody: a position's or a job's own words, cut out because of their names.
const ABOUT_NOBODY: &[&str] =
    &["eightfold /ats-systems/{systemId}/ats-positions/{atsPositionId}/attachments"];

/// Every answer that came in a call about somebody is theirs.
pub async fn owned(app: &TestApp) {
    let ownerless = app.app.store.read(|r| {
        let rows = r.all(
            sql!(
                "SELECT DISTINCT s.dialect || ' ' || s.route FROM eeo e \
                 JOIN submission s ON s.org_id = e.org_id AND s.uid = e.submission_uid WHERE e.candidate_id IS NULL"
            ),
            &[],
        )?;
        let routes = rows.iter().map(|row| row.get::<String>(0));
        routes.collect::<std::result::Result<BTreeSet<_>, store::Error>>()
    });
    let mut ownerless = ownerless.await.expect("routes");
    ownerless.retain(|route| !ABOUT_NOBODY.contains(&route.as_str()));
    assert!(
        ownerless.is_empty(),
        "some answers are nobody's: {ownerless:?}"
    );
}

/// The database beside `eeo`, and the files.
pub fn unseen_on_the_disk(sown: &Sown, place: &Place) {
    let everything = contents::of_database(place, &[]);
    let kept = everything
        .iter()
        .filter(|(column, _)| column == "eeo.value");
    let kept = kept.filter(|(_, bytes)| sown.canary.in_bytes(bytes).is_some());
    assert!(kept.count() > 40, "they are not where they belong");
    let elsewhere = everything
        .iter()
        .filter(|(column, _)| column != "eeo.value");
    for (column, bytes) in elsewhere {
        if let Some(found) = sown.canary.in_bytes(bytes) {
            panic!("{column} holds …{found}…");
        }
    }
    for (path, bytes) in contents::of_folder(&place.dir().join("files")) {
        assert!(sown.canary.in_bytes(&bytes).is_none(), "{path}");
    }
}

/// Every POST, PUT and PATCH that a document describes, with answers in every place of a body of its schema: no answer
/// holds them, nor what is kept of it.
pub async fn unheard_in_answers(app: &TestApp, sown: &Sown, known: &Known) {
    let mut sent = 0;
    for dialect in DIALECTS {
        let name = dialect.name();
        let document = addresses::document(*dialect);
        let base = document["servers"][0]["url"]
            .as_str()
            .unwrap_or("")
            .to_owned();
        for (template, item) in document["paths"].as_object().expect("paths") {
            for method in ["post", "put", "patch"] {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let body = addresses::sample(schema, &document, 6);
                for path in filled(&format!("{base}{template}"), known) {
                    sent += 1;
                    // A key of its own: some of these end the key or the account they are called with.
                    let key = app.key(name, Permissions::ALL, Some((0, 1))).await;
                    let mut call = app
                        .call(name, &method.to_uppercase(), &path)
                        .with(name, &key);
                    call.path.push_str("?is_debug_mode=true");
                    hear(app, sown, &call.json(&body)).await;
                }
            }
        }
    }
    assert!(sent > 30, "only {sent} writes");
}

async fn hear(app: &TestApp, sown: &Sown, call: &Call) {
    let mut places = Vec::new();
    let body: Value = serde_json::from_slice(&call.body).expect("a body");
    sent::objects(&body, "", &mut places);
    let members = sent::members(&sown.canary, "written");
    for places in [&places[..], &places[..places.len().min(1)]] {
        for call in [
            sent::with(call, places, &members),
            sent::with(call, places, &members[..1]),
        ] {
            let reply = app.send(&call).await;
            let case = format!("{} {}", call.method, call.path);
            assert!(reply.status < 500, "{case}: {}", reply.text());
            clean(&sown.canary, &reply, &case);
        }
    }
}

/// The address with ids that showed something in the same place, two of each; or with one of nobody's.
fn filled(template: &str, known: &Known) -> Vec<String> {
    let mut paths = vec![String::new()];
    for step in template.split('/').skip(1) {
        let ids: Vec<String> = match step.starts_with('{') {
            false => vec![step.to_owned()],
            true => {
                let next = |path: &str| {
                    known
                        .live
                        .keys()
                        .filter_map(|(_, live)| {
                            live.strip_prefix(path)?
                                .strip_prefix('/')?
                                .split('/')
                                .next()
                                .map(str::to_owned)
                        })
                        .collect::<BTreeSet<_>>()
                };
                let found: Vec<String> = next(&paths[0]).into_iter().collect();
                let some = found
                    .iter()
                    .take(1)
                    .chain(found.iter().rev().take(1))
                    .cloned();
                some.chain(["0190b2f0-0000-7000-8000-00000000dead".to_owned()])
                    .collect()
            }
        };
        paths = paths
            .iter()
            .flat_map(|p| ids.iter().map(move |id| format!("{p}/{id}")))
            .collect();
    }
    paths
}

/// Fails where an answer holds what must not be seen.
pub fn clean(canary: &Canary, reply: &Reply, case: &str) {
    let headers = format!("{:?}", reply.headers);
    for bytes in [headers.as_bytes(), &reply.bytes] {
        if let Some(found) = canary.in_bytes(bytes) {
            panic!("{case}: {} …{found}…", reply.status);
        }
    }
}

/// The same, and where true, false or a number is answered.
fn silent(canary: &Canary, reply: &Reply, case: &str) {
    clean(canary, reply, case);
    let described = case.contains("/meta/");
    if let Some(place) = answered(&reply.json(), "").filter(|_| !described) {
        panic!("{case}: answered at {place}");
    }
}

/// Every text that was sent and taken; each begins with its place's name.
fn texts(sown: &Sown) -> BTreeSet<String> {
    let start = sown.canary.text("");
    let start = start.trim_end_matches("--");
    let mut all = BTreeSet::new();
    for (_, body) in &sown.taken {
        for (at, _) in body.match_indices(start) {
            let rest = &body[at..];
            all.insert(rest[..rest.find('"').expect("a string's end")].to_owned());
        }
    }
    all
}
