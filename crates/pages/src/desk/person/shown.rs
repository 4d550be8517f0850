//! The parts of a person's page, made of what was read.

use askama::Template;
use hiring::application::InNames;
use hiring::attachment;
use hiring::candidate::Suspect;
use hiring::delivery::Delivery;
use hiring::extraction::{Pages, State};
use hiring::job::Stage;
use hiring::member::Right;
use hiring::note::{Note, Visibility};
use hiring::timeline::Entry;

use super::super::form::{Choice, Faults, Field as Input};
use super::super::frame::{Frame, Section};
use super::super::visit::{Inputs, Visit};
use super::super::words;
use super::drawn::{self, Sheet};
use super::record::{self, Field};
use super::{Kept, Seen, address};
use crate::moment::Moment;
use crate::page::Page;

/// Characters of a file's text that are shown at once.
const EXCERPT: usize = 1_200;

/// See the head of `person.rs`.
#[derive(Template)]
#[template(path = "desk/person.html")]
pub(crate) struct Person {
    frame: Frame,
    to: String,
    name: String,
    line: String,
    contact: Vec<String>,
    since: Moment,
    ignored: bool,
    can: Can,
    faults: Faults,
    tags: Vec<String>,
    tag: Input,
    applications: Vec<Application>,
    fields: Vec<Field>,
    files: Vec<File>,
    notes: Vec<Shown>,
    note: Vec<Input>,
    mails: Vec<Mail>,
    happened: Vec<Happened>,
    /// Where what happened earlier is.
    earlier: Option<String>,
    suspects: Vec<Twin>,
    mergings: Vec<Merged>,
    invite: Option<Vec<Input>>,
}

/// What the member may do here.
pub(crate) struct Can {
    change: bool,
    comment: bool,
    integrations: bool,
}

/// An application.
pub(crate) struct Application {
    uid: String,
    title: String,
    stage: String,
    at: Moment,
    source: String,
    reason: String,
    open: bool,
    pending: bool,
    /// The stage it is in, for the form.
    from: String,
    to: Input,
    why: Input,
    mail: Input,
}

/// A file.
pub(crate) struct File {
    to: String,
    name: String,
    about: String,
    remark: String,
    there: bool,
    picture: bool,
    pages: Look,
    text: String,
    more: bool,
    none: String,
    reading: bool,
}

/// What there is to look at of a file.
pub(crate) enum Look {
    /// Nothing.
    Nothing,
    /// Pages that nobody has counted yet.
    Uncounted,
    /// Pages, shown at once if it is the résumé that one came for.
    Pages {
        count: u32,
        sheets: Vec<Sheet>,
        open: bool,
    },
    /// Nothing, and why.
    Not(String),
}

/// A note.
pub(crate) struct Shown {
    by: String,
    at: Moment,
    subject: String,
    body: String,
    mark: &'static str,
}

/// A mail.
pub(crate) struct Mail {
    subject: String,
    to: String,
    state: &'static str,
    problem: String,
    at: Moment,
    again: bool,
}

/// Something that happened.
pub(crate) struct Happened {
    what: String,
    by: String,
    at: Moment,
}

/// Somebody who may be the same person.
pub(crate) struct Twin {
    to: String,
    uid: String,
    name: String,
    line: String,
    why: Vec<String>,
}

/// Somebody who is the same person by now.
pub(crate) struct Merged {
    undo: String,
    at: Moment,
}

