//! What of its dialect a key opens, in the dialect's own words (`profile:application:READ`). Beside
//! [`Permissions`](super::Permissions), which say what is done in words of ours: a caller needs both.

use std::sync::Arc;

use super::Caller;
use crate::problem::{Problem, Result};

/// A set of a dialect's words, or all of them. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(Option<Arc<[String]>>);

impl Scopes {
    /// All of the dialect, also what it will learn to do one day.
    pub const ALL: Scopes = Scopes(None);

    /// Just these words. Words are separated by blanks or commas, here and wherever they are stored; none at all is
    /// [`Scopes::ALL`].
    pub fn parse(words: &str) -> Scopes {
        let separate = |c: char| c == ',' || c.is_whitespace();
        let mut words: Vec<String> = words
            .split(separate)
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        words.dedup();
        Scopes((!words.is_empty()).then(|| words.into()))
    }

    /// As stored; `None` for all.
    pub fn words(&self) -> Option<String> {
        self.0.as_ref().map(|words| words.join(" "))
    }

    /// Each word, `None` for all.
    pub fn list(&self) -> Option<&[String]> {
        self.0.as_deref()
    }

    /// Whether `scope` is in the set.
    pub fn allow(&self, scope: &str) -> bool {
        self.list()
            .is_none_or(|words| words.iter().any(|w| w == scope))
    }

    /// What is in either set.
    pub fn or(&self, other: &Scopes) -> Scopes {
        match (self.words(), other.words()) {
            (Some(a), Some(b)) => Scopes::parse(&format!("{a} {b}")),
            _ => Scopes::ALL,
        }
    }

    /// Whether nothing of this set is missing from `other`.
    pub fn within(&self, other: &Scopes) -> bool {
        match self.list() {
            Some(words) => words.iter().all(|word| other.allow(word)),
            None => other.0.is_none(),
        }
    }
}

impl Caller {
    /// Fails unless the caller's key opens one of `scopes`, narrowest first: that is the one a refusal names.
    ///
    /// # Errors
    /// [`Problem::OutOfScope`].
    pub fn require_scope(&self, scopes: &[&'static str]) -> Result<()> {
        if scopes.iter().any(|scope| self.scopes.allow(scope)) {
            return Ok(());
        }
        Err(Problem::OutOfScope(scopes.first().copied().unwrap_or("")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OrgId;

    #[test]
    fn scopes_read_back_from_their_words() {
        let some = Scopes::parse("b:WRITE, a:READ\ta:READ");
        assert_eq!(some.words().as_deref(), Some("a:READ b:WRITE"));
        assert_eq!(Scopes::parse(&some.words().unwrap()), some);
        assert_eq!(Scopes::parse(" , "), Scopes::ALL);
        assert_eq!(Scopes::ALL.words(), None);
    }

    #[test]
    fn sets_are_joined_and_compared() {
        let (a, b) = (Scopes::parse("a"), Scopes::parse("b"));
        let both = Scopes::parse("a b");
        assert_eq!(a.or(&b), both);
        assert_eq!(a.or(&Scopes::ALL), Scopes::ALL);
        assert!(a.within(&both) && !both.within(&a));
        assert!(both.within(&Scopes::ALL) && !Scopes::ALL.within(&both));
        assert!(Scopes::ALL.within(&Scopes::ALL));
    }

    #[test]
    fn a_caller_needs_one_of_the_scopes() {
        let mut caller = Caller::system(OrgId(1));
        assert_eq!(caller.require_scope(&["thing:part:READ"]), Ok(()));
        caller.scopes = Scopes::parse("thing:READ");
        assert_eq!(
            caller.require_scope(&["thing:part:READ", "thing:READ"]),
            Ok(())
        );
        assert_eq!(
            caller.require_scope(&["thing:part:WRITE", "thing:WRITE"]),
            Err(Problem::OutOfScope("thing:part:WRITE"))
        );
    }
}
