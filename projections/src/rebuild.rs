//! Building a read model anew beside the live one, without a moment in which it cannot be read.
//!
//! The next generation is filled from the log, brought to where the live one is, and put in its place by two renames in one transaction. Its checkpoint
//! is in it: after a kill the same call goes on where it was.

use std::time::{Duration, Instant};

use event_store::EventStore;
use tokio_util::sync::CancellationToken;

use crate::fill::{Filling, drop_unless_busy};
use crate::folding::Folding;
use crate::generation::Generation;
use crate::progress::Report;
use crate::schema::{Schema, Slot};
use crate::swap::{self, Swap};
use crate::{ReadDatabase, ReadModelError, lasting};

/// How to rebuild.
#[derive(Debug, Clone)]
pub struct RebuildOptions {
    /// Leave the new generation beside the live one: the same call without this swaps it.
    pub no_swap: bool,
    /// How long the former generation is kept for a rollback.
    pub keep_old: Duration,
    /// Whom to tell how far it has come.
    pub report: Report,
    /// Ends it; what was done is kept, and the same call goes on.
    pub stop: CancellationToken,
}

impl Default for RebuildOptions {
    fn default() -> Self {
        Self { no_swap: false, keep_old: Duration::from_secs(3600), report: Report::default(), stop: CancellationToken::new() }
    }
}

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Which read model.
    pub name: &'static str,
    /// Where a killed one had been, 0 if this began anew.
    pub resumed_at: i64,
    /// Where the new generation is.
    pub position: i64,
    /// What it could not fold.
    pub dead_letters: i64,
    /// Whether it is live now.
    pub swapped: bool,
    /// Whether the read model was told to wait, and still is: then it was built up to where it stood.
    pub paused: bool,
    /// How long it took.
    pub took: Duration,
}

/// The fills after which a generation that does not get near the log's head is swapped under the lock all the same.
const CATCH_UPS: usize = 8;

/// Builds a read model anew and puts it in the place of the live one once it is where that is.
///
/// # Errors
/// Another process is at it, it was interrupted, the new one has more dead letters than the live one, or a database is away.
pub async fn rebuild(store: &EventStore, read: &ReadDatabase, name: &str, options: &RebuildOptions) -> Result<Rebuilt, ReadModelError> {
    let (folding, began) = (read.models().folding(name)?, Instant::now());
    let model = folding.model();
    let live = Schema::of(model, Slot::Live);
    live.create(model, read.pool(), true).await?;
    let mut filling = begin(store, read, folding, options).await?;
    let resumed_at = filling.at.position;
    let paused = lasting::is_paused(&mut *read.pool().acquire().await?, model, live.as_str()).await?;
    catch_up(store, read, &mut filling, paused).await?;
    filling.generation.schema.create_indexes(model, read.pool()).await?;
    catch_up(store, read, &mut filling, paused).await?;
    let dead_letters = filling.generation.dead_letters().await?;
    let position = filling.at.position;
    let done = Rebuilt { name: model.name, resumed_at, position, dead_letters, swapped: false, paused, took: began.elapsed() };
    if options.no_swap {
        filling.release().await?;
        return Ok(done);
    }
    let position = Swap { model, pool: read.pool(), keep_old: options.keep_old }.with_next(filling).await?;
    Ok(Rebuilt { position, swapped: true, took: began.elapsed(), ..done })
}

/// What was made of a log that has lost its tail since is thrown away.
async fn begin<'a>(
    store: &'a EventStore,
    read: &'a ReadDatabase,
    folding: &'static dyn Folding,
    options: &'a RebuildOptions,
) -> Result<Filling<'a>, ReadModelError> {
    let open = async || {
        let generation = Generation::open(folding, Slot::Next, store, read.pool(), false).await?;
        Filling::open(store, generation, &options.stop, &options.report).await
    };
    let filling = open().await?;
    if filling.agrees().await? {
        return Ok(filling);
    }
    filling.release().await?;
    drop_unless_busy(folding.model(), Slot::Next, read.pool()).await?;
    open().await
}

/// Up to the head, until the head hardly moves meanwhile. What was told to wait is built up to where it waits.
async fn catch_up(store: &EventStore, read: &ReadDatabase, filling: &mut Filling<'_>, paused: bool) -> Result<(), ReadModelError> {
    for _ in 0..CATCH_UPS {
        let head = if paused { read.checkpoint_of(filling.generation.model).await? } else { store.head().await?.checkpoint() };
        let behind = head.position - filling.at.position;
        filling.up_to(head).await?;
        if behind < swap::NEAR {
            break;
        }
    }
    Ok(())
}

/// Throws away a generation in the making; whoever fills it stops. Answers whether there was one.
///
/// # Errors
/// There is no such read model, or the database is away.
pub async fn cancel(read: &ReadDatabase, name: &str) -> Result<bool, ReadModelError> {
    let model = read.models().model(name)?;
    let next = Schema::of(model, Slot::Next);
    if !next.exists(read.pool()).await? {
        return Ok(false);
    }
    let mut tx = read.pool().begin().await?;
    next.drop(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}
