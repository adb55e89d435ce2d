//! A read model together with its folds, their types forgotten: what projector, rebuilder and verification run.

use std::collections::HashSet;
use std::marker::PhantomData;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use crate::ReadModelError;
use crate::fold::{self, Reading};
use crate::letter::Letter;
use crate::model::ReadModel;
use crate::opened::Opened;
use crate::projection::Projection;
use crate::table::{Manner, Table};
use crate::trace::{Traced, Tracer};

/// The folds of a read model of any type.
pub(crate) trait Folding: Send + Sync {
    /// Whose they are.
    fn model(&self) -> &'static ReadModel;

    /// Folds events into the rows of a generation, within the caller's transaction; answers what had to be parked.
    fn write<'a>(
        &'a self,
        conn: &'a mut PgConnection,
        table: &'a Table,
        events: &'a [Opened],
        manner: Manner,
    ) -> BoxFuture<'a, Result<Vec<Letter>, ReadModelError>>;

    /// Begins to follow some rows field by field.
    fn trace(&self, keys: HashSet<String>) -> Box<dyn Traced>;
}

/// The folds of a projection.
pub(crate) struct FoldingOf<P>(PhantomData<fn() -> P>);

impl<P> FoldingOf<P> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<P: Projection> Folding for FoldingOf<P> {
    fn model(&self) -> &'static ReadModel {
        P::MODEL
    }

    fn write<'a>(
        &'a self,
        conn: &'a mut PgConnection,
        table: &'a Table,
        events: &'a [Opened],
        manner: Manner,
    ) -> BoxFuture<'a, Result<Vec<Letter>, ReadModelError>> {
        Box::pin(async move {
            let readings: Vec<Reading<'_, P>> = events.iter().map(Reading::of).collect();
            let keys: Vec<String> = readings.iter().flat_map(Reading::keys).cloned().collect::<HashSet<_>>().into_iter().collect();
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let loaded = table.load::<P::Row>(conn, &keys).await?;
            let folded = fold::fold::<P>(loaded, &readings);
            let refused = table.store(conn, &folded.changed, manner).await?;
            let mut letters = folded.letters;
            letters.extend(fold::park_all(&readings, refused, &letters));
            table.park(conn, &letters).await?;
            Ok(letters)
        })
    }

    fn trace(&self, keys: HashSet<String>) -> Box<dyn Traced> {
        Box::new(Tracer::<P>::new(keys))
    }
}
