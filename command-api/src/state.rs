use std::sync::Arc;

use event_store::EventStore;
use identity::Authenticator;

use crate::CommandArgs;
use crate::pace::Pace;
use crate::webhooks::WebhookSecrets;

/// What the routes share. Cloning is cheap.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    store: EventStore,
    authenticator: Authenticator,
    webhooks: WebhookSecrets,
    args: CommandArgs,
    pace: Pace,
}

impl ApiState {
    /// The state of an API over this log.
    pub fn new(store: EventStore, authenticator: Authenticator, webhooks: WebhookSecrets, args: CommandArgs) -> Self {
        Self { inner: Arc::new(Inner { store, authenticator, webhooks, args, pace: Pace::new() }) }
    }

    pub(crate) fn store(&self) -> &EventStore {
        &self.inner.store
    }

    pub(crate) fn authenticator(&self) -> &Authenticator {
        &self.inner.authenticator
    }

    pub(crate) fn webhooks(&self) -> &WebhookSecrets {
        &self.inner.webhooks
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.inner.pace
    }

    pub(crate) fn args(&self) -> &CommandArgs {
        &self.inner.args
    }
}
