use aggregates::decisions::shipping::{DispatchShipment, RecordDelivery};
use aggregates::order::{Delivery, OrderStatus};
use aggregates::shipment::PackShipment;
use aggregates::values::Personal;
use event_store::{Answer, Refused};
use process_manager::{SagaView, describe, order_fulfillment::Phase};
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, clients};
use crate::shop::{Shop, args, pickup, start, start_with};

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
    let captured = |view: &SagaView| view.history.iter().any(|line| line.event_type == "payment.captured").then(|| view.steps.clone());
    assert_eq!(shop.view_when(order, "the parcel is paid", captured).await, vec![], "the process waits for the carrier");
    let shipment = shop.store.load::<aggregates::order::Order>(&order.to_string()).await.unwrap().state.shipments().next().unwrap().0;
    shop.must(RecordDelivery { shipment, order, delivered_at: chrono::Utc::now(), carrier: None }).await;
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
    let mut canceled = vec![];
    for order in orders.iter().step_by(5) {
        canceled.push((*order, shop.try_cancel(*order).await));
    }
    shop.until_all_are_final(orders.len()).await;
    for (order, answer) in canceled {
        let status = shop.status(order).await;
        match answer {
            Answer::Done(_) => {
                assert!(matches!(status, OrderStatus::Canceled | OrderStatus::Rejected), "it was accepted, and is {status:?}")
            }
            Answer::Refused(Refused { document, .. }) => {
                assert_eq!((document.code.as_str(), status), ("already_dispatched", OrderStatus::Completed));
            }
        }
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_canceled_while_its_money_is_asked_for_is_voided_and_ends_canceled() {
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, gateway, carrier, &shutdown);
    let order = shop.place(1, 1, &pickup()).await[0];
    let asked = |view: &SagaView| view.steps.iter().any(|step| step.step == "authorize" && step.tries > 0).then_some(());
    shop.view_when(order, "the gateway is asked", asked).await;
    shop.try_cancel(order).await.done().unwrap();
    assert_eq!(shop.status(order).await, OrderStatus::Canceling, "the gateway may hold the money");

    let outside = Outside::start_at(&database.url, &address.to_string(), &[]).await;
    shop.until_all_are_final(1).await;
    assert_eq!(shop.status(order).await, OrderStatus::Canceled);
    let voided = |view: &SagaView| view.history.iter().any(|line| line.event_type == "payment.voided").then_some(());
    shop.view_when(order, "the money was let go of", voided).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(1).await;
    assert_eq!(outside.captured().await, 0.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_pack_and_dispatch_where_fulfillment_is_manual() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let manual = ["--fulfillment", "manual"];
    let process = start_with(&manual, &shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let order = shop.place(1, 1, &pickup()).await[0];
    let to_pack = |view: &SagaView| view.steps.iter().find(|step| step.step == "pack_shipment").map(|step| step.subject.clone());
    let shipment = shop.view_when(order, "a parcel is to be packed", to_pack).await.parse().unwrap();
    shop.until("nothing is left to the process", |counts| counts.pending == 0, 1).await;
    shop.must(PackShipment { shipment }).await;
    let to_dispatch = |view: &SagaView| view.steps.iter().any(|step| step.step == "dispatch_shipment").then_some(());
    shop.view_when(order, "a parcel is to be dispatched", to_dispatch).await;
    shop.must(DispatchShipment { shipment, order, carrier: None, at: chrono::Utc::now() }).await;
    shop.until_all_are_final(1).await;
    assert_eq!(shop.status(order).await, OrderStatus::Completed);
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(1).await;
    let by_people: i64 = sqlx::query_scalar(
        "select count(*) from log.events where event_type in ('shipment.packed', 'shipment.dispatched') and metadata->>'actor' = 'service:tests'",
    )
    .fetch_one(shop.store.pool())
    .await
    .unwrap();
    assert_eq!(by_people, 2);
}
