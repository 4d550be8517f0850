//! What was made of a file and can be made again: pictures of its pages. It lies beside the file, under the file's name and a
//! number, and goes when the file goes. Nothing relies on its being there.

use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::{Digest, Files, failed, path};
use crate::Error;

/// The highest number.
pub const MOST_MADE: u8 = 20;

impl Files {
    /// Keeps what was made of a file, as number `n` of at most [`MOST_MADE`]. Bytes that were kept before are replaced.
    pub async fn put_made(
        &self,
        scope: i64,
        digest: &Digest,
        n: u8,
        bytes: Bytes,
    ) -> Result<(), Error> {
        let put = self.store.put(&place(scope, digest, n), bytes.into()).await;
        put.map(|_| ()).map_err(failed)
    }

    /// What was made of a file as number `n`, if it is kept.
    pub async fn made(&self, scope: i64, digest: &Digest, n: u8) -> Result<Option<Bytes>, Error> {
        let found = match self.store.get(&place(scope, digest, n)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(failed)?,
        };
        found.bytes().await.map(Some).map_err(failed)
    }

    /// Removes all that was made of a file.
    pub(super) async fn remove_made(&self, scope: i64, digest: &Digest) -> Result<(), Error> {
        for n in 1..=MOST_MADE {
            match self.store.delete(&place(scope, digest, n)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(failed(e)),
            }
        }
        Ok(())
    }
}

fn place(scope: i64, digest: &Digest, n: u8) -> Path {
    Path::from(format!("{}.{n}", path(scope, digest)))
}
