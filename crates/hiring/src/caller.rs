//! Whoever makes this request, and what they may do.

mod scopes;

pub use scopes::Scopes;

use crate::id::{KeyId, MemberId, OrgId};
use crate::problem::{Act, Problem, Result};

/// A known caller of one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data this is.
    pub org: OrgId,
    /// Who acts.
    pub who: Who,
    /// What they may do.
    pub permissions: Permissions,
    /// What of its dialect a key opens.
    pub scopes: Scopes,
    /// Requests allowed: (count, seconds). `None`: the dialect's own limit; count 0: no limit.
    pub limit: Option<(u32, u32)>,
}

/// The kinds of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// An API key.
    Key(KeyId),
    /// A person at the organization.
    Member(MemberId),
    /// The holder of an invite's link.
    Candidate,
    /// Muster itself.
    System,
}

impl Caller {
    /// Muster itself, at work for `org`.
    pub fn system(org: OrgId) -> Caller {
        Caller {
            org,
            who: Who::System,
            permissions: Permissions::ALL,
            scopes: Scopes::ALL,
            limit: None,
        }
    }

    /// The key's number, when a key acts.
    pub fn key(&self) -> Option<KeyId> {
        match self.who {
            Who::Key(id) => Some(id),
            _ => None,
        }
    }

    /// Fails unless the caller may `act`.
    pub fn require(&self, act: Act) -> Result<()> {
        if self.permissions.allow(act) {
            Ok(())
        } else {
            Err(Problem::Forbidden(act))
        }
    }

    /// How events name the caller: `key:12`, `member:3`, `candidate`, `system`.
    pub fn actor(&self) -> String {
        match self.who {
            Who::Key(id) => format!("key:{id}"),
            Who::Member(id) => format!("member:{id}"),
            Who::Candidate => "candidate".into(),
            Who::System => "system".into(),
        }
    }
}

/// A set of [`Act`]s; stored as their words, blank-separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions {
    read: bool,
    write: bool,
    eeo: bool,
}

impl Permissions {
    /// Everything.
    pub const ALL: Permissions = Permissions {
        read: true,
        write: true,
        eeo: true,
    };
    /// What a new key gets unless told otherwise: everything but equal-opportunity answers.
    pub const USUAL: Permissions = Permissions {
        read: true,
        write: true,
        eeo: false,
    };

    /// From words; unknown ones are an error that names them.
    pub fn parse(words: &str) -> std::result::Result<Permissions, String> {
        let mut set = Permissions {
            read: false,
            write: false,
            eeo: false,
        };
        for word in words.split([' ', ',']).filter(|w| !w.is_empty()) {
            match word {
                "read" => set.read = true,
                "write" => set.write = true,
                "eeo:read" => set.eeo = true,
                other => return Err(format!("no such permission: {other}")),
            }
        }
        Ok(set)
    }

    /// What is in either set.
    pub fn or(self, other: Permissions) -> Permissions {
        Permissions {
            read: self.read || other.read,
            write: self.write || other.write,
            eeo: self.eeo || other.eeo,
        }
    }

    /// What of this set is not in `other`, if anything.
    pub fn beyond(self, other: Permissions) -> Option<Act> {
        let all = [Act::Read, Act::Write, Act::EeoRead];
        all.into_iter().find(|a| self.allow(*a) && !other.allow(*a))
    }

    /// As stored.
    pub fn words(self) -> String {
        let all = [
            (self.read, Act::Read),
            (self.write, Act::Write),
            (self.eeo, Act::EeoRead),
        ];
        all.iter()
            .filter(|(has, _)| *has)
            .map(|(_, act)| act.word())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether `act` is in the set.
    pub fn allow(self, act: Act) -> bool {
        match act {
            Act::Read => self.read,
            Act::Write => self.write,
            Act::EeoRead => self.eeo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_read_back_from_their_words() {
        assert_eq!(
            Permissions::parse(&Permissions::ALL.words()),
            Ok(Permissions::ALL)
        );
        assert_eq!(Permissions::parse("read, write"), Ok(Permissions::USUAL));
        assert!(Permissions::parse("read fly").is_err());
    }

    #[test]
    fn sets_are_compared_act_by_act() {
        let (all, usual) = (Permissions::ALL, Permissions::USUAL);
        assert_eq!(all.beyond(usual), Some(Act::EeoRead));
        assert_eq!(usual.beyond(all), None);
        assert_eq!(all.beyond(all), None);
        let eeo = Permissions::parse("eeo:read").unwrap();
        assert_eq!(usual.or(eeo), all);
    }
}
