//! The parcels of an order: one row each.

use aggregates::shipment::{ShipmentDispatched, ShipmentEvent, ShipmentLine, ShipmentPlanned};
use aggregates::status::BookingStage;
use aggregates::values::{LineNumber, ShipmentId, Sku, WarehouseCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::OrdersEvent;
use crate::recorded::{Recorded, Unfoldable};
use crate::row::Part;
use crate::words::row_words;

/// One parcel of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentRow {
    /// Where in the log it was planned: parcels are told in this order.
    pub planned_position: i64,
    /// When it was planned.
    pub planned_at: DateTime<Utc>,
    /// Where it is in its life.
    pub state: ShipmentState,
    /// Where it leaves from.
    pub warehouse: WarehouseCode,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking: Option<String>,
    /// How far it is with a carrier.
    pub booking: BookingStage,
    /// What is in it.
    pub lines: Vec<ParcelLine>,
    /// When it left.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// The parcel.
    #[serde(rename = "part", skip_serializing)]
    pub id: ShipmentId,
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

impl Part<OrdersEvent> for ShipmentRow {
    const TABLE: &'static str = "order_shipments";

    fn parts(event: &Recorded<'_, OrdersEvent>) -> Vec<String> {
        match &event.event {
            OrdersEvent::Shipment(_) => vec![event.stream.aggregate_id().to_owned()],
            OrdersEvent::Order(_) | OrdersEvent::Payment(_) | OrdersEvent::Process(_) => vec![],
        }
    }

    fn fold(row: Option<Self>, part: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        let OrdersEvent::Shipment(fact) = &event.event else { return Ok(row) };
        match (fact, row) {
            (ShipmentEvent::ShipmentPlanned(planned), None) => Self::new(planned, part, event).map(Some),
            (fact, Some(mut row)) => {
                row.change(fact, event.recorded_at);
                Ok(Some(row))
            }
            (_, None) => Err(Unfoldable::no_row(&event.stream.to_string(), event)),
        }
    }
}

impl ShipmentRow {
    fn new(planned: &ShipmentPlanned, part: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Self, Unfoldable> {
        Ok(Self {
            id: part.parse().map_err(|problem| Unfoldable(format!("{problem}")))?,
            planned_position: event.position,
            planned_at: event.recorded_at,
            state: ShipmentState::Planned,
            warehouse: planned.warehouse.clone(),
            carrier: None,
            tracking: None,
            booking: BookingStage::None,
            lines: planned.lines.iter().map(parcel_line).collect(),
            dispatched_at: None,
            delivered_at: None,
        })
    }

    fn change(&mut self, fact: &ShipmentEvent, at: DateTime<Utc>) {
        match fact {
            ShipmentEvent::ShipmentPlanned(_) | ShipmentEvent::AnomalyDetected(_) => {}
            ShipmentEvent::ShipmentPacked(_) => self.state = ShipmentState::Packed,
            ShipmentEvent::ShipmentBookingRequested(_) => self.booking = BookingStage::Requested,
            ShipmentEvent::ShipmentBooked(_) => self.booking = BookingStage::Booked,
            ShipmentEvent::ShipmentBookingFailed(_) => self.booking = BookingStage::Failed,
            ShipmentEvent::ShipmentBookingCanceled(_) => self.booking = BookingStage::Canceled,
            ShipmentEvent::ShipmentBookingCancelFailed(_) => self.booking = BookingStage::Kept,
            ShipmentEvent::ShipmentDispatched(dispatched) => self.dispatch(dispatched, at),
            ShipmentEvent::ShipmentDelivered(delivered) => {
                self.state = ShipmentState::Delivered;
                self.delivered_at = Some(delivered.delivered_at);
            }
            ShipmentEvent::ShipmentCanceled(_) => self.state = ShipmentState::Canceled,
        }
    }

    fn dispatch(&mut self, dispatched: &ShipmentDispatched, at: DateTime<Utc>) {
        self.state = ShipmentState::Dispatched;
        self.dispatched_at = Some(at);
        if let Some(booking) = &dispatched.carrier {
            // What has left with a carrier was booked with it, whether its answer is there or not.
            if self.booking == BookingStage::Requested {
                self.booking = BookingStage::Booked;
            }
            self.carrier = Some(booking.carrier.clone());
            self.tracking = Some(booking.tracking.clone());
        }
    }
}

fn parcel_line(line: &ShipmentLine) -> ParcelLine {
    ParcelLine { line: line.line, sku: line.sku.clone(), quantity: i64::from(line.quantity.get()) }
}
