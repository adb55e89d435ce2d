//! What the order's own events make of its row.

use aggregates::order::{
    CancelationEvent, CancelationReason, CompletionEvent, Delivery, FulfillmentEvent, OrderCancelationStarted, OrderEvent, OrderPlaced,
    OrderedLine, PlacementEvent, StockEvent,
};
use aggregates::values::{LineNumber, LineQuantity, LineReservation, Personal, Quantity};
use rust_decimal::Decimal;

use super::OrdersEvent;
use super::row::{DeliveryKind, DeliveryRow, FulfillmentStatus, LineRow, OrderRow, OrderStatus, PaymentStatus};
use crate::projection::{Recorded, Unfoldable};

pub(super) fn order(
    row: Option<OrderRow>,
    fact: &OrderEvent,
    key: &str,
    event: &Recorded<'_, OrdersEvent>,
) -> Result<OrderRow, Unfoldable> {
    match (fact, row) {
        (OrderEvent::Placement(PlacementEvent::OrderPlaced(placed)), None) => new(placed, key, event),
        (OrderEvent::Placement(PlacementEvent::OrderPlaced(_)), Some(_)) => Err(Unfoldable::second(key, event)),
        (_, None) => Err(Unfoldable::no_row(key, event)),
        (fact, Some(mut row)) => {
            change(&mut row, fact)?;
            row.version = event.sequence;
            Ok(row)
        }
    }
}

fn new(placed: &OrderPlaced, key: &str, event: &Recorded<'_, OrdersEvent>) -> Result<OrderRow, Unfoldable> {
    let nothing = Decimal::new(0, placed.currency.digits());
    Ok(OrderRow {
        id: key.parse().map_err(|problem| Unfoldable(format!("{problem}")))?,
        number: placed.order_number.clone(),
        channel: placed.channel_reference.as_ref().map(|name| name.channel.clone()),
        reference: placed.channel_reference.as_ref().map(|name| name.reference.clone()),
        customer_id: placed.customer,
        tier: placed.tier,
        status: OrderStatus::Placed,
        payment_status: PaymentStatus::Unpaid,
        fulfillment_status: FulfillmentStatus::Unfulfilled,
        currency: placed.currency,
        goods: placed.goods.amount(),
        tax: placed.lines.iter().map(|line| line.tax.amount()).sum::<Decimal>() + nothing,
        shipping: placed.shipping.amount(),
        shipping_tax: placed.shipping_tax.amount(),
        total: placed.total.amount(),
        authorized: nothing,
        captured: nothing,
        placed_at: placed.placed_at,
        recorded_at: event.recorded_at,
        updated_at: event.recorded_at,
        reason_code: None,
        reason_message: None,
        delivery: delivery(&placed.delivery),
        billing_address: placed.billing_address.as_ref().and_then(Personal::clear).cloned(),
        lines: placed.lines.iter().map(line).collect(),
        payments: vec![],
        shipments: vec![],
        timeline: vec![],
        version: event.sequence,
    })
}

fn line(ordered: &OrderedLine) -> LineRow {
    LineRow {
        line: ordered.line,
        sku: ordered.sku.clone(),
        name: ordered.name.clone(),
        category: ordered.category.clone(),
        quantity: units(ordered.quantity),
        unit_price: ordered.unit_price.amount(),
        discount: ordered.discount.amount(),
        net: ordered.net.amount(),
        tax: ordered.tax.amount(),
        reserved: 0,
        in_fulfillment: 0,
        shipped: 0,
        delivered: 0,
    }
}

fn delivery(delivery: &Delivery) -> DeliveryRow {
    let empty = |kind| DeliveryRow { kind, warehouse: None, country: None, address: None };
    match delivery {
        Delivery::Ship { address, country } => {
            DeliveryRow { country: Some(*country), address: address.clear().cloned(), ..empty(DeliveryKind::Ship) }
        }
        Delivery::Pickup { warehouse } => DeliveryRow { warehouse: Some(warehouse.clone()), ..empty(DeliveryKind::Pickup) },
        Delivery::None => empty(DeliveryKind::None),
    }
}

