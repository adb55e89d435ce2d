//! Checks a body against its own schema in the OpenAPI document, so that what is documented is what is enforced, and every field that is wrong is
//! named at once.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayItems, KnownFormat, Object, OneOf, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema, SchemaFormat};

use super::{At, Fields};
use crate::shapes::formats;

/// The schemas that schemas refer to, by name.
pub(crate) type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Checks bodies against the schemas of a document.
pub(crate) struct Shape<'a> {
    schemas: &'a Schemas,
}

impl<'a> Shape<'a> {
    /// A checker with these schemas.
    pub(crate) fn of(schemas: &'a Schemas) -> Self {
        Self { schemas }
    }

    /// Notes everything in `body` that the schema with this name does not allow.
    pub(crate) fn check(&self, name: &str, body: &Value, fields: &mut Fields) {
        if let Some(schema) = self.schemas.get(name) {
            self.walk(&At::root(), schema, body, fields);
        }
    }

    /// The same of a schema without a name.
    pub(crate) fn check_against(&self, schema: &'a RefOr<Schema>, value: &Value, fields: &mut Fields) {
        self.walk(&At::root(), schema, value, fields);
    }

    fn resolve(&self, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
        match schema {
            RefOr::T(schema) => Some(schema),
            RefOr::Ref(reference) => {
                let name = reference.ref_location.strip_prefix("#/components/schemas/")?;
                self.schemas.get(name).and_then(|schema| self.resolve(schema))
            }
        }
    }

    fn walk(&self, at: &At<'_>, schema: &'a RefOr<Schema>, value: &Value, fields: &mut Fields) {
        match self.resolve(schema) {
            Some(Schema::Object(object)) => self.plain(at, object, value, fields),
            Some(Schema::Array(array)) => self.array(at, array, value, fields),
            Some(Schema::OneOf(one_of)) => self.one_of(at, one_of, value, fields),
            Some(Schema::AllOf(all_of)) => all_of.items.iter().for_each(|schema| self.walk(at, schema, value, fields)),
            Some(_) | None => {}
        }
    }

    fn plain(&self, at: &At<'_>, schema: &'a Object, value: &Value, fields: &mut Fields) {
        if !has_type(&schema.schema_type, value) {
            return fields.refuse(at, format_args!("must be {}", type_name(&schema.schema_type)));
        }
        let mut own = Fields::default();
        match value {
            Value::String(text) => check_text(at, schema, text, &mut own),
            Value::Number(number) => check_number(at, schema, number, &mut own),
            Value::Object(members) => self.members(at, schema, members, &mut own),
            Value::Array(_) | Value::Bool(_) | Value::Null => {}
        }
        // Only once each part by itself is fine is it worth asking what they mean together.
        if own.are_fine() && !value.is_null() {
            check_format(at, schema, value, &mut own);
        }
        fields.take(own);
    }

    fn members(&self, at: &At<'_>, schema: &'a Object, members: &Map<String, Value>, fields: &mut Fields) {
        for name in schema.required.iter().filter(|name| !members.contains_key(*name)) {
            fields.refuse(&at.member(name), "is required");
        }
        if let Some(most) = schema.max_properties.filter(|most| members.len() > *most) {
            fields.refuse(at, format_args!("must have at most {most} members, has {}", members.len()));
        }
        for (name, value) in members {
            self.member(&at.member(name), name, schema, value, fields);
        }
    }

    fn member(&self, at: &At<'_>, name: &str, schema: &'a Object, value: &Value, fields: &mut Fields) {
        match (schema.properties.get(name), schema.additional_properties.as_deref()) {
            (Some(schema), _) => self.walk(at, schema, value, fields),
            (None, Some(AdditionalProperties::RefOr(schema))) => {
                check_name(at, schema_of_names(self, schema), name, fields);
                self.walk(at, schema, value, fields);
            }
            (None, Some(AdditionalProperties::FreeForm(true))) => {}
            (None, Some(AdditionalProperties::FreeForm(false)) | None) => fields.refuse(at, format_args!("'{name}' is not known here")),
        }
    }

    fn array(&self, at: &At<'_>, schema: &'a Array, value: &Value, fields: &mut Fields) {
        let Value::Array(items) = value else {
            if !has_type(&schema.schema_type, value) {
                fields.refuse(at, "must be an array");
            }
            return;
        };
        let (least, most) = (schema.min_items.unwrap_or(0), schema.max_items.unwrap_or(usize::MAX));
        if items.len() < least || items.len() > most {
            return fields.refuse(at, format_args!("must have {least} to {most} items, has {}", items.len()));
        }
        if let ArrayItems::RefOrSchema(schema) = &schema.items {
            items.iter().enumerate().for_each(|(index, item)| self.walk(&at.item(index), schema, item, fields));
        }
    }

    fn one_of(&self, at: &At<'_>, schema: &'a OneOf, value: &Value, fields: &mut Fields) {
        let variants = || schema.items.iter().filter_map(|item| self.resolve(item).map(|resolved| (item, resolved)));
        if value.is_null() && variants().any(|(_, variant)| is_null(variant)) {
            return;
        }
        let mut candidates = variants().filter(|(_, variant)| !is_null(variant));
        match (candidates.next(), candidates.next()) {
            (Some((only, _)), None) => self.walk(at, only, value, fields),
            (Some(_), Some(_)) => self.tagged(at, schema, value, fields),
            (None, _) => {}
        }
    }

