//! How the domain's words look on the wire: their schemas in the OpenAPI document, with the bounds that the edge enforces.

pub(crate) mod formats;
mod places;
mod statuses;
mod texts;

pub(crate) use places::{AddressShape, AttributesShape, MoneyShape};
pub(crate) use statuses::{
    AllowedCommandShape, BookingStageShape, CustomerStatusShape, FulfillmentStatusShape, OrderStatusShape, PaidStatusShape,
    PaymentStatusShape, ProductStatusShape, ShipmentStatusShape, WarehouseStatusShape,
};
pub(crate) use texts::{
    AmountShape, CategoryShape, ChannelReferenceShape, CountryShape, CurrencyShape, DocumentShape, EmailShape, IdShape, MethodShape,
    NameShape, PersonNameShape, PhoneShape, PositionShape, PostalCodeShape, ReferenceShape, SkuShape, TimeShape, WarehouseCodeShape,
};

use aggregates::values::Tier;
use serde::Deserialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A customer's tier.
pub(crate) struct TierShape;

impl PartialSchema for TierShape {
    fn schema() -> RefOr<Schema> {
        let tiers = [Tier::Bronze, Tier::Silver, Tier::Gold, Tier::Platinum].map(|tier| serde_json::json!(tier));
        let tier =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(tiers)).description(Some("What a customer is to the shop."));
        tier.into()
    }
}

impl ToSchema for TierShape {
    fn name() -> std::borrow::Cow<'static, str> {
        "Tier".into()
    }
}

/// A command that says everything by its path: no body, or an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}
