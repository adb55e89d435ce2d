//! What is offered is done, and what is not offered is not: for every command on an order, every role and every state that a history can lead to.

use std::collections::BTreeSet;

use aggregates::decisions::allowed::OrderInFull;
use aggregates::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use aggregates::decisions::on_order::{OnOrder, Sight};
use aggregates::decisions::paying::{SettleAuthorization, StartPayment};
use aggregates::decisions::placing::{ConfirmOrder, PlaceOrder};
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::decisions::shipping::{DeliverShipment, DispatchShipment, PlanShipment, RecordDelivery};
use aggregates::decisions::stocking::{AllocateStock, ReceiveStock};
use aggregates::order::{
    CancelationOutcome, CancelationReason, DeclinePolicy, Delivery, Order, OrderPolicy, OrderedLine, PaymentTerms, StockPolicy,
};
use aggregates::payment::{
    AuthorizationOutcome, CaptureOutcome, CapturePayment, Payment, RecordAuthorization, RecordCapture, RecordVoid, VoidOutcome, VoidPayment,
};
use aggregates::process::{ParkProcess, Process, ResumeProcess};
use aggregates::product::AddProduct;
use aggregates::shipment::{CarrierBooking, PackShipment, Shipment};
use aggregates::values::{
    CustomerId, LineNumber, Money, OrderId, PaymentId, Personal, Quantity, ShipmentId, Sku, StockItemId, Tier, WarehouseCode,
};
use aggregates::warehouse::OpenWarehouse;
use chrono::{DateTime, TimeDelta, Utc};
use command_api::catalogue::{Allowed, Kind, Line, allowed_commands, lines};
use decider::in_memory::InMemoryLog;
use decider::{Decision, Refusal, RefusalClass};
use identity::{Caller, Role};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

const WAREHOUSES: [&str; 2] = ["berlin", "munich"];
const ORDERS: u128 = 2;
/// How many steps the usual way of an order has here.
const WAY: usize = 11;

/// Something that happens to an order.
#[derive(Debug, Clone, Copy)]
enum Act {
    Place {
        method: u8,
    },
    Allocate,
    Pay {
        attempt: u128,
    },
    Authorize {
        attempt: u128,
        off_by: i64,
        hours: Option<i64>,
    },
    Decline {
        attempt: u128,
    },
    Settle {
        attempt: u128,
    },
    Confirm,
    Plan {
        warehouse: usize,
    },
    Pack {
        parcel: u128,
    },
    Dispatch {
        parcel: u128,
    },
    Deliver {
        parcel: u128,
    },
    Arrive {
        parcel: u128,
    },
    Capture {
        attempt: u128,
        parcel: u128,
    },
    Void {
        attempt: u128,
    },
    Cancel,
    Finish,
    Complete,
    Park,
    Resume,
    /// The way that orders go, this far: so that histories get somewhere.
    Far {
        steps: usize,
        method: u8,
    },
}

fn any_act() -> impl Strategy<Value = Act> {
    let (attempt, parcel, method) = (0..2u128, 0..2u128, 0..3u8);
    let off_by = prop_oneof![12 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)];
    let hours = prop_oneof![4 => Just(None), 4 => Just(Some(100)), 2 => Just(Some(20))];
    prop_oneof![
        2 => method.clone().prop_map(|method| Act::Place { method }),
        2 => Just(Act::Allocate),
        2 => attempt.clone().prop_map(|attempt| Act::Pay { attempt }),
        3 => (attempt.clone(), off_by, hours).prop_map(|(attempt, off_by, hours)| Act::Authorize { attempt, off_by, hours }),
        1 => attempt.clone().prop_map(|attempt| Act::Decline { attempt }),
        2 => attempt.clone().prop_map(|attempt| Act::Settle { attempt }),
        2 => Just(Act::Confirm),
        3 => (0..2usize).prop_map(|warehouse| Act::Plan { warehouse }),
        3 => parcel.clone().prop_map(|parcel| Act::Pack { parcel }),
        3 => parcel.clone().prop_map(|parcel| Act::Dispatch { parcel }),
        2 => parcel.clone().prop_map(|parcel| Act::Deliver { parcel }),
        1 => parcel.clone().prop_map(|parcel| Act::Arrive { parcel }),
        2 => (attempt.clone(), parcel).prop_map(|(attempt, parcel)| Act::Capture { attempt, parcel }),
        1 => attempt.prop_map(|attempt| Act::Void { attempt }),
        1 => Just(Act::Cancel),
        1 => Just(Act::Finish),
        2 => Just(Act::Complete),
        1 => Just(Act::Park),
        1 => Just(Act::Resume),
        6 => (1..=WAY, method).prop_map(|(steps, method)| Act::Far { steps, method }),
    ]
}

struct Shop {
    log: InMemoryLog,
}

