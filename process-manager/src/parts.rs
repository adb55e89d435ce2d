//! Orders are followed in parts, so that several programs share them: each part has a checkpoint, a lease and a fence of its own, in a row of `process.checkpoints`.
//!
//! Every program says regularly that it takes part, and from who does follows each one's share; who has more gives back, who has less takes what is free. All writes
//! for a part name its fence, so however two programs misjudge each other, only one moves it. Time is the database's.

mod standing;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_store::{Checkpoint, partition_of};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::{ProcessArgs, ProcessError};

pub use standing::{Lost, PartStatus, followed, parts};

/// The row that programs know which followed all orders under one lease; the parts' names begin with it.
const NAME: &str = "order_fulfillment";

/// The part of an order, of so many: the part of the log that its events fall into ([`event_store::Filter::partition`]), as `process.part_v1` has it.
pub(crate) fn part_of(order: Uuid, parts: u32) -> u32 {
    partition_of(&order.to_string(), parts)
}

fn name_of(part: u32) -> String {
    format!("{NAME}/{part}")
}

fn part_named(name: &str) -> Option<u32> {
    name.strip_prefix(NAME)?.strip_prefix('/')?.parse().ok()
}

/// A part that this program has taken, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) part: u32,
    pub(crate) fence: i64,
    pub(crate) checkpoint: Checkpoint,
}

/// What changes for this program.
#[derive(Debug)]
pub(crate) enum Change {
    /// It follows these parts, too.
    Join(Vec<Taken>),
    /// It is to give these back.
    Leave(Vec<u32>),
}

/// This program among those that take part.
pub(crate) struct Parts {
    pool: PgPool,
    holder: String,
    count: u32,
    lease: Duration,
    held: Mutex<BTreeMap<u32, Seat>>,
}

#[derive(Debug, Clone, Copy)]
struct Seat {
    fence: i64,
    leaving: bool,
}

impl Parts {
    pub(crate) fn new(pool: PgPool, holder: &str, args: &ProcessArgs) -> Self {
        Self { pool, holder: holder.to_owned(), count: args.process_parts, lease: args.lease(), held: Mutex::default() }
    }

