//! The `orderly` program.

use std::process::ExitCode;

use clap::Parser;
use orderly::cli::Cli;
use orderly::exit::Outcome;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = orderly::telemetry::start(&cli.log, cli.command.default_log()).and_then(|()| in_runtime(cli));
    outcome.unwrap_or_else(|error| tell(&error)).into()
}

fn in_runtime(cli: Cli) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(orderly::run(cli))
}

/// Each cause once: some errors repeat what they were caused by.
fn tell(error: &anyhow::Error) -> Outcome {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    eprintln!("orderly: {told}");
    Outcome::of(error)
}
