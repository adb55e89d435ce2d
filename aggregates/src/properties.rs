//! What holds after any sequence of commands, facts and their repetitions over a small world; and that every order still ends, clean.

use decider::Decision;
use proptest::prelude::*;

use crate::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::placing::{ConfirmOrder, PlaceOrder};
use crate::decisions::shipping::{DispatchShipment, PlanShipment, RecordDelivery};
use crate::ids::derive;
use crate::order::{CancelationOutcome, Delivery, Order, OrderStatus, ShipmentProgress};
use crate::payment::{CaptureOutcome, CapturePayment, Outcome, Payment, RecordCapture, RecordVoid, VoidOutcome};
use crate::shipment::{PackShipment, Shipment, ShipmentStatus};
use crate::values::{OrderId, ShipmentId};
use crate::world::*;

const ORDERS: u128 = 4;
const WAREHOUSES: [&str; 2] = ["berlin", "munich"];
const SKUS: [&str; 3] = ["A", "B", "C"];

/// Something that somebody does, in any state.
#[derive(Debug, Clone)]
enum Act {
    Receive {
        warehouse: usize,
        sku: usize,
        document: u32,
        units: u32,
    },
    Place {
        order: u128,
        lines: Vec<(usize, u32, i64)>,
        pickup: Option<usize>,
        shipping: bool,
    },
    Allocate {
        order: u128,
    },
    StartPayment {
        order: u128,
        attempt: u128,
    },
    Authorize {
        order: u128,
        attempt: u128,
        off_by: i64,
    },
    Decline {
        order: u128,
        attempt: u128,
    },
    Settle {
        order: u128,
        attempt: u128,
    },
    Confirm {
        order: u128,
    },
    Plan {
        order: u128,
        warehouse: usize,
        parcel: u128,
    },
    Pack {
        order: u128,
        parcel: u128,
    },
    Dispatch {
        order: u128,
        parcel: u128,
    },
    Deliver {
        order: u128,
        parcel: u128,
    },
    Capture {
        order: u128,
        attempt: u128,
        parcel: u128,
        call: u128,
        last: bool,
    },
    Captured {
        order: u128,
        attempt: u128,
        call: u128,
        off_by: i64,
    },
    CaptureFailed {
        order: u128,
        attempt: u128,
        call: u128,
    },
    Void {
        order: u128,
        attempt: u128,
        call: u128,
    },
    Voided {
        order: u128,
        attempt: u128,
        call: u128,
    },
    VoidFailed {
        order: u128,
        attempt: u128,
        call: u128,
    },
    Cancel {
        order: u128,
    },
    Finish {
        order: u128,
    },
    Complete {
        order: u128,
    },
    /// The next step of the order's life, whatever it is: so that random sequences get far.
    Advance {
        order: u128,
    },
}

/// Gateways seldom contradict what was asked for.
fn off_by() -> impl Strategy<Value = i64> {
    prop_oneof![20 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)]
}

fn any_act() -> impl Strategy<Value = Act> {
    let order = 1..=ORDERS;
    let (attempt, parcel, call) = (0..3u128, 0..3u128, 0..3u128);
    let lines = prop::collection::vec((0..SKUS.len(), 1..4u32, 0..500i64), 1..4);
    prop_oneof![
        3 => (0..2usize, 0..3usize, 0..4u32, 1..4u32).prop_map(|(warehouse, sku, document, units)| Act::Receive { warehouse, sku, document, units }),
        4 => (order.clone(), lines, prop::option::of(0..2usize), any::<bool>())
            .prop_map(|(order, lines, pickup, shipping)| Act::Place { order, lines, pickup, shipping }),
        4 => order.clone().prop_map(|order| Act::Allocate { order }),
        4 => (order.clone(), attempt.clone()).prop_map(|(order, attempt)| Act::StartPayment { order, attempt }),
        4 => (order.clone(), attempt.clone(), off_by()).prop_map(|(order, attempt, off_by)| Act::Authorize { order, attempt, off_by }),
        1 => (order.clone(), attempt.clone()).prop_map(|(order, attempt)| Act::Decline { order, attempt }),
        4 => (order.clone(), attempt.clone()).prop_map(|(order, attempt)| Act::Settle { order, attempt }),
        4 => order.clone().prop_map(|order| Act::Confirm { order }),
        4 => (order.clone(), 0..2usize, parcel.clone()).prop_map(|(order, warehouse, parcel)| Act::Plan { order, warehouse, parcel }),
        4 => (order.clone(), parcel.clone()).prop_map(|(order, parcel)| Act::Pack { order, parcel }),
        4 => (order.clone(), parcel.clone()).prop_map(|(order, parcel)| Act::Dispatch { order, parcel }),
        3 => (order.clone(), parcel.clone()).prop_map(|(order, parcel)| Act::Deliver { order, parcel }),
        4 => (order.clone(), attempt.clone(), parcel, call.clone(), any::<bool>())
            .prop_map(|(order, attempt, parcel, call, last)| Act::Capture { order, attempt, parcel, call, last }),
        3 => (order.clone(), attempt.clone(), call.clone(), off_by())
            .prop_map(|(order, attempt, call, off_by)| Act::Captured { order, attempt, call, off_by }),
        1 => (order.clone(), attempt.clone(), call.clone()).prop_map(|(order, attempt, call)| Act::CaptureFailed { order, attempt, call }),
        1 => (order.clone(), attempt.clone(), call.clone()).prop_map(|(order, attempt, call)| Act::Void { order, attempt, call }),
        1 => (order.clone(), attempt.clone(), call.clone()).prop_map(|(order, attempt, call)| Act::Voided { order, attempt, call }),
        1 => (order.clone(), attempt, call).prop_map(|(order, attempt, call)| Act::VoidFailed { order, attempt, call }),
        1 => order.clone().prop_map(|order| Act::Cancel { order }),
        2 => order.clone().prop_map(|order| Act::Finish { order }),
        3 => order.clone().prop_map(|order| Act::Complete { order }),
        60 => order.prop_map(|order| Act::Advance { order }),
    ]
}

