use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;

use super::Desk;
use super::problem::Refusal;
use crate::simulator::carrier::BookingError;
use crate::{BookCall, Booking};

pub(super) async fn book(State(desk): State<Desk>, call: Result<Json<BookCall>, JsonRejection>) -> Result<Json<Booking>, Refusal> {
    let Json(call) = call?;
    desk.manners.hesitate().await;
    Ok(Json(desk.parcels.book(&call).await?))
}

impl From<BookingError> for Refusal {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::Reused => Self::Reused,
            // Booked or not: the parcel's id makes the next try safe.
            BookingError::Database(error) => Self::Broken { message: error.to_string() },
        }
    }
}
