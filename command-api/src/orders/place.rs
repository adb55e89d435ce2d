use std::collections::HashMap;

use aggregates::claim::ClaimKind;
use aggregates::customer::Customer;
use aggregates::decisions::on_order::Sight;
use aggregates::decisions::placing::{PlaceOrder, Placement, PlacingRefusal, all_shippable, all_sold, handed_out};
use aggregates::ids::derive;
use aggregates::order::{DeclinePolicy, Delivery, OrderPolicy, PaymentTerms, StockPolicy};
use aggregates::product::Product;
use aggregates::values::{ChannelReference, CustomerId, OrderId, OrderNumber, Personal, Sku};
use aggregates::warehouse::Warehouse;
use axum::extract::State;
use chrono::Utc;
use identity::{Caller, Role};
use uuid::Uuid;

use super::priced::{Priced, priced, unpriced};
use super::request::{DeclinePolicyRequest, DeliveryRequest, PaymentRequest, PlaceOrderRequest, PolicyRequest, StockPolicyRequest};
use crate::channel::{channel_of, own_reference, reference_of};
use crate::command::{Accepted, Done, Submission};
use crate::customers;
use crate::input::{At, Body, Fields};
use crate::problem::{Kind, Problem};
use crate::state::ApiState;

#[utoipa::path(post, path = "/v1/orders",
    request_body = PlaceOrderRequest, responses((status = 201, body = Done)))]
pub(crate) async fn place(
    State(state): State<ApiState>,
    submission: Submission,
    body: Body<PlaceOrderRequest>,
) -> Result<Accepted, Problem> {
    let Body { value: request, fingerprint } = body;
    may_place(&submission.caller, &request)?;
    let reference = reference_of(&submission.sight, &submission.caller, request.channel_reference.as_deref())?;
    let submission = submission.begin(&state).await?;
    let customer = customer(&state, &submission, &request).await?;
    let order = reference.as_ref().map_or_else(|| OrderId::new(Uuid::now_v7()), id_of);
    let placement = placement(&state, order, customer, reference, request).await?;
    let submission = submission.about_order(order.uuid()).with_subject(customer.to_string());
    let executed = submission.run(&state, fingerprint, placement).await?;
    Ok(Accepted::created(&executed, "/v1/orders"))
}

/// The id of the order that a channel names so: the same for ever.
pub(crate) fn id_of(reference: &ChannelReference) -> OrderId {
    OrderId::new(derive(&["order", &reference.channel, &reference.reference]))
}

fn may_place(caller: &Caller, request: &PlaceOrderRequest) -> Result<(), Problem> {
    if request.speaks_for_a_channel() && channel_of(caller).is_none() {
        return Err(Problem::new(Kind::Forbidden, "prices, references and times of one's own are for trusted channels only"));
    }
    Ok(())
}

/// Who orders: a customer for itself; for others it must be said.
async fn customer(state: &ApiState, submission: &Submission, request: &PlaceOrderRequest) -> Result<CustomerId, Problem> {
    let customer = named_customer(submission, request)?;
    if orders_for(state, &submission.sight, customer).await? {
        return Ok(customer);
    }
    Err(Problem::not_found("customer", &customer.to_string()))
}

/// Whether somebody may order for this customer, who need not be there. A channel does for its own and for the shop's, whom no channel has named; whose a
/// customer is never changes, so it need not be decided with the order.
async fn orders_for(state: &ApiState, sight: &Sight, customer: CustomerId) -> Result<bool, Problem> {
    let Sight::OfChannel(_) = sight else { return Ok(sight.sees(customer, None)) };
    let id = customer.to_string();
    let recent = state.store().load_many_cached::<Customer>(std::slice::from_ref(&id)).await?.pop();
    let known = match recent {
        Some(recent) if recent.version > 0 => recent.state,
        Some(_) | None => state.store().load::<Customer>(&id).await?.state,
    };
    Ok(known.channel_reference().is_none_or(|name| sight.sees(customer, Some(&name.channel))))
}

fn named_customer(Submission { caller, .. }: &Submission, request: &PlaceOrderRequest) -> Result<CustomerId, Problem> {
    let (mut fields, root) = (Fields::default(), At::root());
    let named = own_reference(caller, request.customer_reference.as_deref())?.as_ref().map(customers::id_of);
    let customer = match (request.customer, named, caller.role) {
        (Some(_), Some(_), _) => {
            fields.refuse(&root.member("customer_reference"), "give customer or customer_reference, not both");
            None
        }
        (Some(customer), None, _) | (None, Some(customer), _) => Some(customer),
        (None, None, Role::Customer) => fields.parse(&root.member("customer"), &caller.subject),
        (None, None, Role::Operator | Role::Auditor | Role::Service | Role::Admin) => {
            fields.refuse(&root.member("customer"), "is required");
            None
        }
    };
    fields.finish(customer)
}

