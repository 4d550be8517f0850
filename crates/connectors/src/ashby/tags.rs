//! Tags: they have ids of their own, which are looked up by title and made where there are none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call;
use super::wire::Person;
use crate::flow::{Flow, id, unreadable};
use crate::person;
use crate::step::Step;

/// At most so many pages of 100 are read; whoever has more tags than that gets new ones.
const PAGES: usize = 20;

pub(super) fn add(flow: &mut Flow, there: &Person) -> Result<(), Step> {
    let has: Vec<String> = there.data["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|t| t["title"].as_str())
        .map(str::to_lowercase)
        .collect();
    let tags = person::tags(&flow.parcel.candidate.record);
    let lacking: Vec<String> = tags
        .into_iter()
        .filter(|t| !has.contains(&t.to_lowercase()))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let known = all(flow)?;
    for (number, title) in lacking.iter().enumerate() {
        if let Err(step) = add_one(flow, &there.id, number, title, &known) {
            flow.untaken("a tag", step)?;
        }
    }
    Ok(())
}

fn add_one(
    flow: &Flow,
    person: &str,
    number: usize,
    title: &str,
    known: &BTreeMap<String, String>,
) -> Result<(), Step> {
    let tag = match known.get(&title.to_lowercase()) {
        Some(tag) => tag.clone(),
        None => {
            // A second tag of one title makes no second person: it may be repeated.
            let name = format!("tag {number} new");
            let request = call(flow, name, "candidateTag.create", json!({"title": title}));
            let answer = flow.ask_json(request.harmless())?;
            id(&answer["results"]["id"]).ok_or_else(unreadable)?
        }
    };
    let body = json!({"candidateId": person, "tagId": tag});
    let request = call(flow, format!("tag {number}"), "candidate.addTag", body);
    flow.ask(request.harmless()).map(|_| ())
}

/// Every tag there: title in lower case, id.
fn all(flow: &Flow) -> Result<BTreeMap<String, String>, Step> {
    let mut all = BTreeMap::new();
    let mut body = json!({"limit": 100});
    for page in 1..=PAGES {
        let name = format!("look up tags {page}");
        let answer =
            flow.ask_json(call(flow, name, "candidateTag.list", body.clone()).harmless())?;
        let items = answer["results"].as_array().into_iter().flatten();
        all.extend(
            items
                .filter(|t| t["isArchived"] != Value::Bool(true))
                .filter_map(|t| Some((t["title"].as_str()?.to_lowercase(), id(&t["id"])?))),
        );
        match answer["nextCursor"].as_str() {
            Some(next) if answer["moreDataAvailable"] == Value::Bool(true) => {
                body["cursor"] = json!(next);
            }
            _ => break,
        }
    }
    Ok(all)
}
