//! `muster fake`: the real binary stands in for each system. What the stand-ins themselves promise is tested in `fakes`.

use std::process::{Command, Stdio};

use fakes::FAKES;
use testing::app::Call;
use testing::{Engine, Place};

use crate::binary::Muster;

/// `muster fake WORDS`, which ends with this process.
fn fake(words: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]);
    command
        .arg(env!("CARGO_BIN_EXE_muster"))
        .arg("fake")
        .args(words);
    command.stdin(Stdio::null());
    command
}

/// No database is concerned: a place here is a folder for what goes to standard error.
fn start(place: &Place, words: &[&str]) -> Muster {
    Muster::start(place, &mut fake(words))
}

fn get(path: &str) -> Call {
    Call {
        method: "GET".to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

#[test]
fn each_prints_what_it_takes_and_takes_its_own_example() {
    for stand_in in FAKES {
        let place = Place::new(Engine::Sqlite);
        let mut server = start(
            &place,
            &[stand_in.name(), "--listen", "127.0.0.1:0", "--json"],
        );
        let said = server.said();
        assert_eq!(said["name"], stand_in.name());
        for (name, value) in stand_in.account(&server.url()) {
            assert_eq!(said["account"][name], value, "{}", stand_in.name());
        }
        let example = said["example"].as_str().expect("a line");
        let output = Command::new("sh")
            .args(["-c", example])
            .output()
            .expect("a shell");
        assert!(output.status.success(), "{example}");
        let list = get("/_fake/candidates");
        let list = server.client().send(&list).expect("an answer").json();
        assert_eq!(list["total"], 1, "{example}: {list}");
        assert_eq!(list["candidates"][0]["emails"][0], "ada@example.com");
        server.signal("TERM");
        assert!(server.wait().success());
    }
}

#[test]
fn rate_and_faults_are_as_the_line_says() {
    let place = Place::new(Engine::Sqlite);
    let words = [
        "lever",
        "--listen",
        "127.0.0.1:0",
        "--json",
        "--rate",
        "1/3600",
        "--faults",
        "503*1",
    ];
    let server = start(&place, &words);
    let asked = get("/v1/postings");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(server.client().send(&asked).expect("an answer").status);
    }
    // One by fault; of a bucket twice as large as the rate one more; then it is empty.
    assert_eq!(statuses, [503, 401, 429, 429]);
}

#[test]
fn wrong_words_are_refused_in_a_sentence() {
    for (words, says) in [
        (vec!["coffee"], "greenhouse"),
        (vec!["ashby", "--faults", "coffee"], "reset-after"),
        (vec!["ashby", "--rate", "often"], "REQUESTS/SECONDS"),
        (vec!["ashby", "--tokens-live", "0"], "1.."),
    ] {
        let output = fake(&words).output().expect("it runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{words:?}");
        assert!(errors.contains(says), "{words:?}: {errors}");
    }
}

#[test]
fn a_guide_is_printed_without_a_port() {
    for stand_in in FAKES {
        let output = fake(&[stand_in.name(), "--guide"])
            .output()
            .expect("it runs");
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout), stand_in.guide());
    }
}
