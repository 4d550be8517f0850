//! Files that come piece by piece and go on after a cut: tus 1.0.0 (<https://tus.io/protocols/resumable-upload>) with
//! *creation*, *termination* and *expiration*, so that any tus client serves.
//!
//! `POST …/uploads` begins a file (`Upload-Length`, `Upload-Metadata: filename <base64>,field <base64>`), `HEAD` says how far
//! it has come, `PATCH` goes on from there, `DELETE` takes it off. What has arrived is durable in pieces of 2 MiB, also when
//! the connection is cut within a piece. `Tus-Resumable` is a header that no page of another site can send without being
//! asked first, which we never grant.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use hiring::App;
use hiring::draft::{self, LARGEST_FILE, Upload};
use hiring::id::Uuid;
use hiring::problem::{Noun, Problem, Result};

use super::receive::{PIECE, WHOLE, keep};
use super::save::refuse;
use super::watch::receiving;
use super::{Token, Visit, download};
use crate::Site;

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// Longest silence within a piece.
const IDLE: Duration = Duration::from_secs(60);
/// How long an unfinished file can be gone on with, as `draft/sweep.rs` has it, µs.
const KEPT: i64 = 3 * 86_400 * 1_000_000;

type Names = Result<Path<(String, String)>, PathRejection>;

