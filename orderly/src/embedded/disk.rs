//! How much room is left for a cluster.

use std::fmt;
use std::path::{Path, PathBuf};

use super::EmbeddedError;

/// One file of Postgres' write-ahead log: where there is no room for another, nothing can be stored.
const LEAST_BYTES: u64 = 16 << 20;

/// The room on the disk of a folder.
#[derive(Debug)]
pub(super) struct Room {
    folder: PathBuf,
    /// Unknown where the system does not tell.
    bytes: Option<u64>,
}

impl Room {
    pub(super) fn of(folder: &Path) -> Self {
        let disk = rustix::fs::statvfs(folder).ok();
        Self { folder: folder.to_owned(), bytes: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)) }
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.bytes.is_some_and(|bytes| bytes < LEAST_BYTES)
    }
}

impl From<Room> for EmbeddedError {
    fn from(room: Room) -> Self {
        Self::DiskFull { folder: room.folder }
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = self.bytes.unwrap_or_default() >> 20;
        write!(f, "the disk of {} has only {mebibytes} MiB left; make room", self.folder.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_for_a_file_of_the_log_is_full() {
        let room = |bytes| Room { folder: "/data".into(), bytes };
        assert!(room(Some(0)).is_used_up() && !room(Some(LEAST_BYTES)).is_used_up() && !room(None).is_used_up());
        assert_eq!(room(Some(3 << 20)).to_string(), "the disk of /data has only 3 MiB left; make room");
        assert!(Room::of(&std::env::temp_dir()).bytes.is_some());
    }
}
