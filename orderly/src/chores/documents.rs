use crate::exit::Outcome;
use crate::output::{self, OutputArgs};

/// Prints the OpenAPI document of the command API.
///
/// # Errors
/// Stdout can't be written.
pub(crate) fn openapi(output: &OutputArgs) -> anyhow::Result<Outcome> {
    // It is JSON, whatever form was asked for.
    output::lines(output, &command_api::openapi_json())?;
    Ok(Outcome::Done)
}

/// Prints the schema of the query API.
///
/// # Errors
/// Stdout can't be written.
pub(crate) fn graphql_schema(output: &OutputArgs) -> anyhow::Result<Outcome> {
    output::text(output, "schema", &query_api::schema_sdl())?;
    Ok(Outcome::Done)
}
