//! The `orderly` program.

use std::process::ExitCode;

use clap::Parser;
use orderly::cli::Cli;
use orderly::exit::{Outcome, outcome_of};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = orderly::telemetry::start(&cli.log, cli.command.default_log()).and_then(|_written_at_the_end| in_runtime(cli));
    outcome.unwrap_or_else(|error| tell(&error)).into()
}

fn in_runtime(cli: Cli) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(orderly::run(cli))
}

fn tell(error: &anyhow::Error) -> Outcome {
    eprintln!("orderly: {}", orderly::words::of(error));
    outcome_of(error)
}
