use std::net::SocketAddr;
use std::time::Duration;

/// The settings of the command API.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Command API")]
pub struct CommandArgs {
    /// Where commands are listened for
    #[arg(long, env = "ORDERLY_COMMAND_ADDR", default_value = "127.0.0.1:8080", value_name = "HOST:PORT")]
    pub command_addr: SocketAddr,

    /// Seconds after which a request is given up with 503
    #[arg(long, env = "ORDERLY_REQUEST_TIMEOUT_S", default_value_t = 15, value_name = "SECONDS")]
    pub request_timeout_s: u64,

    /// Requests that are worked on at once; more are turned away with 503
    #[arg(long, env = "ORDERLY_REQUESTS", default_value_t = 4096, value_name = "N")]
    pub requests: usize,

    /// Seconds by which the time in a webhook's signature may differ from ours
    #[arg(long, env = "ORDERLY_WEBHOOK_TOLERANCE_S", default_value_t = 300, value_name = "SECONDS")]
    pub webhook_tolerance_s: u64,
}

impl Default for CommandArgs {
    fn default() -> Self {
        Self { command_addr: SocketAddr::from(([127, 0, 0, 1], 8080)), request_timeout_s: 15, requests: 4096, webhook_tolerance_s: 300 }
    }
}

impl CommandArgs {
    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    pub(crate) fn webhook_tolerance(&self) -> Duration {
        Duration::from_secs(self.webhook_tolerance_s)
    }
}
