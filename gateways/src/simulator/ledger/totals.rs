use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

/// One line of what the gateway's own books add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct LedgerTotal {
    /// `authorized`, `declined`, `captured`, `capture_failed`, `voided` or `void_failed`.
    pub kind: String,
    /// ISO 4217 code; `XXX` where nothing was ever held.
    pub currency: String,
    /// How many operations ended so.
    pub count: i64,
    /// What they add up to: for those that failed, what was asked.
    pub amount: Decimal,
}

pub(super) async fn read(pool: &PgPool) -> Result<Vec<LedgerTotal>, sqlx::Error> {
    let totals =
        "select result as kind, currency, count(*) as count, sum(amount) as amount from simulator.operations group by 1, 2 order by 1, 2";
    sqlx::query_as(totals).fetch_all(pool).await
}
