use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aggregates::order::OrderStatus;
use aggregates::process::ResumeProcess;
use async_trait::async_trait;
use gateways::{
    AuthorizeCall, AuthorizeOutcome, Capabilities, CaptureCall, CaptureOutcome, GatewayError, OperationOutcome, PaymentGateway, VoidCall,
    VoidOutcome,
};
use process_manager::describe;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::fixture::TestDatabase;
use crate::outside::Outside;
use crate::shop::{Shop, args, pickup, start};

/// A gateway that finds fault with every capture until it is mended.
struct Faulty<G> {
    gateway: Arc<G>,
    mended: AtomicBool,
}

#[async_trait]
impl<G: PaymentGateway> PaymentGateway for Faulty<G> {
    fn name(&self) -> &str {
        self.gateway.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.gateway.capabilities()
    }

    async fn authorize(&self, call: AuthorizeCall) -> Result<AuthorizeOutcome, GatewayError> {
        self.gateway.authorize(call).await
    }

    async fn capture(&self, call: CaptureCall) -> Result<CaptureOutcome, GatewayError> {
        if self.mended.load(Ordering::SeqCst) {
            return self.gateway.capture(call).await;
        }
        Err(GatewayError::Permanent { gateway: self.name().to_owned(), code: "bad_call".to_owned(), message: "no".to_owned() })
    }

    async fn void(&self, call: VoidCall) -> Result<VoidOutcome, GatewayError> {
        self.gateway.void(call).await
    }

    async fn look_up(&self, operation: Uuid) -> Result<Option<OperationOutcome>, GatewayError> {
        self.gateway.look_up(operation).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_never_accepted_parks_its_order_and_no_other_until_an_operator_resumes_it() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let gateway = Arc::new(Faulty { gateway: outside.gateway.clone(), mended: AtomicBool::new(false) });
    let process = start(&shop.store, gateway.clone(), outside.carrier.clone(), &shutdown);
    let parked = shop.place(1, 1, &pickup()).await[0];
    shop.until("the order is parked", |counts| counts.parked == 1, 1).await;
    let view = describe(&shop.store, parked, &args(&[]).rules()).await.unwrap().unwrap();
    assert_eq!(view.parked.as_deref(), Some("capture: simulator does not accept the call: bad_call: no"));

    gateway.mended.store(true, Ordering::SeqCst);
    let other = shop.place(1, 1, &pickup()).await[0];
    shop.until("the other order is final", |counts| counts.instances_open == 1, 2).await;
    assert_eq!(shop.status(other).await, OrderStatus::Completed);
    assert_eq!(shop.status(parked).await, OrderStatus::Confirmed);

    shop.must(ResumeProcess { order: parked, reason: "the gateway was mended".to_owned() }).await;
    shop.until_all_are_final(2).await;
    assert_eq!(shop.status(parked).await, OrderStatus::Completed);
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(2).await;
}