impl Person {
    pub(super) fn new(visit: &Visit, seen: Seen, faults: Faults, typed: &Inputs) -> Person {
        let candidate = &seen.candidate;
        let record = &candidate.record;
        let to = address(candidate.uid);
        let can = Can {
            change: visit.may(Right::ChangePeople),
            comment: visit.may(Right::Comment),
            integrations: visit.may(Right::SeeIntegrations),
        };
        let tags = record.list("tags").iter().filter_map(|t| t.as_str());
        let mut happened: Vec<&Entry> = seen.happened.iter().collect();
        let more = happened.len() as i64 > super::HAPPENED;
        happened.truncate(super::HAPPENED as usize);
        let earlier = happened.last().filter(|_| more);
        let names: Vec<String> = seen.members.iter().map(|m| m.name.clone()).collect();
        Person {
            frame: visit.frame(Section::Candidates),
            name: words::name(record.name()),
            line: words::occupation(record),
            contact: contact(record),
            since: Moment::at(candidate.created_at),
            ignored: candidate.ignored_at.is_some(),
            tags: tags.map(str::to_owned).collect(),
            tag: Input::text("tag", "Add a tag")
                .most(100)
                .needed()
                .value(typed.get("tag"))
                .with(&faults),
            applications: seen
                .applications
                .iter()
                .map(|(a, stages)| Application::new(a, stages))
                .collect(),
            fields: record::fields(&seen.told, can.integrations),
            files: files(&seen.files),
            notes: seen.notes.iter().map(Shown::new).collect(),
            note: note(&names, typed, &faults),
            mails: seen.mails.iter().map(Mail::new).collect(),
            earlier: earlier.map(|e| format!("{to}?before={}#happened", e.id)),
            happened: happened.iter().map(|e| Happened::new(e)).collect(),
            suspects: seen.suspects.iter().map(Twin::new).collect(),
            mergings: seen.mergings.iter().map(Merged::new).collect(),
            invite: invite(&seen, typed, &faults),
            to,
            can,
            faults,
        }
    }
}

fn contact(record: &hiring::record::Record) -> Vec<String> {
    let emails = record.values("emails").take(2);
    let phones = record.values("phones").take(2);
    let locations = record.list("locations").iter().filter_map(|l| l.as_str());
    emails
        .chain(phones)
        .chain(locations.take(1))
        .map(str::to_owned)
        .collect()
}

fn note(names: &[String], typed: &Inputs, faults: &Faults) -> Vec<Input> {
    let help = match names.len() {
        0 | 1 => "Only members see it.".to_owned(),
        _ => {
            let some: Vec<String> = names.iter().take(4).map(|n| format!("@{n}")).collect();
            format!(
                "Only members see it. Whom you name with @ is told: {}.",
                some.join(", ")
            )
        }
    };
    let choices = vec![
        Choice::new("public", "Every member who sees this candidate"),
        Choice::new("private", "Only you and owners"),
    ];
    let seen_by = match typed.get("visibility") {
        "private" => "private",
        _ => "public",
    };
    vec![
        Input::lines("body", "Write a note", 3)
            .help(&help)
            .most(20_000)
            .needed()
            .value(typed.get("body"))
            .with(faults),
        Input::select("visibility", "Who may read it", choices)
            .needed()
            .value(seen_by),
    ]
}

fn invite(seen: &Seen, typed: &Inputs, faults: &Faults) -> Option<Vec<Input>> {
    let address = seen.candidate.record.email()?;
    let free = |job: &&hiring::job::Job| {
        let open = |a: &InNames| a.job == job.id && a.disposition.is_none();
        !seen.applications.iter().any(|(a, _)| open(a))
    };
    let jobs = seen.jobs.iter().filter(free);
    let choices: Vec<Choice> = jobs
        .map(|job| Choice::new(&job.uid.to_string(), &job.title))
        .collect();
    if choices.is_empty() {
        return None;
    }
    let help = format!("A mail with a link goes to {address}.");
    Some(vec![
        Input::select("job", "Invite to apply for", choices)
            .help(&help)
            .needed()
            .value(typed.get("job"))
            .with(faults),
        Input::lines("message", "A few words of your own", 2)
            .most(5_000)
            .value(typed.get("message"))
            .with(faults),
    ])
}

impl Application {
    fn new(a: &InNames, stages: &[Stage]) -> Application {
        let here = stages.iter().position(|s| s.id == a.stage);
        let next = here.and_then(|at| stages.get(at + 1));
        let choice = |s: &Stage| Choice::new(&s.uid.to_string(), &s.name);
        let others = stages.iter().filter(|s| s.id != a.stage).map(choice);
        let uid = a.uid.to_string();
        // Several of these forms are on the page: each input's id is its application's.
        let mine = |mut input: Input| {
            input.id = format!("{}-{uid}", input.id);
            input
        };
        let moved = a.ended_at.unwrap_or(a.stage_at);
        Application {
            title: a.title.clone(),
            stage: words::standing(a),
            at: Moment::at(moved),
            source: a.source.clone(),
            reason: a.reason.clone().unwrap_or_default(),
            open: a.disposition.is_none(),
            pending: a.pending,
            from: stages
                .iter()
                .find(|s| s.id == a.stage)
                .map(|s| s.uid.to_string())
                .unwrap_or_default(),
            to: mine(
                Input::select("to", "Move to", others.collect())
                    .needed()
                    .value(&next.map(|s| s.uid.to_string()).unwrap_or_default()),
            ),
            why: mine(Input::text("reason", "Reason").most(500)),
            mail: mine(Input::tick("mail", "Send the mail that says so", false)),
            uid,
        }
    }
}

