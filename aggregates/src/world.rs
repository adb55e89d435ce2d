//! A small world for tests: a log in memory, with everything that must hold checked at every append.

use chrono::{DateTime, Utc};
use decider::in_memory::{InMemoryLog, Recorded};
use decider::{Changes, Decision, EventSourced, RefusalDocument, StreamId};
use serde_json::json;
use uuid::Uuid;

use crate::decisions::paying::{SettleAuthorization, StartPayment};
use crate::decisions::placing::{ConfirmOrder, PlaceOrder};
use crate::decisions::registering::RegisterCustomer;
use crate::decisions::shipping::{DispatchShipment, PlanShipment, RecordBooking, RecordBookingCancelation, RequestBooking};
use crate::decisions::stocking::{AllocateStock, LapseReservation, ReceiveStock};
use crate::invariants::{Invariants, Violation};
use crate::order::{Delivery, FulfillmentEvent, Order, OrderEvent, OrderedLine, PaymentTerms};
use crate::payment::{
    AuthorizationOutcome, CaptureOutcome, CapturePayment, RecordAuthorization, RecordCapture, RecordVoid, VoidOutcome, VoidPayment,
};
use crate::product::AddProduct;
use crate::registry::DomainEvent;
use crate::samples;
pub(crate) use crate::samples::{cancel, sku, units, warehouse};
use crate::shipment::{BookingOutcome, CancelBookingOutcome, CarrierBooking, PackShipment, Shipment, ShipmentMethod, ShipmentPlanned};
use crate::stock_item::StockItem;
use crate::values::{ChannelReference, Currency, CustomerId, Money, OperationId, OrderId, PaymentId, Personal, ShipmentId};

#[derive(Default)]
pub(crate) struct World {
    pub(crate) memory: InMemoryLog,
    pub(crate) log: Vec<(StreamId, DomainEvent)>,
    invariants: Invariants,
    pub(crate) violations: Vec<Violation>,
}

impl World {
    /// Two open warehouses, one customer, and some products with stock in both.
    pub(crate) fn with_stock(stock: &[(&str, &str, u32)]) -> Self {
        let mut world = Self::default();
        world.must(&register(1));
        for (priority, code) in [(1, "berlin"), (2, "munich"), (3, "vienna")] {
            world.must(&samples::open_warehouse(code, priority));
        }
        for (code, sku_text, units) in stock {
            world.must(&add_product(sku_text));
            world.must(&receive(code, sku_text, None, *units));
        }
        world
    }

    /// How many events it wrote.
    pub(crate) fn execute<D: Decision>(&mut self, decision: &D) -> Result<usize, D::Refusal> {
        let executed = self.memory.execute(decision)?;
        self.take_in();
        Ok(executed.events)
    }

