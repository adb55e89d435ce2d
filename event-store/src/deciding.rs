//! A command from its envelope to an append: which streams, what it decides on them, what of it is sealed.

use std::collections::HashMap;

use decider::{Change, Changes, Decision, Needed, RefusalClass, RefusalDocument, States, StreamId};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::appending::{Append, Event, Status};
use crate::loading::StreamHead;
use crate::vault::Sealing;
use crate::{Envelope, StoreError, Vault};

/// A [`Decision`], its type of refusal forgotten.
pub(crate) trait AnyDecision: Send + Sync {
    fn streams(&self, states: &States<'_>) -> Vec<Needed>;
    fn admit(&self, states: &States<'_>) -> Result<(), RefusalDocument>;
    fn decide(&self, states: &States<'_>) -> Result<Changes, RefusalDocument>;
}

pub(crate) struct Erased<D>(pub(crate) D);

impl<D: Decision> AnyDecision for Erased<D> {
    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        self.0.streams(states)
    }

    fn admit(&self, states: &States<'_>) -> Result<(), RefusalDocument> {
        self.0.admit(states).map_err(|refusal| RefusalDocument::of(&refusal))
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, RefusalDocument> {
        self.0.decide(states).map_err(|refusal| RefusalDocument::of(&refusal))
    }
}

/// A command on its way.
pub(crate) struct Command {
    pub(crate) decision: Box<dyn AnyDecision>,
    pub(crate) envelope: Envelope,
    pub(crate) id: Uuid,
    pub(crate) fingerprint: [u8; 32],
}

/// What deciding came to.
pub(crate) enum Decided {
    /// To be appended.
    Append(Box<Append>),
    /// This subject's key must be fetched first.
    KeyMissing(String),
}

impl Command {
    pub(crate) fn new(decision: impl Decision, envelope: Envelope) -> Self {
        let (id, fingerprint) = (envelope.key.command_id(), envelope.key.fingerprint());
        Self { decision: Box::new(Erased(decision)), envelope, id, fingerprint }
    }

    /// Decides on `states`, which hold every stream that the decision names, the command's own first in `heads`.
    pub(crate) fn decide(&self, states: &States<'_>, heads: Vec<(StreamId, StreamHead)>, vault: &Vault) -> Result<Decided, StoreError> {
        let decided = match (self.decision.admit(states), self.version_mismatch(&heads)) {
            (Err(document), _) | (Ok(()), Some(document)) => Err(document),
            (Ok(()), None) => self.decision.decide(states),
        };
        let (status, changes) = match decided {
            Ok(changes) if changes.is_empty() => (Status::Unchanged, changes),
            Ok(changes) => (Status::Appended, changes),
            Err(document) => (Status::Refused(document), Changes::none()),
        };
        match self.events(changes, &heads, vault)? {
            Ok(events) => Ok(Decided::Append(Box::new(self.append(status, heads, events)?))),
            Err(subject) => Ok(Decided::KeyMissing(subject)),
        }
    }

    /// `If-Match`: a refusal like another, checked on the same head as the decision.
    fn version_mismatch(&self, heads: &[(StreamId, StreamHead)]) -> Option<RefusalDocument> {
        let expected = self.envelope.expected.as_ref()?;
        let (stream, head) = heads.first()?;
        let (actual, told) = (head.sequence, expected.told());
        (!expected.is_met_by(actual)).then(|| RefusalDocument {
            code: "version_mismatch".to_owned(),
            class: RefusalClass::Precondition,
            message: format!("{stream} is at version {actual}, {told} was expected"),
            details: Map::from_iter([("expected".to_owned(), told), ("actual".to_owned(), Value::from(actual))]),
        })
    }

    /// The events with their numbers, or the subject whose key is missing.
    fn events(&self, changes: Changes, heads: &[(StreamId, StreamHead)], vault: &Vault) -> Result<Result<Vec<Event>, String>, StoreError> {
        let mut next: HashMap<&StreamId, i64> = heads.iter().map(|(stream, head)| (stream, head.sequence)).collect();
        let mut events = Vec::with_capacity(changes.len());
        for change in changes {
            let sequence = next.get_mut(change.stream()).ok_or_else(|| StoreError::UnnamedStream(change.stream().clone()))?;
            *sequence += 1;
            match event(change, *sequence, vault)? {
                Ok(event) => events.push(event),
                Err(subject) => return Ok(Err(subject)),
            }
        }
        Ok(Ok(events))
    }

    fn append(&self, status: Status, heads: Vec<(StreamId, StreamHead)>, events: Vec<Event>) -> Result<Append, StoreError> {
        let (own, own_head) = heads.first().cloned().ok_or(StoreError::NoStream)?;
        let own_version = events.iter().filter(|event| event.stream == own).map(|event| event.sequence).max().unwrap_or(own_head.sequence);
        Ok(Append {
            id: Uuid::now_v7(),
            command_id: self.id,
            keyed: !events.is_empty() || self.envelope.key.can_come_again(),
            instance: self.envelope.key.instance().map(ToOwned::to_owned),
            fingerprint: self.fingerprint,
            status,
            own,
            own_version,
            heads,
            metadata: (!events.is_empty()).then(|| serde_json::to_string(&self.envelope.metadata(self.id))).transpose()?,
            events,
        })
    }
}

/// As it will stand in the log, or the subject whose key is missing.
fn event(change: Change, sequence: i64, vault: &Vault) -> Result<Result<Event, String>, StoreError> {
    let (name, version) = change.event().name_and_version();
    let (payload, sealed) = match vault.seal(change.event().to_json()?)? {
        Sealing::Plain(payload) => (payload, false),
        Sealing::Sealed(payload) => (payload, true),
        Sealing::KeyMissing(subject) => return Ok(Err(subject)),
    };
    let (stream, partition_key) = (change.stream().clone(), change.partition_key().into_owned());
    let change = (!sealed).then_some(change);
    Ok(Ok(Event { id: Uuid::now_v7(), stream, sequence, partition_key, name, version, payload, change }))
}