/// The files; of the newest résumé the pages are open.
fn files(kept: &[Kept]) -> Vec<File> {
    let mut all: Vec<File> = kept.iter().map(File::new).collect();
    let mut each = kept.iter().zip(&mut all);
    let resume = each.find(|(kept, _)| kept.file.kind == attachment::Kind::Resume);
    if let Some((_, file)) = resume
        && let Look::Pages { open, .. } = &mut file.pages
    {
        *open = true;
    }
    all
}

impl Look {
    fn new(to: &str, pages: Option<&Pages>, waits: bool) -> Look {
        match pages {
            Some(Pages::Known(outline)) => Look::Pages {
                count: outline.count,
                sheets: drawn::sheets(to, outline),
                open: false,
            },
            Some(Pages::None(why)) => Look::Not(why.clone()),
            Some(Pages::Unknown) if !waits => Look::Uncounted,
            _ => Look::Nothing,
        }
    }
}

impl File {
    fn new(kept: &Kept) -> File {
        let file = &kept.file;
        let to = format!("/desk/files/{}", file.uid);
        let reading = file.sha256.is_some() && matches!(kept.state, None | Some(State::Due));
        let text = kept.text.as_deref().unwrap_or("");
        // That it cannot be read is said once, of its pages.
        let none = match (&kept.state, &kept.pages) {
            (_, Some(Pages::None(_))) => String::new(),
            (Some(State::None(why)), _) => why.clone(),
            _ => String::new(),
        };
        File {
            name: words::file_name(&file.name),
            about: match file.sha256 {
                Some(_) => format!(
                    "{}, {}",
                    words::file_kind(file.kind),
                    words::bytes(file.size)
                ),
                None => format!("{}, not fetched yet", words::file_kind(file.kind)),
            },
            remark: file.remark.clone().unwrap_or_default(),
            there: file.sha256.is_some(),
            picture: file.sha256.is_some() && super::files::is_picture(&file.media_type, file.size),
            more: text.chars().count() > EXCERPT,
            text: text.chars().take(EXCERPT).collect(),
            pages: Look::new(&to, kept.pages.as_ref(), reading),
            to,
            reading,
            none,
        }
    }
}

impl Shown {
    fn new(note: &Note) -> Shown {
        let member = note.member.as_ref().map(|m| m.name.clone());
        Shown {
            by: member
                .or(note.author.clone())
                .unwrap_or_else(|| "A program".to_owned()),
            at: Moment::at(note.created_at),
            subject: note.subject.clone().unwrap_or_default(),
            body: note.body.clone().unwrap_or_default(),
            mark: match note.visibility {
                Visibility::Public => "",
                Visibility::Private => "private",
                Visibility::Admin => "owners only",
            },
        }
    }
}

impl Mail {
    fn new(mail: &Delivery) -> Mail {
        Mail {
            subject: mail.subject.clone().unwrap_or_default(),
            to: mail.recipient.clone().unwrap_or_default(),
            state: words::mail_state(&mail.state),
            problem: mail.problem.clone().unwrap_or_default(),
            at: Moment::at(mail.settled_at.unwrap_or(mail.created_at)),
            again: mail.unsure > 0,
        }
    }
}

impl Happened {
    fn new(entry: &Entry) -> Happened {
        let sentence = words::sentence(&entry.event);
        let mut rest = sentence.rest.chars();
        let first = rest.next().map(|c| c.to_uppercase().to_string());
        let mut what = format!("{}{}", first.unwrap_or_default(), rest.as_str());
        let fields = entry.data["fields"].as_array();
        let names: Vec<String> = fields
            .into_iter()
            .flatten()
            .filter_map(|f| f.as_str().map(words::field))
            .take(8)
            .collect();
        if !names.is_empty() && entry.event.kind == "candidate.updated" {
            what = format!("{what}: {}", names.join(", "));
        }
        Happened {
            what,
            by: sentence.by,
            at: Moment::at(entry.event.created_at),
        }
    }
}