/// An order's n-th attempt, parcel or call.
fn nth(order: u128, n: u128) -> u128 {
    order * 100 + n
}

fn placing(n: u128, lines: &[(usize, u32, i64)], pickup: Option<usize>, shipping: bool) -> PlaceOrder {
    let lines: Vec<(&str, u32, i64)> = lines.iter().map(|(of, units, price)| (SKUS[*of], *units, *price)).collect();
    let placing = place(n, &lines);
    let delivery = pickup.map_or(placing.delivery.clone(), |at| Delivery::Pickup { warehouse: warehouse(WAREHOUSES[at]) });
    let (shipping, shipping_tax) = if shipping { (eur(1000), eur(100)) } else { (eur(0), eur(0)) };
    PlaceOrder { delivery, shipping, shipping_tax, ..placing }
}

impl World {
    /// Asks twice: the second time nothing new may happen.
    fn twice<D: Decision>(&mut self, decision: &D) {
        if self.execute(decision).is_ok() {
            match self.execute(decision) {
                Ok(events) => assert_eq!(events, 0, "asked twice: {:?}", &self.log[self.log.len() - events..]),
                Err(refusal) => panic!("accepted, and refused when it was asked again: {refusal}"),
            }
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Receive { warehouse, sku, document, units } => {
                self.twice(&receive(WAREHOUSES[warehouse], SKUS[sku], Some(&document.to_string()), units));
            }
            Act::Place { order, lines, pickup, shipping } => self.twice(&placing(order, &lines, pickup, shipping)),
            Act::Allocate { order: n } => self.twice(&allocate(order(n))),
            Act::StartPayment { order: n, attempt } => self.twice(&start_payment(order(n), nth(n, attempt))),
            Act::Authorize { order: n, attempt, off_by } => self.authorize_off_by(nth(n, attempt), off_by),
            Act::Decline { order: n, attempt } => self.twice(&declined(nth(n, attempt))),
            Act::Settle { order: n, attempt } => self.twice(&SettleAuthorization { order: order(n), payment: payment(nth(n, attempt)) }),
            Act::Confirm { order: n } => self.twice(&ConfirmOrder { order: order(n) }),
            Act::Plan { order: n, warehouse: at, parcel } => {
                self.twice(&PlanShipment { order: order(n), shipment: shipment(nth(n, parcel)), warehouse: warehouse(WAREHOUSES[at]) });
            }
            Act::Pack { order: n, parcel } => self.twice(&PackShipment { shipment: shipment(nth(n, parcel)) }),
            Act::Dispatch { order: n, parcel } => self.twice(&dispatch(order(n), shipment(nth(n, parcel)))),
            Act::Deliver { order: n, parcel } => self.twice(&delivery(order(n), shipment(nth(n, parcel)))),
            Act::Capture { order: n, attempt, parcel, call, last } => self.capture_share(n, attempt, parcel, call, last),
            Act::Captured { order: n, attempt, call, off_by } => self.captured_off_by(nth(n, attempt), nth(n, call), off_by),
            Act::CaptureFailed { order: n, attempt, call } => self.twice(&capture_failed(nth(n, attempt), nth(n, call))),
            Act::Void { order: n, attempt, call } => self.twice(&void(nth(n, attempt), nth(n, call) + 50)),
            Act::Voided { order: n, attempt, call } => self.twice(&voided(nth(n, attempt), nth(n, call) + 50)),
            Act::VoidFailed { order: n, attempt, call } => self.twice(&void_failed(nth(n, attempt), nth(n, call) + 50)),
            Act::Cancel { order: n } => self.twice(&cancel(order(n))),
            Act::Finish { order: n } => self.twice(&FinishCancelation { order: order(n) }),
            Act::Complete { order: n } => self.twice(&CompleteOrder { order: order(n) }),
            Act::Advance { order: n } => self.advance(n),
        }
    }

