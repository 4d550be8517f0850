//! Bodies about where candidates are carried: destinations, their tables of jobs, rules, pushing and replaying.

use std::collections::BTreeMap;

use hiring::destination::TableRow;
use hiring::problem::{FlawCode, Result};
use hiring::rule::{self, About};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::job::NAME;
use super::{refuse_unknown, text, uid, uids};
use crate::body::Body;
use crate::check::{Check, Object};
use crate::time;

/// Characters of a far side's id of a job.
const ID: usize = 200;
/// Lines of a table of jobs.
const MOST_LINES: usize = 2000;
/// Items of a rule's list.
const MOST_ITEMS: usize = 50;

/// An account at another system.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"connector": "greenhouse", "name": "Greenhouse, Berlin", "settings": {"client_id": "…", "client_secret": "…"}}))]
pub(in crate::native) struct NewDestination {
    /// Which system: a name from `GET /connectors`.
    pub connector: String,
    /// As you call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What the connector must be told, by its settings' names. Secrets are sealed and never answered.
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, Option<String>>,
    /// The far side's id of jobs that the table of jobs does not name.
    #[schema(max_length = 200)]
    pub default_job: Option<String>,
}

impl NewDestination {
    pub(in crate::native) fn parse(body: &Body) -> Result<NewDestination> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "connector");
        check.require(&root, "name");
        let new = NewDestination {
            connector: text(&mut check, &root, "connector", NAME).unwrap_or_default(),
            name: text(&mut check, &root, "name", NAME).unwrap_or_default(),
            settings: settings(&mut check, &root),
            default_job: text(&mut check, &root, "default_job", ID),
        };
        let known = ["connector", "name", "settings", "default_job"];
        refuse_unknown(&mut check, &root, &known);
        check.done()?;
        Ok(new)
    }
}

/// Changes a destination; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"settings": {"client_secret": "…"}}))]
pub(in crate::native) struct DestinationEdit {
    /// As you call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Each that is named takes the place of the old one; null takes it away.
    #[schema(value_type = Option<Object>)]
    pub settings: BTreeMap<String, Option<String>>,
    /// An empty text takes it away.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub default_job: Option<Option<String>>,
}

impl DestinationEdit {
    pub(in crate::native) fn parse(body: &Body) -> Result<DestinationEdit> {
        let mut check = Check::new(body);
        let root = check.root()?;
        if root.get("name").is_some() {
            check.require(&root, "name");
        }
        let names_job = root.get("default_job").is_some();
        let job = text(&mut check, &root, "default_job", ID);
        let edit = DestinationEdit {
            name: text(&mut check, &root, "name", NAME),
            settings: settings(&mut check, &root),
            default_job: names_job.then_some(job),
        };
        refuse_unknown(&mut check, &root, &["name", "settings", "default_job"]);
        check.done()?;
        Ok(edit)
    }
}

/// Settings are texts; `true` and `false` may also be written as such.
fn settings<'v, 'b: 'v>(
    check: &mut Check<'b>,
    root: &Object<'v>,
) -> BTreeMap<String, Option<String>> {
    let mut read = BTreeMap::new();
    let Some(object) = check.object(root, "settings") else {
        return read;
    };
    for (name, value) in object.members {
        match value {
            Value::String(text) => read.insert(name.clone(), Some(text.clone())),
            Value::Bool(flag) => read.insert(name.clone(), Some(flag.to_string())),
            Value::Null => read.insert(name.clone(), None),
            _ => {
                check.wrong_type(object.pointer(name), "a string");
                continue;
            }
        };
    }
    read
}

/// Which job of the far side is which of ours.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(as = JobTable, example = json!({"jobs": [{"job": "0198c0de-0000-7000-8000-000000000000", "remote_id": "4711"}]}))]
pub(in crate::native) struct JobTable {
    /// In place of the table there was.
    #[schema(max_items = 2000)]
    pub jobs: Vec<JobLine>,
}

