//! `POST /oauth/v1/authenticate`: an API key, or client credentials, for an access token.
//!
//! Three grants (the dialect's page, §2): `password` in its documented form, and the newer `client_credentials` and
//! `jwt_bearer`. A Basic header that comes with the password grant holds fixed client credentials: accepted, and
//! not looked at.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hiring::api_key::ApiKey;
use hiring::id::Uuid;
use hiring::idempotency::Answer;
use hiring::problem::{Flaw, FlawCode, Problem, Result};
use hiring::{App, secret};
use serde_json::json;
use subtle::ConstantTimeEq as _;

use crate::body::Body;
use crate::check::Check;
use crate::eightfold::{Eightfold, NAME, auth};
use crate::inbound::{self, Inbound};
use crate::{limit, reply};

/// What a caller asks a token with, whichever form it came in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Grant {
    kind: String,
    username: Option<String>,
    password: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

const REFUSED: Problem = Problem::Unauthenticated("The credentials are not valid");

pub(in crate::eightfold) async fn authenticate(
    State(app): State<App>,
    request: Request,
) -> Response {
    let result = issue(&app, request).await;
    let mut response = reply::send(&Eightfold, &app, result);
    // RFC 6749 §5.1: an answer that holds a token is stored nowhere.
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn issue(app: &App, request: Request) -> Result<Answer> {
    let request = inbound::read(request, inbound::SMALL).await?;
    let grant = Grant::read(&request)?;
    let key = match grant.kind.as_str() {
        "password" => by_password(app, &grant).await?,
        "client_credentials" | "jwt_bearer" => by_client(app, &grant, &request.headers).await?,
        _ => return Err(unknown_grant()),
    };
    limit::count(&key.caller(), limit::USUAL)?;
    let token = auth::write_token(&app.key, key.uid, app.store.clock().now());
    // Clients of the password grant read `data.access_token`, those of the newer grants the top level.
    let body = json!({
        "data": {"access_token": token, "token_type": "Bearer", "expires_in": auth::LIFETIME},
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": auth::LIFETIME,
    });
    Ok(reply::json(200, &body))
}

/// The password is the API key; the user name must be the one it was issued with.
async fn by_password(app: &App, grant: &Grant) -> Result<ApiKey> {
    let username = required(&grant.username, "username")?;
    let password = required(&grant.password, "password")?;
    let key = app.authenticate(NAME, password).await?.ok_or(REFUSED)?;
    let same = |own: &String| hiring::text::key(own) == hiring::text::key(username);
    if key.username.as_ref().is_none_or(same) {
        Ok(key)
    } else {
        Err(REFUSED)
    }
}

/// The client id is the key's uid. RFC 6749 lets a client put both into a Basic header instead of the body.
async fn by_client(app: &App, grant: &Grant, headers: &HeaderMap) -> Result<ApiKey> {
    let basic = basic_pair(headers);
    let either = |own: &Option<String>, other: Option<&String>| own.clone().or(other.cloned());
    let id = either(&grant.client_id, basic.as_ref().map(|b| &b.0));
    let client_secret = either(&grant.client_secret, basic.as_ref().map(|b| &b.1));
    let id = required(&id, "client_id")?;
    let client_secret = required(&client_secret, "client_secret")?;
    let uid = Uuid::try_parse(id).map_err(|_| REFUSED)?;
    let key = app.key_by_uid(NAME, uid).await?.ok_or(REFUSED)?;
    let hash = key.second_hash.as_deref().unwrap_or_default();
    if bool::from(hash.ct_eq(&secret::hash(client_secret))) {
        Ok(key)
    } else {
        Err(REFUSED)
    }
}

fn basic_pair(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, credential) = auth::authorization(headers)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credential).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn required<'g>(value: &'g Option<String>, name: &str) -> Result<&'g str> {
    let missing = || {
        Flaw::new(
            format!("/{name}"),
            FlawCode::Required,
            format!("{name} is required"),
        )
    };
    let there = value.as_deref().filter(|v| !v.is_empty());
    Ok(there.ok_or_else(missing)?)
}

