//! Products: added, described, priced, weighed, made orderable or not.

use aggregates::product::{
    ActivateProduct, AddProduct, DescribeProduct, DiscontinueProduct, PauseProduct, PriceProduct, Product, WeighProduct,
};
use aggregates::values::{Money, Sku};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Authenticated;
use crate::command::{Accepted, Done, Submission};
use crate::history::{self, History, Page};
use crate::input::{Body, PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Resource, load};
use crate::shapes::{CategoryShape, MoneyShape, NameShape, Nothing, ProductStatusShape, SkuShape};
use crate::state::ApiState;

/// The routes about products.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(describe))
        .routes(routes!(price))
        .routes(routes!(weigh))
        .routes(routes!(activate))
        .routes(routes!(pause))
        .routes(routes!(discontinue))
        .routes(routes!(read))
        .routes(routes!(events))
}

/// A product to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddProductRequest {
    #[schema(value_type = SkuShape)]
    sku: Sku,
    #[schema(value_type = NameShape)]
    name: String,
    #[schema(value_type = CategoryShape)]
    category: String,
    /// Whether a carrier can bring it; then it needs a weight before it is orderable.
    #[serde(default)]
    shippable: bool,
    /// The price of a unit, one per currency.
    #[serde(default)]
    #[schema(value_type = Vec<MoneyShape>, max_items = 200)]
    prices: Vec<Money>,
    /// Grams a unit.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    weight_grams: Option<u32>,
    /// Orderable at once.
    #[serde(default)]
    activate: bool,
}

#[utoipa::path(post, path = "/v1/products",
    request_body = AddProductRequest, responses((status = 201, body = Done)))]
async fn add(State(state): State<ApiState>, submission: Submission, body: Body<AddProductRequest>) -> Result<Accepted, Problem> {
    let AddProductRequest { sku, name, category, shippable, prices, weight_grams, activate } = body.value;
    let command = AddProduct { sku, name, category, shippable, prices, weight_grams, activate };
    let executed = submission.run(&state, body.fingerprint, command).await?;
    Ok(Accepted::created(&executed, "/v1/products"))
}

/// What a draft is, said anew; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribeProductRequest {
    #[schema(value_type = Option<NameShape>)]
    name: Option<String>,
    #[schema(value_type = Option<CategoryShape>)]
    category: Option<String>,
    /// Whether a carrier can bring it; then it needs a weight before it is orderable.
    shippable: Option<bool>,
}

#[utoipa::path(post, path = "/v1/products/{sku}/describe",
    params(("sku" = String, Path)), request_body = DescribeProductRequest, responses((status = 200, body = Done)))]
async fn describe(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<DescribeProductRequest>,
) -> Result<Accepted, Problem> {
    let DescribeProductRequest { name, category, shippable } = body.value;
    let command = DescribeProduct { sku: path.parse("sku")?, name, category, shippable };
    submission.change(&state, body.fingerprint, command).await
}

/// A price to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceProductRequest {
    #[schema(value_type = MoneyShape)]
    price: Money,
}

#[utoipa::path(post, path = "/v1/products/{sku}/price",
    params(("sku" = String, Path)), request_body = PriceProductRequest, responses((status = 200, body = Done)))]
async fn price(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<PriceProductRequest>,
) -> Result<Accepted, Problem> {
    let command = PriceProduct { sku: path.parse("sku")?, price: body.value.price };
    submission.change(&state, body.fingerprint, command).await
}

/// A weight to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeighProductRequest {
    /// Grams a unit.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    weight_grams: u32,
}

#[utoipa::path(post, path = "/v1/products/{sku}/weigh",
    params(("sku" = String, Path)), request_body = WeighProductRequest, responses((status = 200, body = Done)))]
async fn weigh(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<WeighProductRequest>,
) -> Result<Accepted, Problem> {
    let command = WeighProduct { sku: path.parse("sku")?, weight_grams: body.value.weight_grams };
    submission.change(&state, body.fingerprint, command).await
}

#[utoipa::path(post, path = "/v1/products/{sku}/activate",
    params(("sku" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn activate(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    let command = ActivateProduct { sku: path.parse("sku")? };
    submission.change(&state, body.fingerprint, command).await
}

#[utoipa::path(post, path = "/v1/products/{sku}/pause",
    params(("sku" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn pause(State(state): State<ApiState>, submission: Submission, path: PathParams, body: Body<Nothing>) -> Result<Accepted, Problem> {
    let command = PauseProduct { sku: path.parse("sku")? };
    submission.change(&state, body.fingerprint, command).await
}

#[utoipa::path(post, path = "/v1/products/{sku}/discontinue",
    params(("sku" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn discontinue(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    let command = DiscontinueProduct { sku: path.parse("sku")? };
    submission.change(&state, body.fingerprint, command).await
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductView {
    id: String,
    version: i64,
    #[schema(value_type = ProductStatusShape)]
    status: &'static str,
    name: String,
    category: String,
    shippable: bool,
    /// The price of a unit, one per currency.
    #[schema(value_type = Vec<MoneyShape>)]
    prices: Vec<Money>,
    weight_grams: Option<u32>,
}

fn view(sku: &Sku, product: &Product, version: i64) -> ProductView {
    ProductView {
        id: sku.to_string(),
        version,
        status: product.status().as_str(),
        name: product.name().unwrap_or_default().to_owned(),
        category: product.category().unwrap_or_default().to_owned(),
        shippable: product.is_shippable(),
        prices: product.prices().collect(),
        weight_grams: product.weight_grams(),
    }
}

#[utoipa::path(get, path = "/v1/products/{sku}",
    params(("sku" = String, Path), AsOf), responses((status = 200, body = ProductView)))]
async fn read(
    State(state): State<ApiState>,
    _caller: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<ProductView>, Problem> {
    let sku: Sku = path.parse("sku")?;
    let loaded = load::<Product>(&state, "product", sku.as_str(), &as_of).await?;
    Ok(Resource::of(loaded, |product, version| view(&sku, product, version)))
}

#[utoipa::path(get, path = "/v1/products/{sku}/events",
    params(("sku" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let sku: Sku = path.parse("sku")?;
    history::read::<Product>(&state, "product", sku.as_str(), &page, &reader).await
}
