//! What every handler is given: the store, the files, the installation key, the settings.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use store::Store;
use store::files::Files;

use crate::api_key::{self, ApiKey, NOTED};
use crate::call_log::CallLog;
use crate::destination::Described;
use crate::id::{OrgId, Uuid};
use crate::linked_account::{self, LinkedAccount};
use crate::problem::Result;
use crate::roll::Rolls;
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
    /// The systems that candidates can be carried to.
    pub connectors: Arc<[Described]>,
    /// The latest calls of each organization's keys.
    pub calls: Arc<CallLog>,
    /// See [`Rolls`].
    pub rolls: Arc<Rolls>,
    keys: Arc<Known<KeyName, ApiKey>>,
    keys_by_uid: Arc<Known<(&'static str, Uuid), ApiKey>>,
    accounts: Arc<Known<AccountName, LinkedAccount>>,
}

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the outside reaches us, without a slash at the end: for links in answers and mails.
    pub public_url: String,
    /// How many days requests are kept for members to look at; 0: none is kept.
    pub keep_requests: u32,
    /// How long an answer waits for a system that its record is carried to.
    pub wait_for_remote: Duration,
}

impl Settings {
    /// With this `public_url`, and all else as it is unless the operator says otherwise.
    pub fn at(public_url: &str) -> Settings {
        Settings {
            public_url: public_url.trim_end_matches('/').to_owned(),
            keep_requests: 30,
            wait_for_remote: Duration::from_secs(25),
        }
    }
}

/// How long a key or token that was looked up is believed: a revoked one ends within this time.
const BELIEVED: Duration = Duration::from_secs(1);

type KeyName = (&'static str, [u8; 32]);
type AccountName = (OrgId, [u8; 32]);

/// What was looked up within the last second, so that a busy caller does not cost a look-up for each request.
struct Known<N, V>(Mutex<HashMap<N, (Instant, V)>>);

impl<N, V> Default for Known<N, V> {
    fn default() -> Self {
        Known(Mutex::default())
    }
}

impl App {
    /// Puts the program together.
    pub fn new(store: Store, files: Files, key: InstallationKey, settings: Settings) -> App {
        App {
            store,
            files,
            key: Arc::new(key),
            settings: Arc::new(settings),
            connectors: Arc::from([]),
            calls: Arc::default(),
            rolls: Arc::default(),
            keys: Arc::default(),
            keys_by_uid: Arc::default(),
            accounts: Arc::default(),
        }
    }

    /// The same, and candidates can be carried to these systems.
    pub fn with_connectors(self, connectors: Vec<Described>) -> App {
        App {
            connectors: connectors.into(),
            ..self
        }
    }

    /// The same for a rehearsal: whatever is written is undone, and nobody is waited for. What it is asked shows nowhere.
    pub fn dry(&self) -> App {
        let mut settings = Settings::clone(&self.settings);
        settings.wait_for_remote = Duration::ZERO;
        App {
            store: self.store.dry(),
            settings: Arc::new(settings),
            calls: Arc::default(),
            ..self.clone()
        }
    }

    /// The system of this name.
    pub fn connector(&self, name: &str) -> Option<&Described> {
        self.connectors.iter().find(|c| c.name == name)
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
            self.note_key(key).await;
        }
        Ok(found)
    }

    /// The live key of `dialect` with this outside name, for tokens issued to it; `None` when there is none.
    /// Whoever asks has proven by other means that the caller holds the key.
    pub async fn key_by_uid(&self, dialect: &'static str, uid: Uuid) -> Result<Option<ApiKey>> {
        let name = (dialect, uid);
        if let Some(found) = self.keys_by_uid.get(&name) {
            return Ok(Some(found));
        }
        let found = self
            .store
            .read(move |r| api_key::by_uid(r, dialect, uid))
            .await?;
        if let Some(key) = &found {
            self.keys_by_uid.put(name, key);
            self.note_key(key).await;
        }
        Ok(found)
    }

    /// The organization's linked account of this token; `None` when there is none.
    pub async fn linked_account(&self, org: OrgId, token: &str) -> Result<Option<LinkedAccount>> {
        let name = (org, secret::hash(token));
        if let Some(found) = self.accounts.get(&name) {
            return Ok(Some(found));
        }
        let wanted = token.to_owned();
        let found = self
            .store
            .read(move |r| linked_account::look_up(r, org, &wanted))
            .await?;
        if let Some(account) = &found {
            self.accounts.put(name, account);
            if self.is_news(account.used_at) {
                let id = account.id;
                let noted = self
                    .store
                    .write(move |tx| linked_account::touch(tx, org, id));
                told(noted.await);
            }
        }
        Ok(found)
    }

    /// Notes now and then that a key is used.
    async fn note_key(&self, key: &ApiKey) {
        if self.is_news(key.used_at) {
            let (org, id) = (key.org, key.id);
            told(
                self.store
                    .write(move |tx| api_key::touch(tx, org, id))
                    .await,
            );
        }
    }

    /// Whether a use now is worth noting.
    fn is_news(&self, used_at: Option<i64>) -> bool {
        used_at.is_none_or(|at| at <= self.store.clock().now() - NOTED)
    }

    /// Forgets what is believed of this account, after it was changed here: what this process answers next, it answers by
    /// the change. Other processes see it within a second.
    pub fn forget_account(&self, uid: Uuid) {
        self.accounts.forget(|account| account.uid == uid);
    }

    /// The same for the organization's keys of this dialect.
    pub fn forget_keys(&self, org: OrgId, dialect: &str) {
        let is = |key: &ApiKey| key.org == org && key.dialect == dialect;
        self.keys.forget(is);
        self.keys_by_uid.forget(is);
    }
}

/// That nobody knows when a key was last used is no reason to turn its holder away.
fn told(noted: Result<()>) {
    if let Err(problem) = noted {
        tracing::debug!(?problem, "the use of a key was not noted");
    }
}

impl<N: Eq + Hash, V: Clone> Known<N, V> {
    fn get(&self, name: &N) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        known
            .get(name)
            .filter(|(seen, _)| seen.elapsed() < BELIEVED)
            .map(|(_, value)| value.clone())
    }

    fn forget(&self, is: impl Fn(&V) -> bool) {
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        known.retain(|_, (_, value)| !is(value));
    }

    fn put(&self, name: N, value: &V) {
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if known.len() > 10_000 {
            known.retain(|_, (seen, _)| seen.elapsed() < BELIEVED);
        }
        known.insert(name, (Instant::now(), value.clone()));
    }
}
