//! Applications with related records shown whole, where that is asked for (`expand`): one statement for each kind of record,
//! whatever the page's length.

use std::collections::HashMap;

use hiring::application::Listed;
use hiring::caller::Caller;
use hiring::problem::Result;
use serde_json::Value;
use store::Reader;

use super::views;
use crate::merge::map::{self, Lens, Whole};
use crate::merge::wire::Expand;

/// The models Application of a page.
pub(super) fn applications(
    r: &mut Reader,
    caller: &Caller,
    lens: &Lens,
    all: &[Listed],
    expand: &Expand,
) -> Result<Vec<Value>> {
    let org = caller.org;
    let people = match expand.has("candidate") {
        true => {
            let ids = all.iter().map(|a| a.application.candidate).collect();
            views::people(r, org, ids)?
        }
        false => HashMap::new(),
    };
    let answers = expand.has("screening_question_answers")
        || expand.has("screening_question_answers.question");
    let whole = |listed: &Listed| Whole {
        candidate: people
            .get(&listed.application.candidate)
            .map(|view| map::candidate(lens, view, &Expand::default())),
        answers: answers.then(|| map::answers(lens, listed, |_| None)),
        ..Whole::default()
    };
    Ok(all
        .iter()
        .map(|listed| map::application(lens, listed, whole(listed)))
        .collect())
}
