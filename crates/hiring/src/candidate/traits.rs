//! By what else than an address or a foreign id a person is looked for: the last nine digits of a phone, a profile on a
//! network, a name. What is the same here may still be two people, so that nothing is claimed and nothing merges.

use store::{Reader, Tx, sql};

use super::{Candidate, EMAIL, read};
use crate::id::{CandidateId, OrgId};
use crate::problem::Result;
use crate::record::Record;
use crate::text;

/// Digits of a phone that count: callers write countries and trunk zeros before them as they like.
const DIGITS: usize = 9;
/// Fewer digits are an extension, not a phone.
const LEAST: usize = 5;
const PHONE: &str = "phone";
const PROFILE: &str = "profile";
const NETWORK: &str = "linkedin.com";
/// Bytes of a key that an index holds.
const LONGEST: usize = 1_000;

/// The key of a phone; `None` where it has too few digits to be one.
fn phone_key(phone: &str) -> Option<String> {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= LEAST).then(|| {
        digits[digits.len().saturating_sub(DIGITS)..]
            .iter()
            .collect()
    })
}

/// The key of a profile on LinkedIn, the one network that people are looked for by: its path in lower case, whatever
/// scheme, country and query came with it. `None` for any other address.
fn profile_key(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or("");
    let key = text::key(rest.trim_end_matches('/'));
    let (host, path) = key.split_once('/')?;
    let network = host == NETWORK || host.ends_with(&format!(".{NETWORK}"));
    (network && !path.is_empty() && path.len() <= LONGEST).then(|| path.to_owned())
}

/// (kind, key) of everything in the record that a person is looked for by, sorted.
fn of(record: &Record) -> Vec<(&'static str, String)> {
    let phones = record.values("phones").filter_map(phone_key);
    let profiles = record.values("urls").filter_map(profile_key);
    let phones = phones.map(|key| (PHONE, key));
    let mut all: Vec<_> = phones.chain(profiles.map(|key| (PROFILE, key))).collect();
    all.sort();
    all.dedup();
    all
}

/// Writes down the traits of `after` and strikes out those of `before` that are gone.
pub(super) fn settle(
    tx: &mut Tx,
    org: OrgId,
    candidate: CandidateId,
    before: &Record,
    after: &Record,
) -> Result<()> {
    let (before, after) = (of(before), of(after));
    for (kind, key) in before.iter().filter(|t| !after.contains(t)) {
        tx.run(
            sql!("DELETE FROM trait WHERE org_id = $1 AND candidate_id = $2 AND kind = $3 AND value_key = $4"),
            &[&org, &candidate, kind, key],
        )?;
    }
    for (kind, key) in after.iter().filter(|t| !before.contains(t)) {
        tx.run(
            sql!(
                "INSERT INTO trait (org_id, kind, value_key, candidate_id) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT DO NOTHING"
            ),
            &[&org, kind, key, &candidate],
        )?;
    }
    Ok(())
}

/// What is known of somebody who may be here already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Likeness {
    pub email: Option<String>,
    pub phone: Option<String>,
    pub profile: Option<String>,
    /// First and last name.
    pub name: Option<(String, String)>,
}

/// Everybody who is like that in any way, at most `limit`, oldest first; people who are to be shown no more are left out.
///
/// Two of one name are not alike where both have an address or a phone and none is the same.
///
/// # Errors
/// As [`super::all_indexed`].
pub fn alike(r: &mut Reader, org: OrgId, like: &Likeness, limit: i64) -> Result<Vec<Candidate>> {
    super::all_indexed(r, org)?;
    alike_so_far(r, org, like, limit)
}

/// The same among those who are indexed already: for guesses, of which some may come later.
pub(super) fn alike_so_far(
    r: &mut Reader,
    org: OrgId,
    like: &Likeness,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let email = like.email.as_deref().and_then(text::email_key);
    let phone = like.phone.as_deref().and_then(phone_key);
    let profile = like.profile.as_deref().and_then(profile_key);
    let mut people: Vec<Candidate> = Vec::new();
    if let Some(key) = &email {
        people.extend(super::look_up(r, org, EMAIL, key)?);
    }
    for (kind, key) in [(PHONE, &phone), (PROFILE, &profile)] {
        if let Some(key) = key {
            people.extend(with_trait(r, org, kind, key, limit)?);
        }
    }
    if let Some((first, last)) = &like.name {
        let reached = email.is_some() || phone.is_some();
        let named = named(r, org, first, last, limit)?.into_iter();
        people.extend(named.filter(|c| !reached || !is_reached(&c.record)));
    }
    people.retain(|c| c.ignored_at.is_none());
    people.sort_by_key(|c| c.id);
    people.dedup_by_key(|c| c.id);
    people.truncate(limit as usize);
    Ok(people)
}

/// Whether the record has an address or a phone that could have been the same.
fn is_reached(record: &Record) -> bool {
    record.email().is_some() || record.values("phones").any(|p| phone_key(p).is_some())
}

fn with_trait(
    r: &mut Reader,
    org: OrgId,
    kind: &str,
    key: &str,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let rows = r.all(
        sql!(
            "SELECT c.id, c.uid, c.record, c.created_at, c.updated_at, c.ignored_at FROM trait t \
             JOIN candidate c ON c.id = t.candidate_id WHERE t.org_id = $1 AND t.kind = $2 AND t.value_key = $3 \
             ORDER BY t.candidate_id LIMIT $4"
        ),
        &[&org, &kind, &key, &limit],
    )?;
    rows.iter().map(read).collect()
}

fn named(
    r: &mut Reader,
    org: OrgId,
    first: &str,
    last: &str,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let (first, last) = (text::key(first), text::key(last));
    // What the index holds of a name (V5). `|| ''`: what is said to equal a parameter is put in its place by SQLite, also where
    // the index wants the column, and then the organization's people are walked.
    let begin = |key: &str| key.chars().take(300).collect::<String>();
    let rows = r.all(
        sql!(
            "SELECT id, uid, record, created_at, updated_at, ignored_at FROM candidate \
             WHERE org_id = $1 AND substr(last_key, 1, 300) = $2 AND substr(first_key, 1, 300) = $3 \
             AND last_key || '' = $4 AND first_key || '' = $5 ORDER BY id + 0 LIMIT $6"
        ),
        &[&org, &begin(&last), &begin(&first), &last, &first, &limit],
    )?;
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_nine_digits_of_a_phone_count() {
        let same = phone_key("052-8644246");
        assert_eq!(same.as_deref(), Some("528644246"));
        for other in ["+972 52 864 4246", "00972528644246", "(0)528644246"] {
            assert_eq!(phone_key(other), same, "{other}");
        }
        assert_eq!(phone_key("12345").as_deref(), Some("12345"));
        for none in ["", "ext. 12", "1234", "phone"] {
            assert_eq!(phone_key(none), None, "{none}");
        }
    }

    #[test]
    fn a_profile_is_its_path() {
        let same = Some("in/bobby".to_owned());
        for url in [
            "https://www.linkedin.com/in/bobby",
            "http://no.linkedin.com/in/Bobby/?trk=x#top",
            " linkedin.com/in/bobby/ ",
        ] {
            assert_eq!(profile_key(url), same, "{url}");
        }
        for none in [
            "",
            "https://linkedin.com",
            "https://",
            "/in/bobby",
            "https://x.org/in/bobby",
        ] {
            assert_eq!(profile_key(none), None, "{none}");
        }
        let long = format!("linkedin.com/{}", "a".repeat(1_001));
        assert_eq!(profile_key(&long), None);
    }
}
