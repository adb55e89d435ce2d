//! The port of a carrier.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::GatewayError;

/// Whoever brings parcels to customers.
///
/// A booking is an operation: carried out once with one answer, however often and whenever it is sent, and looked up or called off by the same id. A parcel has
/// one booking at a time: under another operation it is the same, as long as it stands.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// The name under which shipments remember it, such as `simulator`.
    fn name(&self) -> &str;

    /// Asks it to bring a parcel.
    async fn book(&self, call: BookCall) -> Result<BookingOutcome, GatewayError>;

    /// Calls a booking off. One that it has never heard of is called off, too: should it arrive late, it finds the door shut.
    async fn cancel(&self, call: CancelBookingCall) -> Result<CancelBookingOutcome, GatewayError>;

    /// What became of a booking; `None` if the carrier has not seen it. A call still on its way may arrive later: wait out its time-out first.
    async fn look_up(&self, operation: Uuid) -> Result<Option<BookingOutcome>, GatewayError>;
}

/// Carry this parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookCall {
    /// The call's identity, on both sides, for ever.
    pub operation: Uuid,
    /// The parcel's.
    pub shipment: Uuid,
    /// What is in it.
    pub order: Uuid,
    /// Where it is fetched.
    pub warehouse: String,
    /// Where it goes, ISO 3166 alpha-2, if known: an address itself never leaves Orderly for a simulator.
    pub country: Option<String>,
    /// How heavy it is, if known.
    pub weight_grams: Option<u64>,
}

/// Carry it not, after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelBookingCall {
    /// The booking's operation.
    pub operation: Uuid,
    /// The parcel.
    pub shipment: Uuid,
}

/// What became of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum BookingOutcome {
    /// The parcel is in the carrier's hands.
    Booked(Booking),
    /// The carrier does not bring it.
    Failed {
        /// Such as `too_heavy`.
        code: String,
    },
    /// It was called off.
    Canceled,
}

/// The answer to [`Carrier::cancel`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CancelBookingOutcome {
    /// The carrier does not bring it, and will not.
    Canceled,
    /// It is too late.
    Failed {
        /// Such as `already_delivered`.
        code: String,
    },
}

/// A parcel in a carrier's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The carrier's name.
    pub carrier: String,
    /// Its number for the parcel.
    pub tracking: String,
}
