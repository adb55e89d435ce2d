//! A shop whose orders the process carries: one warehouse, some products, a customer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aggregates::decisions::paying::{SettleAuthorization, StartPayment};
use aggregates::decisions::placing::{ConfirmOrder, PlaceOrder};
use aggregates::order::{Delivery, Order, OrderStatus, PaymentTerms};
use aggregates::payment::{AuthorizationOutcome, RecordAuthorization};
use aggregates::samples;
use aggregates::stock_item::StockItem;
use aggregates::values::{CustomerId, Money, OrderId, PaymentId, Personal, StockItemId};
use clap::Parser;
use decider::Decision;
use event_store::{CommandKey, Envelope, EventStore};
use futures::StreamExt;
use gateways::{Carrier, PaymentGateway};
use process_manager::{Counts, ProcessArgs, ProcessError, SagaView, counts, describe};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) struct Shop {
    pub(crate) store: EventStore,
    customer: CustomerId,
    products: u32,
}

/// Settings of the process manager, with a lease and pauses that suit a test.
pub(crate) fn args(more: &[&str]) -> ProcessArgs {
    #[derive(Parser)]
    #[command(args_override_self = true)]
    struct Settings {
        #[command(flatten)]
        process: ProcessArgs,
    }
    let words = ["process", "--process-lease-ms", "1000", "--process-backoff-ms", "400", "--fulfillment", "automatic"];
    Settings::parse_from(words.iter().chain(more).copied()).process
}

/// Starts a process manager; it runs until the token or until it is aborted.
pub(crate) fn start(
    store: &EventStore,
    gateway: Arc<dyn PaymentGateway>,
    carrier: Arc<dyn Carrier>,
    shutdown: &CancellationToken,
) -> JoinHandle<Result<(), ProcessError>> {
    start_with(&[], store, gateway, carrier, shutdown)
}

/// Starts a process manager with these settings.
pub(crate) fn start_with(
    settings: &[&str],
    store: &EventStore,
    gateway: Arc<dyn PaymentGateway>,
    carrier: Arc<dyn Carrier>,
    shutdown: &CancellationToken,
) -> JoinHandle<Result<(), ProcessError>> {
    tokio::spawn(process_manager::run(store.clone(), gateway, carrier, args(settings), shutdown.clone()))
}

impl Shop {
    /// So many products, each with so many units.
    pub(crate) async fn open(store: EventStore, products: u32, units: u32) -> Self {
        let shop = Self { store, customer: CustomerId::new(Uuid::now_v7()), products };
        shop.must(samples::open_warehouse("berlin", 1)).await;
        shop.must(samples::register(shop.customer)).await;
        futures::stream::iter(0..products).for_each_concurrent(64, |number| shop.stock(number, units)).await;
        shop
    }

    async fn stock(&self, number: u32, units: u32) {
        self.must(samples::add_product(&sku(number), money(10))).await;
        self.must(samples::receive("berlin", &sku(number), units)).await;
    }

    pub(crate) async fn must(&self, decision: impl Decision) {
        self.store.execute(decision, Envelope::new(CommandKey::Once, "service:tests")).await.unwrap().done().unwrap();
    }

    /// Places so many orders of so many lines, one unit each.
    pub(crate) async fn place(&self, orders: u32, lines: u32, delivery: &Delivery) -> Vec<OrderId> {
        let placing = (0..orders).map(|number| self.place_one(number, lines, delivery.clone()));
        futures::stream::iter(placing).buffer_unordered(64).collect().await
    }

    /// Places an order of one line that is paid so.
    pub(crate) async fn place_paying(&self, method: &str, delivery: Delivery) -> OrderId {
        let (order, placed_at) = (OrderId::new(Uuid::now_v7()), chrono::Utc::now());
        let payment = PaymentTerms::Card { method: Some(method.to_owned()) };
        let lines = vec![samples::line(1, &sku(0), 1, money(10))];
        self.must(PlaceOrder { delivery, placed_at, payment, ..samples::order(order, self.customer, lines) }).await;
        order
    }

    async fn place_one(&self, number: u32, lines: u32, delivery: Delivery) -> OrderId {
        let order = OrderId::new(Uuid::now_v7());
        let lines = (0..lines).map(|line| samples::line(line + 1, &sku((number + line) % self.products), 1, money(10))).collect();
        let placed_at = chrono::Utc::now();
        self.must(PlaceOrder { delivery, placed_at, ..samples::order(order, self.customer, lines) }).await;
        order
    }

