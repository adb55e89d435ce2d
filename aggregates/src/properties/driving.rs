use decider::Decision;

use super::act::nth;
use super::asked::{delivery, placing};
use super::{ORDERS, WAREHOUSES};
use crate::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::placing::ConfirmOrder;
use crate::decisions::shipping::{PlanShipment, RecordBooking, RecordBookingCancelation};
use crate::ids::derive;
use crate::order::{CancelationOutcome, OrderStatus, ShipmentProgress};
use crate::payment::{CapturePayment, Outcome, Payment, RecordVoid, VoidOutcome};
use crate::shipment::{BookingOutcome, CancelBookingOutcome, PackShipment, Shipment, ShipmentStatus};
use crate::values::{OrderId, ShipmentId};
use crate::world::*;

// The next step of an order's life, whatever it is.
impl World {
    pub(super) fn advance(&mut self, n: u128) {
        match self.order(order(n)).status() {
            OrderStatus::NotStarted => self.twice(&placing(n, &[(0, 1, 333), (1, 1, 500)], None, true)),
            OrderStatus::Placed => self.advance_placed(n),
            OrderStatus::Confirmed => self.advance_confirmed(n),
            OrderStatus::Canceling => {
                self.answer_carriers(n);
                self.advance_canceling(n);
            }
            OrderStatus::Completed | OrderStatus::Rejected | OrderStatus::Expired | OrderStatus::Canceled => {}
        }
    }

    /// Whether it was accepted and something new happened.
    fn moves<D: Decision>(&mut self, decision: &D) -> bool {
        self.execute(decision).is_ok_and(|events| events > 0)
    }

    fn advance_placed(&mut self, n: u128) {
        let (id, first) = (order(n), nth(n, 0));
        let due = self.order(id).due().expect("a placed order knows what is due");
        let _ = self.moves(&self.allocation(id))
            || self.moves(&start_payment(id, first))
            || self.moves(&authorized(first, due))
            || self.moves(&SettleAuthorization { order: id, payment: payment(first) })
            || self.moves(&ConfirmOrder { order: id });
    }

    fn advance_confirmed(&mut self, n: u128) {
        let id = order(n);
        for (parcel, code) in (0..).zip(WAREHOUSES) {
            let (shipment, paying, call) = (shipment(nth(n, parcel)), payment(nth(n, 0)), operation(nth(n, parcel) + 20));
            let amount = self.shares(id).into_iter().find(|share| share.0 == shipment).map_or(eur(1), |share| share.2);
            let capture = CapturePayment { payment: paying, shipment, operation: call, amount, r#final: false };
            let moved = self.moves(&PlanShipment { order: id, shipment, warehouse: warehouse(code) })
                || self.moves(&PackShipment { shipment })
                || self.moves(&self.leaving(id, shipment))
                || (self.order(id).is_dispatched() && self.shares(id).iter().any(|share| share.0 == shipment) && self.moves(&capture))
                || self.attempt(nth(n, 0)).captures().iter().any(|made| made.operation() == call)
                    && self.moves(&captured(paying, call, amount))
                || (self.state::<Shipment>(&shipment.to_string()).status() == ShipmentStatus::Dispatched
                    && self.moves(&delivery(id, shipment)));
            if moved {
                return;
            }
        }
        self.twice(&CompleteOrder { order: id });
    }

    fn advance_canceling(&mut self, n: u128) {
        let first = nth(n, 0);
        let _ = self.moves(&void(first, first + 50))
            || self.attempt(first).pending_void().is_some() && self.moves(&voided(first, first + 50))
            || self.moves(&SettleAuthorization { order: order(n), payment: payment(first) })
            || self.moves(&FinishCancelation { order: order(n) });
    }
}

// What a process does until every order has ended: no state is a dead end.
impl World {
    pub(super) fn drive_to_the_end(&mut self) {
        for n in 1..=ORDERS {
            for _ in 0..4 {
                self.answer_calls(n);
                self.answer_carriers(n);
                match self.order(order(n)).status() {
                    OrderStatus::Placed => self.drive_placed(n),
                    OrderStatus::Confirmed => self.drive_confirmed(n),
                    OrderStatus::Canceling => self.drive_canceling(n),
                    OrderStatus::NotStarted
                    | OrderStatus::Completed
                    | OrderStatus::Rejected
                    | OrderStatus::Expired
                    | OrderStatus::Canceled => {}
                }
            }
        }
    }

    /// Every call to the gateway gets an outcome at last.
    fn answer_calls(&mut self, n: u128) {
        for attempt in self.order(order(n)).payments().to_vec() {
            let payment: Payment = self.state(&attempt.payment.to_string());
            if let Some(operation) = payment.pending_void() {
                self.must(&RecordVoid { payment: attempt.payment, operation, outcome: VoidOutcome::Voided });
            } else if payment.pending_authorization().is_some() {
                let nth = attempt.payment.uuid().as_u128() & 0xffff;
                self.must(&authorized(nth, attempt.amount));
            }
            for capture in payment.captures().iter().filter(|capture| capture.outcome() == Outcome::Pending) {
                self.must(&captured(attempt.payment, capture.operation(), capture.amount()));
            }
            let _ = self.execute(&SettleAuthorization { order: order(n), payment: attempt.payment });
            let payment: Payment = self.state(&attempt.payment.to_string());
            let is_wanted = self.order(order(n)).payment(attempt.payment).is_some_and(crate::order::PaymentAttempt::is_live);
            let is_contradicted = payment.status() == crate::payment::PaymentStatus::Contradicted;
            if payment.holds_money() && payment.captured_minor() == 0 && (!is_wanted || is_contradicted) {
                self.let_go(n, attempt.payment);
            }
        }
    }

