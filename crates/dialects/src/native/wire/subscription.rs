//! Bodies about subscriptions: made, changed, given another secret, replayed.

use std::borrow::Cow;

use hiring::event::Kind;
use hiring::problem::{FlawCode, Result};
use hiring::subscription::shape::Shape;
use hiring::subscription::{EVERY, Shows};
use serde_json::json;
use url::Url;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::job::NAME;
use super::record::from_json;
use super::{refuse_unknown, text, uid, uids};
use crate::body::Body;
use crate::check::{Check, Object};
use crate::time;

/// Characters of an address.
const ADDRESS: usize = 2_000;
/// Sources that one subscription names at most.
const SOURCES: usize = 50;
/// The longest for which an older secret signs too, hours: a week.
const OVERLAP: i64 = 168;

/// Which kinds of event: an enumeration made of the events themselves.
#[derive(Debug)]
pub(in crate::native) struct EventKind;

impl PartialSchema for EventKind {
    fn schema() -> RefOr<Schema> {
        let kinds = std::iter::once(EVERY).chain(Kind::all().map(Kind::word));
        let kinds: Vec<_> = kinds.collect();
        from_json(json!({"type": "string", "enum": kinds,
            "description": "A kind of event, or `*` for every one, also those that are not known yet."}))
    }
}

impl ToSchema for EventKind {
    fn name() -> Cow<'static, str> {
        "EventKind".into()
    }
}

/// Asks to be told of events by calls (webhooks).
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"url": "https://example.com/hooks/muster", "kinds": ["application.submitted", "application.hired"],
    "shows": "record"}))]
pub(in crate::native) struct NewSubscription {
    /// Where the calls go: `https`, or `http` inside your own network. No user name or password in it.
    #[schema(format = "uri", max_length = 2000)]
    pub url: String,
    /// Which events. Left out with a `linked_account`: those its wishes ask for.
    #[schema(value_type = Option<Vec<EventKind>>, min_items = 1)]
    pub kinds: Option<Vec<String>>,
    /// What the calls show: `ids`, or the `record` of the person, the application and the job as they are when the call is
    /// made. Equal-opportunity answers never.
    #[schema(value_type = Option<String>, pattern = "^(ids|record)$", default = "ids")]
    pub shows: Option<Shows>,
    /// Events of these jobs only; those of no job do not come then.
    #[schema(max_items = 50)]
    pub jobs: Option<Vec<Uuid>>,
    /// Events of applications from these sources only, written as there.
    #[schema(max_items = 50)]
    pub sources: Option<Vec<String>>,
    /// What you want to remember of it.
    #[schema(max_length = 200)]
    pub description: Option<String>,
    /// What the calls look like; see the guide. Left out: `standard`.
    #[schema(value_type = Option<String>)]
    pub shape: Option<&'static str>,
    /// For shapes that speak in the name of one. Left out: in the name of each linked account there is, a call each.
    pub linked_account: Option<Uuid>,
    /// For shapes whose receivers have a secret already; else one is drawn.
    #[schema(min_length = 16, max_length = 200)]
    pub secret: Option<String>,
    /// For shapes whose signatures say who signs: what the receiver knows you by.
    #[schema(max_length = 200)]
    pub issuer: Option<String>,
}

impl NewSubscription {
    /// Reads the body; its shape must be among `shapes`.
    pub(in crate::native) fn parse(
        body: &Body,
        shapes: &[&'static dyn Shape],
    ) -> Result<(NewSubscription, &'static dyn Shape)> {
        let mut check = Check::new(body);
        let root = check.root()?;
        check.require(&root, "url");
        let names: Vec<_> = shapes.iter().map(|shape| shape.name()).collect();
        let named = check.choice(&root, "shape", &names);
        let shape = shapes
            .iter()
            .find(|shape| named.as_deref().is_none_or(|name| name == shape.name()));
        let shape = *shape.expect("there is a shape");
        let parsed = NewSubscription {
            url: address(&mut check, &root).unwrap_or_default(),
            kinds: kinds(&mut check, &root, shape),
            shows: shows(&mut check, &root),
            jobs: uids(&mut check, &root, "jobs"),
            sources: sources(&mut check, &root),
            description: text(&mut check, &root, "description", NAME),
            shape: Some(shape.name()),
            linked_account: uid(&mut check, &root, "linked_account"),
            secret: secret(&mut check, &root),
            issuer: text(&mut check, &root, "issuer", NAME),
        };
        fits(&mut check, &root, shape);
        refuse_unknown(
            &mut check,
            &root,
            &[
                "url",
                "kinds",
                "shows",
                "jobs",
                "sources",
                "description",
                "shape",
                "linked_account",
                "secret",
                "issuer",
            ],
        );
        check.done()?;
        Ok((parsed, shape))
    }
}

/// What a shape wants, and what it has no use for.
fn fits<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>, shape: &dyn Shape) {
    let name = shape.name();
    for (member, wanted, required) in [
        ("linked_account", shape.wants_account(), false),
        ("issuer", shape.wants_issuer(), true),
    ] {
        if wanted && required {
            check.require(root, member);
        } else if !wanted && root.get(member).is_some() {
            let detail = format!("a subscription of shape {name} has no {member}");
            check.flaw(root.pointer(member), FlawCode::Contradiction, detail);
        }
    }
    if shape.wants_issuer() {
        check.require(root, "secret");
    }
    // One that speaks in an account's name may ask for what the account's wishes say; others say it, or tell all they can.
    if root.get("kinds").is_none() && !shape.wants_account() && shape.kinds().is_none() {
        check.require(root, "kinds");
    }
    if !shape.shows_ids() && root.get("shows").and_then(|v| v.as_str()) == Some("ids") {
        let detail = format!("a subscription of shape {name} always shows the record");
        check.flaw(root.pointer("shows"), FlawCode::Contradiction, detail);
    }
}

