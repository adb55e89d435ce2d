//! A carrier that takes its time, or never answers.

use std::time::Duration;

use aggregates::order::{Order, OrderStatus};
use aggregates::shipment::Shipment;
use aggregates::stock_item::StockItem;
use aggregates::values::OrderId;
use process_manager::SagaView;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, booked};
use crate::shop::{Shop, sent, start};

/// Slow to answer, and nothing arrives within a test.
const SLOW: [&str; 4] = ["--carrier-latency-ms", "350", "--carrier-delivery-ms", "600000"];

async fn the_parcel(shop: &Shop, order: OrderId) -> Shipment {
    let order = shop.store.load::<Order>(&order.to_string()).await.unwrap().state;
    let (parcel, _) = order.shipments().next().unwrap();
    shop.store.load(&parcel.to_string()).await.unwrap().state
}

fn happened(event: &'static str) -> impl Fn(&SagaView) -> Option<()> {
    move |view| view.history.iter().any(|line| line.event_type == event).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_are_called_off_while_a_slow_carrier_is_asked_keep_their_goods() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &SLOW).await;
    let shop = Shop::open(database.open().await, 1, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let orders = shop.place(4, 1, &sent()).await;
    for (delay_ms, order) in (0..).step_by(120).zip(&orders) {
        shop.view_when(*order, "the carrier is asked", happened("shipment.booking_requested")).await;
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        drop(shop.try_cancel(*order).await);
    }
    shop.until("nothing is under way", |counts| counts.pending == 0, orders.len()).await;
    let mut left = 0;
    for order in &orders {
        let (status, parcel) = (shop.status(*order).await, the_parcel(&shop, *order).await);
        let canceled = status == OrderStatus::Canceled;
        assert!(canceled || status == OrderStatus::Confirmed, "{status:?}");
        assert_eq!((parcel.open_booking(), parcel.status().has_left()), (None, !canceled));
        assert_eq!(parcel.anomalies().count(), 0);
        left += u64::from(!canceled);
    }
    assert!(left < 4, "none was called off in time");
    let on_hand = shop.store.load::<StockItem>("berlin/SKU-0").await.unwrap().state.on_hand();
    assert_eq!((on_hand, booked(&database.url, "bookings where canceled_at is null").await), (10 - left, i64::try_from(left).unwrap()));
    shutdown.cancel();
    process.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_whose_answer_is_lost_is_found_and_not_made_again() {
    let database = TestDatabase::create().await;
    let faults = ["--simulator-timeout-after-per-mille", "1000", "--simulator-silence-ms", "20", "--carrier-delivery-ms", "600000"];
    let outside = Outside::start(&database.url, &faults).await;
    let shop = Shop::open(database.open().await, 1, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let order = shop.place(1, 1, &sent()).await[0];
    shop.view_when(order, "the parcel has left", happened("shipment.dispatched")).await;
    assert_eq!(booked(&database.url, "bookings").await, 1);
    shutdown.cancel();
    process.await.unwrap().unwrap();
}
