use clap::{Args, Subcommand};

use super::Act;

/// What to do about dead letters.
#[derive(Debug, Subcommand)]
pub enum DeadLetters {
    /// Those that there are, each with its cause
    List(ListLetters),
    /// One in full: the event, and what waits behind it
    Show(ShowLetter),
    /// Give them to their follower again, with what waits behind them, in the order of the log
    Retry(RetryLetters),
    /// Let a follower go on without an event: now, and whenever it is built anew
    Discard(DiscardLetter),
}

/// See [`DeadLetters::List`].
#[derive(Debug, Args)]
pub struct ListLetters {
    /// Only this follower's: a read model
    pub follower: Option<String>,

    /// Only those of this key, such as an order's id
    #[arg(long)]
    pub key: Option<String>,

    /// Only the event at this position
    #[arg(long, value_name = "N")]
    pub position: Option<i64>,

    /// Only those whose cause has this text in it
    #[arg(long, value_name = "TEXT")]
    pub cause: Option<String>,

    /// At most so many of each follower
    #[arg(short = 'n', long, default_value_t = 1_000, value_name = "N")]
    pub limit: u32,
}

/// See [`DeadLetters::Show`].
#[derive(Debug, Args)]
pub struct ShowLetter {
    /// Whose: a read model
    pub follower: String,

    /// The event's position
    pub position: i64,

    /// Only under this key, where several wait behind the event
    #[arg(long)]
    pub key: Option<String>,
}

/// See [`DeadLetters::Retry`].
#[derive(Debug, Args)]
pub struct RetryLetters {
    /// Whose: a read model
    pub follower: String,

    /// Which of them.
    #[command(flatten)]
    pub which: WhichLetters,

    /// How it is done
    #[command(flatten)]
    pub act: Act,
}

/// Which letters.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct WhichLetters {
    /// The event at this position
    pub position: Option<i64>,

    /// Those of this key, such as an order's id
    #[arg(long)]
    pub key: Option<String>,

    /// Those whose cause has this text in it
    #[arg(long, value_name = "TEXT")]
    pub cause: Option<String>,

    /// All
    #[arg(long, conflicts_with_all = ["position", "key", "cause"])]
    pub all: bool,
}

/// See [`DeadLetters::Discard`].
#[derive(Debug, Args)]
pub struct DiscardLetter {
    /// Whose: a read model
    pub follower: String,

    /// The event's position
    pub position: i64,

    /// Only under this key, where several wait behind the event
    #[arg(long)]
    pub key: Option<String>,

    /// How it is done; --reason must be said
    #[command(flatten)]
    pub act: Act,
}
