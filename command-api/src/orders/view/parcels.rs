use aggregates::order::{DeliveryMethod, OrderShipment, ShipmentProgress};
use aggregates::values::ShipmentId;
use serde::Serialize;
use utoipa::ToSchema;

/// How an order reaches its customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryMethod)]
pub(crate) struct DeliveryView {
    kind: DeliveryWord,
    /// The country that it goes to.
    country: Option<String>,
    /// Where it is fetched.
    warehouse: Option<String>,
}

/// Whether an order is sent, fetched, or neither.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryKind)]
pub(crate) enum DeliveryWord {
    Ship,
    Pickup,
    None,
}

pub(super) fn delivery(method: &DeliveryMethod) -> DeliveryView {
    match method {
        DeliveryMethod::Ship { country } => DeliveryView { kind: DeliveryWord::Ship, country: Some(country.to_string()), warehouse: None },
        DeliveryMethod::Pickup { warehouse } => {
            DeliveryView { kind: DeliveryWord::Pickup, country: None, warehouse: Some(warehouse.to_string()) }
        }
        DeliveryMethod::None => DeliveryView { kind: DeliveryWord::None, country: None, warehouse: None },
    }
}

/// A parcel of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
pub(crate) struct ParcelView {
    id: String,
    warehouse: String,
    status: ParcelWord,
}

/// How far a parcel of an order is, as the order counts it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ParcelStatus)]
pub(crate) enum ParcelWord {
    InFulfillment,
    Shipped,
    Delivered,
    TakenBack,
}

pub(super) fn parcel((id, parcel): (ShipmentId, &OrderShipment)) -> ParcelView {
    let status = match parcel.progress {
        ShipmentProgress::InFulfillment => ParcelWord::InFulfillment,
        ShipmentProgress::Shipped => ParcelWord::Shipped,
        ShipmentProgress::Delivered => ParcelWord::Delivered,
        ShipmentProgress::TakenBack => ParcelWord::TakenBack,
    };
    ParcelView { id: id.to_string(), warehouse: parcel.warehouse.to_string(), status }
}
