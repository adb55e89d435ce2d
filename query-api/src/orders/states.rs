//! Where orders, payments and parcels are in their lives.

use async_graphql::Enum;

/// Where an order is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::orders::OrderStatus")]
pub(crate) enum OrderStatus {
    /// Placed; stock and money are not certain yet.
    Placed,
    /// Stock and money are certain.
    Confirmed,
    /// Being undone.
    Canceling,
    /// Ended well.
    Completed,
    /// Ended: it could not be fulfilled or paid.
    Rejected,
    /// Ended: it took too long.
    Expired,
    /// Ended on request.
    Canceled,
}

/// How much of an order is paid.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "aggregates::status::PaidStatus")]
pub(crate) enum PaymentStatus {
    /// No attempt was made yet.
    Unpaid,
    /// An attempt has no outcome yet.
    Pending,
    /// The last attempt was declined.
    Declined,
    /// The last attempt was undone.
    Voided,
    /// A gateway holds the money.
    Authorized,
    /// A part was taken.
    PartiallyCaptured,
    /// Everything was taken.
    Captured,
}

/// How far an order is fulfilled: the word of the unit that is furthest.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "aggregates::status::FulfillmentStatus")]
pub(crate) enum FulfillmentStatus {
    /// Nothing is held for it.
    Unfulfilled,
    /// Stock is held for it.
    Reserved,
    /// Parcels are planned.
    InFulfillment,
    /// A part has left.
    PartiallyShipped,
    /// Everything has left.
    Shipped,
    /// A part has arrived.
    PartiallyDelivered,
    /// Everything has arrived.
    Delivered,
    /// Nothing will be sent.
    Canceled,
}

/// How an order reaches its customer.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::orders::DeliveryKind")]
pub(crate) enum DeliveryKind {
    /// Sent by a carrier.
    Ship,
    /// Fetched at a warehouse.
    Pickup,
    /// Nothing is sent.
    None,
}

/// Where a payment is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "aggregates::status::AttemptStage")]
pub(crate) enum PaymentState {
    /// The gateway has not answered yet.
    Pending,
    /// The gateway holds the money.
    Authorized,
    /// Money was taken.
    Captured,
    /// The gateway said no.
    Declined,
    /// The gateway is asked to let go of the money.
    Voiding,
    /// The gateway let go of it.
    Voided,
}

/// Where a parcel is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::orders::ShipmentState")]
pub(crate) enum ShipmentState {
    /// It is known what goes into it.
    Planned,
    /// It is packed.
    Packed,
    /// It left.
    Dispatched,
    /// It arrived.
    Delivered,
    /// It was called off before it left.
    Canceled,
}

/// How far a parcel is with a carrier.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "aggregates::status::BookingStage")]
pub(crate) enum BookingState {
    /// No carrier was asked.
    None,
    /// One was asked and has not answered.
    Requested,
    /// It brings the parcel.
    Booked,
    /// It refused to.
    Failed,
    /// The booking was called off.
    Canceled,
    /// It was called off too late: the carrier keeps the parcel.
    Kept,
}
