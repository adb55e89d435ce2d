use std::time::Duration;

use super::input::InputError;

/// Why a load ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be used; nothing was sent.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nobody answers.
    #[error("{url} can't be reached: {source}; is `orderly dev` running, and is --url right?")]
    Unreachable {
        /// The command API.
        url: String,
        /// What the last attempt met.
        source: reqwest::Error,
    },
    /// The server is there and cannot work.
    #[error("{url} answers {status} and does not recover; run the same load again once it does")]
    Unavailable {
        /// The command API.
        url: String,
        /// Its last status.
        status: u16,
    },
    /// The token is not good for this.
    #[error(
        "the token was refused: {detail}; a service token of channel complete-journey is needed (`orderly token --role service --channel complete-journey`)"
    )]
    NotAllowed {
        /// What the server said.
        detail: String,
    },
    /// The server refuses to look up what is there.
    #[error("the lookup was refused: {detail}")]
    LookupRefused {
        /// What the server said.
        detail: String,
    },
    /// No answer of this API.
    #[error("{url} answered {status} with something else than this API does; is --url right?")]
    Unexpected {
        /// What was asked.
        url: String,
        /// How it answered.
        status: u16,
    },
    /// Orders stay where they are.
    #[error("{waiting} orders are not final, and none has moved for {} s; is the process manager running? (`replay saga ORDER` shows what one waits for)", .patience.as_secs())]
    Stalled {
        /// How many.
        waiting: usize,
        /// How long.
        patience: Duration,
    },
}
