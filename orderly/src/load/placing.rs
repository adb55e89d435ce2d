//! Placing the orders, in the order of their time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::stream::{self, TryStreamExt};
use serde_json::{Value, json};

use super::LoadError;
use super::client::{Answer, Kind};
use super::following::{Following, Seen};
use super::input::{Checked, FileLine, FileOrder};
use super::outcome::Refusal;
use super::progress::{Phase, Progress};
use super::things::Sender;

/// What placing came to.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// How long each placing took, tries and all.
    pub(super) latencies: Vec<Duration>,
    /// Those that the server refused.
    pub(super) refusals: Vec<Refusal>,
    /// What became of the others.
    pub(super) seen: Seen,
    /// From the first placing until the last order was over.
    pub(super) elapsed: Duration,
    /// From the first placing to the last.
    pub(super) placing: Duration,
}

/// Places what is missing and waits until every order is over.
pub(super) async fn orders(
    sender: Sender<'_>,
    checked: &Checked,
    count: u64,
    patience: Duration,
    progress: &Progress,
) -> Result<Placed, LoadError> {
    let (placing, ending) = (progress.phase("orders placed", count), progress.phase("orders final", count));
    let (following, all_placed) = (Following::default(), AtomicBool::new(false));
    let started = Instant::now();
    let place = async {
        let placed = place_missing(sender, checked, &following, &placing, &ending).await;
        all_placed.store(true, Ordering::Release);
        placed
    };
    let follow = following.until_final(sender.client, patience, || all_placed.load(Ordering::Acquire), &ending);
    let (placed, ()) = futures::try_join!(place, follow)?;
    Ok(Placed { elapsed: started.elapsed(), seen: following.seen(), ..placed })
}

async fn place_missing(
    sender: Sender<'_>,
    checked: &Checked,
    following: &Following,
    placing: &Phase,
    ending: &Phase,
) -> Result<Placed, LoadError> {
    let started = Instant::now();
    let orders = stream::iter(checked.orders()?).map_err(LoadError::Input);
    let missing = sender.missing(
        Kind::Order,
        orders,
        |order: &FileOrder| order.reference.clone(),
        |order, found| {
            placing.advance(1);
            following.there(order, found, ending);
        },
    );
    let outcomes = missing.map_ok(|order| place(sender, following, order)).try_buffer_unordered(sender.concurrency);
    let mut placed = outcomes
        .try_fold(Placed::default(), |mut placed, outcome| async move {
            placing.advance(1);
            match outcome {
                Ok(latency) => placed.latencies.push(latency),
                Err(refusal) => {
                    ending.advance(1);
                    placed.refusals.push(refusal);
                }
            }
            Ok(placed)
        })
        .await?;
    placed.placing = started.elapsed();
    Ok(placed)
}

/// Places one order: how long it took, or why it was refused.
async fn place(sender: Sender<'_>, following: &Following, order: FileOrder) -> Result<Result<Duration, Refusal>, LoadError> {
    following.room().await;
    let started = Instant::now();
    match sender.client.command("/v1/orders", &order.reference, &body(&order)).await? {
        Answer::Done => {
            let took = started.elapsed();
            following.placed(order);
            Ok(Ok(took))
        }
        Answer::Refused(problem) => Ok(Err(Refusal::new(format!("order {}", order.reference), &problem))),
    }
}

fn body(order: &FileOrder) -> Value {
    json!({
        "customer_reference": order.customer,
        "currency": order.currency,
        "channel_reference": order.reference,
        "placed_at": order.placed_at,
        "lines": order.lines.iter().map(line).collect::<Vec<_>>(),
        "total": { "amount": order.total(), "currency": order.currency },
        "delivery": { "kind": "pickup", "warehouse": order.warehouse },
        "payment": { "kind": "card" },
        "policy": { "stock": "all", "on_decline": "reject" },
    })
}

fn line(line: &FileLine) -> Value {
    json!({ "sku": line.sku, "quantity": line.quantity, "unit_price": line.unit_price, "discount": line.discount })
}
