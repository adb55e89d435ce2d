//! What holds over the log, as folds of their own: they share no code with the aggregates that they watch, so a mistake there is seen here.
//!
//! Property tests and `replay verify` feed the same [`Invariants`]: every event with [`Invariants::apply`], the end of every append with
//! [`Invariants::end_of_append`] (what spans streams agrees only there), and the end with [`Invariants::finish`].

mod across;
mod order_ledger;
mod payment_ledger;
mod shipment_ledger;
mod stock_ledger;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use decider::StreamId;

use crate::order::Order;
use crate::registry::DomainEvent;
use crate::shipment::Shipment;
use crate::stock_item::StockItemEvent;
use across::Differences;
use order_ledger::OrderLedger;
use payment_ledger::PaymentLedger;
use shipment_ledger::ShipmentLedger;
use stock_ledger::StockLedger;

/// Something that must hold, and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The first position of the log at which it did not hold.
    pub position: i64,
    /// Of which aggregate.
    pub stream: StreamId,
    /// Stable, such as `reserved_within_on_hand`.
    pub rule: &'static str,
    /// A sentence with the values.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at position {}: {} ({})", self.stream, self.position, self.message, self.rule)
    }
}

/// What a ledger found, without where.
type Findings = Vec<(&'static str, String)>;

/// Adds a finding if the rule does not hold.
fn check(findings: &mut Findings, holds: bool, rule: &'static str, message: impl FnOnce() -> String) {
    if !holds {
        findings.push((rule, message()));
    }
}

/// All ledgers, up to some position of the log.
#[derive(Debug, Default)]
pub struct Invariants {
    stock: BTreeMap<StreamId, StockLedger>,
    payments: BTreeMap<StreamId, PaymentLedger>,
    orders: BTreeMap<StreamId, OrderLedger>,
    shipments: BTreeMap<StreamId, ShipmentLedger>,
    differences: Differences,
    position: i64,
}

impl Invariants {
    /// Folds the next event of the log; what does not hold in its stream after it.
    pub fn apply(&mut self, position: i64, stream: &StreamId, event: &DomainEvent) -> Vec<Violation> {
        self.position = position;
        let findings = match event {
            DomainEvent::StockItem(event) => {
                self.differences.stock(stream.aggregate_id(), event);
                let mut findings = self.leaves_rightly(event);
                findings.extend(self.stock.entry(stream.clone()).or_default().apply(event));
                findings
            }
            DomainEvent::Order(event) => {
                self.differences.order(stream.aggregate_id(), event);
                self.orders.entry(stream.clone()).or_default().apply(event)
            }
            DomainEvent::Payment(event) => self.payments.entry(stream.clone()).or_default().apply(event),
            DomainEvent::Shipment(event) => self.shipments.entry(stream.clone()).or_default().apply(event),
            DomainEvent::Customer(_)
            | DomainEvent::Product(_)
            | DomainEvent::Warehouse(_)
            | DomainEvent::Claim(_)
            | DomainEvent::Process(_)
            | DomainEvent::OperatorAct(_) => Findings::new(),
        };
        located(position, stream, findings)
    }

    /// What leaves a shelf was held for an order that is confirmed by then, or is in a parcel that arrived although it was called off.
    fn leaves_rightly(&self, event: &StockItemEvent) -> Findings {
        let mut findings = Findings::new();
        if let StockItemEvent::StockDispatched(left) = event {
            let order = self.orders.get(&StreamId::of::<Order>(left.order.to_string()));
            let parcel = self.shipments.get(&StreamId::of::<Shipment>(left.shipment.to_string()));
            let rightly = order.is_some_and(OrderLedger::is_confirmed) || parcel.is_some_and(ShipmentLedger::arrived_all_the_same);
            check(&mut findings, rightly, "dispatched_from_confirmed_reservation", || {
                format!("line {} of order {} was dispatched, and the order is not confirmed", left.line, left.order)
            });
        }
        findings
    }

    /// What does not hold between streams. To be asked after the last event of an append: within one, they disagree for a moment.
    pub fn end_of_append(&mut self) -> Vec<Violation> {
        let position = self.position;
        self.differences.news().into_iter().map(|(stream, message)| Violation { position, stream, rule: across::RULE, message }).collect()
    }

    /// What does not hold at the end. `is_settled` says of an order's id that nothing of it is under way and no call is without an outcome: its money must
    /// agree, too, and if it ended it holds nothing.
    pub fn finish(mut self, is_settled: impl Fn(&str) -> bool) -> Vec<Violation> {
        let mut violations = self.end_of_append();
        let payments = self.payments_by_order();
        for (stream, order) in self.orders.iter().filter(|(stream, _)| is_settled(stream.aggregate_id())) {
            let of_order = payments.get(stream.aggregate_id()).into_iter().flatten().copied();
            violations.extend(located(self.position, stream, order.settle(of_order)));
        }
        violations
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

fn located(position: i64, stream: &StreamId, findings: Findings) -> Vec<Violation> {
    findings.into_iter().map(|(rule, message)| Violation { position, stream: stream.clone(), rule, message }).collect()
}
