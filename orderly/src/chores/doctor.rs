use std::path::PathBuf;

use clap::Args;
use comfy_table::{Table, presets};
use replay_tool::Show;
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use crate::embedded;
use crate::exit::Outcome;
use crate::output::{self, OutputArgs};
use crate::secrets::{FILE, TOKEN_KEY_FILE};

/// Settings of `orderly doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// The database to look at; without it, the one that `orderly dev` left in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// The data folder of `orderly dev`
    #[arg(long, env = "ORDERLY_DATA_DIR", default_value = ".orderly", value_name = "FOLDER")]
    data_dir: PathBuf,
}

/// What was looked at, and what was seen.
#[derive(Debug, Clone, Serialize)]
struct Finding {
    looked_at: &'static str,
    seen: String,
    fine: bool,
}

#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
struct Report(Vec<Finding>);

/// Looks for what would keep Orderly from running, and at how durable its database is.
///
/// # Errors
/// Stdout can't be written.
pub(crate) async fn doctor(args: &DoctorArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let mut report = Report(vec![programs(), file(args, FILE, "secrets"), file(args, TOKEN_KEY_FILE, "key of tokens")]);
    report.0.extend(database(args).await);
    output::write(output, &report)?;
    Ok(if report.0.iter().all(|finding| finding.fine) { Outcome::Done } else { Outcome::Finding })
}

fn programs() -> Finding {
    let versions = embedded::versions_on_this_machine();
    let seen = match versions.as_slice() {
        [] => "none found: `orderly dev` fetches one, or install postgresql, or set DATABASE_URL".to_owned(),
        versions => versions.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    };
    Finding { looked_at: "Postgres on this machine", fine: !versions.is_empty(), seen }
}

/// A folder in which `orderly dev` never ran lacks nothing.
fn file(args: &DoctorArgs, name: &str, what: &'static str) -> Finding {
    let path = args.data_dir.join(name);
    let (there, started) = (path.is_file(), args.data_dir.is_dir());
    let seen = match (there, started) {
        (true, _) => path.display().to_string(),
        (false, true) => format!("{} is missing: restore it", path.display()),
        (false, false) => "not made yet: `orderly dev` makes it".to_owned(),
    };
    Finding { looked_at: what, seen, fine: there || !started }
}

async fn database(args: &DoctorArgs) -> Vec<Finding> {
    let left = std::fs::read_to_string(args.data_dir.join("database-url")).ok().map(|url| url.trim().to_owned());
    let unseen = |seen, fine| vec![Finding { looked_at: "database", seen, fine }];
    match (&args.database_url, left) {
        (Some(url), _) => look(url).await.unwrap_or_else(|error| unseen(format!("can't be reached: {error}"), false)),
        (None, Some(url)) => look(&url).await.unwrap_or_else(|_| unseen("the embedded one, not running now".to_owned(), true)),
        (None, None) => unseen("no DATABASE_URL, and `orderly dev` left none".to_owned(), true),
    }
}

async fn look(url: &str) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let mut findings = vec![version(&mut connection).await?];
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        findings.push(durable(&mut connection, name).await?);
    }
    findings.push(standby(&mut connection).await?);
    connection.close().await?;
    let (found, needed) = (event_store::migrated_to(url).await?, event_store::schema_version());
    let seen = if found < needed { format!("{found}, needs {needed}: run `orderly migrate`") } else { found.to_string() };
    findings.push(Finding { looked_at: "schema", seen, fine: found >= needed });
    Ok(findings)
}

async fn version(connection: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    const OLDEST: i32 = 150_000;
    let number: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int").fetch_one(&mut *connection).await?;
    let seen: String = sqlx::query_scalar("select current_setting('server_version')").fetch_one(connection).await?;
    Ok(Finding { looked_at: "server version", seen, fine: number >= OLDEST })
}

async fn durable(connection: &mut PgConnection, name: &'static str) -> Result<Finding, sqlx::Error> {
    let value: String = sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(connection).await?;
    let fine = value != "off";
    let seen = if fine { value } else { format!("{value}: what was acknowledged can be lost when the machine fails") };
    Ok(Finding { looked_at: name, seen, fine })
}

/// Without a synchronous standby one durable server is all there is: that is how it is, not a fault.
async fn standby(connection: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    let names: String = sqlx::query_scalar("select current_setting('synchronous_standby_names')").fetch_one(connection).await?;
    let seen = if names.is_empty() { "none: nothing acknowledged is lost as long as this server's disk lives".to_owned() } else { names };
    Ok(Finding { looked_at: "synchronous standby", seen, fine: true })
}

impl Show for Report {
    fn text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        for Finding { looked_at, seen, fine } in &self.0 {
            table.add_row([if *fine { "ok" } else { "!!" }, looked_at, seen]);
        }
        format!("{table}\n")
    }
}
