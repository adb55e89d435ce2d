use crate::WebhookSecret;

/// How the simulator behaves. Every fault is decided by a hash, so the same calls meet the same faults.
#[derive(Debug, Clone, clap::Args)]
pub struct SimulatorArgs {
    /// Where it listens.
    #[arg(long, env = "ORDERLY_SIMULATOR_LISTEN", default_value = "127.0.0.1:8091")]
    pub simulator_listen: std::net::SocketAddr,
    /// Decline about every n-th authorization; 0 declines none.
    #[arg(long, env = "ORDERLY_SIMULATOR_DECLINE_EVERY", default_value_t = 0)]
    pub simulator_decline_every: u64,
    /// Wait this long before every answer.
    #[arg(long, env = "ORDERLY_SIMULATOR_LATENCY_MS", default_value_t = 0)]
    pub simulator_latency_ms: u64,
    /// Another seed deals the faults to other calls.
    #[arg(long, env = "ORDERLY_SIMULATOR_SEED", default_value_t = 0)]
    pub simulator_seed: u64,
    /// Of a thousand operations, how many time out before they take effect, when first sent.
    #[arg(long, env = "ORDERLY_SIMULATOR_TIMEOUT_BEFORE", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub simulator_timeout_before_per_mille: u16,
    /// Of a thousand operations, how many take effect and are not answered, when first sent.
    #[arg(long, env = "ORDERLY_SIMULATOR_TIMEOUT_AFTER", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub simulator_timeout_after_per_mille: u16,
    /// Of a thousand operations, how many are turned away with 503, when first sent.
    #[arg(long, env = "ORDERLY_SIMULATOR_UNAVAILABLE", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub simulator_unavailable_per_mille: u16,
    /// How long a call that times out is kept waiting.
    #[arg(long, env = "ORDERLY_SIMULATOR_SILENCE_MS", default_value_t = 30_000)]
    pub simulator_silence_ms: u64,
    /// Allow one capture per authorization, as ordinary card accounts do; the rest is released with it.
    #[arg(long, env = "ORDERLY_SIMULATOR_SINGLE_CAPTURE")]
    pub simulator_single_capture: bool,
    /// How long an authorization lasts.
    #[arg(long, env = "ORDERLY_SIMULATOR_AUTHORIZATION_HOURS", default_value_t = 168, value_parser = clap::value_parser!(u32).range(1..=8760))]
    pub simulator_authorization_hours: u32,
    /// Where the carrier reports deliveries; without it parcels are never reported.
    #[arg(long, env = "ORDERLY_CARRIER_WEBHOOK_URL")]
    pub carrier_webhook_url: Option<String>,
    /// What the carrier signs its reports with.
    #[arg(long, env = "ORDERLY_CARRIER_WEBHOOK_SECRET", hide_env_values = true)]
    pub carrier_webhook_secret: Option<WebhookSecret>,
    /// How long the carrier takes to answer once it has done what it was asked for, in milliseconds.
    #[arg(long, env = "ORDERLY_CARRIER_LATENCY_MS", default_value_t = 0)]
    pub carrier_latency_ms: u64,
    /// How long a parcel is on its way.
    #[arg(long, env = "ORDERLY_CARRIER_DELIVERY_MS", default_value_t = 1_000)]
    pub carrier_delivery_ms: u64,
    /// Report about every n-th delivery twice; 0 none.
    #[arg(long, env = "ORDERLY_CARRIER_TWICE_EVERY", default_value_t = 0)]
    pub carrier_twice_every: u64,
    /// Report about every n-th delivery late; 0 none.
    #[arg(long, env = "ORDERLY_CARRIER_LATE_EVERY", default_value_t = 0)]
    pub carrier_late_every: u64,
    /// How late a late report is.
    #[arg(long, env = "ORDERLY_CARRIER_LATE_MS", default_value_t = 5_000)]
    pub carrier_late_ms: u64,
}
