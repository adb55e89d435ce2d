//! The simulated gateway and carrier.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Parser;
use gateways::simulator::{self, Simulator, SimulatorArgs};
use gateways::{GatewayArgs, SimulatorCarrier, SimulatorGateway};
use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    simulator: SimulatorArgs,
}

#[derive(Parser)]
struct Clients {
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// A simulator that runs as long as this is kept.
pub(crate) struct Outside {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Arc<SimulatorGateway>,
    pub(crate) carrier: Arc<SimulatorCarrier>,
    stop: CancellationToken,
}

impl Outside {
    /// On a free port.
    pub(crate) async fn start(database_url: &str, settings: &[&str]) -> Self {
        Self::start_at(database_url, "127.0.0.1:0", settings).await
    }

    pub(crate) async fn start_at(database_url: &str, listen: &str, settings: &[&str]) -> Self {
        simulator::migrate(database_url).await.unwrap();
        let pool = simulator::connect(database_url).await.unwrap();
        let words = ["simulator", "--simulator-listen", listen];
        let settings = Settings::parse_from(words.iter().chain(settings).copied()).simulator;
        let stop = CancellationToken::new();
        let simulator = Simulator::bind(&settings, pool, stop.clone()).await.unwrap();
        let address = simulator.address();
        tokio::spawn(simulator.run());
        let (gateway, carrier) = clients(address);
        Self { address, gateway, carrier, stop }
    }

    /// What the gateway's own books say was captured.
    pub(crate) async fn captured(&self) -> Decimal {
        let books = self.gateway.ledger().await.unwrap();
        books.iter().filter(|total| total.kind == "captured").map(|total| total.amount).sum()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// How many rows of the simulator's books are so.
pub(crate) async fn booked(database_url: &str, what: &'static str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("select count(*) from simulator.{what}"));
    sqlx::query_scalar(sql).fetch_one(&simulator::connect(database_url).await.unwrap()).await.unwrap()
}

/// Clients of a simulator that may not be there.
pub(crate) fn clients(address: SocketAddr) -> (Arc<SimulatorGateway>, Arc<SimulatorCarrier>) {
    let args = Clients::parse_from(["clients", "--gateway-url", &format!("http://{address}"), "--gateway-timeout-ms", "500"]).gateway;
    (Arc::new(SimulatorGateway::new(&args).unwrap()), Arc::new(SimulatorCarrier::new(&args).unwrap()))
}

/// Stops a process by force, as kill -9 would: it gives nothing back.
pub(crate) async fn kill(task: tokio::task::JoinHandle<Result<(), process_manager::ProcessError>>) {
    task.abort();
    drop(task.await);
}
