use decider::{RefusalDocument, StreamId};

use crate::{Answer, Executed, Failure, PositionToken, Refused};

/// What a command was answered, as it is kept under its key: the same whenever it comes again.
#[derive(Debug, Clone)]
pub(crate) struct KeptAnswer {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) stream: StreamId,
    pub(crate) version: i64,
    pub(crate) position: PositionToken,
    pub(crate) events: usize,
    pub(crate) refusal: Option<RefusalDocument>,
}

impl KeptAnswer {
    /// As its caller sees it.
    pub(crate) fn first(&self) -> Answer {
        self.reply(false)
    }

    /// As a later request with this fingerprint under the same key sees it.
    pub(crate) fn again(&self, fingerprint: &[u8; 32]) -> Result<Answer, Failure> {
        if self.fingerprint == *fingerprint { Ok(self.reply(true)) } else { Err(Failure::KeyReused) }
    }

    fn reply(&self, replayed: bool) -> Answer {
        let position = self.position;
        match &self.refusal {
            Some(document) => Answer::Refused(Refused { document: document.clone(), position, replayed }),
            None => {
                Answer::Done(Executed { stream: self.stream.clone(), version: self.version, position, replayed, appended: self.events })
            }
        }
    }
}
