//! Does what the saga says, concurrently and bounded: commands of one order in order, calls beside each other. Each part of the orders has a dispatcher, so that
//! what is in flight of one can be finished before it is given back; the bounds are those of the whole program.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_store::EventStore;
use futures::FutureExt;
use gateways::{Carrier, PaymentGateway};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::error;
use uuid::Uuid;

use crate::ProcessArgs;
use crate::order_fulfillment::{Action, Call, Command, Effect};
use crate::parts::part_of;
use crate::pause::{after_failures, wait};
use crate::room::Room;

/// Who is called outside.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) carrier: Arc<dyn Carrier>,
}

/// How much is under way at once, in the whole program.
#[derive(Clone)]
struct Limits {
    commands: Arc<Semaphore>,
    waiting: Arc<Room>,
    /// Calls under way at once.
    lines: Arc<Semaphore>,
}

/// What the tasks of a dispatcher have in common.
pub(crate) struct Worker {
    pub(crate) store: EventStore,
    pub(crate) outside: Outside,
    pub(crate) args: ProcessArgs,
    pub(crate) lines: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
}

/// The dispatchers of the parts that this program follows.
pub(crate) struct Hands {
    store: EventStore,
    outside: Outside,
    args: ProcessArgs,
    limits: Limits,
    stop: CancellationToken,
    parts: Mutex<BTreeMap<u32, Arc<Dispatcher>>>,
    /// What is done beside the following: finishing what is in flight of parts that are given back.
    beside: TaskTracker,
}

impl Hands {
    pub(crate) fn new(store: &EventStore, outside: &Outside, args: &ProcessArgs, stop: CancellationToken) -> Self {
        let limits = Limits {
            commands: Arc::new(Semaphore::new(args.process_commands)),
            waiting: Room::new(args.process_calls_waiting),
            lines: Arc::new(Semaphore::new(args.process_calls)),
        };
        let (store, outside, args) = (store.clone(), outside.clone(), args.clone());
        Self { store, outside, args, limits, stop, parts: Mutex::default(), beside: TaskTracker::new() }
    }

    /// From now on something is done for the orders of this part.
    pub(crate) fn open(&self, part: u32) {
        let worker = self.worker(self.stop.child_token());
        self.lock().insert(part, Arc::new(Dispatcher::new(worker, self.limits.clone())));
    }

    /// Whoever works for no part.
    pub(crate) fn worker(&self, stop: CancellationToken) -> Worker {
        let (store, outside, args, lines) = (self.store.clone(), self.outside.clone(), self.args.clone(), self.limits.lines.clone());
        Worker { store, outside, args, lines, stop }
    }

    /// Starts these effects, each at its part's dispatcher; waits while too many commands are under way. A call that finds no room is left out.
    pub(crate) async fn dispatch(&self, effects: Vec<Effect>) {
        let mut by_part: BTreeMap<u32, Vec<Effect>> = BTreeMap::new();
        for effect in effects {
            by_part.entry(part_of(effect.order.uuid(), self.args.process_parts)).or_default().push(effect);
        }
        for (part, effects) in by_part {
            let dispatcher = self.lock().get(&part).cloned();
            if let Some(dispatcher) = dispatcher {
                dispatcher.dispatch(effects).await;
            }
        }
    }

    /// Returns once there is room for calls that were left out.
    pub(crate) async fn have_room_again(&self) {
        self.limits.waiting.has_some_again().await;
    }

    /// Nothing more is started for a part; once what is in flight is finished, `then` is done.
    pub(crate) fn close(&self, part: u32, then: impl Future<Output = ()> + Send + 'static) {
        let dispatcher = self.lock().remove(&part);
        self.beside.spawn(async move {
            if let Some(dispatcher) = dispatcher {
                dispatcher.drain().await;
            }
            then.await;
        });
    }

    /// Waits for everything that is in flight. What waits for another try gives up: it stands in the order's row.
    pub(crate) async fn drain(&self) {
        let parts = std::mem::take(&mut *self.lock());
        for dispatcher in parts.values() {
            dispatcher.drain().await;
        }
        self.beside.close();
        self.beside.wait().await;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Dispatcher>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Owns every task that does something for one part.
struct Dispatcher {
    id: Uuid,
    worker: Arc<Worker>,
    limits: Limits,
    tasks: TaskTracker,
    /// Whoever drops the dispatcher without draining it stops its tasks all the same.
    _stop: DropGuard,
}

impl Dispatcher {
    fn new(worker: Worker, limits: Limits) -> Self {
        let guard = worker.stop.clone().drop_guard();
        Self { id: Uuid::now_v7(), worker: Arc::new(worker), limits, tasks: TaskTracker::new(), _stop: guard }
    }

    async fn dispatch(&self, effects: Vec<Effect>) {
        let mut by_order: BTreeMap<_, Vec<(Effect, Command)>> = BTreeMap::new();
        for effect in effects.into_iter().filter(|effect| self.worker.args.fulfillment.takes(&effect.step)) {
            match effect.action.clone() {
                Action::Call(call) => self.start_call(effect, call),
                Action::Command(command) if effect.failures > 0 => self.start_later(effect, command),
                Action::Command(command) => by_order.entry(effect.order).or_default().push((effect, command)),
            }
        }
        for commands in by_order.into_values() {
            self.start_commands(commands).await;
        }
    }

    async fn start_commands(&self, commands: Vec<(Effect, Command)>) {
        let (worker, permits) = (self.worker.clone(), self.limits.commands.clone());
        let permit = permits.acquire_owned().await;
        self.tasks.spawn(async move {
            for (effect, command) in commands {
                worker.guard(&effect, worker.command(&effect, command)).await;
            }
            drop(permit);
        });
    }

    /// What a gateway has refused is asked for again after a while, like a call that waits for its next try.
    fn start_later(&self, effect: Effect, command: Command) {
        let worker = self.worker.clone();
        self.start_waiting(effect.command_id, async move {
            if wait(after_failures(effect.failures, worker.args.longest_pause()), &worker.stop).await {
                worker.guard(&effect, worker.command(&effect, command)).await;
            }
        });
    }

    fn start_call(&self, effect: Effect, call: Call) {
        let worker = self.worker.clone();
        self.start_waiting(effect.command_id, async move { worker.guard(&effect, worker.call(&effect, call)).await });
    }

    fn start_waiting(&self, command_id: Uuid, doing: impl Future<Output = ()> + Send + 'static) {
        let Some(place) = self.limits.waiting.enter(self.id, command_id) else { return };
        self.tasks.spawn(async move {
            doing.await;
            drop(place);
        });
    }

    async fn drain(&self) {
        self.worker.stop.cancel();
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
