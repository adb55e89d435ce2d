//! The OpenAPI 3.1 document, made from the routes themselves.

mod examples;
mod manners;
mod patterns;

use std::sync::LazyLock;

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::tag::TagBuilder;

use crate::catalogue::GROUPS;
use crate::input::shape::Schemas;
use crate::problem;
use crate::router;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Orderly: commands",
        description = "Orders from placement to delivery. Every command is answered with the id, the version and the position of what it did; \
            every error is a problem document (RFC 9457). Money is a decimal text with its ISO 4217 currency.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(problem::Body))
)]
struct Base;

static OPENAPI: LazyLock<Document> = LazyLock::new(|| {
    let (_, mut document) = router::routes().split_for_parts();
    let mut whole = Base::openapi();
    whole.info.version = env!("CARGO_PKG_VERSION").to_owned();
    whole.tags = Some(GROUPS.iter().map(|group| TagBuilder::new().name(group.name).description(Some(group.about)).build()).collect());
    whole.merge(std::mem::take(&mut document));
    manners::apply(&mut whole);
    patterns::apply(&mut whole);
    examples::apply(&mut whole);
    whole
});

/// The document of the whole API.
pub fn openapi() -> Document {
    OPENAPI.clone()
}

/// The document as it is served and committed: pretty, with a line's end at its end.
pub fn json() -> String {
    let mut text = OPENAPI.to_pretty_json().expect("an OpenAPI document is always JSON");
    text.push('\n');
    text
}

/// The schemas of the document, by name: what bodies are checked against.
pub(crate) fn schemas() -> &'static Schemas {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
        OPENAPI.components.as_ref().map(|components| components.schemas.clone().into_iter().collect()).unwrap_or_default()
    });
    &SCHEMAS
}
