//! A client of the log in this process: asks, and writes down both ends of it.

use std::time::Duration;

use event_store::{CommandKey, Envelope, EventStore, Executed, Failure, LogArgs, Refused, SecretKey, StoreError, ids};
use uuid::Uuid;

use super::history::{Answer, CALLER, Line, Pen, now_ns};
use super::shelves::{Ask, Shelf};

pub(crate) struct Client {
    pub(crate) store: EventStore,
    pen: Pen,
}

pub(crate) fn log_args(url: &str) -> LogArgs {
    LogArgs { log_connections: 3, ..LogArgs::new(url, SecretKey::new([1; 32]), SecretKey::new([2; 32])) }
}

impl Client {
    pub(crate) fn new(store: EventStore, pen: Pen) -> Self {
        Self { store, pen }
    }

    pub(crate) async fn ask(&self, ask: &Ask, key: Option<&str>) -> Answer {
        let id = Uuid::now_v7();
        self.pen.write(&Line::Invoked { id, at_ns: now_ns(), ask: ask.clone(), key: key.map(ToOwned::to_owned) });
        let answer = self.answer(id, ask, key).await;
        self.pen.write(&Line::Answered { id, at_ns: now_ns(), answer: answer.clone() });
        answer
    }

    /// The same key again until it is known what became of it, or nobody wants to know any more.
    pub(crate) async fn ask_until_known(&self, ask: &Ask, key: &str, wanted: impl Fn() -> bool) {
        while wanted() && matches!(self.ask(ask, Some(key)).await, Answer::Unknown(_) | Answer::NotDone) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn answer(&self, id: Uuid, ask: &Ask, key: Option<&str>) -> Answer {
        match ask {
            Ask::Look { shelf } => match self.store.load::<Shelf>(shelf).await {
                Ok(loaded) => Answer::Looked { shelf: loaded.state, version: loaded.version, at: loaded.position },
                Err(error) => failed(&error),
            },
            Ask::Head => match self.store.head().await {
                Ok(head) => Answer::Head { at: head.token() },
                Err(error) => failed(&error),
            },
            Ask::Receive { .. } | Ask::Take { .. } | Ask::Move { .. } | Ask::Close { .. } | Ask::Reopen { .. } | Ask::Establish { .. } => {
                self.execute(id, ask, key).await
            }
        }
    }

    async fn execute(&self, id: Uuid, ask: &Ask, key: Option<&str>) -> Answer {
        let key = match key {
            Some(key) => CommandKey::Client { caller: CALLER.to_owned(), key: key.to_owned(), fingerprint: fingerprint(ask) },
            None => CommandKey::Once,
        };
        let envelope = Envelope { correlation_id: Some(id), ..Envelope::new(key, "service:faults") };
        match self.store.execute(ask.clone(), envelope).await {
            Ok(answer) => answered(answer),
            Err(Failure::KeyReused) => Answer::KeyReused,
            Err(Failure::Overloaded { .. }) => Answer::NotDone,
            Err(Failure::Unavailable { source, .. }) => Answer::Unknown(source.to_string()),
            Err(Failure::Store(error)) => failed(&error),
        }
    }
}

fn answered(answer: event_store::Answer) -> Answer {
    match answer.done() {
        Ok(Executed { version, position, appended, replayed, .. }) => Answer::Done { version, at: position, events: appended, replayed },
        Err(Refused { document, position, replayed }) => Answer::Refused { document, at: position, replayed },
    }
}

/// An outage is what the tests are about, and then nobody knows; anything else is not, nor is a store that ended by itself.
fn failed(error: &StoreError) -> Answer {
    let expected = error.is_outage() && !matches!(error, StoreError::Closed);
    if expected { Answer::Unknown(error.to_string()) } else { Answer::Failed(error.to_string()) }
}

fn fingerprint(ask: &Ask) -> [u8; 32] {
    let text = serde_json::to_string(ask).expect("what is asked is JSON");
    let half = *ids::derive(&[&text]).as_bytes();
    std::array::from_fn(|place| half[place % 16])
}
