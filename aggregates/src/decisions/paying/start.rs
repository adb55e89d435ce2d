//! An attempt to pay begins, on the order and on its payment, in one append.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::PayingRefusal;
use crate::loaded::loaded;
use crate::order::{AttemptStatus, Order, OrderPaymentStarted, OrderStatus, PaymentAttempt, PaymentTerms, Terms};
use crate::payment::{AuthorizationRequested, Payment, PaymentInitiated};
use crate::values::{Money, OperationId, OrderId, PaymentId, PaymentPurpose};

/// The most attempts to pay one order.
const ATTEMPT_LIMIT: usize = 20;

/// The most declined attempts for one purpose.
const DECLINE_LIMIT: usize = 5;

/// Begins an attempt to pay what is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartPayment {
    /// Which order.
    pub order: OrderId,
    /// The attempt.
    pub payment: PaymentId,
    /// The call for the money.
    pub operation: OperationId,
    /// The gateway's name.
    pub gateway: String,
}

impl Decision for StartPayment {
    type Refusal = PayingRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Order>(self.order.to_string()), Needed::created::<Payment>(self.payment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PayingRefusal> {
        let order = loaded::<Order>(states, &self.order.to_string());
        if order.payment(self.payment).is_some() {
            return Ok(Changes::none());
        }
        let terms = order.terms_while(self.order, OrderStatus::Placed)?;
        // No charge without a reservation.
        order.all_reserved(self.order)?;
        self.one_at_a_time(order)?;
        if loaded::<Payment>(states, &self.payment.to_string()).initiated().is_some() {
            return Err(PayingRefusal::PaymentInFlight { payment: self.payment });
        }
        match order.due() {
            Some(due) if due.is_positive() => Ok(self.start(terms, due)),
            Some(_) | None => Err(PayingRefusal::NothingOutstanding),
        }
    }
}

impl StartPayment {
    /// One live attempt per purpose, and not for ever.
    fn one_at_a_time(&self, order: &Order) -> Result<(), PayingRefusal> {
        if let Some(attempt) = order.live_payments().next() {
            return Err(PayingRefusal::PaymentInFlight { payment: attempt.payment });
        }
        let is_declined = |attempt: &&PaymentAttempt| matches!(attempt.status, AttemptStatus::Declined { .. });
        let (attempts, declines) = (order.payments().len(), order.payments().iter().filter(is_declined).count());
        if attempts >= ATTEMPT_LIMIT || declines >= DECLINE_LIMIT {
            return Err(PayingRefusal::RetryLimitReached { attempts, declines });
        }
        Ok(())
    }

    fn start(&self, terms: &Terms, amount: Money) -> Changes {
        let (order, purpose) = (self.order, PaymentPurpose::Order);
        let PaymentTerms::Card { method } = terms.payment.clone();
        let payment = self.payment.to_string();
        let mut changes = Changes::none();
        changes.push::<Order>(order.to_string(), OrderPaymentStarted { payment: self.payment, purpose, amount }.into());
        let initiated = PaymentInitiated { order, purpose, amount, gateway: self.gateway.clone(), method };
        changes.push::<Payment>(payment.as_str(), initiated.into());
        changes.push::<Payment>(payment, AuthorizationRequested { order, operation: self.operation, amount }.into());
        changes
    }
}
