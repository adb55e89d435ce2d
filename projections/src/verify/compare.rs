//! Comparing two generations of a read model, table by table and row by row, in the database.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::ReadModelError;
use crate::model::{ReadModel, TableShape};
use crate::schema::Schema;
use crate::trace::RowName;

/// Rows of one page: short enough for a short transaction.
const PAGE: i64 = 2_000;

/// Groups with differing rows that are looked at again at the end; behind them nothing is certain but that much is wrong.
const MAX_KEYS: usize = 10_000;

/// What a first comparison comes to.
pub(super) struct Pages {
    /// Rows on either side.
    pub(super) rows: i64,
    /// By table, the groups with rows that differed when they were looked at.
    pub(super) differing: Vec<Vec<String>>,
}

/// A row that differs: what either side has of it.
#[derive(Debug)]
pub(super) struct Differing {
    pub(super) name: RowName,
    pub(super) live: Option<Value>,
    pub(super) replayed: Option<Value>,
}

pub(super) async fn pages(pool: &PgPool, model: &ReadModel, live: &Schema, scratch: &Schema) -> Result<Pages, ReadModelError> {
    let mut found = Pages { rows: 0, differing: Vec::with_capacity(model.tables.len()) };
    for table in model.tables {
        let (rows, differing) = pages_of(pool, table, live, scratch).await?;
        found.rows += rows;
        found.differing.push(differing);
    }
    Ok(found)
}

/// A page ends with a group: all rows of a group are compared together.
async fn pages_of(pool: &PgPool, table: &TableShape, live: &Schema, scratch: &Schema) -> Result<(i64, Vec<String>), ReadModelError> {
    let (name, key) = (table.name, table.kind.primary_key().join(", "));
    let end = format!(
        "select max(key) from (\
           (select key from {live}.{name} where key > $1 order by key limit {PAGE}) union all \
           (select key from {scratch}.{name} where key > $1 order by key limit {PAGE}) order by key limit {PAGE}) page"
    );
    let compare = format!(
        "select count(*), coalesce(array_agg(distinct key) filter (where to_jsonb(l) is distinct from to_jsonb(s)), '{{}}') \
         from (select * from {live}.{name} where key > $1 and key <= $2) l \
         full join (select * from {scratch}.{name} where key > $1 and key <= $2) s using ({key})"
    );
    let (mut rows, mut differing, mut from) = (0, Vec::new(), String::new());
    while let Some(upto) = page_end(pool, &end, &from).await? {
        let query = sqlx::query_as(AssertSqlSafe(compare.as_str())).bind(&from).bind(&upto);
        let (compared, keys): (i64, Vec<String>) = query.fetch_one(pool).await?;
        rows += compared;
        let room = MAX_KEYS.saturating_sub(differing.len());
        differing.extend(keys.into_iter().take(room));
        from = upto;
    }
    Ok((rows, differing))
}

async fn page_end(pool: &PgPool, sql: &str, from: &str) -> Result<Option<String>, ReadModelError> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).bind(from.to_owned()).fetch_one(pool).await?)
}

/// Those rows of these groups that differ now, in the order of tables and keys.
pub(super) async fn rows(
    conn: &mut PgConnection,
    model: &ReadModel,
    (live, scratch): (&Schema, &Schema),
    groups: &[Vec<String>],
) -> Result<Vec<Differing>, ReadModelError> {
    let mut found = Vec::new();
    for (number, (table, keys)) in model.tables.iter().zip(groups).enumerate() {
        let (name, key, part) = (table.name, table.kind.primary_key().join(", "), table.kind.part());
        let keyed = format!("'{{{key}}}'::text[]");
        let sql = format!(
            "select key, {part}, to_jsonb(l) - {keyed}, to_jsonb(s) - {keyed} \
             from (select * from {live}.{name} where key = any($1)) l \
             full join (select * from {scratch}.{name} where key = any($1)) s using ({key}) \
             where to_jsonb(l) is distinct from to_jsonb(s) order by {key}"
        );
        let rows: Vec<(String, String, Option<Value>, Option<Value>)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(keys).fetch_all(&mut *conn).await?;
        let differing = |(key, part, live, replayed)| Differing { name: RowName { table: number, key, part }, live, replayed };
        found.extend(rows.into_iter().map(differing));
    }
    Ok(found)
}
