use aggregates::decisions::allowed::OrderInFull;
use aggregates::order::Order;
use aggregates::payment::Payment;
use aggregates::process::Process;
use aggregates::shipment::Shipment;
use aggregates::values::{OrderId, PaymentId, ShipmentId};
use chrono::Utc;
use decider::{EventSourced, StreamId};
use event_store::{Loaded, Moment};
use futures::future::{try_join_all, try_join3};

use crate::problem::Problem;
use crate::state::ApiState;
use crate::unreadable::{Unreadable, known_at};

/// What stands around an order, as it was when the order was as it was read: the order itself does not know what gateways have taken, and how far a
/// warehouse is.
pub(super) struct Around {
    pub(super) parcels: Vec<(ShipmentId, Shipment)>,
    pub(super) payments: Vec<(PaymentId, Payment)>,
    pub(super) process: Process,
    /// One event of these that cannot be read: what stands here is known up to it.
    unreadable: Option<Unreadable>,
}

impl Around {
    /// Of the order as it was read at a moment.
    pub(super) async fn load(state: &ApiState, id: OrderId, order: &Loaded<Order>, moment: Moment) -> Result<Self, Problem> {
        let moment = match moment {
            Moment::Version(version) => Moment::Position(position_of(state, id, version).await?),
            Moment::Position(_) | Moment::Instant(_) => Moment::Position(order.position.position),
            Moment::Now => Moment::Now,
        };
        let parcels = order.state.shipments().map(|(parcel, _)| at(state, parcel, moment));
        let payments = order.state.payments().iter().map(|attempt| at(state, attempt.payment, moment));
        let (parcels, payments, process) =
            try_join3(try_join_all(parcels), try_join_all(payments), at::<Process, OrderId>(state, id, moment)).await?;
        let (parcels, of_parcels) = apart(parcels);
        let (payments, of_payments) = apart(payments);
        let (mut process, of_process) = apart([process]);
        let unreadable = of_parcels.or(of_payments).or(of_process);
        let process = process.pop().map(|(_, process)| process).unwrap_or_default();
        Ok(Self { parcels, payments, process, unreadable })
    }

    /// Of an order that itself is known only up to an event.
    pub(super) fn behind(self, unreadable: Option<Unreadable>) -> Self {
        Self { unreadable: unreadable.or(self.unreadable), ..self }
    }

    /// The event up to which all this is known, where not all is.
    pub(super) fn unreadable(&self) -> Option<&Unreadable> {
        self.unreadable.as_ref()
    }

    /// Its attempts to pay, oldest first.
    pub(super) fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().map(|(_, payment)| payment)
    }

    /// Together with it.
    pub(super) fn with<'a>(&'a self, order: &'a Order) -> OrderInFull<'a> {
        OrderInFull { order, parcels: &self.parcels, payments: &self.payments, process: &self.process, at: Utc::now() }
    }
}

/// What is known of some parts, and one event of theirs that cannot be read.
fn apart<I, A>(parts: impl IntoIterator<Item = Option<Part<I, A>>>) -> (Vec<(I, A)>, Option<Unreadable>) {
    let (mut known, mut unreadable) = (Vec::new(), None);
    for (id, part, event) in parts.into_iter().flatten() {
        known.push((id, part));
        unreadable = unreadable.or(event);
    }
    (known, unreadable)
}

type Part<I, A> = (I, A, Option<Unreadable>);

async fn at<A: EventSourced, I: ToString + Copy>(state: &ApiState, id: I, moment: Moment) -> Result<Option<Part<I, A>>, Problem> {
    let known = known_at::<A>(state.store(), &id.to_string(), moment).await?;
    Ok(known.map(|(loaded, unreadable)| (id, loaded.state, unreadable)))
}

async fn position_of(state: &ApiState, id: OrderId, version: i64) -> Result<i64, Problem> {
    let events = state.store().stream_events(&StreamId::of::<Order>(id.to_string()), version - 1, 1).await?;
    Ok(events.first().map_or(0, |event| event.position))
}
