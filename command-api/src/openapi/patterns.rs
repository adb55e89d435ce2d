//! What the formats of the document mean, in the words of JSON Schema, as far as it has any: for readers that know no formats of ours. The edge itself asks
//! the domain's parsers (`shapes/formats.rs`).

use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, SchemaFormat};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema};

/// A format's pattern (ECMA-262, in the part that other dialects share).
fn pattern_of(format: &str) -> Option<&'static str> {
    Some(match format {
        "uuid" => "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        "sku" | "warehouse-code" => r"^(?!\.{1,2}$)[!-.0-~]+$",
        "currency" => "^[A-Z]{3}$",
        "country" => "^[A-Z]{2}$",
        "amount" => r"^-?[0-9]+(\.[0-9]+)?$",
        "payment-method" => r"^(?!tok_)(?![0-9.-]*([0-9][.-]*){12}$)[A-Za-z0-9_.:-]+$",
        "position" => "^[0-9]+-[0-9]+$",
        _ => return None,
    })
}

/// The schema of the parameters of paths, by name.
fn schema_of_path(name: &str) -> Option<&'static str> {
    match name {
        "order" | "customer" | "payment" | "shipment" => Some("Id"),
        "sku" => Some("Sku"),
        "warehouse" => Some("WarehouseCode"),
        _ => None,
    }
}

/// Adds them.
pub(super) fn apply(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        components.schemas.values_mut().for_each(explain);
    }
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            operation.parameters.iter_mut().flatten().for_each(parameter);
        }
    }
}

fn parameter(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    if let Some(name) = schema_of_path(&parameter.name) {
        parameter.schema = Some(RefOr::Ref(Ref::from_schema_name(name)));
    }
    if let Some(schema) = &mut parameter.schema {
        explain(schema);
    }
}

fn explain(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    if let Schema::Object(object) = schema {
        explain_object(object);
    } else if let Schema::Array(array) = schema {
        if let ArrayItems::RefOrSchema(items) = &mut array.items {
            explain(items);
        }
    } else if let Schema::OneOf(one_of) = schema {
        one_of.items.iter_mut().for_each(explain);
    } else if let Schema::AllOf(all_of) = schema {
        all_of.items.iter_mut().for_each(explain);
    }
}

fn explain_object(object: &mut Object) {
    if let Some(SchemaFormat::Custom(format)) = &object.format
        && object.pattern.is_none()
    {
        object.pattern = pattern_of(format).map(str::to_owned);
    }
    object.properties.values_mut().for_each(explain);
    if let Some(AdditionalProperties::RefOr(schema)) = object.additional_properties.as_deref_mut() {
        explain(schema);
    }
}
