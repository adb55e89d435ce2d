//! Does what the saga says, concurrently and bounded: commands of one order in order, calls beside each other.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use event_store::EventStore;
use gateways::{Carrier, PaymentGateway};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::ProcessArgs;
use crate::commands::Errand;
use crate::order_fulfillment::{Action, Call, Command, Effect};
use crate::warehouses::Warehouses;

/// Who is called outside.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) carrier: Arc<dyn Carrier>,
}

/// What the tasks of a dispatcher have in common.
pub(crate) struct Worker {
    pub(crate) store: EventStore,
    pub(crate) outside: Outside,
    pub(crate) args: ProcessArgs,
    pub(crate) warehouses: RwLock<Warehouses>,
    /// Calls under way at once.
    pub(crate) lines: Semaphore,
    pub(crate) stop: CancellationToken,
}

/// Owns every task that does something for the saga.
pub(crate) struct Dispatcher {
    worker: Arc<Worker>,
    commands: Arc<Semaphore>,
    calls_waiting: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Whoever drops the dispatcher without draining it stops its tasks all the same.
    _stop: DropGuard,
}

impl Dispatcher {
    pub(crate) fn new(store: EventStore, outside: Outside, args: &ProcessArgs, stop: CancellationToken) -> Self {
        let lines = Semaphore::new(args.process_calls);
        let guard = stop.clone().drop_guard();
        let worker = Worker { store, outside, args: args.clone(), warehouses: RwLock::default(), lines, stop };
        Self {
            worker: Arc::new(worker),
            commands: Arc::new(Semaphore::new(args.process_commands)),
            calls_waiting: Arc::new(Semaphore::new(args.process_calls_waiting)),
            tasks: TaskTracker::new(),
            _stop: guard,
        }
    }

    /// Which warehouses orders may be allocated over from now on.
    pub(crate) fn know(&self, warehouses: &Warehouses) {
        let mut known = self.worker.warehouses.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.clone_from(warehouses);
    }

    /// Starts these effects; waits while too many are under way.
    pub(crate) async fn dispatch(&self, effects: Vec<Effect>) {
        let mut by_order: BTreeMap<_, Vec<(Errand, Command)>> = BTreeMap::new();
        for effect in effects {
            match effect.action.clone() {
                Action::Call(call) => self.start_call(effect, call).await,
                Action::Command(command) => by_order.entry(effect.order).or_default().push((effect.errand(), command)),
            }
        }
        for commands in by_order.into_values() {
            self.start_commands(commands).await;
        }
    }

    /// Drops the command ids of orders that are final.
    pub(crate) fn forget(&self, ended: Vec<String>) {
        if ended.is_empty() {
            return;
        }
        let worker = self.worker.clone();
        self.tasks.spawn(async move {
            if let Err(error) = worker.store.forget_processes(&ended).await {
                warn!(error = %error, orders = ended.len(), "command ids of final orders are kept");
            }
        });
    }

    async fn start_commands(&self, commands: Vec<(Errand, Command)>) {
        let (worker, permits) = (self.worker.clone(), self.commands.clone());
        let permit = permits.acquire_owned().await;
        self.tasks.spawn(async move {
            for (errand, command) in commands {
                worker.command(errand, command).await;
            }
            drop(permit);
        });
    }

    async fn start_call(&self, effect: Effect, call: Call) {
        let (worker, permits) = (self.worker.clone(), self.calls_waiting.clone());
        let permit = permits.acquire_owned().await;
        self.tasks.spawn(async move {
            worker.call(effect, call).await;
            drop(permit);
        });
    }

    /// Waits for what is in flight. What waits for another try gives up: it stands in the order's row.
    pub(crate) async fn drain(self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Worker {
    pub(crate) fn open_warehouses(&self) -> Vec<(aggregates::values::WarehouseCode, u32)> {
        self.warehouses.read().unwrap_or_else(std::sync::PoisonError::into_inner).open()
    }
}
