//! The saga among the real rules of the domain, with a log in memory and outside parties that answer late, twice and in any order.

use std::collections::{BTreeMap, BTreeSet};

use aggregates::decisions::placing::PlaceOrder;
use aggregates::decisions::shipping::{RecordBooking, RecordBookingCancelation, RecordDelivery};
use aggregates::order::*;
use aggregates::payment::*;
use aggregates::process::*;
use aggregates::samples;
use aggregates::shipment::*;
use aggregates::stock_item::StockItem;
use aggregates::values::*;
use chrono::{DateTime, Utc};
use decider::in_memory::{InMemoryLog, Recorded};
use decider::{Decision, RefusalDocument};
use gateways::AuthorizeCall;
use proptest::prelude::*;
use uuid::Uuid;

use super::story::{ORDER, known, money, rules};
use crate::order_fulfillment::{
    Action, Asked, Call, CarrierCall, Effect, GatewayCall, Happened, Known, Occurrence, OrderFulfillment, Phase,
};

const CUSTOMER: CustomerId = CustomerId::new(Uuid::from_u128(77));

/// What happens to befall the order.
#[derive(Debug, Clone)]
struct Fate {
    by_carrier: bool,
    two_warehouses: bool,
    in_stock: bool,
    free: bool,
    declined: bool,
    /// What it declined it authorizes after all, when everything is over.
    repents: bool,
    other_amount: bool,
    /// The first calls of this kind fail, for good.
    failed_captures: u32,
    failed_voids: u32,
    failed_bookings: u32,
    /// The customer cancels at this step of the schedule.
    cancels_at: Option<usize>,
    /// Deadlines pass whenever they like.
    slow: bool,
}

fn fate() -> impl Strategy<Value = Fate> {
    (any::<[bool; 6]>(), 0..10u8, 0..5u32, 0..5u32, 0..4u32, proptest::option::of(0..60usize)).prop_map(
        |(flags, luck, failed_captures, failed_voids, failed_bookings, cancels_at)| {
            let [by_carrier, two_warehouses, free, in_stock, repents, slow] = flags;
            Fate {
                by_carrier,
                two_warehouses: two_warehouses && by_carrier,
                in_stock: in_stock || luck > 2,
                free: free && luck > 7,
                declined: luck == 0,
                repents,
                other_amount: luck == 1,
                failed_captures,
                failed_voids,
                failed_bookings,
                cancels_at,
                slow,
            }
        },
    )
}

struct World {
    fate: Fate,
    memory: InMemoryLog,
    /// What of it the process follows.
    log: Vec<Occurrence>,
    taken_in: usize,
    clock: DateTime<Utc>,
    /// The gateway's memory.
    operations: BTreeMap<Uuid, bool>,
    failed: (u32, u32),
    /// What it answered to authorizations, and which payments are over.
    authorized: BTreeMap<Uuid, AuthorizationOutcome>,
    shut: BTreeSet<Uuid>,
    /// The carrier's memory.
    bookings: BTreeMap<Uuid, BookingOutcome>,
    /// With its final capture a gateway lets go of the rest.
    let_go: bool,
    process: OrderFulfillment,
    delivered: usize,
    todo: Vec<Effect>,
    done: Vec<Effect>,
    arriving: Vec<ShipmentId>,
    refusals: Vec<String>,
}

fn by_simulator() -> CarrierBooking {
    CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() }
}

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

impl World {
    fn of(fate: Fate) -> Self {
        let mut world = Self {
            fate,
            memory: InMemoryLog::default(),
            log: vec![],
            taken_in: 0,
            clock: now(),
            operations: BTreeMap::new(),
            failed: (0, 0),
            authorized: BTreeMap::new(),
            shut: BTreeSet::new(),
            bookings: BTreeMap::new(),
            let_go: false,
            process: OrderFulfillment::default(),
            delivered: 0,
            todo: vec![],
            done: vec![],
            arriving: vec![],
            refusals: vec![],
        };
        world.furnish();
        world.must(place(&world.fate));
        world
    }

    /// A customer, two products, and in each of two warehouses some of what is wanted.
    fn furnish(&mut self) {
        self.must(samples::register(CUSTOMER));
        for (code, sku, priority) in [("berlin", "A-17", 1), ("paris", "B-18", 2)] {
            self.must(samples::open_warehouse(code, priority));
            self.must(samples::add_product(sku, money("10.00")));
            self.must(samples::receive(code, sku, if self.fate.in_stock { 2 } else { 1 }));
        }
    }

    fn must(&mut self, decision: impl Decision) {
        self.memory.execute(&decision).unwrap();
        self.take_in();
    }

    fn execute(&mut self, id: Uuid, decision: &impl Decision) -> Result<(), RefusalDocument> {
        self.memory.execute_as(id, decision)?;
        self.take_in();
        Ok(())
    }

