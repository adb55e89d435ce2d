use aggregates::order::OrderLine;
use aggregates::values::Money;
use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::MoneyShape;

/// A line of an order, with how far its units are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct OrderLineView {
    line: u32,
    sku: String,
    name: String,
    category: String,
    quantity: u32,
    #[schema(value_type = MoneyShape)]
    unit_price: Money,
    #[schema(value_type = MoneyShape)]
    discount: Money,
    #[schema(value_type = MoneyShape)]
    net: Money,
    #[schema(value_type = MoneyShape)]
    tax: Money,
    reserved: u32,
    in_fulfillment: u32,
    shipped: u32,
    delivered: u32,
    canceled: u32,
}

pub(super) fn line(line: &OrderLine) -> OrderLineView {
    let ordered = line.as_ordered();
    OrderLineView {
        line: ordered.line.get(),
        sku: ordered.sku.to_string(),
        name: ordered.name.clone(),
        category: ordered.category.clone(),
        quantity: ordered.quantity.get(),
        unit_price: ordered.unit_price,
        discount: ordered.discount,
        net: ordered.net,
        tax: ordered.tax,
        reserved: line.reserved(),
        in_fulfillment: line.in_fulfillment(),
        shipped: line.shipped(),
        delivered: line.delivered(),
        canceled: line.canceled(),
    }
}
