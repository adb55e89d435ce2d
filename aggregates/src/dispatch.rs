//! Sending an order: a parcel is planned with what a warehouse holds, and leaves. Parcel, order and stock are written in one append, so that
//! what left, what is charged for it and what is still on the shelf never disagree.

use chrono::{DateTime, Duration, Utc};
use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{Order, OrderLinesDelivered, OrderLinesReleased, OrderLinesShipped, OrderRefusal, OrderStatus, PlanShipment};
use crate::payment::Payment;
use crate::shipment::{
    CarrierBooking, DispatchShipment, Shipment, ShipmentDelivered, ShipmentDispatched, ShipmentLine, ShipmentMethod, ShipmentPlanned,
    ShipmentRefusal, ShipmentStatus,
};
use crate::stock_item::{Hold, StockItem};
use crate::values::{OrderId, ShipmentId, StockItemId};

/// A capture may be late: an authorization must outlive the dispatch by so much.
const MARGIN_HOURS: i64 = 24;

impl Decision for PlanShipment {
    type Refusal = OrderRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Order>(self.order.to_string()), Needed::created::<Shipment>(self.shipment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let (id, shipment_id) = (self.order.to_string(), self.shipment.to_string());
        let order = loaded::<Order>(states, &id);
        order.terms_of(self.order)?;
        if let Some(planned) = loaded::<Shipment>(states, &shipment_id).planned() {
            let same = planned.order == self.order && planned.warehouse == self.warehouse;
            return if same { Ok(Changes::none()) } else { Err(OrderRefusal::ShipmentExists { shipment: self.shipment }) };
        }
        let terms = order.terms_while(self.order, OrderStatus::Confirmed)?;
        let planned = order.plan(self.order, &self.warehouse, terms)?;
        let lines = planned.lines.iter().map(ShipmentLine::units).collect();
        let released = OrderLinesReleased { shipment: self.shipment, warehouse: self.warehouse.clone(), lines };
        let mut changes = Changes::of::<Shipment>(&shipment_id, [planned.into()]);
        changes.push::<Order>(id, released.into());
        Ok(changes)
    }
}

impl Decision for DispatchShipment {
    type Refusal = ShipmentRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        streams_to_leave(self.shipment, self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShipmentRefusal> {
        let shipment = loaded::<Shipment>(states, &self.shipment.to_string());
        let planned = shipment.planned_for(self.order, self.shipment)?;
        match shipment.status() {
            ShipmentStatus::Packed => {}
            ShipmentStatus::Dispatched | ShipmentStatus::Delivered => return self.asked_again(shipment, planned),
            status @ (ShipmentStatus::NotPlanned | ShipmentStatus::Planned | ShipmentStatus::Canceled) => {
                return Err(ShipmentRefusal::WrongShipmentStatus { shipment: self.shipment, status });
            }
        }
        let carrier = self.carrier_of(planned)?;
        let departure = Departure { shipment: self.shipment, planned, carrier, at: self.at };
        let shipped = departure.ship(states)?;
        departure.money_will_be_there(&shipped, states)?;
        departure.leave(shipped, states)
    }
}

impl DispatchShipment {
    /// It left once. With whom may not have been known then; with somebody else it did not leave.
    fn asked_again(&self, shipment: &Shipment, planned: &ShipmentPlanned) -> Result<Changes, ShipmentRefusal> {
        match (shipment.carrier(), self.carrier_of(planned)?) {
            (Some(known), Some(said)) if *known != said => {
                let CarrierBooking { carrier, tracking } = known.clone();
                Err(ShipmentRefusal::DispatchedOtherwise { shipment: self.shipment, carrier, tracking })
            }
            (Some(_) | None, _) => Ok(Changes::none()),
        }
    }

