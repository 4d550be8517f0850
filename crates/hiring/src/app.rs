//! What every handler is given: the store, the files, the installation key, the settings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use store::Store;
use store::files::Files;

use crate::api_key::{self, ApiKey};
use crate::problem::Result;
use crate::secret::{self, InstallationKey};

/// The running program. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The contents of files.
    pub files: Files,
    /// See [`InstallationKey`].
    pub key: Arc<InstallationKey>,
    /// What the operator chose.
    pub settings: Arc<Settings>,
    keys: Arc<KnownKeys>,
}

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the outside reaches us, without a slash at the end: for links in answers and mails.
    pub public_url: String,
}

/// How long a key that was looked up is believed: a revoked or new key counts within this time.
const BELIEVED: Duration = Duration::from_secs(1);

type KeyName = (&'static str, [u8; 32]);

/// Keys seen within the last second, so that a busy caller does not cost a look-up for each request.
#[derive(Default)]
struct KnownKeys(Mutex<HashMap<KeyName, (Instant, ApiKey)>>);

impl App {
    /// Puts the program together.
    pub fn new(store: Store, files: Files, key: InstallationKey, settings: Settings) -> App {
        App {
            store,
            files,
            key: Arc::new(key),
            settings: Arc::new(settings),
            keys: Arc::default(),
        }
    }

    /// The live key of `dialect` that hashes like `text`; `None` when there is none.
    pub async fn authenticate(&self, dialect: &'static str, text: &str) -> Result<Option<ApiKey>> {
        let name = (dialect, secret::hash(text));
        if let Some(found) = self.keys.get(&name) {
            return Ok(Some(found));
        }
        let wanted = text.to_owned();
        let found = self
            .store
            .read(move |r| api_key::authenticate(r, dialect, &wanted))
            .await?;
        if let Some(key) = &found {
            self.keys.put(name, key);
        }
        Ok(found)
    }
}

impl KnownKeys {
    fn get(&self, name: &KeyName) -> Option<ApiKey> {
        let known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        known
            .get(name)
            .filter(|(seen, _)| seen.elapsed() < BELIEVED)
            .map(|(_, key)| key.clone())
    }

    fn put(&self, name: KeyName, key: &ApiKey) {
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if known.len() > 10_000 {
            known.retain(|_, (seen, _)| seen.elapsed() < BELIEVED);
        }
        known.insert(name, (Instant::now(), key.clone()));
    }
}
