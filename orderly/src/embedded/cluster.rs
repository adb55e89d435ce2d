//! Making, starting and stopping a cluster through the server programs.

use std::fs::{self, File, Permissions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use super::EmbeddedError;
use super::account::{self, Account};
use super::home::Home;
use super::programs::Programs;
use super::{postmaster, settings};

/// The superuser, and the owner of the database.
pub(super) const USER: &str = "orderly";

/// A cluster in its home, with the programs that fit it.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) home: Home,
    pub(super) programs: Programs,
    pub(super) account: Option<Account>,
}

/// How a start ended that did not succeed.
#[derive(Debug)]
pub(super) enum StartFailure {
    /// Somebody else took the port.
    PortTaken,
    /// Processes of the killed server are still on their way out.
    StillLeaving,
    /// Anything else.
    Other(EmbeddedError),
}

impl Cluster {
    /// Makes the cluster unless it is there. A kill in the middle leaves nothing that looks finished.
    pub(super) fn make(&self, password: &str) -> Result<(), EmbeddedError> {
        if self.home.cluster().join("PG_VERSION").is_file() {
            return Ok(());
        }
        self.refuse_what_is_foreign()?;
        let unfinished = self.home.unfinished();
        self.write_password(password)?;
        let made = self.initdb(&unfinished, "C.UTF-8").or_else(|_| self.initdb(&unfinished, "C"));
        let _ = fs::remove_file(self.home.file("password"));
        made?;
        self.finish(&unfinished)
    }

    /// An empty folder is no matter: the finished cluster takes its place.
    fn refuse_what_is_foreign(&self) -> Result<(), EmbeddedError> {
        let folder = self.home.cluster();
        let Some(Ok(found)) = fs::read_dir(&folder).ok().and_then(|mut entries| entries.next()) else { return Ok(()) };
        Err(EmbeddedError::Foreign { folder, file: found.file_name().to_string_lossy().into_owned() })
    }

    fn write_password(&self, password: &str) -> Result<(), EmbeddedError> {
        let path = self.home.file("password");
        let write = || {
            let mut file = File::create(&path)?;
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.write_all(password.as_bytes())?;
            account::give(&path, self.account)
        };
        write().map_err(|error| EmbeddedError::file(&path, error))
    }

    fn initdb(&self, folder: &Path, locale: &str) -> Result<(), EmbeddedError> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| EmbeddedError::file(folder, error))?;
        }
        let mut command = account::command(&self.programs.path("initdb"), self.account);
        command.arg("--pgdata").arg(folder).arg("--pwfile").arg(self.home.file("password"));
        command.args(["--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", locale]);
        let output = command.output().map_err(|error| EmbeddedError::file(&self.programs.path("initdb"), error))?;
        if output.status.success() { Ok(()) } else { Err(self.failed("initdb", &said(&output))) }
    }

    fn finish(&self, unfinished: &Path) -> Result<(), EmbeddedError> {
        let conf = unfinished.join("postgresql.conf");
        let include = || {
            fs::OpenOptions::new().append(true).open(&conf)?.write_all(settings::INCLUDE.as_bytes())?;
            fs::rename(unfinished, self.home.cluster())
        };
        include().map_err(|error| EmbeddedError::file(&conf, error))
    }

    /// Starts the server on a port and waits until it accepts connections.
    pub(super) fn start(&self, port: u16) -> Result<(), StartFailure> {
        let cluster = self.home.cluster();
        settings::write(&cluster, port).map_err(|error| StartFailure::Other(EmbeddedError::file(&cluster, error)))?;
        self.prepare_log().map_err(StartFailure::Other)?;
        let written_before = fs::metadata(self.home.log()).map_or(0, |metadata| metadata.len());
        let output = self.pg_ctl(&["start", "--wait", "--timeout=120"], true).map_err(StartFailure::Other)?;
        if output.status.success() {
            return Ok(());
        }
        Err(self.why(&format!("{}\n{}", said(&output), self.log_since(written_before))))
    }

    /// A log that grew over many starts is begun anew.
    fn prepare_log(&self) -> Result<(), EmbeddedError> {
        const LONGEST_BYTES: u64 = 16 << 20;
        let path = self.home.log();
        let long = fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LONGEST_BYTES);
        let open = || {
            fs::OpenOptions::new().create(true).write(true).truncate(long).open(&path)?;
            account::give(&path, self.account)
        };
        open().map_err(|error| EmbeddedError::file(&path, error))
    }

    fn log_since(&self, offset: u64) -> String {
        let read = || {
            let mut file = File::open(self.home.log())?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            std::io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }

    fn why(&self, story: &str) -> StartFailure {
        if story.contains("could not bind") || story.contains("could not create any TCP/IP sockets") {
            return StartFailure::PortTaken;
        }
        if story.contains("is still in use") || story.contains("Is another postmaster") {
            return StartFailure::StillLeaving;
        }
        StartFailure::Other(self.failed("postgres", story))
    }

    /// Stops the server: those who are connected are cut off, what they committed is kept. One that is gone already needs no stopping.
    pub(super) fn stop(&self) -> Result<(), EmbeddedError> {
        if postmaster::running(&self.home.cluster()).is_none() {
            return Ok(());
        }
        let output = self.pg_ctl(&["stop", "--mode=fast", "--wait", "--timeout=60"], false)?;
        if output.status.success() { Ok(()) } else { Err(self.failed("pg_ctl stop", &said(&output))) }
    }

    fn pg_ctl(&self, arguments: &[&str], with_log: bool) -> Result<Output, EmbeddedError> {
        let program = self.programs.path("pg_ctl");
        let mut command = account::command(&program, self.account);
        command.args(arguments).arg("--pgdata").arg(self.home.cluster());
        if with_log {
            command.arg("--log").arg(self.home.log());
        }
        command.output().map_err(|error| EmbeddedError::file(&program, error))
    }

    /// A failure of a server program, told by its last lines.
    fn failed(&self, program: &'static str, story: &str) -> EmbeddedError {
        if story.contains("No space left on device") {
            return EmbeddedError::DiskFull { folder: self.home.cluster() };
        }
        let lines: Vec<&str> = story.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let reason = lines.iter().rev().take(4).rev().copied().collect::<Vec<_>>().join(" | ");
        EmbeddedError::Failed { program, reason, log: self.home.log() }
    }
}

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
