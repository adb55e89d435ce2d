use std::sync::Arc;
use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::caller::Caller;
use super::core::Core;
use super::loader::Loader;
use super::request::Pending;
use super::{FromCaller, FromLoader, ToCaller, ToLoader};
use crate::{LogArgs, Vault};

/// The two tasks that speak to Postgres: the caller on the engine's own runtime, the loader on the one that the store was opened on. They end with the engine.
pub(super) struct Helpers {
    to_caller: mpsc::UnboundedSender<ToCaller>,
    from_caller: mpsc::UnboundedReceiver<FromCaller>,
    to_loader: mpsc::UnboundedSender<ToLoader>,
    from_loader: mpsc::UnboundedReceiver<FromLoader>,
    tasks: JoinSet<()>,
}

impl Helpers {
    pub(super) fn start(of_the_store: &Handle, args: &LogArgs, options: &PgConnectOptions, vault: Vault) -> Self {
        let (to_caller, orders) = mpsc::unbounded_channel();
        let (answers, from_caller) = mpsc::unbounded_channel();
        let (to_loader, wanted) = mpsc::unbounded_channel();
        let (loaded, from_loader) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(Caller::new(options).run(orders, answers));
        tasks.spawn_on(Loader::new(options, vault, args.key_retention_hours).run(wanted, loaded), of_the_store);
        Self { to_caller, from_caller, to_loader, from_loader, tasks }
    }
}

/// Drives the engine until nobody can ask any more and everything is answered. What is asked is bounded by the permits of the requests, and with it the other
/// queues; of snapshots the loader keeps the last of each stream.
/// If a helper dies, so does the engine.
pub(super) async fn run(mut core: Core, mut requests: mpsc::UnboundedReceiver<Pending>, permits: Arc<Semaphore>, mut helpers: Helpers) {
    let (mut open, mut more) = (true, false);
    while open || !core.is_idle() {
        tokio::select! {
            biased;
            answer = helpers.from_caller.recv() => {
                core.now = Instant::now();
                match answer {
                    Some(FromCaller::Appended(answered)) => {
                        let (landed, next) = core.landed(answered);
                        if let Some(next) = next {
                            drop(helpers.to_caller.send(next));
                            let_it_leave().await;
                        }
                        core.settle(landed);
                    }
                    Some(FromCaller::Locked(read)) => core.locked(read),
                    None => return,
                }
            }
            loaded = helpers.from_loader.recv() => match loaded {
                Some(loaded) => take_loaded(&mut core, loaded),
                None => return,
            },
            request = requests.recv(), if open => match request {
                Some(request) => core.arrive(request),
                None => open = false,
            },
            () = let_it_leave(), if more => {}
        }
        core.now = Instant::now();
        while let Ok(loaded) = helpers.from_loader.try_recv() {
            take_loaded(&mut core, loaded);
        }
        while let Ok(request) = requests.try_recv() {
            core.arrive(request);
        }
        more = core.admit();
        if !give_orders(&mut core, &helpers) {
            return;
        }
        open &= !permits.is_closed();
    }
    drop(helpers.to_caller);
    drop(helpers.to_loader);
    while helpers.tasks.join_next().await.is_some() {}
}

/// The caller has its turn on this thread: what it was just given is on the wire before anything else is done.
async fn let_it_leave() {
    tokio::task::yield_now().await;
}

fn take_loaded(core: &mut Core, loaded: FromLoader) {
    core.now = Instant::now();
    match loaded {
        FromLoader::Loaded(streams) => streams.into_iter().for_each(|(needed, loaded)| core.loaded(&needed, loaded)),
        FromLoader::Fetched(subject, fetched) => core.fetched(&subject, fetched),
    }
}

/// `false` if a helper is gone.
fn give_orders(core: &mut Core, helpers: &Helpers) -> bool {
    while let Some(order) = core.next_order() {
        if helpers.to_caller.send(order).is_err() {
            return false;
        }
    }
    std::mem::take(&mut core.outbox).into_iter().all(|wanted| helpers.to_loader.send(wanted).is_ok())
}