impl Shop {
    fn open() -> Self {
        let mut log = InMemoryLog::default();
        log.execute(&register()).unwrap();
        for (priority, code) in (0..).zip(WAREHOUSES) {
            log.execute(&OpenWarehouse { warehouse: warehouse(code), name: code.to_owned(), priority }).unwrap();
        }
        for sku in ["A", "B"] {
            log.execute(&add(sku)).unwrap();
        }
        for (code, sku_text, units) in [("berlin", "A", 3), ("munich", "A", 1), ("munich", "B", 4)] {
            let item = StockItemId { warehouse: warehouse(code), sku: sku(sku_text) };
            log.execute(&ReceiveStock { item, document: None, quantity: quantity(units) }).unwrap();
        }
        Self { log }
    }

    /// Whatever comes of it: a refusal is an answer.
    fn run<D: Decision>(&mut self, decision: &D) {
        drop(self.log.execute(decision));
    }

    fn act(&mut self, n: u128, act: Act) {
        let order = order(n);
        match act {
            Act::Place { method } => self.run(&place(n, method)),
            Act::Allocate => self.run(&allocate(order)),
            Act::Pay { attempt } => self.run(&pay(n, attempt)),
            Act::Authorize { attempt, off_by, hours } => self.authorize(n, attempt, off_by, hours),
            Act::Decline { attempt } => {
                let outcome = AuthorizationOutcome::Declined { code: "insufficient_funds".to_owned() };
                self.run(&RecordAuthorization { payment: payment(n, attempt), operation: operation(n, attempt), outcome });
            }
            Act::Settle { attempt } => self.run(&SettleAuthorization { order, payment: payment(n, attempt) }),
            Act::Confirm => self.run(&ConfirmOrder { order }),
            Act::Plan { warehouse: code } => self.run(&plan(n, code)),
            Act::Pack { parcel } => self.run(&PackShipment { shipment: shipment(n, parcel) }),
            Act::Dispatch { parcel } => self.run(&dispatch(order, shipment(n, parcel))),
            Act::Deliver { parcel } => self.run(&deliver(order, shipment(n, parcel))),
            Act::Arrive { parcel } => {
                self.run(&RecordDelivery { shipment: shipment(n, parcel), order, delivered_at: now(), carrier: Some(booking()) });
            }
            Act::Capture { attempt, parcel } => self.capture(n, attempt, parcel),
            Act::Void { attempt } => {
                let (payment, operation) = (payment(n, attempt), operation(n, attempt + 20));
                self.run(&VoidPayment { payment, operation });
                self.run(&RecordVoid { payment, operation, outcome: VoidOutcome::Voided });
            }
            Act::Cancel => self.run(&cancel(order)),
            Act::Finish => self.run(&FinishCancelation { order }),
            Act::Complete => self.run(&CompleteOrder { order }),
            // A process begins with its order.
            Act::Park if !self.log.state::<Order>(&order.to_string()).exists() => {}
            Act::Park => self.run(&ParkProcess { order, step: "confirm_order".to_owned(), subject: None, cause: "stuck".to_owned() }),
            Act::Resume => self.run(&resume(order)),
            Act::Far { steps, method } => self.go(n, steps, method),
        }
    }

    fn go(&mut self, n: u128, steps: usize, method: u8) {
        let way: [Act; WAY] = [
            Act::Place { method },
            Act::Allocate,
            Act::Pay { attempt: 0 },
            Act::Authorize { attempt: 0, off_by: 0, hours: Some(100) },
            Act::Settle { attempt: 0 },
            Act::Confirm,
            Act::Plan { warehouse: 0 },
            Act::Pack { parcel: 0 },
            Act::Dispatch { parcel: 0 },
            Act::Plan { warehouse: 1 },
            Act::Pack { parcel: 1 },
        ];
        for act in &way[..steps] {
            self.act(n, *act);
        }
    }

    fn authorize(&mut self, n: u128, attempt: u128, off_by: i64, hours: Option<i64>) {
        let Some(wanted) = self.log.state::<Payment>(&payment(n, attempt).to_string()).amount() else { return };
        let expires_at = hours.map(|hours| now() + TimeDelta::hours(hours));
        let outcome =
            AuthorizationOutcome::Authorized { amount: eur(wanted.minor() + off_by), expires_at, gateway_reference: "a-1".to_owned() };
        self.run(&RecordAuthorization { payment: payment(n, attempt), operation: operation(n, attempt), outcome });
    }

