//! The query strings of the reading routes. What `filterQuery` and `query` mean is in `query/filter.rs`.

mod filter;

use hiring::application::Disposition;
use hiring::candidate::Word;
use hiring::id::Uuid;
use hiring::problem::{Flaw, FlawCode, Problem, Result};

pub(in crate::eightfold) use filter::Filter;

use super::tables::{BODY, STATUSES};

/// Records on a page: the page's "max 100".
pub(in crate::eightfold) const MOST: i64 = 100;

/// Ids on a page of a changelog: "up to 1000 seen".
pub(in crate::eightfold) const MOST_IDS: i64 = 1_000;

/// Fields that the catalogue leaves out of an answer unless asked for.
pub(in crate::eightfold) const LEFT_OUT: [&str; 3] = ["applications", "tags", "notes"];

/// Members of a profile beside those of an ATS candidate.
pub(in crate::eightfold) const OF_PROFILES: [&str; 4] =
    ["fullName", "atsCandidates", "createdTs", "lastModifiedTs"];

/// What an answer shows beside the usual, and what it leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::eightfold) struct Include {
    names: Vec<&'static str>,
    without: Vec<&'static str>,
    contents: bool,
}

impl Include {
    /// Whether `field` is part of the answer.
    pub(in crate::eightfold) fn shows(&self, field: &str) -> bool {
        let asked = self.names.contains(&field);
        (asked || !LEFT_OUT.contains(&field)) && !self.without.contains(&field)
    }

    /// Whether the content of the files in `field` is.
    pub(in crate::eightfold) fn contents_of(&self, field: &str) -> bool {
        self.contents || self.names.contains(&field)
    }

    /// From `?include=resume,applications&exclude=skills`. `contents`: files are shown without being asked for.
    pub(in crate::eightfold) fn parse(query: &Query, contents: bool) -> Result<Include> {
        Ok(Include {
            names: names(query, "include")?,
            without: names(query, "exclude")?,
            contents,
        })
    }
}

fn names(query: &Query, which: &'static str) -> Result<Vec<&'static str>> {
    let list = query.get(which).unwrap_or("");
    let words = list.split(',').map(str::trim).filter(|w| !w.is_empty());
    let unknown = || {
        Flaw::new(
            format!("query:{which}"),
            FlawCode::NotAChoice,
            format!(
                "{which} is a comma list of: applications, tags, notes, resume, photo, attachments, or another field's name"
            ),
        )
    };
    let names = words.map(|word| named(word).ok_or_else(unknown));
    Ok(names.collect::<Result<_, Flaw>>()?)
}

/// What names the record is not to be left out.
fn named(word: &str) -> Option<&'static str> {
    let name = match word {
        "resume" => "resumeContent",
        "photo" => "photoContent",
        "systemId" | "candidateId" => return None,
        other => other,
    };
    let of_body = BODY.iter().map(|f| f.name);
    of_body.chain(OF_PROFILES).find(|known| *known == name)
}

/// A part of a list: `start` and `limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::eightfold) struct Part {
    /// Records passed over.
    pub start: i64,
    /// Records shown.
    pub limit: i64,
}

impl Part {
    /// From the query; `most` is also the usual.
    pub(in crate::eightfold) fn parse(query: &Query, most: i64) -> Result<Part> {
        Ok(Part {
            start: query.number("start", 0, 0, i64::from(i32::MAX))?,
            limit: query.number("limit", most, 1, most)?,
        })
    }
}

/// The query of a list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) struct List {
    /// Which part.
    pub part: Part,
    /// Which.
    pub filter: Filter,
    /// Words that each must have.
    pub words: Vec<Word>,
    /// Profiles of these ids only.
    pub profiles: Option<Vec<Uuid>>,
    /// Those whom some system calls so.
    pub ats_candidate: Option<String>,
    /// What of them.
    pub include: Include,
}

impl List {
    /// Of ATS candidates.
    pub(in crate::eightfold) fn parse(query: &Query) -> Result<List> {
        Ok(List {
            part: Part::parse(query, MOST)?,
            filter: Filter::parse(query.get("filterQuery").unwrap_or(""))?,
            words: filter::words(query.get("query").unwrap_or(""))?,
            profiles: None,
            ats_candidate: None,
            include: Include::parse(query, false)?,
        })
    }

    /// Of profiles: `profileIds` and `atsCandidateId` beside the rest.
    pub(in crate::eightfold) fn of_profiles(query: &Query) -> Result<List> {
        let profiles = query.full("profileIds").map(|list| {
            let words = list.split(',').map(str::trim).filter(|w| !w.is_empty());
            let words: Vec<&str> = words.collect();
            if words.len() > MOST as usize {
                let detail = format!("profileIds may hold at most {MOST} ids");
                return Err(Problem::invalid(
                    "query:profileIds",
                    FlawCode::TooLong,
                    detail,
                ));
            }
            // What is no id of ours is nobody's.
            Ok(words
                .iter()
                .filter_map(|w| Uuid::try_parse(w).ok())
                .collect())
        });
        Ok(List {
            profiles: profiles.transpose()?,
            ats_candidate: query.full("atsCandidateId").map(str::to_owned),
            ..List::parse(query)?
        })
    }
}

/// The query of a list of applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) struct ApplicationList {
    /// Which part.
    pub part: Part,
    /// Our id or the caller's own.
    pub application: Option<String>,
    /// Of this profile.
    pub profile: Option<String>,
    /// For this position.
    pub position: Option<String>,
    /// For the position that some system calls so.
    pub ats_job: Option<String>,
    /// `Some(None)`: those that go on.
    pub status: Option<Option<Disposition>>,
    /// In the stage of this name.
    pub stage: Option<String>,
}

