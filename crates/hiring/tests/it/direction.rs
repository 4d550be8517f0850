//! Arrows point down (ARCHITECTURE.md): cargo refuses a circle, and this refuses the rest.

use std::process::Command;

use serde_json::Value;

/// Which of our crates may lean on which, top first. `testing` may see everything.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "server",
        &[
            "pages",
            "dialects",
            "courier",
            "connectors",
            "extract",
            "fakes",
            "hiring",
            "store",
        ],
    ),
    ("pages", &["hiring", "store"]),
    ("dialects", &["hiring", "store"]),
    ("courier", &["connectors", "hiring", "store"]),
    ("connectors", &["hiring"]),
    // Stand-ins for the systems that we push to know nothing of us.
    ("fakes", &[]),
    // Runs in a process of its own, and knows nothing but bytes.
    ("extract", &[]),
    ("hiring", &["store"]),
    ("store", &[]),
];

/// What `hiring` has never heard of: HTTP, async, an engine.
const NOT_IN_HIRING: &[&str] = &[
    "axum", "http", "hyper", "postgres", "rusqlite", "tokio", "tower",
];

/// Only who carries something outside may have one.
const HTTP_CLIENTS: &[&str] = &[
    "attohttpc",
    "awc",
    "curl",
    "hyper",
    "hyper-util",
    "isahc",
    "minreq",
    "reqwest",
    "surf",
    "ureq",
];
const CARRIERS: &[(&str, &[&str])] = &[
    ("courier", &["reqwest"]),
    // To serve, and to measure itself.
    ("server", &["hyper", "hyper-util"]),
];

/// The engines' drivers and the tools of one engine.
const DRIVERS: &[&str] = &["postgres", "refinery", "rusqlite", "sqlx", "tokio-postgres"];

fn packages() -> Vec<Value> {
    let told = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    told["packages"].as_array().expect("packages").clone()
}

/// Names of the crates that `package` leans on, beside those for its tests.
fn leans_on(package: &Value) -> Vec<&str> {
    let all = package["dependencies"].as_array().expect("dependencies");
    all.iter()
        .filter(|d| d["kind"] != "dev")
        .filter_map(|d| d["name"].as_str())
        .collect()
}

#[test]
fn arrows_point_down() {
    let packages = packages();
    let names: Vec<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    assert!(
        names.contains(&"hiring") && names.contains(&"store"),
        "{names:?}"
    );
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        if name == "testing" {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(of, _)| *of == name)
            .unwrap_or_else(|| panic!("{name} is a new room: say in ARROWS where it stands"));
        for on in leans_on(package) {
            if names.contains(&on) {
                assert!(allowed.contains(&on), "{name} leans on {on}");
            }
        }
    }
}

#[test]
fn each_room_keeps_to_its_trade() {
    for package in packages() {
        let name = package["name"].as_str().expect("a name").to_owned();
        for on in leans_on(&package) {
            if name == "hiring" {
                assert!(!NOT_IN_HIRING.contains(&on), "hiring leans on {on}");
            }
            if HTTP_CLIENTS.contains(&on) {
                let carries = CARRIERS
                    .iter()
                    .any(|(who, with)| *who == name && with.contains(&on));
                assert!(carries, "{name} leans on {on}");
            }
            if name != "store" && name != "testing" {
                assert!(!DRIVERS.contains(&on), "{name} leans on {on}");
            }
        }
    }
}
