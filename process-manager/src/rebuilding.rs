//! Processes from the log alone: for rows that another version wrote.

use std::collections::BTreeSet;

use aggregates::order::{FulfillmentEvent, OrderEvent, PayingEvent};
use aggregates::values::OrderId;
use decider::StreamId;
use event_store::{EventStore, RecordedEvent};
use tracing::info;
use uuid::Uuid;

use crate::folding::occurrence;
use crate::instances::{self, Instance, Of};
use crate::order_fulfillment::{Happened, Rules};
use crate::parts::{self, Taken};
use crate::{ProcessArgs, ProcessError};

const PAGE: i64 = 500;

/// Rebuilds every row of a part that this program cannot go on from, up to where the log was followed.
pub(crate) async fn rebuild_outdated(store: &EventStore, taken: &Taken, args: &ProcessArgs) -> Result<(), ProcessError> {
    let of = Of::parts([taken.part], args.process_parts);
    loop {
        let orders = instances::of_another_layout(store.pool(), &of, PAGE).await?;
        if orders.is_empty() {
            break;
        }
        rebuild(store, taken, args, &orders).await?;
    }
    let mut after = Uuid::nil();
    loop {
        let orders = instances::unreadable(store.pool(), &of, after, PAGE).await?;
        let Some(last) = orders.last() else { return Ok(()) };
        after = *last;
        rebuild(store, taken, args, &orders).await?;
    }
}

async fn rebuild(store: &EventStore, taken: &Taken, args: &ProcessArgs, orders: &[Uuid]) -> Result<(), ProcessError> {
    let mut rebuilt = Vec::with_capacity(orders.len());
    for order in orders {
        rebuilt.push((*order, fold(&history(store, OrderId::new(*order), taken.checkpoint.position).await?, &args.rules())));
    }
    save(store, taken, args, &rebuilt).await?;
    info!(orders = orders.len(), "order processes were rebuilt from the log");
    Ok(())
}

/// Nothing is written once somebody else holds the part; its checkpoint stays where it is.
async fn save(store: &EventStore, taken: &Taken, args: &ProcessArgs, rebuilt: &[(Uuid, Instance)]) -> Result<(), ProcessError> {
    let rows: Vec<_> = rebuilt.iter().map(|(order, instance)| (*order, instance)).collect();
    let mut transaction = store.pool().begin().await?;
    instances::save(&mut transaction, &rows, (args.fulfillment, &args.rules())).await?;
    if !parts::advance(&mut transaction, &[*taken], &taken.checkpoint).await? {
        return Err(ProcessError::LeaseLost);
    }
    transaction.commit().await?;
    Ok(())
}

fn fold(events: &[RecordedEvent], rules: &Rules) -> Instance {
    let mut instance = Instance::default();
    instance.take_in(&events.iter().collect::<Vec<_>>(), rules);
    instance
}

/// Every event of an order's life, in the log's order: its own, its process's, and those of the payments and shipments that they name.
pub(crate) async fn history(store: &EventStore, order: OrderId, upto: i64) -> Result<Vec<RecordedEvent>, ProcessError> {
    let mut events = stream(store, &StreamId::new("order", order.to_string())).await?;
    let parts: BTreeSet<StreamId> = events.iter().filter_map(part).collect();
    for part in parts.into_iter().chain([StreamId::new("process", order.to_string())]) {
        events.extend(stream(store, &part).await?);
    }
    events.retain(|event| event.position <= upto);
    events.sort_by_key(|event| event.position);
    Ok(events)
}

/// The payment or shipment that an event of the order begins.
fn part(event: &RecordedEvent) -> Option<StreamId> {
    let Ok(Some(occurrence)) = occurrence(event) else { return None };
    match occurrence.happened {
        Happened::Order(OrderEvent::Paying(PayingEvent::OrderPaymentStarted(started))) => {
            Some(StreamId::new("payment", started.payment.to_string()))
        }
        Happened::Order(OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesReleased(released))) => {
            Some(StreamId::new("shipment", released.shipment.to_string()))
        }
        Happened::Order(_) | Happened::Payment(..) | Happened::Shipment(..) | Happened::Process(_) => None,
    }
}

async fn stream(store: &EventStore, stream: &StreamId) -> Result<Vec<RecordedEvent>, ProcessError> {
    let mut events: Vec<RecordedEvent> = vec![];
    loop {
        let page = store.stream_events(stream, events.last().map_or(0, |event| event.sequence), PAGE).await?;
        let complete = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        events.extend(page);
        if complete {
            return Ok(events);
        }
    }
}
