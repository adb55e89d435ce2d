//! Following the log for a program's parts: a batch is folded into the processes that it touches, and they are stored with the parts' checkpoints in one transaction
//! that names their fences.
//!
//! Parts that stand at one place of the log are followed together: one batch, one transaction. One that was taken over from somebody who was behind is followed
//! first, until it stands where the others do.

use std::collections::{BTreeMap, HashMap};

use aggregates::values::OrderId;
use chrono::{DateTime, TimeDelta, Utc};
use event_store::{Batch, Checkpoint, EventStore, Filter, RecordedEvent, Subscription};
use tracing::error;
use uuid::Uuid;

use crate::deadlines::Alarm;
use crate::instances::{self, Instance, Of};
use crate::order_fulfillment::{Asked, Effect, Happened, Known, Rules};
use crate::parts::{self, Taken, part_of};
use crate::warehouses::Warehouses;
use crate::{Fulfillment, ProcessArgs, ProcessError};

/// So many unfinished processes are kept in memory; beyond it, they are read again when an event touches them.
const KEPT_AT_MOST: usize = 20_000;

/// Follows the log for some parts, as long as their fences hold.
pub(crate) struct Follower {
    store: EventStore,
    subscription: Option<Subscription>,
    parts: Vec<Taken>,
    count: u32,
    rules: Rules,
    fulfillment: Fulfillment,
    batch: usize,
    /// The names of the gateway and of the carrier.
    outside: (String, String),
    reservation: TimeDelta,
    warehouses: Warehouses,
    alarm: Alarm,
    kept: HashMap<Uuid, Instance>,
}

/// What the follower waited for.
pub(crate) enum Heard {
    /// The next events.
    Batch(Batch),
    /// It is time to look for deadlines.
    Alarm,
}

