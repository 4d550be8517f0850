//! `muster demo`: the same server with an example organization, and the lines that show it off.

use std::path::Path;

use dialects::{DIALECTS, Dialect, ExampleCall, NewCredentials};
use hiring::application::{self, NewApplication};
use hiring::caller::{Caller, Permissions};
use hiring::candidate::{self, NewCandidate};
use hiring::catalog::{self, Kind, NewItem};
use hiring::id::{JobId, MemberId, OrgId};
use hiring::invite::{self, Invite, NewInvite};
use hiring::job::{self, FieldKind, NewField, NewJob};
use hiring::problem::Noun;
use hiring::record::How;
use hiring::submission::{self, NewSubmission};
use hiring::{App, Problem, api_key, member, organization, posting, secret};
use serde_json::{Map, Value, json};
use store::Tx;
use uuid::Uuid;

/// Stands in stored credentials where the server's URL goes, as the port may be another next time.
const BASE: &str = "{{base}}";
const ORGANIZATION: &str = "Analytical Engines";
const EMAIL: &str = "anna@example.com";
const SEAL: &str = "demo.credentials";

/// The example organization's credentials, made at the first start and kept, sealed, in the data folder: the demo
/// alone does that, so that a second start prints the same.
///
/// # Errors
/// A sentence for the person who started us.
pub async fn credentials(app: &App, data: &Path) -> Result<Value, String> {
    let base = app.settings.public_url.clone();
    let file = data.join("demo.credentials");
    if let Some(kept) = read(app, &file).await? {
        return Ok(with_base(&kept, &base));
    }
    let password = secret::token("")[..16].to_owned();
    let made = make(app, &password)
        .await
        .map_err(|p| format!("the example organization was not made: {p:?}"))?;
    let sealed = app.key.seal(SEAL, made.to_string().as_bytes());
    write(&file, &sealed).map_err(|e| format!("cannot write {}: {e}", file.display()))?;
    Ok(with_base(&made, &base))
}

/// What an earlier start kept, if all of it still opens something: the database may be another one, a key may be
/// revoked, a dialect may be new.
async fn read(app: &App, file: &Path) -> Result<Option<Value>, String> {
    let Some((kept, keys)) = unseal(app, file) else {
        return Ok(None);
    };
    let live = app.store.read(move |r| {
        for (dialect, uid) in &keys {
            if api_key::by_uid(r, dialect, *uid)?.is_none() {
                return Ok::<_, Problem>(false);
            }
        }
        Ok(true)
    });
    let live = live
        .await
        .map_err(|p| format!("the example organization's keys were not read: {p:?}"))?;
    Ok(live.then_some(kept))
}

