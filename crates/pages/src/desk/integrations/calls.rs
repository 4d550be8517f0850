//! The latest calls of the organization's keys, of every API: which route, what was answered, how long it took, and why it was
//! refused. In memory (`hiring/src/call_log.rs`); new ones come by themselves (`stream.rs`). Calls that are kept for weeks, with
//! what was sent, are on the page of all integrations.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use hiring::api_key;
use hiring::call_log::{Call, MOST};
use hiring::id::{KeyId, OrgId, Uuid};
use hiring::{App, Result};

use super::HERE;
use super::stream::{self, Source};
use crate::Site;
use crate::desk::board::live::Stop;
use crate::desk::form::{Choice, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::desk::words;
use crate::moment::Moment;
use crate::page::Page;

/// Calls of a page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "desk/calls.html")]
pub(super) struct Calls {
    frame: Frame,
    api: Field,
    key: Field,
    refused: Field,
    rows: Vec<Row>,
    live: String,
    after: i64,
    most: usize,
}

/// A call.
pub(super) struct Row {
    at: Moment,
    /// With its seconds.
    time: String,
    api: &'static str,
    what: String,
    status: u16,
    meaning: &'static str,
    is_good: bool,
    millis: String,
    key: String,
    why: String,
}

/// A row alone, as a stream says it.
#[derive(Template)]
#[template(path = "desk/call_row.html")]
struct One {
    row: Row,
}

/// Which calls are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sieve {
    /// Of this API; `""`: of any.
    api: String,
    /// Of this key.
    key: Option<Uuid>,
    /// Only what was refused or failed.
    refused: bool,
}

impl Sieve {
    fn of(inputs: &Inputs) -> Sieve {
        Sieve {
            api: inputs.get("api").chars().take(100).collect(),
            key: Uuid::parse_str(inputs.get("key")).ok(),
            refused: inputs.has("refused"),
        }
    }

    /// As a query.
    fn query(&self) -> String {
        let key = self.key.map(|key| key.to_string()).unwrap_or_default();
        let refused = if self.refused { "&refused=1" } else { "" };
        let api =
            percent_encoding::utf8_percent_encode(&self.api, percent_encoding::NON_ALPHANUMERIC);
        format!("api={api}&key={key}{refused}")
    }
}

/// Names of keys.
type Names = HashMap<KeyId, (Uuid, String)>;

async fn names(app: &App, org: OrgId) -> Result<Names> {
    let keys = app.store.read(move |r| api_key::list(r, org)).await?;
    let named = keys.into_iter().map(|key| (key.id, (key.uid, key.name)));
    Ok(named.collect())
}

/// The number of the last call.
pub(super) fn last(app: &App, org: OrgId) -> i64 {
    let (_, last) = app.calls.newest(org, 0, 0, |_| true);
    i64::try_from(last).unwrap_or(i64::MAX)
}

fn found(
    app: &App,
    org: OrgId,
    sieve: &Sieve,
    after: i64,
    limit: usize,
    names: &Names,
) -> (Vec<Call>, i64) {
    let wanted = |call: &Call| {
        let key = |uid: &Uuid| names.get(&call.key).is_some_and(|(of, _)| of == uid);
        (sieve.api.is_empty() || call.dialect == sieve.api)
            && sieve.key.as_ref().is_none_or(key)
            && (!sieve.refused || call.status >= 400)
    };
    let after = u64::try_from(after).unwrap_or(0);
    let (calls, last) = app.calls.newest(org, after, limit, wanted);
    (calls, i64::try_from(last).unwrap_or(i64::MAX))
}

/// Rows of the table after call `after`, HTML, newest first; and the number up to which that is all.
pub(super) async fn rows_after(
    app: &App,
    org: OrgId,
    sieve: &Sieve,
    after: i64,
    limit: usize,
) -> Result<(Vec<(i64, String)>, i64)> {
    // Nothing new is the usual case, and asks no database.
    if last(app, org) <= after {
        return Ok((Vec::new(), after));
    }
    let names = names(app, org).await?;
    let (calls, last) = found(app, org, sieve, after, limit, &names);
    let row = |call: &Call| {
        let one = One {
            row: Row::of(call, &names),
        };
        let n = i64::try_from(call.n).unwrap_or(i64::MAX);
        (n, one.render().unwrap_or_default())
    };
    Ok((calls.iter().map(row).collect(), last))
}

