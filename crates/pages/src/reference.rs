//! An OpenAPI document as a page: what can be called, with what, and what is answered; and a form for each to try it.
//!
//! Everything is on the page without JavaScript but the trying, which `assets/reference.js` does. This file reads the
//! operations; `reference/schema.rs` says what a schema means in words, `reference/sample.rs` makes an example of one.

mod sample;
mod schema;

use std::collections::BTreeSet;

use askama::Template;
use serde_json::{Map, Value};

use crate::guide;
use crate::page::Page;
use sample::Side;
use schema::{Field, Kind};

/// The page of one document.
#[derive(Template)]
#[template(path = "reference.html")]
pub(crate) struct Reference {
    /// Last part of the guide's address.
    name: String,
    title: String,
    /// HTML.
    about: String,
    /// What stands before every path, on this server.
    base: String,
    credentials: Vec<Credential>,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
}

/// One thing that says who calls.
struct Credential {
    /// Its name in the document.
    name: String,
    /// What a person calls it.
    label: String,
    about: String,
    /// The header that it goes into.
    header: String,
    /// What stands before it there.
    before: &'static str,
    /// Whether the caller makes it, a JWT signed by HS256 whose issuer is the key: the scheme's `x-minted` says so.
    minted: bool,
}

struct Group {
    title: String,
    operations: Vec<Operation>,
}

struct Operation {
    anchor: String,
    method: String,
    path: String,
    title: String,
    /// HTML.
    about: String,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    /// Those that are well.
    answers: Vec<Answer>,
    failures: Vec<Answer>,
    /// The names of the credentials it takes.
    credentials: Vec<String>,
}

struct Parameter {
    name: String,
    /// `path`, `query` or `header`.
    place: String,
    kind: Kind,
    required: bool,
    about: String,
    limits: String,
    /// What it may be, where that is a closed list.
    choices: Vec<String>,
}

struct Body {
    media: String,
    kind: Kind,
    fields: Vec<Field>,
    sample: String,
}

struct Answer {
    status: String,
    about: String,
    media: String,
    kind: Kind,
    fields: Vec<Field>,
    sample: Option<String>,
}

/// A schema that has a name.
struct Shape {
    name: String,
    about: String,
    kind: Kind,
    fields: Vec<Field>,
    limits: String,
}

/// A document, for those who look things up in it.
#[derive(Clone, Copy)]
struct Document<'d>(&'d Value);

