use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Delivery, OrderPlaced, OrderPolicy, PaymentTerms};
use crate::values::{ChannelReference, Country, Currency, CustomerId, Money, OrderNumber, Tier, WarehouseCode};

/// What was frozen when the order was placed, without personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// For people; unique.
    pub order_number: OrderNumber,
    /// Who ordered.
    pub customer: CustomerId,
    /// The customer's tier then.
    pub tier: Tier,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// Σ net over the lines.
    pub goods: Money,
    /// Shipping without tax.
    pub shipping: Money,
    /// The tax on shipping.
    pub shipping_tax: Money,
    /// Everything.
    pub total: Money,
    /// How it reaches the customer.
    pub delivery: DeliveryMethod,
    /// How the sales channel names it.
    pub channel_reference: Option<ChannelReference>,
    /// Business time.
    pub placed_at: DateTime<Utc>,
    /// How it is paid.
    pub payment: PaymentTerms,
    /// What to do when a step fails.
    pub policy: OrderPolicy,
}

/// How an order reaches its customer, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeliveryMethod {
    /// Sent by a carrier.
    Ship {
        /// The country it goes to.
        country: Country,
    },
    /// Fetched at a warehouse.
    Pickup {
        /// Where.
        warehouse: WarehouseCode,
    },
    /// Nothing is sent.
    None,
}

impl Terms {
    pub(super) fn of(event: OrderPlaced) -> Self {
        Self {
            order_number: event.order_number,
            customer: event.customer,
            tier: event.tier,
            currency: event.currency,
            goods: event.goods,
            shipping: event.shipping,
            shipping_tax: event.shipping_tax,
            total: event.total,
            delivery: DeliveryMethod::of(&event.delivery),
            channel_reference: event.channel_reference,
            placed_at: event.placed_at,
            payment: event.payment,
            policy: event.policy,
        }
    }

    /// So many minor units of the order's currency.
    pub(crate) fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency).expect("a part of a total that was checked at placement is within the bounds of money")
    }

    pub(super) fn shipping_minor(&self) -> i64 {
        self.shipping.minor() + self.shipping_tax.minor()
    }
}

impl DeliveryMethod {
    /// The method of a delivery, without the address.
    pub fn of(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::Ship { country, .. } => Self::Ship { country: *country },
            Delivery::Pickup { warehouse } => Self::Pickup { warehouse: warehouse.clone() },
            Delivery::None => Self::None,
        }
    }
}
