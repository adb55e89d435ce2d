use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tracing::{info, warn};

use super::cluster::{Cluster, StartFailure, USER};
use super::disk::Room;
use super::home::Home;
use super::postmaster::{self, Postmaster};
use super::{EmbeddedError, account, fetch, programs};

/// The database of the log and of the read models.
const DATABASE: &str = "orderly";

/// How long processes of a killed server, or a server that recovers, are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running private Postgres. It is stopped when this is dropped, and better by [`EmbeddedPostgres::stop`], which tells
/// of failures.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    pub(super) cluster: Option<Cluster>,
    port: u16,
    url: String,
}

impl EmbeddedPostgres {
    /// Starts the Postgres of this data folder, or takes over the one that a killed owner left running.
    ///
    /// # Errors
    /// No server programs, a folder in use or of another version, a full disk; each with its remedy.
    pub async fn start(data_dir: &Path, password: &str) -> Result<Self, EmbeddedError> {
        let cluster = open(data_dir).await?;
        let password_owned = password.to_owned();
        let (cluster, port) = blocking(move || run(cluster, &password_owned)).await?;
        let server = Self { port, url: url(port, password, DATABASE), cluster: Some(cluster) };
        server.ensure_database(password).await?;
        info!(postgres.port = port, "embedded Postgres is running");
        Ok(server)
    }

    /// The URL of its database, with the superuser's name and password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server and waits until it is gone.
    ///
    /// # Errors
    /// It did not stop within a minute.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        match self.cluster.take() {
            Some(cluster) => blocking(move || cluster.stop()).await,
            None => Ok(()),
        }
    }

    /// Whether its process is there.
    pub(super) fn is_running(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| postmaster::running(&cluster.home.cluster()).is_some())
    }

    /// The room on its disk.
    pub(super) fn room(&self) -> Room {
        Room::of(&self.path(Home::cluster))
    }

    /// Starts the server again after it went away by itself, on its port: those who use it find it where it was.
    pub(super) async fn restart(&mut self) -> Result<(), EmbeddedError> {
        let (cluster, port) = (self.cluster.take().expect("a server has its cluster until it is stopped"), self.port);
        let (cluster, started) = blocking(move || {
            let started = start(&cluster, || Ok(port));
            Ok((cluster, started))
        })
        .await?;
        self.cluster = Some(cluster);
        started.map(drop)
    }

    pub(super) fn keeps_dying(&self) -> EmbeddedError {
        EmbeddedError::KeepsDying { log: self.path(Home::log) }
    }

    fn path(&self, of: fn(&Home) -> PathBuf) -> PathBuf {
        self.cluster.as_ref().map(|cluster| of(&cluster.home)).unwrap_or_default()
    }

    async fn ensure_database(&self, password: &str) -> Result<(), EmbeddedError> {
        let mut connection = self.connect(&url(self.port, password, "postgres")).await?;
        let is_there = sqlx::query_scalar("select exists (select from pg_database where datname = 'orderly')");
        if !is_there.fetch_one(&mut connection).await.map_err(|error| self.unreachable(error))? {
            sqlx::raw_sql("create database orderly").execute(&mut connection).await.map_err(|error| self.unreachable(error))?;
        }
        Ok(())
    }

    /// A server that recovers answers "starting up" for a while.
    async fn connect(&self, url: &str) -> Result<PgConnection, EmbeddedError> {
        let options: PgConnectOptions = url.parse().map_err(|error| self.unreachable(error))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match PgConnection::connect_with(&options.clone().disable_statement_logging()).await {
                Ok(connection) => return Ok(connection),
                Err(error) if sqlstate(&error).is_some_and(|state| REFUSED_PASSWORD.contains(&state.as_str())) => {
                    return Err(self.password_unknown());
                }
                Err(error) if Instant::now() > deadline => return Err(self.unreachable(error)),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    fn unreachable(&self, source: sqlx::Error) -> EmbeddedError {
        EmbeddedError::Unreachable { port: self.port, source: Box::new(source), log: self.path(Home::log) }
    }

    fn password_unknown(&self) -> EmbeddedError {
        EmbeddedError::PasswordUnknown { folder: self.path(Home::cluster) }
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.cluster.take().map(|cluster| cluster.stop()) {
            warn!(%error, "the embedded Postgres did not stop");
        }
    }
}

const REFUSED_PASSWORD: [&str; 2] = ["28P01", "28000"];

fn sqlstate(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(|code| code.into_owned())
}

fn url(port: u16, password: &str, database: &str) -> String {
    format!("postgres://{USER}:{password}@127.0.0.1:{port}/{database}")
}

/// The data folder with the programs that fit it.
async fn open(data_dir: &Path) -> Result<Cluster, EmbeddedError> {
    let account = account::of_the_server()?;
    let home = Home::claim(data_dir, account)?;
    let programs = match programs::fitting(&programs::on_this_machine(), &home.cluster())? {
        Some(programs) => programs,
        None => fetch::programs(&home.programs()).await?,
    };
    Ok(Cluster { home, programs, account })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static) -> Result<T, EmbeddedError> {
    tokio::task::spawn_blocking(work).await.expect("the work neither panics nor is aborted")
}

fn run(cluster: Cluster, password: &str) -> Result<(Cluster, u16), EmbeddedError> {
    cluster.make(password)?;
    if let Some(Postmaster { pid, port }) = postmaster::running(&cluster.home.cluster()) {
        info!(postgres.pid = pid, "taking over the Postgres that a killed process left running");
        return Ok((cluster, port));
    }
    let port = start(&cluster, || free_port(&cluster))?;
    Ok((cluster, port))
}

/// Starts the server on the port that is chosen, and chooses again where that was taken in the meantime.
fn start(cluster: &Cluster, choose: impl Fn() -> Result<u16, EmbeddedError>) -> Result<u16, EmbeddedError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let port = choose()?;
        match cluster.start(port) {
            Ok(()) => return Ok(port),
            Err(StartFailure::Other(error)) => return Err(error),
            Err(failure) if Instant::now() > deadline => return Err(gave_up(cluster, &failure)),
            Err(StartFailure::PortTaken | StartFailure::StillLeaving) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

fn gave_up(cluster: &Cluster, failure: &StartFailure) -> EmbeddedError {
    EmbeddedError::Failed {
        program: "postgres",
        reason: format!("gave up after {} s: {failure:?}", PATIENCE.as_secs()),
        log: cluster.home.log(),
    }
}

/// The port of the last time if it is free, so that a bookmarked `DATABASE_URL` stays good; else any free one.
fn free_port(cluster: &Cluster) -> Result<u16, EmbeddedError> {
    let path = cluster.home.file("port");
    let last = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let port = bindable(last).or_else(|_| bindable(0)).map_err(|error| EmbeddedError::file(&path, error))?;
    std::fs::write(&path, port.to_string()).map_err(|error| EmbeddedError::file(&path, error))?;
    Ok(port)
}

fn bindable(port: u16) -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()?.port())
}
