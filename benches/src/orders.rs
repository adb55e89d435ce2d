//! Orders of eleven lines allocated: each append writes the order and eleven stock items.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aggregates::values::{CustomerId, OrderId, Sku};
use event_store::EventStore;
use uuid::Uuid;

use crate::clients::{Client, until_done};
use crate::figures::grouped;
use crate::ours::{self, clients};
use crate::report::{Section, Target};
use crate::rounds::{Contest, Timing};
use crate::sample::{Measured, Sample};
use crate::server::Server;
use crate::shop;
use crate::work::Watched;

pub(crate) const TITLE: &str = "orders: twelve streams an append";

/// Products, each with stock.
const PRODUCTS: usize = 1000;
const LINES: usize = 11;
/// Orders of a round: so many that placing them beforehand leaves them, and the stock, in memory.
const ORDERS: usize = 10_000;
const CLIENTS: [usize; 2] = [64, 256];

const ABOUT: &str = "Orders of 11 lines, each of another of 1,000 products, are placed beforehand; measured is how long clients take to have the stock of 10,000 of them held: one append \
of 12 events on 12 streams for each, all or nothing, in process, warm, with the settings by default.";

pub(crate) async fn run(server: &Server, timing: Timing) -> anyhow::Result<Section> {
    let log = ours::open(&server.database("orders").await?).await?;
    ours::execute(&log, shop::open_warehouse()?, 1).await?;
    let watched = server.watched("clients").await?;
    let mut contest = Contest::new("orders");
    for count in CLIENTS {
        let (log, watched) = (&log, &watched);
        contest.enter(format!("ours, {count} clients"), move |round| async move {
            Shop::open(log, &format!("{count}-{round}")).await?.place_all(log).await?.allocate_all(log, count, watched).await
        });
    }
    let measured = contest.run(timing).await?;
    log.close().await;

    let mut section = Section::new(TITLE, ABOUT);
    section.rates("orders", &measured.iter().collect::<Vec<_>>());
    let fastest = measured.iter().map(|one| one.per_second().median).fold(0.0, f64::max);
    section.paragraph(&format!("At best {} events a second.", grouped(fastest * (LINES + 1) as f64)));
    let target = |one: &Measured| Target::at_least(format!("orders allocated, {}", one.name), 4000.0, "/s", one.per_second().median);
    section.targets(&measured.iter().map(target).collect::<Vec<_>>());
    Ok(section)
}

/// Products with stock, and somebody who orders. Each round has its own: reservations that nothing ends would make the items of a shared one longer
/// than any shop has them.
pub(crate) struct Shop<'a> {
    name: &'a str,
    customer: CustomerId,
}

impl<'a> Shop<'a> {
    pub(crate) async fn open(log: &EventStore, name: &'a str) -> anyhow::Result<Self> {
        let shop = Self { name, customer: CustomerId::new(Uuid::now_v7()) };
        ours::execute(log, shop::register(shop.customer), 1).await?;
        let skus = || (0..PRODUCTS).map(|number| shop.sku(number));
        ours::for_all(skus().map(|sku| async move { ours::execute(log, shop::add_product(&sku)?, 1).await })).await?;
        ours::for_all(skus().map(|sku| async move { ours::execute(log, shop::receive(&sku, 1_000_000)?, 1).await })).await?;
        Ok(shop)
    }

    fn sku(&self, number: usize) -> String {
        format!("{}-{:04}", self.name, number % PRODUCTS)
    }

    /// Eleven different products, spread over all of them.
    fn skus_of(&self, order: usize) -> anyhow::Result<Vec<Sku>> {
        (0..LINES).map(|line| Ok(self.sku(order * 7919 + line * 89).parse()?)).collect()
    }

    pub(crate) async fn place_all(&self, log: &EventStore) -> anyhow::Result<Placed> {
        let orders: Vec<OrderId> = (0..ORDERS).map(|_| OrderId::new(Uuid::now_v7())).collect();
        let placing = orders
            .iter()
            .enumerate()
            .map(|(number, order)| async move { ours::execute(log, shop::place(*order, self.customer, &self.skus_of(number)?)?, 1).await });
        ours::for_all(placing).await?;
        Ok(Placed(orders))
    }
}

/// Orders whose stock is not held yet.
pub(crate) struct Placed(Vec<OrderId>);

impl Placed {
    pub(crate) async fn allocate_all(self, log: &EventStore, count: usize, watched: &Watched) -> anyhow::Result<Sample> {
        let (orders, next) = (Arc::new(self.0), Arc::new(AtomicUsize::new(0)));
        let client = || Allocates { log: log.clone(), orders: orders.clone(), next: next.clone() };
        until_done(clients(count, client), ORDERS, watched).await
    }
}

struct Allocates {
    log: EventStore,
    orders: Arc<Vec<OrderId>>,
    next: Arc<AtomicUsize>,
}

impl Client for Allocates {
    async fn ask(&mut self) -> anyhow::Result<()> {
        let order = self.orders[self.next.fetch_add(1, Ordering::Relaxed)];
        ours::execute(&self.log, shop::allocate(order)?, LINES + 1).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_lines_of_an_order_are_of_different_products() {
        let shop = Shop { name: "shop", customer: CustomerId::new(Uuid::nil()) };
        for order in 0..2 * PRODUCTS {
            assert_eq!(shop.skus_of(order).unwrap().into_iter().collect::<BTreeSet<_>>().len(), LINES);
        }
    }
}
