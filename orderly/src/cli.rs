//! Everything that may be typed.

use clap::{Parser, Subcommand};

use crate::chores::{CompletionsArgs, DoctorArgs, KeysArgs, ManArgs, MigrateArgs, TokenArgs};
use crate::dev::DevArgs;
use crate::load::LoadArgs;
use crate::output::OutputArgs;
use crate::roles::{CommandApiArgs, ProcessManagerArgs, ProjectorRoleArgs, QueryApiArgs, SimulatorRoleArgs};
use crate::telemetry::LogOutputArgs;

/// Orders from placement to delivery, event-sourced on Postgres.
///
/// `orderly dev` starts everything on a Postgres of its own. In production each role is a process of its own, any number of each at once.
///
/// Exit codes: 0 done, nothing wrong; 1 a finding, or a fault of the program; 2 usage; 3 a dependency can't be reached; 4 refused (another state or a right is
/// needed); 5 not found; 130 interrupted, can be resumed.
#[derive(Debug, Parser)]
#[command(name = "orderly", version, propagate_version = true, max_term_width = 120)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    /// How results are written.
    pub output: OutputArgs,
    #[command(flatten)]
    /// What is logged.
    pub log: LogOutputArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything in one process, on a Postgres of its own
    Dev(Box<DevArgs>),
    /// Send a CSV of order lines through the HTTP API
    Load(LoadArgs),
    /// Role: take commands over HTTP
    CommandApi(Box<CommandApiArgs>),
    /// Role: answer queries over GraphQL
    QueryApi(Box<QueryApiArgs>),
    /// Role: keep the read models up to date
    Projector(Box<ProjectorRoleArgs>),
    /// Role: drive each order from placement to delivery
    ProcessManager(Box<ProcessManagerArgs>),
    /// Role: a payment gateway and a carrier for development and tests
    Simulator(Box<SimulatorRoleArgs>),
    /// Bring the database's schemas up to date
    Migrate(MigrateArgs),
    /// Make the secrets and the key of tokens that the roles need
    Keys(KeysArgs),
    /// Make a token for development
    Token(TokenArgs),
    /// Look for what would keep orderly from running, and how durable its database is
    Doctor(DoctorArgs),
    /// Print the OpenAPI document of the command API
    Openapi,
    /// Print the GraphQL schema of the query API
    GraphqlSchema,
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them to a folder
    Man(ManArgs),
}

impl Command {
    /// From which level on it logs where nothing is said: a role tells of each command, what people look at only of trouble.
    pub fn default_log(&self) -> &'static str {
        match self {
            Self::CommandApi(_) | Self::QueryApi(_) | Self::Projector(_) | Self::ProcessManager(_) | Self::Simulator(_) => "info",
            Self::Dev(_)
            | Self::Load(_)
            | Self::Migrate(_)
            | Self::Keys(_)
            | Self::Token(_)
            | Self::Doctor(_)
            | Self::Openapi
            | Self::GraphqlSchema
            | Self::Completions(_)
            | Self::Man(_) => "warn",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
