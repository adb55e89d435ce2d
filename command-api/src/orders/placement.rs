use aggregates::decisions::placing::{PlaceOrder, PlacingRefusal};
use aggregates::order::Order;
use aggregates::values::{Sku, WarehouseCode};
use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::Serialize;

/// What a request comes to: an order, or why there can be none.
///
/// A refusal that is found before the order is decided takes the same way as one found by deciding: under the request's key, and only if the order was
/// not placed before, so that a request that was accepted once is not refused when it comes again, whatever has become of its products meanwhile.
pub(super) enum Placement {
    /// Decide this.
    Place(Box<PlaceOrder>),
    /// The domain said no already.
    Refuse {
        /// The order that would have been, as far as the request itself says.
        order: Box<PlaceOrder>,
        /// Why.
        refusal: PlacementRefusal,
    },
}

/// Why an order cannot be placed.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(super) enum PlacementRefusal {
    /// Some of it is not sold now.
    #[error("{}", in_words(products))]
    ProductNotOrderable {
        /// What: the first.
        sku: Sku,
        /// What it is.
        status: &'static str,
        /// All that is not sold.
        products: Vec<Unsold>,
    },
    /// Nothing can be fetched there.
    #[error("nothing can be fetched at warehouse {warehouse}: it is {status}")]
    PickupNotPossible {
        /// Where.
        warehouse: WarehouseCode,
        /// What it is.
        status: &'static str,
    },
    /// It has no price in the order's currency.
    #[error("product {sku} has no price in {currency}")]
    CurrencyNotSupported {
        /// What.
        sku: Sku,
        /// The order's currency.
        currency: String,
    },
    /// What the domain says.
    #[error(transparent)]
    #[serde(untagged)]
    Placing(#[from] PlacingRefusal),
}

/// A product that is not sold now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Unsold {
    /// What.
    pub(super) sku: Sku,
    /// What it is.
    pub(super) status: &'static str,
}

fn in_words(products: &[Unsold]) -> String {
    let each: Vec<String> =
        products.iter().map(|Unsold { sku, status }| format!("product {sku} cannot be ordered: it is {status}")).collect();
    each.join("; ")
}

impl PlacementRefusal {
    /// Of these, if there are any.
    pub(super) fn of(products: Vec<Unsold>) -> Option<Self> {
        let Unsold { sku, status } = products.first()?.clone();
        Some(Self::ProductNotOrderable { sku, status, products })
    }
}

impl Refusal for PlacementRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ProductNotOrderable { .. } => RefusalClass::State,
            Self::CurrencyNotSupported { .. } | Self::PickupNotPossible { .. } => RefusalClass::Value,
            Self::Placing(refusal) => refusal.class(),
        }
    }
}

impl Decision for Placement {
    type Refusal = PlacementRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        match self {
            Self::Place(order) => order.streams(states),
            Self::Refuse { order, .. } => vec![Needed::of::<Order>(order.order.to_string())],
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PlacementRefusal> {
        match self {
            Self::Place(order) => Ok(order.decide(states)?),
            Self::Refuse { order, refusal } => match order.if_placed(states) {
                Some(placed) => Ok(placed?),
                None => Err(refusal.clone()),
            },
        }
    }
}
