use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::Serialize;
use uuid::Uuid;

use super::{OperatorAct, OperatorActEvent};
use crate::loaded::loaded;

/// Records what an operator did to the machinery.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordAct {
    /// The act's id, a UUIDv7.
    pub act: Uuid,
    /// What was done.
    pub what: OperatorActEvent,
}

/// Why an act is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OperatorActRefusal {
    /// Another act has this id.
    #[error("another act is recorded as {act}")]
    ActExists {
        /// The id.
        act: Uuid,
    },
}

impl Refusal for OperatorActRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ActExists { .. } => RefusalClass::State,
        }
    }
}

impl Decision for RecordAct {
    type Refusal = OperatorActRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::created::<OperatorAct>(self.act.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OperatorActRefusal> {
        let id = self.act.to_string();
        match &loaded::<OperatorAct>(states, &id).recorded {
            None => Ok(Changes::of::<OperatorAct>(&id, [self.what.clone()])),
            Some(recorded) if *recorded == self.what => Ok(Changes::none()),
            Some(_) => Err(OperatorActRefusal::ActExists { act: self.act }),
        }
    }
}
