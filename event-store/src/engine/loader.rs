//! Reads cold streams and subjects' keys, writes snapshots and turns the key ring, on a connection of its own.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use decider::{Needed, StreamId};
use futures::FutureExt;
use serde_json::value::RawValue;
use sqlx::postgres::PgConnectOptions;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::{FromLoader, ToLoader};
use crate::loading::{self, StreamHead};
use crate::{StoreError, Vault};

/// How many streams are read at once.
const BATCH: usize = 512;
/// How many snapshots may wait while there is always something to read.
const SNAPSHOTS: usize = 64;
const PAUSE: Duration = Duration::from_millis(200);
/// Longer than the server's own limits: past it the connection is taken for dead.
const ANSWER: Duration = Duration::from_secs(10);
const RING_LOOKED_AT: Duration = Duration::from_secs(3600);

pub(super) struct Loader {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    vault: Vault,
    fetches: JoinSet<()>,
    /// Snapshots to write when nobody waits to read, the last of each stream.
    snapshots: HashMap<StreamId, Snapshot>,
    /// None: this store leaves the ring of keys alone.
    key_retention_hours: Option<u32>,
}

struct Snapshot {
    layout: Vec<u8>,
    head: StreamHead,
    state: Box<RawValue>,
}

impl Loader {
    pub(super) fn new(options: &PgConnectOptions, vault: Vault, key_retention_hours: Option<u32>) -> Self {
        let options = options.clone().application_name("orderly-loader");
        Self { options, connection: None, vault, fetches: JoinSet::new(), snapshots: HashMap::new(), key_retention_hours }
    }

    pub(super) async fn run(mut self, mut wanted: mpsc::UnboundedReceiver<ToLoader>, answers: mpsc::UnboundedSender<FromLoader>) {
        let mut ring = tokio::time::interval(RING_LOOKED_AT);
        loop {
            tokio::select! {
                biased;
                first = wanted.recv() => match first {
                    Some(first) => self.serve(first, &mut wanted, &answers).await,
                    None => return,
                },
                () = std::future::ready(()), if !self.snapshots.is_empty() => self.save_one().await,
                _ = ring.tick() => self.turn_key_ring().await,
            }
        }
    }

    /// Serves what was asked, reading together all streams that are waited for.
    async fn serve(
        &mut self,
        first: ToLoader,
        wanted: &mut mpsc::UnboundedReceiver<ToLoader>,
        answers: &mpsc::UnboundedSender<FromLoader>,
    ) {
        let mut streams = Vec::new();
        let mut next = Some(first);
        while let Some(asked) = next {
            match asked {
                ToLoader::Load(needed) => streams.push(needed),
                ToLoader::FetchKey(subject) => self.fetch_key(subject, answers.clone()),
                ToLoader::Save { stream, layout, head, state } => drop(self.snapshots.insert(stream, Snapshot { layout, head, state })),
            }
            next = if streams.len() < BATCH { wanted.try_recv().ok() } else { None };
        }
        if !streams.is_empty() {
            drop(answers.send(FromLoader::Loaded(self.load(streams).await)));
        }
        if self.snapshots.len() > SNAPSHOTS {
            self.save_one().await;
        }
    }

    /// On a connection of the pool, in a task of its own: whoever waits for streams does not wait for it.
    fn fetch_key(&mut self, subject: String, answers: mpsc::UnboundedSender<FromLoader>) {
        while self.fetches.try_join_next().is_some() {}
        let vault = self.vault.clone();
        self.fetches.spawn(async move {
            let fetching = vault.ensure_subjects(std::slice::from_ref(&subject));
            let fetched = tokio::time::timeout(ANSWER, fetching).await.unwrap_or(Err(StoreError::TimedOut));
            drop(answers.send(FromLoader::Fetched(subject, fetched)));
        });
    }

    /// Tried twice: the connection may have broken while it was idle. Who waits is told rather than kept waiting.
    async fn load(&mut self, needed: Vec<Needed>) -> Vec<(Needed, Result<loading::LoadedStream, StoreError>)> {
        let loaded = match self.try_load(&needed).await {
            Ok(loaded) => Ok(loaded),
            Err(error) => {
                warn!(%error, "streams could not be read, trying again");
                self.connection = None;
                tokio::time::sleep(PAUSE).await;
                self.try_load(&needed).await
            }
        };
        match loaded {
            Ok(loaded) => needed.into_iter().zip(loaded).collect(),
            Err(error) => {
                self.connection = None;
                let error = Arc::new(error);
                needed.into_iter().map(|needed| (needed, Err(StoreError::Unloadable(error.clone())))).collect()
            }
        }
    }

    async fn try_load(&mut self, needed: &[Needed]) -> Result<Vec<Result<loading::LoadedStream, StoreError>>, StoreError> {
        let loading = AssertUnwindSafe(async { loading::load(self.connection().await?, needed).await }).catch_unwind();
        let loaded = tokio::time::timeout(ANSWER, loading).await;
        loaded.map_or(Err(StoreError::TimedOut), |loaded| loaded.unwrap_or(Err(StoreError::Panicked)))
    }

    /// A snapshot is a shortcut: one that is not written is not missed.
    async fn save_one(&mut self) {
        let Some(stream) = self.snapshots.keys().next().cloned() else { return };
        let Some(snapshot) = self.snapshots.remove(&stream) else { return };
        let saved = tokio::time::timeout(ANSWER, self.try_save(&stream, snapshot)).await;
        if let Err(error) = saved.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)) {
            warn!(stream = %stream, %error, "a snapshot was not written");
            self.connection = None;
        }
    }

    async fn try_save(&mut self, stream: &StreamId, snapshot: Snapshot) -> Result<(), sqlx::Error> {
        let Snapshot { layout, head, state } = snapshot;
        sqlx::query(
            "insert into log.snapshots as s (aggregate_type, aggregate_id, layout, sequence, event_id, state) values ($1, $2, $3, $4, $5, $6)
             on conflict (aggregate_type, aggregate_id, layout) do update
             set sequence = excluded.sequence, event_id = excluded.event_id, state = excluded.state
             where s.sequence < excluded.sequence
                or not exists (select from log.events e
                               where e.aggregate_type = s.aggregate_type and e.aggregate_id = s.aggregate_id
                                 and e.sequence = s.sequence and e.event_id = s.event_id)",
        )
        .bind(stream.aggregate_type())
        .bind(stream.aggregate_id())
        .bind(layout)
        .bind(head.sequence)
        .bind(head.event_id)
        .bind(Json(state))
        .execute(self.connection().await?)
        .await?;
        Ok(())
    }

    async fn turn_key_ring(&mut self) {
        let turned = tokio::time::timeout(ANSWER, self.try_turn_key_ring()).await;
        match turned.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)) {
            Ok(true) => info!("the older idempotency keys were dropped"),
            Ok(false) => {}
            Err(error) => {
                warn!(%error, "the ring of idempotency keys could not be turned");
                self.connection = None;
            }
        }
    }

    async fn try_turn_key_ring(&mut self) -> Result<bool, sqlx::Error> {
        let Some(hours) = self.key_retention_hours else { return Ok(false) };
        let hours = i32::try_from(hours).unwrap_or(i32::MAX);
        sqlx::query_scalar("select log.turn_key_ring_v1(make_interval(hours => $1))").bind(hours).fetch_one(self.connection().await?).await
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                tokio::time::timeout(ANSWER, PgConnection::connect_with(&self.options)).await.map_err(|_| sqlx::Error::PoolTimedOut)??
            }
        };
        Ok(self.connection.insert(connection))
    }
}
