//! Waiting for a condition, with a deadline that says what was waited for.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The log's lock, held by somebody else.
pub(crate) struct HeldLock(PgConnection);

impl HeldLock {
    pub(crate) async fn take(url: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql("begin; select log.lock_v1()").execute(&mut connection).await.unwrap();
        Self(connection)
    }

    /// Until an appender waits for it: what was decided then is on its way and not committed.
    pub(crate) async fn is_waited_for(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                       and database = (select oid from pg_database where datname = current_database())";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut self.0).await.unwrap() == 0 {
            assert!(Instant::now() < deadline, "nobody waits for the lock");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) async fn release(mut self) {
        sqlx::raw_sql("commit").execute(&mut self.0).await.unwrap();
    }
}