/// What an attempt to pay did to the order stands in the payment's own events; the order's tell it in the timeline only.
fn change(row: &mut OrderRow, fact: &OrderEvent) -> Result<(), Unfoldable> {
    match fact {
        OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => row.status = OrderStatus::Confirmed,
        OrderEvent::Stock(StockEvent::OrderStockReserved(reserved)) => add_reservations(row, &reserved.reservations)?,
        OrderEvent::Fulfillment(fact) => fulfill(row, fact)?,
        OrderEvent::Cancelation(CancelationEvent::OrderCancelationStarted(started)) => start_cancelation(row, started)?,
        OrderEvent::Cancelation(CancelationEvent::OrderRejected(rejected)) => end(row, OrderStatus::Rejected, &rejected.reason),
        OrderEvent::Cancelation(CancelationEvent::OrderExpired(expired)) => end(row, OrderStatus::Expired, &expired.reason),
        OrderEvent::Cancelation(CancelationEvent::OrderCanceled(canceled)) => end(row, OrderStatus::Canceled, &canceled.reason),
        OrderEvent::Completion(CompletionEvent::OrderCompleted(_)) => row.status = OrderStatus::Completed,
        OrderEvent::Placement(PlacementEvent::OrderPlaced(_))
        | OrderEvent::Stock(StockEvent::OrderStockUnavailable(_))
        | OrderEvent::Paying(_)
        | OrderEvent::Anomaly(_) => {}
    }
    Ok(())
}

fn fulfill(row: &mut OrderRow, fact: &FulfillmentEvent) -> Result<(), Unfoldable> {
    match fact {
        FulfillmentEvent::OrderLinesReleased(released) => each(row, &released.lines, |line, units| line.in_fulfillment += units),
        FulfillmentEvent::OrderLinesShipped(shipped) => {
            for gone in &shipped.lines {
                ship(line_of(row, gone.line)?, units(gone.quantity));
            }
            Ok(())
        }
        FulfillmentEvent::OrderLinesDelivered(delivered) => each(row, &delivered.lines, |line, units| line.delivered += units),
        FulfillmentEvent::OrderLinesTakenBack(back) => each(row, &back.lines, |line, units| line.in_fulfillment -= units),
    }
}

fn add_reservations(row: &mut OrderRow, reservations: &[LineReservation]) -> Result<(), Unfoldable> {
    for held in reservations {
        line_of(row, held.line)?.reserved += units(held.quantity);
    }
    Ok(())
}

fn ship(line: &mut LineRow, units: i64) {
    line.reserved -= units;
    line.in_fulfillment -= units;
    line.shipped += units;
}

fn start_cancelation(row: &mut OrderRow, started: &OrderCancelationStarted) -> Result<(), Unfoldable> {
    row.status = OrderStatus::Canceling;
    tell(row, &started.reason);
    for back in &started.released {
        let line = line_of(row, back.line)?;
        line.reserved -= units(back.quantity);
        line.in_fulfillment = line.in_fulfillment.min(line.reserved);
    }
    Ok(())
}

fn end(row: &mut OrderRow, status: OrderStatus, reason: &CancelationReason) {
    row.status = status;
    tell(row, reason);
}

fn tell(row: &mut OrderRow, reason: &CancelationReason) {
    row.reason_code = Some(reason.code.clone());
    row.reason_message = Some(reason.message.clone());
}

fn each(row: &mut OrderRow, lines: &[LineQuantity], change: fn(&mut LineRow, i64)) -> Result<(), Unfoldable> {
    for part in lines {
        change(line_of(row, part.line)?, units(part.quantity));
    }
    Ok(())
}

fn line_of(row: &mut OrderRow, number: LineNumber) -> Result<&mut LineRow, Unfoldable> {
    let order = row.id;
    row.line(number).ok_or_else(|| Unfoldable(format!("order {order} has no line {number}")))
}

pub(super) fn units(quantity: Quantity) -> i64 {
    i64::from(quantity.get())
}
