use std::sync::Arc;
use std::time::Duration;

use decider::{ReadError, StreamId};

use crate::PositionToken;

/// The log could not do it: a failure of the machinery or of a program, never a refusal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres or the way to it.
    #[error("the log's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migrating the log: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// An event in the log that this program cannot read.
    #[error("position {position} on {stream}: {source}")]
    Unreadable {
        /// Where it stands.
        position: i64,
        /// Its stream.
        stream: StreamId,
        /// Why not.
        source: Box<ReadError>,
    },
    /// An event whose metadata is not what the log writes.
    #[error("position {position} on {stream}: metadata: {source}")]
    UnreadableMetadata {
        /// Where it stands.
        position: i64,
        /// Its stream.
        stream: StreamId,
        /// What serde says.
        source: serde_json::Error,
    },
    /// An event that cannot be written as JSON, or a state that cannot be a snapshot.
    #[error("as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A decision wrote to a stream that it had not named.
    #[error("a decision wrote to {0} without naming it")]
    UnnamedStream(StreamId),
    /// A decision named no stream at all.
    #[error("a decision named no stream")]
    NoStream,
    /// A type of aggregate that was asked for under another type before.
    #[error("{0} holds the state of another aggregate")]
    WrongType(StreamId),
    /// Personal data of somebody who was erased: there is no key to seal it with, and none will be made.
    #[error("subject {0} was erased")]
    Erased(String),
    /// Another key than the one that the log was begun with, or none where one is needed.
    #[error("the {0} key is not the one of this log: set the key that its other processes have")]
    WrongKey(&'static str),
    /// A box that the vault's keys do not open, or a marker that is none.
    #[error("sealed data: {0}")]
    Sealed(String),
    /// A position of a history that was lost in a failover.
    #[error("position {0} belongs to a history that was lost")]
    LostPosition(PositionToken),
    /// An event that was decided cannot be folded as it will be stored.
    #[error("on {stream}: {source}")]
    Unfoldable {
        /// The stream.
        stream: StreamId,
        /// Why not.
        source: Box<ReadError>,
    },
    /// Something that a command needs could not be read; several commands may share the cause.
    #[error("reading the log: {0}")]
    Unloadable(Arc<StoreError>),
    /// Postgres refuses what was to be stored.
    #[error("the log refuses this: {0}")]
    Refused(String),
    /// A decision panicked: a bug of the domain. Nothing was stored.
    #[error("a decision panicked")]
    Panicked,
    /// More is waiting than may wait.
    #[error("the log is overloaded")]
    Overloaded,
    /// The database did not answer in time.
    #[error("the log did not answer in time")]
    TimedOut,
    /// The schema is older than this program: migrate it.
    #[error("the log's schema is at version {found}, this program needs {wanted}: run the migrations")]
    OlderSchema {
        /// What the database has.
        found: i64,
        /// What this program was built with.
        wanted: i64,
    },
    /// The store was closed, or its appender ended.
    #[error("the log is closed")]
    Closed,
}

impl StoreError {
    /// Whether the log is the matter, for every command alike and for a while, and not what was asked: worth asking again, never poison.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(error) => error.as_database_error().is_none_or(is_about_the_server),
            Self::Unloadable(cause) => cause.is_outage(),
            Self::Migration(_) | Self::Overloaded | Self::TimedOut | Self::OlderSchema { .. } | Self::Closed => true,
            Self::Unreadable { .. }
            | Self::UnreadableMetadata { .. }
            | Self::Unfoldable { .. }
            | Self::Json(_)
            | Self::UnnamedStream(_)
            | Self::NoStream
            | Self::WrongType(_)
            | Self::Erased(_)
            | Self::WrongKey(_)
            | Self::Sealed(_)
            | Self::LostPosition(_)
            | Self::Refused(_)
            | Self::Panicked => false,
        }
    }

    /// How a read fails where a command would fail so.
    pub(crate) fn of_a_read(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error,
            Failure::Overloaded { .. } => Self::Overloaded,
            Failure::Unavailable { .. } | Failure::KeyReused => Self::TimedOut,
        }
    }
}

/// Why a command has no [`crate::Answer`]: the log could not do it, or its key has an answer already, to something else. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// More is waiting than may wait. Nothing was done.
    #[error("the log is overloaded")]
    Overloaded {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The database did not answer in time. It may yet be done: ask again under the same key.
    #[error("the log is unavailable: {source}")]
    Unavailable {
        /// When to ask again.
        retry_after: Duration,
        /// What was the matter.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The log could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Data that Postgres refuses (class 22), a rule that it breaks (class 23) or more of it than fits (class 54) is what was asked; all else is how the server is.
pub(crate) fn is_about_the_server(error: &dyn sqlx::error::DatabaseError) -> bool {
    !error.code().is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}
