//! What `postmaster.pid` says of a server that runs, or ran, on a cluster.

use std::fs;
use std::path::Path;

/// The process that holds a cluster, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Postmaster {
    /// Its process id.
    pub(super) pid: u32,
    /// The port that it listens on.
    pub(super) port: u16,
}

/// The server that runs on a cluster now; a file left behind by a dead one is none.
pub(super) fn running(cluster: &Path) -> Option<Postmaster> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    parse(&text).filter(|postmaster| is_postgres(postmaster.pid, cluster))
}

/// Line 1 is the process id, line 4 the port.
fn parse(text: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Postmaster { pid: lines.first()?.parse().ok()?, port: lines.get(3)?.parse().ok()? })
}

/// The process id may have been given to somebody else since: a program is asked for by its command line, which names
/// the cluster.
fn is_postgres(pid: u32, cluster: &Path) -> bool {
    let Ok(command_line) = fs::read(format!("/proc/{pid}/cmdline")) else { return by_ps(pid, cluster) };
    String::from_utf8_lossy(&command_line).contains(&*cluster.to_string_lossy())
}

fn by_ps(pid: u32, cluster: &Path) -> bool {
    let output = std::process::Command::new("ps").args(["-o", "args=", "-p", &pid.to_string()]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*cluster.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postmaster_file_names_process_and_port() {
        let text = "4711\n/data\n1732200000\n54321\n\n127.0.0.1\n";
        assert_eq!(parse(text), Some(Postmaster { pid: 4711, port: 54321 }));
    }

    #[test]
    fn a_half_written_postmaster_file_names_nobody() {
        assert_eq!(parse("4711\n/data\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_process_of_somebody_else_is_no_postmaster() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("postmaster.pid"), format!("{}\n/data\n0\n5432\n", std::process::id())).unwrap();
        assert_eq!(running(folder.path()), None);
    }
}