    fn take_in(&mut self) {
        let new = &self.memory.recorded()[self.taken_in..];
        self.log.extend(new.iter().filter_map(occurrence));
        self.taken_in += new.len();
    }

    /// One thing that may happen next, chosen by `choice`; `false` if nothing can.
    fn happen(&mut self, choice: usize, step: usize) -> bool {
        if self.fate.cancels_at == Some(step) {
            drop(self.execute(Uuid::now_v7(), &samples::cancel(ORDER)));
        }
        let mut possible: Vec<u8> = vec![];
        possible.extend((self.delivered < self.log.len()).then_some(0));
        possible.extend((!self.todo.is_empty()).then_some(1));
        possible.extend((!self.arriving.is_empty()).then_some(2));
        possible.extend((self.fate.slow && !self.process.deadlines(&rules()).is_empty()).then_some(3));
        if possible.is_empty() {
            return self.resume() || self.repent();
        }
        match possible[choice % possible.len()] {
            0 => self.deliver(),
            1 => {
                let effect = self.todo.remove((choice / 3) % self.todo.len());
                self.perform(&effect);
                self.done.push(effect);
            }
            2 => {
                let shipment = self.arriving.remove((choice / 3) % self.arriving.len());
                self.must(RecordDelivery { shipment, order: ORDER, delivered_at: now(), carrier: Some(by_simulator()) });
            }
            _ => {
                let deadline = self.process.deadlines(&rules()).remove(0);
                self.clock = self.clock.max(deadline.due_at);
                self.must(deadline.pass(ORDER));
            }
        }
        true
    }

    /// An operator lets go on what is parked; `false` if nothing is.
    fn resume(&mut self) -> bool {
        let parked = !self.process.parked().is_empty();
        if parked {
            self.must(ResumeProcess { order: ORDER, reason: "seen to".to_owned() });
        }
        parked
    }

    /// The gateway authorizes late what it had declined, once; `false` if it has nothing to repent.
    fn repent(&mut self) -> bool {
        let declined = self.log.iter().find_map(|event| match &event.happened {
            Happened::Payment(payment, PaymentEvent::Authorization(AuthorizationEvent::PaymentDeclined(declined))) => {
                Some((*payment, declined.operation))
            }
            Happened::Payment(..) | Happened::Order(_) | Happened::Shipment(..) | Happened::Process(_) => None,
        });
        let Some((payment, operation)) = declined.filter(|_| std::mem::take(&mut self.fate.repents)) else { return false };
        let outcome = AuthorizationOutcome::Authorized { amount: money("20.00"), expires_at: None, gateway_reference: "late".to_owned() };
        self.must(RecordAuthorization { payment, operation, outcome });
        true
    }

    /// Something that was done before is delivered and done once more.
    fn repeat(&mut self, choice: usize) {
        if !self.done.is_empty() {
            let effect = self.done[choice % self.done.len()].clone();
            self.perform(&effect);
        }
        if self.delivered > 0 {
            let event = self.log[choice % self.delivered].clone();
            let (process, effects) = std::mem::take(&mut self.process).react(&event, &rules());
            assert_eq!(effects, vec![], "an event that was delivered again");
            self.process = process;
        }
    }

    fn deliver(&mut self) {
        let event = self.log[self.delivered].clone();
        self.delivered += 1;
        let (process, asked) = std::mem::take(&mut self.process).react(&event, &rules());
        self.process = process;
        let known = Known { now: self.clock, ..known() };
        let effect = |asked: &Asked| self.process.effect(ORDER, asked, &known).expect("what is due has its facts");
        self.todo.extend(asked.iter().map(effect).collect::<Vec<_>>());
    }

    fn perform(&mut self, effect: &Effect) {
        if let Err(refusal) = self.attempt(effect) {
            self.refusals.push(format!("{}: {}", effect.step.name(), refusal.code));
            let (order, command_id, step) = (ORDER, effect.command_id, effect.step.name().to_owned());
            self.must(RecordRefusal { order, command_id, step, code: refusal.code, message: refusal.message });
        }
    }

