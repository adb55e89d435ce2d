use aggregates::order::{AttemptStatus, DeliveryMethod, Order, OrderLine, OrderShipment, PaymentAttempt, ShipmentProgress, Terms};
use aggregates::paid::{AttemptStage, PaidStatus, paid_status};
use aggregates::payment::Payment;
use aggregates::values::{Currency, Money, OrderId, ShipmentId, Tier};
use chrono::{DateTime, Utc};
use identity::{Caller, Right};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::{MoneyShape, TierShape};

/// An order. Personal data stands in its history, for who may see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderView {
    id: String,
    version: i64,
    /// For people; unique.
    order_number: Option<String>,
    /// `placed`, `confirmed`, `canceling`, `completed`, `rejected`, `expired` or `canceled`.
    status: &'static str,
    /// Whether nothing more will happen by itself.
    r#final: bool,
    /// How far it is paid, as gateways have it: `unpaid`, `pending`, `declined`, `voided`, `authorized`, `partially_captured` or `captured`.
    payment_status: &'static str,
    /// How far it is fulfilled, as it follows from quantities.
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
    /// What the caller may ask of it now.
    allowed_commands: Vec<&'static str>,
}

/// How an order reaches its customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryMethod)]
pub(crate) struct DeliveryView {
    /// `ship`, `pickup` or `none`.
    kind: &'static str,
    /// The country that it goes to.
    country: Option<String>,
    /// Where it is fetched.
    warehouse: Option<String>,
}

/// A line of an order, with how far its units are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct OrderLineView {
    line: u32,
    sku: String,
    name: String,
    category: String,
    quantity: u32,
    #[schema(value_type = MoneyShape)]
    unit_price: Money,
    #[schema(value_type = MoneyShape)]
    discount: Money,
    #[schema(value_type = MoneyShape)]
    net: Money,
    #[schema(value_type = MoneyShape)]
    tax: Money,
    reserved: u32,
    in_fulfillment: u32,
    shipped: u32,
    delivered: u32,
    canceled: u32,
}

/// An attempt to pay, as the order counts it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentAttempt)]
pub(crate) struct AttemptView {
    id: String,
    #[schema(value_type = MoneyShape)]
    amount: Money,
    /// `started`, `authorized`, `declined` or `voided`.
    status: &'static str,
    /// The gateway's reason, if it said no.
    decline_code: Option<String>,
}

/// A parcel of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
pub(crate) struct ParcelView {
    id: String,
    warehouse: String,
    /// `in_fulfillment`, `shipped`, `delivered` or `taken_back`.
    status: &'static str,
}

/// Why an order was or is being undone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CancelationReason)]
pub(crate) struct ReasonView {
    /// Stable, such as `out_of_stock`.
    code: String,
    /// A sentence for the customer.
    message: String,
}

/// An order with its attempts to pay, as `caller` sees it.
pub(super) fn view(id: OrderId, (order, payments): (&Order, &[Payment]), version: i64, caller: &Caller) -> OrderView {
    let terms = order.terms();
    let captured = terms.map(|terms| captured(terms.currency, payments));
    let reference = terms.and_then(|terms| terms.channel_reference.as_ref());
    OrderView {
        id: id.to_string(),
        version,
        order_number: terms.map(|terms| terms.order_number.to_string()),
        status: order.status().as_str(),
        r#final: order.status().is_final(),
        payment_status: paid(terms, captured, payments).as_str(),
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
        reason: order.cancelation().map(|c| ReasonView { code: c.reason.code.clone(), message: c.reason.message.clone() }),
        allowed_commands: order.allowed_commands().into_iter().filter(|command| may_ask(caller, command)).collect(),
    }
}

fn captured(currency: Currency, payments: &[Payment]) -> Money {
    let captured = payments.iter().map(Payment::captured_minor).sum();
    Money::from_minor(captured, currency).unwrap_or_else(|_| Money::zero(currency))
}

/// The rule that the read model has, too.
fn paid(terms: Option<&Terms>, captured: Option<Money>, payments: &[Payment]) -> PaidStatus {
    let attempts: Vec<AttemptStage> = payments.iter().map(AttemptStage::of).collect();
    let amount = |money: Option<Money>| money.map(Money::amount).unwrap_or_default();
    paid_status(amount(terms.map(|terms| terms.total)), amount(captured), &attempts)
}

/// All but calling off is the warehouse's.
fn may_ask(caller: &Caller, command: &str) -> bool {
    caller.may(if command == "cancel" { Right::CancelOrder } else { Right::Fulfill })
}

fn delivery(method: &DeliveryMethod) -> DeliveryView {
    match method {
        DeliveryMethod::Ship { country } => DeliveryView { kind: "ship", country: Some(country.to_string()), warehouse: None },
        DeliveryMethod::Pickup { warehouse } => DeliveryView { kind: "pickup", country: None, warehouse: Some(warehouse.to_string()) },
        DeliveryMethod::None => DeliveryView { kind: "none", country: None, warehouse: None },
    }
}

fn line(line: &OrderLine) -> OrderLineView {
    let ordered = line.as_ordered();
    OrderLineView {
        line: ordered.line.get(),
        sku: ordered.sku.to_string(),
        name: ordered.name.clone(),
        category: ordered.category.clone(),
        quantity: ordered.quantity.get(),
        unit_price: ordered.unit_price,
        discount: ordered.discount,
        net: ordered.net,
        tax: ordered.tax,
        reserved: line.reserved(),
        in_fulfillment: line.in_fulfillment(),
        shipped: line.shipped(),
        delivered: line.delivered(),
        canceled: line.canceled(),
    }
}

fn attempt(attempt: &PaymentAttempt) -> AttemptView {
    let (status, decline_code) = match &attempt.status {
        AttemptStatus::Started => ("started", None),
        AttemptStatus::Authorized => ("authorized", None),
        AttemptStatus::Declined { code } => ("declined", Some(code.clone())),
        AttemptStatus::Voided => ("voided", None),
    };
    AttemptView { id: attempt.payment.to_string(), amount: attempt.amount, status, decline_code }
}

fn parcel((id, parcel): (ShipmentId, &OrderShipment)) -> ParcelView {
    let status = match parcel.progress {
        ShipmentProgress::InFulfillment => "in_fulfillment",
        ShipmentProgress::Shipped => "shipped",
        ShipmentProgress::Delivered => "delivered",
        ShipmentProgress::TakenBack => "taken_back",
    };
    ParcelView { id: id.to_string(), warehouse: parcel.warehouse.to_string(), status }
}
