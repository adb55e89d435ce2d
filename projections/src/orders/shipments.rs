//! What a shipment's events make of its order's row.

use aggregates::shipment::{ShipmentDispatched, ShipmentEvent, ShipmentLine, ShipmentPlanned};
use aggregates::values::ShipmentId;
use chrono::{DateTime, Utc};

use super::OrdersEvent;
use super::fold::units;
use super::row::{OrderRow, ParcelLine, ShipmentRow, ShipmentState};
use crate::projection::{Recorded, Unfoldable};

pub(super) fn fold(mut row: OrderRow, fact: &ShipmentEvent, event: &Recorded<'_, OrdersEvent>) -> Result<OrderRow, Unfoldable> {
    let id: ShipmentId = event.stream.aggregate_id().parse().map_err(|problem| Unfoldable(format!("{problem}")))?;
    match (fact, row.shipments.iter_mut().find(|shipment| shipment.id == id)) {
        (ShipmentEvent::ShipmentPlanned(planned), None) => row.shipments.push(new(id, planned, event.recorded_at)),
        (fact, Some(shipment)) => change(shipment, fact, event.recorded_at),
        (_, None) => return Err(Unfoldable::no_row(&event.stream.to_string(), event)),
    }
    Ok(row)
}

fn new(id: ShipmentId, planned: &ShipmentPlanned, planned_at: DateTime<Utc>) -> ShipmentRow {
    ShipmentRow {
        id,
        state: ShipmentState::Planned,
        warehouse: planned.warehouse.clone(),
        carrier: None,
        tracking: None,
        lines: planned.lines.iter().map(parcel_line).collect(),
        planned_at,
        dispatched_at: None,
        delivered_at: None,
    }
}

fn parcel_line(line: &ShipmentLine) -> ParcelLine {
    ParcelLine { line: line.line, sku: line.sku.clone(), quantity: units(line.quantity) }
}

fn change(shipment: &mut ShipmentRow, fact: &ShipmentEvent, at: DateTime<Utc>) {
    match fact {
        ShipmentEvent::ShipmentPlanned(_) | ShipmentEvent::AnomalyDetected(_) => {}
        ShipmentEvent::ShipmentPacked(_) => shipment.state = ShipmentState::Packed,
        ShipmentEvent::ShipmentDispatched(dispatched) => dispatch(shipment, dispatched, at),
        ShipmentEvent::ShipmentDelivered(delivered) => {
            shipment.state = ShipmentState::Delivered;
            shipment.delivered_at = Some(delivered.delivered_at);
        }
        ShipmentEvent::ShipmentCanceled(_) => shipment.state = ShipmentState::Canceled,
    }
}

fn dispatch(shipment: &mut ShipmentRow, dispatched: &ShipmentDispatched, at: DateTime<Utc>) {
    shipment.state = ShipmentState::Dispatched;
    shipment.dispatched_at = Some(at);
    if let Some(booking) = &dispatched.carrier {
        shipment.carrier = Some(booking.carrier.clone());
        shipment.tracking = Some(booking.tracking.clone());
    }
}
