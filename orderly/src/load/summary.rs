use std::collections::BTreeMap;
use std::time::Duration;

use replay_tool::Show;
use rust_decimal::Decimal;
use serde::Serialize;

use super::following::Seen;
use super::input::{Fault, Faults, Needs};
use super::outcome::{Difference, Refusal, Tally};
use super::percentile::percentile;
use super::placing::Placed;

/// What a load came to.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Sound orders of the file.
    pub orders: u64,
    /// Lines of those that the server has as the file has them.
    pub lines: u64,
    /// What the goods of the same orders cost, per currency.
    pub goods: BTreeMap<&'static str, Decimal>,
    /// How many were placed by this run.
    pub placed: u64,
    /// How the orders ended, and why some were rejected.
    #[serde(flatten)]
    pub tally: Tally,
    /// From the first placing until the last order was over, in seconds.
    pub seconds: f64,
    /// Orders of this run per second, from the first placing until the last was over.
    pub orders_per_second: f64,
    /// Placings of this run per second.
    pub placings_per_second: f64,
    /// What half of the placings did not exceed, in milliseconds.
    pub placing_p50_ms: f64,
    /// What 99 % of the placings did not exceed, in milliseconds.
    pub placing_p99_ms: f64,
    /// Orders that the server has with other content; counted nowhere else.
    pub differences: Vec<Difference>,
    /// What the server refused.
    pub refusals: Vec<Refusal>,
    /// Orders left out because a row was malformed.
    pub left_out: usize,
    /// How many rows or fields were malformed.
    pub malformed: u64,
    /// The first of them.
    pub faults: Vec<Fault>,
}

impl Summary {
    pub(super) fn new(needs: &Needs, left_out: usize, faults: Faults, mut refusals: Vec<Refusal>, placed: Placed) -> Self {
        let Placed { mut latencies, refusals: refused, seen, elapsed, placing } = placed;
        let Seen { mut tally, figures, differences } = seen;
        refusals.extend(refused);
        for refusal in &refusals {
            *tally.reasons.entry(refusal.reason.clone()).or_default() += 1;
        }
        let count = latencies.len();
        Self {
            orders: needs.orders,
            lines: figures.lines,
            goods: figures.goods,
            placed: count as u64,
            tally,
            seconds: elapsed.as_secs_f64(),
            orders_per_second: rate(count, elapsed),
            placings_per_second: rate(count, placing),
            placing_p50_ms: milliseconds(percentile(&mut latencies, 50)),
            placing_p99_ms: milliseconds(percentile(&mut latencies, 99)),
            differences,
            refusals,
            left_out,
            malformed: faults.count(),
            faults: faults.shown().to_vec(),
        }
    }

    /// Whether every order of the file was completed as the file has it, and nothing was left out or refused.
    pub fn all_went_through(&self) -> bool {
        let as_the_file_has_them = self.differences.is_empty() && self.left_out == 0 && self.malformed == 0;
        self.tally.of("completed") == self.orders && as_the_file_has_them && self.refusals.is_empty()
    }
}

fn rate(count: usize, elapsed: Duration) -> f64 {
    rounded(count as f64 / elapsed.as_secs_f64().max(0.001))
}

fn milliseconds(duration: Duration) -> f64 {
    rounded(duration.as_secs_f64() * 1000.0)
}

/// To one digit: more would only look exact.
fn rounded(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

impl Show for Summary {
    fn text(&self) -> String {
        let goods = self.goods.iter().map(|(currency, amount)| format!("{currency} {amount}")).collect::<Vec<_>>().join(" + ");
        let mut lines =
            vec![format!("orders {}, lines {}, goods {}", self.orders, self.lines, if goods.is_empty() { "0" } else { &goods })];
        if !self.tally.states.is_empty() {
            lines.push(format!("  {}", counts(&self.tally.states)));
        }
        if !self.tally.reasons.is_empty() {
            lines.push(format!("  refused or rejected: {}", counts(&self.tally.reasons)));
        }
        if !self.differences.is_empty() {
            lines.push(format!("  there already with other content, and not counted: {}", self.differences.len()));
        }
        if self.malformed > 0 {
            lines.push(format!("  orders left out {}, for malformed rows or fields {}", self.left_out, self.malformed));
        }
        lines.push(format!("  {}", self.speed()));
        lines.join("\n") + "\n"
    }
}

impl Summary {
    fn speed(&self) -> String {
        if self.placed == 0 {
            let all_there = self.differences.is_empty() && self.refusals.is_empty();
            return if all_there { "nothing was missing: 0 placed" } else { "0 placed" }.to_owned();
        }
        let Self { placed, seconds, orders_per_second, placings_per_second, placing_p50_ms, placing_p99_ms, .. } = self;
        format!(
            "{placed} placed now, all over after {seconds:.1} s: {orders_per_second} orders/s \
             (placing {placings_per_second}/s, p50 {placing_p50_ms} ms, p99 {placing_p99_ms} ms)"
        )
    }
}

fn counts(of: &BTreeMap<String, u64>) -> String {
    of.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
