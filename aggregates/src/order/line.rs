use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::OrderedLine;
use crate::parts::part;
use crate::values::{LineNumber, Money, Sku, WarehouseCode};

/// A line of an order: what was ordered, and how far each unit is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    pub(super) ordered: OrderedLine,
    /// Units held, by warehouse; those in fulfillment included.
    pub(super) reserved: BTreeMap<WarehouseCode, u32>,
    pub(super) in_fulfillment: BTreeMap<WarehouseCode, u32>,
    pub(super) shipped: u32,
    pub(super) charged: u32,
    pub(super) delivered: u32,
    pub(super) canceled: u32,
}

impl OrderLine {
    pub(super) fn new(ordered: OrderedLine) -> Self {
        let (reserved, in_fulfillment) = (BTreeMap::new(), BTreeMap::new());
        Self { ordered, reserved, in_fulfillment, shipped: 0, charged: 0, delivered: 0, canceled: 0 }
    }

    /// The line as it stood when the order was placed.
    pub fn as_ordered(&self) -> &OrderedLine {
        &self.ordered
    }

    /// Its number in the order.
    pub fn number(&self) -> LineNumber {
        self.ordered.line
    }

    /// What.
    pub fn sku(&self) -> &Sku {
        &self.ordered.sku
    }

    /// Units ordered.
    pub fn ordered(&self) -> u32 {
        self.ordered.quantity.get()
    }

    /// Units held in warehouses, those in fulfillment included.
    pub fn reserved(&self) -> u32 {
        self.reserved.values().sum()
    }

    /// Units held in one warehouse, those in fulfillment included.
    pub fn reserved_at(&self, warehouse: &WarehouseCode) -> u32 {
        self.reserved.get(warehouse).copied().unwrap_or(0)
    }

    /// Units in planned shipments.
    pub fn in_fulfillment(&self) -> u32 {
        self.in_fulfillment.values().sum()
    }

    /// Units held in one warehouse that no shipment was planned for.
    pub fn releasable_at(&self, warehouse: &WarehouseCode) -> u32 {
        self.reserved_at(warehouse).saturating_sub(self.in_fulfillment.get(warehouse).copied().unwrap_or(0))
    }

    /// Units that left.
    pub fn shipped(&self) -> u32 {
        self.shipped
    }

    /// Units that were charged for.
    pub fn charged(&self) -> u32 {
        self.charged
    }

    /// Units that arrived.
    pub fn delivered(&self) -> u32 {
        self.delivered
    }

    /// Units that will never be delivered.
    pub fn canceled(&self) -> u32 {
        self.canceled
    }

    /// Units for which nothing was decided yet: ordered − canceled − in fulfillment − shipped.
    pub fn open(&self) -> u32 {
        self.ordered().saturating_sub(self.canceled + self.in_fulfillment() + self.shipped)
    }

    /// Where its units are held.
    pub fn warehouses(&self) -> impl Iterator<Item = (&WarehouseCode, u32)> {
        self.reserved.iter().map(|(warehouse, units)| (warehouse, *units))
    }

    /// The net and the tax of the units from the `from`th (excluded) to the `to`th.
    pub(super) fn share(&self, from: u32, to: u32) -> (Money, Money) {
        let of = |whole| part(whole, self.ordered.quantity, from, to);
        (of(self.ordered.net), of(self.ordered.tax))
    }
}
