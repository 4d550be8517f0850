//! Something done to many cards: asked for once more where one would mind, done in slices, and told row by row.

use std::collections::HashMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use hiring::application::board::{self, Seen, Sieve};
use hiring::application::bulk::{self, Deed, Outcome, Rejection};
use hiring::id::{CatalogId, StageId, Uuid};
use hiring::invite::run::NewRow;
use hiring::job::{self, Job, Stage};
use hiring::mail::{self, Preview};
use hiring::member::Right;
use hiring::page::Side;
use hiring::problem::Problem;
use hiring::{App, Result, application, catalog};

use super::act::{Rows, elsewhere, stage_name};
use super::card::{self, version};
use super::sift::Sift;
use crate::desk::form::{Choice, Faults, Field};
use crate::desk::frame::{Frame, Section};
use crate::desk::visit::{Answer, Inputs, Visit};
use crate::desk::words::thousands;
use crate::page::Page;

/// Reasons that are offered, and languages that a mail is shown in.
const REASONS: i64 = 200;
const SHOWN: usize = 5;

/// Who does something to many cards, where.
pub(super) struct Many {
    pub app: App,
    pub visit: Visit,
    pub job: Job,
    pub stages: Vec<Stage>,
    pub sift: Sift,
}

/// A move that was refused, and how to do it all the same.
#[derive(Template)]
#[template(path = "desk/board_stale.html")]
pub(crate) struct Stale {
    pub frame: Frame,
    pub said: String,
    pub who: String,
    /// The card and where it is now; `None` where it does not move any more.
    pub again: Option<String>,
    pub to: String,
    pub stage: String,
    pub back: String,
}

/// Before many are rejected.
#[derive(Template)]
#[template(path = "desk/board_reject.html")]
pub(crate) struct Reject {
    frame: Frame,
    title: String,
    faults: Faults,
    count: usize,
    rows: Vec<String>,
    reason: Field,
    mail: Field,
    message: Field,
    previews: Vec<Shown>,
    without: usize,
    back: String,
}

/// A mail as it would be.
struct Shown {
    language: String,
    to: String,
    subject: String,
    body: String,
    others: usize,
}

/// Before many are invited to another job.
#[derive(Template)]
#[template(path = "desk/board_invite.html")]
pub(crate) struct Invite {
    frame: Frame,
    faults: Faults,
    count: usize,
    rows: Vec<String>,
    job: Field,
    back: String,
}

/// What came of each.
#[derive(Template)]
#[template(path = "desk/board_done.html")]
pub(crate) struct Done {
    frame: Frame,
    title: String,
    /// Those where something is to be said, and then the others.
    rows: Vec<Row>,
    back: String,
}

struct Row {
    name: String,
    told: String,
    good: bool,
}

/// A form that cannot be done, as a page that says why.
pub(super) fn refused(visit: &Visit, why: &str) -> Response {
    visit.undone(&visit.path, why)
}

/// Does what the form asks for, or asks once more.
pub(super) async fn answer(many: &Many, rows: Rows, inputs: &Inputs) -> Answer {
    let visit = &many.visit;
    if rows.is_empty() {
        return Ok(refused(
            visit,
            "Nobody was selected: tick the boxes of some cards first.",
        ));
    }
    match inputs.get("do") {
        "advance" => {
            let to = inputs.get("to").parse().ok().map(StageId);
            let Some(to) = to.filter(|to| many.stages.iter().any(|s| s.id == *to)) else {
                return Ok(refused(visit, "Please choose one of the job's stages."));
            };
            let words = format!("moved to {}", stage_name(&many.stages, to));
            many.done(Deed::Advance(to), rows, &words).await
        }
        "tag" => {
            let name = inputs.get("new_tag").trim().to_owned();
            if name.is_empty() || name.chars().count() > 100 {
                return Ok(refused(
                    visit,
                    "Please write the tag, in at most 100 characters.",
                ));
            }
            let words = format!("tagged “{name}”");
            many.done(Deed::Tag(vec![name]), rows, &words).await
        }
        "reject" => many.ask_to_reject(rows, inputs, Faults::none()).await,
        "reject-now" => many.reject(rows, inputs).await,
        "invite" => many.ask_to_invite(rows, Faults::none()).await,
        "invite-now" => many.invite(rows, inputs).await,
        _ => Ok(refused(visit, "That form did not say what to do.")),
    }
}

