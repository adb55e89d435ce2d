//! How fast it is, measured side by side with the stock store and with bare Postgres, on one Postgres that is started here. `make bench` writes
//! `benches/RESULTS.md`.
//!
//! Each part is a module with a `run` that answers a section of the results; `BENCH="append hot" make bench` runs these alone. Contestants take
//! turns in rounds ([`rounds`]); clients ask again as soon as they were answered ([`clients`]).

mod alone;
mod append;
mod bare;
mod clients;
mod commit_delay;
mod figures;
mod hot;
mod http;
mod long;
mod machine;
mod orders;
mod ours;
mod process;
mod report;
mod results;
mod rounds;
mod sample;
mod second_writer;
mod server;
mod shop;
mod stock;
mod tries;
mod visible;
mod week;
mod work;

use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use alone::Alone;
use report::Section;
use rounds::Timing;
use server::Server;
use tries::Tries;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures how fast orderly is and writes benches/RESULTS.md
#[derive(Debug, Parser)]
struct Cli {
    /// What is measured; everything, if nothing is named
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Rounds of each contestant
    #[arg(long, default_value_t = 3, value_name = "N")]
    rounds: usize,
    /// How long a round is measured, in seconds
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    seconds: f64,
    /// How long it runs before, in seconds
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    warm_up: f64,
    /// Run this one of ours alone and tell what limits it, instead of measuring side by side
    #[arg(long, value_enum, value_name = "WHO", conflicts_with = "parts")]
    alone: Option<Alone>,
    /// Clients at once, of the one that runs alone
    #[arg(long, default_value_t = 64, value_name = "N", requires = "alone")]
    clients: usize,
    /// Be the other process that writes to the same stream
    #[arg(long, hide = true)]
    second_writer: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    All,
    Append,
    Hot,
    Orders,
    Long,
    CommitDelay,
    Week,
}

impl Part {
    /// In the order in which they run and stand in the results.
    const EACH: [Self; 6] = [Self::Append, Self::Hot, Self::Orders, Self::Long, Self::CommitDelay, Self::Week];
}

const SECTIONS: [&str; 7] = [machine::TITLE, append::TITLE, hot::TITLE, orders::TITLE, long::TITLE, commit_delay::TITLE, week::TITLE];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Some(orders) = &cli.second_writer {
        return second_writer::serve(orders).await;
    }
    let everything = cli.parts.is_empty() || cli.parts.contains(&Part::All);
    let timing =
        Timing { rounds: cli.rounds.max(1), warm_up: Duration::from_secs_f64(cli.warm_up), measured: Duration::from_secs_f64(cli.seconds) };
    if let Some(who) = cli.alone {
        return alone::run(who, cli.clients, timing).await;
    }
    let (begun, tries) = (Instant::now(), Tries::listen());
    let server = Server::start().await?;
    results::write(&[machine::describe(&server).await?], &SECTIONS, "")?;
    for part in Part::EACH.into_iter().filter(|part| everything || cli.parts.contains(part)) {
        let stamp = machine::stamp();
        let section = measure(part, &server, timing, &tries).await?;
        println!("## {}\n\n{}", section.title(), section.text());
        results::write(&[section], &SECTIONS, &stamp)?;
    }
    server.stop().await?;
    eprintln!("done in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn measure(part: Part, server: &Server, timing: Timing, tries: &Tries) -> anyhow::Result<Section> {
    match part {
        Part::All => unreachable!("all of them stand in EACH"),
        Part::Append => append::run(server, timing).await,
        Part::Hot => hot::run(server, timing, tries).await,
        Part::Orders => orders::run(server, timing).await,
        Part::Long => long::run(server, timing).await,
        Part::CommitDelay => commit_delay::run(server, timing).await,
        Part::Week => week::run(server, timing).await,
    }
}
