//! The plainest of everything that an order needs, for tests. A test says what it is about and takes the rest from here:
//! `PlaceOrder { delivery, ..samples::order(id, customer, lines) }`.

use std::str::FromStr;

use chrono::DateTime;

use crate::decisions::ending::CancelOrder;
use crate::decisions::placing::PlaceOrder;
use crate::decisions::registering::RegisterCustomer;
use crate::decisions::stocking::ReceiveStock;
use crate::order::{CancelationOutcome, CancelationReason, DeclinePolicy, Delivery, OrderPolicy, OrderedLine, PaymentTerms, StockPolicy};
use crate::product::AddProduct;
use crate::values::{CustomerId, InvalidValue, LineNumber, Money, OrderId, Quantity, Sku, StockItemId, Tier, WarehouseCode};
use crate::warehouse::OpenWarehouse;

/// A value that a test wrote down.
fn written<T: FromStr<Err = InvalidValue>>(text: &str) -> T {
    text.parse().expect("a test writes down what can be read")
}

/// So many of a currency's smallest unit.
pub fn money(minor: i64, currency: &str) -> Money {
    Money::from_minor(minor, written(currency)).expect("a test's amounts are within the bounds")
}

/// A warehouse's code.
pub fn warehouse(code: &str) -> WarehouseCode {
    written(code)
}

/// A product's SKU.
pub fn sku(text: &str) -> Sku {
    written(text)
}

/// So many units.
pub fn units(count: u32) -> Quantity {
    Quantity::try_from(count).expect("a test's quantities are within the bounds")
}

/// A customer of whom nothing is known.
pub fn register(customer: CustomerId) -> RegisterCustomer {
    RegisterCustomer {
        customer,
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

/// A warehouse; those with a low number come first.
pub fn open_warehouse(code: &str, priority: u32) -> OpenWarehouse {
    OpenWarehouse { warehouse: warehouse(code), name: code.to_uppercase(), priority }
}

/// A product that can be ordered and sent.
pub fn add_product(text: &str, price: Money) -> AddProduct {
    AddProduct {
        sku: sku(text),
        name: format!("Product {text}"),
        category: "Grocery".to_owned(),
        shippable: true,
        prices: vec![price],
        weight_grams: Some(250),
        activate: true,
    }
}

/// Units that came in, without a document.
pub fn receive(code: &str, text: &str, count: u32) -> ReceiveStock {
    ReceiveStock { item: StockItemId { warehouse: warehouse(code), sku: sku(text) }, document: None, quantity: units(count) }
}

/// A line without discount or tax.
pub fn line(number: u32, text: &str, count: u32, unit_price: Money) -> OrderedLine {
    let nothing = Money::zero(unit_price.currency());
    OrderedLine {
        line: LineNumber::new(number),
        sku: sku(text),
        name: format!("Product {text}"),
        category: "Grocery".to_owned(),
        weight_grams: Some(250),
        quantity: units(count),
        unit_price,
        discount: nothing,
        net: money(unit_price.minor() * i64::from(count), unit_price.currency().code()),
        tax: nothing,
    }
}

/// An order of these lines, in the currency of the first, that is fetched in Berlin and paid by card.
pub fn order(order: OrderId, customer: CustomerId, lines: Vec<OrderedLine>) -> PlaceOrder {
    let currency = lines.first().map_or_else(|| written("EUR"), |line| line.unit_price.currency());
    PlaceOrder {
        order,
        order_number: written(&format!("O-{}", &order.uuid().simple().to_string()[4..])),
        customer,
        priced_for: None,
        currency,
        lines,
        shipping: Money::zero(currency),
        shipping_tax: Money::zero(currency),
        expected_total: None,
        delivery: Delivery::Pickup { warehouse: warehouse("berlin") },
        billing_address: None,
        channel_reference: None,
        channel_claim: None,
        placed_at: DateTime::UNIX_EPOCH,
        payment: PaymentTerms::Card { method: None },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    }
}

/// As a customer calls an order off.
pub fn cancel(order: OrderId) -> CancelOrder {
    let reason = CancelationReason { code: "customer_request".to_owned(), message: "canceled at your request".to_owned() };
    CancelOrder { order, outcome: CancelationOutcome::Canceled, reason }
}