impl Many {
    /// In slices, each in a transaction of its own. Should one fail, what was done before it stays done, and the page says of
    /// each row whether it was.
    async fn done(&self, deed: Deed, rows: Rows, words: &str) -> Answer {
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(rows.len());
        let mut trouble = None;
        for slice in rows.chunks(bulk::SLICE) {
            let (caller, job) = (self.visit.caller.clone(), self.job.id);
            let (deed, slice) = (deed.clone(), slice.to_vec());
            let written = self
                .app
                .store
                .write(move |tx| bulk::some(tx, &caller, job, &deed, &slice))
                .await;
            match written {
                Ok(done) => outcomes.extend(done.into_iter().map(Some)),
                Err(problem) => {
                    trouble = Some(problem);
                    break;
                }
            }
        }
        if let (Some(problem), true) = (&trouble, outcomes.is_empty()) {
            return Err(problem.clone().into());
        }
        outcomes.resize(rows.len(), None);
        let good = outcomes.iter().flatten().filter(|o| is_good(o)).count();
        if good == rows.len() {
            let told = format!("{} {words}.", people(good));
            return Ok(self.visit.done(&self.visit.path, &told));
        }
        let names = self.names(&rows).await?;
        let now = self.app.store.clock().now();
        let told = rows.iter().zip(&outcomes).map(|((uid, _), outcome)| {
            let name = names.get(uid).cloned();
            let name = name.unwrap_or_else(|| "Somebody who is not there any more".to_owned());
            Row {
                told: tell(outcome.as_ref(), &name, words, now),
                good: outcome.as_ref().is_some_and(is_good),
                name,
            }
        });
        let mut rows: Vec<Row> = told.collect();
        rows.sort_by_key(|row| row.good);
        let page = Done {
            frame: self.visit.frame(Section::Jobs),
            title: format!(
                "{} of {} {words}",
                thousands(good as i64),
                people(rows.len())
            ),
            rows,
            back: self.visit.path.clone(),
        };
        let status = match trouble {
            Some(_) => StatusCode::SERVICE_UNAVAILABLE,
            None => StatusCode::OK,
        };
        Ok(self.visit.page_as(status, &page))
    }

    async fn names(&self, rows: &[(Uuid, Seen)]) -> Result<HashMap<Uuid, String>> {
        let cards = self.cards(rows).await?;
        let called = cards
            .into_iter()
            .map(|card| (card.uid, card::called(&card)));
        Ok(called.collect())
    }

    async fn cards(&self, rows: &[(Uuid, Seen)]) -> Result<Vec<board::Card>> {
        let mut cards = Vec::with_capacity(rows.len());
        for slice in rows.chunks(hiring::page::MOST) {
            let (org, job) = (self.visit.org(), self.job.id);
            let uids: Vec<Uuid> = slice.iter().map(|(uid, _)| *uid).collect();
            let read = self
                .app
                .store
                .read(move |r| board::cards(r, org, job, &Sieve::default(), &uids));
            cards.extend(read.await?);
        }
        Ok(cards)
    }

    async fn ask_to_reject(&self, rows: Rows, inputs: &Inputs, faults: Faults) -> Answer {
        let org = self.visit.org();
        let reasons = self.app.store.read(move |r| {
            let (kind, span) = (catalog::Kind::RejectReason, Default::default());
            catalog::page(r, org, kind, Side::After(0), &span, REASONS)
        });
        let reasons = reasons.await?;
        let mut choices = vec![Choice::new("", "No reason")];
        let item = |item: &catalog::Item| Choice::new(&item.uid.to_string(), &item.name);
        choices.extend(reasons.iter().map(item));
        let (previews, without) = self.previews(&rows, inputs.get("message")).await?;
        let mail = "Tell them by mail";
        let page = Reject {
            frame: self.visit.frame(Section::Jobs),
            title: format!("Reject {}?", people(rows.len())),
            faults: faults.clone(),
            count: rows.len(),
            rows: carried(&rows),
            reason: Field::select("reason", "Reason", choices)
                .value(inputs.get("reason"))
                .with(&faults),
            mail: Field::tick("mail", mail, inputs.has("mail"))
                .help("The mail is shown below. Nobody is told anything unless this is ticked."),
            message: Field::lines("message", "What you want to say beside the usual words", 4)
                .most(5_000)
                .value(inputs.get("message")),
            previews,
            without,
            back: self.visit.path.clone(),
        };
        let status = match faults.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok(self.visit.page_as(status, &page))
    }

