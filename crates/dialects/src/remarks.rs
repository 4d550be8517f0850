//! Why a call was refused, in plain words, for members who look at their programs' calls: no value that was sent is among them
//! (docs/conventions/errors.md). What its caller is told is in each dialect's `problem.rs`.

use hiring::problem::{Clash, Problem};
use hiring::request::Remark;

/// Faults that a log's line names; how many more there are, it says.
const NAMED: usize = 3;

/// Goes with a refusal's answer to whoever writes the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why(pub String);

impl Why {
    /// In a line.
    pub fn of(problem: &Problem) -> Why {
        let all = remarks(problem);
        let named: Vec<_> = all.iter().take(NAMED).map(|r| r.detail.as_str()).collect();
        let mut words = named.join(" ");
        if all.len() > NAMED {
            words.push_str(&format!(" And {} more.", all.len() - NAMED));
        }
        Why(words)
    }
}

/// What was wrong, in plain words. No value that was sent is among them (docs/conventions/errors.md).
pub(crate) fn remarks(why: &Problem) -> Vec<Remark> {
    let whole = |detail: String| {
        vec![Remark {
            pointer: String::new(),
            detail,
        }]
    };
    match why {
        Problem::Invalid(flaws) => flaws
            .iter()
            .map(|flaw| Remark {
                pointer: flaw.pointer.clone(),
                detail: sentence(&flaw.detail),
            })
            .collect(),
        Problem::Forbidden(act) => whole(format!(
            "The key or the linked account may not do this: it needs “{}”.",
            act.word()
        )),
        Problem::OutOfScope(scope) => whole(format!("The key lacks the scope “{scope}”.")),
        Problem::NotFound(noun) | Problem::Gone(noun) => {
            whole(format!("There is no such {}.", noun.word()))
        }
        Problem::Conflict(Clash::KeyReused) => {
            whole("The Idempotency-Key came before with another body.".into())
        }
        Problem::Conflict(Clash::NotAllowed(why)) => whole(sentence(why)),
        Problem::Conflict(_) => whole("It was in the way of another one.".into()),
        Problem::Stale { .. } => whole("The record had changed since.".into()),
        Problem::TooLarge { limit } => whole(format!("It was larger than {limit} bytes.")),
        Problem::TooSlow => whole("Its body did not arrive in time.".into()),
        Problem::UnsupportedMedia => whole("Its body was not declared to be JSON.".into()),
        Problem::Unauthenticated(why) => whole(sentence(why)),
        Problem::MethodNotAllowed => whole("The address takes no such method.".into()),
        Problem::TooMany { .. } => whole("The key calls too often.".into()),
        Problem::Overloaded { .. } => whole("The server was busy.".into()),
        Problem::Broken(ticket) => whole(format!("Something broke here, ticket {ticket}.")),
    }
}

/// With a full stop, as faults are written with and without. They begin with a field's name as it is spelled.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::problem::{Flaw, FlawCode, Noun};

    #[test]
    fn faults_are_told_in_plain_words() {
        let first = |problem: Problem| remarks(&problem).remove(0);
        let flaw = Problem::invalid("/model/a", FlawCode::WrongType, "a must be a string");
        assert_eq!(
            first(flaw),
            Remark {
                pointer: "/model/a".into(),
                detail: "a must be a string.".into()
            }
        );
        let none = first(Problem::NotFound(Noun::Candidate));
        assert_eq!(none.detail, "There is no such candidate.");
    }

    #[test]
    fn a_line_names_the_first_faults_and_counts_the_rest() {
        let flaw = |name: &str| {
            Flaw::new(
                format!("/{name}"),
                FlawCode::Required,
                format!("{name} is required"),
            )
        };
        let many = Problem::Invalid(["a", "b", "c", "d", "e"].map(flaw).to_vec());
        let said = "a is required. b is required. c is required. And 2 more.";
        assert_eq!(Why::of(&many).0, said);
    }
}
