use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, Ref, SchemaFormat};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::texts::AttributeShape;
use super::{AmountShape, CountryShape, CurrencyShape, PersonNameShape, PostalCodeShape};

/// An amount of one currency.
pub(crate) struct MoneyShape;

impl PartialSchema for MoneyShape {
    fn schema() -> RefOr<Schema> {
        closed("money", "An amount of one currency, within ±10¹⁵ of its smallest units and with no more digits than it has.")
            .property("amount", reference::<AmountShape>())
            .required("amount")
            .property("currency", reference::<CurrencyShape>())
            .required("currency")
            .into()
    }
}

impl ToSchema for MoneyShape {
    fn name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        add::<AmountShape>(schemas);
        add::<CurrencyShape>(schemas);
    }
}

/// Where something is sent.
pub(crate) struct AddressShape;

impl PartialSchema for AddressShape {
    fn schema() -> RefOr<Schema> {
        let street = ArrayBuilder::new().items(reference::<PersonNameShape>()).min_items(Some(1)).max_items(Some(2));
        closed("address", "Where something is sent. Personal data: sealed in the log, opened only for who may see it.")
            .property("name", reference::<PersonNameShape>())
            .required("name")
            .property("street", street)
            .required("street")
            .property("postal_code", reference::<PostalCodeShape>())
            .required("postal_code")
            .property("city", reference::<PersonNameShape>())
            .required("city")
            .property("country", reference::<CountryShape>())
            .required("country")
            .into()
    }
}

impl ToSchema for AddressShape {
    fn name() -> std::borrow::Cow<'static, str> {
        "Address".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        add::<PersonNameShape>(schemas);
        add::<PostalCodeShape>(schemas);
        add::<CountryShape>(schemas);
    }
}

/// What else a channel knows of a customer.
pub(crate) struct AttributesShape;

impl PartialSchema for AttributesShape {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some("Texts by name. Personal data: sealed in the log, opened only for who may see it."))
            .max_properties(Some(50))
            .additional_properties(Some(AdditionalProperties::RefOr(reference::<AttributeShape>())))
            .into()
    }
}

impl ToSchema for AttributesShape {
    fn name() -> std::borrow::Cow<'static, str> {
        "Attributes".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        add::<AttributeShape>(schemas);
    }
}

fn closed(format: &str, description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .format(Some(SchemaFormat::Custom(format.to_owned())))
        .description(Some(description))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}
