use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::values::{LineReservation, Sku};

/// See [`StockEvent::OrderStockReserved`](super::StockEvent::OrderStockReserved).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderStockReserved {
    /// Where each line's units are held.
    pub reservations: Vec<LineReservation>,
    /// When the reservations lapse unless the order is confirmed.
    pub until: DateTime<Utc>,
}

/// See [`StockEvent::OrderStockUnavailable`](super::StockEvent::OrderStockUnavailable).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderStockUnavailable {
    /// What is missing.
    pub missing: Vec<MissingStock>,
}

/// A SKU of which there is less than ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingStock {
    /// Of what.
    pub sku: Sku,
    /// How many units the order wants.
    pub wanted: u32,
    /// How many units there were, in all warehouses that may serve it.
    pub available: u32,
}

/// See [`StockEvent::OrderReservationLapsed`](super::StockEvent::OrderReservationLapsed).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReservationLapsed {
    /// What was held for it until then.
    pub lapsed: Vec<LineReservation>,
}
