//! What belongs to a read model and not to one of its generations: whether it was told to wait, and which fences were given out.

use event_store::session;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::ReadModelError;
use crate::model::ReadModel;

/// So many fences are in a range: a generation gets them one by one, and no other ever has one of them.
const RANGE: i64 = 1 << 32;

/// Makes room for it, and takes over what an older program kept in the live generation: its schema is named, for it may not be there.
pub(crate) async fn prepare(conn: &mut PgConnection, model: &ReadModel, live: &str) -> Result<(), ReadModelError> {
    if !is_there(conn).await? {
        create(conn).await?;
    }
    let known = "select exists (select from read_models.models where name = $1)";
    if sqlx::query_scalar(known).bind(model.name).fetch_one(&mut *conn).await? {
        return Ok(());
    }
    let paused = paused_in_generation(conn, live).await?;
    let sql = "insert into read_models.models (name, paused) values ($1, $2) on conflict (name) do nothing";
    sqlx::query(sql).bind(model.name).bind(paused).execute(conn).await?;
    Ok(())
}

/// One of several processes does it, the others wait.
async fn create(conn: &mut PgConnection) -> Result<(), ReadModelError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('orderly read models', 0))").execute(&mut *conn).await?;
    let reader = session::READER;
    let grants = format!(
        "do $$ begin
             if to_regrole('{reader}') is not null then
                 grant usage on schema read_models to {reader};
                 grant select on all tables in schema read_models to {reader};
             end if;
         end $$"
    );
    let sql = format!("set local client_min_messages = warning;\n{}\n{grants}", include_str!("lasting.sql"));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

async fn is_there(conn: &mut PgConnection) -> Result<bool, ReadModelError> {
    Ok(sqlx::query_scalar("select to_regclass('read_models.models') is not null").fetch_one(conn).await?)
}

/// The beginning of a range of fences that nobody was ever given. A checkpoint that gets it outdates every holder of before, whichever generation they knew.
pub(crate) async fn fresh_fence(conn: &mut PgConnection, model: &ReadModel) -> Result<i64, ReadModelError> {
    let sql = "update read_models.models set fences = fences + 1 where name = $1 returning fences";
    let range: i64 = sqlx::query_scalar(sql).bind(model.name).fetch_one(conn).await?;
    Ok(range * RANGE)
}

/// Whether it was told to wait.
pub(crate) async fn is_paused(conn: &mut PgConnection, model: &ReadModel, live: &str) -> Result<bool, ReadModelError> {
    if is_there(conn).await? {
        let paused = "select paused from read_models.models where name = $1";
        let paused: Option<bool> = sqlx::query_scalar(paused).bind(model.name).fetch_optional(&mut *conn).await?;
        if let Some(paused) = paused {
            return Ok(paused);
        }
    }
    paused_in_generation(conn, live).await
}

/// Where an older program kept it.
async fn paused_in_generation(conn: &mut PgConnection, live: &str) -> Result<bool, ReadModelError> {
    let there: bool =
        sqlx::query_scalar("select to_regclass($1) is not null").bind(format!("{live}.control")).fetch_one(&mut *conn).await?;
    if !there {
        return Ok(false);
    }
    Ok(sqlx::query_scalar(AssertSqlSafe(format!("select paused from {live}.control"))).fetch_one(conn).await?)
}

/// Tells it to wait, or to go on; and an older program, too, that keeps the live generation.
pub(crate) async fn set_paused(conn: &mut PgConnection, model: &ReadModel, live: &str, paused: bool) -> Result<(), ReadModelError> {
    let sql = "update read_models.models set paused = $2 where name = $1";
    sqlx::query(sql).bind(model.name).bind(paused).execute(&mut *conn).await?;
    let sql = format!("update {live}.control set paused = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(paused).execute(conn).await?;
    Ok(())
}
