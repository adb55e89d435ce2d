use aggregates::claim::Claim;
use aggregates::customer::Customer;
use aggregates::decisions::stocking::receipt_claim;
use aggregates::order::Order;
use aggregates::product::Product;
use aggregates::values::{ChannelReference, CustomerId, InvalidValue, Money, OrderId, Sku, StockItemId, WarehouseCode};
use aggregates::warehouse::Warehouse;
use decider::EventSourced;
use event_store::{EventStore, Loaded, StoreError};
use futures::stream::{StreamExt, TryStreamExt, iter};
use identity::Caller;

use super::{Found, LookupKind};
use crate::channel::channel_of;
use crate::problem::Problem;
use crate::state::ApiState;
use crate::{customers, orders};

/// What is known of one that exists.
pub(super) struct Answer {
    version: i64,
    status: &'static str,
    r#final: bool,
    reason: Option<String>,
    lines: Option<usize>,
    total: Option<Money>,
}

impl Answer {
    fn of(version: i64, status: &'static str) -> Self {
        Self { version, status, r#final: false, reason: None, lines: None, total: None }
    }

    pub(super) fn found(self, reference: String, id: String) -> Found {
        let id = id.strip_prefix(RECEIPT).map_or_else(|| id.clone(), |_| reference.clone());
        let Self { version, status, r#final, reason, lines, total } = self;
        Found { reference, id, version, status, r#final, reason, lines, total }
    }
}

/// How the id of a receipt's claim begins: what is known of a receipt is that its document is claimed.
const RECEIPT: &str = "document/";

/// The id of what a reference names.
pub(super) fn id(caller: &Caller, kind: LookupKind, reference: &str) -> Result<String, InvalidValue> {
    let own = channel_of(caller).map(|channel| ChannelReference::new(channel, reference)).transpose();
    match kind {
        LookupKind::Order => match own? {
            Some(own) => Ok(orders::id_of(&own).to_string()),
            None => reference.parse::<OrderId>().map(|id| id.to_string()),
        },
        LookupKind::Customer => match own? {
            Some(own) => Ok(customers::id_of(&own).to_string()),
            None => reference.parse::<CustomerId>().map(|id| id.to_string()),
        },
        LookupKind::Product => reference.parse::<Sku>().map(|sku| sku.to_string()),
        LookupKind::Warehouse => reference.parse::<WarehouseCode>().map(|code| code.to_string()),
        LookupKind::Receipt => receipt(reference),
    }
}

fn receipt(reference: &str) -> Result<String, InvalidValue> {
    let mut parts = reference.splitn(3, '/');
    let (warehouse, sku, document) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let item = StockItemId { warehouse: warehouse.parse()?, sku: sku.parse()? };
    Ok(receipt_claim(&item, document))
}

/// Orders move on by themselves: one that is not known to be over is read as it stands now.
pub(super) async fn orders(state: &ApiState, ids: &[String]) -> Result<Vec<Option<Answer>>, Problem> {
    let recent = state.store().load_many_cached::<Order>(ids).await?;
    let fresh: Vec<_> = ids.iter().zip(recent).map(|(id, recent)| fresh_order(state.store().clone(), id.clone(), recent)).collect();
    let orders: Vec<_> = iter(fresh).buffered(32).try_collect().await?;
    Ok(orders.into_iter().map(|order| existing(order, order_answer)).collect())
}

async fn fresh_order(store: EventStore, id: String, recent: Loaded<Order>) -> Result<Loaded<Order>, StoreError> {
    if recent.state.status().is_final() { Ok(recent) } else { store.load(&id).await }
}

fn order_answer(order: &Order, version: i64) -> Answer {
    let (status, reason) = orders::status_of(order);
    let (lines, total) = (order.lines().count(), order.terms().map(|terms| terms.total));
    Answer { version, status, r#final: order.status().is_final(), reason, lines: Some(lines), total }
}

pub(super) async fn customers(state: &ApiState, ids: &[String]) -> Result<Vec<Option<Answer>>, Problem> {
    recent(state, ids, |customer: &Customer, version| Answer::of(version, customer.status().as_str())).await
}

pub(super) async fn products(state: &ApiState, ids: &[String]) -> Result<Vec<Option<Answer>>, Problem> {
    recent(state, ids, |product: &Product, version| Answer::of(version, product.status().as_str())).await
}

pub(super) async fn warehouses(state: &ApiState, ids: &[String]) -> Result<Vec<Option<Answer>>, Problem> {
    recent(state, ids, |warehouse: &Warehouse, version| Answer::of(version, warehouse.status().as_str())).await
}

pub(super) async fn receipts(state: &ApiState, ids: &[String]) -> Result<Vec<Option<Answer>>, Problem> {
    recent(state, ids, |_: &Claim, version| Answer::of(version, "received")).await
}

/// What came a moment ago may be missing: who asks sends it again, and nothing happens twice.
async fn recent<A: EventSourced>(
    state: &ApiState,
    ids: &[String],
    answer: impl Fn(&A, i64) -> Answer,
) -> Result<Vec<Option<Answer>>, Problem> {
    let loaded = state.store().load_many_cached::<A>(ids).await?;
    Ok(loaded.into_iter().map(|one| existing(one, &answer)).collect())
}

fn existing<A>(loaded: Loaded<A>, answer: impl Fn(&A, i64) -> Answer) -> Option<Answer> {
    (loaded.version > 0).then(|| answer(&loaded.state, loaded.version))
}
