//! A small shop as events: what the read models are shown in tests, pure ones and those on Postgres alike.

use std::sync::Arc;

use aggregates::customer::{Customer, CustomerEvent, CustomerRegistered, CustomerSuspended, CustomerTierChanged};
use aggregates::order::{
    CancelationOutcome, CancelationReason, CaptureShare, DeclinePolicy, Delivery, Order, OrderCancelationStarted, OrderCompleted,
    OrderConfirmed, OrderEvent, OrderLinesDelivered, OrderLinesReleased, OrderLinesShipped, OrderPaymentAuthorized, OrderPaymentDeclined,
    OrderPaymentStarted, OrderPlaced, OrderPolicy, OrderRejected, OrderStockReserved, OrderedLine, PaymentTerms, ShippedLine, StockPolicy,
};
use aggregates::payment::{
    AuthorizationRequested, CaptureRequested, Payment, PaymentAuthorized, PaymentCaptured, PaymentDeclined, PaymentEvent, PaymentInitiated,
};
use aggregates::process::{Process, ProcessEvent, ProcessParked};
use aggregates::product::{Product, ProductActivated, ProductAdded, ProductEvent, ProductPaused, ProductPriced};
use aggregates::shipment::{
    AnomalyDetected, CarrierBooking, DELIVERED_AFTER_CANCEL, Shipment, ShipmentDelivered, ShipmentDispatched, ShipmentEvent, ShipmentLine,
    ShipmentMethod, ShipmentPacked, ShipmentPlanned,
};
use aggregates::stock_item::{
    ReleaseReason, ReservationConfirmed, ReservationReleased, StockDispatched, StockItem, StockItemEvent, StockReceived, StockReserved,
};
use aggregates::values::{
    Address, ChannelReference, Currency, CustomerId, LineNumber, LineQuantity, LineReservation, Money, OrderId, OrderNumber, PaymentId,
    PaymentPurpose, Personal, Quantity, ShipmentId, Sku, Tier, WarehouseCode,
};
use aggregates::warehouse::{Warehouse, WarehouseEvent, WarehouseOpened};
use chrono::{DateTime, Utc};
use decider::{Changes, EventSourced, Needed};
use uuid::Uuid;

type Push = Arc<dyn Fn(&mut Changes) + Send + Sync>;

/// An event that is to be recorded, its type forgotten.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) needed: Needed,
    pub(crate) push: Push,
}

impl Sample {
    pub(crate) fn of<A: EventSourced>(id: impl ToString, event: A::Event) -> Self
    where
        A::Event: Clone,
    {
        let id = id.to_string();
        Self { needed: Needed::of::<A>(id.as_str()), push: Arc::new(move |changes| changes.push::<A>(id.as_str(), event.clone())) }
    }
}

/// The first order: two lines, sent in one parcel, paid and delivered; in the end its carrier contradicts that.
pub(crate) const FIRST: Uuid = Uuid::from_u128(0x01);
/// The second: its payment is declined.
pub(crate) const SECOND: Uuid = Uuid::from_u128(0x02);
/// The third: only placed, a day later; it waits for an operator.
pub(crate) const THIRD: Uuid = Uuid::from_u128(0x03);
/// The first and second order's customer.
pub(crate) const ANNA: Uuid = Uuid::from_u128(0xa1);
/// The third order's.
pub(crate) const BEN: Uuid = Uuid::from_u128(0xb2);

/// Everything that happens in the shop.
pub(crate) fn shop() -> Vec<Sample> {
    [catalog(), people(), first_order(), second_order(), third_order(), attention()].concat()
}

fn catalog() -> Vec<Sample> {
    let opened = |name: &str, priority| WarehouseOpened { name: name.to_owned(), priority };
    let added = |name: &str, category: &str| ProductAdded { name: name.to_owned(), category: category.to_owned(), shippable: false };
    let received = |units| StockReceived { document: None, quantity: units_of(units) };
    vec![
        Sample::of::<Warehouse>("berlin", WarehouseEvent::from(opened("Berlin", 1))),
        Sample::of::<Warehouse>("paris", WarehouseEvent::from(opened("Paris", 2))),
        Sample::of::<Product>("A-1", ProductEvent::from(added("Apple", "fruit"))),
        Sample::of::<Product>("A-1", ProductEvent::from(ProductPriced { price: eur("2.50") })),
        Sample::of::<Product>("A-1", ProductEvent::from(ProductActivated {})),
        Sample::of::<Product>("B-2", ProductEvent::from(added("Bread", "bakery"))),
        Sample::of::<Product>("B-2", ProductEvent::from(ProductPriced { price: eur("3.10") })),
        Sample::of::<Product>("B-2", ProductEvent::from(ProductPaused {})),
        Sample::of::<StockItem>("berlin/A-1", StockItemEvent::from(received(10))),
        Sample::of::<StockItem>("berlin/B-2", StockItemEvent::from(received(5))),
        Sample::of::<StockItem>("paris/B-2", StockItemEvent::from(received(1))),
    ]
}

