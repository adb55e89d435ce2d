//! Allocating an order's stock: the order and every stock item that it touches, in one append. Check and reservation can't come apart: two orders
//! that want the last unit are decided one after the other, on the same stock item.

use std::collections::{BTreeMap, BTreeSet};

use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{
    AllocateStock, DeliveryMethod, MissingStock, Order, OrderRefusal, OrderStatus, OrderStockReserved, OrderStockUnavailable, Terms,
};
use crate::sourcing::{Demand, Supply, source};
use crate::stock_item::{Hold, StockItem};
use crate::values::{LineReservation, Sku, StockItemId, WarehouseCode};

impl Decision for AllocateStock {
    type Refusal = OrderRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let items = states.get::<Order>(&id).map(|order| self.items(order)).unwrap_or_default();
        let items = items.into_iter().map(|item| Needed::of::<StockItem>(item.to_string()));
        [Needed::of::<Order>(id.as_str())].into_iter().chain(items).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        let terms = order.terms_of(self.order)?;
        let demands = demands(order);
        if demands.is_empty() && order.cancelation().is_none() {
            return Ok(Changes::none());
        }
        order.terms_while(self.order, OrderStatus::Placed)?;
        match source(&demands, &self.supplies(terms, &demands, states)) {
            Ok(reservations) => self.reserve(reservations, states),
            Err(missing) => Ok(unavailable(&id, order, missing)),
        }
    }
}

impl AllocateStock {
    fn warehouses(&self, terms: &Terms) -> Vec<(WarehouseCode, u32)> {
        match &terms.delivery {
            DeliveryMethod::Pickup { warehouse } => vec![(warehouse.clone(), 0)],
            DeliveryMethod::Ship { .. } | DeliveryMethod::None => self.warehouses.clone(),
        }
    }

    fn items(&self, order: &Order) -> BTreeSet<StockItemId> {
        let Some(terms) = order.terms() else { return BTreeSet::new() };
        let skus: BTreeSet<Sku> = demands(order).into_iter().map(|demand| demand.sku).collect();
        let at = |warehouse: WarehouseCode| skus.iter().map(move |sku| StockItemId { warehouse: warehouse.clone(), sku: sku.clone() });
        self.warehouses(terms).into_iter().flat_map(|(warehouse, _)| at(warehouse).collect::<Vec<_>>()).collect()
    }

    fn supplies(&self, terms: &Terms, demands: &[Demand], states: &States<'_>) -> Vec<Supply> {
        let available = |warehouse: &WarehouseCode, sku: &Sku| {
            let item = StockItemId { warehouse: warehouse.clone(), sku: sku.clone() };
            (sku.clone(), loaded::<StockItem>(states, &item.to_string()).available())
        };
        let supply = |(warehouse, priority): (WarehouseCode, u32)| {
            let available: BTreeMap<Sku, u64> = demands.iter().map(|demand| available(&warehouse, &demand.sku)).collect();
            Supply { warehouse, priority, available }
        };
        self.warehouses(terms).into_iter().map(supply).collect()
    }

    fn reserve(&self, reservations: Vec<LineReservation>, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let mut changes = Changes::none();
        for held in &reservations {
            let item = StockItemId { warehouse: held.warehouse.clone(), sku: held.sku.clone() };
            let (id, hold) = (item.to_string(), Hold { item, order: self.order, line: held.line, quantity: held.quantity });
            let event = loaded::<StockItem>(states, &id).reserve(&hold, self.until)?;
            changes.push::<StockItem>(id, event);
        }
        changes.push::<Order>(self.order.to_string(), OrderStockReserved { reservations, until: self.until }.into());
        Ok(changes)
    }
}

fn demands(order: &Order) -> Vec<Demand> {
    let wanting = order.lines().filter(|line| line.unreserved() > 0);
    wanting.map(|line| Demand { line: line.number(), sku: line.sku().clone(), units: line.unreserved() }).collect()
}

/// Told once what is missing, an order needs not be told again.
fn unavailable(id: &str, order: &Order, missing: Vec<MissingStock>) -> Changes {
    let news = order.missing() != missing;
    Changes::of::<Order>(id, news.then(|| OrderStockUnavailable { missing }.into()))
}
