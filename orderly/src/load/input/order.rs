//! One row of a file of orders: an order, as far as one of its lines tells of it.

use std::fmt::Display;

use aggregates::values::{ChannelReference, Currency, Money, Quantity, Sku, WarehouseCode};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::table::{Columns, Row};
use crate::load::{CHANNEL, warehouse_of_store};

/// The columns of a file of order lines.
pub(super) const COLUMNS: Columns = Columns {
    needed: &["order_ref", "customer_ref", "store_ref", "placed_at", "product_ref", "quantity", "unit_price", "line_discount"],
    optional: Some(&["currency", "line_total"]),
};

/// An order as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOrder {
    /// The channel's reference for it.
    pub reference: String,
    /// The channel's reference for who ordered.
    pub customer: String,
    /// Where it is picked up: the store's warehouse.
    pub warehouse: WarehouseCode,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// The currency of its prices.
    pub currency: Currency,
    /// What was ordered.
    pub lines: Vec<FileLine>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The product.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// What one costs before the discount.
    pub unit_price: Money,
    /// What the line costs less.
    pub discount: Money,
}

impl FileOrder {
    /// What its goods cost, in its currency.
    pub fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.total().amount()).sum()
    }

    /// What an order has once must be the same on each of its lines: the column in which another line differs, and how.
    pub(super) fn disagreement(&self, other: &Self) -> Option<(&'static str, String)> {
        let differs = |found: &dyn Display, first: &dyn Display| format!("{found} differs from {first} on the order's first line");
        if other.customer != self.customer {
            return Some(("customer_ref", differs(&other.customer, &self.customer)));
        }
        if other.warehouse != self.warehouse {
            return Some(("store_ref", differs(&other.warehouse, &self.warehouse)));
        }
        if other.placed_at != self.placed_at {
            return Some(("placed_at", differs(&other.placed_at, &self.placed_at)));
        }
        (other.currency != self.currency).then(|| ("currency", differs(&other.currency, &self.currency)))
    }
}

impl FileLine {
    /// What the line costs: the file was checked to add up.
    pub fn total(&self) -> Money {
        self.unit_price.times(self.quantity.get()).and_then(|gross| gross.minus(self.discount)).expect("checked when the line was read")
    }
}

/// Reads a row: an order of one line. What is wrong with it is noted there. `default` is the currency of a file without the column, or of an empty field.
pub(super) fn read(row: &mut Row, default: Currency) -> Option<FileOrder> {
    if !row.is_whole() {
        return None;
    }
    let reference = row.read("order_ref", channel_reference);
    let customer = row.read("customer_ref", channel_reference);
    let warehouse = row.read("store_ref", warehouse_of_store);
    let placed_at = row.read("placed_at", time);
    let sku = row.read("product_ref", |text| text.parse::<Sku>().map_err(|error| error.to_string()));
    let quantity = row.read("quantity", quantity);
    let currency = row.read("currency", |text| if text.is_empty() { Ok(default) } else { known_currency(text) });
    let mut price = |column| currency.and_then(|currency| row.read(column, |text| money(text, currency)));
    let (unit_price, discount) = (price("unit_price"), price("line_discount"));
    let line = FileLine { sku: sku?, quantity: quantity?, unit_price: unit_price?, discount: discount? };
    adds_up(row, &line)?;
    Some(FileOrder {
        reference: reference?,
        customer: customer?,
        warehouse: warehouse?,
        placed_at: placed_at?,
        currency: currency?,
        lines: vec![line],
    })
}

/// Whether price and discount make a total, and the one that the file says, if it says one.
fn adds_up(row: &mut Row, line: &FileLine) -> Option<()> {
    let total = line.unit_price.times(line.quantity.get()).and_then(|gross| gross.minus(line.discount));
    let total = row.note("unit_price", total)?.amount();
    if total.is_sign_negative() {
        row.fault("line_discount", format!("{} is more than the line costs", line.discount));
        return None;
    }
    row.read("line_total", |text| {
        let same = text.is_empty() || decimal(text)? == total;
        same.then_some(()).ok_or_else(|| format!("{text} is not unit_price × quantity − line_discount, which is {total}"))
    })
}

fn channel_reference(text: &str) -> Result<String, String> {
    ChannelReference::new(CHANNEL, text).map(|reference| reference.reference).map_err(|error| error.to_string())
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .map_err(|error| format!("'{text}' is no time such as 2017-01-01T11:53:26Z: {error}"))
}

fn quantity(text: &str) -> Result<Quantity, String> {
    let units = text.parse::<u32>().ok().and_then(|units| Quantity::try_from(units).ok());
    units.ok_or_else(|| format!("'{text}' is not a whole number from 1 to {}", Quantity::MAX))
}

fn known_currency(text: &str) -> Result<Currency, String> {
    text.parse().map_err(|error: aggregates::values::InvalidValue| error.to_string())
}

/// An amount that is not negative. The decimal parser would also take `1_000`.
fn money(text: &str, currency: Currency) -> Result<Money, String> {
    let amount = decimal(text)?;
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(format!("{amount} is negative"));
    }
    Money::new(amount, currency).map_err(|error| error.to_string())
}

fn decimal(text: &str) -> Result<Decimal, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let amount = digits.then(|| Decimal::from_str_exact(text).ok()).flatten();
    amount.ok_or_else(|| format!("'{text}' is not a decimal number such as 1.99"))
}