/// A line of a table of jobs.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub(in crate::native) struct JobLine {
    /// Our job.
    pub job: Uuid,
    /// The far side's id of it.
    #[schema(min_length = 1, max_length = 200)]
    pub remote_id: String,
}

impl JobTable {
    pub(in crate::native) fn parse(body: &Body) -> Result<Vec<TableRow>> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "jobs");
        let mut table = Vec::new();
        let lines = check.objects(&root, "jobs");
        if lines.len() > MOST_LINES {
            let detail = format!("jobs must have at most {MOST_LINES} items");
            check.flaw("/jobs", FlawCode::TooLong, detail);
        }
        for line in lines.iter().take(MOST_LINES) {
            check.require(line, "job");
            check.require(line, "remote_id");
            let job = uid(&mut check, line, "job");
            let remote_id = text(&mut check, line, "remote_id", ID);
            refuse_unknown(&mut check, line, &["job", "remote_id"]);
            if let (Some(job), Some(remote_id)) = (job, remote_id) {
                table.push(TableRow { job, remote_id });
            }
        }
        refuse_unknown(&mut check, &root, &["jobs"]);
        check.done()?;
        Ok(table)
    }
}

/// What is carried to a destination by itself.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"destination": "0198c0de-0000-7000-8000-000000000000", "events": ["application.submitted"], "sources": ["Careers page"]}))]
pub(in crate::native) struct NewRule {
    /// Where to.
    pub destination: Uuid,
    /// At which events: `candidate.created`, `application.submitted`, `application.advanced`, `application.hired`,
    /// `application.rejected`, `application.withdrawn`.
    #[schema(min_items = 1)]
    pub events: Vec<String>,
    /// For these jobs only. Left out or empty: all.
    #[schema(max_items = 50)]
    pub jobs: Option<Vec<Uuid>>,
    /// For applications from these sources only, in whatever case. Left out or empty: all.
    #[schema(max_items = 50)]
    pub sources: Option<Vec<String>>,
    /// For applications that are in a stage of one of these names, in whatever case. Left out or empty: all.
    #[schema(max_items = 50)]
    pub stages: Option<Vec<String>>,
}

/// The members that say what a rule is about.
const ABOUT: [&str; 4] = ["events", "jobs", "sources", "stages"];

impl NewRule {
    pub(in crate::native) fn parse(body: &Body) -> Result<(Uuid, About)> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "destination");
        check.require(&root, "events");
        let destination = uid(&mut check, &root, "destination");
        let about = about(&mut check, &root, &About::default());
        let known = [&["destination"], ABOUT.as_slice()].concat();
        refuse_unknown(&mut check, &root, &known);
        check.done()?;
        Ok((destination.unwrap_or_default(), about))
    }
}

/// Changes a rule; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"active": false}))]
#[allow(dead_code)] // describes what `parse` reads
pub(in crate::native) struct RuleEdit {
    /// Whether it does anything.
    pub active: Option<bool>,
    /// See a new rule.
    #[schema(min_items = 1)]
    pub events: Option<Vec<String>>,
    /// An empty list: all.
    #[schema(max_items = 50)]
    pub jobs: Option<Vec<Uuid>>,
    /// An empty list: all.
    #[schema(max_items = 50)]
    pub sources: Option<Vec<String>>,
    /// An empty list: all.
    #[schema(max_items = 50)]
    pub stages: Option<Vec<String>>,
}

impl RuleEdit {
    /// What the rule is about then, and whether it is active.
    pub(in crate::native) fn parse(body: &Body, had: &About) -> Result<(About, Option<bool>)> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let active = check.boolean(&root, "active");
        let about = about(&mut check, &root, had);
        let known = [&["active"], ABOUT.as_slice()].concat();
        refuse_unknown(&mut check, &root, &known);
        check.done()?;
        Ok((about, active))
    }
}

