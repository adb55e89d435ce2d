//! The second reading: what must be there before the first order can be placed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aggregates::values::{Currency, Money, Sku};

use super::check::Checked;
use super::error::InputError;
use super::order::FileOrder;

/// What the sound orders of a file need.
#[derive(Debug, Default)]
pub struct Needs {
    /// Each product with its list prices: the highest in the file, per currency.
    pub products: BTreeMap<Sku, HashMap<Currency, Money>>,
    /// Who orders.
    pub customers: BTreeSet<String>,
    /// How many orders.
    pub orders: u64,
    /// How many lines.
    pub lines: u64,
}

/// Adds up a file.
///
/// # Errors
/// The file has changed since it was checked, or cannot be read any more.
pub fn needs(checked: &Checked) -> Result<Needs, InputError> {
    let mut needs = Needs::default();
    for order in checked.orders()? {
        needs.add(&order?);
    }
    Ok(needs)
}

impl Needs {
    fn add(&mut self, order: &FileOrder) {
        self.orders += 1;
        self.customers.insert(order.customer.clone());
        for line in &order.lines {
            self.lines += 1;
            self.price(&line.sku, line.unit_price);
        }
    }

    /// A price of nothing is no list price.
    fn price(&mut self, sku: &Sku, price: Money) {
        let prices = match self.products.get_mut(sku) {
            Some(prices) => prices,
            None => self.products.entry(sku.clone()).or_default(),
        };
        let highest = prices.get(&price.currency()).is_none_or(|known| known.amount() < price.amount());
        if highest && price.is_positive() {
            prices.insert(price.currency(), price);
        }
    }
}
