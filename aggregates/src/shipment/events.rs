//! What was ever stored of a shipment. This file is the storage format: add, never alter.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::stored::stored_events;
use crate::values::{LineNumber, OperationId, OrderId, Quantity, Sku, WarehouseCode};

stored_events! {
    /// An event of a shipment: one parcel of one order from one warehouse.
    ShipmentEvent:
    /// What will go into the parcel.
    ShipmentPlanned = "shipment.planned", version "1";
    /// It is packed.
    ShipmentPacked = "shipment.packed", version "1";
    /// A carrier is to be asked to bring it.
    ShipmentBookingRequested = "shipment.booking_requested", version "1";
    /// The carrier brings it.
    ShipmentBooked = "shipment.booked", version "1";
    /// The carrier refused to.
    ShipmentBookingFailed = "shipment.booking_failed", version "1";
    /// The booking was called off: the carrier does not bring it.
    ShipmentBookingCanceled = "shipment.booking_canceled", version "1";
    /// The carrier refused to call the booking off: the parcel is with it for good.
    ShipmentBookingCancelFailed = "shipment.booking_cancel_failed", version "1";
    /// It left the warehouse.
    ShipmentDispatched = "shipment.dispatched", version "1";
    /// It arrived.
    ShipmentDelivered = "shipment.delivered", version "1";
    /// It was called off before it left.
    ShipmentCanceled = "shipment.canceled", version "1";
    /// A fact contradicts the state.
    AnomalyDetected = "shipment.anomaly_detected", version "1";
}

/// See [`ShipmentEvent::ShipmentPlanned`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentPlanned {
    /// Of which order.
    pub order: OrderId,
    /// Where from.
    pub warehouse: WarehouseCode,
    /// How it goes.
    pub method: ShipmentMethod,
    /// What is in it.
    pub lines: Vec<ShipmentLine>,
}

/// How a shipment reaches the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentMethod {
    /// A carrier brings it.
    Carrier,
    /// The customer fetches it: delivered with the dispatch.
    Pickup,
    /// Nothing moves: delivered with the dispatch.
    None,
}

/// Units of a line in a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentLine {
    /// The line.
    pub line: LineNumber,
    /// Of what.
    pub sku: Sku,
    /// How many units.
    pub quantity: Quantity,
}

/// See [`ShipmentEvent::ShipmentPacked`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentPacked {
    /// Of which order.
    pub order: OrderId,
}

/// See [`ShipmentEvent::ShipmentBookingRequested`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBookingRequested {
    /// Of which order.
    pub order: OrderId,
    /// The call, by which it is looked up and called off.
    pub operation: OperationId,
    /// The carrier's name, such as `simulator`.
    pub carrier: String,
}

/// See [`ShipmentEvent::ShipmentBooked`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBooked {
    /// Of which order.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// Who brings it, under which number.
    pub carrier: CarrierBooking,
}

/// See [`ShipmentEvent::ShipmentBookingFailed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBookingFailed {
    /// Of which order.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// The carrier's reason.
    pub code: String,
}

/// See [`ShipmentEvent::ShipmentBookingCanceled`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBookingCanceled {
    /// Of which order.
    pub order: OrderId,
    /// The call that was called off.
    pub operation: OperationId,
}

/// See [`ShipmentEvent::ShipmentBookingCancelFailed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBookingCancelFailed {
    /// Of which order.
    pub order: OrderId,
    /// The call that stands.
    pub operation: OperationId,
    /// The carrier's reason.
    pub code: String,
}

/// See [`ShipmentEvent::ShipmentDispatched`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentDispatched {
    /// Of which order.
    pub order: OrderId,
    /// Who carries it; without: picked up, or nothing moves.
    pub carrier: Option<CarrierBooking>,
}

/// A parcel in a carrier's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierBooking {
    /// The carrier's name, such as `simulator`.
    pub carrier: String,
    /// Its number for the parcel.
    pub tracking: String,
}

/// See [`ShipmentEvent::ShipmentDelivered`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentDelivered {
    /// Of which order.
    pub order: OrderId,
    /// When it arrived.
    pub delivered_at: DateTime<Utc>,
}

/// See [`ShipmentEvent::ShipmentCanceled`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentCanceled {
    /// Of which order.
    pub order: OrderId,
}

/// See [`ShipmentEvent::AnomalyDetected`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnomalyDetected {
    /// Of which order.
    pub order: OrderId,
    /// Stable, such as `delivered_after_cancel`.
    pub code: String,
    /// A sentence for the operator.
    pub message: String,
}
