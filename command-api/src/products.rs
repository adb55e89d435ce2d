//! Products: added, priced, weighed, made orderable or not.

use aggregates::product::{ActivateProduct, AddProduct, DiscontinueProduct, PauseProduct, PriceProduct, Product, WeighProduct};
use aggregates::values::{Money, Sku};
use axum::extract::State;
use identity::Right;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Authenticated, require, require_any};
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

/// Adds a product.
#[utoipa::path(post, path = "/v1/products", tag = "products", operation_id = "add_product",
    request_body = AddProductRequest, responses((status = 201, body = Done)))]
async fn add(State(state): State<ApiState>, submission: Submission, body: Body<AddProductRequest>) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::ManageCatalog)?;
    let AddProductRequest { sku, name, category, shippable, prices, weight_grams, activate } = body.value;
    let command = AddProduct { sku, name, category, shippable, prices, weight_grams, activate };
    let executed = submission.run(&state, body.fingerprint, command).await?;
    Ok(Accepted::created(&executed, "/v1/products"))
}

/// A price to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceProductRequest {
    #[schema(value_type = MoneyShape)]
    price: Money,
}

/// Gives a product another price in one currency.
#[utoipa::path(post, path = "/v1/products/{sku}/price", tag = "products", operation_id = "price_product",
    params(("sku" = String, Path)), request_body = PriceProductRequest, responses((status = 200, body = Done)))]
async fn price(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<PriceProductRequest>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::ManageCatalog)?;
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

/// Gives a product another weight.
#[utoipa::path(post, path = "/v1/products/{sku}/weigh", tag = "products", operation_id = "weigh_product",
    params(("sku" = String, Path)), request_body = WeighProductRequest, responses((status = 200, body = Done)))]
async fn weigh(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<WeighProductRequest>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::ManageCatalog)?;
    let command = WeighProduct { sku: path.parse("sku")?, weight_grams: body.value.weight_grams };
    submission.change(&state, body.fingerprint, command).await
}

/// Makes a product orderable.
#[utoipa::path(post, path = "/v1/products/{sku}/activate", tag = "products", operation_id = "activate_product",
    params(("sku" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn activate(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::ManageCatalog)?;
    let command = ActivateProduct { sku: path.parse("sku")? };
    submission.change(&state, body.fingerprint, command).await
}

/// Makes a product not orderable for now.
#[utoipa::path(post, path = "/v1/products/{sku}/pause", tag = "products", operation_id = "pause_product",
    params(("sku" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn pause(State(state): State<ApiState>, submission: Submission, path: PathParams, body: Body<Nothing>) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::ManageCatalog)?;
    let command = PauseProduct { sku: path.parse("sku")? };
    submission.change(&state, body.fingerprint, command).await
}

/// Makes a product not orderable for ever.
#[utoipa::path(post, path = "/v1/products/{sku}/discontinue", tag = "products", operation_id = "discontinue_product",
    params(("sku" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn discontinue(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::ManageCatalog)?;
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

/// Reads a product, now or as it once stood. Everyone who may call at all may see the shop's products.
#[utoipa::path(get, path = "/v1/products/{sku}", tag = "products", operation_id = "read_product",
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

/// What happened to a product.
#[utoipa::path(get, path = "/v1/products/{sku}/events", tag = "products", operation_id = "list_product_events",
    params(("sku" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    require_any(&caller, &[Right::ReadAll, Right::ManageCatalog])?;
    let sku: Sku = path.parse("sku")?;
    history::read::<Product>(&state, "product", sku.as_str(), &page, &caller).await
}
