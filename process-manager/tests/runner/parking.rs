use std::sync::Arc;
use std::time::Duration;

use aggregates::order::OrderStatus;
use aggregates::process::ResumeProcess;
use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use process_manager::ProcessError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::faulty::{Fault, Faulty};
use crate::fixture::TestDatabase;
use crate::outside::Outside;
use crate::shop::{Shop, pickup, start};

/// A small shop whose gateway finds fault with captures.
struct Scene {
    shop: Shop,
    gateway: Arc<Faulty>,
    outside: Outside,
    running: Running,
}

struct Running {
    shutdown: CancellationToken,
    process: JoinHandle<Result<(), ProcessError>>,
}

impl Scene {
    async fn with(fault: Fault) -> Self {
        let database = TestDatabase::create().await;
        let outside = Outside::start(&database.url, &[]).await;
        let shop = Shop::open(database.open().await, 2, 10).await;
        let shutdown = CancellationToken::new();
        let gateway = Faulty::new(outside.gateway.clone(), fault);
        let process = start(&shop.store, gateway.clone(), outside.carrier.clone(), &shutdown);
        Self { shop, gateway, outside, running: Running { shutdown, process } }
    }
}

impl Running {
    async fn stop(self) {
        self.shutdown.cancel();
        self.process.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_never_accepted_parks_its_order_and_no_other_until_an_operator_resumes_it() {
    let Scene { shop, gateway, running, outside: _outside } = Scene::with(Fault::Never).await;
    let parked = shop.place(1, 1, &pickup()).await[0];
    assert_eq!(parked_with(&shop, parked).await, "capture: simulator does not accept the call: bad_call: no");

    let listed = process_manager::stuck(shop.store.pool(), 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].order, listed[0].steps[0].step.as_str()), (1, parked, "capture"));

    gateway.mend();
    let other = shop.place(1, 1, &pickup()).await[0];
    shop.until("the other order is final", |counts| counts.instances_open == 1, 2).await;
    assert_eq!(shop.status(other).await, OrderStatus::Completed);
    assert_eq!(shop.status(parked).await, OrderStatus::Confirmed);

    resume(&shop, parked).await;
    shop.until_all_are_final(2).await;
    assert_eq!(shop.status(parked).await, OrderStatus::Completed);
    running.stop().await;
    shop.assert_nothing_is_left_over(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_asked_for_again_is_looked_up_before_it_is_sent_again() {
    let Scene { shop, gateway, outside, running } = Scene::with(Fault::NeverAfterItsEffect).await;
    let order = shop.place(1, 1, &pickup()).await[0];
    parked_with(&shop, order).await;
    gateway.mend();
    resume(&shop, order).await;
    shop.until_all_are_final(1).await;
    assert_eq!((gateway.captures_sent(), outside.captured().await), (1, 10.into()));
    running.stop().await;
    shop.assert_nothing_is_left_over(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_gateway_may_have_forgotten_is_not_sent_again_however_lately_it_was_resumed() {
    let Scene { shop, gateway, outside, running } = Scene::with(Fault::Never).await;
    let order = shop.place(1, 1, &pickup()).await[0];
    parked_with(&shop, order).await;
    gateway.mend();
    gateway.remembers(Duration::from_millis(1_600));
    let requested = recorded(&shop, order, "payment.capture_requested").await[0];
    let half_of_its_memory = requested + chrono::TimeDelta::milliseconds(900) - Utc::now();
    tokio::time::sleep(half_of_its_memory.to_std().unwrap_or_default()).await;
    resume(&shop, order).await;
    let cause =
        shop.view_when(order, "it is parked again", |view| view.parked.clone().filter(|cause| cause.contains("operation_forgotten")));
    assert!(cause.await.contains("is too old to be sent again, and the gateway does not know it"));
    assert_eq!((gateway.captures_sent(), outside.captured().await), (1, 0.into()));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_refuses_is_asked_for_again_after_a_while_each_time() {
    let Scene { shop, running, gateway: _gateway, outside: _outside } = Scene::with(Fault::Refuses).await;
    let order = shop.place(1, 1, &pickup()).await[0];
    assert_eq!(parked_with(&shop, order).await, "capture: the gateway refused: try_later");
    let failed = recorded(&shop, order, "payment.capture_failed").await;
    assert_eq!(failed.len(), 5);
    // Each pause is at least half of what the settings allow at most.
    assert!(failed[4] - failed[0] >= chrono::TimeDelta::milliseconds(4 * 200), "{failed:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bug_in_one_step_parks_its_order() {
    let Scene { shop, gateway, running, outside: _outside } = Scene::with(Fault::Panics).await;
    let order = shop.place(1, 1, &pickup()).await[0];
    assert_eq!(parked_with(&shop, order).await, "capture: the program failed: a bug in the adapter");
    gateway.mend();
    resume(&shop, order).await;
    shop.until_all_are_final(1).await;
    running.stop().await;
    shop.assert_nothing_is_left_over(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_takes_the_money_only_once_is_refused_at_the_start() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let gateway = Faulty::new(outside.gateway.clone(), Fault::Never);
    gateway.captures_per_authorization(1);
    let process = start(&database.open().await, gateway, outside.carrier.clone(), &CancellationToken::new());
    let refused = tokio::time::timeout(Duration::from_secs(10), process).await.expect("it does not start").unwrap().unwrap_err();
    let why = "gateway simulator allows one capture per authorization: an order of several parcels needs one for each";
    assert_eq!(refused.to_string(), why);
}

/// Waits until an order is parked; why.
async fn parked_with(shop: &Shop, order: OrderId) -> String {
    shop.until("the order is parked", |counts| counts.parked == 1, 1).await;
    shop.view_when(order, "it is parked", |view| view.parked.clone()).await
}

async fn resume(shop: &Shop, order: OrderId) {
    shop.must(ResumeProcess { order, reason: "it was mended".to_owned() }).await;
}

/// When the events of a type were recorded.
async fn recorded(shop: &Shop, order: OrderId, event_type: &str) -> Vec<DateTime<Utc>> {
    let view = shop.view_when(order, "it is known", |view| Some(view.clone())).await;
    view.history.iter().filter(|line| line.event_type == event_type).map(|line| line.recorded_at).collect()
}
