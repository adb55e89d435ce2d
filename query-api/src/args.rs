use std::time::Duration;

/// What the query API may be told.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Queries (GraphQL)")]
pub struct QueryArgs {
    /// How long a query waits for the position that it asked for, in milliseconds
    #[arg(long, env = "ORDERLY_QUERY_WAIT_MS", default_value_t = Self::DEFAULT.query_wait_ms)]
    pub query_wait_ms: u64,

    /// How long a query may take in all, in milliseconds
    #[arg(long, env = "ORDERLY_QUERY_TIMEOUT_MS", default_value_t = Self::DEFAULT.query_timeout_ms)]
    pub query_timeout_ms: u64,

    /// How deeply a query's fields may be nested
    #[arg(long, env = "ORDERLY_QUERY_DEPTH", default_value_t = Self::DEFAULT.query_depth)]
    pub query_depth: usize,

    /// How many fields a query may ask for, those of a page counted once for each of its rows
    #[arg(long, env = "ORDERLY_QUERY_COMPLEXITY", default_value_t = Self::DEFAULT.query_complexity)]
    pub query_complexity: usize,

    /// How many aliases a query may have
    #[arg(long, env = "ORDERLY_QUERY_ALIASES", default_value_t = Self::DEFAULT.query_aliases)]
    pub query_aliases: usize,

    /// How many bytes a request may have
    #[arg(long, env = "ORDERLY_QUERY_BODY_BYTES", default_value_t = Self::DEFAULT.query_body_bytes)]
    pub query_body_bytes: usize,

    /// How many queries may be worked on at once, those that wait for a position not counted; more are refused at once
    #[arg(long, env = "ORDERLY_QUERY_IN_FLIGHT", default_value_t = Self::DEFAULT.query_in_flight)]
    pub query_in_flight: usize,

    /// How many queries one caller may have under way at once, those that wait for a position included; more are refused at once
    #[arg(long, env = "ORDERLY_QUERY_SHARE", default_value_t = Self::DEFAULT.query_share)]
    pub query_share: usize,
}

impl QueryArgs {
    /// What holds where nothing is said.
    pub const DEFAULT: Self = Self {
        query_wait_ms: 5_000,
        query_timeout_ms: 15_000,
        query_depth: 12,
        query_complexity: 20_000,
        query_aliases: 30,
        query_body_bytes: 64 * 1024,
        query_in_flight: 256,
        query_share: 64,
    };

    pub(crate) fn wait(&self) -> Duration {
        Duration::from_millis(self.query_wait_ms)
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.query_timeout_ms)
    }
}

impl Default for QueryArgs {
    fn default() -> Self {
        Self::DEFAULT
    }
}
