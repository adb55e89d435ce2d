//! The adapters that speak to the simulator over HTTP.

mod caller;
mod carrier;
mod gateway;

use std::time::Duration;

pub use carrier::SimulatorCarrier;
pub use gateway::SimulatorGateway;

/// How to reach the simulator.
#[derive(Debug, Clone, clap::Args)]
pub struct GatewayArgs {
    /// Where the simulated payment gateway and carrier are.
    #[arg(long, env = "ORDERLY_GATEWAY_URL", default_value = "http://127.0.0.1:8091")]
    pub gateway_url: String,
    /// How long a call to a gateway or carrier may take before its outcome counts as unknown.
    #[arg(long, env = "ORDERLY_GATEWAY_TIMEOUT_MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub gateway_timeout_ms: u64,
    /// The gateway allows one capture per authorization.
    #[arg(long, env = "ORDERLY_SIMULATOR_SINGLE_CAPTURE")]
    pub gateway_single_capture: bool,
}

impl GatewayArgs {
    /// For a simulator at `url`, with the default time-out.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self { gateway_url: url.to_owned(), gateway_timeout_ms: 10_000, gateway_single_capture: false }
    }

    pub(crate) const fn timeout(&self) -> Duration {
        Duration::from_millis(self.gateway_timeout_ms)
    }
}
