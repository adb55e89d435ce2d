//! Putting one generation in the place of another: renames in one transaction, which prepared statements of readers follow.
//!
//! Why no batch of a projector is torn apart: each moves its checkpoint first and so holds that row's lock to its end; the swap locks the same row before it
//! renames, and gives it another fence, which no generation ever had. A batch that began before is waited for; one that begins meanwhile waits, finds the other fence
//! and does nothing.

use std::time::Duration;

use event_store::{Checkpoint, lease};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::fill::Filling;
use crate::model::ReadModel;
use crate::schema::{Schema, Slot, lock_generations};
use crate::{ReadDatabase, ReadModelError, lasting};

/// So few events are taken in while the live generation is held.
pub(crate) const NEAR: i64 = 1_000;

/// A swap in the making.
pub(crate) struct Swap<'a> {
    pub(crate) model: &'static ReadModel,
    pub(crate) pool: &'a PgPool,
    pub(crate) keep_old: Duration,
}

impl Swap<'_> {
    /// Makes the next generation live; answers where it is then.
    pub(crate) async fn with_next(&self, mut filling: Filling<'_>) -> Result<i64, ReadModelError> {
        let [live, next, old] = [Slot::Live, Slot::Next, Slot::Old].map(|slot| Schema::of(self.model, slot));
        let mut tx = self.pool.begin().await?;
        lock_generations(&mut tx, self.model).await?;
        let live_at = hold(&mut tx, self.model, &live).await?;
        filling.up_to(live_at).await?;
        filling.heed_discards().await?;
        let position = filling.at.position;
        self.assert_not_worse(&mut tx, &live, &next, live_at.position).await?;
        filling.release().await?;
        old.drop(&mut tx).await?;
        live.rename(&mut tx, &old).await?;
        next.rename(&mut tx, &live).await?;
        expire(&mut tx, &old, self.keep_old).await?;
        tx.commit().await?;
        Ok(position)
    }

    /// What the live one has taken in, the next one has, too; up to where the live one is, for of what comes behind nothing is known.
    async fn assert_not_worse(&self, conn: &mut PgConnection, live: &Schema, next: &Schema, upto: i64) -> Result<(), ReadModelError> {
        let sql = format!(
            "select n.key, n.position, n.event_type, n.cause, count(*) over () from {next}.dead_letters n \
             where n.position <= $1 and not exists (select from {live}.dead_letters l where l.key = n.key and l.position = n.position) \
             order by n.position, n.key limit {TOLD}"
        );
        let found: Vec<(String, i64, String, Option<String>, i64)> = sqlx::query_as(AssertSqlSafe(sql)).bind(upto).fetch_all(conn).await?;
        let Some((.., count)) = found.first() else { return Ok(()) };
        let more = if *count > TOLD { ", …" } else { "" };
        let events: Vec<String> =
            found.iter().map(|(key, position, name, cause, _)| told(key, *position, name, cause.as_deref())).collect();
        let reason = format!("{count} of its dead letters the live generation has taken in: {}{more}", events.join(", "));
        Err(ReadModelError::SwapRefused { name: self.model.name.to_owned(), reason })
    }
}

/// So many events are named.
const TOLD: i64 = 5;

fn told(key: &str, position: i64, name: &str, cause: Option<&str>) -> String {
    format!("{name} at {position} of {key} ({})", cause.unwrap_or("it waits behind another"))
}

/// Keeps the projector of a generation from writing until the transaction ends, and makes it look again afterwards.
async fn hold(conn: &mut PgConnection, model: &ReadModel, schema: &Schema) -> Result<Checkpoint, ReadModelError> {
    sqlx::raw_sql("set local lock_timeout = '10s'; set local synchronous_commit = on").execute(&mut *conn).await?;
    lasting::prepare(conn, model, Schema::of(model, Slot::Live).as_str()).await?;
    let fence = lasting::fresh_fence(conn, model).await?;
    let sql = format!(
        "insert into {schema}.checkpoints (name, fence) values ($1, $2) \
         on conflict (name) do update set fence = excluded.fence, holder = null, leased_until = null"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(model.name).bind(fence).execute(&mut *conn).await?;
    Ok(lease::checkpoint(conn, schema.as_str(), model.name).await?.unwrap_or_default())
}

async fn expire(conn: &mut PgConnection, old: &Schema, keep: Duration) -> Result<(), ReadModelError> {
    let sql = format!("update {old}.control set drop_after = clock_timestamp() + make_interval(secs => $1)");
    sqlx::query(AssertSqlSafe(sql)).bind(keep.as_secs_f64()).execute(conn).await?;
    Ok(())
}

/// Puts the former generation back in the place of the live one, which becomes the former one: a second rollback undoes the first.
/// The projector brings it up to date from where it was.
///
/// # Errors
/// There is no former generation, or the database is away.
pub async fn rollback(read: &ReadDatabase, name: &str) -> Result<(), ReadModelError> {
    let model = read.models().model(name)?;
    let [live, old, between] = [Slot::Live, Slot::Old, Slot::Swapping].map(|slot| Schema::of(model, slot));
    if !old.exists(read.pool()).await? {
        return Err(ReadModelError::Absent(format!("former generation of {name}")));
    }
    let mut tx = read.pool().begin().await?;
    lock_generations(&mut tx, model).await?;
    hold(&mut tx, model, &live).await?;
    hold(&mut tx, model, &old).await?;
    live.rename(&mut tx, &between).await?;
    old.rename(&mut tx, &live).await?;
    between.rename(&mut tx, &old).await?;
    tx.commit().await?;
    Ok(())
}

/// Drops the former generation of a read model once it need not be kept any more.
pub(crate) async fn drop_expired(model: &ReadModel, pool: &PgPool) -> Result<(), ReadModelError> {
    let old = Schema::of(model, Slot::Old);
    if !old.exists(pool).await? {
        return Ok(());
    }
    let mut tx = pool.begin().await?;
    lock_generations(&mut tx, model).await?;
    let sql = format!("select coalesce(drop_after < clock_timestamp(), false) from {old}.control");
    if sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *tx).await? {
        old.drop(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