    fn advance(&mut self, n: u128) {
        match self.order(order(n)).status() {
            OrderStatus::NotStarted => self.twice(&placing(n, &[(0, 1, 333), (1, 1, 500)], None, true)),
            OrderStatus::Placed => self.advance_placed(n),
            OrderStatus::Confirmed => self.advance_confirmed(n),
            OrderStatus::Canceling => self.advance_canceling(n),
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
        let _ = self.moves(&allocate(id))
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
                || self.moves(&dispatch(id, shipment))
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

    fn attempt(&self, n: u128) -> Payment {
        self.state(&payment(n).to_string())
    }

    fn authorize_off_by(&mut self, n: u128, off_by: i64) {
        if let Some(amount) = self.attempt(n).amount() {
            self.twice(&authorized(n, eur(amount.minor() + off_by)));
        }
    }

    fn captured_off_by(&mut self, n: u128, call: u128, off_by: i64) {
        let call = operation(call + 20);
        if let Some(capture) = self.attempt(n).captures().iter().find(|capture| capture.operation() == call) {
            self.twice(&captured(payment(n), call, eur(capture.amount().minor() + off_by)));
        }
    }

    /// Captures what a parcel is charged to this attempt, as the process does.
    fn capture_share(&mut self, n: u128, attempt: u128, parcel: u128, call: u128, last: bool) {
        let (paying, parcel) = (payment(nth(n, attempt)), shipment(nth(n, parcel)));
        let share = self.shares(order(n)).into_iter().find(|(shipment, payment, _)| (*shipment, *payment) == (parcel, paying));
        let last = last && self.order(order(n)).lines().all(|line| line.open() == 0 && line.in_fulfillment() == 0);
        if let Some((shipment, payment, amount)) = share {
            let operation = operation(nth(n, call) + 20);
            self.twice(&CapturePayment { payment, shipment, operation, amount, r#final: last });
        }
    }
}

fn delivery(id: OrderId, shipment: ShipmentId) -> RecordDelivery {
    RecordDelivery { shipment, order: id, delivered_at: instant(600), carrier: None }
}

fn capture_failed(n: u128, call: u128) -> RecordCapture {
    let outcome = CaptureOutcome::Failed { code: "gateway_error".to_owned() };
    RecordCapture { payment: payment(n), operation: operation(call + 20), outcome }
}

fn void_failed(n: u128, call: u128) -> RecordVoid {
    RecordVoid { payment: payment(n), operation: operation(call), outcome: VoidOutcome::Failed { code: "gateway_error".to_owned() } }
}

// What a process does until every order has ended: no state is a dead end.
impl World {
    fn drive_to_the_end(&mut self) {
        for n in 1..=ORDERS {
            for _ in 0..4 {
                self.answer_calls(n);
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
        self.must(&allocate(id));
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

    /// A parcel whose money was let go of under way can't leave: the order is undone.
    fn send_or_cancel(&mut self, id: OrderId, parcel: ShipmentId) {
        if self.order(id).status() != OrderStatus::Confirmed {
            return;
        }
        self.must(&PackShipment { shipment: parcel });
        let sent: Result<usize, _> = self.execute(&DispatchShipment { ..dispatch(id, parcel) });
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
    fn needs_an_operator(&self, n: u128) -> bool {
        let order = self.order(order(n));
        let anomaly = order.payments().iter().any(|attempt| self.state::<Payment>(&attempt.payment.to_string()).anomalies().count() > 0);
        let let_go = order.payments().iter().any(|attempt| self.state::<Payment>(&attempt.payment.to_string()).is_voided());
        let arrived = order.shipments().any(|(id, _)| self.state::<Shipment>(&id.to_string()).anomalies().count() > 0);
        anomaly || arrived || (let_go && order.is_dispatched())
    }
}

fn stocked() -> World {
    World::with_stock(&[("berlin", "A", 3), ("munich", "A", 2), ("berlin", "B", 2), ("munich", "C", 3), ("munich", "B", 1)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn after_any_acts_everything_holds_and_asked_twice_nothing_new_happens(acts in prop::collection::vec(any_act(), 1..80)) {
        let mut world = stocked();
        for act in acts {
            world.act(act);
        }
        world.assert_whole();
    }

    #[test]
    fn after_any_acts_every_order_still_ends_and_leaves_nothing_behind(acts in prop::collection::vec(any_act(), 1..80)) {
        let mut world = stocked();
        for act in acts {
            world.act(act);
        }
        world.drive_to_the_end();
        world.assert_whole();
        let mut clean = true;
        for n in 1..=ORDERS {
            let order: Order = world.order(order(n));
            let ended = !order.exists() || order.status().is_final();
            prop_assert!(ended || world.needs_an_operator(n), "order {n} is stuck: {order:#?}");
            clean &= ended && !world.needs_an_operator(n);
        }
        if clean {
            world.assert_settled();
        }
    }

    #[test]
    fn any_states_survive_a_snapshot(acts in prop::collection::vec(any_act(), 1..60)) {
        let mut world = stocked();
        for act in acts {
            world.act(act);
        }
        for n in 1..=ORDERS {
            let order: Order = world.order(order(n));
            prop_assert_eq!(&serde_json::from_str::<Order>(&serde_json::to_string(&order).unwrap()).unwrap(), &order);
        }
    }
}
