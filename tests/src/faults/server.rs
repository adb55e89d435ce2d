//! A Postgres of one's own, durable, that can be stopped without a word, started again, copied as a streaming replica and promoted.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::until;

/// Said last in `postgresql.conf`, so it wins. A primary may get replicas; whether it waits for them is said when it is made.
const SETTINGS: &str = "
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica
max_wal_senders = 8
wal_keep_size = 256MB
hot_standby = on
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
log_min_messages = warning
";

/// The name by which a primary knows its replica.
const STANDBY: &str = "standby";

/// The server's shell ends with this process, however that ends: its standard input closes, and it stops the server without a word (`SIGQUIT` is what
/// `pg_ctl -m immediate` sends).
const SHELL: &str = r#""$0" -D "$1" & pid=$!; cat >/dev/null; kill -QUIT $pid; wait $pid"#;

pub(crate) struct Server {
    folder: TempDir,
    pub(crate) port: u16,
    running: Option<Child>,
}

impl Server {
    /// A running server with an empty log.
    pub(crate) async fn with_log() -> Self {
        Self::with_log_and("").await
    }

    /// A running server with an empty log, whose commits wait for the replica.
    pub(crate) async fn with_log_on_two_disks() -> Self {
        Self::with_log_and(&format!("synchronous_standby_names = '{STANDBY}'\n")).await
    }

    async fn with_log_and(settings: &str) -> Self {
        let mut server = Self::empty();
        let initdb = ["-U", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "-D"];
        server.run("initdb", &initdb);
        server.configure(SETTINGS);
        server.start().await;
        let mut admin = PgConnection::connect(&server.url_of("postgres")).await.expect("the server answers");
        sqlx::raw_sql("create database log").execute(&mut admin).await.expect("a database can be made");
        event_store::migrate(&server.url()).await.expect("the log can be migrated");
        if !settings.is_empty() {
            server.configure(settings);
            sqlx::raw_sql("select pg_reload_conf()").execute(&mut admin).await.expect("settings can be read again");
        }
        server
    }

    fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("orderly-faults-").tempdir().expect("a temporary folder");
        if let Some((user, group)) = account() {
            chown(folder.path(), Some(user), Some(group)).expect("root may give a folder away");
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port();
        Self { folder, port, running: None }
    }

    pub(crate) fn url(&self) -> String {
        self.url_of("log")
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts it, recovering what a stop without a word left.
    pub(crate) async fn start(&mut self) {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.path().join("server.log"))
            .expect("the server's log can be written");
        let mut shell = command(Path::new("sh"), &self.folder);
        shell.args(["-c", SHELL]).arg(programs().join("postgres")).arg(self.data());
        let output = log.try_clone().expect("a file handle can be cloned");
        self.running = Some(shell.stdin(Stdio::piped()).stdout(output).stderr(log).spawn().expect("the server's shell starts"));
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Err(error) = PgConnection::connect(&self.url_of("postgres")).await {
            let ended = self.running.as_mut().and_then(|shell| shell.try_wait().expect("a child can be waited for"));
            assert!(ended.is_none() && Instant::now() < deadline, "the server does not answer ({error}):\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops it without a word, as a crash of all its processes would.
    pub(crate) async fn stop_immediately(&mut self) {
        let shell = self.running.take();
        tokio::task::spawn_blocking(|| end(shell)).await.expect("waiting does not panic");
    }

    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap_or_else(|error| panic!("the server does not answer: {error}\n{}", self.log()))
    }

    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection().await).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Whether a question that is answered with true or false is answered with true.
    pub(crate) async fn says(&self, sql: &str) -> bool {
        sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut self.connection().await)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// A copy that follows it.
    pub(crate) async fn replica(&self) -> Self {
        let mut replica = Self::empty();
        let port = self.port.to_string();
        replica.run("pg_basebackup", &["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-X", "stream", "-c", "fast", "--no-sync", "-D"]);
        File::create(replica.data().join("standby.signal")).expect("the replica's folder can be written");
        replica
            .configure(&format!("primary_conninfo = 'host=127.0.0.1 port={port} user=postgres application_name={STANDBY}'\nfsync = off\n"));
        replica.start().await;
        // A fresh copy need not be synced file by file before it starts; what it receives from now on is.
        replica.configure("fsync = on\n");
        replica.execute("select pg_reload_conf()").await;
        until("the replica is durable", async || replica.says("select current_setting('fsync') = 'on'").await.then_some(())).await;
        replica
    }

    /// Whether its replica follows it.
    pub(crate) async fn is_followed(&self) -> bool {
        self.says("select exists (select from pg_stat_replication where application_name = 'standby' and state = 'streaming' and flush_lsn is not null)").await
    }

    /// Takes nothing more in from its primary.
    pub(crate) async fn stop_following(&self) {
        self.execute("alter system set primary_conninfo = ''").await;
        self.execute("select pg_reload_conf()").await;
        until("the replica has stopped receiving", async || {
            self.says("select not exists (select from pg_stat_wal_receiver)").await.then_some(())
        })
        .await;
    }

    /// Makes a replica a primary.
    pub(crate) async fn promote(&self) {
        assert!(self.says("select pg_promote(true, 60)").await, "the replica was not promoted:\n{}", self.log());
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// Adds settings, the port among them: a copied folder brings another one's.
    fn configure(&self, settings: &str) {
        let path = self.data().join("postgresql.conf");
        let mut file = OpenOptions::new().append(true).open(path).expect("the server's settings can be written");
        writeln!(file, "{settings}port = {}", self.port).expect("the server's settings can be written");
    }

    /// Runs a server program whose last argument is the data folder.
    fn run(&self, program: &str, arguments: &[&str]) {
        let output = command(&programs().join(program), &self.folder).args(arguments).arg(self.data()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(self.running.take());
    }
}

fn end(shell: Option<Child>) {
    if let Some(mut shell) = shell {
        drop(shell.stdin.take());
        shell.wait().expect("a child can be waited for");
    }
}

/// A program as the user that the server runs as.
fn command(program: &Path, folder: &TempDir) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env("LC_ALL", "C");
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
    command
}

/// Postgres refuses to run as root: then the user and group that it runs as.
fn account() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
}

/// Where the server programs are.
fn programs() -> PathBuf {
    let told =
        Command::new("pg_config").arg("--bindir").output().ok().map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()));
    let distributions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let found = told.into_iter().chain(distributions).chain(on_path).find(|folder| folder.join("initdb").is_file());
    found.expect("no Postgres server programs found: install the package 'postgresql' (15 or newer)")
}
