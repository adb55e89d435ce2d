//! A shop with its log and read models: what each test begins with.

use std::time::Duration;

use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use event_store::{CommandKey, Envelope, EventStore, PositionToken};
use projections::{ProjectorArgs, ReadDatabase, ReadModelError, run};
use serde::Serialize;
use test_database::sqlx::{self, AssertSqlSafe};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::database::TestDatabase;
use crate::samples::Sample;

pub(crate) struct Shop {
    pub(crate) store: EventStore,
    pub(crate) read: ReadDatabase,
    pub(crate) database: TestDatabase,
}

/// Records what it is told.
struct Record(Vec<Sample>);

#[derive(Debug, Serialize, thiserror::Error)]
#[error("never refused")]
struct Never;

impl Refusal for Never {
    fn class(&self) -> RefusalClass {
        RefusalClass::State
    }
}

impl Decision for Record {
    type Refusal = Never;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        self.0.iter().map(|sample| sample.needed.clone()).collect()
    }

    fn decide(&self, _: &States<'_>) -> Result<Changes, Never> {
        let mut changes = Changes::none();
        self.0.iter().for_each(|sample| (sample.push)(&mut changes));
        Ok(changes)
    }
}

/// A projector that runs until it is stopped.
pub(crate) struct Running {
    stop: CancellationToken,
    task: JoinHandle<Result<(), ReadModelError>>,
}

impl Running {
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

impl Shop {
    pub(crate) async fn empty() -> Self {
        let database = TestDatabase::create().await;
        Self { store: database.open().await, read: database.open_read().await, database }
    }

    /// With everything in the log that the samples tell, in several appends.
    pub(crate) async fn open() -> Self {
        let shop = Self::empty().await;
        shop.record(&crate::samples::shop()).await;
        shop
    }

    pub(crate) async fn record(&self, samples: &[Sample]) -> PositionToken {
        let mut last = self.store.head().await.unwrap().token();
        for part in samples.chunks(7) {
            let envelope = Envelope::new(CommandKey::Once, "service:tests");
            last = self.store.execute(Record(part.to_vec()), envelope).await.unwrap().done().unwrap().position;
        }
        last
    }

    pub(crate) fn project(&self) -> Running {
        self.project_with(ProjectorArgs {
            projector_batch: 16,
            projector_linger_ms: 1,
            projector_lease_ms: 1_500,
            ..ProjectorArgs::default()
        })
    }

    pub(crate) fn project_with(&self, args: ProjectorArgs) -> Running {
        let stop = CancellationToken::new();
        Running { task: tokio::spawn(run(self.store.clone(), self.read.clone(), args, stop.clone())), stop }
    }

    /// Until every read model has taken in the whole log.
    pub(crate) async fn caught_up(&self) {
        let head = self.store.head().await.unwrap().token();
        let names: Vec<&str> = projections::names().collect();
        self.read.wait_for(&names, head, Duration::from_secs(20)).await.unwrap();
    }

    /// Until every checkpoint *as stored* is at the head: a stretch with nothing to fold is stored a little later than it is read.
    pub(crate) async fn stored(&self) {
        self.caught_up().await;
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        loop {
            let status = projections::status(&self.store, &self.read).await.unwrap();
            if status.iter().all(|status| status.live.lag_events == 0) {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "waited 20 s until every checkpoint was stored at the head");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Until a projector holds the lease of a read model.
    pub(crate) async fn held(&self, name: &str) {
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        loop {
            let status = projections::status(&self.store, &self.read).await.unwrap();
            if status.iter().any(|status| status.name == name && status.holder.is_some()) {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "waited 20 s until somebody kept {name}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn projected() -> Self {
        let shop = Self::open().await;
        let running = shop.project();
        shop.caught_up().await;
        running.stop().await;
        shop
    }

    pub(crate) async fn sql(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.read.pool()).await.unwrap();
    }

    /// Changes the log past its triggers.
    pub(crate) async fn falsify(&self, sql: &str) {
        self.sql(&format!("alter table log.events disable trigger all; {sql}; alter table log.events enable trigger all")).await;
    }

    /// An event that no program knows, written past the log.
    pub(crate) async fn record_unknown(&self, aggregate_type: &str, id: Uuid) {
        let sql = format!(
            "insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at) \
             select max(position) + 1, gen_random_uuid(), '{aggregate_type}', '{id}', \
                    (select max(sequence) + 1 from log.events where aggregate_type = '{aggregate_type}' and aggregate_id = '{id}'), '{id}', \
                    '{aggregate_type}.from_the_future', '1', '{{}}', '{{\"actor\": \"service:tests\", \"command_id\": \"{id}\"}}', now() from log.events"
        );
        self.sql(&sql).await;
    }

    /// Every row of a table of a generation, as JSON.
    pub(crate) async fn rows(&self, table: &str) -> Vec<serde_json::Value> {
        let sql = format!("select to_jsonb(r) from {table} r order by key");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(self.read.pool()).await.unwrap()
    }
}
