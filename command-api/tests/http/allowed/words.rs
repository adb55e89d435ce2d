//! What the histories are made of.

use aggregates::decisions::ending::CancelOrder;
use aggregates::decisions::paying::StartPayment;
use aggregates::decisions::placing::PlaceOrder;
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::decisions::shipping::{DeliverShipment, DispatchShipment, PlanShipment};
use aggregates::decisions::stocking::AllocateStock;
use aggregates::order::{
    CancelationOutcome, CancelationReason, DeclinePolicy, Delivery, OrderPolicy, OrderedLine, PaymentTerms, StockPolicy,
};
use aggregates::process::ResumeProcess;
use aggregates::product::AddProduct;
use aggregates::shipment::{CarrierBooking, ShipmentMethod};
use aggregates::values::{
    ChannelReference, CustomerId, LineNumber, Money, OrderId, PaymentId, Personal, Quantity, ShipmentId, Sku, Tier, WarehouseCode,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

pub(super) const WAREHOUSES: [&str; 2] = ["berlin", "munich"];

pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

pub(super) fn id(kind: u128, n: u128, m: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000 << 96 | kind << 64 | n << 16 | m)
}

pub(super) fn order(n: u128) -> OrderId {
    OrderId::new(id(1, n, 0))
}

pub(super) fn payment(n: u128, attempt: u128) -> PaymentId {
    PaymentId::new(id(2, n, attempt))
}

pub(super) fn operation(n: u128, call: u128) -> Uuid {
    id(3, n, call)
}

pub(super) fn shipment(n: u128, parcel: u128) -> ShipmentId {
    ShipmentId::new(id(4, n, parcel))
}

pub(super) fn customer() -> CustomerId {
    CustomerId::new(id(5, 1, 0))
}

pub(super) fn warehouse(code: &str) -> WarehouseCode {
    code.parse().unwrap()
}

pub(super) fn sku(text: &str) -> Sku {
    text.parse().unwrap()
}

pub(super) fn quantity(units: u32) -> Quantity {
    units.try_into().unwrap()
}

pub(super) fn eur(minor: i64) -> Money {
    Money::from_minor(minor, "EUR".parse().unwrap()).unwrap()
}

pub(super) fn booking() -> CarrierBooking {
    CarrierBooking { carrier: "dhl".to_owned(), tracking: "T-1".to_owned() }
}

pub(super) fn register() -> RegisterCustomer {
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

pub(super) fn add(text: &str) -> AddProduct {
    let (name, category) = (text.to_owned(), "kitchen".to_owned());
    AddProduct { sku: sku(text), name, category, shippable: true, prices: vec![eur(100)], weight_grams: Some(1), activate: true }
}

pub(super) fn line(number: u32, text: &str, units: u32) -> OrderedLine {
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

/// Who sent every order.
pub(super) const CHANNEL: &str = "shop";

pub(super) fn place(n: u128, method: u8) -> PlaceOrder {
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
        channel_reference: Some(ChannelReference::new(CHANNEL, n.to_string()).unwrap()),
        channel_claim: None,
        placed_at: now(),
        payment: PaymentTerms::Card { method: None },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    }
}

pub(super) fn allocate(order: OrderId) -> AllocateStock {
    AllocateStock { order, warehouses: WAREHOUSES.iter().map(|code| (warehouse(code), 0)).collect(), until: now() + TimeDelta::hours(1) }
}

pub(super) fn pay(n: u128, attempt: u128) -> StartPayment {
    StartPayment { order: order(n), payment: payment(n, attempt), operation: operation(n, attempt), gateway: "simulator".to_owned() }
}

pub(super) fn plan(n: u128, place: usize) -> PlanShipment {
    let number = u128::try_from(place).unwrap();
    PlanShipment { order: order(n), shipment: shipment(n, number), warehouse: warehouse(WAREHOUSES[place]) }
}

pub(super) fn dispatch(order: OrderId, shipment: ShipmentId, method: Option<ShipmentMethod>) -> DispatchShipment {
    let carrier = (method == Some(ShipmentMethod::Carrier)).then(booking);
    DispatchShipment { shipment, order, carrier, at: now() }
}

pub(super) fn deliver(order: OrderId, shipment: ShipmentId) -> DeliverShipment {
    DeliverShipment { shipment, order, delivered_at: Some(now()), now: now() }
}

pub(super) fn cancel(order: OrderId) -> CancelOrder {
    let reason = CancelationReason { code: "customer_request".to_owned(), message: "canceled".to_owned() };
    CancelOrder { order, outcome: CancelationOutcome::Canceled, reason }
}

pub(super) fn resume(order: OrderId) -> ResumeProcess {
    ResumeProcess { order, reason: "mended".to_owned() }
}
