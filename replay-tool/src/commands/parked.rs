//! `parked`: the orders that wait for an operator.

use process_manager::ParkedOrder;
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
    parked: Vec<ParkedOrder>,
}

/// Runs it: some order that waits is a finding.
pub(crate) async fn run(session: &Session, args: &Parked, output: &mut Output) -> Result<Outcome, Failure> {
    let report = Report { parked: process_manager::parked(session.store.pool(), None, args.limit).await? };
    output.whole(&report)?;
    Ok(if report.parked.is_empty() { Outcome::Done } else { Outcome::Finding })
}

impl Show for Report {
    fn text(&self) -> String {
        if self.parked.is_empty() {
            return "no order waits for an operator\n".to_owned();
        }
        let mut text: String = self.parked.iter().map(order).collect();
        text.push_str("once it is mended: POST /v1/orders/ID/resume tries again; replay saga ID tells the story\n");
        text
    }
}

fn order(parked: &ParkedOrder) -> String {
    let steps: String = parked.steps.iter().map(step).collect();
    format!("order {}  {}\n{steps}", parked.order, word(&parked.phase))
}

fn step(stuck: &Stuck) -> String {
    let subject = stuck.subject.as_deref().unwrap_or("everything");
    format!("  {}\n    {}\n", format!("{} {subject}", stuck.step).trim_end(), stuck.cause)
}
