//! The page of numbers: what became of the applications of a period, of one job or of all. A picture for each question, drawn
//! here, with its table behind it, and the same table as CSV.
//!
//! A picture, its table and its file are made of one [`Table`] (`numbers/table.rs`), so that they cannot differ. The counting is
//! `hiring::numbers`.

mod period;
mod table;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hiring::id::{OrgId, Uuid};
use hiring::member::Right;
use hiring::numbers::{self, Which};
use hiring::problem::Noun;
use hiring::roll::Rolls;
use hiring::{App, Problem, Result, job};
use store::Reader;

use super::form::{Choice, Faults, Field};
use super::frame::{Frame, Section};
use super::may::Route;
use super::visit::{Answer, Inputs, Visit};
use crate::page::Page;
use period::Period;
use table::Table;

/// Its addresses.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/numbers", Right::SeeNumbers, show),
        Route::get("/desk/numbers/csv", Right::SeeNumbers, download),
    ]
}

#[derive(Template)]
#[template(path = "desk/numbers.html")]
pub(crate) struct Numbers {
    frame: Frame,
    faults: Faults,
    fields: Vec<Field>,
    /// Periods that are often asked for: words and address.
    often: Vec<(&'static str, String)>,
    /// What is looked at, in words.
    of: String,
    figures: Vec<(&'static str, String)>,
    tables: Vec<Table>,
}

/// `GET /desk/numbers?from=&to=&job=`.
async fn show(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let asked = Period::read(&inputs, today(&app).await?);
    let (period, faults) = match asked {
        Ok(period) => (period, Faults::none()),
        Err((period, faults)) => (period, faults),
    };
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (org, rolls) = (visit.org(), app.rolls.clone());
    let found = app
        .store
        .read(move |r| find(r, &rolls, org, &period))
        .await?;
    let fields = fields(&inputs, &period, &found.choices, &faults);
    let page = Numbers {
        frame: visit.frame(Section::Numbers),
        faults,
        fields,
        often: period.often(),
        of: period.words(found.title.as_deref()),
        figures: table::figures(&found.fates),
        tables: found.tables,
    };
    Ok(visit.page_as(status, &page))
}

/// Today as the store's clock has it, µs.
async fn today(app: &App) -> Result<i64> {
    app.store.read(|r| Ok::<_, Problem>(r.now())).await
}

/// What the page shows.
struct Found {
    title: Option<String>,
    choices: Vec<(Uuid, String)>,
    fates: numbers::Fates,
    tables: Vec<Table>,
}

fn find(r: &mut Reader, rolls: &Rolls, org: OrgId, period: &Period) -> Result<Found> {
    let job = match period.job {
        Some(uid) => Some(job::find_by_uid(r, org, uid)?),
        None => None,
    };
    let which = Which {
        from: period.begins(),
        until: period.ends(),
        job: job.as_ref().map(|job| job.id),
    };
    let fates = numbers::fates(r, rolls, org, &which)?;
    let first = match job {
        Some(_) => table::funnel(&numbers::funnel(r, rolls, org, &which)?),
        None => table::jobs(&numbers::jobs(r, rolls, org, &which)?, &fates),
    };
    let mut tables = vec![first];
    if job.is_some() {
        tables.push(table::stays(&numbers::stays(r, rolls, org, &which)?));
    }
    tables.push(table::ends(&numbers::ends(r, rolls, org, &which)?));
    tables.push(table::sources(
        &numbers::sources(r, rolls, org, &which)?,
        &fates,
    ));
    tables.push(table::invites(&numbers::invites(r, org, &which)?));
    for table in &mut tables {
        table.csv = format!("/desk/numbers/csv?table={}&{}", table.id, period.query());
    }
    Ok(Found {
        title: job.map(|job| job.title),
        choices: numbers::choices(r, org)?,
        fates,
        tables,
    })
}

fn fields(
    inputs: &Inputs,
    period: &Period,
    choices: &[(Uuid, String)],
    faults: &Faults,
) -> Vec<Field> {
    // What was typed stands there again when it could not be used.
    let value = |name: &str, read: String| match faults.is_empty() || !inputs.has(name) {
        true => read,
        false => inputs.get(name).to_owned(),
    };
    let mut jobs = vec![Choice::new("", "All jobs").chosen(period.job.is_none())];
    jobs.extend(
        choices.iter().map(|(uid, title)| {
            Choice::new(&uid.to_string(), title).chosen(period.job == Some(*uid))
        }),
    );
    vec![
        Field::date("from", "From")
            .value(&value("from", period.from.to_string()))
            .needed()
            .with(faults),
        Field::date("to", "To and including")
            .value(&value("to", period.to.to_string()))
            .needed()
            .with(faults),
        Field::select("job", "Job", jobs).needed().with(faults),
    ]
}

/// `GET /desk/numbers/csv?table=&from=&to=&job=`: one table of the page as a file.
async fn download(State(app): State<App>, visit: Visit, inputs: Inputs) -> Answer {
    let not_there = || Problem::NotFound(Noun::Route);
    let period = Period::read(&inputs, today(&app).await?).map_err(|_| not_there())?;
    let (org, rolls) = (visit.org(), app.rolls.clone());
    let found = app
        .store
        .read(move |r| find(r, &rolls, org, &period))
        .await?;
    let asked = inputs.get("table");
    let table = found.tables.iter().find(|table| table.id == asked);
    let table = table.ok_or_else(not_there)?;
    let name = format!(
        "attachment; filename=\"{}-{}-{}.csv\"",
        table.id, period.from, period.to
    );
    let name = HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, name),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let response: Response = (headers, table.to_csv()).into_response();
    Ok(response)
}

impl Page for Numbers {
    #[cfg(test)]
    fn sample() -> Numbers {
        use numbers::{Fates, Invites, OfJob, OfSource, Spell, Step};
        let fates = Fates {
            applied: 40,
            open: 20,
            hired: 2,
            rejected: 15,
            withdrawn: 3,
        };
        let step = |name: &str, reached, now| Step {
            name: name.into(),
            reached,
            now,
        };
        let spell = |of: &str| Spell {
            of: of.into(),
            count: 12,
            median: 3 * 86_400_000_000,
            ninth: 9 * 86_400_000_000,
        };
        let period = Period::usual(1_773_480_413_000_000);
        Numbers {
            frame: Frame::sample(),
            faults: Faults::one("from", "Please write a day."),
            fields: fields(&Inputs::default(), &period, &[], &Faults::none()),
            often: period.often(),
            of: period.words(Some("Backend <Engineer>")),
            figures: table::figures(&fates),
            tables: vec![
                table::jobs(
                    &[OfJob {
                        title: "Backend <Engineer>".into(),
                        fates,
                    }],
                    &fates,
                ),
                table::funnel(&[step("Applied <x>", 40, 10), step("Offer", 3, 1)]),
                table::stays(&[spell("Applied <x>")]),
                table::ends(&[spell("hired")]),
                table::sources(
                    &[OfSource {
                        source: "<x> board".into(),
                        fates,
                    }],
                    &fates,
                ),
                table::invites(&Invites {
                    made: 9,
                    mailed: 8,
                    opened: 6,
                    started: 4,
                    completed: 3,
                }),
            ],
        }
    }
}
