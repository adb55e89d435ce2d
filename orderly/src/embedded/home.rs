//! Where a cluster lives and who owns it now.

use std::fs::{self, File, Permissions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::EmbeddedError;
use super::account::{self, Account};

/// The folder of a cluster, locked by this process.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    // Held as long as the home: the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Home {
    /// Makes the folder where it is missing and takes its lock.
    pub(super) fn claim(data_dir: &Path, account: Option<Account>) -> Result<Self, EmbeddedError> {
        fs::create_dir_all(data_dir).map_err(|error| EmbeddedError::file(data_dir, error))?;
        let data_dir = data_dir.canonicalize().map_err(|error| EmbeddedError::file(data_dir, error))?;
        let folder = place(&data_dir, account)?;
        let _lock = lock(&folder)?;
        Ok(Self { folder, _lock })
    }

    /// The cluster's own folder (`PGDATA`).
    pub(super) fn cluster(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where a cluster is made before it is moved to its place as a whole.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.folder.join("data.unfinished")
    }

    /// The server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    /// Where fetched server programs are kept.
    pub(super) fn programs(&self) -> PathBuf {
        self.folder.join("programs")
    }

    /// A file of this name beside the cluster.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// `postgres` in the data folder; where the server's user cannot reach that (a checkout in `/root`), a folder of the
/// same data under `/var/tmp`, always the same one.
fn place(data_dir: &Path, account: Option<Account>) -> Result<PathBuf, EmbeddedError> {
    if account.is_some() {
        open(data_dir, 0o711)?;
    }
    let folder = if account::reaches(data_dir, account) { data_dir.join("postgres") } else { elsewhere(data_dir) };
    fs::create_dir_all(&folder).map_err(|error| EmbeddedError::file(&folder, error))?;
    open(&folder, 0o700)?;
    account::give(&folder, account).map_err(|error| EmbeddedError::file(&folder, error))?;
    Ok(folder)
}

fn elsewhere(data_dir: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    Path::new("/var/tmp").join(format!("orderly-{:016x}", hasher.finish()))
}

fn open(folder: &Path, mode: u32) -> Result<(), EmbeddedError> {
    fs::set_permissions(folder, Permissions::from_mode(mode)).map_err(|error| EmbeddedError::file(folder, error))
}

fn lock(folder: &Path) -> Result<File, EmbeddedError> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(|error| EmbeddedError::file(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(EmbeddedError::file(&path, error)),
    }
}
