use aggregates::order::OrderStatus;
use process_manager::SagaView;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, clients};
use crate::shop::{Shop, pickup, start, start_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_away_is_waited_for() {
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, gateway, carrier, &shutdown);
    let order = shop.place(1, 1, &pickup()).await[0];
    let waiting = shop
        .view_when(order, "the authorization has failed twice", |view| match &view.steps[..] {
            [step] if step.step == "authorize" && step.tries > 1 => Some(step.clone()),
            _ => None,
        })
        .await;
    assert!(waiting.next_try_at.is_some() && waiting.last_error.is_some(), "{waiting:?}");
    let _outside = Outside::start_at(&database.url, &address.to_string(), &[]).await;
    shop.until_all_are_final(1).await;
    assert_eq!(shop.status(order).await, OrderStatus::Completed);
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_find_no_room_keep_no_order_from_what_it_can_have_without_them() {
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 1, 6).await;
    let shutdown = CancellationToken::new();
    let process = start_with(&["--process-calls-waiting", "2"], &shop.store, gateway, carrier, &shutdown);
    let orders = shop.place(6, 1, &pickup()).await;
    for order in &orders {
        let waits = |view: &SagaView| view.steps.iter().any(|step| step.step == "authorize").then_some(());
        shop.view_when(*order, "it waits for the gateway", waits).await;
    }
    let too_late = shop.place(1, 1, &pickup()).await[0];
    let rejected = |view: &SagaView| view.history.iter().any(|line| line.event_type == "order.rejected").then_some(());
    shop.view_when(too_late, "it is rejected meanwhile", rejected).await;
    assert_eq!(shop.status(too_late).await, OrderStatus::Rejected);

    let outside = Outside::start_at(&database.url, &address.to_string(), &[]).await;
    shop.until_all_are_final(7).await;
    for order in &orders {
        assert_eq!(shop.status(*order).await, OrderStatus::Completed);
    }
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(7).await;
    assert_eq!(outside.captured().await, 60.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_time_out_before_or_after_their_effect_are_found_out_and_made_once() {
    let database = TestDatabase::create().await;
    let faults = [
        "--simulator-timeout-before-per-mille",
        "200",
        "--simulator-timeout-after-per-mille",
        "200",
        "--simulator-unavailable-per-mille",
        "200",
        "--simulator-silence-ms",
        "700",
    ];
    let outside = Outside::start(&database.url, &faults).await;
    let shop = Shop::open(database.open().await, 2, 100).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let orders = shop.place(30, 1, &pickup()).await;
    shop.until_all_are_final(orders.len()).await;
    for order in &orders {
        assert_eq!(shop.status(*order).await, OrderStatus::Completed);
    }
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(orders.len()).await;
    assert_eq!(outside.captured().await, 300.into());
}
