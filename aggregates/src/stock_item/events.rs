//! What was ever stored of a stock item. This file is the storage format: add, never alter.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::stored::stored_events;
use crate::values::{LineNumber, OrderId, Quantity, ShipmentId};

stored_events! {
    /// An event of a stock item.
    StockItemEvent:
    /// Units came in.
    StockReceived = "stock_item.received", version "1";
    /// Units are held for a line of an order.
    StockReserved = "stock_item.reserved", version "1";
    /// The hold does not lapse any more. Read where it was stored and never written: that its order is confirmed says the same.
    ReservationConfirmed = "stock_item.reservation_confirmed", version "1";
    /// The hold ended and its units are available again.
    ReservationReleased = "stock_item.reservation_released", version "1";
    /// The hold lapsed: its order was not confirmed in time.
    ReservationExpired = "stock_item.reservation_expired", version "1";
    /// Held units left the warehouse.
    StockDispatched = "stock_item.dispatched", version "1";
}

/// See [`StockItemEvent::StockReceived`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockReceived {
    /// The document that says so, unique for the stock item; without one the command had an idempotency key.
    pub document: Option<String>,
    /// How many units.
    pub quantity: Quantity,
}

/// See [`StockItemEvent::StockReserved`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockReserved {
    /// For which order.
    pub order: OrderId,
    /// For which line of it.
    pub line: LineNumber,
    /// How many units.
    pub quantity: Quantity,
    /// When the hold lapses unless its order is confirmed.
    pub until: DateTime<Utc>,
}

/// See [`StockItemEvent::ReservationConfirmed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReservationConfirmed {
    /// For which order.
    pub order: OrderId,
    /// For which line of it.
    pub line: LineNumber,
    /// How many units.
    pub quantity: Quantity,
}

/// See [`StockItemEvent::ReservationReleased`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReservationReleased {
    /// For which order.
    pub order: OrderId,
    /// For which line of it.
    pub line: LineNumber,
    /// How many units.
    pub quantity: Quantity,
    /// Why.
    pub reason: ReleaseReason,
}

/// See [`StockItemEvent::ReservationExpired`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReservationExpired {
    /// For which order.
    pub order: OrderId,
    /// For which line of it.
    pub line: LineNumber,
    /// How many units.
    pub quantity: Quantity,
}

/// Why a reservation ended without a dispatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The order is being undone.
    OrderCanceling,
}

/// See [`StockItemEvent::StockDispatched`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockDispatched {
    /// For which order.
    pub order: OrderId,
    /// For which line of it.
    pub line: LineNumber,
    /// With which shipment.
    pub shipment: ShipmentId,
    /// How many units.
    pub quantity: Quantity,
}
