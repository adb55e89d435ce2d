//! Reading one's own writes: a query may ask for a position, waits until its read model is there, and says which one it reflects.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_graphql::{Context, Name, Response, Value};
use projections::{PositionToken, Projection, ReadDatabase, ReadModelError};
use tokio::sync::OnceCell;

use crate::errors::QueryError;
use crate::turns::Turn;

/// The header that says which position a query must reflect.
pub(crate) const MIN_POSITION: &str = "orderly-min-position";

/// The header that says which position an answer reflects.
pub(crate) const POSITION: &str = "orderly-position";

/// What a request asks for in its header, and how long it may wait for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) position: Option<PositionToken>,
    pub(crate) wait: Duration,
}

/// The positions that an answer reflects: at least these, by read model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reflected(Arc<Mutex<BTreeMap<&'static str, Reached>>>);

/// Looked up once for a request, however many of its fields ask.
type Reached = Arc<OnceCell<PositionToken>>;

impl Reflected {
    fn of(&self, model: &'static str) -> Reached {
        Arc::clone(self.locked().entry(model).or_default())
    }

    fn known(&self) -> Vec<(&'static str, PositionToken)> {
        self.locked().iter().filter_map(|(model, reached)| reached.get().map(|position| (*model, *position))).collect()
    }

    /// A map that a panic left behind is whole: nothing in it is changed in steps.
    fn locked(&self) -> MutexGuard<'_, BTreeMap<&'static str, Reached>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The position that everything in the answer reflects: the least.
    pub(crate) fn least(&self) -> Option<PositionToken> {
        self.known().into_iter().map(|(_, position)| position).min_by_key(|token| (token.epoch, token.position))
    }

    /// Adds `extensions.positions` and `extensions.position` to an answer.
    pub(crate) fn extend(&self, answer: Response) -> Response {
        let Some(least) = self.least() else { return answer };
        let positions: BTreeMap<_, _> =
            self.known().into_iter().map(|(model, position)| (Name::new(model), Value::from(position.to_string()))).collect();
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
pub(crate) async fn reach<'a, P: Projection>(context: &Context<'a>, argument: Option<String>) -> Result<&'a ReadDatabase, QueryError> {
    let (read, wanted) = (context.data_unchecked::<ReadDatabase>(), *context.data_unchecked::<Wanted>());
    let turn = context.data_unchecked::<Turn>();
    if let Some(argument) = argument {
        let wanted = Wanted { position: Some(parse(&argument)?), ..wanted };
        turn.aside(wait::<P>(read, wanted)).await?;
    }
    let reached = context.data_unchecked::<Reflected>().of(P::NAME);
    let known = reached.get_or_try_init(|| wait::<P>(read, wanted));
    match wanted.position {
        Some(_) if !reached.initialized() => turn.aside(known).await?,
        Some(_) | None => known.await?,
    };
    Ok(read)
}

async fn wait<P: Projection>(read: &ReadDatabase, wanted: Wanted) -> Result<PositionToken, QueryError> {
    let position = || wanted.position.map(|position| position.to_string()).unwrap_or_default();
    match read.reach::<P>(wanted.position, wanted.wait).await {
        Ok(reached) => Ok(reached),
        Err(ReadModelError::Behind { .. }) => {
            let waited_ms = u64::try_from(wanted.wait.as_millis()).unwrap_or(u64::MAX);
            Err(QueryError::PositionNotReached { model: P::NAME, wanted: position(), waited_ms })
        }
        Err(ReadModelError::Lost { .. }) => Err(QueryError::PositionLost { wanted: position() }),
        Err(other) => Err(other.into()),
    }
}
