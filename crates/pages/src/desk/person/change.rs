//! What a member does with a person: notes, tags, applications moved and ended, an invite.

use axum::extract::State;
use hiring::application::{self, Disposition, NewApplication, conclude};
use hiring::caller::Who;
use hiring::candidate::{self, CandidateEdit};
use hiring::id::{Uuid, new_uid};
use hiring::member::Right;
use hiring::note::{self, NewNote, Visibility};
use hiring::problem::{Clash, Noun};
use hiring::record::{Record, Said};
use hiring::submission::{self, Kept, NewSubmission};
use hiring::{App, Caller, Problem, Result, invite, job, mail};
use serde_json::{Value, json};
use store::Tx;

use super::super::form::Faults;
use super::super::may::Route;
use super::super::visit::{Answer, Inputs, Named, Visit};
use super::{address, page, reached};

/// Characters of a note, of a tag, of a message.
const LONGEST_NOTE: usize = 20_000;
const LONGEST_TAG: usize = 100;
const LONGEST_MESSAGE: usize = 5_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/desk/candidates/{uid}/notes", Right::Comment, add_note),
        Route::post("/desk/candidates/{uid}/tags", Right::ChangePeople, add_tag),
        Route::post(
            "/desk/candidates/{uid}/untag",
            Right::ChangePeople,
            remove_tag,
        ),
        Route::post(
            "/desk/candidates/{uid}/applications",
            Right::ChangePeople,
            decide,
        ),
        Route::post("/desk/candidates/{uid}/invite", Right::Invite, send_invite),
    ]
}

/// Keeps what a member typed, as what any caller sends is kept.
pub(super) fn keep(
    tx: &mut Tx,
    caller: &Caller,
    route: &'static str,
    body: &Value,
) -> Result<Kept> {
    let new = NewSubmission {
        uid: new_uid(),
        dialect: "desk",
        route,
        body: body.to_string(),
        files: Vec::new(),
        eeo: Vec::new(),
        unmapped: Vec::new(),
    };
    submission::keep(tx, caller, &new)
}

/// What was typed, unless there is nothing, or too much.
fn typed(inputs: &Inputs, name: &str, most: usize, empty: &str) -> Result<String, Faults> {
    let text = inputs.get(name);
    if text.is_empty() {
        return Err(Faults::one(name, empty));
    }
    if text.chars().count() > most {
        let words = format!("This may have at most {most} characters.");
        return Err(Faults::one(name, &words));
    }
    Ok(text.to_owned())
}

/// `POST /desk/candidates/{uid}/notes`.
async fn add_note(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let body = match typed(&inputs, "body", LONGEST_NOTE, "A note needs some words.") {
        Ok(body) => body,
        Err(faults) => return page(&app, &visit, uid, i64::MAX, faults, &inputs).await,
    };
    let visibility = match inputs.get("visibility") {
        "private" => Visibility::Private,
        _ => Visibility::Public,
    };
    let (looker, url) = (visit.clone(), app.settings.public_url.clone());
    let told = app
        .store
        .write(move |tx| {
            let candidate = reached(tx, &looker, uid)?;
            let new = NewNote {
                candidate: candidate.id,
                member: Some(looker.member.id),
                submission: None,
                kind: note::Kind::Note,
                subject: None,
                body: Some(body.clone()),
                visibility,
            };
            let note = note::create(tx, &looker.caller, &new)?;
            match visibility {
                Visibility::Public => note::mention(tx, &looker.caller, &note, candidate.id, &url),
                // Whom a private note names could not read it.
                _ => Ok(Vec::new()),
            }
        })
        .await?;
    let names: Vec<&str> = told.iter().map(|m| m.name.as_str()).collect();
    let words = match names.is_empty() {
        true => "The note is added.".to_owned(),
        false => format!("The note is added; {} will be told.", names.join(", ")),
    };
    Ok(visit.done(&format!("{}#notes", address(uid)), &words))
}

/// `POST /desk/candidates/{uid}/tags`.
async fn add_tag(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let tag = match typed(&inputs, "tag", LONGEST_TAG, "A tag needs a name.") {
        Ok(tag) if tag.chars().any(char::is_control) => {
            let faults = Faults::one("tag", "A tag is one line of text.");
            return page(&app, &visit, uid, i64::MAX, faults, &inputs).await;
        }
        Ok(tag) => tag,
        Err(faults) => return page(&app, &visit, uid, i64::MAX, faults, &inputs).await,
    };
    let words = format!("Tagged with “{tag}”.");
    retag(&app, &visit, uid, move |tags| {
        let same =
            |had: &Value| had.as_str().map(hiring::text::key) == Some(hiring::text::key(&tag));
        if !tags.iter().any(same) {
            tags.push(json!(tag));
        }
    })
    .await?;
    Ok(visit.done(&format!("{}#tags", address(uid)), &words))
}

