//! Merge's webhooks: `{hook, linked_account, data}`, signed in `X-Merge-Webhook-Signature` (dialect page, §5).
//!
//! An event is told in the name of one linked account and in its lens: what its scopes switch off is not told. A hook of the
//! whole organization is told it once for each account; what is about one account alone (it was linked or deleted, the system behind
//! it does not let us in), in its name only. `data` is the model as `GET` shows it at that moment, equal-opportunity answers never.
//!
//! The pages name `LinkedAccount.*` and `Issue.*` without an example of each: `data` of the first is AccountDetails, of the second an
//! Issue. `Issue.created` is another spelling of `Issue.new` there; what is sent is the latter.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hiring::event::{Event, Kind};
use hiring::id::OrgId;
use hiring::linked_account::LinkedAccount;
use hiring::problem::{Problem, Result};
use hiring::subscription::secret::hmac;
use hiring::subscription::shape::{Letter, Parcel, Seal, Shape};
use hiring::{application, attachment, candidate, issue, job, note, slot, webhook_receiver};
use serde_json::{Value, json};
use store::Reader;

use super::map::{self, Lens, Whole};
use super::routes::{jobs, views};
use super::wire::Expand;

/// The one shape of this dialect.
pub(super) struct Hook;

/// Which of our events is which of theirs. Each of ours is one of theirs, so that a wish decides it.
const EVENTS: &[(Kind, &str)] = &[
    (Kind::CandidateCreated, "Candidate.added"),
    (Kind::CandidateUpdated, "Candidate.changed"),
    (Kind::CandidateIgnored, "Candidate.removed"),
    (Kind::ApplicationSubmitted, "Application.added"),
    (Kind::ApplicationUpdated, "Application.changed"),
    (Kind::ApplicationAdvanced, "Application.changed"),
    (Kind::ApplicationHired, "Application.changed"),
    (Kind::ApplicationRejected, "Application.changed"),
    (Kind::ApplicationWithdrawn, "Application.changed"),
    (Kind::AttachmentAdded, "Attachment.added"),
    (Kind::AttachmentFetched, "Attachment.changed"),
    (Kind::AttachmentRemoved, "Attachment.removed"),
    (Kind::JobCreated, "Job.added"),
    (Kind::JobUpdated, "Job.changed"),
    (Kind::NoteAdded, "Activity.added"),
    (Kind::LinkedAccountLinked, "LinkedAccount.linked"),
    (Kind::LinkedAccountRemoved, "LinkedAccount.deleted"),
    (Kind::IssueOpened, "Issue.new"),
    (Kind::IssueResolved, "Issue.resolved"),
];

/// The same, ours alone.
const KINDS: &[Kind] = &{
    let mut kinds = [Kind::CandidateCreated; EVENTS.len()];
    let mut n = 0;
    while n < EVENTS.len() {
        kinds[n] = EVENTS[n].0;
        n += 1;
    }
    kinds
};

/// Ours that one of theirs tells; none for one that is never told here.
pub(super) fn kinds_of(event: &str) -> Vec<Kind> {
    let told = EVENTS.iter().filter(|(_, theirs)| *theirs == event);
    told.map(|(ours, _)| *ours).collect()
}

impl Shape for Hook {
    fn name(&self) -> &'static str {
        super::NAME
    }

    fn title(&self) -> &'static str {
        "Merge's webhooks, in the name of a linked account, or of each"
    }

    fn kinds(&self) -> Option<&'static [Kind]> {
        Some(KINDS)
    }

    fn wants_account(&self) -> bool {
        true
    }

    fn shows_ids(&self) -> bool {
        false
    }

    fn render(&self, r: &mut Reader, parcel: &Parcel) -> Result<Option<Letter>> {
        let Some(event) = &parcel.event else {
            // What the dashboard's "send test" posts.
            let body = json!({"response": "Success! This URL will be notified."});
            return Ok(Some(Letter::post(body.to_string())));
        };
        let theirs = EVENTS.iter().find(|(ours, _)| ours.word() == event.kind);
        let (Some((_, theirs)), Some(account)) = (theirs, &parcel.account) else {
            return Ok(None);
        };
        if event.linked_account().is_some_and(|own| own != account.uid) {
            return Ok(None);
        }
        let lens = Lens {
            public_url: parcel.public_url.clone(),
            account: account.settings.clone(),
        };
        let (model, _) = theirs.split_once('.').unwrap_or((theirs, ""));
        if !lens.shows(model) {
            return Ok(None);
        }
        let told = match model {
            "LinkedAccount" => Ok(Some(map::account_details(account))),
            "Issue" => issue_of(r, parcel.org, event, account),
            _ => data(r, parcel, event, model, &lens),
        };
        let data = match told {
            // Not there any more, or to be shown no more: there is nothing to tell of it.
            Err(Problem::NotFound(_)) => return Ok(None),
            data => data?,
        };
        let Some(mut data) = data else {
            return Ok(None);
        };
        slot::fill(&mut data, &mut |_, _| None);
        let body = json!({
            "hook": {"id": parcel.subscription.uid, "event": theirs, "target": parcel.subscription.url},
            "linked_account": linked_account(account),
            "data": data,
        });
        let key = &parcel.installation;
        // A hook of the whole organization has the organization's key.
        let secret = match parcel.subscription.account {
            Some(account) => webhook_receiver::secret(r, key, parcel.org, account, theirs)?,
            None => None,
        };
        Ok(Some(Letter {
            secret,
            ..Letter::post(body.to_string())
        }))
    }

    /// HMAC of the raw body, the key as it is written, base64url with padding: Python's receivers compare with that.
    fn sign(&self, letter: &Letter, seal: &Seal<'_>) -> Vec<(String, String)> {
        let own = seal.secrets.first().map(|secret| secret.text.as_bytes());
        let key = letter.secret.as_deref().or(own).unwrap_or_default();
        let mac = URL_SAFE.encode(hmac(key, letter.body.as_bytes()));
        vec![("x-merge-webhook-signature".to_owned(), mac)]
    }
}

