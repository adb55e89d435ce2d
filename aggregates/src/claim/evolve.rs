use super::{Claim, ClaimEvent};

impl Claim {
    pub(super) fn evolve(&mut self, event: ClaimEvent) {
        match event {
            ClaimEvent::ClaimTaken(taken) => *self = Self { holder: Some(taken.holder), content: taken.content },
            ClaimEvent::ClaimReleased(_) => *self = Self::default(),
        }
    }
}
