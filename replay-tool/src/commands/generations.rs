//! `cancel` and `rollback`: what becomes of the generations beside the live one.

use aggregates::operator_act::RequestRollback;
use event_store::{ExecuteError, StoreError};
use projections::ReadModelError;
use serde::Serialize;
use uuid::Uuid;

use crate::cli::{Cancel, Rollback};
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;

/// What was done, or would be.
#[derive(Serialize)]
struct Done {
    name: String,
    done: &'static str,
    dry_run: bool,
}

impl Show for Done {
    fn text(&self) -> String {
        let would = if self.dry_run { " (dry run: nothing was done)" } else { "" };
        format!("{}: {}{would}\n", self.name, self.done)
    }
}

/// Drops what a rebuild has built so far; the process that fills it stops.
pub(crate) async fn cancel(session: &Session, args: &Cancel, output: &mut Output) -> Result<Outcome, Failure> {
    let statuses = projections::status(&session.store, &session.read).await?;
    let name = read_model(&args.name)?;
    if !statuses.iter().any(|status| status.name == name && status.next.is_some()) {
        return Err(Failure::NotFound(format!("{name} is not being rebuilt")));
    }
    if !args.act.dry_run {
        args.act.confirm(&format!("drop the generation of {name} that is being built"))?;
        projections::cancel(&session.read, name).await?;
    }
    output.whole(&Done { name: name.to_owned(), done: "the generation that was being built is dropped", dry_run: args.act.dry_run })?;
    Ok(Outcome::Done)
}

/// Puts the former generation back.
pub(crate) async fn rollback(session: &Session, args: &Rollback, output: &mut Output) -> Result<Outcome, Failure> {
    let statuses = projections::status(&session.store, &session.read).await?;
    let name = read_model(&args.name)?;
    if !statuses.iter().any(|status| status.name == name && status.can_roll_back) {
        return Err(Failure::Refused(format!("{name} has no former generation: it was dropped, or never rebuilt")));
    }
    if !args.act.dry_run {
        args.act.confirm(&format!("put the former generation of {name} back"))?;
        let act = RequestRollback { act: Uuid::now_v7(), projection: name.to_owned(), reason: args.act.reason.clone() };
        session.store.execute(act, args.act.envelope()?).await?;
        projections::rollback(&session.read, name).await?;
    }
    output.whole(&Done { name: name.to_owned(), done: "the former generation is live", dry_run: args.act.dry_run })?;
    Ok(Outcome::Done)
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        let message = error.to_string();
        match error {
            ExecuteError::Refused { .. } | ExecuteError::KeyReused => Self::Refused(message),
            ExecuteError::Overloaded { .. } | ExecuteError::Unavailable { .. } => Self::Unreachable(message),
            ExecuteError::Store(source) => source.into(),
        }
    }
}

impl From<ReadModelError> for Failure {
    fn from(error: ReadModelError) -> Self {
        let message = error.to_string();
        match error {
            ReadModelError::Database(source) => source.into(),
            ReadModelError::Log(source) => (*source).into(),
            ReadModelError::Subscription(source) => of_subscription(*source),
            ReadModelError::Unknown(name) => Self::Usage(format!("there is no read model '{name}': {}", known())),
            ReadModelError::InvalidCursor(_) => Self::Usage(message),
            ReadModelError::Absent(_) => Self::NotFound(message),
            ReadModelError::Row { .. } => Self::Broken(message),
            ReadModelError::Interrupted => Self::Interrupted,
            ReadModelError::LostLease(_)
            | ReadModelError::Busy(_)
            | ReadModelError::Behind { .. }
            | ReadModelError::SwapRefused { .. }
            | ReadModelError::TooManyDeadLetters { .. } => Self::Refused(message),
        }
    }
}

fn of_subscription(error: event_store::SubscriptionError) -> Failure {
    match error {
        event_store::SubscriptionError::Store(source) => StoreError::into(source),
        error @ event_store::SubscriptionError::AheadOfLog { .. } => Failure::Refused(error.to_string()),
    }
}

/// The read model of this name.
///
/// # Errors
/// There is none.
pub(crate) fn read_model(name: &str) -> Result<&'static str, Failure> {
    let found = projections::names().find(|known| *known == name);
    found.ok_or_else(|| Failure::Usage(format!("there is no read model '{name}': {}", known())))
}

/// The names that may be given.
pub(crate) fn known() -> String {
    projections::names().collect::<Vec<_>>().join(", ")
}
