//! Sending many things of one kind: ask which are there, send the others, so many at once.

use std::collections::HashMap;

use futures::stream::{self, Stream, TryStreamExt};
use serde_json::Value;

use super::LoadError;
use super::client::{Answer, Client, Found, Kind, MOST_REFERENCES};
use super::outcome::Refusal;
use super::progress::Phase;

/// One thing to be sent.
#[derive(Debug)]
pub(super) struct Thing {
    /// What a message calls it.
    pub(super) name: String,
    /// By what it is looked up.
    pub(super) reference: String,
    /// The route that makes it.
    pub(super) path: String,
    /// What is sent there.
    pub(super) body: Value,
}

/// A thing that the server said no to.
struct Refused {
    reference: String,
    refusal: Refusal,
}

/// How things are sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender<'a> {
    pub(super) client: &'a Client,
    pub(super) concurrency: usize,
}

impl<'a> Sender<'a> {
    /// Sends those of the things that are not there yet, and answers what was refused.
    pub(super) async fn send_missing(
        self,
        kind: Kind,
        things: impl Stream<Item = Result<Thing, LoadError>> + 'a,
        phase: &'a Phase,
    ) -> Result<Vec<Refusal>, LoadError> {
        let missing = self.missing(kind, things, |thing| thing.reference.clone(), |_, _| phase.advance(1));
        let answers = missing.map_ok(|thing| self.send(thing)).try_buffer_unordered(self.concurrency);
        let refused = answers.inspect_ok(|_| phase.advance(1)).try_filter_map(|refused| async { Ok(refused) });
        self.still_missing(kind, refused.try_collect().await?).await
    }

    async fn send(self, thing: Thing) -> Result<Option<Refused>, LoadError> {
        let answer = self.client.command(&thing.path, &thing.reference, &thing.body).await?;
        Ok(match answer {
            Answer::Done => None,
            Answer::Refused(problem) => Some(Refused { reference: thing.reference, refusal: Refusal::new(thing.name, &problem) }),
        })
    }

    /// What was refused because another load has sent it in the meantime is there now, and that is all that was wanted.
    async fn still_missing(self, kind: Kind, refused: Vec<Refused>) -> Result<Vec<Refusal>, LoadError> {
        let refused = stream::iter(refused.into_iter().map(Ok));
        let missing = self.missing(kind, refused, |refused| refused.reference.clone(), |_, _| ());
        missing.map_ok(|refused| refused.refusal).try_collect().await
    }

    /// Those of the items that are not there yet, in their order; what is there is handed to `found`.
    pub(super) fn missing<T: 'a>(
        self,
        kind: Kind,
        items: impl Stream<Item = Result<T, LoadError>> + 'a,
        reference: fn(&T) -> String,
        mut found: impl FnMut(&T, Found) + 'a,
    ) -> impl Stream<Item = Result<T, LoadError>> + 'a {
        let looked_up = items.try_chunks(MOST_REFERENCES).map_err(|error| error.1).and_then(move |items| async move {
            let references: Vec<String> = items.iter().map(reference).collect();
            let present = self.client.look_up(kind, &references).await?;
            Ok((items, references, present))
        });
        let absent = looked_up.map_ok(move |(items, references, present)| {
            let there: HashMap<String, Found> = present.into_iter().map(|found| (found.reference.clone(), found)).collect();
            let mut absent = Vec::with_capacity(items.len());
            for (item, reference) in items.into_iter().zip(references) {
                match there.get(&reference) {
                    Some(present) => found(&item, present.clone()),
                    None => absent.push(Ok(item)),
                }
            }
            stream::iter(absent)
        });
        absent.try_flatten()
    }
}
