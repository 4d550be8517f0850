//! What a subscription's calls look like on the wire. The shapes themselves live where the words are they speak: beside the
//! APIs (`dialects`); the server hands them to whoever carries.

use std::sync::Arc;

use store::Reader;

use super::Subscription;
use super::secret::Secret;
use crate::event::{Event, Kind};
use crate::id::OrgId;
use crate::linked_account::LinkedAccount;
use crate::problem::Result;
use crate::secret::InstallationKey;

/// How calls look. Pure but for what is read of the record.
pub trait Shape: Sync {
    /// As stored with a subscription and written by whoever makes one.
    fn name(&self) -> &'static str;
    /// One sentence for people.
    fn title(&self) -> &'static str;
    /// The kinds of event it can tell; `None`: every one.
    fn kinds(&self) -> Option<&'static [Kind]> {
        None
    }
    /// Whether it speaks in the name of a linked account; a subscription that names none speaks for each.
    fn wants_account(&self) -> bool {
        false
    }
    /// Whether its signatures say who signs, in words of the receiver's that must be given with the secret.
    fn wants_issuer(&self) -> bool {
        false
    }
    /// Whether what a subscription may show matters to it; one that knows whole records only always shows them.
    fn shows_ids(&self) -> bool {
        true
    }
    /// The call that tells the event, as things are now; `None`: there is nothing to tell, or not any more.
    fn render(&self, r: &mut Reader, parcel: &Parcel) -> Result<Option<Letter>>;
    /// The headers that prove who sent it. `secrets`: the valid ones, the newest first, at least one.
    fn sign(&self, letter: &Letter, seal: &Seal<'_>) -> Vec<(String, String)>;
}

/// What is to be told, and to whom.
pub struct Parcel {
    /// Whose.
    pub org: OrgId,
    /// To whom.
    pub subscription: Subscription,
    /// The account in whose name.
    pub account: Option<LinkedAccount>,
    /// The delivery's outside name.
    pub delivery: String,
    /// What happened; `None`: nothing, somebody wants to see a call arrive.
    pub event: Option<Event>,
    /// When the delivery was queued, µs.
    pub queued_at: i64,
    /// Now, µs.
    pub now: i64,
    /// How the outside reaches us.
    pub public_url: String,
    /// Opens what came with a wish.
    pub installation: Arc<InstallationKey>,
    /// Whether this is one of the calls that an event makes for each account.
    pub unfolded: bool,
}

impl Parcel {
    /// Whether something is to be told, and not in the name of one account.
    pub fn is_for_all(&self) -> bool {
        self.event.is_some() && self.subscription.account.is_none() && !self.unfolded
    }
}

/// A call, but for the signature.
#[derive(Clone)]
pub struct Letter {
    /// HTTP method.
    pub method: &'static str,
    /// Header names and values, besides those that are every call's.
    pub headers: Vec<(String, String)>,
    /// JSON; the bytes that are signed and sent.
    pub body: String,
    /// A secret that came with the wish for this very event, to sign with in place of the subscription's.
    pub secret: Option<Vec<u8>>,
}

/// What a signature is made of.
pub struct Seal<'a> {
    /// The valid secrets, the newest first.
    pub secrets: &'a [Secret],
    /// The delivery's outside name.
    pub id: &'a str,
    /// Now, seconds since 1970.
    pub timestamp: i64,
}

impl Letter {
    /// A POST of this JSON.
    pub fn post(body: String) -> Letter {
        Letter {
            method: "POST",
            headers: Vec::new(),
            body,
            secret: None,
        }
    }
}
