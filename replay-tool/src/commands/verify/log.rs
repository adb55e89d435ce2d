//! Whether the log is whole, and what holds in the domain holds at every position of it.
//!
//! It is gone through once as a [whole], and then once more for each [part](part) of the orders: neither keeps more than is under way, or than a part has.

mod found;
mod part;
mod sequences;
mod whole;

use event_store::{Filter, RecordedEvent};
use process_manager::Unsettled;
use tokio_util::sync::CancellationToken;

use self::found::Findings;
use self::part::Part;
use self::whole::Whole;
use super::{Found, parts};
use crate::cli::Verify;
use crate::outcome::Failure;
use crate::output::OutputArgs;
use crate::progress::Progress;
use crate::session::Session;
use crate::text;

const RANGE: i64 = 2_000;

pub(super) async fn verify(session: &Session, args: &Verify, shown: &OutputArgs, stop: &CancellationToken) -> Result<Found, Failure> {
    let head = session.store.head().await?.position;
    let mut progress = Progress::new("log", head, shown);
    let mut reading = Reading { session, head, passes: 1 + i64::from(parts::of(head)), done: 0, stop, progress: &mut progress };
    let checked = check(&mut reading, Findings::new(args.findings)).await;
    progress.end();
    let (findings, unsettled) = checked?;
    if let Some(note) = note(&unsettled) {
        eprintln!("{note}");
    }
    Ok(findings.into_found(head))
}

/// What was found, and the orders that were not settled when the last part was looked at.
async fn check(reading: &mut Reading<'_>, findings: Findings) -> Result<(Findings, Unsettled), Failure> {
    let mut whole = Whole::new(findings);
    reading.pass(&Filter::all(), |event| whole.take_in(event)).await?;
    let mut findings = whole.finish(reading.head);
    let parts = parts::of(reading.head);
    let mut unsettled = Unsettled::All;
    for number in 0..parts {
        let mut part = Part::new(findings);
        reading.pass(&part::filter().partition(number, parts), |event| part.take_in(event)).await?;
        // Asked after what it is asked about was read.
        unsettled = process_manager::unsettled(&reading.session.store, reading.head).await?;
        findings = part.finish(|order| !unsettled.has(order));
    }
    Ok((findings, unsettled))
}

/// The log, gone through several times from its first position to what was its head in the beginning.
struct Reading<'a> {
    session: &'a Session,
    head: i64,
    passes: i64,
    /// How many times it was gone through.
    done: i64,
    stop: &'a CancellationToken,
    progress: &'a mut Progress,
}

impl Reading<'_> {
    async fn pass(&mut self, filter: &Filter, mut take_in: impl FnMut(&RecordedEvent)) -> Result<(), Failure> {
        let mut after = 0;
        loop {
            if self.stop.is_cancelled() {
                return Err(Failure::Interrupted);
            }
            let events = self.session.store.read(after, self.head, RANGE, filter).await?;
            events.iter().for_each(&mut take_in);
            let Some(last) = events.last() else { break };
            after = last.position;
            self.progress.at((self.done * self.head + after) / self.passes, self.head);
        }
        self.done += 1;
        Ok(())
    }
}

/// What was not checked is said.
fn note(unsettled: &Unsettled) -> Option<String> {
    match unsettled {
        Unsettled::All => Some("log: orders are on their way, so what they hold and owe was not compared with their payments".to_owned()),
        Unsettled::Orders(orders) if orders.is_empty() => None,
        Unsettled::Orders(orders) => {
            let orders = text::plural(i64::try_from(orders.len()).unwrap_or(i64::MAX), "order");
            Some(format!("log: {orders} on the way or parked, what they hold and owe was not compared with their payments"))
        }
    }
}
