use aggregates::order::{Order, OrderRefusal, PlaceOrder};
use aggregates::values::{OrderId, Sku};
use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::Serialize;

/// What a request comes to: an order, or why there can be none.
///
/// A refusal that is found before the order is decided takes the same way as one found by deciding: under the request's key, so that a request
/// that was accepted once is not refused when it comes again, whatever has become of its products meanwhile.
pub(super) enum Placement {
    /// Decide this.
    Place(Box<PlaceOrder>),
    /// The domain said no already.
    Refuse {
        /// The order that would have been.
        order: OrderId,
        /// Why.
        refusal: PlacementRefusal,
    },
}

/// Why an order cannot be placed.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(super) enum PlacementRefusal {
    /// It is not sold now.
    #[error("product {sku} cannot be ordered: it is {status}")]
    ProductNotOrderable {
        /// What.
        sku: Sku,
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
    /// What the order says.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
}

impl Refusal for PlacementRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ProductNotOrderable { .. } => RefusalClass::State,
            Self::CurrencyNotSupported { .. } => RefusalClass::Value,
            Self::Order(refusal) => refusal.class(),
        }
    }
}

impl Decision for Placement {
    type Refusal = PlacementRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        match self {
            Self::Place(order) => order.streams(states),
            Self::Refuse { order, .. } => vec![Needed::of::<Order>(order.to_string())],
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PlacementRefusal> {
        match self {
            Self::Place(order) => Ok(order.decide(states)?),
            Self::Refuse { refusal, .. } => Err(refusal.clone()),
        }
    }
}
