//! An order as the API shows it, a file for each of its parts.

mod attention;
mod ending;
mod lines;
mod money;
mod parcels;

use aggregates::order::Order;
use aggregates::payment::Payment;
use aggregates::status::Attempt;
use aggregates::values::{Money, OrderId, Tier};
use chrono::{DateTime, Utc};
use identity::Caller;
use serde::Serialize;
use utoipa::ToSchema;

use attention::{AlertView, ParkedView, alerts, parked};
use ending::{ReasonView, reason};
use lines::{OrderLineView, line};
use money::{AttemptView, attempt, captured};
use parcels::{DeliveryView, ParcelView, delivery, parcel};

use super::whole::Around;
use crate::caller::is_staff;
use crate::catalogue::allowed_commands;
use crate::shapes::{AllowedCommandShape, FulfillmentStatusShape, MoneyShape, OrderStatusShape, PaidStatusShape, TierShape};
use crate::unreadable::Unreadable;

/// An order. Personal data stands in its history, for who may see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderView {
    id: String,
    version: i64,
    /// For people; unique.
    order_number: Option<String>,
    #[schema(value_type = OrderStatusShape)]
    status: &'static str,
    /// Whether nothing more will happen by itself.
    r#final: bool,
    #[schema(value_type = PaidStatusShape)]
    payment_status: &'static str,
    #[schema(value_type = FulfillmentStatusShape)]
    fulfillment_status: &'static str,
    customer: Option<String>,
    #[schema(value_type = Option<TierShape>)]
    tier: Option<Tier>,
    channel: Option<String>,
    channel_reference: Option<String>,
    placed_at: Option<DateTime<Utc>>,
    delivery: Option<DeliveryView>,
    lines: Vec<OrderLineView>,
    /// Σ net over the lines.
    #[schema(value_type = Option<MoneyShape>)]
    goods: Option<Money>,
    #[schema(value_type = Option<MoneyShape>)]
    shipping: Option<Money>,
    #[schema(value_type = Option<MoneyShape>)]
    shipping_tax: Option<Money>,
    /// Everything, as it was placed.
    #[schema(value_type = Option<MoneyShape>)]
    total: Option<Money>,
    /// What is owed for what was not canceled.
    #[schema(value_type = Option<MoneyShape>)]
    due: Option<Money>,
    /// What is to be taken for what has left.
    #[schema(value_type = Option<MoneyShape>)]
    charged: Option<Money>,
    /// What gateways have taken.
    #[schema(value_type = Option<MoneyShape>)]
    captured: Option<Money>,
    payments: Vec<AttemptView>,
    shipments: Vec<ParcelView>,
    /// Why it was or is being undone.
    reason: Option<ReasonView>,
    /// For staff: steps that wait for an operator, the one that has waited longest first.
    parked: Vec<ParkedView>,
    /// For staff: facts that contradict what the order says.
    alerts: Vec<AlertView>,
    /// What the caller may ask of it now.
    #[schema(value_type = Vec<AllowedCommandShape>)]
    allowed_commands: Vec<&'static str>,
    /// An event of it, of its payments or of its parcels that cannot be read here: what is shown is known up to it, and nothing can be asked of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<Unreadable>,
}

/// An order with what stands around it, as `caller` sees it.
pub(super) fn view(id: OrderId, (order, around): (&Order, &Around), version: i64, caller: &Caller) -> OrderView {
    let (terms, staff) = (order.terms(), is_staff(caller));
    let attempts: Vec<Attempt> = around.payments().map(Payment::attempt).collect();
    let captured = terms.map(|terms| captured(terms.currency, around.payments()));
    let reference = terms.and_then(|terms| terms.channel_reference.as_ref());
    OrderView {
        id: id.to_string(),
        version,
        order_number: terms.map(|terms| terms.order_number.to_string()),
        status: order.status().as_str(),
        r#final: order.status().is_final(),
        payment_status: order.paid_status(&attempts).as_str(),
        fulfillment_status: order.fulfillment_status().as_str(),
        customer: terms.map(|terms| terms.customer.to_string()),
        tier: terms.map(|terms| terms.tier),
        channel: reference.map(|reference| reference.channel.clone()),
        channel_reference: reference.map(|reference| reference.reference.clone()),
        placed_at: terms.map(|terms| terms.placed_at),
        delivery: terms.map(|terms| delivery(&terms.delivery)),
        lines: order.lines().map(line).collect(),
        goods: terms.map(|terms| terms.goods),
        shipping: terms.map(|terms| terms.shipping),
        shipping_tax: terms.map(|terms| terms.shipping_tax),
        total: terms.map(|terms| terms.total),
        due: order.due(),
        charged: order.charged(),
        captured,
        payments: order.payments().iter().map(attempt).collect(),
        shipments: order.shipments().map(parcel).collect(),
        reason: order.cancelation().map(reason),
        parked: if staff { around.process.all_parked().iter().map(parked).collect() } else { vec![] },
        alerts: if staff { alerts(id, order, around) } else { vec![] },
        allowed_commands: if around.unreadable().is_none() { allowed_commands(caller, around.with(order)) } else { Vec::new() },
        unreadable: around.unreadable().cloned(),
    }
}