    /// Executes what must not be refused.
    pub(crate) fn must<D: Decision>(&mut self, decision: &D) -> usize {
        match self.execute(decision) {
            Ok(events) => events,
            Err(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// Executes what must be refused; the code of the refusal.
    pub(crate) fn refused<D: Decision>(&mut self, decision: &D) -> String {
        match self.execute(decision) {
            Ok(events) => panic!("not refused, {events} events: {:?}", &self.log[self.log.len() - events..]),
            Err(refusal) => RefusalDocument::of(&refusal).code,
        }
    }

    /// Writes events as they stand; how many.
    pub(crate) fn append(&mut self, changes: Changes) -> usize {
        let written = self.memory.record(changes);
        self.take_in();
        written
    }

    /// Checks what was appended.
    pub(crate) fn take_in(&mut self) {
        for recorded in &self.memory.recorded()[self.log.len()..] {
            let event = decoded(recorded);
            self.violations.extend(self.invariants.apply(recorded.position(), recorded.stream(), &event));
            self.log.push((recorded.stream().clone(), event));
        }
        self.violations.extend(self.invariants.end_of_append());
    }

    pub(crate) fn state<A: EventSourced>(&self, id: &str) -> A {
        self.memory.state(id)
    }

    pub(crate) fn order(&self, order: OrderId) -> Order {
        self.state(&order.to_string())
    }

    pub(crate) fn stock(&self, code: &str, sku_text: &str) -> StockItem {
        self.state(&format!("{code}/{sku_text}"))
    }

    /// The names of the events that were written since.
    pub(crate) fn names_since(&self, position: usize) -> Vec<&'static str> {
        self.log[position..].iter().map(|(_, event)| event.name()).collect()
    }

    pub(crate) fn assert_whole(&self) {
        assert_eq!(self.violations, [], "{:#?}", self.violations.iter().map(ToString::to_string).collect::<Vec<_>>());
    }

    /// Nothing was violated, and nothing is left over.
    pub(crate) fn assert_settled(self) {
        self.assert_whole();
        assert_eq!(self.invariants.finish(|_| true), []);
    }
}

/// An event as the log gives it back.
fn decoded(recorded: &Recorded) -> DomainEvent {
    DomainEvent::decode(recorded.stream().aggregate_type(), recorded.stored()).unwrap()
}

// The life of an order, step by step.
impl World {
    pub(crate) fn place(&mut self, n: u128, lines: &[(&str, u32, i64)]) -> OrderId {
        self.must(&place(n, lines));
        order(n)
    }

    pub(crate) fn allocated(&mut self, n: u128, lines: &[(&str, u32, i64)]) -> OrderId {
        let id = self.place(n, lines);
        self.must(&allocate(id));
        id
    }

    pub(crate) fn paying(&mut self, n: u128, lines: &[(&str, u32, i64)]) -> OrderId {
        let id = self.allocated(n, lines);
        self.must(&start_payment(id, n));
        id
    }

    /// Its stock is held and its payment authorized; it is not confirmed.
    pub(crate) fn settled(&mut self, n: u128, lines: &[(&str, u32, i64)]) -> OrderId {
        let id = self.paying(n, lines);
        self.authorize(n);
        self.must(&SettleAuthorization { order: id, payment: payment(n) });
        id
    }

    pub(crate) fn confirmed(&mut self, n: u128, lines: &[(&str, u32, i64)]) -> OrderId {
        let id = self.settled(n, lines);
        self.must(&ConfirmOrder { order: id });
        id
    }

    pub(crate) fn authorize(&mut self, n: u128) {
        let amount = self.state::<crate::payment::Payment>(&payment(n).to_string()).amount().unwrap();
        self.must(&authorized(n, amount));
    }

    /// Plans, packs and lets leave what a warehouse holds; captures it where something is due.
    pub(crate) fn send(&mut self, id: OrderId, n: u128, code: &str) -> ShipmentId {
        let shipment = shipment(n);
        self.must(&PlanShipment { order: id, shipment, warehouse: warehouse(code) });
        self.must(&PackShipment { shipment });
        let leaves = self.leaving(id, shipment);
        self.must(&leaves);
        shipment
    }

    /// A parcel leaves, with a carrier if one brings it.
    pub(crate) fn leaving(&self, id: OrderId, shipment: ShipmentId) -> DispatchShipment {
        let leaves = dispatch(id, shipment);
        let by_carrier = |planned: &ShipmentPlanned| planned.method == ShipmentMethod::Carrier;
        let carrier = leaves.carrier.filter(|_| self.state::<Shipment>(&shipment.to_string()).planned().is_none_or(by_carrier));
        DispatchShipment { carrier, ..leaves }
    }

    /// Its stock is held, its payment authorized, and it is confirmed.
    pub(crate) fn go_on(&mut self, id: OrderId, n: u128) {
        self.must(&allocate(id));
        self.must(&start_payment(id, n));
        self.authorize(n);
        self.must(&SettleAuthorization { order: id, payment: payment(n) });
        self.must(&ConfirmOrder { order: id });
    }

    pub(crate) fn capture_all(&mut self, id: OrderId) {
        for (shipment, payment, amount) in self.shares(id) {
            let operation = crate::ids::derive(&["capture", &shipment.to_string()]);
            self.must(&CapturePayment { payment, shipment, operation, amount, r#final: false });
            self.must(&captured(payment, operation, amount));
        }
    }

    /// What is to be captured for the order's parcels.
    pub(crate) fn shares(&self, id: OrderId) -> Vec<(ShipmentId, PaymentId, Money)> {
        let mut shares = Vec::new();
        for (stream, event) in self.log.iter().filter(|(stream, _)| stream.aggregate_id() == id.to_string()) {
            if let (DomainEvent::Order(OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesShipped(shipped))), "order") =
                (event, stream.aggregate_type())
            {
                shares.extend(shipped.captures.iter().map(|share| (shipped.shipment, share.payment, share.amount)));
            }
        }
        shares
    }
}

pub(crate) fn instant(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + minute * 60, 0).unwrap()
}

pub(crate) fn eur(minor: i64) -> Money {
    samples::money(minor, "EUR")
}

pub(crate) fn currency() -> Currency {
    "EUR".parse().unwrap()
}

pub(crate) fn order(n: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(0x0192_0000 << 96 | 0x0f << 64 | n))
}

pub(crate) fn payment(n: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(0x0192_0000 << 96 | 0x0a << 64 | n))
}

pub(crate) fn shipment(n: u128) -> ShipmentId {
    ShipmentId::new(Uuid::from_u128(0x0192_0000 << 96 | 0x05 << 64 | n))
}

pub(crate) fn operation(n: u128) -> OperationId {
    Uuid::from_u128(0x0192_0000 << 96 | 0x0b << 64 | n)
}

pub(crate) fn customer(n: u128) -> CustomerId {
    CustomerId::new(Uuid::from_u128(0x0192_0000 << 96 | 0x0c << 64 | n))
}

pub(crate) fn sealed<T>() -> Personal<T> {
    Personal::Sealed(json!({"$sealed": {"v": 1, "subject": customer(1), "key": 1, "nonce": "bm9uY2U", "box": "Ym94"}}))
}