    /// The mail in each language that one of the people would get it in, and how many have no address.
    async fn previews(&self, rows: &Rows, message: &str) -> Result<(Vec<Shown>, usize)> {
        let mut by_language: Vec<(Preview, usize)> = Vec::new();
        let mut without = 0;
        for slice in rows.chunks(50) {
            let (caller, uids) = (self.visit.caller.clone(), slice.to_vec());
            let message = Some(message.to_owned()).filter(|m| !m.is_empty());
            let read = self.app.store.read(move |r| {
                let mut all = Vec::new();
                for (uid, _) in &uids {
                    let found = application::find_by_uid(r, caller.org, *uid);
                    let application = match found {
                        Err(Problem::NotFound(_)) => continue,
                        found => found?,
                    };
                    if application.pending || application.ended_at.is_some() {
                        continue;
                    }
                    let text = message.as_deref();
                    all.push(mail::rejection_preview(r, &caller, &application, text)?);
                }
                Ok::<_, Problem>(all)
            });
            for preview in read.await? {
                if preview.recipient.is_none() {
                    without += 1;
                    continue;
                }
                let same = |(known, _): &&mut (Preview, usize)| known.language == preview.language;
                match by_language.iter_mut().find(same) {
                    Some((_, count)) => *count += 1,
                    None => by_language.push((preview, 1)),
                }
            }
        }
        let shown = |(preview, count): (Preview, usize)| Shown {
            language: preview.language,
            to: preview.recipient.unwrap_or_default(),
            subject: preview.mail.subject,
            body: preview.mail.body,
            others: count - 1,
        };
        let shown = by_language.into_iter().take(SHOWN).map(shown).collect();
        Ok((shown, without))
    }

    async fn reject(&self, rows: Rows, inputs: &Inputs) -> Answer {
        let (org, wanted) = (self.visit.org(), inputs.get("reason").to_owned());
        let reason: Option<(CatalogId, String)> = match wanted.as_str() {
            "" => None,
            text => {
                let uid = text.parse().unwrap_or_default();
                let kind = catalog::Kind::RejectReason;
                let found = self
                    .app
                    .store
                    .read(move |r| catalog::find(r, org, kind, uid))
                    .await;
                match found {
                    Ok(item) => Some((item.id, item.name)),
                    Err(Problem::NotFound(_)) => {
                        let faults = Faults::one("reason", "Please choose one of the reasons.");
                        return self.ask_to_reject(rows, inputs, faults).await;
                    }
                    Err(other) => return Err(other.into()),
                }
            }
        };
        let message = inputs.get("message").to_owned();
        let mail = inputs.has("mail");
        let mail = mail.then(|| Some(message).filter(|text| !text.is_empty()));
        let words = match mail {
            Some(_) => "rejected and told",
            None => "rejected",
        };
        let deed = Deed::Reject(Rejection { reason, mail });
        self.done(deed, rows, words).await
    }

    async fn ask_to_invite(&self, rows: Rows, faults: Faults) -> Answer {
        if !self.visit.may(Right::Invite) {
            return Ok(self.visit.forbidden());
        }
        let jobs = crate::desk::invite::open_jobs(&self.app, &self.visit).await?;
        let mut choices = vec![Choice::new("", "Choose a job")];
        let others = jobs.iter().filter(|job| job.uid != self.job.uid);
        choices.extend(others.map(|job| Choice::new(&job.uid.to_string(), &job.title)));
        let page = Invite {
            frame: self.visit.frame(Section::Jobs),
            faults: faults.clone(),
            count: rows.len(),
            rows: carried(&rows),
            job: Field::select("job", "To which job", choices)
                .needed()
                .with(&faults),
            back: self.visit.path.clone(),
        };
        let status = match faults.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok(self.visit.page_as(status, &page))
    }

