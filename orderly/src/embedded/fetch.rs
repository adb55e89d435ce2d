//! Fetching server programs for a machine that has none.

use std::fs;
use std::path::Path;

use postgresql_embedded::{PostgreSQL, Settings, VersionReq};
use tracing::info;

use super::EmbeddedError;
use super::programs::Programs;

/// The major version that is fetched: the one that Orderly is tested on.
const VERSION: &str = "=15";

/// Fetches Postgres into this folder, or finds what was fetched before.
pub(super) async fn programs(folder: &Path) -> Result<Programs, EmbeddedError> {
    info!(folder = %folder.display(), "no Postgres on this machine: fetching one");
    let installed = install(folder).await.map_err(|error| EmbeddedError::NoPrograms { cause: error.to_string() })?;
    Programs::in_folder(&installed.join("bin"))
        .ok_or_else(|| EmbeddedError::NoPrograms { cause: format!("the programs fetched to {} do not run", installed.display()) })
}

/// `setup` also makes a cluster, as the caller and without durable settings; a folder that looks like one keeps it
/// from that.
async fn install(folder: &Path) -> Result<std::path::PathBuf, postgresql_embedded::Error> {
    let looks_initialized = folder.join("no-cluster");
    fs::create_dir_all(&looks_initialized)?;
    fs::write(looks_initialized.join("postgresql.conf"), "")?;
    let version = VersionReq::parse(VERSION).expect("a constant that parses");
    let settings =
        Settings { version, installation_dir: folder.to_owned(), data_dir: looks_initialized, temporary: false, ..Settings::new() };
    let mut postgres = PostgreSQL::new(settings);
    postgres.setup().await?;
    Ok(postgres.settings().installation_dir.clone())
}
