use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded Postgres is not there; every message ends with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No server programs on this machine, and none could be fetched.
    #[error("no Postgres found on this machine, and fetching one failed ({cause}); install postgresql (15 or newer) or set DATABASE_URL")]
    NoPrograms {
        /// What stood in the way of fetching.
        cause: String,
    },
    /// The data folder was written by a Postgres of another major version.
    #[error("{folder} was written by Postgres {found}, and this machine has {present}; install postgresql-{found}, or move {folder} away to start anew", folder = .folder.display())]
    OtherVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version that wrote it.
        found: u32,
        /// The major versions of the machine.
        present: String,
    },
    /// Another process runs on the same folder.
    #[error("{folder} is in use by another orderly; stop that one, or give this one a --data-dir of its own", folder = .folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// Something else stands where the cluster should.
    #[error("{folder} holds files of something else, such as '{file}', and no Postgres; move them away, or choose another --data-dir", folder = .folder.display())]
    Foreign {
        /// The cluster's folder.
        folder: PathBuf,
        /// One of the files.
        file: String,
    },
    /// Started again, it died again.
    #[error(
        "the embedded Postgres was started again and is gone again within a minute; its log, {log}, says why; mend that, and start orderly again",
        log = .log.display()
    )]
    KeepsDying {
        /// Its log.
        log: PathBuf,
    },
    /// No room left.
    #[error("the disk of {folder} is full; make room, or choose another --data-dir", folder = .folder.display())]
    DiskFull {
        /// A folder on that disk.
        folder: PathBuf,
    },
    /// The caller is root and no other user can run Postgres.
    #[error(
        "Postgres refuses to run as root, and there is neither a user postgres nor nobody; create one, run orderly as another user, or set DATABASE_URL"
    )]
    NoAccount,
    /// A folder or file could not be made, read or given away.
    #[error("{path}: {source}; check its owner and rights, or choose another --data-dir", path = .path.display())]
    File {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The password of an existing cluster is unknown.
    #[error("the Postgres in {folder} refuses the password of secrets.env; restore that file, or move the folder away to start anew", folder = .folder.display())]
    PasswordUnknown {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// A server program failed.
    #[error("{program} failed: {reason}; the whole story is in {log}", log = .log.display())]
    Failed {
        /// Which.
        program: &'static str,
        /// The last lines that it wrote.
        reason: String,
        /// Where the rest is.
        log: PathBuf,
    },
    /// The server runs and cannot be reached.
    #[error("the Postgres on port {port} does not answer: {source}; its log is {log}", log = .log.display())]
    Unreachable {
        /// Its port on 127.0.0.1.
        port: u16,
        /// What the last attempt met.
        source: Box<sqlx::Error>,
        /// Its log.
        log: PathBuf,
    },
}

impl EmbeddedError {
    /// A failure to touch a path, told as a full disk where it is one.
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::StorageFull {
            return Self::DiskFull { folder: path.to_owned() };
        }
        Self::File { path: path.to_owned(), source }
    }
}
