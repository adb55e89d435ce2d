//! The programs as a user runs them: `orderly dev` as a process of its own, `orderly load` and `replay` against it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

/// How `orderly token` makes the token of who loads a file: of its channel, and granted what orders need.
pub(crate) const LOADER: [&str; 12] = [
    "--role",
    "service",
    "--subject",
    "loader",
    "--channel",
    "complete-journey",
    "--grant",
    "catalog",
    "--grant",
    "stock",
    "--grant",
    "warehouses",
];

/// A program of this build, `orderly` or `replay`.
pub(crate) fn binary(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("the test binary has a path");
    let folder = tests.parent().and_then(Path::parent).expect("the test binary lies in target/debug/deps");
    let program = folder.join(name);
    assert!(program.exists(), "{} is not built: run `make test`, or `cargo build` first", program.display());
    program
}

/// A fresh database on the test server; dropped with the server.
pub(crate) async fn fresh_database() -> String {
    let admin = std::env::var("ORDERLY_TEST_DATABASE_URL")
        .expect("ORDERLY_TEST_DATABASE_URL is set: run `make test`, or `tests/with-postgres cargo test`");
    let name = format!("system_{}", uuid::Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&admin).await.expect("the test server answers");
    connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.expect("a database can be created");
    let (server, _) = admin.rsplit_once('/').expect("a database URL has a path");
    format!("{server}/{name}")
}

/// Ports `base`, `base + 1`, `base + 10`, `base + 11` that nobody listens on now.
fn free_port_base() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let probe = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free");
        let base = probe.port();
        if base < 65_000 && [0, 1, 10, 11].iter().all(|offset| is_free(base + offset)) {
            return base;
        }
    }
}

/// How a stack is started.
#[derive(Clone)]
pub(crate) struct Settings {
    /// The server to use; `None`: an embedded one in the data folder.
    pub(crate) database_url: Option<String>,
    /// Where secrets (and the embedded server) live.
    pub(crate) data_dir: PathBuf,
    /// Further settings, by the names of their environment twins.
    pub(crate) environment: Vec<(&'static str, &'static str)>,
}

/// A running `orderly dev`.
pub(crate) struct Program {
    child: Child,
    port_base: u16,
    settings: Settings,
}

impl Program {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(settings: Settings) -> Self {
        let port_base = free_port_base();
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(settings.data_dir.join("orderly.log"))
            .expect("the log can be written");
        let mut command = Command::new(binary("orderly"));
        command.arg("dev").arg("--data-dir").arg(&settings.data_dir).args(["--port-base", &port_base.to_string()]);
        command.env_remove("DATABASE_URL").env("RUST_LOG", "info").envs(settings.environment.iter().copied());
        if let Some(url) = &settings.database_url {
            command.env("DATABASE_URL", url);
        }
        let output = log.try_clone().expect("a file handle can be cloned");
        let child = command.stdin(Stdio::null()).stdout(output).stderr(log).spawn().expect("orderly starts");
        let mut program = Self { child, port_base, settings };
        program.wait_until_ready().await;
        program
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                panic!("orderly ended with {status} before it was ready:\n{}", self.log());
            }
            if let Ok(answer) = reqwest::get(format!("{}/readyz", self.management_url())).await
                && answer.status().is_success()
            {
                return;
            }
            assert!(Instant::now() < deadline, "orderly was not ready after 60 s:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.settings.data_dir.join("orderly.log")).unwrap_or_default()
    }

    pub(crate) fn command_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port_base)
    }

    pub(crate) fn query_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port_base + 1)
    }

    pub(crate) fn management_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port_base + 10)
    }

    pub(crate) fn simulator_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port_base + 11)
    }

    /// Ends it without a word, as a power cut would.
    pub(crate) fn kill(mut self) -> Settings {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a killed child ends");
        self.settings.clone()
    }

    /// Ends it as an operator would, and expects it to drain within 20 seconds and to exit with 0.
    pub(crate) fn stop(mut self) -> Settings {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(asked.success());
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                assert!(status.success(), "orderly ended with {status} when it was asked to stop:\n{}", self.log());
                return self.settings.clone();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("orderly had not stopped 20 s after SIGTERM:\n{}", self.log());
    }

    /// Waits until it ends by itself: its exit code, and all that it said.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + Duration::from_secs(90);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return (status.code(), self.log());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("orderly had not ended by itself after 90 s:\n{}", self.log());
    }

    /// The database that it uses: the test server's, or its own embedded one.
    pub(crate) fn database_url(&self) -> String {
        let left = || std::fs::read_to_string(self.settings.data_dir.join("database-url")).expect("orderly dev leaves its address");
        self.settings.database_url.clone().unwrap_or_else(|| left().trim().to_owned())
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary(program));
        command.args(arguments).arg("--data-dir").arg(&self.settings.data_dir).env_remove("DATABASE_URL").stdin(Stdio::null());
        if let Some(url) = &self.settings.database_url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Runs `replay` to its end.
    pub(crate) fn replay(&self, arguments: &[&str]) -> Output {
        self.tool("replay", arguments).output().expect("replay runs")
    }

    /// A token, as `orderly token` mints it.
    pub(crate) fn token(&self, arguments: &[&str]) -> String {
        let output = self.tool("orderly", &[&["token"], arguments].concat()).output().expect("orderly token runs");
        assert!(output.status.success(), "orderly token failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a token is text").trim().to_owned()
    }

    /// `orderly load` of a file, not yet waited for.
    pub(crate) fn load(&self, file: &Path) -> Command {
        self.load_as(file, &LOADER)
    }

    /// The same with the token of somebody else.
    pub(crate) fn load_as(&self, file: &Path, bearer: &[&str]) -> Command {
        let token = self.token(bearer);
        let catalog = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/complete-journey"));
        let mut command = Command::new(binary("orderly"));
        command
            .arg("load")
            .arg(file)
            .arg("--products")
            .arg(catalog.join("products.csv.gz"))
            .arg("--customers")
            .arg(catalog.join("customers.csv.gz"));
        command.args(["--url", &self.command_url(), "--token", &token, "-o", "json"]).stdin(Stdio::null());
        command
    }

    /// Asks GraphQL as an operator and answers `data`.
    pub(crate) async fn query(&self, query: &str, variables: Value) -> Value {
        self.query_from(query, variables, None).await
    }

    /// Asks GraphQL for data that reflects a position of the log.
    pub(crate) async fn query_from(&self, query: &str, variables: Value, position: Option<&str>) -> Value {
        let token = self.token(&["--role", "operator", "--subject", "tests"]);
        let mut request = reqwest::Client::new().post(format!("{}/graphql", self.query_url())).bearer_auth(token);
        if let Some(position) = position {
            request = request.header("Orderly-Min-Position", position);
        }
        let answer: Value = request
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .expect("GraphQL answers")
            .json()
            .await
            .expect("JSON");
        assert!(answer.get("errors").is_none(), "GraphQL refused: {answer:#}");
        answer["data"].clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
