use decider::{RefusalDocument, StreamId};

use crate::{ExecuteError, Executed, PositionToken};

/// What a command was answered: the same whenever it comes again.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) stream: StreamId,
    pub(crate) version: i64,
    pub(crate) position: PositionToken,
    pub(crate) events: usize,
    pub(crate) refusal: Option<RefusalDocument>,
}

impl Answer {
    /// As its caller sees it.
    pub(crate) fn first(&self) -> Result<Executed, ExecuteError> {
        self.reply(false)
    }

    /// As a later request with this fingerprint under the same key sees it.
    pub(crate) fn again(&self, fingerprint: &[u8; 32]) -> Result<Executed, ExecuteError> {
        if self.fingerprint == *fingerprint { self.reply(true) } else { Err(ExecuteError::KeyReused) }
    }

    fn reply(&self, replayed: bool) -> Result<Executed, ExecuteError> {
        let position = self.position;
        match &self.refusal {
            Some(document) => Err(ExecuteError::Refused { document: document.clone(), position, replayed }),
            None => Ok(Executed { stream: self.stream.clone(), version: self.version, position, replayed, appended: self.events }),
        }
    }
}
