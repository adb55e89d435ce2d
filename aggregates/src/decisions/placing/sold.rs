//! What a request for an order comes to: an order, or why the shop does not sell it so.

use decider::{Changes, Decision, Needed, States};
use serde::Serialize;

use super::{PlaceOrder, PlacingRefusal};
use crate::order::Order;
use crate::product::{Product, ProductStatus};
use crate::values::{Currency, Money, Sku, WarehouseCode};
use crate::warehouse::{Warehouse, WarehouseStatus};

/// What a request comes to: an order, or why there can be none.
///
/// A refusal that is found before the order is decided takes the same way as one found by deciding: under the request's key, and only if the order was
/// not placed before, so that a request that was accepted once is not refused when it comes again, whatever has become of its products meanwhile.
pub enum Placement {
    /// Decide this.
    Place(Box<PlaceOrder>),
    /// The domain said no already.
    Refuse {
        /// The order that would have been, as far as the request itself says.
        order: Box<PlaceOrder>,
        /// Why.
        refusal: PlacingRefusal,
    },
}

/// A product that is not sold now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsold {
    /// What.
    pub sku: Sku,
    /// What it is.
    pub status: ProductStatus,
}

pub(super) fn in_words(products: &[Unsold]) -> String {
    let each: Vec<String> =
        products.iter().map(|Unsold { sku, status }| format!("product {sku} cannot be ordered: it is {}", status.as_str())).collect();
    each.join("; ")
}

/// What is ordered must be sold now; all that is not is named.
///
/// # Errors
/// Some of it is not sold.
pub fn all_sold<'a>(products: impl IntoIterator<Item = (&'a Sku, &'a Product)>) -> Result<(), PlacingRefusal> {
    let unsold = products.into_iter().filter(|(_, product)| !product.is_orderable());
    let products: Vec<Unsold> = unsold.map(|(sku, product)| Unsold { sku: sku.clone(), status: product.status() }).collect();
    match products.first().cloned() {
        Some(Unsold { sku, status }) => Err(PlacingRefusal::ProductNotOrderable { sku, status, products }),
        None => Ok(()),
    }
}

/// What a carrier is to bring can be brought by one; all that cannot is named.
///
/// # Errors
/// Some of it cannot.
pub fn all_shippable<'a>(products: impl IntoIterator<Item = (&'a Sku, &'a Product)>) -> Result<(), PlacingRefusal> {
    let products: Vec<Sku> = products.into_iter().filter(|(_, product)| !product.is_shippable()).map(|(sku, _)| sku.clone()).collect();
    match products.first().cloned() {
        Some(sku) => Err(PlacingRefusal::ProductNotShippable { sku, products }),
        None => Ok(()),
    }
}

/// An order can be fetched where goods are handed out.
///
/// # Errors
/// They are not.
pub fn handed_out(code: &WarehouseCode, warehouse: &Warehouse) -> Result<(), PlacingRefusal> {
    match warehouse.status() {
        WarehouseStatus::Open | WarehouseStatus::Maintenance => Ok(()),
        status @ (WarehouseStatus::NotOpened | WarehouseStatus::Closed) => {
            Err(PlacingRefusal::PickupNotPossible { warehouse: code.clone(), status })
        }
    }
}

/// The price of a unit by the list.
///
/// # Errors
/// It has none in this currency.
pub fn listed_price(sku: &Sku, product: &Product, currency: Currency) -> Result<Money, PlacingRefusal> {
    product.price_in(currency).ok_or_else(|| PlacingRefusal::CurrencyNotSupported { sku: sku.clone(), currency: currency.to_string() })
}

impl Decision for Placement {
    type Refusal = PlacingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        match self {
            Self::Place(order) => order.streams(states),
            Self::Refuse { order, .. } => vec![Needed::of::<Order>(order.order.to_string())],
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PlacingRefusal> {
        match self {
            Self::Place(order) => order.decide(states),
            Self::Refuse { order, refusal } => match order.if_placed(states) {
                Some(placed) => placed,
                None => Err(refusal.clone()),
            },
        }
    }
}
