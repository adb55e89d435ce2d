//! Numbers for people, taken in blocks: unique and growing per process, with gaps where a process ended.

use std::collections::HashMap;
use std::ops::Range;

use sqlx::{PgPool, Row};
use tokio::sync::Mutex;

use crate::StoreError;

const BLOCK: i64 = 64;

#[derive(Default)]
pub(crate) struct Counters(Mutex<HashMap<String, Range<i64>>>);

impl Counters {
    pub(crate) async fn next(&self, pool: &PgPool, counter: &str) -> Result<i64, StoreError> {
        let mut blocks = self.0.lock().await;
        if let Some(number) = blocks.get_mut(counter).and_then(Iterator::next) {
            return Ok(number);
        }
        let block = take_block(pool, counter).await?;
        blocks.insert(counter.to_owned(), block.start + 1..block.end);
        Ok(block.start)
    }
}

async fn take_block(pool: &PgPool, counter: &str) -> Result<Range<i64>, StoreError> {
    let row = sqlx::query(
        "insert into log.counters as c (name, next) values ($1, 1 + $2)
         on conflict (name) do update set next = c.next + $2
         returning next",
    )
    .bind(counter)
    .bind(BLOCK)
    .fetch_one(pool)
    .await?;
    let end: i64 = row.try_get("next")?;
    Ok(end - BLOCK..end)
}
