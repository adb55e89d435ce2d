//! What may be asked of an order as it stands: the rules of its decisions, without a command. A property holds the two together.

use chrono::{DateTime, Utc};

use super::shipping;
use crate::order::{Order, OrderStatus};
use crate::payment::Payment;
use crate::process::Process;
use crate::shipment::{Shipment, ShipmentStatus};
use crate::status::BookingStage;
use crate::values::{PaymentId, ShipmentId};

/// An order with everything that decides what may be asked of it.
#[derive(Debug, Clone, Copy)]
pub struct OrderInFull<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its parcels.
    pub parcels: &'a [(ShipmentId, Shipment)],
    /// Its attempts to pay, oldest first.
    pub payments: &'a [(PaymentId, Payment)],
    /// Its process.
    pub process: &'a Process,
    /// When it would be asked: money may be let go of meanwhile.
    pub at: DateTime<Utc>,
}

/// Whether it can still be called off.
pub fn may_be_canceled(whole: OrderInFull<'_>) -> bool {
    match whole.order.status() {
        OrderStatus::Placed | OrderStatus::Confirmed => !whole.order.is_dispatched(),
        OrderStatus::NotStarted
        | OrderStatus::Canceling
        | OrderStatus::Completed
        | OrderStatus::Rejected
        | OrderStatus::Expired
        | OrderStatus::Canceled => false,
    }
}

/// Whether its process waits for an operator.
pub fn waits_for_an_operator(whole: OrderInFull<'_>) -> bool {
    whole.process.parked().is_some()
}

/// Whether a warehouse holds units that no parcel was planned for.
pub fn has_units_to_send(whole: OrderInFull<'_>) -> bool {
    whole.order.status() == OrderStatus::Confirmed && !whole.order.warehouses_to_ship_from().is_empty()
}

/// Whether a parcel waits to be packed.
pub fn has_a_parcel_to_pack(whole: OrderInFull<'_>) -> bool {
    whole.has_a_parcel(ShipmentStatus::Planned)
}

/// Whether a parcel is packed, no carrier is waited for, and the money for it will be there when it is taken.
pub fn has_a_parcel_to_dispatch(whole: OrderInFull<'_>) -> bool {
    let waits = |parcel: &Shipment| parcel.booking().stage() == BookingStage::Requested;
    whole.parcels.iter().any(|(id, parcel)| parcel.status() == ShipmentStatus::Packed && !waits(parcel) && whole.may_leave(*id, parcel))
}

/// Whether a parcel is on its way.
pub fn has_a_parcel_under_way(whole: OrderInFull<'_>) -> bool {
    whole.has_a_parcel(ShipmentStatus::Dispatched)
}

impl OrderInFull<'_> {
    fn has_a_parcel(self, status: ShipmentStatus) -> bool {
        self.parcels.iter().any(|(_, parcel)| parcel.status() == status)
    }

    fn may_leave(self, shipment: ShipmentId, parcel: &Shipment) -> bool {
        let payment = |wanted: PaymentId| self.payments.iter().find(|(id, _)| *id == wanted).map(|(_, payment)| payment);
        shipping::may_leave(self.order, (shipment, parcel), payment, self.at)
    }
}
