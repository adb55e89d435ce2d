use std::collections::BTreeMap;

use decider::StreamId;

use super::order_ledger::OrderLedger;
use super::payment_ledger::PaymentLedger;
use super::shipment_ledger::ShipmentLedger;
use super::{Findings, Violation, located};
use crate::registry::DomainEvent;

/// What holds of each order with its payments and parcels. All of one order's events are in one partition of the log, so the log may be looked at part by
/// part: what is kept is of the orders of one part.
#[derive(Debug, Default)]
pub struct OrderInvariants {
    orders: BTreeMap<StreamId, OrderLedger>,
    payments: BTreeMap<StreamId, PaymentLedger>,
    shipments: BTreeMap<StreamId, ShipmentLedger>,
    position: i64,
}

impl OrderInvariants {
    /// Folds the next event; what does not hold in its stream after it.
    pub fn apply(&mut self, position: i64, stream: &StreamId, event: &DomainEvent) -> Vec<Violation> {
        self.position = position;
        let findings = match event {
            DomainEvent::Order(event) => self.orders.entry(stream.clone()).or_default().apply(event),
            DomainEvent::Payment(event) => self.payments.entry(stream.clone()).or_default().apply(event),
            DomainEvent::Shipment(event) => self.shipments.entry(stream.clone()).or_default().apply(event),
            DomainEvent::StockItem(_)
            | DomainEvent::Customer(_)
            | DomainEvent::Product(_)
            | DomainEvent::Warehouse(_)
            | DomainEvent::Claim(_)
            | DomainEvent::Process(_)
            | DomainEvent::OperatorAct(_) => Findings::new(),
        };
        located(position, stream, findings)
    }

    /// What does not hold at the end. `is_settled` says of an order's id that nothing of it is under way and no call is without an outcome: its money must
    /// agree, too, and if it ended it holds nothing, and no carrier brings what was called off.
    pub fn finish(self, is_settled: impl Fn(&str) -> bool) -> Vec<Violation> {
        let payments = self.payments_by_order();
        let settled = self.orders.iter().filter(|(stream, _)| is_settled(stream.aggregate_id()));
        let of_order = |order: &str| payments.get(order).into_iter().flatten().copied();
        let orders = settled.flat_map(|(stream, order)| located(self.position, stream, order.settle(of_order(stream.aggregate_id()))));
        let is_over = |parcel: &ShipmentLedger| parcel.order().is_some_and(|order| is_settled(&order.to_string()));
        let parcels = self.shipments.iter().filter(|(_, parcel)| is_over(parcel));
        orders.chain(parcels.flat_map(|(stream, parcel)| located(self.position, stream, parcel.settle()))).collect()
    }

    fn payments_by_order(&self) -> BTreeMap<String, Vec<&PaymentLedger>> {
        let mut by_order: BTreeMap<String, Vec<&PaymentLedger>> = BTreeMap::new();
        for payment in self.payments.values() {
            if let Some(order) = payment.order() {
                by_order.entry(order.to_string()).or_default().push(payment);
            }
        }
        by_order
    }
}
