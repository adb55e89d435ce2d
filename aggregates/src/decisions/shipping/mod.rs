//! Parcels leave and arrive.

mod book;
mod deliver;
mod departure;
mod dispatch;
mod plan;
mod unbook;

pub use book::{RecordBooking, RequestBooking};
pub use deliver::{DeliverShipment, RecordDelivery};
pub(super) use departure::may_leave;
pub use dispatch::DispatchShipment;
pub use plan::PlanShipment;
pub use unbook::RecordBookingCancelation;

use chrono::{DateTime, Utc};
use decider::{Refusal, RefusalClass};
use serde::Serialize;

use crate::order::OrderRefusal;
use crate::shipment::ShipmentRefusal;
use crate::stock_item::StockItemRefusal;
use crate::values::{PaymentId, ShipmentId, WarehouseCode};

/// Why a parcel is not planned, or does not leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ShippingRefusal {
    /// Nothing is held there that no shipment was planned for.
    #[error("{warehouse} holds nothing of this order that could be shipped")]
    NothingToShip {
        /// Where.
        warehouse: WarehouseCode,
    },
    /// Another shipment has this id.
    #[error("another shipment was planned as {shipment}")]
    ShipmentExists {
        /// Which.
        shipment: ShipmentId,
    },
    /// A carrier has to bring it, and none was booked.
    #[error("shipment {shipment} goes by carrier, and none is booked")]
    CarrierMissing {
        /// Which.
        shipment: ShipmentId,
    },
    /// No carrier brings it: it is fetched, or nothing moves.
    #[error("shipment {shipment} goes without a carrier: it is fetched, or nothing is sent")]
    CarrierUnexpected {
        /// Which.
        shipment: ShipmentId,
    },
    /// It left already, and with whom was not said then.
    #[error("shipment {shipment} has left, and no carrier was named then")]
    DispatchedWithoutCarrier {
        /// Which.
        shipment: ShipmentId,
    },
    /// It arrived already, at another time.
    #[error("shipment {shipment} arrived at {delivered_at}")]
    DeliveredOtherwise {
        /// Which.
        shipment: ShipmentId,
        /// When.
        delivered_at: DateTime<Utc>,
    },
    /// A carrier is asked to bring it, and has not answered.
    #[error("a carrier is asked to bring shipment {shipment}, and has not answered yet")]
    BookingPending {
        /// Which.
        shipment: ShipmentId,
    },
    /// Another carrier brings it, or the same under another number.
    #[error("shipment {shipment} is booked with {carrier} as {tracking}")]
    BookedOtherwise {
        /// Which.
        shipment: ShipmentId,
        /// Who brings it.
        carrier: String,
        /// Its number there.
        tracking: String,
    },
    /// It left already, with another carrier or under another number.
    #[error("shipment {shipment} left with {carrier} as {tracking}")]
    DispatchedOtherwise {
        /// Which.
        shipment: ShipmentId,
        /// Who carries it.
        carrier: String,
        /// Its number there.
        tracking: String,
    },
    /// The money would be gone before it can be taken.
    #[error("the authorization of payment {payment} does not outlive the dispatch by a day: it ends at {expires_at}")]
    AuthorizationLapses {
        /// Which payment.
        payment: PaymentId,
        /// When the gateway lets go of it.
        expires_at: DateTime<Utc>,
    },
    /// What the parcel says.
    #[error(transparent)]
    #[serde(untagged)]
    Shipment(#[from] ShipmentRefusal),
    /// What the order says, whatever is asked.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
    /// What the stock says.
    #[error(transparent)]
    #[serde(untagged)]
    Stock(#[from] StockItemRefusal),
}

impl Refusal for ShippingRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::NothingToShip { .. }
            | Self::ShipmentExists { .. }
            | Self::BookingPending { .. }
            | Self::BookedOtherwise { .. }
            | Self::DispatchedOtherwise { .. }
            | Self::DispatchedWithoutCarrier { .. }
            | Self::DeliveredOtherwise { .. }
            | Self::AuthorizationLapses { .. } => RefusalClass::State,
            Self::CarrierMissing { .. } | Self::CarrierUnexpected { .. } => RefusalClass::Value,
            Self::Shipment(refusal) => refusal.class(),
            Self::Order(refusal) => refusal.class(),
            Self::Stock(refusal) => refusal.class(),
        }
    }
}