/// `POST /desk/candidates/{uid}/untag`.
async fn remove_tag(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let tag = inputs.get("tag").to_owned();
    let words = format!("The tag “{tag}” is removed.");
    retag(&app, &visit, uid, move |tags| {
        tags.retain(|had| had.as_str() != Some(&tag));
    })
    .await?;
    Ok(visit.done(&format!("{}#tags", address(uid)), &words))
}

/// Changes a person's tags as they are when their turn has come, so that two who each add one both do.
async fn retag(
    app: &App,
    visit: &Visit,
    uid: Uuid,
    change: impl Fn(&mut Vec<Value>) + Send + 'static,
) -> Result<()> {
    let visit = visit.clone();
    let write = move |tx: &mut Tx<'_>| {
        let candidate = reached(tx, &visit, uid)?;
        let tags = |record: &Record| {
            let mut tags = record.list("tags").to_vec();
            change(&mut tags);
            tags
        };
        // What changes nothing is no change.
        if tags(&candidate.record) == candidate.record.list("tags") {
            return Ok(());
        }
        let kept = keep(tx, &visit.caller, "/desk/candidates/{uid}/tags", &json!({}))?;
        let edited = candidate::edit_by(
            tx,
            &visit.caller,
            kept,
            candidate.id,
            &Said::new(),
            |record| {
                let mut said = Said::new();
                said.insert("tags".to_owned(), Value::Array(tags(record)));
                CandidateEdit {
                    said,
                    ..CandidateEdit::default()
                }
            },
        )?;
        submission::settle(tx, visit.org(), kept, Some(edited.id), None, "enriched")
    };
    app.store.write(write).await
}

/// What is to become of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Do {
    Advance,
    Reject,
    Hire,
    Withdraw,
}

impl Do {
    fn parse(word: &str) -> Option<Do> {
        match word {
            "advance" => Some(Do::Advance),
            "reject" => Some(Do::Reject),
            "hire" => Some(Do::Hire),
            "withdraw" => Some(Do::Withdraw),
            _ => None,
        }
    }

    fn done(self) -> &'static str {
        match self {
            Do::Advance => "The application is moved.",
            Do::Reject => "The application is rejected.",
            Do::Hire => "Hired!",
            Do::Withdraw => "The application is noted as withdrawn.",
        }
    }
}

/// What the form asks for.
#[derive(Clone)]
struct Decision {
    how: Do,
    application: Uuid,
    from: Option<Uuid>,
    to: Option<Uuid>,
    reason: Option<String>,
    mail: bool,
}

/// `POST /desk/candidates/{uid}/applications`.
async fn decide(State(app): State<App>, visit: Visit, Named(uid): Named, inputs: Inputs) -> Answer {
    let named = |name: &str| Uuid::parse_str(inputs.get(name)).ok();
    let decision = Do::parse(inputs.get("do")).zip(named("application"));
    let Some((how, application)) = decision else {
        return Err(Problem::NotFound(Noun::Application).into());
    };
    let reason = inputs.get("reason");
    if reason.chars().count() > 500 || reason.chars().any(char::is_control) {
        let faults = Faults::one("", "A reason is one line of at most 500 characters.");
        return page(&app, &visit, uid, i64::MAX, faults, &inputs).await;
    }
    let decision = Decision {
        how,
        application,
        from: named("from"),
        to: named("to"),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        mail: inputs.has("mail"),
    };
    let looker = visit.clone();
    let done = app
        .store
        .write(move |tx| carry_out(tx, &looker, uid, &decision))
        .await;
    let back = format!("{}#applications", address(uid));
    match done {
        Ok(()) => Ok(visit.done(&back, how.done())),
        Err(Problem::Stale { .. }) => Ok(visit.undone(
            &back,
            "Somebody else has moved this application meanwhile. It stands where you see it now; nothing was changed.",
        )),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            Ok(visit.undone(&back, &format!("Nothing was changed: {why}.")))
        }
        Err(Problem::Invalid(_)) => Ok(visit.undone(&back, "Nothing was changed: there is no such stage.")),
        Err(other) => Err(other.into()),
    }
}

