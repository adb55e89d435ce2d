//! Allocating an order's stock: the order and every stock item that it touches, in one append. Check and reservation can't come apart: two orders
//! that want the last unit are decided one after the other, on the same stock item.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::StockingRefusal;
use super::candidates::{Candidates, candidates};
use super::sourcing::{Demand, source, wanted};
use crate::loaded::loaded;
use crate::order::{DeliveryMethod, MissingStock, Order, OrderStatus, OrderStockReserved, OrderStockUnavailable, Terms};
use crate::stock_item::StockItem;
use crate::values::{LineReservation, OrderId, WarehouseCode};

/// Holds the order's stock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllocateStock {
    /// Which order.
    pub order: OrderId,
    /// The open warehouses with their priorities (lower is asked first); an order that is picked up is served by its own.
    pub warehouses: Vec<(WarehouseCode, u32)>,
    /// When the reservations lapse unless the order is confirmed.
    pub until: DateTime<Utc>,
}

impl Decision for AllocateStock {
    type Refusal = StockingRefusal;

    /// The order, then stock items by stages, as long as what was seen does not suffice.
    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let order = states.get::<Order>(&id);
        let looked = order.and_then(|order| Some(self.look(order.terms()?, &demands(order), states)));
        let items = looked.map(|candidates| candidates.named).unwrap_or_default();
        let items = items.into_iter().map(|item| Needed::of::<StockItem>(item.to_string()));
        [Needed::of::<Order>(id.as_str())].into_iter().chain(items).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, StockingRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        let terms = order.terms_of(self.order)?;
        let demands = demands(order);
        if demands.is_empty() && order.cancelation().is_none() {
            return Ok(Changes::none());
        }
        order.terms_while(self.order, OrderStatus::Placed)?;
        match source(&demands, &self.look(terms, &demands, states).seen) {
            Ok(reservations) => self.reserve(reservations, states),
            Err(missing) => Ok(unavailable(&id, order, missing)),
        }
    }
}

impl AllocateStock {
    fn look(&self, terms: &Terms, demands: &[Demand], states: &States<'_>) -> Candidates {
        let available = |item: &str| states.get::<StockItem>(item).map(StockItem::available);
        candidates(&wanted(demands), &self.warehouses(terms), available)
    }

    /// Each warehouse that may serve the order once, best first.
    fn warehouses(&self, terms: &Terms) -> Vec<(WarehouseCode, u32)> {
        let ranks: BTreeMap<&WarehouseCode, u32> = match &terms.delivery {
            DeliveryMethod::Pickup { warehouse } => [(warehouse, 0)].into(),
            DeliveryMethod::Ship { .. } | DeliveryMethod::None => {
                self.warehouses.iter().map(|(code, priority)| (code, *priority)).collect()
            }
        };
        let mut best_first: Vec<(WarehouseCode, u32)> = ranks.into_iter().map(|(code, priority)| (code.clone(), priority)).collect();
        best_first.sort_by_key(|(_, priority)| *priority);
        best_first
    }

    fn reserve(&self, reservations: Vec<LineReservation>, states: &States<'_>) -> Result<Changes, StockingRefusal> {
        let mut changes = Changes::none();
        for held in &reservations {
            let hold = held.clone().of(self.order);
            let id = hold.item.to_string();
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
