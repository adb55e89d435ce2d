use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use super::shape::Shape;
use super::{At, Fields};
use crate::openapi;
use crate::problem::{FieldError, Problem};

/// The parameters behind the `?`, checked against what the OpenAPI document says of them. Which there are is for the caller to know exactly: an unknown
/// one is refused.
pub(crate) struct QueryParams<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::parameter("query", "is not made of percent-encoded UTF-8"))?;
        read(&T::into_params(|| Some(ParameterIn::Query)), pairs.0).map(Self)
    }
}

fn read<T: DeserializeOwned>(known: &[Parameter], pairs: Vec<(String, String)>) -> Result<T, Problem> {
    let (mut values, mut errors) = (Map::new(), Vec::new());
    for (name, text) in pairs {
        let mut fields = Fields::default();
        let value = value(known, &name, text, &mut fields);
        errors.extend(fields.of_parameter(&name));
        if values.insert(name.clone(), value).is_some() {
            errors.push(FieldError { pointer: None, parameter: Some(name), detail: "is given twice".to_owned() });
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    serde_json::from_value(Value::Object(values)).map_err(|error| {
        tracing::error!(%error, "parameters fit their description and not their type");
        Problem::parameter("query", "cannot be read")
    })
}

/// What a parameter says, by its description; what is wrong with it is noted.
fn value(known: &[Parameter], name: &str, text: String, fields: &mut Fields) -> Value {
    let at = At::root();
    let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
        fields.refuse(&at, "is not known here");
        return Value::Null;
    };
    let Some(schema) = &parameter.schema else { return Value::String(text) };
    let value = match (is_whole_number(schema), text.parse::<i64>()) {
        (false, _) => Value::String(text),
        (true, Ok(number)) => number.into(),
        (true, Err(_)) => {
            fields.refuse(&at, "is not a whole number, or too large");
            return Value::Null;
        }
    };
    Shape::of(openapi::schemas()).check_against(schema, &value, fields);
    value
}

fn is_whole_number(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(object)) = schema else { return false };
    match &object.schema_type {
        SchemaType::Type(one) => *one == Type::Integer,
        SchemaType::Array(several) => several.contains(&Type::Integer),
        SchemaType::AnyValue => false,
    }
}
