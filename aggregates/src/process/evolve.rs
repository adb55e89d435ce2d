use super::{Process, ProcessEvent};

impl Process {
    pub(super) fn evolve(&mut self, event: ProcessEvent) {
        match event {
            ProcessEvent::CommandRefused(refused) => {
                self.refused.insert(refused.command_id);
            }
            ProcessEvent::ProcessParked(parked) => self.parked = Some(parked),
            ProcessEvent::ProcessResumed(_) => self.parked = None,
        }
    }
}
