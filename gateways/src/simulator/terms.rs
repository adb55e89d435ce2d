use chrono::TimeDelta;
use uuid::Uuid;

use super::{CAPABILITIES, SimulatorArgs, chance};

/// What the simulated gateway's answers depend on beside the question.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) seed: u64,
    pub(super) decline_every: u64,
    pub(super) captures_per_authorization: u32,
    pub(super) lifetime: TimeDelta,
}

impl Terms {
    pub(super) fn new(args: &SimulatorArgs) -> Self {
        Self {
            seed: args.simulator_seed,
            decline_every: args.simulator_decline_every,
            captures_per_authorization: if args.simulator_single_capture { 1 } else { CAPABILITIES.captures_per_authorization },
            lifetime: TimeDelta::hours(i64::from(args.simulator_authorization_hours)),
        }
    }

    /// Decided by the order and how often it was tried, not by the payment: the same orders are declined however often a load is run anew.
    pub(super) fn declines(&self, order: Uuid, earlier_attempts: u64) -> bool {
        chance::every(self.decline_every, chance::draw(self.seed, "decline", order, earlier_attempts))
    }
}
