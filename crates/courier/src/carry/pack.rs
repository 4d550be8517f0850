//! A connector's request as bytes, and an answer as it is written down.
//!
//! Only here do a request's secrets, tokens and files come together with it, right before it goes out.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use connectors::{Body, Header, Method, Part, Request, Value};
use hiring::App;
use hiring::id::OrgId;
use store::files::Digest;
use url::Url;

use crate::call::{self, Call};

/// Characters of a kept header's value.
const LONGEST: usize = 500;
/// Kept headers of one answer.
const MOST_HEADERS: usize = 50;
/// Secrets shorter than this would cover half of an answer.
const SHORTEST_SECRET: usize = 8;
/// What stands where a secret stood.
const COVERED: &str = "(secret)";

/// The contents of the files that a request speaks of, by our outside names.
pub(super) type Contents = BTreeMap<String, Bytes>;

/// Our outside names of the files that a request speaks of.
fn files_in(request: &Request) -> Vec<String> {
    let mut found = Vec::new();
    match &request.body {
        Body::Json(value) | Body::JsonAs(_, value) => gather(value, &mut found),
        Body::Multipart(parts) => found.extend(parts.iter().filter_map(|part| match part {
            Part::File { uid, .. } => Some(uid.clone()),
            Part::Text(..) => None,
        })),
        Body::Empty | Body::Form(_) | Body::SecretForm(_) => {}
    }
    found
}

