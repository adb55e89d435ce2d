//! What became of an attempt to pay is taken over by the order.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::PayingRefusal;
use crate::loaded::loaded;
use crate::order::{AttemptStatus, Order, OrderEvent, OrderPaymentAuthorized, OrderPaymentDeclined, OrderPaymentVoided};
use crate::payment::{Payment, PaymentStatus};
use crate::values::{OrderId, PaymentId};

/// Takes over what became of an attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettleAuthorization {
    /// Which order.
    pub order: OrderId,
    /// The attempt.
    pub payment: PaymentId,
}

impl Decision for SettleAuthorization {
    type Refusal = PayingRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Order>(self.order.to_string()), Needed::of::<Payment>(self.payment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PayingRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        order.terms_of(self.order)?;
        let settled = self.settle(order, loaded(states, &self.payment.to_string()))?;
        Ok(Changes::of::<Order>(&id, settled))
    }
}

impl SettleAuthorization {
    /// What is new to the order; nothing if it knows it already.
    fn settle(&self, order: &Order, paid: &Payment) -> Result<Option<OrderEvent>, PayingRefusal> {
        let payment = self.payment;
        let attempt = order.payment(payment).ok_or(PayingRefusal::PaymentNotFound { payment })?;
        match (&attempt.status, paid.status()) {
            (AttemptStatus::Declined { .. } | AttemptStatus::Voided, _) => Ok(None),
            (_, PaymentStatus::Voided) => Ok(Some(OrderPaymentVoided { payment }.into())),
            (AttemptStatus::Authorized, _) => Ok(None),
            (AttemptStatus::Started, PaymentStatus::Declined) => {
                let code = paid.decline_code().unwrap_or_default().to_owned();
                Ok(Some(OrderPaymentDeclined { payment, code }.into()))
            }
            (AttemptStatus::Started, PaymentStatus::Authorized | PaymentStatus::PartiallyCaptured | PaymentStatus::Captured) => {
                Ok(paid.authorized().map(|amount| OrderPaymentAuthorized { payment, amount }.into()))
            }
            (
                AttemptStatus::Started,
                PaymentStatus::NotInitiated | PaymentStatus::Initiated | PaymentStatus::VoidPending | PaymentStatus::Contradicted,
            ) => Err(PayingRefusal::PaymentUndecided { payment }),
        }
    }
}
