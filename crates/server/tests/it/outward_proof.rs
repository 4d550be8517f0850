//! The way out, proven: the real server carries people to a stand-in of each system while everything that can go wrong does
//! and the server is killed twice. Afterwards each person is there exactly once, with all of it.
//!
//! How many people: `MUSTER_PROOF_PEOPLE`; to which systems: `MUSTER_PROOF_SYSTEMS=lever,ashby`; how much goes wrong:
//! `MUSTER_PROOF_FAULTS` (a line as `muster fake --faults` takes it). What vendors allow would make it a matter of hours, so
//! both sides take it `MUSTER_PROOF_TIMES` times, and what waits, waits in a hurry (`muster serve --rehearsal`). What it prints
//! at its end is the report: people, requests, faults, seconds.

mod figures;
mod people;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::time::{Duration, Instant};

use connectors::{CONNECTORS, Connector, Setting};
use fakes::{Faults, Options, Running};
use serde_json::{Value, json};
use testing::app::{Call, Reply};
use testing::{Engine, Place};
use tokio::runtime::Runtime;

use crate::binary::{Muster, muster, random_below, unlimited_key};
use crate::client::{Client, Cut};
use crate::voice::text;

use figures::Figures;
use people::Groups;

/// One fault in ten requests, of every kind but answers that come in drops; few that keep one waiting for a time-out.
const FAULTS: &str = "timeout:0.002,timeout-before:0.002,429:0.02,500:0.01,500-after:0.01,503:0.01,503-after:0.01,cut:0.01,\
    reset:0.01,reset-after:0.01,malformed:0.005,seed=11,retry-after=1";
/// How the server is made to hurry. A request that is not answered costs four seconds, a kill twelve.
const HURRY: &str = "hurry=60,answer=8";
/// People sent to each system, unless somebody asks for more.
const PEOPLE: u64 = 100;
/// So many times what vendors allow is allowed.
const TIMES: u32 = 20;
/// At least so long all together may take, and so long for each request that the slowest system lets through. Far more than
/// it takes: what is judged is what arrived, not when.
const PATIENCE: Duration = Duration::from_secs(900);

#[test]
fn nobody_is_lost_or_doubled_on_the_way_out_of_sqlite() {
    prove(Engine::Sqlite);
}

#[test]
fn nobody_is_lost_or_doubled_on_the_way_out_of_postgres() {
    prove(Engine::Postgres);
}

/// A system that is carried to.
struct Target {
    connector: &'static dyn Connector,
    fake: Running,
    /// People who are sent there: the first so many.
    people: u64,
}

/// A running server and how one talks to it.
struct House {
    times: u32,
    /// The same after a kill: links to files name it.
    port: u16,
    server: Muster,
    credentials: Value,
    client: Client,
}

fn prove(engine: Engine) {
    let runtime = Runtime::new().expect("a runtime");
    let place = Place::new(engine);
    let times = said("TIMES").unwrap_or(TIMES);
    let targets = targets(&runtime, times);
    let slowest = targets
        .iter()
        .map(|t| figures::seconds_at_least(t.connector, t.people, times))
        .max();
    let patience = PATIENCE + Duration::from_secs(slowest.unwrap_or(0) * 4);
    let most = targets.iter().map(|t| t.people).max().expect("a system");
    let groups = Groups::of(targets.iter().map(|t| t.people));
    let mut house = House::start(&place, times, free_port(), None);
    for target in &targets {
        house.connect(target, &groups);
    }
    let began = Instant::now();
    let half = most / 2;
    house.take_in(0..half, &groups);
    // While some are on their way.
    std::thread::sleep(Duration::from_millis(300 + random_below(1_500)));
    house = house.killed(&place);
    house.take_in(half..most, &groups);
    let wanted: u64 = targets.iter().map(|t| t.people).sum();
    until(patience, "half of them are there", || {
        let there = targets.iter().map(|t| t.fake.people());
        there.sum::<u64>() * 2 >= wanted
    });
    house = house.killed(&place);
    until(patience, "nothing waits any more", || house.waiting() == 0);
    let took = began.elapsed();
    // Those that are named by an address are fetched from us, who were not always there.
    until(patience, "every file is fetched", || {
        targets.iter().all(|t| t.fake.fetching() == 0)
    });
    let mut lost = Vec::new();
    for target in &targets {
        // One that fails must not hide how the others fared.
        let there = target.fake.candidates();
        let whole = catch_unwind(AssertUnwindSafe(|| {
            people::are_whole(target.connector, &there, target.people);
        }));
        if whole.is_err() {
            lost.push(target.connector.name());
            continue;
        }
        println!(
            "{engine}: {}",
            Figures::of(target.connector.name(), &target.fake, target.people, took)
        );
    }
    house.none_is_dead();
    assert!(lost.is_empty(), "not whole: {lost:?}");
}

/// What the environment says as `MUSTER_PROOF_…`.
fn said<T: FromStr<Err: Debug>>(name: &str) -> Option<T> {
    let name = format!("MUSTER_PROOF_{name}");
    let text = std::env::var(&name).ok()?;
    let value = text.parse();
    Some(value.unwrap_or_else(|why| panic!("{name}: {why:?}")))
}

