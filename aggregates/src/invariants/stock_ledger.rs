use std::collections::BTreeMap;

use super::{Findings, check};
use crate::stock_item::StockItemEvent;
use crate::values::{LineNumber, OrderId};

/// A stock item: reserved ≤ on hand, nothing taken that was not held.
#[derive(Debug, Default)]
pub(super) struct StockLedger {
    on_hand: i64,
    holds: BTreeMap<(OrderId, LineNumber), i64>,
    reserved: i64,
}

impl StockLedger {
    pub(super) fn apply(&mut self, event: &StockItemEvent) -> Findings {
        let mut findings = Findings::new();
        match event {
            StockItemEvent::StockReceived(event) => self.on_hand += i64::from(event.quantity.get()),
            StockItemEvent::StockReserved(event) => self.hold((event.order, event.line), i64::from(event.quantity.get())),
            StockItemEvent::ReservationConfirmed(_) => {}
            StockItemEvent::ReservationReleased(event) => {
                self.take((event.order, event.line), i64::from(event.quantity.get()), &mut findings);
            }
            StockItemEvent::ReservationExpired(event) => {
                self.take((event.order, event.line), i64::from(event.quantity.get()), &mut findings);
            }
            StockItemEvent::StockDispatched(event) => {
                self.take((event.order, event.line), i64::from(event.quantity.get()), &mut findings);
                self.on_hand -= i64::from(event.quantity.get());
            }
        }
        check(&mut findings, self.reserved <= self.on_hand, "reserved_within_on_hand", || {
            format!("{} units are reserved, {} on hand", self.reserved, self.on_hand)
        });
        findings
    }

    fn hold(&mut self, key: (OrderId, LineNumber), units: i64) {
        *self.holds.entry(key).or_default() += units;
        self.reserved += units;
    }

    fn take(&mut self, key: (OrderId, LineNumber), units: i64, findings: &mut Findings) {
        let hold = self.holds.entry(key).or_default();
        *hold -= units;
        self.reserved -= units;
        check(findings, *hold >= 0, "reservation_never_below_zero", || {
            format!("{units} units of line {} of order {} were given up, {} were held", key.1, key.0, *hold + units)
        });
        if *hold <= 0 {
            self.holds.remove(&key);
        }
    }
}
