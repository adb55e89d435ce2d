use std::time::Duration;

use chrono::TimeDelta;

use crate::order_fulfillment::{Rules, Step};

/// Settings of the process manager.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Process manager")]
pub struct ProcessArgs {
    /// Who packs and dispatches parcels
    #[arg(long, env = "ORDERLY_FULFILLMENT", value_enum, default_value_t = Fulfillment::Manual)]
    pub fulfillment: Fulfillment,

    /// How long an order that is not confirmed holds its stock, in seconds
    #[arg(long, env = "ORDERLY_RESERVATION_SECONDS", default_value_t = 1_800, value_parser = clap::value_parser!(u32).range(1..))]
    pub reservation_seconds: u32,

    /// After so long without an answer a gateway is asked what became of an authorization, and one that it knows nothing of is let go of, in seconds
    #[arg(long, env = "ORDERLY_GATEWAY_SILENT_SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..))]
    pub gateway_silent_seconds: u32,

    /// So many refusals of one step park it
    #[arg(long, env = "ORDERLY_PROCESS_REFUSALS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub process_refusals: u32,

    /// Into how many parts orders are divided, at most one for each program that shares the work; fixed when a process manager first runs on a database
    #[arg(long, env = "ORDERLY_PROCESS_PARTS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub process_parts: u32,

    /// Events read at once
    #[arg(long, env = "ORDERLY_PROCESS_BATCH", default_value_t = 2_000)]
    pub process_batch: usize,

    /// Orders whose commands are executed at once
    #[arg(long, env = "ORDERLY_PROCESS_COMMANDS", default_value_t = 512)]
    pub process_commands: usize,

    /// Calls to gateways and carriers under way at once
    #[arg(long, env = "ORDERLY_PROCESS_CALLS", default_value_t = 64)]
    pub process_calls: usize,

    /// Calls that may wait for their turn or their next try; what finds no room is called once there is some
    #[arg(long, env = "ORDERLY_PROCESS_CALLS_WAITING", default_value_t = 10_000)]
    pub process_calls_waiting: usize,

    /// How long a process that stopped renewing its lease keeps the others out, in milliseconds
    #[arg(long, env = "ORDERLY_PROCESS_LEASE_MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(100..))]
    pub process_lease_ms: u64,

    /// After so long a call that its adapter has not given up counts as unanswered, in milliseconds
    #[arg(long, env = "ORDERLY_PROCESS_CALL_TIMEOUT_MS", default_value_t = 30_000)]
    pub process_call_timeout_ms: u64,

    /// The longest pause between two tries of one call or command, in milliseconds
    #[arg(long, env = "ORDERLY_PROCESS_BACKOFF_MS", default_value_t = 30_000)]
    pub process_backoff_ms: u64,
}

/// Who packs and dispatches parcels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fulfillment {
    /// The process, as soon as they are planned.
    Automatic,
    /// People.
    Manual,
}

impl Fulfillment {
    /// Whether the process takes this step; otherwise people do.
    pub(crate) fn takes(self, step: &Step) -> bool {
        match self {
            Self::Automatic => true,
            Self::Manual => !step.is_for_people(),
        }
    }
}

impl ProcessArgs {
    /// What the saga must know of them.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let gateway_silent = TimeDelta::seconds(self.gateway_silent_seconds.into());
        Rules { refusal_limit: self.process_refusals, gateway_silent }
    }

    pub(crate) fn reservation(&self) -> TimeDelta {
        TimeDelta::seconds(self.reservation_seconds.into())
    }

    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.process_lease_ms)
    }

    pub(crate) fn call_timeout(&self) -> Duration {
        Duration::from_millis(self.process_call_timeout_ms)
    }

    pub(crate) fn longest_pause(&self) -> Duration {
        Duration::from_millis(self.process_backoff_ms)
    }
}
