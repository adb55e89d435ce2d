//! The row of an order, and what is derived in it.

use aggregates::paid::{AttemptStage, PaidStatus, paid_status};
use aggregates::values::{
    Address, Country, Currency, CustomerId, LineNumber, OrderId, OrderNumber, PaymentId, ShipmentId, Sku, Tier, WarehouseCode,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::words::row_words;

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Its id.
    pub id: OrderId,
    /// Its number for people.
    pub number: OrderNumber,
    /// The sales channel that sent it.
    pub channel: Option<String>,
    /// How that channel names it.
    pub reference: Option<String>,
    /// Who ordered.
    pub customer_id: CustomerId,
    /// Their tier then.
    pub tier: Tier,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// Derived from its payments.
    pub payment_status: PaymentStatus,
    /// Derived from its lines.
    pub fulfillment_status: FulfillmentStatus,
    /// The currency of every amount.
    pub currency: Currency,
    /// Σ (unit price × quantity − discount) over the lines.
    #[serde(with = "crate::amount")]
    pub goods: Decimal,
    /// Σ tax over the lines.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
    /// Shipping without tax.
    #[serde(with = "crate::amount")]
    pub shipping: Decimal,
    /// The tax on shipping.
    #[serde(with = "crate::amount")]
    pub shipping_tax: Decimal,
    /// Goods, tax, shipping and its tax.
    #[serde(with = "crate::amount")]
    pub total: Decimal,
    /// What gateways hold for it and have not taken.
    #[serde(with = "crate::amount")]
    pub authorized: Decimal,
    /// What was taken.
    #[serde(with = "crate::amount")]
    pub captured: Decimal,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
    /// Why it ended early: stable, such as `out_of_stock`.
    pub reason_code: Option<String>,
    /// The same in a sentence for the customer.
    pub reason_message: Option<String>,
    /// How it reaches the customer.
    pub delivery: DeliveryRow,
    /// Where the bill goes.
    pub billing_address: Option<Address>,
    /// What was ordered.
    pub lines: Vec<LineRow>,
    /// Every attempt to pay.
    pub payments: Vec<PaymentRow>,
    /// Every parcel.
    pub shipments: Vec<ShipmentRow>,
    /// What happened, in the order of the log.
    pub timeline: Vec<TimelineEntry>,
    /// The sequence of the last event of its own stream: what `If-Match` speaks of.
    pub version: i64,
}

/// How an order reaches its customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// In which way.
    pub kind: DeliveryKind,
    /// Of a pickup: where.
    pub warehouse: Option<WarehouseCode>,
    /// Of a shipped order: the country.
    pub country: Option<Country>,
    /// Of a shipped order: where to.
    pub address: Option<Address>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRow {
    /// Its number in the order.
    pub line: LineNumber,
    /// What.
    pub sku: Sku,
    /// The product's name then.
    pub name: String,
    /// The product's category then.
    pub category: String,
    /// Units ordered.
    pub quantity: i64,
    /// The price of a unit.
    #[serde(with = "crate::amount")]
    pub unit_price: Decimal,
    /// What is taken off unit price × quantity.
    #[serde(with = "crate::amount")]
    pub discount: Decimal,
    /// unit price × quantity − discount.
    #[serde(with = "crate::amount")]
    pub net: Decimal,
    /// The tax on net.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
    /// Units that warehouses hold for it, those in fulfillment included.
    pub reserved: i64,
    /// Units of these that were handed to a planned shipment.
    pub in_fulfillment: i64,
    /// Units that left.
    pub shipped: i64,
    /// Units of these that arrived.
    pub delivered: i64,
}

/// One attempt to pay an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// The attempt.
    pub id: PaymentId,
    /// Where it is in its life.
    pub state: PaymentState,
    /// The gateway's name.
    pub gateway: String,
    /// How much was to be authorized.
    #[serde(with = "crate::amount")]
    pub amount: Decimal,
    /// How much the gateway ever held.
    #[serde(with = "crate::amount")]
    pub authorized: Decimal,
    /// How much of it was taken.
    #[serde(with = "crate::amount")]
    pub captured: Decimal,
    /// How much of it was let go of.
    #[serde(with = "crate::amount")]
    pub released: Decimal,
    /// The gateway's last no, such as `insufficient_funds`.
    pub failure_code: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
}

/// One parcel of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentRow {
    /// The parcel.
    pub id: ShipmentId,
    /// Where it is in its life.
    pub state: ShipmentState,
    /// Where it leaves from.
    pub warehouse: WarehouseCode,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking: Option<String>,
    /// What is in it.
    pub lines: Vec<ParcelLine>,
    /// When it was planned.
    pub planned_at: DateTime<Utc>,
    /// When it left.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Units of a line in a parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParcelLine {
    /// The line.
    pub line: LineNumber,
    /// Of what.
    pub sku: Sku,
    /// How many units.
    pub quantity: i64,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When the log took it.
    pub at: DateTime<Utc>,
    /// The stored name of the event, such as `payment.captured`.
    pub event: String,
    /// Who caused it: `role:subject`.
    pub actor: String,
    /// What was particular about it.
    pub note: Option<String>,
}

row_words! {
    /// Where an order is in its life.
    OrderStatus:
    /// Placed; stock and money are not certain yet.
    Placed = "placed",
    /// Stock and money are certain.
    Confirmed = "confirmed",
    /// Being undone.
    Canceling = "canceling",
    /// Ended well.
    Completed = "completed",
    /// Ended: it could not be fulfilled or paid.
    Rejected = "rejected",
    /// Ended: it took too long.
    Expired = "expired",
    /// Ended on request.
    Canceled = "canceled",
}

