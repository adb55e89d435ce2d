//! The statements of a generation: rows are loaded and stored as JSON, whatever their columns. No read model writes SQL of its own for this.
//!
//! However many tables there are, a batch loads with one statement and stores with one.

use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::ReadModelError;
use crate::changing::TableChanges;
use crate::letter::Letter;
use crate::model::{Kind, ReadModel, TableShape};
use crate::schema::Schema;

/// The statements of one generation.
#[derive(Debug)]
pub(crate) struct Statements {
    tables: &'static [TableShape],
    load: String,
    store: String,
    delete: Vec<String>,
    park: String,
}

/// What a generation has of some groups: either a row of a table, or that the group waits behind a dead letter.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Loaded {
    table: i32,
    pub(crate) key: String,
    pub(crate) part: String,
    pub(crate) json: Option<String>,
}

impl Loaded {
    /// Whose row it is; none: the group waits.
    pub(crate) fn table(&self) -> Option<usize> {
        usize::try_from(self.table).ok()
    }
}

impl Statements {
    /// Those of a generation that exists.
    pub(crate) async fn of(model: &ReadModel, schema: &Schema, pool: &PgPool) -> Result<Self, ReadModelError> {
        let mut inserts = Vec::with_capacity(model.tables.len());
        for (number, table) in model.tables.iter().enumerate() {
            inserts.push(insert(number, table, &format!("{schema}.{}", table.name), pool).await?);
        }
        Ok(Self {
            tables: model.tables,
            load: load(model, schema),
            store: format!("with {} select", inserts.join(", ")),
            delete: model.tables.iter().map(|table| delete(table, &format!("{schema}.{}", table.name))).collect(),
            park: format!(
                "insert into {schema}.dead_letters (key, position, event_id, event_type, cause) \
                 select * from unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::text[])"
            ),
        })
    }

    /// The rows that each table has of the groups it needs, and which of all these groups wait behind a dead letter.
    pub(crate) async fn load(
        &self,
        conn: &mut PgConnection,
        needed: &[Vec<String>],
        all: &[String],
    ) -> Result<Vec<Loaded>, ReadModelError> {
        let mut query = sqlx::query_as(AssertSqlSafe(self.load.as_str())).bind(all);
        for (_, keys) in self.tables.iter().zip(needed).filter(|(table, _)| table.kind != Kind::Entries) {
            query = query.bind(keys);
        }
        Ok(query.fetch_all(conn).await?)
    }

    /// Changes every table as it is said.
    pub(crate) async fn store(&self, conn: &mut PgConnection, changes: &[TableChanges]) -> Result<(), ReadModelError> {
        for (delete, change) in self.delete.iter().zip(changes).filter(|(_, change)| !change.gone.is_empty()) {
            let (keys, parts): (Vec<&str>, Vec<&str>) = change.gone.iter().map(|(key, part)| (key.as_str(), part.as_str())).unzip();
            sqlx::query(AssertSqlSafe(delete.as_str())).bind(keys).bind(parts).execute(&mut *conn).await?;
        }
        if changes.iter().all(|change| change.rows.is_none()) {
            return Ok(());
        }
        let mut query = sqlx::query(AssertSqlSafe(self.store.as_str()));
        for change in changes {
            query = query.bind(change.rows.as_deref());
        }
        query.execute(conn).await?;
        Ok(())
    }

    /// Lets events wait. A cause quotes what could not be read, and Postgres stores no U+0000 as text: it is spelled out.
    pub(crate) async fn park(&self, conn: &mut PgConnection, letters: &[Letter]) -> Result<(), ReadModelError> {
        if letters.is_empty() {
            return Ok(());
        }
        let query = sqlx::query(AssertSqlSafe(self.park.as_str()))
            .bind(letters.iter().map(|letter| letter.key.as_str()).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.position).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.event_id).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.event_type.as_str()).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.cause.as_ref().map(|cause| cause.replace('\0', "\\u0000"))).collect::<Vec<_>>());
        query.execute(conn).await?;
        Ok(())
    }
}

fn load(model: &ReadModel, schema: &Schema) -> String {
    let mut selects = vec![format!(
        "select distinct -1 as \"table\", key, ''::text as part, null::text as json from {schema}.dead_letters where key = any($1)"
    )];
    for (number, table) in model.tables.iter().enumerate().filter(|(_, table)| table.kind != Kind::Entries) {
        let (part, name, parameter) = (table.kind.part(), table.name, selects.len() + 1);
        selects.push(format!("select {number}, key, {part}, row_to_json(r)::text from {schema}.{name} r where key = any(${parameter})"));
    }
    selects.join(" union all ")
}

async fn insert(number: usize, table: &TableShape, name: &str, pool: &PgPool) -> Result<String, ReadModelError> {
    let columns = columns(name, pool).await?;
    let parameter = number + 1;
    let all = columns.join(", ");
    let insert = format!("insert into {name} ({all}) select {all} from json_populate_recordset(null::{name}, ${parameter}::text::json)");
    let conflict = match table.kind {
        Kind::Entries => String::new(),
        Kind::One | Kind::Many => {
            let key = table.kind.primary_key();
            let others = columns.iter().filter(|column| !key.contains(&column.as_str()));
            let set: Vec<String> = others.map(|column| format!("{column} = excluded.{column}")).collect();
            format!(" on conflict ({}) do update set {}", key.join(", "), set.join(", "))
        }
    };
    Ok(format!("t{number} as ({insert}{conflict})"))
}

fn delete(table: &TableShape, name: &str) -> String {
    let part = table.kind.part();
    format!("delete from {name} where key = any($1) and (key, {part}) in (select * from unnest($1::text[], $2::text[]))")
}

async fn columns(table: &str, pool: &PgPool) -> Result<Vec<String>, ReadModelError> {
    let sql = "select quote_ident(attname) from pg_catalog.pg_attribute \
               where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum";
    Ok(sqlx::query_scalar(sql).bind(table).fetch_all(pool).await?)
}
