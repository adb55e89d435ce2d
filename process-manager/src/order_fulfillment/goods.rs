//! The goods' desk: every warehouse's parcel is planned, packed and sent off, where a carrier brings it with its answer to the booking. That it arrives, a carrier
//! says, too. A parcel that was called off is called off at the carrier: what it was asked for is found out or undone, never forgotten.

use std::collections::BTreeMap;

use aggregates::decisions::shipping::{DispatchShipment, PlanShipment, RequestBooking};
use aggregates::ids;
use aggregates::order::{Delivery, OrderEvent, OrderPlaced, OrderStockReserved, PlacementEvent, StockEvent};
use aggregates::process::ProcessEvent;
use aggregates::shipment::{PackShipment, ShipmentEvent, ShipmentLine, ShipmentMethod, ShipmentPlanned};
use aggregates::values::{Country, LineNumber, OperationId, OrderId, ShipmentId, WarehouseCode};
use gateways::{BookCall, CancelBookingCall};
use serde::{Deserialize, Serialize};

use super::desk::{Desk, Gates, Phase, Task};
use super::parking::Stuck;
use super::request::{Failures, Request};
use super::{Action, CarrierCall, Command, Deadline, GoodsStep, Happened, Occurrence, Rules};

/// What is known about the goods.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Goods {
    /// Warehouses that hold something for the order.
    holding: Vec<WarehouseCode>,
    parcels: BTreeMap<ShipmentId, Parcel>,
    /// Where a carrier goes; no carrier: picked up, or nothing moves.
    destination: Option<Country>,
    /// Grams a unit, where a carrier goes.
    weights: BTreeMap<LineNumber, u32>,
}

/// A parcel of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Parcel {
    warehouse: WarehouseCode,
    method: ShipmentMethod,
    weight_grams: Option<u64>,
    stage: Stage,
    booking: Booking,
    failed_bookings: Failures,
}

/// What the carrier was asked for a parcel, and has not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Booking {
    None,
    /// It has not answered.
    Requested(Request),
    /// It brings the parcel.
    Booked(Request),
}

/// How far a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Planned,
    Packed,
    Dispatched,
    Delivered,
    Canceled,
}

impl Desk for Goods {
    type Step = GoodsStep;

    fn learn(&mut self, fact: &Occurrence) {
        match &fact.happened {
            Happened::Order(event) => self.learn_of_order(event),
            Happened::Shipment(shipment, event) => self.learn_of_shipment(*shipment, event, fact),
            Happened::Process(ProcessEvent::ProcessResumed(_)) => self.forgive(),
            Happened::Process(ProcessEvent::CommandRefused(_) | ProcessEvent::ProcessParked(_) | ProcessEvent::DeadlinePassed(_))
            | Happened::Payment(..) => {}
        }
    }

    fn close(&mut self) {
        *self = Self::default();
    }

    fn due(&self, gates: &Gates) -> Vec<GoodsStep> {
        match gates.phase {
            Phase::Confirmed => self.on_their_way(),
            Phase::Canceling => self.called_off().collect(),
            Phase::NotPlaced | Phase::Placed | Phase::Ended => vec![],
        }
    }

    fn deadlines(&self, _: &Gates, _: &Rules) -> Vec<Deadline> {
        vec![]
    }

    fn effect(&self, step: &GoodsStep, task: &Task<'_>) -> Option<Action> {
        let order = task.order;
        match step {
            GoodsStep::PlanShipment { warehouse } => {
                let shipment = ShipmentId::new(ids::derive(&[&task.command_id.to_string(), "shipment"]));
                Some(Command::new(PlanShipment { order, shipment, warehouse: warehouse.clone() }).into())
            }
            GoodsStep::PackShipment { shipment } => Some(Command::new(PackShipment { shipment: *shipment }).into()),
            GoodsStep::RequestBooking { shipment } => Some(request_booking(*shipment, task)),
            GoodsStep::Book { shipment } => self.book(*shipment, task),
            GoodsStep::DispatchShipment { shipment } => {
                Some(Command::new(DispatchShipment { shipment: *shipment, order, carrier: None, at: task.known.now }).into())
            }
            GoodsStep::CancelBooking { shipment } => self.cancel_booking(*shipment, task),
        }
    }
}

fn request_booking(shipment: ShipmentId, task: &Task<'_>) -> Action {
    let operation = ids::derive(&[&task.command_id.to_string(), "booking"]);
    let (carrier, at) = (task.known.carrier.clone(), task.known.now);
    Command::new(RequestBooking { shipment, order: task.order, operation, carrier, at }).into()
}

