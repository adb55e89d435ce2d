use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

use crate::StoreError;

/// Brings the log's schema up to date: forward only, each file in a transaction of its own, one migrating process at a time.
///
/// `admin_url` names a role that may create schemas; one that may create roles too makes the group roles `orderly_owner`, `orderly_writer` and `orderly_reader`.
///
/// # Errors
/// [`StoreError`] if the database is away or a migration does not apply.
pub async fn migrate(admin_url: &str) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect(admin_url).await?;
    migrator().run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// The version of the schema that this program was built with.
pub fn schema_version() -> i64 {
    migrator().iter().map(|migration| migration.version).max().unwrap_or(0)
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("../migrations/log");
    // Beside the log, so that other schemas of the same database keep their own.
    migrator.create_schema("log");
    migrator.dangerous_set_table_name("log.migrations");
    migrator
}
