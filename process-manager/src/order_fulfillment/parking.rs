//! What cannot go on waits for an operator: a step with what rests on it, while the order's other steps go on.

use aggregates::process::{ParkProcess, ProcessEvent, ProcessParked, ResumeProcess};
use serde::{Deserialize, Serialize};

use super::desk::Task;
use super::{Action, Command, Happened, Occurrence, OrderFulfillment, ParkingStep, Step};

/// Why a process that waits for an operator goes on by itself.
const MOOT: &str = "what stood in the way is not to be done any more";

/// The steps that cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Parking {
    /// To be parked.
    stuck: Vec<Stuck>,
    /// For which an operator is waited for.
    parked: Vec<Stuck>,
}

/// A step that was refused or failed too often, or a call that a gateway never accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// Its name.
    pub step: String,
    /// What it is about. Without it, it was parked with everything else of its order.
    pub subject: Option<String>,
    /// What stood in the way.
    pub cause: String,
}

impl Stuck {
    pub(super) fn new(step: &Step, cause: String) -> Self {
        Self { step: step.name().to_owned(), subject: Some(step.subject()), cause }
    }

    fn parked(event: &ProcessParked) -> Self {
        Self { step: event.step.clone(), subject: event.subject.clone(), cause: event.cause.clone() }
    }

    fn stops(&self, step: &Step) -> bool {
        step.is_called(&self.step, self.subject.as_deref())
    }

    fn is_about(&self, other: &Self) -> bool {
        self.step == other.step && (self.subject.is_none() || other.subject.is_none() || self.subject == other.subject)
    }
}

impl Parking {
    pub(super) fn learn(&mut self, fact: &Occurrence) {
        let Happened::Process(event) = &fact.happened else { return };
        match event {
            ProcessEvent::CommandRefused(_) | ProcessEvent::DeadlinePassed(_) => {}
            ProcessEvent::ProcessParked(event) => {
                let parked = Stuck::parked(event);
                self.stuck.retain(|stuck| !stuck.is_about(&parked));
                self.parked.retain(|other| other.step != parked.step || other.subject != parked.subject);
                self.parked.push(parked);
            }
            ProcessEvent::ProcessResumed(_) => *self = Self::default(),
        }
    }

    /// A step is to be parked, unless it is.
    pub(super) fn stick(&mut self, stuck: Stuck) {
        if !self.stuck.iter().chain(&self.parked).any(|other| other.is_about(&stuck)) {
            self.stuck.push(stuck);
        }
    }

    /// What an operator is waited for.
    pub(super) fn parked(&self) -> &[Stuck] {
        &self.parked
    }

    /// What goes on of what is due, and what is to be recorded about the rest. What nobody asks for any more is stuck no more; when that is so of all that is
    /// parked, nobody waits for an operator.
    pub(super) fn pass(&mut self, due: Vec<Step>) -> Vec<Step> {
        self.stuck.retain(|stuck| due.iter().any(|step| stuck.stops(step)));
        let (stopped, free): (Vec<Step>, Vec<Step>) = due.into_iter().partition(|step| self.stops(step));
        let is_moot = |parked: &Stuck| !stopped.iter().any(|step| parked.stops(step));
        let resume = (!self.parked.is_empty() && self.parked.iter().all(is_moot)).then(|| ParkingStep::Resume.into());
        if self.parked.iter().any(|parked| parked.subject.is_none()) {
            return free.into_iter().filter(Step::waits_for_nobody).chain(resume).collect();
        }
        let going_on = free.into_iter().filter(|step| !stopped.iter().any(|stuck| step.rests_on(stuck)));
        going_on.chain(self.stuck.iter().map(Stuck::park)).chain(resume).collect()
    }

    fn stops(&self, step: &Step) -> bool {
        self.stuck.iter().chain(&self.parked).any(|stuck| stuck.stops(step))
    }

    pub(super) fn effect(&self, step: &ParkingStep, task: &Task<'_>) -> Option<Action> {
        let order = task.order;
        Some(match step {
            ParkingStep::Park { step, subject } => {
                let stuck = self.stuck.iter().find(|stuck| stuck.step == *step && stuck.subject.as_ref() == Some(subject))?;
                let (step, subject, cause) = (step.clone(), Some(subject.clone()), stuck.cause.clone());
                Command::new(ParkProcess { order, step, subject, cause }).into()
            }
            ParkingStep::Resume => Command::new(ResumeProcess { order, reason: MOOT.to_owned() }).into(),
        })
    }
}

impl Stuck {
    fn park(&self) -> Step {
        ParkingStep::Park { step: self.step.clone(), subject: self.subject.clone().unwrap_or_default() }.into()
    }
}

impl OrderFulfillment {
    /// A refusal of a command that is under way is counted; every other event overtakes what is under way. A step that is refused too often, or
    /// when nothing is under way that could bring another event, is stuck.
    pub(super) fn note_refusal(&mut self, event: &Occurrence, limit: u32) -> Option<Stuck> {
        let Happened::Process(ProcessEvent::CommandRefused(refusal)) = &event.happened else {
            self.asked.iter_mut().for_each(|asked| asked.overtaken = true);
            return None;
        };
        let order = event.order;
        let asked = self.asked.iter_mut().find(|asked| asked.command_id(order) == refusal.command_id)?;
        asked.refusals += 1;
        asked.refused = true;
        let stuck = Stuck::new(&asked.step, refusal.message.clone());
        let (too_often, overtaken) = (asked.refusals >= limit, asked.overtaken);
        (too_often || (!overtaken && self.under_way().next().is_none())).then_some(stuck)
    }
}
