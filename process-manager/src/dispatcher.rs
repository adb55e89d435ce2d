//! Does what the saga says, concurrently and bounded: commands of one order in order, calls beside each other.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use event_store::EventStore;
use futures::FutureExt;
use gateways::{Carrier, PaymentGateway};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::ProcessArgs;
use crate::order_fulfillment::{Action, Call, Command, Effect};
use crate::pause::{after_failures, wait};

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
        let worker = Worker { store, outside, args: args.clone(), lines, stop };
        Self {
            worker: Arc::new(worker),
            commands: Arc::new(Semaphore::new(args.process_commands)),
            calls_waiting: Arc::new(Semaphore::new(args.process_calls_waiting)),
            tasks: TaskTracker::new(),
            _stop: guard,
        }
    }

    /// Starts these effects; waits while too many are under way.
    pub(crate) async fn dispatch(&self, effects: Vec<Effect>) {
        let mut by_order: BTreeMap<_, Vec<(Effect, Command)>> = BTreeMap::new();
        for effect in effects.into_iter().filter(|effect| self.worker.args.fulfillment.takes(&effect.step)) {
            match effect.action.clone() {
                Action::Call(call) => self.start_call(effect, call).await,
                Action::Command(command) if effect.failures > 0 => self.start_later(effect, command).await,
                Action::Command(command) => by_order.entry(effect.order).or_default().push((effect, command)),
            }
        }
        for commands in by_order.into_values() {
            self.start_commands(commands).await;
        }
    }

    async fn start_commands(&self, commands: Vec<(Effect, Command)>) {
        let (worker, permits) = (self.worker.clone(), self.commands.clone());
        let permit = permits.acquire_owned().await;
        self.tasks.spawn(async move {
            for (effect, command) in commands {
                worker.guard(&effect, worker.command(&effect, command)).await;
            }
            drop(permit);
        });
    }

    /// What a gateway has refused is asked for again after a while, like a call that waits for its next try.
    async fn start_later(&self, effect: Effect, command: Command) {
        let (worker, permits) = (self.worker.clone(), self.calls_waiting.clone());
        let permit = permits.acquire_owned().await;
        self.tasks.spawn(async move {
            if wait(after_failures(effect.failures, worker.args.longest_pause()), &worker.stop).await {
                worker.guard(&effect, worker.command(&effect, command)).await;
            }
            drop(permit);
        });
    }

    async fn start_call(&self, effect: Effect, call: Call) {
        let (worker, permits) = (self.worker.clone(), self.calls_waiting.clone());
        let permit = permits.acquire_owned().await;
        self.tasks.spawn(async move {
            worker.guard(&effect, worker.call(&effect, call)).await;
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
    /// A bug in one step parks its order: nobody else would notice that it is not done.
    async fn guard(&self, effect: &Effect, doing: impl Future<Output = ()>) {
        if let Err(panic) = AssertUnwindSafe(doing).catch_unwind().await {
            let said = what_it_said(&*panic);
            error!(order.id = %effect.order, step = effect.step.name(), panic = said, "a step panicked");
            self.park(effect, format!("the program failed: {said}")).await;
        }
    }
}

/// The message of a panic.
fn what_it_said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
