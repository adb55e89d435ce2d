use event_store::{PositionToken, StoreError, SubscriptionError};

/// A read model could not be read, kept or checked.
#[derive(Debug, thiserror::Error)]
pub enum ReadModelError {
    /// Postgres or the way to it.
    #[error("the read database: {0}")]
    Database(#[from] sqlx::Error),
    /// The log could not be read.
    #[error(transparent)]
    Log(Box<StoreError>),
    /// The log could not be followed.
    #[error(transparent)]
    Subscription(Box<SubscriptionError>),
    /// A row that is not what its schema promises.
    #[error("a row of {table} cannot be read: {source}")]
    Row {
        /// Whose row.
        table: String,
        /// What serde says.
        source: serde_json::Error,
    },
    /// A row that no database would take.
    #[error("a row of {table} holds U+0000, which Postgres cannot store as text")]
    Unstorable {
        /// Whose row.
        table: &'static str,
    },
    /// A cursor that was not given out by this list.
    #[error("'{0}' is not a cursor of this list")]
    InvalidCursor(String),
    /// No read model has this name.
    #[error("there is no read model '{0}'")]
    Unknown(String),
    /// A generation that is not there.
    #[error("there is no {0}")]
    Absent(String),
    /// Another process took over.
    #[error("{0} is kept by another process now")]
    LostLease(String),
    /// Another process is at it.
    #[error("{0} is being filled by another process")]
    Busy(String),
    /// The read model did not get there in time.
    #[error("{name} is at {position}, and {wanted} was waited for")]
    Behind {
        /// Which.
        name: String,
        /// Where it is.
        position: i64,
        /// Where it should be.
        wanted: i64,
    },
    /// The position was given in a history that has ended since.
    #[error("position {wanted} was lost before {name} reached it")]
    Lost {
        /// Which.
        name: String,
        /// What was waited for.
        wanted: PositionToken,
    },
    /// The new generation is not better than the one that it would replace.
    #[error("{name} is not swapped: {reason}")]
    SwapRefused {
        /// Which.
        name: String,
        /// Why not.
        reason: String,
    },
    /// So many events cannot be folded that something else is wrong.
    #[error("{name} has {count} dead letters, more than {limit}: it stops")]
    TooManyDeadLetters {
        /// Which.
        name: String,
        /// How many there are.
        count: i64,
        /// How many there may be.
        limit: i64,
    },
    /// Stopped on request; what was done is kept.
    #[error("interrupted")]
    Interrupted,
}

impl From<StoreError> for ReadModelError {
    fn from(error: StoreError) -> Self {
        Self::Log(Box::new(error))
    }
}

impl From<SubscriptionError> for ReadModelError {
    fn from(error: SubscriptionError) -> Self {
        Self::Subscription(Box::new(error))
    }
}

impl ReadModelError {
    /// Whether the read model's table is not there.
    pub fn is_missing_table(&self) -> bool {
        matches!(self, Self::Database(error) if code(error).is_some_and(|code| code == "42P01"))
    }

    /// Whether it is the way to the database, or that database itself (SQLSTATE 08, 25, 40, 53, 55, 57, 58), that failed: it will pass.
    pub fn is_outage(&self) -> bool {
        const PASSING: [&str; 7] = ["08", "25", "40", "53", "55", "57", "58"];
        let error = match self {
            Self::Database(error) => error,
            Self::Log(error) => return error.is_outage(),
            Self::Subscription(_)
            | Self::Row { .. }
            | Self::Unstorable { .. }
            | Self::InvalidCursor(_)
            | Self::Unknown(_)
            | Self::Absent(_)
            | Self::LostLease(_)
            | Self::Busy(_)
            | Self::Behind { .. }
            | Self::Lost { .. }
            | Self::SwapRefused { .. }
            | Self::TooManyDeadLetters { .. }
            | Self::Interrupted => return false,
        };
        match code(error) {
            Some(code) => PASSING.iter().any(|class| code.starts_with(class)),
            None => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::WorkerCrashed
            ),
        }
    }

    /// Whether a value does not fit its column or a check: the row is at fault, not the database.
    pub(crate) fn is_bad_row(&self) -> bool {
        let of_data = |code: &str| code.starts_with("22") || code.starts_with("23") || code == "54000";
        let refused = matches!(self, Self::Database(error) if code(error).is_some_and(|code| of_data(&code)));
        refused || matches!(self, Self::Unstorable { .. })
    }

    /// Whether asking again may help. The log ending before the checkpoint never heals by itself.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Database(_) | Self::Log(_) | Self::LostLease(_) | Self::TooManyDeadLetters { .. } => true,
            Self::Subscription(error) => !matches!(**error, SubscriptionError::AheadOfLog { .. }),
            Self::Row { .. }
            | Self::Unstorable { .. }
            | Self::InvalidCursor(_)
            | Self::Unknown(_)
            | Self::Absent(_)
            | Self::Busy(_)
            | Self::Behind { .. }
            | Self::Lost { .. }
            | Self::SwapRefused { .. }
            | Self::Interrupted => false,
        }
    }
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}
