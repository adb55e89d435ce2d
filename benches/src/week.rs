//! The week of real orders through everything in one process: HTTP, log, saga, simulator, read models.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::clients::for_a_while;
use crate::figures::short;
use crate::ours::clients;
use crate::process::{Stack, program};
use crate::report::{Section, Target};
use crate::rounds::{Contest, Timing};
use crate::sample::{Measured, Sample, best};
use crate::server::Server;
use crate::stock::{self, Stock};
use crate::visible::Probe;
use crate::work::{Share, Work, sessions};

pub(crate) const TITLE: &str = "week: real orders from placement to their end";

const ABOUT: &str = "`orderly dev` on an empty folder with a Postgres of its own, and `orderly load` with the week of `examples/complete-journey`, 32 requests at once: everything in \
one process, one run. Processor time is of all of it from the first order, behind products, stock and customers, until the read model of orders shows the last event; an append of stock, measured just before, is one event on a new stream. *Visible* is what \
passes from the answer to a command, sent ten times a second meanwhile, to the answer of a query that waits until the read model of orders has seen it.";

/// Clients of the stock store.
const CLIENTS: usize = 64;

/// Loads the week into a fresh stack and says how it went.
pub(crate) async fn run(server: &Server, timing: Timing) -> anyhow::Result<Section> {
    let measured = appends_of_stock(server, timing).await?;
    let data = tempfile::tempdir()?;
    let (stack, first_start) = Stack::start(data.path()).await?;
    eprintln!("week: loading");
    let url = std::fs::read_to_string(data.path().join("database-url")).context("the stack leaves the URL of its database")?;
    let week = load(&stack, data.path(), url.trim()).await?;
    let (memory, peak) = stack.memory_mib()?;
    stack.stop()?;
    let (stack, second_start) = Stack::start(data.path()).await?;
    stack.stop()?;

    let number = |name: &str| week.summary[name].as_f64().with_context(|| format!("the summary has no {name}: {}", week.summary));
    let [orders, lines, seconds, rate] = ["orders", "lines", "seconds", "orders_per_second"].map(number);
    let (orders, rate) = (orders?, rate?);
    let order = week.work.each(orders as usize);
    let stock = best(&measured);
    let append = stock.micros().map_or(f64::NAN, |spread| spread.median);
    let rows = [
        ("orders through to their end", format!("{rate:.0} a second ({orders} orders, {} lines, in {:.1} s)", lines?, seconds?)),
        ("processor time of an order", format!("{} ms ({})", short(order.micros / 1000.0), in_ms(&order))),
        ("of Postgres' part, by session", in_ms(&week.sessions.each(orders as usize))),
        ("processor time of an append of stock, its best pool", format!("{} µs ({})", short(append), stock.name)),
        ("placing, p50", format!("{} ms", number("placing_p50_ms")?)),
        ("placing, p99", format!("{} ms", number("placing_p99_ms")?)),
        ("appended to visible, p50", format!("{} ms", short(week.visible.percentile_ms(0.5).unwrap_or(f64::NAN)))),
        ("appended to visible, p99", format!("{} ms", short(week.visible.percentile_ms(0.99).unwrap_or(f64::NAN)))),
        ("memory of the process, without Postgres", format!("{memory} MiB at the end, {peak} MiB at most")),
        ("first start, with a new Postgres", format!("{:.1} s", first_start.as_secs_f64())),
        ("start on kept data", format!("{:.1} s", second_start.as_secs_f64())),
    ];
    let mut section = Section::new(TITLE, ABOUT);
    section.table(&["what", "figure"], rows.map(|(what, figure)| vec![what.to_owned(), figure]));
    section.rates("appends", &measured.iter().collect::<Vec<_>>());
    section.targets(&[
        Target::at_most("processor time of a real order, to one append of stock", 20.0, "×", order.micros / append),
        Target::at_least("real orders a second, from placement to completion", 350.0, "/s", rate),
        Target::at_most("memory at most", 256.0, " MiB", peak as f64),
        Target::at_most("second start", 3.0, " s", second_start.as_secs_f64()),
    ]);
    Ok(section)
}

fn in_ms(share: &Share) -> String {
    let rooms = share.rooms.iter().filter(|(_, micros)| micros * 200.0 >= share.micros);
    rooms.map(|(room, micros)| format!("{room} {}", short(micros / 1000.0))).collect::<Vec<_>>().join(", ")
}

async fn appends_of_stock(server: &Server, timing: Timing) -> anyhow::Result<Vec<Measured>> {
    let stores = Stock::open_all(&server.database("week_stock").await?).await?;
    let watched = &server.watched(stock::HERE).await?;
    let mut contest = Contest::new("week");
    for (pool, store) in &stores {
        contest.enter(format!("stock, {CLIENTS} clients, pool of {pool}"), move |_| {
            for_a_while(clients(CLIENTS, || stock::AddsProducts(store.clone())), timing, Some(watched.clone()))
        });
    }
    let measured = contest.run(timing).await;
    for (_, store) in &stores {
        store.pool.close().await;
    }
    measured
}

/// What the week came to.
pub(crate) struct Week {
    summary: Value,
    work: Work,
    sessions: Work,
    visible: Sample,
}

impl Week {
    /// As orders that were done.
    pub(crate) fn sample(self) -> Sample {
        let number = |name: &str| self.summary[name].as_f64().unwrap_or_default();
        let within = Duration::from_secs_f64(number("seconds").max(0.001));
        Sample::new(number("orders") as usize, within, self.visible.latencies().to_vec()).with_work(self.work)
    }
}

/// Sends the week to a stack.
pub(crate) async fn load(stack: &Stack, data_dir: &Path, url: &str) -> anyhow::Result<Week> {
    let watched = stack.watched(url).await?;
    let probe = Probe::new(stack, data_dir)?;
    let sending = send(stack, data_dir);
    tokio::pin!(sending);
    tokio::select! {
        early = &mut sending => bail!("the load ended before its first order: {early:?}"),
        placed = first_order(url) => placed?,
    }
    let (before, sessions_before) = (watched.until_now()?, sessions(url).await?);
    let probing = probe.start();
    let summary = sending.await;
    let visible = probing.finish().await?;
    let (work, sessions) = (watched.until_now()?.since(&before), sessions(url).await?.since(&sessions_before));
    Ok(Week { summary: summary?, work, sessions, visible })
}

/// Until an order has its process: everything that orders need is there by then.
async fn first_order(url: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    while !sqlx::query_scalar::<_, bool>("select exists (select from process.instances)").fetch_one(&mut connection).await? {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(connection.close().await?)
}

async fn send(stack: &Stack, data_dir: &Path) -> anyhow::Result<Value> {
    let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/complete-journey"));
    let mut command = tokio::process::Command::new(program("orderly")?);
    command.arg("load").arg(files.join("order-lines-first-week.csv.gz"));
    command.arg("--products").arg(files.join("products.csv.gz")).arg("--customers").arg(files.join("customers.csv.gz"));
    command.args(["--url", &stack.command_url(), "-o", "json", "--data-dir"]).arg(data_dir);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    ensure!(output.status.success(), "the load ended with {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
