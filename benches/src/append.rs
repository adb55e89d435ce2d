//! New aggregates: each command writes the first event of a stream.

use event_store::EventStore;

use crate::bare::{self, Bare};
use crate::clients::for_a_while;
use crate::figures::grouped;
use crate::http::{CommandApi, Request};
use crate::ours::{self, AddsProducts, clients};
use crate::report::{Section, Target};
use crate::rounds::{Contest, Timing};
use crate::sample::{Measured, best};
use crate::server::Server;
use crate::stock::{self, Stock};
use crate::work::Watched;

pub(crate) const TITLE: &str = "append: new aggregates";

/// Clients at once.
const CLIENTS: [usize; 2] = [64, 256];

const ABOUT: &str = "Each command adds a product: one event on a new stream. `stock` is cqrs-es on postgres-es in process, `ours` the log in process, both with the same \
event (stock reads the stream first, ours presumes it new and lets the append find out); over HTTP it is `POST /v1/products` to `orderly command-api`, a process of its own, with 1,000 different tokens and a new idempotency key each time, its load generator on \
the same cores. Bare Postgres writes the same row into a table with the log's columns and indexes, and does nothing else.";

pub(crate) async fn run(server: &Server, timing: Timing) -> anyhow::Result<Section> {
    let stores = Stock::open_all(&server.database("append_stock").await?).await?;
    let log = ours::open(&server.database("append_ours").await?).await?;
    let http_url = server.database("append_http").await?;
    event_store::migrate(&http_url).await?;
    let api = CommandApi::start(&http_url).await?;
    let bare = Bare::open(server).await?;
    let watched = server.watched("clients").await?;

    let measured = contest(&stores, &log, &api, &bare, timing, &watched).run(timing).await?;
    api.stop()?;
    log.close().await;
    Ok(section(&measured))
}

fn contest<'a>(
    stores: &'a [(u32, Stock)],
    log: &'a EventStore,
    api: &'a CommandApi,
    bare: &'a Bare,
    timing: Timing,
    watched: &'a Watched,
) -> Contest<'a> {
    let mut contest = Contest::new("append");
    for count in CLIENTS {
        for (pool, store) in stores {
            contest.enter(format!("stock, {count} clients, pool of {pool}"), move |_| {
                for_a_while(clients(count, || stock::AddsProducts(store.clone())), timing, Some(watched.here(stock::HERE)))
            });
        }
        contest.enter(format!("ours, {count} clients"), move |_| {
            for_a_while(clients(count, || AddsProducts(log.clone())), timing, Some(watched.clone()))
        });
        contest.enter(format!("ours over HTTP, {count} clients"), move |_| async move {
            for_a_while(api.clients(count, Request::AddProduct).await?, timing, Some(api.watched(watched))).await
        });
    }
    contest.enter("bare Postgres: pgbench, a row a commit, 64 clients", move |_| bare.single_rows(64, timing));
    contest.enter("bare Postgres: 500 rows a commit, 1 connection", move |_| bare.batches(1, timing));
    contest.enter("bare Postgres: 500 rows a commit, 2 connections", move |_| bare.batches(2, timing));
    contest.enter(format!("bare Postgres: COPY of {} rows", grouped(bare::COPY as f64)), |_| bare.copy());
    contest
}

/// Those whose name begins so.
fn all<'a>(measured: &'a [Measured], begin: &str) -> impl Iterator<Item = &'a Measured> {
    measured.iter().filter(move |one| one.name.starts_with(begin))
}

fn section(measured: &[Measured]) -> Section {
    let mut section = Section::new(TITLE, ABOUT);
    section.rates("commands", &measured.iter().collect::<Vec<_>>());
    let mut targets = Vec::new();
    for (count, times) in CLIENTS.into_iter().zip([3.0, 4.0]) {
        let stock = best(all(measured, &format!("stock, {count} clients")));
        let http = best(all(measured, &format!("ours over HTTP, {count} clients")));
        let in_process = best(all(measured, &format!("ours, {count} clients")));
        let than_stock = |one: &Measured| one.per_second().median / stock.per_second().median;
        let p99 = |one: &Measured| one.percentile_ms(0.99).map_or(f64::NAN, |spread| spread.median);
        let lowest = all(measured, &format!("stock, {count} clients")).map(p99).fold(f64::INFINITY, f64::min);
        targets.push(Target::at_least(format!("over HTTP, {count} clients, to the best of stock"), times, "×", than_stock(http)));
        targets.push(Target::at_most("its p99, at most the lowest of stock", lowest, " ms", p99(http)));
        let micros = |one: &Measured| one.micros().map_or(f64::NAN, |spread| spread.median);
        let (least, by_http, by_us) = (micros(stock), micros(stock) / micros(http), micros(stock) / micros(in_process));
        let wanted = if count == CLIENTS[0] { 2.5 } else { 3.0 };
        targets.push(Target::at_least(
            format!("processor time of a command of stock's best pool to one over HTTP, {count} clients"),
            wanted,
            "×",
            by_http,
        ));
        section.paragraph(&format!(
            "In process, {count} clients: {:.1} × the best of stock; of the processors a command takes 1/{by_us:.1} of the {least:.0} µs of stock.",
            than_stock(in_process)
        ));
    }
    section.targets(&targets);
    section
}
