//! One batch of the log: fold it into the processes it touches, and store them with the checkpoint in one transaction that names the lease's fence.

use std::collections::{BTreeMap, HashMap};

use aggregates::values::OrderId;
use event_store::{Checkpoint, EventStore, Filter, RecordedEvent, Subscription, lease};
use tracing::error;
use uuid::Uuid;

use crate::instances::{self, Instance};
use crate::order_fulfillment::{Asked, Effect, Happened, Known, Rules};
use crate::runner::{NAME, SCHEMA};
use crate::warehouses::Warehouses;
use crate::{Fulfillment, ProcessArgs, ProcessError};

/// So many unfinished processes are kept in memory; beyond it, they are read again when an event touches them.
const KEPT_AT_MOST: usize = 20_000;

/// Follows the log, as long as its fence holds.
pub(crate) struct Follower {
    store: EventStore,
    subscription: Subscription,
    checkpoint: Checkpoint,
    fence: i64,
    rules: Rules,
    fulfillment: Fulfillment,
    batch: usize,
    gateway: String,
    warehouses: Warehouses,
    kept: HashMap<Uuid, Instance>,
}

/// What follows from a batch.
pub(crate) struct News {
    /// What is to be done now.
    pub(crate) effects: Vec<Effect>,
    /// Orders that are final.
    pub(crate) ended: Vec<String>,
}

/// A batch by what it is about.
#[derive(Default)]
struct Sorted<'a> {
    orders: BTreeMap<Uuid, Vec<&'a RecordedEvent>>,
    warehouses: Vec<&'a RecordedEvent>,
}

impl Follower {
    pub(crate) async fn start(
        store: &EventStore,
        gateway: &str,
        checkpoint: Checkpoint,
        fence: i64,
        args: &ProcessArgs,
    ) -> Result<Self, ProcessError> {
        let types = Happened::AGGREGATE_TYPES.iter().chain([&Warehouses::AGGREGATE_TYPE]);
        let subscription = Subscription::new(store.clone(), Filter::aggregates(types.copied()), checkpoint);
        Ok(Self {
            store: store.clone(),
            subscription,
            checkpoint,
            fence,
            rules: args.rules(),
            fulfillment: args.fulfillment,
            batch: args.process_batch,
            gateway: gateway.to_owned(),
            warehouses: Warehouses::load(store.pool()).await?,
            kept: HashMap::new(),
        })
    }

    /// What commands are filled in with.
    pub(crate) fn known(&self) -> Known {
        Known { gateway: self.gateway.clone(), warehouses: self.warehouses.open() }
    }

    /// Waits for news and takes them in.
    pub(crate) async fn next(&mut self) -> Result<News, ProcessError> {
        let batch = self.subscription.next_batch(self.batch).await?;
        let sorted = Sorted::of(&batch.events);
        for event in &sorted.warehouses {
            if let Err(error) = self.warehouses.learn(event.stream.aggregate_id(), event.stored()) {
                error!(position = event.position, error = %error, "an event of a warehouse cannot be read: it is as if it had not happened");
            }
        }
        let mut touched = self.touched(&sorted).await?;
        let asked: Vec<(Uuid, Vec<Asked>)> =
            sorted.orders.iter().map(|(order, events)| (*order, touched.entry(*order).or_default().take_in(events, &self.rules))).collect();
        let effects = self.effects(&asked, &touched);
        self.save(&touched, !sorted.warehouses.is_empty(), batch.checkpoint).await?;
        let ended = touched.iter().filter(|(_, instance)| instance.is_final()).map(|(order, _)| order.to_string()).collect();
        self.keep(touched);
        metrics::counter!("orderly_process_events_total").increment(batch.events.len() as u64);
        metrics::gauge!("orderly_process_lag_events").set((batch.head - self.checkpoint.position) as f64);
        Ok(News { effects, ended })
    }

    fn effects(&self, asked: &[(Uuid, Vec<Asked>)], touched: &HashMap<Uuid, Instance>) -> Vec<Effect> {
        let known = self.known();
        let of_order = |(order, asked): &(Uuid, Vec<Asked>)| -> Vec<Effect> {
            let Some(instance) = touched.get(order) else { return vec![] };
            asked.iter().filter_map(|asked| instance.state.effect(OrderId::new(*order), asked, &known)).collect()
        };
        asked.iter().flat_map(of_order).collect()
    }

    /// The processes that the batch is about, as they were before it.
    async fn touched(&mut self, sorted: &Sorted<'_>) -> Result<HashMap<Uuid, Instance>, ProcessError> {
        let unknown: Vec<Uuid> = sorted.orders.keys().filter(|order| !self.kept.contains_key(*order)).copied().collect();
        let mut touched = instances::load(self.store.pool(), &unknown).await?;
        touched.extend(sorted.orders.keys().filter_map(|order| self.kept.remove_entry(order)));
        Ok(touched)
    }

    /// All or nothing, and nothing once somebody else holds the lease.
    async fn save(&mut self, touched: &HashMap<Uuid, Instance>, warehouses_too: bool, to: Checkpoint) -> Result<(), ProcessError> {
        let mut transaction = self.store.pool().begin().await?;
        if !touched.is_empty() {
            let rows: Vec<_> = touched.iter().map(|(order, instance)| (*order, instance)).collect();
            instances::save(&mut transaction, &rows, self.fulfillment).await?;
        }
        if warehouses_too {
            self.warehouses.save(&mut transaction).await?;
        }
        if !lease::advance(&mut transaction, SCHEMA, NAME, self.fence, &self.checkpoint, &to).await? {
            return Err(ProcessError::LeaseLost);
        }
        transaction.commit().await?;
        self.checkpoint = to;
        Ok(())
    }

    fn keep(&mut self, touched: HashMap<Uuid, Instance>) {
        if self.kept.len() > KEPT_AT_MOST {
            self.kept.clear();
        }
        self.kept.extend(touched.into_iter().filter(|(_, instance)| !instance.is_final()));
    }
}

impl<'a> Sorted<'a> {
    fn of(events: &'a [RecordedEvent]) -> Self {
        let mut sorted = Self::default();
        for event in events {
            if event.stream.aggregate_type() == Warehouses::AGGREGATE_TYPE {
                sorted.warehouses.push(event);
            } else {
                match event.partition_key.parse() {
                    Ok(order) => sorted.orders.entry(order).or_default().push(event),
                    Err(_) => {
                        error!(position = event.position, key = %event.partition_key, "an event names no order: nothing follows from it")
                    }
                }
            }
        }
        sorted
    }
}
