use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};

use super::SimulatorError;

/// One call at a time is in flight to the books; the others serve look-ups and the carrier.
const CONNECTIONS: u32 = 4;

/// Brings the simulator's schema up to date: forward only, one migrating process at a time.
///
/// # Errors
/// [`SimulatorError`] if the database is away or a migration does not apply.
pub async fn migrate(url: &str) -> Result<(), SimulatorError> {
    let mut connection = PgConnection::connect(url).await?;
    migrator().run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// A pool of the size that the simulator needs.
///
/// # Errors
/// [`SimulatorError::Database`] if the database is away.
pub async fn connect(url: &str) -> Result<PgPool, SimulatorError> {
    Ok(PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await?)
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("../migrations/simulator");
    migrator.create_schema("simulator");
    migrator.dangerous_set_table_name("simulator.migrations");
    migrator
}
