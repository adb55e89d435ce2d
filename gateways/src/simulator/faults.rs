use uuid::Uuid;

use super::{SimulatorArgs, chance, methods};

/// What goes wrong with an operation when it is first sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing.
    None,
    /// No answer, no effect.
    TimeoutBefore,
    /// Effect, but no answer.
    TimeoutAfter,
    /// Turned away.
    Unavailable,
    /// No answer and no effect, however often it is sent.
    Silent,
}

/// How often what goes wrong, of a thousand.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    seed: u64,
    timeout_before: u64,
    timeout_after: u64,
    unavailable: u64,
}

impl Faults {
    pub(super) fn new(args: &SimulatorArgs) -> Self {
        Self {
            seed: args.simulator_seed,
            timeout_before: args.simulator_timeout_before_per_mille.into(),
            timeout_after: args.simulator_timeout_after_per_mille.into(),
            unavailable: args.simulator_unavailable_per_mille.into(),
        }
    }

    /// By the payment method where it asks for one, else by the operation's id.
    pub(super) fn of(&self, operation: Uuid, method: Option<&str>) -> Fault {
        match method {
            Some(methods::TIMEOUT_BEFORE) => Fault::TimeoutBefore,
            Some(methods::TIMEOUT_AFTER) => Fault::TimeoutAfter,
            Some(methods::UNAVAILABLE) => Fault::Unavailable,
            Some(methods::SILENT) => Fault::Silent,
            Some(_) | None => self.drawn(chance::draw(self.seed, "fault", operation, 0) % 1000),
        }
    }

    fn drawn(&self, number: u64) -> Fault {
        let dealt = [
            (self.timeout_before, Fault::TimeoutBefore),
            (self.timeout_after, Fault::TimeoutAfter),
            (self.unavailable, Fault::Unavailable),
        ];
        let mut below = 0;
        for (share, fault) in dealt {
            below += share;
            if number < below {
                return fault;
            }
        }
        Fault::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(timeout_before: u64, timeout_after: u64, unavailable: u64) -> Faults {
        Faults { seed: 7, timeout_before, timeout_after, unavailable }
    }

    #[test]
    fn faults_are_dealt_at_their_rates_and_always_the_same() {
        let faults = faults(100, 200, 300);
        let dealt: Vec<_> = (0..4000).map(|number| faults.of(Uuid::from_u128(number), Some("card_visa"))).collect();
        let again: Vec<_> = (0..4000).map(|number| faults.of(Uuid::from_u128(number), None)).collect();
        assert_eq!(dealt, again);
        for (fault, share) in [(Fault::TimeoutBefore, 10), (Fault::TimeoutAfter, 20), (Fault::Unavailable, 30), (Fault::None, 40)] {
            let seen = dealt.iter().filter(|dealt| **dealt == fault).count() / 40;
            assert!(seen.abs_diff(share) <= 3, "{fault:?}: {seen} % instead of {share} %");
        }
    }

    #[test]
    fn a_method_asks_for_its_fault() {
        let faults = faults(0, 0, 1000);
        assert_eq!(faults.of(Uuid::nil(), Some(methods::TIMEOUT_AFTER)), Fault::TimeoutAfter);
        assert_eq!(faults.of(Uuid::nil(), None), Fault::Unavailable);
    }
}
