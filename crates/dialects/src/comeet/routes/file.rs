//! `GET /attachments/{uid}`: a file by a signed link that lives 15 minutes, as the vendor's `resume.url` does. Who
//! holds the link needs no token.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use hiring::App;
use hiring::attachment::{self, Attachment};
use hiring::id::{OrgId, Uuid};
use hiring::problem::{Noun, Problem, Result};
use hiring::secret;
use subtle::ConstantTimeEq as _;

use crate::comeet::problem;
use crate::comeet::uid::{self, Kind};
use crate::reply;

/// Seconds that a link lives (R/retrieve-candidate-files: "a time limit of 15 minutes").
const LIVES: i64 = 900;

pub(in crate::comeet) async fn attachment(
    State(app): State<App>,
    uid: std::result::Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let uid = uid.map_or(String::new(), |Path(uid)| uid);
    let query = request.uri().query().unwrap_or("");
    match download(&app, &uid, query).await {
        Ok(response) => response,
        Err(problem) => problem::render(&problem),
    }
}

async fn download(app: &App, uid: &str, query: &str) -> Result<Response> {
    let (org, uid) = verify(app, uid, query).ok_or(Problem::Unauthenticated(
        "The link is invalid or has expired; read the candidate again",
    ))?;
    let file = app
        .store
        .read(move |r| attachment::find(r, org, uid))
        .await?;
    let sha256 = file.sha256.ok_or(Problem::NotFound(Noun::Attachment))?;
    let bytes = app.files.get(org.0, &sha256).await?;
    Ok(reply::file(&file.name, &file.media_type, bytes))
}

/// The address of a file; of one that we do not hold, where its sender said it is.
pub(super) fn link(app: &App, org: OrgId, file: &Attachment) -> Option<String> {
    if file.sha256.is_none() {
        return file.url.clone();
    }
    let expires = app.store.clock().now() / 1_000_000 + LIVES;
    let signature = sign(app, org, file.uid, expires);
    Some(format!(
        "{}/comeet/attachments/{}?company={}&expires={expires}&signature={signature}",
        app.settings.public_url,
        file.uid,
        uid::write(Kind::Company, org.0),
    ))
}

fn sign(app: &App, org: OrgId, file: Uuid, expires: i64) -> String {
    let mac = app
        .key
        .mac("comeet.attachment", &format!("{org}.{file}.{expires}"));
    secret::base64url(&mac)
}

fn verify(app: &App, file: &str, query: &str) -> Option<(OrgId, Uuid)> {
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    let value = |name: &str| {
        query
            .iter()
            .find(|(k, _)| k == name)
            .map(|(_, v)| v.as_str())
    };
    let file = Uuid::try_parse(file).ok()?;
    let org = OrgId(uid::read(Kind::Company, value("company")?)?);
    let expires: i64 = value("expires")?.parse().ok()?;
    let wanted = sign(app, org, file, expires);
    let genuine = bool::from(wanted.as_bytes().ct_eq(value("signature")?.as_bytes()));
    (genuine && app.store.clock().now() / 1_000_000 <= expires).then_some((org, file))
}
