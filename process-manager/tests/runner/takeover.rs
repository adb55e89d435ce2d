use std::time::{Duration, Instant};

use aggregates::order::OrderStatus;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, kill};
use crate::shop::{Shop, pickup, start};

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
async fn of_two_processes_one_runs_and_the_other_takes_over_at_once_when_it_stops() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 100).await;
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let running = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &first);
    let fence = until_held(&shop, 0).await;
    let waiting = start(&database.open().await, outside.gateway.clone(), outside.carrier.clone(), &second);
    shop.place(5, 1, &pickup()).await;
    shop.until_all_are_final(5).await;
    first.cancel();
    running.await.unwrap().unwrap();
    until_held(&shop, fence).await;
    shop.place(5, 1, &pickup()).await;
    shop.until_all_are_final(10).await;
    second.cancel();
    waiting.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(10).await;
}

/// The fence of a lease that was taken after `before`.
async fn until_held(shop: &Shop, before: i64) -> i64 {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let held: Option<i64> = sqlx::query_scalar(
            "select fence from process.checkpoints where name = 'order_fulfillment' and holder is not null and fence > $1",
        )
        .bind(before)
        .fetch_optional(shop.store.pool())
        .await
        .unwrap();
        match held {
            Some(fence) => return fence,
            None => assert!(Instant::now() < deadline, "waited for: somebody holds the lease"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
