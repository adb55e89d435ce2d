//! Customers: registered, suspended, reinstated, given a tier.

use std::collections::BTreeMap;

use aggregates::claim::ClaimKind;
use aggregates::customer::{ChangeTier, Customer, ReinstateCustomer, SuspendCustomer};
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::ids::derive;
use aggregates::values::{Address, ChannelReference, CustomerId, EmailAddress, PersonName, Personal, PhoneNumber, Tier};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::caller::{Authenticated, sight};
use crate::channel::own_reference;
use crate::command::{Accepted, Done, Submission};
use crate::history::{self, History, Page};
use crate::input::{Body, PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Resource, load};
use crate::shapes::{
    AddressShape, AttributesShape, ChannelReferenceShape, CustomerStatusShape, EmailShape, Nothing, PersonNameShape, PhoneShape,
    ReasonShape, TierShape,
};
use crate::state::ApiState;

/// The routes about customers.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(suspend))
        .routes(routes!(reinstate))
        .routes(routes!(change_tier))
        .routes(routes!(read))
        .routes(routes!(events))
}

/// A customer to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterCustomerRequest {
    /// How the caller's sales channel names them; the customer's id follows from it. Only with a token of a channel.
    #[schema(value_type = Option<ChannelReferenceShape>)]
    channel_reference: Option<String>,
    /// Their tier at first: bronze.
    #[serde(default)]
    #[schema(value_type = Option<TierShape>)]
    tier: Option<Tier>,
    #[schema(value_type = Option<PersonNameShape>)]
    name: Option<PersonName>,
    /// Unique among all customers.
    #[schema(value_type = Option<EmailShape>)]
    email: Option<EmailAddress>,
    #[schema(value_type = Option<PhoneShape>)]
    phone: Option<PhoneNumber>,
    #[schema(value_type = Option<AddressShape>)]
    address: Option<Address>,
    /// What else the channel knows of them.
    #[schema(value_type = Option<AttributesShape>)]
    attributes: Option<BTreeMap<String, String>>,
}

#[utoipa::path(post, path = "/v1/customers",
    request_body = RegisterCustomerRequest, responses((status = 201, body = Done)))]
async fn register(State(state): State<ApiState>, submission: Submission, body: Body<RegisterCustomerRequest>) -> Result<Accepted, Problem> {
    let reference = own_reference(&submission.caller, body.value.channel_reference.as_deref())?;
    let customer = reference.as_ref().map_or_else(|| CustomerId::new(Uuid::now_v7()), id_of);
    let command = registration(&state, customer, reference, body.value);
    let executed = submission.with_subject(customer.to_string()).run(&state, body.fingerprint, command).await?;
    Ok(Accepted::created(&executed, "/v1/customers"))
}

/// The id of the customer whom a channel names so: the same for ever.
pub(crate) fn id_of(reference: &ChannelReference) -> CustomerId {
    CustomerId::new(derive(&["customer", &reference.channel, &reference.reference]))
}

fn registration(
    state: &ApiState,
    customer: CustomerId,
    channel_reference: Option<ChannelReference>,
    request: RegisterCustomerRequest,
) -> RegisterCustomer {
    let subject = customer.to_string();
    let claim = |email: &EmailAddress| state.store().vault().claim_hash(ClaimKind::Email.as_str(), email.as_str());
    RegisterCustomer {
        customer,
        channel_reference,
        tier: request.tier.unwrap_or_default(),
        email_claim: request.email.as_ref().map(claim),
        name: request.name.map(|name| Personal::of(&subject, name)),
        email: request.email.map(|email| Personal::of(&subject, email)),
        phone: request.phone.map(|phone| Personal::of(&subject, phone)),
        address: request.address.map(|address| Personal::of(&subject, address)),
        attributes: request.attributes.map(|attributes| Personal::of(&subject, attributes)),
    }
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuspendCustomerRequest {
    /// For operators; the customer does not read it.
    #[schema(value_type = ReasonShape)]
    reason: String,
}

#[utoipa::path(post, path = "/v1/customers/{customer}/suspend",
    params(("customer" = String, Path)), request_body = SuspendCustomerRequest, responses((status = 200, body = Done)))]
async fn suspend(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<SuspendCustomerRequest>,
) -> Result<Accepted, Problem> {
    let command = SuspendCustomer { customer: path.parse("customer")?, reason: body.value.reason };
    submission.change(&state, body.fingerprint, command).await
}

#[utoipa::path(post, path = "/v1/customers/{customer}/reinstate",
    params(("customer" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn reinstate(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    let command = ReinstateCustomer { customer: path.parse("customer")? };
    submission.change(&state, body.fingerprint, command).await
}

/// A tier to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeTierRequest {
    #[schema(value_type = TierShape)]
    tier: Tier,
}

#[utoipa::path(post, path = "/v1/customers/{customer}/change-tier",
    params(("customer" = String, Path)), request_body = ChangeTierRequest, responses((status = 200, body = Done)))]
async fn change_tier(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<ChangeTierRequest>,
) -> Result<Accepted, Problem> {
    let command = ChangeTier { customer: path.parse("customer")?, tier: body.value.tier };
    submission.change(&state, body.fingerprint, command).await
}

/// A customer. Personal data stands in the history, for who may see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub(crate) struct CustomerView {
    id: String,
    version: i64,
    #[schema(value_type = CustomerStatusShape)]
    status: &'static str,
    #[schema(value_type = TierShape)]
    tier: Tier,
    channel: Option<String>,
    channel_reference: Option<String>,
}

fn view(id: CustomerId, customer: &Customer, version: i64) -> CustomerView {
    let reference = customer.channel_reference();
    CustomerView {
        id: id.to_string(),
        version,
        status: customer.status().as_str(),
        tier: customer.tier(),
        channel: reference.map(|reference| reference.channel.clone()),
        channel_reference: reference.map(|reference| reference.reference.clone()),
    }
}

#[utoipa::path(get, path = "/v1/customers/{customer}",
    params(("customer" = String, Path), AsOf), responses((status = 200, body = CustomerView)))]
async fn read(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<CustomerView>, Problem> {
    let id: CustomerId = path.parse("customer")?;
    if !sight(&caller).sees(id) {
        return Err(Problem::not_found("customer", &id.to_string()));
    }
    let loaded = load::<Customer>(&state, "customer", &id.to_string(), &as_of).await?;
    Ok(Resource::of(loaded, |customer, version| view(id, customer, version)))
}

#[utoipa::path(get, path = "/v1/customers/{customer}/events",
    params(("customer" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id: CustomerId = path.parse("customer")?;
    if !sight(&caller).sees(id) {
        return Err(Problem::not_found("customer", &id.to_string()));
    }
    history::read::<Customer>(&state, "customer", &id.to_string(), &page, &caller).await
}
