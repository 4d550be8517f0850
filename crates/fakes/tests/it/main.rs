//! The stand-ins from outside: each answers as its vendor does, and fails as it is told. `caller.rs` speaks HTTP to them.

mod caller;

use std::time::{Duration, Instant};

use caller::{Caller, PATIENCE, Said, create};
use fakes::{FAKES, Fake, Options, Rate, Running};
use serde_json::Value;

/// Runs `test` with a stand-in that has no limit.
fn with<F: Future<Output = ()>>(fake: &'static dyn Fake, test: impl FnOnce(Running) -> F) {
    with_options(fake, unlimited(), test);
}

fn unlimited() -> Options {
    Options {
        rate: Some(Rate::NONE),
        ..Options::default()
    }
}

fn with_options<F: Future<Output = ()>>(
    fake: &'static dyn Fake,
    options: Options,
    test: impl FnOnce(Running) -> F,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let running = fakes::start(fake, options).await.expect("a port");
        test(running).await;
    });
}

fn named(name: &str) -> &'static dyn Fake {
    fakes::by_name(name).expect("a stand-in")
}

fn count(people: &[Value], member: &str) -> usize {
    let all = people.iter().filter_map(|p| p[member].as_array());
    all.map(Vec::len).sum()
}

/// What two creates of one person make: people, applications.
const TWICE: &[(&str, usize, usize)] = &[
    ("greenhouse", 2, 2),
    ("lever", 1, 2),
    ("ashby", 2, 0),
    ("workable", 2, 2),
    ("smartrecruiters", 2, 2),
    ("recruitee", 2, 2),
    ("teamtailor", 1, 0),
    ("bamboohr", 2, 2),
];

#[test]
fn two_creates_make_what_the_vendor_makes_of_them() {
    assert_eq!(TWICE.len(), FAKES.len());
    for (name, people, applications) in TWICE {
        with(named(name), |running| async move {
            let caller = Caller::known(&running).await;
            for _ in 0..2 {
                let said = caller.send(&create(name)).await.expect("an answer");
                assert!(
                    said.status / 100 == 2,
                    "{name}: {} {}",
                    said.status,
                    said.body
                );
            }
            let there = running.candidates();
            assert_eq!(there.len(), *people, "{name}");
            assert_eq!(count(&there, "applications"), *applications, "{name}");
            assert_eq!(there[0]["emails"][0], "ada@example.org", "{name}");
        });
    }
}

#[test]
fn who_is_not_known_makes_nobody() {
    for fake in FAKES {
        with(*fake, |running| async move {
            let name = fake.name();
            for caller in [Caller::nobody(&running), Caller::impostor(&running)] {
                let said = caller.send(&create(name)).await.expect("an answer");
                assert!([401, 403].contains(&said.status), "{name}: {}", said.status);
            }
            assert!(running.candidates().is_empty(), "{name}");
        });
    }
}

#[test]
fn what_lacks_its_name_is_refused_and_makes_nobody() {
    for fake in FAKES {
        with(*fake, |running| async move {
            let name = fake.name();
            let caller = Caller::known(&running).await;
            let said = caller.send(&create(name).without_names()).await;
            let said = said.expect("an answer");
            // Ashby's refusals are 200.
            let refused = said.status / 100 == 4 || said.json()["success"] == false;
            assert!(refused, "{name}: {} {}", said.status, said.body);
            assert!(running.candidates().is_empty(), "{name}");
        });
    }
}

