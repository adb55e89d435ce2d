//! A read model together with its folds, their types forgotten: what projector, rebuilder and verification run.

use std::collections::HashSet;
use std::marker::PhantomData;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use crate::discards::{Discards, Scope};
use crate::fold::Reading;
use crate::letter::Letter;
use crate::manner::Manner;
use crate::model::ReadModel;
use crate::opened::Opened;
use crate::projection::Projection;
use crate::statements::Statements;
use crate::trace::{Traced, Tracer};
use crate::{ReadModelError, taking};

/// The folds of a read model of any type.
pub(crate) trait Folding: Send + Sync {
    /// Whose they are.
    fn model(&self) -> &'static ReadModel;

    /// Folds events into the rows of the groups of a generation that take them in, within the caller's transaction; answers what had to be parked.
    fn write<'a>(
        &'a self,
        conn: &'a mut PgConnection,
        statements: &'a Statements,
        events: &'a [Opened],
        manner: Manner,
        scope: Scope<'a>,
    ) -> BoxFuture<'a, Result<Vec<Letter>, ReadModelError>>;

    /// Begins to follow the rows of some groups field by field.
    fn trace<'a>(&self, keys: HashSet<String>, discards: &'a Discards) -> Box<dyn Traced + 'a>;
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
        statements: &'a Statements,
        events: &'a [Opened],
        manner: Manner,
        scope: Scope<'a>,
    ) -> BoxFuture<'a, Result<Vec<Letter>, ReadModelError>> {
        Box::pin(async move {
            let readings: Vec<Reading<'_, P>> = events.iter().map(|opened| Reading::of(opened, scope)).collect();
            taking::take_in(conn, statements, &readings, manner).await
        })
    }

    fn trace<'a>(&self, keys: HashSet<String>, discards: &'a Discards) -> Box<dyn Traced + 'a> {
        Box::new(Tracer::<P>::new(keys, Scope::all(discards)))
    }
}
