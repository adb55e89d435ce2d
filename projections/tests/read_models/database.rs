//! A migrated database for each test.

use event_store::{EventStore, LogArgs, SecretKey};
use projections::{READ_MODELS, ReadArgs, ReadDatabase};

pub(crate) struct TestDatabase {
    pub(crate) url: String,
}

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        Self { url: test_database::prepared(async |url| event_store::migrate(url).await.unwrap()).await }
    }

    pub(crate) fn args(&self) -> LogArgs {
        LogArgs::new(&self.url, SecretKey::new([1; 32]), SecretKey::new([2; 32]))
    }

    pub(crate) async fn open(&self) -> EventStore {
        EventStore::connect(&self.args()).await.unwrap()
    }

    /// The read models of the same database, with settings of their own.
    pub(crate) async fn open_read(&self) -> ReadDatabase {
        ReadDatabase::connect(&ReadArgs::default(), &self.url, READ_MODELS).await.unwrap()
    }
}
