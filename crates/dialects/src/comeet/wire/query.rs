//! What the lists are asked for, in the query's words. A parameter that is not known is refused: a filter that is passed
//! over would be answered wrongly.

use hiring::application::{Deleted, Disposition, Narrow, Standing, Window};
use hiring::candidate::{Likeness, Side};
use hiring::id::CandidateId;
use hiring::job::Status;
use hiring::problem::{FlawCode, Noun, Problem, Result};

use super::is_linkedin;
use crate::comeet::uid::{self, Kind};
use crate::{cursor, time};

/// The vendor documents no default; clients have been seen to ask for 1,000.
const USUAL_LIMIT: i64 = 100;
const MOST: i64 = 1_000;

/// The vendor's word for each standing.
pub(in crate::comeet) const STATUSES: [(&str, Standing); 6] = [
    ("In progress", Standing::Moving),
    ("On hold", Standing::Held),
    ("Awaiting Decision", Standing::Deciding),
    ("Rejected", Standing::Ended(Disposition::Rejected)),
    ("Withdrawn", Standing::Ended(Disposition::Withdrawn)),
    ("Hired", Standing::Ended(Disposition::Hired)),
];

/// The vendor's words for a position's status.
pub(in crate::comeet) const POSITION_STATUSES: &[&str] = &["open", "on hold", "closed"];

/// Parameters of a list of candidates.
const LIST: &[&str] = &[
    "limit",
    "cursor",
    "include",
    "status",
    "deleted",
    "time_created:after",
    "time_created:before",
    "time_last_status_change:after",
    "time_last_status_change:before",
    "time_hiring_process_updated:after",
    "time_hiring_process_updated:before",
    "time_person_last_activity:after",
    "time_person_last_activity:before",
    "email",
    "person_uid",
];
/// Parameters of the list of positions.
const POSITIONS: &[&str] = &["limit", "cursor", "status"];
/// Parameters of the list of deleted candidates.
const DELETED: &[&str] = &["time_deleted:after", "time_deleted:before"];
/// Parameters of the search for duplicates.
const DUPLICATES: &[&str] = &[
    "email",
    "first_name",
    "last_name",
    "linkedin_url",
    "phone_number",
];

/// Names and values, in the order in which they came.
pub(in crate::comeet) type Pairs = Vec<(String, String)>;

/// The query's pairs.
///
/// # Errors
/// One that does not read, or holds another parameter than `known` ones.
pub(in crate::comeet) fn pairs(query: &str, known: &[&str]) -> Result<Pairs> {
    let bad = |_| Problem::invalid("query:", FlawCode::Malformed, "the query does not read");
    let pairs: Pairs = serde_urlencoded::from_str(query).map_err(bad)?;
    if pairs.iter().any(|(_, value)| value.contains('\0')) {
        let detail = "U+0000 is not accepted";
        return Err(Problem::invalid("query:", FlawCode::NulCharacter, detail));
    }
    let Some((name, _)) = pairs.iter().find(|(k, _)| !known.contains(&k.as_str())) else {
        return once_each(pairs);
    };
    let name: String = name.chars().take(60).collect();
    let detail = format!("the parameter \"{name}\" is not known");
    Err(Problem::invalid("query:", FlawCode::Other, detail))
}

/// Lists may stand in several parameters. Of two values of any other one would be passed over.
const LISTS: [&str; 2] = ["status", "include"];

fn once_each(pairs: Pairs) -> Result<Pairs> {
    let again = pairs.iter().enumerate().find(|(at, (name, _))| {
        !LISTS.contains(&name.as_str()) && pairs[..*at].iter().any(|(before, _)| before == name)
    });
    match again {
        None => Ok(pairs),
        Some((_, (name, _))) => {
            let (at, detail) = (
                format!("query:{name}"),
                format!("{name} must be given once"),
            );
            Err(Problem::invalid(at, FlawCode::DuplicateKey, detail))
        }
    }
}

/// All values of a parameter that is a list, with commas between.
fn joined(query: &Pairs, name: &str) -> String {
    let given = query.iter().filter(|(k, _)| k == name);
    let given: Vec<&str> = given.map(|(_, v)| v.as_str()).collect();
    given.join(",")
}

fn value<'q>(query: &'q Pairs, name: &str) -> Option<&'q str> {
    let found = query.iter().find(|(k, _)| k == name);
    found.map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
}

fn bad(name: &str, what: &str) -> Problem {
    let detail = format!("{name} must be {what}");
    Problem::invalid(format!("query:{name}"), FlawCode::OutOfRange, detail)
}

/// Which part of a list: how many, after which number.
pub(in crate::comeet) fn page_of(query: &Pairs) -> Result<(i64, i64)> {
    let limit = match value(query, "limit") {
        None => USUAL_LIMIT,
        Some(text) => {
            let number = text.parse().ok().filter(|n| (1..=MOST).contains(n));
            number.ok_or_else(|| bad("limit", "a number from 1 to 1000"))?
        }
    };
    let after = match value(query, "cursor").map(cursor::read) {
        None => 0,
        Some(Some(Side::After(id))) => id,
        Some(_) => return Err(bad("cursor", "as next_page has it")),
    };
    Ok((limit, after))
}

