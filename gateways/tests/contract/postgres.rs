//! A database for each test, on the server that `ORDERLY_TEST_DATABASE_URL` names or on a private one.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use uuid::Uuid;

/// A fresh database with the simulator's schema.
pub(crate) async fn database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(Server::find)).await.unwrap();
    let mut admin = server.connection().await;
    let name = format!("gateways_{}", Uuid::now_v7().simple());
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut admin).await.unwrap();
    let url = server.options.clone().database(&name).to_url_lossy().to_string();
    gateways::simulator::migrate(&url).await.unwrap();
    url
}

struct Server {
    options: PgConnectOptions,
    /// Stops the private server when this process ends, however it does: its standard input closes then.
    _keeper: Option<Child>,
}

impl Server {
    fn find() -> Self {
        match std::env::var("ORDERLY_TEST_DATABASE_URL") {
            Ok(url) => Self { options: url.parse().unwrap(), _keeper: None },
            Err(_) => Self::start(),
        }
    }

    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let account = account(&folder);
        let script = r#"
            export PATH="$PATH:$(pg_config --bindir)"
            initdb -D "$1/data" -U postgres -A trust -N >"$1/log" || exit
            postgres -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off >>"$1/log" 2>&1 &
            cat; kill -QUIT $!; wait; rm -rf "$1"
        "#;
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::null()).current_dir("/").process_group(0);
        if let Some((user, group)) = account {
            shell.uid(user).gid(group);
        }
        let options = PgConnectOptions::new_without_pgpass().socket(&folder).username("postgres").database("postgres");
        Self { options, _keeper: Some(shell.spawn().unwrap()) }
    }

    async fn connection(&self) -> PgConnection {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match PgConnection::connect_with(&self.options).await {
                Ok(connection) => return connection,
                Err(error) if Instant::now() > deadline => panic!("waited 60 s for the private postgres: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// Postgres refuses root: then the folder is given to `postgres`.
fn account(folder: &Path) -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().unwrap()
    };
    if id(&["-u"]) != 0 {
        return None;
    }
    let (user, group) = (id(&["-u", "postgres"]), id(&["-g", "postgres"]));
    chown(folder, Some(user), Some(group)).unwrap();
    Some((user, group))
}