fn about<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>, had: &About) -> About {
    let kinds = match root.get("events") {
        None => had.kinds.clone(),
        Some(_) => kinds(check, root),
    };
    About {
        kinds,
        jobs: uids(check, root, "jobs").unwrap_or_else(|| had.jobs.clone()),
        sources: words(check, root, "sources").unwrap_or_else(|| had.sources.clone()),
        stages: words(check, root, "stages").unwrap_or_else(|| had.stages.clone()),
    }
}

fn kinds(check: &mut Check<'_>, root: &Object<'_>) -> Vec<String> {
    let known: Vec<&str> = rule::KINDS.iter().map(|k| k.word()).collect();
    let mut kinds: Vec<String> = Vec::new();
    let items = check.list(root, "events");
    if items.is_empty() && root.get("events").is_some_and(Value::is_array) {
        let detail = "events must name at least one event";
        check.flaw("/events", FlawCode::Required, detail);
    }
    for (at, item) in items {
        match item.as_str() {
            Some(word) if known.contains(&word) => kinds.push(word.to_owned()),
            Some(_) => {
                let detail = format!("a rule can name {}", known.join(", "));
                check.flaw(at, FlawCode::NotAChoice, detail);
            }
            None => check.wrong_type(at, "a string"),
        }
    }
    kinds.sort();
    kinds.dedup();
    kinds
}

fn words(check: &mut Check<'_>, root: &Object<'_>, name: &str) -> Option<Vec<String>> {
    root.get(name)?;
    let items = check.list(root, name);
    if items.len() > MOST_ITEMS {
        let detail = format!("{name} must have at most {MOST_ITEMS} items");
        check.flaw(root.pointer(name), FlawCode::TooLong, detail);
        return None;
    }
    let mut words = Vec::new();
    for (at, item) in items {
        match item.as_str().map(str::trim) {
            Some("") => check.flaw(at, FlawCode::Required, "it is empty"),
            Some(word) if word.chars().count() > NAME => {
                let detail = format!("it must have at most {NAME} characters");
                check.flaw(at, FlawCode::TooLong, detail);
            }
            Some(word) => words.push(word.to_owned()),
            None => check.wrong_type(at, "a string"),
        }
    }
    Some(words)
}

/// Carries one of them now.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"application": "0198c0de-0000-7000-8000-000000000000"}))]
pub(in crate::native) struct Push {
    /// The person; with `application` it may be left out.
    pub candidate: Option<Uuid>,
    /// The application, and the person with it.
    pub application: Option<Uuid>,
}

impl Push {
    pub(in crate::native) fn parse(body: &Body) -> Result<Push> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let push = Push {
            candidate: uid(&mut check, &root, "candidate"),
            application: uid(&mut check, &root, "application"),
        };
        if root.get("candidate").is_none() && root.get("application").is_none() {
            let detail = "candidate or application is required";
            check.flaw("/candidate", FlawCode::Required, detail);
        }
        refuse_unknown(&mut check, &root, &["candidate", "application"]);
        check.done()?;
        Ok(push)
    }
}

/// Which dead letters are carried once more; what is left out means any.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(as = ReplayDeliveries, example = json!({"reason": "unreachable", "from": "2026-11-25T00:00:00Z", "dry_run": true}))]
pub(in crate::native) struct ReplayRange {
    /// To this destination.
    pub destination: Option<Uuid>,
    /// With this reason.
    pub reason: Option<String>,
    /// Queued then or later.
    #[schema(format = DateTime)]
    pub from: Option<String>,
    /// Queued before.
    #[schema(format = DateTime)]
    pub to: Option<String>,
    /// Only counts them.
    #[schema(value_type = Option<bool>)]
    pub dry_run: bool,
}

/// As read: the destination, and the rest.
pub(in crate::native) struct Replayed {
    pub destination: Option<Uuid>,
    pub reason: Option<String>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub dry_run: bool,
}

