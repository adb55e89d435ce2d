//! What may be typed. `--help` is the manual.

mod letters;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use decider::StreamId;
use process_manager::order_fulfillment::Rules;
use uuid::Uuid;

pub use self::letters::{DeadLetters, DiscardLetter, ListLetters, RetryLetters, ShowLetter, WhichLetters};
use crate::connection::Connection;
use crate::output::OutputArgs;

/// The operators' tool of Orderly: what the log says, what was made of it, and how to make it anew.
///
/// Results go to stdout, all else to stderr. Exit codes: 0 done, nothing wrong; 1 a finding (a difference, a broken invariant, an order or an event
/// that waits for people, lag over the limit, an answer that was not read to its end); 2 usage; 3 a dependency can't be reached; 4 refused (needs
/// --yes, a right, another state); 5 not found; 130 interrupted, can be resumed.
#[derive(Debug, Parser)]
#[command(name = "replay", version, max_term_width = 120)]
pub struct Cli {
    /// Where the databases are.
    #[command(flatten)]
    pub connection: Connection,

    /// How results are written.
    #[command(flatten)]
    pub output: OutputArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The head of the log, and how far every read model and the orders' process are; exit code 1 if an order or an event waits for people
    Status(Status),
    /// Browse the log, and follow it
    Events(Events),
    /// What an order's process did, what it waits for, what stands in its way
    Saga(Saga),
    /// The orders that wait for people, and what stood in the way
    Parked(Parked),
    /// An aggregate as it stood at a moment, or what changed between two
    #[command(disable_version_flag = true)]
    At(At),
    /// Fold the log anew and compare: invariants, read models row by row, processes
    Verify(Verify),
    /// Build read models anew from the log, beside the live ones, and swap when they have caught up
    Rebuild(Rebuild),
    /// Stop a rebuild and drop what it built
    Cancel(OnReadModel),
    /// Put the former generation of a read model back
    Rollback(OnReadModel),
    /// Keep a read model where it is, without stopping a process
    Pause(OnReadModel),
    /// Let a paused read model follow the log again
    Resume(OnReadModel),
    /// Events that a read model could not take in, and those that wait behind them
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Bring in a history that was made elsewhere; killed or run again, it goes on where it was
    Import(Import),
    /// Completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// The manual pages, one file a command
    Man {
        /// The folder that they are written to
        folder: PathBuf,
    },
}

/// See [`Command::Status`].
#[derive(Debug, Args)]
pub struct Status {
    /// Only this read model, or `saga`
    pub name: Option<String>,

    /// Again and again, until interrupted
    #[arg(short, long)]
    pub watch: bool,

    /// Time between two looks of --watch
    #[arg(long, default_value = "2s", value_parser = parse_span, value_name = "TIME")]
    pub every: Duration,

    /// Exit with 1 if a read model or the orders' process is further behind: events (500) or time (5s, 2min)
    #[arg(long, value_parser = MaxLag::parse)]
    pub max_lag: Option<MaxLag>,
}

/// How far behind is too far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxLag {
    /// So many events.
    Events(i64),
    /// So long.
    Time(Duration),
}

impl MaxLag {
    fn parse(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(events @ 0..) => Ok(Self::Events(events)),
            Ok(_) => Err("must not be negative".to_owned()),
            Err(_) => parse_span(text).map(Self::Time),
        }
    }
}

/// See [`Command::Parked`].
#[derive(Debug, Args)]
pub struct Parked {
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub limit: i64,
}

/// See [`Command::Events`].
#[derive(Debug, Args)]
pub struct Events {
    /// Only this stream, such as order-0192f0c1-…
    pub stream: Option<StreamId>,

    /// Only events of this stored name (order.placed) or of this aggregate (order)
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,

    /// Only what this actor caused: role:subject, or a role alone
    #[arg(long)]
    pub actor: Option<String>,

    /// Only what belongs to this correlation
    #[arg(long, value_name = "UUID")]
    pub correlation: Option<Uuid>,

    /// From this position or time on (17, 2026-11-20T14:05Z, 10min for ten minutes ago)
    #[arg(long, value_parser = Bound::parse, value_name = "MOMENT")]
    pub since: Option<Bound>,

    /// Up to this position or time
    #[arg(long, value_parser = Bound::parse, value_name = "MOMENT")]
    pub until: Option<Bound>,

    /// At most so many: the latest; with --since the first from there on, with --follow the next
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<u64>,

    /// Wait for more, until interrupted
    #[arg(short, long, conflicts_with = "until")]
    pub follow: bool,

