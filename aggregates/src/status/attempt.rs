use super::words;

words! {
    /// Where an attempt to pay is.
    AttemptStage:
    /// The gateway has not answered, or not with what was asked for.
    Pending = "pending",
    /// The gateway holds the money.
    Authorized = "authorized",
    /// Money was taken.
    Captured = "captured",
    /// The gateway said no.
    Declined = "declined",
    /// The gateway is asked to let go of the money.
    Voiding = "voiding",
    /// The gateway let go of it.
    Voided = "voided",
}

words! {
    /// What the gateway answered to the call for the money.
    Answer:
    /// Nothing yet, or something else than was asked for.
    Open = "open",
    /// It holds the money.
    Authorized = "authorized",
    /// No.
    Declined = "declined",
}

words! {
    /// Whether the gateway was asked to let go of the money.
    Void:
    /// Not, or in vain.
    None = "none",
    /// It was, without an outcome.
    Pending = "pending",
    /// It let go of it.
    Done = "done",
}

/// An attempt to pay, in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// What the gateway answered.
    pub answer: Answer,
    /// Whether it was asked to let go.
    pub void: Void,
    /// What it has taken, in minor units.
    pub captured_minor: i64,
}

impl Attempt {
    /// Where it is. An undoing that is under way or over outranks whatever the gateway answered before or afterwards.
    pub fn stage(self) -> AttemptStage {
        match (self.void, self.answer) {
            (Void::Done, _) => AttemptStage::Voided,
            (Void::Pending, _) => AttemptStage::Voiding,
            (Void::None, Answer::Open) => AttemptStage::Pending,
            (Void::None, Answer::Declined) => AttemptStage::Declined,
            (Void::None, Answer::Authorized) if self.captured_minor > 0 => AttemptStage::Captured,
            (Void::None, Answer::Authorized) => AttemptStage::Authorized,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undoing_outranks_what_the_gateway_says() {
        let attempt = |answer, void, captured_minor| Attempt { answer, void, captured_minor }.stage();
        assert_eq!(attempt(Answer::Open, Void::None, 0), AttemptStage::Pending);
        assert_eq!(attempt(Answer::Authorized, Void::None, 0), AttemptStage::Authorized);
        assert_eq!(attempt(Answer::Authorized, Void::None, 1), AttemptStage::Captured);
        assert_eq!(attempt(Answer::Authorized, Void::Pending, 0), AttemptStage::Voiding);
        assert_eq!(attempt(Answer::Declined, Void::Done, 0), AttemptStage::Voided);
    }
}
