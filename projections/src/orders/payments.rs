//! What a payment's events make of its order's row.

use aggregates::payment::{AuthorizationEvent, CaptureEvent, PaymentEvent, PaymentInitiated, VoidEvent};
use aggregates::values::PaymentId;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::OrdersEvent;
use super::row::{OrderRow, PaymentRow, PaymentState};
use crate::projection::{Recorded, Unfoldable};

pub(super) fn fold(mut row: OrderRow, fact: &PaymentEvent, event: &Recorded<'_, OrdersEvent>) -> Result<OrderRow, Unfoldable> {
    let id: PaymentId = event.stream.aggregate_id().parse().map_err(|problem| Unfoldable(format!("{problem}")))?;
    match (fact, row.payments.iter_mut().find(|payment| payment.id == id)) {
        (PaymentEvent::Authorization(AuthorizationEvent::PaymentInitiated(initiated)), None) => {
            row.payments.push(new(id, initiated, event.recorded_at))
        }
        (fact, Some(payment)) => change(payment, fact),
        (_, None) => return Err(Unfoldable::no_row(&event.stream.to_string(), event)),
    }
    Ok(row)
}

fn new(id: PaymentId, initiated: &PaymentInitiated, started_at: DateTime<Utc>) -> PaymentRow {
    let nothing = Decimal::new(0, initiated.amount.currency().digits());
    PaymentRow {
        id,
        state: PaymentState::Pending,
        gateway: initiated.gateway.clone(),
        amount: initiated.amount.amount(),
        authorized: nothing,
        captured: nothing,
        released: nothing,
        failure_code: None,
        started_at,
    }
}

fn change(payment: &mut PaymentRow, fact: &PaymentEvent) {
    match fact {
        PaymentEvent::Authorization(fact) => authorize(payment, fact),
        PaymentEvent::Capture(CaptureEvent::PaymentCaptured(captured)) => {
            payment.state = PaymentState::Captured;
            payment.captured += captured.amount.amount();
        }
        PaymentEvent::Capture(CaptureEvent::CaptureFailed(failed)) => payment.failure_code = Some(failed.code.clone()),
        PaymentEvent::Void(VoidEvent::VoidRequested(_)) => payment.state = PaymentState::Voiding,
        PaymentEvent::Void(VoidEvent::PaymentVoided(_)) => payment.state = PaymentState::Voided,
        PaymentEvent::Void(VoidEvent::VoidFailed(failed)) => {
            payment.state = PaymentState::Authorized;
            payment.failure_code = Some(failed.code.clone());
        }
        PaymentEvent::Capture(CaptureEvent::CaptureRequested(_)) | PaymentEvent::Anomaly(_) => {}
    }
}

fn authorize(payment: &mut PaymentRow, fact: &AuthorizationEvent) {
    match fact {
        AuthorizationEvent::PaymentAuthorized(authorized) => {
            payment.state = PaymentState::Authorized;
            payment.authorized = authorized.amount.amount();
        }
        AuthorizationEvent::PaymentDeclined(declined) => {
            payment.state = PaymentState::Declined;
            payment.failure_code = Some(declined.code.clone());
        }
        AuthorizationEvent::AuthorizationReleased(released) => payment.released += released.amount.amount(),
        AuthorizationEvent::PaymentInitiated(_) | AuthorizationEvent::AuthorizationRequested(_) => {}
    }
}
