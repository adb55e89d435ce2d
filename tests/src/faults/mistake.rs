use decider::StreamId;
use uuid::Uuid;

/// What a history and a log cannot both be true of. Each says what is wrong and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Mistake {
    #[error("position {found} where {expected} was due: positions have a gap or one is there twice")]
    Positions { expected: i64, found: i64 },
    #[error("{stream} has sequence {found} where {expected} was due, at position {position}")]
    Sequences { stream: StreamId, expected: i64, found: i64, position: i64 },
    #[error("recorded_at went back at position {position}")]
    TimeWentBack { position: i64 },
    #[error("event {event_id} is there twice, the second time at position {position}")]
    SameEvent { event_id: Uuid, position: i64 },
    #[error("position {position} holds an event that nobody asked for")]
    NobodyAsked { position: i64 },
    #[error("{command} was acknowledged and is not in the log")]
    Lost { command: String },
    #[error("{command} is stored more than once: {found} events at {positions:?}, it decides {decided}")]
    Doubled { command: String, decided: usize, found: usize, positions: Vec<i64> },
    #[error("{command} is stored in part: {found} of {decided} events at {positions:?}")]
    Half { command: String, decided: usize, found: usize, positions: Vec<i64> },
    #[error("{command} is not in one piece: positions {positions:?}")]
    Scattered { command: String, positions: Vec<i64> },
    #[error("{command} stored at {position} what it does not decide there: {why}")]
    Otherwise { command: String, position: i64, why: String },
    #[error("{command} was answered that nothing was done ({answered}) and is stored at {position}")]
    StoredAfterAll { command: String, answered: String, position: i64 },
    #[error("{command} was answered ({answered}) and stands in the log as ({stored})")]
    AnsweredOtherwise { command: String, answered: String, stored: String },
    #[error("{command} was refused at {position}, which is not true there: {truth}")]
    UntrueRefusal { command: String, position: i64, truth: String },
    #[error("{command} was answered that nothing new happens at {position}, which is not true there: {truth}")]
    UntrueNoOp { command: String, position: i64, truth: String },
    #[error("{command} was shown at {position} what is not true there: {truth}")]
    UntrueLook { command: String, position: i64, truth: String },
    #[error("{command} was given different answers: ({first}) and ({second})")]
    TwoAnswers { command: String, first: String, second: String },
    #[error("{command} was answered twice as if for the first time")]
    TwoFirstAnswers { command: String },
    #[error("{command}: two requests under one key were both carried out")]
    TwoRequests { command: String },
    #[error("{command} was told that its key was used for another request, which nobody made")]
    UntrueReuse { command: String },
    #[error("{command} was asked after position {known} was answered, and took effect at {position}")]
    BackInTime { command: String, known: i64, position: i64 },
    #[error("{command} was answered position {position} of a log that ends at {head}")]
    BeyondTheEnd { command: String, position: i64, head: i64 },
    #[error("{command} was answered position {position} in epoch {epoch}, which belongs to {expected:?}")]
    OtherEpoch { command: String, position: i64, epoch: i64, expected: Option<i64> },
    #[error("{stream} was oversold at position {position}: {units} units")]
    Oversold { stream: StreamId, position: i64, units: i64 },
    #[error("position {position} cannot be read: {why}")]
    Unreadable { position: i64, why: String },
}
