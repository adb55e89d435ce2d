/// How read models are kept up to date.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Projector")]
pub struct ProjectorArgs {
    /// Positions of the log that are read at once; one that lags folds up to eight times as many in one transaction
    #[arg(long, env = "ORDERLY_PROJECTOR_BATCH", default_value_t = 2_000, value_name = "N")]
    pub projector_batch: usize,

    /// Pause after a batch that reached the head: events that come meanwhile share one transaction
    #[arg(long, env = "ORDERLY_PROJECTOR_LINGER_MS", default_value_t = 10, value_name = "MS")]
    pub projector_linger_ms: u64,

    /// How long another process waits for a projector that does not answer
    #[arg(long, env = "ORDERLY_PROJECTOR_LEASE_MS", default_value_t = 4_000, value_name = "MS")]
    pub projector_lease_ms: u64,

    /// Dead letters of one read model with which it stops
    #[arg(long, env = "ORDERLY_PROJECTOR_MAX_DEAD_LETTERS", default_value_t = 1_000, value_name = "N")]
    pub projector_max_dead_letters: i64,
}

impl Default for ProjectorArgs {
    fn default() -> Self {
        Self { projector_batch: 2_000, projector_linger_ms: 10, projector_lease_ms: 4_000, projector_max_dead_letters: 1_000 }
    }
}
