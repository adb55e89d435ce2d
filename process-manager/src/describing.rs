//! One order's process in the reader's words: for `replay saga`.

use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use event_store::{EventStore, RecordedEvent};
use serde::Serialize;
use uuid::Uuid;

use crate::ProcessError;
use crate::folding::occurrence;
use crate::instances::Instance;
use crate::order_fulfillment::{Asked, Deadline, Phase, Rules};
use crate::rebuilding::history;
use crate::retries::{self, Retry};

/// What an order's process has done and what it waits for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SagaView {
    /// Whose.
    pub order: OrderId,
    /// Where the order stands.
    pub phase: Phase,
    /// What operators are waited for: the steps, each with its cause.
    pub parked: Option<String>,
    /// Why an event of the order could not be read.
    pub unreadable: Option<String>,
    /// The steps under way.
    pub steps: Vec<StepView>,
    /// By when something must have happened that has not, the earliest first.
    pub deadlines: Vec<DeadlineView>,
    /// What happened, and which steps followed from it.
    pub history: Vec<HistoryLine>,
}

/// A step under way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepView {
    /// Its name.
    pub step: String,
    /// What it is about; empty: the order itself.
    pub subject: String,
    /// The id of its command.
    pub command_id: Uuid,
    /// When it became due.
    pub since: DateTime<Utc>,
    /// How often the domain said no.
    pub refusals: u32,
    /// It said no to the last one: the order's next event asks again.
    pub waits_for_an_event: bool,
    /// How often a call of it failed.
    pub tries: u32,
    /// When it is tried again.
    pub next_try_at: Option<DateTime<Utc>>,
    /// How the last try failed.
    pub last_error: Option<String>,
}

/// An instant by which something must have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineView {
    /// Its name.
    pub which: String,
    /// What it is about; empty: the order itself.
    pub subject: String,
    /// When.
    pub due_at: DateTime<Utc>,
}

/// An event with what followed from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// Where it stands in the log.
    pub position: i64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Its stored name.
    pub event_type: String,
    /// The steps that it made due, each with its subject.
    pub steps: Vec<String>,
}

/// An order's process, folded anew from the log, with its present retries; `None` if the log has no such order.
///
/// # Errors
/// The log or the retries cannot be read.
pub async fn describe(store: &EventStore, order: OrderId, rules: &Rules) -> Result<Option<SagaView>, ProcessError> {
    let events = history(store, order, i64::MAX).await?;
    if events.is_empty() {
        return Ok(None);
    }
    let mut instance = Instance::default();
    let history = events.iter().map(|event| line(&mut instance, event, rules)).collect();
    let retries = retries::of_order(store.pool(), order).await?;
    let steps = instance.state.asked.iter().map(|asked| step(order, asked, &retries)).collect();
    let parked: Vec<String> = instance.state.parked().iter().map(|stuck| format!("{}: {}", stuck.step, stuck.cause)).collect();
    let parked = (!parked.is_empty()).then(|| parked.join("; "));
    let deadlines = instance.state.deadlines(rules).into_iter().map(deadline).collect();
    Ok(Some(SagaView { order, phase: instance.state.phase(), deadlines, parked, unreadable: instance.unreadable.clone(), steps, history }))
}

fn line(instance: &mut Instance, event: &RecordedEvent, rules: &Rules) -> HistoryLine {
    let asked = match occurrence(event) {
        Ok(Some(occurrence)) if instance.unreadable.is_none() => instance.react(&occurrence, rules),
        Ok(_) => vec![],
        Err(unreadable) => {
            instance.unreadable = Some(unreadable.to_string());
            vec![]
        }
    };
    let steps = asked.iter().map(|asked| format!("{} {}", asked.step.name(), asked.step.subject()).trim_end().to_owned()).collect();
    HistoryLine { position: event.position, recorded_at: event.recorded_at, event_type: event.event_type.clone(), steps }
}

fn deadline(deadline: Deadline) -> DeadlineView {
    DeadlineView { which: deadline.which.name().to_owned(), subject: deadline.subject, due_at: deadline.due_at }
}

fn step(order: OrderId, asked: &Asked, retries: &[Retry]) -> StepView {
    let retry = retries.iter().find(|retry| retry.step == asked.step.name() && retry.subject == asked.step.subject());
    StepView {
        step: asked.step.name().to_owned(),
        subject: asked.step.subject(),
        command_id: asked.command_id(order),
        since: asked.at,
        refusals: asked.refusals,
        waits_for_an_event: asked.refused,
        tries: retry.map_or(0, |retry| u32::try_from(retry.tries).unwrap_or(0)),
        next_try_at: retry.map(|retry| retry.next_try_at),
        last_error: retry.map(|retry| retry.last_error.clone()),
    }
}
