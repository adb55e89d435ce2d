use std::str::FromStr;
use std::time::Duration;

use zeroize::Zeroizing;

/// Where the log is and what it may use.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Event log")]
pub struct LogArgs {
    /// Postgres 15 or newer that holds the log
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: String,

    /// Key that wraps the keys of personal data: 32 bytes in hexadecimal
    #[arg(long, env = "ORDERLY_MASTER_KEY", hide_env_values = true, value_name = "HEX")]
    pub master_key: SecretKey,

    /// Key of the hashes under which addresses are claimed, never changed: 32 bytes in hexadecimal
    #[arg(long, env = "ORDERLY_CLAIM_KEY", hide_env_values = true, value_name = "HEX")]
    pub claim_key: SecretKey,

    /// Connections for reading, beside the three of the appender and the listener
    #[arg(long, env = "ORDERLY_LOG_CONNECTIONS", default_value_t = 8, value_name = "N")]
    pub log_connections: u32,

    /// Commands that may wait at once; more are refused
    #[arg(long, env = "ORDERLY_COMMAND_QUEUE", default_value_t = 4096, value_name = "N")]
    pub command_queue: usize,

    /// Memory for recent aggregates
    #[arg(long, env = "ORDERLY_CACHE_MIB", default_value_t = 64, value_name = "MIB")]
    pub cache_mib: usize,

    /// Memory for the newest events, which all who follow the log in this process share
    #[arg(long, env = "ORDERLY_TAIL_MIB", default_value_t = 16, value_name = "MIB")]
    pub tail_mib: usize,

    /// How long a command may wait for its answer
    #[arg(long, env = "ORDERLY_COMMAND_TIMEOUT_MS", default_value_t = 10_000, value_name = "MS")]
    pub command_timeout_ms: u64,

    /// How long an idempotency key is kept at least
    #[arg(long, env = "ORDERLY_KEY_RETENTION_HOURS", default_value = "168", value_name = "HOURS")]
    pub key_retention_hours: Option<u32>,
}

impl LogArgs {
    /// The defaults, on this database with these keys. Idempotency keys are left alone: only who knows how long they are to be kept drops them.
    pub fn new(database_url: impl Into<String>, master_key: SecretKey, claim_key: SecretKey) -> Self {
        Self {
            database_url: database_url.into(),
            master_key,
            claim_key,
            log_connections: 8,
            command_queue: 4096,
            cache_mib: 64,
            tail_mib: 16,
            command_timeout_ms: 10_000,
            key_retention_hours: None,
        }
    }

    pub(crate) fn command_timeout(&self) -> Duration {
        Duration::from_millis(self.command_timeout_ms)
    }
}

/// 32 secret bytes, written as 64 hexadecimal digits, wiped from memory when dropped and never shown.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

impl SecretKey {
    /// No key: what needs one fails. For programs that look at nothing personal.
    pub fn none() -> Self {
        Self::new([0; 32])
    }

    pub(crate) fn is_none(&self) -> bool {
        *self.0 == [0; 32]
    }

    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 bytes in hexadecimal, 64 digits, and not all zero")]
pub struct SecretKeyError;

impl FromStr for SecretKey {
    type Err = SecretKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| SecretKeyError)?;
        if bytes == [0; 32] { Err(SecretKeyError) } else { Ok(Self::new(bytes)) }
    }
}
