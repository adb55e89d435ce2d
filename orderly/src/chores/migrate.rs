use clap::Args;
use replay_tool::Show;
use serde::Serialize;

use crate::exit::Outcome;
use crate::output::{self, OutputArgs};
use crate::stack::schema;

/// Settings of `orderly migrate`.
#[derive(Debug, Clone, Args)]
pub struct MigrateArgs {
    /// Postgres 15 or newer, with a role that may create schemas
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: String,
}

/// Brings the schemas of a database up to date: forward only, one migrating process at a time.
///
/// # Errors
/// It can't be reached, or is a newer program's.
pub(crate) async fn migrate(args: &MigrateArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let before = event_store::migrated_to(&args.database_url).await?;
    schema::migrate(&args.database_url).await?;
    let after = event_store::migrated_to(&args.database_url).await?;
    output::write(output, &Migrated { before, after })?;
    Ok(Outcome::Done)
}

/// The versions of the schema, 0: there was none.
#[derive(Serialize)]
struct Migrated {
    before: i64,
    after: i64,
}

impl Show for Migrated {
    fn text(&self) -> String {
        let Self { before, after } = self;
        if before == after { format!("schema {after}: nothing to do\n") } else { format!("schema {before} → {after}\n") }
    }
}
