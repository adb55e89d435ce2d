use std::collections::{BTreeMap, BTreeSet};

use decider::StreamId;

use crate::order::{CancelationStep, Order, OrderEvent, StockEvent};
use crate::stock_item::StockItemEvent;
use crate::values::LineNumber;

/// What a stock item holds for an order is what the order says that it holds there.
pub(super) const RULE: &str = "reserved_as_orders_say";

/// Where a line's units are held: stock item, order, line.
type Place = (String, String, LineNumber);

/// What stock items hold less what orders say, where it is not nothing.
#[derive(Debug, Default)]
pub(super) struct Differences {
    units: BTreeMap<Place, i64>,
    told: BTreeSet<Place>,
    /// Stock items and orders of which not everything is known.
    lost: BTreeSet<String>,
}

impl Differences {
    pub(super) fn stock(&mut self, item: &str, event: &StockItemEvent) {
        let (order, line, units) = match event {
            StockItemEvent::StockReceived(_) | StockItemEvent::ReservationConfirmed(_) => return,
            StockItemEvent::StockReserved(event) => (event.order, event.line, i64::from(event.quantity.get())),
            StockItemEvent::ReservationReleased(event) => (event.order, event.line, -i64::from(event.quantity.get())),
            StockItemEvent::ReservationExpired(event) => (event.order, event.line, -i64::from(event.quantity.get())),
            StockItemEvent::StockDispatched(event) => (event.order, event.line, -i64::from(event.quantity.get())),
        };
        self.add((item.to_owned(), order.to_string(), line), units);
    }

    pub(super) fn order(&mut self, order: &str, event: &OrderEvent) {
        let place =
            |warehouse: &dyn std::fmt::Display, sku: &dyn std::fmt::Display, line| (format!("{warehouse}/{sku}"), order.to_owned(), line);
        match event {
            OrderEvent::Stock(StockEvent::OrderStockReserved(event)) => {
                for held in &event.reservations {
                    self.add(place(&held.warehouse, &held.sku, held.line), -i64::from(held.quantity.get()));
                }
            }
            OrderEvent::Fulfillment(event) => {
                for (left, line) in event.shipped().into_iter().flat_map(|left| left.lines.iter().map(move |line| (left, line))) {
                    self.add(place(&left.warehouse, &line.sku, line.line), i64::from(line.quantity.get()));
                }
            }
            OrderEvent::Cancelation(event) => {
                let released = match event.step() {
                    CancelationStep::Started(event) => event.released.as_slice(),
                    CancelationStep::Ended(..) => &[],
                };
                for held in released {
                    self.add(place(&held.warehouse, &held.sku, held.line), i64::from(held.quantity.get()));
                }
            }
            OrderEvent::Stock(StockEvent::OrderReservationLapsed(event)) => {
                for held in &event.lapsed {
                    self.add(place(&held.warehouse, &held.sku, held.line), i64::from(held.quantity.get()));
                }
            }
            OrderEvent::Stock(StockEvent::OrderStockUnavailable(_))
            | OrderEvent::Placement(_)
            | OrderEvent::Paying(_)
            | OrderEvent::Completion(_)
            | OrderEvent::Anomaly(_) => {}
        }
    }

    /// Nothing is said any more about this stock item or order.
    pub(super) fn lose(&mut self, id: &str) {
        self.lost.insert(id.to_owned());
    }

    /// The differences that were not told before.
    pub(super) fn news(&mut self) -> Vec<(StreamId, String)> {
        let is_news = |place: &Place| !self.told.contains(place) && !self.lost.contains(&place.0) && !self.lost.contains(&place.1);
        let news: Vec<(Place, i64)> =
            self.units.iter().filter(|(place, _)| is_news(place)).map(|(place, units)| (place.clone(), *units)).collect();
        self.told.extend(news.iter().map(|(place, _)| place.clone()));
        let tell = |((item, order, line), units): (Place, i64)| {
            let message = format!("{item} holds {units} units more for line {line} than the order says");
            (StreamId::of::<Order>(order), message)
        };
        news.into_iter().map(tell).collect()
    }

    fn add(&mut self, place: Place, units: i64) {
        let difference = self.units.entry(place.clone()).or_default();
        *difference += units;
        if *difference == 0 {
            self.units.remove(&place);
        }
    }
}