    /// One of several objects, told apart by the value of `kind`.
    fn tagged(&self, at: &At<'_>, schema: &'a OneOf, value: &Value, fields: &mut Fields) {
        const TAG: &str = "kind";
        let tag_of = |item| match self.resolve(item) {
            Some(Schema::Object(object)) => object.properties.get(TAG).and_then(|tag| only_value(self.resolve(tag)?)),
            Some(_) | None => None,
        };
        let Value::Object(members) = value else { return fields.refuse(at, "must be an object") };
        match schema.items.iter().find(|item| tag_of(item).is_some_and(|tag| Some(tag) == members.get(TAG))) {
            Some(variant) => self.walk(at, variant, value, fields),
            None => {
                let known: Vec<_> = schema.items.iter().filter_map(tag_of).filter_map(Value::as_str).collect();
                fields.refuse(&at.member(TAG), format_args!("must be one of {}", known.join(", ")));
            }
        }
    }
}

fn schema_of_names<'a>(shape: &Shape<'a>, values: &'a RefOr<Schema>) -> Option<usize> {
    match shape.resolve(values) {
        Some(Schema::Object(object)) => object.max_length,
        Some(_) | None => None,
    }
}

/// The names of a free map are as long as its values may be.
fn check_name(at: &At<'_>, most: Option<usize>, name: &str, fields: &mut Fields) {
    if let Some(most) = most.filter(|most| name.is_empty() || name.chars().count() > *most) {
        fields.refuse(at, format_args!("its name must have 1 to {most} characters"));
    }
}

fn check_text(at: &At<'_>, schema: &Object, text: &str, fields: &mut Fields) {
    if let Some(allowed) = &schema.enum_values
        && !allowed.iter().any(|value| value == text)
    {
        let allowed: Vec<_> = allowed.iter().filter_map(Value::as_str).collect();
        return fields.refuse(at, format_args!("must be one of {}", allowed.join(", ")));
    }
    let (least, most) = (schema.min_length.unwrap_or(0), schema.max_length.unwrap_or(usize::MAX));
    let count = text.chars().count();
    if count < least || count > most {
        fields.refuse(at, format_args!("must have {least} to {most} characters, has {count}"));
    }
}

fn check_number(at: &At<'_>, schema: &Object, number: &Number, fields: &mut Fields) {
    let Some(given) = number.as_i64() else { return fields.refuse(at, "is too large") };
    let bound = |bound: &Option<utoipa::Number>| bound.as_ref().and_then(whole);
    match (bound(&schema.minimum), bound(&schema.maximum)) {
        (Some(least), Some(most)) if given < least || given > most => {
            fields.refuse(at, format_args!("must be {least} to {most}, is {given}"))
        }
        (Some(least), None) if given < least => fields.refuse(at, format_args!("must be at least {least}, is {given}")),
        (None, Some(most)) if given > most => fields.refuse(at, format_args!("must be at most {most}, is {given}")),
        (_, _) => {}
    }
}

fn whole(number: &utoipa::Number) -> Option<i64> {
    match number {
        utoipa::Number::Int(number) => i64::try_from(*number).ok(),
        utoipa::Number::UInt(number) => i64::try_from(*number).ok(),
        utoipa::Number::Float(number) => format!("{number}").parse().ok(),
    }
}

fn check_format(at: &At<'_>, schema: &Object, value: &Value, fields: &mut Fields) {
    let format = match &schema.format {
        Some(SchemaFormat::Custom(format)) => format,
        Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => "date-time",
        Some(SchemaFormat::KnownFormat(_)) | None => return,
    };
    if let Err(problem) = formats::check(format, value) {
        fields.refuse(at, problem);
    }
}

fn is_null(schema: &Schema) -> bool {
    matches!(schema, Schema::Object(object) if object.schema_type == SchemaType::Type(Type::Null))
}

fn only_value(schema: &Schema) -> Option<&Value> {
    let Schema::Object(object) = schema else { return None };
    object.enum_values.as_ref().and_then(|values| values.first())
}

fn has_type(schema_type: &SchemaType, value: &Value) -> bool {
    match schema_type {
        SchemaType::Type(one) => is_of(one, value),
        SchemaType::Array(several) => several.iter().any(|one| is_of(one, value)),
        SchemaType::AnyValue => true,
    }
}

fn is_of(one: &Type, value: &Value) -> bool {
    match one {
        Type::Object => value.is_object(),
        Type::String => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Array => value.is_array(),
        Type::Null => value.is_null(),
    }
}

fn type_name(schema_type: &SchemaType) -> &'static str {
    let name = |one: &Type| match one {
        Type::Object => "an object",
        Type::String => "a text",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Boolean => "true or false",
        Type::Array => "an array",
        Type::Null => "null",
    };
    match schema_type {
        SchemaType::Type(one) => name(one),
        SchemaType::Array(several) => several.first().map_or("null", name),
        SchemaType::AnyValue => "JSON",
    }
}
