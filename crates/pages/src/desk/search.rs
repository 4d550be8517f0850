//! Searching people: a page, the same as JSON for whoever types (`assets/desk-search.js`), and the searches that a member
//! keeps.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use hiring::application::{self, InNames};
use hiring::candidate::Candidate;
use hiring::extraction;
use hiring::id::OrgId;
use hiring::member::Right;
use hiring::search::{
    self, Ask, Found, MOST_COUNTED, Operator, Place, Progress, Saved, Why, Within,
};
use hiring::{App, Result};
use serde_json::{Value, json};
use store::Reader;

use super::form::{Faults, Field, Pager};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Named, Visit};
use super::words::{self, thousands};
use crate::page::Page;

/// People on a page.
const MANY: i64 = 25;
/// People shown while somebody types.
const FEW: i64 = 8;
/// Applications named of one person.
const APPLICATIONS: usize = 3;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/search", Right::SeePeople, show),
        Route::get("/desk/search.json", Right::SeePeople, type_ahead),
        Route::post("/desk/searches", Right::Enter, save),
        Route::post("/desk/searches/{uid}/forget", Right::Enter, forget),
    ]
}

/// See the head of this file.
#[derive(Template)]
#[template(path = "desk/search.html")]
pub(crate) struct Search {
    frame: Frame,
    query: String,
    /// How many, in words; empty where nothing was asked for.
    count: String,
    remarks: Vec<String>,
    rows: Vec<Row>,
    pager: Pager,
    saved: Vec<Kept>,
    /// Where the search can be kept under a name.
    keep: Option<Field>,
    faults: Faults,
    /// How far the index has come, where it is behind.
    behind: Option<String>,
}

/// Somebody in a list of people.
pub(crate) struct Row {
    pub to: String,
    pub name: String,
    pub line: String,
    pub email: String,
    pub applications: Vec<Stands>,
    pub why: Option<Passage>,
}

/// How one application stands.
pub(crate) struct Stands {
    pub title: String,
    pub stage: String,
    pub ended: bool,
}

/// Where what was looked for stands.
pub(crate) struct Passage {
    pub place: &'static str,
    pub before: String,
    pub hit: String,
    pub after: String,
}

/// A search that was kept.
pub(crate) struct Kept {
    uid: String,
    name: String,
    to: String,
    count: String,
}

/// `GET /desk/search?q=…&from=…`.
async fn show(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    page(
        &app,
        &visit,
        inputs.get("q"),
        inputs.get("from"),
        Faults::none(),
        "",
    )
    .await
}

