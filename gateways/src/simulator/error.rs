use std::net::SocketAddr;

/// Why the simulator does not run.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// Somebody else listens there, or nobody may.
    #[error("the simulator can't listen on {address}: {source}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Its server broke.
    #[error("the simulator's server failed: {0}")]
    Serve(std::io::Error),
    /// Its books are away.
    #[error("the simulator's ledger is away: {0}")]
    Database(#[from] sqlx::Error),
    /// Its books can't be brought up to date.
    #[error("the simulator's ledger can't be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A webhook without a secret would be believed by nobody.
    #[error("--carrier-webhook-url needs --carrier-webhook-secret")]
    NoWebhookSecret,
    /// No HTTP client for webhooks.
    #[error("the carrier has no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}
