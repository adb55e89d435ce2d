use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Runs a property, which says of each run whether it was clean: nothing in it needs an operator. An anomaly excuses much, so what it excuses must stay the
/// exception.
pub(super) fn mostly_clean<S: Strategy>(cases: u32, strategy: S, run: impl Fn(S::Value) -> Result<bool, TestCaseError>) {
    mostly(70, cases, strategy, run);
}

/// Runs a property, which says of each run whether it was one of those that it is about: at least so many of a hundred are.
pub(super) fn mostly<S: Strategy>(percent: u32, cases: u32, strategy: S, run: impl Fn(S::Value) -> Result<bool, TestCaseError>) {
    let (runs, counted) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let ran = runner.run(&strategy, |value| {
        let counts = run(value)?;
        runs.set(runs.get() + 1);
        counted.set(counted.get() + u32::from(counts));
        Ok(())
    });
    if let Err(failure) = ran {
        panic!("{failure}\n{runner}");
    }
    let share = 100 * counted.get() / runs.get();
    println!("{share} % of {} runs", runs.get());
    assert!(share >= percent, "only {share} % of {} runs, and {percent} % are wanted", runs.get());
}
