//! The week of real orders, or its first days, under what a shop meets: kills, a second process, missing stock, declined payments.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::program::{Program, Settings, fresh_database};
use crate::until;

/// The first orders of the week as a file of their own, with what must come out of them.
struct OrdersFile {
    path: PathBuf,
    orders: i64,
    lines: i64,
    goods: rust_decimal::Decimal,
}

fn first_orders(count: usize, folder: &Path) -> OrdersFile {
    let week = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/complete-journey/order-lines-first-week.csv.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(week).expect("the week is there")).read_to_string(&mut text).expect("the week is text");
    let mut rows = text.lines();
    let mut file = format!("{}\n", rows.next().expect("a header"));
    let mut seen = HashSet::new();
    let (mut lines, mut goods) = (0, rust_decimal::Decimal::ZERO);
    for row in rows {
        let fields: Vec<_> = row.split(',').collect();
        seen.insert(fields[0]);
        if seen.len() > count {
            break;
        }
        let number = |index: usize| fields[index].parse::<rust_decimal::Decimal>().expect("a number");
        goods += number(5) * number(6) - number(7);
        lines += 1;
        file.push_str(row);
        file.push('\n');
    }
    let path = folder.join("orders.csv");
    std::fs::write(&path, file).expect("the file can be written");
    OrdersFile { path, orders: i64::try_from(count).expect("a small number"), lines, goods }
}

fn settings(database_url: &str, data_dir: &Path) -> Settings {
    Settings { database_url: Some(database_url.to_owned()), data_dir: data_dir.to_owned(), flags: vec![] }
}

fn summary(output: &Output) -> Value {
    assert!(output.status.success(), "the load ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the summary is JSON")
}

fn assert_verified(program: &Program) {
    let verified = program.replay(&["verify", "--all"]);
    assert!(verified.status.success(), "{}{}", String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
}

/// One number from the log.
async fn figure(pool: &PgPool, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("the database answers")
}

const COMPLETED: &str = "select count(*)::text from log.events where event_type = 'order.completed'";
const LINES: &str = "select sum(json_array_length(payload->'order.placed'->'lines'))::text from log.events where event_type = 'order.placed'";
const CAPTURED: &str = "select sum((payload->'payment.captured'->'amount'->>'amount')::numeric)::text from log.events where event_type = 'payment.captured'";
const RECEIVED: &str = "select sum((payload->'stock_item.received'->>'quantity')::bigint)::text from log.events where event_type = 'stock_item.received'";
const DISPATCHED: &str =
    "select sum((payload->'stock_item.dispatched'->>'quantity')::bigint)::text from log.events where event_type = 'stock_item.dispatched'";
const PENDING: &str = "select count(*)::text from process.pending";
const PARKED: &str = "select count(*)::text from log.events where event_type = 'process.parked'";

/// What must be true once every order of the file is completed, whatever happened on the way.
async fn assert_all_completed(program: &Program, database_url: &str, file: &OrdersFile) {
    let pool = PgPool::connect(database_url).await.expect("the database answers");
    until("nothing is pending", async || (figure(&pool, PENDING).await == "0").then_some(())).await;
    assert_eq!(figure(&pool, COMPLETED).await, file.orders.to_string());
    assert_eq!(figure(&pool, LINES).await, file.lines.to_string());
    assert_eq!(figure(&pool, CAPTURED).await, file.goods.to_string());
    assert_eq!(figure(&pool, DISPATCHED).await, figure(&pool, RECEIVED).await, "everything that came in went out");
    assert_eq!(figure(&pool, PARKED).await, "0");
    let ledger: Value = reqwest::get(format!("{}/v1/ledger", program.simulator_url())).await.expect("the simulator answers").json().await.expect("JSON");
    assert!(ledger.to_string().contains(&file.goods.to_string()), "the simulator's ledger says otherwise: {ledger:#}");
    assert_verified(program);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_orders_of_the_week_complete_to_the_cent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = first_orders(200, folder.path());
    let database_url = fresh_database().await;
    let program = Program::start(settings(&database_url, folder.path())).await;

    let first = summary(&program.load(&file.path).output().expect("orderly load runs"));
    assert_eq!(first["states"]["completed"], file.orders, "{first:#}");
    assert_all_completed(&program, &database_url, &file).await;

    // Loaded again: nothing is sent, nothing changes.
    let again = summary(&program.load(&file.path).output().expect("orderly load runs"));
    assert_eq!(again["states"]["completed"], file.orders, "{again:#}");
    assert_eq!(again["placed"], 0, "{again:#}");

    // GraphQL says the same.
    let sales = program.query("{ sales { net { amount } } }", json!({})).await;
    let net = |row: &Value| row["net"]["amount"].as_str().expect("an amount").parse::<rust_decimal::Decimal>().expect("a number");
    assert_eq!(sales["sales"].as_array().expect("rows").iter().map(net).sum::<rust_decimal::Decimal>(), file.goods);
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_ten_times_during_the_load_it_ends_to_the_cent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = first_orders(150, folder.path());
    let database_url = fresh_database().await;
    let mut program = Program::start(settings(&database_url, folder.path())).await;
    for kill in 0..10_u64 {
        let mut load = program.load(&file.path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("orderly load runs");
        tokio::time::sleep(Duration::from_millis(150 + 250 * kill)).await;
        let settings = program.kill();
        load.kill().expect("the load can be killed");
        load.wait().expect("a killed child ends");
        program = Program::start(settings).await;
    }
    let done = summary(&program.load(&file.path).output().expect("orderly load runs"));
    assert_eq!(done["states"]["completed"], file.orders, "{done:#}");
    assert_all_completed(&program, &database_url, &file).await;
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_all_roles_come_to_the_same_figures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = first_orders(150, folder.path());
    let database_url = fresh_database().await;
    let one = Program::start(settings(&database_url, folder.path())).await;
    let two = Program::start(settings(&database_url, folder.path())).await;

    let pipes = |program: &Program| program.load(&file.path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("orderly load runs");
    for load in [pipes(&one), pipes(&two)] {
        assert_eq!(summary(&load.wait_with_output().expect("a load ends"))["states"]["completed"], file.orders);
    }
    assert_all_completed(&one, &database_url, &file).await;
    one.stop();
    two.stop();
}
