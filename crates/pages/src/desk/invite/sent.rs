//! The form of a list as a browser sends it.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use hiring::invite::MOST_DAYS;
use hiring::invite::run::NewRun;
use hiring::mail;
use http_body_util::{BodyExt as _, Limited};
use multer::{Constraints, Multipart, SizeLimit};

use super::super::form::Faults;
use super::LARGEST;
use super::list::{self, Mapping, Table};

/// What was typed and chosen. The list is what was pasted, or what the file holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    pub job: String,
    pub list: String,
    pub message: String,
    pub language: String,
    pub days: String,
    pub source: String,
    pub mailed: bool,
}

impl Sent {
    /// Reads it.
    ///
    /// # Errors
    /// What can be shown again of it, and what was wrong.
    pub async fn read(request: Request) -> Result<Sent, (Sent, Faults)> {
        let kind = request.headers().get(header::CONTENT_TYPE).cloned();
        let kind = kind.as_ref().and_then(|v| v.to_str().ok()).unwrap_or("");
        let mut sent = Sent::default();
        let read = match multer::parse_boundary(kind) {
            Ok(boundary) => sent.parts(request.into_body(), boundary).await,
            Err(_) => sent.pairs(request.into_body()).await,
        };
        match read {
            Ok(()) => Ok(sent),
            Err(fault) => Err((sent, fault)),
        }
    }

    async fn parts(&mut self, body: Body, boundary: String) -> Result<(), Faults> {
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(LARGEST as u64));
        let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
        let mut from_file = String::new();
        loop {
            let part = form.next_field().await.map_err(too_large)?;
            let Some(part) = part else { break };
            let name = part.name().unwrap_or("").to_owned();
            let bytes = part.bytes().await.map_err(too_large)?;
            if name == "file" {
                from_file = list::letters(&bytes).map_err(|why| Faults::one("file", why))?;
            } else {
                self.put(&name, &text(&bytes)?);
            }
        }
        if !from_file.trim().is_empty() {
            if !self.list.is_empty() {
                let why = "Please paste the list or choose a file, not both.";
                return Err(Faults::one("file", why));
            }
            self.list = from_file;
        }
        Ok(())
    }

    async fn pairs(&mut self, body: Body) -> Result<(), Faults> {
        let whole = Limited::new(body, LARGEST).collect().await;
        let bytes = whole
            .map_err(|_| too_large(multer::Error::IncompleteStream))?
            .to_bytes();
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes)
            .map_err(|_| Faults::one("", "The form could not be read."))?;
        for (name, value) in &pairs {
            self.put(name, &text(value.as_bytes())?);
        }
        Ok(())
    }

    fn put(&mut self, name: &str, value: &str) {
        let value = value.trim().replace("\r\n", "\n");
        match name {
            "job" => self.job = value,
            "list" => self.list = value,
            "message" => self.message = value,
            "language" => self.language = value,
            "days" => self.days = value,
            "source" => self.source = value,
            "mailed" => self.mailed = true,
            _ => {}
        }
    }

    /// What is wrong with it, but for the job and the list.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::none();
        let long = |text: &str, most: usize| text.chars().count() > most;
        if long(&self.message, 5_000) {
            faults.add("message", "At most 5,000 characters, please.");
        }
        if long(&self.source, 100) {
            faults.add("source", "At most 100 characters, please.");
        }
        if !self.language.is_empty() && mail::language(&self.language).is_none() {
            faults.add("language", "Please choose one of the languages.");
        }
        let days = || self.days.parse::<i64>().ok();
        if !self.days.is_empty() && !days().is_some_and(|n| (1..=MOST_DAYS).contains(&n)) {
            faults.add("days", "Please write a number from 1 to 365.");
        }
        faults
    }

    /// The run that it asks for.
    pub fn new_run(&self, table: &Table, mapping: Mapping) -> NewRun {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        NewRun {
            source: some(&self.source).unwrap_or_else(|| "Invite".to_owned()),
            message: some(&self.message),
            language: mail::language(&self.language),
            days: self.days.parse().ok(),
            mailed: self.mailed,
            header: mapping.names(table),
            mapping: mapping.to_json(),
            body: Some(self.list.clone()),
        }
    }
}

fn text(bytes: &[u8]) -> Result<String, Faults> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text.to_owned()),
        _ => Err(Faults::one("", "The form could not be read.")),
    }
}

fn too_large(_: multer::Error) -> Faults {
    Faults::one(
        "file",
        "The form did not come whole. A list may have at most 4 MB.",
    )
}
