//! The command line is a contract (DESIGN §12): what it prints, and what it says when it cannot.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use serde_json::Value;
use testing::{Engine, Place, on_both};

use crate::binary::{
    DEMO, Muster, ORGANIZATION, data, muster, run, run_json, unlimited_key, until,
};
use crate::voice::{Speaker, voices};

/// What each dialect's credentials hold at least.
#[rustfmt::skip]
const PROMISED: &[(&str, &[&str])] = &[
    ("desk", &["url", "email", "password"]),
    ("mail", &["outbox_url"]),
    ("native", &["base_url", "api_key"]),
    ("xobin", &["base_url", "api_key", "track_id"]),
    ("eightfold", &["base_url", "token_url", "username", "api_key", "client_id", "client_secret", "system_id"]),
    ("comeet", &["base_url", "api_key", "secret", "position_uid"]),
    ("merge", &["base_url", "api_key", "account_token"]),
];

/// Where each dialect's base URL ends.
const BASES: &[(&str, &str)] = &[
    ("native", "/api/v1"),
    ("xobin", "/xobin/api/v2"),
    ("eightfold", "/eightfold/api/v2/core"),
    ("comeet", "/comeet"),
    ("merge", "/merge/api"),
];

#[test]
fn demo_prints_what_is_promised_and_the_same_again() {
    on_both(|place| {
        let server = Muster::demo(place);
        let (said, url) = (server.said(), server.url());
        keeps_the_promise(&said, &url);
        for file in ["muster.key", "demo.credentials"] {
            let mode = data(place)
                .join(file)
                .metadata()
                .expect(file)
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        let created: Vec<_> = speakers(&said)
            .into_iter()
            .map(|speaker| {
                let reply = server
                    .client()
                    .send(&speaker.create(1_000_001))
                    .expect("an answer");
                assert_eq!(reply.status / 100, 2, "{}", reply.text());
                (speaker, reply)
            })
            .collect();
        server.kill();

        let server = Muster::demo(place);
        let again = server.first_line.replace(&server.url(), &url);
        assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), said);
        for (speaker, reply) in created {
            let found = server
                .client()
                .send(&speaker.read_back(&reply))
                .expect("an answer");
            assert_eq!(found.status, 200, "{}", found.text());
        }
    });
}

fn keeps_the_promise(said: &Value, url: &str) {
    assert_eq!(said["url"], url);
    let spoken = |name: &str| ["desk", "mail"].contains(&name) || dialects::named(name).is_some();
    for (name, keys) in PROMISED.iter().filter(|(name, _)| spoken(name)) {
        for key in *keys {
            let value = &said[name][key];
            assert!(
                value.is_number() || value.as_str().is_some_and(|t| !t.is_empty()),
                "{name}.{key}: {value}"
            );
        }
    }
    for (name, path) in BASES.iter().filter(|(name, _)| spoken(name)) {
        assert_eq!(said[name]["base_url"], format!("{url}{path}"));
    }
    for dialect in dialects::DIALECTS {
        let known = PROMISED.iter().any(|(name, _)| *name == dialect.name());
        assert!(known, "{} is promised nowhere", dialect.name());
    }
}

/// Every dialect, with the credentials of a `demo --json`.
fn speakers(said: &Value) -> Vec<Speaker> {
    let speaker = |voice: &'static crate::voice::Voice| Speaker {
        voice,
        credentials: said[voice.dialect].clone(),
    };
    voices().map(speaker).collect()
}

#[test]
fn demo_for_people_prints_lines_that_work_when_pasted() {
    let place = Place::new(Engine::Sqlite);
    let mut command = muster(&place, &["demo", "--listen", "127.0.0.1:0"]);
    let mut server = Muster::start(&place, &mut command);
    server.signal("TERM");
    assert!(server.wait().success());
    let mut page = String::new();
    server.out.read_to_string(&mut page).expect("text");
    let lines: Vec<&str> = page.lines().filter(|l| l.starts_with("curl ")).collect();
    assert!(lines.len() >= dialects::DIALECTS.len(), "{page}");

    // The port is another one now; everything else must hold after a restart.
    let before = server.url();
    let server = Muster::demo(&place);
    for line in lines {
        let line = line.replace(&before, &server.url());
        let output = Command::new("sh")
            .args(["-c", &format!("{line} -w '\\n%{{http_code}}'")])
            .output();
        let output = output.expect("a shell");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let status = said.lines().last().unwrap_or("");
        assert!(
            status.starts_with('2'),
            "{line}\n{said}{}",
            text_of(&output)
        );
    }
}

