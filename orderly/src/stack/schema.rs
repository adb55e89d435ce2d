//! Is the database's schema this program's?

use gateways::simulator;
use sqlx::migrate::MigrateError;

use super::StackSettings;

/// The schema is another program's.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It was migrated by a newer program.
    #[error("the database was migrated by a newer orderly (migration {migration}); run that version, or restore a backup from before")]
    Newer {
        /// The first migration that this program does not know.
        migration: i64,
    },
    /// It was not migrated, or by an older program.
    #[error("the database's schema is {found}, this orderly needs {needed}; run `orderly migrate` first")]
    Older {
        /// What it is.
        found: i64,
        /// What it must be.
        needed: i64,
    },
    /// A migration was begun and did not succeed.
    #[error(
        "migration {migration} was begun and never finished, says its row in {table}; see in Postgres' log why, undo what it did, \
         delete from {table} where version = {migration}, and start again"
    )]
    Unfinished {
        /// Which.
        migration: i64,
        /// Where it is written down.
        table: &'static str,
    },
    /// A migration that was applied has another text than this program's.
    #[error(
        "migration {migration} was applied with another text: the database is that of another build; run that build, or start with an empty database"
    )]
    Changed {
        /// Which.
        migration: i64,
    },
}

/// Brings the schemas up to date, or checks that they are.
pub(super) async fn prepare(settings: &StackSettings) -> anyhow::Result<()> {
    let url = &settings.log.database_url;
    if settings.migrate { migrate(url).await } else { check(url).await }
}

/// Brings the schemas of a database up to date.
///
/// # Errors
/// It can't be reached, or is a newer program's.
pub(crate) async fn migrate(url: &str) -> anyhow::Result<()> {
    event_store::migrate(url).await.map_err(|error| explained(error.into(), "log.migrations"))?;
    simulator::migrate(url).await.map_err(|error| explained(error.into(), "simulator.migrations"))
}

/// What a failed migration means for who started the program.
fn explained(error: anyhow::Error, table: &'static str) -> anyhow::Error {
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<MigrateError>());
    if let Some(MigrateError::VersionMissing(migration)) = failure {
        return SchemaError::Newer { migration: *migration }.into();
    }
    if let Some(MigrateError::Dirty(migration)) = failure {
        return SchemaError::Unfinished { migration: *migration, table }.into();
    }
    if let Some(MigrateError::VersionMismatch(migration)) = failure {
        return SchemaError::Changed { migration: *migration }.into();
    }
    error
}

async fn check(url: &str) -> anyhow::Result<()> {
    let (found, needed) = (event_store::migrated_to(url).await?, event_store::schema_version());
    if found < needed { Err(SchemaError::Older { found, needed }.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_that_failed_half_way_names_its_row() {
        let told = explained(MigrateError::Dirty(3).into(), "log.migrations").to_string();
        assert!(told.contains("delete from log.migrations where version = 3"), "{told}");
    }
}
