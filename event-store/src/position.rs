use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the log as it is handed to callers: a position, and the epoch in which it was given. Opaque to them, written `epoch-position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PositionToken {
    /// The unbroken history that the position belongs to.
    pub epoch: i64,
    /// How many events of the log precede or are this place.
    pub position: i64,
}

impl fmt::Display for PositionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.position)
    }
}

impl From<PositionToken> for String {
    fn from(token: PositionToken) -> Self {
        token.to_string()
    }
}

/// A text that is no position token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a position token: expected epoch-position, such as 1-1204881")]
pub struct PositionTokenError(String);

impl FromStr for PositionToken {
    type Err = PositionTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (epoch, position) = text.split_once('-')?;
            Some(Self { epoch: number(epoch)?, position: number(position)? })
        };
        parse().ok_or_else(|| PositionTokenError(text.to_owned()))
    }
}

/// Only digits: a sign or a space would give one place two names.
fn number(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl TryFrom<String> for PositionToken {
    type Error = PositionTokenError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// How far a reader has come, with the event that it saw there: after a failover the same position may hold another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The epoch in which it was read; 0 before the first event.
    pub epoch: i64,
    /// The last position that was taken in; 0 before the first event.
    pub position: i64,
    /// The event at that position; none before the first event.
    pub event_id: Option<Uuid>,
}

impl Checkpoint {
    /// Before the first event.
    pub const START: Self = Self { epoch: 0, position: 0, event_id: None };

    /// As a token for callers.
    pub fn token(&self) -> PositionToken {
        PositionToken { epoch: self.epoch, position: self.position }
    }
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The present epoch; 0 before the first append.
    pub epoch: i64,
    /// The last position; 0 in an empty log.
    pub position: i64,
    /// The event there.
    pub event_id: Option<Uuid>,
    /// When it was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
}

impl Head {
    /// As a token for callers.
    pub fn token(&self) -> PositionToken {
        PositionToken { epoch: self.epoch, position: self.position }
    }

    /// As the checkpoint of a reader that has seen everything.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { epoch: self.epoch, position: self.position, event_id: self.event_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let token = PositionToken { epoch: 1, position: 1_204_881 };
        assert_eq!(token.to_string(), "1-1204881");
        assert_eq!("1-1204881".parse(), Ok(token));
        for wrong in ["", "1", "1-", "-1-2", "1-+2", "1- 2", "a-1", "1-99999999999999999999"] {
            assert!(wrong.parse::<PositionToken>().is_err(), "{wrong}");
        }
    }
}
