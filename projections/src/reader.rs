//! Reading the log for one read model, range by range up to a given place: for those who fill a generation, not for those who follow.

use event_store::{Checkpoint, EventStore, Filter};

use crate::ReadModelError;
use crate::model::ReadModel;
use crate::opened::Opened;

/// So many positions are read at once.
const RANGE: i64 = 5_000;

/// A stretch of the log.
pub(crate) struct Stretch {
    pub(crate) events: Vec<Opened>,
    /// Where a reader is who has taken it in.
    pub(crate) to: Checkpoint,
}

pub(crate) struct Reader<'a> {
    store: &'a EventStore,
    model: &'static ReadModel,
    filter: Filter,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(store: &'a EventStore, model: &'static ReadModel) -> Self {
        Self { store, model, filter: Filter::aggregates(model.follows.iter().copied()) }
    }

    /// The next stretch behind `from`, none if `target` is reached.
    pub(crate) async fn next(&self, from: Checkpoint, target: Checkpoint) -> Result<Option<Stretch>, ReadModelError> {
        if from.position >= target.position {
            return Ok(None);
        }
        let upto = target.position.min(from.position + RANGE);
        let events = self.store.read(from.position, upto, RANGE, &self.filter).await?;
        let to = if upto == target.position { target } else { self.place(upto, target.epoch).await? };
        Ok(Some(Stretch { events: Opened::all(self.store.vault(), self.model, events).await?, to }))
    }

    async fn place(&self, position: i64, epoch: i64) -> Result<Checkpoint, ReadModelError> {
        let there = self.store.read(position - 1, position, 1, &Filter::all()).await?;
        Ok(Checkpoint { epoch, position, event_id: there.first().map(|event| event.event_id) })
    }

    /// Whether the log still has what a checkpoint saw.
    pub(crate) async fn agrees(&self, checkpoint: &Checkpoint) -> Result<bool, ReadModelError> {
        let same = self.place(checkpoint.position, checkpoint.epoch).await?;
        Ok(checkpoint.position == 0 || same.event_id.is_some() && same.event_id == checkpoint.event_id)
    }
}
