//! A Postgres server for this binary and a database for each test.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

/// The URL of a migrated database of the test's own.
pub(crate) async fn fresh() -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(template).await;
    let name = format!("http_{}", Uuid::now_v7().simple());
    admin(&format!("create database {name} template {template}")).await;
    url_of(&name).await
}

async fn template() -> String {
    let name = format!("template_{}", Uuid::now_v7().simple());
    admin(&format!("create database {name}")).await;
    event_store::migrate(&url_of(&name).await).await.unwrap();
    name
}

/// `create database` copies a template that nobody is connected to: one at a time.
async fn admin(sql: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let mut connection = PgConnection::connect(server().await).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

async fn url_of(database: &str) -> String {
    let (server, _) = server().await.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

/// The server that `make test` runs, else one that lives as long as this process.
async fn server() -> &'static str {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    SERVER.get_or_init(|| async { std::env::var("ORDERLY_TEST_DATABASE_URL").unwrap_or_else(|_| start()) }).await
}

/// The command that the server runs for ends when its standard input does: with this process.
#[expect(clippy::zombie_processes, reason = "it ends after this process, which therefore cannot wait for it")]
fn start() -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/with-postgres");
    let mut server = Command::new(script)
        .args(["sh", "-c", "echo $ORDERLY_TEST_DATABASE_URL; cat >/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::mem::forget(server.stdin.take());
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    assert!(!url.trim().is_empty(), "tests/with-postgres gave no server");
    url.trim().to_owned()
}
