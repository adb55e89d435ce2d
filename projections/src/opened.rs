//! Events with their personal data opened.

use event_store::{RecordedEvent, StoreError, Vault};
use futures::{StreamExt, TryStreamExt, stream};

use crate::ReadModelError;
use crate::letter::Letter;
use crate::model::ReadModel;
use crate::recorded::Recorded;

/// An event in clear, as far as it can be opened.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) event: RecordedEvent,
    /// Why a box in it cannot be opened. A box whose key was destroyed is not broken: it stays sealed.
    pub(crate) broken: Option<String>,
}

/// So many keys are asked for at once.
const AT_ONCE: usize = 8;

impl Opened {
    /// Opens events, in their order, for a read model that shows what is in them.
    pub(crate) async fn all(vault: &Vault, model: &ReadModel, events: Vec<RecordedEvent>) -> Result<Vec<Self>, ReadModelError> {
        if !model.shows_personal_data || !events.iter().any(holds_box) {
            return Ok(events.into_iter().map(Self::clear).collect());
        }
        stream::iter(events).map(|event| Self::open(vault, event)).buffered(AT_ONCE).try_collect().await
    }

    pub(crate) fn clear(event: RecordedEvent) -> Self {
        Self { event, broken: None }
    }

    async fn open(vault: &Vault, mut event: RecordedEvent) -> Result<Self, ReadModelError> {
        if !holds_box(&event) {
            return Ok(Self::clear(event));
        }
        match vault.open_json(event.payload.get()).await {
            Ok(payload) => {
                event.payload = payload;
                Ok(Self::clear(event))
            }
            Err(error @ (StoreError::Sealed(_) | StoreError::Json(_))) => Ok(Self { event, broken: Some(error.to_string()) }),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn recorded<E>(&self, event: E) -> Recorded<'_, E> {
        Recorded {
            position: self.event.position,
            event_id: self.event.event_id,
            stream: &self.event.stream,
            sequence: self.event.sequence,
            name: &self.event.event_type,
            actor: &self.event.metadata.actor,
            recorded_at: self.event.recorded_at,
            event,
        }
    }

    /// Whether it holds U+0000, which JSON knows and no text of Postgres.
    pub(crate) fn may_be_refused(&self) -> bool {
        self.event.payload.get().contains(ZERO) || self.event.metadata.actor.contains('\0')
    }

    pub(crate) fn letter(&self, key: String, cause: Option<String>) -> Letter {
        Letter { key, position: self.event.position, event_id: self.event.event_id, event_type: self.event.event_type.clone(), cause }
    }
}

/// U+0000 as JSON writes it.
const ZERO: &str = "\\u0000";

/// Whether there is a U+0000 in a JSON text. Behind an odd number of backslashes these are a backslash and a word.
pub(crate) fn holds_zero(json: &str) -> bool {
    let is_one = |at: usize| json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0;
    json.match_indices(ZERO).any(|(at, _)| is_one(at))
}

fn holds_box(event: &RecordedEvent) -> bool {
    event.payload.get().contains("\"$sealed\"")
}

#[cfg(test)]
mod tests {
    use super::holds_zero;

    #[test]
    fn a_zero_is_told_from_a_backslash_before_a_word() {
        assert!(holds_zero(r#"{"tracking":"JD014\u0000"}"#) && holds_zero(r#"{"note":"\\\u0000"}"#));
        assert!(!holds_zero(r#"{"note":"\\u0000"}"#) && !holds_zero(r#"{"note":"u0000"}"#));
    }
}