#[test]
fn serve_on_an_empty_folder_says_how_to_begin() {
    let place = Place::new(Engine::Sqlite);
    let words = ["serve", "--listen", "127.0.0.1:0"];
    let mut server = Muster::start(&place, &mut muster(&place, &words));
    assert!(
        server
            .first_line
            .starts_with("Muster is running at http://127.0.0.1:")
    );
    // Where, and the code that opens it; then how mail stands.
    let hints = lines_of(&mut server, 3);
    assert!(hints.contains("There is no organization yet"), "{hints}");
    assert!(hints.contains("/setup   with the code   "), "{hints}");

    // Without a browser, while it runs.
    let made = pasted(&format!(
        "muster org create 'Your company' --data {}",
        crate::binary::data(&place).display()
    ));
    assert!(made.contains("Your company"), "{made}");
    let key = pasted(&format!(
        "muster key create --org 'Your company' --dialect native --data {}",
        crate::binary::data(&place).display()
    ));
    assert!(key.contains("api_key"), "{key}");

    // With an organization, its first member is missing, and no code for a second organization is shown.
    server.signal("TERM");
    assert!(server.wait().success());
    let mut server = Muster::start(&place, &mut muster(&place, &words));
    let hints = lines_of(&mut server, 3);
    assert!(
        hints.contains("Nobody can sign in for Your company yet"),
        "{hints}"
    );
    server.signal("TERM");
    assert!(server.wait().success());
    let mut rest = String::new();
    server.out.read_to_string(&mut rest).expect("text");
    assert!(!rest.contains("There is no organization"), "{rest}");
}

/// The next `n` lines that the server prints.
fn lines_of(server: &mut Muster, n: usize) -> String {
    let mut lines = String::new();
    for _ in 0..n {
        std::io::BufRead::read_line(&mut server.out, &mut lines).expect("a line");
    }
    lines
}

/// Runs a printed line in a shell that finds the binary.
fn pasted(line: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_muster"))
        .parent()
        .expect("a folder");
    let path = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("sh")
        .args(["-c", line])
        .env("PATH", path)
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{line}: {}", text_of(&output));
    text_of(&output)
}

