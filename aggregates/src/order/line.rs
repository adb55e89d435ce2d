use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{OrderedLine, ShippedLine};
use crate::parts::part;
use crate::status::{LineAmounts, LineUnits, worth_minor};
use crate::values::{LineNumber, LineReservation, Money, Quantity, Sku, WarehouseCode};

/// A line of an order: what was ordered, and how far each unit is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    ordered: OrderedLine,
    /// Units held, by warehouse; those in fulfillment included.
    reserved: BTreeMap<WarehouseCode, u32>,
    in_fulfillment: BTreeMap<WarehouseCode, u32>,
    shipped: u32,
    charged: u32,
    delivered: u32,
    canceled: u32,
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
        self.units().open()
    }

    /// How far its units are, in figures.
    pub fn units(&self) -> LineUnits {
        LineUnits {
            ordered: self.ordered(),
            reserved: self.reserved(),
            in_fulfillment: self.in_fulfillment(),
            shipped: self.shipped,
            delivered: self.delivered,
            canceled: self.canceled,
        }
    }

    pub(super) fn amounts(&self) -> LineAmounts {
        let (net_minor, tax_minor) = (self.ordered.net.minor(), self.ordered.tax.minor());
        LineAmounts { ordered: self.ordered.quantity, canceled: self.canceled, net_minor, tax_minor }
    }

    /// Where its units are held.
    pub fn warehouses(&self) -> impl Iterator<Item = (&WarehouseCode, u32)> {
        self.reserved.iter().map(|(warehouse, units)| (warehouse, *units))
    }

    /// Units that need stock and hold none.
    pub(crate) fn unreserved(&self) -> u32 {
        self.open().saturating_sub(self.reserved().saturating_sub(self.in_fulfillment()))
    }

    pub(super) fn reservations(&self) -> Vec<LineReservation> {
        let at = |(warehouse, units): (&WarehouseCode, u32)| {
            let (line, sku, warehouse) = (self.number(), self.sku().clone(), warehouse.clone());
            Quantity::try_from(units).ok().map(|quantity| LineReservation { line, sku, warehouse, quantity })
        };
        self.warehouses().filter_map(at).collect()
    }

    /// What the first `q` units are worth, in minor units: net and tax, each split by itself.
    pub(super) fn worth(&self, q: u32) -> i64 {
        worth_minor(&self.amounts(), q)
    }

    /// Units that leave, with the part of the line that is charged with them.
    pub(super) fn leaving(&self, quantity: Quantity) -> ShippedLine {
        let shipped_after = self.shipped + quantity.get();
        let (net, tax) = self.share(self.charged, self.charged.max(shipped_after));
        let (sku, category) = (self.sku().clone(), self.ordered.category.clone());
        ShippedLine { line: self.number(), sku, category, quantity, net, tax }
    }

    /// The net and the tax of the units from the `from`th (excluded) to the `to`th.
    fn share(&self, from: u32, to: u32) -> (Money, Money) {
        let of = |whole| part(whole, self.ordered.quantity, from, to);
        (of(self.ordered.net), of(self.ordered.tax))
    }
}

// What follows from what happened.
impl OrderLine {
    pub(super) fn hold(&mut self, warehouse: WarehouseCode, units: u32) {
        *self.reserved.entry(warehouse).or_default() += units;
    }

    pub(super) fn release(&mut self, warehouse: &WarehouseCode, units: u32) {
        *self.in_fulfillment.entry(warehouse.clone()).or_default() += units;
    }

    pub(super) fn ship(&mut self, warehouse: &WarehouseCode, units: u32) {
        take(&mut self.in_fulfillment, warehouse, units);
        take(&mut self.reserved, warehouse, units);
        self.shipped += units;
        self.charged = self.charged.max(self.shipped);
    }

    pub(super) fn deliver(&mut self, units: u32) {
        self.delivered += units;
    }

    pub(super) fn take_back(&mut self, warehouse: &WarehouseCode, units: u32) {
        take(&mut self.in_fulfillment, warehouse, units);
    }

    pub(super) fn lapse(&mut self) {
        self.reserved.clear();
    }

    pub(super) fn cancel_what_is_open(&mut self) {
        self.canceled += self.open();
        self.reserved.clear();
    }
}

fn take(held: &mut BTreeMap<WarehouseCode, u32>, warehouse: &WarehouseCode, units: u32) {
    if let Some(left) = held.get_mut(warehouse) {
        *left = left.saturating_sub(units);
        if *left == 0 {
            held.remove(warehouse);
        }
    }
}
