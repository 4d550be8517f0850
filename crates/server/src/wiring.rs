//! Puts the program together: database, files, installation key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

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
pub fn open(place: &Place, public_url: &str) -> Result<App, String> {
    open_with(place, public_url, Arc::default())
}

/// [`open`] with another clock (tests).
pub fn open_with(place: &Place, public_url: &str, clock: Arc<Clock>) -> Result<App, String> {
    std::fs::create_dir_all(&place.data)
        .map_err(|e| format!("cannot make the folder {}: {e}", place.data.display()))?;
    let key = installation_key(&place.data)?;
    let files = Files::in_folder(&files_folder(place)?).map_err(|e| e.to_string())?;
    let at = match &place.database {
        Some(url) => store::Place::Postgres(url.clone()),
        None => store::Place::Sqlite(place.data.join("muster.sqlite")),
    };
    let mut config = Config::new(at, hiring::MIGRATIONS, hiring::event::number);
    config.clock = clock;
    let store = Store::open(config).map_err(|e| format!("cannot open the database: {e}"))?;
    let settings = Settings {
        public_url: public_url.trim_end_matches('/').to_owned(),
    };
    Ok(App::new(store, files, key, settings))
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