fn people() -> Vec<Sample> {
    vec![
        Sample::of::<Customer>(ANNA, CustomerEvent::from(registered(ANNA, "web", "anna", Tier::Gold))),
        Sample::of::<Customer>(BEN, CustomerEvent::from(registered(BEN, "web", "ben", Tier::Bronze))),
        Sample::of::<Customer>(BEN, CustomerEvent::from(CustomerTierChanged { tier: Tier::Silver })),
        Sample::of::<Customer>(BEN, CustomerEvent::from(CustomerSuspended { reason: "did not pay".to_owned() })),
    ]
}

fn registered(id: Uuid, channel: &str, name: &str, tier: Tier) -> CustomerRegistered {
    let email = format!("{name}@example.com");
    CustomerRegistered {
        channel_reference: Some(ChannelReference::new(channel, name).unwrap()),
        tier,
        name: Some(Personal::of(id.to_string(), name.parse().unwrap())),
        email_claim: None,
        email: Some(Personal::of(id.to_string(), email.parse().unwrap())),
        phone: None,
        address: None,
        attributes: None,
    }
}

fn first_order() -> Vec<Sample> {
    let (order, payment, shipment) = (OrderId::new(FIRST), PaymentId::new(Uuid::from_u128(0x11)), ShipmentId::new(Uuid::from_u128(0x21)));
    let placed =
        placed("N-1", ANNA, "r-1", "2017-01-01T09:00:00Z", vec![line(1, "A-1", "fruit", 4, "10.00"), line(2, "B-2", "bakery", 1, "3.10")]);
    let mut samples = vec![Sample::of::<Order>(FIRST, OrderEvent::from(placed))];
    samples.extend(reserve(order, &[(1, "A-1", 4), (2, "B-2", 1)]));
    samples.extend(authorize(order, payment, "13.10"));
    samples.extend(confirm(order, &[(1, "A-1", 4), (2, "B-2", 1)]));
    samples.extend(send(order, payment, shipment));
    samples.push(Sample::of::<Order>(FIRST, OrderEvent::from(OrderCompleted { captured: eur("13.10") })));
    samples
}

fn second_order() -> Vec<Sample> {
    let (order, payment) = (OrderId::new(SECOND), PaymentId::new(Uuid::from_u128(0x12)));
    let placed = placed("N-2", ANNA, "r-2", "2017-01-01T10:00:00Z", vec![line(1, "A-1", "fruit", 2, "5.00")]);
    let reason = CancelationReason { code: "payment_declined".to_owned(), message: "the payment was declined".to_owned() };
    let mut samples = vec![Sample::of::<Order>(SECOND, OrderEvent::from(placed))];
    samples.extend(reserve(order, &[(1, "A-1", 2)]));
    samples.extend(decline(order, payment, "5.00"));
    samples.push(release(order, 1, "A-1", 2));
    samples.push(Sample::of::<Order>(
        SECOND,
        OrderEvent::from(OrderCancelationStarted {
            outcome: CancelationOutcome::Rejected,
            reason: reason.clone(),
            released: vec![held(1, "A-1", 2)],
        }),
    ));
    samples.push(Sample::of::<Order>(SECOND, OrderEvent::from(OrderRejected { reason })));
    samples
}

fn third_order() -> Vec<Sample> {
    let placed = placed("N-3", BEN, "r-3", "2017-01-02T09:00:00Z", vec![line(1, "B-2", "bakery", 1, "3.10")]);
    vec![Sample::of::<Order>(THIRD, OrderEvent::from(placed))]
}

/// What people must see to.
fn attention() -> Vec<Sample> {
    let (step, subject) = ("allocate_stock".to_owned(), Some(String::new()));
    let parked = ProcessParked { step, subject, cause: "no warehouse can be asked".to_owned() };
    let told = AnomalyDetected {
        order: OrderId::new(FIRST),
        code: DELIVERED_AFTER_CANCEL.to_owned(),
        message: "the carrier delivered what was called off".to_owned(),
    };
    vec![Sample::of::<Process>(THIRD, ProcessEvent::from(parked)), Sample::of::<Shipment>(Uuid::from_u128(0x21), ShipmentEvent::from(told))]
}

