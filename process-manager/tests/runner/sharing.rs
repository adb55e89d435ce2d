//! Several programs share the orders.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aggregates::order::OrderStatus;
use process_manager::{ProcessError, parts};
use sqlx::Connection;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, kill};
use crate::shop::{Shop, pickup, start, start_with};

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_have_a_half_each_and_who_stays_takes_over_what_the_other_gives_back() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 100).await;
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let one = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &first);
    until_held(&shop, &[8]).await;
    let other = start(&database.open().await, outside.gateway.clone(), outside.carrier.clone(), &second);
    until_held(&shop, &[4, 4]).await;
    shop.place(40, 1, &pickup()).await;
    shop.until_all_are_final(40).await;
    first.cancel();
    one.await.unwrap().unwrap();
    until_held(&shop, &[8]).await;
    shop.place(40, 1, &pickup()).await;
    shop.until_all_are_final(80).await;
    second.cancel();
    other.await.unwrap().unwrap();
    until_held(&shop, &[]).await;
    shop.assert_nothing_is_left_over(80).await;
    assert_eq!(outside.captured().await, 800.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_a_program_that_is_killed_are_done_once_by_those_that_live() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 10, 1_000).await;
    let shutdown = CancellationToken::new();
    let mut programs = vec![];
    for _ in 0..3 {
        programs.push(start(&database.open().await, outside.gateway.clone(), outside.carrier.clone(), &shutdown));
    }
    until_held(&shop, &[2, 3, 3]).await;
    let delivery = pickup();
    let placing = shop.place(60, 4, &delivery);
    let killing = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        kill(programs.pop().unwrap()).await;
    };
    let (orders, ()) = tokio::join!(placing, killing);
    until_held(&shop, &[4, 4]).await;
    shop.until_all_are_final(orders.len()).await;
    for order in &orders {
        assert_eq!(shop.status(*order).await, OrderStatus::Completed);
    }
    shutdown.cancel();
    for program in programs {
        program.await.unwrap().unwrap();
    }
    shop.assert_nothing_is_left_over(orders.len()).await;
    assert_eq!(outside.captured().await, 2_400.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_older_program_followed_all_orders_as_one_the_parts_go_on_from_there_once_it_has_stopped() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 100).await;
    run_until_final(&shop, &outside, 5).await;
    let mut owner = sqlx::PgConnection::connect(&database.url).await.unwrap();
    // As such a program would have left it, and held it for another second.
    let whole = "update process.checkpoints whole set (epoch, position, event_id, holder, leased_until) =
                        (part.epoch, part.position, part.event_id, 'an older program', clock_timestamp() + interval '1 second')
                   from process.checkpoints part where whole.name = 'order_fulfillment' and part.name = 'order_fulfillment/0'";
    sqlx::query(whole).execute(&mut owner).await.unwrap();
    sqlx::query("delete from process.checkpoints where name <> 'order_fulfillment'").execute(&mut owner).await.unwrap();
    let (fence, until): (i64, chrono::DateTime<chrono::Utc>) =
        sqlx::query_as("select fence, leased_until from process.checkpoints").fetch_one(&mut owner).await.unwrap();
    let events = shop.rows("log.events").await;

    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    until_held(&shop, &[8]).await;
    assert!(chrono::Utc::now() > until, "it waits until the older program has stopped");
    assert_eq!(shop.rows("log.events").await, events, "nothing is repeated");
    shop.place(5, 1, &pickup()).await;
    shop.until_all_are_final(10).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(10).await;
    let kept_out: bool =
        sqlx::query_scalar("select fence > $1 and leased_until = 'infinity' from process.checkpoints where name = 'order_fulfillment'")
            .bind(fence)
            .fetch_one(&mut owner)
            .await
            .unwrap();
    assert!(kept_out, "no older program writes anything more, nor takes the lease");
    assert_eq!(outside.captured().await, 100.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_number_of_parts_than_orders_were_divided_into_is_refused_at_the_start() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 1, 10).await;
    run_until_final(&shop, &outside, 1).await;
    let more = ["--process-parts", "9"];
    let refused = start_with(&more, &shop.store, outside.gateway.clone(), outside.carrier.clone(), &CancellationToken::new());
    let refused = tokio::time::timeout(Duration::from_secs(10), refused).await.expect("it does not start").unwrap().unwrap_err();
    assert!(matches!(refused, ProcessError::OtherParts { stored: 8, wanted: 9 }), "{refused}");
}

async fn run_until_final(shop: &Shop, outside: &Outside, orders: u32) {
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    shop.place(orders, 1, &pickup()).await;
    shop.until_all_are_final(orders as usize).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
}

/// Waits until programs hold so many parts each.
async fn until_held(shop: &Shop, wanted: &[usize]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut by_holder: BTreeMap<String, usize> = BTreeMap::new();
        for holder in parts(shop.store.pool()).await.unwrap().into_iter().filter_map(|part| part.holder) {
            *by_holder.entry(holder).or_default() += 1;
        }
        let mut held: Vec<usize> = by_holder.into_values().collect();
        held.sort_unstable();
        if held == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "waited for: programs hold {wanted:?}; {held:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
