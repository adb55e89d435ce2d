use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use aggregates::customer::CustomerStatus;
use aggregates::order::OrderStatus;
use aggregates::payment::PaymentStatus;
use aggregates::product::ProductStatus;
use aggregates::shipment::ShipmentStatus;
use aggregates::status::{BookingStage, FulfillmentStatus, PaidStatus};
use aggregates::warehouse::WarehouseStatus;

use crate::catalogue;

/// Declares the schema of a status: its name in the document and its words. Every word that the domain has is either shown or of what does not exist, which
/// is never answered; a new one is a compile error here.
macro_rules! status_shapes {
    ($(#[doc = $doc:literal] $shape:ident = $name:literal, $status:ident: $($shown:ident)+ $(; never $absent:ident)?;)+) => {
        $(
            #[doc = $doc]
            pub(crate) struct $shape;

            const _: fn($status) = |status| match status {
                $($status::$shown)|+ $(| $status::$absent)? => {}
            };

            impl PartialSchema for $shape {
                fn schema() -> RefOr<Schema> {
                    words($doc, [$($status::$shown.as_str()),+])
                }
            }

            impl ToSchema for $shape {
                fn name() -> std::borrow::Cow<'static, str> {
                    $name.into()
                }
            }
        )+
    };
}

/// One of these words.
fn words(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description.trim())).enum_values(Some(words)).into()
}

status_shapes! {
    /// Where an order is in its life.
    OrderStatusShape = "OrderStatus", OrderStatus: Placed Confirmed Canceling Completed Rejected Expired Canceled; never NotStarted;
    /// How far an order is paid, as gateways have it.
    PaidStatusShape = "PaidStatus", PaidStatus: Unpaid Pending Declined Voided Authorized PartiallyCaptured Captured;
    /// How far an order is fulfilled, as it follows from quantities.
    FulfillmentStatusShape = "FulfillmentStatus", FulfillmentStatus:
        Unfulfilled Reserved InFulfillment PartiallyShipped Shipped PartiallyDelivered Delivered Canceled;
    /// Where an attempt to pay is.
    PaymentStatusShape = "PaymentStatus", PaymentStatus:
        Initiated Authorized PartiallyCaptured Captured Declined VoidPending Voided Contradicted; never NotInitiated;
    /// Where a parcel is.
    ShipmentStatusShape = "ShipmentStatus", ShipmentStatus: Planned Packed Dispatched Delivered Canceled; never NotPlanned;
    /// How far a parcel is with a carrier.
    BookingStageShape = "BookingStage", BookingStage: None Requested Booked Failed Canceled Kept;
    /// Whether a product is sold.
    ProductStatusShape = "ProductStatus", ProductStatus: Draft Active Paused Discontinued; never NotAdded;
    /// Whether a warehouse sends goods.
    WarehouseStatusShape = "WarehouseStatus", WarehouseStatus: Open Maintenance Closed; never NotOpened;
    /// Whether a customer may order.
    CustomerStatusShape = "CustomerStatus", CustomerStatus: Active Suspended; never NotRegistered;
}

/// What may be asked of an order.
pub(crate) struct AllowedCommandShape;

impl PartialSchema for AllowedCommandShape {
    fn schema() -> RefOr<Schema> {
        words("Something that may be asked of an order.", catalogue::words_of_orders())
    }
}

impl ToSchema for AllowedCommandShape {
    fn name() -> std::borrow::Cow<'static, str> {
        "AllowedCommand".into()
    }
}
