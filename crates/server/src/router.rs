//! Every route, and what stands before it.
//!
//! Each dialect is mounted under its own segment with its own words for "no such address", "not this method",
//! "we are full" and "our fault"; the pages come last. From outside in, a request passes:
//!
//! 1. **parting**: a request that is answered before its body was read whole ends its connection, and says so: a client
//!    that keeps connections would else send its next call into one that is about to close.
//! 2. **trace**: one line for each request, with the route's *template*: the address called may hold a token or an
//!    e-mail address.
//! 3. **standing**: where a key was counted, the answer says how often it may call, whatever else the answer is, and the
//!    call is remembered for members who look on (`dialects/src/limit.rs`).
//! 4. **admission**: at most [`IN_FLIGHT`] requests at once; one more is told to come again, in its dialect's
//!    words, before anything of it is read. Together with the store's bounded queues and the budget for bodies this
//!    keeps memory bounded whatever arrives.
//! 5. **catch**: a panic is our fault, logged under a ticket; the connection and its neighbours live on.
//! 6. the dialect's handler.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use dialects::reply::document;
use dialects::{DIALECTS, Dialect, limit};
use futures_util::FutureExt as _;
use hiring::App;
use hiring::caller::Permissions;
use hiring::id::OrgId;
use hiring::problem::{Noun, Problem};
use http_body::{Frame, SizeHint};
use pages::Draw;
use serde_json::Value;
use store::Tx;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::drawing::NoPen;
use crate::handed;

/// Requests at work at once.
const IN_FLIGHT: usize = 4096;
static ADMISSION: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(IN_FLIGHT)));

/// The whole program as one service, which draws no pictures of pages.
pub fn build(app: App) -> Router {
    build_with(app, Arc::new(NoPen))
}

/// The whole program as one service; `draw` draws pages of files.
pub fn build_with(app: App, draw: Arc<dyn Draw>) -> Router {
    let mut router: Router<App> = Router::new();
    for dialect in DIALECTS {
        router = router.nest(
            &format!("/{}", dialect.mount()),
            mounted(*dialect, app.clone()),
        );
        // Whoever knows a dialect's name finds its document, wherever its calls go.
        if dialect.mount() != dialect.name() {
            let text = dialect.openapi();
            let document = get(move |headers: HeaderMap| async move { document(&headers, text) });
            router = router.route(&format!("/{}/openapi.json", dialect.name()), document);
        }
    }
    router
        .route("/files/{token}", get(handed::file))
        .merge(pages::routes(&apis(), draw).layer(from_fn(catch_page)))
        .fallback(pages::missing)
        .layer(from_fn(trace))
        .layer(from_fn(parting))
        .with_state(app)
}

/// The dialects as the pages show them.
fn apis() -> Vec<pages::Api<'static>> {
    let api = |dialect: &&'static dyn Dialect| pages::Api {
        name: dialect.name(),
        guide: dialect.guide(),
        document: dialect.openapi(),
        base: dialect.base(),
        mint,
        asked: dialect.asked(),
        example,
        run,
    };
    DIALECTS.iter().map(api).collect()
}

/// Makes a key of this dialect, as `muster key create` does.
fn mint(
    name: &str,
    tx: &mut Tx,
    app: &App,
    org: OrgId,
    called: &str,
) -> hiring::Result<pages::Minted> {
    let dialect = dialects::named(name).ok_or(Problem::NotFound(Noun::Route))?;
    let new = dialects::NewCredentials {
        base_url: app.settings.public_url.clone(),
        name: called.to_owned(),
        permissions: Permissions::USUAL,
        limit: None,
    };
    let credentials = dialect.credentials(tx, app, org, &new)?;
    Ok(pages::Minted {
        example: crate::demo::curl(&dialect.example(&credentials), 1),
        credentials,
    })
}