    /// An attempt to pay that succeeds, and what follows from it, as a process would have it.
    pub(crate) async fn pay_and_confirm(&self, order: OrderId) {
        let (payment, operation) = (PaymentId::new(Uuid::now_v7()), Uuid::now_v7());
        self.must(StartPayment { order, payment, operation, gateway: "simulator".to_owned() }).await;
        let outcome = AuthorizationOutcome::Authorized { amount: money(10), expires_at: None, gateway_reference: "auth".to_owned() };
        self.must(RecordAuthorization { payment, operation, outcome }).await;
        self.must(SettleAuthorization { order, payment }).await;
        self.must(ConfirmOrder { order }).await;
    }

    /// Units that are held.
    pub(crate) async fn reserved(&self) -> u64 {
        let mut reserved = 0;
        for number in 0..self.products {
            reserved += self.store.load::<StockItem>(&item(number).to_string()).await.unwrap().state.reserved();
        }
        reserved
    }

    /// A customer cancels; too late is an answer, too.
    pub(crate) async fn try_cancel(&self, order: OrderId) -> event_store::Answer {
        self.store.execute(samples::cancel(order), Envelope::new(CommandKey::Once, "customer:tests")).await.unwrap()
    }

    pub(crate) async fn status(&self, order: OrderId) -> OrderStatus {
        self.store.load::<Order>(&order.to_string()).await.unwrap().state.status()
    }

    /// Waits until the process has nothing left to do, for any order.
    pub(crate) async fn until_all_are_final(&self, orders: usize) -> Counts {
        self.until("every order is final", |counts| counts.instances_open == 0, orders).await
    }

    pub(crate) async fn until(&self, what: &str, done: impl Fn(&Counts) -> bool, orders: usize) -> Counts {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // Known first: an order that became known in between would be missing from the counts.
            let known = self.known_to_the_process().await;
            let counted = counts(self.store.pool()).await.unwrap();
            if known >= orders && done(&counted) {
                return counted;
            }
            assert!(Instant::now() < deadline, "waited for: {what}; {counted:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until an order's process is as wanted.
    pub(crate) async fn view_when<T>(&self, order: OrderId, what: &str, wanted: impl Fn(&SagaView) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let view = describe(&self.store, order, &args(&[]).rules()).await.unwrap().unwrap();
            if let Some(found) = wanted(&view) {
                return found;
            }
            assert!(Instant::now() < deadline, "waited for: {what}; {view:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn known_to_the_process(&self) -> usize {
        let known: i64 = sqlx::query_scalar("select count(*) from process.instances").fetch_one(self.store.pool()).await.unwrap();
        usize::try_from(known).unwrap()
    }

    /// Nothing pending, nothing parked, nothing reserved, no key left, and the log makes the same processes.
    pub(crate) async fn assert_nothing_is_left_over(&self, orders: usize) {
        let counted = counts(self.store.pool()).await.unwrap();
        assert_eq!(counted, Counts { instances_open: 0, pending: 0, waiting: 0, parked: 0, dead_letters: 0 });
        let verified = process_manager::verify(&self.store, &args(&[]).rules(), 3).await.unwrap();
        assert_eq!((verified.compared, verified.differences), (orders, vec![]));
        for number in 0..self.products {
            let stock = self.store.load::<StockItem>(&item(number).to_string()).await.unwrap().state;
            assert_eq!(stock.reserved(), 0, "{}", item(number));
        }
        assert_eq!((self.rows("process.retries").await, self.rows("log.process_keys").await), (0, 0));
    }

    pub(crate) async fn rows(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(sql).fetch_one(self.store.pool()).await.unwrap()
    }
}

/// To be brought by a carrier.
pub(crate) fn sent() -> Delivery {
    let address = Personal::Sealed(serde_json::json!({"nobody": "lives here"}));
    Delivery::Ship { address, country: "DE".parse().unwrap() }
}

pub(crate) fn pickup() -> Delivery {
    Delivery::Pickup { warehouse: samples::warehouse("berlin") }
}

pub(crate) fn money(units: i64) -> Money {
    samples::money(units * 100, "USD")
}

fn sku(number: u32) -> String {
    format!("SKU-{number}")
}

fn item(number: u32) -> StockItemId {
    StockItemId { warehouse: samples::warehouse("berlin"), sku: samples::sku(&sku(number)) }
}
