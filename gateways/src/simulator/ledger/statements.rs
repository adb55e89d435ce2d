use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use super::entry::Entry;
use crate::OperationOutcome;
use crate::simulator::account::Standing;
use crate::simulator::operation::Fingerprint;

/// A payment's standing, and the order it is for as far as anybody said.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    pub(super) order: Option<Uuid>,
    pub(super) standing: Standing,
}

/// A transaction that has the books for itself. The lock is had before the first read takes its snapshot, so nothing committed is missed.
pub(super) const BEGIN_ALONE: &str = "begin; select pg_advisory_xact_lock(hashtextextended('simulator.operations', 0))";

pub(super) async fn outcome(pool: &PgPool, operation: Uuid) -> Result<Option<OperationOutcome>, sqlx::Error> {
    let row: Option<(Json<OperationOutcome>,)> =
        sqlx::query_as("select outcome from simulator.operations where operation = $1").bind(operation).fetch_optional(pool).await?;
    Ok(row.map(|(outcome,)| outcome.0))
}

pub(super) async fn stumble(pool: &PgPool, operation: Uuid) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query("insert into simulator.stumbles (operation) values ($1) on conflict do nothing").bind(operation);
    Ok(inserted.execute(pool).await?.rows_affected() == 1)
}

pub(super) async fn done(
    connection: &mut PgConnection,
    operations: &[Uuid],
) -> Result<HashMap<Uuid, (Fingerprint, OperationOutcome)>, sqlx::Error> {
    let rows = sqlx::query("select operation, fingerprint, outcome from simulator.operations where operation = any($1)").bind(operations);
    rows.fetch_all(connection).await?.iter().map(done_row).collect()
}

fn done_row(row: &PgRow) -> Result<(Uuid, (Fingerprint, OperationOutcome)), sqlx::Error> {
    let outcome: Json<OperationOutcome> = row.try_get("outcome")?;
    Ok((row.try_get("operation")?, (row.try_get("fingerprint")?, outcome.0)))
}

/// The accounts of these payments, and those of other payments for the same orders.
pub(super) async fn accounts(
    connection: &mut PgConnection,
    payments: &[Uuid],
    orders: &[Uuid],
) -> Result<HashMap<Uuid, Account>, sqlx::Error> {
    let rows = sqlx::query("select payment, order_id, standing from simulator.accounts where payment = any($1) or order_id = any($2)");
    rows.bind(payments).bind(orders).fetch_all(connection).await?.iter().map(account_row).collect()
}

fn account_row(row: &PgRow) -> Result<(Uuid, Account), sqlx::Error> {
    let standing: Json<_> = row.try_get("standing")?;
    Ok((row.try_get("payment")?, Account { order: row.try_get("order_id")?, standing: standing.0 }))
}

/// Operations and accounts in one statement: both or none even if the answer is lost.
pub(super) async fn enter(connection: &mut PgConnection, entries: Vec<Entry>, accounts: Vec<(Uuid, Account)>) -> Result<(), sqlx::Error> {
    let (payments, accounts): (Vec<_>, Vec<_>) = accounts.into_iter().unzip();
    sqlx::query(include_str!("enter.sql"))
        .bind(column(&entries, |entry| entry.operation))
        .bind(column(&entries, |entry| entry.payment))
        .bind(column(&entries, |entry| entry.fingerprint.to_vec()))
        .bind(column(&entries, |entry| entry.result))
        .bind(column(&entries, |entry| entry.currency.clone()))
        .bind(column(&entries, |entry| entry.amount))
        .bind(column(&entries, |entry| Json(entry.outcome.clone())))
        .bind(payments)
        .bind(column(&accounts, |account| account.order))
        .bind(column(&accounts, |account| Json(account.standing.clone())))
        .execute(connection)
        .await?;
    Ok(())
}

fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}
