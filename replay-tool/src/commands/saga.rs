//! `saga`: an order's process in the reader's words.

use aggregates::values::{OrderId, OrderNumber};
use chrono::SecondsFormat;
use process_manager::order_fulfillment::{Phase, Rules};
use process_manager::{DeadlineView, HistoryLine, SagaView, StepView, describe};

use crate::cli::Saga;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;
use crate::text;

/// Runs it.
pub(crate) async fn run(session: &Session, args: &Saga, output: &mut Output) -> Result<Outcome, Failure> {
    let order = resolve(session, &args.order).await?;
    let rules = Rules::from(args.rules);
    let view = describe(&session.store, order, &rules).await?;
    let view = view.ok_or_else(|| Failure::NotFound(format!("there is no order {order}")))?;
    output.whole(&view)?;
    Ok(Outcome::Done)
}

/// An order by its id, its stream, or its number.
async fn resolve(session: &Session, text: &str) -> Result<OrderId, Failure> {
    if let Ok(id) = text.strip_prefix("order-").unwrap_or(text).parse() {
        return Ok(id);
    }
    let number: OrderNumber = text.parse().map_err(|_| Failure::Usage(format!("'{text}' is neither an order's id, stream nor number")))?;
    let row = projections::orders::by_number(&session.read, &number).await?;
    row.map(|row| row.id).ok_or_else(|| Failure::NotFound(format!("there is no order with the number {number}")))
}

impl Show for SagaView {
    fn text(&self) -> String {
        let mut text = format!("order {}  {}\n", self.order, word(&self.phase));
        if let Some(parked) = &self.parked {
            text.push_str(&format!("  parked, waits for an operator: {parked}\n"));
        }
        if let Some(unreadable) = &self.unreadable {
            text.push_str(&format!("  stopped at an event that can't be read: {unreadable}\n"));
        }
        text.extend(self.history.iter().map(history_line));
        text.push_str(if self.steps.is_empty() { "nothing is under way\n" } else { "under way\n" });
        text.extend(self.steps.iter().map(step_line));
        text.extend(self.deadlines.iter().map(deadline_line));
        text
    }
}

/// A phase's stored word.
pub(crate) fn word(phase: &Phase) -> String {
    serde_json::to_value(phase).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn history_line(line: &HistoryLine) -> String {
    let at = line.recorded_at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut text = format!("{:>12}  {at}  {}\n", text::count(line.position), line.event_type);
    text.extend(line.steps.iter().map(|step| format!("{:40}→ {step}\n", "")));
    text
}

fn deadline_line(deadline: &DeadlineView) -> String {
    let due_at = deadline.due_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("  {} {}  by {due_at}\n", deadline.which, deadline.subject)
}

fn step_line(step: &StepView) -> String {
    let since = step.since.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut text = format!("  {} {}  since {since}", step.step, step.subject);
    if step.refusals > 0 {
        text.push_str(&format!("  refused {}×", step.refusals));
    }
    if step.waits_for_an_event {
        text.push_str("  waits for the order's next event");
    }
    if let Some(next) = step.next_try_at {
        text.push_str(&format!("  tried {}×, next {}", step.tries, next.to_rfc3339_opts(SecondsFormat::Secs, true)));
    }
    if let Some(error) = &step.last_error {
        text.push_str(&format!("\n    {error}"));
    }
    text.push('\n');
    text
}
