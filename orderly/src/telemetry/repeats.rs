//! One line per cause and interval: what goes wrong for everybody at once is said once, and then how often.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// How long a cause is said once.
pub(super) const INTERVAL: Duration = Duration::from_secs(10);

/// Of what the sums are said: never itself held back.
const SUMS: &str = "orderly::repeats";

/// More causes than these at once are none: they are forgotten together, and said anew.
const MOST_CAUSES: usize = 1_000;

/// Lets the first line of each cause through, from warnings on, and holds its repetitions back for an interval.
#[derive(Clone)]
pub(super) struct Repeats {
    interval: Duration,
    causes: Arc<Mutex<HashMap<Cause, Said>>>,
}

/// Where it is said, and what went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Cause {
    level: Level,
    target: &'static str,
    line: Option<u32>,
    what: String,
}

#[derive(Debug)]
struct Said {
    at: Instant,
    held_back: u64,
}

impl Repeats {
    pub(super) fn of(interval: Duration) -> Self {
        Self { interval, causes: Arc::default() }
    }

    /// Whether the line is said: it is not while its cause was said a moment ago.
    fn admits(&self, cause: Cause, now: Instant) -> bool {
        let mut causes = self.locked();
        if let Some(said) = causes.get_mut(&cause) {
            said.held_back += 1;
            return false;
        }
        if causes.len() >= MOST_CAUSES {
            causes.clear();
        }
        causes.insert(cause, Said { at: now, held_back: 0 });
        true
    }

    /// The causes whose interval is over, each with how many lines were held back; they are said anew from now on.
    fn over(&self, now: Instant) -> Vec<(Cause, u64)> {
        let mut over = Vec::new();
        self.locked().retain(|cause, said| {
            let lasts = now.duration_since(said.at) < self.interval;
            if !lasts && said.held_back > 0 {
                over.push((cause.clone(), said.held_back));
            }
            lasts
        });
        over
    }

    /// Says the sums until it is dropped.
    pub(super) fn say_sums(self) -> Sums {
        let (stop, stopped) = mpsc::channel::<()>();
        let pause = self.interval / 4;
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                self.over(Instant::now()).iter().for_each(|(cause, times)| say(cause, *times));
            }
        });
        Sums { stop: Some(stop), thread: Some(thread) }
    }

    /// What a panic left behind is whole: nothing in it is changed in steps.
    fn locked(&self) -> MutexGuard<'_, HashMap<Cause, Said>> {
        self.causes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn say(Cause { level, target, what, .. }: &Cause, times: u64) {
    if *level == Level::ERROR {
        tracing::error!(target: SUMS, times, of = target, "the same again: {what}");
    } else {
        tracing::warn!(target: SUMS, times, of = target, "the same again: {what}");
    }
}

impl<S: Subscriber> Layer<S> for Repeats {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() > Level::WARN || metadata.target() == SUMS {
            return true;
        }
        let mut what = What::default();
        event.record(&mut what);
        let cause = Cause { level: *metadata.level(), target: metadata.target(), line: metadata.line(), what: what.0 };
        self.admits(cause, Instant::now())
    }
}

/// What a line says of what went wrong: its sentence and its error, and none of the values that are each time others.
#[derive(Default)]
struct What(String);

impl Visit for What {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if matches!(field.name(), "message" | "error" | "source") {
            let space = if self.0.is_empty() { "" } else { ": " };
            self.0.extend([space, &format!("{value:?}")]);
        }
    }
}

/// Who says the sums.
#[derive(Debug)]
pub(super) struct Sums {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Sums {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It says lines and nothing else: a panic in it was told already.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn logged(repeats: &Repeats, act: impl FnOnce()) -> Vec<String> {
        let lines = Lines::default();
        let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone()).with_ansi(false).without_time();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(repeats.clone()).with(layer), act);
        lines.text().lines().map(str::to_owned).collect()
    }

    fn slow(error: &str, elapsed: u64) {
        tracing::warn!(error, elapsed, "slow statement");
    }

    #[test]
    fn what_is_wrong_for_everybody_at_once_is_said_once() {
        let repeats = Repeats::of(Duration::from_secs(60));
        let lines = logged(&repeats, || (0..1_000).for_each(|n| slow("the disk is full", n)));
        assert_eq!(lines.len(), 1, "{lines:#?}");
        let others = logged(&repeats, || {
            slow("the disk is full", 0);
            slow("the net is down", 0);
            (0..3).for_each(|n| tracing::info!(n, "an order was placed"));
        });
        assert_eq!(others.len(), 4, "another cause is said, and what is no warning always: {others:#?}");
    }

    #[test]
    fn when_the_interval_is_over_it_is_told_how_often_it_was_and_said_anew() {
        let repeats = Repeats::of(Duration::from_secs(60));
        let said = |times: usize| logged(&repeats, || (0..times).for_each(|_| slow("the disk is full", 1))).len();
        assert_eq!((said(12), said(3)), (1, 0));
        let later = Instant::now() + Duration::from_secs(61);
        let over = repeats.over(later);
        assert_eq!(
            over.iter().map(|(cause, times)| (cause.what.as_str(), *times)).collect::<Vec<_>>(),
            [("slow statement: \"the disk is full\"", 14)]
        );
        let sums = logged(&repeats, || over.iter().for_each(|(cause, times)| say(cause, *times)));
        assert!(sums[0].contains("the same again") && sums[0].contains("times=14"), "{sums:#?}");
        assert_eq!(said(5), 1);
        assert!(repeats.over(Instant::now()).is_empty());
    }

    #[test]
    fn sums_are_said_by_themselves_until_nobody_wants_them() {
        let repeats = Repeats::of(Duration::from_millis(40));
        let sums = repeats.clone().say_sums();
        assert!(repeats.admits(Cause { level: Level::WARN, target: "t", line: None, what: "w".to_owned() }, Instant::now()));
        let begun = Instant::now();
        while !repeats.locked().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(20), "nobody looked");
            std::thread::yield_now();
        }
        drop(sums);
    }
}
