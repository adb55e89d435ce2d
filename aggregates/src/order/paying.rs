use decider::{Needed, States};

use super::{
    AttemptStatus, Order, OrderEvent, OrderPaymentAuthorized, OrderPaymentDeclined, OrderPaymentVoided, OrderRefusal, PaymentAttempt,
};
use crate::payment::{Payment, PaymentStatus};
use crate::values::{OrderId, PaymentId};

/// The most attempts to pay one order.
const ATTEMPT_LIMIT: usize = 20;

/// The most declined attempts for one purpose.
const DECLINE_LIMIT: usize = 5;

impl Order {
    /// The streams of a decision about an order that looks at all its payments.
    pub(crate) fn with_its_payments(order: OrderId, states: &States<'_>) -> Vec<Needed> {
        let id = order.to_string();
        let attempts = states.get::<Self>(&id).into_iter().flat_map(Self::payments);
        let payments = attempts.map(|attempt| Needed::of::<Payment>(attempt.payment.to_string()));
        [Needed::of::<Self>(id.as_str())].into_iter().chain(payments).collect()
    }

    /// The attempt with this id.
    pub fn payment(&self, payment: PaymentId) -> Option<&PaymentAttempt> {
        self.payments.iter().find(|attempt| attempt.payment == payment)
    }

    /// The attempts that have not ended.
    pub fn live_payments(&self) -> impl Iterator<Item = &PaymentAttempt> {
        self.payments.iter().filter(|attempt| attempt.is_live())
    }

    /// One live attempt per purpose, and not for ever.
    pub(crate) fn may_start_payment(&self) -> Result<(), OrderRefusal> {
        if let Some(attempt) = self.live_payments().next() {
            return Err(OrderRefusal::PaymentInFlight { payment: attempt.payment });
        }
        let attempts = self.payments.len();
        let declines = self.payments.iter().filter(|attempt| matches!(attempt.status, AttemptStatus::Declined { .. })).count();
        if attempts >= ATTEMPT_LIMIT || declines >= DECLINE_LIMIT {
            return Err(OrderRefusal::RetryLimitReached { attempts, declines });
        }
        Ok(())
    }

    /// Takes over what became of an attempt; nothing if the order knows it already.
    pub(crate) fn settle(&self, payment_id: PaymentId, payment: &Payment) -> Result<Option<OrderEvent>, OrderRefusal> {
        let attempt = self.payment(payment_id).ok_or(OrderRefusal::PaymentNotFound { payment: payment_id })?;
        let status = payment.status();
        match (&attempt.status, status) {
            (AttemptStatus::Declined { .. } | AttemptStatus::Voided, _) => Ok(None),
            (_, PaymentStatus::Voided) => Ok(Some(OrderPaymentVoided { payment: payment_id }.into())),
            (AttemptStatus::Authorized, _) => Ok(None),
            (AttemptStatus::Started, PaymentStatus::Declined) => Ok(Some(declined(payment_id, payment))),
            (AttemptStatus::Started, PaymentStatus::Authorized | PaymentStatus::PartiallyCaptured | PaymentStatus::Captured) => {
                Ok(payment.authorized().map(|amount| OrderPaymentAuthorized { payment: payment_id, amount }.into()))
            }
            (
                AttemptStatus::Started,
                PaymentStatus::NotInitiated | PaymentStatus::Initiated | PaymentStatus::VoidPending | PaymentStatus::Contradicted,
            ) => Err(OrderRefusal::PaymentUndecided { payment: payment_id }),
        }
    }

    /// What is missing to the money that is due, of what the payments still hold.
    pub(crate) fn authorized_suffices<'a>(
        &self,
        order: OrderId,
        payment: impl Fn(PaymentId) -> Option<&'a Payment>,
    ) -> Result<(), OrderRefusal> {
        let terms = self.terms_of(order)?;
        let standing = |attempt: &PaymentAttempt| match attempt.status {
            AttemptStatus::Authorized => payment(attempt.payment).and_then(Payment::standing_authorization),
            AttemptStatus::Started | AttemptStatus::Declined { .. } | AttemptStatus::Voided => None,
        };
        let authorized: i64 = self.payments.iter().filter_map(standing).map(crate::values::Money::minor).sum();
        match self.due_minor(terms) - authorized {
            ..=0 => Ok(()),
            missing => Err(OrderRefusal::AuthorizationInsufficient { missing: terms.money(missing) }),
        }
    }
}

fn declined(payment_id: PaymentId, payment: &Payment) -> OrderEvent {
    OrderPaymentDeclined { payment: payment_id, code: payment.decline_code().unwrap_or_default().to_owned() }.into()
}
