//! The week of real orders, or its first days, under what a shop meets: kills, a second process, missing stock, declined payments.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use orderly::load::{LoadSettings, Progress, Receive, load};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::program::{LOADER, Program, Settings, fresh_database};
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
    flate2::read::GzDecoder::new(std::fs::File::open(week).expect("the week is there"))
        .read_to_string(&mut text)
        .expect("the week is text");
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
    Settings { database_url: Some(database_url.to_owned()), data_dir: data_dir.to_owned(), environment: vec![] }
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

const EVENTS: &str = "select count(*)::text from log.events";
const COMPLETED: &str = "select count(*)::text from log.events where event_type = 'order.completed'";
const LINES: &str =
    "select sum(json_array_length(payload->'order.placed'->'lines'))::text from log.events where event_type = 'order.placed'";
const CAPTURED: &str =
    "select sum((payload->'payment.captured'->'amount'->>'amount')::numeric)::text from log.events where event_type = 'payment.captured'";
const RECEIVED: &str =
    "select sum((payload->'stock_item.received'->>'quantity')::bigint)::text from log.events where event_type = 'stock_item.received'";
const DISPATCHED: &str =
    "select sum((payload->'stock_item.dispatched'->>'quantity')::bigint)::text from log.events where event_type = 'stock_item.dispatched'";
const OPEN: &str = "select count(*)::text from process.instances where pending > 0 or not final";
const PARKED: &str = "select count(*)::text from log.events where event_type = 'process.parked'";

/// By the gateway's own books.
async fn captured_by_the_gateway(program: &Program) -> rust_decimal::Decimal {
    let ledger = reqwest::get(format!("{}/v1/ledger", program.simulator_url())).await.expect("the simulator answers");
    let ledger: Value = ledger.json().await.expect("JSON");
    let lines = ledger.as_array().or_else(|| ledger["totals"].as_array()).unwrap_or_else(|| panic!("no totals in {ledger:#}"));
    let captured = lines.iter().filter(|line| line["kind"] == "captured");
    captured.map(|line| line["amount"].as_str().expect("an amount").parse::<rust_decimal::Decimal>().expect("a number")).sum()
}

