use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CancelationOutcome, CancelationReason, Delivery, OrderPolicy, OrderedLine, PaymentTerms};
use crate::values::{
    Address, ChannelReference, Currency, CustomerId, Money, OperationId, OrderId, OrderNumber, PaymentId, Personal, ShipmentId, Tier,
    WarehouseCode,
};

/// Places an order, with everything frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// Its id.
    pub order: OrderId,
    /// For people; unique.
    pub order_number: OrderNumber,
    /// Who orders: must be active; gives the order its tier.
    pub customer: CustomerId,
    /// The tier that the prices were made for: refused as stale if the customer has another by now. `None`: the caller's own prices.
    pub priced_for: Option<Tier>,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// What is ordered, numbered from 1.
    pub lines: Vec<OrderedLine>,
    /// Shipping without tax.
    pub shipping: Money,
    /// The tax on shipping.
    pub shipping_tax: Money,
    /// What the caller expects to pay in all, if they said so.
    pub expected_total: Option<Money>,
    /// How it reaches the customer.
    pub delivery: Delivery,
    /// Where the bill goes.
    pub billing_address: Option<Personal<Address>>,
    /// How the sales channel names it.
    pub channel_reference: Option<ChannelReference>,
    /// The keyed hash of the channel reference, without the kind: what is claimed.
    pub channel_claim: Option<String>,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// How it is paid.
    pub payment: PaymentTerms,
    /// What to do when a step fails.
    pub policy: OrderPolicy,
}

/// Holds the order's stock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllocateStock {
    /// Which order.
    pub order: OrderId,
    /// The open warehouses with their priorities (lower is asked first); an order that is picked up is served by its own.
    pub warehouses: Vec<(WarehouseCode, u32)>,
    /// When the reservations lapse unless the order is confirmed.
    pub until: DateTime<Utc>,
}

/// Begins an attempt to pay what is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartPayment {
    /// Which order.
    pub order: OrderId,
    /// The attempt.
    pub payment: PaymentId,
    /// The call for the money.
    pub operation: OperationId,
    /// The gateway's name.
    pub gateway: String,
}

/// Takes over what became of an attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettleAuthorization {
    /// Which order.
    pub order: OrderId,
    /// The attempt.
    pub payment: PaymentId,
}

/// Makes stock and money certain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmOrder {
    /// Which order.
    pub order: OrderId,
}

/// Puts everything that a warehouse holds for the order into a parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanShipment {
    /// Which order.
    pub order: OrderId,
    /// The parcel.
    pub shipment: ShipmentId,
    /// Where from.
    pub warehouse: WarehouseCode,
}

/// Ends the order well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompleteOrder {
    /// Which order.
    pub order: OrderId,
}

/// Begins to undo the order and gives its stock back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CancelOrder {
    /// Which order.
    pub order: OrderId,
    /// How it will end.
    pub outcome: CancelationOutcome,
    /// Why, in words that the customer may read.
    pub reason: CancelationReason,
}

/// Ends the undoing, once no money is held or in flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinishCancelation {
    /// Which order.
    pub order: OrderId,
}