/// The systems that there is a stand-in for, of those that are asked for.
fn targets(runtime: &Runtime, times: u32) -> Vec<Target> {
    let asked: Option<String> = said("SYSTEMS");
    let asked: Option<Vec<&str>> = asked.as_deref().map(|all| all.split(',').collect());
    let people = said("PEOPLE").unwrap_or(PEOPLE);
    let line: String = said("FAULTS").unwrap_or_else(|| FAULTS.to_owned());
    let wanted = CONNECTORS
        .iter()
        .filter(|c| asked.as_ref().is_none_or(|a| a.contains(&c.name())));
    let target = |connector: &&'static dyn Connector| {
        let fake = fakes::by_name(connector.name())?;
        // Only where there are tokens can one end: a key that is refused is refused for good.
        let ends = if fake.gives_tokens() {
            "expired:0.002,"
        } else {
            ""
        };
        let line = format!("{ends}{line}");
        let options = Options {
            faults: Faults::parse(&line).unwrap_or_else(|why| panic!("MUSTER_PROOF_FAULTS: {why}")),
            rate: Some(fake.rate().times(times)),
            ..Options::default()
        };
        let fake = runtime
            .block_on(fakes::start(fake, options))
            .expect("a stand-in");
        Some(Target {
            connector: *connector,
            fake,
            people,
        })
    };
    let targets: Vec<Target> = wanted.filter_map(target).collect();
    assert!(!targets.is_empty(), "none of these systems has a stand-in");
    targets
}

impl House {
    fn start(place: &Place, times: u32, port: u16, credentials: Option<Value>) -> House {
        let listen = format!("127.0.0.1:{port}");
        let mut command = muster(place, &["demo", "--json", "--listen", &listen]);
        command.args(["--rehearsal", &format!("{HURRY},limits={times}")]);
        let server = Muster::start(place, &mut command);
        let credentials = credentials.unwrap_or_else(|| unlimited_key(place, &server, "native"));
        let client = server.client();
        House {
            times,
            port,
            server,
            credentials,
            client,
        }
    }

    /// kill -9, and started again on the same data.
    fn killed(self, place: &Place) -> House {
        let House {
            times,
            port,
            server,
            credentials,
            ..
        } = self;
        server.kill();
        House::start(place, times, port, Some(credentials))
    }

    fn call(&self, method: &str, path: &str) -> Call {
        let key = text(&self.credentials["api_key"]);
        let call = Call {
            method: method.to_owned(),
            path: format!("/api/v1{path}"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        call.header("Authorization", &format!("Bearer {key}"))
    }

    /// Sends it until it is answered: what is sent has a key of its own, or only looks.
    fn answer(&mut self, call: &Call) -> Reply {
        for _ in 0..5 {
            match self.client.send(call) {
                Ok(reply) => return reply,
                Err(Cut::Unanswered | Cut::Midway(_)) => self.client = self.server.client(),
            }
        }
        panic!("{} {} is not answered", call.method, call.path)
    }

    fn post(&mut self, path: &str, body: &Value, key: &str) -> Value {
        let call = self
            .call("POST", path)
            .json(body)
            .header("Idempotency-Key", &format!("\"{key}\""));
        let reply = self.answer(&call);
        assert!(
            (200..300).contains(&reply.status),
            "POST {path}: {}",
            reply.text()
        );
        reply.json()
    }

    fn get(&mut self, path: &str) -> Value {
        let call = self.call("GET", path);
        let reply = self.answer(&call);
        assert_eq!(reply.status, 200, "GET {path}: {}", reply.text());
        reply.json()
    }

    /// A destination for this system, and the rule that everybody who is meant for it goes there.
    fn connect(&mut self, target: &Target, groups: &Groups) {
        let name = target.connector.name();
        let told = |s: &Setting| match s.name {
            "base_url" => target.fake.account("url"),
            name => target.fake.account(name),
        };
        let settings = target
            .connector
            .settings()
            .iter()
            .map(|s| (s.name.to_owned(), told(s)));
        let settings = settings.filter(|(_, value)| !value.is_empty());
        let settings: serde_json::Map<String, Value> =
            settings.map(|(n, v)| (n, v.into())).collect();
        let body = json!({
            "connector": name, "name": name, "settings": settings, "default_job": target.fake.account("job_id"),
        });
        let made = self.post("/destinations", &body, &format!("to-{name}"));
        let body = json!({
            "destination": made["id"], "events": ["application.submitted"], "sources": groups.sources(target.people),
        });
        self.post("/rules", &body, &format!("rule-{name}"));
    }

    fn take_in(&mut self, numbers: std::ops::Range<u64>, groups: &Groups) {
        let job = self.get("/jobs")["data"][0]["id"].clone();
        for number in numbers {
            let body = groups.body(number, &job);
            self.post("/candidates", &body, &format!("person-{number}"));
        }
    }

    /// Whether anything is still to be carried: 0 or more.
    fn waiting(&mut self) -> usize {
        let queued = self.get("/deliveries?channel=destination&state=queued&limit=1");
        queued["data"].as_array().map_or(0, Vec::len)
    }

    fn none_is_dead(&mut self) {
        let dead = self.get("/deliveries?channel=destination&state=dead&limit=5");
        assert_eq!(dead["data"], json!([]), "dead letters");
    }
}

/// A port that nobody listens on, below those that the kernel gives to whoever connects: it must still be free after a kill.
fn free_port() -> u16 {
    let drawn = || 20_000 + u16::try_from(random_below(12_000)).unwrap_or(0);
    let mut ports = std::iter::repeat_with(drawn);
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.find(free).expect("a free port")
}

fn until(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(
            began.elapsed() < limit,
            "not within {} s: {what}",
            limit.as_secs()
        );
        std::thread::sleep(Duration::from_millis(500));
    }
}
