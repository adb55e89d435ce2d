//! How often commands of this process were tried in vain, as the log counts it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// The log records under this name how often a command was appended in vain, each time that it happens.
const TRIES_IN_VAIN: &str = "event_store_tries_in_vain";

/// The most tries in vain of one command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tries(Arc<Most>);

#[derive(Debug, Default)]
struct Most(AtomicU32);

impl HistogramFn for Most {
    fn record(&self, tries: f64) {
        self.0.fetch_max(tries as u32, Ordering::Relaxed);
    }
}

impl Tries {
    /// Listens to the log of this process from now on.
    pub(crate) fn listen() -> Self {
        let tries = Self::default();
        // A second listener would hear nothing: there is one for the process, installed at its start.
        drop(metrics::set_global_recorder(tries.clone()));
        tries
    }

    /// The most so far, and from now on anew.
    pub(crate) fn take(&self) -> u32 {
        self.0.0.swap(0, Ordering::Relaxed)
    }
}

impl Recorder for Tries {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        if key.name() == TRIES_IN_VAIN { Histogram::from_arc(self.0.clone()) } else { Histogram::noop() }
    }
}
