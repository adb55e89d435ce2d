use decider::{Changes, Decision, Needed, States};

use super::{OperatorAct, OperatorActRefusal, RecordAct};
use crate::loaded::loaded;

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