/// What must be true once every order of the file is completed, whatever happened on the way.
async fn assert_all_completed(program: &Program, database_url: &str, file: &OrdersFile) {
    let pool = PgPool::connect(database_url).await.expect("the database answers");
    until("every process is final, with nothing pending", async || (figure(&pool, OPEN).await == "0").then_some(())).await;
    assert_eq!(figure(&pool, COMPLETED).await, file.orders.to_string());
    assert_eq!(figure(&pool, LINES).await, file.lines.to_string());
    assert_eq!(figure(&pool, CAPTURED).await, file.goods.to_string());
    assert_eq!(figure(&pool, DISPATCHED).await, figure(&pool, RECEIVED).await, "everything that came in went out");
    assert_eq!(figure(&pool, PARKED).await, "0");
    assert_eq!(captured_by_the_gateway(program).await, file.goods, "the simulator's ledger says otherwise");
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
    let sales = program.query("{ sales(from: \"2016-12-31\", to: \"2017-12-31\") { net { amount } } }", json!({})).await;
    let net = |row: &Value| row["net"]["amount"].as_str().expect("an amount").parse::<rust_decimal::Decimal>().expect("a number");
    assert_eq!(sales["sales"].as_array().expect("rows").iter().map(net).sum::<rust_decimal::Decimal>(), file.goods);
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_during_the_load_it_ends_to_the_cent() {
    let kills = std::env::var("ORDERLY_TEST_KILLS").map_or(10, |kills| kills.parse().expect("ORDERLY_TEST_KILLS is a number"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = settings(&fresh_database().await, folder.path());
    killed_during_the_load(settings, kills, 150, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_its_embedded_postgres_it_ends_to_the_cent_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = Settings { database_url: None, data_dir: folder.path().to_owned(), environment: vec![] };
    killed_during_the_load(settings, 3, 60, folder.path()).await;
    // What Postgres refuses is sent again in smaller pieces: nothing goes wrong by it, and everything goes slowly.
    let log = std::fs::read_to_string(folder.path().join("postgres/postgres.log")).expect("Postgres has a log");
    let refused: Vec<_> = log.lines().filter(|line| line.contains("ERROR:")).collect();
    assert!(refused.is_empty(), "Postgres refused {refused:#?}");
}

/// Each time after some more events, so wherever the load and the saga are then: 20 at the least, and another number each time.
async fn killed_during_the_load(settings: Settings, kills: u64, orders: usize, folder: &Path) {
    let file = first_orders(orders, folder);
    let mut program = Program::start(settings).await;
    for kill in 0..kills {
        let mut load = program.load(&file.path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("orderly load runs");
        let pool = PgPool::connect(&program.database_url()).await.expect("the database answers");
        let events = async || figure(&pool, EVENTS).await.parse::<u64>().expect("a number");
        let enough = events().await + 20 + 97 * (kill % 11);
        until("the load has got on, or has ended", async || {
            (load.try_wait().expect("a child can be waited for").is_some() || events().await >= enough).then_some(())
        })
        .await;
        pool.close().await;
        let settings = program.kill();
        load.kill().expect("the load can be killed");
        load.wait().expect("a killed child ends");
        program = Program::start(settings).await;
    }
    let done = summary(&program.load(&file.path).output().expect("orderly load runs"));
    assert_eq!(done["states"]["completed"], file.orders, "{done:#}");
    assert_all_completed(&program, &program.database_url(), &file).await;
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_all_roles_come_to_the_same_figures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = first_orders(150, folder.path());
    let database_url = fresh_database().await;
    let one = Program::start(settings(&database_url, folder.path())).await;
    let two = Program::start(settings(&database_url, folder.path())).await;

    let pipes =
        |program: &Program| program.load(&file.path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("orderly load runs");
    for load in [pipes(&one), pipes(&two)] {
        assert_eq!(summary(&load.wait_with_output().expect("a load ends"))["states"]["completed"], file.orders);
    }
    assert_all_completed(&one, &database_url, &file).await;
    one.stop();
    two.stop();
}

const RESERVED: &str = "select coalesce(sum(reserved), 0)::text from stock_v2.stock";
const AUTHORIZED_AND_NOTHING_ELSE: &str = "select count(*)::text from log.events a where a.event_type = 'payment.authorized' and not exists
    (select from log.events b where b.aggregate_type = 'payment' and b.aggregate_id = a.aggregate_id and b.event_type in ('payment.captured', 'payment.voided'))";
const FINAL: &str = "select count(*)::text from log.events where event_type in ('order.completed', 'order.rejected')";

#[tokio::test(flavor = "multi_thread")]
async fn with_half_of_the_stock_missing_and_every_tenth_payment_declined_nothing_hangs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = first_orders(150, folder.path());
    let database_url = fresh_database().await;
    let environment = vec![("ORDERLY_SIMULATOR_DECLINE_EVERY", "10")];
    let program =
        Program::start(Settings { database_url: Some(database_url.clone()), data_dir: folder.path().to_owned(), environment }).await;

    let load_settings = LoadSettings {
        file: file.path.clone(),
        products: None,
        customers: None,
        url: program.command_url(),
        token: program.token(&LOADER),
        concurrency: 16,
        currency: "USD".parse().expect("a currency"),
        patience: Duration::from_secs(60),
        receive: Receive::EveryOtherOrder,
    };
    let summary = load(&load_settings, &Progress::Lines).await.expect("every order comes to an end");
    assert!(summary.tally.of("completed") > 0 && summary.tally.of("rejected") > 0, "{summary:?}");
    assert!(summary.tally.reasons.contains_key("out_of_stock") && summary.tally.reasons.contains_key("payment_declined"), "{summary:?}");

    let pool = PgPool::connect(&database_url).await.expect("the database answers");
    until("every process is final, with nothing pending", async || (figure(&pool, OPEN).await == "0").then_some(())).await;
    assert_eq!(figure(&pool, FINAL).await, file.orders.to_string());
    assert_eq!(figure(&pool, COMPLETED).await, summary.tally.of("completed").to_string());
    assert_eq!(figure(&pool, AUTHORIZED_AND_NOTHING_ELSE).await, "0", "no money is held for nothing");
    assert_verified(&program);
    assert_eq!(figure(&pool, RESERVED).await, "0");
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_names_the_row_and_the_event_that_were_changed_by_hand() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = first_orders(20, folder.path());
    let database_url = fresh_database().await;
    let program = Program::start(settings(&database_url, folder.path())).await;
    summary(&program.load(&file.path).output().expect("orderly load runs"));
    let pool = PgPool::connect(&database_url).await.expect("the database answers");
    until("every process is final, with nothing pending", async || (figure(&pool, OPEN).await == "0").then_some(())).await;
    assert_verified(&program);

    sqlx::query("update products_v1.products set name = 'Another' where sku = (select min(sku) from products_v1.products)")
        .execute(&pool)
        .await
        .expect("a row can be changed");
    let found = program.replay(&["verify", "products"]);
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    assert_eq!(found.status.code(), Some(1), "{text}");
    assert!(text.contains("1 difference") && text.contains("Another") && text.contains("product.added"), "{text}");

    let changed = "update log.events set payload = replace(payload::text, '\"quantity\":', '\"quantity\":1')::json
        where position = (select max(position) from log.events where event_type = 'stock_item.received') returning position::text";
    sqlx::query("alter table log.events disable trigger events_are_immutable").execute(&pool).await.expect("the owner may disable it");
    let position: String = sqlx::query_scalar(changed).fetch_one(&pool).await.expect("an event can be changed by its owner");
    let found = program.replay(&["verify", "stock"]);
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    assert_eq!(found.status.code(), Some(1), "{text}");
    assert!(text.replace(',', "").contains(&position) && text.contains("stock_item.received"), "event {position} is not named:\n{text}");
    program.stop();
}
