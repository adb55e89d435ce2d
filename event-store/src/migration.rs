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

/// The last migration of the log that was applied to a database; 0 in an empty one.
///
/// # Errors
/// The database is away, or may not be looked at.
pub async fn migrated_to(url: &str) -> Result<i64, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let migrated: bool = sqlx::query_scalar("select to_regclass('log.migrations') is not null").fetch_one(&mut connection).await?;
    let version = if migrated {
        sqlx::query_scalar("select coalesce(max(version), 0) from log.migrations where success").fetch_one(&mut connection).await?
    } else {
        0
    };
    connection.close().await?;
    Ok(version)
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("../migrations/log");
    // Beside the log, so that other schemas of the same database keep their own.
    migrator.create_schema("log");
    migrator.dangerous_set_table_name("log.migrations");
    migrator
}
