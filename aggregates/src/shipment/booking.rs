use serde::{Deserialize, Serialize};

use super::{
    CONTRADICTING_BOOKING, CarrierBooking, Shipment, ShipmentBooked, ShipmentBookingCanceled, ShipmentBookingFailed, ShipmentEvent,
    UNKNOWN_BOOKING,
};
use crate::status::BookingStage;
use crate::values::{OperationId, OrderId};

/// How far a parcel is with a carrier: the last call, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Booking {
    /// No carrier was asked.
    #[default]
    None,
    /// Asked, without an outcome.
    Requested {
        /// The call.
        operation: OperationId,
    },
    /// The carrier brings it.
    Booked {
        /// The call.
        operation: OperationId,
        /// Who, under which number.
        carrier: CarrierBooking,
    },
    /// The carrier refused.
    Failed {
        /// The call.
        operation: OperationId,
    },
    /// Called off.
    Canceled {
        /// The call.
        operation: OperationId,
    },
    /// Called off too late: the carrier keeps the parcel.
    Kept {
        /// The call.
        operation: OperationId,
    },
}

/// What a carrier said to a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingOutcome {
    /// It brings the parcel.
    Booked(CarrierBooking),
    /// It does not.
    Failed {
        /// Its reason.
        code: String,
    },
    /// The booking was called off.
    Canceled,
}

/// What a carrier said to whoever called a booking off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelBookingOutcome {
    /// It does not bring the parcel, and will not.
    Canceled,
    /// It is too late.
    Failed {
        /// Its reason.
        code: String,
    },
}

impl Booking {
    /// In a word.
    pub fn stage(&self) -> BookingStage {
        match self {
            Self::None => BookingStage::None,
            Self::Requested { .. } => BookingStage::Requested,
            Self::Booked { .. } => BookingStage::Booked,
            Self::Failed { .. } => BookingStage::Failed,
            Self::Canceled { .. } => BookingStage::Canceled,
            Self::Kept { .. } => BookingStage::Kept,
        }
    }

    /// The call, if the carrier brings the parcel by it, or may.
    pub fn open(&self) -> Option<OperationId> {
        match self {
            Self::Requested { operation } | Self::Booked { operation, .. } => Some(*operation),
            Self::None | Self::Failed { .. } | Self::Canceled { .. } | Self::Kept { .. } => None,
        }
    }

    /// Who brings the parcel, if somebody does.
    pub fn carrier(&self) -> Option<&CarrierBooking> {
        match self {
            Self::Booked { carrier, .. } => Some(carrier),
            Self::None | Self::Requested { .. } | Self::Failed { .. } | Self::Canceled { .. } | Self::Kept { .. } => None,
        }
    }

    /// What has left with a carrier was booked with it, whether its answer is there or not.
    pub(super) fn left(self, with: Option<&CarrierBooking>) -> Self {
        match (self, with) {
            (Self::Requested { operation }, Some(carrier)) => Self::Booked { operation, carrier: carrier.clone() },
            (booking, _) => booking,
        }
    }

    pub(super) fn operation(&self) -> Option<OperationId> {
        match self {
            Self::None => None,
            Self::Requested { operation }
            | Self::Booked { operation, .. }
            | Self::Failed { operation }
            | Self::Canceled { operation }
            | Self::Kept { operation } => Some(*operation),
        }
    }
}

impl Shipment {
    /// What follows for the parcel from what a carrier said to a booking: a fact, in whatever state the parcel is.
    pub(crate) fn record_booking(&self, order: OrderId, operation: OperationId, outcome: &BookingOutcome) -> Vec<ShipmentEvent> {
        if self.former_bookings.contains(&operation) {
            return self.told_of_a_former(order, operation, outcome).into_iter().collect();
        }
        if self.booking.operation() != Some(operation) {
            let message = format!("the carrier answered booking {operation}, which is not this parcel's");
            return self.anomaly(order, UNKNOWN_BOOKING, message).into_iter().collect();
        }
        match outcome {
            BookingOutcome::Booked(carrier) => self.booked_now(order, operation, carrier),
            BookingOutcome::Failed { code } => self.failed_now(order, operation, code),
            BookingOutcome::Canceled => self.canceled_now(order, operation),
        }
    }

    /// A booking that another has followed had failed or was called off.
    fn told_of_a_former(&self, order: OrderId, operation: OperationId, outcome: &BookingOutcome) -> Option<ShipmentEvent> {
        match outcome {
            BookingOutcome::Failed { .. } | BookingOutcome::Canceled => None,
            BookingOutcome::Booked(carrier) => {
                let message = format!("booked as {} by {operation}, which was over", carrier.tracking);
                self.anomaly(order, CONTRADICTING_BOOKING, message)
            }
        }
    }

    /// Whether this call was ever made.
    pub(crate) fn was_asked(&self, operation: OperationId) -> bool {
        self.former_bookings.contains(&operation) || self.booking.operation() == Some(operation)
    }

    fn booked_now(&self, order: OrderId, operation: OperationId, carrier: &CarrierBooking) -> Vec<ShipmentEvent> {
        let booked = || ShipmentBooked { order, operation, carrier: carrier.clone() }.into();
        let contradicts =
            |what: &str| self.anomaly(order, CONTRADICTING_BOOKING, format!("booked as {} by {operation}, {what}", carrier.tracking));
        match &self.booking {
            Booking::Requested { .. } => vec![booked()],
            Booking::Booked { carrier: known, .. } if known == carrier => vec![],
            Booking::Booked { carrier: known, .. } => contradicts(&format!("after {}", known.tracking)).into_iter().collect(),
            Booking::Failed { .. } => contradicts("which had failed").into_iter().chain([booked()]).collect(),
            // The door was shut before it arrived, or after: the carrier has said so.
            Booking::Canceled { .. } | Booking::Kept { .. } | Booking::None => vec![],
        }
    }

    fn failed_now(&self, order: OrderId, operation: OperationId, code: &str) -> Vec<ShipmentEvent> {
        match &self.booking {
            Booking::Requested { .. } => vec![ShipmentBookingFailed { order, operation, code: code.to_owned() }.into()],
            Booking::Booked { .. } => {
                let message = format!("booking {operation} failed ({code}) after the parcel was booked");
                self.anomaly(order, CONTRADICTING_BOOKING, message).into_iter().collect()
            }
            Booking::None | Booking::Failed { .. } | Booking::Canceled { .. } | Booking::Kept { .. } => vec![],
        }
    }

    /// The carrier does not bring it any more, whoever called it off.
    pub(crate) fn canceled_now(&self, order: OrderId, operation: OperationId) -> Vec<ShipmentEvent> {
        match &self.booking {
            Booking::Booked { .. } if self.status.has_left() => {
                let message = format!("booking {operation} was called off after the parcel had left");
                self.anomaly(order, CONTRADICTING_BOOKING, message).into_iter().collect()
            }
            Booking::Requested { .. } | Booking::Booked { .. } => vec![ShipmentBookingCanceled { order, operation }.into()],
            Booking::None | Booking::Failed { .. } | Booking::Canceled { .. } | Booking::Kept { .. } => vec![],
        }
    }
}
