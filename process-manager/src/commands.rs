//! Commands through the log: tried under the same id until they have an answer; a refusal is recorded in the process's own stream.

use aggregates::ids;
use aggregates::process::{ParkProcess, PassDeadline, RecordRefusal};
use aggregates::values::OrderId;
use decider::{Decision, RefusalDocument};
use event_store::{CommandKey, Envelope, Failure};
use tracing::{debug, error, warn};
use uuid::Uuid;

use crate::dispatcher::Worker;
use crate::order_fulfillment::{Command, Effect};
use crate::pause::{Pauses, wait};

mod failures;

use failures::{is_poison, retry_after};

/// Who acts, in the log's metadata.
const ACTOR: &str = "process:order_fulfillment";

/// What firing a deadline is called among the steps.
const PASS_DEADLINE: &str = "pass_deadline";

/// For whom, because of which event, and as what a command is executed.
#[derive(Clone, Copy)]
struct Errand {
    order: OrderId,
    cause: Option<Uuid>,
    step: &'static str,
}

impl Worker {
    /// Executes a command of the process, unless the program stops: then whoever takes over does.
    pub(crate) async fn command(&self, effect: &Effect, command: Command) {
        if !self.stop.is_cancelled() {
            self.execute(effect, command).await;
        }
    }

    /// Executes a command until it has an answer, or the program stops.
    pub(crate) async fn execute(&self, effect: &Effect, command: impl Decision + Clone) {
        match self.answer(effect.errand(), effect.command_id, command).await {
            Answer::Accepted | Answer::Stopped => {}
            Answer::Refused(refusal) => {
                debug!(order.id = %effect.order, step = effect.step.name(), refusal = %refusal, "a step was refused");
                self.record_refusal(effect, refusal).await;
            }
            Answer::Poisoned(failure) => self.park(effect, failure.to_string()).await,
        }
    }

    /// A step that cannot go on without an operator.
    pub(crate) async fn park(&self, effect: &Effect, cause: String) {
        warn!(order.id = %effect.order, step = effect.step.name(), cause = %cause, "the order's process is parked");
        let (step, subject) = (effect.step.name().to_owned(), Some(effect.step.subject()));
        self.note(effect, "park", ParkProcess { order: effect.order, step, subject, cause }).await;
    }

    async fn record_refusal(&self, effect: &Effect, refusal: RefusalDocument) {
        let (order, command_id, step) = (effect.order, effect.command_id, effect.step.name().to_owned());
        let command = RecordRefusal { order, command_id, step, code: refusal.code, message: refusal.message };
        self.note(effect, "record_refusal", command).await;
    }

    /// Writes to the process's own stream, which refuses nothing. The note's id follows from the command's and says what it is.
    async fn note(&self, effect: &Effect, role: &str, command: impl Decision + Clone) {
        let id = ids::derive(&[&effect.command_id.to_string(), role]);
        match self.answer(effect.errand(), id, command).await {
            Answer::Accepted | Answer::Stopped => {}
            Answer::Refused(refusal) => {
                error!(order.id = %effect.order, step = effect.step.name(), refusal = %refusal, "the process's own note was refused")
            }
            Answer::Poisoned(failure) => {
                error!(order.id = %effect.order, step = effect.step.name(), error = %failure, "the process's own note cannot be written")
            }
        }
    }

    /// Records that a deadline has passed, which is never refused.
    pub(crate) async fn pass(&self, id: Uuid, command: PassDeadline) {
        let (order, which) = (command.order, command.deadline.which.clone());
        let errand = Errand { order, cause: None, step: PASS_DEADLINE };
        match self.answer(errand, id, command).await {
            Answer::Accepted | Answer::Stopped => {}
            Answer::Refused(refusal) => error!(order.id = %order, deadline = which, refusal = %refusal, "a deadline's passing was refused"),
            Answer::Poisoned(failure) => {
                error!(order.id = %order, deadline = which, error = %failure, "it cannot be written that a deadline has passed")
            }
        }
    }

    /// The same command under the same id, until it has an answer.
    async fn answer(&self, errand: Errand, id: Uuid, command: impl Decision + Clone) -> Answer {
        let mut pauses = Pauses::up_to(self.args.longest_pause());
        loop {
            let failure = match self.store.execute(command.clone(), errand.envelope(id)).await {
                Ok(event_store::Answer::Done(_)) => return counted(errand, Answer::Accepted),
                Ok(event_store::Answer::Refused(refused)) => return counted(errand, Answer::Refused(refused.document)),
                Err(failure) => failure,
            };
            let pause = pauses.next(retry_after(&failure));
            if is_poison(&failure, pauses.tries()) {
                return counted(errand, Answer::Poisoned(failure));
            }
            warn!(order.id = %errand.order, step = errand.step, error = %failure, pause_ms = pause.as_millis(), "a step waits for the log");
            if !wait(pause, &self.stop).await {
                return counted(errand, Answer::Stopped);
            }
        }
    }
}

/// What became of a command.
enum Answer {
    Accepted,
    Refused(RefusalDocument),
    Poisoned(Failure),
    Stopped,
}

fn counted(errand: Errand, answer: Answer) -> Answer {
    let name = match answer {
        Answer::Accepted => "accepted",
        Answer::Refused(_) => "refused",
        Answer::Poisoned(_) => "poisoned",
        Answer::Stopped => "stopped",
    };
    metrics::counter!("orderly_process_commands_total", "step" => errand.step, "answer" => name).increment(1);
    answer
}

impl Effect {
    fn errand(&self) -> Errand {
        Errand { order: self.order, cause: Some(self.cause), step: self.step.name() }
    }
}

impl Errand {
    fn envelope(self, command_id: Uuid) -> Envelope {
        let key = CommandKey::Process { instance: self.order.to_string(), command_id };
        Envelope { correlation_id: Some(self.order.uuid()), causation_id: self.cause, ..Envelope::new(key, ACTOR) }
    }
}
