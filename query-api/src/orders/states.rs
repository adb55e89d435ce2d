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
#[graphql(remote = "projections::orders::PaymentStatus")]
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

/// How much of an order has reached its customer.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::orders::FulfillmentStatus")]
pub(crate) enum FulfillmentStatus {
    /// Nothing is held for it.
    Unfulfilled,
    /// Every unit that has not left is held.
    Reserved,
    /// Parcels are planned.
    InFulfillment,
    /// A part has left.
    PartiallyShipped,
    /// Everything has left.
    Shipped,
    /// Everything has left, a part has arrived.
    PartiallyDelivered,
    /// Everything has arrived.
    Delivered,
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
#[graphql(remote = "projections::orders::PaymentState")]
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
