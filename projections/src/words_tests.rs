//! The order itself, what HTTP shows of it and its read model say the same words and figures, at every position of any history.

use std::collections::HashMap;

use aggregates::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use aggregates::decisions::paying::{SettleAuthorization, StartPayment};
use aggregates::decisions::placing::{ConfirmOrder, PlaceOrder};
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::decisions::shipping::{DispatchShipment, PlanShipment, RecordDelivery};
use aggregates::decisions::stocking::{AllocateStock, LapseReservation, ReceiveStock};
use aggregates::order::{
    CancelationOutcome, CancelationReason, DeclinePolicy, Delivery, Order, OrderLine, OrderPolicy, OrderedLine, PaymentTerms, StockPolicy,
};
use aggregates::payment::{
    AuthorizationOutcome, CaptureOutcome, CapturePayment, Payment, RecordAuthorization, RecordCapture, RecordVoid, VoidOutcome, VoidPayment,
};
use aggregates::product::AddProduct;
use aggregates::shipment::PackShipment;
use aggregates::status::{Attempt, PaidStatus};
use aggregates::values::{CustomerId, LineNumber, Money, OrderId, PaymentId, Quantity, ShipmentId, StockItemId, Tier};
use aggregates::warehouse::OpenWarehouse;
use cqrs_es::Aggregate;
use decider::in_memory::{InMemoryLog, Recorded};
use decider::{Decision, EventSourced};
use event_store::Metadata;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::discards::{Discards, Scope};
use crate::fold::{Folder, Reading};
use crate::opened::Opened;
use crate::orders::Orders;
use crate::samples::{at, eur};

/// Something that is done to the one order, in any state; most of it is refused in most.
#[derive(Debug, Clone, Copy)]
enum Act {
    Allocate,
    Lapse,
    StartPayment(u128),
    Authorized { attempt: u128, off_by: i64 },
    Declined(u128),
    Settle(u128),
    Confirm,
    Plan(usize),
    Pack(usize),
    Dispatch(usize),
    Deliver(usize),
    Capture { attempt: u128, parcel: usize },
    Captured { attempt: u128, parcel: usize },
    CaptureFailed { attempt: u128, parcel: usize },
    Void(u128),
    Voided(u128),
    VoidFailed(u128),
    Cancel,
    Finish,
    Complete,
}

const WAREHOUSES: [&str; 2] = ["berlin", "paris"];

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(kind << 64 | n)
}

fn order() -> OrderId {
    OrderId::new(id(1, 1))
}

fn payment(attempt: u128) -> PaymentId {
    PaymentId::new(id(2, attempt))
}

fn parcel(n: usize) -> ShipmentId {
    ShipmentId::new(id(3, n as u128))
}

fn capture(attempt: u128, parcel: usize) -> Uuid {
    id(4, attempt * 10 + parcel as u128)
}

/// One order of two lines, the second of which stands in another warehouse than the first, each unit at this price.
fn placed(price_minor: i64, shipping_minor: i64) -> InMemoryLog {
    let mut log = InMemoryLog::default();
    let customer = CustomerId::new(id(5, 1));
    must(
        &mut log,
        &RegisterCustomer {
            customer,
            channel_reference: None,
            tier: Tier::Bronze,
            name: None,
            email: None,
            email_claim: None,
            phone: None,
            address: None,
            attributes: None,
        },
    );
    for (rank, (code, sku)) in (1..).zip(WAREHOUSES.into_iter().zip(["A", "B"])) {
        must(&mut log, &OpenWarehouse { warehouse: code.parse().unwrap(), name: code.to_owned(), priority: rank });
        must(
            &mut log,
            &AddProduct {
                sku: sku.parse().unwrap(),
                name: sku.to_owned(),
                category: "c".to_owned(),
                shippable: false,
                prices: vec![eur("1.00")],
                weight_grams: None,
                activate: true,
            },
        );
        let item = StockItemId { warehouse: code.parse().unwrap(), sku: sku.parse().unwrap() };
        must(&mut log, &ReceiveStock { item, document: None, quantity: units(9) });
    }
    let lines = vec![line(1, "A", 3, price_minor), line(2, "B", 2, price_minor)];
    must(
        &mut log,
        &PlaceOrder {
            order: order(),
            order_number: "N-1".parse().unwrap(),
            customer,
            priced_for: None,
            currency: "EUR".parse().unwrap(),
            lines,
            shipping: minor(shipping_minor),
            shipping_tax: minor(0),
            expected_total: None,
            delivery: Delivery::None,
            billing_address: None,
            channel_reference: None,
            channel_claim: None,
            placed_at: at("2026-11-20T10:00:00Z"),
            payment: PaymentTerms::Card { method: None },
            policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
        },
    );
    log
}

