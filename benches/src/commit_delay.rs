//! The same new aggregates with slower commits: what a disk or a replica that answers later would do.

use crate::bare::Bare;
use crate::clients::for_a_while;
use crate::figures::short;
use crate::ours::{self, AddsProducts, clients};
use crate::report::Section;
use crate::rounds::{Contest, Timing};
use crate::sample::{Measured, best};
use crate::server::Server;
use crate::stock::{self, Stock};
use crate::work::Watched;

pub(crate) const TITLE: &str = "commit-delay: slower commits";

const DELAYS_MICROS: [u32; 2] = [1000, 3000];
const CLIENTS: [usize; 2] = [64, 256];

const ABOUT: &str = "The commands of `append` in process, with time added to each flush of the write-ahead log by Postgres itself (`commit_delay` with `commit_siblings = 0`): whoever \
commits while another waits goes along with it, as with a slower disk.";

pub(crate) async fn run(server: &Server, timing: Timing) -> anyhow::Result<Section> {
    let stores = Stock::open_all(&server.database("delay_stock").await?).await?;
    let log = ours::open(&server.database("delay_ours").await?).await?;
    let bare = Bare::open(server).await?;
    let watched = server.watched("clients").await?;
    let mut section = Section::new(TITLE, ABOUT);
    let without = single_commit(&bare, timing).await?;
    for delay in DELAYS_MICROS {
        server.delay_commits(delay).await?;
        let with = single_commit(&bare, timing).await?;
        let measured = contest(delay, &stores, &log, timing, &watched).await;
        server.delay_commits(0).await?;
        section.paragraph(&format!("### {} ms added", delay / 1000));
        section.paragraph(&format!(
            "One client that commits one row after another: {without:.2} ms a commit without, {with:.2} ms with it (p50)."
        ));
        rows(&mut section, &measured?);
    }
    log.close().await;
    Ok(section)
}

/// What it takes one client to commit one row, in milliseconds.
async fn single_commit(bare: &Bare, timing: Timing) -> anyhow::Result<f64> {
    let sample = bare.single_rows(1, timing).await?;
    Ok(sample.percentile_ms(0.5).unwrap_or_default())
}

async fn contest(
    delay: u32,
    stores: &[(u32, Stock)],
    log: &event_store::EventStore,
    timing: Timing,
    watched: &Watched,
) -> anyhow::Result<Vec<Measured>> {
    let mut contest = Contest::new(if delay == DELAYS_MICROS[0] { "commit-delay of 1 ms" } else { "commit-delay of 3 ms" });
    for count in CLIENTS {
        for (pool, store) in stores {
            contest.enter(format!("stock, {count} clients, pool of {pool}"), move |_| {
                for_a_while(clients(count, || stock::AddsProducts(store.clone())), timing, Some(watched.here(stock::HERE)))
            });
        }
        contest.enter(format!("ours, {count} clients"), move |_| {
            for_a_while(clients(count, || AddsProducts(log.clone())), timing, Some(watched.clone()))
        });
    }
    contest.run(timing).await
}

fn rows(section: &mut Section, measured: &[Measured]) {
    section.rates("commands", &measured.iter().collect::<Vec<_>>());
    for count in CLIENTS {
        let all = |begin: String| measured.iter().filter(move |one| one.name.starts_with(&begin));
        let (stock, ours) = (best(all(format!("stock, {count} clients"))), best(all(format!("ours, {count} clients"))));
        let times = ours.per_second().median / stock.per_second().median;
        section.paragraph(&format!("{count} clients: {} × the best of stock.", short(times)));
    }
}
