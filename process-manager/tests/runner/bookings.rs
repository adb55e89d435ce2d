//! A carrier that takes its time, or never answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aggregates::order::{Order, OrderStatus};
use aggregates::shipment::Shipment;
use aggregates::stock_item::StockItem;
use aggregates::values::OrderId;
use async_trait::async_trait;
use gateways::{BookCall, BookingOutcome, CancelBookingCall, CancelBookingOutcome, Carrier, GatewayError, SimulatorCarrier};
use process_manager::SagaView;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, booked};
use crate::shop::{Shop, sent, start};

/// Slow to answer, and nothing arrives within a test.
const SLOW: [&str; 4] = ["--carrier-latency-ms", "350", "--carrier-delivery-ms", "600000"];

/// A carrier that knows how often it was asked.
struct Counting {
    carrier: Arc<SimulatorCarrier>,
    /// It loses its answer to a booking, and then lets nobody look.
    forgets: bool,
    booked: AtomicU32,
    looked_up: AtomicU32,
}

impl Counting {
    fn new(outside: &Outside, forgets: bool) -> Self {
        Self { carrier: outside.carrier.clone(), forgets, booked: AtomicU32::new(0), looked_up: AtomicU32::new(0) }
    }
}

#[async_trait]
impl Carrier for Counting {
    fn name(&self) -> &str {
        self.carrier.name()
    }

    async fn book(&self, call: BookCall) -> Result<BookingOutcome, GatewayError> {
        self.booked.fetch_add(1, Ordering::SeqCst);
        let outcome = self.carrier.book(call).await?;
        let lost = || GatewayError::Unknown { gateway: self.name().to_owned(), message: "lost".to_owned() };
        if self.forgets { Err(lost()) } else { Ok(outcome) }
    }

    async fn cancel(&self, call: CancelBookingCall) -> Result<CancelBookingOutcome, GatewayError> {
        self.carrier.cancel(call).await
    }

    async fn look_up(&self, operation: Uuid) -> Result<Option<BookingOutcome>, GatewayError> {
        self.looked_up.fetch_add(1, Ordering::SeqCst);
        let no = || GatewayError::Permanent { gateway: self.name().to_owned(), code: "forbidden".to_owned(), message: "no".to_owned() };
        if self.forgets { Err(no()) } else { self.carrier.look_up(operation).await }
    }
}

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
    let carrier = Arc::new(Counting::new(&outside, false));
    let process = start(&shop.store, outside.gateway.clone(), carrier.clone(), &shutdown);
    let order = shop.place(1, 1, &sent()).await[0];
    shop.view_when(order, "the parcel has left", happened("shipment.dispatched")).await;
    assert_eq!(booked(&database.url, "bookings").await, 1);
    let asked = [&carrier.booked, &carrier.looked_up].map(|count| count.load(Ordering::SeqCst));
    assert!(asked[0] == 1 && asked[1] >= 1, "booked {} times, looked up {} times", asked[0], asked[1]);
    shutdown.cancel();
    process.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_a_booking_is_not_guessed_and_it_is_called_off_with_its_order() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &["--carrier-delivery-ms", "600000"]).await;
    let shop = Shop::open(database.open().await, 1, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), Arc::new(Counting::new(&outside, true)), &shutdown);
    let order = shop.place(1, 1, &sent()).await[0];
    shop.view_when(order, "the booking waits for an operator", |view| view.parked.clone()).await;
    assert!(the_parcel(&shop, order).await.open_booking().is_some());

    shop.try_cancel(order).await.done().unwrap();
    shop.until_all_are_final(1).await;
    assert!(!the_parcel(&shop, order).await.status().has_left());
    assert_eq!(booked(&database.url, "bookings where canceled_at is null").await, 0);
    assert_eq!(shop.store.load::<StockItem>("berlin/SKU-0").await.unwrap().state.on_hand(), 10);
    shutdown.cancel();
    process.await.unwrap().unwrap();
}
