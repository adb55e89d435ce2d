//! Events taken in by the tables of a generation, and those that cannot be: which they are is the same however the log is cut into batches.
//!
//! A batch is folded and stored as one. Where the database refuses what becomes of it, half of it is taken in and then the other half, down to the one event that
//! is refused: that is a dead letter, and what follows in its groups waits behind it. An event that is known to hold what may be refused is taken in by itself from
//! the beginning: the next one might write over it, and then a batch with both would be taken where another is not.

use sqlx::{Acquire, PgConnection};

use crate::ReadModelError;
use crate::changing::TableChanges;
use crate::fold::{Folder, Reading, groups};
use crate::letter::Letter;
use crate::manner::Manner;
use crate::opened::holds_zero;
use crate::projection::Projection;
use crate::statements::Statements;

/// Takes in events within the caller's transaction; answers what had to be parked.
///
/// # Errors
/// The database refuses something and was to take all [together](Manner::Together); or it is away.
pub(crate) async fn take_in<P: Projection>(
    conn: &mut PgConnection,
    statements: &Statements,
    events: &[Reading<'_, P>],
    manner: Manner,
) -> Result<Vec<Letter>, ReadModelError> {
    if manner == Manner::Together && !events.iter().any(Reading::may_be_refused) {
        return as_one(conn, statements, events, None).await;
    }
    let mut letters = Vec::new();
    let mut left = stretches(events);
    left.reverse();
    while let Some(stretch) = left.pop() {
        match tried(conn, statements, stretch, None).await? {
            Ok(found) => letters.extend(found),
            Err(cause) => match stretch {
                [one] => letters.extend(group_by_group(conn, statements, one, cause).await?),
                _ => {
                    let (first, second) = stretch.split_at(stretch.len() / 2);
                    left.extend([second, first]);
                }
            },
        }
    }
    Ok(letters)
}

/// The events in their order, those by themselves that may be refused.
fn stretches<'s, 'a, P: Projection>(events: &'s [Reading<'a, P>]) -> Vec<&'s [Reading<'a, P>]> {
    events.chunk_by(|one, next| !one.may_be_refused() && !next.may_be_refused()).collect()
}

/// One event that was refused, and why: where it touches several groups, some of them may well take it in.
async fn group_by_group<P: Projection>(
    conn: &mut PgConnection,
    statements: &Statements,
    event: &Reading<'_, P>,
    cause: String,
) -> Result<Vec<Letter>, ReadModelError> {
    if let [key] = event.keys() {
        return Ok(vec![parked(conn, statements, event, key, cause).await?]);
    }
    let mut letters = Vec::new();
    for key in event.keys() {
        match tried(conn, statements, std::slice::from_ref(event), Some(key)).await? {
            Ok(found) => letters.extend(found),
            Err(cause) => letters.push(parked(conn, statements, event, key, cause).await?),
        }
    }
    Ok(letters)
}

/// What a group cannot take in waits.
async fn parked<P: Projection>(
    conn: &mut PgConnection,
    statements: &Statements,
    event: &Reading<'_, P>,
    key: &str,
    cause: String,
) -> Result<Letter, ReadModelError> {
    let letter = event.letter(key, Some(cause));
    statements.park(conn, std::slice::from_ref(&letter)).await?;
    Ok(letter)
}

/// All of them or, where the database refuses a row, none: then it answers what it said.
async fn tried<P: Projection>(
    conn: &mut PgConnection,
    statements: &Statements,
    events: &[Reading<'_, P>],
    only: Option<&str>,
) -> Result<Result<Vec<Letter>, String>, ReadModelError> {
    let mut savepoint = conn.begin().await?;
    match as_one(&mut savepoint, statements, events, only).await {
        Ok(letters) => savepoint.commit().await.map(|()| Ok(letters)).map_err(Into::into),
        Err(error) if error.is_bad_row() => savepoint.rollback().await.map(|()| Err(error.to_string())).map_err(Into::into),
        Err(error) => Err(error),
    }
}

async fn as_one<P: Projection>(
    conn: &mut PgConnection,
    statements: &Statements,
    events: &[Reading<'_, P>],
    only: Option<&str>,
) -> Result<Vec<Letter>, ReadModelError> {
    let groups = groups(events, only);
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let mut folder = Folder::<P>::new();
    for found in statements.load(conn, &folder.needed(events, only), &groups).await? {
        match (found.table(), found.json) {
            (Some(table), Some(json)) => folder.take(table, found.key, &found.part, &json),
            (Some(_) | None, _) => folder.park(found.key),
        }
    }
    let letters = folder.fold(events, only);
    let changes = changes(&folder)?;
    if events.iter().any(Reading::may_be_refused) {
        assert_storable::<P>(&changes)?;
    }
    statements.store(conn, &changes).await?;
    statements.park(conn, &letters).await?;
    Ok(letters)
}

fn changes<P: Projection>(folder: &Folder<P>) -> Result<Vec<TableChanges>, ReadModelError> {
    let changes = folder
        .tables
        .iter()
        .zip(P::MODEL.tables)
        .map(|(table, shape)| table.changes().map_err(|source| ReadModelError::Row { table: shape.name.to_owned(), source }));
    changes.collect()
}

/// A column of JSON takes what one of text refuses, and only those fail who look into it.
fn assert_storable<P: Projection>(changes: &[TableChanges]) -> Result<(), ReadModelError> {
    let bad = changes.iter().zip(P::MODEL.tables).find(|(change, _)| change.rows.as_deref().is_some_and(holds_zero));
    bad.map_or(Ok(()), |(_, shape)| Err(ReadModelError::Unstorable { table: shape.name }))
}
