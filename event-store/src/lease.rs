//! Leases: one process runs a reader, and one that slept past its lease writes nothing.
//!
//! A checkpoint and its lease are one row, in a table `checkpoints` in the schema of the rows that it guards, so that both move in one
//! transaction. Every write is conditional on the fence *and* on the old checkpoint: a fence is never given twice.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::{Checkpoint, StoreError};

/// The body of the table `checkpoints` of a schema: `create table <schema>.checkpoints <this>`.
pub const CHECKPOINTS_TABLE: &str = "(
    name         text        primary key,
    epoch        bigint      not null default 0,
    position     bigint      not null default 0,
    event_id     uuid,
    holder       text,
    fence        bigint      not null default 0,
    leased_until timestamptz,
    updated_at   timestamptz not null default now()
)";

/// The right to run the reader `name` for a while.
#[derive(Debug)]
pub struct Lease {
    pool: PgPool,
    table: String,
    name: String,
    holder: String,
    ttl: Duration,
    fence: i64,
}

impl Lease {
    /// Takes the lease if nobody holds it, making the row of a new reader. Time is the database's: clocks of processes may differ.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the row cannot be reached.
    pub async fn acquire(pool: &PgPool, schema: &str, name: &str, holder: &str, ttl: Duration) -> Result<Option<Self>, StoreError> {
        let table = table_of(schema);
        sqlx::query(AssertSqlSafe(format!("insert into {table} (name) values ($1) on conflict (name) do nothing")))
            .bind(name)
            .execute(pool)
            .await?;
        let row = sqlx::query(AssertSqlSafe(format!(
            "update {table} set holder = $2, fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => $3)
             where name = $1 and (leased_until is null or leased_until < clock_timestamp())
             returning fence"
        )))
        .bind(name)
        .bind(holder)
        .bind(ttl.as_secs_f64())
        .fetch_optional(pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (name, holder) = (name.to_owned(), holder.to_owned());
        Ok(Some(Self { pool: pool.clone(), table, name, holder, ttl, fence: row.try_get("fence")? }))
    }

    /// What every write of its holder is conditional on.
    pub fn fence(&self) -> i64 {
        self.fence
    }

    /// Who holds it.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// Holds it for another while. `false`: it is lost, stop.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the row cannot be reached.
    pub async fn renew(&self) -> Result<bool, StoreError> {
        let done = sqlx::query(AssertSqlSafe(format!(
            "update {} set leased_until = clock_timestamp() + make_interval(secs => $3) where name = $1 and fence = $2",
            self.table
        )))
        .bind(&self.name)
        .bind(self.fence)
        .bind(self.ttl.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives it back, so that another process need not wait for its end.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the row cannot be reached.
    pub async fn release(self) -> Result<(), StoreError> {
        sqlx::query(AssertSqlSafe(format!("update {} set holder = null, leased_until = null where name = $1 and fence = $2", self.table)))
            .bind(&self.name)
            .bind(self.fence)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Moves a checkpoint in the consumer's own transaction. `false`: the lease was lost or somebody else moved it; roll back.
///
/// The row is locked until the transaction ends and a new holder must update it to take the lease, so either this commits before the new holder reads the
/// checkpoint, or it finds another fence and changes nothing.
///
/// # Errors
/// [`StoreError::Database`] if the row cannot be reached.
pub async fn advance(
    tx: &mut PgConnection,
    schema: &str,
    name: &str,
    fence: i64,
    from: &Checkpoint,
    to: &Checkpoint,
) -> Result<bool, StoreError> {
    let done = sqlx::query(AssertSqlSafe(format!(
        "update {} set epoch = $5, position = $6, event_id = $7, updated_at = clock_timestamp()
         where name = $1 and fence = $2 and position = $3 and event_id is not distinct from $4",
        table_of(schema)
    )))
    .bind(name)
    .bind(fence)
    .bind(from.position)
    .bind(from.event_id)
    .bind(to.epoch)
    .bind(to.position)
    .bind(to.event_id)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Where a reader is; none if it never ran.
///
/// # Errors
/// [`StoreError::Database`] if the row cannot be reached.
pub async fn checkpoint(connection: &mut PgConnection, schema: &str, name: &str) -> Result<Option<Checkpoint>, StoreError> {
    let row = sqlx::query(AssertSqlSafe(format!("select epoch, position, event_id from {} where name = $1", table_of(schema))))
        .bind(name)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Checkpoint {
        epoch: row.try_get("epoch")?,
        position: row.try_get("position")?,
        event_id: row.try_get::<Option<Uuid>, _>("event_id")?,
    }))
}

/// Quoted: a schema's name comes from a program, yet is never trusted as SQL.
fn table_of(schema: &str) -> String {
    format!("\"{}\".checkpoints", schema.replace('"', "\"\""))
}
