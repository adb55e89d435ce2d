use aggregates::values::{PaymentId, ShipmentId, WarehouseCode};
use serde::{Deserialize, Serialize};

/// A step of the process with what it is about: asked for once per cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Reserve every line, or find out what is missing.
    AllocateStock,
    /// Open an attempt to pay.
    StartPayment,
    /// Ask the gateway to hold the money.
    Authorize {
        /// The attempt.
        payment: PaymentId,
    },
    /// Enter what became of an attempt in the order's own book.
    SettleAuthorization {
        /// The attempt.
        payment: PaymentId,
    },
    /// Stock and money are certain.
    ConfirmOrder,
    /// Hand a warehouse's lines to a parcel.
    PlanShipment {
        /// Where from.
        warehouse: WarehouseCode,
    },
    /// Pack a parcel.
    PackShipment {
        /// The parcel.
        shipment: ShipmentId,
    },
    /// Send a parcel off; where a carrier brings it, book the carrier first.
    DispatchShipment {
        /// The parcel.
        shipment: ShipmentId,
    },
    /// Request a parcel's money.
    CapturePayment {
        /// Of which payment.
        payment: PaymentId,
        /// For which parcel.
        shipment: ShipmentId,
    },
    /// Ask the gateway to take a parcel's money.
    Capture {
        /// Of which payment.
        payment: PaymentId,
        /// For which parcel.
        shipment: ShipmentId,
    },
    /// Everything is delivered and paid.
    CompleteOrder,
    /// Begin the way back; the stock is given back with it.
    CancelOrder,
    /// Request that an attempt's money is let go.
    VoidPayment {
        /// The attempt.
        payment: PaymentId,
    },
    /// Ask the gateway to let go of the money.
    Void {
        /// The attempt.
        payment: PaymentId,
    },
    /// No money is held any more: the end.
    FinishCancelation,
    /// Wait for an operator.
    Park,
    /// Wait for the operator no more: what stood in the way is not to be done any more.
    Resume,
}

impl Step {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AllocateStock => "allocate_stock",
            Self::StartPayment => "start_payment",
            Self::Authorize { .. } => "authorize",
            Self::SettleAuthorization { .. } => "settle_authorization",
            Self::ConfirmOrder => "confirm_order",
            Self::PlanShipment { .. } => "plan_shipment",
            Self::PackShipment { .. } => "pack_shipment",
            Self::DispatchShipment { .. } => "dispatch_shipment",
            Self::CapturePayment { .. } => "capture_payment",
            Self::Capture { .. } => "capture",
            Self::CompleteOrder => "complete_order",
            Self::CancelOrder => "cancel_order",
            Self::VoidPayment { .. } => "void_payment",
            Self::Void { .. } => "void",
            Self::FinishCancelation => "finish_cancelation",
            Self::Park => "park",
            Self::Resume => "resume",
        }
    }

    /// Whether people take it, where fulfillment is not automatic.
    pub(crate) fn is_fulfillment(&self) -> bool {
        match self {
            Self::PackShipment { .. } | Self::DispatchShipment { .. } => true,
            Self::AllocateStock
            | Self::StartPayment
            | Self::Authorize { .. }
            | Self::SettleAuthorization { .. }
            | Self::ConfirmOrder
            | Self::PlanShipment { .. }
            | Self::CapturePayment { .. }
            | Self::Capture { .. }
            | Self::CompleteOrder
            | Self::CancelOrder
            | Self::VoidPayment { .. }
            | Self::Void { .. }
            | Self::FinishCancelation
            | Self::Park
            | Self::Resume => false,
        }
    }

    /// Whether an order that is being undone, or has ended, may still have a step with this name.
    pub(super) fn is_of_the_way_back(name: &str) -> bool {
        ["authorize", "settle_authorization", "void_payment", "void", "finish_cancelation"].contains(&name)
    }

    /// What it is about; empty where it is about the order itself.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::AllocateStock
            | Self::StartPayment
            | Self::ConfirmOrder
            | Self::CompleteOrder
            | Self::CancelOrder
            | Self::FinishCancelation
            | Self::Park
            | Self::Resume => String::new(),
            Self::Authorize { payment }
            | Self::SettleAuthorization { payment }
            | Self::VoidPayment { payment }
            | Self::Void { payment } => payment.to_string(),
            Self::PlanShipment { warehouse } => warehouse.to_string(),
            Self::PackShipment { shipment } | Self::DispatchShipment { shipment } => shipment.to_string(),
            Self::CapturePayment { payment, shipment } | Self::Capture { payment, shipment } => format!("{payment}/{shipment}"),
        }
    }
}
