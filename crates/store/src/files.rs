//! The contents of files, named by their SHA-256, in one folder per organization.
//!
//! Through `object_store`, so that another place than a local folder is only another address. A file is
//! durable (its bytes and its folder's entry synced) *before* the transaction that names it, so a row never
//! points at nothing; a crash between the two leaves an orphan, which a sweep removes. Files that come piece by piece:
//! `files/pieces.rs`; what is made of files: `files/made.rs`.

mod made;
mod pieces;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path as FsPath, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest as _, Sha256};

pub use made::MOST_MADE;
pub use pieces::Assembled;

use crate::Error;

/// The SHA-256 of a file's bytes: its name.
pub type Digest = [u8; 32];

/// Where files are kept. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    folders: Arc<Folders>,
}

/// The folders that files lie in, made durable once, before the first file goes into one.
///
/// The object store syncs a folder that it makes itself; but of two simultaneous writers only one makes it, and
/// the other would be done before the first has synced it.
struct Folders {
    root: PathBuf,
    durable: Mutex<HashSet<(i64, u8)>>,
}

impl Folders {
    /// Makes and syncs the folder of files of `scope` that begin with `first`. Blocks; later calls wait for the
    /// first, which is what they need.
    fn ensure(&self, scope: i64, first: u8) -> std::io::Result<()> {
        let mut durable = self.durable.lock().unwrap_or_else(|e| e.into_inner());
        if durable.contains(&(scope, first)) {
            return Ok(());
        }
        let folder = self.root.join(scope.to_string());
        std::fs::create_dir_all(folder.join(format!("{first:02x}")))?;
        std::fs::File::open(&folder)?.sync_all()?;
        std::fs::File::open(&self.root)?.sync_all()?;
        durable.insert((scope, first));
        Ok(())
    }
}

impl Files {
    /// Files in `folder`, which is made if it is not there.
    pub fn in_folder(folder: &FsPath) -> Result<Files, Error> {
        std::fs::create_dir_all(folder).map_err(|e| Error::Busy(format!("files folder: {e}")))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(failed)?
            .with_fsync(true);
        Ok(Files {
            store: Arc::new(store),
            folders: Arc::new(Folders {
                root: folder.to_owned(),
                durable: Mutex::default(),
            }),
        })
    }

    /// Keeps `bytes` for `scope` (an organization's number) and answers their digest, once they are on disk. The same
    /// bytes are kept once; writing them again renews their age, which protects them from the sweep.
    pub async fn put(&self, scope: i64, bytes: Bytes) -> Result<Digest, Error> {
        let digest = digest(&bytes);
        let (folders, first) = (self.folders.clone(), digest[0]);
        tokio::task::spawn_blocking(move || folders.ensure(scope, first))
            .await
            .map_err(|_| Error::Panicked)?
            .map_err(|e| Error::Busy(format!("files folder: {e}")))?;
        self.store
            .put(&path(scope, &digest), bytes.into())
            .await
            .map_err(failed)?;
        Ok(digest)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such file in `scope`.
    pub async fn get(&self, scope: i64, digest: &Digest) -> Result<Bytes, Error> {
        let found = self.store.get(&path(scope, digest)).await.map_err(failed)?;
        found.bytes().await.map_err(failed)
    }

    /// Some of a file's bytes, `range` within its size: for whoever sends it on and does not want to hold all of it.
    pub async fn part(
        &self,
        scope: i64,
        digest: &Digest,
        range: std::ops::Range<u64>,
    ) -> Result<Bytes, Error> {
        let found = self.store.get_range(&path(scope, digest), range).await;
        found.map_err(failed)
    }

    /// Removes a file and what was made of it; one that is not there is no error.
    pub async fn remove(&self, scope: i64, digest: &Digest) -> Result<(), Error> {
        self.remove_made(scope, digest).await?;
        match self.store.delete(&path(scope, digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(failed(e)),
        }
    }

    /// The folders that files lie in, some hundreds at most for each organization: the sweep goes through them one
    /// by one, so that it meets every file and never holds the names of all.
    pub async fn shelves(&self) -> Result<Vec<Shelf>, Error> {
        let mut shelves = Vec::new();
        for scope in self.folders(None).await? {
            shelves.extend(self.folders(Some(&scope)).await?.into_iter().map(Shelf));
        }
        Ok(shelves)
    }

    async fn folders(&self, within: Option<&Path>) -> Result<Vec<Path>, Error> {
        let found = self.store.list_with_delimiter(within).await;
        found.map(|list| list.common_prefixes).map_err(failed)
    }

    /// The files of a shelf that were written (again) at least `seconds` ago, as (scope, digest), each once; files of which
    /// only something that was made of them is left are among them.
    pub async fn older_than(
        &self,
        shelf: &Shelf,
        seconds: i64,
    ) -> Result<Vec<(i64, Digest)>, Error> {
        let now = unix_now();
        let found = self.store.list_with_delimiter(Some(&shelf.0)).await;
        let objects = found.map_err(failed)?.objects;
        let (mut old, mut young) = (BTreeSet::new(), BTreeSet::new());
        for object in &objects {
            let Some((file, is_made)) = parse(&object.location) else {
                continue;
            };
            if now - object.last_modified.timestamp() >= seconds {
                old.insert(file);
            } else if !is_made {
                young.insert(file);
            }
        }
        Ok(old.difference(&young).copied().collect())
    }
}

/// One folder of files; see [`Files::shelves`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf(Path);

/// SHA-256 of `bytes`.
pub fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// `digest` in lower-case hexadecimal.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

fn unix_now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs() as i64
}

fn path(scope: i64, digest: &Digest) -> Path {
    let name = hex(digest);
    Path::from(format!("{scope}/{}/{name}", &name[..2]))
}

/// Which file lies there, and whether it is only something that was made of it.
fn parse(path: &Path) -> Option<((i64, Digest), bool)> {
    let parts: Vec<_> = path.parts().collect();
    let [scope, _, name] = parts.as_slice() else {
        return None;
    };
    let (name, is_made) = match name.as_ref().split_once('.') {
        Some((name, n)) => (name, n.parse::<u8>().is_ok()),
        None => (name.as_ref(), false),
    };
    let mut digest = [0; 32];
    if name.len() != 64 {
        return None;
    }
    for (i, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(name.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(((scope.as_ref().parse().ok()?, digest), is_made))
}

/// A full disk or a network that is away: come again. What was asked for and is not there: missing.
fn failed(e: object_store::Error) -> Error {
    match e {
        object_store::Error::NotFound { .. } => Error::Missing("file".into()),
        other => Error::Busy(format!("files: {other}")),
    }
}
