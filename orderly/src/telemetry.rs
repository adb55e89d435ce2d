//! What the program says of itself: log lines on stderr.

mod repeats;

use std::io::{BufWriter, IsTerminal};

use clap::{Args, ValueEnum};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use repeats::{INTERVAL, Repeats, Sums};

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

/// Who writes log lines; what is left is written when it goes.
pub struct Logging {
    // Sums are lines, so who says them goes before who writes them.
    _sums: Sums,
    _writer: WorkerGuard,
}

/// Starts logging; `default` holds where nothing is said. Lines are written behind the back of who logs them, together where there are many; none is
/// dropped, but of warnings and errors with one cause only the first of an interval is said, and then how often it was.
///
/// # Errors
/// The filter is none.
pub fn start(args: &LogOutputArgs, default: &str) -> anyhow::Result<Logging> {
    let usual = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let filter = EnvFilter::try_new(args.log.as_deref().or(usual.as_deref()).unwrap_or(default))?;
    let (writer, guard) = NonBlockingBuilder::default().lossy(false).finish(BufWriter::new(std::io::stderr()));
    let lines = fmt::layer().with_writer(writer).with_ansi(std::io::stderr().is_terminal());
    let lines = match args.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let repeats = Repeats::of(INTERVAL);
    registry().with(filter).with(repeats.clone()).with(lines).init();
    Ok(Logging { _sums: repeats.say_sums(repeats::say), _writer: guard })
}
