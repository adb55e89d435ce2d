//! What one round of one contestant came to, and what its rounds come to together.

use std::fmt;
use std::time::Duration;

use crate::figures::{grouped, short};
use crate::work::{Share, Work};

/// One round of one contestant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// How much was done in the measured time.
    pub(crate) done: usize,
    /// That, for a second.
    pub(crate) per_second: f64,
    /// In microseconds, the shortest first; empty where they are not measured.
    latencies: Vec<u32>,
    /// The most tries in vain that one command took, where that is counted.
    pub(crate) most_tries_in_vain: Option<u32>,
    /// What it took of the processors meanwhile, where that is looked at.
    work: Option<Work>,
}

impl Sample {
    /// `done` things in this time, with the latencies of those that were looked at, in microseconds.
    pub(crate) fn new(done: usize, within: Duration, mut latencies: Vec<u32>) -> Self {
        latencies.sort_unstable();
        Self { done, per_second: done as f64 / within.as_secs_f64(), latencies, most_tries_in_vain: None, work: None }
    }

    /// Latencies alone: how many a second follows from them, for one caller.
    pub(crate) fn of_one_caller(latencies: Vec<u32>) -> Self {
        let total: u64 = latencies.iter().copied().map(u64::from).sum();
        Self::new(latencies.len(), Duration::from_micros(total.max(1)), latencies)
    }

    /// The same, with the most tries in vain.
    pub(crate) fn with_tries_in_vain(self, tries: u32) -> Self {
        Self { most_tries_in_vain: Some(tries), ..self }
    }

    /// The same, with what it took of the processors.
    pub(crate) fn with_work(self, work: impl Into<Option<Work>>) -> Self {
        Self { work: work.into(), ..self }
    }

    pub(crate) fn work(&self) -> Option<&Work> {
        self.work.as_ref()
    }

    /// What each of what was done took of the processors.
    fn share(&self) -> Option<Share> {
        self.work.as_ref().map(|work| work.each(self.done))
    }

    /// What `part` of the commands did not exceed, in milliseconds.
    pub(crate) fn percentile_ms(&self, part: f64) -> Option<f64> {
        let last = self.latencies.len().checked_sub(1)?;
        let place = (part * last as f64).round() as usize;
        Some(f64::from(self.latencies[place.min(last)]) / 1000.0)
    }

    pub(crate) fn latencies(&self) -> &[u32] {
        &self.latencies
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", grouped(self.per_second))?;
        if let Some((half, most)) = self.percentile_ms(0.5).zip(self.percentile_ms(0.99)) {
            write!(f, ", p50 {half:.2} ms, p99 {most:.2} ms")?;
        }
        if let Some(tries) = self.most_tries_in_vain {
            write!(f, ", at most {tries} tries in vain")?;
        }
        match self.share() {
            Some(share) => write!(f, ", {} µs of the processors each ({share})", short(share.micros)),
            None => Ok(()),
        }
    }
}

/// One figure over the rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (least, most) = (*figures.first()?, *figures.last()?);
        let middle = figures.len() / 2;
        let median = if figures.len().is_multiple_of(2) { f64::midpoint(figures[middle - 1], figures[middle]) } else { figures[middle] };
        Some(Self { median, least, most })
    }

    /// `5,210 (5,100–5,340)`.
    pub(crate) fn rounded(self) -> String {
        format!("{} ({}–{})", grouped(self.median), grouped(self.least), grouped(self.most))
    }

    /// `1.27 (1.19–1.31)`.
    pub(crate) fn precise(self) -> String {
        format!("{} ({}–{})", short(self.median), short(self.least), short(self.most))
    }
}

/// All rounds of one contestant.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) name: String,
    rounds: Vec<Sample>,
}

impl Measured {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), rounds: Vec::new() }
    }

    pub(crate) fn add(&mut self, sample: Sample) {
        self.rounds.push(sample);
    }

    pub(crate) fn per_second(&self) -> Spread {
        Spread::of(self.rounds.iter().map(|round| round.per_second)).expect("every contestant had its rounds")
    }

    pub(crate) fn percentile_ms(&self, part: f64) -> Option<Spread> {
        Spread::of(self.rounds.iter().filter_map(|round| round.percentile_ms(part)))
    }

    /// What each took of the processors, in microseconds.
    pub(crate) fn micros(&self) -> Option<Spread> {
        Spread::of(self.rounds.iter().filter_map(|round| round.share()).map(|share| share.micros))
    }

    /// The same by room, over all rounds.
    pub(crate) fn share(&self) -> Option<Share> {
        let works = self.rounds.iter().filter_map(Sample::work);
        let all = works.fold(None, |all: Option<Work>, work| Some(all.unwrap_or_default().and(work)))?;
        Some(all.each(self.rounds.iter().map(|round| round.done).sum()))
    }

    pub(crate) fn most_tries_in_vain(&self) -> Option<u32> {
        self.rounds.iter().filter_map(|round| round.most_tries_in_vain).max()
    }
}

/// The best of several settings of one contestant.
pub(crate) fn best<'a>(measured: impl IntoIterator<Item = &'a Measured>) -> &'a Measured {
    let rate = |one: &&Measured| one.per_second().median;
    measured.into_iter().max_by(|a, b| rate(a).total_cmp(&rate(b))).expect("there is one at least")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_rounds_counts_and_their_ends_are_told() {
        let mut measured = Measured::new("one");
        for done in [300, 100, 12_345] {
            measured.add(Sample::new(done, Duration::from_secs(1), vec![3000, 1000, 2000]));
        }
        assert_eq!(measured.per_second().rounded(), "300 (100–12,345)");
        assert_eq!(measured.percentile_ms(0.5).unwrap().precise(), "2.00 (2.00–2.00)");
        assert_eq!(Sample::default().percentile_ms(0.5), None);
    }
}
