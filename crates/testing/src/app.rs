//! The whole program in this process, without a port: a router, two organizations, and calls.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hiring::app::Settings;
use hiring::caller::Permissions;
use http_body_util::BodyExt as _;
use serde_json::Value;
use server::demo::Example;
use server::options::Place as Options;
use server::{router, wiring};
use store::Clock;
use tower::ServiceExt as _;

use crate::{Place, on_both};

/// Muster, running on a throw-away place.
#[derive(Clone)]
pub struct TestApp {
    /// What handlers are given.
    pub app: hiring::App,
    /// Credentials of the example organization, as `demo --json` prints them; no rate limits, every permission.
    pub demo: Value,
    /// The same of another organization, with a job of its own.
    pub other: Value,
    /// The time, to be moved on.
    pub clock: Arc<Clock>,
    /// The place's folder.
    pub folder: std::path::PathBuf,
    router: Router,
}

/// The URL that the test's server says it has.
pub const URL: &str = "http://muster.test";

/// Runs a story on each engine.
#[track_caller]
pub fn story<F, S>(tell: F)
where
    F: Fn(TestApp) -> S,
    S: Future<Output = ()>,
{
    on_both(|place| run(place, &tell));
}

/// Runs a story on `place`.
pub fn run<F, S>(place: &Place, tell: &F)
where
    F: Fn(TestApp) -> S,
    S: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let app = TestApp::open(place).await;
        tell(app).await;
    });
}

impl TestApp {
    /// Opens the program on `place`; a second time on the same place finds what is there.
    pub async fn open(place: &Place) -> TestApp {
        let options = Options {
            data: place.dir().to_owned(),
            database: place.database_url().map(str::to_owned),
            files: None,
        };
        let clock: Arc<Clock> = Arc::default();
        let with_clock = clock.clone();
        let app = tokio::task::spawn_blocking(move || {
            wiring::open_with(&options, Settings::at(URL), with_clock)
        });
        let app = app
            .await
            .expect("opening does not panic")
            .expect("the place opens");
        let demo = furnish(&app, "Analytical Engines", "anna@example.com").await;
        let other = furnish(&app, "Other Engines", "otto@example.com").await;
        TestApp {
            router: router::build(app.clone()),
            app,
            demo,
            other,
            clock,
            folder: place.dir().to_owned(),
        }
    }

    /// The same program on the same data, as if it had been started with these settings.
    pub fn with(&self, settings: Settings) -> TestApp {
        let mut other = self.clone();
        other.app.settings = Arc::new(settings);
        other.router = router::build(other.app.clone());
        other
    }

    /// The same program, which draws pages of files by running `program`.
    pub fn drawing(&self, program: &std::path::Path) -> TestApp {
        let mut other = self.clone();
        let pen = server::drawing::Pen(program.to_owned());
        other.router = router::build_with(self.app.clone(), Arc::new(pen));
        other
    }

