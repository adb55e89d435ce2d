//! Reading one's own writes: a query may ask for a position, waits until its read model is there, and says which one it reflects.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Context, Response, Value};
use projections::{PositionToken, ReadDatabase, ReadModelError};
use tokio::sync::OnceCell;

use crate::errors::QueryError;

/// The header that says which position a query must reflect.
pub(crate) const MIN_POSITION: &str = "orderly-min-position";

/// The header that says which position an answer reflects.
pub(crate) const POSITION: &str = "orderly-position";

const NEXT_EPOCH_POLL: Duration = Duration::from_millis(50);

/// The read models that queries read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    Orders,
    Customers,
    Products,
    Stock,
    Sales,
    Warehouses,
}

impl Model {
    const ALL: [Self; 6] = [Self::Orders, Self::Customers, Self::Products, Self::Stock, Self::Sales, Self::Warehouses];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Customers => "customers",
            Self::Products => "products",
            Self::Stock => "stock",
            Self::Sales => "sales",
            Self::Warehouses => "warehouses",
        }
    }
}

/// What a request asks for in its header, and how long it may wait for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) position: Option<PositionToken>,
    pub(crate) wait: Duration,
}

/// The positions that an answer reflects: at least these, by read model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reflected(Arc<[OnceCell<PositionToken>; Model::ALL.len()]>);

impl Reflected {
    fn known(&self) -> impl Iterator<Item = (Model, PositionToken)> {
        Model::ALL.into_iter().filter_map(|model| self.0[model as usize].get().map(|position| (model, *position)))
    }

    /// The position that everything in the answer reflects: the least.
    pub(crate) fn least(&self) -> Option<PositionToken> {
        self.known().map(|(_, position)| position).min_by_key(|token| (token.epoch, token.position))
    }

    /// Adds `extensions.positions` and `extensions.position` to an answer.
    pub(crate) fn extend(&self, answer: Response) -> Response {
        let Some(least) = self.least() else { return answer };
        let positions: BTreeMap<_, _> =
            self.known().map(|(model, position)| (async_graphql::Name::new(model.name()), Value::from(position.to_string()))).collect();
        answer.extension("position", Value::from(least.to_string())).extension("positions", Value::Object(positions.into_iter().collect()))
    }
}

/// A position as a caller writes it.
///
/// # Errors
/// It is none.
pub(crate) fn parse(text: &str) -> Result<PositionToken, QueryError> {
    text.trim().parse().map_err(|_| QueryError::PositionMalformed(text.to_owned()))
}

/// Waits until a read model reflects what the request asks for; the database to read it from. The position is read before any row, so an
/// answer reflects at least what it says.
///
/// # Errors
/// It is not there in time, belongs to a lost history, or the read models can't be asked.
pub(crate) async fn reach<'a>(context: &Context<'a>, model: Model, argument: Option<String>) -> Result<&'a ReadDatabase, QueryError> {
    let read = context.data_unchecked::<ReadDatabase>();
    let wanted = context.data_unchecked::<Wanted>();
    if let Some(argument) = argument {
        wait(read, model, parse(&argument)?, wanted.wait).await?;
    }
    let cell = &context.data_unchecked::<Reflected>().0[model as usize];
    cell.get_or_try_init(|| reached(read, model, *wanted)).await?;
    Ok(read)
}

async fn reached(read: &ReadDatabase, model: Model, wanted: Wanted) -> Result<PositionToken, QueryError> {
    if let Some(position) = wanted.position {
        wait(read, model, position, wanted.wait).await?;
    }
    Ok(read.position_of(model.name()).await?)
}

/// A position of an older epoch than the read model's was given in a history that ended: whether it survived is not for the read models to
/// know. One of a later epoch is waited for, whatever the number.
async fn wait(read: &ReadDatabase, model: Model, wanted: PositionToken, timeout: Duration) -> Result<(), QueryError> {
    let deadline = Instant::now() + timeout;
    loop {
        match read.wait_for(&[model.name()], wanted, deadline.saturating_duration_since(Instant::now())).await {
            Ok(()) => {}
            Err(ReadModelError::Behind { .. }) => return Err(not_reached(model, wanted, timeout)),
            Err(other) => return Err(other.into()),
        }
        match read.position_of(model.name()).await?.epoch.cmp(&wanted.epoch) {
            Ordering::Equal => return Ok(()),
            _ if wanted.position == 0 => return Ok(()),
            Ordering::Greater => return Err(QueryError::PositionLost { wanted: wanted.to_string() }),
            Ordering::Less if Instant::now() >= deadline => return Err(not_reached(model, wanted, timeout)),
            Ordering::Less => tokio::time::sleep(NEXT_EPOCH_POLL).await,
        }
    }
}

fn not_reached(model: Model, wanted: PositionToken, timeout: Duration) -> QueryError {
    let waited_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    QueryError::PositionNotReached { model: model.name(), wanted: wanted.to_string(), waited_ms }
}
