//! The goods' desk: every warehouse's parcel is planned, packed and sent off. That it arrives, a carrier says.

use std::collections::BTreeMap;

use aggregates::decisions::shipping::{DispatchShipment, PlanShipment};
use aggregates::ids;
use aggregates::order::{Delivery, OrderEvent, OrderPlaced, OrderStockReserved, PlacementEvent, StockEvent};
use aggregates::shipment::{PackShipment, ShipmentEvent, ShipmentLine, ShipmentMethod, ShipmentPlanned};
use aggregates::values::{Country, LineNumber, OrderId, ShipmentId, WarehouseCode};
use gateways::BookCall;
use serde::{Deserialize, Serialize};

use super::desk::{Desk, Gates, Phase, Task};
use super::{Action, Call, Command, Deadline, GoodsStep, Happened, Occurrence};

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
            Happened::Shipment(shipment, event) => self.learn_of_shipment(*shipment, event),
            Happened::Payment(..) | Happened::Process(_) => {}
        }
    }

    fn close(&mut self) {
        *self = Self::default();
    }

    fn due(&self, gates: &Gates) -> Vec<GoodsStep> {
        match gates.phase {
            Phase::Confirmed => self.on_their_way(),
            Phase::NotPlaced | Phase::Placed | Phase::Canceling | Phase::Ended => vec![],
        }
    }

    fn deadlines(&self, _: &Gates) -> Vec<Deadline> {
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
            GoodsStep::DispatchShipment { shipment } => self.dispatch(*shipment, task),
        }
    }
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

    fn learn_of_shipment(&mut self, shipment: ShipmentId, event: &ShipmentEvent) {
        match event {
            ShipmentEvent::ShipmentPlanned(planned) => {
                let parcel = self.parcel(planned);
                self.parcels.insert(shipment, parcel);
            }
            ShipmentEvent::ShipmentPacked(_) => self.advance(shipment, Stage::Packed),
            ShipmentEvent::ShipmentDispatched(_) => self.advance(shipment, Stage::Dispatched),
            ShipmentEvent::ShipmentDelivered(_) => self.advance(shipment, Stage::Delivered),
            ShipmentEvent::ShipmentCanceled(_) => self.advance(shipment, Stage::Canceled),
            ShipmentEvent::AnomalyDetected(_) => {}
        }
    }

    fn parcel(&self, planned: &ShipmentPlanned) -> Parcel {
        let weigh = |line: &ShipmentLine| Some(u64::from(*self.weights.get(&line.line)?) * u64::from(line.quantity.get()));
        let (warehouse, method) = (planned.warehouse.clone(), planned.method);
        Parcel { warehouse, method, weight_grams: planned.lines.iter().map(weigh).sum(), stage: Stage::Planned }
    }

    fn advance(&mut self, shipment: ShipmentId, stage: Stage) {
        if let Some(parcel) = self.parcels.get_mut(&shipment) {
            parcel.stage = stage;
        }
    }

    fn on_their_way(&self) -> Vec<GoodsStep> {
        let next = |(&shipment, parcel): (&ShipmentId, &Parcel)| match parcel.stage {
            Stage::Planned => Some(GoodsStep::PackShipment { shipment }),
            Stage::Packed => Some(GoodsStep::DispatchShipment { shipment }),
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

    fn dispatch(&self, shipment: ShipmentId, task: &Task<'_>) -> Option<Action> {
        let parcel = self.parcels.get(&shipment)?;
        let command = DispatchShipment { shipment, order: task.order, carrier: None, at: task.asked.at };
        Some(match parcel.method {
            ShipmentMethod::Pickup | ShipmentMethod::None => Command::new(command).into(),
            ShipmentMethod::Carrier => Action::Call(Call::BookAndDispatch(self.book(task.order, shipment, parcel), command)),
        })
    }

    fn book(&self, order: OrderId, shipment: ShipmentId, parcel: &Parcel) -> BookCall {
        let country = self.destination.as_ref().map(ToString::to_string);
        let (warehouse, weight_grams) = (parcel.warehouse.to_string(), parcel.weight_grams);
        BookCall { shipment: shipment.uuid(), order: order.uuid(), warehouse, country, weight_grams }
    }
}
