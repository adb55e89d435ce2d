use super::{Process, ProcessEvent, ProcessParked};

impl Process {
    pub(super) fn evolve(&mut self, event: ProcessEvent) {
        match event {
            ProcessEvent::CommandRefused(refused) => {
                self.refused.insert(refused.command_id);
            }
            ProcessEvent::ProcessParked(parked) => self.note_parked(parked),
            ProcessEvent::ProcessResumed(_) => self.parked.clear(),
            ProcessEvent::DeadlinePassed(deadline) => {
                self.passed.insert(deadline);
            }
        }
    }

    /// What is said of a step takes the place of what was said of it before.
    fn note_parked(&mut self, parked: ProcessParked) {
        self.parked.retain(|before| (&before.step, &before.subject) != (&parked.step, &parked.subject));
        self.parked.push(parked);
    }
}
