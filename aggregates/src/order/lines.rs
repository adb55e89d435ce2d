use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    MissingStock, OrderLine, OrderLinesDelivered, OrderLinesReleased, OrderLinesShipped, OrderLinesTakenBack, OrderStockReserved,
    OrderedLine, ShippedLine, StockEvent,
};
use crate::values::{LineNumber, LineQuantity, LineReservation, Quantity, WarehouseCode};

/// What was ordered, and how far each unit is: held, in a parcel, gone, arrived or canceled.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lines {
    by_number: BTreeMap<LineNumber, OrderLine>,
    missing: Vec<MissingStock>,
    reserved_until: Option<DateTime<Utc>>,
}

// What follows from what happened.
impl Lines {
    pub(super) fn ordered(lines: &[OrderedLine]) -> Self {
        let by_number = lines.iter().map(|line| (line.line, OrderLine::new(line.clone()))).collect();
        Self { by_number, ..Self::default() }
    }

    pub(super) fn stock(&mut self, event: StockEvent) {
        match event {
            StockEvent::OrderStockReserved(event) => self.reserved(event),
            StockEvent::OrderStockUnavailable(event) => self.missing = event.missing,
            StockEvent::OrderReservationLapsed(_) => self.lapsed(),
        }
    }

    fn reserved(&mut self, event: OrderStockReserved) {
        self.reserved_until = Some(event.until);
        self.missing.clear();
        for held in event.reservations {
            if let Some(line) = self.by_number.get_mut(&held.line) {
                line.hold(held.warehouse, held.quantity.get());
            }
        }
    }

    fn lapsed(&mut self) {
        self.reserved_until = None;
        self.by_number.values_mut().for_each(OrderLine::lapse);
    }

    pub(super) fn released(&mut self, event: &OrderLinesReleased) {
        self.each(&event.lines, |line, units| line.release(&event.warehouse, units));
    }

    pub(super) fn shipped(&mut self, event: &OrderLinesShipped) {
        for shipped in &event.lines {
            if let Some(line) = self.by_number.get_mut(&shipped.line) {
                line.ship(&event.warehouse, shipped.quantity.get());
            }
        }
    }

    pub(super) fn delivered(&mut self, event: &OrderLinesDelivered) {
        self.each(&event.lines, OrderLine::deliver);
    }

    pub(super) fn taken_back(&mut self, event: &OrderLinesTakenBack, warehouse: &WarehouseCode) {
        self.each(&event.lines, |line, units| line.take_back(warehouse, units));
    }

    /// With the cancelation everything open is canceled and nothing is held any more.
    pub(super) fn cancel_what_is_open(&mut self) {
        self.reserved_until = None;
        self.by_number.values_mut().for_each(OrderLine::cancel_what_is_open);
    }

    fn each(&mut self, quantities: &[LineQuantity], change: impl Fn(&mut OrderLine, u32)) {
        for of in quantities {
            if let Some(line) = self.by_number.get_mut(&of.line) {
                change(line, of.quantity.get());
            }
        }
    }
}

// What it says.
impl Lines {
    pub(super) fn all(&self) -> impl Iterator<Item = &OrderLine> {
        self.by_number.values()
    }

    pub(super) fn get(&self, number: LineNumber) -> Option<&OrderLine> {
        self.by_number.get(&number)
    }

    pub(super) fn missing(&self) -> &[MissingStock] {
        &self.missing
    }

    pub(super) fn reserved_until(&self) -> Option<DateTime<Utc>> {
        self.reserved_until
    }

    pub(super) fn reservations(&self) -> Vec<LineReservation> {
        self.all().flat_map(OrderLine::reservations).collect()
    }

    /// The warehouses that hold units which no shipment was planned for, in the order of their codes.
    pub(super) fn warehouses_to_ship_from(&self) -> Vec<WarehouseCode> {
        let releasable = |line: &OrderLine| {
            let at = line.warehouses().filter(|(warehouse, _)| line.releasable_at(warehouse) > 0);
            at.map(|(warehouse, _)| warehouse.clone()).collect::<Vec<_>>()
        };
        let all: BTreeSet<WarehouseCode> = self.all().flat_map(releasable).collect();
        all.into_iter().collect()
    }

    /// What a warehouse holds that no shipment was planned for.
    pub(super) fn releasable_at(&self, warehouse: &WarehouseCode) -> Vec<LineQuantity> {
        let units = |line: &OrderLine| {
            let quantity = Quantity::try_from(line.releasable_at(warehouse)).ok()?;
            Some(LineQuantity { line: line.number(), quantity })
        };
        self.all().filter_map(units).collect()
    }

    /// What leaving means for the lines: the units, and the part of each line that is charged with them.
    pub(super) fn leaving(&self, parcel: &[LineQuantity]) -> Vec<ShippedLine> {
        parcel.iter().filter_map(|units| Some(self.get(units.line)?.leaving(units.quantity))).collect()
    }
}
