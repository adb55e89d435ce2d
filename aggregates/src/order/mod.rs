//! An order: what a customer bought, and how far it is. `Placed → Confirmed → Completed`; `Canceling → Rejected | Expired | Canceled`.
//!
//! The order has a small lifecycle of its own; how far it is paid and fulfilled is *derived* from amounts and quantities. Everything that its
//! price depends on is frozen when it is placed. Personal data passes through into the log and is not kept in the state.
//!
//! Invariants: total = Σ lines + shipping + its tax; a line's in fulfillment + shipped + canceled ≤ ordered; delivered ≤ shipped; what is charged for the
//! parts of a line adds up to the line; a final order that is not completed holds nothing.

mod commands;
mod derived;
mod events;
mod evolve;
mod fulfillment;
mod line;
mod money;
mod paying;
mod refusal;
mod requests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use commands::*;
pub use derived::FulfillmentStatus;
pub use events::*;
pub use line::OrderLine;
pub use refusal::OrderRefusal;

use crate::stored::aggregate;
use crate::values::{
    ChannelReference, Country, Currency, CustomerId, LineNumber, LineQuantity, Money, OrderNumber, PaymentId, PaymentPurpose, ShipmentId,
    Tier, WarehouseCode,
};

/// An order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    status: OrderStatus,
    terms: Option<Terms>,
    lines: BTreeMap<LineNumber, OrderLine>,
    missing: Vec<MissingStock>,
    reserved_until: Option<DateTime<Utc>>,
    payments: Vec<PaymentAttempt>,
    shipments: BTreeMap<ShipmentId, OrderShipment>,
    shipping_charged: bool,
    cancelation: Option<Cancelation>,
    captured: Option<Money>,
    anomalies: BTreeSet<(String, String)>,
}

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Does not exist.
    #[default]
    NotStarted,
    /// Wants stock and money.
    Placed,
    /// Has them; is being fulfilled.
    Confirmed,
    /// Is being undone.
    Canceling,
    /// Ended well.
    Completed,
    /// Ended: it could not be fulfilled or paid.
    Rejected,
    /// Ended: it took too long.
    Expired,
    /// Ended on request.
    Canceled,
}

impl OrderStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::Canceling => "canceling",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }

    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Rejected | Self::Expired | Self::Canceled => true,
            Self::NotStarted | Self::Placed | Self::Confirmed | Self::Canceling => false,
        }
    }
}

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

/// An attempt to pay, as the order counts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAttempt {
    /// Its id.
    pub payment: PaymentId,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How much was to be authorized.
    pub amount: Money,
    /// What became of it.
    pub status: AttemptStatus,
    /// What was charged to it by dispatches, in minor units.
    pub charged_minor: i64,
}

/// What became of an attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    /// Not known yet.
    Started,
    /// The order counts on it.
    Authorized,
    /// The gateway said no.
    Declined {
        /// Its reason.
        code: String,
    },
    /// The money was let go of.
    Voided,
}

impl PaymentAttempt {
    /// Whether it has not ended: one live attempt per purpose.
    pub fn is_live(&self) -> bool {
        match self.status {
            AttemptStatus::Started | AttemptStatus::Authorized => true,
            AttemptStatus::Declined { .. } | AttemptStatus::Voided => false,
        }
    }
}

/// A parcel of the order, as the order counts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderShipment {
    /// Where it leaves from.
    pub warehouse: WarehouseCode,
    /// What is in it.
    pub lines: Vec<LineQuantity>,
    /// How far it is.
    pub progress: ShipmentProgress,
}

/// How far a parcel of the order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentProgress {
    /// In the warehouse.
    InFulfillment,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Called off.
    TakenBack,
}

/// How and why an order is being undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelation {
    /// How it will end.
    pub outcome: CancelationOutcome,
    /// Why, in words that the customer may read.
    pub reason: CancelationReason,
}

aggregate!(Order, "order", OrderEvent);
