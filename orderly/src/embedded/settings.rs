//! How the embedded server is set up: as durable as a server in production.

use std::path::Path;
use std::{fs, io};

/// The file that `postgresql.conf` includes, written anew at every start.
pub(super) const FILE: &str = "orderly.conf";

/// What is said here is said last, so it wins over `postgresql.conf`.
pub(super) const INCLUDE: &str = "\ninclude_if_exists = 'orderly.conf'\n";

/// Durability is spelled out: nobody should have to know the defaults to trust it. Without a socket there is no path
/// whose length matters, and no folder that the server's user must be able to write.
const SETTINGS: &str = "\
fsync = on
synchronous_commit = on
full_page_writes = on
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_completion_target = 0.9
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_checkpoints = off
";

/// Writes the settings, with the port, into a cluster.
pub(super) fn write(cluster: &Path, port: u16) -> io::Result<()> {
    fs::write(cluster.join(FILE), format!("{SETTINGS}port = {port}\n"))
}
