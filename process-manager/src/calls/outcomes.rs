//! What a gateway or carrier said, as the command that records it.

use aggregates::payment::{self, RecordAuthorization, RecordCapture, RecordVoid};
use aggregates::shipment::{self, CarrierBooking};
use aggregates::values::{InvalidValue, Money, PaymentId};
use decider::Decision;
use gateways::{AuthorizeOutcome, BookingOutcome, CancelBookingOutcome, CaptureOutcome, OperationOutcome, VoidOutcome};
use rust_decimal::Decimal;

use crate::dispatcher::Worker;
use crate::order_fulfillment::{Effect, GatewayCall};

impl Worker {
    /// Records an outcome on the payment; one that makes no sense parks the process.
    pub(super) async fn record(&self, effect: &Effect, call: &GatewayCall, outcome: OperationOutcome) {
        match (call, outcome) {
            (GatewayCall::Authorize(call), OperationOutcome::Authorization(outcome)) => {
                let (payment, operation) = (PaymentId::new(call.payment), call.operation);
                let command = authorization(outcome).map(|outcome| RecordAuthorization { payment, operation, outcome });
                self.execute_or_park(effect, command).await;
            }
            (GatewayCall::Capture(call), OperationOutcome::Capture(outcome)) => {
                let (payment, operation) = (PaymentId::new(call.payment), call.operation);
                let command = capture(outcome).map(|outcome| RecordCapture { payment, operation, outcome });
                self.execute_or_park(effect, command).await;
            }
            (GatewayCall::Void(call), OperationOutcome::Void(outcome)) => {
                let (payment, operation) = (PaymentId::new(call.payment), call.operation);
                self.execute(effect, RecordVoid { payment, operation, outcome: void(outcome) }).await;
            }
            (call, other) => {
                self.park(effect, format!("the gateway knows operation {} as another call: {other:?}", call.operation())).await
            }
        }
    }

    async fn execute_or_park(&self, effect: &Effect, command: Result<impl Decision + Clone, InvalidValue>) {
        match command {
            Ok(command) => self.execute(effect, command).await,
            Err(nonsense) => self.park(effect, format!("the gateway's answer cannot be recorded: {nonsense}")).await,
        }
    }
}

fn authorization(outcome: AuthorizeOutcome) -> Result<payment::AuthorizationOutcome, InvalidValue> {
    Ok(match outcome {
        AuthorizeOutcome::Authorized { reference, amount, currency, expires_at } => {
            let amount = money(amount, &currency)?;
            payment::AuthorizationOutcome::Authorized { amount, expires_at, gateway_reference: reference }
        }
        AuthorizeOutcome::Declined { code } => payment::AuthorizationOutcome::Declined { code },
    })
}

fn capture(outcome: CaptureOutcome) -> Result<payment::CaptureOutcome, InvalidValue> {
    Ok(match outcome {
        CaptureOutcome::Captured { reference, amount, currency } => {
            payment::CaptureOutcome::Captured { amount: money(amount, &currency)?, gateway_reference: reference }
        }
        CaptureOutcome::Failed { code } => payment::CaptureOutcome::Failed { code },
    })
}

fn void(outcome: VoidOutcome) -> payment::VoidOutcome {
    match outcome {
        VoidOutcome::Voided => payment::VoidOutcome::Voided,
        VoidOutcome::Failed { code } => payment::VoidOutcome::Failed { code },
    }
}

/// A carrier's answer to a booking.
pub(super) fn booking(outcome: BookingOutcome) -> shipment::BookingOutcome {
    match outcome {
        BookingOutcome::Booked(booking) => {
            shipment::BookingOutcome::Booked(CarrierBooking { carrier: booking.carrier, tracking: booking.tracking })
        }
        BookingOutcome::Failed { code } => shipment::BookingOutcome::Failed { code },
        BookingOutcome::Canceled => shipment::BookingOutcome::Canceled,
    }
}

/// A carrier's answer to whoever calls a booking off.
pub(super) fn canceled_booking(outcome: CancelBookingOutcome) -> shipment::CancelBookingOutcome {
    match outcome {
        CancelBookingOutcome::Canceled => shipment::CancelBookingOutcome::Canceled,
        CancelBookingOutcome::Failed { code } => shipment::CancelBookingOutcome::Failed { code },
    }
}

fn money(amount: Decimal, currency: &str) -> Result<Money, InvalidValue> {
    Money::new(amount, currency.parse()?)
}
