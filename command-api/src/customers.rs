//! Customers: registered, suspended, reinstated, given a tier.

use std::collections::BTreeMap;

use aggregates::claim::ClaimKind;
use aggregates::customer::{ChangeTier, Customer, ReinstateCustomer, SuspendCustomer};
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::ids::derive;
use aggregates::values::{Address, ChannelReference, CustomerId, EmailAddress, PersonName, Personal, PhoneNumber, Tier};
use axum::extract::State;
use identity::{Caller, Right};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::caller::Authenticated;
use crate::channel::reference_of;
use crate::command::{Accepted, Done, Submission};
use crate::history::{self, History, Page};
use crate::input::{Body, PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Reading, Resource};
use crate::shapes::{
    AddressShape, AttributesShape, ChannelReferenceShape, CustomerStatusShape, EmailShape, Nothing, PersonNameShape, PhoneShape, TierShape,
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
    /// How the caller's sales channel names them; the customer's id follows from it. Only with a token of a channel, and with one always: by it the customer
    /// is the channel's own.
    #[schema(value_type = Option<ChannelReferenceShape>)]
    channel_reference: Option<String>,
    /// Their tier at first: bronze; another only from who may change tiers.
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
    let reference = reference_of(&submission.sight, &submission.caller, body.value.channel_reference.as_deref())?;
    may_choose_tier(&submission.caller, body.value.tier)?;
    let customer = reference.as_ref().map_or_else(|| CustomerId::new(Uuid::now_v7()), id_of);
    let command = registration(&state, customer, reference, body.value);
    let executed = submission.with_subject(customer.to_string()).run(&state, body.fingerprint, command).await?;
    Ok(Accepted::created(&executed, "/v1/customers"))
}

/// A tier is worth money: it is given by who may give tiers.
fn may_choose_tier(caller: &Caller, tier: Option<Tier>) -> Result<(), Problem> {
    let chosen = tier.is_some_and(|tier| tier != Tier::default());
    if chosen && !caller.may(Right::ManageCustomers) { Err(Problem::forbidden(caller.role)) } else { Ok(()) }
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

/// Why a customer is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuspendCustomerRequest {
    /// For operators; the customer does not read it.
    reason: SuspensionReason,
}

/// A reason for keeping a customer from ordering. There is no free text: it would end up in the log in clear, whoever was named in it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SuspensionReason {
    DoesNotPay,
    Chargebacks,
    SuspectedFraud,
    Abuse,
    CustomerRequest,
    ShopDecision,
}

impl SuspensionReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::DoesNotPay => "does_not_pay",
            Self::Chargebacks => "chargebacks",
            Self::SuspectedFraud => "suspected_fraud",
            Self::Abuse => "abuse",
            Self::CustomerRequest => "customer_request",
            Self::ShopDecision => "shop_decision",
        }
    }
}

#[utoipa::path(post, path = "/v1/customers/{customer}/suspend",
    params(("customer" = String, Path)), request_body = SuspendCustomerRequest, responses((status = 200, body = Done)))]
async fn suspend(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<SuspendCustomerRequest>,
) -> Result<Accepted, Problem> {
    let command = SuspendCustomer { customer: path.parse("customer")?, reason: body.value.reason.as_str().to_owned() };
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
    reader: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<CustomerView>, Problem> {
    let id: CustomerId = path.parse("customer")?;
    let moment = as_of.moment(&state).await?;
    let loaded = seen(&state, &reader, id, &id.to_string()).await?.at(moment).await?;
    Ok(Resource::of(loaded, |customer, version| view(id, customer, version)))
}

#[utoipa::path(get, path = "/v1/customers/{customer}/events",
    params(("customer" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id: CustomerId = path.parse("customer")?;
    let text = id.to_string();
    seen(&state, &reader, id, &text).await?;
    history::read::<Customer>(&state, "customer", &text, &page, &reader).await
}

/// A customer, for who sees it: which channel's it is, it says itself.
async fn seen<'a>(state: &'a ApiState, reader: &Authenticated, id: CustomerId, text: &'a str) -> Result<Reading<'a, Customer>, Problem> {
    let reading = Reading::<Customer>::begin(state, "customer", text).await?;
    let sees = reader.sight().sees(id, reading.now().channel_reference().map(|name| name.channel.as_str()));
    reading.seen_if(sees)
}