impl Goods {
    fn learn_of_order(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(placed)) => self.learn_placement(placed),
            OrderEvent::Stock(StockEvent::OrderStockReserved(reserved)) => self.learn_reservations(reserved),
            OrderEvent::Stock(StockEvent::OrderReservationLapsed(_)) => self.holding.clear(),
            // What becomes of lines, the shipments' own events say.
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_))
            | OrderEvent::Stock(StockEvent::OrderStockUnavailable(_))
            | OrderEvent::Paying(_)
            | OrderEvent::Fulfillment(_)
            | OrderEvent::Cancelation(_)
            | OrderEvent::Completion(_)
            | OrderEvent::Anomaly(_) => {}
        }
    }

    fn learn_placement(&mut self, placed: &OrderPlaced) {
        if let Delivery::Ship { country, .. } = &placed.delivery {
            self.destination = Some(*country);
            self.weights = placed.lines.iter().filter_map(|line| Some((line.line, line.weight_grams?))).collect();
        }
    }

    fn learn_reservations(&mut self, reserved: &OrderStockReserved) {
        self.holding = reserved.reservations.iter().map(|held| held.warehouse.clone()).collect();
        self.holding.sort();
        self.holding.dedup();
    }

    fn learn_of_shipment(&mut self, shipment: ShipmentId, event: &ShipmentEvent, fact: &Occurrence) {
        match event {
            ShipmentEvent::ShipmentPlanned(planned) => {
                let parcel = self.parcel(planned);
                self.parcels.insert(shipment, parcel);
            }
            ShipmentEvent::ShipmentPacked(_) => self.advance(shipment, Stage::Packed),
            ShipmentEvent::ShipmentBookingRequested(asked) => {
                self.stand(shipment, |parcel| parcel.booking = Booking::Requested(Request::by(fact, asked.operation)));
            }
            ShipmentEvent::ShipmentBooked(booked) => {
                self.stand(shipment, |parcel| parcel.booking = Booking::Booked(Request::by(fact, booked.operation)));
            }
            ShipmentEvent::ShipmentBookingFailed(failed) => self.stand(shipment, |parcel| {
                parcel.booking = Booking::None;
                parcel.failed_bookings.count(&failed.code);
            }),
            ShipmentEvent::ShipmentBookingCanceled(_) => self.stand(shipment, |parcel| {
                parcel.booking = Booking::None;
                // Nobody here has called it off.
                if parcel.stage != Stage::Canceled {
                    parcel.failed_bookings.count("canceled");
                }
            }),
            ShipmentEvent::ShipmentBookingCancelFailed(_) => self.stand(shipment, |parcel| parcel.booking = Booking::None),
            ShipmentEvent::ShipmentDispatched(_) => self.advance(shipment, Stage::Dispatched),
            ShipmentEvent::ShipmentDelivered(_) => self.advance(shipment, Stage::Delivered),
            ShipmentEvent::ShipmentCanceled(_) => self.advance(shipment, Stage::Canceled),
            ShipmentEvent::AnomalyDetected(_) => {}
        }
    }

    fn parcel(&self, planned: &ShipmentPlanned) -> Parcel {
        let weigh = |line: &ShipmentLine| Some(u64::from(*self.weights.get(&line.line)?) * u64::from(line.quantity.get()));
        let (warehouse, method) = (planned.warehouse.clone(), planned.method);
        let weight_grams = planned.lines.iter().map(weigh).sum();
        Parcel { warehouse, method, weight_grams, stage: Stage::Planned, booking: Booking::None, failed_bookings: Failures::default() }
    }

    fn advance(&mut self, shipment: ShipmentId, stage: Stage) {
        self.stand(shipment, |parcel| parcel.stage = stage);
    }

    fn stand(&mut self, shipment: ShipmentId, change: impl FnOnce(&mut Parcel)) {
        if let Some(parcel) = self.parcels.get_mut(&shipment) {
            change(parcel);
        }
    }

    /// An operator says: try again.
    fn forgive(&mut self) {
        self.parcels.values_mut().for_each(|parcel| parcel.failed_bookings.forget());
    }

    fn on_their_way(&self) -> Vec<GoodsStep> {
        let next = |(&shipment, parcel): (&ShipmentId, &Parcel)| match parcel.stage {
            Stage::Planned => Some(GoodsStep::PackShipment { shipment }),
            Stage::Packed => Some(parcel.off(shipment)),
            Stage::Dispatched | Stage::Delivered | Stage::Canceled => None,
        };
        let planned = self.unplanned().map(|warehouse| GoodsStep::PlanShipment { warehouse: warehouse.clone() });
        planned.chain(self.parcels.iter().filter_map(next)).collect()
    }

    /// Warehouses that hold something for the order and have no parcel for it.
    fn unplanned(&self) -> impl Iterator<Item = &WarehouseCode> {
        self.holding.iter().filter(|warehouse| !self.live_parcels().any(|parcel| parcel.warehouse == **warehouse))
    }

    fn live_parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.values().filter(|parcel| parcel.stage != Stage::Canceled)
    }

    /// Whether all parcels have left.
    pub(super) fn have_left(&self) -> bool {
        self.unplanned().next().is_none() && self.live_parcels().all(|parcel| parcel.stage >= Stage::Dispatched)
    }

    /// Whether all parcels have arrived.
    pub(super) fn have_arrived(&self) -> bool {
        self.unplanned().next().is_none() && self.live_parcels().all(|parcel| parcel.stage == Stage::Delivered)
    }

    /// Bookings of parcels that were called off.
    fn called_off(&self) -> impl Iterator<Item = GoodsStep> {
        let standing = self.parcels.iter().filter(|(_, parcel)| parcel.is_called_off_and_booked());
        standing.map(|(&shipment, _)| GoodsStep::CancelBooking { shipment })
    }

    /// Whether no carrier brings a parcel that was called off, or may.
    pub(super) fn no_booking_stands(&self) -> bool {
        !self.parcels.values().any(Parcel::is_called_off_and_booked)
    }

    /// What a carrier has refused so often that people must see to it.
    pub(super) fn given_up(&self, limit: u32) -> Vec<Stuck> {
        let given_up = |(&shipment, parcel): (&ShipmentId, &Parcel)| {
            let cause = parcel.failed_bookings.given_up("the carrier", limit)?;
            Some(Stuck::new(&GoodsStep::Book { shipment }.into(), cause))
        };
        self.parcels.iter().filter_map(given_up).collect()
    }

    /// How often a carrier has refused what a step leads to: the next try may wait.
    pub(super) fn failures(&self, step: &GoodsStep) -> u32 {
        match step {
            GoodsStep::RequestBooking { shipment } => self.parcels.get(shipment).map_or(0, |parcel| parcel.failed_bookings.times()),
            GoodsStep::PlanShipment { .. }
            | GoodsStep::PackShipment { .. }
            | GoodsStep::Book { .. }
            | GoodsStep::DispatchShipment { .. }
            | GoodsStep::CancelBooking { .. } => 0,
        }
    }

    fn book(&self, shipment: ShipmentId, task: &Task<'_>) -> Option<Action> {
        let parcel = self.parcels.get(&shipment)?;
        let Booking::Requested(request) = parcel.booking else { return None };
        let call = self.call(request.operation, task.order, shipment, parcel);
        Some(request.carry(CarrierCall::Book(call), task))
    }

    fn cancel_booking(&self, shipment: ShipmentId, task: &Task<'_>) -> Option<Action> {
        let request = match self.parcels.get(&shipment)?.booking {
            Booking::Requested(request) | Booking::Booked(request) => request,
            Booking::None => return None,
        };
        let call = CancelBookingCall { operation: request.operation, shipment: shipment.uuid() };
        Some(request.carry(CarrierCall::Cancel(call), task))
    }

    fn call(&self, operation: OperationId, order: OrderId, shipment: ShipmentId, parcel: &Parcel) -> BookCall {
        let country = self.destination.as_ref().map(ToString::to_string);
        let (warehouse, weight_grams) = (parcel.warehouse.to_string(), parcel.weight_grams);
        BookCall { operation, shipment: shipment.uuid(), order: order.uuid(), warehouse, country, weight_grams }
    }
}

impl Parcel {
    /// What is to be done for a packed parcel until it has left.
    fn off(&self, shipment: ShipmentId) -> GoodsStep {
        match (self.method, self.booking) {
            (ShipmentMethod::Pickup | ShipmentMethod::None, _) | (ShipmentMethod::Carrier, Booking::Booked(_)) => {
                GoodsStep::DispatchShipment { shipment }
            }
            (ShipmentMethod::Carrier, Booking::None) => GoodsStep::RequestBooking { shipment },
            (ShipmentMethod::Carrier, Booking::Requested(_)) => GoodsStep::Book { shipment },
        }
    }

    fn is_called_off_and_booked(&self) -> bool {
        self.stage == Stage::Canceled && self.booking != Booking::None
    }
}
