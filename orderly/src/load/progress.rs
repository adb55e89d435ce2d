//! How far a load is: bars on a terminal, a line every five seconds elsewhere; always on stderr.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

const BETWEEN_LINES: Duration = Duration::from_secs(5);
const TEMPLATE: &str = "{msg:<22} {wide_bar} {human_pos}/{human_len} {per_sec} ETA {eta}";

/// Where progress is told.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Bars on a terminal.
    Bars(MultiProgress),
    /// Lines in a log.
    Lines,
    /// Nowhere.
    Silent,
}

impl Progress {
    /// As fits where stderr leads, unless nobody wants to see it.
    pub fn on_stderr(quiet: bool) -> Self {
        match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Self::Silent,
            (false, true) => Self::Bars(MultiProgress::new()),
            (false, false) => Self::Lines,
        }
    }

    /// Begins something that has so many steps; it ends when what is returned is dropped.
    pub(super) fn phase(&self, what: &'static str, steps: u64) -> Phase {
        let done = Arc::new(AtomicU64::new(0));
        match self {
            Self::Bars(bars) => Phase { what, steps, done, bar: Some(bars.add(bar(what, steps))), ticker: None },
            Self::Lines => Phase { what, steps, ticker: Some(tokio::spawn(tell(what, steps, done.clone()))), done, bar: None },
            Self::Silent => Phase { what, steps, done, bar: None, ticker: None },
        }
    }
}

/// Something that goes on.
#[derive(Debug)]
pub(super) struct Phase {
    what: &'static str,
    steps: u64,
    done: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
    ticker: Option<JoinHandle<()>>,
}

impl Phase {
    /// So many steps further.
    pub(super) fn advance(&self, steps: u64) {
        self.done.fetch_add(steps, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.inc(steps);
        }
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        if let Some(ticker) = &self.ticker {
            ticker.abort();
            eprintln!("{}: {}/{}", self.what, self.done.load(Ordering::Relaxed), self.steps);
        }
        if let Some(bar) = &self.bar {
            bar.abandon();
        }
    }
}

fn bar(what: &'static str, steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(TEMPLATE).expect("a template that parses");
    ProgressBar::new(steps).with_style(style).with_message(what)
}

async fn tell(what: &'static str, steps: u64, done: Arc<AtomicU64>) {
    let started = Instant::now();
    loop {
        tokio::time::sleep(BETWEEN_LINES).await;
        let (at, elapsed) = (done.load(Ordering::Relaxed), started.elapsed().as_secs().max(1));
        let rate = at / elapsed;
        let left = steps.saturating_sub(at).checked_div(rate).map_or_else(|| "?".to_owned(), |seconds| format!("{seconds} s"));
        eprintln!("{what}: {at}/{steps}, {rate}/s, ETA {left}");
    }
}