    fn capture(&mut self, n: u128, attempt: u128, parcel: u128) {
        let (paying, operation) = (payment(n, attempt), operation(n, 40 + attempt * 2 + parcel));
        let Some(amount) = self.log.state::<Payment>(&paying.to_string()).authorized() else { return };
        self.run(&CapturePayment { payment: paying, shipment: shipment(n, parcel), operation, amount, r#final: true });
        let outcome = CaptureOutcome::Captured { amount, gateway_reference: "c-1".to_owned() };
        self.run(&RecordCapture { payment: paying, operation, outcome });
    }

    /// What an order offers to a caller.
    fn offered(&self, n: u128, caller: &Caller) -> Vec<&'static str> {
        let order: Order = self.log.state(&order(n).to_string());
        let parcels: Vec<_> = order.shipments().map(|(id, _)| (id, self.log.state::<Shipment>(&id.to_string()))).collect();
        let payments: Vec<_> =
            order.payments().iter().map(|attempt| (attempt.payment, self.log.state::<Payment>(&attempt.payment.to_string()))).collect();
        let process: Process = self.log.state(&self::order(n).to_string());
        let whole = OrderInFull { order: &order, parcels: &parcels, payments: &payments, process: &process, at: now() };
        allowed_commands(caller, whole)
    }

    /// Whether a command on an order, with any parcel and warehouse, would do something for somebody who sees so much.
    fn would_do(&mut self, n: u128, word: &str, sight: Sight) -> bool {
        let id = order(n);
        let parcels: Vec<_> = self.log.state::<Order>(&id.to_string()).shipments().map(|(parcel, _)| parcel).collect();
        match word {
            "cancel" => self.does(&OnOrder::new(id, sight, cancel(id))),
            "resume" => self.does(&OnOrder::new(id, sight, resume(id))),
            "plan_shipment" => WAREHOUSES.iter().any(|code| {
                let shipment = ShipmentId::new(Uuid::from_u128(0xf0));
                self.does(&OnOrder::new(id, sight, PlanShipment { order: id, shipment, warehouse: warehouse(code) }))
            }),
            "pack_shipment" => {
                parcels.iter().any(|parcel| self.does(&OnOrder::new(id, sight, PackShipment { shipment: *parcel }).parcel(*parcel)))
            }
            "dispatch_shipment" => parcels.iter().any(|parcel| self.does(&OnOrder::new(id, sight, dispatch(id, *parcel)).parcel(*parcel))),
            "record_delivery" => parcels.iter().any(|parcel| self.does(&OnOrder::new(id, sight, deliver(id, *parcel)).parcel(*parcel))),
            other => panic!("{other} is in the catalogue: say here how it is asked"),
        }
    }

    fn does<D: Decision>(&mut self, decision: &OnOrder<D>) -> bool {
        match self.log.would(decision) {
            Ok(changes) => !changes.is_empty(),
            Err(refusal) => {
                assert!(matches!(refusal.class(), RefusalClass::State | RefusalClass::NotFound), "refused for its values: {refusal}");
                false
            }
        }
    }
}

fn callers() -> Vec<(Caller, Sight)> {
    let caller = |role, subject: String| Caller { subject, role, channel: None };
    let mut callers: Vec<_> =
        [Role::Operator, Role::Auditor, Role::Service, Role::Admin].map(|role| (caller(role, "x".to_owned()), Sight::All)).into();
    callers.push((caller(Role::Customer, customer().to_string()), Sight::Of(customer())));
    callers
}

fn on_orders() -> impl Iterator<Item = (&'static Line, &'static str)> {
    lines().filter_map(|line| match line.allowed {
        Allowed::OnOrder { word, .. } => Some((line, word)),
        Allowed::Always | Allowed::While(_) => None,
    })
}

#[test]
fn every_command_on_an_order_is_offered_while_it_stands_so() {
    for line in lines().filter(|line| line.kind == Kind::Command && line.path.contains("{order}")) {
        assert!(matches!(line.allowed, Allowed::OnOrder { .. }), "{} does not say when", line.name);
    }
}

#[test]
fn in_its_life_an_order_offers_every_command() {
    let (mut shop, admin) = (Shop::open(), Caller { subject: "root".to_owned(), role: Role::Admin, channel: None });
    let mut offered = BTreeSet::new();
    for steps in 1..=WAY {
        shop.go(1, steps, 0);
        offered.extend(shop.offered(1, &admin));
    }
    shop.act(1, Act::Park);
    offered.extend(shop.offered(1, &admin));
    assert_eq!(offered, on_orders().map(|(_, word)| word).collect());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_offered_is_done_and_what_is_not_is_refused(acts in prop::collection::vec((1..=ORDERS, any_act()), 1..40)) {
        let (mut shop, callers) = (Shop::open(), callers());
        for (n, act) in acts {
            shop.act(n, act);
            for (caller, sight) in &callers {
                let offered = shop.offered(n, caller);
                for (line, word) in on_orders() {
                    let done = line.who.admits(caller) && shop.would_do(n, word, *sight);
                    prop_assert_eq!(offered.contains(&word), done, "{} for {} after {:?}", word, caller.role, act);
                }
            }
            let stranger = Sight::Of(CustomerId::new(Uuid::from_u128(0xee)));
            for (_, word) in on_orders() {
                prop_assert!(!shop.would_do(n, word, stranger), "{word} on another's order");
            }
        }
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn id(kind: u128, n: u128, m: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000 << 96 | kind << 64 | n << 16 | m)
}

fn order(n: u128) -> OrderId {
    OrderId::new(id(1, n, 0))
}

fn payment(n: u128, attempt: u128) -> PaymentId {
    PaymentId::new(id(2, n, attempt))
}

fn operation(n: u128, call: u128) -> Uuid {
    id(3, n, call)
}

fn shipment(n: u128, parcel: u128) -> ShipmentId {
    ShipmentId::new(id(4, n, parcel))
}

fn customer() -> CustomerId {
    CustomerId::new(id(5, 1, 0))
}

fn warehouse(code: &str) -> WarehouseCode {
    code.parse().unwrap()
}

fn sku(text: &str) -> Sku {
    text.parse().unwrap()
}

fn quantity(units: u32) -> Quantity {
    units.try_into().unwrap()
}

fn eur(minor: i64) -> Money {
    Money::from_minor(minor, "EUR".parse().unwrap()).unwrap()
}

fn booking() -> CarrierBooking {
    CarrierBooking { carrier: "dhl".to_owned(), tracking: "T-1".to_owned() }
}

fn register() -> RegisterCustomer {
    RegisterCustomer {
        customer: customer(),
        channel_reference: None,
        tier: Tier::Bronze,
        name: None,
        email: None,
        email_claim: None,
        phone: None,
        address: None,
        attributes: None,
    }
}

fn add(text: &str) -> AddProduct {
    let (name, category) = (text.to_owned(), "kitchen".to_owned());
    AddProduct { sku: sku(text), name, category, shippable: true, prices: vec![eur(100)], weight_grams: Some(1), activate: true }
}

fn line(number: u32, text: &str, units: u32) -> OrderedLine {
    OrderedLine {
        line: LineNumber::new(number),
        sku: sku(text),
        name: text.to_owned(),
        category: "kitchen".to_owned(),
        weight_grams: Some(1),
        quantity: quantity(units),
        unit_price: eur(100),
        discount: eur(0),
        net: eur(100 * i64::from(units)),
        tax: eur(0),
    }
}

fn place(n: u128, method: u8) -> PlaceOrder {
    let address = Personal::Sealed(json!({"$sealed": {"v": 1, "subject": customer(), "key": 1, "nonce": "bm9uY2U", "box": "Ym94"}}));
    PlaceOrder {
        order: order(n),
        order_number: format!("O-{n}").parse().unwrap(),
        customer: customer(),
        priced_for: None,
        currency: "EUR".parse().unwrap(),
        lines: vec![line(1, "A", 1), line(2, "B", 2)],
        shipping: eur(0),
        shipping_tax: eur(0),
        expected_total: None,
        delivery: match method {
            0 => Delivery::Ship { address, country: "DE".parse().unwrap() },
            1 => Delivery::Pickup { warehouse: warehouse("munich") },
            _ => Delivery::None,
        },
        billing_address: None,
        channel_reference: None,
        channel_claim: None,
        placed_at: now(),
        payment: PaymentTerms::Card { method: None },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    }
}

fn allocate(order: OrderId) -> AllocateStock {
    AllocateStock { order, warehouses: WAREHOUSES.iter().map(|code| (warehouse(code), 0)).collect(), until: now() + TimeDelta::hours(1) }
}

fn pay(n: u128, attempt: u128) -> StartPayment {
    StartPayment { order: order(n), payment: payment(n, attempt), operation: operation(n, attempt), gateway: "simulator".to_owned() }
}

fn plan(n: u128, place: usize) -> PlanShipment {
    let number = u128::try_from(place).unwrap();
    PlanShipment { order: order(n), shipment: shipment(n, number), warehouse: warehouse(WAREHOUSES[place]) }
}

fn dispatch(order: OrderId, shipment: ShipmentId) -> DispatchShipment {
    DispatchShipment { shipment, order, carrier: Some(booking()), at: now() }
}

fn deliver(order: OrderId, shipment: ShipmentId) -> DeliverShipment {
    DeliverShipment { shipment, order, delivered_at: now() }
}

fn cancel(order: OrderId) -> CancelOrder {
    let reason = CancelationReason { code: "customer_request".to_owned(), message: "canceled".to_owned() };
    CancelOrder { order, outcome: CancelationOutcome::Canceled, reason }
}

fn resume(order: OrderId) -> ResumeProcess {
    ResumeProcess { order, reason: "mended".to_owned() }
}