impl Twin {
    fn new(suspect: &Suspect) -> Twin {
        let record = &suspect.candidate.record;
        Twin {
            to: address(suspect.candidate.uid),
            uid: suspect.candidate.uid.to_string(),
            name: words::name(record.name()),
            line: [
                words::occupation(record),
                record.email().unwrap_or("").to_owned(),
            ]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
            why: suspect.why.iter().map(words::evidence).collect(),
        }
    }
}

impl Merged {
    fn new(merging: &hiring::candidate::Merging) -> Merged {
        Merged {
            undo: format!("/desk/merges/{}/undo", merging.uid),
            at: Moment::at(merging.created_at),
        }
    }
}

impl Page for Person {
    #[cfg(test)]
    fn sample() -> Person {
        use super::record::{From, Past, Shown as Value};
        let at = Moment::at(1_773_480_413_000_000);
        let from = From {
            words: "the native key “HR <x>”".into(),
            at: at.clone(),
            to: Some("/desk/logs/x".into()),
        };
        let faults = Faults::one("body", "A note needs some words.");
        let typed = Inputs::default();
        Person {
            frame: Frame::sample(),
            to: "/desk/candidates/x".into(),
            name: "Ada <x> Lovelace".into(),
            line: "Programmer · Analytical Engines".into(),
            contact: vec!["ada@example.org".into()],
            since: at.clone(),
            ignored: false,
            can: Can {
                change: true,
                comment: true,
                integrations: true,
            },
            tags: vec!["top <x> talent".into()],
            tag: Input::text("tag", "Add a tag"),
            applications: vec![Application {
                uid: "u".into(),
                title: "Backend <Engineer>".into(),
                stage: "Interview".into(),
                at: at.clone(),
                source: "Referral".into(),
                reason: String::new(),
                open: true,
                pending: false,
                from: "f".into(),
                to: Input::select("to", "Move to", vec![Choice::new("a", "Offer")]),
                why: Input::text("reason", "Reason"),
                mail: Input::tick("mail", "Send the mail that says so", false),
            }],
            fields: vec![Field {
                label: "Title".into(),
                values: vec![Value {
                    name: String::new(),
                    text: "Programmer <x>".into(),
                    marks: vec!["work".into()],
                    from: vec![from.clone()],
                }],
                before: vec![Past {
                    text: "Clerk".into(),
                    from: Some(from.clone()),
                    until: Some(from),
                }],
            }],
            files: vec![File {
                to: "/desk/files/x".into(),
                name: "cv <x>.pdf".into(),
                about: "Résumé, 12 kB".into(),
                remark: "odd".into(),
                there: true,
                picture: true,
                pages: Look::Pages {
                    count: 1,
                    sheets: vec![Sheet {
                        to: "/desk/files/x/pages/1".into(),
                        number: 1,
                        width: 1200,
                        height: 1697,
                    }],
                    open: true,
                },
                text: "I know <Rust>".into(),
                more: true,
                none: String::new(),
                reading: false,
            }],
            notes: vec![Shown {
                by: "Anna".into(),
                at: at.clone(),
                subject: "Call".into(),
                body: "Good <x>\nvery".into(),
                mark: "private",
            }],
            note: note(&["Anna".into(), "Ben".into()], &typed, &faults),
            mails: vec![Mail {
                subject: "Your <x> application".into(),
                to: "ada@example.org".into(),
                state: "Sent",
                problem: String::new(),
                at: at.clone(),
                again: true,
            }],
            happened: vec![Happened {
                what: "Was added".into(),
                by: "by Anna".into(),
                at: at.clone(),
            }],
            earlier: Some("/desk/candidates/x?before=3#happened".into()),
            suspects: vec![Twin {
                to: "/desk/candidates/y".into(),
                uid: "y".into(),
                name: "A. <x> Lovelace".into(),
                line: "a@x.org".into(),
                why: vec!["The same phone: 123".into()],
            }],
            mergings: vec![Merged {
                undo: "/desk/merges/x/undo".into(),
                at,
            }],
            invite: Some(vec![Input::select(
                "job",
                "Invite to apply for",
                vec![Choice::new("j", "Job")],
            )]),
            faults,
        }
    }
}