/// `OPTIONS`: what we speak.
pub(super) async fn options() -> Response {
    let most = LARGEST_FILE.to_string();
    let headers = [
        ("tus-resumable", VERSION),
        ("tus-version", VERSION),
        ("tus-extension", "creation,termination,expiration"),
        ("tus-max-size", most.as_str()),
        ("cache-control", "no-store"),
    ];
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// `POST /apply/{token}/uploads`.
pub(super) async fn create(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    token: Token,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let visit = match enter(app, site, parts, token.ok().map(|Path(t)| t)).await {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    let Some(size) = number(&visit.parts.headers, &LENGTH) else {
        return dress(refuse(
            StatusCode::BAD_REQUEST,
            "Upload-Length must be a number of bytes",
        ));
    };
    let metadata = metadata(&visit.parts.headers);
    let find = |name: &str| {
        metadata
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.clone())
    };
    let field = find("field").unwrap_or_default();
    let field = field.strip_prefix("f.").unwrap_or(&field).to_owned();
    let name = find("filename").or(find("name")).unwrap_or_default();
    let (entrance, tag) = (visit.entrance.clone(), visit.t.tag());
    let started = visit.app.store.write(move |tx| {
        let draft = draft::open(tx, &entrance, tag)?;
        draft::start(tx, &draft, &entrance.fields, &field, &name, Some(size))
    });
    match started.await {
        Ok(upload) => {
            let mut response = placed(StatusCode::CREATED, &upload);
            let to = format!("/apply/{}/uploads/{}", visit.token, upload.uid);
            if let Ok(to) = HeaderValue::try_from(to) {
                response.headers_mut().insert(header::LOCATION, to);
            }
            response
        }
        Err(problem) => unwell(&problem),
    }
}

/// `HEAD /apply/{token}/uploads/{upload}`: how far it has come.
pub(super) async fn offset(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    names: Names,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match find(app, site, parts, names).await {
        Ok((_, upload)) => placed(StatusCode::OK, &upload),
        Err(response) => *response,
    }
}

/// `PATCH /apply/{token}/uploads/{upload}`: goes on from `Upload-Offset`.
pub(super) async fn append(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    names: Names,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (visit, upload) = match find(app, site, parts, names).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let kind = visit.parts.headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|k| k != "application/offset+octet-stream") {
        let why = "Content-Type must be application/offset+octet-stream";
        return dress(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let Some(at) = number(&visit.parts.headers, &OFFSET) else {
        return dress(refuse(
            StatusCode::BAD_REQUEST,
            "Upload-Offset must be a number of bytes",
        ));
    };
    if upload.complete {
        return unwell(&Problem::Gone(Noun::Upload));
    }
    if at != upload.received as u64 {
        return unwell(&Problem::Stale {
            have: upload.received as u64,
        });
    }
    let outcome = match receiving(&visit.place) {
        Ok(_place) => take(&visit, upload, body).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(upload) => placed(StatusCode::NO_CONTENT, &upload),
        Err(problem) => unwell(&problem),
    }
}

/// Keeps what comes, piece by piece; when the connection is cut, also the last piece that is not full.
async fn take(visit: &Visit, mut upload: Upload, body: Body) -> Result<Upload> {
    let most = upload.size.map_or(LARGEST_FILE, |s| s as u64);
    let mut stream = body.into_data_stream();
    let mut held = BytesMut::new();
    let mut cut = None;
    let end = tokio::time::Instant::now() + WHOLE;
    loop {
        while held.len() >= PIECE {
            upload = put(visit, &upload, held.split_to(PIECE).freeze()).await?;
        }
        let until = end.min(tokio::time::Instant::now() + IDLE);
        match tokio::time::timeout_at(until, stream.next()).await {
            Ok(Some(Ok(bytes))) => {
                if upload.received as u64 + (held.len() + bytes.len()) as u64 > most {
                    return Err(Problem::TooLarge { limit: most });
                }
                held.extend_from_slice(&bytes);
            }
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => {
                cut = Some(Problem::TooSlow);
                break;
            }
        }
    }
    if !held.is_empty() {
        upload = put(visit, &upload, held.freeze()).await?;
    }
    cut.map_or(Ok(upload), Err)
}

async fn put(visit: &Visit, upload: &Upload, piece: Bytes) -> Result<Upload> {
    keep(visit, upload.uid, upload.received as u64, piece).await
}

/// `DELETE /apply/{token}/uploads/{upload}`.
pub(super) async fn remove(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    names: Names,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let (visit, upload) = match find(app, site, parts, names).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    match forget(&visit, upload.uid).await {
        Ok(()) => dress(StatusCode::NO_CONTENT.into_response()),
        Err(problem) => unwell(&problem),
    }
}

/// `GET /apply/{token}/uploads/{upload}`: the person's own file, to be saved and never shown.
pub(super) async fn content(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    names: Names,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let Ok(Path((token, upload))) = names else {
        return dress(refuse(StatusCode::NOT_FOUND, "there is no such upload"));
    };
    let visit = match Visit::begin(app, site, parts, Some(token)).await {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    let (Ok(uid), Some(draft)) = (upload.parse::<Uuid>(), visit.entrance.draft.clone()) else {
        return unwell(&Problem::NotFound(Noun::Upload));
    };
    let found = visit.app.store.read(move |r| {
        let upload = draft::upload(r, &draft, uid)?;
        Ok::<_, Problem>((draft::parts(r, &upload)?, upload))
    });
    let (parts, upload) = match found.await {
        Ok(found) => found,
        Err(problem) => return unwell(&problem),
    };
    let files = visit.app.files.clone();
    let pieces = futures_util::stream::iter(parts).then(move |part| {
        let files = files.clone();
        async move { files.piece(part.uid).await }
    });
    download(&upload.name, Body::from_stream(pieces))
}

/// Takes a file off the draft. One that is not there is no error.
pub(super) async fn forget(visit: &Visit, uid: Uuid) -> Result<()> {
    let (entrance, tag) = (visit.entrance.clone(), visit.t.tag());
    let removed = visit.app.store.write(move |tx| {
        let draft = draft::open(tx, &entrance, tag)?;
        draft::remove(tx, &draft, uid)
    });
    for piece in removed.await? {
        // What stays behind, the sweep finds.
        let _ = visit.app.files.remove_piece(piece).await;
    }
    Ok(())
}

async fn enter(
    app: App,
    site: Arc<Site>,
    parts: Parts,
    token: Option<String>,
) -> Result<Visit, Box<Response>> {
    if parts.headers.get(RESUMABLE).is_none_or(|v| v != VERSION) {
        let mut response = refuse(
            StatusCode::PRECONDITION_FAILED,
            "Tus-Resumable must be 1.0.0",
        );
        let version = HeaderValue::from_static(VERSION);
        response.headers_mut().insert("tus-version", version);
        return Err(Box::new(dress(response)));
    }
    let visit = Visit::begin(app, site, parts, token).await;
    let visit = visit.map_err(|page| Box::new(dress(refuse(page.status(), "no such link"))))?;
    if !visit.is_ours() {
        return Err(Box::new(dress(refuse(
            StatusCode::FORBIDDEN,
            "not sent from our form",
        ))));
    }
    if visit.is_sent() {
        return Err(Box::new(unwell(&Problem::Gone(Noun::Draft))));
    }
    Ok(visit)
}

async fn find(
    app: App,
    site: Arc<Site>,
    parts: Parts,
    names: Names,
) -> Result<(Visit, Upload), Box<Response>> {
    let (token, upload) = names.ok().map(|Path(names)| names).unzip();
    let visit = enter(app, site, parts, token).await?;
    let none = || Box::new(unwell(&Problem::NotFound(Noun::Upload)));
    let uid = upload
        .and_then(|u| u.parse::<Uuid>().ok())
        .ok_or_else(none)?;
    let draft = visit.entrance.draft.clone().ok_or_else(none)?;
    let found = visit
        .app
        .store
        .read(move |r| draft::upload(r, &draft, uid))
        .await;
    match found {
        Ok(upload) => Ok((visit, upload)),
        Err(problem) => Err(Box::new(unwell(&problem))),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.parse().ok()
}

/// `Upload-Metadata`: names with base64 of their values.
fn metadata(headers: &HeaderMap) -> Vec<(String, String)> {
    use base64::Engine as _;
    let text = headers
        .get("upload-metadata")
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    let pairs = text.split(',').filter_map(|pair| {
        let (name, value) = pair.trim().split_once(' ')?;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(value.trim())
            .ok()?;
        Some((
            name.to_owned(),
            String::from_utf8_lossy(&bytes).into_owned(),
        ))
    });
    pairs.collect()
}

/// An answer that says how far the file has come.
fn placed(status: StatusCode, upload: &Upload) -> Response {
    let mut response = dress(status.into_response());
    let headers = response.headers_mut();
    headers.insert(OFFSET, HeaderValue::from(upload.received));
    if let Some(size) = upload.size {
        headers.insert(LENGTH, HeaderValue::from(size));
    }
    if !upload.complete {
        let until = jiff::Timestamp::from_microsecond(upload.updated_at + KEPT).unwrap_or_default();
        let text = until.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(EXPIRES, value);
        }
    }
    response
}

fn unwell(problem: &Problem) -> Response {
    let response = match problem {
        Problem::Stale { have } => {
            let mut response = refuse(StatusCode::CONFLICT, "the file has come elsewhere");
            response
                .headers_mut()
                .insert(OFFSET, HeaderValue::from(*have));
            response
        }
        Problem::TooLarge {
            limit: LARGEST_FILE,
        } => refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the file is larger than one may be",
        ),
        Problem::TooLarge { .. } => refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "more than was announced, or than all files may be",
        ),
        Problem::Gone(Noun::Upload) => refuse(StatusCode::FORBIDDEN, "the file is whole already"),
        Problem::Gone(_) => refuse(StatusCode::GONE, "one can no longer apply by this link"),
        Problem::TooSlow => refuse(StatusCode::REQUEST_TIMEOUT, "the connection was cut"),
        Problem::Invalid(flaws) => {
            let why = flaws
                .first()
                .map_or("it could not be understood", |f| &f.detail);
            refuse(StatusCode::BAD_REQUEST, why)
        }
        other => super::save::unwell(other),
    };
    dress(response)
}

fn dress(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}
