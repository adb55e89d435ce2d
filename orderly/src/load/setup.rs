//! What must be there before the first order: warehouses, products, customers and stock.

use std::fmt::Write;

use aggregates::values::{Money, Sku};
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use serde_json::json;

use super::client::Kind;
use super::input::{Checked, Customers, FileOrder, Needs, Products};
use super::outcome::Refusal;
use super::progress::Progress;
use super::things::{Sender, Thing};
use super::{CHANNEL, LoadError, Receive, WAREHOUSES, warehouse};

/// Opens the warehouses.
pub(super) async fn warehouses(sender: Sender<'_>, progress: &Progress) -> Result<Vec<Refusal>, LoadError> {
    let phase = progress.phase("warehouses", WAREHOUSES);
    let things = (0..WAREHOUSES).map(|number| Ok(warehouse_thing(number)));
    sender.send_missing(Kind::Warehouse, stream::iter(things), &phase).await
}

fn warehouse_thing(number: u64) -> Thing {
    let code = warehouse(number);
    let body = json!({ "code": code, "name": format!("Complete Journey {number}"), "priority": number });
    Thing { name: format!("warehouse {code}"), reference: code.to_string(), path: "/v1/warehouses".to_owned(), body }
}

/// Adds every product that is ordered.
pub(super) async fn products(sender: Sender<'_>, needs: &Needs, known: &Products, progress: &Progress) -> Result<Vec<Refusal>, LoadError> {
    let phase = progress.phase("products", needs.products.len() as u64);
    let things = needs.products.iter().map(|(sku, prices)| Ok(product_thing(sku, prices.values(), known)));
    sender.send_missing(Kind::Product, stream::iter(things), &phase).await
}

fn product_thing<'a>(sku: &Sku, prices: impl Iterator<Item = &'a Money>, known: &Products) -> Thing {
    let product = known.get(sku.as_str());
    let name = product.and_then(|product| product.name.as_deref()).unwrap_or(sku.as_str());
    let category = product.and_then(|product| product.category.as_deref()).unwrap_or("unknown");
    let prices: Vec<&Money> = prices.collect();
    let body = json!({ "sku": sku, "name": name, "category": category, "shippable": false, "prices": prices, "activate": true });
    Thing { name: format!("product {sku}"), reference: sku.to_string(), path: "/v1/products".to_owned(), body }
}

/// Registers every customer that orders.
pub(super) async fn customers(
    sender: Sender<'_>,
    needs: &Needs,
    known: &Customers,
    progress: &Progress,
) -> Result<Vec<Refusal>, LoadError> {
    let phase = progress.phase("customers", needs.customers.len() as u64);
    let things = needs.customers.iter().map(|reference| Ok(customer_thing(reference, known)));
    sender.send_missing(Kind::Customer, stream::iter(things), &phase).await
}

fn customer_thing(reference: &str, known: &Customers) -> Thing {
    let attributes = known.get(reference).cloned().unwrap_or_default();
    let body = json!({ "channel_reference": reference, "attributes": attributes });
    Thing { name: format!("customer {reference}"), reference: reference.to_owned(), path: "/v1/customers".to_owned(), body }
}

/// Receives, for each order that is not there yet, exactly what it needs.
pub(super) async fn stock(
    sender: Sender<'_>,
    checked: &Checked,
    needs: &Needs,
    receive: Receive,
    progress: &Progress,
) -> Result<Vec<Refusal>, LoadError> {
    let phase = progress.phase("stock", needs.lines);
    let orders = stream::iter(checked.orders()?).map_err(LoadError::Input);
    let placed = |order: &FileOrder, _| phase.advance(order.lines.len() as u64);
    let orders = sender.missing(Kind::Order, orders, |order: &FileOrder| order.reference.clone(), placed);
    sender.send_missing(Kind::Receipt, receipts(orders, receive), &phase).await
}

fn receipts(orders: impl Stream<Item = Result<FileOrder, LoadError>>, receive: Receive) -> impl Stream<Item = Result<Thing, LoadError>> {
    let stocked = orders.enumerate().filter_map(move |(number, order)| async move {
        let stocked = receive == Receive::Everything || number % 2 == 0;
        (stocked || order.is_err()).then_some(order)
    });
    stocked.map_ok(|order| stream::iter(order_receipts(&order).into_iter().map(Ok))).try_flatten()
}

/// One receipt per product of an order: an order may have a product on two lines.
fn order_receipts(order: &FileOrder) -> Vec<Thing> {
    let mut wanted: Vec<(&Sku, u32)> = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        match wanted.iter_mut().find(|(sku, _)| *sku == &line.sku) {
            Some((_, quantity)) => *quantity += line.quantity.get(),
            None => wanted.push((&line.sku, line.quantity.get())),
        }
    }
    wanted.into_iter().map(|(sku, quantity)| receipt_thing(order, sku, quantity)).collect()
}

fn receipt_thing(order: &FileOrder, sku: &Sku, quantity: u32) -> Thing {
    let document = format!("{CHANNEL}:{}", order.reference);
    let warehouse = &order.warehouse;
    Thing {
        name: format!("receipt of {sku} in {warehouse} for order {}", order.reference),
        reference: format!("{warehouse}/{sku}/{document}"),
        path: format!("/v1/warehouses/{}/stock/{}/receive", path_segment(warehouse.as_str()), path_segment(sku.as_str())),
        body: json!({ "quantity": quantity, "document": document }),
    }
}

/// A text as one segment of a path (RFC 3986).
fn path_segment(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut segment, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => segment.push(char::from(byte)),
            _ => write!(segment, "%{byte:02X}").expect("a string takes every write"),
        }
        segment
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_is_one_segment_of_a_path() {
        assert_eq!(path_segment("A-17.b"), "A-17.b");
        assert_eq!(path_segment("50%#?"), "50%25%23%3F");
    }
}