/// Each fault, whether the request is carried out, and what its caller sees.
const FAULTS: &[(&str, bool, Sees)] = &[
    ("429", false, Sees::Status(429)),
    ("500", false, Sees::Status(500)),
    ("500-after", true, Sees::Status(500)),
    ("503", false, Sees::Status(503)),
    ("503-after", true, Sees::Status(503)),
    ("timeout-before", false, Sees::Silence),
    ("timeout", true, Sees::Silence),
    ("drip", true, Sees::Status(201)),
    ("cut", true, Sees::Nothing),
    ("reset", false, Sees::Nothing),
    ("reset-after", true, Sees::Nothing),
    ("expired", false, Sees::Status(401)),
    ("malformed", true, Sees::Rubbish),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sees {
    Status(u16),
    /// No whole answer.
    Nothing,
    /// Nothing, and the connection stays.
    Silence,
    /// A status that says that it was done, and a body that is none of the vendor's.
    Rubbish,
}

/// Waits until the fault has struck and so many people are there.
async fn is_done(running: &Running, fault: &str, made: usize) -> bool {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let struck = running.requests().iter().any(|r| r["fault"] == fault);
        if struck && running.candidates().len() == made {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

#[test]
fn each_fault_does_what_it_says() {
    for (fault, done, sees) in FAULTS {
        with(named("greenhouse"), |running| async move {
            let caller = Caller::known(&running).await;
            running.set_faults(&format!("{fault}*1@POST /v3/candidates,drip=1"));
            let made = usize::from(*done);
            if *sees == Sees::Silence {
                let create = create("greenhouse");
                let (silent, done) = tokio::join!(
                    caller.is_not_answered(&create),
                    is_done(&running, fault, made)
                );
                assert!(silent && done, "{fault}");
            } else {
                let saw = match caller.send(&create("greenhouse")).await {
                    None => Sees::Nothing,
                    Some(said) if said.json().is_null() => Sees::Rubbish,
                    Some(said) => Sees::Status(said.status),
                };
                assert_eq!(saw, *sees, "{fault}");
            }
            assert_eq!(running.candidates().len(), made, "{fault}");
            let requests = running.requests();
            let struck: Vec<_> = requests.iter().filter(|r| r["fault"] == *fault).collect();
            assert_eq!(struck.len(), 1, "{fault}: {requests:?}");
            // It was for one.
            let caller = Caller::known(&running).await;
            let next = caller.send(&create("greenhouse")).await.expect("an answer");
            assert_eq!(next.status, 201, "{fault}");
            assert_eq!(running.candidates().len(), made + 1, "{fault}");
        });
    }
}

/// Headers of a 429, for those that document some.
const TOLD: &[(&str, &[&str])] = &[
    (
        "greenhouse",
        &[
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
        ],
    ),
    ("lever", &[]),
    ("ashby", &["retry-after"]),
    (
        "workable",
        &[
            "x-rate-limit-limit",
            "x-rate-limit-remaining",
            "x-rate-limit-reset",
        ],
    ),
    (
        "smartrecruiters",
        &["x-ratelimit-limit", "x-ratelimit-remaining"],
    ),
    ("recruitee", &[]),
    (
        "teamtailor",
        &[
            "x-rate-limit-limit",
            "x-rate-limit-remaining",
            "x-rate-limit-reset",
        ],
    ),
    ("bamboohr", &["retry-after"]),
];

#[test]
fn who_asks_too_often_is_told_in_the_vendors_words() {
    assert_eq!(TOLD.len(), FAKES.len());
    for (name, headers) in TOLD {
        let options = Options {
            rate: Some(Rate::window(3, 3600)),
            ..Options::default()
        };
        with_options(named(name), options, |running| async move {
            let caller = Caller::known(&running).await;
            let mut last = None;
            for _ in 0..4 {
                last = caller.send(&create(name)).await;
            }
            let said = last.expect("an answer");
            // BambooHR throttles with a 503.
            assert!([429, 503].contains(&said.status), "{name}: {}", said.status);
            for header in *headers {
                assert!(
                    said.header(header).is_some(),
                    "{name} does not tell {header}"
                );
            }
            assert!(running.candidates().len() <= 3, "{name}");
        });
    }
}

#[test]
fn tokens_end() {
    let options = Options {
        tokens_live: Duration::from_millis(1),
        ..unlimited()
    };
    with_options(named("greenhouse"), options, |running| async move {
        let caller = Caller::known(&running).await;
        // Longer than a token lives; its end is a matter of the clock alone.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let said = caller.send(&create("greenhouse")).await.expect("an answer");
        assert_eq!(said.status, 401);
        assert!(running.candidates().is_empty());
    });
}

#[test]
fn files_are_kept_as_what_identifies_them() {
    with(named("bamboohr"), |running| async move {
        let caller = Caller::known(&running).await;
        let said = caller
            .send(&create("bamboohr").with_file("resume", "ada.pdf", b"hello"))
            .await;
        assert_eq!(said.expect("an answer").status, 201);
        let there = running.candidates();
        let file = &there[0]["files"][0];
        assert_eq!(
            (file["name"].as_str(), file["size"].as_u64()),
            (Some("ada.pdf"), Some(5))
        );
        let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(file["sha256"], hello);
    });
}

#[test]
fn what_it_was_given_and_what_goes_wrong_can_be_asked_and_said_over_http() {
    with(named("recruitee"), |running| async move {
        let caller = Caller::known(&running).await;
        caller.send(&create("recruitee")).await.expect("an answer");
        let nobody = Caller::nobody(&running);
        let get = |path: &str| nobody.get(path.to_owned());
        let list = get("/_fake/candidates?email=ADA@example.org").await;
        assert_eq!(
            (
                list["total"].as_u64(),
                list["candidates"][0]["name"].as_str()
            ),
            (Some(1), Some("Ada Lovelace"))
        );
        assert_eq!(
            get("/_fake/candidates?email=x@example.org").await["total"],
            0
        );
        let asked = get("/_fake/requests").await;
        assert_eq!(asked["requests"][0]["route"], "/c/{company}/candidates");
        assert!(
            !asked.to_string().contains("ada@example.org"),
            "bodies stay out of it"
        );
        let put = nobody.put("/_fake/faults", "500*1@POST").await;
        assert!(
            put.json()["faults"]
                .as_str()
                .expect("rules")
                .starts_with("500*1@POST")
        );
        assert_eq!(nobody.put("/_fake/faults", "coffee").await.status, 400);
        let said = caller.send(&create("recruitee")).await.expect("an answer");
        assert_eq!(said.status, 500);
        assert_eq!(get("/_fake/faults").await["given"]["500"], 1);
    });
}

/// So that a failing test shows what came.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}
