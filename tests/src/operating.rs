//! What who operates the programs meets: a Postgres that dies, a stop in the middle, a wrong key, a wrong file. Each ends as it should and says what to do.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::PgPool;

use crate::program::{Program, Settings, binary, fresh_database};
use crate::until;

const HEADER: &str = "order_ref,customer_ref,store_ref,placed_at,product_ref,quantity,unit_price,line_discount";

fn orders(folder: &Path, name: &str, rows: &[&str]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{HEADER}\n{}\n", rows.join("\n"))).expect("the file can be written");
    path
}

fn order(reference: &str, quantity: u32, unit_price: &str) -> String {
    format!("{reference},1,330,2017-01-01T11:53:26Z,P1,{quantity},{unit_price},0.00")
}

fn settings(database_url: Option<&str>, data_dir: &Path) -> Settings {
    Settings { database_url: database_url.map(str::to_owned), data_dir: data_dir.to_owned(), environment: vec![] }
}

/// `orderly` with these arguments, on any free ports, not yet waited for.
fn orderly(arguments: &[&str], data_dir: &Path, database_url: &str) -> Command {
    let mut command = Command::new(binary("orderly"));
    command.args(arguments).env("ORDERLY_DATA_DIR", data_dir).env("DATABASE_URL", database_url).env("ORDERLY_PORT_BASE", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn summary(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("no summary ({error}): {}", told(output)))
}

fn signal(signal: &str, pid: u32) {
    let sent = Command::new("kill").args([signal, &pid.to_string()]).status().expect("kill runs");
    assert!(sent.success(), "process {pid} is there");
}

/// The process of the Postgres that the program started for itself.
fn postmaster(data_dir: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(data_dir.join("postgres/data/postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_is_killed_comes_back_and_one_that_keeps_dying_ends_the_program() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = Program::start(settings(None, folder.path())).await;
    let one = orders(folder.path(), "one.csv", &[&order("A", 1, "0.50")]);
    let two = orders(folder.path(), "two.csv", &[&order("A", 1, "0.50"), &order("B", 2, "0.75")]);
    assert!(program.load(&one).output().expect("orderly load runs").status.success());

    let killed = postmaster(folder.path()).expect("a Postgres runs");
    signal("-9", killed);
    until("another Postgres runs", async || postmaster(folder.path()).filter(|pid| *pid != killed)).await;
    let loaded = program.load(&two).output().expect("orderly load runs");
    assert!(loaded.status.success(), "{}\n{}", told(&loaded), program.log());
    assert_eq!((&summary(&loaded)["states"]["completed"], &summary(&loaded)["goods"]["USD"]), (&2.into(), &"2.00".into()));
    assert!(program.log().contains("the embedded Postgres is gone"), "{}", program.log());
    let verified = program.replay(&["verify", "--all"]);
    assert!(verified.status.success(), "{}{}", String::from_utf8_lossy(&verified.stdout), told(&verified));

    signal("-9", postmaster(folder.path()).expect("a Postgres runs"));
    let (code, log) = program.ended().await;
    assert_eq!(code, Some(3), "{log}");
    assert!(log.contains("is gone again within a minute"), "{log}");
}

/// Something is left to do while somebody else holds the order process and does nothing.
const HOLD: &str = "update process.checkpoints set holder = 'nobody', leased_until = now() + interval '1 hour', position = position - 1";
const RELEASE: &str = "update process.checkpoints set leased_until = null, position = position + 1";

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_until_nothing_is_left_to_do_stops_when_it_is_asked_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let program = Program::start(settings(Some(&database_url), folder.path())).await;
    let file = orders(folder.path(), "orders.csv", &[&order("A", 1, "0.50")]);
    assert!(program.load(&file).output().expect("orderly load runs").status.success());
    program.stop();
    let pool = PgPool::connect(&database_url).await.expect("the database answers");
    sqlx::query(HOLD).execute(&pool).await.expect("the checkpoint is a row");

    let mut child = orderly(&["dev", "--exit-when-idle"], folder.path(), &database_url).spawn().expect("orderly starts");
    let mut said = BufReader::new(child.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains("orderly is up")), "it starts");
    signal("-TERM", child.id());
    assert_eq!(ended(child).status.code(), Some(130), "{:?}", said.collect::<Vec<_>>());

    sqlx::query(RELEASE).execute(&pool).await.expect("the checkpoint is a row");
    let idle = orderly(&["dev", "--exit-when-idle"], folder.path(), &database_url).output().expect("orderly starts");
    assert!(idle.status.success(), "{}", told(&idle));
}

/// A program's end; half a minute without is a failure.
fn ended(mut child: Child) -> Output {
    let deadline = Instant::now() + Duration::from_secs(30);
    while child.try_wait().expect("a child can be waited for").is_none() {
        if Instant::now() > deadline {
            child.kill().expect("a child can be killed");
            panic!("it had not ended half a minute after it was asked to: {}", told(&child.wait_with_output().expect("a child ends")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("a child ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_there_with_other_content_is_a_finding() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let program = Program::start(settings(Some(&database_url), folder.path())).await;
    let first = orders(folder.path(), "first.csv", &[&order("A", 1, "0.50")]);
    assert!(program.load(&first).output().expect("orderly load runs").status.success());

    let other = orders(folder.path(), "other.csv", &[&order("A", 7, "9.50"), &order("B", 2, "0.75")]);
    let loaded = program.load(&other).output().expect("orderly load runs");
    assert_eq!(loaded.status.code(), Some(1), "{}", told(&loaded));
    assert!(
        told(&loaded).contains("order A is there already with other content: 1 line of USD 0.50, and the file has 1 line of USD 66.50")
    );
    let summary = summary(&loaded);
    assert_eq!((&summary["lines"], &summary["goods"]["USD"], &summary["states"]["completed"]), (&1.into(), &"1.50".into(), &1.into()));

    // The same again, where both agree.
    let again = program.load(&first).output().expect("orderly load runs");
    assert!(again.status.success(), "{}", told(&again));
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_may_not_place_orders_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let program = Program::start(settings(Some(&database_url), folder.path())).await;
    let file = orders(folder.path(), "orders.csv", &[&order("A", 1, "0.50")]);
    for others in [&["--role", "operator"][..], &["--role", "service", "--channel", "another"]] {
        let loaded = program.load_as(&file, others).output().expect("orderly load runs");
        assert_eq!(loaded.status.code(), Some(4), "{}", told(&loaded));
        assert!(told(&loaded).contains("a service token of channel complete-journey is needed"), "{}", told(&loaded));
    }
    let pool = PgPool::connect(&database_url).await.expect("the database answers");
    let events: i64 = sqlx::query_scalar("select count(*) from log.events").fetch_one(&pool).await.expect("the database answers");
    assert_eq!(events, 0);
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_and_a_failed_migration_are_refused_with_the_remedy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    Program::start(settings(Some(&database_url), folder.path())).await.stop();

    let mut wrong = orderly(&["dev"], folder.path(), &database_url);
    let refused = ended(wrong.env("ORDERLY_MASTER_KEY", "ab".repeat(32)).spawn().expect("orderly starts"));
    assert_eq!(refused.status.code(), Some(4), "{}", told(&refused));
    assert!(told(&refused).contains("the master key is not the one of this log"), "{}", told(&refused));

    let pool = PgPool::connect(&database_url).await.expect("the database answers");
    let failed = "update log.migrations set success = false where version = (select max(version) from log.migrations)";
    sqlx::query(failed).execute(&pool).await.expect("the row is there");
    let refused = orderly(&["migrate"], folder.path(), &database_url).output().expect("orderly runs");
    assert_eq!(refused.status.code(), Some(4), "{}", told(&refused));
    assert!(told(&refused).contains("delete from log.migrations where version ="), "{}", told(&refused));
}