    fn attempt(&mut self, effect: &Effect) -> Result<(), RefusalDocument> {
        let id = effect.command_id;
        match effect.action.clone() {
            Action::Command(command) => self.execute(id, &command),
            Action::Call(Call::Gateway { call: GatewayCall::Authorize(call), .. }) => {
                let (payment, operation, outcome) = (PaymentId::new(call.payment), call.operation, self.authorize(&call));
                self.execute(id, &RecordAuthorization { payment, operation, outcome })
            }
            Action::Call(Call::FindOut(call, let_go)) => match self.authorized.get(&call.operation).cloned() {
                None => self.execute(id, &let_go),
                Some(outcome) => {
                    let (payment, operation) = (PaymentId::new(call.payment), call.operation);
                    self.execute(id, &RecordAuthorization { payment, operation, outcome })
                }
            },
            Action::Call(Call::Gateway { call: GatewayCall::Capture(call), .. }) => {
                let amount = Money::new(call.amount, call.currency.parse().unwrap()).unwrap();
                let known = self.operations.contains_key(&call.operation);
                let fails = self.fails(call.operation, |failed| &mut failed.0, self.fate.failed_captures) || (self.let_go && !known);
                self.operations.insert(call.operation, fails);
                self.let_go |= call.r#final && !fails;
                let outcome = match fails {
                    true => CaptureOutcome::Failed { code: "try_later".to_owned() },
                    false => CaptureOutcome::Captured { amount, gateway_reference: "cap".to_owned() },
                };
                self.execute(id, &RecordCapture { payment: PaymentId::new(call.payment), operation: call.operation, outcome })
            }
            Action::Call(Call::Gateway { call: GatewayCall::Void(call), .. }) => {
                let outcome = match self.fails(call.operation, |failed| &mut failed.1, self.fate.failed_voids) {
                    true => VoidOutcome::Failed { code: "busy".to_owned() },
                    false => VoidOutcome::Voided,
                };
                if outcome == VoidOutcome::Voided {
                    self.shut.insert(call.payment);
                }
                self.execute(id, &RecordVoid { payment: PaymentId::new(call.payment), operation: call.operation, outcome })
            }
            Action::Call(Call::Carrier { call: CarrierCall::Book(call), at, .. }) => {
                let (shipment, operation) = (ShipmentId::new(call.shipment), call.operation);
                let outcome = self.book(operation, shipment);
                self.execute(id, &RecordBooking { shipment, order: ORDER, operation, outcome, at })
            }
            Action::Call(Call::Carrier { call: CarrierCall::Cancel(call), at, .. }) => {
                let (shipment, operation) = (ShipmentId::new(call.shipment), call.operation);
                let outcome = self.call_off(operation, shipment);
                self.execute(id, &RecordBookingCancelation { shipment, order: ORDER, operation, outcome, at })
            }
        }
    }

    /// The gateway's answer, the same for ever; a payment that was voided finds the door shut.
    fn authorize(&mut self, call: &AuthorizeCall) -> AuthorizationOutcome {
        let amount = if self.fate.other_amount { money("1.00") } else { Money::new(call.amount, call.currency.parse().unwrap()).unwrap() };
        let outcome = match (self.fate.declined, self.shut.contains(&call.payment)) {
            (_, true) => AuthorizationOutcome::Declined { code: "already_voided".to_owned() },
            (true, false) => AuthorizationOutcome::Declined { code: "insufficient_funds".to_owned() },
            (false, false) => AuthorizationOutcome::Authorized { amount, expires_at: None, gateway_reference: "auth".to_owned() },
        };
        self.authorized.entry(call.operation).or_insert(outcome).clone()
    }

    /// The carrier's answer, the same for ever; what it brings arrives at some time.
    fn book(&mut self, operation: Uuid, shipment: ShipmentId) -> BookingOutcome {
        if let Some(known) = self.bookings.get(&operation) {
            return known.clone();
        }
        let failed = self.bookings.values().filter(|outcome| matches!(outcome, BookingOutcome::Failed { .. })).count();
        let outcome = match failed < self.fate.failed_bookings as usize {
            true => BookingOutcome::Failed { code: "busy".to_owned() },
            false => BookingOutcome::Booked(by_simulator()),
        };
        if let BookingOutcome::Booked(_) = outcome {
            self.arriving.push(shipment);
        }
        self.bookings.insert(operation, outcome.clone());
        outcome
    }

    /// Called off, unless it has arrived; known or not.
    fn call_off(&mut self, operation: Uuid, shipment: ShipmentId) -> CancelBookingOutcome {
        let is_booked = matches!(self.bookings.get(&operation), Some(BookingOutcome::Booked(_)));
        if is_booked && !self.arriving.contains(&shipment) {
            return CancelBookingOutcome::Failed { code: "already_delivered".to_owned() };
        }
        self.arriving.retain(|arriving| *arriving != shipment);
        self.bookings.insert(operation, BookingOutcome::Canceled);
        CancelBookingOutcome::Canceled
    }

    /// The first operations fail, and each has one outcome for ever.
    fn fails(&mut self, operation: Uuid, count: fn(&mut (u32, u32)) -> &mut u32, limit: u32) -> bool {
        if let Some(failed) = self.operations.get(&operation) {
            return *failed;
        }
        let count = count(&mut self.failed);
        let fails = *count < limit;
        *count += u32::from(fails);
        self.operations.insert(operation, fails);
        fails
    }

