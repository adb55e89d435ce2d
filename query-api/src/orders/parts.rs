//! What an order is made of.

use aggregates::values::CustomerId;
use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use projections::orders as rows;

use crate::customers::Address;
use crate::money::Money;
use crate::orders::states::{BookingState, DeliveryKind, PaymentState, ShipmentState};
use crate::viewer::Viewer;

/// Why an order ended early.
#[derive(SimpleObject)]
pub(crate) struct EndReason {
    /// Stable, such as `out_of_stock`.
    pub(super) code: String,
    /// A sentence for the customer.
    pub(super) message: String,
}

/// How an order reaches its customer.
#[derive(SimpleObject)]
pub(crate) struct Delivery {
    /// In which way.
    kind: DeliveryKind,
    /// Of a pickup: the warehouse.
    warehouse: Option<String>,
    /// Of a shipped order: the country.
    country: Option<String>,
    /// Of a shipped order: where to.
    address: Option<Address>,
}

impl Delivery {
    pub(super) fn shown(row: rows::DeliveryRow, personal: bool) -> Self {
        Self {
            kind: row.kind.into(),
            warehouse: row.warehouse.map(|warehouse| warehouse.to_string()),
            country: row.country.map(|country| country.to_string()),
            address: row.address.filter(|_| personal).map(Address::from),
        }
    }
}

/// One line of an order.
#[derive(SimpleObject)]
pub(crate) struct Line {
    /// Its number in the order.
    line: u32,
    /// What.
    sku: String,
    /// The product's name when it was ordered.
    name: String,
    /// The product's category when it was ordered.
    category: String,
    /// Units ordered.
    quantity: i64,
    /// The price of a unit.
    unit_price: Money,
    /// What is taken off unit price × quantity.
    discount: Money,
    /// unit price × quantity − discount.
    net: Money,
    /// The tax on net.
    tax: Money,
    /// Units that warehouses hold for it, those in fulfillment included.
    reserved: i64,
    /// Units of these that were handed to a planned shipment.
    in_fulfillment: i64,
    /// Units that left.
    shipped: i64,
    /// Units of these that arrived.
    delivered: i64,
}

impl Line {
    pub(super) fn of(row: rows::LineRow, currency: &str) -> Self {
        let money = |amount| Money::of(amount, currency);
        Self {
            line: row.line.get(),
            sku: row.sku.to_string(),
            name: row.name,
            category: row.category,
            quantity: row.quantity,
            unit_price: money(row.unit_price),
            discount: money(row.discount),
            net: money(row.net),
            tax: money(row.tax),
            reserved: row.reserved,
            in_fulfillment: row.in_fulfillment,
            shipped: row.shipped,
            delivered: row.delivered,
        }
    }
}

/// One attempt to pay an order.
#[derive(SimpleObject)]
pub(crate) struct Payment {
    /// The attempt.
    id: ID,
    /// Where it is in its life.
    state: PaymentState,
    /// The gateway's name.
    gateway: String,
    /// How much was to be authorized.
    amount: Money,
    /// How much the gateway ever held.
    authorized: Money,
    /// How much of it was taken.
    captured: Money,
    /// How much of it was let go of.
    released: Money,
    /// The gateway's last no, such as `insufficient_funds`.
    failure_code: Option<String>,
    /// When it began.
    started_at: DateTime<Utc>,
}

impl Payment {
    pub(super) fn of(row: rows::PaymentRow, currency: &str) -> Self {
        let money = |amount| Money::of(amount, currency);
        Self {
            id: ID::from(row.id),
            state: row.state.into(),
            gateway: row.gateway,
            amount: money(row.amount),
            authorized: money(row.authorized),
            captured: money(row.captured),
            released: money(row.released),
            failure_code: row.failure_code,
            started_at: row.started_at,
        }
    }
}

/// One parcel of an order.
#[derive(SimpleObject)]
pub(crate) struct Shipment {
    /// The parcel.
    id: ID,
    /// Where it is in its life.
    state: ShipmentState,
    /// Where it leaves from.
    warehouse: String,
    /// Who carries it.
    carrier: Option<String>,
    /// The carrier's number for it.
    tracking: Option<String>,
    /// How far it is with a carrier.
    booking: BookingState,
    /// What is in it.
    lines: Vec<ShipmentLine>,
    /// When it was planned.
    planned_at: DateTime<Utc>,
    /// When it left.
    dispatched_at: Option<DateTime<Utc>>,
    /// When it arrived.
    delivered_at: Option<DateTime<Utc>>,
}

impl From<rows::ShipmentRow> for Shipment {
    fn from(row: rows::ShipmentRow) -> Self {
        Self {
            id: ID::from(row.id),
            state: row.state.into(),
            warehouse: row.warehouse.to_string(),
            carrier: row.carrier,
            tracking: row.tracking,
            booking: row.booking.into(),
            lines: row.lines.into_iter().map(ShipmentLine::from).collect(),
            planned_at: row.planned_at,
            dispatched_at: row.dispatched_at,
            delivered_at: row.delivered_at,
        }
    }
}

/// Units of a line in a parcel.
#[derive(SimpleObject)]
pub(crate) struct ShipmentLine {
    /// The line's number in the order.
    line: u32,
    /// Of what.
    sku: String,
    /// How many units.
    quantity: i64,
}

impl From<rows::ParcelLine> for ShipmentLine {
    fn from(row: rows::ParcelLine) -> Self {
        Self { line: row.line.get(), sku: row.sku.to_string(), quantity: row.quantity }
    }
}

/// Something that happened to an order.
#[derive(SimpleObject)]
pub(crate) struct TimelineEntry {
    /// When.
    at: DateTime<Utc>,
    /// What, such as `payment.captured`.
    event: String,
    /// Who caused it: role:subject; for who does not work for the shop the role alone.
    actor: String,
    /// What was particular about it; for staff.
    note: Option<String>,
}

impl TimelineEntry {
    pub(super) fn shown(row: rows::TimelineEntry, viewer: Viewer<'_>, owner: CustomerId) -> Self {
        let actor = match viewer.sees("TimelineEntry", "actor", owner) {
            true => row.actor,
            false => row.actor.split(':').next().unwrap_or_default().to_owned(),
        };
        Self { at: row.at, event: row.event, actor, note: row.note.filter(|_| viewer.sees("TimelineEntry", "note", owner)) }
    }
}
