//! Contestants in turn: round 1 of each, then round 2 of each, so that what changes meanwhile (a fuller table, a warmer disk) meets all of them.

use std::time::Duration;

use futures::future::LocalBoxFuture;

use crate::sample::{Measured, Sample};

/// How long is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) rounds: usize,
    /// Not counted.
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

type Round<'a> = Box<dyn Fn(usize) -> LocalBoxFuture<'a, anyhow::Result<Sample>> + 'a>;

/// Those who are measured side by side.
pub(crate) struct Contest<'a> {
    part: &'static str,
    contestants: Vec<(Measured, Round<'a>)>,
}

impl<'a> Contest<'a> {
    pub(crate) fn new(part: &'static str) -> Self {
        Self { part, contestants: Vec::new() }
    }

    /// Adds one; its round is told which it is, from 0.
    pub(crate) fn enter<F>(&mut self, name: impl Into<String>, round: impl Fn(usize) -> F + 'a)
    where
        F: Future<Output = anyhow::Result<Sample>> + 'a,
    {
        self.contestants.push((Measured::new(name), Box::new(move |number| Box::pin(round(number)))));
    }

    /// Runs all rounds; answers them in the order in which they were entered.
    pub(crate) async fn run(mut self, timing: Timing) -> anyhow::Result<Vec<Measured>> {
        for number in 0..timing.rounds {
            for (measured, round) in &mut self.contestants {
                let sample = round(number).await?;
                eprintln!("{}, round {} of {}, {}: {sample}", self.part, number + 1, timing.rounds, measured.name);
                measured.add(sample);
            }
        }
        Ok(self.contestants.into_iter().map(|(measured, _)| measured).collect())
    }
}
