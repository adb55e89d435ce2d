//! Waiting until read models are somewhere: reading one's own writes.

use std::time::Duration;

use event_store::{Checkpoint, PositionToken, lease};
use futures::future::try_join_all;
use tokio::time::{Instant, sleep_until};

use crate::model::ReadModel;
use crate::projection::Projection;
use crate::schema::{Schema, Slot};
use crate::watcher::Seen;
use crate::{ReadDatabase, ReadModelError};

impl ReadDatabase {
    /// Where a read model is.
    ///
    /// # Errors
    /// There is no such read model, it was never built, or the database cannot be asked.
    pub async fn position_of(&self, name: &str) -> Result<PositionToken, ReadModelError> {
        Ok(self.checkpoint_of(self.models().model(name)?).await?.token())
    }

    pub(crate) async fn checkpoint_of(&self, model: &ReadModel) -> Result<Checkpoint, ReadModelError> {
        let schema = Schema::of(model, Slot::Live);
        let mut conn = self.pool().acquire().await?;
        match lease::checkpoint(&mut conn, schema.as_str(), model.name).await {
            Ok(checkpoint) => Ok(checkpoint.unwrap_or_default()),
            Err(error) if is_undefined_table(&error) => Err(ReadModelError::Absent(schema.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the read model has taken in what stands at `wanted` and before; where it is not said, does not wait. Answers where it is, so rows
    /// that are read afterwards reflect at least that.
    ///
    /// # Errors
    /// [`ReadModelError::Behind`] if it does not get there in time, [`ReadModelError::Lost`] if what stood there may have been lost; it was never built, or
    /// the database cannot be asked.
    pub async fn reach<P: Projection>(&self, wanted: Option<PositionToken>, timeout: Duration) -> Result<PositionToken, ReadModelError> {
        match wanted {
            Some(wanted) => self.wait_for_one(P::MODEL, wanted, Instant::now() + timeout).await,
            None => Ok(self.checkpoint_of(P::MODEL).await?.token()),
        }
    }

    /// Waits until each of these read models has taken in what stands at `token` and before.
    ///
    /// # Errors
    /// As [`ReadDatabase::reach`]; or there is no such read model.
    pub async fn wait_for(&self, names: &[&str], token: PositionToken, timeout: Duration) -> Result<(), ReadModelError> {
        let deadline = Instant::now() + timeout;
        let one = async |name: &&str| self.wait_for_one(self.models().model(name)?, token, deadline).await;
        try_join_all(names.iter().map(one)).await.map(|_| ())
    }

    async fn wait_for_one(&self, model: &ReadModel, wanted: PositionToken, deadline: Instant) -> Result<PositionToken, ReadModelError> {
        let mut heard = self.watcher.listen(model).ok_or_else(|| ReadModelError::Unknown(model.name.to_owned()))?;
        let mut seen = Some(*heard.borrow_and_update()).filter(|seen| seen.kept);
        loop {
            let latest = self.watcher.latest_epoch();
            if let Some(reached) = seen.and_then(|seen| judge(model, seen, latest, wanted)) {
                return reached;
            }
            let behind = seen.map(|seen| seen.at.unwrap_or_default().position);
            tokio::select! {
                biased;
                changed = heard.changed() => changed.map_err(|_| ReadModelError::Interrupted)?,
                looked = self.watcher.look_in_turn(self.pool()) => looked?,
                () = sleep_until(deadline), if behind.is_some() => {
                    let (name, position) = (model.name.to_owned(), behind.unwrap_or_default());
                    return Err(ReadModelError::Behind { name, position, wanted: wanted.position });
                }
            }
            seen = Some(*heard.borrow_and_update());
        }
    }
}

/// Whether it is there; none: not yet.
///
/// A position of an older epoch than the read model's was given in a history that ended: whether it survived is not for a read model to know. One of the
/// next epoch is waited for, whatever the number. Epochs are counted without gaps, so one behind the next of the latest that any read model has seen is none
/// that a position was ever given in. As long as none has seen an event, none knows an epoch, and any is waited for.
fn judge(model: &ReadModel, seen: Seen, latest: i64, wanted: PositionToken) -> Option<Result<PositionToken, ReadModelError>> {
    let at = seen.at?.token();
    if latest > 0 && wanted.epoch > latest + 1 {
        return Some(Err(ReadModelError::Lost { name: model.name.to_owned(), wanted }));
    }
    if at.position < wanted.position || at.epoch < wanted.epoch && wanted.position > 0 {
        return None;
    }
    if at.epoch > wanted.epoch && wanted.position > 0 {
        return Some(Err(ReadModelError::Lost { name: model.name.to_owned(), wanted }));
    }
    Some(Ok(at))
}

fn is_undefined_table(error: &event_store::StoreError) -> bool {
    matches!(error, event_store::StoreError::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01"))
}
