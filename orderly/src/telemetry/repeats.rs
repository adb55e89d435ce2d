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

/// More causes than these at once are not counted: each of their lines is said.
const MOST_CAUSES: usize = 1_000;

/// Lets the first line of each cause through, from warnings on, and holds its repetitions back for an interval.
#[derive(Clone)]
pub(super) struct Repeats {
    interval: Duration,
    causes: Arc<Mutex<HashMap<Cause, Said>>>,
}

/// Where it is said, and what went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Cause {
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
        if causes.len() < MOST_CAUSES {
            causes.insert(cause, Said { at: now, held_back: 0 });
        }
        true
    }

    /// The causes whose interval is over, each with how many lines were held back; they are said anew from now on.
    fn over(&self, now: Instant) -> Vec<(Cause, u64)> {
        self.taken(|said| now.duration_since(said.at) >= self.interval)
    }

    /// Takes causes out; those of which lines were held back are answered, with how many.
    fn taken(&self, is_taken: impl Fn(&Said) -> bool) -> Vec<(Cause, u64)> {
        let mut taken = Vec::new();
        self.locked().retain(|cause, said| {
            let goes = is_taken(said);
            if goes && said.held_back > 0 {
                taken.push((cause.clone(), said.held_back));
            }
            !goes
        });
        taken
    }

    /// Says the sums until it is dropped, and then what is left of them.
    pub(super) fn say_sums(self, say: impl Fn(&Cause, u64) + Send + 'static) -> Sums {
        let (stop, stopped) = mpsc::channel::<()>();
        let pause = self.interval / 4;
        let thread = std::thread::spawn(move || {
            let say_all = |sums: Vec<(Cause, u64)>| sums.iter().for_each(|(cause, times)| say(cause, *times));
            while stopped.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                say_all(self.over(Instant::now()));
            }
            say_all(self.taken(|_| true));
        });
        Sums { stop: Some(stop), thread: Some(thread) }
    }

    /// What a panic left behind is whole: nothing in it is changed in steps.
    fn locked(&self) -> MutexGuard<'_, HashMap<Cause, Said>> {
        self.causes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says how often a cause was.
pub(super) fn say(Cause { level, target, what, .. }: &Cause, times: u64) {
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

    fn cause(what: &str) -> Cause {
        Cause { level: Level::WARN, target: "t", line: None, what: what.to_owned() }
    }

    /// Sums as they are said, and who says them.
    fn said_sums(repeats: &Repeats) -> (mpsc::Receiver<(String, u64)>, Sums) {
        let (tell, told) = mpsc::channel();
        let sums = repeats.clone().say_sums(move |cause, times| tell.send((cause.what.clone(), times)).unwrap());
        (told, sums)
    }

    #[test]
    fn sums_are_said_by_themselves_until_nobody_wants_them() {
        let repeats = Repeats::of(Duration::from_millis(40));
        assert_eq!([(); 2].map(|()| repeats.admits(cause("twice"), Instant::now())), [true, false]);
        assert!(repeats.admits(cause("once"), Instant::now()));
        let (told, sums) = said_sums(&repeats);
        let sum = told.recv_timeout(Duration::from_secs(20)).expect("a sum is said within an interval and a pause");
        assert_eq!(sum, ("twice".to_owned(), 1));
        drop(sums);
        assert_eq!(told.recv(), Err(mpsc::RecvError), "one sum is said, and nobody is left to say another");
    }

    #[test]
    fn what_is_left_is_said_when_nobody_wants_sums_any_more() {
        let repeats = Repeats::of(Duration::from_secs(3600));
        assert_eq!([(); 3].map(|()| repeats.admits(cause("thrice"), Instant::now())), [true, false, false]);
        let (told, sums) = said_sums(&repeats);
        drop(sums);
        assert_eq!(told.iter().collect::<Vec<_>>(), [("thrice".to_owned(), 2)]);
    }

    #[test]
    fn more_causes_than_are_counted_are_all_said_and_take_no_count_away() {
        let repeats = Repeats::of(Duration::from_secs(3600));
        let now = Instant::now();
        assert!((0..MOST_CAUSES).all(|n| repeats.admits(cause(&n.to_string()), now)));
        assert!((0..2).all(|_| repeats.admits(cause("one more"), now)));
        assert!(!repeats.admits(cause("0"), now));
        assert_eq!(repeats.taken(|_| true), [(cause("0"), 1)]);
    }
}
