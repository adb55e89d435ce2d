//! A gateway that finds fault with captures until it is mended.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gateways::{
    AuthorizeCall, AuthorizeOutcome, Capabilities, CaptureCall, CaptureOutcome, GatewayError, OperationOutcome, PaymentGateway,
    SimulatorGateway, VoidCall, VoidOutcome,
};
use uuid::Uuid;

/// What it does with a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Does not accept the call.
    Never,
    /// Carries it out, and says that it does not accept it.
    NeverAfterItsEffect,
    /// Says no.
    Refuses,
    /// Finds a bug in its adapter.
    Panics,
}

pub(crate) struct Faulty {
    gateway: Arc<SimulatorGateway>,
    state: Mutex<(Option<Fault>, Capabilities)>,
    captures: AtomicU32,
}

impl Faulty {
    pub(crate) fn new(gateway: Arc<SimulatorGateway>, fault: Fault) -> Arc<Self> {
        let state = Mutex::new((Some(fault), gateway.capabilities()));
        Arc::new(Self { gateway, state, captures: AtomicU32::new(0) })
    }

    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().0 = None;
    }

    /// It forgets calls that are older.
    pub(crate) fn remembers(&self, time: Duration) {
        self.state.lock().unwrap().1.remembers = time;
    }

    pub(crate) fn captures_per_authorization(&self, captures: u32) {
        self.state.lock().unwrap().1.captures_per_authorization = captures;
    }

    /// How often a capture was sent to it.
    pub(crate) fn captures_sent(&self) -> u32 {
        self.captures.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PaymentGateway for Faulty {
    fn name(&self) -> &str {
        self.gateway.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.state.lock().unwrap().1
    }

    async fn authorize(&self, call: AuthorizeCall) -> Result<AuthorizeOutcome, GatewayError> {
        self.gateway.authorize(call).await
    }

    async fn capture(&self, call: CaptureCall) -> Result<CaptureOutcome, GatewayError> {
        self.captures.fetch_add(1, Ordering::SeqCst);
        let fault = self.state.lock().unwrap().0;
        let never = GatewayError::Permanent { gateway: self.name().to_owned(), code: "bad_call".to_owned(), message: "no".to_owned() };
        match fault {
            None => self.gateway.capture(call).await,
            Some(Fault::Never) => Err(never),
            Some(Fault::NeverAfterItsEffect) => self.gateway.capture(call).await.and(Err(never)),
            Some(Fault::Refuses) => Ok(CaptureOutcome::Failed { code: "try_later".to_owned() }),
            Some(Fault::Panics) => panic!("a bug in the adapter"),
        }
    }

    async fn void(&self, call: VoidCall) -> Result<VoidOutcome, GatewayError> {
        self.gateway.void(call).await
    }

    async fn look_up(&self, operation: Uuid) -> Result<Option<OperationOutcome>, GatewayError> {
        self.gateway.look_up(operation).await
    }
}
