use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use uuid::Uuid;

use super::Desk;
use super::problem::{Refusal, turned_away};
use crate::simulator::carrier::BookingError;
use crate::simulator::faults::Fault;
use crate::{BookCall, BookingOutcome, CancelBookingCall, CancelBookingOutcome};

type Answered<T> = Result<Json<T>, Refusal>;

pub(super) async fn book(State(desk): State<Desk>, call: Result<Json<BookCall>, JsonRejection>) -> Answered<BookingOutcome> {
    let Json(call) = call?;
    desk.carry(call.operation, desk.parcels.book(&call)).await
}

pub(super) async fn cancel(
    State(desk): State<Desk>,
    call: Result<Json<CancelBookingCall>, JsonRejection>,
) -> Answered<CancelBookingOutcome> {
    let Json(call) = call?;
    desk.carry(Uuid::new_v5(&call.operation, b"cancel"), desk.parcels.cancel(&call)).await
}

pub(super) async fn look_up(State(desk): State<Desk>, Path(operation): Path<Uuid>) -> Answered<BookingOutcome> {
    desk.manners.hesitate().await;
    let found = desk.parcels.look_up(operation).await;
    desk.manners.dawdle().await;
    found?.map(Json).ok_or(Refusal::NotFound)
}

impl Desk {
    /// Does what the carrier is asked, with the faults that the call meets when it is first sent. Its answer takes longer than its work.
    async fn carry<T>(&self, call: Uuid, work: impl Future<Output = Result<T, BookingError>>) -> Answered<T> {
        self.manners.hesitate().await;
        match self.faults.of(call, None) {
            Fault::TimeoutBefore | Fault::Silent if self.ledger.stumbles(call).await? => self.silence().await,
            Fault::Unavailable if self.ledger.stumbles(call).await? => Err(turned_away()),
            Fault::TimeoutAfter if self.ledger.stumbles(call).await? => {
                work.await?;
                self.silence().await
            }
            Fault::None | Fault::TimeoutBefore | Fault::Silent | Fault::Unavailable | Fault::TimeoutAfter => {
                let answer = work.await?;
                self.manners.dawdle().await;
                Ok(Json(answer))
            }
        }
    }
}

impl From<BookingError> for Refusal {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::Reused => Self::Reused,
            BookingError::Restless => Self::Unavailable { message: error.to_string() },
            // Booked or not: the operation's id makes the next try safe.
            BookingError::Database(error) => Self::Broken { message: error.to_string() },
        }
    }
}