fn moment(query: &Pairs, name: &str) -> Result<Option<i64>> {
    let Some(text) = value(query, name) else {
        return Ok(None);
    };
    let wrong = || {
        Problem::invalid(
            format!("query:{name}"),
            FlawCode::Datetime,
            "write it as 2018-01-01T12:50:50Z",
        )
    };
    time::parse(text).map(Some).ok_or_else(wrong)
}

fn window(query: &Pairs, name: &str) -> Result<Window> {
    let whole = Window::default();
    Ok(Window {
        after: moment(query, &format!("{name}:after"))?.unwrap_or(whole.after),
        before: moment(query, &format!("{name}:before"))?.unwrap_or(whole.before),
    })
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

/// Each word of a list with commas, as one of `known`, whatever its case.
fn words<T: Copy>(query: &Pairs, name: &str, known: &[(&str, T)]) -> Result<Vec<T>> {
    let mut all = Vec::new();
    let given = joined(query, name);
    let given = given.split(',').map(str::trim);
    for word in given.filter(|w| !w.is_empty()) {
        let found = known.iter().find(|(k, _)| k.eq_ignore_ascii_case(word));
        let Some((_, found)) = found else {
            let names: Vec<&str> = known.iter().map(|(k, _)| *k).collect();
            return Err(bad(name, &format!("some of: {}", names.join(", "))));
        };
        all.push(*found);
    }
    Ok(all)
}

/// What a list of candidates is asked for.
#[derive(Debug)]
pub(in crate::comeet) struct Asked {
    pub limit: i64,
    pub after: i64,
    /// The filters, but for `who`.
    pub which: Narrow,
    pub who: Option<Who>,
    /// The filters as they were written, for the next page's address: an e-mail address has no place there.
    pub again: Pairs,
}

/// Whose applications only.
#[derive(Debug)]
pub(in crate::comeet) enum Who {
    Email(String),
    Person(CandidateId),
}

impl Asked {
    pub(in crate::comeet) fn parse(query: &str) -> Result<Asked> {
        let mut query = pairs(query, LIST)?;
        let (limit, after) = page_of(&query)?;
        let mut standings = words(&query, "status", &STATUSES)?;
        standings.sort_by_key(|standing| STATUSES.iter().position(|(_, s)| s == standing));
        standings.dedup();
        let which = Narrow {
            submitted: window(&query, "time_created")?,
            standing_changed: window(&query, "time_last_status_change")?,
            changed: window(&query, "time_hiring_process_updated")?,
            heard: window(&query, "time_person_last_activity")?,
            standings,
            deleted: match value(&query, "deleted") {
                None => Deleted::Without,
                Some(word) if word.eq_ignore_ascii_case("false") => Deleted::Without,
                Some(word) if word.eq_ignore_ascii_case("true") => Deleted::Only,
                Some(_) => return Err(bad("deleted", "True or False")),
            },
            ..Narrow::default()
        };
        let person = match value(&query, "person_uid") {
            None => None,
            Some(uid) => {
                let id = uid::read(Kind::Person, uid).map(CandidateId);
                Some(Who::Person(id.ok_or(Problem::NotFound(Noun::Candidate))?))
            }
        };
        let who = person.or(email(&query)?.map(Who::Email));
        query.retain(|(name, v)| {
            !matches!(name.as_str(), "limit" | "cursor" | "email" | "person_uid")
                && !v.trim().is_empty()
        });
        Ok(Asked {
            limit,
            after,
            which,
            who,
            again: query,
        })
    }
}

/// What the list of positions is asked for.
#[derive(Debug)]
pub(in crate::comeet) struct PositionsAsked {
    pub limit: i64,
    pub after: i64,
    /// Empty: any.
    pub statuses: Vec<Status>,
    /// The filter as it was written.
    pub status: Option<String>,
}

impl PositionsAsked {
    pub(in crate::comeet) fn parse(query: &str) -> Result<PositionsAsked> {
        let query = pairs(query, POSITIONS)?;
        let (limit, after) = page_of(&query)?;
        let known = [
            ("open", Status::Open),
            ("on hold", Status::OnHold),
            ("closed", Status::Closed),
        ];
        let mut statuses = words(&query, "status", &known)?;
        statuses.sort_by_key(|status| status.word());
        statuses.dedup();
        // The vendor knows no drafts; one takes nobody, as a closed position does.
        if statuses.contains(&Status::Closed) {
            statuses.push(Status::Draft);
        }
        Ok(PositionsAsked {
            limit,
            after,
            statuses,
            status: Some(joined(&query, "status")).filter(|words| !words.trim().is_empty()),
        })
    }
}

/// When the deleted candidates that are asked for were deleted.
pub(in crate::comeet) fn deleted(query: &str) -> Result<Window> {
    window(&pairs(query, DELETED)?, "time_deleted")
}

/// Whom somebody is like (R/find-duplicates). A name counts whole only.
pub(in crate::comeet) fn likeness(query: &str) -> Result<Likeness> {
    let query = pairs(query, DUPLICATES)?;
    let text = |name: &str| value(&query, name).map(str::to_owned);
    let like = Likeness {
        email: email(&query)?,
        phone: text("phone_number"),
        profile: text("linkedin_url"),
        name: text("first_name").zip(text("last_name")),
    };
    if like.profile.as_deref().is_some_and(|url| !is_linkedin(url)) {
        let detail = "not the address of a LinkedIn profile";
        return Err(Problem::invalid(
            "query:linkedin_url",
            FlawCode::LinkedinUrl,
            detail,
        ));
    }
    if like == Likeness::default() {
        let missing = match (text("first_name"), text("last_name")) {
            (Some(_), None) => "last_name",
            (None, Some(_)) => "first_name",
            _ => "email",
        };
        let detail = format!("{missing} is required");
        return Err(Problem::invalid(
            format!("query:{missing}"),
            FlawCode::Required,
            detail,
        ));
    }
    Ok(like)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_in_known_words_only() {
        let asked = Asked::parse("limit=5&cursor=YTc&email=ada%2Bx%40example.com").unwrap();
        assert_eq!((asked.limit, asked.after), (5, 7));
        assert!(matches!(asked.who, Some(Who::Email(e)) if e == "ada+x@example.com"));
        let usual = Asked::parse("").unwrap();
        assert_eq!((usual.limit, usual.after), (100, 0));
        assert_eq!(usual.which, Narrow::default());
        for bad in [
            "limit=0",
            "limit=1001",
            "limit=x",
            "cursor=!",
            "cursor=Yjc",
            "email=ada",
            "status=Fired",
            "status=Hired,Fired",
            "deleted=1",
            "person_uid=11.11",
            "sort=name",
            "email=a%00%40x.org",
            "limit=1&limit=1",
            "deleted=True&deleted=False",
            "time_created:after=2018-01-01&time_created:after=2019-01-01",
            "status=Hired&status=Fired",
        ] {
            assert!(Asked::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn filters_are_read_and_written_again_without_an_address() {
        let asked = Asked::parse(
            "status=hired,In%20progress,Hired&deleted=True&time_created:after=2018-01-01T12:50:50Z&limit=3\
             &time_person_last_activity%3Abefore=2018-01-01T12:50:51Z&email=a%40x.org&include=resume&status=",
        )
        .unwrap();
        let standings = [Standing::Moving, Standing::Ended(Disposition::Hired)];
        assert_eq!(asked.which.standings, standings);
        assert_eq!(asked.which.deleted, Deleted::Only);
        assert_eq!(asked.which.submitted.after, 1_514_811_050_000_000);
        assert_eq!(asked.which.heard.before, 1_514_811_051_000_000);
        assert_eq!(asked.which.changed, Window::default());
        let names: Vec<&str> = asked.again.iter().map(|(k, _)| k.as_str()).collect();
        let wanted = [
            "status",
            "deleted",
            "time_created:after",
            "time_person_last_activity:before",
            "include",
        ];
        assert_eq!(names, wanted);
    }

    #[test]
    fn each_time_has_its_form() {
        for name in LIST.iter().filter(|name| name.contains(':')) {
            assert!(Asked::parse(&format!("{name}=2018-01-01T12:50:50Z")).is_ok());
            for text in ["yesterday", "1514811050", "2018-13-01T00:00:00Z", "12:50"] {
                let fault = Asked::parse(&format!("{name}={text}")).unwrap_err();
                assert!(
                    matches!(&fault, Problem::Invalid(f) if f[0].code == FlawCode::Datetime),
                    "{name}={text}: {fault:?}"
                );
            }
        }
    }

    #[test]
    fn somebody_is_looked_for_by_something() {
        let like = likeness("first_name=Ada&last_name=L&phone_number=%2B1%20555").unwrap();
        assert_eq!(like.name, Some(("Ada".into(), "L".into())));
        for (query, field) in [
            ("", "email"),
            ("first_name=Ada", "last_name"),
            ("last_name=L", "first_name"),
            ("linkedin_url=x.org/in/a", "linkedin_url"),
            ("email=a", "email"),
        ] {
            let fault = likeness(query).unwrap_err();
            let wanted = format!("query:{field}");
            assert!(
                matches!(&fault, Problem::Invalid(f) if f[0].pointer == wanted),
                "{query}"
            );
        }
    }

    #[test]
    fn a_closed_position_may_be_a_draft() {
        let asked = PositionsAsked::parse("status=open,Closed,open&limit=500").unwrap();
        assert_eq!(
            asked.statuses,
            [Status::Closed, Status::Open, Status::Draft]
        );
        assert!(PositionsAsked::parse("status=draft").is_err());
        let asked = PositionsAsked::parse("status=open&status=on%20hold,closed").unwrap();
        assert_eq!(asked.statuses.len(), 4);
        assert_eq!(asked.status.as_deref(), Some("open,on hold,closed"));
        assert_eq!(PositionsAsked::parse("status=").unwrap().status, None);
    }
}