impl ApplicationList {
    pub(in crate::eightfold) fn parse(query: &Query) -> Result<ApplicationList> {
        let text = |name: &str| query.full(name).map(str::to_owned);
        let status = query.full("applicationStatus").map(status).transpose()?;
        Ok(ApplicationList {
            part: Part::parse(query, MOST)?,
            application: text("applicationId"),
            profile: text("profileId"),
            position: text("positionId"),
            ats_job: text("atsJobId"),
            status,
            stage: text("stage"),
        })
    }
}

/// `converted` is a word of the vendor's for which nothing of ours stands: those go on.
fn status(word: &str) -> Result<Option<Disposition>> {
    if !STATUSES.contains(&word) {
        let detail = format!("applicationStatus must be one of: {}", STATUSES.join(", "));
        let at = "query:applicationStatus";
        return Err(Problem::invalid(at, FlawCode::NotAChoice, detail));
    }
    Ok(Disposition::parse(word))
}

/// The query of a list that is asked of one profile or position, or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::eightfold) struct OfProfile {
    /// Which part.
    pub part: Part,
    /// Of this profile.
    pub profile: Option<String>,
    /// About this position.
    pub position: Option<String>,
}

impl OfProfile {
    pub(in crate::eightfold) fn parse(query: &Query) -> Result<OfProfile> {
        Ok(OfProfile {
            part: Part::parse(query, MOST)?,
            profile: query.full("profileId").map(str::to_owned),
            position: query.full("positionId").map(str::to_owned),
        })
    }
}

/// The query of a changelog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::eightfold) struct Changes {
    /// Which part.
    pub part: Part,
    /// From when, µs.
    pub start: i64,
    /// Until before when, µs.
    pub end: i64,
}

const SECOND: i64 = 1_000_000;

impl Changes {
    /// `now` in µs. The page: at most 24 hours, which ended 30 minutes ago or earlier.
    pub(in crate::eightfold) fn parse(query: &Query, now: i64) -> Result<Changes> {
        let moment = |name: &str| {
            let flaw = |code, what: &str| {
                Problem::invalid(format!("query:{name}"), code, format!("{name} {what}"))
            };
            let text = query
                .full(name)
                .ok_or_else(|| flaw(FlawCode::Required, "is required"))?;
            let seconds = text.parse::<u32>().ok();
            let seconds =
                seconds.ok_or_else(|| flaw(FlawCode::Datetime, "must be unix seconds"))?;
            Ok::<_, Problem>(i64::from(seconds) * SECOND)
        };
        let (start, end) = (moment("startTime")?, moment("endTime")?);
        let wrong = |what: &str| Problem::invalid("query:endTime", FlawCode::OutOfRange, what);
        if end <= start {
            return Err(wrong("endTime must be after startTime"));
        }
        if end - start > 86_400 * SECOND {
            return Err(wrong("endTime must be at most 24 hours after startTime"));
        }
        if end > now - 1_800 * SECOND {
            return Err(wrong("endTime must be at least 30 minutes ago"));
        }
        Ok(Changes {
            part: Part::parse(query, MOST_IDS)?,
            start,
            end,
        })
    }
}

/// A query string, its pairs decoded.
#[derive(Debug, Default)]
pub(in crate::eightfold) struct Query(Vec<(String, String)>);

impl Query {
    /// A text that is no query, or that holds what no database can hold, is refused rather than taken for an empty one.
    pub(in crate::eightfold) fn read(text: Option<&str>) -> Result<Query> {
        let bad = |detail| Problem::invalid("query:", FlawCode::Malformed, detail);
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text.unwrap_or(""))
            .map_err(|_| bad("the query is not a list of name=value"))?;
        if pairs.iter().any(|(_, value)| value.contains('\0')) {
            return Err(bad("the query holds U+0000"));
        }
        Ok(Query(pairs))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same, unless it is blank.
    fn full(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|v| !v.is_empty())
    }

    /// `refreshClaimedProfile` is accepted: there is nothing here that it could refresh.
    pub(in crate::eightfold) fn check_refresh(&self) -> Result<()> {
        match self.full("refreshClaimedProfile") {
            None | Some("true" | "false") => Ok(()),
            Some(_) => Err(Problem::invalid(
                "query:refreshClaimedProfile",
                FlawCode::NotAChoice,
                "refreshClaimedProfile must be true or false",
            )),
        }
    }

    /// Parameters that a list does not know and that would narrow it: ignoring them would answer another question.
    pub(in crate::eightfold) fn refuse(&self, names: &[&str]) -> Result<()> {
        match names.iter().find(|name| self.full(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(Problem::invalid(
                format!("query:{name}"),
                FlawCode::Other,
                format!("{name} is not supported in this list"),
            )),
        }
    }

    fn number(&self, name: &str, usual: i64, least: i64, most: i64) -> Result<i64> {
        let Some(text) = self.get(name).filter(|t| !t.is_empty()) else {
            return Ok(usual);
        };
        let found = text.parse().ok().filter(|n| (least..=most).contains(n));
        found.ok_or_else(|| {
            let detail = format!("{name} must be a number from {least} to {most}");
            Problem::invalid(format!("query:{name}"), FlawCode::OutOfRange, detail)
        })
    }
}

#[cfg(test)]
mod tests;
