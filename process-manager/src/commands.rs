//! Commands through the log: tried under the same id until they have an answer; a refusal is recorded in the process's own stream.

use aggregates::decisions::paying::StartPayment;
use aggregates::decisions::stocking::AllocateStock;
use aggregates::ids;
use aggregates::process::{ParkProcess, RecordRefusal};
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

/// Under which id, for which order, and because of which event a command is executed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Errand {
    pub(crate) order: OrderId,
    pub(crate) cause: Uuid,
    pub(crate) command_id: Uuid,
    pub(crate) step: &'static str,
}

impl Effect {
    pub(crate) fn errand(&self) -> Errand {
        Errand { order: self.order, cause: self.cause, command_id: self.command_id, step: self.step.name() }
    }
}

impl Worker {
    /// Executes a command of the process, unless the program stops: then whoever takes over does.
    pub(crate) async fn command(&self, errand: Errand, command: Command) {
        if self.stop.is_cancelled() {
            return;
        }
        match command {
            Command::AllocateStock(command) => self.execute(errand, AllocateStock { warehouses: self.open_warehouses(), ..command }).await,
            Command::StartPayment(command) => {
                let gateway = self.outside.gateway.name().to_owned();
                self.execute(errand, StartPayment { gateway, ..command }).await;
            }
            Command::SettleAuthorization(command) => self.execute(errand, command).await,
            Command::ConfirmOrder(command) => self.execute(errand, command).await,
            Command::PlanShipment(command) => self.execute(errand, command).await,
            Command::PackShipment(command) => self.execute(errand, command).await,
            Command::DispatchShipment(command) => self.execute(errand, command).await,
            Command::CapturePayment(command) => self.execute(errand, command).await,
            Command::CompleteOrder(command) => self.execute(errand, command).await,
            Command::CancelOrder(command) => self.execute(errand, command).await,
            Command::VoidPayment(command) => self.execute(errand, command).await,
            Command::FinishCancelation(command) => self.execute(errand, command).await,
            Command::ParkProcess(command) => self.execute(errand, command).await,
            Command::ResumeProcess(command) => self.execute(errand, command).await,
        }
    }

    /// Executes a command until it has an answer, or the program stops.
    pub(crate) async fn execute(&self, errand: Errand, command: impl Decision + Clone) {
        match self.answer(errand, command).await {
            Answer::Accepted | Answer::Stopped => {}
            Answer::Refused(refusal) => {
                debug!(order.id = %errand.order, step = errand.step, refusal = %refusal, "a step was refused");
                self.record_refusal(errand, refusal).await;
            }
            Answer::Poisoned(failure) => self.park(errand, failure.to_string()).await,
        }
    }

    /// A step that cannot go on without an operator.
    pub(crate) async fn park(&self, errand: Errand, cause: String) {
        warn!(order.id = %errand.order, step = errand.step, cause = %cause, "the order's process is parked");
        let command = ParkProcess { order: errand.order, step: errand.step.to_owned(), cause };
        self.note(errand.then("park"), command).await;
    }

    async fn record_refusal(&self, errand: Errand, refusal: RefusalDocument) {
        let (order, command_id, step) = (errand.order, errand.command_id, errand.step.to_owned());
        let command = RecordRefusal { order, command_id, step, code: refusal.code, message: refusal.message };
        self.note(errand.then("record_refusal"), command).await;
    }

    /// Writes to the process's own stream, which refuses nothing.
    async fn note(&self, errand: Errand, command: impl Decision + Clone) {
        match self.answer(errand, command).await {
            Answer::Accepted | Answer::Stopped => {}
            Answer::Refused(refusal) => {
                error!(order.id = %errand.order, step = errand.step, refusal = %refusal, "the process's own note was refused")
            }
            Answer::Poisoned(failure) => {
                error!(order.id = %errand.order, step = errand.step, error = %failure, "the process's own note cannot be written")
            }
        }
    }

    /// The same command under the same id, until it has an answer.
    async fn answer(&self, errand: Errand, command: impl Decision + Clone) -> Answer {
        let mut pauses = Pauses::up_to(self.args.longest_pause());
        loop {
            let failure = match self.store.execute(command.clone(), errand.envelope()).await {
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

impl Errand {
    /// Another command that follows from this one.
    fn then(self, role: &str) -> Self {
        Self { command_id: ids::derive(&[&self.command_id.to_string(), role]), ..self }
    }

    fn envelope(&self) -> Envelope {
        let key = CommandKey::Process { instance: self.order.to_string(), command_id: self.command_id };
        let (correlation_id, causation_id) = (Some(self.order.uuid()), Some(self.cause));
        Envelope { correlation_id, causation_id, ..Envelope::new(key, ACTOR) }
    }
}
