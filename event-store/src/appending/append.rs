use std::collections::HashMap;

use decider::{Change, ReadError, RefusalDocument, State, StoredEvent, StreamId};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::loading::StreamHead;

/// What was decided and is to be stored, all or none: events of any number of streams, or none of them and yet an answer that must be true.
pub(crate) struct Append {
    /// New for each decision: its key row says so whether *this* was stored.
    pub(crate) id: Uuid,
    pub(crate) command_id: Uuid,
    /// Whether a key row is looked up and kept.
    pub(crate) keyed: bool,
    pub(crate) instance: Option<String>,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) status: Status,
    /// The command's own stream and its version afterwards.
    pub(crate) own: StreamId,
    pub(crate) own_version: i64,
    /// Every stream that it was decided on, as it was.
    pub(crate) heads: Vec<(StreamId, StreamHead)>,
    pub(crate) events: Vec<Event>,
    /// One for all its events; none where nothing happened.
    pub(crate) metadata: Option<String>,
}

impl Append {
    /// The streams that it writes, each with the places of its events.
    pub(crate) fn by_stream(&self) -> Vec<(&StreamId, Vec<usize>)> {
        let mut streams: Vec<(&StreamId, Vec<usize>)> = Vec::new();
        let mut index: HashMap<&StreamId, usize> = HashMap::new();
        for (place, event) in self.events.iter().enumerate() {
            let at = *index.entry(&event.stream).or_insert(streams.len());
            match streams.get_mut(at) {
                Some((_, places)) => places.push(place),
                None => streams.push((&event.stream, vec![place])),
            }
        }
        streams
    }

    /// How many events it writes.
    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    /// About what it weighs in a call.
    pub(crate) fn bytes(&self) -> usize {
        self.metadata.as_ref().map_or(0, String::len) + self.events.iter().map(|event| event.payload.get().len()).sum::<usize>()
    }
}

/// What a key row says of it.
pub(crate) enum Status {
    /// Events were written.
    Appended,
    /// Nothing new happened.
    Unchanged,
    /// The domain said no.
    Refused(RefusalDocument),
}

impl Status {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Appended => "appended",
            Self::Unchanged => "unchanged",
            Self::Refused(_) => "refused",
        }
    }

    /// The refusal's document as JSON.
    pub(crate) fn refusal(&self) -> Option<String> {
        match self {
            Self::Refused(document) => Some(serde_json::to_string(document).expect("texts and JSON values are JSON")),
            Self::Appended | Self::Unchanged => None,
        }
    }
}

/// An event that was decided, as it will stand in the log.
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) stream: StreamId,
    pub(crate) sequence: i64,
    pub(crate) partition_key: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) payload: Box<RawValue>,
    /// What was decided, unless something in it was sealed: then states are folded from the payload, or the cache would hold it in clear.
    pub(crate) change: Option<Change>,
}

impl Event {
    /// Folds it into a state.
    pub(crate) fn fold_into(&self, state: &mut dyn State) -> Result<(), ReadError> {
        match &self.change {
            Some(change) => {
                state.apply_change(change);
                Ok(())
            }
            None => state.apply_stored(StoredEvent { event_type: &self.name, event_version: &self.version, payload: &self.payload }),
        }
    }

    pub(crate) fn head(&self) -> StreamHead {
        StreamHead { sequence: self.sequence, event_id: Some(self.id) }
    }
}
