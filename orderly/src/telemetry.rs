//! What the program says of itself: log lines on stderr.

use std::io::{BufWriter, IsTerminal};

use clap::{Args, ValueEnum};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON document a line
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogOutputArgs {
    /// What is logged, such as `warn` or `info,process_manager=debug`; RUST_LOG is heeded, too; roles log from info on, the rest from warn on
    #[arg(long, env = "ORDERLY_LOG", global = true, value_name = "FILTER")]
    pub log: Option<String>,

    /// How log lines are written
    #[arg(long, env = "ORDERLY_LOG_FORMAT", global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// Starts logging; `default` holds where nothing is said. Lines are written behind the back of who logs them, together where there are many; none is
/// dropped, and what is left is written when the guard goes.
///
/// # Errors
/// The filter is none.
pub fn start(args: &LogOutputArgs, default: &str) -> anyhow::Result<WorkerGuard> {
    let usual = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let filter = EnvFilter::try_new(args.log.as_deref().or(usual.as_deref()).unwrap_or(default))?;
    let (writer, guard) = NonBlockingBuilder::default().lossy(false).finish(BufWriter::new(std::io::stderr()));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(std::io::stderr().is_terminal());
    match args.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(guard)
}
