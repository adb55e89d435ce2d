//! A read model together with its folds, their types forgotten: what projector, rebuilder and verification run.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::marker::PhantomData;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use crate::ReadModelError;
use crate::changing::TableChanges;
use crate::fold::{self, Folder, Reading};
use crate::letter::Letter;
use crate::model::ReadModel;
use crate::opened::Opened;
use crate::projection::Projection;
use crate::statements::Statements;
use crate::trace::{Traced, Tracer};

/// How rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All with one statement.
    Together,
    /// Each group by itself, after the one statement was refused: it shows which group is at fault.
    Apart,
}

/// The folds of a read model of any type.
pub(crate) trait Folding: Send + Sync {
    /// Whose they are.
    fn model(&self) -> &'static ReadModel;

    /// Folds events into the rows of a generation, within the caller's transaction; answers what had to be parked.
    fn write<'a>(
        &'a self,
        conn: &'a mut PgConnection,
        statements: &'a Statements,
        events: &'a [Opened],
        manner: Manner,
    ) -> BoxFuture<'a, Result<Vec<Letter>, ReadModelError>>;

    /// Begins to follow the rows of some groups field by field.
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
        statements: &'a Statements,
        events: &'a [Opened],
        manner: Manner,
    ) -> BoxFuture<'a, Result<Vec<Letter>, ReadModelError>> {
        Box::pin(async move {
            let readings: Vec<Reading<'_, P>> = events.iter().map(Reading::of).collect();
            let all: Vec<String> = readings.iter().flat_map(Reading::keys).collect::<BTreeSet<_>>().into_iter().cloned().collect();
            if all.is_empty() {
                return Ok(Vec::new());
            }
            let mut folder = Folder::<P>::new();
            for found in statements.load(conn, &folder.needed(&readings), &all).await? {
                match (found.table(), found.json) {
                    (Some(table), Some(json)) => folder.take(table, found.key, &found.part, &json),
                    (Some(_) | None, _) => folder.park(found.key),
                }
            }
            let mut letters = folder.fold(&readings);
            let refused = store(conn, statements, &folder, manner).await?;
            letters.extend(fold::park_all(&readings, refused, &letters));
            statements.park(conn, &letters).await?;
            Ok(letters)
        })
    }

    fn trace(&self, keys: HashSet<String>) -> Box<dyn Traced> {
        Box::new(Tracer::<P>::new(keys))
    }
}

/// Stores what was folded; answers the groups that the database refused, with what it said.
async fn store<P: Projection>(
    conn: &mut PgConnection,
    statements: &Statements,
    folder: &Folder<P>,
    manner: Manner,
) -> Result<HashMap<String, String>, ReadModelError> {
    let mut refused = HashMap::new();
    match manner {
        Manner::Together => statements.store(conn, &changes(folder, None)?).await?,
        Manner::Apart => {
            for key in folder.changed() {
                if let Some(cause) = statements.try_store(conn, &changes(folder, Some(&key))?).await? {
                    refused.insert(key, cause);
                }
            }
        }
    }
    Ok(refused)
}

fn changes<P: Projection>(folder: &Folder<P>, only: Option<&str>) -> Result<Vec<TableChanges>, ReadModelError> {
    let changes = folder
        .tables
        .iter()
        .zip(P::MODEL.tables)
        .map(|(table, shape)| table.changes(only).map_err(|source| ReadModelError::Row { table: shape.name.to_owned(), source }));
    changes.collect()
}
