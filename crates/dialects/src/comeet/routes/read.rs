//! `GET /candidates`, `GET /candidates/{uid}`, `GET /sourcing/candidates/find_duplicates`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hiring::App;
use hiring::application::{self, Application, Filter};
use hiring::attachment::{self, Attachment};
use hiring::caller::Caller;
use hiring::candidate::{self, Candidate, Side};
use hiring::id::{ApplicationId, CandidateId, JobId, OrgId};
use hiring::idempotency::Answer;
use hiring::job::{self, Job, Stage};
use hiring::problem::{Act, FlawCode, Noun, Problem, Result};
use serde_json::{Value, json};
use store::Reader;

use super::file;
use crate::comeet::map::{self, View};
use crate::comeet::uid::{self, Kind};
use crate::comeet::{Comeet, auth};
use crate::{cursor, reply};

/// The vendor documents no default; clients have been seen to ask for 1,000.
const USUAL_LIMIT: i64 = 100;
const MOST: i64 = 1_000;

pub(super) async fn candidates(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = list(&app, request.headers(), query).await;
    reply::send(&Comeet, &app, result)
}

pub(super) async fn candidate(
    State(app): State<App>,
    uid: std::result::Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // An id that is not even text is nobody's.
    let uid = uid.map_or(String::new(), |Path(uid)| uid);
    let result = one(&app, &uid, &headers).await;
    reply::send(&Comeet, &app, result)
}

pub(super) async fn find_duplicates(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or("");
    let result = duplicates(&app, request.headers(), query).await;
    reply::send(&Comeet, &app, result)
}

async fn list(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let page = Page::parse(query)?;
    let public_url = app.settings.public_url.clone();
    app.store
        .read(move |r| {
            let Some((rows, person)) = rows(r, caller.org, &page)? else {
                return Ok(reply::json(
                    200,
                    &json!({"candidates": [], "next_page": null}),
                ));
            };
            let shown = &rows[..rows.len().min(page.limit as usize)];
            let last = shown.last().filter(|_| rows.len() > shown.len());
            let next = last.map(|(a, _)| next_page(&public_url, &page, a.id, person));
            let candidates = render(r, &caller, shown)?;
            Ok(reply::json(
                200,
                &json!({"candidates": candidates, "next_page": next}),
            ))
        })
        .await
}

async fn one(app: &App, uid: &str, headers: &HeaderMap) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let id = uid::read(Kind::Candidate, uid).map(ApplicationId);
    let id = id.ok_or(Problem::NotFound(Noun::Application))?;
    let within = app.clone();
    app.store
        .read(move |r| {
            let (app, org) = (&within, caller.org);
            let application = application::find(r, org, id)?;
            if application.pending {
                return Err(Problem::NotFound(Noun::Application));
            }
            let candidate = candidate::find(r, org, application.candidate)?;
            let files = attachment::of_candidate(r, org, candidate.id)?;
            let link = |a: &Attachment| file::link(app, org, a);
            let mut jobs = Jobs::default();
            let mut body = view(r, &caller, &mut jobs, &application, &candidate, |view| {
                map::shown(view, Some(&files), &link)
            })?;
            hiring::eeo::fill(r, &caller, &mut body)?;
            Ok(reply::json(200, &body))
        })
        .await
}

/// R/find-duplicates in its simple form: the candidates of the person with this address.
async fn duplicates(app: &App, headers: &HeaderMap, query: &str) -> Result<Answer> {
    let caller = auth::caller(app, headers, Act::Read).await?;
    let query = pairs(query)?;
    only(&query, &["email"])?;
    let address = email(&query)?;
    let missing = || Problem::invalid("query:email", FlawCode::Required, "email is required");
    let address = address.ok_or_else(missing)?;
    app.store
        .read(move |r| {
            let Some(person) = candidate::look_up_email(r, caller.org, &address)? else {
                return Ok(reply::json(200, &json!([])));
            };
            let rows = rows_of(r, caller.org, &person, 0, MOST)?;
            Ok(reply::json(200, &Value::Array(render(r, &caller, &rows)?)))
        })
        .await
}

/// What a list is asked for.
struct Page {
    limit: i64,
    after: i64,
    who: Option<Who>,
}

/// Whose applications only. The next page's address names the person by uid: an e-mail address has no place in it.
enum Who {
    Email(String),
    Person(CandidateId),
}

impl Page {
    fn parse(query: &str) -> Result<Page> {
        let query = pairs(query)?;
        only(&query, &["limit", "cursor", "email", "person_uid"])?;
        let bad = |name: &str, what: &str| {
            Problem::invalid(
                format!("query:{name}"),
                FlawCode::OutOfRange,
                format!("{name} must be {what}"),
            )
        };
        let limit = match value(&query, "limit") {
            None => USUAL_LIMIT,
            Some(text) => {
                let number = text.parse().ok().filter(|n| (1..=MOST).contains(n));
                number.ok_or_else(|| bad("limit", "a number from 1 to 1000"))?
            }
        };
        let after = match value(&query, "cursor").map(cursor::read) {
            None => 0,
            Some(Some(Side::After(id))) => id,
            Some(_) => return Err(bad("cursor", "as next_page has it")),
        };
        let person = match value(&query, "person_uid") {
            None => None,
            Some(uid) => {
                let id = uid::read(Kind::Person, uid).map(CandidateId);
                Some(Who::Person(id.ok_or(Problem::NotFound(Noun::Candidate))?))
            }
        };
        let who = person.or(email(&query)?.map(Who::Email));
        Ok(Page { limit, after, who })
    }
}