/// What is to change of a subscription. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"active": false}))]
pub(in crate::native) struct SubscriptionEdit {
    /// Where the calls go; what waits goes there too.
    #[schema(format = "uri", max_length = 2000)]
    pub url: Option<String>,
    /// Which events.
    #[schema(value_type = Option<Vec<EventKind>>, min_items = 1)]
    pub kinds: Option<Vec<String>>,
    /// `ids` or `record`.
    #[schema(value_type = Option<String>, pattern = "^(ids|record)$")]
    pub shows: Option<Shows>,
    /// Events of these jobs only; null: of all.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 50)]
    pub jobs: Option<Option<Vec<Uuid>>>,
    /// Events of applications from these sources only; null: from all.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub sources: Option<Option<Vec<String>>>,
    /// Null takes it away.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub description: Option<Option<String>>,
    /// False holds the calls back: what happens is queued. True makes them again, also after it ended by itself.
    pub active: Option<bool>,
}

impl SubscriptionEdit {
    /// Reads the body that changes a subscription of this shape.
    pub(in crate::native) fn parse(body: &Body, shape: &dyn Shape) -> Result<SubscriptionEdit> {
        let mut check = Check::new(body);
        let root = check.root()?;
        if root.has("url") {
            check.require(&root, "url");
        }
        let parsed = SubscriptionEdit {
            url: address(&mut check, &root),
            kinds: kinds(&mut check, &root, shape),
            shows: shows(&mut check, &root),
            jobs: root.has("jobs").then(|| uids(&mut check, &root, "jobs")),
            sources: root.has("sources").then(|| sources(&mut check, &root)),
            description: root
                .has("description")
                .then(|| text(&mut check, &root, "description", NAME)),
            active: check.boolean(&root, "active"),
        };
        let known = [
            "url",
            "kinds",
            "shows",
            "jobs",
            "sources",
            "description",
            "active",
        ];
        refuse_unknown(&mut check, &root, &known);
        if root.members.is_empty() {
            check.flaw("", FlawCode::Required, "nothing is to change");
        }
        check.done()?;
        Ok(parsed)
    }
}

/// Draws another secret.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"overlap_hours": 48}))]
pub(in crate::native) struct Rotate {
    /// For how long the secret before signs too. Left out: 24. 0: not at all, for one that became known.
    #[schema(minimum = 0, maximum = 168)]
    pub overlap_hours: Option<i64>,
    /// See `NewSubscription`.
    #[schema(min_length = 16, max_length = 200)]
    pub secret: Option<String>,
    /// See `NewSubscription`.
    #[schema(max_length = 200)]
    pub issuer: Option<String>,
}

impl Rotate {
    pub(in crate::native) fn parse(body: &Body) -> Result<Rotate> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let overlap_hours = check.integer(&root, "overlap_hours");
        if overlap_hours.is_some_and(|hours| !(0..=OVERLAP).contains(&hours)) {
            let detail = format!("overlap_hours must be a number from 0 to {OVERLAP}");
            check.flaw("/overlap_hours", FlawCode::OutOfRange, detail);
        }
        let parsed = Rotate {
            overlap_hours,
            secret: secret(&mut check, &root),
            issuer: text(&mut check, &root, "issuer", NAME),
        };
        refuse_unknown(&mut check, &root, &["overlap_hours", "secret", "issuer"]);
        check.done()?;
        Ok(parsed)
    }
}

/// Asks for events to be delivered again. One of `after`, `event` and `since` says from where on.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(example = json!({"since": "2026-11-24T08:00:00Z", "undelivered": true, "dry_run": true}))]
pub(in crate::native) struct Replay {
    /// After this place of the feed; 0 is the beginning.
    #[schema(minimum = 0)]
    pub after: Option<i64>,
    /// From this event on.
    pub event: Option<Uuid>,
    /// From this moment on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<i64>,
    /// Up to this moment. Left out: up to now.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<i64>,
    /// Only what was never taken: dead, waiting, or from before the subscription.
    pub undelivered: Option<bool>,
    /// Say only how many it would be.
    pub dry_run: Option<bool>,
}

