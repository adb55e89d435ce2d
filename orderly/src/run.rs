use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::exit::Outcome;
use crate::{chores, dev, load_command, roles};

/// Does what was typed.
///
/// # Errors
/// It could not be done; [`outcome_of`](crate::exit::outcome_of) says with which code to end.
pub async fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let output = cli.output;
    match cli.command {
        Command::Dev(args) => dev::run(*args, &output).await,
        Command::Load(args) => load_command::run(&args, &output).await,
        Command::CommandApi(args) => roles::run(args.settings()?).await,
        Command::QueryApi(args) => args.run().await,
        Command::Projector(args) => roles::run(args.settings()?).await,
        Command::ProcessManager(args) => roles::run(args.settings()?).await,
        Command::Simulator(args) => args.run().await,
        Command::Migrate(args) => chores::migrate(&args, &output).await,
        Command::Keys(args) => chores::keys(&args, &output),
        Command::Token(args) => chores::token(&args, &output),
        Command::Doctor(args) => chores::doctor(&args, &output).await,
        Command::Openapi => chores::openapi(&output),
        Command::GraphqlSchema => chores::graphql_schema(&output),
        Command::Completions(args) => chores::completions(&args, Cli::command(), &output),
        Command::Man(args) => chores::man(&args, Cli::command(), &output),
    }
}