async fn placement(
    state: &ApiState,
    order: OrderId,
    customer: CustomerId,
    reference: Option<ChannelReference>,
    request: PlaceOrderRequest,
) -> Result<Placement, Problem> {
    let (priced, refusal) = match sold(state, customer, &request).await? {
        Ok(priced) => (priced, None),
        Err(refusal) => (unpriced(&request)?, Some(refusal)),
    };
    let number = order_number(state).await?;
    let order = Box::new(place_order(state, (order, number), customer, reference, request, priced));
    Ok(match refusal {
        None => Placement::Place(order),
        Some(refusal) => Placement::Refuse { order, refusal },
    })
}

/// What the order costs, if the shop sells it so now.
async fn sold(state: &ApiState, customer: CustomerId, request: &PlaceOrderRequest) -> Result<Result<Priced, PlacingRefusal>, Problem> {
    if let Err(refusal) = pickup(state, &request.delivery).await? {
        return Ok(Err(refusal));
    }
    match orderable_products(state, request).await? {
        Ok(products) => priced(state, customer, request, &products).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// A warehouse that seems not to hand anything out is looked at again: it may have been opened a moment ago.
async fn pickup(state: &ApiState, delivery: &DeliveryRequest) -> Result<Result<(), PlacingRefusal>, Problem> {
    let DeliveryRequest::Pickup { warehouse } = delivery else { return Ok(Ok(())) };
    let recent = state.store().load_many_cached::<Warehouse>(&[warehouse.to_string()]).await?;
    if recent.iter().any(|recent| handed_out(warehouse, &recent.state).is_ok()) {
        return Ok(Ok(()));
    }
    Ok(handed_out(warehouse, &state.store().load::<Warehouse>(warehouse.as_str()).await?.state))
}

/// What is ordered, as the shop sells it now. A product that seems not to be sold is looked at again: it may have been added a moment ago.
async fn orderable_products(
    state: &ApiState,
    request: &PlaceOrderRequest,
) -> Result<Result<HashMap<Sku, Product>, PlacingRefusal>, Problem> {
    let mut skus: Vec<String> = request.lines.iter().map(|line| line.sku.to_string()).collect();
    skus.sort_unstable();
    skus.dedup();
    let recent = state.store().load_many_cached::<Product>(&skus).await?;
    let mut products = Vec::with_capacity(skus.len());
    for (text, loaded) in skus.iter().zip(recent) {
        let sku: Sku = text.parse().map_err(|_| Problem::not_found("product", text))?;
        let seems_right = loaded.state.is_orderable() && (loaded.state.is_shippable() || !request.delivery.is_sent());
        let product = if seems_right { loaded.state } else { state.store().load::<Product>(text).await?.state };
        products.push((sku, product));
    }
    let all = || products.iter().map(|(sku, product)| (sku, product));
    let sold = all_sold(all()).and_then(|()| if request.delivery.is_sent() { all_shippable(all()) } else { Ok(()) });
    Ok(sold.map(|()| products.into_iter().collect()))
}

/// The next number for people. Some are never used: a number is taken before it is known whether it is needed.
async fn order_number(state: &ApiState) -> Result<OrderNumber, Problem> {
    let number = state.store().next_number("order_number").await?;
    Ok(number.to_string().parse().expect("digits are an order number"))
}

fn place_order(
    state: &ApiState,
    (order, order_number): (OrderId, OrderNumber),
    customer: CustomerId,
    channel_reference: Option<ChannelReference>,
    request: PlaceOrderRequest,
    priced: Priced,
) -> PlaceOrder {
    let subject = customer.to_string();
    PlaceOrder {
        order,
        order_number,
        customer,
        priced_for: priced.tier,
        currency: request.currency,
        lines: priced.lines,
        shipping: priced.shipping,
        shipping_tax: priced.shipping_tax,
        expected_total: request.total,
        delivery: delivery(&subject, request.delivery),
        billing_address: request.billing_address.map(|address| Personal::of(&subject, address)),
        channel_claim: channel_reference.as_ref().map(|reference| claim(state, reference)),
        channel_reference,
        placed_at: request.placed_at.unwrap_or_else(Utc::now),
        payment: payment(request.payment),
        policy: policy(&request.policy),
    }
}

/// What is claimed of a channel's reference. As a JSON array, so that no channel's name runs into its reference.
fn claim(state: &ApiState, reference: &ChannelReference) -> String {
    let text = serde_json::json!([reference.channel, reference.reference]).to_string();
    state.store().vault().claim_hash(ClaimKind::ChannelReference.as_str(), &text)
}

fn delivery(subject: &str, delivery: DeliveryRequest) -> Delivery {
    match delivery {
        DeliveryRequest::Ship { address } => {
            let country = address.country;
            Delivery::Ship { address: Personal::of(subject, address), country }
        }
        DeliveryRequest::Pickup { warehouse } => Delivery::Pickup { warehouse },
        DeliveryRequest::None {} => Delivery::None,
    }
}

fn payment(payment: PaymentRequest) -> PaymentTerms {
    match payment {
        PaymentRequest::Card { method } => PaymentTerms::Card { method },
    }
}

fn policy(policy: &PolicyRequest) -> OrderPolicy {
    let stock = match policy.stock {
        StockPolicyRequest::All => StockPolicy::All,
    };
    let on_decline = match policy.on_decline {
        DeclinePolicyRequest::Reject => DeclinePolicy::Reject,
    };
    OrderPolicy { stock, on_decline }
}
