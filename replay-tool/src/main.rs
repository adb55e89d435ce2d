//! `replay`: see [`replay_tool`].

use std::process::ExitCode;

use clap::Parser;
use replay_tool::Cli;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // What the libraries tell of single statements is for who looks for it.
    let filter = EnvFilter::try_from_env("ORDERLY_LOG").unwrap_or_else(|_| EnvFilter::new("warn,sqlx=error"));
    let colors = cli.output.colors(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colors).without_time().init();
    replay_tool::run(cli).await.into()
}
