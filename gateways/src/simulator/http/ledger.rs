use axum::Json;
use axum::extract::{Path, State};
use uuid::Uuid;

use super::Desk;
use super::problem::Refusal;
use crate::OperationOutcome;
use crate::simulator::ledger::LedgerTotal;

pub(super) async fn look_up(State(desk): State<Desk>, Path(operation): Path<Uuid>) -> Result<Json<OperationOutcome>, Refusal> {
    desk.manners.hesitate().await;
    desk.ledger.look_up(operation).await?.map(Json).ok_or(Refusal::NotFound)
}

pub(super) async fn totals(State(desk): State<Desk>) -> Result<Json<Vec<LedgerTotal>>, Refusal> {
    Ok(Json(desk.ledger.totals().await?))
}