async fn page(
    app: &App,
    visit: &Visit,
    query: &str,
    from: &str,
    faults: Faults,
    name: &str,
) -> Answer {
    let (org, member) = (visit.org(), visit.member.id);
    let within = within(visit);
    let (asked, from) = (query.to_owned(), place(from));
    let (seen, saved, behind) = app
        .store
        .read(move |r| {
            let seen = look(r, org, &Ask::read(&asked, true), &within, from, MANY)?;
            let saved = search::of_member(r, org, member)?;
            let saved = kept(r, org, &saved, &within)?;
            Ok::<_, hiring::Problem>((seen, saved, behind(r, org)?))
        })
        .await?;
    let status = match faults.is_empty() {
        true => axum::http::StatusCode::OK,
        false => axum::http::StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = Search::new(
        visit.frame(Section::Search),
        query,
        seen,
        saved,
        behind,
        faults,
        name,
    );
    Ok(visit.page_as(status, &page))
}

/// Whom the member may find.
pub(super) fn within(visit: &Visit) -> Within {
    Within {
        jobs: visit.only().map(<[_]>::to_vec),
    }
}

/// Where an address says that a page of people begins.
pub(super) fn place(text: &str) -> Place {
    Place::parse(text).unwrap_or(Place::START)
}

/// What a page shows of those who were found.
pub(super) struct Seen {
    pub found: Found,
    pub count: i64,
    pub applications: Vec<InNames>,
    pub why: Vec<Option<Why>>,
}

pub(super) fn look(
    r: &mut Reader,
    org: OrgId,
    ask: &Ask,
    within: &Within,
    from: Place,
    limit: i64,
) -> Result<Seen> {
    let found = search::search(r, org, ask, within, from, limit)?;
    let people: Vec<_> = found.hits.iter().map(|h| h.candidate.id).collect();
    let mut applications = application::in_names(r, org, &people)?;
    if let Some(jobs) = &within.jobs {
        applications.retain(|a| jobs.contains(&a.job));
        // The index may lag behind: whoever reaches some jobs only sees nobody else for a moment.
    }
    let words = ask.words();
    let mut why = Vec::new();
    for hit in &found.hits {
        let passage = match hit.named {
            true => None,
            false => search::why(r, org, &hit.candidate, &words)?,
        };
        why.push(passage);
    }
    let mut seen = Seen {
        count: search::count(r, org, ask, within)?,
        found,
        applications,
        why,
    };
    if within.jobs.is_some() {
        let reached = |id| seen.applications.iter().any(|a| a.candidate == id);
        let keep: Vec<bool> = seen
            .found
            .hits
            .iter()
            .map(|h| reached(h.candidate.id))
            .collect();
        let mut each = keep.iter();
        seen.found.hits.retain(|_| *each.next().unwrap_or(&false));
        let mut each = keep.iter();
        seen.why.retain(|_| *each.next().unwrap_or(&false));
    }
    Ok(seen)
}

impl Seen {
    pub fn rows(self) -> Vec<Row> {
        let Seen {
            found,
            applications,
            why,
            ..
        } = self;
        let row =
            |(hit, why): (search::Hit, Option<Why>)| Row::new(&hit.candidate, &applications, why);
        found.hits.into_iter().zip(why).map(row).collect()
    }
}

impl Row {
    fn new(candidate: &Candidate, applications: &[InNames], why: Option<Why>) -> Row {
        let record = &candidate.record;
        let own = applications.iter().filter(|a| a.candidate == candidate.id);
        let stands = |a: &InNames| Stands {
            title: a.title.clone(),
            stage: words::standing(a),
            ended: a.disposition.is_some(),
        };
        Row {
            to: format!("/desk/candidates/{}", candidate.uid),
            name: words::name(record.name()),
            line: words::occupation(record),
            email: record.email().unwrap_or("").to_owned(),
            applications: own.take(APPLICATIONS).map(stands).collect(),
            why: why.map(|w| Passage {
                place: words::place(w.place),
                before: w.passage.0,
                hit: w.passage.1,
                after: w.passage.2,
            }),
        }
    }
}

/// How many it is, up to as many as are counted.
pub(super) fn counted(n: i64) -> String {
    match n {
        n if n > MOST_COUNTED => format!("More than {} candidates", thousands(MOST_COUNTED)),
        1 => "1 candidate".to_owned(),
        n => format!("{} candidates", thousands(n)),
    }
}

fn kept(r: &mut Reader, org: OrgId, saved: &[Saved], within: &Within) -> Result<Vec<Kept>> {
    saved
        .iter()
        .map(|s| {
            let count = search::count(r, org, &Ask::read(&s.query, false), within)?;
            Ok(Kept {
                uid: s.uid.to_string(),
                name: s.name.clone(),
                to: address(&s.query, None),
                count: match count > MOST_COUNTED {
                    true => format!("{}+", thousands(MOST_COUNTED)),
                    false => thousands(count),
                },
            })
        })
        .collect()
}

/// How far the index has come, in words, where that is worth a word.
fn behind(r: &mut Reader, org: OrgId) -> Result<Option<String>> {
    let Progress { behind, waiting } = search::progress(r)?;
    let (files, _) = extraction::tally(r, Some(org))?;
    let mut parts = Vec::new();
    if waiting > 0 {
        parts.push(format!(
            "{} candidates are still to be indexed",
            thousands(waiting)
        ));
    }
    if behind > 50 {
        parts.push(format!(
            "{} changes are still to be indexed",
            thousands(behind)
        ));
    }
    if files > 0 {
        let are = if files == 1 { "file is" } else { "files are" };
        parts.push(format!("{} {are} still to be read", thousands(files)));
    }
    Ok((!parts.is_empty()).then(|| parts.join("; ")))
}

/// The address of a search.
pub(super) fn address(query: &str, from: Option<Place>) -> String {
    let from = from.map(Place::word);
    let mut pairs = vec![("q", query)];
    pairs.extend(from.as_deref().map(|from| ("from", from)));
    let pairs = serde_urlencoded::to_string(pairs).unwrap_or_default();
    format!("/desk/search?{pairs}")
}

impl Search {
    fn new(
        frame: Frame,
        query: &str,
        seen: Seen,
        saved: Vec<Kept>,
        behind: Option<String>,
        faults: Faults,
        name: &str,
    ) -> Search {
        let empty = Ask::read(query, false).is_empty();
        let next = seen.found.next.map(|next| address(query, Some(next)));
        let keep = Field::text("name", "Keep this search as").most(80).needed();
        Search {
            frame: frame.searching(query),
            query: query.to_owned(),
            count: if empty {
                String::new()
            } else {
                counted(seen.count)
            },
            remarks: seen.found.unknown.iter().map(remark).collect(),
            pager: Pager {
                on: next.filter(|_| !empty),
                on_words: "More",
                ..Pager::default()
            },
            rows: if empty { Vec::new() } else { seen.rows() },
            keep: (!empty).then(|| keep.value(name).with(&faults)),
            saved,
            faults,
            behind,
        }
    }
}

fn remark((operator, value): &(Operator, String)) -> String {
    match operator {
        Operator::Job => format!("There is no job whose title has “{value}”."),
        Operator::Stage => format!("There is no stage called “{value}”."),
        other => format!("Nothing is called {}:{value}.", other.word()),
    }
}

/// `GET /desk/search.json?q=…`: a few, for whoever types.
async fn type_ahead(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (org, within) = (visit.org(), within(&visit));
    let query = inputs.get("q").to_owned();
    let ask = Ask::read(&query, true);
    let rows = match ask.is_empty() {
        true => Vec::new(),
        false => {
            let seen = app
                .store
                .read(move |r| look(r, org, &ask, &within, Place::START, FEW));
            seen.await?.rows()
        }
    };
    let hit = |row: &Row| -> Value {
        let stands = row.applications.first();
        let stands = stands.map(|a| format!("{} – {}", a.title, a.stage));
        json!({"to": row.to, "name": row.name, "line": row.line, "stands": stands,
            "why": row.why.as_ref().map(|w| json!({"place": w.place, "before": w.before, "hit": w.hit, "after": w.after}))})
    };
    let hits: Vec<Value> = rows.iter().map(hit).collect();
    let response = Json(json!({"hits": hits, "all": address(&query, None)})).into_response();
    let headers = [(axum::http::header::CACHE_CONTROL, "no-store")];
    Ok((headers, response).into_response())
}

/// `POST /desk/searches`.
async fn save(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let (org, member) = (visit.org(), visit.member.id);
    let (name, query) = (inputs.get("name").to_owned(), inputs.get("q").to_owned());
    let (as_named, asked) = (name.clone(), query.clone());
    let saved = app
        .store
        .write(move |tx| search::save(tx, org, member, &as_named, &asked))
        .await;
    match saved {
        Ok(_) => Ok(visit.done(&address(&query, None), "The search is kept.")),
        Err(problem) => page(&app, &visit, &query, "", Faults::of(problem)?, &name).await,
    }
}

/// `POST /desk/searches/{uid}/forget`.
async fn forget(State(app): State<App>, visit: Visit, Named(uid): Named) -> Answer {
    let (org, member) = (visit.org(), visit.member.id);
    app.store
        .write(move |tx| search::forget(tx, org, member, uid))
        .await?;
    Ok(visit.done("/desk/search", "The search is kept no more."))
}

impl Page for Search {
    #[cfg(test)]
    fn sample() -> Search {
        Search {
            frame: Frame::sample().searching("rust <x>"),
            query: "rust <x>".into(),
            count: counted(2),
            remarks: vec![remark(&(Operator::Job, "<x>".into()))],
            rows: vec![Row::sample(true), Row::sample(false)],
            pager: Pager {
                on: Some("/desk/search?q=rust&from=n.1".into()),
                on_words: "More",
                ..Pager::default()
            },
            saved: vec![Kept {
                uid: hiring::id::new_uid().to_string(),
                name: "Rust <x> people".into(),
                to: "/desk/search?q=rust".into(),
                count: "1,000+".into(),
            }],
            keep: Some(Field::text("name", "Keep this search as").needed()),
            faults: Faults::none(),
            behind: Some("12 files are still to be read".into()),
        }
    }
}

#[cfg(test)]
impl Row {
    pub fn sample(named: bool) -> Row {
        Row {
            to: format!("/desk/candidates/{}", hiring::id::new_uid()),
            name: "Ada <x> Lovelace".into(),
            line: "Programmer · Analytical Engines".into(),
            email: "ada@example.org".into(),
            applications: vec![Stands {
                title: "Backend <Engineer>".into(),
                stage: "Interview".into(),
                ended: false,
            }],
            why: (!named).then(|| Passage {
                place: "In a file",
                before: "years of ".into(),
                hit: "Rust".into(),
                after: " at <x>".into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_anything_else_is_the_beginning() {
        for place_ in [
            Place {
                named: true,
                before: 7,
            },
            Place {
                named: false,
                before: 9,
            },
        ] {
            assert_eq!(place(&place_.word()), place_);
        }
        for bad in ["", "x", "n.", "n.-1", "q.4", "n.99999999999999999999"] {
            assert_eq!(place(bad), Place::START, "{bad}");
        }
    }
}
