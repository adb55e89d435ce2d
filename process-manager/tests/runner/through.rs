use aggregates::order::{Delivery, OrderStatus};
use aggregates::shipment::RecordDelivery;
use aggregates::values::Personal;
use process_manager::{describe, order_fulfillment::Phase};
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::Outside;
use crate::shop::{Shop, args, pickup, start};

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_are_picked_up_are_completed_and_nothing_is_left_over() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 5, 100).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let orders = shop.place(20, 3, &pickup()).await;
    shop.until_all_are_final(orders.len()).await;
    for order in &orders {
        assert_eq!(shop.status(*order).await, OrderStatus::Completed);
    }
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(orders.len()).await;
    let keys: i64 = sqlx::query_scalar("select count(*) from log.process_keys").fetch_one(shop.store.pool()).await.unwrap();
    assert_eq!(keys, 0, "command ids of final orders are dropped");
    assert_eq!(outside.captured().await, 600.into());

    let view = describe(&shop.store, orders[0], &args(&[]).rules()).await.unwrap().unwrap();
    assert_eq!((view.phase, view.steps.len()), (Phase::Ended, 0));
    let steps: Vec<&str> = view.history.iter().flat_map(|line| &line.steps).filter_map(|step| step.split(' ').next()).collect();
    let expected = [
        "allocate_stock",
        "start_payment",
        "authorize",
        "settle_authorization",
        "confirm_order",
        "plan_shipment",
        "pack_shipment",
        "dispatch_shipment",
        "capture_payment",
        "capture",
        "complete_order",
    ];
    assert_eq!(steps, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_carrier_brings_is_completed_by_its_delivery() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let address = Personal::Sealed(serde_json::json!({"nobody": "lives here"}));
    let orders = shop.place(1, 2, &Delivery::Ship { address, country: "DE".parse().unwrap() }).await;
    shop.until("the parcel has left and is paid", |counts| counts.pending == 0, 1).await;
    let order = orders[0];
    let view = loop {
        let view = describe(&shop.store, order, &args(&[]).rules()).await.unwrap().unwrap();
        if view.history.iter().any(|line| line.event_type == "payment.captured") {
            break view;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(view.steps, vec![], "the process waits for the carrier");
    let shipment = shop.store.load::<aggregates::order::Order>(&order.to_string()).await.unwrap().state.shipments().next().unwrap().0;
    shop.must(RecordDelivery { shipment, order, delivered_at: chrono::Utc::now() }).await;
    shop.until_all_are_final(1).await;
    assert_eq!(shop.status(order).await, OrderStatus::Completed);
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_stock_declines_and_cancelations_end_with_nothing_held() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &["--simulator-decline-every", "4"]).await;
    let shop = Shop::open(database.open().await, 3, 12).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let orders = shop.place(40, 2, &pickup()).await;
    for order in orders.iter().step_by(5) {
        if !shop.status(*order).await.is_final() {
            drop(shop.try_cancel(*order).await);
        }
    }
    shop.until_all_are_final(orders.len()).await;
    let mut ended = std::collections::BTreeMap::<&str, u32>::new();
    for order in &orders {
        *ended.entry(shop.status(*order).await.as_str()).or_default() += 1;
    }
    assert!(ended["completed"] <= 18 && ended["rejected"] > 0, "{ended:?}");
    assert_eq!(ended.values().sum::<u32>(), 40);
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(orders.len()).await;
    assert_eq!(outside.captured().await, (20 * ended["completed"]).into());
}
