//! Confirming an order: its stock and its money become certain together. The order is written, its payments looked at, in one append: a void that is
//! asked for at the same moment comes before or after, never between. The shelf is not asked: it holds what the order says, since both are written together.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::PlacingRefusal;
use crate::decisions::looking::payments_of;
use crate::loaded::loaded;
use crate::order::{AttemptStatus, Order, OrderConfirmed, OrderRefusal, OrderStatus, PaymentAttempt, Terms};
use crate::payment::Payment;
use crate::values::{Money, OrderId};

/// Makes stock and money certain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmOrder {
    /// Which order.
    pub order: OrderId,
}

impl Decision for ConfirmOrder {
    type Refusal = PlacingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let mut needed = vec![Needed::of::<Order>(id.as_str())];
        if let Some(order) = states.get::<Order>(&id) {
            needed.extend(payments_of(order.live_payments()));
        }
        needed
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PlacingRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        if order.status() == OrderStatus::Confirmed {
            return Ok(Changes::none());
        }
        let terms = order.terms_while(self.order, OrderStatus::Placed)?;
        order.all_reserved(self.order)?;
        self.money_suffices(order, terms, states)?;
        Ok(Changes::of::<Order>(&id, [OrderConfirmed {}.into()]))
    }
}

impl ConfirmOrder {
    /// What the payments still hold covers what is due.
    fn money_suffices(&self, order: &Order, terms: &Terms, states: &States<'_>) -> Result<(), OrderRefusal> {
        let standing = |attempt: &PaymentAttempt| match attempt.status {
            AttemptStatus::Authorized => loaded::<Payment>(states, &attempt.payment.to_string()).standing_authorization(),
            AttemptStatus::Started | AttemptStatus::Declined { .. } | AttemptStatus::Voided => None,
        };
        let authorized: i64 = order.payments().iter().filter_map(standing).map(Money::minor).sum();
        match order.due_minor(terms) - authorized {
            ..=0 => Ok(()),
            missing => Err(OrderRefusal::AuthorizationInsufficient { missing: terms.money(missing) }),
        }
    }
}