    /// With the payload, in text, too
    #[arg(long)]
    pub payload: bool,
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// By position.
    Position(i64),
    /// By time.
    Time(DateTime<Utc>),
    /// So long ago.
    Ago(Duration),
}

impl Bound {
    fn parse(text: &str) -> Result<Self, String> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        parse_span(text).map(Self::Ago).or_else(|_| parse_time(text).map(Self::Time))
    }
}

/// See [`Command::Saga`].
#[derive(Debug, Args)]
pub struct Saga {
    /// The order: its id, its stream, or its number
    pub order: String,

    /// Under which rules it runs.
    #[command(flatten)]
    pub rules: RulesArgs,
}

/// The rules under which the process manager runs: they decide what follows from an event, and by when it must have happened.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Process manager")]
pub struct RulesArgs {
    /// So many refusals of one step park an order's process
    #[arg(long, env = "ORDERLY_PROCESS_REFUSALS", default_value_t = 5, value_name = "N")]
    pub process_refusals: u32,

    /// After so long without an answer an authorization is looked up, in seconds
    #[arg(long, env = "ORDERLY_GATEWAY_SILENT_SECONDS", default_value_t = 120, value_name = "N")]
    pub gateway_silent_seconds: u32,
}

impl From<RulesArgs> for Rules {
    fn from(args: RulesArgs) -> Self {
        Self { refusal_limit: args.process_refusals, gateway_silent: chrono::TimeDelta::seconds(args.gateway_silent_seconds.into()) }
    }
}

/// See [`Command::At`].
#[derive(Debug, Args)]
pub struct At {
    /// The aggregate's stream, such as order-0192f0c1-…
    pub stream: StreamId,

    /// After its n-th event
    #[arg(long, value_name = "N", group = "moment")]
    pub version: Option<i64>,

    /// When the log was at this position
    #[arg(long, value_name = "N", group = "moment")]
    pub position: Option<i64>,

    /// At this time
    #[arg(long, value_parser = parse_time, group = "moment")]
    pub time: Option<DateTime<Utc>>,

    /// What changed between then and this: now, vN, pN or a time
    #[arg(long, value_parser = Instant::parse, value_name = "MOMENT")]
    pub diff: Option<Instant>,
}

/// A moment in the life of an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    /// As it is.
    Now,
    /// After its n-th event.
    Version(i64),
    /// When the log was there.
    Position(i64),
    /// Then.
    Time(DateTime<Utc>),
}

impl Instant {
    fn parse(text: &str) -> Result<Self, String> {
        let number = |prefix| text.strip_prefix(prefix).and_then(|number: &str| number.parse().ok());
        match (text, number('v'), number('p')) {
            ("now", _, _) => Ok(Self::Now),
            (_, Some(version), _) => Ok(Self::Version(version)),
            (_, _, Some(position)) => Ok(Self::Position(position)),
            (_, None, None) => parse_time(text).map(Self::Time).map_err(|_| format!("'{text}' is neither now, vN, pN nor a time")),
        }
    }
}

/// Which read models.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct Which {
    /// The read models
    #[arg(value_name = "NAME", conflicts_with = "all")]
    pub names: Vec<String>,

    /// All of them
    #[arg(long)]
    pub all: bool,
}

/// See [`Command::Verify`].
#[derive(Debug, Args)]
pub struct Verify {
    /// Read models, `log` (the invariants over the log) or `processes`; --all is everything
    #[command(flatten)]
    pub which: Which,

    /// At most so many findings each
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub findings: usize,

    /// Under which rules the processes ran.
    #[command(flatten)]
    pub rules: RulesArgs,
}

/// See [`Command::Rebuild`].
#[derive(Debug, Args)]
pub struct Rebuild {
    /// Which read models
    #[command(flatten)]
    pub which: Which,

    /// Leave the new generation beside the live one
    #[arg(long)]
    pub no_swap: bool,

    /// How long the former generation is kept for a rollback
    #[arg(long, default_value = "1h", value_parser = parse_span, value_name = "TIME")]
    pub keep_old: Duration,

    /// Compare with the log afterwards; on a difference the former generation is put back
    #[arg(long, conflicts_with = "no_swap")]
    pub verify: bool,

    /// So many read models at once
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16))]
    pub jobs: u16,

    /// How an act on the machinery is done
    #[command(flatten)]
    pub act: Act,
}

/// How an act on the machinery is done.
#[derive(Debug, Clone, Args)]
pub struct Act {
    /// Why: kept with your name in the log
    #[arg(long)]
    pub reason: Option<String>,

    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,

    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,

