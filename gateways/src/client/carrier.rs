use async_trait::async_trait;

use super::{GatewayArgs, caller::Caller};
use crate::{BookCall, Booking, Carrier, GatewayError, simulator};

/// The simulated carrier, over HTTP.
#[derive(Debug, Clone)]
pub struct SimulatorCarrier {
    caller: Caller,
}

impl SimulatorCarrier {
    /// Connects when first asked something.
    ///
    /// # Errors
    /// [`GatewayError::Permanent`] if no HTTP client can be made.
    pub fn new(args: &GatewayArgs) -> Result<Self, GatewayError> {
        Ok(Self { caller: Caller::new(args)? })
    }
}

#[async_trait]
impl Carrier for SimulatorCarrier {
    fn name(&self) -> &str {
        simulator::NAME
    }

    async fn book(&self, call: BookCall) -> Result<Booking, GatewayError> {
        self.caller.post("book", "/v1/parcels", &call).await
    }
}
