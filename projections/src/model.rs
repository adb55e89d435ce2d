//! A read model, its types forgotten: what projector, rebuilder and verification know of it.

use std::collections::HashSet;
use std::marker::PhantomData;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use crate::ReadModelError;
use crate::fold::{self, Reading};
use crate::letters::Letter;
use crate::opened::Opened;
use crate::projection::{Followed, Projection};
use crate::table::{Manner, Table};
use crate::verify::trace::{Traced, Tracer};

/// A read model of any type.
pub(crate) trait ReadModel: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The version of its fold and columns: its generation.
    fn version(&self) -> u32;

    /// The types of the aggregates that it follows.
    fn follows(&self) -> &'static [&'static str];

    fn shows_personal_data(&self) -> bool;

    fn schema_sql(&self) -> &'static str;

    fn indexes_sql(&self) -> &'static str;

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

/// The read model of a projection.
pub(crate) struct Model<P>(PhantomData<fn() -> P>);

impl<P> Model<P> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<P: Projection> ReadModel for Model<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn version(&self) -> u32 {
        P::VERSION
    }

    fn follows(&self) -> &'static [&'static str] {
        P::Event::TYPES
    }

    fn shows_personal_data(&self) -> bool {
        P::SHOWS_PERSONAL_DATA
    }

    fn schema_sql(&self) -> &'static str {
        P::SCHEMA_SQL
    }

    fn indexes_sql(&self) -> &'static str {
        P::INDEXES_SQL
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