pub(crate) fn register(n: u128) -> RegisterCustomer {
    RegisterCustomer {
        channel_reference: Some(ChannelReference::new("complete-journey", n.to_string()).unwrap()),
        name: Some(sealed()),
        email: Some(sealed()),
        email_claim: Some(format!("hash-{n}")),
        ..samples::register(customer(n))
    }
}

pub(crate) fn add_product(text: &str) -> AddProduct {
    samples::add_product(text, eur(1999))
}

pub(crate) fn receive(code: &str, text: &str, document: Option<&str>, n: u32) -> ReceiveStock {
    ReceiveStock { document: document.map(str::to_owned), ..samples::receive(code, text, n) }
}

/// A line with a tax of ten percent.
pub(crate) fn line(number: u32, text: &str, n: u32, unit_price_minor: i64) -> OrderedLine {
    let line = samples::line(number, text, n, eur(unit_price_minor));
    OrderedLine { tax: line.net.portion(rust_decimal::Decimal::new(10, 2)).unwrap(), ..line }
}

/// An order of these SKUs, units and unit prices, sent by a carrier, for a shipping of 10.00 and its tax.
pub(crate) fn place(n: u128, lines: &[(&str, u32, i64)]) -> PlaceOrder {
    let lines = (1..).zip(lines).map(|(number, (sku, units, price))| line(number, sku, *units, *price)).collect();
    PlaceOrder {
        order_number: format!("O-{n}").parse().unwrap(),
        shipping: eur(1000),
        shipping_tax: eur(100),
        delivery: Delivery::Ship { address: sealed(), country: "DE".parse().unwrap() },
        placed_at: instant(0),
        payment: PaymentTerms::Card { method: Some("pm_card".to_owned()) },
        ..samples::order(order(n), customer(1), lines)
    }
}

pub(crate) fn allocate(id: OrderId) -> AllocateStock {
    let warehouses = [("berlin", 1), ("munich", 2), ("vienna", 3)];
    AllocateStock { order: id, warehouses: warehouses.map(|(code, rank)| (warehouse(code), rank)).to_vec(), until: instant(30) }
}

pub(crate) fn lapse(id: OrderId) -> LapseReservation {
    LapseReservation { order: id, until: instant(30) }
}

pub(crate) fn start_payment(id: OrderId, n: u128) -> StartPayment {
    StartPayment { order: id, payment: payment(n), operation: operation(n), gateway: "simulator".to_owned() }
}

pub(crate) fn authorized(n: u128, amount: Money) -> RecordAuthorization {
    let outcome =
        AuthorizationOutcome::Authorized { amount, expires_at: Some(instant(7 * 24 * 60)), gateway_reference: format!("auth-{n}") };
    RecordAuthorization { payment: payment(n), operation: operation(n), outcome }
}

pub(crate) fn declined(n: u128) -> RecordAuthorization {
    let outcome = AuthorizationOutcome::Declined { code: "insufficient_funds".to_owned() };
    RecordAuthorization { payment: payment(n), operation: operation(n), outcome }
}

pub(crate) fn captured(payment: PaymentId, operation: OperationId, amount: Money) -> RecordCapture {
    let outcome = CaptureOutcome::Captured { amount, gateway_reference: "cap-1".to_owned() };
    RecordCapture { payment, operation, outcome }
}

pub(crate) fn void(n: u128, call: u128) -> VoidPayment {
    VoidPayment { payment: payment(n), operation: operation(call) }
}

pub(crate) fn voided(n: u128, call: u128) -> RecordVoid {
    RecordVoid { payment: payment(n), operation: operation(call), outcome: VoidOutcome::Voided }
}

pub(crate) fn request_booking(order: OrderId, shipment: ShipmentId, call: u128) -> RequestBooking {
    RequestBooking { shipment, order, operation: operation(call), carrier: "simulator".to_owned(), at: instant(60) }
}

pub(crate) fn booking_answered(order: OrderId, shipment: ShipmentId, call: u128, yes: bool) -> RecordBooking {
    let carrier = CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() };
    let outcome = if yes { BookingOutcome::Booked(carrier) } else { BookingOutcome::Failed { code: "too_heavy".to_owned() } };
    RecordBooking { shipment, order, operation: operation(call), outcome, at: instant(61) }
}

pub(crate) fn booking_called_off(order: OrderId, shipment: ShipmentId, call: u128, yes: bool) -> RecordBookingCancelation {
    let too_late = || CancelBookingOutcome::Failed { code: "already_delivered".to_owned() };
    let outcome = if yes { CancelBookingOutcome::Canceled } else { too_late() };
    RecordBookingCancelation { shipment, order, operation: operation(call), outcome, at: instant(62) }
}

pub(crate) fn dispatch(id: OrderId, shipment: ShipmentId) -> DispatchShipment {
    let carrier = Some(CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() });
    DispatchShipment { shipment, order: id, carrier, at: instant(60) }
}