/// The dialect's example call with these credentials; those that somebody has yet to fill in are words that say so.
fn example(
    name: &str,
    public_url: &str,
    given: &Value,
    of: Option<&pages::OfJob>,
    n: u64,
) -> Option<pages::Example> {
    let dialect = dialects::named(name)?;
    let mut credentials = given.clone();
    credentials["base_url"] = format!("{public_url}/{}", dialect.base()).into();
    for (member, _) in dialect.asked() {
        if credentials[member].is_null() {
            credentials[member] = format!("YOUR_{}", member.to_uppercase()).into();
        }
    }
    if let Some((member, value)) = of.and_then(|of| dialect.names_job(&of.job)) {
        credentials[member] = value;
    }
    if let Some(of) = of {
        let asked = of
            .fields
            .iter()
            .flat_map(|f| [f.name.as_str(), f.label.as_str()]);
        credentials["fields"] = asked.collect();
    }
    let mut call = dialect.example(&credentials);
    call.body = call.body.replace("{n}", &n.to_string());
    let mut shown = call.clone();
    if given.as_object().is_none_or(serde_json::Map::is_empty) {
        // A token that was signed with a word in the place of a secret would look like one that works.
        for (_, value) in &mut shown.headers {
            if value.starts_with("Bearer eyJ") {
                "Bearer YOUR_SIGNED_TOKEN".clone_into(value);
            }
        }
    }
    Some(pages::Example {
        title: call.title,
        method: call.method,
        path: call.url.strip_prefix(public_url)?.to_owned(),
        curl: crate::demo::curl(&shown, n),
        headers: call.headers,
        body: call.body,
    })
}

/// Runs a call of the dialect in this process, through everything that stands before its handlers.
fn run(name: &str, app: App, request: Request) -> pages::Running {
    let dialect = dialects::named(name);
    Box::pin(async move {
        let Some(dialect) = dialect else {
            return axum::http::StatusCode::NOT_FOUND.into_response();
        };
        let routes = mounted(dialect, app.clone());
        let router = Router::new().nest(&format!("/{}", dialect.mount()), routes);
        let router = router.layer(from_fn(trace)).with_state(app);
        match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    })
}

fn mounted(dialect: &'static dyn Dialect, app: App) -> Router<App> {
    let no_method = move || async move { dialect.problem(&Problem::MethodNotAllowed) };
    let no_route = move || async move { dialect.problem(&Problem::NotFound(Noun::Route)) };
    dialect
        .routes()
        .method_not_allowed_fallback(no_method)
        .fallback(no_route)
        .layer(from_fn(move |request: Request, next: Next| {
            catch(dialect, request, next)
        }))
        .layer(from_fn(move |request: Request, next: Next| {
            admit(dialect, request, next)
        }))
        .layer(from_fn(move |request: Request, next: Next| {
            let app = app.clone();
            async move { limit::tell(dialect, &app, request, next).await }
        }))
}

async fn admit(dialect: &'static dyn Dialect, request: Request, next: Next) -> Response {
    match ADMISSION.clone().try_acquire_owned() {
        Ok(_place) => next.run(request).await,
        Err(_) => dialect.problem(&Problem::Overloaded {
            retry: Duration::from_secs(1),
        }),
    }
}

async fn catch(dialect: &'static dyn Dialect, request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) if is_the_frameworks(&response) => {
            dialect.problem(&Problem::NotFound(Noun::Route))
        }
        Ok(response) => response,
        Err(_) => dialect.problem(&Problem::broken("a handler panicked")),
    }
}

async fn catch_page(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            let _ = Problem::broken("a page panicked");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The body of a request, and whether it was read to its end.
struct Watched {
    body: Body,
    ended: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.ended.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

async fn parting(request: Request, next: Next) -> Response {
    let ended = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let watch = ended.clone();
    let request = request.map(|body| Body::new(Watched { body, ended: watch }));
    let mut response = next.run(request).await;
    if !ended.load(Ordering::Relaxed) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// A refusal in plain text is the web framework's own (a path that is not UTF-8, say): no dialect talks like that.
fn is_the_frameworks(response: &Response) -> bool {
    let kind = response.headers().get(axum::http::header::CONTENT_TYPE);
    let plain = kind
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("text/plain"));
    response.status().is_client_error() && plain
}

async fn trace(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = uuid::Uuid::now_v7();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|m| m.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    tracing::info!(
        request = %id,
        method = %method,
        route = route.as_deref().unwrap_or("(none)"),
        status = response.status().as_u16(),
        micros = started.elapsed().as_micros() as u64,
        "answered"
    );
    response
}