/// `GET /desk/integrations/log`.
pub(super) async fn show(
    State(app): State<App>,
    Extension(site): Extension<Arc<Site>>,
    visit: Visit,
    inputs: Inputs,
) -> Answer {
    let (org, sieve) = (visit.org(), Sieve::of(&inputs));
    let names = names(&app, org).await?;
    let (calls, last) = found(&app, org, &sieve, 0, ROWS, &names);
    let apis = site.apis.iter().map(|api| api.guide.name.as_str());
    let frame = visit.frame(Section::Integrations);
    let page = Calls::of(
        frame,
        &calls,
        last,
        &sieve,
        &apis.collect::<Vec<_>>(),
        &names,
    );
    Ok(visit.page(&page))
}

/// `GET /desk/integrations/log/live`.
pub(super) async fn live(
    State(app): State<App>,
    stop: Option<Extension<Stop>>,
    visit: Visit,
    headers: HeaderMap,
    query: Inputs,
) -> Answer {
    let source = Source::Calls(Sieve::of(&query));
    let stop = stop.map(|Extension(stop)| stop);
    Ok(stream::open(&app, &visit, &headers, &query, stop, source).await?)
}

impl Calls {
    fn of(
        frame: Frame,
        calls: &[Call],
        last: i64,
        sieve: &Sieve,
        apis: &[&str],
        names: &Names,
    ) -> Calls {
        let all = |words| std::iter::once(Choice::new("", words));
        let api = apis.iter().map(|name| Choice::new(name, name));
        let mut keys: Vec<_> = names.values().collect();
        keys.sort_by(|a, b| a.1.cmp(&b.1));
        let key = keys
            .iter()
            .map(|(uid, name)| Choice::new(&uid.to_string(), name));
        let of_key = sieve.key.map(|uid| uid.to_string()).unwrap_or_default();
        Calls {
            api: Field::select("api", "API", all("Every API").chain(api).collect())
                .value(&sieve.api)
                .needed(),
            key: Field::select("key", "Key", all("Every key").chain(key).collect())
                .value(&of_key)
                .needed(),
            refused: Field::tick("refused", "Only what was refused or failed", sieve.refused),
            rows: calls.iter().map(|call| Row::of(call, names)).collect(),
            live: format!("{HERE}/log/live?{}", sieve.query()),
            after: last,
            most: MOST,
            frame,
        }
    }
}

impl Row {
    fn of(call: &Call, names: &Names) -> Row {
        let at = Moment::at(call.at);
        let time = at.iso.get(11..19).unwrap_or("").to_owned();
        let millis = call.micros as f64 / 1000.0;
        Row {
            api: call.dialect,
            what: format!(
                "{} {}",
                call.method,
                call.route.as_deref().unwrap_or("(no such address)")
            ),
            meaning: words::status_of_answer(i64::from(call.status)),
            is_good: call.status < 400,
            status: call.status,
            millis: if millis < 10.0 {
                format!("{millis:.1}")
            } else {
                words::thousands(millis as i64)
            },
            key: names
                .get(&call.key)
                .map_or(String::new(), |(_, n)| n.clone()),
            why: call.why.clone().unwrap_or_default(),
            at,
            time,
        }
    }
}

impl Page for Calls {
    #[cfg(test)]
    fn sample() -> Calls {
        let call = |status, why: Option<&str>| Call {
            n: 7,
            at: 1_773_480_413_000_000,
            dialect: "native",
            method: "POST".into(),
            route: why.is_none().then(|| "/api/v1/candidates".to_owned()),
            status,
            micros: 1_234,
            key: KeyId(1),
            why: why.map(str::to_owned),
        };
        let names = [(KeyId(1), (Uuid::nil(), "the <x> website".to_owned()))].into();
        let calls = [
            call(201, None),
            call(400, Some("emails must be <an> array.")),
        ];
        Calls::of(
            Frame::sample(),
            &calls,
            9,
            &Sieve::default(),
            &["native"],
            &names,
        )
    }
}
