//! What a request for an order looks like.

use aggregates::values::{Address, Currency, CustomerId, Money, Quantity, Sku, WarehouseCode};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::shapes::{
    AddressShape, CategoryShape, ChannelReferenceShape, CurrencyShape, IdShape, MethodShape, MoneyShape, NameShape, SkuShape, TimeShape,
    WarehouseCodeShape,
};

/// An order to place.
///
/// Customers and the shop's staff place orders at list prices: what is theirs to say is what is ordered, how it is delivered and how it is paid. A
/// trusted channel may give its own prices, discounts, taxes and shipping as well: they are taken as given, and checked to add up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceOrderRequest {
    /// Who orders. A customer need not say so.
    #[schema(value_type = Option<IdShape>)]
    pub(super) customer: Option<CustomerId>,
    /// Who orders, as the caller's channel names them.
    #[schema(value_type = Option<ChannelReferenceShape>)]
    pub(super) customer_reference: Option<String>,
    /// The one currency of all amounts.
    #[schema(value_type = CurrencyShape)]
    pub(super) currency: Currency,
    /// What is ordered; numbered from 1 in this order.
    #[schema(min_items = 1, max_items = 500)]
    pub(super) lines: Vec<LineRequest>,
    pub(super) delivery: DeliveryRequest,
    /// Where the bill goes, if not where the goods go.
    #[schema(value_type = Option<AddressShape>)]
    pub(super) billing_address: Option<Address>,
    pub(super) payment: PaymentRequest,
    #[serde(default)]
    #[schema(required = false)]
    pub(super) policy: PolicyRequest,
    /// What the caller expects to pay in all: refused if it is not so.
    #[schema(value_type = Option<MoneyShape>)]
    pub(super) total: Option<Money>,
    /// Only a channel: how it names the order. The order's id follows from it, so that it is placed once for ever.
    #[schema(value_type = Option<ChannelReferenceShape>)]
    pub(super) channel_reference: Option<String>,
    /// Only a channel: when the customer placed it there.
    #[schema(value_type = Option<TimeShape>)]
    pub(super) placed_at: Option<DateTime<Utc>>,
    /// Only at a channel's own prices: shipping without tax.
    #[schema(value_type = Option<MoneyShape>)]
    pub(super) shipping: Option<Money>,
    /// Only at a channel's own prices: the tax on shipping.
    #[schema(value_type = Option<MoneyShape>)]
    pub(super) shipping_tax: Option<Money>,
}

/// A line to order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineRequest {
    #[schema(value_type = SkuShape)]
    pub(super) sku: Sku,
    /// How many units.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000)]
    pub(super) quantity: Quantity,
    /// Only at a channel's own prices: the price of a unit. Given for one line, it is needed for all.
    #[schema(value_type = Option<MoneyShape>)]
    pub(super) unit_price: Option<Money>,
    /// Only at a channel's own prices: what is taken off unit price × quantity.
    #[schema(value_type = Option<MoneyShape>)]
    pub(super) discount: Option<Money>,
    /// Only at a channel's own prices: the tax on what remains.
    #[schema(value_type = Option<MoneyShape>)]
    pub(super) tax: Option<Money>,
    /// Only at a channel's own prices: the name that it is sold under; else the product's.
    #[schema(value_type = Option<NameShape>)]
    pub(super) name: Option<String>,
    /// Only at a channel's own prices: the category that it is sold in; else the product's.
    #[schema(value_type = Option<CategoryShape>)]
    pub(super) category: Option<String>,
}

impl LineRequest {
    /// Whether it says something that only a channel may say.
    pub(super) fn has_own_prices(&self) -> bool {
        self.unit_price.is_some() || self.discount.is_some() || self.tax.is_some() || self.name.is_some() || self.category.is_some()
    }
}

impl PlaceOrderRequest {
    /// Whether it says what things cost.
    pub(super) fn has_own_prices(&self) -> bool {
        self.shipping.is_some() || self.shipping_tax.is_some() || self.lines.iter().any(LineRequest::has_own_prices)
    }

    /// Whether it says anything that only a channel may say.
    pub(super) fn speaks_for_a_channel(&self) -> bool {
        self.has_own_prices() || self.channel_reference.is_some() || self.customer_reference.is_some() || self.placed_at.is_some()
    }
}

/// How an order reaches its customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum DeliveryRequest {
    /// Sent by a carrier.
    Ship {
        /// Where to.
        #[schema(value_type = AddressShape)]
        address: Address,
    },
    /// Fetched at a warehouse.
    Pickup {
        /// Where.
        #[schema(value_type = WarehouseCodeShape)]
        warehouse: WarehouseCode,
    },
    /// Nothing is sent.
    None {},
}

impl DeliveryRequest {
    /// Whether a carrier has to bring it.
    pub(super) fn is_sent(&self) -> bool {
        match self {
            Self::Ship { .. } => true,
            Self::Pickup { .. } | Self::None {} => false,
        }
    }
}

/// How an order is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PaymentRequest {
    /// Through a payment gateway.
    Card {
        /// What the gateway gave the shop for the customer's card.
        #[schema(value_type = Option<MethodShape>)]
        method: Option<String>,
    },
}

/// What to do when a step fails.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyRequest {
    #[serde(default)]
    #[schema(required = false)]
    pub(super) stock: StockPolicyRequest,
    #[serde(default)]
    #[schema(required = false)]
    pub(super) on_decline: DeclinePolicyRequest,
}

/// What to do when the stock does not suffice.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StockPolicy)]
pub(crate) enum StockPolicyRequest {
    /// Reject the order.
    #[default]
    All,
}

/// What to do when the payment is declined.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeclinePolicy)]
pub(crate) enum DeclinePolicyRequest {
    /// Reject the order.
    #[default]
    Reject,
}