fn linked_account(account: &LinkedAccount) -> Value {
    let whole = map::account_details(account);
    let named = [
        "id",
        "integration",
        "integration_slug",
        "category",
        "end_user_origin_id",
        "end_user_organization_name",
        "end_user_email_address",
        "status",
        "webhook_listener_url",
        "is_duplicate",
        "account_type",
    ];
    let members = named.map(|name| (name.to_owned(), whole[name].clone()));
    Value::Object(members.into_iter().collect())
}

/// The model that the event is about; `None` when the account's callers are not shown it.
fn data(
    r: &mut Reader,
    parcel: &Parcel,
    event: &Event,
    model: &str,
    lens: &Lens,
) -> Result<Option<Value>> {
    let (org, none) = (parcel.org, Expand::default());
    match model {
        "Candidate" => {
            let Some(uid) = event.candidate else {
                return Ok(None);
            };
            let person = candidate::find_by_uid(r, org, uid)?;
            match (
                person.ignored_at,
                event.kind == Kind::CandidateIgnored.word(),
            ) {
                (Some(_), true) => Ok(Some(map::shell(lens, &person))),
                (None, false) => {
                    let view = views::candidate(r, org, person)?;
                    Ok(Some(map::candidate(lens, &view, &none)))
                }
                _ => Ok(None),
            }
        }
        "Application" => {
            let Some(uid) = event.application else {
                return Ok(None);
            };
            let listed = application::find_listed(r, org, uid)?;
            Ok(Some(map::application(lens, &listed, Whole::default())))
        }
        "Attachment" => {
            let Some(uid) = event.named("attachment") else {
                return Ok(None);
            };
            let listed = attachment::find_listed(r, org, uid)?;
            let told = !listed.ignored || event.kind == Kind::AttachmentRemoved.word();
            Ok(told.then(|| map::attachment(lens, &listed, None)))
        }
        "Job" => {
            let Some(uid) = event.job else {
                return Ok(None);
            };
            let job = job::find_by_uid(r, org, uid)?;
            let id = job.id;
            Ok(jobs::shown(r, org, lens, &[job], &none)?.remove(&id))
        }
        "Activity" => {
            let Some(uid) = event.named("note") else {
                return Ok(None);
            };
            let note = note::find(r, org, uid)?;
            Ok((!note.ignored).then(|| map::activity(lens, &note, &none, None)))
        }
        _ => Ok(None),
    }
}

/// The issue, where it is one of this account: of the destination that it is carried to, or of a file, which is everybody's.
fn issue_of(
    r: &mut Reader,
    org: OrgId,
    event: &Event,
    account: &LinkedAccount,
) -> Result<Option<Value>> {
    let Some(uid) = event.named("issue") else {
        return Ok(None);
    };
    let issue = issue::find(r, org, uid)?;
    Ok(map::concerns(&issue, account).then(|| map::issue(&issue)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_names_all_that_is_told_by_it_and_nothing_else() {
        assert_eq!(kinds_of("Candidate.added"), [Kind::CandidateCreated]);
        assert_eq!(kinds_of("Application.changed").len(), 5);
        assert_eq!(kinds_of("Issue.new"), [Kind::IssueOpened]);
        assert_eq!(kinds_of("LinkedAccount.sync_completed"), []);
        for (n, (kind, _)) in EVENTS.iter().enumerate() {
            let first = EVENTS.iter().position(|(other, _)| other == kind);
            assert_eq!(first, Some(n), "{}", kind.word());
        }
    }
}
