//! Verification: the log folded anew into a generation of its own, and compared row by row with the live one.
//!
//! The live generation goes on meanwhile. First everything is compared in pages, each in a short transaction; a row that differs there may only have changed in
//! between, so the differing rows are compared once more while the projector is held for a moment, both sides being at the same position. Memory stays
//! flat: of a row that differs only the key is kept, and of those at most [`MAX_ROWS`].

mod compare;
mod difference;
mod letters;

use std::collections::HashSet;

use event_store::{Checkpoint, EventStore, lease};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::fill::{Filling, drop_unless_busy};
use crate::folding::Folding;
use crate::generation::Generation;
use crate::model::ReadModel;
use crate::progress::Report;
use crate::reader::Reader;
use crate::schema::{Schema, Slot};
use crate::swap::NEAR;
use crate::trace::Origins;
use crate::{ReadDatabase, ReadModelError};

pub use difference::Difference;
pub use letters::Untaken;

/// So many differing rows are told in full; more are only counted.
pub const MAX_ROWS: usize = 100;

/// What a verification of one read model found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyReport {
    /// Which read model.
    pub name: &'static str,
    /// Its generation.
    pub generation: u32,
    /// Where both sides were.
    pub position: i64,
    /// Rows on either side, in all its tables.
    pub rows: i64,
    /// Rows that differ.
    pub differing_rows: i64,
    /// The differences of the first [`MAX_ROWS`] of them, field by field.
    pub differences: Vec<Difference>,
    /// Events that the live generation could not take in, and those that wait behind them.
    pub dead_letters: i64,
    /// Those that only one side could not take in, or that wait on one side only. Rows of their groups are not compared: neither side is wrong about them, one
    /// knows less.
    pub differing_letters: i64,
    /// The first [`MAX_ROWS`] events that either side could not take in, each with the reason.
    pub untaken: Vec<Untaken>,
}

impl VerifyReport {
    /// Whether the live rows are what the log says.
    pub fn is_clean(&self) -> bool {
        self.differing_rows == 0 && self.differing_letters == 0
    }
}

/// Folds the log anew and compares it with a read model.
///
/// # Errors
/// There is no such read model or it was never built, another process verifies it, it was interrupted, or a database is away.
pub async fn verify(
    store: &EventStore,
    read: &ReadDatabase,
    name: &str,
    report: &Report,
    stop: &CancellationToken,
) -> Result<VerifyReport, ReadModelError> {
    let folding = read.models().folding(name)?;
    let model = folding.model();
    if !Schema::of(model, Slot::Live).exists(read.pool()).await? {
        return Err(ReadModelError::Absent(Schema::of(model, Slot::Live).to_string()));
    }
    drop_unless_busy(model, Slot::Scratch, read.pool()).await?;
    let scratch = Generation::open(folding, Slot::Scratch, store, read.pool(), false).await?;
    let filling = Filling::open(store, scratch, stop, report).await?;
    let found = Verification { store, read, folding, model, filling }.run().await;
    drop_scratch(read, model).await?;
    found
}

async fn drop_scratch(read: &ReadDatabase, model: &ReadModel) -> Result<(), ReadModelError> {
    let mut tx = read.pool().begin().await?;
    Schema::of(model, Slot::Scratch).drop(&mut tx).await?;
    Ok(tx.commit().await?)
}

struct Verification<'a> {
    store: &'a EventStore,
    read: &'a ReadDatabase,
    folding: &'static dyn Folding,
    model: &'static ReadModel,
    filling: Filling<'a>,
}

impl Verification<'_> {
    async fn run(mut self) -> Result<VerifyReport, ReadModelError> {
        let (live, scratch) = (Schema::of(self.model, Slot::Live), Schema::of(self.model, Slot::Scratch));
        self.get_near().await?;
        let pages = compare::pages(self.read.pool(), self.model, &live, &scratch).await?;
        let mut held = self.read.pool().begin().await?;
        let at = self.meet(&mut held, &live).await?;
        let letters = letters::letters(&mut held, self.store, &live, &scratch).await?;
        let mut rows = compare::rows(&mut held, self.model, (&live, &scratch), &pages.differing).await?;
        held.rollback().await?;
        rows.retain(|row| !letters.parted.contains(&row.name.key));
        let differing_rows = rows.len() as i64;
        Ok(VerifyReport {
            name: self.model.name,
            generation: self.model.version,
            position: at.position,
            rows: pages.rows,
            differing_rows,
            differences: self.explain(rows, at).await?,
            dead_letters: letters.of_live,
            differing_letters: letters.differing,
            untaken: letters.told,
        })
    }

    /// Up to where the live generation is, until it hardly moves meanwhile.
    async fn get_near(&mut self) -> Result<(), ReadModelError> {
        loop {
            let live = self.read.checkpoint_of(self.model).await?;
            let behind = live.position - self.filling.at.position;
            self.filling.up_to(live).await?;
            if behind < NEAR {
                return Ok(());
            }
        }
    }

    /// Holds the live generation where it is, for as long as `held` lives, and gets there.
    async fn meet(&mut self, held: &mut PgConnection, live: &Schema) -> Result<Checkpoint, ReadModelError> {
        self.get_near().await?;
        let sql = format!("select 1 from {live}.checkpoints where name = $1 for update");
        sqlx::query(AssertSqlSafe(sql)).bind(self.model.name).execute(&mut *held).await?;
        let at = lease::checkpoint(held, live.as_str(), self.model.name).await?.unwrap_or_default();
        self.filling.up_to(at).await?;
        // A letter that was discarded meanwhile does not wait in the live one any more.
        self.filling.heed_discards().await?;
        Ok(at)
    }

    /// Folds the log once more for the differing rows alone, to name the event behind each field.
    async fn explain(&self, rows: Vec<compare::Differing>, at: Checkpoint) -> Result<Vec<Difference>, ReadModelError> {
        let told: Vec<_> = rows.into_iter().take(MAX_ROWS).collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let mut traced =
            self.folding.trace(told.iter().map(|row| row.name.key.clone()).collect::<HashSet<_>>(), self.filling.generation.discards());
        let reader = Reader::new(self.store, self.model);
        let mut from = Checkpoint::START;
        while let Some(stretch) = reader.next(from, at).await? {
            traced.take_in(&stretch.events);
            from = stretch.to;
        }
        let origins = traced.origins();
        let nothing = Origins::default();
        Ok(told.iter().flat_map(|row| difference::of(self.model, row, origins.get(&row.name).unwrap_or(&nothing))).collect())
    }
}