fn text_of(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn keys_are_made_and_ended_beside_a_running_server() {
    on_both(|place| {
        let server = Muster::demo(place);
        let (demo, mut n) = (server.said(), 1_000_000);
        for voice in voices() {
            let credentials = unlimited_key(place, &server, voice.dialect);
            let (new, old) = (
                credentials.as_object().unwrap(),
                demo[voice.dialect].as_object().unwrap(),
            );
            assert!(new.keys().eq(old.keys()), "{:?} and {:?}", new, old);
            let key_id = credentials["key_id"]
                .as_str()
                .expect("a key's id")
                .to_owned();
            let speaker = Speaker { voice, credentials };
            let mut client = server.client();
            let mut status = || {
                n += 1;
                client.send(&speaker.create(n)).expect("an answer").status
            };
            // Both promises are "within a second"; how soon that is here is this machine's affair.
            until("the key is good", || (status() / 100 == 2).then_some(()));
            let done = run(place, &["key", "revoke", "--org", ORGANIZATION, &key_id]);
            assert!(done.status.success(), "{}", text_of(&done));
            until("the key is over", || (status() == 401).then_some(()));

            let listed = text_of(&run(
                place,
                &["key", "list", "--org", ORGANIZATION, "--json"],
            ));
            assert!(listed.contains(&key_id));
            assert!(
                speaker
                    .secrets()
                    .iter()
                    .all(|secret| !listed.contains(secret))
            );
        }
    });
}

#[test]
fn an_organization_made_beside_a_running_server_has_keys_of_its_own() {
    let place = Place::new(Engine::Sqlite);
    let server = Muster::demo(&place);
    let made = run_json(&place, &["org", "create", "Other Engines", "--json"]);
    let [id, number] = [&made["id"], &made["number"]].map(crate::voice::text);
    assert_eq!(made["name"], "Other Engines");
    let listed = run_json(&place, &["org", "list", "--json"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    // An organization goes by its id, its number and its name.
    for org in [&id, &number, "Other Engines"] {
        for voice in voices() {
            let words = [
                "key",
                "create",
                "--org",
                org,
                "--dialect",
                voice.dialect,
                "--json",
            ];
            let key = run_json(&place, &words);
            let demo = server.said()[voice.dialect].clone();
            assert!(
                key.as_object()
                    .unwrap()
                    .keys()
                    .eq(demo.as_object().unwrap().keys()),
                "{key}"
            );
        }
    }
}

#[test]
fn a_key_can_be_narrowed_to_scopes_which_the_list_shows() {
    let place = Place::new(Engine::Sqlite);
    let _server = Muster::demo(&place);
    let dialect = dialects::DIALECTS
        .iter()
        .find(|d| d.scopes().len() > 1)
        .expect("a dialect with scopes");
    let (one, other) = (dialect.scopes()[0], dialect.scopes()[1]);
    let create = |scopes: &[&str]| {
        let mut words = vec!["key", "create", "--org", ORGANIZATION];
        words.extend(["--dialect", dialect.name(), "--json"]);
        words.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        run(&place, &words)
    };
    let made = create(&[other, one]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    assert_eq!(made["scopes"], serde_json::json!([one, other]));
    let listed = run_json(&place, &["key", "list", "--org", ORGANIZATION, "--json"]);
    let listed = listed.as_array().expect("a list");
    let shown = |id: &Value| &listed.iter().find(|k| k["id"] == *id).expect("it")["scopes"];
    assert_eq!(shown(&made["key_id"]), &made["scopes"]);
    assert!(listed.iter().any(|key| key["scopes"].is_null()));
    let plain = run(&place, &["key", "list", "--org", ORGANIZATION]);
    let text = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert!(text.contains(&format!("[{one} {other}]")), "{text}");
    let refused = create(&["nothing:READ"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains(one), "{said}");
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence() {
    let place = Place::new(Engine::Sqlite);
    let server = Muster::demo(&place);
    let org = ORGANIZATION;
    let dialect = dialects::DIALECTS[0].name();
    let taken = server.address().to_owned();
    let cases: &[(&[&str], &str)] = &[
        (
            &["key", "create", "--org", org, "--dialect", "klingon"],
            dialect,
        ),
        (
            &["key", "create", "--org", "Nobody", "--dialect", dialect],
            "no such organization",
        ),
        (
            &["key", "create", "--org", "99", "--dialect", dialect],
            "no such organization",
        ),
        (
            &[
                "key",
                "create",
                "--org",
                org,
                "--dialect",
                dialect,
                "--limit",
                "many",
            ],
            "COUNT/SECONDS",
        ),
        (
            &[
                "key",
                "create",
                "--org",
                org,
                "--dialect",
                dialect,
                "--permissions",
                "fly",
            ],
            "fly",
        ),
        (
            &[
                "key",
                "create",
                "--org",
                org,
                "--dialect",
                dialect,
                "--scope",
                "thing:READ",
            ],
            "have no scopes",
        ),
        (&["key", "list", "--org", "Nobody"], "no such organization"),
        (&["key", "revoke", "--org", org, "x"], "UUID"),
        (
            &[
                "key",
                "revoke",
                "--org",
                org,
                "00000000-0000-7000-8000-000000000000",
            ],
            "no such",
        ),
        (&["org", "create", " "], "name"),
        (&["org", "create", "Two\nlines"], "name"),
        (&["serve", "--listen", &taken], "cannot listen"),
        (
            &["serve", "--listen", "127.0.0.1:0", "--files", "s3://bucket"],
            "only folders",
        ),
    ];
    for (words, sentence) in cases {
        must_refuse(&run(&place, words), sentence, words);
    }
    // Still at work.
    assert!(
        server
            .client()
            .send(&speakers(&server.said())[0].create(1_000_001))
            .is_ok()
    );
}

#[test]
fn a_place_that_does_not_open_is_said_in_a_sentence() {
    let place = Place::new(Engine::Sqlite);
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    // A database that is away; its password is nobody's business.
    let away = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        "postgres://ada:hunter22@127.0.0.1:1/muster",
    ];
    let output = run(&place, &away);
    must_refuse(&output, "database", &away);
    assert!(
        !text_of(&output).contains("hunter22"),
        "{}",
        text_of(&output)
    );
    // A key that is none.
    std::fs::write(data(&place).join("muster.key"), "").expect("a file");
    must_refuse(&run(&place, &serve), "muster.key", &serve);
    std::fs::remove_file(data(&place).join("muster.key")).expect("a file");
    // A database that is none.
    std::fs::write(
        data(&place).join("muster.sqlite"),
        "Dear diary, this is no database. ".repeat(200),
    )
    .expect("a file");
    must_refuse(&run(&place, &serve), "cannot open the database", &serve);
    // A folder that is a file.
    std::fs::remove_dir_all(data(&place)).expect("a folder");
    std::fs::write(data(&place), "").expect("a file");
    must_refuse(&run(&place, &serve), "folder", &serve);
}

fn must_refuse(output: &Output, sentence: &str, words: &[&str]) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words:?}: {errors}");
    let last = errors.lines().last().unwrap_or("");
    assert!(
        last.starts_with("muster: ") && last.contains(sentence),
        "{words:?}: {errors}"
    );
    assert!(!errors.contains("panicked"), "{words:?}: {errors}");
}

#[test]
fn two_servers_share_a_database() {
    on_both(|place| {
        let (one, two) = (Muster::demo(place), Muster::demo(place));
        assert_ne!(one.address(), two.address());
        for voice in voices() {
            let credentials = unlimited_key(place, &one, voice.dialect);
            let speaker = Speaker { voice, credentials };
            std::thread::scope(|scope| {
                for (here, there, first) in [(&one, &two, 1_000_000), (&two, &one, 2_000_000)] {
                    let speaker = &speaker;
                    scope.spawn(move || meet(speaker, here, there, first));
                }
            });
        }
    });
}

/// What one server took in the other one shows, and a repeat there is answered alike.
fn meet(speaker: &Speaker, here: &Muster, there: &Muster, first: u64) {
    let (mut here, mut there) = (here.client(), there.client());
    for n in first..first + 40 {
        let call = speaker
            .create(n)
            .header("Idempotency-Key", &format!("meet-{n}"));
        let reply = here.send(&call).expect("an answer");
        assert_eq!(reply.status / 100, 2, "{}", reply.text());
        let found = there.send(&speaker.read_back(&reply)).expect("an answer");
        assert_eq!(found.status, 200, "{}", found.text());
        let again = there.send(&call).expect("an answer");
        assert_eq!((again.status, again.bytes), (reply.status, reply.bytes));
    }
}

#[test]
fn logs_name_nobody_and_give_nothing_away() {
    on_both(|place| {
        let mut command = muster(place, &DEMO);
        command.env("MUSTER_LOG", "trace");
        let mut server = Muster::start(place, &mut command);
        let said = server.said();
        let mut secrets = vec![crate::voice::text(&said["desk"]["password"])];
        for (n, speaker) in (1_000_001..).zip(speakers(&said)) {
            secrets.extend(speaker.secrets());
            secrets.push(speaker.email(n));
            let mut client = server.client();
            let create = speaker.create(n);
            let created = client.send(&create).expect("an answer");
            let calls = [
                speaker.read_back(&created),
                speaker.list(&speaker.email(n)),
                create.clone(),
                create.clone().bytes("{\"nobody\": "),
                create.clone().anonymous(),
                // A number or id in an address must not show either.
                testing::app::Call {
                    path: format!("{}/hidden-4711", create.path),
                    ..create.clone()
                },
            ];
            for call in calls {
                client.send(&call).expect("an answer");
            }
        }
        server.signal("TERM");
        assert!(server.wait().success());
        let log = std::fs::read_to_string(&server.errors).expect("a log");
        assert!(log.contains("answered"), "nothing is logged: {log}");
        secrets.extend(["hidden-4711", "anna@example.com", "Lovelace"].map(str::to_owned));
        for secret in secrets {
            let line = log
                .lines()
                .find(|l| l.contains(&secret) || l.contains(&secret.replace('@', "%40")));
            assert_eq!(line, None, "shows {secret}");
        }
    });
}
