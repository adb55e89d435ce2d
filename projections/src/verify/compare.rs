//! Comparing two generations of a read model, row by row, in the database.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::ReadModelError;
use crate::model::ReadModel;
use crate::schema::Schema;

/// Rows of one page: short enough for a short transaction.
const PAGE: i64 = 2_000;

/// Differing keys that are looked at again at the end; behind them nothing is certain but that much is wrong.
const MAX_KEYS: usize = 10_000;

/// What a first comparison comes to.
pub(super) struct Pages {
    /// Rows on either side.
    pub(super) rows: i64,
    /// Keys of rows that differed when they were looked at.
    pub(super) differing: Vec<String>,
}

/// A row that differs: what either side has of it.
#[derive(Debug)]
pub(super) struct Differing {
    pub(super) key: String,
    pub(super) live: Option<Value>,
    pub(super) replayed: Option<Value>,
}

pub(super) async fn pages(pool: &PgPool, model: &ReadModel, live: &Schema, scratch: &Schema) -> Result<Pages, ReadModelError> {
    let table = model.name;
    let end = format!(
        "select max(key) from (\
           (select key from {live}.{table} where key > $1 order by key limit {PAGE}) union all \
           (select key from {scratch}.{table} where key > $1 order by key limit {PAGE}) order by key limit {PAGE}) page"
    );
    let compare = format!(
        "select count(*), coalesce(array_agg(key) filter (where to_jsonb(l) is distinct from to_jsonb(s)), '{{}}') \
         from (select * from {live}.{table} where key > $1 and key <= $2) l \
         full join (select * from {scratch}.{table} where key > $1 and key <= $2) s using (key)"
    );
    let mut found = Pages { rows: 0, differing: Vec::new() };
    let mut from = String::new();
    while let Some(upto) = page_end(pool, &end, &from).await? {
        let query = sqlx::query_as(AssertSqlSafe(compare.as_str())).bind(&from).bind(&upto);
        let (rows, differing): (i64, Vec<String>) = query.fetch_one(pool).await?;
        found.rows += rows;
        let room = MAX_KEYS.saturating_sub(found.differing.len());
        found.differing.extend(differing.into_iter().take(room));
        from = upto;
    }
    Ok(found)
}

async fn page_end(pool: &PgPool, sql: &str, from: &str) -> Result<Option<String>, ReadModelError> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).bind(from.to_owned()).fetch_one(pool).await?)
}

/// Those of these rows that differ now, in the order of their keys.
pub(super) async fn rows(
    conn: &mut PgConnection,
    model: &ReadModel,
    live: &Schema,
    scratch: &Schema,
    keys: &[String],
) -> Result<Vec<Differing>, ReadModelError> {
    let table = model.name;
    let sql = format!(
        "select key, to_jsonb(l) - 'key', to_jsonb(s) - 'key' \
         from (select * from {live}.{table} where key = any($1)) l \
         full join (select * from {scratch}.{table} where key = any($1)) s using (key) \
         where to_jsonb(l) is distinct from to_jsonb(s) order by key"
    );
    let rows: Vec<(String, Option<Value>, Option<Value>)> = sqlx::query_as(AssertSqlSafe(sql)).bind(keys).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(key, live, replayed)| Differing { key, live, replayed }).collect())
}