    fn let_go(&mut self, n: u128, payment: crate::values::PaymentId) {
        let operation = derive(&["void", &payment.to_string()]);
        self.must(&crate::payment::VoidPayment { payment, operation });
        self.must(&RecordVoid { payment, operation, outcome: VoidOutcome::Voided });
        self.must(&SettleAuthorization { order: order(n), payment });
    }

    fn drive_placed(&mut self, n: u128) {
        let id = order(n);
        self.must(&self.allocation(id));
        if self.execute(&ConfirmOrder { order: id }).is_err() {
            let _ = self.execute(&start_payment(id, nth(n, 9)));
            self.answer_calls(n);
        }
        if self.execute(&ConfirmOrder { order: id }).is_err() {
            self.must(&CancelOrder { outcome: CancelationOutcome::Rejected, ..cancel(id) });
        }
    }

    fn drive_confirmed(&mut self, n: u128) {
        let id = order(n);
        for (extra, code) in (80..).zip(self.order(id).warehouses_to_ship_from()) {
            self.must(&PlanShipment { order: id, shipment: shipment(nth(n, extra)), warehouse: code });
        }
        for (parcel, sent) in self.order(id).shipments().map(|(parcel, sent)| (parcel, sent.progress)).collect::<Vec<_>>() {
            match sent {
                ShipmentProgress::InFulfillment => self.send_or_cancel(id, parcel),
                ShipmentProgress::Shipped => {
                    self.must(&delivery(id, parcel));
                }
                ShipmentProgress::Delivered | ShipmentProgress::TakenBack => {}
            }
        }
        self.capture_what_left(n);
        let _ = self.execute(&CompleteOrder { order: id });
    }

    /// Every call to a carrier gets an outcome at last, and what was called off is called off there.
    fn answer_carriers(&mut self, n: u128) {
        for parcel in self.order(order(n)).shipments().map(|(parcel, _)| parcel).collect::<Vec<_>>() {
            let state: Shipment = self.state(&parcel.to_string());
            let Some(operation) = state.open_booking() else { continue };
            if state.status() == ShipmentStatus::Canceled {
                let outcome = CancelBookingOutcome::Canceled;
                self.must(&RecordBookingCancelation { shipment: parcel, order: order(n), operation, outcome, at: instant(62) });
            } else if state.booking().carrier().is_none() {
                let outcome = BookingOutcome::Failed { code: "too_heavy".to_owned() };
                self.must(&RecordBooking { shipment: parcel, order: order(n), operation, outcome, at: instant(61) });
            }
        }
    }

    /// A parcel whose money was let go of under way can't leave: the order is undone.
    fn send_or_cancel(&mut self, id: OrderId, parcel: ShipmentId) {
        if self.order(id).status() != OrderStatus::Confirmed {
            return;
        }
        self.must(&PackShipment { shipment: parcel });
        let sent: Result<usize, _> = self.execute(&self.leaving(id, parcel));
        match sent {
            Ok(_) => drop(self.execute(&delivery(id, parcel))),
            Err(_) if !self.order(id).is_dispatched() => drop(self.must(&cancel(id))),
            Err(_) => {}
        }
    }

    fn capture_what_left(&mut self, n: u128) {
        for (shipment, payment, amount) in self.shares(order(n)) {
            let operation = derive(&["capture", &shipment.to_string(), &payment.to_string()]);
            if self.execute(&CapturePayment { payment, shipment, operation, amount, r#final: false }).is_ok_and(|events| events > 0) {
                self.must(&captured(payment, operation, amount));
            }
        }
    }

    fn drive_canceling(&mut self, n: u128) {
        self.answer_carriers(n);
        for attempt in self.order(order(n)).payments().to_vec() {
            let payment: Payment = self.state(&attempt.payment.to_string());
            if payment.holds_money() && payment.captured_minor() == 0 {
                self.let_go(n, attempt.payment);
            }
        }
        let _ = self.execute(&FinishCancelation { order: order(n) });
    }

    /// Whether an operator has to put something right: an anomaly on a payment, money that was let go of after a part had left, or a parcel that
    /// arrived and was not to.
    pub(super) fn needs_an_operator(&self, n: u128) -> bool {
        let order = self.order(order(n));
        let anomaly = order.payments().iter().any(|attempt| self.state::<Payment>(&attempt.payment.to_string()).anomalies().count() > 0);
        let let_go = order.payments().iter().any(|attempt| self.state::<Payment>(&attempt.payment.to_string()).is_voided());
        let arrived = order.shipments().any(|(id, _)| self.state::<Shipment>(&id.to_string()).anomalies().count() > 0);
        anomaly || arrived || (let_go && order.is_dispatched())
    }

    pub(super) fn any_needs_an_operator(&self) -> bool {
        (1..=ORDERS).any(|n| self.needs_an_operator(n))
    }
}
