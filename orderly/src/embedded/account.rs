//! Who runs the server: Postgres refuses root.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::EmbeddedError;

/// The user and group of the server programs, where they are not the caller's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

/// Whom the server programs must run as: `None` is the caller.
pub(super) fn of_the_server() -> Result<Option<Account>, EmbeddedError> {
    if id(&["-u"]) != Some(0) {
        return Ok(None);
    }
    let account = ["postgres", "nobody"].iter().find_map(|name| named(name));
    account.map(Some).ok_or(EmbeddedError::NoAccount)
}

fn named(name: &str) -> Option<Account> {
    Some(Account { uid: id(&["-u", name])?, gid: id(&["-g", name])? })
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().parse().ok())?
}

/// A program to be run as the account.
pub(super) fn command(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.process_group(0).current_dir("/").env("LC_ALL", "C").env_remove("PGDATA");
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

/// Gives a path to the account.
pub(super) fn give(path: &Path, account: Option<Account>) -> io::Result<()> {
    account.map_or(Ok(()), |Account { uid, gid }| chown(path, Some(uid), Some(gid)))
}

/// Whether the account may pass through this folder and all those above it.
pub(super) fn reaches(folder: &Path, account: Option<Account>) -> bool {
    account.is_none() || folder.ancestors().all(open_to_others)
}

fn open_to_others(folder: &Path) -> bool {
    const SEARCH_BY_OTHERS: u32 = 0o001;
    fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & SEARCH_BY_OTHERS != 0)
}