impl Replay {
    pub(in crate::native) fn parse(body: &Body) -> Result<Replay> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let after = check.integer(&root, "after");
        if after.is_some_and(|place| place < 0) {
            let detail = "after must be a number from 0 on";
            check.flaw("/after", FlawCode::OutOfRange, detail);
        }
        let parsed = Replay {
            after,
            event: uid(&mut check, &root, "event"),
            since: moment(&mut check, &root, "since"),
            until: moment(&mut check, &root, "until"),
            undelivered: check.boolean(&root, "undelivered"),
            dry_run: check.boolean(&root, "dry_run"),
        };
        let from = ["after", "event", "since"];
        match from.iter().filter(|name| root.get(name).is_some()).count() {
            1 => {}
            0 => {
                let detail = "say from where on: after, event or since";
                check.flaw("", FlawCode::Required, detail);
            }
            _ => {
                let detail = "only one of after, event and since";
                check.flaw("", FlawCode::Contradiction, detail);
            }
        }
        refuse_unknown(
            &mut check,
            &root,
            &["after", "event", "since", "until", "undelivered", "dry_run"],
        );
        check.done()?;
        Ok(parsed)
    }
}

fn moment<'v, 'b: 'v>(check: &mut Check<'b>, object: &Object<'v>, name: &str) -> Option<i64> {
    let text = check.string(object, name)?;
    let moment = time::parse(&text);
    if moment.is_none() {
        let detail = format!("{name} must be a moment such as 2026-11-24T08:00:00Z");
        check.flaw(object.pointer(name), FlawCode::Datetime, detail);
    }
    moment
}

/// An address that can be called. Whether it may be, shows when it is.
fn address<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Option<String> {
    let text = text(check, root, "url", ADDRESS)?;
    let url = Url::parse(&text).ok();
    let good = url.as_ref().is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    });
    if !good || text.contains(char::is_control) {
        let detail = "url must be an http or https address without a user name, a password or a #";
        check.flaw("/url", FlawCode::Url, detail);
    }
    Some(text)
}

fn kinds<'v, 'b: 'v>(
    check: &mut Check<'b>,
    root: &Object<'v>,
    shape: &dyn Shape,
) -> Option<Vec<String>> {
    root.get("kinds")?;
    let told = shape.kinds();
    let mut kinds: Vec<String> = Vec::new();
    for (at, item) in check.list(root, "kinds") {
        let known = item.as_str().filter(|word| match Kind::parse(word) {
            Some(kind) => told.is_none_or(|told| told.contains(&kind)),
            None => *word == EVERY,
        });
        match known {
            Some(word) if kinds.iter().any(|kind| kind == word) => {
                check.flaw(at, FlawCode::Contradiction, "it is named here already");
            }
            Some(word) => kinds.push(word.to_owned()),
            None if item.as_str().is_none() => {
                check.flaw(at, FlawCode::WrongType, "kinds must hold strings");
            }
            None => {
                let detail = match told {
                    None => "no such kind of event; see EventKind in openapi.json".to_owned(),
                    Some(told) => {
                        let words: Vec<_> = told.iter().map(|kind| kind.word()).collect();
                        format!("this shape tells *, {} only", words.join(", "))
                    }
                };
                check.flaw(at, FlawCode::NotAChoice, detail);
            }
        }
    }
    if kinds.is_empty() && !check.faulty() {
        check.flaw("/kinds", FlawCode::Required, "kinds must name at least one");
    }
    if kinds.len() > 1 && kinds.iter().any(|kind| kind == EVERY) {
        let detail = "* stands for all of them: name it alone";
        check.flaw("/kinds", FlawCode::Contradiction, detail);
    }
    // What a shape cannot tell is not queued for it either.
    match told {
        Some(told) if kinds.iter().any(|kind| kind == EVERY) => {
            Some(told.iter().map(|kind| kind.word().to_owned()).collect())
        }
        _ => Some(kinds),
    }
}

fn shows(check: &mut Check<'_>, root: &Object<'_>) -> Option<Shows> {
    let words = [Shows::Ids, Shows::Record].map(Shows::word);
    let word = check.choice(root, "shows", &words)?;
    Shows::parse(&word)
}

fn sources(check: &mut Check<'_>, root: &Object<'_>) -> Option<Vec<String>> {
    root.get("sources")?;
    let sources = check.strings(root, "sources");
    let long = |source: &String| source.chars().count() > NAME;
    if sources.len() > SOURCES || sources.iter().any(long) {
        let detail = format!("sources must have at most {SOURCES} items of {NAME} characters");
        check.flaw("/sources", FlawCode::TooLong, detail);
    }
    Some(sources)
}

fn secret<'v, 'b: 'v>(check: &mut Check<'b>, root: &Object<'v>) -> Option<String> {
    let secret = text(check, root, "secret", NAME)?;
    if secret.chars().count() < 16 {
        let detail = "secret must have 16 characters or more";
        check.flaw("/secret", FlawCode::OutOfRange, detail);
    }
    Some(secret)
}
