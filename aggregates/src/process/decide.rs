use decider::{Changes, Decision, Needed, States};

use super::{
    CommandRefused, DeadlinePassed, ParkProcess, PassDeadline, Process, ProcessEvent, ProcessParked, ProcessRefusal, ProcessResumed,
    RecordRefusal, ResumeProcess,
};
use crate::loaded::loaded;
use crate::values::OrderId;

impl Decision for RecordRefusal {
    type Refusal = ProcessRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Process>(self.order.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ProcessRefusal> {
        on(self.order, states, |process| Ok(process.record_refusal(self)))
    }
}

impl Decision for ParkProcess {
    type Refusal = ProcessRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Process>(self.order.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ProcessRefusal> {
        on(self.order, states, |process| Ok(process.park(self)))
    }
}

impl Decision for ResumeProcess {
    type Refusal = ProcessRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Process>(self.order.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ProcessRefusal> {
        on(self.order, states, |process| process.resume(self).map(Some))
    }
}

impl Decision for PassDeadline {
    type Refusal = ProcessRefusal;

    /// Most processes have recorded nothing before.
    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::created::<Process>(self.order.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ProcessRefusal> {
        on(self.order, states, |process| Ok(process.pass(&self.deadline)))
    }
}

fn on(
    order: OrderId,
    states: &States<'_>,
    decide: impl FnOnce(&Process) -> Result<Option<ProcessEvent>, ProcessRefusal>,
) -> Result<Changes, ProcessRefusal> {
    let id = order.to_string();
    let event = decide(loaded(states, &id))?;
    Ok(Changes::of::<Process>(&id, event))
}

impl Process {
    fn record_refusal(&self, c: &RecordRefusal) -> Option<ProcessEvent> {
        if self.refused.contains(&c.command_id) {
            return None;
        }
        let (step, code, message) = (c.step.clone(), c.code.clone(), c.message.clone());
        Some(CommandRefused { command_id: c.command_id, step, code, message }.into())
    }

    fn park(&self, c: &ParkProcess) -> Option<ProcessEvent> {
        let parked = ProcessParked { step: c.step.clone(), subject: c.subject.clone(), cause: c.cause.clone() };
        (!self.parked.contains(&parked)).then(|| parked.into())
    }

    fn pass(&self, deadline: &DeadlinePassed) -> Option<ProcessEvent> {
        (!self.passed.contains(deadline)).then(|| deadline.clone().into())
    }

    fn resume(&self, c: &ResumeProcess) -> Result<ProcessEvent, ProcessRefusal> {
        if self.parked.is_empty() {
            return Err(ProcessRefusal::NotParked { order: c.order });
        }
        Ok(ProcessResumed { reason: c.reason.clone() }.into())
    }
}
