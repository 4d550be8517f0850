//! The vendor's permissions (R/permissions), which are sentences, as words that a key is narrowed to:
//! `muster key create --scope candidates:create`. README.md has the sentences.

use hiring::caller::Caller;
use hiring::id::KeyId;

pub(super) const CREATE: &str = "candidates:create";
pub(super) const UPDATE: &str = "candidates:update";
pub(super) const OWN: &str = "candidates:retrieve-own";
pub(super) const OTHERS: &str = "candidates:retrieve-others";
const FUTURE_STEPS: &str = "candidates:future-steps";
const SOURCE: &str = "candidates:source";
const CONTACT_ID: &str = "candidates:source-contact-id";
const CONTACT: &str = "candidates:source-contact";
const RESUME: &str = "candidates:resume";
pub(super) const FILES: &str = "candidates:files";
pub(super) const ADD_FILES: &str = "candidates:add-files";
pub(super) const DUPLICATES: &str = "candidates:find-duplicates";
pub(super) const NOTES: &str = "notes:create";
pub(super) const PERSONS: &str = "persons:retrieve";
pub(super) const POSITIONS: &str = "positions:retrieve";
pub(super) const CREATE_POSITION: &str = "positions:create";
pub(super) const CLONE_POSITION: &str = "positions:clone";
pub(super) const UPDATE_POSITION: &str = "positions:update";
const INTERNAL_NAME: &str = "positions:internal-name";
const SALARY: &str = "positions:salary-range";
pub(super) const WRITE_SALARY: &str = "positions:write-salary-range";
const LEAD_RECRUITERS: &str = "positions:lead-recruiters";
const HIRING_MANAGERS: &str = "positions:hiring-managers";
pub(super) const LOCATIONS: &str = "locations:retrieve";

/// All of them.
pub(super) const ALL: &[&str] = &[
    LOCATIONS,
    POSITIONS,
    LEAD_RECRUITERS,
    HIRING_MANAGERS,
    CREATE_POSITION,
    SALARY,
    WRITE_SALARY,
    INTERNAL_NAME,
    CLONE_POSITION,
    UPDATE_POSITION,
    CREATE,
    UPDATE,
    OWN,
    OTHERS,
    FUTURE_STEPS,
    SOURCE,
    CONTACT_ID,
    CONTACT,
    RESUME,
    FILES,
    ADD_FILES,
    DUPLICATES,
    NOTES,
    PERSONS,
];

/// Either of them lets a caller read candidates; which of them, [`whose`] says.
pub(super) const READ: &[&str] = &[OWN, OTHERS];

/// The key whose candidates alone the caller may see; `None`: everybody's.
pub(super) fn whose(caller: &Caller) -> Option<KeyId> {
    if caller.scopes.allow(OTHERS) {
        None
    } else {
        caller.key()
    }
}

/// What of a candidate or a position a caller is shown. "Fields that the app may not see are hidden" (R/permissions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    pub future_steps: bool,
    pub source: bool,
    /// The contact's uid.
    pub contact_id: bool,
    /// The contact's name and addresses.
    pub contact: bool,
    pub resume: bool,
    pub files: bool,
    pub internal_name: bool,
    pub salary: bool,
    pub lead_recruiter: bool,
    pub hiring_manager: bool,
}

impl Sight {
    pub(super) fn of(caller: &Caller) -> Sight {
        let may = |scope| caller.scopes.allow(scope);
        Sight {
            future_steps: may(FUTURE_STEPS),
            source: may(SOURCE),
            contact_id: may(CONTACT_ID) || may(CONTACT),
            contact: may(CONTACT),
            resume: may(RESUME),
            files: may(FILES),
            internal_name: may(INTERNAL_NAME),
            salary: may(SALARY),
            lead_recruiter: may(LEAD_RECRUITERS),
            hiring_manager: may(HIRING_MANAGERS),
        }
    }
}
