//! How far a long command is, on stderr: a bar on a terminal, a line every 5 seconds elsewhere.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use projections::Report;

use crate::output::OutputArgs;
use crate::text;

const EVERY: Duration = Duration::from_secs(5);

/// How far one thing is.
pub(crate) struct Progress {
    label: String,
    total: i64,
    started: Instant,
    told: Instant,
    form: Form,
}

enum Form {
    Bar(ProgressBar),
    Lines,
    Quiet,
}

impl Progress {
    /// Something that is at 0 of `total`.
    pub(crate) fn new(label: impl Into<String>, total: i64, args: &OutputArgs) -> Self {
        let now = Instant::now();
        let form = match (args.quiet, std::io::stderr().is_terminal()) {
            (true, _) => Form::Quiet,
            (false, true) => Form::Bar(bar(total)),
            (false, false) => Form::Lines,
        };
        let label = label.into();
        if let Form::Bar(bar) = &form {
            bar.set_message(label.clone());
        }
        Self { label, total, started: now, told: now, form }
    }

    /// It is at `done` of a total that may have grown.
    pub(crate) fn at(&mut self, done: i64, total: i64) {
        self.total = total;
        match &self.form {
            Form::Bar(bar) => {
                bar.set_length(unsigned(total));
                bar.set_position(unsigned(done));
            }
            Form::Lines if self.told.elapsed() >= EVERY => {
                self.told = Instant::now();
                eprintln!("{}", line(&self.label, done, total, self.started.elapsed()));
            }
            Form::Lines | Form::Quiet => {}
        }
    }

    /// It is over: the bar leaves the screen.
    pub(crate) fn end(self) {
        if let Form::Bar(bar) = self.form {
            bar.finish_and_clear();
        }
    }
}

/// A progress that the read models' own reports move.
pub(crate) fn reported(label: &str, args: &OutputArgs) -> (Reported, Report) {
    let shared = Arc::new(Mutex::new(Some(Progress::new(label, 0, args))));
    let moved = Arc::clone(&shared);
    let report = Report::to(move |at| {
        if let Some(progress) = locked(&moved).as_mut() {
            progress.at(at.position, at.target);
        }
    });
    (Reported(shared), report)
}

/// See [`reported`].
pub(crate) struct Reported(Arc<Mutex<Option<Progress>>>);

impl Reported {
    /// It is over.
    pub(crate) fn end(self) {
        if let Some(progress) = locked(&self.0).take() {
            progress.end();
        }
    }
}

/// A panic elsewhere leaves at worst a bar that stands still.
fn locked(progress: &Mutex<Option<Progress>>) -> MutexGuard<'_, Option<Progress>> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bar(total: i64) -> ProgressBar {
    let style = "{msg} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta}";
    let style = ProgressStyle::with_template(style).expect("the template is a constant that a test draws");
    ProgressBar::with_draw_target(Some(unsigned(total)), ProgressDrawTarget::stderr()).with_style(style)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// `orders: 861,200 of 1,204,881 (71 %), 96k/s, ready in 4 s`
fn line(label: &str, done: i64, total: i64, elapsed: Duration) -> String {
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
    let per_second = done as f64 / elapsed.as_secs_f64().max(0.001);
    let left = Duration::try_from_secs_f64((total - done).max(0) as f64 / per_second).map(text::span);
    let ready = left.map_or_else(|_| "stalled".to_owned(), |left| format!("ready in {left}"));
    format!("{label}: {} of {} ({percent} %), {}, {ready}", text::count(done), text::count(total), text::rate(per_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_rate_and_time_left() {
        let told = line("orders", 861_200, 1_204_881, Duration::from_secs(9));
        assert_eq!(told, "orders: 861,200 of 1,204,881 (71 %), 96k/s, ready in 3 s");
        assert_eq!(line("orders", 0, 10, Duration::from_secs(1)), "orders: 0 of 10 (0 %), 0/s, stalled");
    }

    #[test]
    fn a_bar_can_be_drawn() {
        bar(10).finish_and_clear();
    }
}
