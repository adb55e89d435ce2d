//! The operators' tool: what the log says, what was made of it, and how to make it anew.
//!
//! [`Cli`] is everything that may be typed; [`run`] does it. Results go to stdout in the form that was asked for, all else to stderr; an
//! [`Outcome`] is the exit code. Every command reads the log in ranges: memory stays flat, however long it is.

mod cli;
mod commands;
mod connection;
mod operator;
mod outcome;
mod output;
mod progress;
mod run;
mod session;
mod text;

pub use cli::{
    Act, At, Bound, Cli, Command, DeadLetters, DiscardLetter, Events, Import, Instant, ListLetters, MaxLag, OnReadModel, Rebuild,
    RetryLetters, RulesArgs, Saga, ShowLetter, Status, Verify, Which, WhichLetters,
};
pub use connection::Connection;
pub use outcome::{Failure, Outcome};
pub use output::{Color, Format, Output, OutputArgs, Show};
pub use run::run;
