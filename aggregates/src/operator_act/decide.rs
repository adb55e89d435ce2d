use decider::{Changes, Decision, Needed, States};
use uuid::Uuid;

use super::{OperatorAct, OperatorActEvent, OperatorActRefusal, RebuildRequested, RequestRebuild, RequestRollback, RollbackRequested};
use crate::loaded::loaded;

impl Decision for RequestRebuild {
    type Refusal = OperatorActRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<OperatorAct>(self.act.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OperatorActRefusal> {
        record(self.act, states, RebuildRequested { projections: self.projections.clone(), reason: self.reason.clone() }.into())
    }
}

impl Decision for RequestRollback {
    type Refusal = OperatorActRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<OperatorAct>(self.act.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OperatorActRefusal> {
        record(self.act, states, RollbackRequested { projection: self.projection.clone(), reason: self.reason.clone() }.into())
    }
}

fn record(act: Uuid, states: &States<'_>, event: OperatorActEvent) -> Result<Changes, OperatorActRefusal> {
    let id = act.to_string();
    match &loaded::<OperatorAct>(states, &id).recorded {
        None => Ok(Changes::of::<OperatorAct>(&id, [event])),
        Some(recorded) if *recorded == event => Ok(Changes::none()),
        Some(_) => Err(OperatorActRefusal::ActExists { act }),
    }
}
