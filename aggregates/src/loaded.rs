use decider::{EventSourced, States};

/// The state of a stream that the decision named; the empty state if the aggregate does not exist.
pub(crate) fn loaded<'a, A: EventSourced>(states: &States<'a>, aggregate_id: &str) -> &'a A {
    states.get(aggregate_id).expect("a decision is decided only once every stream that it named is loaded")
}