/// The kept credentials, and which key of each dialect they hold.
fn unseal(app: &App, file: &Path) -> Option<(Value, Vec<(&'static str, Uuid)>)> {
    let plain = app.key.open(SEAL, &std::fs::read(file).ok()?).ok()?;
    let kept: Value = serde_json::from_slice(&plain).ok()?;
    let key_of = |d: &&dyn Dialect| {
        let uid = kept[d.name()]["key_id"].as_str()?;
        Some((d.name(), uid.parse().ok()?))
    };
    let keys = DIALECTS.iter().map(key_of).collect::<Option<_>>()?;
    Some((kept, keys))
}

/// Replaces the file whole, so that a kill or a power cut leaves the old one or the new one.
fn write(file: &Path, sealed: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let unfinished = file.with_extension("unfinished");
    let mut options = std::fs::OpenOptions::new();
    let mut to = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    to.write_all(sealed)?;
    to.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    std::fs::File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn with_base(kept: &Value, base: &str) -> Value {
    let text = kept.to_string().replace(BASE, base);
    serde_json::from_str(&text).unwrap_or_default()
}

async fn make(app: &App, password: &str) -> hiring::Result<Value> {
    let example = Example {
        organization: ORGANIZATION.to_owned(),
        email: EMAIL.to_owned(),
        password: password.to_owned(),
        password_hash: member::hash_password(password)?,
        base_url: BASE.to_owned(),
        limit: None,
    };
    let inner = app.clone();
    app.store.write(move |tx| example.make(tx, &inner)).await
}

/// The link of somebody who is invited to the example organization's first job. Made for those who read what the demo prints;
/// the same at every start, until it was used or its time is over: then another person is invited.
///
/// # Errors
/// A sentence for the person who started us.
pub async fn invite(app: &App) -> Result<String, String> {
    let inner = app.clone();
    let made = app.store.write(move |tx| invite_somebody(tx, &inner)).await;
    let invite = made.map_err(|p| format!("the example invite was not made: {p:?}"))?;
    let link = invite::link(&app.settings.public_url, &invite);
    Ok(invite::fill(&app.key, &link))
}

fn invite_somebody(tx: &mut Tx, app: &App) -> hiring::Result<Invite> {
    let org = organization::named(tx, ORGANIZATION)?.id;
    let caller = Caller::system(org);
    let jobs = job::list(tx, org, JobId(0), 1)?;
    let job = jobs.first().ok_or(Problem::NotFound(Noun::Job))?;
    for n in 1.. {
        let email = match n {
            1 => "augusta@example.com".to_owned(),
            n => format!("augusta{n}@example.com"),
        };
        if let Some(known) = candidate::look_up_email(tx, org, &email)? {
            let all = application::of_candidate(tx, org, known.id)?;
            for application in all.iter().filter(|a| a.pending && a.job == job.id) {
                match invite::look_up(tx, org, application.id)? {
                    Some(invite) if invite.state.is_open() => return Ok(invite),
                    _ => {}
                }
            }
            continue;
        }
        return invite_person(tx, app, &caller, job, &email);
    }
    Err(Problem::broken("there is no end to numbers"))
}

fn invite_person(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    job: &job::Job,
    email: &str,
) -> hiring::Result<Invite> {
    let body = json!({"name": "Augusta Example", "email": email});
    let kept = submission::keep(
        tx,
        caller,
        &NewSubmission {
            uid: hiring::id::new_uid(),
            dialect: "demo",
            route: "demo",
            body: body.to_string(),
            files: Vec::new(),
            eeo: Vec::new(),
            unmapped: Vec::new(),
        },
    )?;
    let said = json!({"full_name": "Augusta Example", "emails": [{"value": email}]});
    let new = NewCandidate {
        said: said.as_object().cloned().unwrap_or_default(),
        foreign_ids: Vec::new(),
        how: How::Add,
        attachments: Vec::new(),
    };
    let person = candidate::take_in(tx, caller, kept, &new)?.candidate;
    let pending = NewApplication {
        pending: true,
        source: "Demo".into(),
        ..NewApplication::default()
    };
    let opened = application::open(tx, caller, &person, job, &pending)?;
    let application = opened.application().clone();
    let (who, what) = (Some(person.id), Some(application.id));
    submission::settle(tx, caller.org, kept, who, what, "created")?;
    let new = NewInvite {
        email: Some(email.to_owned()),
        ..NewInvite::default()
    };
    invite::create_with(tx, &app.key, caller, &application, &new)
}

/// An example organization to be made.
pub struct Example {
    /// Its name; if there is one of this name it gets new keys.
    pub organization: String,
    /// Where its owner signs in.
    pub email: String,
    /// The owner's password.
    pub password: String,
    /// Its argon2id.
    pub password_hash: String,
    /// The server's URL, for what is printed.
    pub base_url: String,
    /// Rate of its keys; `None`: the dialects' own.
    pub limit: Option<(u32, u32)>,
}

impl Example {
    /// Makes the organization, its member and one key for each dialect; answers what `demo --json` prints.
    pub fn make(&self, tx: &mut Tx, app: &App) -> hiring::Result<Value> {
        let known = organization::all(tx)?
            .into_iter()
            .find(|o| o.name == self.organization);
        let org = match &known {
            Some(known) => known.id,
            None => organization::create(tx, &self.organization)?.id,
        };
        member::set_password(
            tx,
            org,
            &self.email,
            "Anna Recruiter",
            "owner",
            &self.password_hash,
        )?;
        if known.is_none() {
            self.furnish(tx, org)?;
        }
        let base = &self.base_url;
        let mut all = Map::new();
        all.insert("url".into(), json!(base));
        let desk =
            json!({"url": format!("{base}/desk"), "email": self.email, "password": self.password});
        all.insert("desk".into(), desk);
        for dialect in DIALECTS {
            let new = NewCredentials {
                base_url: base.clone(),
                name: "demo".to_owned(),
                permissions: Permissions::ALL,
                limit: self.limit,
            };
            all.insert(
                dialect.name().into(),
                dialect.credentials(tx, app, org, &new)?,
            );
        }
        if let Some(job) = job::list(tx, org, JobId(0), 1)?.first()
            && let Some(posting) = posting::of_jobs(tx, org, &[job.id])?.get(&job.id)
        {
            all.insert("apply".into(), json!({"job_url": posting.link(base)}));
        }
        all.insert(
            "mail".into(),
            json!({"outbox_url": format!("{base}/api/v1/outbox")}),
        );
        Ok(Value::Object(all))
    }

    /// Gives the new organization its two jobs, its custom field and what is around them.
    fn furnish(&self, tx: &mut Tx, org: OrgId) -> hiring::Result<()> {
        organization::add_custom_field(tx, org, "field1")?;
        let caller = Caller::system(org);
        let mut put = |kind, name: &str, place: Option<&str>| {
            let (name, place) = (name.to_owned(), place.map(str::to_owned));
            let put = catalog::create(tx, &caller, &NewItem { kind, name, place })?;
            Ok::<_, Problem>(put.item.id)
        };
        let engineering = put(Kind::Department, "Engineering", None)?;
        let finance = put(Kind::Department, "Finance", None)?;
        let london = put(Kind::Office, "Headquarters", Some("London"))?;
        let turin = put(Kind::Office, "Workshop", Some("Turin"))?;
        for reason in ["Not enough experience", "Position filled", "Asked for more"] {
            put(Kind::RejectReason, reason, None)?;
        }
        let (anna, ivan) = self.people(tx, org)?;
        let programmer = NewJob {
            catalog: vec![engineering, london],
            recruiters: vec![anna],
            hiring_managers: vec![ivan],
            ..first_job()
        };
        job::create(tx, &caller, &programmer)?;
        let accountant = NewJob {
            catalog: vec![finance, turin],
            recruiters: vec![anna],
            ..accountant()
        };
        job::create(tx, &caller, &accountant)?;
        Ok(())
    }

    /// The owner, and a second member, who has an address of the organization's own, since one address is one member
    /// in all organizations. Their password is the owner's: nobody is told of another one.
    fn people(&self, tx: &mut Tx, org: OrgId) -> hiring::Result<(MemberId, MemberId)> {
        let (owner, _) = member::by_email(tx, &self.email)?
            .ok_or_else(|| Problem::broken("the owner who was just made is not there"))?;
        let domain = self.organization.to_lowercase().replace(' ', "-");
        let email = format!("ivan@{domain}.example");
        let hash = &self.password_hash;
        let other = member::create(tx, org, &email, "Ivan Interviewer", "interviewer", hash)?;
        Ok((owner.id, other))
    }
}

fn field(name: &str, label: &str, kind: FieldKind, required: bool, options: &[&str]) -> NewField {
    let options = options.iter().map(|o| (*o).to_owned()).collect();
    NewField {
        name: name.into(),
        label: label.into(),
        kind,
        required,
        options,
        ..NewField::default()
    }
}

/// The demo's first job; its stages and its form are what the command line promises, and `muster bench` fills it in too.
pub fn first_job() -> NewJob {
    NewJob {
        title: "Engine Programmer".into(),
        code: Some("ENG-1".into()),
        description: Some(
            "You write programs for the Analytical Engine, and prove on paper that they halt."
                .into(),
        ),
        fields: vec![
            field("phone", "Phone", FieldKind::Phone, true, &[]),
            field("resume", "Resume", FieldKind::File, false, &[]),
            field("portfolio", "Portfolio", FieldKind::Url, false, &[]),
            field(
                "notice_period",
                "Notice period",
                FieldKind::Choice,
                false,
                &["Immediately", "One month", "Three months"],
            ),
            field(
                "cover_letter",
                "Cover letter",
                FieldKind::LongText,
                false,
                &[],
            ),
        ],
        ..NewJob::default()
    }
}

fn accountant() -> NewJob {
    let stages = [
        ("Applied", "review"),
        ("Interview", "interview"),
        ("Offer", "offer"),
    ];
    NewJob {
        title: "Accountant".into(),
        code: Some("FIN-1".into()),
        description: Some("You keep the books of the Engine's many parts.".into()),
        stages: stages
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .to_vec(),
        fields: vec![field("resume", "Resume", FieldKind::File, false, &[])],
        ..NewJob::default()
    }
}

/// What a person reads after `muster demo`.
/// `mailing` says whether mail goes out.
pub fn page(credentials: &Value, invite: &str, mailing: &str) -> String {
    let mut text = format!(
        "Muster is running at {}\n\n  desk     {}  ({} / {})\n  outbox   {}  (with the native key)\n  guides   {}/docs\n\
         \x20 apply    {}  (anybody, by the job's public page)\n  invite   {invite}  (Augusta, who was invited)\n\n{mailing}\n",
        show(&credentials["url"]),
        show(&credentials["desk"]["url"]),
        show(&credentials["desk"]["email"]),
        show(&credentials["desk"]["password"]),
        show(&credentials["mail"]["outbox_url"]),
        show(&credentials["url"]),
        show(&credentials["apply"]["job_url"]),
    );
    // Each start's lines make new people, so that they work again after a restart.
    let n = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(1, |d| d.as_secs() % 100_000);
    for dialect in DIALECTS {
        let mut call = Some(Box::new(dialect.example(&credentials[dialect.name()])));
        while let Some(example) = call {
            text.push_str(&format!("\n# {}\n{}\n", example.title, curl(&example, n)));
            call = example.also;
        }
    }
    text.push_str("\nPress Ctrl-C to stop; what was accepted is finished first.");
    text
}

fn show(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

pub(crate) fn curl(call: &ExampleCall, n: u64) -> String {
    let headers: String = call
        .headers
        .iter()
        .map(|(k, v)| format!(" -H {}", quoted(&format!("{k}: {v}"))))
        .collect();
    let body = call.body.replace("{n}", &n.to_string());
    format!(
        "curl -sS -X {} {}{headers} -d {}",
        call.method,
        quoted(&call.url),
        quoted(&body)
    )
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
