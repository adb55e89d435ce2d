//! A database for each test, cloned from a template in milliseconds, on the throw-away Postgres of `tests/with-postgres`. For tests only.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// With which tests look into their database, also those of rooms that know no SQL.
pub use sqlx;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

/// The URL of an empty database.
///
/// # Panics
/// If there is no server.
pub async fn empty() -> String {
    let name = format!("empty_{}", Uuid::now_v7().simple());
    admin(&format!("create database {name}")).await;
    url_of(&name).await
}

/// The URL of a copy of a database that `prepare` brings up, once per process: every test of a process clones the same template.
///
/// # Panics
/// If there is no server, or `prepare` does.
pub async fn prepared(prepare: impl AsyncFnOnce(&str)) -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let name = format!("template_{}", Uuid::now_v7().simple());
            admin(&format!("create database {name}")).await;
            prepare(&url_of(&name).await).await;
            name
        })
        .await;
    let name = format!("test_{}", Uuid::now_v7().simple());
    admin(&format!("create database {name} template {template}")).await;
    url_of(&name).await
}

/// `create database` copies a template that nobody is connected to: one at a time.
async fn admin(sql: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let mut connection = PgConnection::connect(server().await).await.expect("the test server answers");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("the test server makes databases");
}

async fn url_of(database: &str) -> String {
    let (server, _) = server().await.rsplit_once('/').expect("a database URL has a path");
    format!("{server}/{database}")
}

/// The superuser's URL on the server: the one that `make test` runs, else one that lives as long as this process.
///
/// # Panics
/// If there is none and none can be started.
pub async fn server() -> &'static str {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    SERVER.get_or_init(|| async { std::env::var("ORDERLY_TEST_DATABASE_URL").unwrap_or_else(|_| start()) }).await
}

/// The command that the server runs for ends when its standard input does: with this process.
#[expect(clippy::zombie_processes, reason = "it ends after this process, which therefore cannot wait for it")]
fn start() -> String {
    let mut server = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../with-postgres"))
        .args(["sh", "-c", "echo $ORDERLY_TEST_DATABASE_URL; cat >/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tests/with-postgres can be run");
    // Leaked on purpose: closing it is what stops the server.
    std::mem::forget(server.stdin.take());
    let mut url = String::new();
    BufReader::new(server.stdout.take().expect("it is a pipe")).read_line(&mut url).expect("a URL is read");
    assert!(!url.trim().is_empty(), "tests/with-postgres gave no server");
    url.trim().to_owned()
}