impl ReplayRange {
    pub(in crate::native) fn parse(body: &Body) -> Result<Replayed> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let reasons = hiring::delivery::carrying::REASONS;
        let read = Replayed {
            destination: uid(&mut check, &root, "destination"),
            reason: check.choice(&root, "reason", &reasons),
            from: moment(&mut check, &root, "from"),
            to: moment(&mut check, &root, "to"),
            dry_run: check.boolean(&root, "dry_run").unwrap_or(false),
        };
        let known = ["destination", "reason", "from", "to", "dry_run"];
        refuse_unknown(&mut check, &root, &known);
        check.done()?;
        Ok(read)
    }
}

fn moment<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>, name: &str) -> Option<i64> {
    let text = check.string(root, name)?;
    let read = time::parse(&text);
    if read.is_none() {
        let detail = format!("{name} must be a time such as 2026-11-25T08:00:00Z");
        check.flaw(root.pointer(name), FlawCode::Datetime, detail);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::flaws;
    use super::*;
    use bytes::Bytes;
    use hiring::problem::FlawCode as C;
    use serde_json::json;

    fn body(value: &Value) -> Body {
        Body::read(Bytes::from(value.to_string()), |_| false).expect("a body")
    }

    #[test]
    fn settings_are_texts_or_flags_and_null_takes_one_away() {
        let sent = json!({"settings": {"a": "x", "b": true, "c": null}, "default_job": ""});
        let edit = DestinationEdit::parse(&body(&sent)).unwrap();
        assert_eq!(edit.settings["a"].as_deref(), Some("x"));
        assert_eq!(edit.settings["b"].as_deref(), Some("true"));
        assert_eq!(edit.settings["c"], None);
        assert_eq!(edit.default_job, Some(None));
        for (sent, pointer, code) in [
            (json!({"settings": {"a": 1}}), "/settings/a", C::WrongType),
            (json!({"settings": []}), "/settings", C::WrongType),
            (json!({"name": " "}), "/name", C::Required),
            (json!({"connector": "x"}), "/connector", C::UnknownField),
        ] {
            let found = flaws(DestinationEdit::parse(&body(&sent)));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
    }

    #[test]
    fn a_rule_names_events_that_there_are() {
        let to = Uuid::nil();
        for (sent, pointer, code) in [
            (json!({"destination": to}), "/events", C::Required),
            (
                json!({"destination": to, "events": []}),
                "/events",
                C::Required,
            ),
            (
                json!({"destination": to, "events": ["x"]}),
                "/events/0",
                C::NotAChoice,
            ),
            (
                json!({"destination": to, "events": "x"}),
                "/events",
                C::WrongType,
            ),
            (
                json!({"destination": "x", "events": ["candidate.created"]}),
                "/destination",
                C::WrongType,
            ),
            (
                json!({"destination": to, "events": ["candidate.created"], "sources": [""]}),
                "/sources/0",
                C::Required,
            ),
        ] {
            let found = flaws(NewRule::parse(&body(&sent)));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
        let had = About {
            kinds: vec!["candidate.created".into()],
            sources: vec!["a".into()],
            ..About::default()
        };
        let (about, active) =
            RuleEdit::parse(&body(&json!({"sources": [], "active": false})), &had).unwrap();
        assert_eq!(
            (about.kinds, about.sources, active),
            (had.kinds, vec![], Some(false))
        );
    }

    #[test]
    fn a_push_names_somebody_and_a_replay_a_reason_that_there_is() {
        assert_eq!(
            flaws(Push::parse(&body(&json!({})))),
            [("/candidate".to_owned(), C::Required)]
        );
        for (sent, pointer, code) in [
            (json!({"reason": "x"}), "/reason", C::NotAChoice),
            (json!({"from": "yesterday"}), "/from", C::Datetime),
            (json!({"dry_run": "yes"}), "/dry_run", C::WrongType),
        ] {
            let found = flaws(ReplayRange::parse(&body(&sent)).map(|_| ()));
            assert_eq!(found, [(pointer.to_owned(), code)], "{sent}");
        }
    }
}