/// One more than the page shows, if there are more; with the person they are of, when only one person's were asked
/// for. `None` when there is no such person.
#[allow(clippy::type_complexity)]
fn rows(
    r: &mut Reader,
    org: OrgId,
    page: &Page,
) -> Result<Option<(Vec<(Application, Candidate)>, Option<CandidateId>)>> {
    let person = match &page.who {
        None => {
            let filter = Filter {
                submitted_only: true,
                after: page.after,
                ..Filter::default()
            };
            let rows = application::list(r, org, &filter, page.limit + 1, 0)?;
            return Ok(Some((rows, None)));
        }
        Some(Who::Email(address)) => candidate::look_up_email(r, org, address)?,
        Some(Who::Person(id)) => Some(candidate::find(r, org, *id)?),
    };
    let Some(person) = person else {
        return Ok(None);
    };
    let rows = rows_of(r, org, &person, page.after, page.limit + 1)?;
    Ok(Some((rows, Some(person.id))))
}

fn rows_of(
    r: &mut Reader,
    org: OrgId,
    person: &Candidate,
    after: i64,
    limit: i64,
) -> Result<Vec<(Application, Candidate)>> {
    let all = application::of_candidate(r, org, person.id)?.into_iter();
    let submitted = all.filter(|a| !a.pending && a.id.0 > after);
    Ok(submitted
        .take(limit as usize)
        .map(|a| (a, person.clone()))
        .collect())
}

/// Jobs and stages met while a page is made; most rows share a few.
type Jobs = HashMap<JobId, (Job, Vec<Stage>)>;

/// Rows of a list. Files are left to the single read: their links live 15 minutes only.
fn render(
    r: &mut Reader,
    caller: &Caller,
    rows: &[(Application, Candidate)],
) -> Result<Vec<Value>> {
    let mut jobs = Jobs::default();
    let mut shown = Vec::with_capacity(rows.len());
    for (application, candidate) in rows {
        let mut body = view(r, caller, &mut jobs, application, candidate, |view| {
            map::shown(view, None, &|_| None)
        })?;
        hiring::eeo::fill(r, caller, &mut body)?;
        shown.push(body);
    }
    Ok(shown)
}

fn view(
    r: &mut Reader,
    caller: &Caller,
    jobs: &mut Jobs,
    application: &Application,
    candidate: &Candidate,
    shown: impl FnOnce(&View<'_>) -> Value,
) -> Result<Value> {
    let org = caller.org;
    let (job, stages) = match jobs.entry(application.job) {
        Entry::Occupied(met) => met.into_mut(),
        Entry::Vacant(new) => {
            let job = job::find(r, org, application.job)?;
            new.insert((job, job::stages(r, org, application.job)?))
        }
    };
    let passages = application::passages(r, org, application.id)?;
    Ok(shown(&View {
        application,
        candidate,
        job,
        stages,
        passages: &passages,
    }))
}

fn next_page(
    public_url: &str,
    page: &Page,
    last: ApplicationId,
    person: Option<CandidateId>,
) -> String {
    let cursor = cursor::write(Side::After(last.0));
    let person = person.map_or(String::new(), |id| {
        format!("&person_uid={}", uid::write(Kind::Person, id.0))
    });
    let limit = page.limit;
    format!("{public_url}/comeet/candidates?limit={limit}&cursor={cursor}{person}")
}

type Pairs = Vec<(String, String)>;

fn pairs(query: &str) -> Result<Pairs> {
    let bad = |_| Problem::invalid("query:", FlawCode::Malformed, "the query does not read");
    serde_urlencoded::from_str(query).map_err(bad)
}

fn value<'q>(query: &'q Pairs, name: &str) -> Option<&'q str> {
    let found = query.iter().find(|(k, _)| k == name);
    found.map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
}

/// Refuses every parameter but `known` ones: a filter that is passed over would be answered wrongly.
fn only(query: &Pairs, known: &[&str]) -> Result<()> {
    let Some((name, _)) = query.iter().find(|(k, _)| !known.contains(&k.as_str())) else {
        return Ok(());
    };
    let name: String = name.chars().take(60).collect();
    let detail = format!("the parameter \"{name}\" is not supported yet");
    Err(Problem::invalid("query:", FlawCode::Other, detail))
}

fn email(query: &Pairs) -> Result<Option<String>> {
    let Some(address) = value(query, "email") else {
        return Ok(None);
    };
    if hiring::text::email_key(address).is_none() {
        return Err(Problem::invalid(
            "query:email",
            FlawCode::Email,
            "not an address",
        ));
    }
    Ok(Some(address.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_in_known_words_only() {
        let page = Page::parse("limit=5&cursor=YTc&email=ada%2Bx%40example.com").unwrap();
        assert_eq!((page.limit, page.after), (5, 7));
        assert!(matches!(page.who, Some(Who::Email(e)) if e == "ada+x@example.com"));
        let usual = Page::parse("").unwrap();
        assert_eq!((usual.limit, usual.after), (100, 0));
        for bad in [
            "limit=0",
            "limit=1001",
            "limit=x",
            "cursor=!",
            "cursor=Yjc",
            "email=ada",
            "status=Hired",
            "time_created:after=2020-01-01T00:00:00Z",
            "deleted=True",
            "person_uid=11.11",
        ] {
            assert!(Page::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_next_page_names_no_address() {
        let page = Page::parse("limit=5&email=ada%40example.com").unwrap();
        let url = next_page(
            "https://x.org",
            &page,
            ApplicationId(7),
            Some(CandidateId(1)),
        );
        assert_eq!(
            url,
            "https://x.org/comeet/candidates?limit=5&cursor=YTc&person_uid=S2.001"
        );
        let (_, query) = url.split_once('?').unwrap();
        assert_eq!(Page::parse(query).unwrap().after, 7);
    }
}
