//! The server programs of this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::EmbeddedError;

/// The oldest major version that Orderly runs on.
const OLDEST: u32 = 15;

/// A folder with `postgres`, `initdb` and `pg_ctl` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    folder: PathBuf,
    /// Their major version.
    pub(super) major: u32,
}

impl Programs {
    /// The programs in this folder, if it has all of them and they run.
    pub(super) fn in_folder(folder: &Path) -> Option<Self> {
        let complete = ["postgres", "initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
        let major = complete.then(|| major_version(&folder.join("postgres")))??;
        (major >= OLDEST).then(|| Self { folder: folder.to_owned(), major })
    }

    /// The path of one of them.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// All server programs of this machine, the newest first.
pub(super) fn on_this_machine() -> Vec<Programs> {
    let folders: BTreeSet<PathBuf> = path_folders().into_iter().chain(pg_config_folder()).chain(distribution_folders()).collect();
    let mut found: Vec<Programs> = folders.iter().filter_map(|folder| Programs::in_folder(folder)).collect();
    found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    found
}

/// Those that can open a cluster of this major version; the newest for a cluster that is yet to be made.
pub(super) fn fitting(found: &[Programs], cluster: &Path) -> Result<Option<Programs>, EmbeddedError> {
    let Some(version) = cluster_version(cluster) else { return Ok(found.first().cloned()) };
    if let Some(programs) = found.iter().find(|programs| programs.major == version) {
        return Ok(Some(programs.clone()));
    }
    if found.is_empty() {
        return Ok(None);
    }
    let present = found.iter().map(|programs| programs.major.to_string()).collect::<Vec<_>>().join(", ");
    Err(EmbeddedError::OtherVersion { folder: cluster.to_owned(), found: version, present })
}

/// The major version that wrote a cluster, if there is one.
pub(super) fn cluster_version(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Links are followed first: `/usr/local/bin/postgres` may lead to a folder that has the other programs as well, and
/// Postgres finds its libraries from where it really is.
fn path_folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter_map(|folder| folder.join("postgres").canonicalize().ok()?.parent().map(Path::to_owned)).collect()
}

fn pg_config_folder() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    folder.canonicalize().ok()
}

fn distribution_folders() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/local/pgsql/bin"), PathBuf::from("/usr/bin"), PathBuf::from("/opt/homebrew/bin")];
    folders.extend(children("/usr/lib/postgresql", "bin"));
    folders.extend(children("/usr/pgsql", "bin"));
    folders.extend(children("/opt/homebrew/opt", "bin"));
    folders.extend(children("/Library/PostgreSQL", "bin"));
    folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect()
}

fn children(parent: &str, leaf: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path().join(leaf))).filter(|folder| folder.is_dir()).collect()
}

/// From `postgres (PostgreSQL) 15.13 (Debian …)`.
fn major_version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(2)?.split('.').next()?.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}
