//! Puts the program together: database, files, installation key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use courier::carry;
use hiring::App;
use hiring::app::Settings;
use hiring::secret::InstallationKey;
use store::files::Files;
use store::{Clock, Config, Store};

use crate::options::Place;

/// Opens everything at `place`. Blocks; call it before serving.
///
/// # Errors
/// A sentence for the person who started us.
pub fn open(place: &Place, settings: Settings) -> Result<App, String> {
    open_with(place, settings, Arc::default())
}

/// [`open`] with another clock (tests).
pub fn open_with(place: &Place, settings: Settings, clock: Arc<Clock>) -> Result<App, String> {
    let files = files_folder(place)?;
    for folder in [&place.data, &files] {
        make_folder(folder)
            .map_err(|e| format!("cannot make the folder {}: {e}", folder.display()))?;
    }
    let key = installation_key(&place.data)?;
    let files = Files::in_folder(&files).map_err(|e| e.to_string())?;
    let at = match &place.database {
        Some(url) => store::Place::Postgres(url.clone()),
        None => store::Place::Sqlite(place.data.join("muster.sqlite")),
    };
    let mut config = Config::new(at, hiring::MIGRATIONS, hiring::event::number);
    config.clock = clock;
    let store = Store::open(config).map_err(|e| format!("cannot open the database: {e}"))?;
    let systems = carry::described(connectors::CONNECTORS);
    Ok(App::new(store, files, key, settings).with_connectors(systems))
}

/// Makes `folder` and whatever of its path is missing. A new folder is synced into its parent: what is answered later
/// lies in it, and a power cut must not take the folder itself away.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    make_folder(parent)?;
    match std::fs::create_dir(folder) {
        // Made by another process in between, or a file, which whoever opens it will say.
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }?;
    std::fs::File::open(parent)?.sync_all()
}

fn installation_key(data: &Path) -> Result<InstallationKey, String> {
    match std::env::var("MUSTER_KEY") {
        Ok(text) => InstallationKey::parse(&text)
            .ok_or_else(|| "MUSTER_KEY must be 32 bytes as base64url".to_owned()),
        Err(_) => InstallationKey::in_folder(data).map_err(|e| format!("installation key: {e}")),
    }
}

fn files_folder(place: &Place) -> Result<PathBuf, String> {
    match place.files.as_deref() {
        None => Ok(place.data.join("files")),
        Some(url) if url.contains("://") => {
            Err(format!("--files {url}: only folders can hold files yet"))
        }
        Some(folder) => Ok(PathBuf::from(folder)),
    }
}