    /// Sees to it that there is a row for each part. `false`: an older program follows all of them and has not stopped yet.
    ///
    /// The row that it knows is locked meanwhile and then kept from it: its fence is outdated, so it writes nothing more, and its lease never ends.
    pub(crate) async fn prepare(&self) -> Result<bool, ProcessError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("insert into process.checkpoints (name) values ($1) on conflict (name) do nothing")
            .bind(NAME)
            .execute(&mut *transaction)
            .await?;
        let free: bool = sqlx::query_scalar(
            "select leased_until is null or leased_until < clock_timestamp() or leased_until = 'infinity'
               from process.checkpoints where name = $1 for update",
        )
        .bind(NAME)
        .fetch_one(&mut *transaction)
        .await?;
        let stored = stored(&mut transaction).await?;
        if stored == 0 && free {
            self.divide(&mut transaction).await?;
            transaction.commit().await?;
            return Ok(true);
        }
        if stored != 0 && stored != self.count {
            return Err(ProcessError::OtherParts { stored, wanted: self.count });
        }
        Ok(stored != 0)
    }

    async fn divide(&self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "insert into process.checkpoints (name, epoch, position, event_id)
             select part.name, whole.epoch, whole.position, whole.event_id
               from process.checkpoints whole, unnest($2::text[]) as part (name) where whole.name = $1",
        )
        .bind(NAME)
        .bind((0..self.count).map(name_of).collect::<Vec<_>>())
        .execute(&mut *transaction)
        .await?;
        sqlx::query("update process.checkpoints set holder = 'in parts', fence = fence + 1, leased_until = 'infinity' where name = $1")
            .bind(NAME)
            .execute(transaction)
            .await?;
        Ok(())
    }

    /// Says that this program takes part, renews what it holds, and takes or gives back what makes its share.
    pub(crate) async fn balance(&self) -> Result<Option<Change>, ProcessError> {
        let members = self.members().await?;
        self.renew().await?;
        let share = share(&self.holder, members, self.count);
        let staying: Vec<u32> = self.held().iter().filter(|(_, seat)| !seat.leaving).map(|(part, _)| *part).collect();
        if staying.len() > share {
            let leaving = staying[share..].to_vec();
            let mut held = self.held();
            held.iter_mut().filter(|(part, _)| leaving.contains(part)).for_each(|(_, seat)| seat.leaving = true);
            return Ok(Some(Change::Leave(leaving)));
        }
        let taken = self.take(share - staying.len()).await?;
        self.held().extend(taken.iter().map(|taken| (taken.part, Seat { fence: taken.fence, leaving: false })));
        Ok((!taken.is_empty()).then_some(Change::Join(taken)))
    }

    /// Everybody who takes part now.
    async fn members(&self) -> Result<Vec<String>, sqlx::Error> {
        let others: Vec<String> = sqlx::query_scalar(
            "with me as (
                 insert into process.members (holder, seen_until) values ($1, clock_timestamp() + make_interval(secs => $2))
                 on conflict (holder) do update set seen_until = excluded.seen_until
             ), gone as (
                 delete from process.members where seen_until < clock_timestamp() and holder <> $1
             )
             select holder from process.members where seen_until >= clock_timestamp() and holder <> $1",
        )
        .bind(&self.holder)
        .bind(self.lease.as_secs_f64())
        .fetch_all(&self.pool)
        .await?;
        Ok(others.into_iter().chain([self.holder.clone()]).collect())
    }

    /// Holds everything for another while. The rows are locked in the order of their names, as [`advance`] locks them, so that the two wait for each other and no more.
    async fn renew(&self) -> Result<(), ProcessError> {
        let before: Vec<(u32, i64)> = self.held().iter().map(|(part, seat)| (*part, seat.fence)).collect();
        if before.is_empty() {
            return Ok(());
        }
        let renewed: Vec<String> = sqlx::query_scalar(
            "with mine as (
                 select c.name from process.checkpoints c join unnest($1::text[], $2::bigint[]) as held (name, fence)
                     on c.name = held.name and c.fence = held.fence
                  where c.holder = $3 order by c.name for update of c
             )
             update process.checkpoints c set leased_until = clock_timestamp() + make_interval(secs => $4)
               from mine where c.name = mine.name returning c.name",
        )
        .bind(before.iter().map(|(part, _)| name_of(*part)).collect::<Vec<_>>())
        .bind(before.iter().map(|(_, fence)| *fence).collect::<Vec<_>>())
        .bind(&self.holder)
        .bind(self.lease.as_secs_f64())
        .fetch_all(&self.pool)
        .await?;
        // What was given back meanwhile is not lost.
        let held = self.held();
        let lost = before.iter().any(|(part, _)| held.contains_key(part) && !renewed.contains(&name_of(*part)));
        if lost { Err(ProcessError::LeaseLost) } else { Ok(()) }
    }

    async fn take(&self, most: usize) -> Result<Vec<Taken>, sqlx::Error> {
        if most == 0 {
            return Ok(vec![]);
        }
        let rows: Vec<Row> = sqlx::query_as(
            "update process.checkpoints c
                set holder = $1, fence = c.fence + 1, leased_until = clock_timestamp() + make_interval(secs => $2)
               from (select name from process.checkpoints
                      where name = any ($3) and (leased_until is null or leased_until < clock_timestamp())
                      order by name limit $4 for update skip locked) free
              where c.name = free.name
              returning c.name, c.fence, c.epoch, c.position, c.event_id",
        )
        .bind(&self.holder)
        .bind(self.lease.as_secs_f64())
        .bind((0..self.count).map(name_of).collect::<Vec<_>>())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().filter_map(Row::taken).collect())
    }

    /// Gives a part back, so that another program need not wait for its lease's end.
    pub(crate) async fn release(&self, part: u32) -> Result<(), sqlx::Error> {
        let Some(seat) = self.held().remove(&part) else { return Ok(()) };
        sqlx::query("update process.checkpoints set holder = null, leased_until = null where name = $1 and fence = $2")
            .bind(name_of(part))
            .bind(seat.fence)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives everything back and takes part no more.
    pub(crate) async fn leave(&self) -> Result<(), sqlx::Error> {
        sqlx::query("delete from process.members where holder = $1").bind(&self.holder).execute(&self.pool).await?;
        let parts: Vec<u32> = self.held().keys().copied().collect();
        for part in parts {
            self.release(part).await?;
        }
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<u32, Seat>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many parts one of these members is to have: as many as any other, or one more.
fn share(holder: &str, mut members: Vec<String>, parts: u32) -> usize {
    members.sort();
    let (members_count, parts) = (members.len().max(1), parts as usize);
    let place = members.iter().position(|member| member == holder).unwrap_or_default();
    parts / members_count + usize::from(place < parts % members_count)
}

/// Moves parts that stood at one place of the log in the consumer's own transaction. `false`: a lease was lost, or somebody else moved one; roll back.
///
/// The rows are locked until the transaction ends, and whoever takes a lease must update its row: either this commits before the new holder reads the checkpoint, or
/// it finds another fence and changes nothing.
pub(crate) async fn advance(transaction: &mut PgConnection, parts: &[Taken], to: &Checkpoint) -> Result<bool, sqlx::Error> {
    let Some(from) = parts.first().map(|part| part.checkpoint) else { return Ok(true) };
    let moved = sqlx::query(
        "with mine as (
             select c.name from process.checkpoints c join unnest($1::text[], $2::bigint[]) as held (name, fence)
                 on c.name = held.name and c.fence = held.fence
              where c.position = $3 and c.event_id is not distinct from $4 order by c.name for update of c
         )
         update process.checkpoints c set epoch = $5, position = $6, event_id = $7, updated_at = clock_timestamp()
           from mine where c.name = mine.name",
    )
    .bind(parts.iter().map(|part| name_of(part.part)).collect::<Vec<_>>())
    .bind(parts.iter().map(|part| part.fence).collect::<Vec<_>>())
    .bind(from.position)
    .bind(from.event_id)
    .bind(to.epoch)
    .bind(to.position)
    .bind(to.event_id)
    .execute(transaction)
    .await?;
    Ok(moved.rows_affected() == parts.len() as u64)
}

/// How many parts there are rows for.
async fn stored(connection: &mut PgConnection) -> Result<u32, sqlx::Error> {
    let names: Vec<String> =
        sqlx::query_scalar("select name from process.checkpoints where starts_with(name, $1)").bind(NAME).fetch_all(connection).await?;
    let parts = names.iter().filter_map(|name| part_named(name)).count();
    Ok(u32::try_from(parts).unwrap_or(u32::MAX))
}

#[derive(FromRow)]
struct Row {
    name: String,
    fence: i64,
    epoch: i64,
    position: i64,
    event_id: Option<Uuid>,
}

impl Row {
    fn taken(self) -> Option<Taken> {
        let checkpoint = Checkpoint { epoch: self.epoch, position: self.position, event_id: self.event_id };
        Some(Taken { part: part_named(&self.name)?, fence: self.fence, checkpoint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn shares_differ_by_one_at_most_and_make_up_the_whole() {
        for count in 1..=20 {
            let names: Vec<String> = (0..count).map(|number| format!("program {number:02}")).collect();
            let shares: Vec<usize> = names.iter().map(|name| share(name, names.clone(), 16)).collect();
            assert_eq!(shares.iter().sum::<usize>(), 16, "{count} programs");
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }
        assert_eq!(share("b", members(&["b", "a"]), 3), 1);
    }

    #[test]
    fn an_order_is_of_the_part_into_which_its_events_fall() {
        // md5('00000000-0000-0000-0000-000000000001') begins with c96589ee.
        assert_eq!(part_of(Uuid::from_u128(1), 8), 0xc965_89ee % 8);
        assert_eq!(part_named(&name_of(12)), Some(12));
        assert_eq!(part_named(NAME), None);
    }
}
