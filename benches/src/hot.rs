//! One hot aggregate: everybody writes to the same stream.

use std::sync::Arc;

use event_store::EventStore;

use crate::clients::for_a_while;
use crate::http::{CommandApi, Request};
use crate::ours::{self, clients, receivers};
use crate::report::{Section, Target};
use crate::rounds::{Contest, Timing};
use crate::sample::{Sample, best};
use crate::second_writer::SecondWriter;
use crate::server::Server;
use crate::stock::{self, Retries, Stock};
use crate::tries::Tries;
use crate::work::Watched;

pub(crate) const TITLE: &str = "hot: one aggregate";

const CLIENTS: usize = 64;

const ABOUT: &str = "64 clients receive units of one stock item, another one in each round: one event a command on one stream; ours also looks at the product and at the warehouse. \
A conflict of `stock` is tried again at once, or after a random pause of up to 1, 2, 4 … 128 ms, as long as it takes; each try reads the whole stream, which grows while it runs. Over HTTP it is `POST …/receive`, with 1,000 different tokens and a new idempotency key each time. From two \
processes it is 32 clients in each.";

pub(crate) async fn run(server: &Server, timing: Timing, tries: &Tries) -> anyhow::Result<Section> {
    let stores = Stock::open_all(&server.database("hot_stock").await?).await?;
    let url = server.database("hot_ours").await?;
    let log = ours::open(&url).await?;
    ours::open_shop(&log, names(timing).flat_map(|name| ["alone", "http", "both"].map(|who| format!("{who}-{name}")))).await?;
    let api = CommandApi::start(&url).await?;
    let watched = &server.watched("clients").await?;

    let mut contest = Contest::new("hot");
    for (retries, what) in [(Retries::AtOnce, "at once"), (Retries::Later, "after a pause")] {
        for (pool, store) in &stores {
            contest.enter(format!("stock, pool of {pool}, again {what}"), move |round| {
                let id: Arc<str> = format!("pool-{pool}-{retries:?}-{round}").into();
                for_a_while(
                    clients(CLIENTS, || stock::Receives { stock: store.clone(), id: id.clone(), retries }),
                    timing,
                    Some(watched.here(stock::HERE)),
                )
            });
        }
    }
    contest.enter("ours", |round| {
        counted(tries, for_a_while(receivers(&log, CLIENTS, &format!("alone-{round}")), timing, Some(watched.clone())))
    });
    contest.enter("ours over HTTP", |round| {
        let request = Request::Receive(format!("http-{round}").into());
        let api = &api;
        async move { for_a_while(api.clients(CLIENTS, request).await?, timing, Some(api.watched(watched))).await }
    });
    contest.enter("ours from two processes", |round| from_two(&log, &url, format!("both-{round}"), timing, (tries, watched)));
    let measured = contest.run(timing).await?;
    api.stop()?;
    log.close().await;

    let [.., alone, http, both] = measured.as_slice() else { unreachable!("three of ours were entered last") };
    let stock = best(&measured[..2 * stores.len()]);
    let than_stock = |one: &crate::sample::Measured| one.per_second().median / stock.per_second().median;
    let mut section = Section::new(TITLE, ABOUT);
    section.rates("commands", &measured.iter().collect::<Vec<_>>());
    section.targets(&[
        Target::at_least("in process, to the best of stock", 120.0, "×", than_stock(alone)),
        Target::at_least("over HTTP, to the best of stock", 60.0, "×", than_stock(http)),
        Target::at_least("from two processes, to the best of stock", 100.0, "×", than_stock(both)),
        Target::at_most(
            "from two processes, the most tries in vain of a command",
            2.0,
            "",
            f64::from(both.most_tries_in_vain().unwrap_or(0)),
        ),
    ]);
    Ok(section)
}

fn names(timing: Timing) -> impl Iterator<Item = String> {
    (0..timing.rounds).map(|round| round.to_string())
}

async fn counted(tries: &Tries, sample: impl Future<Output = anyhow::Result<Sample>>) -> anyhow::Result<Sample> {
    tries.take();
    let sample = sample.await?;
    Ok(sample.with_tries_in_vain(tries.take()))
}

/// Half of the clients here, half of them in another process.
async fn from_two(
    log: &EventStore,
    url: &str,
    sku: String,
    timing: Timing,
    (tries, watched): (&Tries, &Watched),
) -> anyhow::Result<Sample> {
    let other = SecondWriter::start(url, &sku, CLIENTS / 2, timing).await?;
    let watched = watched.with("the other process's clients", other.pid()?);
    let here = for_a_while(receivers(log, CLIENTS / 2, &sku), timing, Some(watched));
    let (here, there) = tokio::join!(counted(tries, here), other.run());
    let (here, there) = (here?, there?);
    let latencies = here.latencies().iter().chain(&there.latencies).copied().collect();
    let most_tries = here.most_tries_in_vain.max(Some(there.tries_in_vain)).unwrap_or_default();
    let work = here.work().cloned();
    Ok(Sample::new(here.done + there.done, timing.measured, latencies).with_tries_in_vain(most_tries).with_work(work))
}
