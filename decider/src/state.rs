use std::any::Any;
use std::marker::PhantomData;

use serde_json::value::RawValue;

use crate::{Change, EventSourced, ReadError, StoredEvent};

/// The state of one aggregate, its type forgotten: what the log keeps in its cache.
pub trait State: Any + Send + Sync {
    /// Folds an event as it stands in the log, upcasting it where it is old.
    ///
    /// # Errors
    /// [`ReadError`] if this program does not know the event or its bytes are broken.
    fn apply_stored(&mut self, event: StoredEvent<'_>) -> Result<(), ReadError>;

    /// Folds an event that was just decided.
    fn apply_change(&mut self, change: &Change);

    /// A copy.
    fn boxed_clone(&self) -> Box<dyn State>;

    /// The state as JSON: the body of a snapshot.
    ///
    /// # Errors
    /// What serde says.
    fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error>;

    /// For [`crate::States::get`].
    fn as_any(&self) -> &dyn Any;
}

struct Typed<A>(A);

impl<A: EventSourced> State for Typed<A> {
    fn apply_stored(&mut self, event: StoredEvent<'_>) -> Result<(), ReadError> {
        self.0.apply(event.decode::<A>()?);
        Ok(())
    }

    fn apply_change(&mut self, change: &Change) {
        let event = change.event().as_any().downcast_ref::<A::Event>();
        self.0.apply(event.expect("a change names the aggregate that its event belongs to").clone());
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(Self(self.0.clone()))
    }

    fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0)
    }

    fn as_any(&self) -> &dyn Any {
        &self.0
    }
}

/// What the log must know of an aggregate's type to load it: one per type, see [`kind_of`].
pub trait AggregateKind: Send + Sync {
    /// The aggregate's type, such as `stock_item`.
    fn aggregate_type(&self) -> &'static str;

    /// The state before the first event.
    fn empty(&self) -> Box<dyn State>;

    /// The states whose JSON is the layout of snapshots, see [`EventSourced::golden_states`].
    fn golden(&self) -> Vec<Box<dyn State>>;

    /// A state from a snapshot's body.
    ///
    /// # Errors
    /// What serde says when the layout is another one.
    fn restore(&self, snapshot: &RawValue) -> Result<Box<dyn State>, serde_json::Error>;
}

struct KindOf<A>(PhantomData<fn() -> A>);

impl<A: EventSourced> AggregateKind for KindOf<A> {
    fn aggregate_type(&self) -> &'static str {
        A::TYPE
    }

    fn empty(&self) -> Box<dyn State> {
        Box::new(Typed(A::default()))
    }

    fn golden(&self) -> Vec<Box<dyn State>> {
        A::golden_states().into_iter().map(|state| Box::new(Typed(state)) as Box<dyn State>).collect()
    }

    fn restore(&self, snapshot: &RawValue) -> Result<Box<dyn State>, serde_json::Error> {
        Ok(Box::new(Typed(serde_json::from_str::<A>(snapshot.get())?)))
    }
}

/// The kind of the aggregate `A`.
pub fn kind_of<A: EventSourced>() -> &'static dyn AggregateKind {
    &KindOf::<A>(PhantomData)
}