fn gather(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(Body::file_in(text).map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(members) => members.values().for_each(|member| gather(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads the files that a request speaks of.
///
/// # Errors
/// When one of them is not among `known`, or cannot be read.
pub(super) async fn contents(
    app: &App,
    org: OrgId,
    request: &Request,
    known: &BTreeMap<String, Digest>,
) -> hiring::Result<Contents> {
    let mut contents = Contents::new();
    for uid in files_in(request) {
        let sha256 = known.get(&uid);
        let sha256 =
            sha256.ok_or_else(|| hiring::Problem::broken("a file that is not in the parcel"))?;
        let bytes = app.files.get(org.0, sha256).await?;
        contents.insert(uid, bytes);
    }
    Ok(contents)
}

/// The request as it goes out.
pub(super) fn call(request: &Request, ticket: Option<&str>, contents: &Contents) -> Call {
    let mut headers: Vec<(String, String)> = Vec::new();
    for header in &request.headers {
        headers.push(match header {
            Header::Plain(name, value) | Header::Secret(name, value) => {
                ((*name).to_owned(), value.clone())
            }
            Header::Ticket(name, before) => (
                (*name).to_owned(),
                format!("{before}{}", ticket.unwrap_or_default()),
            ),
        });
    }
    let (media_type, body) = encode(&request.body, contents);
    let says = headers
        .iter()
        .any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    if let Some(media_type) = media_type.filter(|_| !says) {
        headers.push(("Content-Type".to_owned(), media_type));
    }
    if !headers
        .iter()
        .any(|(n, _)| n.eq_ignore_ascii_case("accept"))
    {
        headers.push((
            "Accept".to_owned(),
            "application/json, */*;q=0.5".to_owned(),
        ));
    }
    Call {
        method: method(request.method),
        url: request.url.clone(),
        headers,
        body,
    }
}

fn method(method: Method) -> call::Method {
    match method {
        Method::Get => call::Method::GET,
        Method::Post => call::Method::POST,
        Method::Put => call::Method::PUT,
        Method::Patch => call::Method::PATCH,
        Method::Delete => call::Method::DELETE,
    }
}

/// As written down.
pub(super) fn word(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// Whether the request needs a token.
pub(super) fn wants_ticket(request: &Request) -> bool {
    let mut headers = request.headers.iter();
    headers.any(|h| matches!(h, Header::Ticket(..)))
}

/// The values in this request that are written down nowhere.
pub(super) fn secrets_of(request: &Request) -> Vec<String> {
    let headers = request.headers.iter().filter_map(|h| match h {
        Header::Secret(_, value) => Some(value.clone()),
        Header::Plain(..) | Header::Ticket(..) => None,
    });
    let mut secrets: Vec<String> = headers.collect();
    if let Body::SecretForm(pairs) = &request.body {
        secrets.extend(pairs.iter().map(|(_, value)| value.clone()));
    }
    secrets
}

fn encode(body: &Body, contents: &Contents) -> (Option<String>, Vec<u8>) {
    let json = |value: &Value| {
        let mut value = value.clone();
        put_files(&mut value, contents);
        value.to_string().into_bytes()
    };
    match body {
        Body::Empty => (None, Vec::new()),
        Body::Json(value) => (Some("application/json".into()), json(value)),
        Body::JsonAs(media_type, value) => (Some((*media_type).to_owned()), json(value)),
        Body::Form(pairs) | Body::SecretForm(pairs) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(pairs);
            let media_type = "application/x-www-form-urlencoded".to_owned();
            (Some(media_type), form.finish().into_bytes())
        }
        Body::Multipart(parts) => multipart(parts, contents),
    }
}

fn put_files(value: &mut Value, contents: &Contents) {
    match value {
        Value::String(text) => {
            if let Some(bytes) = Body::file_in(text).and_then(|uid| contents.get(uid)) {
                *text = STANDARD.encode(bytes);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put_files(item, contents)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| put_files(member, contents)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// RFC 7578, names escaped as browsers do.
fn multipart(parts: &[Part], contents: &Contents) -> (Option<String>, Vec<u8>) {
    let random: [u8; 18] = hiring::secret::random();
    let boundary = format!("muster-{}", hiring::secret::base64url(&random));
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        let (field, rest, content): (_, _, &[u8]) = match part {
            Part::Text(field, text) => (field, String::new(), text.as_bytes()),
            Part::File {
                field,
                uid,
                name,
                media_type,
            } => {
                let media_type: String = media_type.chars().filter(|c| !c.is_control()).collect();
                let rest = format!(
                    "; filename=\"{}\"\r\nContent-Type: {media_type}",
                    escaped(name)
                );
                let content = contents.get(uid).map_or(&[][..], |bytes| bytes);
                (field, rest, content)
            }
        };
        let head = format!(
            "Content-Disposition: form-data; name=\"{}\"{rest}\r\n\r\n",
            escaped(field)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let media_type = format!("multipart/form-data; boundary={boundary}");
    (Some(media_type), body)
}

fn escaped(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Where a request goes, without its query: it may hold an address of a person, or a token.
pub(super) fn address(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            url.set_query(None);
            url.set_fragment(None);
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.to_string()
        }
        Err(_) => "no address".to_owned(),
    }
}

/// The headers of an answer that are kept: what says how it went on, never cookies or credentials.
pub(super) fn kept(headers: &[(String, String)], secrets: &[String]) -> Vec<(String, String)> {
    const TELLING: [&str; 8] = [
        "content-type",
        "location",
        "link",
        "retry-after",
        "date",
        "etag",
        "request-id",
        "last-modified",
    ];
    const HIDDEN: [&str; 6] = ["cookie", "token", "auth", "secret", "password", "api-key"];
    let keeps = |name: &str| {
        let tells =
            TELLING.contains(&name) || name.starts_with("x-") || name.starts_with("ratelimit");
        tells && !HIDDEN.iter().any(|word| name.contains(word))
    };
    let kept = headers.iter().filter(|(name, _)| keeps(name));
    kept.take(MOST_HEADERS)
        .map(|(name, value)| {
            let value: String = value.chars().take(LONGEST).collect();
            (name.clone(), covered(&value, secrets))
        })
        .collect()
}

/// The text with whatever is secret covered.
pub(super) fn covered(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        if secret.len() >= SHORTEST_SECRET && text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), COVERED);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_come_into_json_and_forms_only_when_they_go_out() {
        let contents = Contents::from([("u1".to_owned(), Bytes::from_static(b"\x00PDF"))]);
        let request = Request::post("create", "https://a.example/x")
            .json(json!({"resume": {"data": Body::base64_of("u1")}, "other": ["file:u1"]}));
        assert_eq!(files_in(&request), ["u1"]);
        let sent = call(&request, None, &contents);
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!(
            body,
            json!({"resume": {"data": "AFBERg=="}, "other": ["file:u1"]})
        );

        let parts = vec![
            Part::Text("na\"me".into(), "Ada\r\nL".into()),
            Part::File {
                field: "cv".into(),
                uid: "u1".into(),
                name: "a\"\r\nb.pdf".into(),
                media_type: "application/pdf\r\nX: y".into(),
            },
        ];
        let request = Request::post("create", "https://a.example/x").body(Body::Multipart(parts));
        let sent = call(&request, None, &contents);
        let text = String::from_utf8_lossy(&sent.body).into_owned();
        assert!(
            text.contains("name=\"na%22me\"\r\n\r\nAda\r\nL\r\n--muster-"),
            "{text}"
        );
        assert!(text.contains("filename=\"a%22%0D%0Ab.pdf\"\r\nContent-Type: application/pdfX: y\r\n\r\n\0PDF\r\n--"), "{text}");
        let media_type = &sent
            .headers
            .iter()
            .find(|(n, _)| n == "Content-Type")
            .unwrap()
            .1;
        let boundary = media_type.split_once("boundary=").unwrap().1;
        assert!(text.ends_with(&format!("--{boundary}--\r\n")));
    }

    #[test]
    fn tokens_and_secrets_go_out_and_are_named_as_secrets() {
        let request = Request::get("look up", "https://a.example/x?email=ada@x.org&key=1")
            .secret("X-Key", "top secret")
            .bearer();
        let sent = call(&request, Some("T0K3N"), &Contents::new());
        let has = |n: &str, v: &str| sent.headers.contains(&(n.to_owned(), v.to_owned()));
        assert!(has("X-Key", "top secret") && has("Authorization", "Bearer T0K3N"));
        assert!(wants_ticket(&request));
        assert_eq!(secrets_of(&request), ["top secret"]);
        assert_eq!(address(&request.url), "https://a.example/x");
        assert_eq!(address("https://u:p@a.example/x#y"), "https://a.example/x");
    }

    #[test]
    fn what_is_kept_of_an_answer_tells_no_secret() {
        let headers: Vec<(String, String)> = [
            ("content-type", "application/json"),
            ("set-cookie", "a=b"),
            ("x-auth-token", "t"),
            ("x-request-id", "id of top secret"),
            ("server", "nginx"),
            ("ratelimit-reset", "1"),
        ]
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .to_vec();
        let secrets = ["top secret".to_owned(), "id".to_owned()];
        let kept = kept(&headers, &secrets);
        let kept: Vec<(&str, &str)> = kept.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            kept,
            [
                ("content-type", "application/json"),
                ("x-request-id", "id of (secret)"),
                ("ratelimit-reset", "1")
            ]
        );
    }
}
