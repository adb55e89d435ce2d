//! What holds over the log, as folds of their own: they share no code with the aggregates that they watch, so a mistake there is seen here.
//!
//! Every event is folded with [`Invariants::apply`], the end of every append with [`Invariants::end_of_append`] (what spans streams agrees only there), and
//! the end with [`Invariants::finish`]. Property tests feed the whole; `replay verify` feeds its two halves by themselves, each in memory that a long log
//! does not fill: [`GoodsInvariants`] keeps what is under way, [`OrderInvariants`] is fed the log part by part.

mod across;
mod goods;
mod order_ledger;
mod orders;
mod payment_ledger;
mod shipment_ledger;
mod stock_ledger;
#[cfg(test)]
mod tests;

use std::fmt;

use decider::StreamId;

use crate::registry::DomainEvent;
pub use goods::GoodsInvariants;
pub use orders::OrderInvariants;

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

/// All of them, up to some position of the log.
#[derive(Debug, Default)]
pub struct Invariants {
    goods: GoodsInvariants,
    orders: OrderInvariants,
}

impl Invariants {
    /// Folds the next event of the log; what does not hold in its stream after it.
    pub fn apply(&mut self, position: i64, stream: &StreamId, event: &DomainEvent) -> Vec<Violation> {
        let mut violations = self.goods.apply(position, stream, event);
        violations.extend(self.orders.apply(position, stream, event));
        violations
    }

    /// What does not hold between streams, see [`GoodsInvariants::end_of_append`].
    pub fn end_of_append(&mut self) -> Vec<Violation> {
        self.goods.end_of_append()
    }

    /// What does not hold at the end, see [`OrderInvariants::finish`].
    pub fn finish(mut self, is_settled: impl Fn(&str) -> bool) -> Vec<Violation> {
        let mut violations = self.end_of_append();
        violations.extend(self.orders.finish(is_settled));
        violations
    }
}

fn located(position: i64, stream: &StreamId, findings: Findings) -> Vec<Violation> {
    findings.into_iter().map(|(rule, message)| Violation { position, stream: stream.clone(), rule, message }).collect()
}
