//! A simulator to test against, in a runtime of its own, so that it can be killed.

use std::net::SocketAddr;

use gateways::simulator::{self, LedgerTotal, Simulator, SimulatorArgs};
use gateways::{AuthorizeCall, AuthorizeOutcome, CaptureCall, GatewayArgs, SimulatorCarrier, SimulatorGateway, VoidCall};
use rust_decimal::Decimal;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) struct Outside {
    pub(crate) gateway: SimulatorGateway,
    pub(crate) carrier: SimulatorCarrier,
    pub(crate) address: SocketAddr,
    pub(crate) database: String,
    runtime: Option<Runtime>,
}

#[derive(Debug, clap::Parser)]
struct Settings {
    #[command(flatten)]
    simulator: SimulatorArgs,
}

pub(crate) fn settings(flags: &[&str]) -> SimulatorArgs {
    let fixed = ["simulator", "--simulator-listen", "127.0.0.1:0"];
    <Settings as clap::Parser>::parse_from(fixed.iter().chain(flags)).simulator
}

/// With the simulator's schema.
pub(crate) async fn database() -> String {
    test_database::prepared(async |url| simulator::migrate(url).await.unwrap()).await
}

impl Outside {
    /// With these flags, on a database of its own.
    pub(crate) async fn with(flags: &[&str]) -> Self {
        Self::on(&database().await, settings(flags)).await
    }

    async fn on(database: &str, args: SimulatorArgs) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let url = database.to_owned();
        let bound =
            runtime.spawn(async move { Simulator::bind(&args, simulator::connect(&url).await.unwrap(), CancellationToken::new()).await });
        let simulator = bound.await.unwrap().unwrap();
        let address = simulator.address();
        runtime.spawn(simulator.run());
        let mut called = GatewayArgs::at(&format!("http://{address}"));
        called.gateway_timeout_ms = 1500;
        let (gateway, carrier) = (SimulatorGateway::new(&called).unwrap(), SimulatorCarrier::new(&called).unwrap());
        Self { gateway, carrier, address, database: database.to_owned(), runtime: Some(runtime) }
    }

    /// As `kill -9` would: nothing is finished, nobody is told.
    pub(crate) fn kill(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    /// At the same address, on the same database.
    pub(crate) async fn start_again(&mut self, flags: &[&str]) {
        self.until_the_killed_one_has_let_go().await;
        let args = SimulatorArgs { simulator_listen: self.address, ..settings(flags) };
        let mut again = Self::on(&self.database, args).await;
        self.runtime = again.runtime.take();
    }

    /// A runtime that is shut down in the background closes its listener a moment later.
    async fn until_the_killed_one_has_let_go(&self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while std::net::TcpListener::bind(self.address).is_err() {
            assert!(std::time::Instant::now() < deadline, "waited 20 s until {} was free again", self.address);
            tokio::task::yield_now().await;
        }
    }

    /// What the books say of this kind in euros: how many, and how much.
    pub(crate) async fn booked(&self, kind: &str) -> (i64, Decimal) {
        let totals = self.ledger().await;
        let total = totals.into_iter().find(|total| total.kind == kind && total.currency == "EUR");
        total.map_or((0, Decimal::ZERO), |total| (total.count, total.amount))
    }

    /// The books. The client may still hold connections to a server that was killed: each fails once.
    async fn ledger(&self) -> Vec<LedgerTotal> {
        let mut failures = 0;
        loop {
            match self.gateway.ledger().await {
                Ok(totals) => return totals,
                Err(error) if failures == 100 => panic!("the ledger can't be read: {error}"),
                Err(_) => failures += 1,
            }
        }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(crate) fn eur(amount: i64) -> Decimal {
    Decimal::new(amount * 100, 2)
}

/// Asks for 100 euros for a payment of its own.
pub(crate) fn authorization(method: &str) -> AuthorizeCall {
    AuthorizeCall {
        operation: Uuid::now_v7(),
        payment: Uuid::now_v7(),
        order: Uuid::now_v7(),
        amount: eur(100),
        currency: "EUR".to_owned(),
        method: Some(method.to_owned()),
    }
}

pub(crate) fn capture(authorized: &AuthorizeCall, amount: i64) -> CaptureCall {
    CaptureCall {
        operation: Uuid::now_v7(),
        payment: authorized.payment,
        authorization: None,
        amount: eur(amount),
        currency: authorized.currency.clone(),
        r#final: false,
    }
}

pub(crate) fn void(authorized: &AuthorizeCall) -> VoidCall {
    VoidCall { operation: Uuid::now_v7(), payment: authorized.payment }
}

pub(crate) fn is_authorized(outcome: &AuthorizeOutcome) -> bool {
    matches!(outcome, AuthorizeOutcome::Authorized { amount, currency, expires_at: Some(_), .. } if *amount == eur(100) && currency == "EUR")
}
