use std::collections::{BTreeMap, BTreeSet};

use decider::StreamId;

use super::across::{self, Differences};
use super::stock_ledger::StockLedger;
use super::{Findings, Violation, check, located};
use crate::order::{OrderEvent, PlacementEvent};
use crate::registry::DomainEvent;
use crate::shipment::{ShipmentEvent, says_it_left};
use crate::stock_item::{StockDispatched, StockItemEvent};

/// What holds of goods: in each stock item, and between stock items and orders. Fed with the whole log, it keeps the stock items, what they hold, and which
/// orders are confirmed and not over: as much as is under way, however long the log is.
#[derive(Debug, Default)]
pub struct GoodsInvariants {
    stock: BTreeMap<StreamId, StockLedger>,
    differences: Differences,
    leaving: Leaving,
    lost: BTreeSet<StreamId>,
    position: i64,
}

impl GoodsInvariants {
    /// Folds the next event of the log; what does not hold in its stream after it.
    pub fn apply(&mut self, position: i64, stream: &StreamId, event: &DomainEvent) -> Vec<Violation> {
        self.position = position;
        let findings = match event {
            DomainEvent::StockItem(event) => {
                self.differences.stock(stream.aggregate_id(), event);
                let mut findings = self.leaving.check(event);
                findings.extend(self.stock.entry(stream.clone()).or_default().apply(event));
                if self.lost.contains(stream) { Findings::new() } else { findings }
            }
            DomainEvent::Order(event) => {
                self.differences.order(stream.aggregate_id(), event);
                self.leaving.order(stream.aggregate_id(), event);
                Findings::new()
            }
            DomainEvent::Shipment(event) => {
                self.leaving.shipment(stream.aggregate_id(), event);
                Findings::new()
            }
            DomainEvent::Payment(_)
            | DomainEvent::Customer(_)
            | DomainEvent::Product(_)
            | DomainEvent::Warehouse(_)
            | DomainEvent::Claim(_)
            | DomainEvent::Process(_)
            | DomainEvent::OperatorAct(_) => Findings::new(),
        };
        located(position, stream, findings)
    }

    /// An event of this stream cannot be read: of the stock item, or of the order that it belongs to, what is known is known up to it, and nothing is held against
    /// them from there on.
    pub fn lose(&mut self, stream: &StreamId, order: &str) {
        self.lost.insert(stream.clone());
        self.differences.lose(stream.aggregate_id());
        self.differences.lose(order);
        self.leaving.lost.insert(order.to_owned());
    }

    /// What does not hold between streams. To be asked after the last event of an append: within one, they disagree for a moment.
    pub fn end_of_append(&mut self) -> Vec<Violation> {
        let position = self.position;
        self.differences.news().into_iter().map(|(stream, message)| Violation { position, stream, rule: across::RULE, message }).collect()
    }
}

/// What may leave a shelf: what is held for an order that is confirmed by then, or is in a parcel that a carrier keeps or brings although it was called off.
#[derive(Debug, Default)]
struct Leaving {
    /// Orders that are confirmed, until they are over.
    confirmed: BTreeSet<String>,
    /// Shipments that a carrier keeps or brings although they were called off: their goods left the shelf, whatever the order says.
    left_all_the_same: BTreeSet<String>,
    /// Orders of which not everything is known.
    lost: BTreeSet<String>,
}

impl Leaving {
    fn order(&mut self, order: &str, event: &OrderEvent) {
        match event {
            OrderEvent::Placement(event) => {
                if let PlacementEvent::OrderConfirmed(_) = event {
                    self.confirmed.insert(order.to_owned());
                }
            }
            OrderEvent::Cancelation(_) | OrderEvent::Completion(_) => {
                self.confirmed.remove(order);
            }
            OrderEvent::Stock(_) | OrderEvent::Paying(_) | OrderEvent::Fulfillment(_) | OrderEvent::Anomaly(_) => {}
        }
    }

    fn shipment(&mut self, shipment: &str, event: &ShipmentEvent) {
        if let ShipmentEvent::AnomalyDetected(anomaly) = event
            && says_it_left(&anomaly.code)
        {
            self.left_all_the_same.insert(shipment.to_owned());
        }
    }

    fn check(&self, event: &StockItemEvent) -> Findings {
        let mut findings = Findings::new();
        if let StockItemEvent::StockDispatched(left) = event {
            check(&mut findings, self.has(left), "dispatched_from_confirmed_reservation", || {
                format!("line {} of order {} was dispatched, and the order is not confirmed", left.line, left.order)
            });
        }
        findings
    }

    fn has(&self, left: &StockDispatched) -> bool {
        let order = left.order.to_string();
        self.confirmed.contains(&order) || self.lost.contains(&order) || self.left_all_the_same.contains(&left.shipment.to_string())
    }
}
