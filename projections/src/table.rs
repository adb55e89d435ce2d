//! The table of a generation: rows loaded and stored as JSON by their keys, whatever their columns. No read model writes SQL of its own for this.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{Acquire, AssertSqlSafe, PgConnection, PgPool};

use crate::ReadModelError;
use crate::letter::Letter;
use crate::model::ReadModel;
use crate::schema::Schema;

/// How rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All with one statement.
    Together,
    /// Each by itself, after the one statement was refused: it shows which row is at fault.
    Apart,
}

/// The statements of one generation.
#[derive(Debug)]
pub(crate) struct Table {
    name: String,
    load: String,
    upsert: String,
    delete: String,
    park: String,
}

/// What a generation knows of some keys.
pub(crate) struct Loaded<R> {
    pub(crate) rows: HashMap<String, R>,
    /// Keys that wait behind a dead letter.
    pub(crate) parked: HashSet<String>,
    /// Rows that somebody changed so that they cannot be read, with what is wrong.
    pub(crate) broken: HashMap<String, String>,
}

impl<R> Default for Loaded<R> {
    fn default() -> Self {
        Self { rows: HashMap::new(), parked: HashSet::new(), broken: HashMap::new() }
    }
}

/// A row with its key, as the table has it.
#[derive(Serialize)]
struct Keyed<'a, R> {
    key: &'a str,
    #[serde(flatten)]
    row: &'a R,
}

impl Table {
    /// The table of a generation that exists.
    pub(crate) async fn open(model: &ReadModel, schema: &Schema, pool: &PgPool) -> Result<Self, ReadModelError> {
        let name = format!("{schema}.{}", model.name);
        let columns = columns(&name, pool).await?;
        let set: Vec<String> =
            columns.iter().filter(|column| *column != "key").map(|column| format!("{column} = excluded.{column}")).collect();
        let (columns, set) = (columns.join(", "), set.join(", "));
        Ok(Self {
            load: format!(
                "select key, row_to_json(r)::text from {name} r where key = any($1) \
                 union all select distinct key, null from {schema}.dead_letters where key = any($1)"
            ),
            upsert: format!(
                "insert into {name} ({columns}) select {columns} from jsonb_populate_recordset(null::{name}, $1::text::jsonb) \
                 on conflict (key) do update set {set}"
            ),
            delete: format!("delete from {name} where key = any($1)"),
            park: format!(
                "insert into {schema}.dead_letters (key, position, event_id, event_type, cause) \
                 select * from unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::text[])"
            ),
            name,
        })
    }

    /// The rows with these keys, and which of the keys wait behind a dead letter.
    pub(crate) async fn load<R: DeserializeOwned>(&self, conn: &mut PgConnection, keys: &[String]) -> Result<Loaded<R>, ReadModelError> {
        let found: Vec<(String, Option<String>)> = sqlx::query_as(AssertSqlSafe(self.load.as_str())).bind(keys).fetch_all(conn).await?;
        let mut loaded = Loaded { rows: HashMap::with_capacity(found.len()), ..Loaded::default() };
        for (key, json) in found {
            match json.as_deref().map(serde_json::from_str) {
                Some(Ok(row)) => drop(loaded.rows.insert(key, row)),
                Some(Err(problem)) => drop(loaded.broken.insert(key, self.unreadable(problem).to_string())),
                None => drop(loaded.parked.insert(key)),
            }
        }
        Ok(loaded)
    }

    /// Stores rows that have changed; answers the keys of those that the database refused, with what it said.
    pub(crate) async fn store<R: Serialize>(
        &self,
        conn: &mut PgConnection,
        changed: &BTreeMap<String, Option<R>>,
        manner: Manner,
    ) -> Result<HashMap<String, String>, ReadModelError> {
        let gone: Vec<&str> = changed.iter().filter(|(_, row)| row.is_none()).map(|(key, _)| key.as_str()).collect();
        if !gone.is_empty() {
            sqlx::query(AssertSqlSafe(self.delete.as_str())).bind(&gone).execute(&mut *conn).await?;
        }
        let kept: Vec<Keyed<'_, R>> = changed.iter().filter_map(|(key, row)| Some(Keyed { key, row: row.as_ref()? })).collect();
        match manner {
            Manner::Together => self.upsert(conn, &kept).await.map(|()| HashMap::new()),
            Manner::Apart => self.upsert_apart(conn, &kept).await,
        }
    }

    async fn upsert<R: Serialize>(&self, conn: &mut PgConnection, rows: &[Keyed<'_, R>]) -> Result<(), ReadModelError> {
        if rows.is_empty() {
            return Ok(());
        }
        let json = serde_json::to_string(rows).map_err(|source| self.unreadable(source))?;
        sqlx::query(AssertSqlSafe(self.upsert.as_str())).bind(json).execute(conn).await?;
        Ok(())
    }

    async fn upsert_apart<R: Serialize>(
        &self,
        conn: &mut PgConnection,
        rows: &[Keyed<'_, R>],
    ) -> Result<HashMap<String, String>, ReadModelError> {
        let mut refused = HashMap::new();
        for row in rows {
            let mut savepoint = conn.begin().await?;
            match self.upsert(&mut savepoint, std::slice::from_ref(row)).await {
                Ok(()) => savepoint.commit().await?,
                Err(error) if error.is_bad_row() => {
                    savepoint.rollback().await?;
                    refused.insert(row.key.to_owned(), error.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }

    pub(crate) async fn park(&self, conn: &mut PgConnection, letters: &[Letter]) -> Result<(), ReadModelError> {
        if letters.is_empty() {
            return Ok(());
        }
        let query = sqlx::query(AssertSqlSafe(self.park.as_str()))
            .bind(letters.iter().map(|letter| letter.key.as_str()).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.position).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.event_id).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.event_type.as_str()).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.cause.as_deref()).collect::<Vec<_>>());
        query.execute(conn).await?;
        Ok(())
    }

    fn unreadable(&self, source: serde_json::Error) -> ReadModelError {
        ReadModelError::Row { table: self.name.clone(), source }
    }
}

async fn columns(table: &str, pool: &PgPool) -> Result<Vec<String>, ReadModelError> {
    let sql = "select quote_ident(attname) from pg_catalog.pg_attribute \
               where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum";
    Ok(sqlx::query_scalar(sql).bind(table).fetch_all(pool).await?)
}
