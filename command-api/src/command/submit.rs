use std::time::Instant;

use aggregates::decisions::on_order::Sight;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use decider::Decision;
use event_store::{CommandKey, Envelope, Executed};
use identity::Caller;
use tracing::info;
use uuid::Uuid;

use super::Accepted;
use super::headers::CommandHeaders;
use crate::caller::Authenticated;
use crate::pace::AtWork;
use crate::problem::{Kind, Problem};
use crate::state::ApiState;

/// Who asks for a command, and under which conditions.
pub(crate) struct Submission {
    /// Who.
    pub(crate) caller: Caller,
    /// Whose orders there are, for this command of theirs.
    pub(crate) sight: Sight,
    headers: CommandHeaders,
    correlation: Option<Uuid>,
    subjects: Vec<String>,
    at_work: Option<AtWork>,
}

impl FromRequestParts<ApiState> for Submission {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let authenticated = Authenticated::from_request_parts(parts, state).await?;
        let headers = CommandHeaders::read(&parts.headers)?;
        let (sight, caller) = (authenticated.sight(), authenticated.caller);
        Ok(Self { caller, sight, headers, correlation: None, subjects: Vec::new(), at_work: None })
    }
}

impl Submission {
    /// A pure delta has no other identity: without a key, sent twice it would happen twice.
    ///
    /// # Errors
    /// 400 without a key.
    pub(crate) fn require_key(&self) -> Result<(), Problem> {
        match self.headers.idempotency_key {
            Some(_) => Ok(()),
            None => Err(Problem::new(Kind::IdempotencyKeyRequired, "send an Idempotency-Key, or name the document that it is about")),
        }
    }

    /// What happens belongs to the life of this order.
    pub(crate) fn about_order(mut self, order: Uuid) -> Self {
        self.correlation = Some(order);
        self
    }

    /// It has personal data of this person.
    pub(crate) fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subjects.push(subject.into());
        self
    }

    /// Begins it now, once it is its turn: for commands before whose decision much is read.
    ///
    /// # Errors
    /// 503: too many are before it.
    pub(crate) async fn begin(mut self, state: &ApiState) -> Result<Self, Problem> {
        self.at_work = Some(state.pace().begin().await?);
        Ok(self)
    }

    /// Has the command decided and what it decides stored.
    ///
    /// # Errors
    /// The problem that answers a refusal or a failure.
    pub(crate) async fn run<D: Decision>(mut self, state: &ApiState, fingerprint: [u8; 32], decision: D) -> Result<Executed, Problem> {
        let (begun, name, actor) = (Instant::now(), command_name::<D>(), self.caller.actor());
        let at_work = match self.at_work.take() {
            Some(at_work) => at_work,
            None => state.pace().begin().await?,
        };
        let outcome = state.store().execute(decision, self.envelope(fingerprint)).await;
        drop(at_work);
        let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome.map_err(Problem::from).and_then(|answer| answer.done().map_err(Problem::from)) {
            Ok(executed) => {
                info!(command = name, stream = %executed.stream, version = executed.version, position = %executed.position,
                    replayed = executed.replayed, %actor, elapsed_ms, "command done");
                Ok(executed)
            }
            Err(problem) => {
                info!(command = name, problem = problem.kind(), %actor, elapsed_ms, "command not done");
                Err(problem)
            }
        }
    }

    /// The same, of something that is there already: what it is then.
    ///
    /// # Errors
    /// The problem that answers a refusal or a failure.
    pub(crate) async fn change<D: Decision>(self, state: &ApiState, fingerprint: [u8; 32], decision: D) -> Result<Accepted, Problem> {
        Ok(Accepted::changed(&self.run(state, fingerprint, decision).await?))
    }

    fn envelope(self, fingerprint: [u8; 32]) -> Envelope {
        let actor = self.caller.actor();
        let key = match self.headers.idempotency_key {
            Some(key) => CommandKey::Client { caller: actor.clone(), key, fingerprint },
            None => CommandKey::Once,
        };
        Envelope {
            key,
            actor,
            correlation_id: self.correlation,
            causation_id: None,
            traceparent: self.headers.traceparent,
            occurred_at: None,
            expected: self.headers.if_match,
            subjects: self.subjects,
        }
    }
}

/// The last part of a command's type, without what is around it: `CancelOrder` of `OnOrder<…::CancelOrder>`.
fn command_name<D>() -> &'static str {
    let name = std::any::type_name::<D>().trim_end_matches('>');
    name.rsplit("::").next().unwrap_or(name)
}