    /// Makes a list of them, which is looked at and started as any other.
    async fn invite(&self, rows: Rows, inputs: &Inputs) -> Answer {
        if !self.visit.may(Right::Invite) {
            return Ok(self.visit.forbidden());
        }
        let (org, text) = (self.visit.org(), inputs.get("job").to_owned());
        let uid: Option<Uuid> = text.parse().ok();
        let job = match uid {
            Some(uid) => {
                let found = self
                    .app
                    .store
                    .read(move |r| job::find_by_uid(r, org, uid))
                    .await;
                match found {
                    Err(Problem::NotFound(_)) => None,
                    found => Some(found?),
                }
            }
            None => None,
        };
        let Some(job) = job else {
            let faults = Faults::one("job", "Please choose a job.");
            return self.ask_to_invite(rows, faults).await;
        };
        self.visit.reach(job.id)?;
        let row = |card: board::Card| NewRow {
            email: card.email.clone().unwrap_or_default(),
            name: card.name,
        };
        let people = self.cards(&rows).await?.into_iter().map(row).collect();
        crate::desk::invite::listed(&self.app, &self.visit, &job, people).await
    }
}

/// The rows as hidden inputs carry them on.
fn carried(rows: &Rows) -> Vec<String> {
    let one = |(uid, seen): &(Uuid, Seen)| format!("{uid}~{}", version(*seen));
    rows.iter().map(one).collect()
}

fn people(count: usize) -> String {
    match count {
        1 => "1 application".to_owned(),
        n => format!("{} applications", thousands(n as i64)),
    }
}

fn is_good(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done | Outcome::There)
}

/// What came of one, as a sentence.
fn tell(outcome: Option<&Outcome>, name: &str, words: &str, now: i64) -> String {
    match outcome {
        Some(Outcome::Done) => format!("Done: {words}."),
        Some(Outcome::There) => "It was so already.".to_owned(),
        Some(Outcome::WithoutMail(why)) => format!("Done, but no mail goes out: {why}."),
        Some(Outcome::Elsewhere(there)) => {
            format!("Nothing was changed: {}", elsewhere(there, name, now))
        }
        Some(Outcome::Refused(why)) => format!("Nothing was changed: {why}."),
        Some(Outcome::Missing) => "Nothing was changed: it is not there any more.".to_owned(),
        None => "Nothing was changed: the server was too busy. Please try these again.".to_owned(),
    }
}

impl Page for Stale {
    #[cfg(test)]
    fn sample() -> Stale {
        Stale {
            frame: Frame::sample(),
            said: "Not moved: Bert put Ada <x> into Interview 2 minutes ago.".into(),
            who: "Ada <x>".into(),
            again: Some("x~1-2".into()),
            to: "3".into(),
            stage: "Offer <x>".into(),
            back: "/desk/jobs/x/board?q=a".into(),
        }
    }
}

impl Page for Reject {
    #[cfg(test)]
    fn sample() -> Reject {
        Reject {
            frame: Frame::sample(),
            title: "Reject 2 applications?".into(),
            faults: Faults::one("reason", "Please choose one <x>."),
            count: 2,
            rows: vec!["x~1-2".into()],
            reason: Field::select("reason", "Reason", vec![Choice::new("", "No reason")]),
            mail: Field::tick("mail", "Tell them by mail", true),
            message: Field::lines("message", "Words", 4).value("<x>"),
            previews: vec![Shown {
                language: "de".into(),
                to: "ada@example.org".into(),
                subject: "Your <application>".into(),
                body: "Dear <Ada>,\nno.".into(),
                others: 1,
            }],
            without: 1,
            back: "/desk/jobs/x/board".into(),
        }
    }
}

impl Page for Invite {
    #[cfg(test)]
    fn sample() -> Invite {
        Invite {
            frame: Frame::sample(),
            faults: Faults::one("job", "Please choose a job."),
            count: 2,
            rows: vec!["x~1-2".into()],
            job: Field::select("job", "To which job", vec![Choice::new("x", "Job <x>")]),
            back: "/desk/jobs/x/board".into(),
        }
    }
}

impl Page for Done {
    #[cfg(test)]
    fn sample() -> Done {
        let row = |told: &str, good| Row {
            name: "Ada <x>".into(),
            told: told.into(),
            good,
        };
        Done {
            frame: Frame::sample(),
            title: "1 of 2 applications moved to Offer".into(),
            rows: vec![row("Nothing was changed.", false), row("Done.", true)],
            back: "/desk/jobs/x/board".into(),
        }
    }
}
