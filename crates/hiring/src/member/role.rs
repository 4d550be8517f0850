//! What members may do: one table, role by right. Pages name the right that they need (`pages/src/desk/may.rs`), and
//! nobody else decides.

use crate::caller::{Caller, Permissions, Scopes, Who};
use crate::member::Member;

/// What somebody at the organization is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, members and integrations too. An organization always has one.
    Owner,
    /// Jobs and people.
    Recruiter,
    /// Reads and comments on who applied for the jobs they are assigned to; neither pay nor equal-opportunity answers.
    Interviewer,
    /// Reads everything, changes nothing.
    Auditor,
}

/// Something that a member may or may not do at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Come in; see and change what is one's own: password, sessions, second factor.
    Enter,
    /// See jobs with their stages, forms and counts.
    SeeJobs,
    /// Make, change, close and open jobs.
    ChangeJobs,
    /// See candidates, their applications and files; search.
    SeePeople,
    /// Write notes.
    Comment,
    /// Advance, reject, hire; tag; edit, merge.
    ChangePeople,
    /// Invite people to apply.
    Invite,
    /// See what somebody earns or wants to earn.
    SeePay,
    /// See equal-opportunity answers.
    SeeEeo,
    /// See the numbers of the whole organization.
    SeeNumbers,
    /// See what programs sent, what goes out and what became of it.
    SeeIntegrations,
    /// Make and revoke keys; set up destinations and webhooks; replay.
    ChangeIntegrations,
    /// See who the members are.
    SeeMembers,
    /// Invite, change and remove members.
    ChangeMembers,
}

/// The table: what an owner, a recruiter, an interviewer and an auditor may do.
const TABLE: [(Right, [bool; 4]); 14] = {
    const X: bool = true;
    const O: bool = false;
    [
        //                          owner, recruiter, interviewer, auditor
        (Right::Enter, /*             */ [X, X, X, X]),
        (Right::SeeJobs, /*           */ [X, X, X, X]),
        (Right::ChangeJobs, /*        */ [X, X, O, O]),
        (Right::SeePeople, /*         */ [X, X, X, X]),
        (Right::Comment, /*           */ [X, X, X, O]),
        (Right::ChangePeople, /*      */ [X, X, O, O]),
        (Right::Invite, /*            */ [X, X, O, O]),
        (Right::SeePay, /*            */ [X, X, O, X]),
        // Who decides about people does not see them; who answers for the organization, and who looks over it, do.
        (Right::SeeEeo, /*            */ [X, O, O, X]),
        (Right::SeeNumbers, /*        */ [X, X, O, X]),
        (Right::SeeIntegrations, /*   */ [X, X, O, X]),
        (Right::ChangeIntegrations, /**/ [X, O, O, O]),
        (Right::SeeMembers, /*        */ [X, X, O, X]),
        (Right::ChangeMembers, /*     */ [X, O, O, O]),
    ]
};

impl Role {
    /// All of them, the most powerful first.
    pub const ALL: [Role; 4] = [
        Role::Owner,
        Role::Recruiter,
        Role::Interviewer,
        Role::Auditor,
    ];

    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Recruiter => "recruiter",
            Role::Interviewer => "interviewer",
            Role::Auditor => "auditor",
        }
    }

    /// Exactly this word.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Of a stored word. Rows of older versions may hold others; what nobody knows may do the least.
    pub fn of(word: &str) -> Role {
        match word {
            "admin" => Role::Owner,
            "hiring_manager" => Role::Recruiter,
            other => Role::parse(other).unwrap_or(Role::Interviewer),
        }
    }

    /// Whether this role has `right`.
    pub fn may(self, right: Right) -> bool {
        let row = TABLE.iter().find(|(of, _)| *of == right);
        row.is_some_and(|(_, roles)| roles[self as usize])
    }

    /// Whether this role reaches only the jobs that a member is assigned to, and who applied for them.
    pub fn assigned_only(self) -> bool {
        self == Role::Interviewer
    }
}

impl Right {
    /// Every right, in the order of the table.
    pub fn all() -> impl Iterator<Item = Right> {
        TABLE.iter().map(|(right, _)| *right)
    }
}

impl Member {
    /// What they are there for.
    pub fn role(&self) -> Role {
        Role::of(&self.role)
    }

    /// The member as whoever makes a request.
    pub fn caller(&self) -> Caller {
        let role = self.role();
        let writes = role.may(Right::Comment) || role.may(Right::ChangePeople);
        let mut words = vec!["read"];
        if writes {
            words.push("write");
        }
        if role.may(Right::SeeEeo) {
            words.push("eeo:read");
        }
        Caller {
            org: self.org,
            who: Who::Member(self.id),
            permissions: Permissions::parse(&words.join(" ")).unwrap_or(Permissions::USUAL),
            scopes: Scopes::ALL,
            limit: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_back_and_an_unknown_one_may_do_the_least() {
        for role in Role::ALL {
            assert_eq!(Role::of(role.word()), role);
        }
        assert_eq!(Role::of("king"), Role::Interviewer);
        assert_eq!(Role::parse("king"), None);
    }

    #[test]
    fn an_owner_may_everything_and_an_auditor_changes_nothing() {
        let changes = [
            Right::ChangeJobs,
            Right::Comment,
            Right::ChangePeople,
            Right::Invite,
            Right::ChangeIntegrations,
            Right::ChangeMembers,
        ];
        for right in Right::all() {
            assert!(Role::Owner.may(right), "{right:?}");
            assert_eq!(
                Role::Auditor.may(right),
                !changes.contains(&right),
                "{right:?}"
            );
        }
        for right in [
            Right::SeePay,
            Right::SeeEeo,
            Right::SeeNumbers,
            Right::SeeMembers,
        ] {
            assert!(!Role::Interviewer.may(right), "{right:?}");
        }
        assert!(!Role::Recruiter.may(Right::SeeEeo));
    }
}