impl<'d> Document<'d> {
    /// What is meant: itself, or what it refers to.
    fn resolve(self, value: &'d Value) -> &'d Value {
        let mut at = value;
        // A circle of references ends somewhere.
        for _ in 0..16 {
            let Some(to) = at.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let Some(found) = self.0.pointer(to.trim_start_matches('#')) else {
                break;
            };
            at = found;
        }
        at
    }
}

impl Reference {
    /// Reads the document of the API whose guide has this name and title; `None` if it is none.
    pub(crate) fn read(name: &str, title: &str, text: &str) -> Option<Reference> {
        let whole: Value = serde_json::from_str(text).ok()?;
        let document = Document(&whole);
        let paths = whole["paths"].as_object()?;
        let shapes = members(&whole["components"]["schemas"])
            .map(|(name, schema)| Shape::read(document, name, schema))
            .collect();
        Some(Reference {
            name: name.to_owned(),
            title: title.to_owned(),
            about: guide::fragment(&string(&whole["info"]["description"])),
            base: string(&whole["servers"][0]["url"]),
            credentials: members(&whole["components"]["securitySchemes"])
                .filter_map(|(name, scheme)| Credential::read(name, scheme))
                .collect(),
            groups: groups(document, paths),
            shapes,
        })
    }
}

/// Operations by their tag, or else by what their path begins with; in the document's order.
fn groups(document: Document, paths: &Map<String, Value>) -> Vec<Group> {
    let common = common_steps(paths);
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in paths {
        for (method, operation) in members(item) {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let tag = operation["tags"][0].as_str();
            let title = tag
                .or_else(|| {
                    path.split('/')
                        .skip(common)
                        .find(|s| !s.is_empty() && !s.starts_with('{'))
                })
                .unwrap_or("other")
                .replace(['-', '_'], " ");
            let read = Operation::read(document, path, method, item, operation);
            match groups.iter_mut().find(|g| g.title == title) {
                Some(group) => group.operations.push(read),
                None => groups.push(Group {
                    title,
                    operations: vec![read],
                }),
            }
        }
    }
    groups
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// How many steps all paths begin with, and have one more after.
fn common_steps(paths: &Map<String, Value>) -> usize {
    let split = |path: &String| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = paths.keys().map(split).collect();
    let Some(first) = all.first() else { return 0 };
    let same = |at: usize| all.iter().all(|p| p.len() > at + 1 && p[at] == first[at]);
    (0..first.len()).take_while(|at| same(*at)).count()
}

impl Credential {
    fn read(name: &str, scheme: &Value) -> Option<Credential> {
        let header = |header: &str, before| Credential {
            name: name.to_owned(),
            label: String::new(),
            about: guide::line(&string(&scheme["description"])),
            header: header.to_owned(),
            before,
            minted: scheme["x-minted"] == "HS256",
        };
        let mut read = match (scheme["type"].as_str()?, scheme["scheme"].as_str()) {
            ("http", Some(s)) if s.eq_ignore_ascii_case("basic") => {
                header("Authorization", "Basic ")
            }
            ("http" | "oauth2" | "openIdConnect", _) => header("Authorization", "Bearer "),
            ("apiKey", _) if scheme["in"] == "header" => header(scheme["name"].as_str()?, ""),
            _ => return None,
        };
        read.label = match read.minted {
            true => format!("{}: the API key, or a token", read.header),
            false => format!("{}: {}…", read.header, read.before),
        };
        Some(read)
    }
}

impl Operation {
    fn read(
        document: Document,
        path: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Operation {
        let id = operation["operationId"].as_str();
        let anchor = slug(id.unwrap_or(&format!("{method} {path}")));
        let both = list(&item["parameters"]).chain(list(&operation["parameters"]));
        let (answers, failures) = members(&operation["responses"])
            .map(|(status, answer)| Answer::read(document, status, answer))
            .partition(|answer| answer.status.starts_with(['1', '2', '3']));
        let asked = operation.get("security").unwrap_or(&document.0["security"]);
        let credentials: BTreeSet<String> = list(asked)
            .flat_map(|one| members(one).map(|(name, _)| name.clone()))
            .collect();
        Operation {
            method: method.to_uppercase(),
            path: path.to_owned(),
            title: match string(&operation["summary"]) {
                title if title.is_empty() => anchor.clone(),
                title => title.trim_end_matches('.').to_owned(),
            },
            about: guide::fragment(&string(&operation["description"])),
            parameters: both.map(|p| Parameter::read(document, p)).collect(),
            body: Body::read(document, document.resolve(&operation["requestBody"])),
            answers,
            failures,
            credentials: credentials.into_iter().collect(),
            anchor,
        }
    }

    /// For an attribute.
    fn credentials(&self) -> String {
        self.credentials.join(" ")
    }
}

impl Parameter {
    fn read(document: Document, parameter: &Value) -> Parameter {
        let parameter = document.resolve(parameter);
        let schema = &parameter["schema"];
        let meant = document.resolve(schema);
        let choices = match meant["type"] == "boolean" {
            true => vec!["true".to_owned(), "false".to_owned()],
            false => list(&meant["enum"]).map(schema::literal).collect(),
        };
        Parameter {
            name: string(&parameter["name"]),
            place: string(&parameter["in"]),
            kind: schema::kind(document, schema),
            required: parameter["required"] == true,
            about: guide::line(&string(&parameter["description"])),
            limits: schema::limits(meant),
            choices,
        }
    }
}

impl Body {
    fn read(document: Document, body: &Value) -> Option<Body> {
        let (media, content) = members(&body["content"]).next()?;
        let schema = &content["schema"];
        Some(Body {
            media: media.clone(),
            kind: schema::kind(document, schema),
            fields: schema::fields(document, schema),
            sample: sample::of_content(document, content, Side::Sent),
        })
    }
}

impl Answer {
    fn read(document: Document, status: &str, answer: &Value) -> Answer {
        let answer = document.resolve(answer);
        let content = members(&answer["content"]).next();
        let (media, content) = content.map_or(("", &Value::Null), |(m, c)| (m.as_str(), c));
        let json = media.contains("json");
        Answer {
            status: status.to_owned(),
            about: guide::line(&string(&answer["description"])),
            media: media.to_owned(),
            kind: match json {
                true => schema::kind(document, &content["schema"]),
                false => Kind::default(),
            },
            fields: match json {
                true => schema::fields(document, &content["schema"]),
                false => Vec::new(),
            },
            sample: json.then(|| sample::of_content(document, content, Side::Answered)),
        }
    }
}

impl Shape {
    fn read(document: Document, name: &str, schema: &Value) -> Shape {
        Shape {
            name: name.to_owned(),
            about: guide::line(&string(&schema["description"])),
            kind: schema::kind(document, schema),
            fields: schema::fields(document, schema),
            limits: schema::limits(schema),
        }
    }
}

/// Letters, digits, dashes and underscores, for an anchor.
pub(super) fn slug(text: &str) -> String {
    let kept = |c: char| match c {
        '_' => c,
        _ if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    text.trim_matches(['/', '{', '}'])
        .chars()
        .map(kept)
        .collect()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Page for Reference {
    #[cfg(test)]
    fn sample() -> Reference {
        Reference::read("one", "Things <of> ours", tests::DOCUMENT).expect("a document")
    }
}

#[cfg(test)]
#[path = "tests/reference.rs"]
pub(crate) mod tests;