fn carry_out(tx: &mut Tx, visit: &Visit, uid: Uuid, decision: &Decision) -> Result<()> {
    let org = visit.org();
    let candidate = reached(tx, visit, uid)?;
    let there = application::find_by_uid(tx, org, decision.application)?;
    if there.candidate != candidate.id {
        return Err(Problem::NotFound(Noun::Application));
    }
    visit.reach(there.job)?;
    let stages = job::stages(tx, org, there.job)?;
    let stage = |uid: Option<Uuid>| {
        let found = stages.iter().find(|s| Some(s.uid) == uid);
        found.map(|s| s.id)
    };
    let (from, reason) = (stage(decision.from), decision.reason.as_deref());
    match decision.how {
        Do::Advance => {
            let to = stage(decision.to).ok_or(Problem::Invalid(Vec::new()))?;
            application::advance(tx, &visit.caller, there.id, to, from)?;
        }
        Do::Hire => {
            conclude::hire(tx, &visit.caller, there.id, from)?;
        }
        Do::Reject => {
            // Moved to the job's stage for it, and ended with its reason.
            must_stand(&there, from)?;
            if let Some(place) = conclude::reject_stage(&stages).filter(|_| !there.pending)
                && there.ended_at.is_none()
            {
                application::advance(tx, &visit.caller, there.id, place.id, from)?;
            }
            let ended =
                application::dispose(tx, &visit.caller, there.id, Disposition::Rejected, reason)?;
            if decision.mail && there.ended_at.is_none() {
                mail::rejection(tx, &visit.caller, &ended, None)?;
            }
        }
        Do::Withdraw => {
            must_stand(&there, from)?;
            application::dispose(tx, &visit.caller, there.id, Disposition::Withdrawn, reason)?;
        }
    }
    Ok(())
}

fn must_stand(there: &application::Application, from: Option<hiring::id::StageId>) -> Result<()> {
    match from {
        Some(from) if from != there.stage => Err(Problem::Stale {
            have: there.stage.0 as u64,
        }),
        _ => Ok(()),
    }
}

/// `POST /desk/candidates/{uid}/invite`.
async fn send_invite(
    State(app): State<App>,
    visit: Visit,
    Named(uid): Named,
    inputs: Inputs,
) -> Answer {
    let message = inputs.get("message");
    if message.chars().count() > LONGEST_MESSAGE {
        let words = format!("This may have at most {LONGEST_MESSAGE} characters.");
        let faults = Faults::one("message", &words);
        return page(&app, &visit, uid, i64::MAX, faults, &inputs).await;
    }
    let Ok(job) = Uuid::parse_str(inputs.get("job")) else {
        let faults = Faults::one("job", "Choose a job.");
        return page(&app, &visit, uid, i64::MAX, faults, &inputs).await;
    };
    let message = (!message.is_empty()).then(|| message.to_owned());
    let (looker, inner) = (visit.clone(), app.clone());
    let done = app
        .store
        .write(move |tx| invited(tx, &inner, &looker, uid, job, message.as_deref()))
        .await;
    let back = format!("{}#applications", address(uid));
    match done {
        Ok(()) => Ok(visit.done(&back, "The invitation is on its way.")),
        Err(Problem::Conflict(Clash::ApplicationOpen { .. })) => Ok(visit.undone(
            &back,
            "Nobody was invited: there is an open application or invitation for this job.",
        )),
        Err(Problem::Conflict(Clash::NotAllowed(why))) => {
            Ok(visit.undone(&back, &format!("Nobody was invited: {why}.")))
        }
        Err(other) => Err(other.into()),
    }
}

fn invited(
    tx: &mut Tx,
    app: &App,
    visit: &Visit,
    uid: Uuid,
    job: Uuid,
    message: Option<&str>,
) -> Result<()> {
    debug_assert!(matches!(visit.caller.who, Who::Member(_)));
    let candidate = reached(tx, visit, uid)?;
    let job = job::find_by_uid(tx, visit.org(), job)?;
    visit.reach(job.id)?;
    let pending = NewApplication {
        pending: true,
        source: "Invite".to_owned(),
        ..NewApplication::default()
    };
    let opened = application::open(tx, &visit.caller, &candidate, &job, &pending)?;
    let application::Opened::New(new) = opened else {
        let application = opened.application().id;
        return Err(Problem::Conflict(Clash::ApplicationOpen { application }));
    };
    let wanted = invite::NewInvite {
        email: candidate.record.email().map(str::to_owned),
        message: message.map(str::to_owned),
        ..invite::NewInvite::default()
    };
    let made = invite::create_with(tx, &app.key, &visit.caller, &new, &wanted)?;
    mail::invite(
        tx,
        &app.settings.public_url,
        &visit.caller,
        &made,
        None,
        None,
    )?;
    Ok(())
}