row_words! {
    /// How much of an order is paid.
    PaymentStatus:
    /// No attempt was made yet.
    Unpaid = "unpaid",
    /// An attempt has no outcome yet.
    Pending = "pending",
    /// The last attempt was declined.
    Declined = "declined",
    /// The last attempt was undone.
    Voided = "voided",
    /// A gateway holds the money.
    Authorized = "authorized",
    /// A part was taken.
    PartiallyCaptured = "partially_captured",
    /// Everything was taken.
    Captured = "captured",
}

row_words! {
    /// How much of an order has reached its customer.
    FulfillmentStatus:
    /// Nothing is held for it.
    Unfulfilled = "unfulfilled",
    /// Every unit that has not left is held.
    Reserved = "reserved",
    /// Parcels are planned.
    InFulfillment = "in_fulfillment",
    /// A part has left.
    PartiallyShipped = "partially_shipped",
    /// Everything has left.
    Shipped = "shipped",
    /// Everything has left, a part has arrived.
    PartiallyDelivered = "partially_delivered",
    /// Everything has arrived.
    Delivered = "delivered",
}

row_words! {
    /// How an order reaches its customer.
    DeliveryKind:
    /// Sent by a carrier.
    Ship = "ship",
    /// Fetched at a warehouse.
    Pickup = "pickup",
    /// Nothing is sent.
    None = "none",
}

row_words! {
    /// Where a payment is in its life.
    PaymentState:
    /// The gateway has not answered yet.
    Pending = "pending",
    /// The gateway holds the money.
    Authorized = "authorized",
    /// Money was taken.
    Captured = "captured",
    /// The gateway said no.
    Declined = "declined",
    /// The gateway is asked to let go of the money.
    Voiding = "voiding",
    /// The gateway let go of it.
    Voided = "voided",
}

row_words! {
    /// Where a parcel is in its life.
    ShipmentState:
    /// It is known what goes into it.
    Planned = "planned",
    /// It is packed.
    Packed = "packed",
    /// It left.
    Dispatched = "dispatched",
    /// It arrived.
    Delivered = "delivered",
    /// It was called off before it left.
    Canceled = "canceled",
}

impl OrderRow {
    /// Sets what follows from lines and payments.
    pub(super) fn derive(&mut self) {
        self.authorized =
            self.payments.iter().filter(|payment| payment.holds_money()).map(PaymentRow::held).sum::<Decimal>() + self.nothing();
        self.captured = self.payments.iter().map(|payment| payment.captured).sum::<Decimal>() + self.nothing();
        self.payment_status = self.derived_payment_status();
        self.fulfillment_status = self.derived_fulfillment_status();
    }

    /// Zero with the digits of the order's currency: a sum over nothing would have none.
    fn nothing(&self) -> Decimal {
        Decimal::new(0, self.currency.digits())
    }

    fn derived_payment_status(&self) -> PaymentStatus {
        let attempts: Vec<AttemptStage> = self.payments.iter().map(|payment| payment.stage()).collect();
        match paid_status(self.total, self.captured, &attempts) {
            PaidStatus::Unpaid => PaymentStatus::Unpaid,
            PaidStatus::Pending => PaymentStatus::Pending,
            PaidStatus::Declined => PaymentStatus::Declined,
            PaidStatus::Voided => PaymentStatus::Voided,
            PaidStatus::Authorized => PaymentStatus::Authorized,
            PaidStatus::PartiallyCaptured => PaymentStatus::PartiallyCaptured,
            PaidStatus::Captured => PaymentStatus::Captured,
        }
    }

    fn derived_fulfillment_status(&self) -> FulfillmentStatus {
        let sum = |units: fn(&LineRow) -> i64| self.lines.iter().map(units).sum::<i64>();
        let (ordered, shipped, delivered) = (sum(|line| line.quantity), sum(|line| line.shipped), sum(|line| line.delivered));
        match () {
            () if delivered == ordered => FulfillmentStatus::Delivered,
            () if shipped == ordered && delivered > 0 => FulfillmentStatus::PartiallyDelivered,
            () if shipped == ordered => FulfillmentStatus::Shipped,
            () if shipped > 0 => FulfillmentStatus::PartiallyShipped,
            () if sum(|line| line.in_fulfillment) > 0 => FulfillmentStatus::InFulfillment,
            () if sum(|line| line.reserved) == ordered => FulfillmentStatus::Reserved,
            () => FulfillmentStatus::Unfulfilled,
        }
    }

    /// The line with this number.
    pub(super) fn line(&mut self, number: LineNumber) -> Option<&mut LineRow> {
        self.lines.iter_mut().find(|line| line.line == number)
    }
}

impl PaymentRow {
    fn stage(&self) -> AttemptStage {
        match self.state {
            PaymentState::Pending => AttemptStage::Pending,
            PaymentState::Authorized => AttemptStage::Authorized,
            PaymentState::Captured => AttemptStage::Captured,
            PaymentState::Declined => AttemptStage::Declined,
            PaymentState::Voiding => AttemptStage::Voiding,
            PaymentState::Voided => AttemptStage::Voided,
        }
    }

    fn holds_money(&self) -> bool {
        match self.state {
            PaymentState::Authorized | PaymentState::Captured | PaymentState::Voiding => true,
            PaymentState::Pending | PaymentState::Declined | PaymentState::Voided => false,
        }
    }

    fn held(&self) -> Decimal {
        self.authorized - self.captured - self.released
    }
}
