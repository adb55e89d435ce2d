use super::{OperatorAct, OperatorActEvent};

impl OperatorAct {
    pub(super) fn evolve(&mut self, event: OperatorActEvent) {
        self.recorded = Some(event);
    }
}