/// What follows from a batch.
#[derive(Default)]
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
    pub(crate) async fn start(store: &EventStore, outside: (String, String), args: &ProcessArgs) -> Result<Self, ProcessError> {
        Ok(Self {
            store: store.clone(),
            subscription: None,
            parts: vec![],
            count: args.process_parts,
            rules: args.rules(),
            fulfillment: args.fulfillment,
            batch: args.process_batch,
            outside,
            reservation: args.reservation(),
            warehouses: Warehouses::load(store.pool()).await?,
            alarm: Alarm::set(store.pool(), &Of::parts([], args.process_parts)).await?,
            kept: HashMap::new(),
        })
    }

    /// What commands are filled in with.
    pub(crate) fn known(&self) -> Known {
        let (now, reservation) = (self.alarm.now(), self.reservation);
        let (gateway, carrier) = self.outside.clone();
        Known { now, reservation, gateway, carrier, warehouses: self.warehouses.open() }
    }

    /// The parts that it follows.
    pub(crate) fn of(&self) -> Of {
        Of::parts(self.parts.iter().map(|part| part.part), self.count)
    }

    /// Follows these parts, too.
    pub(crate) async fn join(&mut self, taken: Vec<Taken>) -> Result<(), ProcessError> {
        self.warehouses.catch_up(self.store.pool()).await?;
        self.parts.extend(taken);
        self.alarm = Alarm::set(self.store.pool(), &self.of()).await?;
        Ok(())
    }

    /// Follows these parts no more.
    pub(crate) fn leave(&mut self, parts: &[u32]) {
        self.parts.retain(|part| !parts.contains(&part.part));
        self.kept.retain(|order, _| !parts.contains(&part_of(*order, self.count)));
        self.alarm.look_again();
    }

    /// Waits for news, or until a deadline is due. What it waited for may be given up at any time.
    pub(crate) async fn listen(&mut self) -> Result<Heard, ProcessError> {
        let Some(from) = self.hindmost() else { return std::future::pending().await };
        let most = self.until_the_next(&from).min(self.batch);
        let types = Happened::AGGREGATE_TYPES.iter().chain([&Warehouses::AGGREGATE_TYPE]);
        drop(self.subscription.take_if(|subscription| *subscription.checkpoint() != from));
        let subscription =
            self.subscription.get_or_insert_with(|| Subscription::new(self.store.clone(), Filter::aggregates(types.copied()), from));
        tokio::select! {
            batch = subscription.next_batch(most) => Ok(Heard::Batch(batch?)),
            () = self.alarm.ring() => Ok(Heard::Alarm),
        }
    }

    /// Where the part stands that is most behind.
    fn hindmost(&self) -> Option<Checkpoint> {
        self.parts.iter().map(|part| part.checkpoint).min_by_key(|checkpoint| checkpoint.position)
    }

    /// How many positions there are to the next part that is further.
    fn until_the_next(&self, from: &Checkpoint) -> usize {
        let further = self.parts.iter().map(|part| part.checkpoint.position - from.position).filter(|distance| *distance > 0);
        further.min().and_then(|distance| usize::try_from(distance).ok()).unwrap_or(usize::MAX)
    }

    /// It is time to look for deadlines.
    pub(crate) async fn look(&mut self) -> Result<(), ProcessError> {
        let of = self.of();
        self.alarm.look(&self.store, &of).await
    }

    /// The deadlines that are to be fired now: those that were due at this instant of the database's.
    pub(crate) fn overdue(&self) -> Option<DateTime<Utc>> {
        let followed = self.hindmost().map_or(0, |checkpoint| checkpoint.position);
        self.alarm.fires(followed).then(|| self.alarm.read_at())
    }

    /// The deadlines that were due are fired.
    pub(crate) fn fired(&mut self) {
        self.alarm.fired();
    }

    /// Takes in the events behind the parts that are most behind.
    pub(crate) async fn take_in(&mut self, batch: Batch) -> Result<News, ProcessError> {
        let Some(from) = self.hindmost() else { return Ok(News::default()) };
        let moving: Vec<Taken> = self.parts.iter().filter(|part| part.checkpoint == from).copied().collect();
        let all = moving.len() == self.count as usize;
        let sorted = Sorted::of(&batch.events, |order| all || is_of(order, &moving, self.count));
        for event in &sorted.warehouses {
            if let Err(error) = self.warehouses.learn(event.stream.aggregate_id(), event.position, event.stored()) {
                error!(position = event.position, error = %error, "an event of a warehouse cannot be read: it is as if it had not happened");
            }
        }
        let mut touched = self.touched(&sorted).await?;
        let asked: Vec<(Uuid, Vec<Asked>)> =
            sorted.orders.iter().map(|(order, events)| (*order, touched.entry(*order).or_default().take_in(events, &self.rules))).collect();
        let effects = self.effects(&asked, &touched);
        self.save(&touched, !sorted.warehouses.is_empty(), &moving, batch.checkpoint).await?;
        let ended = touched.iter().filter(|(_, instance)| instance.is_final()).map(|(order, _)| order.to_string()).collect();
        touched.values().filter_map(|instance| instance.next_deadline(&self.rules)).for_each(|due_at| self.alarm.hear(due_at));
        self.keep(touched);
        self.measure(&batch);
        Ok(News { effects, ended })
    }

    fn measure(&self, batch: &Batch) {
        metrics::counter!("orderly_process_events_total").increment(batch.events.len() as u64);
        metrics::gauge!("orderly_process_parts").set(self.parts.len() as f64);
        if let Some(hindmost) = self.hindmost() {
            metrics::gauge!("orderly_process_lag_events").set((batch.head - hindmost.position) as f64);
        }
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

    /// All or nothing, and nothing once somebody else holds one of the parts.
    async fn save(
        &mut self,
        touched: &HashMap<Uuid, Instance>,
        warehouses_too: bool,
        moving: &[Taken],
        to: Checkpoint,
    ) -> Result<(), ProcessError> {
        let mut transaction = self.store.pool().begin().await?;
        if !touched.is_empty() {
            let rows: Vec<_> = touched.iter().map(|(order, instance)| (*order, instance)).collect();
            instances::save(&mut transaction, &rows, (self.fulfillment, &self.rules)).await?;
        }
        if warehouses_too {
            self.warehouses.save(&mut transaction).await?;
        }
        if !parts::advance(&mut transaction, moving, &to).await? {
            return Err(ProcessError::LeaseLost);
        }
        transaction.commit().await?;
        let moved = |part: &&mut Taken| moving.iter().any(|moving| moving.part == part.part);
        self.parts.iter_mut().filter(moved).for_each(|part| part.checkpoint = to);
        Ok(())
    }

    fn keep(&mut self, touched: HashMap<Uuid, Instance>) {
        if self.kept.len() > KEPT_AT_MOST {
            self.kept.clear();
        }
        self.kept.extend(touched.into_iter().filter(|(_, instance)| !instance.is_final()));
    }
}

fn is_of(order: Uuid, parts: &[Taken], count: u32) -> bool {
    let part = part_of(order, count);
    parts.iter().any(|taken| taken.part == part)
}

impl<'a> Sorted<'a> {
    /// The events of warehouses, and those of the orders that are asked for.
    fn of(events: &'a [RecordedEvent], is_asked_for: impl Fn(Uuid) -> bool) -> Self {
        let mut sorted = Self::default();
        for event in events {
            if event.stream.aggregate_type() == Warehouses::AGGREGATE_TYPE {
                sorted.warehouses.push(event);
                continue;
            }
            match event.partition_key.parse() {
                Ok(order) if is_asked_for(order) => sorted.orders.entry(order).or_default().push(event),
                Ok(_) => {}
                Err(_) => error!(position = event.position, key = %event.partition_key, "an event names no order: nothing follows from it"),
            }
        }
        sorted
    }
}
