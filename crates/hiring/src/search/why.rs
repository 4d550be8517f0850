//! Where what was looked for stands, for people who were not found by their name.

use serde_json::Value;
use store::{Reader, sql};

use super::terms::snippet;
use crate::candidate::Candidate;
use crate::extraction;
use crate::id::OrgId;
use crate::problem::Result;
use crate::slot;

/// Characters of a passage.
const WIDTH: usize = 110;

/// A passage with what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Where it stands, `skills`, `note`, `file`…
    pub place: &'static str,
    /// Before it, itself, behind it.
    pub passage: (String, String, String),
}

/// Fields that are looked through, in this order.
const FIELDS: &[&str] = &[
    "title",
    "company",
    "skills",
    "tags",
    "locations",
    "summary",
    "experience",
    "education",
    "certifications",
    "projects",
    "courses",
];

/// Where one of `words` (folded) stands; `None` where it cannot be said.
pub fn why(
    r: &mut Reader,
    org: OrgId,
    candidate: &Candidate,
    words: &[String],
) -> Result<Option<Why>> {
    if words.is_empty() {
        return Ok(None);
    }
    for field in FIELDS {
        let mut text = String::new();
        gather(candidate.record.get(field), &mut text);
        if let Some(passage) = snippet(&text, words, WIDTH) {
            return Ok(Some(Why {
                place: field,
                passage,
            }));
        }
    }
    let notes = r.all(
        sql!(
            "SELECT body FROM note WHERE org_id = $1 AND candidate_id = $2 AND visibility = 'public' AND body IS NOT NULL \
             ORDER BY id DESC LIMIT 20"
        ),
        &[&org, &candidate.id],
    )?;
    for row in &notes {
        if let Some(passage) = snippet(&row.get::<String>(0)?, words, WIDTH) {
            return Ok(Some(Why {
                place: "note",
                passage,
            }));
        }
    }
    for text in extraction::texts_of(r, org, candidate.id)? {
        if let Some(passage) = snippet(&text, words, WIDTH) {
            return Ok(Some(Why {
                place: "file",
                passage,
            }));
        }
    }
    Ok(None)
}

fn gather(value: &Value, text: &mut String) {
    match value {
        Value::String(part) if slot::parse(part).is_none() => {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(part);
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, text)),
        Value::Object(members) => {
            let told = [
                "title",
                "company",
                "name",
                "school",
                "degree",
                "field",
                "description",
                "summary",
            ];
            let told = members
                .iter()
                .filter(|(name, _)| told.iter().any(|t| name.contains(t)));
            told.for_each(|(_, value)| gather(value, text));
        }
        _ => {}
    }
}
