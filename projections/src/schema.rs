//! Generations: a read model of one version lives in a Postgres schema of its own, together with its checkpoint and its dead letters.

use std::fmt;

use event_store::{lease, session};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::model::ReadModel;
use crate::{ReadModelError, lasting};

/// The parts that a generation may play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// It is read, and kept up to date.
    Live,
    /// It is being built beside the live one.
    Next,
    /// It was live, and is kept for a rollback.
    Old,
    /// It is folded anew for a comparison.
    Scratch,
    /// Between two renames.
    Swapping,
}

/// The name of a generation's schema, such as `orders_v1_next`: letters, digits and `_` only, so that it needs no quotes anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schema(String);

impl Schema {
    pub(crate) fn of(model: &ReadModel, slot: Slot) -> Self {
        let suffix = match slot {
            Slot::Live => "",
            Slot::Next => "_next",
            Slot::Old => "_old",
            Slot::Scratch => "_verify",
            Slot::Swapping => "_swapping",
        };
        let name = format!("{}_v{}{suffix}", model.name, model.version);
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "a read model's name is a plain word");
        Self(name)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) async fn exists(&self, pool: &PgPool) -> Result<bool, ReadModelError> {
        let sql = "select exists (select from pg_catalog.pg_namespace where nspname = $1)";
        Ok(sqlx::query_scalar(sql).bind(&self.0).fetch_one(pool).await?)
    }

    /// Creates it with its tables unless it is there; one of several processes does it, the others wait. Readers are let in either way.
    pub(crate) async fn create(&self, model: &ReadModel, pool: &PgPool, with_indexes: bool) -> Result<(), ReadModelError> {
        let mut tx = pool.begin().await?;
        lock_generations(&mut tx, model).await?;
        lasting::prepare(&mut tx, model, Self::of(model, Slot::Live).as_str()).await?;
        let there = sqlx::query_scalar("select exists (select from pg_catalog.pg_namespace where nspname = $1)");
        if !there.bind(&self.0).fetch_one(&mut *tx).await? {
            run(&mut tx, self.ddl(model)).await?;
            self.begin(model, &mut tx).await?;
            if with_indexes {
                run(&mut tx, self.in_schema(model.indexes_sql)).await?;
            }
        }
        run(&mut tx, self.grants()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// At the log's beginning, with fences of its own.
    async fn begin(&self, model: &ReadModel, conn: &mut PgConnection) -> Result<(), ReadModelError> {
        let fence = lasting::fresh_fence(conn, model).await?;
        let sql = format!("insert into {self}.checkpoints (name, fence) values ($1, $2)");
        sqlx::query(AssertSqlSafe(sql)).bind(model.name).bind(fence).execute(conn).await?;
        Ok(())
    }

    /// Makes the indexes of its tables, unless they are there.
    pub(crate) async fn create_indexes(&self, model: &ReadModel, pool: &PgPool) -> Result<(), ReadModelError> {
        let sql = "select exists (select from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indrelid \
                   where c.relnamespace = $1::text::regnamespace and not i.indisprimary)";
        if sqlx::query_scalar(sql).bind(&self.0).fetch_one(pool).await? {
            return Ok(());
        }
        let mut tx = pool.begin().await?;
        run(&mut tx, self.in_schema(model.indexes_sql)).await?;
        tx.commit().await?;
        let tables: Vec<String> = model.tables.iter().map(|table| format!("{self}.{}", table.name)).collect();
        Ok(sqlx::query(AssertSqlSafe(format!("analyze {}", tables.join(", ")))).execute(pool).await.map(|_| ())?)
    }

    pub(crate) async fn drop(&self, conn: &mut PgConnection) -> Result<(), ReadModelError> {
        run(conn, format!("set local client_min_messages = warning; drop schema if exists {self} cascade")).await
    }

    pub(crate) async fn rename(&self, conn: &mut PgConnection, to: &Self) -> Result<(), ReadModelError> {
        run(conn, format!("alter schema {self} rename to {to}")).await
    }

    fn ddl(&self, model: &ReadModel) -> String {
        let tables =
            format!("create table checkpoints {};\n{}\n{}", lease::CHECKPOINTS_TABLE, include_str!("generation.sql"), model.schema_sql);
        format!("create schema {self};\n{}", self.in_schema(&tables))
    }

    /// Whoever serves queries acts as the reader's role, where there is one.
    fn grants(&self) -> String {
        let reader = session::READER;
        format!(
            "do $$ begin
                 if to_regrole('{reader}') is not null and not has_schema_privilege('{reader}', '{self}', 'usage') then
                     grant usage on schema {self} to {reader};
                     grant select on all tables in schema {self} to {reader};
                 end if;
             end $$"
        )
    }

    /// The path holds for the transaction only: the connection goes back to the pool as it came.
    fn in_schema(&self, sql: &str) -> String {
        format!("set local search_path = {self};\n{sql}")
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One process at a time makes, renames or drops generations of a read model.
pub(crate) async fn lock_generations(conn: &mut PgConnection, model: &ReadModel) -> Result<(), ReadModelError> {
    let sql = "select pg_advisory_xact_lock(hashtextextended('orderly read model ' || $1, 0))";
    sqlx::query(sql).bind(model.name).execute(conn).await?;
    Ok(())
}

/// Several statements at once. Their text is made of the crate's own files and checked names.
async fn run(conn: &mut PgConnection, sql: String) -> Result<(), ReadModelError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}
