//! Addresses by which whoever holds them fetches a file's content, for some days: for systems that take no bytes.
//!
//! Nothing is stored: the address says which file and until when, and is signed with the installation key.

use store::Reader;
use subtle::ConstantTimeEq as _;

use super::{Attachment, find};
use crate::id::{OrgId, Uuid};
use crate::problem::{Noun, Problem, Result};
use crate::secret::{InstallationKey, base64url};

const PURPOSE: &str = "attachment.handed";

/// How long such an address opens something, µs: a week.
pub const OPEN_FOR: i64 = 7 * 86_400 * 1_000_000;

/// The address of a file's content until `until` (µs). `public_url` without a slash at its end.
pub fn link(key: &InstallationKey, public_url: &str, org: OrgId, file: Uuid, until: i64) -> String {
    let what = format!("{org}.{}.{until}", file.simple());
    let mac = base64url(&key.mac(PURPOSE, &what));
    format!("{public_url}/files/{what}.{mac}")
}

/// The file whose address ends with `token`.
///
/// # Errors
/// [`Problem::NotFound`] for one that we never gave out or that was removed, [`Problem::Gone`] for one that is over.
pub fn open(r: &mut Reader, key: &InstallationKey, token: &str) -> Result<(OrgId, Attachment)> {
    let not_found = Problem::NotFound(Noun::Attachment);
    let Some((what, mac)) = token.rsplit_once('.') else {
        return Err(not_found);
    };
    let parts: Vec<&str> = what.split('.').collect();
    let [org, file, until] = parts.as_slice() else {
        return Err(not_found);
    };
    let (Ok(org), Ok(file), Ok(until)) = (
        org.parse::<i64>(),
        file.parse::<Uuid>(),
        until.parse::<i64>(),
    ) else {
        return Err(not_found);
    };
    let ours = base64url(&key.mac(PURPOSE, what));
    if !bool::from(ours.as_bytes().ct_eq(mac.as_bytes())) {
        return Err(not_found);
    }
    if until <= r.now() {
        return Err(Problem::Gone(Noun::Attachment));
    }
    let org = OrgId(org);
    let found = find(r, org, file)?;
    match found.removed_at {
        Some(_) => Err(Problem::NotFound(Noun::Attachment)),
        None => Ok((org, found)),
    }
}