    /// Sends a call and reads the whole answer.
    pub async fn send(&self, call: &Call) -> Reply {
        let mut request = Request::builder()
            .method(call.method.as_str())
            .uri(&call.path);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Body::from(call.body.clone()))
            .expect("a request");
        let answer = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, body) = answer.into_parts();
        let bytes = body
            .collect()
            .await
            .expect("a whole body")
            .to_bytes()
            .to_vec();
        let headers = parts.headers.iter();
        let headers = headers
            .map(|(k, v)| (k.to_string(), v.to_str().unwrap_or("").to_owned()))
            .collect();
        Reply {
            status: parts.status.as_u16(),
            headers,
            bytes,
        }
    }

    /// A call of `dialect` with the example organization's credentials; `path` from the server's root.
    pub fn call(&self, dialect: &str, method: &str, path: &str) -> Call {
        call_as(&self.demo, dialect, method, path)
    }

    /// The same with the other organization's credentials.
    pub fn call_of_other(&self, dialect: &str, method: &str, path: &str) -> Call {
        call_as(&self.other, dialect, method, path)
    }

    /// Credentials of another key of the example organization, as `muster key create --json` prints them.
    pub async fn key(
        &self,
        dialect: &str,
        permissions: Permissions,
        limit: Option<(u32, u32)>,
    ) -> Value {
        let dialect = dialects::named(dialect).expect("a dialect");
        let new = dialects::NewCredentials {
            base_url: URL.into(),
            name: "another key".into(),
            permissions,
            limit,
        };
        let inner = self.app.clone();
        let made = self
            .app
            .store
            .write(move |tx| dialect.credentials(tx, &inner, hiring::id::OrgId(1), &new));
        made.await.expect("a key")
    }

    /// The dialect's example create, for person number `n`.
    pub fn example(&self, dialect: &str, n: u64) -> Call {
        example_as(&self.demo, dialect, n)
    }

    /// The same with the other organization's credentials.
    pub fn example_of_other(&self, dialect: &str, n: u64) -> Call {
        example_as(&self.other, dialect, n)
    }

    /// GET of our own API, which must succeed.
    pub async fn native(&self, path: &str) -> Value {
        let reply = self
            .send(&self.call("native", "GET", &format!("/api/v1{path}")))
            .await;
        assert_eq!(reply.status, 200, "GET {path}: {}", reply.text());
        reply.json()
    }

    /// Waits until every committed event has its place in the feed: on PostgreSQL the numbering follows the commit by a
    /// moment.
    pub async fn settled(&self) {
        let began = std::time::Instant::now();
        loop {
            let waiting = self.app.store.read(hiring::event::unplaced).await;
            if waiting.expect("a count") == 0 {
                break;
            }
            assert!(began.elapsed() < crate::PATIENCE, "events without a place");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Kinds of the example organization's events, in the feed's order.
    pub async fn events(&self) -> Vec<String> {
        self.settled().await;
        let org = hiring::id::OrgId(1);
        let feed = self
            .app
            .store
            .read(move |r| hiring::event::feed(r, org, 0, 10_000))
            .await
            .expect("a feed");
        feed.into_iter().map(|event| event.kind).collect()
    }
}

async fn furnish(app: &hiring::App, organization: &str, email: &str) -> Value {
    let example = Example {
        organization: organization.to_owned(),
        email: email.to_owned(),
        password: "correct horse".to_owned(),
        password_hash: hiring::member::hash_password("correct horse").expect("a hash"),
        base_url: URL.to_owned(),
        limit: Some((0, 1)),
    };
    let inner = app.clone();
    app.store
        .write(move |tx| example.make(tx, &inner))
        .await
        .expect("the example organization")
}

fn call_as(credentials: &Value, dialect: &str, method: &str, path: &str) -> Call {
    let example = dialects::named(dialect)
        .expect("a dialect")
        .example(&credentials[dialect]);
    Call {
        method: method.into(),
        path: path.into(),
        headers: example.headers,
        body: Vec::new(),
    }
}

fn example_as(credentials: &Value, dialect: &str, n: u64) -> Call {
    let example = dialects::named(dialect)
        .expect("a dialect")
        .example(&credentials[dialect]);
    let path = example
        .url
        .strip_prefix(URL)
        .expect("our own URL")
        .to_owned();
    let body = example.body.replace("{n}", &n.to_string()).into_bytes();
    Call {
        method: example.method.into(),
        path,
        headers: example.headers,
        body,
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Call {
    /// With these credentials of the dialect (as [`TestApp::key`] answers them) in place of any others.
    pub fn with(mut self, dialect: &str, credentials: &Value) -> Call {
        let example = dialects::named(dialect)
            .expect("a dialect")
            .example(credentials);
        for (name, value) in &example.headers {
            self = self.header(name, value);
        }
        self
    }

    /// With this JSON body.
    pub fn json(mut self, body: &Value) -> Call {
        self.body = body.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    /// With these bytes as body.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Call {
        self.body = body.into();
        self
    }

    /// With this header, in place of one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.retain(|(k, _)| !k.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without any header.
    pub fn anonymous(mut self) -> Call {
        self.headers
            .retain(|(k, _)| k.eq_ignore_ascii_case("content-type"));
        self
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header's value, `""` when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(k, _)| k == name)
            .map_or("", |(_, v)| v)
    }
}
