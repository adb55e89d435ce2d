//! A Postgres server for this binary and a database for each test.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use event_store::{EventStore, LogArgs, SecretKey};
use projections::{ReadArgs, ReadDatabase};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A migrated database of the test's own.
pub(crate) struct TestDatabase {
    pub url: String,
}

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(make_template).await;
        let name = format!("read_{}", Uuid::now_v7().simple());
        admin(&format!("create database {name} template {template}")).await;
        Self { url: url_of(server().await, &name) }
    }

    pub(crate) fn args(&self) -> LogArgs {
        LogArgs::new(&self.url, SecretKey::new([1; 32]), SecretKey::new([2; 32]))
    }

    pub(crate) async fn open(&self) -> EventStore {
        EventStore::connect(&self.args()).await.unwrap()
    }

    /// The read models of the same database, with settings of their own.
    pub(crate) async fn open_read(&self) -> ReadDatabase {
        ReadDatabase::connect(&ReadArgs::default(), &self.url).await.unwrap()
    }
}

async fn make_template() -> String {
    let name = format!("template_{}", Uuid::now_v7().simple());
    admin(&format!("create database {name}")).await;
    event_store::migrate(&url_of(server().await, &name)).await.unwrap();
    name
}

/// `create database` copies a template that nobody is connected to: one at a time.
async fn admin(sql: &str) {
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let mut connection = PgConnection::connect(server().await).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

/// The admin URL of the server: the one that `make test` runs, else one that lives as long as this process.
pub(crate) async fn server() -> &'static str {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            match std::env::var("ORDERLY_TEST_DATABASE_URL") {
                Ok(url) => url,
                Err(_) => start().await,
            }
        })
        .await
}

fn url_of(admin: &str, database: &str) -> String {
    let (before_query, query) = admin.split_once('?').map_or((admin, None), |(url, query)| (url, Some(query)));
    let (server, _) = before_query.rsplit_once('/').unwrap();
    format!("{server}/{database}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

async fn start() -> String {
    let dir = tempfile::Builder::new().prefix("projections-").tempdir().unwrap().keep();
    let bin = server_programs();
    let as_other = as_another_user(&dir);
    run(&as_other, &bin.join("initdb"), &["-D", &text(&dir.join("data")), "-U", "postgres", "-A", "trust", "--no-sync"]);
    let url = format!("postgres://postgres@localhost/postgres?host={}", text(&dir).replace('/', "%2F"));
    let server = format!("{} {}", as_other.join(" "), text(&bin.join("postgres")));
    // The shell ends with this process, however that ends: its standard input closes, it stops the server and removes the folder.
    let script = format!(
        "{server} -D {dir}/data -k {dir} -c listen_addresses= -c fsync=off -c max_connections=300 >{dir}/log 2>&1 & pid=$!; cat >/dev/null; kill -QUIT $pid; wait $pid; rm -rf {dir}",
        dir = text(&dir)
    );
    let mut shell =
        Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Leaked on purpose: closing it is what stops the server.
    std::mem::forget(shell.stdin.take());
    std::thread::spawn(move || shell.wait());
    wait_until_ready(&url, &dir).await;
    url
}

async fn wait_until_ready(url: &str, dir: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while let Err(error) = PgConnection::connect(url).await {
        assert!(Instant::now() < deadline, "postgres in {} does not answer: {error}", dir.display());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn server_programs() -> PathBuf {
    let told =
        Command::new("pg_config").arg("--bindir").output().ok().map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()));
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let distributions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let found = told.into_iter().chain(on_path).chain(distributions).find(|folder| folder.join("initdb").exists());
    found.expect("no Postgres server programs found: install postgresql, or set ORDERLY_TEST_DATABASE_URL to a running server")
}

/// Postgres refuses to run as root: the words that run a program as `nobody`, who is given the folder.
fn as_another_user(dir: &Path) -> Vec<String> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    if !is_root {
        return Vec::new();
    }
    run(&[], Path::new("chown"), &["nobody", &text(dir)]);
    ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"].map(ToOwned::to_owned).to_vec()
}

fn run(prefix: &[String], program: &Path, args: &[&str]) {
    let mut words = prefix.iter().cloned().chain([text(program)]);
    let output = Command::new(words.next().unwrap()).args(words).args(args).current_dir("/").output().unwrap();
    if !output.status.success() {
        std::io::stderr().write_all(&output.stderr).unwrap();
        panic!("{} failed", program.display());
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
