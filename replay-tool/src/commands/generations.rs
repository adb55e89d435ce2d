//! `cancel`, `rollback`, `pause` and `resume`: small acts on one read model.

use aggregates::operator_act::{OperatorActEvent, ProjectionPaused, ProjectionResumed, RebuildCanceled, RollbackRequested};
use event_store::{Refused, StoreError};
use projections::ReadModelError;
use serde::Serialize;

use crate::cli::OnReadModel;
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
pub(crate) async fn cancel(session: &Session, args: &OnReadModel, output: &mut Output) -> Result<Outcome, Failure> {
    let statuses = projections::status(&session.store, &session.read).await?;
    let name = read_model(&args.name)?;
    if !statuses.iter().any(|status| status.name == name && status.next.is_some()) {
        return Err(Failure::NotFound(format!("{name} is not being rebuilt")));
    }
    let what = RebuildCanceled { projection: name.to_owned(), reason: args.act.reason.clone() };
    if args.approved(session, &format!("drop the generation of {name} that is being built"), what).await? {
        projections::cancel(&session.read, name).await?;
    }
    args.done(name, "the generation that was being built is dropped", output)
}

/// Keeps it where it is; readers go on reading.
pub(crate) async fn pause(session: &Session, args: &OnReadModel, output: &mut Output) -> Result<Outcome, Failure> {
    let name = read_model(&args.name)?;
    let what = ProjectionPaused { projection: name.to_owned(), reason: args.act.reason.clone() };
    if args.approved(session, &format!("keep {name} where it is"), what).await? {
        projections::pause(&session.read, name).await?;
    }
    args.done(name, "paused", output)
}

/// Lets it follow the log again.
pub(crate) async fn resume(session: &Session, args: &OnReadModel, output: &mut Output) -> Result<Outcome, Failure> {
    let name = read_model(&args.name)?;
    let what = ProjectionResumed { projection: name.to_owned(), reason: args.act.reason.clone() };
    if args.approved(session, &format!("let {name} follow the log"), what).await? {
        projections::resume(&session.read, name).await?;
    }
    args.done(name, "follows the log", output)
}

impl OnReadModel {
    /// Asks, and records it before it is done. `false`: only a dry run.
    async fn approved(&self, session: &Session, what: &str, act: impl Into<OperatorActEvent>) -> Result<bool, Failure> {
        if self.act.dry_run {
            return Ok(false);
        }
        self.act.confirm(what)?;
        self.act.record(&session.store, act).await?;
        Ok(true)
    }

    fn done(&self, name: &str, done: &'static str, output: &mut Output) -> Result<Outcome, Failure> {
        output.whole(&Done { name: name.to_owned(), done, dry_run: self.act.dry_run })?;
        Ok(Outcome::Done)
    }
}

/// Puts the former generation back.
pub(crate) async fn rollback(session: &Session, args: &OnReadModel, output: &mut Output) -> Result<Outcome, Failure> {
    let statuses = projections::status(&session.store, &session.read).await?;
    let name = read_model(&args.name)?;
    if !statuses.iter().any(|status| status.name == name && status.can_roll_back) {
        return Err(Failure::Refused(format!("{name} has no former generation: it was dropped, or never rebuilt")));
    }
    let what = RollbackRequested { projection: name.to_owned(), reason: args.act.reason.clone() };
    if args.approved(session, &format!("put the former generation of {name} back"), what).await? {
        projections::rollback(&session.read, name).await?;
    }
    args.done(name, "the former generation is live", output)
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.to_string())
    }
}

impl From<event_store::Failure> for Failure {
    fn from(failure: event_store::Failure) -> Self {
        let message = failure.to_string();
        match failure {
            event_store::Failure::KeyReused => Self::Refused(message),
            event_store::Failure::Overloaded { .. } | event_store::Failure::Unavailable { .. } => Self::Unreachable(message),
            event_store::Failure::Store(source) => source.into(),
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
            ReadModelError::Row { .. } | ReadModelError::Unstorable { .. } => Self::Broken(message),
            ReadModelError::Interrupted => Self::Interrupted,
            ReadModelError::LostLease(_)
            | ReadModelError::Busy(_)
            | ReadModelError::Behind { .. }
            | ReadModelError::Lost { .. }
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
