//! Bodies that are forms, with or without files, and bodies that are JSON.

use axum::body::Bytes;
use axum::http::HeaderMap;
use futures_util::stream;
use multer::Multipart;
use serde_json::{Map, Value};

use crate::books::Upload;

/// A form.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub texts: Vec<(String, String)>,
    pub files: Vec<Received>,
}

/// A file in a form.
#[derive(Debug)]
pub(crate) struct Received {
    pub field: String,
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
}

impl Received {
    /// As the books keep it.
    pub(crate) fn upload(&self, kind: &str) -> Upload {
        Upload::of(kind, &self.name, &self.media_type, &self.bytes)
    }
}

impl Form {
    /// The first text of this name that is not blank, trimmed.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let all = self.texts.iter().filter(|(n, _)| n == name);
        all.map(|(_, text)| text.trim()).find(|t| !t.is_empty())
    }

    /// The first file of this name.
    pub(crate) fn file(&self, name: &str) -> Option<&Received> {
        self.files.iter().find(|f| f.field == name)
    }

    /// What the fields say as an object, `name[]` and repeated names as lists.
    pub(crate) fn object(&self) -> Value {
        let mut all = Map::new();
        for (name, text) in &self.texts {
            let list = name.strip_suffix("[]");
            match (all.get_mut(list.unwrap_or(name)), list) {
                (Some(Value::Array(items)), _) => items.push(text.as_str().into()),
                (Some(first), _) => *first = Value::from(vec![first.take(), text.as_str().into()]),
                (None, Some(name)) => {
                    all.insert(name.to_owned(), Value::from(vec![text.as_str()]));
                }
                (None, None) => {
                    all.insert(name.clone(), text.as_str().into());
                }
            }
        }
        Value::Object(all)
    }
}

/// The media type of a body, without parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let given = headers.get("content-type").and_then(|v| v.to_str().ok());
    let given = given.unwrap_or("").split(';').next().unwrap_or("");
    given.trim().to_ascii_lowercase()
}

/// Reads a form of either kind; `None`: it is none, or a broken one.
pub(crate) async fn form(headers: &HeaderMap, body: Bytes) -> Option<Form> {
    match media_type(headers).as_str() {
        "multipart/form-data" => multipart(headers, body).await,
        "application/x-www-form-urlencoded" => Some(Form {
            texts: serde_urlencoded::from_bytes(&body).ok()?,
            files: Vec::new(),
        }),
        _ => None,
    }
}

async fn multipart(headers: &HeaderMap, body: Bytes) -> Option<Form> {
    let kind = headers.get("content-type")?.to_str().ok()?;
    let boundary = multer::parse_boundary(kind).ok()?;
    let whole = stream::iter([Ok::<_, std::io::Error>(body)]);
    let mut parts = Multipart::new(whole, boundary);
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.ok()? {
        let field = part.name()?.to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => form.files.push(Received {
                field,
                name,
                media_type: part
                    .content_type()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                bytes: part.bytes().await.ok()?,
            }),
            None => form.texts.push((field, part.text().await.ok()?)),
        }
    }
    Some(form)
}

/// A JSON object; `None`: it is none.
pub(crate) fn object(body: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(body).ok()?;
    value.is_object().then_some(value)
}
