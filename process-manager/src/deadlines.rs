//! Deadlines that have passed are recorded by whoever follows the log for an order, in its own loop and by the database's clock.
//!
//! The earliest deadline of each order stands in its row. The follower sleeps until the first of all; nothing looks for deadlines while none is due. One that is due
//! is only fired once everything is taken in that the log held *after* it was due: an order whose confirmation stood there is not told that it is late,
//! however far behind the follower was; one whose confirmation commits after that may be, and its lapse, decided on what is true by then, leaves it alone. Whoever fires it, it passes once: the command's id follows from the order, the deadline and its instant.

use std::time::Duration;

use aggregates::process::PassDeadline;
use aggregates::values::OrderId;
use chrono::{DateTime, TimeDelta, Utc};
use event_store::EventStore;
use futures::{StreamExt, stream};
use sqlx::PgPool;
use tokio::time::Instant;
use uuid::Uuid;

use crate::ProcessError;
use crate::dispatcher::Worker;
use crate::instances::{self, Instance, Of};
use crate::order_fulfillment::{Deadline, Rules};

const PAGE: i64 = 1_000;
/// So many are on their way to the log at once.
const AT_ONCE: usize = 256;
/// The database's clock is read at least so often while a deadline is waited for.
const TRUSTED_FOR: Duration = Duration::from_secs(600);
/// Between two firings of what did not go away.
const BETWEEN: Duration = Duration::from_secs(1);

/// When to look for deadlines that have passed.
#[derive(Debug)]
pub(crate) struct Alarm {
    /// No deadline is earlier.
    earliest: Option<DateTime<Utc>>,
    /// What the database's clock showed, and when that was.
    clock: (DateTime<Utc>, Instant),
    not_before: Instant,
    stage: Stage,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// It rings when the earliest is due.
    Set,
    /// Something is due: it is fired once the log is taken in up to here.
    Due { head: i64 },
}

impl Alarm {
    pub(crate) async fn set(pool: &PgPool, of: &Of) -> Result<Self, sqlx::Error> {
        let (earliest, now) = instances::earliest(pool, of).await?;
        let here = Instant::now();
        Ok(Self { earliest, clock: (now, here), not_before: here, stage: Stage::Set })
    }

    /// The database's time, as far as it is known without asking.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let (then, here) = self.clock;
        then + TimeDelta::from_std(here.elapsed()).unwrap_or_default()
    }

    /// When it looked last, by the database's clock.
    pub(crate) fn read_at(&self) -> DateTime<Utc> {
        self.clock.0
    }

    /// There is a deadline that may be earlier.
    pub(crate) fn hear(&mut self, due_at: DateTime<Utc>) {
        self.earliest = Some(self.earliest.map_or(due_at, |earliest| earliest.min(due_at)));
    }

    /// Returns when it is time to look.
    pub(crate) async fn ring(&self) {
        let (Stage::Set, Some(earliest)) = (self.stage, self.earliest) else { return std::future::pending().await };
        let (then, here) = self.clock;
        let wait = (earliest - then).to_std().unwrap_or_default().min(TRUSTED_FOR);
        tokio::time::sleep_until((here + wait).max(self.not_before)).await;
    }

    /// Whether something is due by the database's clock. Then the log's head is read: all that came in time stands before it.
    pub(crate) async fn look(&mut self, store: &EventStore, of: &Of) -> Result<(), ProcessError> {
        let not_before = self.not_before;
        *self = Self { not_before, ..Self::set(store.pool(), of).await? };
        if self.earliest.is_some_and(|earliest| earliest <= self.clock.0) {
            self.stage = Stage::Due { head: store.head().await?.position };
        }
        Ok(())
    }

    /// Whether what is due is to be fired once the log is taken in up to a position.
    pub(crate) fn fires(&self, followed: i64) -> bool {
        match self.stage {
            Stage::Set => false,
            Stage::Due { head } => followed >= head,
        }
    }

    /// What was due is fired. It rings again even if nothing came of that: what is due later must not wait for an event.
    pub(crate) fn fired(&mut self) {
        self.stage = Stage::Set;
        self.not_before = Instant::now() + BETWEEN;
    }

    /// The parts are others: it looks anew for what is due, because those that are left may stand at the head already and hear nothing more.
    pub(crate) fn look_again(&mut self) {
        self.stage = Stage::Set;
    }
}

/// Records every deadline that was due at an instant of the database's, the earliest first.
pub(crate) async fn fire(worker: &Worker, of: &Of, due_by: DateTime<Utc>) -> Result<(), ProcessError> {
    let (mut after, rules) = ((DateTime::<Utc>::UNIX_EPOCH, Uuid::nil()), worker.args.rules());
    loop {
        let page = instances::overdue(worker.store.pool(), of, due_by, after, PAGE).await?;
        let Some((last, order, _)) = page.last() else { return Ok(()) };
        after = (*last, *order);
        let due = page.iter().flat_map(|(_, order, instance)| passed(OrderId::new(*order), instance, (due_by, &rules)));
        let passing: Vec<_> = due.map(|(id, command)| worker.pass(id, command)).collect();
        stream::iter(passing).buffered(AT_ONCE).collect::<()>().await;
    }
}

fn passed(order: OrderId, instance: &Instance, (due_by, rules): (DateTime<Utc>, &Rules)) -> Vec<(Uuid, PassDeadline)> {
    let due = instance.state.deadlines(rules).into_iter().filter(|deadline| deadline.due_at <= due_by);
    due.map(|deadline: Deadline| (deadline.command_id(order), deadline.pass(order))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_rings_again_after_a_firing_of_which_nothing_came_and_not_at_once() {
        let (now, here) = (Utc::now(), Instant::now());
        let mut alarm = Alarm { earliest: Some(now), clock: (now, here), not_before: here, stage: Stage::Due { head: 7 } };
        assert_eq!((alarm.fires(6), alarm.fires(7)), (false, true));
        alarm.fired();
        assert!(!alarm.fires(7));
        tokio::time::timeout(BETWEEN * 10, alarm.ring()).await.expect("it rings although the log is quiet");
        assert!(here.elapsed() >= BETWEEN);
    }

    #[tokio::test]
    async fn it_rings_when_a_part_was_given_away_while_something_was_due() {
        let (now, here) = (Utc::now(), Instant::now());
        let mut alarm = Alarm { earliest: Some(now), clock: (now, here), not_before: here, stage: Stage::Due { head: 7 } };
        alarm.look_again();
        tokio::time::timeout(BETWEEN * 10, alarm.ring()).await.expect("it rings although the log is quiet");
    }
}
