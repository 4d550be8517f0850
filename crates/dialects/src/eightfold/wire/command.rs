//! Small bodies: a note, a move to another stage, a batch of ids, files for a position.

use hiring::application::Disposition;
use hiring::note;
use hiring::problem::{FlawCode, Result};
use serde_json::{Map, Value};

use super::query::MOST;
use super::tables::{ATTACHMENT, STATUSES};
use super::{MAX_ID, shape};
use crate::body::{Body, Step};
use crate::check::{Check, Object};

/// Characters of a note.
const MAX_NOTE: usize = 100_000;

/// Words that a note's type may be.
pub(in crate::eightfold) const NOTE_TYPES: &[&str] = &["email", "note", "other"];

/// `POST /profile-notes`.
#[derive(Debug, Clone)]
pub(in crate::eightfold) struct NewNote {
    /// About whom.
    pub profile: String,
    /// About which position beside.
    pub position: Option<String>,
    /// Its text.
    pub note: String,
    /// What it is.
    pub kind: note::Kind,
    /// Who wrote it.
    pub creator: Option<String>,
    /// Members that have no place, as pointers.
    pub unknown: Vec<String>,
}

impl NewNote {
    pub(in crate::eightfold) fn parse(body: &Body) -> Result<NewNote> {
        let mut check = Check::new(body);
        let root = check.root()?;
        for name in ["profileId", "note"] {
            check.require(&root, name);
        }
        check.at_most(&root, "note", MAX_NOTE);
        let text = |check: &mut Check<'_>, name| check.string(&root, name);
        let (profile, note) = (text(&mut check, "profileId"), text(&mut check, "note"));
        let position = text(&mut check, "positionId");
        let kind = check.choice(&root, "noteType", NOTE_TYPES);
        check.string(&root, "creatorEmail");
        let creator = check.email(&root, "creatorEmail");
        check.done()?;
        let known = [
            "profileId",
            "positionId",
            "note",
            "noteType",
            "creatorEmail",
        ];
        Ok(NewNote {
            profile: profile.unwrap_or_default(),
            position: position.filter(|p| !p.trim().is_empty()),
            note: note.unwrap_or_default(),
            kind: kind
                .and_then(|k| note::Kind::parse(&k))
                .unwrap_or(note::Kind::Note),
            creator: creator.filter(|c| !c.is_empty()),
            unknown: root
                .unknown(&known)
                .map(|name| root.pointer(name))
                .collect(),
        })
    }
}

/// `POST /profiles/{profileId}/application/stages`.
#[derive(Debug, Clone)]
pub(in crate::eightfold) struct StageMove {
    /// Our id of the position.
    pub position: Option<String>,
    /// A far system's id of it, and the system.
    pub ats_job: Option<(String, Option<String>)>,
    /// The stage's name; `None` when only the status changes.
    pub stage: Option<String>,
    /// Whether it is said to go on.
    pub goes_on: bool,
    /// How it ended, if it did.
    pub ending: Option<Disposition>,
    /// Why.
    pub reason: Option<String>,
    /// Members that have no place, as pointers.
    pub unknown: Vec<String>,
}

impl StageMove {
    pub(in crate::eightfold) fn parse(body: &Body) -> Result<StageMove> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let text = |check: &mut Check<'_>, name| {
            check.at_most(&root, name, MAX_ID);
            let text = check.string(&root, name);
            text.filter(|t| !t.trim().is_empty())
        };
        let position = text(&mut check, "positionId");
        let ats_job = text(&mut check, "atsJobId");
        let system = text(&mut check, "systemId");
        let stage = text(&mut check, "stage");
        let reason = text(&mut check, "reason");
        let status = check.choice(&root, "applicationStatus", STATUSES);
        if position.is_none() && ats_job.is_none() {
            let detail = "positionId or atsJobId is required";
            check.flaw("/positionId", FlawCode::Required, detail);
        }
        if stage.is_none() && status.is_none() {
            check.flaw("/stage", FlawCode::Required, "stage is required");
        }
        check.done()?;
        let known = [
            "positionId",
            "atsJobId",
            "systemId",
            "stage",
            "reason",
            "applicationStatus",
        ];
        let ending = status.as_deref().and_then(Disposition::parse);
        Ok(StageMove {
            goes_on: status.is_some() && ending.is_none(),
            position,
            ats_job: ats_job.map(|id| (id, system)),
            stage,
            ending,
            reason,
            unknown: root
                .unknown(&known)
                .map(|name| root.pointer(name))
                .collect(),
        })
    }
}

/// `POST /…/batch-fetch`: the ids, in the caller's order.
pub(in crate::eightfold) fn batch(body: &Body) -> Result<Vec<String>> {
    let mut check = Check::new(body);
    let root = check.root()?;
    check.require(&root, "entityIds");
    let mut ids = Vec::new();
    for (at, item) in check.list(&root, "entityIds") {
        match item {
            Value::String(id) => ids.push(id.clone()),
            Value::Number(id) => ids.push(id.to_string()),
            _ => check.flaw(at, FlawCode::WrongType, "entityIds must hold strings"),
        }
    }
    if ids.len() > MOST as usize {
        let detail = format!("entityIds may hold at most {MOST} ids");
        check.flaw("/entityIds", FlawCode::TooLong, detail);
    }
    check.done()?;
    Ok(ids)
}

/// Which values of `POST …/ats-positions/{id}/attachments` are the content of a file.
pub(in crate::eightfold) fn is_position_file(path: &[Step]) -> bool {
    super::is_file(path) || matches!(path, [Step::Key("attachmentContent")])
}

/// `POST …/ats-positions/{id}/attachments`.
#[derive(Debug, Clone)]
pub(in crate::eightfold) struct PositionFiles {
    /// The members of each file.
    pub files: Vec<Map<String, Value>>,
    /// Members that have no place, as pointers.
    pub unknown: Vec<String>,
}

impl PositionFiles {
    /// `{"attachments": […]}`, or one of them bare.
    pub(in crate::eightfold) fn parse(body: &Body) -> Result<PositionFiles> {
        let mut check = Check::new(body);
        let root = check.root()?;
        let mut unknown = Vec::new();
        let objects: Vec<Object<'_>> = if root.has("attachmentContent") {
            vec![root.clone()]
        } else {
            check.require(&root, "attachments");
            let other = root.unknown(&["attachments"]);
            unknown.extend(other.map(|name| root.pointer(name)));
            check.objects(&root, "attachments")
        };
        for object in &objects {
            shape::check_object(&mut check, object, ATTACHMENT, &mut unknown);
            check.require(object, "attachmentContent");
        }
        check.done()?;
        Ok(PositionFiles {
            files: objects.iter().map(|o| o.members.clone()).collect(),
            unknown,
        })
    }
}
