//! Pieces: parts of a file that is still on its way, each durable by itself, and the file that is made of them.
//!
//! A piece is named by whoever stores it, once, and is never written again; so unlike a file it can be removed as soon as
//! its row is gone, and whoever removes it need not ask who else names it. Pieces lie beside the organizations' folders.

use std::io;
use std::path::Path as FsPath;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload as _, ObjectStore, ObjectStoreExt};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Digest, Files, failed, path};
use crate::Error;

const FOLDER: &str = "pieces";

/// A file that was made of pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// Its name.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// How it begins, for whoever looks at what it is: its first piece.
    pub head: Bytes,
}

impl Files {
    /// Keeps a piece, durably.
    pub async fn put_piece(&self, name: Uuid, bytes: Bytes) -> Result<(), Error> {
        let (folders, first) = (self.folders.clone(), name.as_bytes()[15]);
        tokio::task::spawn_blocking(move || folders.ensure_pieces(first))
            .await
            .map_err(|_| Error::Panicked)?
            .map_err(|e| Error::Busy(format!("files folder: {e}")))?;
        let put = self.store.put(&place(name), bytes.into()).await;
        put.map(|_| ()).map_err(failed)
    }

    /// A piece's bytes.
    pub async fn piece(&self, name: Uuid) -> Result<Bytes, Error> {
        let found = self.store.get(&place(name)).await.map_err(failed)?;
        found.bytes().await.map_err(failed)
    }

    /// Removes a piece; one that is not there is no error.
    pub async fn remove_piece(&self, name: Uuid) -> Result<(), Error> {
        match self.store.delete(&place(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(failed(e)),
        }
    }

    /// The pieces that were stored at least `seconds` ago, at most `most`.
    pub async fn pieces_older_than(&self, seconds: i64, most: usize) -> Result<Vec<Uuid>, Error> {
        let now = super::unix_now();
        let mut old = Vec::new();
        for folder in self.folders(Some(&Path::from(FOLDER))).await? {
            let found = self.store.list_with_delimiter(Some(&folder)).await;
            for object in found.map_err(failed)?.objects {
                if now - object.last_modified.timestamp() < seconds {
                    continue;
                }
                let name = object.location.filename();
                old.extend(name.and_then(|n| n.parse::<Uuid>().ok()));
                if old.len() >= most {
                    return Ok(old);
                }
            }
        }
        Ok(old)
    }

    /// Makes the file of `scope` that these pieces are, in their order, durably. Holds one piece in memory at a time, so
    /// they are read twice: the file's name is known only when all were seen.
    pub async fn assemble(&self, scope: i64, pieces: &[Uuid]) -> Result<Assembled, Error> {
        let (mut hasher, mut size, mut head) = (Sha256::new(), 0, Bytes::new());
        for (n, piece) in pieces.iter().enumerate() {
            let bytes = self.piece(*piece).await?;
            hasher.update(&bytes);
            size += bytes.len() as u64;
            if n == 0 {
                head = bytes;
            }
        }
        let sha256: Digest = hasher.finalize().into();
        if pieces.len() < 2 {
            self.put(scope, head.clone()).await?;
        } else {
            let (folders, first) = (self.folders.clone(), sha256[0]);
            tokio::task::spawn_blocking(move || folders.ensure(scope, first))
                .await
                .map_err(|_| Error::Panicked)?
                .map_err(|e| Error::Busy(format!("files folder: {e}")))?;
            self.write_whole(&path(scope, &sha256), pieces).await?;
        }
        Ok(Assembled { sha256, size, head })
    }

    async fn write_whole(&self, to: &Path, pieces: &[Uuid]) -> Result<(), Error> {
        let mut whole = self.store.put_multipart(to).await.map_err(failed)?;
        for piece in pieces {
            let bytes = self.piece(*piece).await?;
            whole.put_part(bytes.into()).await.map_err(failed)?;
        }
        whole.complete().await.map(|_| ()).map_err(failed)
    }
}

impl super::Folders {
    /// As [`ensure`](Self::ensure), for pieces.
    fn ensure_pieces(&self, last: u8) -> io::Result<()> {
        let mut durable = self.durable.lock().unwrap_or_else(|e| e.into_inner());
        if durable.contains(&(PIECES, last)) {
            return Ok(());
        }
        let folder = self.root.join(FOLDER);
        std::fs::create_dir_all(folder.join(format!("{last:02x}")))?;
        sync(&folder)?;
        sync(&self.root)?;
        durable.insert((PIECES, last));
        Ok(())
    }
}

/// Where no organization's number is: they begin at 1.
const PIECES: i64 = -1;

fn sync(folder: &FsPath) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// By the last byte, which is random in every UUID that is drawn.
fn place(name: Uuid) -> Path {
    Path::from(format!("{FOLDER}/{:02x}/{name}", name.as_bytes()[15]))
}