fn reserve(order: OrderId, lines: &[(u32, &str, u32)]) -> Vec<Sample> {
    let until = at("2026-11-21T11:00:00Z");
    let mut samples: Vec<Sample> = lines
        .iter()
        .map(|(number, sku, units)| {
            let event = StockReserved { order, line: LineNumber::new(*number), quantity: units_of(*units), until };
            Sample::of::<StockItem>(format!("berlin/{sku}"), StockItemEvent::from(event))
        })
        .collect();
    let reservations = lines.iter().map(|(number, sku, units)| held(*number, sku, *units)).collect();
    samples.push(Sample::of::<Order>(order, OrderEvent::from(OrderStockReserved { reservations, until })));
    samples
}

fn release(order: OrderId, number: u32, sku: &str, units: u32) -> Sample {
    let (line, quantity, reason) = (LineNumber::new(number), units_of(units), ReleaseReason::OrderCanceling);
    Sample::of::<StockItem>(format!("berlin/{sku}"), StockItemEvent::from(ReservationReleased { order, line, quantity, reason }))
}

fn start_payment(order: OrderId, payment: PaymentId, amount: &str) -> Vec<Sample> {
    let (amount, purpose, operation) = (eur(amount), PaymentPurpose::Order, Uuid::from_u128(0x31));
    let initiated = PaymentInitiated { order, purpose, amount, gateway: "simulator".to_owned(), method: None };
    vec![
        Sample::of::<Order>(order, OrderEvent::from(OrderPaymentStarted { payment, purpose, amount })),
        Sample::of::<Payment>(payment, PaymentEvent::from(initiated)),
        Sample::of::<Payment>(payment, PaymentEvent::from(AuthorizationRequested { order, operation, amount })),
    ]
}

fn authorize(order: OrderId, payment: PaymentId, amount: &str) -> Vec<Sample> {
    let authorized = PaymentAuthorized {
        order,
        operation: Uuid::from_u128(0x31),
        amount: eur(amount),
        expires_at: None,
        gateway_reference: "g-1".to_owned(),
    };
    let mut samples = start_payment(order, payment, amount);
    samples.push(Sample::of::<Payment>(payment, PaymentEvent::from(authorized)));
    samples.push(Sample::of::<Order>(order, OrderEvent::from(OrderPaymentAuthorized { payment, amount: eur(amount) })));
    samples
}

fn decline(order: OrderId, payment: PaymentId, amount: &str) -> Vec<Sample> {
    let code = "insufficient_funds".to_owned();
    let declined = PaymentDeclined { order, operation: Uuid::from_u128(0x31), code: code.clone() };
    let mut samples = start_payment(order, payment, amount);
    samples.push(Sample::of::<Payment>(payment, PaymentEvent::from(declined)));
    samples.push(Sample::of::<Order>(order, OrderEvent::from(OrderPaymentDeclined { payment, code })));
    samples
}

fn confirm(order: OrderId, lines: &[(u32, &str, u32)]) -> Vec<Sample> {
    let mut samples = vec![Sample::of::<Order>(order, OrderEvent::from(OrderConfirmed {}))];
    for (number, sku, units) in lines {
        let confirmed = ReservationConfirmed { order, line: LineNumber::new(*number), quantity: units_of(*units) };
        samples.push(Sample::of::<StockItem>(format!("berlin/{sku}"), StockItemEvent::from(confirmed)));
    }
    samples
}

