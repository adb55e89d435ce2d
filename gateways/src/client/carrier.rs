use async_trait::async_trait;
use uuid::Uuid;

use super::{GatewayArgs, caller::Caller};
use crate::{BookCall, BookingOutcome, CancelBookingCall, CancelBookingOutcome, Carrier, GatewayError, simulator};

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

    async fn book(&self, call: BookCall) -> Result<BookingOutcome, GatewayError> {
        self.caller.post("book", "/v1/bookings", &call).await
    }

    async fn cancel(&self, call: CancelBookingCall) -> Result<CancelBookingOutcome, GatewayError> {
        self.caller.post("cancel_booking", "/v1/bookings/cancel", &call).await
    }

    async fn look_up(&self, operation: Uuid) -> Result<Option<BookingOutcome>, GatewayError> {
        self.caller.get("look_up_booking", &format!("/v1/bookings/{operation}")).await
    }
}
