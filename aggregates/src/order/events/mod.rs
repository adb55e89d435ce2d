//! What was ever stored of an order. This folder is the storage format: add, never alter. The list below has every stored name and version, by family;
//! beside it stand the payloads, a file a family.

mod anomaly;
mod cancelation;
mod completion;
mod fulfillment;
mod paying;
mod placement;
mod stock;

pub use anomaly::*;
pub use cancelation::*;
pub use completion::*;
pub use fulfillment::*;
pub use paying::*;
pub use placement::*;
pub use stock::*;

use crate::stored::stored_events;

stored_events! {
    /// An event of an order, by family: a follower that does not care for a family names it once.
    OrderEvent in families:

    /// It becomes an order, and certain.
    Placement(PlacementEvent) {
        /// Placed, with everything frozen.
        OrderPlaced = "order.placed", version "1";
        /// Stock and money are certain.
        OrderConfirmed = "order.confirmed", version "1";
    }

    /// What is held for it.
    Stock(StockEvent) {
        /// Every open unit is reserved.
        OrderStockReserved = "order.stock_reserved", version "1";
        /// The stock does not suffice.
        OrderStockUnavailable = "order.stock_unavailable", version "1";
        /// It was not confirmed in time: nothing is held for it any more.
        OrderReservationLapsed = "order.reservation_lapsed", version "1";
    }

    /// Its attempts to pay.
    Paying(PayingEvent) {
        /// An attempt to pay is about to begin.
        OrderPaymentStarted = "order.payment_started", version "1";
        /// The order counts an attempt as authorized.
        OrderPaymentAuthorized = "order.payment_authorized", version "1";
        /// An attempt was declined.
        OrderPaymentDeclined = "order.payment_declined", version "1";
        /// An attempt ended by a void: it is not live any more.
        OrderPaymentVoided = "order.payment_voided", version "1";
    }

    /// How its goods reach the customer.
    Fulfillment(FulfillmentEvent) {
        /// Lines were handed to a planned shipment.
        OrderLinesReleased = "order.lines_released", version "1";
        /// Lines left the warehouse.
        OrderLinesShipped = "order.lines_shipped", version "1";
        /// Lines arrived.
        OrderLinesDelivered = "order.lines_delivered", version "1";
        /// Lines of an undispatched shipment came back from fulfillment.
        OrderLinesTakenBack = "order.lines_taken_back", version "1";
    }

    /// How it is undone.
    Cancelation(CancelationEvent) {
        /// The order is being undone; stock is given back with this event.
        OrderCancelationStarted = "order.cancelation_started", version "1";
        /// Ended: it could not be fulfilled or paid.
        OrderRejected = "order.rejected", version "1";
        /// Ended: it took too long.
        OrderExpired = "order.expired", version "1";
        /// Ended on request.
        OrderCanceled = "order.canceled", version "1";
    }

    /// How it ends well.
    Completion(CompletionEvent) {
        /// Ended well: everything delivered and paid.
        OrderCompleted = "order.completed", version "1";
    }

    /// What does not fit.
    Anomaly(AnomalyEvent) {
        /// A fact contradicts the state.
        AnomalyDetected = "order.anomaly_detected", version "1";
    }
}