    /// Who does it
    #[arg(long, env = "ORDERLY_OPERATOR", value_name = "NAME")]
    pub operator: Option<String>,
}

/// See [`Command::Cancel`], [`Command::Rollback`], [`Command::Pause`], [`Command::Resume`].
#[derive(Debug, Args)]
pub struct OnReadModel {
    /// The read model
    pub name: String,

    /// How it is done
    #[command(flatten)]
    pub act: Act,
}

/// See [`Command::Import`].
#[derive(Debug, Args)]
pub struct Import {
    /// The database of a stock cqrs-es application: events of a postgres-es table
    #[arg(long, value_name = "URL", env = "IMPORT_DATABASE_URL", hide_env_values = true)]
    pub from_postgres_es: String,

    /// Its table
    #[arg(long, default_value = "events", value_parser = parse_table)]
    pub table: String,

    /// Its column with the time of an event, if it has one: events of different streams are brought in in its order. A stock table has no such order, so
    /// without it stream follows on stream
    #[arg(long, value_name = "COLUMN", value_parser = parse_column)]
    pub time: Option<String>,

    /// Bring in events that this program cannot read too; only readers that know them can follow them
    #[arg(long)]
    pub unknown: bool,

    /// How it is done
    #[command(flatten)]
    pub act: Act,
}

/// A name that may stand in SQL as it is: letters, digits and `_`.
fn parse_column(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then(|| text.to_owned()).ok_or_else(|| format!("'{text}' is not a plain name: letters, digits and _"))
}

/// A table, perhaps with its schema: `events`, `app.events`.
fn parse_table(text: &str) -> Result<String, String> {
    text.split('.').map(parse_column).collect::<Result<Vec<_>, _>>().map(|parts| parts.join("."))
}

/// A span such as `500ms`, `5s`, `2min`, `1h`, `7d`.
fn parse_span(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let wrong = || format!("'{text}' is not a time such as 500ms, 5s, 2min, 1h or 7d");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "ms" => return Ok(Duration::from_millis(number)),
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

/// An instant such as `2026-11-20T14:05:06Z`, `2026-11-20T14:05Z`, `2026-11-20` (UTC where no zone is given).
fn parse_time(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let naive = text.strip_suffix('Z').unwrap_or(text);
    let at_midnight = |day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN);
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| chrono::NaiveDateTime::parse_from_str(naive, form).ok())
        .or_else(|| chrono::NaiveDate::parse_from_str(naive, "%Y-%m-%d").ok().map(at_midnight))
        .map(|time| time.and_utc())
        .ok_or_else(|| format!("'{text}' is not a time such as 2026-11-20T14:05Z"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_manual_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_lag_is_events_or_time() {
        assert_eq!(MaxLag::parse("500"), Ok(MaxLag::Events(500)));
        assert_eq!(MaxLag::parse("5s"), Ok(MaxLag::Time(Duration::from_secs(5))));
        assert!(MaxLag::parse("-1").is_err() && MaxLag::parse("5 parsecs").is_err());
    }

    #[test]
    fn a_moment_is_a_position_a_time_or_a_span() {
        let time = "2026-11-20T14:05:00Z".parse().unwrap();
        assert_eq!(Bound::parse("17"), Ok(Bound::Position(17)));
        assert_eq!(Bound::parse("10min"), Ok(Bound::Ago(Duration::from_secs(600))));
        assert_eq!(Bound::parse("2026-11-20T14:05Z"), Ok(Bound::Time(time)));
        assert_eq!(Bound::parse("2026-11-20T15:05:00+01:00"), Ok(Bound::Time(time)));
        assert!(Bound::parse("yesterday").is_err());
        assert_eq!(Instant::parse("v11"), Ok(Instant::Version(11)));
        assert_eq!(Instant::parse("p17"), Ok(Instant::Position(17)));
        assert_eq!(Instant::parse("now"), Ok(Instant::Now));
        assert!(Instant::parse("x").is_err());
    }

    #[test]
    fn read_models_are_named_or_all_but_one_of_both() {
        assert!(parsed("replay verify orders stock").is_ok());
        assert!(parsed("replay verify --all").is_ok());
        assert!(parsed("replay verify").is_err());
        assert!(parsed("replay verify orders --all").is_err());
    }

    #[test]
    fn output_options_may_stand_anywhere() {
        assert!(parsed("replay -o json status").is_ok());
        assert!(parsed("replay status -o jsonl --color never").is_ok());
        assert!(parsed("replay status -o xml").is_err());
    }
}
