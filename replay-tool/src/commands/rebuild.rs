//! `rebuild`: read models made anew from the log, beside the live ones.

use aggregates::operator_act::RebuildRequested;
use futures::StreamExt;
use projections::{ProjectionStatus, ReadModelError, RebuildOptions, Rebuilt};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::cli::{Rebuild, Which};
use crate::commands::generations::read_model;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, OutputArgs, Show};
use crate::progress;
use crate::session::Session;
use crate::text;

impl Which {
    /// The read models meant, each once.
    ///
    /// # Errors
    /// One that there is not.
    pub(crate) fn read_models(&self) -> Result<Vec<&'static str>, Failure> {
        if self.all {
            return Ok(projections::names().collect());
        }
        let mut names = Vec::with_capacity(self.names.len());
        for name in &self.names {
            let name = read_model(name)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// What a rebuild would do.
#[derive(Serialize)]
struct Plan {
    name: &'static str,
    generation: u32,
    live_at: i64,
    resumes_at: Option<i64>,
    log_head: i64,
    swap: bool,
}

impl Show for Plan {
    fn text(&self) -> String {
        let from = self.resumes_at.unwrap_or(0);
        let (events, end) = (text::count(self.log_head - from), if self.swap { "then swap" } else { "leave beside the live one" });
        let begin = if from > 0 { format!("go on at {}", text::count(from)) } else { "begin anew".to_owned() };
        format!("{} gen {}: {begin}, read {events} events, {end} (dry run: nothing was done)\n", self.name, self.generation)
    }
}

/// What a rebuild did.
#[derive(Serialize)]
struct Done {
    name: &'static str,
    position: i64,
    resumed_at: i64,
    dead_letters: i64,
    swapped: bool,
    paused: bool,
    seconds: f64,
    events_per_second: f64,
}

impl From<Rebuilt> for Done {
    fn from(rebuilt: Rebuilt) -> Self {
        let seconds = rebuilt.took.as_secs_f64();
        Self {
            name: rebuilt.name,
            position: rebuilt.position,
            resumed_at: rebuilt.resumed_at,
            dead_letters: rebuilt.dead_letters,
            swapped: rebuilt.swapped,
            paused: rebuilt.paused,
            seconds,
            events_per_second: (rebuilt.position - rebuilt.resumed_at) as f64 / seconds.max(0.001),
        }
    }
}

impl Show for Done {
    fn text(&self) -> String {
        let fate = match (self.swapped, self.paused) {
            (true, false) => "live",
            (true, true) => "live, and paused where it was: `replay resume` lets it follow the log",
            (false, _) => "beside the live one: the same command without --no-swap swaps it",
        };
        let dead = if self.dead_letters > 0 { format!(", {}", text::plural(self.dead_letters, "dead letter")) } else { String::new() };
        let (at, read) = (text::count(self.position), text::count(self.position - self.resumed_at));
        format!(
            "{} rebuilt at {at}: {read} events in {:.1} s, {}{dead}; {fate}\n",
            self.name,
            self.seconds,
            text::rate(self.events_per_second)
        )
    }
}

/// Runs it.
pub(crate) async fn run(
    session: &Session,
    args: &Rebuild,
    shown: &OutputArgs,
    stop: &CancellationToken,
    output: &mut Output,
) -> Result<Outcome, Failure> {
    let names = args.which.read_models()?;
    if args.act.dry_run {
        return plan(session, args, &names, output).await;
    }
    args.act.confirm(&format!("rebuild {}", names.join(", ")))?;
    let projections = names.iter().map(|name| (*name).to_owned()).collect();
    args.act.record(&session.store, RebuildRequested { projections, reason: args.act.reason.clone() }).await?;

    let one = |name| rebuild_one(session, args, shown, stop, name);
    let mut under_way = futures::stream::iter(names.into_iter().map(one)).buffer_unordered(usize::from(args.jobs));
    let mut outcome = Outcome::Done;
    while let Some(done) = under_way.next().await {
        let (done, found) = done?;
        output.item(&done)?;
        if found != Outcome::Done {
            outcome = found;
        }
    }
    output.end()?;
    Ok(outcome)
}

async fn plan(session: &Session, args: &Rebuild, names: &[&'static str], output: &mut Output) -> Result<Outcome, Failure> {
    let log_head = session.store.head().await?.position;
    let statuses = projections::status(&session.store, &session.read).await?;
    for status in statuses.iter().filter(|status| names.contains(&status.name)) {
        output.item(&plan_of(status, log_head, !args.no_swap))?;
    }
    output.end()?;
    Ok(Outcome::Done)
}

fn plan_of(status: &ProjectionStatus, log_head: i64, swap: bool) -> Plan {
    let resumes_at = status.next.as_ref().map(|next| next.position);
    Plan { name: status.name, generation: status.generation, live_at: status.live.position, resumes_at, log_head, swap }
}

async fn rebuild_one(
    session: &Session,
    args: &Rebuild,
    shown: &OutputArgs,
    stop: &CancellationToken,
    name: &'static str,
) -> Result<(Done, Outcome), Failure> {
    let (progress, report) = progress::reported(name, shown);
    let options = RebuildOptions { no_swap: args.no_swap, keep_old: args.keep_old, report, stop: stop.clone() };
    let rebuilt = projections::rebuild(&session.store, &session.read, name, &options).await;
    progress.end();
    let rebuilt = rebuilt.inspect_err(|problem| {
        if matches!(problem, ReadModelError::Interrupted) {
            eprintln!("{name}: what was built is kept, the same command goes on from there");
        }
    })?;
    let outcome = if args.verify { check(session, shown, stop, name).await? } else { Outcome::Done };
    Ok((rebuilt.into(), outcome))
}

/// A new generation that is not what the log says does not stay live.
async fn check(session: &Session, shown: &OutputArgs, stop: &CancellationToken, name: &'static str) -> Result<Outcome, Failure> {
    let (progress, report) = progress::reported(name, shown);
    let found = projections::verify(&session.store, &session.read, name, &report, stop).await;
    progress.end();
    let found = found?;
    if found.is_clean() {
        return Ok(Outcome::Done);
    }
    projections::rollback(&session.read, name).await?;
    eprintln!(
        "{name}: {} of the new generation differ from the log: the former one is live again",
        text::plural(found.differing_rows, "row")
    );
    Ok(Outcome::Finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_reads_as_a_sentence() {
        let done = Done {
            name: "orders",
            position: 1_204_881,
            resumed_at: 0,
            dead_letters: 1,
            swapped: true,
            paused: false,
            seconds: 12.54,
            events_per_second: 96_083.0,
        };
        insta::assert_snapshot!(done.text(), @"orders rebuilt at 1,204,881: 1,204,881 events in 12.5 s, 96k/s, 1 dead letter; live");
        let plan = Plan { name: "orders", generation: 1, live_at: 5, resumes_at: Some(861_200), log_head: 1_204_881, swap: true };
        insta::assert_snapshot!(plan.text(), @"orders gen 1: go on at 861,200, read 343,681 events, then swap (dry run: nothing was done)");
    }
}
