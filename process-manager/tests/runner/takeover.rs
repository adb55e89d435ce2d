use std::time::{Duration, Instant};

use aggregates::order::{Delivery, OrderStatus};
use aggregates::values::Personal;
use process_manager::SagaView;
use sqlx::Connection;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, kill};
use crate::shop::{Shop, pickup, start, start_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_at_any_moment_is_taken_over_and_every_order_is_done_once() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 10, 1_000).await;
    let shutdown = CancellationToken::new();
    let mut process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let delivery = pickup();
    let placing = shop.place(60, 4, &delivery);
    let killing = async {
        for round in 1..=4_u64 {
            tokio::time::sleep(Duration::from_millis(70 * round)).await;
            kill(std::mem::replace(&mut process, start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown))).await;
        }
    };
    let (orders, ()) = tokio::join!(placing, killing);
    shop.until_all_are_final(orders.len()).await;
    for order in &orders {
        assert_eq!(shop.status(*order).await, OrderStatus::Completed);
    }
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(orders.len()).await;
    assert_eq!(outside.captured().await, 2_400.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_while_it_takes_over_starts_nothing_more() {
    const ORDERS: usize = 200;
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 1_000).await;
    shop.place(u32::try_from(ORDERS).unwrap(), 1, &pickup()).await;
    leave_every_order_to_be_allocated(&database.url, &shop, &outside, ORDERS).await;

    let shutdown = CancellationToken::new();
    let before = allocated(&shop).await;
    assert!(before <= 1, "what the log was asked for when it stood still");
    let process = start_with(&ONE_BY_ONE, &shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let deadline = Instant::now() + Duration::from_secs(30);
    while allocated(&shop).await <= before {
        assert!(Instant::now() < deadline, "waited for: another order is allocated");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    shutdown.cancel();
    process.await.unwrap().unwrap();
    let allocated = allocated(&shop).await;
    assert!(allocated < ORDERS, "all {allocated} were allocated after it was told to stop");
}

const ONE_BY_ONE: [&str; 2] = ["--process-commands", "1"];

/// Lets a process learn of the orders while the log takes no event, and stops it.
async fn leave_every_order_to_be_allocated(url: &str, shop: &Shop, outside: &Outside, orders: usize) {
    let mut other = sqlx::PgConnection::connect(url).await.unwrap();
    let mut full = other.begin().await.unwrap();
    sqlx::query("lock table log.events in exclusive mode").execute(&mut *full).await.unwrap();
    let shutdown = CancellationToken::new();
    let process = start_with(&ONE_BY_ONE, &shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let pending = i64::try_from(orders).unwrap();
    shop.until("every order is known", |counts| counts.pending == pending, orders).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    full.rollback().await.unwrap();
}

async fn allocated(shop: &Shop) -> usize {
    let allocated: i64 = sqlx::query_scalar("select count(*) from log.events where event_type = 'order.stock_reserved'")
        .fetch_one(shop.store.pool())
        .await
        .unwrap();
    usize::try_from(allocated).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_left_behind_is_dropped_by_whoever_takes_over() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let address = Personal::Sealed(serde_json::json!({"nobody": "lives here"}));
    let waiting = shop.place(1, 1, &Delivery::Ship { address, country: "DE".parse().unwrap() }).await[0];
    let captured = |view: &SagaView| view.history.iter().any(|line| line.event_type == "payment.captured").then_some(());
    shop.view_when(waiting, "the parcel is paid", captured).await;
    let over = shop.place(1, 1, &pickup()).await[0];
    shop.until("the other order is final", |counts| counts.instances_open == 1 && counts.pending == 0, 2).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    let keys = shop.rows("log.process_keys").await;
    assert!(keys > 0, "an open order keeps its keys");

    // As if it had died before it dropped anything of the one, and while it called for the other.
    let mut owner = sqlx::PgConnection::connect(&database.url).await.unwrap();
    let columns =
        "command_id, append_id, fingerprint, status, aggregate_type, aggregate_id, version, epoch, position, events, refusal, recorded_at";
    let copy = format!(
        "insert into log.process_keys (instance, {columns})
         select $1, {} from log.process_keys",
        columns.replace("command_id,", "gen_random_uuid(),")
    );
    sqlx::query(sqlx::AssertSqlSafe(copy)).bind(over.to_string()).execute(&mut owner).await.unwrap();
    let note = "insert into process.retries values ($1, 'authorize', 'of a call', 3, now(), 'no answer in time')";
    sqlx::query(note).bind(waiting.uuid()).execute(&mut owner).await.unwrap();
    assert_eq!(shop.rows("log.process_keys").await, 2 * keys);

    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let deadline = Instant::now() + Duration::from_secs(10);
    while (shop.rows("log.process_keys").await, shop.rows("process.retries").await) != (keys, 0) {
        assert!(Instant::now() < deadline, "waited for: what was left behind is dropped, and nothing else");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    shutdown.cancel();
    process.await.unwrap().unwrap();
}
