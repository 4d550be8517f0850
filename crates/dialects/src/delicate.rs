//! Equal-opportunity answers that only the job's form tells.
//!
//! Most are known by their names when a body is read (`body/words.rs`). But a form's answers may be addressed by a number,
//! and a question may have a name that says nothing; what is asked is then in the database. So a body is first read as it
//! is. Where its transaction finds such an answer in the open, it is refused (`FlawCode::Delicate`) and with it everything
//! rolled back; the body is read anew with these answers cut out, and tried again. Calls without such answers, nearly all,
//! pay nothing.

use std::collections::HashSet;

use hiring::id::Uuid;
use hiring::problem::{FlawCode, Problem, Result};
use hiring::slot;
use serde_json::Value;

/// Where answers stand in the open, if that is why an attempt was refused: it is to be made once more, with these cut out.
/// A dialect that does not ask here refuses such calls.
pub fn places<T>(attempt: &Result<T>) -> Option<Vec<String>> {
    let Err(Problem::Invalid(flaws)) = attempt else {
        return None;
    };
    let open = flaws.iter().filter(|f| f.code == FlawCode::Delicate);
    let places: Vec<String> = open.map(|f| f.pointer.clone()).collect();
    (!places.is_empty()).then_some(places)
}

/// Takes the answers to `questions` out of a body that was never tried, wherever a member `question` of theirs stands
/// beside one `answer`. Says whether there were any.
pub(crate) fn cover(body: &mut Value, questions: &HashSet<Uuid>) -> bool {
    match body {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |any, item| cover(item, questions) | any),
        Value::Object(members) => {
            let question = members.get("question").map(|q| q.get("id").unwrap_or(q));
            let asked = question.and_then(|q| Uuid::parse_str(q.as_str()?).ok());
            let mut any = false;
            if asked.is_some_and(|asked| questions.contains(&asked))
                && let Some(answer) = members.get_mut("answer")
                && answer
                    .as_str()
                    .is_none_or(|text| slot::parse(text).is_none())
            {
                *answer = "(equal-opportunity answer)".into();
                any = true;
            }
            members
                .values_mut()
                .fold(any, |any, member| cover(member, questions) | any)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::problem::Flaw;
    use serde_json::json;

    #[test]
    fn a_refusal_for_another_reason_is_final() {
        let refused = |codes: &[FlawCode]| -> Result<()> {
            let flaws = codes.iter().zip(["/a", "/b"]);
            Err(Problem::Invalid(
                flaws.map(|(c, at)| Flaw::new(at, *c, "no")).collect(),
            ))
        };
        assert_eq!(places(&Ok(())), None);
        assert_eq!(places(&refused(&[FlawCode::Required])), None);
        let both = refused(&[FlawCode::Required, FlawCode::Delicate]);
        assert_eq!(places(&both), Some(vec!["/b".to_owned()]));
    }

    #[test]
    fn answers_beside_their_questions_are_covered() {
        let (gender, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut body = json!({"a": [
            {"question": gender, "answer": "x"}, {"answer": ["x"], "question": {"id": gender}},
            {"question": other, "answer": "y"}, {"question": 7, "answer": "y"}]});
        assert!(cover(&mut body, &HashSet::from([gender])));
        let covered = "(equal-opportunity answer)";
        assert_eq!(
            body,
            json!({"a": [
                {"question": gender, "answer": covered}, {"answer": covered, "question": {"id": gender}},
                {"question": other, "answer": "y"}, {"question": 7, "answer": "y"}]})
        );
        assert!(!cover(
            &mut json!({"question": other, "answer": "y"}),
            &HashSet::from([gender])
        ));
    }
}
