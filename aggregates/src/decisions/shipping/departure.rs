//! What happens when a parcel leaves or arrives, whoever says so.

use chrono::{DateTime, Duration, Utc};
use decider::{Changes, Needed, States};

use super::ShippingRefusal;
use crate::decisions::looking::payments_of;
use crate::loaded::loaded;
use crate::order::{Order, OrderLinesDelivered, OrderLinesShipped, OrderRefusal};
use crate::payment::Payment;
use crate::shipment::{CarrierBooking, Shipment, ShipmentDelivered, ShipmentDispatched, ShipmentLine, ShipmentMethod, ShipmentPlanned};
use crate::stock_item::StockItem;
use crate::values::{Hold, LineQuantity, OrderId, PaymentId, ShipmentId, StockItemId};

/// A capture may be late: an authorization must outlive the dispatch by so much.
const MARGIN_HOURS: i64 = 24;

/// What a departure needs to see: the parcel, its order, what is in it on the shelf, and the payments that it is charged to.
pub(super) fn streams_to_leave(shipment: ShipmentId, order: OrderId, states: &States<'_>) -> Vec<Needed> {
    let (shipment_id, order_id) = (shipment.to_string(), order.to_string());
    let mut needed = vec![Needed::of::<Shipment>(shipment_id.as_str()), Needed::of::<Order>(order_id.as_str())];
    let parcel = states.get::<Shipment>(&shipment_id);
    if let Some(parcel) = parcel.filter(|parcel| !parcel.status().has_left()) {
        let holds = parcel.planned().map(holds).unwrap_or_default();
        needed.extend(holds.iter().map(|hold| Needed::of::<StockItem>(hold.item.to_string())));
    }
    if parcel.is_some_and(|parcel| parcel.status().is_undispatched()) {
        needed.extend(payments_of(states.get::<Order>(&order_id).into_iter().flat_map(Order::live_payments)));
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

fn units(planned: &ShipmentPlanned) -> Vec<LineQuantity> {
    planned.lines.iter().map(|line| LineQuantity { line: line.line, quantity: line.quantity }).collect()
}

/// Whether the order lets a packed parcel leave now, and its payments do.
pub(in crate::decisions) fn may_leave<'a>(
    order: &Order,
    (shipment, parcel): (ShipmentId, &Shipment),
    payment: impl Fn(PaymentId) -> Option<&'a Payment>,
    at: DateTime<Utc>,
) -> bool {
    let Some(planned) = parcel.planned() else { return false };
    let departure = Departure { shipment, planned, carrier: None, at };
    departure.ready(order, payment).is_ok()
}

/// A parcel that leaves.
pub(super) struct Departure<'a> {
    pub(super) shipment: ShipmentId,
    pub(super) planned: &'a ShipmentPlanned,
    pub(super) carrier: Option<CarrierBooking>,
    pub(super) at: DateTime<Utc>,
}

impl Departure<'_> {
    /// What it means for the order.
    pub(super) fn ship(&self, order: &Order) -> Result<OrderLinesShipped, ShippingRefusal> {
        Ok(order.ship(self.planned.order, self.shipment, &self.planned.warehouse, &units(self.planned))?)
    }

    /// The same, if the order lets it leave and its payments do.
    pub(super) fn ready<'a>(
        &self,
        order: &Order,
        payment: impl Fn(PaymentId) -> Option<&'a Payment>,
    ) -> Result<OrderLinesShipped, ShippingRefusal> {
        let shipped = self.ship(order)?;
        self.money_will_be_there(&shipped, payment)?;
        Ok(shipped)
    }

    /// What it is charged to is still authorized, and will be when it is taken.
    fn money_will_be_there<'a>(
        &self,
        shipped: &OrderLinesShipped,
        payment: impl Fn(PaymentId) -> Option<&'a Payment>,
    ) -> Result<(), ShippingRefusal> {
        for share in &shipped.captures {
            let Some(payment) = payment(share.payment).filter(|payment| payment.standing_authorization().is_some()) else {
                return Err(OrderRefusal::AuthorizationInsufficient { missing: share.amount }.into());
            };
            match payment.expires_at() {
                Some(expires_at) if expires_at.signed_duration_since(self.at) < Duration::hours(MARGIN_HOURS) => {
                    return Err(ShippingRefusal::AuthorizationLapses { payment: share.payment, expires_at });
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Everything that happens when it leaves. What is picked up, or does not move, has arrived with it.
    pub(super) fn leave(&self, shipped: OrderLinesShipped, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
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
    pub(super) fn leave_unheld(&self, states: &States<'_>) -> Changes {
        let mut changes = Changes::none();
        for hold in holds(self.planned) {
            let id = hold.item.to_string();
            let taken = loaded::<StockItem>(states, &id).leave_unheld(&hold, self.shipment, self.at);
            changes.append(Changes::of::<StockItem>(&id, taken));
        }
        changes
    }

    /// Everything that happens when it arrives.
    pub(super) fn arrive(&self, delivered_at: DateTime<Utc>) -> Changes {
        let order = self.planned.order;
        let mut changes = Changes::of::<Shipment>(&self.shipment.to_string(), [ShipmentDelivered { order, delivered_at }.into()]);
        let delivered = OrderLinesDelivered { shipment: self.shipment, lines: units(self.planned), delivered_at };
        changes.push::<Order>(order.to_string(), delivered.into());
        changes
    }
}
