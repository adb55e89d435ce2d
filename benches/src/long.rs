//! Long aggregates: a command on a stream of 10,000 events, when nothing of it is in memory and when it is.

use std::time::Instant;

use aggregates::product::Product;
use decider::{Changes, Decision, Needed, States};
use event_store::EventStore;

use crate::clients::micros;
use crate::figures::short;
use crate::ours;
use crate::report::{Section, Target};
use crate::rounds::Timing;
use crate::sample::{Measured, Sample, Spread};
use crate::server::Server;
use crate::shop;
use crate::stock::{Retries, Stock};

pub(crate) const TITLE: &str = "long: an aggregate of 10,000 events";

const EVENTS: i64 = 10_000;
/// Streams of that length: as many commands a round, each on another.
const STREAMS: usize = 20;

const ABOUT: &str = "One client, one command at a time, each of a round on another stock item. *Cold* is a log that was just opened, with nothing of the item in memory, *warm* the next \
command on the same item; *new* is the first command on an item. The product and the warehouse are in memory always. *Presumed new* is told that the item is new, so nothing is read. \
`stock` loads every event.";

pub(crate) async fn run(server: &Server, timing: Timing) -> anyhow::Result<Section> {
    let url = server.database("long_ours").await?;
    make_long(&url, timing).await?;
    let stock = Stock::open(&server.database("long_stock").await?, 8).await?;
    for number in 0..STREAMS {
        stock.long_stream(&long(number), EVENTS).await?;
    }
    let names = ["ours, cold", "ours, warm", "ours, new", "ours, presumed new", "stock, 10,000 events", "stock, new"];
    let mut measured = names.map(Measured::new);
    for round in 0..timing.rounds {
        let latencies = of_ours(&url, round).await?.into_iter().chain(of_stock(&stock, round).await?);
        for (one, latencies) in measured.iter_mut().zip(latencies) {
            let sample = Sample::of_one_caller(latencies);
            eprintln!("long, round {} of {}, {}: {sample}", round + 1, timing.rounds, one.name);
            one.add(sample);
        }
    }
    Ok(section(&measured))
}

fn section(measured: &[Measured; 6]) -> Section {
    let mut section = Section::new(TITLE, ABOUT);
    let rows = measured.iter().map(|one| {
        let of = |part| one.percentile_ms(part).map_or_else(String::new, Spread::precise);
        vec![one.name.clone(), of(0.5), of(0.9)]
    });
    section.table(&["command", "p50 ms", "p90 ms"], rows);
    let [cold, warm, new, presumed, stock, _] =
        measured.each_ref().map(|one| one.percentile_ms(0.5).map_or(f64::NAN, |spread| spread.median));
    section.targets(&[
        Target::at_most("cold, to a command on a new one", 2.0, "×", cold / new),
        Target::at_most("warm, to a command on one presumed new, which reads nothing", 1.2, "×", warm / presumed),
    ]);
    section.paragraph(&format!("Cold: {} times faster than stock on the same length.", short(stock / cold)));
    section
}

fn long(number: usize) -> String {
    format!("long-{number}")
}

fn new(round: usize, number: usize) -> String {
    format!("new-{round}-{number}")
}

fn presumed_new(round: usize, number: usize) -> String {
    format!("presumed-{round}-{number}")
}

/// The shop, and the long streams in it.
async fn make_long(url: &str, timing: Timing) -> anyhow::Result<()> {
    let log = ours::open(url).await?;
    let numbered = (0..timing.rounds).flat_map(|round| (0..STREAMS).map(move |number| (round, number)));
    let short_ones = numbered.flat_map(|(round, number)| [new(round, number), presumed_new(round, number)]);
    ours::open_shop(&log, (0..STREAMS).map(long).chain(short_ones)).await?;
    let log_ref = &log;
    let receipts = (0..EVENTS).flat_map(|_| 0..STREAMS);
    ours::for_all(receipts.map(|number| async move { ours::execute(log_ref, shop::receive(&long(number), 1)?, 1).await })).await?;
    log.close().await;
    Ok(())
}

/// A command whose streams are presumed to be new.
struct Presumed<D>(D);

impl<D: Decision> Decision for Presumed<D> {
    type Refusal = D::Refusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        self.0.streams(states).into_iter().map(|needed| Needed { presumed_new: true, ..needed }).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, D::Refusal> {
        self.0.decide(states)
    }
}

/// Cold, warm, new and presumed new, in turn, on a log that was just opened.
async fn of_ours(url: &str, round: usize) -> anyhow::Result<[Vec<u32>; 4]> {
    let log = ours::connect(url).await?;
    let mut latencies: [Vec<u32>; 4] = Default::default();
    for number in 0..STREAMS {
        let (long, new, presumed) = (long(number), new(round, number), presumed_new(round, number));
        for sku in [&long, &new, &presumed] {
            log.load::<Product>(sku).await?;
        }
        let taken = [
            timed(&log, shop::receive(&long, 1)?).await?,
            timed(&log, shop::receive(&long, 1)?).await?,
            timed(&log, shop::receive(&new, 1)?).await?,
            timed(&log, Presumed(shop::receive(&presumed, 1)?)).await?,
        ];
        latencies.iter_mut().zip(taken).for_each(|(latencies, taken)| latencies.push(taken));
    }
    log.close().await;
    Ok(latencies)
}

async fn timed<D: Decision>(log: &EventStore, command: D) -> anyhow::Result<u32> {
    let asked = Instant::now();
    ours::execute(log, command, 1).await?;
    Ok(micros(asked.elapsed()))
}

async fn of_stock(stock: &Stock, round: usize) -> anyhow::Result<[Vec<u32>; 2]> {
    let mut latencies: [Vec<u32>; 2] = Default::default();
    for number in 0..STREAMS {
        for (place, id) in [long(number), new(round, number)].iter().enumerate() {
            let asked = Instant::now();
            stock.receive(id, Retries::AtOnce).await?;
            latencies[place].push(micros(asked.elapsed()));
        }
    }
    Ok(latencies)
}