    fn assert_clean_and_final(&self) {
        let order: Order = self.memory.state(&ORDER.to_string());
        assert_eq!(self.process.phase(), Phase::Ended, "refused: {:?}, log: {:#?}", self.refusals, self.log);
        assert!(order.status().is_final());
        assert!(self.process.is_over());
        for id in self.memory.ids::<Payment>() {
            let payment: Payment = self.memory.state(id);
            assert!(!payment.holds_money() || order.status() == OrderStatus::Completed, "{payment:?}");
            assert_eq!((payment.is_capture_pending(), payment.is_void_pending()), (false, false));
        }
        for id in self.memory.ids::<StockItem>() {
            assert_eq!(self.memory.state::<StockItem>(id).reserved(), 0, "{id}");
        }
        for id in self.memory.ids::<Shipment>() {
            let parcel: Shipment = self.memory.state(id);
            assert_eq!(parcel.open_booking(), None, "{parcel:?}");
            let brought =
                parcel.has_left_all_the_same() || !parcel.status().is_undispatched() && parcel.status() != ShipmentStatus::Canceled;
            let booked = parcel.booking().stage().as_str();
            assert!(brought || ["none", "failed", "canceled"].contains(&booked), "a carrier brings what was called off: {parcel:?}");
        }
        self.assert_no_unit_is_lost();
    }

    /// What is not on the shelf was delivered to an order that pays for it, or people were told.
    fn assert_no_unit_is_lost(&self) {
        let order: Order = self.memory.state(&ORDER.to_string());
        let parcels: Vec<Shipment> = self.memory.ids::<Shipment>().into_iter().map(|id| self.memory.state(id)).collect();
        let told = parcels.iter().any(|parcel| parcel.has_left_all_the_same());
        let on_hand: u64 = self.memory.ids::<StockItem>().into_iter().map(|id| self.memory.state::<StockItem>(id).on_hand()).sum();
        let received = if self.fate.in_stock { 4 } else { 2 };
        let delivered: u64 = order.lines().map(|line| u64::from(line.delivered())).sum();
        assert!(on_hand + delivered == received || told, "{on_hand} on hand, {delivered} delivered of {received}: {:?}", order.status());
        assert!(told || delivered == 0 || order.status() == OrderStatus::Completed);
    }

    /// The log alone makes the same process.
    fn assert_rebuilt_the_same(&self) {
        let rebuilt = self.log.iter().fold(OrderFulfillment::default(), |process, event| process.react(event, &rules()).0);
        assert_eq!(rebuilt, self.process);
    }
}

/// An event as the process sees it; nothing where it does not follow such events.
fn occurrence(recorded: &Recorded) -> Option<Occurrence> {
    let id = recorded.stream().aggregate_id();
    let happened = None
        .or_else(|| recorded.event().cloned().map(Happened::Order))
        .or_else(|| recorded.event().cloned().map(|event| Happened::Payment(id.parse().unwrap(), event)))
        .or_else(|| recorded.event().cloned().map(|event| Happened::Shipment(id.parse().unwrap(), event)))
        .or_else(|| recorded.event().cloned().map(Happened::Process))?;
    let event_id = Uuid::from_u128(0x1000 + u128::try_from(recorded.position()).unwrap());
    Some(Occurrence { order: ORDER, event_id, position: recorded.position(), recorded_at: now(), happened })
}

fn place(fate: &Fate) -> PlaceOrder {
    let price = money(if fate.free { "0.00" } else { "10.00" });
    let skus: &[&str] = if fate.two_warehouses { &["A-17", "B-18"] } else { &["A-17"] };
    let order = samples::order(ORDER, CUSTOMER, (1..).zip(skus).map(|(number, sku)| samples::line(number, sku, 2, price)).collect());
    let delivery = match fate.by_carrier {
        true => Delivery::Ship { address: Personal::Sealed(serde_json::json!({"$sealed": {}})), country: "DE".parse().unwrap() },
        false => order.delivery,
    };
    PlaceOrder { delivery, placed_at: now(), ..order }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is decided first, answered late, done twice or canceled meanwhile: an order ends, with nothing held.
    #[test]
    fn every_order_ends_clean_and_final(fate in fate(), schedule in proptest::collection::vec(any::<u16>(), 0..200)) {
        let mut world = World::of(fate);
        let mut choices = schedule.into_iter().map(usize::from).chain(std::iter::repeat(0)).enumerate();
        for (step, choice) in choices.by_ref().take(2_000) {
            if choice % 11 == 10 {
                world.repeat(choice / 11);
            }
            if !world.happen(choice, step) && world.fate.cancels_at.is_none_or(|at| at < step) {
                break;
            }
        }
        world.assert_clean_and_final();
        world.assert_rebuilt_the_same();
    }
}
