//! Orders at a trusted channel's own prices: taken as given, and checked to add up.

use std::collections::HashMap;

use aggregates::order::OrderedLine;
use aggregates::product::Product;
use aggregates::values::{Currency, LineNumber, Money, Sku};

use super::request::{LineRequest, PlaceOrderRequest};
use crate::input::{At, Fields};

/// The lines as the channel gave them; what is missing or wrong is noted.
pub(super) fn lines(request: &PlaceOrderRequest, products: &HashMap<Sku, Product>, fields: &mut Fields) -> Option<Vec<OrderedLine>> {
    let (root, mut lines) = (At::root(), Vec::with_capacity(request.lines.len()));
    let all = root.member("lines");
    for (index, line) in request.lines.iter().enumerate() {
        lines.push(ordered(&all.item(index), index, line, request.currency, products.get(&line.sku), fields));
    }
    lines.into_iter().collect()
}

fn ordered(
    at: &At<'_>,
    index: usize,
    line: &LineRequest,
    currency: Currency,
    product: Option<&Product>,
    fields: &mut Fields,
) -> Option<OrderedLine> {
    let zero = Money::zero(currency);
    let Some(unit_price) = line.unit_price else {
        fields.refuse(&at.member("unit_price"), "is required where the channel's own prices are given");
        return None;
    };
    let discount = line.discount.unwrap_or(zero);
    // Where there is no net (other currencies, too large), nothing adds up, and the domain says which amount is to blame.
    let net = unit_price.times(line.quantity.get()).and_then(|gross| gross.minus(discount)).unwrap_or(zero);
    let tax = line.tax.unwrap_or(zero);
    Some(OrderedLine { unit_price, discount, net, tax, ..self::line(index, line, product, zero) })
}

/// A line without prices.
pub(super) fn line(index: usize, line: &LineRequest, product: Option<&Product>, zero: Money) -> OrderedLine {
    OrderedLine {
        line: number(index),
        sku: line.sku.clone(),
        name: line.name.clone().or_else(|| product.and_then(Product::name).map(ToOwned::to_owned)).unwrap_or_default(),
        category: line.category.clone().or_else(|| product.and_then(Product::category).map(ToOwned::to_owned)).unwrap_or_default(),
        weight_grams: product.and_then(Product::weight_grams),
        quantity: line.quantity,
        unit_price: zero,
        discount: zero,
        net: zero,
        tax: zero,
    }
}

/// The number of the line at an index: they count from 1.
pub(super) fn number(index: usize) -> LineNumber {
    LineNumber::new(u32::try_from(index + 1).expect("an order has at most 500 lines"))
}
