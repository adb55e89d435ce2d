use std::time::Duration;

/// Why a call has no answer. What to do next follows from the class alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It was not carried out: unreachable, overloaded. Send the same call again, later.
    #[error("{gateway} is away: {message}")]
    Transient {
        /// Whom was asked.
        gateway: String,
        /// What was seen.
        message: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It may have been carried out: sent, but never answered. Look it up, or send the same call again under the same id; never a new one.
    #[error("{gateway} did not answer: {message}")]
    Unknown {
        /// Whom was asked.
        gateway: String,
        /// What was seen.
        message: String,
    },
    /// It was not carried out and never will be as it is: the call itself is wrong.
    #[error("{gateway} does not accept the call: {code}: {message}")]
    Permanent {
        /// Whom was asked.
        gateway: String,
        /// Stable, such as `operation_reused`.
        code: String,
        /// A sentence for the operator.
        message: String,
    },
}

impl GatewayError {
    /// The class's name, for metrics and log lines.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Transient { .. } => "transient",
            Self::Unknown { .. } => "unknown",
            Self::Permanent { .. } => "permanent",
        }
    }
}
