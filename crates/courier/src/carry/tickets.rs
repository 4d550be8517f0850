//! Access tokens, in memory alone: asked for when a request needs one, kept until shortly before they end.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use connectors::Ticket;
use hiring::id::DestinationId;

/// One whose life is not said is asked for anew after this.
const UNSAID: Duration = Duration::from_secs(600);
/// So long before its end a token is asked for anew.
const MARGIN: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Tickets(Mutex<HashMap<DestinationId, Held>>);

struct Held {
    token: String,
    until: Instant,
    /// What the settings were when it was given: with others it is no good.
    settings: u64,
}

impl Tickets {
    pub(super) fn get(&self, id: DestinationId, settings: u64) -> Option<String> {
        let held = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let found = held.get(&id).filter(|h| h.settings == settings);
        found
            .filter(|h| Instant::now() < h.until)
            .map(|h| h.token.clone())
    }

    pub(super) fn put(&self, id: DestinationId, settings: u64, ticket: &Ticket) {
        let lives = ticket
            .lives
            .unwrap_or(UNSAID)
            .min(Duration::from_secs(86_400));
        // One that lives hardly longer than the margin is used for half of its life.
        let good = lives.saturating_sub(MARGIN).max(lives / 2);
        let held = Held {
            token: ticket.token.clone(),
            until: Instant::now() + good,
            settings,
        };
        let mut all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        all.insert(id, held);
    }

    /// The far side does not take this token any more. One that somebody else has got meanwhile stays.
    pub(super) fn forget(&self, id: DestinationId, token: &str) {
        let mut all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if all.get(&id).is_some_and(|h| h.token == token) {
            all.remove(&id);
        }
    }
}