fn send(order: OrderId, payment: PaymentId, shipment: ShipmentId) -> Vec<Sample> {
    let (warehouse, delivered_at): (WarehouseCode, _) = ("berlin".parse().unwrap(), at("2026-11-21T12:00:00Z"));
    let parcel = [(1, "A-1", 4), (2, "B-2", 1)];
    let lines: Vec<LineQuantity> =
        parcel.iter().map(|(number, _, units)| LineQuantity { line: LineNumber::new(*number), quantity: units_of(*units) }).collect();
    let planned = ShipmentPlanned {
        order,
        warehouse: warehouse.clone(),
        method: ShipmentMethod::Carrier,
        lines: parcel
            .iter()
            .map(|(number, sku, units)| ShipmentLine {
                line: LineNumber::new(*number),
                sku: sku.parse().unwrap(),
                quantity: units_of(*units),
            })
            .collect(),
    };
    let carrier = Some(CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() });
    let operation = Uuid::from_u128(0x32);
    let mut samples = vec![
        Sample::of::<Shipment>(shipment, ShipmentEvent::from(planned)),
        Sample::of::<Order>(order, OrderEvent::from(OrderLinesReleased { shipment, warehouse, lines: lines.clone() })),
        Sample::of::<Shipment>(shipment, ShipmentEvent::from(ShipmentPacked { order })),
        Sample::of::<Shipment>(shipment, ShipmentEvent::from(ShipmentDispatched { order, carrier })),
    ];
    for (number, sku, units) in parcel {
        let gone = StockDispatched { order, line: LineNumber::new(number), shipment, quantity: units_of(units) };
        samples.push(Sample::of::<StockItem>(format!("berlin/{sku}"), StockItemEvent::from(gone)));
    }
    samples.extend([
        Sample::of::<Order>(order, OrderEvent::from(shipped(payment, shipment))),
        Sample::of::<Payment>(
            payment,
            PaymentEvent::from(CaptureRequested { order, shipment, operation, amount: eur("13.10"), r#final: true }),
        ),
        Sample::of::<Payment>(
            payment,
            PaymentEvent::from(PaymentCaptured { order, shipment, operation, amount: eur("13.10"), gateway_reference: "g-1".to_owned() }),
        ),
        Sample::of::<Shipment>(shipment, ShipmentEvent::from(ShipmentDelivered { order, delivered_at })),
        Sample::of::<Order>(order, OrderEvent::from(OrderLinesDelivered { shipment, lines, delivered_at })),
    ]);
    samples
}

fn shipped(payment: PaymentId, shipment: ShipmentId) -> OrderLinesShipped {
    let line = |number, sku: &str, category: &str, units, net| ShippedLine {
        line: LineNumber::new(number),
        sku: sku.parse().unwrap(),
        category: category.to_owned(),
        quantity: units_of(units),
        net: eur(net),
        tax: eur("0.00"),
    };
    OrderLinesShipped {
        shipment,
        warehouse: "berlin".parse().unwrap(),
        lines: vec![line(1, "A-1", "fruit", 4, "10.00"), line(2, "B-2", "bakery", 1, "3.10")],
        shipping: eur("0.00"),
        shipping_tax: eur("0.00"),
        captures: vec![CaptureShare { payment, amount: eur("13.10") }],
        placed_at: at("2017-01-01T09:00:00Z"),
    }
}

fn placed(number: &str, customer: Uuid, reference: &str, placed_at: &str, lines: Vec<OrderedLine>) -> OrderPlaced {
    let euro: Currency = "EUR".parse().unwrap();
    let goods = Money::sum(euro, lines.iter().map(|line| line.net)).unwrap();
    OrderPlaced {
        order_number: number.parse::<OrderNumber>().unwrap(),
        customer: CustomerId::new(customer),
        tier: Tier::Gold,
        currency: euro,
        lines,
        goods,
        shipping: eur("0.00"),
        shipping_tax: eur("0.00"),
        total: goods,
        delivery: Delivery::Ship { address: Personal::of(customer.to_string(), home()), country: "DE".parse().unwrap() },
        billing_address: None,
        channel_reference: Some(ChannelReference::new("web", reference).unwrap()),
        placed_at: at(placed_at),
        payment: PaymentTerms::Card { method: None },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    }
}

fn home() -> Address {
    Address {
        name: "Anna".parse().unwrap(),
        street: vec!["Gartenweg 1".parse().unwrap()],
        postal_code: "10115".to_owned(),
        city: "Berlin".parse().unwrap(),
        country: "DE".parse().unwrap(),
    }
}

fn line(number: u32, sku: &str, category: &str, units: u32, net: &str) -> OrderedLine {
    OrderedLine {
        line: LineNumber::new(number),
        sku: sku.parse::<Sku>().unwrap(),
        name: sku.to_owned(),
        category: category.to_owned(),
        weight_grams: None,
        quantity: units_of(units),
        unit_price: eur("2.50"),
        discount: eur("0.00"),
        net: eur(net),
        tax: eur("0.00"),
    }
}

fn held(number: u32, sku: &str, units: u32) -> LineReservation {
    LineReservation {
        line: LineNumber::new(number),
        sku: sku.parse().unwrap(),
        warehouse: "berlin".parse().unwrap(),
        quantity: units_of(units),
    }
}

fn units_of(units: u32) -> Quantity {
    Quantity::try_from(units).unwrap()
}

pub(crate) fn eur(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), "EUR".parse().unwrap()).unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
