//! A section of the results: tables, targets and what must be said beside them.

use std::fmt::Write;

use crate::figures::short;
use crate::sample::Measured;

/// What one part found out.
pub(crate) struct Section {
    /// Its heading.
    title: &'static str,
    text: String,
}

impl Section {
    pub(crate) fn new(title: &'static str, about: &str) -> Self {
        Self { title, text: format!("{about}\n") }
    }

    /// Rates, latencies and processor time of those who were measured side by side.
    pub(crate) fn rates(&mut self, unit: &str, measured: &[&Measured]) {
        let rows = measured.iter().map(|one| {
            let latency = |part| one.percentile_ms(part).map_or_else(String::new, crate::sample::Spread::precise);
            let micros = one.micros().map_or_else(String::new, crate::sample::Spread::precise);
            let rooms = one.share().map_or_else(String::new, |share| share.to_string());
            vec![one.name.clone(), one.per_second().rounded(), latency(0.5), latency(0.99), micros, rooms]
        });
        self.table(&["who", &format!("{unit} a second"), "p50 ms", "p99 ms", "processor µs each", "of it"], rows);
    }

    pub(crate) fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let line = |cells: &mut dyn Iterator<Item = &str>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        self.paragraph(&line(&mut head.iter().copied()));
        let rules = line(&mut head.iter().enumerate().map(|(place, _)| if place == 0 { "---" } else { "---:" }));
        writeln!(self.text, "{rules}").expect("a text takes everything");
        for row in rows {
            writeln!(self.text, "{}", line(&mut row.iter().map(String::as_str))).expect("a text takes everything");
        }
    }

    pub(crate) fn targets(&mut self, targets: &[Target]) {
        self.table(&["to reach", "wanted", "here", "met"], targets.iter().map(Target::row));
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        writeln!(self.text, "\n{text}").expect("a text takes everything");
    }

    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A figure that is to be reached.
pub(crate) struct Target {
    what: String,
    bound: Bound,
    here: f64,
    unit: &'static str,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    pub(crate) fn at_least(what: impl Into<String>, wanted: f64, unit: &'static str, here: f64) -> Self {
        Self { what: what.into(), bound: Bound::AtLeast(wanted), here, unit }
    }

    pub(crate) fn at_most(what: impl Into<String>, wanted: f64, unit: &'static str, here: f64) -> Self {
        Self { what: what.into(), bound: Bound::AtMost(wanted), here, unit }
    }

    fn row(&self) -> Vec<String> {
        let unit = self.unit;
        let (wanted, met) = match self.bound {
            Bound::AtLeast(wanted) => (format!("≥ {}{unit}", short(wanted)), self.here >= wanted),
            Bound::AtMost(wanted) => (format!("≤ {}{unit}", short(wanted)), self.here <= wanted),
        };
        vec![self.what.clone(), wanted, format!("{}{unit}", short(self.here)), if met { "yes" } else { "**no**" }.to_owned()]
    }
}