fn unknown_grant() -> Problem {
    Problem::invalid(
        "/grantType",
        FlawCode::NotAChoice,
        "grantType must be one of: password, client_credentials, jwt_bearer",
    )
}

impl Grant {
    fn read(request: &Inbound) -> Result<Grant> {
        let form = request
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| {
                v.trim()
                    .to_ascii_lowercase()
                    .starts_with("application/x-www-form-urlencoded")
            });
        if form {
            return Grant::from_form(&request.body);
        }
        request.require_json()?;
        Grant::from_json(&Body::read(request.body.clone(), |_| false)?)
    }

    fn from_form(body: &[u8]) -> Result<Grant> {
        let malformed = || Flaw::new("", FlawCode::Malformed, "the body is not a form");
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|_| malformed())?;
        let mut grant = Grant::default();
        for (name, value) in pairs {
            grant.set(&name, value);
        }
        grant.with_kind()
    }

    fn from_json(body: &Body) -> Result<Grant> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let mut grant = Grant::default();
        for name in NAMES {
            if let Some(value) = check.string(&root, name) {
                grant.set(name, value);
            }
        }
        check.done()?;
        grant.with_kind()
    }

    /// Both spellings occur: camelCase with the older grant, snake_case with the newer ones.
    fn set(&mut self, name: &str, value: String) {
        match name {
            "grantType" | "grant_type" => self.kind = value,
            "username" => self.username = Some(value),
            "password" => self.password = Some(value),
            "clientId" | "client_id" => self.client_id = Some(value),
            "clientSecret" | "client_secret" => self.client_secret = Some(value),
            _ => {}
        }
    }

    /// `jwt_bearer`'s RFC 7523 name is read too.
    fn with_kind(mut self) -> Result<Grant> {
        if self.kind == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
            self.kind = "jwt_bearer".into();
        }
        if self.kind.is_empty() {
            let flaw = Flaw::new(
                "/grantType",
                FlawCode::Required,
                "grantType (or grant_type) is required",
            );
            return Err(flaw.into());
        }
        Ok(self)
    }
}

const NAMES: [&str; 9] = [
    "grantType",
    "grant_type",
    "username",
    "password",
    "clientId",
    "client_id",
    "clientSecret",
    "client_secret",
    "sub",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &'static str) -> Result<Grant> {
        Grant::from_json(&Body::read(
            bytes::Bytes::from_static(text.as_bytes()),
            |_| false,
        )?)
    }

    #[test]
    fn both_forms_and_both_spellings_say_the_same() {
        let wanted = Grant {
            kind: "password".into(),
            username: Some("a@b.c".into()),
            password: Some("k".into()),
            ..Grant::default()
        };
        let read = [
            json(r#"{"grantType":"password","username":"a@b.c","password":"k"}"#),
            json(r#"{"grant_type":"password","username":"a@b.c","password":"k","scope":1}"#),
            Grant::from_form(b"grant_type=password&username=a%40b.c&password=k"),
        ];
        for grant in read {
            assert_eq!(grant.as_ref(), Ok(&wanted));
        }
        let newer =
            json(r#"{"grant_type":"jwt_bearer","client_id":"1","client_secret":"2","sub":"u"}"#);
        let newer = newer.unwrap();
        assert_eq!(
            (newer.kind.as_str(), newer.client_id.as_deref()),
            ("jwt_bearer", Some("1"))
        );
    }

    #[test]
    fn what_is_no_grant_is_refused() {
        for text in [
            "{}",
            "[]",
            "1",
            r#"{"grantType":1}"#,
            r#"{"grantType":null}"#,
            "",
            "{",
        ] {
            assert!(matches!(json(text), Err(Problem::Invalid(_))), "{text}");
        }
    }
}