    fn carrier_of(&self, planned: &ShipmentPlanned) -> Result<Option<CarrierBooking>, ShipmentRefusal> {
        match (planned.method, &self.carrier) {
            (ShipmentMethod::Carrier, None) => Err(ShipmentRefusal::CarrierMissing { shipment: self.shipment }),
            (ShipmentMethod::Carrier, Some(booking)) => Ok(Some(booking.clone())),
            (ShipmentMethod::Pickup | ShipmentMethod::None, _) => Ok(None),
        }
    }
}

/// What a departure needs to see: the parcel, its order, what is in it on the shelf, and the payments that it is charged to.
pub(crate) fn streams_to_leave(shipment: ShipmentId, order: OrderId, states: &States<'_>) -> Vec<Needed> {
    let (shipment_id, order_id) = (shipment.to_string(), order.to_string());
    let mut needed = vec![Needed::of::<Shipment>(shipment_id.as_str()), Needed::of::<Order>(order_id.as_str())];
    let parcel = states.get::<Shipment>(&shipment_id);
    if let Some(parcel) = parcel.filter(|parcel| !parcel.status().has_left()) {
        let holds = parcel.planned().map(holds).unwrap_or_default();
        needed.extend(holds.iter().map(|hold| Needed::of::<StockItem>(hold.item.to_string())));
    }
    if parcel.is_some_and(|parcel| parcel.status().is_undispatched()) {
        let attempts = states.get::<Order>(&order_id).into_iter().flat_map(Order::live_payments);
        needed.extend(attempts.map(|attempt| Needed::of::<Payment>(attempt.payment.to_string())));
    }
    needed
}

fn holds(planned: &ShipmentPlanned) -> Vec<Hold> {
    let hold = |line: &ShipmentLine| Hold {
        item: StockItemId { warehouse: planned.warehouse.clone(), sku: line.sku.clone() },
        order: planned.order,
        line: line.line,
        quantity: line.quantity,
    };
    planned.lines.iter().map(hold).collect()
}

/// A parcel that leaves.
pub(crate) struct Departure<'a> {
    pub(crate) shipment: ShipmentId,
    pub(crate) planned: &'a ShipmentPlanned,
    pub(crate) carrier: Option<CarrierBooking>,
    pub(crate) at: DateTime<Utc>,
}

impl Departure<'_> {
    /// What it means for the order.
    pub(crate) fn ship(&self, states: &States<'_>) -> Result<OrderLinesShipped, ShipmentRefusal> {
        let order = loaded::<Order>(states, &self.planned.order.to_string());
        order.terms_while(self.planned.order, OrderStatus::Confirmed)?;
        Ok(order.ship(self.shipment, self.planned)?)
    }

    fn money_will_be_there(&self, shipped: &OrderLinesShipped, states: &States<'_>) -> Result<(), ShipmentRefusal> {
        for share in &shipped.captures {
            let payment = loaded::<Payment>(states, &share.payment.to_string());
            if payment.standing_authorization().is_none() {
                return Err(OrderRefusal::AuthorizationInsufficient { missing: share.amount }.into());
            }
            match payment.expires_at() {
                Some(expires_at) if expires_at < self.at + Duration::hours(MARGIN_HOURS) => {
                    return Err(ShipmentRefusal::AuthorizationLapses { payment: share.payment, expires_at });
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Everything that happens when it leaves. What is picked up, or does not move, has arrived with it.
    pub(crate) fn leave(&self, shipped: OrderLinesShipped, states: &States<'_>) -> Result<Changes, ShipmentRefusal> {
        let (shipment, order) = (self.shipment.to_string(), self.planned.order);
        let dispatched = ShipmentDispatched { order, carrier: self.carrier.clone() };
        let mut changes = Changes::of::<Shipment>(&shipment, [dispatched.into()]);
        for hold in holds(self.planned) {
            let id = hold.item.to_string();
            let event = loaded::<StockItem>(states, &id).dispatch(&hold, self.shipment)?;
            changes.push::<StockItem>(id, event);
        }
        changes.push::<Order>(order.to_string(), shipped.into());
        match self.planned.method {
            ShipmentMethod::Carrier => {}
            ShipmentMethod::Pickup | ShipmentMethod::None => changes.append(self.arrive(self.at)),
        }
        Ok(changes)
    }

    /// What happens on the shelf when it leaves although nothing is held for it any more: what nobody else holds is taken again and leaves. What others
    /// hold by now is theirs on the books, until somebody counts.
    pub(crate) fn leave_unheld(&self, states: &States<'_>) -> Changes {
        let mut changes = Changes::none();
        for hold in holds(self.planned) {
            let id = hold.item.to_string();
            let taken = loaded::<StockItem>(states, &id).leave_unheld(&hold, self.shipment, self.at);
            changes.append(Changes::of::<StockItem>(&id, taken));
        }
        changes
    }

    /// Everything that happens when it arrives.
    pub(crate) fn arrive(&self, delivered_at: DateTime<Utc>) -> Changes {
        let order = self.planned.order;
        let mut changes = Changes::of::<Shipment>(&self.shipment.to_string(), [ShipmentDelivered { order, delivered_at }.into()]);
        let delivered = OrderLinesDelivered::all_of(self.shipment, self.planned, delivered_at);
        changes.push::<Order>(order.to_string(), delivered.into());
        changes
    }
}
