use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use rust_decimal::Decimal;

use super::Desk;
use super::problem::{Refusal, turned_away};
use crate::simulator::faults::Fault;
use crate::simulator::ledger::Answer;
use crate::simulator::operation::Operation;
use crate::{AuthorizeCall, CaptureCall, OperationOutcome, VoidCall};

type Body<T> = Result<Json<T>, JsonRejection>;
type Answered = Result<Json<OperationOutcome>, Refusal>;

pub(super) async fn authorize(State(desk): State<Desk>, call: Body<AuthorizeCall>) -> Answered {
    let Json(call) = call?;
    money(call.amount, &call.currency)?;
    desk.perform(Operation::Authorize(call)).await
}

pub(super) async fn capture(State(desk): State<Desk>, call: Body<CaptureCall>) -> Answered {
    let Json(call) = call?;
    money(call.amount, &call.currency)?;
    desk.perform(Operation::Capture(call)).await
}

pub(super) async fn void(State(desk): State<Desk>, call: Body<VoidCall>) -> Answered {
    desk.perform(Operation::Void(call?.0)).await
}

impl Desk {
    async fn perform(&self, operation: Operation) -> Answered {
        self.manners.hesitate().await;
        match self.faults.of(operation.id(), operation.method()) {
            Fault::None => self.answer(operation).await,
            Fault::TimeoutAfter => self.answer_but_in_silence(operation).await,
            Fault::TimeoutBefore if self.ledger.stumbles(operation.id()).await? => self.silence().await,
            Fault::Unavailable if self.ledger.stumbles(operation.id()).await? => Err(turned_away()),
            Fault::TimeoutBefore | Fault::Unavailable => self.answer(operation).await,
            Fault::Silent => self.silence().await,
        }
    }

    async fn answer(&self, operation: Operation) -> Answered {
        match self.ledger.perform(operation).await? {
            Answer::New(outcome) | Answer::Replayed(outcome) => Ok(Json(outcome)),
            Answer::Reused => Err(Refusal::Reused),
        }
    }

    async fn answer_but_in_silence(&self, operation: Operation) -> Answered {
        match self.ledger.perform(operation).await? {
            Answer::New(_) => self.silence().await,
            Answer::Replayed(outcome) => Ok(Json(outcome)),
            Answer::Reused => Err(Refusal::Reused),
        }
    }
}

fn money(amount: Decimal, currency: &str) -> Result<(), Refusal> {
    if amount <= Decimal::ZERO {
        return Err(Refusal::Meaningless { code: "amount_not_positive", message: format!("{amount} is not an amount to move") });
    }
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Refusal::Meaningless { code: "unknown_currency", message: format!("{currency:?} is not a currency") });
    }
    Ok(())
}