fn must<D: Decision>(log: &mut InMemoryLog, decision: &D) {
    log.execute(decision).map_err(|refusal| refusal.to_string()).unwrap();
}

fn units(n: u32) -> Quantity {
    Quantity::try_from(n).unwrap()
}

fn minor(amount: i64) -> Money {
    Money::from_minor(amount, "EUR".parse().unwrap()).unwrap()
}

fn line(number: u32, sku: &str, n: u32, price_minor: i64) -> OrderedLine {
    let net = minor(price_minor * i64::from(n));
    OrderedLine {
        line: LineNumber::new(number),
        sku: sku.parse().unwrap(),
        name: sku.to_owned(),
        category: "c".to_owned(),
        weight_grams: None,
        quantity: units(n),
        unit_price: minor(price_minor),
        discount: minor(0),
        net,
        tax: minor(net.minor() / 10),
    }
}

fn act(log: &mut InMemoryLog, act: Act) {
    let authorization = |attempt, outcome| RecordAuthorization { payment: payment(attempt), operation: id(6, attempt), outcome };
    let outcome = |attempt, parcel, outcome| RecordCapture { payment: payment(attempt), operation: capture(attempt, parcel), outcome };
    let undoing = |attempt, outcome| RecordVoid { payment: payment(attempt), operation: id(7, attempt), outcome };
    let amount = |log: &InMemoryLog, attempt| log.state::<Payment>(&payment(attempt).to_string()).amount().unwrap_or(minor(1));
    let share = |log: &InMemoryLog| minor((log.state::<Order>(&order().to_string()).charged().map_or(0, Money::minor)).max(2) / 2);
    match act {
        Act::Allocate => {
            let warehouses = (1..).zip(WAREHOUSES).map(|(rank, code)| (code.parse().unwrap(), rank)).collect();
            drop(log.execute(&AllocateStock { order: order(), warehouses, until: at("2026-11-20T11:00:00Z") }));
        }
        Act::Lapse => {
            let until = log.state::<Order>(&order().to_string()).reserved_until().unwrap_or(at("2026-11-20T11:00:00Z"));
            drop(log.execute(&LapseReservation { order: order(), until }));
        }
        Act::StartPayment(n) => {
            drop(log.execute(&StartPayment { order: order(), payment: payment(n), operation: id(6, n), gateway: "g".to_owned() }))
        }
        Act::Authorized { attempt, off_by } => {
            let amount = minor((amount(log, attempt).minor() + off_by).max(1));
            drop(log.execute(&authorization(
                attempt,
                AuthorizationOutcome::Authorized { amount, expires_at: None, gateway_reference: "r".to_owned() },
            )));
        }
        Act::Declined(n) => drop(log.execute(&authorization(n, AuthorizationOutcome::Declined { code: "no".to_owned() }))),
        Act::Settle(n) => drop(log.execute(&SettleAuthorization { order: order(), payment: payment(n) })),
        Act::Confirm => drop(log.execute(&ConfirmOrder { order: order() })),
        Act::Plan(n) => drop(log.execute(&PlanShipment { order: order(), shipment: parcel(n), warehouse: WAREHOUSES[n].parse().unwrap() })),
        Act::Pack(n) => drop(log.execute(&PackShipment { shipment: parcel(n) })),
        Act::Dispatch(n) => {
            drop(log.execute(&DispatchShipment { shipment: parcel(n), order: order(), carrier: None, at: at("2026-11-21T10:00:00Z") }))
        }
        Act::Deliver(n) => {
            let delivered_at = at("2026-11-22T10:00:00Z");
            drop(log.execute(&RecordDelivery { shipment: parcel(n), order: order(), delivered_at, carrier: None }));
        }
        Act::Capture { attempt, parcel: n } => {
            let (operation, amount) = (capture(attempt, n), share(log));
            drop(log.execute(&CapturePayment { payment: payment(attempt), shipment: parcel(n), operation, amount, r#final: false }));
        }
        Act::Captured { attempt, parcel } => {
            let amount = share(log);
            drop(log.execute(&outcome(attempt, parcel, CaptureOutcome::Captured { amount, gateway_reference: "r".to_owned() })));
        }
        Act::CaptureFailed { attempt, parcel } => {
            drop(log.execute(&outcome(attempt, parcel, CaptureOutcome::Failed { code: "no".to_owned() })))
        }
        Act::Void(n) => drop(log.execute(&VoidPayment { payment: payment(n), operation: id(7, n) })),
        Act::Voided(n) => drop(log.execute(&undoing(n, VoidOutcome::Voided))),
        Act::VoidFailed(n) => drop(log.execute(&undoing(n, VoidOutcome::Failed { code: "no".to_owned() }))),
        Act::Cancel => {
            let reason = CancelationReason { code: "c".to_owned(), message: "m".to_owned() };
            drop(log.execute(&CancelOrder { order: order(), outcome: CancelationOutcome::Canceled, reason }));
        }
        Act::Finish => drop(log.execute(&FinishCancelation { order: order() })),
        Act::Complete => drop(log.execute(&CompleteOrder { order: order() })),
    }
}

fn acts() -> impl Strategy<Value = Act> {
    let (attempt, parcel) = (1u128..4, 0usize..2);
    let captures = || (1u128..4, 0usize..2);
    prop_oneof![
        4 => Just(Act::Allocate),
        1 => Just(Act::Lapse),
        4 => attempt.clone().prop_map(Act::StartPayment),
        4 => (attempt.clone(), prop_oneof![8 => Just(0i64), 1 => Just(-1), 1 => Just(1)]).prop_map(|(attempt, off_by)| Act::Authorized { attempt, off_by }),
        2 => attempt.clone().prop_map(Act::Declined),
        4 => attempt.clone().prop_map(Act::Settle),
        4 => Just(Act::Confirm),
        4 => parcel.clone().prop_map(Act::Plan),
        4 => parcel.clone().prop_map(Act::Pack),
        4 => parcel.clone().prop_map(Act::Dispatch),
        4 => parcel.prop_map(Act::Deliver),
        3 => captures().prop_map(|(attempt, parcel)| Act::Capture { attempt, parcel }),
        3 => captures().prop_map(|(attempt, parcel)| Act::Captured { attempt, parcel }),
        1 => captures().prop_map(|(attempt, parcel)| Act::CaptureFailed { attempt, parcel }),
        1 => attempt.clone().prop_map(Act::Void),
        1 => attempt.clone().prop_map(Act::Voided),
        1 => attempt.prop_map(Act::VoidFailed),
        1 => Just(Act::Cancel),
        1 => Just(Act::Finish),
        2 => Just(Act::Complete),
    ]
}

/// The order and its payments, folded event by event as HTTP shows them at a position.
#[derive(Default)]
struct Shown {
    order: Order,
    payments: HashMap<String, Payment>,
}

impl Shown {
    fn take_in(&mut self, recorded: &Recorded) {
        let stream = recorded.stream();
        if stream.aggregate_type() == Order::TYPE {
            self.order.apply(decoded::<Order>(recorded));
        } else if stream.aggregate_type() == Payment::TYPE {
            self.payments.entry(stream.aggregate_id().to_owned()).or_default().apply(decoded::<Payment>(recorded));
        }
    }

    fn words(&self) -> Value {
        let attempt = |payment: &PaymentId| self.payments.get(&payment.to_string()).cloned().unwrap_or_default().attempt();
        let attempts: Vec<Attempt> = self.order.payments().iter().map(|known| attempt(&known.payment)).collect();
        let captured: i64 = attempts.iter().map(|attempt| attempt.captured_minor).sum();
        let sum = |units: fn(&OrderLine) -> u32| self.order.lines().map(units).collect::<Vec<_>>();
        json!({
            "status": self.order.status().as_str(),
            "payment_status": self.order.paid_status(&attempts).as_str(),
            "fulfillment_status": self.order.fulfillment_status().as_str(),
            "due": self.order.due().map(|due| due.amount().to_string()),
            "captured": minor(captured).amount().to_string(),
            "lines": {
                "reserved": sum(OrderLine::reserved),
                "in_fulfillment": sum(OrderLine::in_fulfillment),
                "shipped": sum(OrderLine::shipped),
                "delivered": sum(OrderLine::delivered),
                "canceled": sum(OrderLine::canceled),
            },
        })
    }
}

fn decoded<A: EventSourced>(recorded: &Recorded) -> A::Event {
    recorded.stored().decode::<A>().unwrap()
}

fn opened(recorded: &Recorded) -> Opened {
    let stored = recorded.stored();
    let event = event_store::Recorded {
        position: recorded.position(),
        event_id: Uuid::from_u128(recorded.position() as u128),
        stream: recorded.stream().clone(),
        sequence: recorded.sequence(),
        partition_key: order().to_string(),
        event_type: stored.event_type.to_owned(),
        event_version: stored.event_version.to_owned(),
        payload: stored.payload.to_owned(),
        metadata: Metadata { actor: "service:tests".to_owned(), ..Metadata::default() },
        recorded_at: at("2026-11-20T10:00:00Z"),
    };
    Opened::clear(event.into())
}

/// Compares them at every position; the words for how far it was paid, in their order.
fn compared(log: &InMemoryLog) -> Vec<String> {
    let nothing = Discards::default();
    let (mut shown, mut folder, mut told) = (Shown::default(), Folder::<Orders>::new(), Vec::new());
    let key = order().to_string();
    for recorded in log.recorded().iter().filter(|recorded| ["order", "payment", "shipment"].contains(&recorded.stream().aggregate_type()))
    {
        shown.take_in(recorded);
        let opened = opened(recorded);
        assert_eq!(folder.fold(&[Reading::of(&opened, Scope::all(&nothing))], None), []);
        let words = shown.words();
        let mut row = folder.tables[0].shown(&key).remove("").unwrap();
        // What is frozen of the lines is told by no other.
        for frozen in ["number", "net_minor", "tax_minor", "ordered"] {
            row["lines"].as_object_mut().unwrap().remove(frozen);
        }
        for (name, value) in words.as_object().unwrap() {
            assert_eq!(&row[name], value, "{name} after {} at {}: {recorded:?}", recorded.name(), recorded.position());
        }
        told.push(words["payment_status"].as_str().unwrap().to_owned());
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_words_and_figures_of_an_order_are_the_same_wherever_it_is_shown(
        price in prop_oneof![4 => Just(333i64), 1 => Just(0)],
        shipping in prop_oneof![Just(0i64), Just(500)],
        acts in prop::collection::vec(acts(), 0..80),
    ) {
        let mut log = placed(price, shipping);
        acts.into_iter().for_each(|next| act(&mut log, next));
        compared(&log);
    }
}

#[test]
fn an_order_that_is_sent_in_two_parcels_says_every_word_on_its_way() {
    let mut log = placed(333, 500);
    let steps = [Act::Allocate, Act::StartPayment(1), Act::Authorized { attempt: 1, off_by: 0 }, Act::Settle(1), Act::Confirm];
    steps.into_iter().for_each(|next| act(&mut log, next));
    for parcel in [0, 1] {
        let steps = [Act::Plan(parcel), Act::Pack(parcel), Act::Dispatch(parcel), Act::Capture { attempt: 1, parcel }];
        steps.into_iter().for_each(|next| act(&mut log, next));
        [Act::Captured { attempt: 1, parcel }, Act::Deliver(parcel)].into_iter().for_each(|next| act(&mut log, next));
    }
    let mut told = compared(&log);
    told.dedup();
    assert_eq!(told, ["unpaid", "pending", "authorized", "partially_captured"]);
}

#[test]
fn an_order_that_costs_nothing_is_paid() {
    let mut log = placed(0, 0);
    [Act::Allocate, Act::Confirm].into_iter().for_each(|next| act(&mut log, next));
    assert!(compared(&log).iter().all(|word| word == PaidStatus::Captured.as_str()));
}
