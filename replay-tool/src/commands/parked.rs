//! `parked`: the orders that wait for people.

use process_manager::StuckOrder;
use process_manager::order_fulfillment::Stuck;
use serde::Serialize;

use crate::cli::Parked;
use crate::commands::saga::word;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;

/// The orders, with what can be done.
#[derive(Debug, Serialize)]
struct Report {
    parked: Vec<StuckOrder>,
}

/// Runs it: some order that waits is a finding.
pub(crate) async fn run(session: &Session, args: &Parked, output: &mut Output) -> Result<Outcome, Failure> {
    let report = Report { parked: process_manager::stuck(session.store.pool(), args.limit).await? };
    output.whole(&report)?;
    Ok(if report.parked.is_empty() { Outcome::Done } else { Outcome::Finding })
}

impl Show for Report {
    fn text(&self) -> String {
        if self.parked.is_empty() {
            return "no order waits for people\n".to_owned();
        }
        let mut text: String = self.parked.iter().map(order).collect();
        text.push_str("once it is mended: POST /v1/orders/ID/resume tries again; replay saga ID tells the story\n");
        text
    }
}

fn order(stuck: &StuckOrder) -> String {
    let steps: String = stuck.steps.iter().map(step).collect();
    let unreadable = stuck.unreadable.iter().map(|why| format!("  an event can't be read, {why}\n"));
    format!("order {}  {}\n{steps}{}", stuck.order, word(&stuck.phase), unreadable.collect::<String>())
}

fn step(stuck: &Stuck) -> String {
    let subject = stuck.subject.as_deref().unwrap_or("everything");
    format!("  {}\n    {}\n", format!("{} {subject}", stuck.step).trim_end(), stuck.cause)
}
