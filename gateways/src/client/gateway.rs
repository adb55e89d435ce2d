use async_trait::async_trait;
use uuid::Uuid;

use super::{GatewayArgs, caller::Caller};
use crate::simulator::{self, LedgerTotal};
use crate::{
    AuthorizeCall, AuthorizeOutcome, Capabilities, CaptureCall, CaptureOutcome, GatewayError, OperationOutcome, PaymentGateway, VoidCall,
    VoidOutcome,
};

/// The simulated payment gateway, over HTTP.
#[derive(Debug, Clone)]
pub struct SimulatorGateway {
    caller: Caller,
    capabilities: Capabilities,
}

impl SimulatorGateway {
    /// Connects when first asked something.
    ///
    /// # Errors
    /// [`GatewayError::Permanent`] if no HTTP client can be made.
    pub fn new(args: &GatewayArgs) -> Result<Self, GatewayError> {
        let most = simulator::CAPABILITIES;
        let captures_per_authorization = if args.gateway_single_capture { 1 } else { most.captures_per_authorization };
        Ok(Self { caller: Caller::new(args)?, capabilities: Capabilities { captures_per_authorization, ..most } })
    }

    /// What the gateway's own books add up to.
    ///
    /// # Errors
    /// As any call.
    pub async fn ledger(&self) -> Result<Vec<LedgerTotal>, GatewayError> {
        Ok(self.caller.get("ledger", "/v1/ledger").await?.unwrap_or_default())
    }
}

#[async_trait]
impl PaymentGateway for SimulatorGateway {
    fn name(&self) -> &str {
        simulator::NAME
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn authorize(&self, call: AuthorizeCall) -> Result<AuthorizeOutcome, GatewayError> {
        self.caller.post("authorize", "/v1/authorizations", &call).await
    }

    async fn capture(&self, call: CaptureCall) -> Result<CaptureOutcome, GatewayError> {
        self.caller.post("capture", "/v1/captures", &call).await
    }

    async fn void(&self, call: VoidCall) -> Result<VoidOutcome, GatewayError> {
        self.caller.post("void", "/v1/voids", &call).await
    }

    async fn look_up(&self, operation: Uuid) -> Result<Option<OperationOutcome>, GatewayError> {
        self.caller.get("look_up", &format!("/v1/operations/{operation}")).await
    }
}
