//! A shipment: one parcel of one order from one warehouse. `Planned → Packed → Dispatched → Delivered`; `Canceled` before dispatch.
//!
//! What becomes of it becomes of the order's lines in the same append. What a carrier reports is never refused: what contradicts is recorded as an anomaly.
//! Asking a carrier to bring it is a call like one to a gateway: requested, and its outcome; one that is called off is called off at the carrier, too.
//! Invariant: it leaves at most once, and what is in it was reserved at its warehouse for its order.

mod booking;
#[cfg(test)]
mod booking_tests;
mod commands;
mod decide;
mod events;
mod evolve;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use booking::{Booking, BookingOutcome, CancelBookingOutcome};
pub use commands::*;
pub use events::*;

use crate::stored::aggregate;
use crate::values::{OperationId, OrderId, WarehouseCode};

/// The carrier delivered what was called off.
pub const DELIVERED_AFTER_CANCEL: &str = "delivered_after_cancel";
/// The carrier keeps what was called off.
pub const KEPT_AFTER_CANCEL: &str = "kept_after_cancel";
/// The carrier says the opposite of what it said of a booking.
pub const CONTRADICTING_BOOKING: &str = "contradicting_booking";
/// The carrier answers a booking that was never asked for.
pub const UNKNOWN_BOOKING: &str = "unknown_booking";
/// The carrier delivered what could not have left.
pub const DELIVERED_BEFORE_DISPATCH: &str = "delivered_before_dispatch";

/// Whether this anomaly says that goods have left that were called off.
pub(crate) fn says_it_left(code: &str) -> bool {
    [DELIVERED_AFTER_CANCEL, KEPT_AFTER_CANCEL].contains(&code)
}

/// One parcel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    status: ShipmentStatus,
    planned: Option<ShipmentPlanned>,
    booking: Booking,
    /// The calls before it: each had failed or was called off.
    former_bookings: Vec<OperationId>,
    carrier: Option<CarrierBooking>,
    delivered_at: Option<DateTime<Utc>>,
    anomalies: BTreeSet<(String, String)>,
}

/// Where a parcel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentStatus {
    /// Does not exist.
    #[default]
    NotPlanned,
    /// It is known what goes into it.
    Planned,
    /// Ready to leave.
    Packed,
    /// It left the warehouse.
    Dispatched,
    /// It arrived.
    Delivered,
    /// Called off before it left.
    Canceled,
}

impl ShipmentStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotPlanned => "not_planned",
            Self::Planned => "planned",
            Self::Packed => "packed",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Canceled => "canceled",
        }
    }

    /// Whether it is known to have left the warehouse.
    pub fn has_left(self) -> bool {
        match self {
            Self::Dispatched | Self::Delivered => true,
            Self::NotPlanned | Self::Planned | Self::Packed | Self::Canceled => false,
        }
    }

    /// Whether it has not left the warehouse and still may.
    pub fn is_undispatched(self) -> bool {
        match self {
            Self::Planned | Self::Packed => true,
            Self::NotPlanned | Self::Dispatched | Self::Delivered | Self::Canceled => false,
        }
    }
}

aggregate!(Shipment, "shipment", ShipmentEvent, partition: |_, event| Cow::Owned(event.order().to_string()));

impl Shipment {
    /// Where it is.
    pub fn status(&self) -> ShipmentStatus {
        self.status
    }

    /// What it was planned as.
    pub fn planned(&self) -> Option<&ShipmentPlanned> {
        self.planned.as_ref()
    }

    /// Of which order it is.
    pub fn order(&self) -> Option<OrderId> {
        self.planned.as_ref().map(|planned| planned.order)
    }

    /// Where it leaves from.
    pub fn warehouse(&self) -> Option<&WarehouseCode> {
        self.planned.as_ref().map(|planned| &planned.warehouse)
    }

    /// What is in it.
    pub fn lines(&self) -> &[ShipmentLine] {
        self.planned.as_ref().map_or(&[], |planned| &planned.lines)
    }

    /// Who carries it, once it left.
    pub fn carrier(&self) -> Option<&CarrierBooking> {
        self.carrier.as_ref()
    }

    /// How far it is with a carrier.
    pub fn booking(&self) -> &Booking {
        &self.booking
    }

    /// The call under which a carrier brings it, or may, while it has not left: whoever calls the parcel off calls this off, too.
    pub fn open_booking(&self) -> Option<OperationId> {
        self.booking.open().filter(|_| !self.status.has_left())
    }

    /// Whether its goods have left although it was called off.
    pub fn has_left_all_the_same(&self) -> bool {
        self.anomalies().any(|(code, _)| says_it_left(code))
    }

    /// When it arrived.
    pub fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.delivered_at
    }

    /// What contradicts, by code and sentence.
    pub fn anomalies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.anomalies.iter().map(|(code, message)| (code.as_str(), message.as_str()))
    }
}

impl ShipmentEvent {
    /// Of which order the shipment is.
    pub fn order(&self) -> OrderId {
        match self {
            Self::ShipmentPlanned(event) => event.order,
            Self::ShipmentPacked(event) => event.order,
            Self::ShipmentBookingRequested(event) => event.order,
            Self::ShipmentBooked(event) => event.order,
            Self::ShipmentBookingFailed(event) => event.order,
            Self::ShipmentBookingCanceled(event) => event.order,
            Self::ShipmentBookingCancelFailed(event) => event.order,
            Self::ShipmentDispatched(event) => event.order,
            Self::ShipmentDelivered(event) => event.order,
            Self::ShipmentCanceled(event) => event.order,
            Self::AnomalyDetected(event) => event.order,
        }
    }
}
