//! The saga among the real rules of the domain, with a log in memory and outside parties that answer late, twice and in any order.

use std::collections::{BTreeMap, HashMap};

use aggregates::decisions::ending::CancelOrder;
use aggregates::decisions::placing::PlaceOrder;
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::decisions::shipping::RecordDelivery;
use aggregates::decisions::stocking::ReceiveStock;
use aggregates::order::*;
use aggregates::payment::*;
use aggregates::process::*;
use aggregates::product::AddProduct;
use aggregates::shipment::*;
use aggregates::stock_item::StockItem;
use aggregates::values::*;
use aggregates::warehouse::OpenWarehouse;
use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, RefusalDocument, State, States, StreamId};
use proptest::prelude::*;
use uuid::Uuid;

use super::story::{ORDER, known, money, rules};
use crate::order_fulfillment::{Action, Asked, Call, Effect, GatewayCall, Happened, Known, Occurrence, OrderFulfillment, Phase};

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
    /// The customer cancels at this step of the schedule.
    cancels_at: Option<usize>,
    /// Deadlines pass whenever they like.
    slow: bool,
}

fn fate() -> impl Strategy<Value = Fate> {
    (any::<[bool; 6]>(), 0..10u8, 0..5u32, 0..5u32, proptest::option::of(0..60usize)).prop_map(
        |(flags, luck, failed_captures, failed_voids, cancels_at)| {
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
                cancels_at,
                slow,
            }
        },
    )
}

struct World {
    fate: Fate,
    streams: HashMap<StreamId, (i64, Box<dyn State>)>,
    log: Vec<Occurrence>,
    position: i64,
    clock: DateTime<Utc>,
    keys: std::collections::HashSet<Uuid>,
    /// The gateway's memory.
    operations: BTreeMap<Uuid, bool>,
    failed: (u32, u32),
    /// With its final capture a gateway lets go of the rest.
    let_go: bool,
    process: OrderFulfillment,
    delivered: usize,
    todo: Vec<Effect>,
    done: Vec<Effect>,
    arriving: Vec<ShipmentId>,
    refusals: Vec<String>,
}

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

