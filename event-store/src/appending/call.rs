use std::collections::HashMap;
use std::sync::Arc;

use decider::StreamId;
use sqlx::PgConnection;

use super::{Append, Verdicts};

/// Appends that go to the log together, in an order in which each stands behind those that it was decided on.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) appends: Vec<Arc<Append>>,
}

/// What is checked in the table, and what follows from an earlier append of the same call.
#[derive(Default)]
struct Conditions<'a> {
    heads: Vec<(i32, &'a StreamId, crate::loading::StreamHead)>,
    /// (an append, an earlier one that it was decided on)
    dependencies: Vec<(i32, i32)>,
}

impl Call {
    /// Sends it. The answer is complete only once the commit is: every row is waited for.
    pub(crate) async fn send(&self, connection: &mut PgConnection) -> Result<Verdicts, sqlx::Error> {
        let appends = &self.appends;
        let conditions = self.conditions();
        let heads = &conditions.heads;
        let events: Vec<_> =
            (1_i32..).zip(appends).flat_map(|(place, append)| append.events.iter().map(move |event| (place, event))).collect();
        let rows = sqlx::query(include_str!("append.sql"))
            .bind(appends.iter().map(|append| append.id).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.keyed.then_some(append.command_id)).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.instance.as_deref()).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.fingerprint.as_slice()).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.status.name()).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.own.aggregate_type()).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.own.aggregate_id()).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.own_version).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.status.refusal()).collect::<Vec<_>>())
            .bind(appends.iter().map(|append| append.count()).collect::<Vec<_>>())
            .bind(sums(appends))
            .bind(appends.iter().map(|append| append.metadata.as_deref()).collect::<Vec<_>>())
            .bind(heads.iter().map(|(place, ..)| *place).collect::<Vec<_>>())
            .bind(heads.iter().map(|(_, stream, _)| stream.aggregate_type()).collect::<Vec<_>>())
            .bind(heads.iter().map(|(_, stream, _)| stream.aggregate_id()).collect::<Vec<_>>())
            .bind(heads.iter().map(|(.., head)| head.sequence).collect::<Vec<_>>())
            .bind(heads.iter().map(|(.., head)| head.event_id).collect::<Vec<_>>())
            .bind(conditions.dependencies.iter().map(|(dependent, _)| *dependent).collect::<Vec<_>>())
            .bind(conditions.dependencies.iter().map(|(_, predecessor)| *predecessor).collect::<Vec<_>>())
            .bind(events.iter().map(|(place, ..)| *place).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.id).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.stream.aggregate_type()).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.stream.aggregate_id()).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.sequence).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.partition_key.as_str()).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.name.as_str()).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.version.as_str()).collect::<Vec<_>>())
            .bind(events.iter().map(|(.., event)| event.payload.get()).collect::<Vec<_>>())
            .fetch_all(connection)
            .await?;
        Verdicts::read(&sums(appends), &rows)
    }

    /// A head that an earlier append of this call writes is met exactly if that append is stored: the table need not be asked.
    fn conditions(&self) -> Conditions<'_> {
        let mut conditions = Conditions::default();
        let mut last_writer: HashMap<&StreamId, i32> = HashMap::new();
        for (place, append) in (1_i32..).zip(&self.appends) {
            for (stream, head) in &append.heads {
                match last_writer.get(stream) {
                    Some(predecessor) => conditions.dependencies.push((place, *predecessor)),
                    None => conditions.heads.push((place, stream, *head)),
                }
            }
            last_writer.extend(append.events.iter().map(|event| (&event.stream, place)));
        }
        conditions
    }
}

/// How many events each append and those before it write.
fn sums(appends: &[Arc<Append>]) -> Vec<i64> {
    let add = |sum: &mut i64, append: &Arc<Append>| {
        *sum += append.count();
        Some(*sum)
    };
    appends.iter().scan(0, add).collect()
}
