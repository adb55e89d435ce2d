use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Metadata, ids};

/// Everything about a command that its decision does not look at: whose it is, where it comes from, how it is recognized when it comes again.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// How the command is recognized when it comes again.
    pub key: CommandKey,
    /// Who wants it: `role:subject-id`, never an address.
    pub actor: String,
    /// What it all began with.
    pub correlation_id: Option<Uuid>,
    /// The event or command that it follows from.
    pub causation_id: Option<Uuid>,
    /// The W3C trace that it belongs to.
    pub traceparent: Option<String>,
    /// When it happened, if that was before it was recorded.
    pub occurred_at: Option<DateTime<Utc>>,
    /// `If-Match`: which versions the first stream may have; none: any.
    pub expected: Option<Expected>,
    /// The people that its events speak of: their keys are fetched before it is decided. One that is missing here costs a second try.
    pub subjects: Vec<String>,
}

impl Envelope {
    /// A command of `actor` (`role:subject-id`) under `key`, with nothing else known about it.
    pub fn new(key: CommandKey, actor: impl Into<String>) -> Self {
        Self {
            key,
            actor: actor.into(),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            occurred_at: None,
            expected: None,
            subjects: Vec::new(),
        }
    }

    pub(crate) fn metadata(&self, command_id: Uuid) -> Metadata {
        Metadata {
            actor: self.actor.clone(),
            command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            traceparent: self.traceparent.clone(),
            occurred_at: self.occurred_at,
        }
    }
}

/// Which versions a stream may have for a command to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Any, if it is there.
    Existing,
    /// One of these; 0: it is not there yet.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Whether a stream with this many events is as it should be.
    pub(crate) fn is_met_by(&self, version: i64) -> bool {
        match self {
            Self::Existing => version > 0,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }

    /// For who hears that it was not met.
    pub(crate) fn told(&self) -> Value {
        match self {
            Self::Existing => Value::from("*"),
            Self::OneOf(versions) => match versions.as_slice() {
                [only] => Value::from(*only),
                several => Value::from(several),
            },
        }
    }
}

/// How a command is recognized when it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKey {
    /// By a client's key: the same key and request get the same answer, refusals included.
    Client {
        /// Whose key it is: another caller's key of the same text is another key.
        caller: String,
        /// The key.
        key: String,
        /// A hash of the request: the same key with another one is refused.
        fingerprint: [u8; 32],
    },
    /// By the id that a process gave it.
    Process {
        /// The process, whose keys are dropped together once it is over.
        instance: String,
        /// The id, which follows from what caused the command.
        command_id: Uuid,
    },
    /// Not at all: nobody will ask again.
    Once,
}

impl CommandKey {
    /// The command's id: unique in the log's key tables.
    pub(crate) fn command_id(&self) -> Uuid {
        match self {
            Self::Client { caller, key, .. } => ids::derive(&[caller, key]),
            Self::Process { command_id, .. } => *command_id,
            Self::Once => Uuid::now_v7(),
        }
    }

    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        match self {
            Self::Client { fingerprint, .. } => *fingerprint,
            Self::Process { .. } | Self::Once => [0; 32],
        }
    }

    pub(crate) fn instance(&self) -> Option<&str> {
        match self {
            Self::Process { instance, .. } => Some(instance),
            Self::Client { .. } | Self::Once => None,
        }
    }

    /// Whether anybody can ask for the command's answer again.
    pub(crate) fn can_come_again(&self) -> bool {
        match self {
            Self::Client { .. } | Self::Process { .. } => true,
            Self::Once => false,
        }
    }
}