impl World {
    fn of(fate: Fate) -> Self {
        let mut world = Self {
            fate,
            streams: HashMap::new(),
            log: vec![],
            position: 0,
            clock: now(),
            keys: std::collections::HashSet::new(),
            operations: BTreeMap::new(),
            failed: (0, 0),
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
        self.must(RegisterCustomer {
            customer: CUSTOMER,
            channel_reference: None,
            tier: Tier::Bronze,
            name: None,
            email: None,
            email_claim: None,
            phone: None,
            address: None,
            attributes: None,
        });
        for (code, sku, priority) in [("berlin", "A-17", 1), ("paris", "B-18", 2)] {
            let (warehouse, sku): (WarehouseCode, Sku) = (code.parse().unwrap(), sku.parse().unwrap());
            self.must(OpenWarehouse { warehouse: warehouse.clone(), name: code.to_owned(), priority });
            self.must(AddProduct {
                sku: sku.clone(),
                name: "a thing".to_owned(),
                category: "things".to_owned(),
                shippable: true,
                prices: vec![money("10.00")],
                weight_grams: Some(250),
                activate: true,
            });
            let quantity = if self.fate.in_stock { 2 } else { 1 };
            self.must(ReceiveStock { item: StockItemId { warehouse, sku }, document: None, quantity: quantity.try_into().unwrap() });
        }
    }

    fn must(&mut self, decision: impl Decision) {
        self.execute(Uuid::now_v7(), &decision).unwrap();
    }

    /// The log's part: load what the decision names, decide, append under the command's id.
    fn execute(&mut self, id: Uuid, decision: &impl Decision) -> Result<(), RefusalDocument> {
        if !self.keys.insert(id) {
            return Ok(());
        }
        let mut named: Vec<Needed> = vec![];
        loop {
            let new: Vec<Needed> =
                decision.streams(&self.states(&named)).into_iter().filter(|new| named.iter().all(|old| old.stream != new.stream)).collect();
            if new.is_empty() {
                break;
            }
            for needed in &new {
                self.streams.entry(needed.stream.clone()).or_insert_with(|| (0, needed.kind.empty()));
            }
            named.extend(new);
        }
        let decided = decision.decide(&self.states(&named));
        let changes = decided.map_err(|refusal| {
            self.keys.remove(&id);
            RefusalDocument::of(&refusal)
        })?;
        self.append(changes);
        Ok(())
    }

    fn states<'a>(&'a self, named: &'a [Needed]) -> States<'a> {
        let mut states = States::none();
        for needed in named {
            let (version, state) = &self.streams[&needed.stream];
            states.insert(&needed.stream, *version, &**state);
        }
        states
    }

    fn append(&mut self, changes: Changes) {
        for change in changes {
            let (version, state) = self.streams.get_mut(change.stream()).unwrap();
            *version += 1;
            state.apply_change(&change);
            self.position += 1;
            let (id, event) = (change.stream().aggregate_id(), change.event().as_any());
            let happened = None
                .or_else(|| event.downcast_ref().cloned().map(Happened::Order))
                .or_else(|| event.downcast_ref().cloned().map(|event| Happened::Payment(id.parse().unwrap(), event)))
                .or_else(|| event.downcast_ref().cloned().map(|event| Happened::Shipment(id.parse().unwrap(), event)))
                .or_else(|| event.downcast_ref().cloned().map(Happened::Process));
            if let Some(happened) = happened {
                let event_id = Uuid::from_u128(0x1000 + u128::try_from(self.position).unwrap());
                self.log.push(Occurrence { order: ORDER, event_id, position: self.position, recorded_at: now(), happened });
            }
        }
    }

    fn state<A: decider::EventSourced>(&self, id: &str) -> Option<&A> {
        self.streams.get(&StreamId::of::<A>(id)).and_then(|(_, state)| state.as_any().downcast_ref())
    }

    /// One thing that may happen next, chosen by `choice`; `false` if nothing can.
    fn happen(&mut self, choice: usize, step: usize) -> bool {
        if self.fate.cancels_at == Some(step) {
            let reason = CancelationReason { code: "customer_request".to_owned(), message: "You asked for it.".to_owned() };
            drop(self.execute(Uuid::now_v7(), &CancelOrder { order: ORDER, outcome: CancelationOutcome::Canceled, reason }));
        }
        let mut possible: Vec<u8> = vec![];
        possible.extend((self.delivered < self.log.len()).then_some(0));
        possible.extend((!self.todo.is_empty()).then_some(1));
        possible.extend((!self.arriving.is_empty()).then_some(2));
        possible.extend((self.fate.slow && !self.process.deadlines().is_empty()).then_some(3));
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
                self.must(RecordDelivery { shipment, order: ORDER, delivered_at: now(), carrier: None });
            }
            _ => {
                let deadline = self.process.deadlines().remove(0);
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
                let amount =
                    if self.fate.other_amount { money("1.00") } else { Money::new(call.amount, call.currency.parse().unwrap()).unwrap() };
                let outcome = match self.fate.declined {
                    true => AuthorizationOutcome::Declined { code: "insufficient_funds".to_owned() },
                    false => AuthorizationOutcome::Authorized { amount, expires_at: None, gateway_reference: "auth".to_owned() },
                };
                self.execute(id, &RecordAuthorization { payment: PaymentId::new(call.payment), operation: call.operation, outcome })
            }
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
                self.execute(id, &RecordVoid { payment: PaymentId::new(call.payment), operation: call.operation, outcome })
            }
            Action::Call(Call::BookAndDispatch(call, mut c)) => {
                c.carrier = Some(CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() });
                self.execute(id, &c)?;
                self.arriving.push(ShipmentId::new(call.shipment));
                Ok(())
            }
        }
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
        let order = self.state::<Order>(&ORDER.to_string()).unwrap();
        assert_eq!(self.process.phase(), Phase::Ended, "refused: {:?}, log: {:#?}", self.refusals, self.log);
        assert!(order.status().is_final());
        assert!(self.process.is_over());
        for (stream, _) in self.streams.iter().filter(|(stream, _)| stream.aggregate_type() == "payment") {
            let payment = self.state::<Payment>(stream.aggregate_id()).unwrap();
            assert!(payment.initiated().is_none() || !payment.holds_money() || order.status() == OrderStatus::Completed, "{payment:?}");
            assert_eq!((payment.is_capture_pending(), payment.is_void_pending()), (false, false));
        }
        for (stream, _) in self.streams.iter().filter(|(stream, _)| stream.aggregate_type() == "stock_item") {
            assert_eq!(self.state::<StockItem>(stream.aggregate_id()).unwrap().reserved(), 0, "{stream}");
        }
    }

    /// The log alone makes the same process.
    fn assert_rebuilt_the_same(&self) {
        let rebuilt = self.log.iter().fold(OrderFulfillment::default(), |process, event| process.react(event, &rules()).0);
        assert_eq!(rebuilt, self.process);
    }
}

fn place(fate: &Fate) -> PlaceOrder {
    let line = |(number, sku): (u32, &str)| {
        let price = if fate.free { "0.00" } else { "10.00" };
        let net = if fate.free { "0.00" } else { "20.00" };
        OrderedLine {
            line: LineNumber::new(number),
            sku: sku.parse().unwrap(),
            name: "a thing".to_owned(),
            category: "things".to_owned(),
            weight_grams: Some(250),
            quantity: 2.try_into().unwrap(),
            unit_price: money(price),
            discount: money("0.00"),
            net: money(net),
            tax: money("0.00"),
        }
    };
    let skus = if fate.two_warehouses { vec![(1, "A-17"), (2, "B-18")] } else { vec![(1, "A-17")] };
    let delivery = match fate.by_carrier {
        true => Delivery::Ship { address: Personal::Sealed(serde_json::json!({"$sealed": {}})), country: "DE".parse().unwrap() },
        false => Delivery::Pickup { warehouse: "berlin".parse().unwrap() },
    };
    PlaceOrder {
        order: ORDER,
        order_number: "O-1".parse().unwrap(),
        customer: CUSTOMER,
        priced_for: None,
        currency: "USD".parse().unwrap(),
        lines: skus.into_iter().map(line).collect(),
        shipping: money("0.00"),
        shipping_tax: money("0.00"),
        expected_total: None,
        delivery,
        billing_address: None,
        channel_reference: None,
        channel_claim: None,
        placed_at: now(),
        payment: PaymentTerms::Card { method: None },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    }
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
